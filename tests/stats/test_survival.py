"""Censored times, by golden vectors and by the definition done slowly in fractions."""

from __future__ import annotations

import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.stats.quantiles import quartiles
from tandem.stats.survival import kaplan_meier

cases = st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=40)


def test_the_golden_vector_of_six_accounts_two_of_which_paid() -> None:
    """Conversions at day 5 and 10; still free at 7, 12, 20 and 30: 37.5 %, and not 2 of 6."""
    curve = kaplan_meier([5, 7, 10, 12, 20, 30], [True, False, True, False, False, False])
    assert curve.share_left(10) == 0.625
    assert curve.share_reached(10) == 0.375
    assert curve.share_reached(4) == 0
    assert curve.share_reached(30) == 0.375
    assert curve.times.tolist() == [5, 10]
    assert curve.at_risk.tolist() == [6, 4]
    assert curve.events.tolist() == [1, 1]


def test_past_the_longest_time_watched_nobody_knows() -> None:
    curve = kaplan_meier([5, 30], [True, False])
    assert curve.share_reached(31) is None
    assert kaplan_meier([5, 30], [True, True]).share_reached(31) == 1
    assert kaplan_meier([], []).share_reached(0) is None


def test_a_median_that_fewer_than_half_reach_is_not_reached() -> None:
    curve = kaplan_meier([5, 7, 10, 12, 20, 30], [True, False, True, False, False, False])
    assert curve.median is None
    assert curve.quantile(0.25) == 10


def test_exactly_half_is_half_also_where_floats_round() -> None:
    # Of 24 the first 12 end one by one: as a product of floats a little more than a half is left.
    curve = kaplan_meier(range(1, 25), [True] * 12 + [False] * 12)
    assert curve.left[-1] > 0.5
    assert curve.median == 12


def test_who_is_censored_at_the_time_of_an_event_was_at_risk_of_it() -> None:
    assert kaplan_meier([5, 5], [True, False]).share_left(5) == 0.5


def test_the_number_at_risk_is_of_those_watched_so_long() -> None:
    curve = kaplan_meier([5, 7, 10, 12, 20, 30], [True, False, True, False, False, False])
    assert [curve.number_at_risk(time) for time in (0, 5, 6, 30, 31)] == [6, 6, 5, 1, 0]


def test_a_negative_duration_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="a duration of -1"):
        kaplan_meier([-1], [True])


@given(cases, st.integers(0, 14))
def test_the_curve_is_the_product_of_its_definition(told: list[tuple[int, bool]], time: int) -> None:
    curve = kaplan_meier([length for length, _ in told], [ended for _, ended in told])
    left = meant(told, time)
    assert (curve.share_left(time) is None) == (left is None)
    if left is not None:
        assert curve.share_left(time) == pytest.approx(float(left))


def meant(told: list[tuple[int, bool]], time: int) -> Fraction | None:
    left = Fraction(1)
    for at in range(time + 1):
        watched = [one for one in told if one[0] >= at]
        ending = [one for one in watched if one == (at, True)]
        left *= 1 - Fraction(len(ending), len(watched)) if watched else 1
    return left if any(length >= time for length, _ in told) or (told and left == 0) else None


@given(cases)
def test_a_curve_only_falls_and_its_quantiles_come_in_order(told: list[tuple[int, bool]]) -> None:
    curve = kaplan_meier([length for length, _ in told], [ended for _, ended in told])
    assert (np.diff(curve.left) < 0).all()
    assert ((curve.left >= 0) & (curve.left < 1)).all()
    found = [curve.quantile(share) for share in (0.25, 0.5, 0.75)]
    reached = [each for each in found if each is not None]
    assert reached == sorted(reached)
    assert found[: len(reached)] == reached


@given(st.lists(st.integers(0, 12), min_size=1, max_size=30))
def test_where_nothing_is_censored_the_curve_is_the_plain_share(lengths: list[int]) -> None:
    curve = kaplan_meier(lengths, [True] * len(lengths))
    for time in range(14):
        assert curve.share_reached(time) == pytest.approx(sum(length <= time for length in lengths) / len(lengths))


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=30))
def test_quartiles_are_those_of_the_standard_library(values: list[int]) -> None:
    assert quartiles(values) == pytest.approx(statistics.quantiles(values, n=4, method="inclusive"))


def test_of_nothing_there_are_no_quartiles() -> None:
    assert quartiles([]) is None
    assert quartiles([3]) == (3, 3, 3)
