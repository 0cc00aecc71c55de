"""Law 1 for retention: the fold says what the slow reference says of every cohort and bucket; and parts of the subjects add up."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.behavior.activity_meaning import retention
from tandem.behavior.retention import combined
from tandem.values.instants import DAY, Instant
from tests.behavior.retaining import Asked, partitions, question
from tests.signals.conditions import Choices, read
from tests.signals.worlds import START, SmallWorld, seeded_worlds, worlds

SPLITS = (None, START + DAY, START + 3 * DAY)


def disagreement(small: SmallWorld, data: bytes, split: Instant | None) -> str | None:
    asked, by = question(Choices(data), small.world.zone)
    found = Asked(small.world, asked, by, split).told()
    meant = retention(small.world, asked, None if by is None else read(by, "value"))
    return None if found == meant else f"{asked} by {by}: found {found}, meant is {meant}"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_fold_says_what_is_meant(seed: int) -> None:
    chance, seen = Random(seed), 0
    for number, small in enumerate(seeded_worlds(60, seed, size=40)):
        for _ in range(4):
            data = chance.randbytes(40)
            found = disagreement(small, data, SPLITS[number % 3])
            assert found is None, found
            asked, _ = question(Choices(data), small.world.zone)
            seen += any(each.over_active for each in retention(small.world, asked).values())
    assert seen > 40


@settings(deadline=None)
@given(worlds(), st.binary(min_size=40, max_size=40), st.sampled_from(SPLITS))
def test_the_fold_says_what_is_meant_of_any_world(small: SmallWorld, data: bytes, split: Instant | None) -> None:
    assert disagreement(small, data, split) is None


@settings(deadline=None)
@given(worlds(), st.binary(min_size=80, max_size=80), st.integers(1, 4), st.sampled_from(SPLITS))
def test_parts_of_the_subjects_add_up(small: SmallWorld, data: bytes, parts: int, split: Instant | None) -> None:
    pick = Choices(data)
    asked, by = question(pick, small.world.zone)
    fold = Asked(small.world, asked, by, split)
    whole = fold.counts()
    if whole is not None:
        each = [fold.counts(subjects) for subjects in partitions(pick, fold.view.subjects, parts)]
        together = combined(one for one in each if one is not None)
        assert all(np.array_equal(a, b) for a, b in zip(whole, together, strict=True))
