"""When outcomes occurred, in hindsight: against records and events asked one instant after another, in small worlds of chance."""

from __future__ import annotations

import pytest

from tests.signals.turning import TURNS, a, chance_world, disagreement, events_disagree, instant_of, meant


@pytest.mark.parametrize("seed", range(4))
def test_events_are_those_that_belong_to_each_as_of_the_instant(seed: int) -> None:
    assert events_disagree(seed) is None


@pytest.mark.parametrize("part", range(4))
def test_outcomes_of_records_occur_where_something_turns_from_one_instant_to_the_next(part: int) -> None:
    assert [found for seed in range(part * 25, part * 25 + 25) if (found := disagreement(seed)) is not None] == []


def test_every_turn_is_seen_in_these_worlds() -> None:
    seen = dict.fromkeys(TURNS, 0)
    for seed in range(100):
        told = chance_world(seed)
        for turn in TURNS:
            seen[turn] += bool(meant(told, a(turn), instant_of("2026-03-09")))
    assert min(seen.values()) >= 5, seen
