"""What spoke for each touch that sellers made, and who took care of whom asked for papers: read off a company's exported rows and the times in
which its signals were on, by the sentences of `boundary.yaml` alone. Nothing here asks the boundary's own code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from tandem.app.playbook.playbook import Playbook
from tandem.demo.cast import Account
from tandem.demo.company import Company
from tandem.demo.selling import SALES_ZONE, ContractRow, OpportunityRow, TouchRow, happened_at, logged_at
from tandem.values.business_time import BusinessTime
from tandem.values.instants import DAY, HOUR, Instant, read_instant

QUARANTINE = VALID_FOR = 14 * DAY
HAND_FOR = 7 * DAY
NEEDS = {"wants_sso", "checks_security", "needs_enterprise", "seat_limit", "several_teams", "security_questionnaire"}
PLAIN = {"target_signs_up", "compares_plans", "renewal_near", "seats_idle"}
PAPERS, WITHIN = "security_questionnaire", 18 * HOUR


@dataclass(frozen=True)
class On:
    """A signal was on for a subject, by its printed id, in [since, until); until None is on still."""

    subject: str
    since: Instant
    until: Instant | None

    def speaks_until(self, at: Instant) -> Instant | None:
        """Until when it is valid, as far as was known at an instant; None where it was on."""
        return self.until + VALID_FOR if self.until is not None and self.until <= at else None


@dataclass(frozen=True)
class Papers:
    """An account asked for the papers of a purchase. number: the account's. taken_care: by the deadline. is_neglected: at the end."""

    number: int
    asked_at: Instant
    deadline: Instant
    taken_care: bool
    is_neglected: bool


class Reasons:
    """Of one company. on: by signal, when it was on. numbers: the account's, by any id that one of its subjects is printed by."""

    def __init__(self, company: Company, playbook: Playbook, on: Mapping[str, Sequence[On]]) -> None:
        self.company = company
        self.targets = playbook.declared.targets
        hours = playbook.company
        self.hours = BusinessTime(hours.time_zone, hours.working_hours, frozenset(hours.holidays))
        self.accounts = {account.crm_id: account for account in company.accounts}
        of_person = {person.id: account.number for account in company.accounts for person in account.people}
        self.numbers = {
            name: account.number for account in company.accounts for name in (account.crm_id, account.domain, account.workspace)
        }
        self.numbers |= {f"~{person}": number for person, number in of_person.items()}
        self.numbers |= {account.second_workspace: account.number for account in company.accounts}
        self.on: dict[int, list[tuple[str, On]]] = defaultdict(list)
        for signal, stays in on.items():
            for stay in stays:
                self.on[self.numbers.get(stay.subject, -1)].append((signal, stay))
        # By account, when each sign-up was, and since when one could know of it and whose it was.
        identified: dict[str | None, Instant] = {}
        for call in company.calls:
            if call.type == "identify":
                identified[call.person] = min(identified.get(call.person, call.received_at), call.received_at)
        self.sign_ups: dict[int, list[tuple[Instant, Instant]]] = defaultdict(list)
        for call in company.calls:
            if call.name == "Signed Up" and call.person in of_person:
                self.sign_ups[of_person[call.person]].append((call.at, max(call.received_at, identified[call.person])))
        self.stages = {
            id: list(rows) for id, rows in groupby(sorted(company.crm_opportunities, key=lambda row: row.opportunity_id), _opportunity)
        }

    # Touches.

    def without(self) -> set[str]:
        """The outbound touches for which nothing spoke."""
        return {row.touch_id for row in self.company.crm_touches if row.direction == "out" and not set(self.of(row))}

    def of(self, row: TouchRow) -> Iterator[str]:
        """What spoke for a touch when it was made."""
        account, at = self.accounts[row.account_id], happened_at(row)
        contracts = [each for each in self.company.crm_contracts if each.account_id == account.crm_id and _is_in_force(each, at)]
        began = min((signed_up for signed_up, known in self.sign_ups[account.number] if known <= at), default=None)
        if not self.targets.isdisjoint({account.crm_id, account.domain}):
            yield "target"
        if self.has_open_opportunity(account, at):
            yield "opportunity"
        if any(each.owner == row.seller for each in contracts):
            yield "owner"
        # Sales knows the size of every company that it has a record of, and each size has its tier.
        if not contracts and began is None:
            yield "prospect"
        quarantine_until = began + QUARANTINE if began is not None and not contracts else at
        for signal, stay in self.on[account.number]:
            starts = max(stay.since, quarantine_until) if signal in PLAIN else stay.since
            until = stay.since + HAND_FOR if signal == "raised_hand" else stay.speaks_until(at)
            if signal in {*NEEDS, *PLAIN, "raised_hand"} and starts <= at and (until is None or at < until):
                yield signal

    def has_open_opportunity(self, account: Account, at: Instant) -> bool:
        told = [
            [row.stage for row in rows if _at(row.changed_at) <= at]
            for rows in self.stages.values()
            if rows[0].account_id == account.crm_id
        ]
        return any(stages and not stages[-1].startswith("Closed") for stages in told)

    # Papers.

    def papers(self, as_of: Instant) -> list[Papers]:
        """Whoever asked for papers, where the time for it was over by an instant."""
        found = []
        for number, stays in sorted(self.on.items()):
            asked = sorted(stay.since for signal, stay in stays if signal == PAPERS)
            if not asked:
                continue
            account = self.company.accounts[number]
            deadline = self.hours.after(asked[0], WITHIN)
            speaks_until = max(stay.speaks_until(as_of) or as_of + 1 for signal, stay in stays if signal == PAPERS)
            if deadline <= as_of:
                in_time, by_now = (self.is_taken_care_of(account, asked[0], at) for at in (deadline, as_of))
                found.append(Papers(number, asked[0], deadline, in_time, not by_now and as_of < speaks_until))
        return found

    def is_taken_care_of(self, account: Account, since: Instant, at: Instant) -> bool:
        touches = [row for row in self.company.crm_touches if row.account_id == account.crm_id]
        return self.has_open_opportunity(account, at) or any(since <= happened_at(row) and logged_at(row) <= at for row in touches)


def _opportunity(row: OpportunityRow) -> str:
    return row.opportunity_id


def _is_in_force(contract: ContractRow, at: Instant) -> bool:
    return _at(contract.signed_at) <= at and _at(contract.starts_on) <= at < _at(contract.ends_on)


def _at(text: str) -> Instant:
    return read_instant(text, SALES_ZONE)
