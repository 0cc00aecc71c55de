"""Days, weeks and months of the calendar in one time zone, however long the clocks make them, as numbers from 0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Literal

import numpy as np

from tandem.timeline.kernels import Ints, Longs, kernel, still
from tandem.values.instants import DAY, Instant, midnight, to_datetime

PeriodKind = Literal["day", "week", "month"]


@dataclass(frozen=True)
class Calendar:
    """zone: where days begin. week_start: the first day of a week, 0 is Monday."""

    zone: tzinfo
    week_start: int = 0

    def day_of(self, at: Instant) -> date:
        return to_datetime(at).astimezone(self.zone).date()

    def first_day(self, kind: PeriodKind, day: date) -> date:
        """The first day of the period that a day is in."""
        match kind:
            case "day":
                return day
            case "week":
                return day - timedelta(days=(day.weekday() - self.week_start) % 7)
            case "month":
                return day.replace(day=1)

    def later(self, kind: PeriodKind, first: date, many: int) -> date:
        """The first day of the period that is so many later. first: the first day of a period."""
        if kind == "month":
            years, month = divmod(first.month - 1 + many, 12)
            return date(first.year + years, month + 1, 1)
        return first + timedelta(days=many * (7 if kind == "week" else 1))

    def begin(self, first: date) -> Instant:
        return midnight(first, self.zone)


@dataclass(frozen=True, eq=False)
class Periods:
    """A run of periods. first_days: (periods,). starts: (periods + 1,) the first instant of each, and the end of the last.

    guess: by the days of UTC from `utc_day` on, the number of the period in which each begins, from which an instant's is found at once.
    """

    kind: PeriodKind
    first_days: tuple[date, ...]
    starts: Longs
    guess: Ints
    utc_day: int

    @classmethod
    def covering(cls, kind: PeriodKind, calendar: Calendar, since: Instant, until: Instant) -> Periods:
        """The periods that hold these two instants, and all between them."""
        first_days = tuple(_first_days(kind, calendar, since, until))
        ends = calendar.later(kind, first_days[-1], 1)
        starts = np.array([calendar.begin(day) for day in (*first_days, ends)], np.int64)
        utc_day = int(starts[0] // DAY)
        begins = np.arange(utc_day, starts[-1] // DAY + 1) * DAY
        guess = np.maximum(np.searchsorted(starts, begins, side="right") - 1, 0)
        return cls(kind, first_days, still(starts, np.int64), still(guess, np.int32), utc_day)

    def __len__(self) -> int:
        return len(self.first_days)

    def number(self, at: Instant) -> int:
        """The number of the period that holds an instant; -1 and less before all, and as many as there are after."""
        return int(np.searchsorted(self.starts, at, side="right")) - 1


def _first_days(kind: PeriodKind, calendar: Calendar, since: Instant, until: Instant) -> Iterator[date]:
    first, last = (calendar.first_day(kind, calendar.day_of(at)) for at in (since, until))
    while first <= last:
        yield first
        first = calendar.later(kind, first, 1)


@kernel
def number_of(at, starts, guess, utc_day):  # type: ignore[no-untyped-def]
    """The number of the period that holds an instant, which is inside of the run."""
    number = guess[at // DAY - utc_day]
    while starts[number + 1] <= at:
        number += 1
    return number
