"""`tandem leads`: whom sales may work now, each with its reasons, and what waits with what keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from tandem.app.decisions.kept import kept_report
from tandem.app.decisions.permits import PermitShown, RefusalShown, show_permit, show_refusals, shown
from tandem.app.failures import UnknownName
from tandem.app.playbook.in_force import Taken
from tandem.app.project import Project
from tandem.values.instants import Instant, show

if TYPE_CHECKING:
    from tandem.app.decisions.decided import Work
    from tandem.boundary.meaning.answers import Answer
    from tandem.boundary.meaning.case import Firing
    from tandem.boundary.meaning.leads import Lead, Row, Waiting
    from tandem.signals.world import Subject

# The order of a morning: who asks for us, who buys by a process of their own, who needs what only sales can give, who might.
_SIGNS = ("raised_hand", "procurement", "enterprise_need", "plain", "none")


@dataclass(frozen=True)
class LeadsRequest:
    """draft: by the folder's playbook, whatever is in force. owner: only those of this seller. only: the open leads, or what waits."""

    as_of: str | None = None
    draft: bool = False
    owner: str | None = None
    only: Literal["open", "waiting"] | None = None


@dataclass(frozen=True)
class LeadRow:
    """One reason of a lead, or a firing that waits: then `lead` is None and `refusal` says why.

    lead: its id. title: of the signal. account: the account's, and its name as its record has it. subject: as it is called now. since: when it became a reason of
    the lead; None while it waits. on: whether its signal still is. why: what was true at the firing. called: what to call each of the people. sign: of what the signal is one. rank:
    in the queue of a budget, from 1; 0 where none keeps it. due: by when somebody must take care, or should have, while nobody has.
    """

    lead: str | None
    account: str
    account_name: str | None
    subject: str
    about: str
    signal: str
    title: str
    fired_at: Instant
    since: Instant | None
    on: bool
    permit: PermitShown | None
    refusal: tuple[RefusalShown, ...]
    why: str
    people: tuple[str, ...]
    called: tuple[str, ...]
    owner: str | None
    sign: str
    rank: int
    due: Instant | None

    @property
    def type(self) -> str:
        return "PQA" if self.about == "account" else "PQL"

    def as_json(self) -> dict[str, Any]:
        return {
            "lead": self.lead,
            "account": self.account,
            "subject": self.subject,
            "about": self.about,
            "type": self.type,
            "signal": self.signal,
            "fired_at": show(self.fired_at),
            "since": shown(self.since),
            "on": self.on,
            "permit": None if self.permit is None else self.permit.as_json(),
            "refusal": [each.as_json() for each in self.refusal],
            "why": self.why,
            "people": list(self.people),
            "owner": self.owner,
            "account_name": self.account_name,
            "called": list(self.called),
            "sign": self.sign,
            "rank": self.rank or None,
            "due": shown(self.due),
        }


@dataclass(frozen=True)
class LeadsListed:
    """rows: the open leads, best first, each with its reasons; then what waits. said: whose playbook decided. bounded: whether it has a
    `boundary.yaml`. zone: the company's. sellers: all whom anybody knows."""

    as_of: Instant
    fingerprint: str
    said: Taken
    bounded: bool
    company: str
    zone: str
    sellers: tuple[str, ...]
    rows: tuple[LeadRow, ...]

    @property
    def open(self) -> tuple[LeadRow, ...]:
        return tuple(each for each in self.rows if each.lead is not None)

    @property
    def waiting(self) -> tuple[LeadRow, ...]:
        return tuple(each for each in self.rows if each.lead is None)

    def as_json(self) -> dict[str, Any]:
        return {
            "as_of": show(self.as_of),
            "fingerprint": self.fingerprint,
            "playbook": self.said,
            "leads": [each.as_json() for each in self.rows],
        }


def list_leads(project: Project, asked: LeadsRequest) -> LeadsListed:
    """Raises UnknownName for an owner who is no seller."""
    listed = kept_report(project, asked.as_of, "leads", LeadsListed, find_leads, draft=asked.draft)
    return chosen(listed, asked)


def find_leads(work: Work) -> LeadsListed:
    """All of them."""
    playbook, telling = work.now.playbook, _Telling(work)
    rows = (*telling.open(), *telling.waiting())
    return LeadsListed(
        as_of=work.as_of,
        fingerprint=playbook.fingerprint,
        said=work.said,
        bounded=playbook.boundary is not None,
        company=playbook.company.name,
        zone=playbook.company.time_zone.key,
        sellers=tuple(sorted({*work.sellers(), *(each.owner for each in rows if each.owner is not None)})),
        rows=rows,
    )


def chosen(listed: LeadsListed, asked: LeadsRequest) -> LeadsListed:
    """Those rows that are asked for. Raises UnknownName."""
    rows = {"open": listed.open, "waiting": listed.waiting, None: listed.rows}[asked.only]
    if asked.owner is not None:
        if asked.owner not in listed.sellers:
            raise UnknownName("seller", asked.owner, listed.sellers)
        rows = tuple(each for each in rows if each.owner == asked.owner)
    return replace(listed, rows=rows)


class _Telling:
    """Rows of what is decided. What several rows of an account share is asked once."""

    def __init__(self, work: Work) -> None:
        self.work, self.ruling, self.t = work, work.now, work.as_of
        self._accounts: dict[str, _Account] = {}
        self._neglected = {each.firing for each in work.sweep.neglected(work.as_of)}

    def open(self) -> Iterator[LeadRow]:
        """Leads that may be worked before those that rest; then the best by their strongest reason."""
        leads = [each for each in self.work.leads.leads if each.until is None]
        told = [sorted((self._reason(lead, row) for row in lead.rows), key=self._order) for lead in leads]
        yield from (row for rows in sorted(told, key=lambda rows: (rows[0].permit is None, self._order(rows[0]))) for row in rows)

    def waiting(self) -> list[LeadRow]:
        return sorted(
            (self._waiting(each) for each in self.work.leads.waiting), key=lambda row: (row.rank == 0, row.rank, self._order(row))
        )

    def _order(self, row: LeadRow) -> tuple[bool, int, Instant, str, str]:
        """What is on, then who asks most clearly, then the latest."""
        return not row.on, _SIGNS.index(row.sign), -row.fired_at, row.signal, row.subject

    def _sign(self, signal: str) -> str:
        rule = self.ruling.boundary.signals.get(signal)
        return "none" if rule is None else "procurement" if rule.is_procurement else rule.sign

    def _due(self, firing: Firing, account: str) -> Instant | None:
        fired_under = self.work.at(firing.at)
        rule = None if fired_under is None else fired_under.boundary.signals.get(firing.signal)
        if fired_under is None or rule is None or rule.sla is None:
            return None
        if self.ruling.answers.accepted_owner(account, firing.at, self.t) is not None:
            return None
        deadline = fired_under.answers.rules.hours.after(firing.at, rule.sla)
        return deadline if self.t < deadline or firing in self._neglected else None

    def _reason(self, lead: Lead, row: Row) -> LeadRow:
        from tandem.boundary.meaning.blocks import Question

        account, subject = self._account(lead.account), self._subject(row.firing)
        found, people = account.answer, account.people
        if subject.kind == "person":
            found = self.ruling.answers.answer(Question(lead.account, subject.id), self.t)
            people = () if found.permit is None else (subject.id,)
        permit = None if found.permit is None else show_permit(found.permit, account.starts_at)
        return self._row(row.firing, lead.account, lead.id, row.at, permit, show_refusals(found.refusals), people)

    def _waiting(self, waiting: Waiting) -> LeadRow:
        refusals = show_refusals(waiting.refusals)
        return replace(self._row(waiting.firing, waiting.account, None, None, None, refusals, ()), rank=waiting.rank)

    def _row(
        self,
        firing: Firing,
        account: str,
        lead: str | None,
        since: Instant | None,
        permit: PermitShown | None,
        refusal: tuple[RefusalShown, ...],
        people: tuple[str, ...],
    ) -> LeadRow:
        from tandem.app.decisions.owners import called

        subject, theirs = self._subject(firing), self._account(account)
        title, why = why_of(self.work, firing)
        return LeadRow(
            lead=lead,
            account=account,
            account_name=theirs.name,
            subject=subject.id,
            about=subject.kind,
            signal=firing.signal,
            title=title,
            fired_at=firing.at,
            since=since,
            on=self.work.is_on(firing, self.t),
            permit=permit,
            refusal=refusal,
            why=why,
            people=people,
            called=called(self.ruling, people, self.t),
            owner=theirs.owner,
            sign=self._sign(firing.signal),
            rank=0,
            due=self._due(firing, account),
        )

    def _subject(self, firing: Firing) -> Subject:
        return self.ruling.answers.whose(firing.subject, firing.at, self.t)

    def _account(self, account: str) -> _Account:
        from tandem.app.decisions.owners import by_activity, field_of, owner_of

        if account not in self._accounts:
            ruling, t = self.ruling, self.t
            found = ruling.answers.answer_of_account(account, t)
            self._accounts[account] = _Account(
                field_of(ruling, account, "name", t),
                owner_of(ruling, account, t),
                found,
                None if found.permit is None else ruling.answers.starts_at(account, t),
                () if found.permit is None else by_activity(ruling, found.permit.people, t),
            )
        return self._accounts[account]


@dataclass(frozen=True)
class _Account:
    """people: who of them may be touched."""

    name: str | None
    owner: str | None
    answer: Answer
    starts_at: Instant | None
    people: tuple[str, ...]


def why_of(work: Work, firing: Firing) -> tuple[str, str]:
    """The signal's title, and with it what was true of whom it fired for, by the playbook under which it did."""
    from tandem.app.decisions.measured import sentence

    ruling = work.at(firing.at)
    assert ruling is not None, "what fires does so by a playbook in force"
    code = ruling.code(firing.subject)
    assert code is not None, firing
    signal = ruling.playbook.signals[firing.signal]
    return signal.title, sentence(ruling.fold, ruling.playbook.names, signal, code, firing.at)
