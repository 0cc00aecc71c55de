"""What attempts say together: who went on, dropped or is still open, the share of those whose time is over, and how long it took."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.behavior.funnel.attempts import Attempts, find_attempts
from tandem.behavior.funnel.meaning import attempts_of, is_open
from tandem.behavior.funnel.tally import Stage, Tally, combined, tallies, tally
from tandem.signals.fold import Fold
from tandem.signals.world import Subject
from tandem.stats.proportions import Share
from tandem.values.instants import DAY, HOUR
from tests.behavior.funnels import SmallCase, case_of, cases
from tests.signals.timelines import TimelineOf
from tests.signals.worlds import instant


def found(case: SmallCase) -> Attempts:
    small, timeline, funnel, as_of = case
    return find_attempts(timeline, Fold(timeline, small.world).columns, funnel, as_of)


def told(case: SmallCase) -> Tally:
    return tally(found(case), case[2], case[3])


def said(one: Tally) -> Any:
    """Everything, in an order of its own."""
    waits = [sorted(zip(each.lengths.tolist(), each.ended.tolist(), strict=True)) for each in one.waits]
    return one.over.tolist(), one.running.tolist(), waits, one.stages


FOUR = """
    2026-03-01 Opened by ann
    2026-03-02 Paid by ann
    2026-03-01 Opened by bob
    2026-03-09 Opened by cat
    2026-03-10 Paid by cat
    2026-03-09 Opened by dan
    """


def test_who_may_still_go_on_has_not_dropped() -> None:
    first, last = told(case_of(FOUR, "Opened", "Paid", within=7 * DAY, as_of=instant("2026-03-12"))).stages
    assert (first.entered, first.converted, first.dropped, first.open) == (4, 2, 1, 1)
    assert last == Stage(2, 2, 0, None, (None, None, None))


def test_a_rate_is_of_those_whose_window_is_over() -> None:
    """Cat paid, and Dan has not: both have days left, so that neither counts yet."""
    at = [told(case_of(FOUR, "Opened", "Paid", within=7 * DAY, as_of=instant(f"2026-03-{day}"))).stages[0].rate for day in (12, 15, 16)]
    assert at == [Share(1, 2), Share(1, 2), Share(2, 4)]
    assert told(case_of(FOUR, "Opened", "Paid", within=7 * DAY, as_of=instant("2026-03-03"))).stages[0].rate == Share(0, 0)


def test_times_take_in_those_that_are_not_over() -> None:
    """Two of four went on after one day. Of those alone the median is a day; of all a quarter had by then, and Dan was watched for 3 of 7."""
    [stage, _] = told(case_of(FOUR, "Opened", "Paid", within=7 * DAY, as_of=instant("2026-03-12"))).stages
    assert stage.quartiles == (DAY, DAY, None)
    [stage, _] = told(case_of(FOUR + "2026-03-01 Opened by eve", "Opened", "Paid", within=7 * DAY, as_of=instant("2026-03-12"))).stages
    assert stage.quartiles == (DAY, None, None)


def test_who_was_stopped_is_watched_until_the_window_is_over() -> None:
    text = "2026-03-01 Opened by ann\n2026-03-02 Asked by ann"
    case = case_of(text, "Opened", "Paid", within=7 * DAY, order="strict", as_of=instant("2026-03-04"))
    [waits] = told(case).waits
    assert (waits.lengths.tolist(), waits.ended.tolist()) == ([3 * DAY], [False])


@pytest.mark.parametrize("seed", [61, 62])
def test_a_tally_counts_what_the_reference_says_of_each_attempt(seed: int) -> None:
    for small, timeline, funnel, as_of in cases(25, seed, each=10):
        attempts = [
            each for one in timeline.ids[funnel.about] for each in attempts_of(small.world, Subject(funnel.about, one), funnel, as_of)
        ]
        for number, stage in enumerate(told((small, timeline, funnel, as_of)).stages, 1):
            here = [each for each in attempts if each.level >= number]
            on = [each for each in here if each.level > number]
            last = number == len(funnel.stages)
            assert stage.entered == len(here)
            assert stage.converted == len(here if last else on)
            assert stage.open == sum(is_open(each, funnel, as_of) for each in here if each.level == number)
            if not last:
                over = [each for each in here if each.begun + funnel.within <= as_of]
                assert stage.rate == Share(sum(each.level > number for each in over), len(over))


@given(st.integers(0, 10_000), st.integers(1, 4), st.data())
@settings(max_examples=60, deadline=None)
def test_partials_of_any_parts_of_the_subjects_add_up_to_the_whole(seed: int, parts: int, data: st.DataObject) -> None:
    [(small, timeline, funnel, as_of)] = cases(1, seed, each=1)
    whole = told((small, timeline, funnel, as_of))
    part = {one: data.draw(st.integers(1, parts), label=one) for one in timeline.ids[funnel.about]}

    def only(number: int) -> SmallCase:
        """The world in which only the subjects of one part have events."""
        happenings = tuple(
            replace(each, stretches=tuple(one for one in each.stretches if part.get(getattr(one, funnel.about) or "") == number))
            for each in small.world.happenings
        )
        world = replace(small.world, happenings=happenings)
        return replace(small, world=world), TimelineOf(world, timeline.split), funnel, as_of

    folded = [told(only(number)) for number in range(1, parts + 1)]
    assert said(combined(folded, len(funnel.stages))) == said(whole)
    Random(seed).shuffle(folded)
    assert said(combined(folded, len(funnel.stages))) == said(whole)


def test_groups_add_up_to_all() -> None:
    case = case_of(FOUR, "Opened", "Paid", within=7 * DAY, as_of=instant("2026-03-12"))
    attempts = found(case)
    by_group = tallies(attempts, np.array([5, 5, -7, 9]), case[2], case[3])
    assert {code: each.stages[0].entered for code, each in by_group.items()} == {5: 2, -7: 1, 9: 1}
    assert said(combined(by_group.values(), 2)) == said(tally(attempts, case[2], case[3]))
    assert tallies(attempts.taken(np.zeros(0, np.int64)), np.zeros(0, np.int64), case[2], case[3]) == {}


def test_a_funnel_that_nobody_began_has_no_rates() -> None:
    first, _ = told(case_of("2026-03-01 Asked by ann", "Opened", "Paid", within=HOUR)).stages
    assert first == Stage(0, 0, 0, Share(0, 0), (None, None, None))
