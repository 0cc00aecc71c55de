"""What many attempts say together: how many got how far, how many are still open, what share went on, and how long it took.

A tally is of any part of the subjects; the tallies of parts that have none in common add up to that of the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from tandem.behavior.funnel.attempts import Attempts
from tandem.behavior.funnel.funnel import Funnel
from tandem.stats.proportions import Share
from tandem.stats.survival import Curve, kaplan_meier
from tandem.timeline.kernels import Flags, Ints, Longs
from tandem.values.instants import Instant


@dataclass(frozen=True, eq=False)
class Waits:
    """Times from a stage until the next, of all that reached the first of them. ended: (n,) false of those that did not go on.

    Who did not was watched until the window was over, or until the instant asked, if that came first.
    """

    lengths: Longs
    ended: Flags

    def __add__(self, other: Waits) -> Waits:
        return Waits(np.concatenate([self.lengths, other.lengths]), np.concatenate([self.ended, other.ended]))

    @property
    def curve(self) -> Curve:
        return kaplan_meier(self.lengths, self.ended)


@dataclass(frozen=True, eq=False)
class Tally:
    """over, running: (stages,) how many attempts got exactly to each stage, of those whose window is over, and of the others.

    open: (stages,) how many of these others are not complete, and still can be. waits: of each stage but the last.
    """

    over: Longs
    running: Longs
    open: Longs
    waits: tuple[Waits, ...]

    def __add__(self, other: Tally) -> Tally:
        waits = tuple(one + another for one, another in zip(self.waits, other.waits, strict=True))
        return Tally(self.over + other.over, self.running + other.running, self.open + other.open, waits)

    @property
    def overall(self) -> Share:
        """Of the attempts whose window is over, how many reached the last stage."""
        return Share(int(self.over[-1]), int(self.over.sum()))

    @property
    def stages(self) -> tuple[Stage, ...]:
        last = len(self.over) - 1
        over, running = (np.cumsum(each[::-1])[::-1].tolist() for each in (self.over, self.running))
        return tuple(
            Stage(
                entered=over[k] + running[k],
                converted=over[k + 1] + running[k + 1],
                open=int(self.open[k]),
                rate=Share(over[k + 1], over[k]),
                quartiles=quartiles_of(self.waits[k].curve),
            )
            if k < last
            else Stage(over[k] + running[k], over[k] + running[k], 0, None, (None, None, None))
            for k in range(last + 1)
        )


@dataclass(frozen=True)
class Stage:
    """entered: attempts that reached the stage. converted: those that reached the next; of the last stage all. open: those that did not
    yet, and still can. rate: of those whose window is over, how many went on; None of the last stage. quartiles: the times to the next
    stage by which a quarter, half and three quarters have gone on, those included that did not; None where that is not reached."""

    entered: int
    converted: int
    open: int
    rate: Share | None
    quartiles: tuple[int | None, int | None, int | None]

    @property
    def dropped(self) -> int:
        return self.entered - self.converted - self.open


def nothing(stages: int) -> Tally:
    none = Waits(np.empty(0, np.int64), np.empty(0, np.bool_))
    zeros = np.zeros(stages, np.int64)
    return Tally(zeros, zeros, zeros, (none,) * (stages - 1))


def combined(parts: Iterable[Tally], stages: int) -> Tally:
    """The tally of parts of the subjects, none of whom is in two."""
    return sum(parts, nothing(stages))


def tally(attempts: Attempts, funnel: Funnel, as_of: Instant) -> Tally:
    stages = len(funnel.stages)
    first = attempts.first
    over = attempts.begun + funnel.within <= as_of
    which = (over, ~over, attempts.is_open(funnel, as_of))
    gone, running, going = (np.bincount(attempts.level[chosen] - 1, minlength=stages).astype(np.int64) for chosen in which)
    return Tally(gone, running, going, tuple(_waits(attempts, first, stage, funnel, as_of) for stage in range(stages - 1)))


def tallies(attempts: Attempts, group: Ints, funnel: Funnel, as_of: Instant) -> Mapping[int, Tally]:
    """A tally of each group. group: (attempts,)."""
    order = np.argsort(group, kind="stable")
    codes, begins = np.unique(group[order], return_index=True)
    parts = np.split(order, begins[1:]) if len(codes) else []
    return {code: tally(attempts.taken(part), funnel, as_of) for code, part in zip(codes.tolist(), parts, strict=True)}


def _waits(attempts: Attempts, first: Longs, stage: int, funnel: Funnel, as_of: Instant) -> Waits:
    """From a stage, numbered from 0, until the next."""
    chosen = np.flatnonzero(attempts.level > stage)
    at = first[chosen] + stage
    since = attempts.reached[at]
    ended = attempts.level[chosen] > stage + 1
    until = np.minimum(attempts.begun[chosen] + funnel.within, as_of)
    until[ended] = attempts.reached[at[ended] + 1]
    return Waits(until - since, ended)


def quartiles_of(curve: Curve) -> tuple[int | None, int | None, int | None]:
    return curve.quantile(0.25), curve.quantile(0.5), curve.quantile(0.75)
