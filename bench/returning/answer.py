"""An answer as whole numbers, so that answers can be compared: of a funnel (how far, how many), of retention (week of the cohort, weeks later,
how many), of actives (day, how many).

Days are counted from 1970-01-01, weeks of Monday from the one that it was in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DAY_MICROSECONDS = 86_400_000_000
MONDAY = 3  # 1970-01-01 was a Thursday.
WINDOW_DAYS = 28
STAGES = ("Invite Sent", "Seats Added", "Plan Compared")
WITHIN = 14 * DAY_MICROSECONDS


@dataclass(frozen=True)
class Answer:
    """columns: whole numbers, in whatever order of rows; the last is how many, and rows of nobody may be left out."""

    columns: tuple[npt.NDArray[np.int64], ...]

    @classmethod
    def of(cls, *columns: npt.ArrayLike) -> Answer:
        found = tuple(np.asarray(each, np.int64) for each in columns)
        order = np.lexsort(found[-2::-1])
        return cls(tuple(each[order][found[-1][order] != 0] for each in found))

    def __len__(self) -> int:
        return len(self.columns[0])

    def digest(self) -> str:
        told = hashlib.blake2b(digest_size=8)
        for each in self.columns:
            told.update(np.ascontiguousarray(each).tobytes())
        return told.hexdigest()


def of_masks(masks: npt.ArrayLike, many: npt.ArrayLike, base: int) -> Answer:
    """masks: Python integers, bit n where one was active n weeks after the base; many: how many have each."""
    counts: dict[tuple[int, int], int] = {}
    for mask, number in zip(np.asarray(masks, object).tolist(), np.asarray(many).tolist(), strict=True):
        cohort = (mask & -mask).bit_length() - 1
        for week in range(cohort, mask.bit_length()):
            if mask >> week & 1:
                key = base + cohort, week - cohort
                counts[key] = counts.get(key, 0) + number
    return Answer.of(*zip(*((cohort, bucket, number) for (cohort, bucket), number in counts.items()), strict=True))


def of_changes(day: npt.ArrayLike, change: npt.ArrayLike, until: int) -> Answer:
    """Actives from how their number changes; up to the day `until`, which is in."""
    days, changes = np.asarray(day, np.int64), np.asarray(change, np.int64)
    order = np.argsort(days)
    every = np.arange(days.min(), until + 1)
    level = np.cumsum(changes[order])
    return Answer.of(every, level[np.searchsorted(days[order], every, side="right") - 1])
