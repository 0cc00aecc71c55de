"""The backtest of one signal against one outcome: DESIGN's Semantics 7."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

import numpy as np
import numpy.typing as npt

from tandem.signals.backtest.base_rate import BaseRate, Eligible, base_rate
from tandem.signals.backtest.moments import BEFORE_ALL, Moments
from tandem.stats.proportions import Interval, Share
from tandem.stats.quantiles import quartiles
from tandem.stats.ratios import katz
from tandem.stats.survival import kaplan_meier
from tandem.timeline.kernels import NEVER, Longs
from tandem.timeline.steps import Steps
from tandem.values.durations import Duration
from tandem.values.instants import DAY, Instant

WEEK = 7 * DAY
REACHED_DAYS = (7, 30, 90)


@dataclass(frozen=True)
class Question:
    """horizon: within how long after a firing the outcome must come. complete_until: until when the outcome's source is complete.

    first_ever: the outcome is the first that a subject ever has; else the first after the firing. log_begins: the first instant at which
    anything was known. since, until: only firings and outcomes at or after, and before; None for no bound. zone: where days begin.
    touches_per_lead: what a lead costs; None where nobody says.
    """

    horizon: Duration
    as_of: Instant
    complete_until: Instant
    log_begins: Instant
    first_ever: bool = False
    since: Instant | None = None
    until: Instant | None = None
    zone: tzinfo = UTC
    touches_per_lead: float | None = None

    @property
    def complete(self) -> Instant:
        """C: no later than what is asked as of."""
        return min(self.as_of, self.complete_until)

    @property
    def begins(self) -> Instant:
        return self.log_begins if self.since is None else self.since

    @property
    def ends(self) -> Instant:
        return self.as_of if self.until is None else min(self.as_of, self.until)

    def within(self, at: Longs) -> npt.NDArray[np.bool_]:
        """Which instants are in the period that is asked about."""
        inside = at >= (BEFORE_ALL if self.since is None else self.since)
        return inside if self.until is None else inside & (at < self.until)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What happened. fired: of the signal's subjects. occurred: of the outcome's, as known at the as-of.

    matched: (signal's subjects,) which of the outcome's subjects each is by identity as of the as-of; NOBODY for none. existence: of the
    signal's subjects. sellers: 1 while each is employed; None where nobody says who sells.
    """

    fired: Moments
    occurred: Moments
    matched: Longs
    existence: Steps
    sellers: Steps | None = None


@dataclass(frozen=True)
class Backtest:
    """fired = already + matured + open, and of these converted and open_converted. lead_time_days: quartiles of the converted.

    reached: by days, the share of all that are not already, by Kaplan and Meier. why: of each number that is None, the reason.
    """

    fired: int
    already: int
    matured: int
    converted: int
    open: int
    open_converted: int
    outcomes: int
    outcomes_preceded: int
    base_rate: float | None
    lift: float | None
    lift_interval: Interval | None
    lead_time_days: tuple[float, float, float] | None
    reached: Mapping[int, float | None]
    at_risk: Mapping[int, int]
    leads_per_week: float | None
    leads_per_week_per_seller: float | None
    touches: float | None
    why: Mapping[str, str] = field(default_factory=dict)

    @property
    def precision(self) -> Share:
        return Share(self.converted, self.matured)

    @property
    def recall(self) -> Share:
        return Share(self.outcomes_preceded, self.outcomes)


def backtest(asked: Question, evidence: Evidence) -> Backtest:
    """What the firings of the period were worth."""
    why: dict[str, str] = {}
    known = evidence.occurred.where(evidence.occurred.at <= asked.as_of)
    occurred = known.firsts() if asked.first_ever else known
    all_fired = evidence.fired.where(evidence.fired.at <= asked.as_of)
    fired = all_fired.where(asked.within(all_fired.at))
    scored = _scored(asked, occurred, evidence.matched[fired.subject], fired.at)
    precision = Share(int(scored.converted.sum()), int(scored.matured.sum()))
    outcomes = _in_range(asked, occurred)
    preceded = _preceded(asked, outcomes, evidence.matched[all_fired.subject], all_fired.at)
    if precision.value is None:
        why["precision"] = "no firing is mature" if len(fired) else "nothing fired"
    if len(outcomes) == 0:
        why["recall"] = "no outcome lies between the log's first instant plus the horizon, and the end of what is complete"
    base = BaseRate(None, 0)
    if precision.trials:
        eligible = Eligible.of(evidence.existence, evidence.matched, occurred if asked.first_ever else None)
        base = base_rate(eligible, occurred, asked.horizon, fired.at[scored.matured], asked.zone)
    if base.mean is None:
        why["base_rate"] = "at the start of no firing's day was anybody there without the outcome" if precision.trials else why["precision"]
    lift, interval = _lift(precision, base)
    if lift is None:
        why["lift"] = why.get("base_rate", "nobody had the outcome, be there a firing or not")
    lead_time = quartiles(scored.takes[scored.converted] / DAY)
    if lead_time is None:
        why["lead_time_days"] = why.get("precision", "no mature firing has converted")
    reached, at_risk = _reached(asked, scored, fired.at)
    why |= {f"reached.{days}d": "nobody is watched for so long" for days, share in reached.items() if share is None}
    weekly, per_seller = per_week(asked.begins, asked.ends, len(fired), evidence.sellers, why)
    if asked.touches_per_lead is None:
        why["touches"] = "`product.yaml` does not declare `touches_per_lead`"
    return Backtest(
        fired=len(fired),
        already=int(scored.already.sum()),
        matured=precision.trials,
        converted=precision.successes,
        open=int(scored.open.sum()),
        open_converted=int((scored.open & scored.came).sum()),
        outcomes=len(outcomes),
        outcomes_preceded=preceded,
        base_rate=base.mean,
        lift=lift,
        lift_interval=interval,
        lead_time_days=lead_time,
        reached=reached,
        at_risk=at_risk,
        leads_per_week=weekly,
        leads_per_week_per_seller=per_seller,
        touches=None if asked.touches_per_lead is None else len(fired) * asked.touches_per_lead,
        why=why,
    )


@dataclass(frozen=True, eq=False)
class _Scored:
    """Of each firing, (firings,). takes: how long until the outcome came; NEVER if it has not. came: within the horizon, be it mature or not."""

    already: npt.NDArray[np.bool_]
    matured: npt.NDArray[np.bool_]
    takes: Longs
    came: npt.NDArray[np.bool_]

    @property
    def open(self) -> npt.NDArray[np.bool_]:
        return ~self.already & ~self.matured

    @property
    def converted(self) -> npt.NDArray[np.bool_]:
        return self.matured & self.came


def _scored(asked: Question, occurred: Moments, whose: Longs, at: Longs) -> _Scored:
    """whose: the outcome's subject of each firing. occurred: of a first-ever outcome only the first of each."""
    follows = occurred.next_after(whose, at)
    already = np.zeros(len(at), np.bool_)
    if asked.first_ever:
        # Of a subject that has one occurrence there is none after the firing: it was before, or at the same instant.
        already = occurred.next_after(whose, np.full(len(at), BEFORE_ALL)) <= at
    takes = np.where(follows == NEVER, NEVER, follows - at)
    return _Scored(already, ~already & (at + asked.horizon <= asked.complete), takes, ~already & (takes <= asked.horizon))


def _in_range(asked: Question, occurred: Moments) -> Moments:
    """The outcomes that recall asks about: each subject's first among those that a firing could have preceded, and whose source is complete."""
    could = occurred.at >= asked.log_begins + asked.horizon
    return occurred.where(could & (occurred.at <= asked.complete) & asked.within(occurred.at)).firsts()


def _preceded(asked: Question, outcomes: Moments, whose: Longs, at: Longs) -> int:
    """How many outcomes Y have a firing in [Y - H, Y), of whatever period."""
    before = Moments.of(whose, at).last_before(outcomes.subject, outcomes.at)
    return int((before >= outcomes.at - asked.horizon).sum())


def _lift(precision: Share, base: BaseRate) -> tuple[float | None, Interval | None]:
    """A mean over many days is worth as many trials as would give its successes, each of which is one subject."""
    if precision.value is None or not base.mean:
        return None, None
    interval = katz(precision.successes, precision.trials, base.observed, base.observed / base.mean)
    return float(precision.value) / base.mean, interval


def _reached(asked: Question, scored: _Scored, at: Longs) -> tuple[dict[int, float | None], dict[int, int]]:
    """Of all that are not already, mature or not, watched until the outcome or until nobody knows further."""
    watched = ~scored.already & (at <= asked.complete)
    follows = asked.complete - at[watched]
    ended = scored.takes[watched] <= follows
    curve = kaplan_meier(np.where(ended, scored.takes[watched], follows), ended)
    return (
        {days: curve.share_reached(days * DAY) for days in REACHED_DAYS},
        {days: curve.number_at_risk(days * DAY) for days in REACHED_DAYS},
    )


def per_week(begins: Instant, ends: Instant, leads: int, sellers: Steps | None, why: dict[str, str]) -> tuple[float | None, float | None]:
    """How many leads of a period come to a week, and to a week of each seller who was employed; `why` is told where one is unknown."""
    length = ends - begins
    if length <= 0:
        why["leads_per_week"] = why["leads_per_week_per_seller"] = "the period has no length"
        return None, None
    employed = 0 if sellers is None else _employed(sellers, begins, ends)
    if not employed:
        why["leads_per_week_per_seller"] = "no record says that a seller was employed in the period"
    return leads * WEEK / length, leads * WEEK / employed if employed else None


def _employed(sellers: Steps, since: Instant, until: Instant) -> int:
    """How long all sellers together were employed."""
    subject = np.repeat(np.arange(sellers.subjects), np.diff(sellers.offsets))
    ends = np.full(len(sellers), NEVER)
    same = subject[1:] == subject[:-1]
    ends[:-1][same] = sellers.at[1:][same]
    there = sellers.value == 1
    lasted = np.minimum(ends[there], until) - np.maximum(sellers.at[there], since)
    return int(lasted[lasted > 0].sum())
