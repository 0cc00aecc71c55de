"""Semantics 2, a sentence at a time: when a fact enters a window, and when it leaves."""

from __future__ import annotations

from tandem.signals.world import Subject
from tests.signals.asking import at, known, over, told, turns


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
