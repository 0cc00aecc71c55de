"""Times until something happens, where some are not over: the estimate of Kaplan and Meier.

A time ends with an event, or is *censored*: nobody knows more than that nothing happened until then. What was watched for a short while is
neither a failure nor left out; it counts among those at risk for as long as it was watched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

# Shares that are equal but for the rounding of a product are equal: a half that was made of 5/6 and 3/5 is a half.
_ROUNDING = 1e-9

Longs = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Curve:
    """The share that is left, as it falls at each time with events.

    times: (events,) ascending, each once. at_risk, events: (events,) how many were still watched just before, and how many of them ended
    there. left: (events,) the share to which nothing has happened, from there on. watched: (n,) all times, ascending.
    """

    times: Longs
    at_risk: Longs
    events: Longs
    left: npt.NDArray[np.float64]
    watched: Longs

    @property
    def longest(self) -> int | None:
        """The longest time watched; None of nobody."""
        return int(self.watched[-1]) if len(self.watched) else None

    def share_left(self, time: int) -> float | None:
        """S(time): to which share nothing has happened by then; None past the longest time watched, unless nothing was left by it."""
        reached = int(np.searchsorted(self.times, time, side="right"))
        left = 1.0 if reached == 0 else float(self.left[reached - 1])
        is_known = self.longest is not None and (time <= self.longest or left == 0.0)
        return left if is_known else None

    def share_reached(self, time: int) -> float | None:
        """1 - S(time)."""
        left = self.share_left(time)
        return None if left is None else 1.0 - left

    def number_at_risk(self, time: int) -> int:
        """How many were watched up to this time at least, and had nothing happen before it."""
        return len(self.watched) - int(np.searchsorted(self.watched, time, side="left"))

    def quantile(self, share: float) -> int | None:
        """The first time by which at least this share has been reached; None where it is not reached while anybody is watched."""
        if not 0 < share < 1:
            raise ValueError(f"{share} is not between 0 and 1")
        found = np.flatnonzero(self.left <= 1 - share + _ROUNDING)
        return int(self.times[found[0]]) if len(found) else None

    @property
    def median(self) -> int | None:
        return self.quantile(0.5)


def kaplan_meier(durations: npt.ArrayLike, ended: npt.ArrayLike) -> Curve:
    """The curve of times of which some are censored.

    durations: (n,) whole numbers, 0 or more, of any unit. ended: (n,) whether an event ended it. Who is censored at the time of an event
    was at risk of it. Raises ValueError for a negative duration.
    Source: Kaplan & Meier 1958, J. Am. Stat. Assoc. 53, 457–481.

    >>> kaplan_meier([5, 7, 10, 12, 20, 30], [True, False, True, False, False, False]).share_left(10)
    0.625
    """
    lengths: Any = np.asarray(durations, np.int64)
    over: Any = np.asarray(ended, np.bool_)
    if lengths.shape != over.shape:
        raise ValueError(f"{len(lengths)} durations, and {len(over)} ends")
    if len(lengths) and lengths.min() < 0:
        raise ValueError(f"a duration of {lengths.min()}")
    watched = np.sort(lengths)
    times, events = np.unique(lengths[over], return_counts=True)
    at_risk = len(watched) - np.searchsorted(watched, times, side="left")
    left: Any = np.cumprod((at_risk - events) / at_risk)
    return Curve(times, at_risk.astype(np.int64), events.astype(np.int64), left, watched)
