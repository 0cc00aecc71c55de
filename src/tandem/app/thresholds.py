"""The thresholds that a person would pick: lengths of whole days, round numbers."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.language.expression.nodes import SCALE, LiteralKind
from tandem.values.durations import Duration
from tandem.values.instants import DAY, HOUR, MINUTE

_LENGTHS: tuple[Duration, ...] = (
    *(n * MINUTE for n in (1, 2, 5, 10, 15, 20, 30, 45)),
    *(n * HOUR for n in (1, 2, 3, 4, 6, 8, 12, 18)),
    *(n * DAY for n in (1, 2, 3, 4, 5, 6, 7, 10, 14, 21, 30, 45, 60, 75, 90, 120, 150, 180, 270, 365, 540, 730, 1095, 1460, 1825, 2555, 3650)),
)  # fmt: skip
# Of a decade; tenths, so that they are exact.
_ROUND = (10, 15, 20, 25, 30, 40, 50, 60, 80)
COUNTED_MOST = 32


def likely_around(stands: int, kind: LiteralKind) -> list[int]:
    """From a quarter of the threshold that stands there to four times as much, which is always among them; from the least on.

    stands: microseconds of a duration, else millionths. Of a whole number they are whole.

    >>> [length // DAY for length in likely_around(90 * DAY, "duration")]
    [30, 45, 60, 75, 90, 120, 150, 180, 270]
    >>> [number / SCALE for number in likely_around(3 * SCALE, "number")]
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0]
    """
    size = abs(stands)
    step = 1 if kind != "number" or size % SCALE else SCALE
    offered = _LENGTHS if kind == "duration" else (number for number in _round_numbers(4 * size) if number % step == 0)
    near = {number for number in offered if size <= 4 * number and number <= 4 * size}
    return sorted({stands, *(number if stands > 0 else -number for number in near)})


def likely_up_to(most: int) -> list[int]:
    """Of what is counted every number from 1 on, as far as they are few, and round ones where they are many. In ones.

    >>> likely_up_to(100)
    [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100]
    """
    if most <= COUNTED_MOST:
        return list(range(1, most + 1))
    return sorted({number // SCALE for number in _round_numbers(most * SCALE) if number % SCALE == 0})


def _round_numbers(most: int) -> Iterator[int]:
    """1, 1.5, 2, 2.5, 3, 4, 5, 6 and 8 of every decade, in millionths, as far as there is one at most as large."""
    decade = 1
    while decade <= most:
        yield from (number for tenths in _ROUND if tenths * decade % 10 == 0 and (number := tenths * decade // 10) <= most)
        decade *= 10
