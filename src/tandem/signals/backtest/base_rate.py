"""The base rate: how often the outcome comes to anybody who is there, asked on the days of the firings.

A subject counts on a day if it exists at the day's start; if the outcome is a first-ever one, it must not have had it by then. Both, and
whether the outcome comes within the horizon, hold over stretches of starts, so that each day is two look-ups in sorted bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, tzinfo
from math import fsum

import numpy as np

from tandem.signals.backtest.moments import BEFORE_ALL, NOBODY, Moments
from tandem.signals.columns import Calendar
from tandem.signals.world import Declared
from tandem.timeline.kernels import NEVER, Longs
from tandem.timeline.steps import Steps
from tandem.values.durations import Duration
from tandem.values.instants import midnight


@dataclass(frozen=True)
class BaseRate:
    """mean: over the firings; None where on none of their days anybody was there. observed: how many different subjects of the outcome are
    behind it: what comes to one of them counts on many days, and is one observation all the same."""

    mean: float | None
    observed: int


@dataclass(frozen=True, eq=False)
class Eligible:
    """Stretches in which subjects exist, and have not had a first-ever outcome: subject, since, until: (stretches,), half-open.

    outcome: the subject of the outcome that each is; NOBODY for none.
    """

    outcome: Longs
    since: Longs
    until: Longs

    @classmethod
    def of(cls, existence: Steps, matched: Longs, had: Moments | None) -> Eligible:
        """had: the first occurrence of each; None where the outcome is one after another."""
        assert existence.initial == 0, "nobody exists before the first step"
        subject = np.repeat(np.arange(existence.subjects), np.diff(existence.offsets))
        until = np.full(len(existence), NEVER)
        same = subject[1:] == subject[:-1]
        until[:-1][same] = existence.at[1:][same]
        there = existence.value == 1
        outcome, since, until = matched[subject[there]], existence.at[there], until[there]
        if had is not None:
            first = had.next_after(outcome, np.full(len(outcome), BEFORE_ALL))
            until = np.minimum(until, first)
        kept = since < until
        return cls(outcome[kept], since[kept], until[kept])

    def meeting(self, occurred: Moments, horizon: Duration) -> Eligible:
        """The parts of them whose instants have an occurrence after them, within the horizon."""
        # An occurrence at Y comes within H of every start in [Y - H, Y). What overlaps or touches is one run.
        begins = occurred.at - horizon
        news = np.ones(len(occurred), np.bool_)
        news[1:] = (occurred.subject[1:] != occurred.subject[:-1]) | (begins[1:] > occurred.at[:-1])
        firsts = np.flatnonzero(news)
        lasts = np.append(firsts[1:], len(occurred))[: len(firsts)] - 1
        whose, run_since, run_until = occurred.subject[firsts], begins[firsts], occurred.at[lasts]
        low, high = np.searchsorted(whose, self.outcome, side="left"), np.searchsorted(whose, self.outcome, side="right")
        pairs = high - low
        mine = np.repeat(np.arange(len(pairs)), pairs)
        run = np.arange(len(mine)) - np.repeat(np.cumsum(pairs) - pairs, pairs) + np.repeat(low, pairs)
        since, until = np.maximum(self.since[mine], run_since[run]), np.minimum(self.until[mine], run_until[run])
        kept = since < until
        return Eligible(self.outcome[mine][kept], since[kept], until[kept])

    def at(self, instants: Longs) -> Longs:
        """(instants,) how many of the stretches hold each."""
        begun, over = (np.searchsorted(np.sort(bound), instants, side="right") for bound in (self.since, self.until))
        found: Longs = begun - over
        return found

    def seen(self, instants: Longs) -> int:
        """How many different subjects of the outcome any of the instants meets. instants: ascending."""
        met = np.searchsorted(instants, self.since, side="left") < np.searchsorted(instants, self.until, side="left")
        return len(np.unique(self.outcome[met & (self.outcome != NOBODY)]))


def base_rate(eligible: Eligible, occurred: Moments, horizon: Duration, fired_at: Longs, zone: tzinfo) -> BaseRate:
    """fired_at: (firings,) of the mature firings."""
    days, firings = np.unique(day_starts(fired_at, zone), return_counts=True)
    meeting = eligible.meeting(occurred, horizon)
    there, had = eligible.at(days), meeting.at(days)
    asked = there > 0
    if not asked.any():
        return BaseRate(None, 0)
    weighted = firings[asked] * (had[asked] / there[asked])
    return BaseRate(fsum(weighted.tolist()) / int(firings[asked].sum()), meeting.seen(days[asked]))


def day_starts(instants: Longs, zone: tzinfo) -> Longs:
    """(n,) the first instant of the calendar day of each."""
    days, place = np.unique(Calendar(Declared(zone=zone)).days(instants), return_inverse=True)
    starts = np.array([midnight(date.fromordinal(day), zone) for day in days.tolist()], np.int64)
    return starts[place]
