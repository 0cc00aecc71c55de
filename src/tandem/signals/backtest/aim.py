"""An aim: so many leads in so long. Of all thresholds of a signal, the one that gives it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tandem.values.durations import Duration
from tandem.values.instants import DAY

# A month is a twelfth of 365.25 days, and a quarter three of them: an aim is about a mean over a period, not about one February.
PERIODS: dict[str, Duration] = {"day": DAY, "week": 7 * DAY, "month": 365 * DAY // 12 + DAY // 48, "quarter": 365 * DAY // 4 + DAY // 16, "year": 365 * DAY + DAY // 4}  # fmt: skip


@dataclass(frozen=True)
class Aim:
    """leads: at most so many in a period, as a mean."""

    leads: int
    period: str

    def rate(self, leads: int, length: Duration) -> Fraction:
        """What so many leads over a length are in one period. length: more than 0."""
        return Fraction(leads * PERIODS[self.period], length)


def read_aim(text: str) -> Aim:
    """`leads=100/month`. Raises ValueError for anything else.

    >>> read_aim("leads=100/month")
    Aim(leads=100, period='month')
    """
    found = re.fullmatch(r"leads=(\d{1,9})/(\w+)", text.replace(" ", ""))
    if found is None or found[2] not in PERIODS:
        raise ValueError(f"`{text}` is not an aim")
    return Aim(int(found[1]), found[2])


def aimed(aim: Aim, leads: Sequence[int], length: Duration) -> int | None:
    """Which threshold keeps the aim with the most leads; None where every one gives more.

    leads: by threshold, how many each gives over the length. What a stricter threshold gives are the best of what a looser one gives, so that
    of several which keep the aim the loosest is meant: it gives as many as there may be. Of two with equally many the first counts.
    """
    if length <= 0:
        return None
    keeping = [number for number, given in enumerate(leads) if aim.rate(given, length) <= aim.leads]
    return max(keeping, key=lambda number: (leads[number], -number), default=None)
