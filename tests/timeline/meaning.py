"""What folds and steps mean: one question at one instant at a time, in plain Python over lists. Whatever is compiled must equal it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Truth = bool | None
Value = int | None  # None is unknown.
Known = list[tuple[int, int | None]]  # The changes of one subject's value: (instant, value from there on).

FOREVER = 10**9


@dataclass(frozen=True)
class Holding:
    """A fact that counts for a subject from `enters` on, until it `leaves`."""

    subject: int
    enters: int
    occurred: int
    leaves: int = FOREVER
    chosen: bool = True
    key: int = -1
    amount: Value = None
    rank: int = 0
    picks: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Asked:
    holdings: Sequence[Holding]
    window: int | None

    def inside(self, subject: int, t: int) -> list[Holding]:
        """What is in (t - window, t], known and the subject's at t, and chosen."""
        return [
            each
            for each in self.holdings
            if each.subject == subject
            and each.chosen
            and each.enters <= t < each.leaves
            and (self.window is None or t - self.window < each.occurred)
        ]

    def instants(self) -> list[int]:
        """All at which anything can change."""
        olds = [each.occurred + self.window for each in self.holdings] if self.window is not None else []
        ends = [each.leaves for each in self.holdings if each.leaves != FOREVER]
        return sorted({*(each.enters for each in self.holdings), *ends, *olds})


def count(inside: list[Holding]) -> Value:
    return len(inside)


def distinct(inside: list[Holding]) -> Value:
    return len({each.key for each in inside if each.key >= 0})


def total(inside: list[Holding]) -> Value:
    return sum(each.amount for each in inside if each.amount is not None)


def least(inside: list[Holding]) -> Value:
    return min((each.amount for each in inside if each.amount is not None), default=None)


def greatest(inside: list[Holding]) -> Value:
    return max((each.amount for each in inside if each.amount is not None), default=None)


def first(inside: list[Holding]) -> Value:
    valued = [each for each in inside if each.amount is not None]
    return min(valued, key=lambda one: (one.occurred, one.rank)).amount if valued else None


def last(inside: list[Holding]) -> Value:
    valued = [each for each in inside if each.amount is not None]
    return max(valued, key=lambda one: (one.occurred, one.rank)).amount if valued else None


def last_occurred(inside: list[Holding]) -> Value:
    return max((each.occurred for each in inside), default=None)


def followed(parts: int) -> Callable[[list[Holding]], Value]:
    """Whether one of each part is there, each after the one before."""

    def asked(inside: list[Holding]) -> Value:
        return int(_follows(inside, 0, parts, -FOREVER))

    return asked


def _follows(inside: list[Holding], part: int, parts: int, after: int) -> bool:
    if part == parts:
        return True
    return any(each.picks[part] and each.occurred > after and _follows(inside, part + 1, parts, each.occurred) for each in inside)


def compared(one: Value, sign: str, other: Value) -> Value:
    if one is None or other is None:
        return None
    return int({"=": one == other, "!=": one != other, "<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[sign])


def changes(value: Callable[[int], Value], initial: Value, instants: Iterable[int]) -> Known:
    """The changes of a value that can change only at these instants."""
    found: Known = []
    for t in sorted(instants):
        now = value(t)
        if now != (found[-1][1] if found else initial):
            found.append((t, now))
    return found


# Steps: changes with what was before them.


@dataclass(frozen=True)
class Line:
    """One subject's value over time."""

    initial: Value
    changes: Known = field(default_factory=list)

    def at(self, t: int) -> Value:
        value = self.initial
        for instant, then in self.changes:
            if instant <= t:
                value = then
        return value


def every(truths: Iterable[Value]) -> Value:
    """Kleene's `and`."""
    seen = list(truths)
    return 0 if 0 in seen else None if None in seen else 1


def some(truths: Iterable[Value]) -> Value:
    """Kleene's `or`."""
    seen = list(truths)
    return 1 if 1 in seen else None if None in seen else 0


def opposite(truth: Value) -> Value:
    return None if truth is None else 1 - truth


def held(condition: Line, length: int, t: int) -> Value:
    """Time is dense: just after `t - length` the condition is what it is at `t - length`."""
    return every(condition.at(each) for each in range(t - length, t + 1))


def through(index: Line, table: Sequence[Line], t: int) -> Value:
    """The value of the one that the index names then."""
    named = index.at(t)
    return table[named].at(t) if named is not None and 0 <= named < len(table) else None


def first_known(values: Iterable[Value]) -> Value:
    return next((each for each in values if each is not None), None)


def stretches(owner: Line, values: Sequence[Line]) -> list[tuple[int, int, tuple[Value, ...]]]:
    """From when until when an owner and all values are the same, and what they are; nothing while there is no owner."""
    lines = (owner, *values)
    bounds = [-FOREVER, *sorted({at for line in lines for at, _ in line.changes}), FOREVER]
    found: list[tuple[int, int, tuple[Value, ...]]] = []
    for since, until in pairwise(bounds):
        stood = tuple(line.at(since) for line in lines)
        if found and found[-1][1:] == (since, stood):
            since = found.pop()[0]
        found.append((since, until, stood))
    return [each for each in found if each[2][0] is not None]
