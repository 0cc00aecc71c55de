"""Instants: what a clock on a wall reads, in every zone, on the days when clocks change, too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.values.instants import (
    DAY,
    EARLIEST,
    HOUR,
    LATEST,
    MINUTE,
    SECOND,
    find_zone,
    from_datetime,
    from_local,
    midnight,
    read_instant,
    show,
    to_datetime,
)

# Whole and half hours of offset, changes of one hour and of half an hour, a change at midnight, and a day that was left out.
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu", "Pacific/Apia")


def utc(text: str, zone: str) -> str:
    return show(read_instant(text, ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z"),
        ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30:00Z"),
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00Z"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:30:00Z"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45:00Z"),
        ("America/Santiago", "2026-09-06T00:00", "2026-09-06T04:00:00Z"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T22:00:00Z"),
    ],
)
def test_a_local_time_that_does_not_exist_moves_forward_by_the_gap(zone: str, wall: str, instant: str) -> None:
    assert utc(wall, zone) == instant


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("Europe/Berlin", "2026-10-25T01:59", "2026-10-24T23:59:00Z"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z"),
        ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00:00Z"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z"),
        ("America/Santiago", "2026-04-04T23:30", "2026-04-05T02:30:00Z"),
    ],
)
def test_a_local_time_that_occurs_twice_is_the_first(zone: str, wall: str, instant: str) -> None:
    assert utc(wall, zone) == instant


def test_a_bare_date_is_midnight_in_the_zone_also_where_clocks_skip_it() -> None:
    assert utc("2026-03-01", "America/New_York") == "2026-03-01T05:00:00Z"
    assert utc("2026-09-06", "America/Santiago") == "2026-09-06T04:00:00Z"
    for zone in ZONES:
        assert midnight(date(2026, 9, 6), ZoneInfo(zone)) == read_instant("2026-09-06", ZoneInfo(zone))


def test_an_offset_stands_above_the_zone_and_needs_none() -> None:
    texts = ["2026-03-01T00:00Z", "2026-03-01T01:00+01:00", "2026-03-01T01:00+0100", "2026-03-01 01:00 +01", "2026-02-28T18:30:00-05:30"]
    for text in texts:
        assert read_instant(text, None) == read_instant(text, ZoneInfo("Asia/Kathmandu")) == read_instant("2026-03-01", UTC)


def test_without_a_zone_a_local_time_is_no_instant() -> None:
    with pytest.raises(LookupError, match="`2026-03-01T09:30` has no time zone"):
        read_instant("2026-03-01T09:30", None)


def test_digits_past_the_microsecond_are_cut() -> None:
    assert read_instant("2026-03-01T00:00:00.123456999Z", None) - read_instant("2026-03-01", UTC) == 123_456
    assert read_instant("2026-03-01T00:00:00.5Z", None) - read_instant("2026-03-01", UTC) == 500_000


@pytest.mark.parametrize(
    "text",
    ["", "today", "2026-3-1", "2026-13-01", "2026-02-29", "2026-03-01T09", "2026-03-01T09:30:61", "2026-03-01T09:30+25:00",
     "2026-03-01T09:30:00.Z", "1772323200", "2026-03-01T09:30Zulu", "٢٠٢٦-٠٣-٠١", "0001-01-01T00:00+10:00", "9999-12-31T23:00-05:00"],
)  # fmt: skip
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an instant"):
        read_instant(text, UTC)


def test_the_ends_of_the_calendar_are_read_and_shown_or_refused_in_every_zone() -> None:
    for zone in ZONES:
        for text in ("0001-01-01", "9999-12-31T23:59:59"):
            try:
                at = read_instant(text, ZoneInfo(zone))
            except ValueError:
                continue
            assert read_instant(show(at), None) == at


def test_the_units_are_microseconds() -> None:
    assert (SECOND, MINUTE, HOUR, DAY) == (10**6, 60 * 10**6, 3600 * 10**6, 86_400 * 10**6)
    assert show(EARLIEST) == "1990-01-01T00:00:00Z"
    assert show(LATEST) == "9999-12-31T23:59:59Z"
    assert show(0) == "1970-01-01T00:00:00Z"


@settings(max_examples=500, deadline=None)
@given(st.integers(EARLIEST, LATEST))
def test_what_is_shown_is_read_again(at: int) -> None:
    assert read_instant(show(at), None) == at
    assert from_datetime(to_datetime(at)) == at


@settings(max_examples=500, deadline=None)
@given(st.integers(EARLIEST, LATEST - DAY), st.sampled_from(ZONES))
def test_every_wall_clock_reads_back_or_lies_in_a_gap_or_is_the_second_of_two(at: int, name: str) -> None:
    zone = ZoneInfo(name)
    wall = to_datetime(at).astimezone(zone)
    again = from_local(wall.replace(tzinfo=None), zone)
    assert again == at or (wall.fold == 1 and again < at)


@settings(max_examples=300, deadline=None)
@given(st.datetimes(datetime(1990, 1, 2), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001 - wall clocks.
def test_an_offset_is_taken_off_exactly(wall: datetime, minutes: int) -> None:
    aware = wall.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert read_instant(aware.isoformat(), None) == from_datetime(aware)


def test_a_zone_is_found_by_its_name_or_not_at_all() -> None:
    found = find_zone("Europe/Berlin")
    assert found is not None
    assert found.key == "Europe/Berlin"
    for name in ("Europe/Berlim", "", "../etc/passwd", "/etc/passwd", "Europe", "a\0b"):
        assert find_zone(name) is None
