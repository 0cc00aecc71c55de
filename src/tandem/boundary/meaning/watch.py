"""The watch for the neglected: accounts that ask for procurement, and of which nobody of ours has taken care in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tandem.boundary.in_force import InForce, in_force_at, periods
from tandem.boundary.meaning.case import Case, Firing, is_employed, open_opportunities, said, touches
from tandem.boundary.meaning.evidence import valid_until
from tandem.boundary.meaning.firings import Cases, firings, in_order
from tandem.boundary.playbook.policy import Qualifying
from tandem.signals.world import records_at
from tandem.values.instants import Instant


@dataclass(frozen=True)
class Due:
    """A firing of a procurement signal whose deadline has come. owner: who had accepted the account by then, or None."""

    firing: Firing
    account: str
    deadline: Instant
    owner: str | None


@dataclass(frozen=True)
class Watch:
    """neglected_rate: None where nothing was due."""

    due: tuple[Due, ...]

    @property
    def neglected(self) -> tuple[Due, ...]:
        return tuple(each for each in self.due if each.owner is None)

    @property
    def neglected_rate(self) -> Fraction | None:
        return Fraction(len(self.neglected), len(self.due)) if self.due else None


def neglected(cases: Cases, t: Instant) -> list[Due]:
    """Whom nobody has accepted at t, although the time for it is over. No block, budget or hold-out hides an account here."""
    playbooks = in_order(cases)
    bound = [each for each in firings(playbooks) if is_bound(playbooks, each, t)]
    found = [_due(playbooks, each, t) for each in bound if deadline(playbooks, each) <= t]
    return [each for each in found if each is not None and each.owner is None]


def watch(cases: Cases, since: Instant, until: Instant, as_of: Instant) -> Watch:
    """Every firing whose deadline fell into [since, until), and was over as of an instant. What is not yet due is no case of either."""
    playbooks = in_order(cases)
    ends = [(each, deadline(playbooks, each)) for each in firings(playbooks) if _is_watched(playbooks, each)]
    found = [_due(playbooks, each, end) for each, end in ends if since <= end < until and end <= as_of]
    return Watch(tuple(each for each in found if each is not None))


def is_bound(cases: Cases, firing: Firing, t: Instant) -> bool:
    """Whether the evidence of a procurement signal has held since it fired, without a break, by each playbook while it was in force."""
    playbooks = in_order(cases)
    if t < firing.at or not _is_watched(playbooks, firing):
        return False
    end = firing.at
    for since, until in sorted(_held(playbooks, firing, t)):
        if since <= end:
            end = max(end, until)
    return t < end


def _held(playbooks: Sequence[InForce[Case]], firing: Firing, t: Instant) -> Iterator[tuple[Instant, Instant]]:
    """From when until when the signal was evidence, for whoever the subject was, as far as is known at t."""
    for period, one in periods(playbooks):
        case, rule = one.playbook, one.playbook.boundary.signals.get(firing.signal)
        if rule is None or rule.sign == "none":
            continue
        for stay in case.stays:
            if stay.signal == firing.signal and stay.since <= t and case.whose(firing.subject, firing.at, stay.since) == stay.subject:
                yield max(stay.since, period.since), min(valid_until(rule, stay.known_at(t)), period.until)


def deadline(cases: Cases, firing: Firing) -> Instant:
    """By the playbook under which it fired, whatever has come into force since."""
    playbooks = in_order(cases)
    case, rule = _fired_under(playbooks, firing)
    assert rule.sla is not None, "a procurement signal has an SLA"
    return case.hours.after(firing.at, rule.sla)


def accepted_owner(case: Case, account: str, since: Instant, t: Instant) -> str | None:
    """A seller employed at t who has accepted the account, owns an open opportunity of it, or has touched it since an instant."""
    sellers = [each.seller for each in case.accepted if each.account == account and each.since <= t < each.until]
    sellers += [said(each, "owner") for each in open_opportunities(case, account, t)]
    sellers += [each.seller for each in touches(case, t) if each.account == account and since <= each.at]
    if case.boundary.account_owner:
        sellers += [said(each, "owner") for each in records_at(case.world, "account", t) if each.id == account]
    return next((each for each in sellers if is_employed(case, each, t)), None)


def _fired_under(playbooks: Sequence[InForce[Case]], firing: Firing) -> tuple[Case, Qualifying]:
    case = in_force_at(playbooks, firing.at)
    assert case is not None, "what fires does so by a playbook in force"
    return case, case.boundary.signals[firing.signal]


def _is_watched(playbooks: Sequence[InForce[Case]], firing: Firing) -> bool:
    return _fired_under(playbooks, firing)[1].is_procurement


def _due(playbooks: Sequence[InForce[Case]], firing: Firing, t: Instant) -> Due | None:
    """None of a firing whose subject belongs to no account. Who counts as an owner is said by the playbook in force at t."""
    case = in_force_at(playbooks, t)
    assert case is not None, "since a firing a playbook has been in force"
    account = case.account(firing.subject, firing.at, t)
    if account is None:
        return None
    return Due(firing, account, deadline(playbooks, firing), accepted_owner(case, account, firing.at, t))
