"""Law 1 for signals: what the compiled folds say over all of history is what the slow reference says at every instant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.language.expression.nodes import About
from tandem.signals import columns, ranges
from tandem.signals.edges import edges
from tandem.signals.fold import Fold
from tandem.signals.world import Subject
from tandem.values.instants import DAY, Instant
from tests.signals.conditions import ABOUTS, conditions, read, seeded_conditions
from tests.signals.timelines import TimelineOf, folded_edges
from tests.signals.worlds import START, SmallWorld, seeded_worlds, world_of, worlds

Turns = list[tuple[Instant, str, Instant]]


def disagreement(small: SmallWorld, about: About, condition: str, split: Instant | None = None) -> str | None:
    """Where the fold and the reference differ, with both."""
    timeline = TimelineOf(small.world, split)
    found = folded_edges(Fold(timeline, small.world), timeline, read(condition), about, small.until)
    for one in small.world.existence:
        if one.kind == about:
            meant = meant_edges(small, one, condition)
            if found.get(one.id, []) != meant:
                return f"{condition} about {one}: found {found.get(one.id)}, meant is {meant}"
    return None


def meant_edges(small: SmallWorld, one: Subject, condition: str) -> Turns:
    return [(edge.at, edge.edge, edge.known_at) for edge in edges(small.world, read(condition), one, small.until)]


def cases(count: int, seed: int, each: int = 3) -> Iterator[tuple[SmallWorld, About, str]]:
    for number, small in enumerate(seeded_worlds(count, seed)):
        for about in ABOUTS:
            for condition in seeded_conditions(each, about, seed * 1_000 + number):
                yield small, about, condition


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_folds_over_history_say_what_is_meant_at_every_instant(seed: int) -> None:
    seen = 0
    for small, about, condition in cases(30, seed):
        found = disagreement(small, about, condition)
        assert found is None, found
        seen += any(meant_edges(small, one, condition) for one in small.world.existence if one.kind == about)
    assert seen > 60


@pytest.mark.parametrize("seed", [11, 12])
def test_what_was_learnt_later_may_stand_in_a_tail(seed: int) -> None:
    for number, (small, about, condition) in enumerate(cases(20, seed)):
        found = disagreement(small, about, condition, START + (number % 5) * DAY)
        assert found is None, found


@pytest.mark.parametrize("few", [1, 1_000_000])
def test_rows_may_be_laid_out_by_themselves_or_be_picked_by_a_mask(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(columns, "FEW", few)
    for number, (small, about, condition) in enumerate(cases(12, seed=22)):
        found = disagreement(small, about, condition, None if number % 2 else START + number % 5 * DAY)
        assert found is None, found


def test_subjects_are_taken_range_by_range(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "RANGE_ROWS", 3)
    for small, about, condition in cases(20, seed=21):
        found = disagreement(small, about, condition)
        assert found is None, found


@given(worlds(), st.sampled_from(ABOUTS), st.data())
@settings(max_examples=60, deadline=None)
def test_no_world_and_condition_can_be_found_in_which_they_differ(small: SmallWorld, about: About, data: st.DataObject) -> None:
    found = disagreement(small, about, data.draw(conditions(about)))
    assert found is None, found


@pytest.mark.parametrize(("lasting", "returning"), [("a", "b"), ("b", "a")])
@pytest.mark.parametrize("function", ["first", "last"])
def test_ids_decide_between_events_of_one_instant_of_which_one_was_gone_for_a_while(lasting: str, returning: str, function: str) -> None:
    text = f"""
    2026-03-27T12:00 Opened by ann @A plan=free #{lasting}
    2026-03-27T12:00 Opened by ann @A plan=team #{returning}
    2026-03-28 correct #{returning} #gone
    2026-03-29 undo #{returning}
    """
    small = SmallWorld((), (), world_of(text))
    assert {each.id for each in small.world.happenings} == {"a", "b"}
    assert disagreement(small, "person", f"{function}(any.plan) = team") is None
