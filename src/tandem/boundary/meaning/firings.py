"""Firings over the playbooks in force: at an edge that enters, and where a playbook comes into force while its signal is on."""

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
    for period, one in periods(in_order(cases)):
        case = one.playbook
        for at, stay in sorted(_turned_on(period, one), key=lambda each: (each[0], each[1].signal, each[1].subject)):
            cooldown = case.signals[stay.signal].cooldown
            before = [each for each in found if each.signal == stay.signal and at - each.at < cooldown]
            if all(case.whose(each.subject, each.at, at) != stay.subject for each in before):
                found.append(Firing(stay.signal, stay.subject, at))
    return found


def _turned_on(period: Period, one: InForce[Case]) -> Iterator[tuple[Instant, Stay]]:
    """What turns on while the playbook is in force, and what its coming into force turns on."""
    for stay in one.playbook.stays:
        if period.covers(stay.since):
            yield stay.since, stay
        elif stay.since < period.since < stay.until and not one.quiet:
            yield period.since, stay
