"""Laws 2, 3 and 4 for the log: no foresight, order and echo do not matter, replay repeats; and the slow log says the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.storage.log import Log
from tests.laws.log_worlds import INSTANTS, Meaning, World, counting, everything, happenings, later_than, store, worlds

LAW = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(autouse=True, scope="module")
def quick_disk() -> Iterator[None]:
    """What survives a crash of the machine is no subject here, and waiting for the disk would take most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        patch.setattr(os, "fdatasync", lambda _: None)
        yield


def folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)


def check_meaning(world: World) -> None:
    """The log equals the slow one: what each batch brought, every fact with its place, every answer as of every day."""
    meaning = Meaning()
    told = meaning.tell(world)
    with folder() as name:
        assert store(world, Path(name)) == told
        assert everything(Path(name)) == meaning.everything()
        log = Log(Path(name))
        for as_of in INSTANTS[::2]:
            assert counting(log, as_of) == meaning.counting(as_of)


def check_no_foresight(world: World, happened: list[bytes], as_of: int) -> None:
    """Law 2: facts that are known after T, told before, between or after the others, change no answer at T."""
    names = [fact.id for row in world.rows if not isinstance(row, str) for fact in row]
    rows, cuts = list(world.rows), list(world.cuts)
    for number, each in enumerate(happened):
        place = each[-1] % (len(rows) + 1)
        rows.insert(place, later_than(number, each, as_of + 1, names))
        cuts.insert(place, "")
    with folder() as before, folder() as after:
        store(world, Path(before))
        store(World(tuple(rows), tuple(cuts)), Path(after))
        assert counting(Log(Path(after)), as_of) == counting(Log(Path(before)), as_of)


def check_order_and_echo(world: World, chance: Any) -> None:
    """Law 3: shuffled, told twice and cut elsewhere, the same facts count at every instant."""
    rows = [*world.rows, *chance.sample(world.rows, len(world.rows) // 2)]
    chance.shuffle(rows)
    cuts = [chance.choice(("", "", "batch", "new writer")) for _ in rows]
    with folder() as before, folder() as after:
        store(world, Path(before))
        store(World(tuple(rows), tuple(cuts)), Path(after))
        told, told_again = Log(Path(before)), Log(Path(after))
        for as_of in INSTANTS[::2]:
            assert counting(told_again, as_of) == counting(told, as_of)


def check_replay(world: World) -> None:
    """Law 4: told again to another project, whose secret key differs, the same answers in the same order, and the same counts."""
    with folder() as first, folder() as second:
        assert store(world, Path(first)) == store(world, Path(second))
        assert (Path(first) / "format.json").read_bytes() != (Path(second) / "format.json").read_bytes()
        assert everything(Path(first)) == everything(Path(second))


@settings(LAW, max_examples=500)
@given(worlds())
def test_the_log_says_what_the_slow_log_says(world: World) -> None:
    check_meaning(world)


@settings(LAW, max_examples=500)
@given(worlds(), st.lists(happenings, min_size=1, max_size=5), st.sampled_from(INSTANTS))
def test_what_is_known_later_never_changes_an_answer(world: World, happened: list[bytes], as_of: int) -> None:
    check_no_foresight(world, happened, as_of)


@settings(LAW, max_examples=400)
@given(worlds(clashes=False), st.randoms(use_true_random=False))
def test_order_and_echo_do_not_matter(world: World, chance: Any) -> None:
    check_order_and_echo(world, chance)


@settings(LAW, max_examples=300)
@given(worlds())
def test_the_same_deliveries_give_the_same_answers(world: World) -> None:
    check_replay(world)
