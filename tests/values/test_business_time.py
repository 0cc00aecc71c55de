"""Business time: numbers that a person can check with a calendar. 2026-03-02 is a Monday."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.values.business_time import BusinessTime
from tandem.values.instants import HOUR, MINUTE, read_instant

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = dict.fromkeys(range(5), ((9 * 60, 12 * 60), (13 * 60, 18 * 60)))
HOURS = BusinessTime(BERLIN, WEEK, frozenset({date(2026, 4, 6)}))


def at(text: str) -> int:
    return read_instant(text, BERLIN)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02T10:00", 1, "2026-03-02T11:00"),
        ("2026-03-02T11:00", 2, "2026-03-02T14:00"),  # Nobody works at noon.
        ("2026-03-02T09:00", 3, "2026-03-02T12:00"),  # It is over when they go to lunch, not when they are back.
        ("2026-03-02T17:00", 2, "2026-03-03T10:00"),
        ("2026-03-06T17:00", 2, "2026-03-09T10:00"),  # Friday evening until Monday.
        ("2026-03-07T12:00", 8, "2026-03-09T18:00"),
        ("2026-04-03T17:00", 2, "2026-04-07T10:00"),  # Easter Monday is a holiday.
        ("2026-03-02T12:30", 0, "2026-03-02T12:30"),
    ],
)
def test_a_clock_of_business_time_runs_while_people_work(start: str, hours: int, end: str) -> None:
    assert HOURS.after(at(start), hours * HOUR) == at(end)
    assert HOURS.between(at(start), at(end)) == hours * HOUR


def test_without_working_hours_all_hours_count_but_those_of_holidays() -> None:
    hours = BusinessTime(BERLIN, holidays=frozenset({date(2026, 4, 6)}))
    assert hours.after(at("2026-04-05T22:00"), 4 * HOUR) == at("2026-04-07T02:00")
    assert BusinessTime().after(5, 7) == 12


def test_a_day_on_which_clocks_go_forward_has_an_hour_less() -> None:
    all_day = BusinessTime(BERLIN)
    assert all_day.after(at("2026-03-29T00:00"), 24 * HOUR) == at("2026-03-30T01:00")
    assert all_day.between(at("2026-03-29"), at("2026-03-30")) == 23 * HOUR


@given(st.integers(0, 40 * 24 * 60), st.integers(1, 3000))
def test_what_is_over_after_a_length_has_that_length(minutes: int, length: int) -> None:
    start = at("2026-03-20") + minutes * MINUTE
    end = HOURS.after(start, length * MINUTE)
    assert HOURS.between(start, end) == length * MINUTE
    assert HOURS.between(start, end - 1) == length * MINUTE - 1
