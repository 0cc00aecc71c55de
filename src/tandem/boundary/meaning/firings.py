"""Firings over the playbooks in force: at an edge that enters, and where a playbook comes into force and turns its signal on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tandem.boundary.in_force import InForce, always, periods
from tandem.boundary.meaning.case import Case, Firing, Stay
from tandem.signals.world import Period
from tandem.values.instants import Instant

# One case alone holds from the log's beginning.
Cases = Case | Sequence[InForce[Case]]


def in_order(cases: Cases) -> Sequence[InForce[Case]]:
    return always(cases) if isinstance(cases, Case) else cases


def firings(cases: Cases) -> list[Firing]:
    """In the order of their instants. A signal of that name that fired less than its cooldown before, for whoever that is now, does not fire."""
    found: list[Firing] = []
    earlier: Case | None = None
    for period, one in periods(in_order(cases)):
        case = one.playbook
        for at, stay in sorted(_turned_on(period, one, earlier), key=lambda each: (each[0], each[1].signal, each[1].subject)):
            cooldown = case.signals[stay.signal].cooldown
            before = [each for each in found if each.signal == stay.signal and at - each.at < cooldown]
            if all(case.whose(each.subject, each.at, at) != stay.subject for each in before):
                found.append(Firing(stay.signal, stay.subject, at))
        earlier = case
    return found


def _turned_on(period: Period, one: InForce[Case], earlier: Case | None) -> Iterator[tuple[Instant, Stay]]:
    """What turns on while the playbook is in force, and what its coming into force turns on.

    earlier: the playbook in force until then. What was on by it just before is on still, and does not turn on.
    """
    for stay in one.playbook.stays:
        at = max(stay.since, period.since)
        if not (at < stay.until and period.covers(at)) or (one.quiet and stay.since < at):
            continue
        if at > period.since or earlier is None or not _was_on(earlier, stay, at):
            yield at, stay


def _was_on(earlier: Case, stay: Stay, at: Instant) -> bool:
    """Whether the signal of that name was on for the subject just before, whatever it said then."""
    return any(each.signal == stay.signal and each.subject == stay.subject and each.since < at <= each.until for each in earlier.stays)
