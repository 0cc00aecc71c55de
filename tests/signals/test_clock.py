"""Semantics 4, a sentence at a time: what changes by the clock alone, and what is asked of a stretch of time."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from tandem.signals.world import Subject
from tandem.values.instants import DAY
from tests.signals.asking import at, over, told, truth, turns


def test_until_is_the_time_to_a_date_and_negative_once_it_is_past() -> None:
    """
    2026-03-01 account acme renewal_date=2026-03-30
    2026-03-20 account acme renewal_date=2026-06-30
    """
    world = told(test_until_is_the_time_to_a_date_and_negative_once_it_is_past)
    assert over(world, "until(account.renewal_date)", "1 10 20") == [29 * DAY, 20 * DAY, 102 * DAY]
    assert at(world, "until(account.renewal_date)", "2026-07-02") == -2 * DAY
    # By the clock alone at the exact instant; strictly less only one microsecond later.
    assert turns(world, "until(account.renewal_date) <= 15d") == [("03-15", "entered"), ("03-20", "left"), ("06-15", "entered")]
    assert turns(world, "until(account.renewal_date) < 0h") == [("06-30T00:00:00.000001", "entered")]


def test_a_date_begins_at_midnight_of_the_company_and_compares_as_a_day() -> None:
    """
    2026-03-01 account acme renewal_date=2026-03-30
    2026-03-02 workspace w1 account=acme trial_end=2026-03-30T23:30:00Z
    2026-03-03 workspace w2 account=acme trial_end=soon
    """
    world = told(test_a_date_begins_at_midnight_of_the_company_and_compares_as_a_day, zone=ZoneInfo("Europe/Berlin"))
    assert turns(world, "until(renewal_date) <= 0h") == [("03-29T22:00", "entered")]
    assert truth(world, "renewal_date = 2026-03-30", "2026-03-10") is True
    w1, w2 = Subject("workspace", "w1"), Subject("workspace", "w2")
    assert truth(world, "trial_end = 2026-03-31", "2026-03-10", w1) is True
    assert at(world, "trial_end", "2026-03-10", w1) == date(2026, 3, 31)
    assert turns(world, "until(trial_end) <= 0h", w1) == [("03-30T23:30", "entered")]
    assert truth(world, "trial_end is unknown", "2026-03-10", w2) is True
    assert turns(world, "any(workspace.trial_end) >= 2026-03-31 and until(any(workspace.trial_end)) <= 0h") == [("03-30T23:30", "entered")]


def test_dates_are_counted_with_as_days_of_24_hours() -> None:
    """
    2026-03-01 account acme renewal_date=2026-04-01 created=2026-03-01
    """
    world = told(test_dates_are_counted_with_as_days_of_24_hours, zone=ZoneInfo("Europe/Berlin"))
    assert at(world, "renewal_date - account.created", "2026-03-02") == 31 * DAY
    assert truth(world, "account.created + 31d = account.renewal_date", "2026-03-02") is True
    assert truth(world, "renewal_date - 12h > 2026-03-31", "2026-03-02") is True


def test_since_grows_by_the_clock() -> None:
    """
    2026-03-01 Opened by ann @acme
    2026-03-10 Opened by ann @acme
    """
    world = told(test_since_grows_by_the_clock)
    after = "03-11T00:00:00.000001"
    assert turns(world, "since(any) >= 7d") == [("03-08", "entered"), ("03-10", "left"), ("03-17", "entered")]
    assert turns(world, "since(any) > 1d")[0] == ("03-02T00:00:00.000001", "entered")
    assert turns(world, "since(any) = 1d")[-2:] == [("03-11", "entered"), (after, "left")]
    assert turns(world, "since(any) <= 1d")[-1] == (after, "left")


def test_quotients_and_differences_of_times_cross_by_the_clock() -> None:
    """
    2026-03-01 Opened by ann @acme
    2026-03-03 Invited by ann @acme
    2026-03-03 account acme renewal_date=2026-03-09
    """
    world = told(test_quotients_and_differences_of_times_cross_by_the_clock)
    # 2 d apart for ever; the quotient falls to 2 on the 5th; until the renewal on the 9th it is unknown only there.
    assert turns(world, 'since("Opened") - since("Invited") = 2d') == [("03-03", "entered")]
    assert turns(world, 'since("Opened") / since("Invited") > 2') == [("03-03T00:00:00.000001", "entered"), ("03-05", "left")]
    assert turns(world, "1d / until(renewal_date) is unknown") == [
        ("03-01", "entered"), ("03-03", "left"), ("03-09", "entered"), ("03-09T00:00:00.000001", "left"),
    ]  # fmt: skip
    # (t - 1)(9 - t) >= 15 between the 4th and the 6th.
    squared = '(since("Opened") / 1d) * (until(renewal_date) / 1d) >= 15'
    assert turns(world, squared) == [("03-04", "entered"), ("03-06T00:00:00.000001", "left")]


def test_held_is_true_where_the_condition_was_throughout() -> None:
    """
    2026-03-01 Opened by ann @acme
    2026-03-05 Opened by ann @acme
    """
    world = told(test_held_is_true_where_the_condition_was_throughout)
    # In use from the 1st to the 4th and from the 5th to the 8th: three days long at an end that is out, and two days long.
    assert turns(world, "count(any, 3d) >= 1") == [("03-01", "entered"), ("03-04", "left"), ("03-05", "entered"), ("03-08", "left")]
    assert turns(world, "held(count(any, 3d) >= 1, 2d)") == [
        ("03-03", "entered"),
        ("03-04", "left"),
        ("03-07", "entered"),
        ("03-08", "left"),
    ]
    assert turns(world, "held(count(any, 3d) >= 1, 3d)") == []


def test_held_is_unknown_before_the_subject_exists_and_where_its_condition_is() -> None:
    """
    2026-03-01 Opened by ann @acme
    2026-03-06 Opened by ann @acme seats=1
    """
    world = told(test_held_is_unknown_before_the_subject_exists_and_where_its_condition_is)
    quiet = "held(count(any, 1d) = 0, 2d)"
    assert [truth(world, quiet, day) for day in ("2026-03-01", "2026-03-03", "2026-03-04")] == [False, False, True]
    assert truth(world, "held(count(any) >= 1, 2d)", "2026-03-02") is None
    assert truth(world, "held(max(any.seats) = 1, 1d)", "2026-03-06T12:00") is None
    assert truth(world, "not held(max(any.seats) = 1, 1d)", "2026-03-06T12:00") is None
    assert truth(world, "held(max(any.seats) = 1, 1d)", "2026-03-07") is True


def test_a_sequence_is_facts_in_the_window_one_strictly_after_the_other() -> None:
    """
    2026-03-01 Opened by ann @acme
    2026-03-02 Opened by ann @acme
    2026-03-02 Invited by ann @acme
    2026-03-04 Paid by ann @acme
    """
    world = told(test_a_sequence_is_facts_in_the_window_one_strictly_after_the_other)
    assert turns(world, 'sequence("Opened", "Invited", within 7d)') == [("03-02", "entered"), ("03-08", "left")]
    # Within 1 d only what happened together is left, and equal times do not count.
    assert turns(world, 'sequence("Opened", "Invited", within 1d)') == []
    assert turns(world, 'sequence("Opened", "Invited", "Paid", within 4d)') == [("03-04", "entered"), ("03-05", "left")]
    assert turns(world, 'sequence("Invited", "Opened", within 7d)') == []
