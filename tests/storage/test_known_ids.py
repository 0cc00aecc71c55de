"""The index of ids is exact: it answers as a plain dict would, whatever was sealed, merged, reopened or killed."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.storage import known_ids
from tandem.storage.known_ids import Ids, KnownIds
from tandem.values.instants import DAY

# Few values, so that ids share halves and batches meet runs.
HALVES = st.integers(0, 3) | st.just(2**64 - 1)
ID = st.tuples(HALVES, HALVES)


def ids_of(pairs: list[tuple[int, int]], contents: list[int]) -> Ids:
    halves = np.array(pairs, np.uint64).reshape(-1, 2)
    return Ids(halves[:, 0].copy(), halves[:, 1].copy(), np.array(contents, np.uint64))


@settings(max_examples=300, deadline=None)
@given(batches=st.lists(st.tuples(st.dictionaries(ID, st.integers(0, 9), max_size=6), st.booleans(), st.booleans()), max_size=8))
def test_the_index_answers_as_a_dict_would(batches: list[tuple[dict[tuple[int, int], int], bool, bool]]) -> None:
    everything = [(upper, lower) for upper in (0, 1, 2, 3, 2**64 - 1) for lower in (0, 1, 2, 3, 2**64 - 1)]
    with TemporaryDirectory() as folder:
        index, meaning = KnownIds(Path(folder), ()), dict[tuple[int, int], int]()
        for number, (batch, seal, reopen) in enumerate(batches, 1):
            new = {pair: content for pair, content in batch.items() if pair not in meaning}
            index.add(ids_of(list(new), list(new.values())))
            meaning |= new
            if seal or reopen:
                runs = index.seal(number, at=number)
                index.sweep()
                if reopen:
                    index = KnownIds(Path(folder), runs)
            found, said = index.find(ids_of(everything, [0] * len(everything)))
            assert {pair: int(content) for pair, hit, content in zip(everything, found, said, strict=True) if hit} == meaning


def test_runs_merge_so_that_few_are_asked(tmp_path: Path) -> None:
    index = KnownIds(tmp_path, ())
    for number in range(1, 65):
        index.add(ids_of([(number, each) for each in range(10)], [number] * 10))
        index.seal(number, at=number)
        index.sweep()
    assert sum(run.ids for run in index.runs) == 640
    assert len(index.runs) <= 5
    assert {path.name for path in tmp_path.glob("*.run")} == {run.name for run in index.runs}


def test_a_merge_in_many_slices_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_ids, "SLICE_IDS", 7)
    chance = np.random.default_rng(1)
    index = KnownIds(tmp_path, ())
    asked = Ids(*(chance.integers(0, 2**64, 500, np.uint64) for _ in range(3)))
    for number in range(5):
        index.add(asked.take(slice(number * 100, number * 100 + 100)))
        index.seal(number + 1, at=1)
    found, said = index.find(asked)
    assert found.all()
    assert (said == asked.content).all()


def test_ids_are_forgotten_after_400_days_and_not_before(tmp_path: Path) -> None:
    index = KnownIds(tmp_path, ())
    index.add(ids_of([(1, 1)], [1]))
    index.seal(1, at=0)
    index.add(ids_of([(2, 2)], [2]))
    index.seal(2, at=399 * DAY)
    assert index.find(ids_of([(1, 1)], [0]))[0].all()
    index.add(ids_of([(3, 3)], [3]))
    index.seal(3, at=401 * DAY)
    assert index.find(ids_of([(1, 1), (2, 2), (3, 3)], [0] * 3))[0].tolist() == [False, True, True]


def test_past_the_greatest_number_of_ids_the_oldest_month_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_ids, "KEPT_IDS", 15)
    index = KnownIds(tmp_path, ())
    for month in range(3):
        index.add(ids_of([(month, each) for each in range(10)], [0] * 10))
        index.seal(month + 1, at=month * 31 * DAY)
    assert index.find(ids_of([(0, 1), (1, 1), (2, 1)], [0] * 3))[0].tolist() == [False, True, True]


def test_an_id_takes_24_bytes_on_disk(tmp_path: Path) -> None:
    index = KnownIds(tmp_path, ())
    index.add(ids_of([(each, each) for each in range(1000)], [0] * 1000))
    (run,) = index.seal(1, at=0)
    assert (tmp_path / run.name).stat().st_size - 16 == 24 * 1000
