"""Retention as a growth person counts it on paper."""

from __future__ import annotations

from datetime import UTC, date, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tandem.behavior.periods import Calendar
from tandem.behavior.retention import PERIODS_MOST, Axis, RetentionQuestion, doubling
from tandem.behavior.triangle import Retention
from tandem.signals.world import UNKNOWN
from tandem.values.instants import read_instant
from tests.behavior.retaining import Asked
from tests.signals.conditions import read
from tests.signals.worlds import world_of

BERLIN = ZoneInfo("Europe/Berlin")


def told(
    facts: str | None, as_of: str, *, first: str = "any", returning: str = "any", by: str | None = None, zone: tzinfo = UTC, week_start: int = 0,
    about: Any = "person", convention: Any = "on", period: Any = "day", since: str | None = None, **how: Any
) -> Retention:  # fmt: skip
    asked = RetentionQuestion(
        read(first, "selector"), read(returning, "selector"), about, convention, period, Calendar(zone, week_start), read_instant(as_of, zone),
        since=None if since is None else read_instant(since, zone), **how,
    )  # fmt: skip
    return Asked(world_of(facts, zone=zone), asked, by).read()


def rows(found: Retention) -> list[str]:
    """`2026-03-02 3: 3 2 1?`: the cohort, its size, and how many were active; `?` marks what is not mature."""
    return [
        f"{each.name} {each.size}: {' '.join(f'{cell.active}' + ('' if cell.mature else '?') for cell in each.cells)}"
        for each in found.cohorts
    ]


def test_a_triangle_of_days_with_what_is_not_over_marked_and_left_out_of_the_average() -> None:
    """
    2026-03-02T09:00 Opened by ann
    2026-03-02T10:00 Opened by bob
    2026-03-03T09:00 Opened by ann
    2026-03-03T09:00 Opened by cat
    2026-03-04T09:00 Opened by ann
    2026-03-04T09:00 Opened by cat
    """
    found = told(test_a_triangle_of_days_with_what_is_not_over_marked_and_left_out_of_the_average.__doc__, "2026-03-04T12:00")
    assert rows(found) == ["2026-03-02 2: 2 1 1?", "2026-03-03 1: 1 1?", "2026-03-04 0: 0?"]
    # Of bucket 1 ann and bob alone: cat's second day is not over.
    assert [(each.bucket, each.size, each.active) for each in found.average] == [("0", 3, 3), ("1", 2, 1)]
    assert found.average[1].interval is not None
    assert found.average[1].interval.rounded(3) == (0.095, 0.905)


CONVENTIONS = """
    2026-03-01 Opened by ann
    2026-03-02 Opened by ann
    2026-03-04 Opened by ann
    2026-03-01 Opened by bob
    2026-03-03 Opened by bob
    2026-03-09 Opened by cat
"""


@pytest.mark.parametrize(
    ("convention", "meant"),
    [
        ("on", "2 1 1 1 0 0 0 0 0?"),
        ("on_or_after", "2 2 2 1 0 0 0 0 0?"),
        ("streak", "2 1 0 0 0 0 0 0 0?"),
        # 0, 1, 2-3, 4-7, 8-15.
        ("bracket", "2 1 2 0 0?"),
    ],
)
def test_each_convention_says_something_else(convention: str, meant: str) -> None:
    assert rows(told(CONVENTIONS, "2026-03-09T12:00", convention=convention))[0] == f"2026-03-01 2: {meant}"


def test_brackets_may_be_named() -> None:
    found = told(CONVENTIONS, "2026-03-09T12:00", convention="bracket", brackets=((1, 3), (5, 8), (20, 30)))
    assert [(each.bucket, each.active, each.mature) for each in found.cohorts[0].cells] == [("1-3", 2, True), ("5-8", 0, False)]
    with pytest.raises(ValueError, match="ascend"):
        told(CONVENTIONS, "2026-03-09T12:00", convention="bracket", brackets=((1, 3), (3, 8)))


def test_brackets_double_until_they_reach_the_last_bucket() -> None:
    assert doubling(1) == ((0, 0),)
    assert doubling(9) == ((0, 0), (1, 1), (2, 3), (4, 7), (8, 15))


def test_a_day_of_23_hours_is_a_day_of_the_calendar_and_less_than_a_rolling_one() -> None:
    """
    2026-03-28T23:30 Opened by ann
    2026-03-29T23:15 Opened by ann
    """
    facts = test_a_day_of_23_hours_is_a_day_of_the_calendar_and_less_than_a_rolling_one.__doc__
    assert rows(told(facts, "2026-03-30", zone=BERLIN)) == ["2026-03-28 1: 1 1 0?", "2026-03-29 0: 0 0?", "2026-03-30 0: 0?"]
    assert rows(told(facts, "2026-03-30T12:00", zone=BERLIN, rolling=True))[0] == "2026-03-28 1: 1 0?"


def test_rolling_buckets_are_mature_when_they_are_over_for_all_of_the_cohort() -> None:
    """
    2026-03-01T08:00 Opened by ann
    2026-03-01T20:00 Opened by bob
    2026-03-02T10:00 Opened by ann
    """
    facts = test_rolling_buckets_are_mature_when_they_are_over_for_all_of_the_cohort.__doc__
    assert rows(told(facts, "2026-03-02T12:00", rolling=True))[0] == "2026-03-01 2: 2? 1?"
    assert rows(told(facts, "2026-03-02T20:00", rolling=True))[0] == "2026-03-01 2: 2 1?"
    # Bob's bucket 1 is over at the very instant.
    assert rows(told(facts, "2026-03-03T20:00", rolling=True))[0] == "2026-03-01 2: 2 1 0?"


def test_weeks_begin_where_the_company_says() -> None:
    """
    2026-03-07 Opened by ann
    2026-03-08 Opened by ann
    """
    facts = test_weeks_begin_where_the_company_says.__doc__
    assert rows(told(facts, "2026-03-08T12:00", period="week")) == ["2026-03-02 1: 1?"]
    assert rows(told(facts, "2026-03-08T12:00", period="week", week_start=6)) == ["2026-03-01 1: 1 1?", "2026-03-08 0: 0?"]


def test_months_are_those_of_the_calendar_and_thirty_days_where_they_roll() -> None:
    """
    2026-01-31 Opened by ann
    2026-02-28 Opened by ann
    """
    facts = test_months_are_those_of_the_calendar_and_thirty_days_where_they_roll.__doc__
    assert rows(told(facts, "2026-03-05", period="month"))[0] == "2026-01-01 1: 1 1 0?"
    assert rows(told(facts, "2026-03-05", period="month", rolling=True))[0] == "2026-01-01 1: 1 0?"


def test_who_returns_must_have_begun() -> None:
    """
    2026-03-01T08:00 Opened by ann
    2026-03-01T09:00 Signed Up by ann
    2026-03-02T09:00 Opened by ann
    2026-03-01T09:00 Signed Up by bob
    2026-03-01T09:00 Opened by bob
    """
    found = told(test_who_returns_must_have_begun.__doc__, "2026-03-03", first='"Signed Up"', returning='"Opened"')
    # Of bob's two events at one instant neither is first: he has returned.
    assert rows(found)[0] == "2026-03-01 2: 1 1 0?"


def test_what_was_learnt_later_or_corrected_does_not_count() -> None:
    """
    2026-03-01 Opened by ann
    2026-03-02 (known 2026-03-09) Opened by ann
    2026-03-03 Opened by ann #wrong
    2026-03-08 undo #wrong
    2026-03-07 correct #wrong
    """
    facts = test_what_was_learnt_later_or_corrected_does_not_count.__doc__
    assert rows(told(facts, "2026-03-04"))[0] == "2026-03-01 1: 1 0 1 0?"
    assert rows(told(facts, "2026-03-07T12:00"))[0] == "2026-03-01 1: 1 0 0 0 0 0 0?"
    assert rows(told(facts, "2026-03-10"))[0] == "2026-03-01 1: 1 1 1 0 0 0 0 0 0 0?"


def test_accounts_that_prove_to_be_one_began_once() -> None:
    """
    2026-03-01 Opened by ann @acme
    2026-03-02 Opened by bob @acme-eu
    2026-03-05 account acme-eu is acme
    """
    facts = test_accounts_that_prove_to_be_one_began_once.__doc__
    assert rows(told(facts, "2026-03-04", about="account"))[:2] == ["2026-03-01 1: 1 0 0 0?", "2026-03-02 1: 1 0 0?"]
    assert rows(told(facts, "2026-03-05", about="account"))[:2] == ["2026-03-01 1: 1 1 0 0 0?", "2026-03-02 0: 0 0 0 0?"]


def test_an_account_is_active_where_enough_different_people_are() -> None:
    """
    2026-03-01 Opened by ann @acme
    2026-03-01 Opened by ann @acme
    2026-03-02 Opened by ann @acme
    2026-03-02 Opened by bob @acme
    2026-03-03 Opened by ?x7 @acme
    2026-03-03 Opened by bob @acme
    2026-03-04 Opened by ?x7 @acme
    """
    facts = test_an_account_is_active_where_enough_different_people_are.__doc__
    # A visitor whom nobody identified is nobody.
    assert rows(told(facts, "2026-03-04", about="account"))[0] == "2026-03-01 1: 1 1 1 0?"
    assert rows(told(facts, "2026-03-04", about="account", people=2))[0] == "2026-03-01 1: 0 1 0 0?"
    assert rows(told(facts, "2026-03-04", about="account", people=3))[0] == "2026-03-01 1: 0 0 0 0?"


def test_one_begins_once_ever_or_once_since_a_day_or_in_every_period() -> None:
    """
    2026-03-01 Opened by ann
    2026-03-03 Opened by ann
    2026-03-04 Opened by ann
    """
    facts = test_one_begins_once_ever_or_once_since_a_day_or_in_every_period.__doc__
    assert rows(told(facts, "2026-03-04T12:00", since="2026-03-02")) == ["2026-03-02 0: 0 0 0?", "2026-03-03 0: 0 0?", "2026-03-04 0: 0?"]
    assert rows(told(facts, "2026-03-04T12:00", since="2026-03-02", entry="first_in_range"))[1] == "2026-03-03 1: 1 1?"
    assert rows(told(facts, "2026-03-04T12:00", entry="every")) == [
        "2026-03-01 1: 1 0 1 1?", "2026-03-02 0: 0 0 0?", "2026-03-03 1: 1 1?", "2026-03-04 1: 1?",
    ]  # fmt: skip


def test_cohorts_of_a_field_are_of_what_it_said_as_each_began() -> None:
    """
    2026-03-01 account acme plan=free
    2026-03-01T09:00 Opened by ann @acme
    2026-03-02 account acme plan=team
    2026-03-02T09:00 Opened by ann @acme
    2026-03-02T09:00 Opened by cat @other
    2026-03-02 account beta plan=free
    2026-03-03T09:00 Opened by bob @beta
    """
    found = told(test_cohorts_of_a_field_are_of_what_it_said_as_each_began.__doc__, "2026-03-03T12:00", about="account", by="account.plan")
    # Of bucket 0 and 1 beta's are not over, and acme's alone count; bucket 2 is over for nobody.
    assert [(each.name, each.size, [(cell.size, cell.active, cell.mature) for cell in each.cells]) for each in found.cohorts] == [
        ("free", 2, [(1, 1, True), (1, 1, True), (1, 0, False)]),
        (UNKNOWN, 1, [(1, 1, True), (1, 0, False)]),
    ]
    assert [(each.size, each.active) for each in found.average] == [(2, 2), (1, 1)]


def test_of_too_many_periods_none_is_counted() -> None:
    asked = RetentionQuestion(
        read("any", "selector"), read("any", "selector"), "person", "on", "day", Calendar(UTC), read_instant("2026-03-01", UTC)
    )
    with pytest.raises(ValueError, match="at most 1,500"):
        Axis.of(asked, read_instant("2020-03-01", UTC))
    assert len(Axis.of(asked, read_instant("2022-03-01", UTC)).periods) < PERIODS_MOST


def test_nobody_began() -> None:
    assert told(None, "2026-03-01") == Retention((), ())
    assert told("2026-03-01 Opened by ann", "2026-02-01") == Retention((), ())
    assert rows(told("2026-03-01 Opened by ann", "2026-03-02", first='"Signed Up"', returning='"Opened"')) == [
        "2026-03-01 0: 0 0?", "2026-03-02 0: 0?",
    ]  # fmt: skip


def test_who_begins_in_every_period_has_buckets_of_the_calendar() -> None:
    with pytest.raises(ValueError, match="of the calendar"):
        told(None, "2026-03-01", entry="every", rolling=True)


def test_a_week_is_found_by_the_calendar() -> None:
    assert Calendar(UTC, 6).first_day("week", date(2026, 3, 7)) == date(2026, 3, 1)
    assert Calendar(UTC).later("month", date(2026, 11, 1), 3) == date(2027, 2, 1)
