"""Active subjects: how many different ones did something in each period, or in so many days up to each; and stickiness, a day's share of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import partial, reduce
from typing import Any

import numpy as np

from tandem.behavior.activity import ActivityQuestion, hits, room_for_people
from tandem.behavior.periods import Periods, number_of
from tandem.behavior.view import View, counting
from tandem.timeline.folds.stays import longest
from tandem.timeline.kernels import THREADS, Longs, kernel
from tandem.timeline.timeline import Column


def convention_of(asked: ActivityQuestion, length: int) -> str:
    """How the number is called. length: of how many days together, the last of them that day; 1 for a period of the calendar."""
    return f"rolling_{length}d" if length > 1 else f"calendar_{asked.period}"


def count_active(
    asked: ActivityQuestion, view: View, person: Column, periods: Periods, length: int = 1, *, threads: int = THREADS
) -> Longs:
    """(periods,) the fold. Counts of parts of the subjects add up.

    view: its selector is `selector`. person: of rows, -1 for nobody who is known. length: of how many periods together, that one the last.
    """
    people = asked.people_needed
    axis = periods.starts, periods.guess, periods.utc_day

    def prepared() -> Callable[..., Any]:
        stamp, turn = room_for_people(person, people)
        return partial(_active, view.marks, view.as_of, people, length, *axis, stamp, turn, np.zeros_like(stamp))

    return combined(part[0] for part in view.over_subjects(prepared, (person, np.int32), threads=threads))


def combined(parts: Iterable[Longs]) -> Longs:
    """The counts of several parts of the subjects together."""
    return reduce(np.add, parts)


# What a reader is told.


@dataclass(frozen=True)
class ActiveRow:
    """first: the first day of the period; of rolling days the last one. stickiness: the mean, over the days of the period, of the share of
    the active who are so on that day; None where nobody is, or the period is not over. mature: it is over."""

    first: date
    active: int
    stickiness: Fraction | None
    mature: bool


@dataclass(frozen=True)
class Active:
    """rows: from the first with anybody on. stickiness: the same mean over the days of all mature rows in which anybody is active; None
    of no days. days: how many they are."""

    rows: tuple[ActiveRow, ...]
    stickiness: Fraction | None
    days: int


def read_active(asked: ActivityQuestion, counts: Longs, periods: Periods, daily: Longs, days: Periods) -> Active:
    """daily: the counts of single days, of the question `daily_of`, and their periods."""
    now = periods.number(asked.as_of)
    calendar = asked.calendar
    # Of days before anybody was ever active nothing is counted: nobody was.
    holding = np.searchsorted(periods.starts, days.starts[:-1], side="right") - 1
    sums = np.bincount(holding, weights=daily, minlength=len(periods)).astype(np.int64)
    rows: list[ActiveRow] = []
    shares, many = Fraction(0), 0
    for number in asked.told_of(periods, counts):
        first, active, share = periods.first_days[number], int(counts[number]), None
        if active and number < now:
            length = (calendar.later(asked.period, first, 1) - first).days
            each = Fraction(int(sums[number]), active)
            shares, many, share = shares + each, many + length, each / length
        rows.append(ActiveRow(first, active, share, number < now))
    return Active(tuple(rows), shares / many if many else None, many)


def daily_of(asked: ActivityQuestion) -> ActivityQuestion:
    return replace(asked, period="day")


@kernel
def _active(  # type: ignore[no-untyped-def]
    marks, as_of, people, length, starts, guess, utc_day, stamp, turn, reach,
    since, until, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, chosen, code, person,
):  # fmt: skip
    periods = len(starts) - 1
    # Where stretches of being active begin and end; those of rolling days reach beyond the last.
    change = np.zeros(periods + length + 1, np.int64)
    level = np.zeros(len(change), np.int64)
    rows = longest(offsets, since, until)
    gone, row, mark = np.empty(rows, np.uint8), np.empty(rows, np.int64), np.empty(rows, np.int32)
    hit = np.empty(periods + 1, np.int64)
    for s in range(since, until):
        n = counting(
            s, as_of, False, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, code, marks, gone, row, mark
        )  # fmt: skip
        if people == 1 or length == 1:
            found = hits(row, mark, 0, n, 1, occurred, person, people, 0, 0, starts, guess, utc_day, stamp, turn, hit)
            reached = -1
            for k in range(found):
                begin, end = max(hit[k], reached + 1), hit[k] + length
                change[begin] += 1
                change[end] -= 1
                reached = end - 1
            continue
        # Each person is inside for so long after each event; the subject is active while enough are.
        turn[0] += 1
        first, last = len(level), -1
        for j in range(n):
            who = person[row[j]]
            if who < 0:
                continue
            number = number_of(occurred[row[j]], starts, guess, utc_day)
            begin = max(number, reach[who] + 1) if stamp[who] == turn[0] else number
            stamp[who], reach[who] = turn[0], number + length - 1
            level[begin] += 1
            level[number + length] -= 1
            first, last = min(first, begin), max(last, number + length)
        inside = 0
        for each in range(first, last + 1):
            before = inside
            inside += level[each]
            level[each] = 0
            change[each] += int(inside >= people) - int(before >= people)
    return (np.cumsum(change)[:periods].copy(),)
