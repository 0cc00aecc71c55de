"""Intervals, and layers of them: what holds from when until when, and all that holds at an instant."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from tandem.signals.world import FOREVER
from tandem.timeline.steps import ALWAYS, Steps
from tandem.values.instants import Instant

T = TypeVar("T")


class During(NamedTuple, Generic[T]):
    """Something holds in [since, until): ALWAYS where it never began, FOREVER where it does not end."""

    what: T
    since: Instant
    until: Instant


def clipped(held: Iterable[During[T]], since: Instant, until: Instant) -> Iterator[During[T]]:
    """The parts that lie in [since, until)."""
    for what, begins, ends in held:
        if begins < until and since < ends:
            yield During(what, max(begins, since), min(ends, until))


def united(held: Iterable[tuple[Instant, Instant]]) -> list[tuple[Instant, Instant]]:
    """The same instants in intervals that are in order and apart from each other."""
    found: list[tuple[Instant, Instant]] = []
    for since, until in sorted(held):
        if found and since <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], until)
        elif since < until:
            found.append((since, until))
    return found


@dataclass(frozen=True, slots=True)
class Layer(Generic[T]):
    """A value that holds from an instant until the next. at: ascending. values: one more, the first holds before them all."""

    at: Sequence[Instant]
    values: Sequence[T]

    def place(self, t: Instant) -> int:
        """Which of the values holds at t."""
        return bisect_right(self.at, t)

    def value(self, t: Instant) -> T:
        return self.values[bisect_right(self.at, t)]

    def during(self) -> Iterator[During[T]]:
        for what, since, until in zip(self.values, (ALWAYS, *self.at), (*self.at, FOREVER), strict=True):
            if since < until:
                yield During(what, since, until)


def layered(held: Sequence[During[T]]) -> Layer[tuple[T, ...]]:
    """All that holds at each instant, in the order in which it was given."""
    moves: defaultdict[Instant, list[int]] = defaultdict(list)
    for number, each in enumerate(held):
        if each.since < each.until:
            moves[each.since].append(number)
            moves[each.until].append(~number)
    active: list[int] = []
    at: list[Instant] = []
    values: list[tuple[T, ...]] = [()]
    for instant in sorted(moves):
        for number in moves[instant]:
            if number >= 0:
                insort(active, number)
            else:
                active.remove(~number)
        now = tuple(held[number].what for number in active)
        if now != values[-1] and instant < FOREVER:
            at.append(instant)
            values.append(now)
    return Layer(at, values)


def layer_of(steps: Steps, subject: int | None) -> Layer[int]:
    """The steps of one subject; None is somebody of whom nothing is told."""
    if subject is None:
        return Layer((), (steps.initial,))
    a, b = int(steps.offsets[subject]), int(steps.offsets[subject + 1])
    return Layer(steps.at[a:b].tolist(), [steps.initial, *steps.value[a:b].tolist()])
