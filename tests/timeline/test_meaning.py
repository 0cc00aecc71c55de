"""The compiled folds and the algebra of steps say what the reference says, in thousands of small worlds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tandem.timeline import kernels, layout
from tandem.timeline.folds import stays
from tests.timeline.rooms import standing
from tests.timeline.worlds import disagreement, folded, laid_out, split, tellings, walk_disagreement, worlds


@pytest.mark.parametrize("threads", [False, True], ids=["one thread", "two threads"])
def test_every_fold_says_what_is_meant(threads: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if threads:
        monkeypatch.setattr(kernels, "FEW_ROWS", 0)
        monkeypatch.setattr(layout, "FEW_ROWS", 0)
        monkeypatch.setattr(stays, "PIECE", 5)
    assert [found for world in worlds(500 if threads else 2_500, seed=1 + threads) if (found := disagreement(standing(), world))] == []


def test_a_base_and_its_tail_are_folded_as_what_they_become(monkeypatch: pytest.MonkeyPatch) -> None:
    room = standing()
    monkeypatch.setattr(stays, "PIECE", 5)
    cut = [world for world in worlds(400, seed=8) if world.cut is not None]
    for world in cut:
        both = folded(room, world, room.joined(*split(room, world, world.cut or 0)))
        assert folded(room, world, laid_out(room, world)) == both
    assert len(cut) > 300


def test_steps_walked_together_say_what_is_meant() -> None:
    assert [found for told in tellings(1_200, seed=3) if (found := walk_disagreement(standing(), told))] == []


def test_the_order_in_which_holdings_are_told_does_not_matter() -> None:
    for world in worlds(200, seed=4):
        assert disagreement(standing(), replace(world, holdings=tuple(sorted(world.holdings, key=lambda one: -one.rank)))) is None
