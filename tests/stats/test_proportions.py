"""Shares and their ratios, against published numbers and against a slow way to the same."""

from __future__ import annotations

from fractions import Fraction
from math import comb, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.stats.proportions import Interval, Share, quantile_of_normal, wilson
from tandem.stats.ratios import katz

counts = st.integers(0, 400).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (3, 10, 0.108, 0.603),
        # Newcombe 1998, Stat. Med. 17, 857–872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(successes: int, trials: int, low: float, high: float) -> None:
    found = wilson(successes, trials)
    assert found.rounded(4) == pytest.approx((low, high), abs=0.0005 if trials == 10 else 0.00005)


def test_of_no_trials_nothing_is_known_and_there_is_no_share() -> None:
    assert wilson(0, 0) == Interval(0.0, 1.0)
    assert Share(0, 0).value is None
    assert Share(0, 0).interval() is None
    assert Share(1, 3).value == Fraction(1, 3)


def test_more_successes_than_trials_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="11 successes of 10 trials"):
        wilson(11, 10)


@given(counts, st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_an_interval_holds_its_share_and_stays_within_0_and_1(case: tuple[int, int], level: float) -> None:
    successes, trials = case
    found = wilson(successes, trials, level=level)
    assert 0 <= found.low <= found.high <= 1
    if trials:
        assert found.low - 1e-12 <= successes / trials <= found.high + 1e-12
        assert wilson(trials - successes, trials, level=level).low == pytest.approx(1 - found.high)


@given(counts)
def test_more_of_the_same_says_more_and_more_successes_say_a_higher_share(case: tuple[int, int]) -> None:
    successes, trials = case
    one = wilson(successes, trials)
    assert wilson(10 * successes, 10 * trials).high - wilson(10 * successes, 10 * trials).low <= one.high - one.low
    if successes < trials:
        more = wilson(successes + 1, trials)
        assert more.low > one.low or more.high > one.high


@given(counts)
def test_the_ends_are_the_shares_under_which_what_was_seen_is_just_so_unlikely(case: tuple[int, int]) -> None:
    """Wilson's ends are where the score test of a share just rejects: (p - s)² = z² s (1 - s) / n, solved here by halving."""
    successes, trials = case
    if trials == 0:
        return
    seen, z = successes / trials, quantile_of_normal(0.95)
    found = wilson(successes, trials)
    assert found.low == pytest.approx(_end(seen, z, trials, 0.0), abs=1e-9)
    assert found.high == pytest.approx(_end(seen, z, trials, 1.0), abs=1e-9)


def _end(seen: float, z: float, trials: int, far: float) -> float:
    near = seen
    for _ in range(80):
        middle = (near + far) / 2
        if (seen - middle) ** 2 <= z * z * middle * (1 - middle) / trials:
            near = middle
        else:
            far = middle
    return (near + far) / 2


@pytest.mark.parametrize(("share", "trials"), [(0.05, 60), (0.3, 25), (0.5, 40)])
def test_wilson_covers_the_true_share_about_as_often_as_it_says(share: float, trials: int) -> None:
    covered = sum(
        comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(trials + 1) if wilson(k, trials).covers(share)
    )  # fmt: skip
    assert 0.92 < covered < 0.985


# Ratios.


def test_katz_gives_the_interval_that_is_worked_by_hand() -> None:
    # ln 3 = 1.0986; spread = √(1/30 - 1/100 + 1/10 - 1/100) = √0.11333 = 0.33665; 1.0986 ± 0.65982.
    assert katz(30, 100, 10, 100).rounded(3) == (1.551, 5.803)


def test_without_successes_the_ratio_begins_at_0_and_its_upper_end_is_known() -> None:
    found = katz(0, 100, 10, 100)
    assert found.low == 0
    assert 0 < found.high < 1
    assert katz(0, 0, 10, 100) == Interval(0.0, inf)
    # Everybody everywhere: a ratio of 1, of which one is not sure.
    assert katz(5, 5, 20, 20).low < 1 < katz(5, 5, 20, 20).high


@given(counts, counts)
def test_the_ratio_turned_round_has_the_interval_turned_round(one: tuple[int, int], other: tuple[int, int]) -> None:
    if 0 in (one[1], other[1], one[0], other[0]):
        return
    found, turned = katz(*one, *other), katz(*other, *one)
    assert 0 < found.low <= found.high
    assert turned.low == pytest.approx(1 / found.high)
    assert turned.high == pytest.approx(1 / found.low)
