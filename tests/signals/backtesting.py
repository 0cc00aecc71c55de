"""Semantics 7 in plain Python, a sentence at a time; and small worlds of firings and outcomes to ask it of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, tzinfo
from fractions import Fraction
from random import Random
from statistics import quantiles
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import strategies as st

from tandem.signals.backtest.backtest import Evidence, Question
from tandem.signals.backtest.moments import Moments
from tandem.timeline.steps import field_steps
from tandem.values.instants import DAY, HOUR, Instant, midnight, read_instant, to_datetime
from tests.signals.conditions import Choices

# Clocks go forward in the night to the 29th in Berlin: that day has 23 hours.
ZONES: tuple[tzinfo, ...] = (ZoneInfo("Europe/Berlin"), ZoneInfo("UTC"))
BEGINS = read_instant("2026-03-27", ZONES[0])


@dataclass(frozen=True)
class Told:
    """What happened. fired: (subject, at). occurred: (subject of the outcome, at). matched: by subject, the outcome's, or None.

    existence, sellers: by subject, stretches (since, until), half-open.
    """

    asked: Question
    fired: tuple[tuple[int, Instant], ...]
    occurred: tuple[tuple[int, Instant], ...]
    matched: tuple[int | None, ...]
    existence: tuple[tuple[tuple[Instant, Instant], ...], ...]
    sellers: tuple[tuple[tuple[Instant, Instant], ...], ...]

    def evidence(self, moments: type[Moments] = Moments) -> Evidence:
        return Evidence(
            moments.of([one for one, _ in self.fired], [at for _, at in self.fired]),
            moments.of([one for one, _ in self.occurred], [at for _, at in self.occurred]),
            _codes(self.matched),
            _steps(self.existence),
            _steps(self.sellers) if self.sellers else None,
        )


def meant(told: Told) -> dict[str, Any]:
    """The numbers of a backtest, as DESIGN defines them; shares are exact, and None where there is no denominator."""
    asked, horizon, known_at = told.asked, told.asked.horizon, told.asked.as_of
    # C is the earlier of T and the instant until which Y's source is complete.
    complete = min(known_at, asked.complete_until)
    occurred = sorted({(one, at) for one, at in told.occurred if at <= known_at})
    ever = {}
    for one, at in reversed(occurred):
        ever[one] = at

    def is_asked(at: Instant) -> bool:
        return (asked.since is None or at >= asked.since) and (asked.until is None or at < asked.until)

    def outcome_after(one: int | None, at: Instant) -> Instant | None:
        """Y is the first occurrence after the firing, or the first ever where so declared."""
        if asked.first_ever:
            return ever[one] if one in ever and ever[one] > at else None  # type: ignore[index]
        return next((y for other, y in occurred if other == one and y > at), None)

    def has_had(one: int | None, at: Instant) -> bool:
        return asked.first_ever and one in ever and ever[one] <= at  # type: ignore[index]

    all_fired = [(told.matched[one], at) for one, at in told.fired if at <= known_at]
    fired = [(one, at) for one, at in all_fired if is_asked(at)]
    # already: for a first-ever Y, occurred at or before the firing; left out of all that follows.
    left = [(one, at) for one, at in fired if not has_had(one, at)]
    # mature: at + H <= C.
    mature = [(one, at) for one, at in left if at + horizon <= complete]
    open_ = [(one, at) for one, at in left if at + horizon > complete]

    def converts(one: int | None, at: Instant) -> bool:
        y = outcome_after(one, at)
        return y is not None and at < y <= at + horizon

    converted = [(one, at) for one, at in mature if converts(one, at)]
    # Recall = of the Y in [first instant of the log + H, C] (a subject's first in it), those with a firing in [Y - H, Y).
    subject_to_first: dict[int, Instant] = {}
    for one, y in occurred:
        if asked.first_ever and ever[one] != y:
            continue
        if asked.log_begins + horizon <= y <= complete and is_asked(y):
            subject_to_first.setdefault(one, y)
    preceded = [
        one for one, y in subject_to_first.items() if any(other == one and y - horizon <= at < y for other, at in all_fired)
    ]  # fmt: skip
    # Base rate: for each mature firing, the share of subjects that existed without Y at the start of its day and had Y within H of that start.
    shares = [share for _, at in mature if (share := base_share(told, day_start(at, asked.zone), converts, has_had)) is not None]
    base = sum(shares, Fraction(0)) / len(shares) if shares else None
    precision = Fraction(len(converted), len(mature)) if mature else None
    takes = [y - at for one, at in converted if (y := outcome_after(one, at)) is not None]
    weeks = Fraction(min(known_at, asked.until or known_at) - (asked.log_begins if asked.since is None else asked.since), 7 * DAY)
    seller_weeks = sum(
        (Fraction(max(0, min(until, asked.ends) - max(since, asked.begins)), 7 * DAY) for one in told.sellers for since, until in one),
        Fraction(0),
    )
    return {
        "fired": len(fired),
        "already": len(fired) - len(left),
        "matured": len(mature),
        "converted": len(converted),
        "open": len(open_),
        "open_converted": sum(converts(one, at) for one, at in open_),
        "precision": precision,
        "outcomes": len(subject_to_first),
        "outcomes_preceded": len(preceded),
        "recall": Fraction(len(preceded), len(subject_to_first)) if subject_to_first else None,
        "base_rate": base,
        "lift": precision / base if precision is not None and base else None,
        "lead_time_days": quartiles_of(takes),
        "reached": {days: reached(left, outcome_after, complete, days * DAY) for days in (7, 30, 90)},
        "leads_per_week": len(fired) / weeks if weeks > 0 else None,
        "leads_per_week_per_seller": len(fired) / seller_weeks if weeks > 0 and seller_weeks else None,
        "touches": None if asked.touches_per_lead is None else len(fired) * asked.touches_per_lead,
    }


def base_share(told: Told, start: Instant, converts: Any, has_had: Any) -> Fraction | None:
    existed = [
        told.matched[one]
        for one, stretches in enumerate(told.existence)
        if any(since <= start < until for since, until in stretches) and not has_had(told.matched[one], start)
    ]
    return Fraction(sum(converts(one, start) for one in existed), len(existed)) if existed else None


def day_start(at: Instant, zone: tzinfo) -> Instant:
    local = to_datetime(at).astimezone(zone)
    return midnight(date(local.year, local.month, local.day), zone)


def quartiles_of(takes: list[int]) -> tuple[float, ...] | None:
    days = [each / DAY for each in takes]
    return (days[0],) * 3 if len(days) == 1 else tuple(quantiles(days, n=4, method="inclusive")) if days else None


def reached(left: list[Any], outcome_after: Any, complete: Instant, within: int) -> Fraction | None:
    """By Kaplan and Meier: at each time the share that goes on is that of those who were watched up to it."""
    watched = []
    for one, at in left:
        y = outcome_after(one, at)
        if at <= complete:
            watched.append((y - at, True) if y is not None and y <= complete else (complete - at, False))
    share = Fraction(1)
    for time in sorted({length for length, ended in watched if ended and length <= within}):
        at_risk = sum(length >= time for length, _ in watched)
        share *= 1 - Fraction(watched.count((time, True)), at_risk)
    is_known = watched and (share == 0 or any(length >= within for length, _ in watched))
    return 1 - share if is_known else None


# Small worlds.


def told_of(data: bytes, many: int) -> Told:
    """A world of few subjects and days, in which firings, outcomes and midnights meet often."""
    pick = Choices(data)
    zone, subjects, owners = pick.of(*ZONES), pick.of(4, 3, 1), pick.of(3, 2)
    matched = tuple(pick.of(*range(owners), None) for _ in range(subjects))

    def instant() -> Instant:
        return int(BEGINS + pick.of(0, 1, 2, 3, 4, 5) * DAY + pick.of(0, 0, 12 * HOUR, 24 * HOUR - 1, -HOUR))

    def stretches() -> tuple[tuple[Instant, Instant], ...]:
        bounds = sorted({instant() for _ in range(pick.of(2, 4, 1))})
        ended = [*bounds, 2**63 - 1]
        return tuple(zip(ended[::2], ended[1::2], strict=False))

    horizon, as_of = pick.of(DAY, 2 * DAY, 3 * DAY, 7 * DAY), instant() + pick.of(2 * DAY, 4 * DAY, 9 * DAY, 100 * DAY)
    asked = Question(
        horizon=horizon,
        as_of=as_of,
        complete_until=pick.of(as_of, as_of + DAY, as_of - DAY, as_of - 2 * DAY, instant() + 3 * DAY),
        log_begins=pick.of(BEGINS - 2 * DAY, BEGINS, BEGINS - 9 * DAY),
        first_ever=pick.of(True, False),
        since=pick.of(None, None, BEGINS + DAY),
        until=pick.of(None, None, BEGINS + 4 * DAY),
        zone=zone,
        touches_per_lead=pick.of(None, 2.5),
    )
    return Told(
        asked,
        tuple((pick.of(*range(subjects)), instant()) for _ in range(pick.of(many, many // 2, many // 2, 1, 0))),
        tuple((pick.of(*range(owners)), instant() + pick.of(0, 0, 4 * DAY)) for _ in range(pick.of(many, many // 2, many // 2, 1, 0))),
        matched,
        tuple(stretches() for _ in range(subjects)),
        pick.of((), (stretches(), stretches())),
    )


def seeded(count: int, seed: int, many: int = 8) -> list[Told]:
    chance = Random(seed)
    return [told_of(chance.randbytes(200), many) for _ in range(count)]


def told_worlds(many: int = 8) -> st.SearchStrategy[Told]:
    return st.builds(told_of, st.binary(min_size=200, max_size=200), st.just(many))


def of(told: Told, **changed: Any) -> Told:
    """The same world, asked otherwise."""
    return replace(told, asked=replace(told.asked, **changed))


def _codes(matched: tuple[int | None, ...]) -> Any:
    return np.array([-1 if one is None else one for one in matched], np.int64)


def _steps(stretches: tuple[tuple[tuple[Instant, Instant], ...], ...]) -> Any:
    told = [
        (one, at, value) for one, theirs in enumerate(stretches) for since, until in theirs for at, value in ((since, 1), (until, 0))
        if at < 2**63 - 1
    ]  # fmt: skip
    steps = field_steps([each[0] for each in told], [each[1] for each in told], [each[2] for each in told], len(stretches))
    return replace(steps, initial=0)
