"""Semantics 2, 4 and 5, a sentence at a time, with numbers that a person can check by hand."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tandem.signals.edges import edges
from tandem.signals.meaning.asking import contributions, holds, value
from tandem.signals.world import UNKNOWN, Subject, World
from tandem.values.instants import DAY, HOUR, show
from tests.signals.conditions import read
from tests.signals.worlds import instant, world_of

ACME = Subject("account", "acme")


def told(story: Callable[[], None], **settings: Any) -> World:
    """The world of a test's docstring."""
    return world_of(inspect.getdoc(story), **settings)


def at(world: World, expression: str, day: str, subject: Subject = ACME) -> object:
    """The value on a day: of a whole number a plain int."""
    found = value(world, read(expression, "value"), subject, instant(day))
    return int(found) if isinstance(found, Fraction) and found.denominator == 1 else found


def over(world: World, expression: str, days: str, subject: Subject = ACME, month: str = "2026-03") -> list[object]:
    """The value at midnight of each day named: `over(world, "count(any)", "1 2 5")`."""
    return [at(world, expression, f"{month}-{int(day):02}", subject) for day in days.split()]


def truth(world: World, condition: str, day: str, subject: Subject = ACME) -> bool | None:
    return holds(world, read(condition), subject, instant(day))


def turns(world: World, condition: str, subject: Subject = ACME, until: str = "2027-01-01") -> list[tuple[str, str]]:
    return [(_short(edge.at), edge.edge) for edge in edges(world, read(condition), subject, instant(until))]


def known(world: World, condition: str, subject: Subject = ACME) -> list[tuple[str, str, str]]:
    found = edges(world, read(condition), subject, instant("2027-01-01"))
    return [(_short(edge.at), edge.edge, _short(edge.known_at)) for edge in found]


def _short(at: int) -> str:
    """`03-01`, `03-01T09:30` or `03-01T00:00:00.000001`."""
    return show(at)[5:].removesuffix("Z").removesuffix(":00").removesuffix("T00:00")


# Semantics 2: a window.


def test_a_fact_is_in_the_window_from_its_instant_until_exactly_one_window_later() -> None:
    """
    2026-03-01 Opened by ann @acme
    """
    world = told(test_a_fact_is_in_the_window_from_its_instant_until_exactly_one_window_later)
    assert over(world, "count(any, 7d)", "1 7 8") == [1, 1, 0]
    assert at(world, "count(any, 7d)", "2026-03-07T23:59:59.999999") == 1
    assert turns(world, "count(any, 7d) >= 1") == [("03-01", "entered"), ("03-08", "left")]


def test_a_late_fact_enters_when_it_is_known_and_leaves_by_when_it_occurred() -> None:
    """
    2026-03-01 (known 2026-03-05) Opened by ann @acme
    2026-03-01 (known 2026-03-08) Opened by bob @acme
    """
    world = told(test_a_late_fact_enters_when_it_is_known_and_leaves_by_when_it_occurred)
    # The second becomes known when it is already too old, and never enters.
    assert over(world, "count(any, 7d)", "1 4 5 7 8") == [0, 0, 1, 1, 0]


def test_a_fact_known_in_advance_enters_when_it_occurs() -> None:
    """
    2026-03-05 (known 2026-03-01) Opened by ann @acme
    """
    world = told(test_a_fact_known_in_advance_enters_when_it_occurs)
    assert over(world, "count(any)", "1 4 5") == [0, 0, 1]
    assert known(world, "count(any) >= 1") == [("03-05", "entered", "03-01")]


def test_a_correction_ends_the_fact_and_its_replacement_counts_by_its_own_times() -> None:
    """
    2026-03-01 Invited by ann @acme seats=2 #invite
    2026-03-04 correct #invite seats=9 #first
    2026-03-06 correct #invite #second
    """
    world = told(test_a_correction_ends_the_fact_and_its_replacement_counts_by_its_own_times)
    # The replacement happened on the 1st, is known on the 4th, and goes with the correction that a later one overrides.
    assert over(world, "sum(any.seats, 7d)", "1 3 4 5 6") == [2, 2, 9, 9, 0]


def test_undoing_a_correction_restores_the_fact() -> None:
    """
    2026-03-01 Invited by ann @acme seats=2 #invite
    2026-03-04 correct #invite seats=9
    2026-03-06 undo #invite
    """
    world = told(test_undoing_a_correction_restores_the_fact)
    assert over(world, "sum(any.seats, 7d)", "3 4 6 7 8") == [2, 9, 2, 2, 0]


def test_a_fact_that_moves_leaves_one_account_and_enters_the_other() -> None:
    """
    2026-03-01 workspace w1 account=acme
    2026-03-02 Opened by ann @/w1
    2026-03-05 workspace w1 account=beta
    """
    world = told(test_a_fact_that_moves_leaves_one_account_and_enters_the_other)
    beta = Subject("account", "beta")
    assert turns(world, "count(any, 7d) >= 1") == [("03-02", "entered"), ("03-05", "left")]
    # It enters by its belonging and leaves by its age.
    assert turns(world, "count(any, 7d) >= 1", beta) == [("03-05", "entered"), ("03-09", "left")]


def test_all_that_changes_at_one_instant_is_applied_before_anything_is_asked() -> None:
    """
    2026-03-01 Opened by ann @acme #old
    2026-03-08 Opened by bob @acme
    2026-03-10 Invited by cat @acme #wrong
    2026-03-10 correct #wrong
    """
    world = told(test_all_that_changes_at_one_instant_is_applied_before_anything_is_asked)
    # On the 8th one leaves and one enters; on the 10th one comes that is gone at once.
    assert turns(world, "count(any, 7d) >= 1") == [("03-01", "entered"), ("03-15", "left")]
    assert turns(world, 'count("Invited") >= 1') == []


# Semantics 4: measures.


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


def test_a_field_is_that_of_the_latest_version_known_and_a_patch_keeps_what_it_does_not_name() -> None:
    """
    2026-03-01 account acme plan=free employees=10 industry=steel
    2026-03-05 account acme employees=null
    2026-03-03 (known 2026-03-06) account acme plan=team
    2026-03-08 account acme plan=pro whole
    2026-03-09 account acme deleted
    """
    world = told(test_a_field_is_that_of_the_latest_version_known_and_a_patch_keeps_what_it_does_not_name)
    assert over(world, "plan", "1 5 6 8 9") == ["free", "free", "team", "pro", UNKNOWN]
    assert over(world, "employees", "1 5") == [10, UNKNOWN]
    # A whole version names all there is.
    assert over(world, "industry", "6 8") == ["steel", UNKNOWN]


def test_of_versions_that_occur_together_the_last_by_id_holds() -> None:
    """
    2026-03-01 account acme plan=free #b
    2026-03-01 account acme plan=team #a
    """
    world = told(test_of_versions_that_occur_together_the_last_by_id_holds)
    assert over(world, "plan", "1") == ["free"]


def test_between_sources_the_declared_order_decides_and_else_the_latest() -> None:
    from dataclasses import replace

    world = world_of("""
        2026-03-01 account acme plan=free #crm
        2026-03-02 account acme plan=team #app
        2026-03-03 account acme plan=pro #csv
        2026-03-05 account acme plan=null #crm-2
    """)
    world = replace(world, records=tuple(replace(each, source=each.id.removesuffix("-2")) for each in world.records))
    assert over(world, "plan", "1 2 3 5") == ["free", "team", "pro", "pro"]
    # A source that no longer says anything leaves it to the others.
    assert over(replace(world, source_order=("crm",)), "plan", "1 2 3 5") == ["free", "free", "free", "pro"]
    assert over(replace(world, source_order=("app", "crm")), "plan", "1 2 3 5") == ["free", "team", "team", "team"]


def test_plan_is_the_highest_among_active_subscriptions_else_the_field() -> None:
    """
    2026-03-01 account acme plan=free
    2026-03-02 subscription S1 @acme plan=team status=active ended=2026-03-08
    2026-03-03 subscription S2 @acme plan=enterprise status=active started=2026-03-05
    2026-03-06 subscription S2 status=canceled
    2026-03-02 subscription S3 @acme plan=zebra status=active
    """
    world = told(test_plan_is_the_highest_among_active_subscriptions_else_the_field, plans=("free", "team", "enterprise"))
    # A plan that nobody declared is below those that are.
    assert over(world, "plan", "1 2 4 5 6 8") == ["free", "team", "team", "enterprise", "team", "zebra"]
    assert turns(world, "plan = enterprise") == [("03-05", "entered"), ("03-06", "left")]


def test_a_field_without_its_record_is_the_subject_s_own_else_the_account_s() -> None:
    """
    2026-03-01 account acme plan=team employees=70
    2026-03-01 workspace w1 account=acme plan=free
    2026-03-01 Opened by ann @acme/w1
    2026-03-04 Opened by ann @beta
    """
    world = told(test_a_field_without_its_record_is_the_subject_s_own_else_the_account_s)
    w1, ann = Subject("workspace", "w1"), Subject("person", "ann")
    assert [at(world, name, "2026-03-01", w1) for name in ("plan", "account.plan", "employees")] == ["free", "team", 70]
    # Ann's account is that of her latest event.
    assert over(world, "plan", "1 3 4", ann) == ["team", "team", UNKNOWN]


def test_an_account_sees_its_workspaces_fields_by_any_all_and_highest() -> None:
    """
    2026-03-01 workspace w1 account=acme plan=free
    2026-03-02 workspace w2 account=acme plan=team
    2026-03-03 workspace w3 account=acme
    2026-03-04 workspace w1 plan=team
    2026-03-05 workspace w3 account=beta
    """
    world = told(test_an_account_sees_its_workspaces_fields_by_any_all_and_highest, plans=("free", "team"))
    days = [f"2026-03-0{day}" for day in range(1, 6)]
    assert [truth(world, "any(plan) = team", day) for day in days] == [False, True, True, True, True]
    # The third workspace has no plan that is known, so that one cannot say of all.
    assert [truth(world, "all(plan) = team", day) for day in days] == [False, False, False, None, True]
    assert over(world, "highest(plan)", "1 2") == ["free", "team"]
    nobody = Subject("account", "zeta")
    assert [truth(world, f"{roll_up}(plan) = team", days[0], nobody) for roll_up in ("any", "all", "highest")] == [None] * 3
    assert truth(world, "all(plan) is unknown", days[0], nobody) is True


def test_a_record_measure_reads_the_versions_in_force_that_belong_to_the_subject() -> None:
    """
    2026-03-01 workspace w1 account=acme
    2026-03-01 subscription S1 @acme product=core status=active amount=100
    2026-03-02 subscription S2 @/w1 product=core status=active amount=250
    2026-03-03 subscription S2 status=over
    2026-03-04 subscription S1 deleted
    2026-03-05 workspace w1 account=beta
    """
    world = told(test_a_record_measure_reads_the_versions_in_force_that_belong_to_the_subject)
    assert over(world, "count(subscription)", "1 2 3 4 5") == [1, 2, 2, 1, 0]
    assert over(world, "count(subscription where status = active)", "1 2 3 4") == [1, 2, 1, 0]
    assert over(world, "sum(subscription.amount where amount > 200)", "1 2 4") == [0, 250, 250]
    assert over(world, "distinct(subscription.product)", "1 2 4 5") == [1, 1, 1, 0]
    assert over(world, "count(subscription)", "1 2 3", Subject("workspace", "w1")) == [0, 1, 1]
    assert over(world, "count(workspace)", "1 4 5") == [1, 1, 0]
    assert over(world, "count(subscription)", "4 5", Subject("account", "beta")) == [0, 1]


def test_family_reads_the_records_of_all_accounts_under_one_parent() -> None:
    """
    2026-03-01 subscription S1 @acme
    2026-03-01 subscription S2 @acme-eu
    2026-03-01 subscription S3 @acme-us
    2026-03-03 account acme-eu parent=acme
    2026-03-04 account acme-us parent=acme
    """
    world = told(test_family_reads_the_records_of_all_accounts_under_one_parent)
    assert over(world, "count(subscription, family)", "1 3 4") == [1, 2, 3]
    assert over(world, "count(subscription, family)", "1 3 4", Subject("account", "acme-us")) == [1, 1, 3]
    assert over(world, "count(subscription)", "4") == [1]


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


def test_a_signal_may_name_another_of_the_same_subject() -> None:
    """
    2026-03-01 Opened by ann @acme
    """
    signals = {"active": "count(any, 2d) >= 1", "big": "employees > 10"}
    world = told(test_a_signal_may_name_another_of_the_same_subject, signals=signals)
    assert turns(world, "not signal(active)") == [("03-03", "entered")]
    # Off where it is unknown, so that `not` of it is true.
    assert truth(world, "not signal(big)", "2026-03-01") is True


def test_a_score_adds_up_points_and_tells_every_line() -> None:
    """
    2026-03-01 Opened by ann @acme
    2026-03-02 Invited by ann @acme
    """
    lines = [("count(any, 2d) >= 1", 5), ('count("Invited") >= 1', 3), ("employees > 10", 7), ("count(any) >= 2", -1)]
    world = told(test_a_score_adds_up_points_and_tells_every_line, scores={"fit": lines})
    assert over(world, "score(fit)", "1 2 4") == [5, 7, 2]
    told_lines = [(each.truth, each.points) for each in contributions(world, "fit", ACME, instant("2026-03-04"))]
    assert told_lines == [(False, Fraction(0)), (True, Fraction(3)), (None, Fraction(0)), (True, Fraction(-1))]
    assert turns(world, "score(fit) >= 6") == [("03-02", "entered"), ("03-04", "left")]


def test_the_tier_of_an_account_is_the_first_that_is_true() -> None:
    """
    2026-03-01 account acme employees=100
    2026-03-03 Opened by ann @acme/w1
    2026-03-03 workspace w1 account=acme
    2026-03-05 account acme employees=10
    """
    tiers = [("large", "employees >= 50"), ("live", "count(any, 4d) >= 1")]
    world = told(test_the_tier_of_an_account_is_the_first_that_is_true, tiers=tiers)
    assert over(world, "account.icp_tier", "1 4 5 7") == ["large", "large", "live", UNKNOWN]
    w1 = Subject("workspace", "w1")
    assert turns(world, "account.icp_tier = live", w1) == [("03-05", "entered"), ("03-07", "left")]


def test_a_target_is_named_by_the_playbook_by_id_or_domain_or_by_a_record() -> None:
    """
    2026-03-01 account A-1 domain=Acme.example
    2026-03-01 account A-2 domain=globex.example
    2026-03-01 account A-3 domain=hooli.example
    2026-03-01 account A-4 domain=other.example
    2026-03-03 account A-5 domain=https://www.Globex.example/about
    2026-03-03 target T-1 @A-3 tier=A
    2026-03-04 account A-2 domain=globex.test
    2026-03-05 target T-1 deleted
    """
    world = told(test_a_target_is_named_by_the_playbook_by_id_or_domain_or_by_a_record, targets=["A-1", "globex.example"])
    days = {each: over(world, "account.is_target", "1 3 4 5", Subject("account", each)) for each in ("A-1", "A-2", "A-3", "A-4", "A-5")}
    assert days == {
        "A-1": [True, True, True, True],
        "A-2": [True, True, False, False],
        "A-3": [False, True, True, False],
        # Whom nobody names is no target; that is known, not unknown.
        "A-4": [False, False, False, False],
        # The CRM keeps web addresses where it should keep domains.
        "A-5": [False, True, True, True],
    }
    assert known(world, "is_target = true", Subject("account", "A-3")) == [("03-03", "entered", "03-03"), ("03-05", "left", "03-05")]


def test_a_person_asks_for_the_target_of_the_account() -> None:
    """
    2026-03-01 target T-1 @acme
    2026-03-02 Opened by ann @acme
    2026-03-03 account acme-eu is acme
    2026-03-03 Opened by bob @acme-eu
    """
    world = told(test_a_person_asks_for_the_target_of_the_account, targets=["acme-eu"])
    assert at(world, "account.is_target", "2026-03-02", Subject("person", "ann")) is True
    assert at(world, "account.is_target", "2026-03-03", Subject("person", "bob")) is True


# Semantics 5: signals and edges.


def test_a_condition_true_at_its_subject_s_first_instant_enters_there() -> None:
    """
    2026-03-01 Opened by ann @beta
    2026-03-04 (known 2026-03-05) Opened by ann @acme
    """
    world = told(test_a_condition_true_at_its_subject_s_first_instant_enters_there)
    assert turns(world, "count(any) < 3") == [("03-05", "entered")]


def test_a_condition_that_ends_with_its_subject_leaves_there() -> None:
    """
    2026-03-01 Opened by ann @acme-eu
    2026-03-02 Opened by ann @acme
    2026-03-04 account acme-eu is acme
    """
    world = told(test_a_condition_that_ends_with_its_subject_leaves_there)
    eu = Subject("account", "acme-eu")
    assert turns(world, "count(any) < 9", eu) == [("03-01", "entered"), ("03-04", "left")]
    assert turns(world, "count(any) >= 2") == [("03-04", "entered")]


def test_a_subject_whose_only_fact_is_corrected_no_longer_exists_until_that_is_undone() -> None:
    """
    2026-03-01 Opened by ann @acme #a
    2026-03-03 correct #a
    2026-03-05 undo #a
    """
    world = told(test_a_subject_whose_only_fact_is_corrected_no_longer_exists_until_that_is_undone)
    assert turns(world, "count(any) < 9") == [("03-01", "entered"), ("03-03", "left"), ("03-05", "entered")]


def test_an_unknown_condition_is_off() -> None:
    """
    2026-03-01 Opened by ann @acme seats=3
    2026-03-05 Opened by ann @acme
    """
    world = told(test_an_unknown_condition_is_off)
    assert turns(world, "not max(any.seats, 2d) > 5") == [("03-01", "entered"), ("03-03", "left")]


def test_an_edge_says_when_it_could_be_known() -> None:
    """
    2026-03-01 (known 2026-03-04) Opened by ann @acme
    2026-03-06 (known 2026-03-02) Opened by ann @acme
    2026-03-06 (known 2026-03-03) Invited by ann @acme
    2026-04-01 (known 2026-03-20) account acme plan=team
    """
    world = told(test_an_edge_says_when_it_could_be_known)
    assert known(world, "count(any, 7d) >= 1") == [("03-04", "entered", "03-04"), ("03-13", "left", "03-13")]
    # The greatest of what the condition looks at: not the invitation, of which it says nothing.
    assert known(world, "count(any, 7d) >= 3") == [("03-06", "entered", "03-03"), ("03-08", "left", "03-08")]
    assert known(world, 'count("Opened", 7d) >= 2') == [("03-06", "entered", "03-02"), ("03-08", "left", "03-08")]
    assert known(world, "plan = team") == [("04-01", "entered", "03-20")]


def test_edges_are_told_up_to_the_instant_that_is_asked_which_is_in() -> None:
    """
    2026-03-01 Opened by ann @acme
    """
    world = told(test_edges_are_told_up_to_the_instant_that_is_asked_which_is_in)
    assert turns(world, "count(any, 7d) >= 1", until="2026-03-01") == [("03-01", "entered")]
    assert turns(world, "count(any, 7d) >= 1", until="2026-03-07") == [("03-01", "entered")]
