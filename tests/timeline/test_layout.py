"""Holdings stand by subject and by the instant at which they enter, however they come."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from tandem.timeline.folds.windows import count, distinct
from tandem.timeline.kernels import NEVER
from tandem.timeline.layout import Layout, in_order, joined, lay_out

ROWS, SUBJECTS = 250_000, 700


def holdings(seed: int, rows: int = ROWS) -> tuple[np.ndarray, ...]:
    """A history: two in a hundred late, one in a thousand ending by itself, many at one instant."""
    chance = np.random.default_rng(seed)
    subject = np.minimum(chance.pareto(1.1, rows) * 20, SUBJECTS - 1).astype(np.int32)
    occurred = np.sort(chance.integers(0, 10_000, rows))
    enters = occurred + np.where(chance.random(rows) < 0.02, chance.integers(0, 500, rows), 0)
    leaves = np.where(chance.random(rows) < 0.001, enters + chance.integers(-5, 500, rows), NEVER)
    return subject, enters, occurred, np.arange(rows, dtype=np.int32), leaves


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("shuffled", [False, True])
def test_a_layout_stands_as_numpy_sorts(threads: int, shuffled: bool) -> None:
    subject, enters, occurred, row, leaves = holdings(1)
    if shuffled:
        mixed = np.random.default_rng(2).permutation(ROWS)
        subject, enters, occurred, row, leaves = (each[mixed] for each in (subject, enters, occurred, row, leaves))
    layout = lay_out(subject, enters, occurred, row, leaves, SUBJECTS, threads=threads)
    stays = np.flatnonzero(leaves > enters)
    order = stays[np.lexsort((occurred[stays], enters[stays], subject[stays]))]
    assert np.array_equal(layout.offsets, np.searchsorted(subject[order], np.arange(SUBJECTS + 1)))
    for column, expected in ((layout.enters, enters), (layout.occurred, occurred), (layout.row, row)):
        assert np.array_equal(column, expected[order])
    firsts = np.repeat(layout.offsets[:-1], np.diff(layout.offsets))
    assert np.array_equal(layout.leaving, np.lexsort((np.arange(len(order)), occurred[order], subject[order])) - firsts)
    early = np.flatnonzero(leaves[order] < NEVER)
    by = np.lexsort((early, leaves[order][early], subject[order][early]))
    assert np.array_equal(layout.early_row, (early - firsts[early])[by])
    assert np.array_equal(layout.early_at, leaves[order][early[by]])
    assert np.array_equal(layout.early_offsets, np.searchsorted(subject[order][early[by]], np.arange(SUBJECTS + 1)))


def test_two_threads_lay_out_and_fold_as_one_does() -> None:
    one, two = (lay_out(*holdings(3), SUBJECTS, threads=threads) for threads in (1, 2))
    assert all(np.array_equal(getattr(one, each.name), getattr(two, each.name)) for each in fields(Layout))
    key = one.row % 97
    for threads in (1, 2):
        steps = distinct(one, None, key, 400, sign=">=", than=12, threads=threads)
        assert len(steps) > 100
        assert np.array_equal(steps.at, distinct(two, None, key, 400, sign=">=", than=12).at)


@pytest.mark.parametrize("kind", ["in order", "nearly", "reversed", "random", "equal"])
def test_positions_are_put_in_order(kind: str) -> None:
    chance = np.random.default_rng(4)
    keys = {
        "in order": np.arange(1_000),
        "nearly": np.arange(1_000) + np.where(chance.random(1_000) < 0.05, 300, 0),
        "reversed": np.arange(1_000)[::-1].copy(),
        "random": chance.integers(0, 50, 1_000),
        "equal": np.zeros(1_000, np.int64),
    }[kind]
    ties = chance.integers(0, 3, 1_000) if kind == "random" else np.zeros(1_000, np.int64)
    by = in_order(keys, ties, 100, 900)
    expected = 100 + np.lexsort((ties[100:900], keys[100:900]))
    assert np.array_equal(by, expected) or (len(by) == 0 and np.array_equal(expected, np.arange(100, 900)))


def test_a_base_and_its_tail_become_what_one_layout_would_have_been() -> None:
    subject, enters, occurred, row, leaves = holdings(5)
    order = np.argsort(enters, kind="stable")
    subject, enters, occurred, row, leaves = (each[order] for each in (subject, enters, occurred, row, leaves))
    cut = 230_000
    learnt = enters[cut]
    # What ends after the cut was not known to end when the base was made.
    then = np.where(leaves >= learnt, NEVER, leaves)[:cut]
    base = lay_out(subject[:cut], enters[:cut], occurred[:cut], row[:cut], then, SUBJECTS)
    tail = lay_out(subject[cut:], enters[cut:], occurred[cut:], row[cut:], leaves[cut:], SUBJECTS)
    ended = np.flatnonzero((leaves[base.row] >= learnt) & (leaves[base.row] < NEVER)) if np.array_equal(row, np.arange(ROWS)) else None
    place = np.empty(ROWS, np.int64)
    place[row] = np.arange(ROWS)
    if ended is None:
        ended = np.flatnonzero((leaves[place[base.row]] >= learnt) & (leaves[place[base.row]] < NEVER))
    whole = lay_out(subject, enters, occurred, row, leaves, SUBJECTS)
    both = joined(base, tail, ended, leaves[place[base.row[ended]]])
    assert len(ended) > 3
    assert all(np.array_equal(getattr(both, each.name), getattr(whole, each.name)) for each in fields(Layout))


def test_columns_are_written_where_the_caller_makes_room() -> None:
    made = {}

    def room(name: str, length: int, dtype: object) -> np.ndarray:
        made[name] = np.full(length, 7, dtype)  # type: ignore[call-overload]
        return made[name]

    layout = lay_out([0, 1], [5, 6], [5, 6], [0, 1], None, 2, room=room)
    assert sorted(made) == ["enters", "leaving", "occurred", "row"]
    assert all(getattr(layout, name) is array for name, array in made.items())


def test_a_layout_of_nothing_gives_no_steps() -> None:
    layout = lay_out([], [], [], [], None, 3)
    assert (len(layout), layout.subjects, len(count(layout, None, 5)), count(layout, None, 5).subjects) == (0, 3, 0, 3)
