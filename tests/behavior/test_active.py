"""Law 1 for active subjects and lifecycle: the folds say what the slow reference says of every period; and parts of the subjects add up."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.behavior import active, activity_meaning, lifecycle
from tandem.values.instants import DAY, Instant
from tests.behavior.acting import Acting, activity
from tests.behavior.retaining import partitions
from tests.signals.conditions import Choices
from tests.signals.worlds import START, SmallWorld, seeded_worlds, worlds

SPLITS = (None, START + DAY, START + 3 * DAY)


def disagreement(small: SmallWorld, data: bytes, split: Instant | None) -> str | None:
    """Of every period from the first with anybody active on."""
    asked, length = activity(Choices(data), small.world.zone)
    acting = Acting(small.world, asked, split)
    meant = activity_meaning.active(small.world, asked, length)
    found = {each.first: each.active for each in acting.read(length).rows}
    if found != {day: many for day, many in meant.items() if any(each for other, each in meant.items() if other <= day)}:
        return f"{asked}, {length}: found {found}, meant is {meant}"
    lives, life = acting.lifecycle(), activity_meaning.lifecycle(small.world, asked)
    if lives != {day: one for day, one in life.items() if any(each.active for other, each in life.items() if other <= day)}:
        return f"{asked}: found {lives}, meant is {life}"
    if asked.period != "day" or length > 1:
        daily = activity_meaning.active(small.world, active.daily_of(asked))
        if acting.read(length).stickiness != (sticky := activity_meaning.stickiness(asked, daily, meant)):
            return f"{asked}, {length}: found {acting.read(length).stickiness}, meant is {sticky}"
    return None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_folds_say_what_is_meant(seed: int) -> None:
    chance, seen = Random(seed), 0
    for number, small in enumerate(seeded_worlds(60, seed, size=40)):
        for _ in range(4):
            data = chance.randbytes(40)
            found = disagreement(small, data, SPLITS[number % 3])
            assert found is None, found
            asked, _ = activity(Choices(data), small.world.zone)
            seen += any(each.resurrected or each.retained for each in activity_meaning.lifecycle(small.world, asked).values())
    assert seen > 30


@settings(deadline=None)
@given(worlds(), st.binary(min_size=40, max_size=40), st.sampled_from(SPLITS))
def test_the_folds_say_what_is_meant_of_any_world(small: SmallWorld, data: bytes, split: Instant | None) -> None:
    assert disagreement(small, data, split) is None


@settings(deadline=None)
@given(worlds(), st.binary(min_size=80, max_size=80), st.integers(1, 4), st.sampled_from(SPLITS))
def test_parts_of_the_subjects_add_up(small: SmallWorld, data: bytes, parts: int, split: Instant | None) -> None:
    pick = Choices(data)
    asked, length = activity(pick, small.world.zone)
    acting = Acting(small.world, asked, split)
    if acting.periods is not None:
        of_parts = partitions(pick, acting.view.subjects, parts)
        assert np.array_equal(acting.counts(length), active.combined(acting.counts(length, part) for part in of_parts))
        lives = lifecycle.combined(acting.lives(part) for part in of_parts)
        assert all(np.array_equal(a, b) for a, b in zip(acting.lives(), lives, strict=True))


@settings(deadline=None)
@given(worlds(), st.binary(min_size=40, max_size=40))
def test_the_active_are_new_retained_or_resurrected_and_all_others_who_ever_were_are_dormant(small: SmallWorld, data: bytes) -> None:
    asked, _ = activity(Choices(data), small.world.zone)
    acting = Acting(small.world, asked)
    found, ever, before = acting.lifecycle(), 0, 0
    for row in acting.read(1).rows:
        many, life = row.active, found[row.first]
        ever += life.new
        assert many == life.active == life.new + life.retained + life.resurrected
        assert life.active + life.dormant == ever
        assert life.retained + life.newly_dormant == before
        before = many
