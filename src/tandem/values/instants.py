"""Instants: whole microseconds since 1970-01-01 UTC, as plain `int`; local times become instants by one documented rule.

A local time that occurs twice (clocks go back) is the first; one that does not exist (clocks go forward) moves forward by the gap.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Instant = int

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST: Instant = 631_152_000 * SECOND  # 1990-01-01; an older instant in data is a mistake, usually a zero or a wrong unit.
LATEST: Instant = 253_402_300_799 * SECOND  # 9999-12-31T23:59:59, the last second that every reader of the lake can print.

_TYPED = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))?"
    r"\s?(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?",
)


def from_datetime(moment: datetime) -> Instant:
    """The instant of an aware datetime, exact to the microsecond."""
    gap = moment - EPOCH
    return (gap.days * 86_400 + gap.seconds) * SECOND + gap.microseconds


def to_datetime(at: Instant) -> datetime:
    """An aware UTC datetime; raises OverflowError outside the years 1 to 9999."""
    return EPOCH + timedelta(microseconds=at)


def from_local(moment: datetime, zone: tzinfo) -> Instant:
    """The instant of a wall-clock reading in `zone`: the first of two, and past a gap by the gap's length.

    >>> from zoneinfo import ZoneInfo
    >>> show(from_local(datetime(2026, 3, 29, 2, 30), ZoneInfo("Europe/Berlin")))
    '2026-03-29T01:30:00Z'
    """
    # PEP 495: fold=0 is the first of two readings, and in a gap it applies the offset from before, which moves forward by the gap.
    return from_datetime(moment.replace(tzinfo=zone, fold=0))


def read_instant(text: str, zone: tzinfo | None) -> Instant:
    """An ISO-8601 instant or date as people and most exports write it; a bare date is midnight.

    zone: where a text without its own offset is read. Raises ValueError for a text that is no instant, LookupError where the
    text has no offset and `zone` is None. Digits past the microsecond are cut.

    >>> show(read_instant("2026-03-01", ZoneInfo("America/New_York")))
    '2026-03-01T05:00:00Z'
    """
    found = _TYPED.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"`{text}` is not an instant")
    day, time, offset = found["date"], found["time"] or "00:00", found["zone"]
    if "." in time:
        whole, fraction = time.split(".")
        time = f"{whole}.{fraction[:6]:0<6}"
    if offset is None and zone is None:
        raise LookupError(f"`{text}` has no time zone")
    try:
        wall = datetime.fromisoformat(f"{day}T{time}")
        if offset is not None:
            at = from_datetime(datetime.fromisoformat(f"{wall.isoformat()}{'+00:00' if offset == 'Z' else offset}"))
        else:
            assert zone is not None
            at = from_local(wall, zone)
        to_datetime(at)  # In UTC it may fall into the year 0 or 10000, which nobody could print.
    except (ValueError, OverflowError):
        raise ValueError(f"`{text}` is not an instant") from None
    return at


def show(at: Instant) -> str:
    """ISO-8601 in UTC: whole seconds, or six digits where there are microseconds.

    >>> show(1_772_323_200_000_000), show(1_772_323_200_500_000)
    ('2026-03-01T00:00:00Z', '2026-03-01T00:00:00.500000Z')
    """
    return to_datetime(at).replace(tzinfo=None).isoformat() + "Z"


def midnight(day: date, zone: tzinfo) -> Instant:
    """The first instant of a calendar day in `zone`, also where clocks skip midnight."""
    return from_local(datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001 - a wall clock, read in `zone`.


def find_zone(name: str) -> ZoneInfo | None:
    """The IANA zone of that name, or None."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
