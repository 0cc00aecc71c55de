"""The watch for the neglected: accounts that ask for procurement, and of which nobody of ours has taken care in time."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tandem.boundary.case import Case, Firing, is_employed, open_opportunities, said, touches
from tandem.boundary.evidence import valid_until
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


def neglected(case: Case, t: Instant) -> list[Due]:
    """Whom nobody has accepted at t, although the time for it is over. No block, budget or hold-out hides an account here."""
    bound = [each for each in case.firings if is_bound(case, each, t)]
    found = [_due(case, each, t) for each in bound if deadline(case, each) <= t]
    return [each for each in found if each is not None and each.owner is None]


def watch(case: Case, since: Instant, until: Instant, as_of: Instant) -> Watch:
    """Every firing whose deadline fell into [since, until), and was over as of an instant. What is not yet due is no case of either."""
    ends = [(each, deadline(case, each)) for each in case.firings if _is_watched(case, each)]
    found = [_due(case, each, end) for each, end in ends if since <= end < until and end <= as_of]
    return Watch(tuple(each for each in found if each is not None))


def is_bound(case: Case, firing: Firing, t: Instant) -> bool:
    """Whether the evidence of a procurement signal has held since it fired, without a break."""
    if not _is_watched(case, firing) or t < firing.at:
        return False
    rule, end = case.boundary.signals[firing.signal], firing.at
    for stay in sorted(case.stays, key=lambda one: one.since):
        theirs = stay.signal == firing.signal and case.whose(firing.subject, firing.at, stay.since) == stay.subject
        if theirs and firing.at <= stay.since <= min(end, t):
            end = max(end, valid_until(rule, stay.known_at(t)))
    return t < end


def deadline(case: Case, firing: Firing) -> Instant:
    sla = case.boundary.signals[firing.signal].sla
    assert sla is not None, "a procurement signal has an SLA"
    return case.hours.after(firing.at, sla)


def accepted_owner(case: Case, account: str, since: Instant, t: Instant) -> str | None:
    """A seller employed at t who has accepted the account, owns an open opportunity of it, or has touched it since an instant."""
    sellers = [each.seller for each in case.accepted if each.account == account and each.since <= t < each.until]
    sellers += [said(each, "owner") for each in open_opportunities(case, account, t)]
    sellers += [each.seller for each in touches(case, t) if each.account == account and since <= each.at]
    if case.boundary.account_owner:
        sellers += [said(each, "owner") for each in records_at(case.world, "account", t) if each.id == account]
    return next((each for each in sellers if is_employed(case, each, t)), None)


def _is_watched(case: Case, firing: Firing) -> bool:
    return case.boundary.signals[firing.signal].is_procurement


def _due(case: Case, firing: Firing, t: Instant) -> Due | None:
    """None of a firing whose subject belongs to no account."""
    account = case.account(firing.subject, firing.at, t)
    if account is None:
        return None
    return Due(firing, account, deadline(case, firing), accepted_owner(case, account, firing.at, t))
