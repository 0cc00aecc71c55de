"""The path of an account: a team adopts the product, a need shows, the company signs, it stays.

Each account goes once, from its first adoption on; each stage must come within its time after the one before. A stage that comes too late
ends the path: the account is *lost* there. One that has not come, and still may, is *open*. What happens at one instant stands in the order
of the stages, and is one stage each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tandem.behavior.funnel.tally import Stage, Waits, quartiles_of
from tandem.signals.backtest.occurrences import Marked
from tandem.signals.playbook.funnels import Path
from tandem.stats.proportions import Share
from tandem.timeline.kernels import Longs, kernel, still
from tandem.values.instants import Instant


@dataclass(frozen=True, eq=False)
class Courses:
    """How far accounts came. subject, level: (accounts,) those that set out, ascending, and how many stages each reached, 1 or more.
    reached: (accounts, stages) when; 0 where it did not. astray: (stages,) how many accounts came to the stage, and not on the path."""

    subject: Longs
    level: Longs
    reached: Longs
    astray: Longs

    def __len__(self) -> int:
        return len(self.subject)

    def taken(self, chosen: Longs) -> Courses:
        """Some of them, by their positions; nobody is astray of a part."""
        return Courses(self.subject[chosen], self.level[chosen], self.reached[chosen], np.zeros_like(self.astray))


def find_courses(path: Path, happened: Marked, since: Instant | None = None, until: Instant | None = None) -> Courses:
    """happened: of the path's stages, as `find_happenings` finds them. since, until: only of accounts that adopted then."""
    stages = len(path.stages)
    first = np.bitwise_and(happened.mark, -happened.mark)
    order = np.lexsort((happened.mark, first, happened.at, happened.subject))
    subject, at, mark = happened.subject[order], happened.at[order], happened.mark[order]
    codes, begins = np.unique(subject, return_index=True)
    offsets = np.append(begins, len(subject))
    within = still(np.array([0, *path.within]), np.int64)
    level, reached = _walked(still(offsets, np.int64), still(at, np.int64), still(mark, np.int32), within, stages)
    begun = level > 0
    if since is not None:
        begun &= reached[:, 0] >= since
    if until is not None:
        begun &= reached[:, 0] < until
    came = [np.unique(subject[(mark >> bit) & 1 == 1]) for bit in range(stages)]
    astray = [len(np.setdiff1d(each, codes[level > bit])) for bit, each in enumerate(came)]
    return Courses(codes[begun].astype(np.int64), level[begun], reached[begun], np.array(astray, np.int64))


@dataclass(frozen=True, eq=False)
class PathTally:
    """counts: (4, stages) of the accounts whose time for the next stage is over, how many reached it, and how many did not; and the same of
    the others. waits: of each stage but the last, the time to the next."""

    counts: Longs
    waits: tuple[Waits, ...]

    def __add__(self, other: PathTally) -> PathTally:
        return PathTally(self.counts + other.counts, tuple(one + another for one, another in zip(self.waits, other.waits, strict=True)))

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Who dropped is lost here."""
        *before, last = self.counts.T.tolist()
        found = [
            Stage(on + off + early + running, on + early, running, Share(on, on + off), quartiles_of(waits.curve))
            for (on, off, early, running), waits in zip(before, self.waits, strict=True)
        ]
        return (*found, Stage(sum(last), sum(last), 0, None, (None, None, None)))


def path_tally(courses: Courses, path: Path, as_of: Instant) -> PathTally:
    stages = len(path.stages)
    counts = np.zeros((4, stages), np.int64)
    counts[3, -1] = int((courses.level == stages).sum())
    waits = []
    for k, within in enumerate(path.within):
        chosen = np.flatnonzero(courses.level > k)
        since = courses.reached[chosen, k]
        went_on = courses.level[chosen] > k + 1
        is_over = since + within <= as_of
        for row, mask in enumerate((is_over & went_on, is_over & ~went_on, ~is_over & went_on, ~is_over & ~went_on)):
            counts[row, k] = int(mask.sum())
        until = np.minimum(since + within, as_of)
        until[went_on] = courses.reached[chosen[went_on], k + 1]
        waits.append(Waits(until - since, went_on))
    return PathTally(counts, tuple(waits))


def combined(parts: Iterable[PathTally], stages: int) -> PathTally:
    """The tally of parts of the accounts, none of which is in two."""
    none = Waits(np.empty(0, np.int64), np.empty(0, np.bool_))
    return sum(parts, PathTally(np.zeros((4, stages), np.int64), (none,) * (stages - 1)))


@kernel
def _walked(offsets, at, mark, within, stages):  # type: ignore[no-untyped-def]
    accounts = len(offsets) - 1
    level, reached = np.zeros(accounts, np.int64), np.zeros((accounts, stages), np.int64)
    for s in range(accounts):
        k = 0
        for i in range(offsets[s], offsets[s + 1]):
            if k > 0 and at[i] - reached[s, k - 1] > within[k]:
                break
            if (mark[i] >> k) & 1:
                reached[s, k] = at[i]
                k += 1
                if k == stages:
                    break
        level[s] = k
    return level, reached
