"""Semantics 4, a sentence at a time: measures of events, and what is counted and said of them. Numbers that a person can check by hand."""

from __future__ import annotations

from fractions import Fraction
from zoneinfo import ZoneInfo

from tandem.signals.world import UNKNOWN, Subject
from tandem.values.instants import DAY, HOUR
from tests.signals.asking import at, over, told, truth, turns


def test_each_measure_over_a_window_of_three_days() -> None:
    """
    2026-03-01T10:00 Opened by ann @acme seats=2
    2026-03-01T12:00 Opened by bob @acme/w2 seats=5 plan=free
    2026-03-02T12:00 (page) Pricing by ann @acme plan=team
    2026-03-03T12:00 Opened by ?x @acme seats=-1.5 plan=free
    2026-03-03T13:00 (identify) by ann email=ann@acme.com
    """
    world = told(test_each_measure_over_a_window_of_three_days)
    noon = "2026-03-03T18:00"
    assert [at(world, f"{name}(any, 3d)", noon) for name in ("count", "people", "days", "workspaces")] == [4, 2, 3, 2]
    of_seats = [at(world, f"{name}(any.seats, 3d)", noon) for name in ("sum", "min", "max", "first", "last", "distinct")]
    assert of_seats == [Fraction("5.5"), Fraction("-1.5"), 5, 2, Fraction("-1.5"), 3]
    assert [at(world, f"{name}(any.plan, 3d)", noon) for name in ("first", "last", "distinct")] == ["free", "free", 2]
    assert at(world, 'count("Pricing")', noon) == 1
    assert at(world, 'since("Pricing")', noon) == 30 * HOUR


def test_of_nothing_counts_are_0_and_the_others_unknown() -> None:
    """
    2026-03-01 Opened by ann @acme
    """
    world = told(test_of_nothing_counts_are_0_and_the_others_unknown)
    nothing = '"Never"'
    for name in ("count", "people", "days", "workspaces"):
        assert at(world, f"{name}({nothing})", "2026-03-02") == 0
    assert [at(world, f"{name}(any.seats)", "2026-03-02") for name in ("sum", "distinct")] == [0, 0]
    assert [at(world, f"{name}(any.seats)", "2026-03-02") for name in ("min", "max", "first", "last")] == [UNKNOWN] * 4
    assert at(world, f"since({nothing})", "2026-03-02") is UNKNOWN


def test_any_is_every_track_page_and_screen_that_is_not_excluded() -> None:
    """
    2026-03-01 Opened by ann @acme
    2026-03-01 (page) Home by ann @acme
    2026-03-01 (screen) Home by ann @acme
    2026-03-01 ann joins @acme
    2026-03-01 (identify) by ann email=ann@acme.com
    2026-03-01 Opened by staff @acme
    """
    world = told(test_any_is_every_track_page_and_screen_that_is_not_excluded, excluded=("staff",))
    assert over(world, "count(any)", "1") == [3]
    assert over(world, "count(any)", "1", Subject("person", "ann")) == [3]


def test_without_a_window_a_measure_counts_since_ever() -> None:
    """
    2025-01-01 Opened by ann @acme
    2026-03-01 Opened by ann @acme
    """
    world = told(test_without_a_window_a_measure_counts_since_ever)
    assert over(world, "count(any)", "1") == [2]


def test_days_are_calendar_days_of_the_company_also_where_the_clocks_change() -> None:
    """
    2026-03-28T22:30Z Opened by ann @acme
    2026-03-28T23:30Z Opened by ann @acme
    2026-03-29T21:30Z Opened by ann @acme
    2026-03-29T22:30Z Opened by ann @acme
    """
    story = test_days_are_calendar_days_of_the_company_also_where_the_clocks_change
    # The 29th has 23 hours in Berlin, from 23:00 to 22:00 UTC.
    assert at(told(story, zone=ZoneInfo("Europe/Berlin")), "days(any)", "2026-03-30") == 3
    assert at(told(story), "days(any)", "2026-03-30") == 2


def test_sum_is_exact_to_six_decimals() -> None:
    """
    2026-03-01 Paid by ann @acme amount=0.1
    2026-03-01 Paid by ann @acme amount=0.2
    2026-03-01 Paid by ann @acme amount=0.0000015
    2026-03-01 Paid by ann @acme amount=-0.0000005
    2026-03-01 Paid by ann @acme amount=1e300
    2026-03-01 Paid by ann @acme amount="7"
    2026-03-01 Paid by ann @acme amount=true
    """
    world = told(test_sum_is_exact_to_six_decimals)
    assert over(world, "sum(any.amount)", "1") == [Fraction("0.300001")]
    assert over(world, "max(any.amount)", "1") == [Fraction("0.2")]


def test_first_and_last_go_by_when_it_occurred_and_then_by_the_fact_s_id() -> None:
    """
    2026-03-01 Chose by ann @acme plan=team #b
    2026-03-01 Chose by ann @acme plan=free #a
    2026-02-01 (known 2026-03-03) Chose by ann @acme plan=old #c
    """
    world = told(test_first_and_last_go_by_when_it_occurred_and_then_by_the_fact_s_id)
    assert over(world, "first(any.plan)", "1 3") == ["free", "old"]
    assert over(world, "last(any.plan)", "1 3") == ["team", "team"]


def test_events_whose_property_is_of_another_type_are_left_out() -> None:
    """
    2026-03-01 Chose by ann @acme size=small
    2026-03-02 Chose by ann @acme size=7
    2026-03-03 Chose by ann @acme size=null
    2026-03-04 Chose by ann @acme size={"x":1}
    2026-03-05 Chose by ann @acme size=1
    2026-03-05 Chose by ann @acme size=1.0
    2026-03-05 Chose by ann @acme size=true
    """
    world = told(test_events_whose_property_is_of_another_type_are_left_out)
    assert truth(world, "last(any.size) = small", "2026-03-04") is True
    assert truth(world, "last(any.size) = 7", "2026-03-04") is True
    assert truth(world, "last(any.size) = true", "2026-03-04") is None
    assert over(world, "distinct(any.size)", "4 5") == [2, 4]
    assert over(world, "count(any where size != small)", "4") == [0]
    assert over(world, "count(any where size > 5)", "4") == [1]
    assert over(world, "count(any where size.x = 1)", "4") == [1]


def test_a_where_picks_only_what_it_is_true_of() -> None:
    """
    2026-03-01 Opened by ann @acme plan=free seats=3
    2026-03-01 Opened by ann @acme seats=1
    2026-03-01 Invited by ann @acme plan=team seats=3
    """
    world = told(test_a_where_picks_only_what_it_is_true_of, sets={"core": ['"Opened" where seats >= 3', '"Invited"']})
    assert over(world, "count(any where not plan = free)", "1") == [1]
    assert over(world, "count(any where plan is unknown)", "1") == [1]
    assert over(world, "count(any where plan = free or seats = 1)", "1") == [2]
    assert over(world, "count(core)", "1") == [2]
    assert over(world, "count(core where plan = team)", "1") == [1]


def test_people_counts_the_persons_of_now_and_no_visitor() -> None:
    """
    2026-03-01 Opened by ann @acme
    2026-03-01 Opened by bob @acme
    2026-03-01 Opened by ?x @acme
    2026-03-03 bob is ann
    """
    world = told(test_people_counts_the_persons_of_now_and_no_visitor)
    assert over(world, "people(any)", "2 3") == [2, 1]


def test_previous_is_the_value_one_window_earlier_as_known_then() -> None:
    """
    2026-03-01 Opened by ann @acme
    2026-03-02 (known 2026-03-04) Opened by ann @acme
    2026-03-05 Opened by ann @acme
    """
    world = told(test_previous_is_the_value_one_window_earlier_as_known_then)
    assert over(world, "count(any, 3d)", "1 2 3 4 5") == [1, 1, 1, 1, 1]
    # On the 2nd, as known then, there was one; before the 1st the account did not exist.
    assert over(world, "previous(count(any, 3d))", "1 3 4 5 7") == [UNKNOWN, UNKNOWN, 1, 1, 1]
    assert turns(world, "previous(count(any, 3d)) is not unknown") == [("03-04", "entered")]


def test_arithmetic_with_an_unknown_or_by_nothing_is_unknown() -> None:
    """
    2026-03-01 Opened by ann @acme
    2026-03-03 Invited by ann @acme seats=4
    """
    world = told(test_arithmetic_with_an_unknown_or_by_nothing_is_unknown)
    assert over(world, 'count("Opened") / count("Invited")', "2 3") == [UNKNOWN, 1]
    assert over(world, "last(any.seats) - count(any) * 0.5", "2 3") == [UNKNOWN, 3]
    assert over(world, 'since("Opened") - since("Invited")', "2 5") == [UNKNOWN, 2 * DAY]
    assert turns(world, 'count("Opened") / count("Invited") >= 50%') == [("03-03", "entered")]


def test_and_or_and_not_of_an_unknown_are_kleene_s() -> None:
    """
    2026-03-01 Opened by ann @acme
    """
    world = told(test_and_or_and_not_of_an_unknown_are_kleene_s)
    unknown, true, false = "max(any.seats) > 1", "count(any) = 1", "count(any) = 2"
    said = {
        f"not {unknown}": None, f"{unknown} and {true}": None, f"{unknown} and {false}": False, f"{unknown} or {true}": True,
        f"{unknown} or {false}": None, f"max(any.seats) is unknown and {true}": True, "max(any.seats) is not unknown": False,
        "max(any.seats) in (1, 2)": None, "max(any.seats) not in (1, 2)": None, "count(any) in (1, 2)": True, "count(any) not in (1, 2)": False,
    }  # fmt: skip
    assert {condition: truth(world, condition, "2026-03-02") for condition in said} == said
