"""The funnel of a motion: of the accounts that were in the motion when they entered it, how far they got.

An account *enters* with the first stage, and belongs to the motion that it was in at that instant, what happened at it included: an
opportunity makes the motion of its own entry. A first stage in another motion begins nothing. So no ratio mixes motions, and an account
that later is won in another way stays where it began, and is told as `moved`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tandem.behavior.fields import values_then
from tandem.behavior.funnel.attempts import Attempts, attempts_in
from tandem.behavior.funnel.funnel import Funnel
from tandem.behavior.motions.happenings import find_happenings, view_of
from tandem.signals.backtest.hindsight import Hindsight
from tandem.signals.backtest.moments import Moments
from tandem.signals.backtest.occurrences import Marked
from tandem.signals.fold import Fold
from tandem.signals.motion import motions
from tandem.signals.playbook.funnels import MOTIONS, MotionFunnel
from tandem.signals.playbook.outcomes import Stages
from tandem.timeline.kernels import THREADS, Longs
from tandem.timeline.steps import Steps
from tandem.values.instants import Instant


@dataclass(frozen=True, eq=False)
class Entered:
    """attempts: of each account in the motion the best. moved: (reached,) 1 where the account was in another motion when it reached the
    stage, of every stage of every attempt. elsewhere: how many accounts came to the first stage, and never in this motion."""

    funnel: Funnel
    attempts: Attempts
    moved: Longs
    elsewhere: int

    def moved_by_stage(self, chosen: Longs | None = None) -> Longs:
        """(stages,) how many were in another motion by then. chosen: of these attempts alone."""
        stage = np.arange(len(self.moved)) - np.repeat(self.attempts.first, self.attempts.level)
        whose = np.repeat(np.arange(len(self.attempts)), self.attempts.level)
        kept = self.moved == 1 if chosen is None else (self.moved == 1) & np.isin(whose, chosen)
        found: Longs = np.bincount(stage[kept], minlength=len(self.funnel.stages))
        return found


def motions_then(hindsight: Hindsight, ends: Stages) -> Steps:
    """(accounts,) the motion of each over all of the past, by all that is known as of the instant."""
    return motions(Fold(hindsight, hindsight.declared), ends)


def funnel_of(declared: MotionFunnel, since: Instant | None = None, until: Instant | None = None) -> Funnel:
    return Funnel("account", declared.stages, declared.within, declared.order, since=since, until=until)


def find_entered(
    declared: MotionFunnel,
    ends: Stages,
    hindsight: Hindsight,
    fired: Mapping[str, Moments],
    motion: Steps,
    since: Instant | None = None,
    until: Instant | None = None,
    threads: int = THREADS,
) -> Entered:
    """motion: as `motions_then` finds it. since, until: only of accounts that entered then."""
    funnel, place = funnel_of(declared, since, until), MOTIONS.index(declared.motion)
    happened = find_happenings(declared.stages, ends, hindsight, fired)
    is_here = values_then(motion, happened.subject, happened.at) == place
    enters = (happened.mark & 1) == 1
    if since is not None:
        enters &= happened.at >= since
    if until is not None:
        enters &= happened.at < until
    elsewhere = np.setdiff1d(happened.subject[enters], happened.subject[enters & is_here])
    kept = Marked(happened.subject, happened.at, np.where(is_here, happened.mark, happened.mark & ~1).astype(np.int32))
    accounts = len(hindsight.timeline.subjects("account").ids)
    attempts = attempts_in(view_of(kept, accounts, hindsight.as_of), funnel, threads=threads)
    whose = np.repeat(attempts.subject, attempts.level).astype(np.int64)
    moved = (values_then(motion, whose, attempts.reached) != place).astype(np.int64)
    return Entered(funnel, attempts, moved, len(elsewhere))
