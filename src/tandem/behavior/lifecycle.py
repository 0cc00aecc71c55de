"""Lifecycle: of the active of each period, who is new, who stayed, and who came back; and who is dormant."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial, reduce
from typing import Any, NamedTuple

import numpy as np

from tandem.behavior.activity import ActivityQuestion, hits, room_for_people
from tandem.behavior.periods import Periods
from tandem.behavior.view import View, counting
from tandem.timeline.folds.stays import longest
from tandem.timeline.kernels import THREADS, Longs, kernel
from tandem.timeline.timeline import Column


class Lives(NamedTuple):
    """(periods,) each, counted of a part of the subjects; parts add up.

    new: active for the first time. retained: active in the period before too. resurrected: active before that, but not then.
    """

    new: Longs
    retained: Longs
    resurrected: Longs


def count_lives(asked: ActivityQuestion, view: View, person: Column, periods: Periods, *, threads: int = THREADS) -> Lives:
    """The fold. view: its selector is `selector`. person: of rows, -1 for nobody who is known."""
    people = asked.people_needed
    axis = periods.starts, periods.guess, periods.utc_day

    def prepared() -> Callable[..., Any]:
        return partial(_lives, view.marks, view.as_of, people, *axis, *room_for_people(person, people))

    return combined(Lives(*part) for part in view.over_subjects(prepared, (person, np.int32), threads=threads))


def combined(parts: Iterable[Lives]) -> Lives:
    """The counts of several parts of the subjects together."""
    return reduce(lambda one, other: Lives(*(a + b for a, b in zip(one, other, strict=True))), parts)


# What a reader is told.


@dataclass(frozen=True)
class LifecycleRow:
    """active = new + retained + resurrected. dormant: active ever before, and not now; newly_dormant: those of them who were in the period
    before. mature: the period is over."""

    first: date
    active: int
    new: int
    retained: int
    resurrected: int
    dormant: int
    newly_dormant: int
    mature: bool


def read_lives(asked: ActivityQuestion, lives: Lives, periods: Periods) -> tuple[LifecycleRow, ...]:
    """From the first period with anybody active on."""
    active = lives.new + lives.retained + lives.resurrected
    dormant = np.cumsum(lives.new) - active
    newly = np.append(0, active[:-1])[: len(active)] - lives.retained
    mature = np.arange(len(active)) < periods.number(asked.as_of)
    columns = (active, lives.new, lives.retained, lives.resurrected, dormant, newly, mature)
    told = asked.told_of(periods, active)
    rows = zip(periods.first_days, *(each.tolist() for each in columns), strict=True)
    return tuple(LifecycleRow(first, *numbers) for first, *numbers in list(rows)[told.start : told.stop])


@kernel
def _lives(  # type: ignore[no-untyped-def]
    marks, as_of, people, starts, guess, utc_day, stamp, turn,
    since, until, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, chosen, code, person,
):  # fmt: skip
    periods = len(starts) - 1
    new, retained, resurrected = np.zeros(periods, np.int64), np.zeros(periods, np.int64), np.zeros(periods, np.int64)
    rows = longest(offsets, since, until)
    gone, row, mark = np.empty(rows, np.uint8), np.empty(rows, np.int64), np.empty(rows, np.int32)
    hit = np.empty(periods + 1, np.int64)
    for s in range(since, until):
        n = counting(
            s, as_of, False, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, code, marks, gone, row, mark
        )  # fmt: skip
        found = hits(row, mark, 0, n, 1, occurred, person, people, 0, 0, starts, guess, utc_day, stamp, turn, hit)
        if found > 0:
            new[hit[0]] += 1
        for k in range(1, found):
            if hit[k] == hit[k - 1] + 1:
                retained[hit[k]] += 1
            else:
                resurrected[hit[k]] += 1
    return new, retained, resurrected
