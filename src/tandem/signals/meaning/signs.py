"""Where a value that moves with the clock changes its sign, exact over whole microseconds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

from tandem.values.instants import Instant


def sign_changes(value: Callable[[Instant], Fraction], degree: int, first: Instant, last: Instant) -> list[Instant]:
    """Where a value that moves with the clock changes its sign, exact over whole microseconds, without a formula for its roots.

    Returns the instants in (first, last] at which the sign (-, 0 or +) differs from that one microsecond before, ascending.

    value: a polynomial of the instant, of at most that degree; it is asked only from first to last.

    >>> sign_changes(lambda t: Fraction((t - 3) * (t - 7)), 2, 0, 10)
    [3, 4, 7, 8]
    """
    if degree == 0 or first >= last:
        return []
    # Where the steps from one instant to the next keep their sign, the value only rises or only falls.
    bends = sign_changes(lambda t: value(t + 1) - value(t), degree - 1, first, last - 1)
    changes = []
    for start, end in pairwise([first, *bends, last]):
        while _sign(value(start)) != _sign(value(end)):
            start = _first_other(value, start, end)
            changes.append(start)
    return changes


def _first_other(value: Callable[[Instant], Fraction], start: Instant, end: Instant) -> Instant:
    """The first instant of another sign than at the start, where there is one until the end and signs only rise or only fall."""
    before = _sign(value(start))
    return start + bisect_left(range(end - start + 1), True, key=lambda after: _sign(value(start + after)) != before)


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)
