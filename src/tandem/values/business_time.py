"""Business time: a clock that runs only while people work, by the hours of each weekday and without holidays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo

from tandem.values.durations import Duration
from tandem.values.instants import Instant, from_local, midnight, to_datetime

_DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class BusinessTime:
    """working_hours: by weekday, 0 is Monday, spans in minutes since midnight, (from, until), until is out; none at all means all hours.

    holidays: days of the calendar in `zone` on which the clock stands still.
    """

    zone: tzinfo = UTC
    working_hours: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()

    def after(self, start: Instant, length: Duration) -> Instant:
        """The instant at which `length` of business time is over. The end of a span comes before the beginning of the next.

        >>> from tandem.values.instants import HOUR, read_instant, show
        >>> hours = BusinessTime(working_hours={0: ((9 * 60, 17 * 60),), 1: ((9 * 60, 17 * 60),)})
        >>> show(hours.after(read_instant("2026-03-02T16:00", UTC), 2 * HOUR))  # From four on a Monday, one hour is left for Tuesday.
        '2026-03-03T10:00:00Z'
        """
        if length <= 0:
            return start
        left = length
        for since, until in self._spans(start):
            worked = until - max(since, start)
            if worked >= left:
                return max(since, start) + left
            left -= max(worked, 0)
        raise AssertionError("working hours come again every week")

    def between(self, start: Instant, end: Instant) -> Duration:
        """How much business time lies in [start, end); nothing where the end is not later."""
        found = 0
        for since, until in self._spans(start) if start < end else ():
            if since >= end:
                break
            found += max(0, min(until, end) - max(since, start))
        return found

    def _spans(self, start: Instant) -> Iterator[tuple[Instant, Instant]]:
        """Every span of work that is not over at `start`, ascending. Clocks that change make a span shorter or longer, as they do a day."""
        day = to_datetime(start).astimezone(self.zone).date()
        while day.year < date.max.year:
            for since, until in self._hours(day):
                first, last = _at(day, since, self.zone), _at(day, until, self.zone)
                if last > start and first < last:
                    yield first, last
            day += timedelta(days=1)

    def _hours(self, day: date) -> tuple[tuple[int, int], ...]:
        if day in self.holidays:
            return ()
        return self.working_hours.get(day.weekday(), ()) if self.working_hours else ((0, _DAY_MINUTES),)


def _at(day: date, minutes: int, zone: tzinfo) -> Instant:
    if minutes == _DAY_MINUTES:
        return midnight(day + timedelta(days=1), zone)
    return from_local(datetime(day.year, day.month, day.day, minutes // 60, minutes % 60), zone)  # noqa: DTZ001 - a wall clock, read in `zone`.
