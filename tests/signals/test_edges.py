"""Semantics 5, a sentence at a time: signals and scores, where a condition turns, and when that could be known."""

from __future__ import annotations

from fractions import Fraction

from tandem.signals.meaning.asking import contributions
from tandem.signals.world import Subject
from tests.signals.asking import ACME, known, over, told, truth, turns
from tests.signals.worlds import instant


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
