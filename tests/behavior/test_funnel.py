"""The compiled funnels say what the rules in plain Python say, where ties, windows, conventions and late facts meet."""

from __future__ import annotations

from typing import Any

import pytest

from tandem.behavior.funnel.funnel import Funnel, Order, Unless
from tandem.values.instants import DAY
from tests.behavior.funnels import SmallCase, case_of, cases, folded, meant
from tests.signals.conditions import read
from tests.signals.worlds import instant


@pytest.mark.parametrize("seed", range(4))
def test_what_is_compiled_is_what_is_meant(seed: int) -> None:
    deep = 0
    for small, timeline, funnel, as_of in cases(50, seed, each=12):
        told = meant(small, timeline, funnel, as_of)
        assert folded(small, timeline, funnel, as_of) == told, (small, funnel, as_of)
        deep += any(len(each[-1]) > 1 for each in told)
    assert deep > 80


def levels(case: SmallCase) -> list[int]:
    """How far each attempt that counts got, by person, then as they began."""
    told = meant(*case)
    assert folded(*case) == told
    return [len(each[-1]) for each in told]


CLOSED = """
    2026-03-01T09:00 Opened by ann
    2026-03-02T09:00 Paid by ann
    2026-03-01T09:00 Opened by bob
    2026-03-02T09:00:01 Paid by bob
    """


def test_a_window_is_closed_at_both_ends() -> None:
    """Ann paid when the day was just over, Bob a second later."""
    assert levels(case_of(CLOSED, "Opened", "Paid", within=DAY)) == [2, 1]


TWICE = """
    2026-03-01 Opened by ann
    2026-03-05 Opened by ann
    2026-03-06 Paid by ann
    """


def test_a_later_start_may_begin_again() -> None:
    assert levels(case_of(TWICE, "Opened", "Paid", within=2 * DAY)) == [2]


def test_but_not_where_only_the_first_start_counts() -> None:
    assert levels(case_of(TWICE, "Opened", "Paid", within=2 * DAY, order="first_start_only")) == [1]


def test_every_attempt_counts_each_start_and_may_share_what_follows() -> None:
    assert levels(case_of(TWICE, "Opened", "Paid", within=2 * DAY, every_attempt=True)) == [1, 2]
    assert levels(case_of(TWICE, "Opened", "Paid", within=9 * DAY, every_attempt=True)) == [2, 2]


BETWEEN = """
    2026-03-01T01:00 Opened by ann
    2026-03-01T02:00 Asked by ann
    2026-03-01T03:00 Paid by ann
    2026-03-01T01:00 Opened by bob
    2026-03-01T03:00 Paid by bob
    """


def test_in_strict_order_nothing_may_stand_between() -> None:
    assert levels(case_of(BETWEEN, "Opened", "Paid")) == [2, 2]
    assert levels(case_of(BETWEEN, "Opened", "Paid", order="strict")) == [1, 2]


def test_what_is_excluded_between_two_stages_ends_an_attempt() -> None:
    asked = read('"Asked"', "selector")
    assert levels(case_of(BETWEEN, "Opened", "Paid", unless=(Unless(asked, 1, 2),))) == [1, 2]
    assert levels(case_of(BETWEEN, "Opened", "Asked", "Paid", unless=(Unless(read('"Paid"', "selector"), 1, 2),))) == [3, 1]


def test_in_any_order_it_matters_only_that_all_came_within_the_window() -> None:
    text = """
    2026-03-01 Paid by ann
    2026-03-02 Asked by ann
    2026-03-03 Opened by ann
    2026-03-01 Opened by bob
    2026-03-03 Paid by bob
    """
    assert levels(case_of(text, "Opened", "Asked", "Paid", order="any_order", within=2 * DAY)) == [3, 1]
    assert levels(case_of(text, "Opened", "Asked", "Paid", order="any_order", within=DAY)) == [2, 1]


def test_a_property_may_be_held_the_same_throughout() -> None:
    text = """
    2026-03-01 Opened by ann project=a
    2026-03-02 Paid by ann project=b
    2026-03-01 Opened by bob project=a
    2026-03-02 Opened by bob project=b
    2026-03-03 Paid by bob project=a
    2026-03-01 Opened by cat
    2026-03-02 Paid by cat
    """
    assert levels(case_of(text, "Opened", "Paid", within=3 * DAY, constant=("project",))) == [1, 2]


def test_events_of_one_instant_stand_in_the_order_of_the_stages() -> None:
    text = """
    2026-03-01 Paid by ann #a
    2026-03-01 Opened by ann #b
    2026-03-01 Asked by ann #c
    """
    assert levels(case_of(text, "Opened", "Asked", "Paid")) == [3]
    assert levels(case_of(text, "Opened", "Asked", "Paid", apart=True)) == [1]
    # What is no stage comes before all that are.
    assert levels(case_of(text, "Opened", "Paid", order="strict")) == [2]


def test_one_event_takes_an_attempt_one_stage_further() -> None:
    assert levels(case_of("2026-03-01 Opened by ann", "Opened", "Opened")) == [1]
    assert levels(case_of("2026-03-01 Opened by ann", "Opened", "Opened", order="any_order")) == [1]


def test_an_event_that_is_known_late_or_was_corrected_counts_from_and_until_then() -> None:
    text = """
    2026-03-01 Opened by ann
    2026-03-02 (known 2026-03-10) Paid by ann #paid
    2026-03-20 correct #paid
    """
    for day, level in (("2026-03-05", 1), ("2026-03-10", 2), ("2026-03-19", 2), ("2026-03-20", 1)):
        assert levels(case_of(text, "Opened", "Paid", within=2 * DAY, as_of=instant(day))) == [level]


def test_of_attempts_that_got_as_far_the_first_to_get_there_is_the_best() -> None:
    told = meant(*case_of(TWICE, "Opened", "Opened", "Paid", within=9 * DAY))
    assert [(each[1], len(each[-1])) for each in told] == [(instant("2026-03-01"), 3)]
    [(_, begun, *_)] = meant(*case_of(TWICE, "Opened", "Asked", within=DAY))
    assert begun == instant("2026-03-01")


def test_in_any_order_of_attempts_that_began_at_one_instant_the_first_is_the_best() -> None:
    text = """
    2026-03-01T04:00 Opened by ann
    2026-03-01T04:00 Paid by ann
    2026-03-01T05:00 Opened by ann
    2026-03-01T05:00 Asked by ann
    """
    four, five = instant("2026-03-01T04:00"), instant("2026-03-01T05:00")
    case = case_of(text, "Opened", "Asked", "Paid", order="any_order")
    assert levels(case) == [3]
    assert [each[-1] for each in meant(*case)] == [(four, five, five)]


@pytest.mark.parametrize("order", ["ordered", "strict", "any_order", "first_start_only"])
@pytest.mark.parametrize("every_attempt", [False, True])
def test_an_attempt_that_something_has_ended_is_no_longer_open(order: Order, every_attempt: bool) -> None:
    text = """
    2026-03-01T01:00 Opened by ann
    2026-03-01T02:00 Asked by ann
    2026-03-01T01:00 Opened by bob
    2026-03-01T02:00 Asked by bob
    2026-03-01T03:00 Opened by bob
    2026-03-01T01:00 Opened by cat
    """
    unless = (Unless(read('"Asked"', "selector"), 1, 2),)
    case = case_of(text, "Opened", "Paid", order=order, every_attempt=every_attempt, unless=unless, as_of=instant("2026-03-01T04:00"))
    told = meant(*case)
    assert folded(*case) == told
    again = [True] if every_attempt and order != "first_start_only" else []
    assert [is_open for *_, is_open, _ in told] == [False, False, *again, True]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"within": 0}, "longer than nothing"),
        ({"stages": ()}, "1 to 20 stages"),
        ({"stages": ("Opened",) * 21}, "1 to 20 stages"),
        ({"unless": ((2, 2),)}, "between two of 2 stages"),
        ({"unless": ((1, 3),)}, "between two of 2 stages"),
        ({"unless": ((1, 2),) * 30}, "room for 29 exclusions"),
        ({"reentry": True}, "only in strict order"),
        ({"order": "any_order", "apart": True}, "no stage follows another"),
        ({"order": "any_order", "stages": ("Opened",) * 3, "unless": ((1, 2),)}, "between the first stage and the last"),
    ],
)
def test_what_contradicts_itself_is_no_funnel(said: dict[str, Any], message: str) -> None:
    event = read('"Opened"', "selector")
    stages = tuple(event for _ in said.pop("stages", ("Opened", "Opened")))
    unless = tuple(Unless(event, *each) for each in said.pop("unless", ()))
    with pytest.raises(ValueError, match=message):
        Funnel("person", stages, **{"within": DAY, "unless": unless, **said})
