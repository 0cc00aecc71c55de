"""Moments: instants of subjects, in an order in which the next and the last before another instant are found at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tandem.timeline.kernels import NEVER, Longs

BEFORE_ALL = -NEVER
NOBODY = -1


@dataclass(frozen=True, eq=False)
class Moments:
    """subject: (n,) codes, ascending. at: (n,) instants, ascending inside a subject."""

    subject: Longs
    at: Longs

    @classmethod
    def of(cls, subject: npt.ArrayLike, at: npt.ArrayLike) -> Moments:
        """Of any order."""
        whose, when = np.asarray(subject, np.int64), np.asarray(at, np.int64)
        order = np.lexsort((when, whose))
        return cls(whose[order], when[order])

    def __len__(self) -> int:
        return len(self.at)

    def where(self, kept: npt.NDArray[np.bool_]) -> Moments:
        return Moments(self.subject[kept], self.at[kept])

    def firsts(self) -> Moments:
        """The first of each subject."""
        return self.where(np.append(True, self.subject[1:] != self.subject[:-1])[: len(self)])

    def next_after(self, subject: Longs, at: Longs) -> Longs:
        """(m,) the first instant of each subject after an instant; NEVER where there is none. subject: NOBODY has none."""
        found = self._passed(subject, at, "right")
        is_theirs = found < np.searchsorted(self.subject, subject, side="right")
        return np.where(is_theirs, np.append(self.at, NEVER)[found], NEVER)

    def last_before(self, subject: Longs, at: Longs) -> Longs:
        """(m,) the last instant of each subject before an instant; BEFORE_ALL where there is none."""
        found = self._passed(subject, at, "left")
        is_theirs = found > np.searchsorted(self.subject, subject, side="left")
        return np.where(is_theirs, np.append(self.at, BEFORE_ALL)[found - 1], BEFORE_ALL)

    def _passed(self, subject: Longs, at: Longs, side: str) -> Longs:
        """(m,) how many of the moments stand before each place, by subject and then instant."""
        wanted = subject * (len(self._instants) + 1) + np.searchsorted(self._instants, at, side=side)  # type: ignore[call-overload]
        found: Longs = np.searchsorted(self._ladder, wanted, side="right")
        return found

    @cached_property
    def _instants(self) -> Longs:
        return np.unique(self.at)

    @cached_property
    def _ladder(self) -> Longs:
        """Subject and instant as one number that ascends: an instant is how many of all instants are passed once it is reached."""
        found: Longs = self.subject * (len(self._instants) + 1) + np.searchsorted(self._instants, self.at) + 1
        return found
