"""A few folds by hand, and what does not fit."""

from __future__ import annotations

import numpy as np
import pytest

from tandem.timeline.algebra import Sign, through
from tandem.timeline.clock import compare_age, held
from tandem.timeline.folds.extremes import last_occurred
from tandem.timeline.folds.sequence import sequence
from tandem.timeline.folds.windows import count, curve, distinct, total
from tandem.timeline.kernels import NEVER, UNKNOWN
from tandem.timeline.layout import lay_out
from tandem.timeline.stack import between, spans, stacked
from tandem.timeline.steps import ALWAYS, Steps, constant, edges, field_steps, holdings_of, together, values_at

DAY = 86_400_000_000


def told(steps: Steps) -> list[tuple[int, int]]:
    return list(zip(steps.at.tolist(), steps.value.tolist(), strict=True))


def test_a_row_leaves_exactly_when_the_window_has_passed() -> None:
    layout = lay_out([0, 0], [3, 3], [3, 1], [0, 1], None, 1)
    assert told(count(layout, None, 4)) == [(3, 2), (5, 1), (7, 0)]


def test_three_people_in_a_week_enter_with_the_third_and_leave_with_the_first() -> None:
    days = [1, 3, 5, 6]
    layout = lay_out([0] * 4, [day * DAY for day in days], [day * DAY for day in days], range(4), None, 1)
    steps = distinct(layout, None, [0, 1, 2, 1], 7 * DAY, sign=">=", than=3)
    assert told(steps) == [(5 * DAY, 1), (8 * DAY, 0)]


def test_a_curve_has_every_threshold() -> None:
    layout = lay_out([0, 0, 1], [1, 2, 2], [1, 2, 2], range(3), None, 2)
    found = curve(layout, None, [0, 1, 0], 10, 5)
    assert (found.entered.tolist(), found.left.tolist()) == ([0, 2, 1, 0, 0, 0], [0, 2, 1, 0, 0, 0])
    assert [each.tolist() for each in found.entering(1)] == [[0, 1], [1, 2]]
    assert [each.tolist() for each in found.entering(2)] == [[0], [2]]


def test_a_sum_beyond_64_bits_is_unknown_until_it_fits_again() -> None:
    layout = lay_out([0] * 3, [1, 2, 3], [1, 2, 3], range(3), None, 1)
    most = 2**63 - 1
    assert told(total(layout, None, [most, most, -most], 4)) == [(1, most), (2, UNKNOWN), (3, most), (5, 0), (6, -most), (7, 0)]
    assert told(total(layout, None, [most, most, -most], 4, sign=">", than=0)) == [(1, 1), (2, UNKNOWN), (3, 1), (5, 0)]


def test_since_is_more_than_a_day_one_microsecond_after_it_is_a_day() -> None:
    layout = lay_out([0], [5], [5], [0], None, 1)
    anchor = last_occurred(layout, None)
    assert told(compare_age(anchor, "since", ">=", DAY)) == [(5, 0), (5 + DAY, 1)]
    assert told(compare_age(anchor, "since", ">", DAY)) == [(5, 0), (6 + DAY, 1)]
    assert told(compare_age(anchor, "since", "=", DAY)) == [(5, 0), (5 + DAY, 1), (6 + DAY, 0)]
    assert told(compare_age(anchor, "until", "<", 0)) == [(5, 0), (6, 1)]


def test_an_age_needs_an_anchor_that_begins_unknown() -> None:
    with pytest.raises(ValueError, match="before its first step"):
        compare_age(constant(1, 5), "since", ">", 3)


def test_a_condition_that_was_always_true_is_held_from_the_beginning() -> None:
    assert (held(constant(2, 1), DAY).initial, len(held(constant(2, 1), DAY))) == (1, 0)


def test_a_field_says_the_last_of_an_instant_and_nothing_before() -> None:
    steps = field_steps([0, 0, 2, 2, 2], [1, 1, 4, 5, 6], [7, 8, 3, 3, UNKNOWN], 3)
    assert (steps.offsets.tolist(), told(steps), steps.initial) == ([0, 1, 1, 3], [(1, 8), (4, 3), (6, UNKNOWN)], UNKNOWN)
    assert values_at(steps, 4).tolist() == [8, UNKNOWN, 3]
    assert values_at(steps, 0).tolist() == [UNKNOWN] * 3


@pytest.mark.parametrize(("subject", "at"), [([1, 0], [1, 2]), ([0, 0], [2, 1])])
def test_a_field_out_of_order_is_refused(subject: list[int], at: list[int]) -> None:
    with pytest.raises(ValueError, match="by subject and instant"):
        field_steps(subject, at, [1, 2], 2)


def test_edges_are_where_true_begins_and_ends() -> None:
    condition = Steps(np.array([0, 3, 4]), np.array([1, 2, 3, 9]), np.array([1, UNKNOWN, 0, 1]), UNKNOWN)
    found = edges(condition)
    assert (found.subject.tolist(), found.at.tolist(), found.entered.tolist()) == ([0, 0, 1], [1, 2, 9], [True, False, True])


def test_a_tail_counts_with_its_base_and_ends_what_was_corrected() -> None:
    base = lay_out([0, 0], [1, 2], [1, 2], [0, 1], None, 1)
    tail = lay_out([1, 0], [4, 3], [4, 1], [2, 3], None, 2)
    stack = stacked(base, tail, [1], [6])
    assert (len(stack), stack.subjects, stack.parts) == (4, 2, (stack.base, tail))
    assert told(count(stack, None, None)) == [(1, 1), (2, 2), (3, 3), (6, 2), (4, 1)]
    # The mask is one array a part.
    assert told(count(stack, ([1, 1], [0, 1]), None)) == [(1, 1), (2, 2), (6, 1), (4, 1)]
    assert told(count(between(stack, 1, 2), None, None)) == [(4, 1)]
    assert spans(stack, 1, 2) == (slice(2, 2), slice(1, 2))


def test_a_tail_that_enters_before_its_base_or_lacks_subjects_is_refused() -> None:
    base = lay_out([0, 1], [5, 5], [5, 5], [0, 1], None, 2)
    with pytest.raises(AssertionError, match="enters before the base has: 1 subjects, the first 1"):
        stacked(base, lay_out([0, 1], [5, 4], [5, 4], [2, 3], None, 2))
    with pytest.raises(AssertionError, match="a tail of 1 subjects"):
        stacked(base, lay_out([0], [5], [5], [2], None, 1))
    with pytest.raises(AssertionError, match="a row beyond 2"):
        stacked(base, lay_out([0], [5], [5], [2], None, 2), [2], [6])
    with pytest.raises(AssertionError, match="columns of 1 parts for 2"):
        count(stacked(base, lay_out([0], [5], [5], [2], None, 2)), [1, 1, 1], 5)


def test_a_person_has_the_plan_of_the_account_that_she_is_of() -> None:
    plans = field_steps([0, 1, 1], [1, 2, 8], [10, 20, 21], 2)
    account = field_steps([0, 0, 0, 1], [3, 6, 9, 4], [0, 1, UNKNOWN, 2], 2)
    found = through(account, plans)
    assert (told(found), found.offsets.tolist(), found.initial) == ([(3, 10), (6, 20), (8, 21), (9, UNKNOWN)], [0, 4, 4], UNKNOWN)


def test_opportunities_are_laid_out_again_under_their_accounts() -> None:
    account = field_steps([0, 1, 1], [1, 2, 7], [4, 4, 3], 3)
    stage = field_steps([0, 0, 1, 2], [1, 5, 2, 2], [0, 1, 0, 0], 3)
    found = holdings_of(account, [stage])
    assert found.subject.tolist() == [0, 0, 1, 1]
    assert (found.owner.tolist(), found.values.tolist()) == ([4, 4, 4, 3], [[0, 1, 0, 0]])
    assert (found.since.tolist(), found.until.tolist()) == ([1, 5, 2, 7], [5, NEVER, 7, NEVER])
    layout = lay_out(found.owner, found.since, found.since, range(4), found.until, 5)
    # How many of account 4 are in stage 0: both from 2 on, one from 5 on, and the other's account is 3 from 7 on.
    assert told(count(layout, found.values[0, layout.row] == 0, None)) == [(7, 1), (1, 1), (2, 2), (5, 1), (7, 0)]


def test_a_stretch_is_from_always_on_and_is_not_ended_by_a_step_that_changes_nothing() -> None:
    same = Steps(np.array([0, 1, 1]), np.array([5]), np.array([7]), 7)
    found = holdings_of(same, [constant(2, UNKNOWN)])
    assert (found.subject.tolist(), found.owner.tolist(), found.values.tolist()) == ([0, 1], [7, 7], [[UNKNOWN, UNKNOWN]])
    assert (found.since.tolist(), found.until.tolist()) == ([ALWAYS, ALWAYS], [NEVER, NEVER])


def test_ranges_are_put_together_only_if_they_begin_alike() -> None:
    assert (together([constant(2, 1), constant(1, 1)]).subjects, together([constant(2, 1), constant(1, 1)]).initial) == (3, 1)
    with pytest.raises(AssertionError, match="before the first step"):
        together([constant(2, 1), constant(1, 0)])


def test_a_window_and_a_sequence_need_a_length() -> None:
    layout = lay_out([0], [5], [5], [0], None, 1)
    with pytest.raises(ValueError, match="longer than nothing"):
        count(layout, None, 0)
    with pytest.raises(ValueError, match="1 to 62 parts"):
        sequence(layout, [], 5)


def test_columns_of_another_length_and_subjects_that_are_none_are_refused() -> None:
    layout = lay_out([0, 0], [5, 6], [5, 6], [0, 1], None, 1)
    with pytest.raises(AssertionError, match="3 values for 2 rows"):
        count(layout, [1, 1, 1], 5)
    with pytest.raises(AssertionError, match="beyond 1"):
        lay_out([1], [5], [5], [0], None, 1)
    with pytest.raises(AssertionError, match="columns of"):
        lay_out([0], [5, 6], [5], [0], None, 1)


@pytest.mark.parametrize("sign", [">", "<=", "<", ">=", "=", "!="])
def test_thresholds_at_the_end_of_64_bits_compare(sign: Sign) -> None:
    layout = lay_out([0], [5], [5], [0], None, 1)
    for than in (2**63 - 1, -(2**63) + 1):
        steps = count(layout, None, 5, sign=sign, than=than)
        assert (len(steps), steps.initial) == (0, int(sign in ("<", "<=", "!=") if than > 0 else sign in (">", ">=", "!=")))
