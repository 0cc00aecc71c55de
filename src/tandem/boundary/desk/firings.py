"""Firings over the playbooks in force, found in one pass; and when a signal is on, by its subject."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

from tandem.boundary.desk.answering import Answering
from tandem.boundary.fold.belonging import Whereabouts
from tandem.boundary.in_force import InForce, periods
from tandem.boundary.meaning.case import Firing, Stay
from tandem.signals.world import FOREVER, Period, Subject
from tandem.values.instants import Instant


class Times:
    """When the signals of one playbook are on."""

    def __init__(self, answers: Answering) -> None:
        self._answers = answers

    def of(self, signal: str, subject: Subject) -> Sequence[Stay]:
        """Ascending."""
        return self._by_subject.get((signal, subject), ())

    def off_at(self, signal: str, subject: Subject, t: Instant) -> Instant | None:
        """When a signal that is on at t is off; None where it is not on."""
        stays = self.of(signal, subject)
        place = bisect_right(stays, t, key=lambda each: each.since) - 1
        return stays[place].until if place >= 0 and t < stays[place].until else None

    @cached_property
    def _by_subject(self) -> dict[tuple[str, Subject], list[Stay]]:
        found: defaultdict[tuple[str, Subject], list[Stay]] = defaultdict(list)
        for stay in self._answers.stays:
            found[stay.signal, stay.subject].append(stay)
        return dict(found)


def whereabouts_at(steps: Sequence[Whereabouts], t: Instant) -> Whereabouts:
    return steps[max(bisect_right(steps, t, key=lambda each: each.since) - 1, 0)]


def fired(playbooks: Sequence[InForce[Answering]], as_of: Instant) -> list[Firing]:
    """As of an instant, in the order of their instants."""
    found: list[Firing] = []
    # By signal and subject: what fired, from when until when it fired for whoever that is.
    before: defaultdict[tuple[str, Subject], list[tuple[Instant, Instant, Instant]]] = defaultdict(list)
    earlier: Answering | None = None
    for period, one in periods(playbooks):
        signals = one.playbook.rules.signals
        for at, name, subject in sorted(_turned_on(period, one, earlier, as_of)):
            cooldown = signals[name].cooldown
            if any(since <= at < until and at - fired_at < cooldown for since, until, fired_at in before[name, subject]):
                continue
            found.append(Firing(name, subject, at))
            steps = one.playbook.whereabouts(subject, at)
            ends = [*(each.since for each in steps[1:]), FOREVER]
            for step, until in zip(steps, ends, strict=True):
                before[name, step.subject].append((step.since, until, at))
        earlier = one.playbook
    return found


def _turned_on(
    period: Period, one: InForce[Answering], earlier: Answering | None, as_of: Instant
) -> Iterator[tuple[Instant, str, Subject]]:
    """earlier: the playbook in force until then. What was on by it just before does not turn on with the new one."""
    was_on = {(each.signal, each.subject) for each in earlier.stays if each.since < period.since <= each.until} if earlier else set()
    for stay in one.playbook.stays:
        at = max(stay.since, period.since)
        if at > as_of or at >= stay.until or not period.covers(at) or (one.quiet and stay.since < at):
            continue
        if at > period.since or (stay.signal, stay.subject) not in was_on:
            yield at, stay.signal, stay.subject
