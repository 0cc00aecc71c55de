"""Laws 2, 3 and 4 for identity: no foresight, order and echo do not matter, the same facts give the same answer byte for byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from random import Random
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.identity.identity import Identity
from tests.identity.worlds import (
    ACCOUNTS,
    EVERYTHING,
    USERS,
    VISITORS,
    WORKSPACES,
    World,
    answers,
    facts_of,
    happenings,
    seeded_worlds,
    tables,
    worlds,
)

LAW = settings(max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


def everything(world: World, identity: Identity | None = None) -> str:
    """All that can be asked about a world, as text."""
    identity = identity or world.identity()
    subjects = (*USERS, *WORKSPACES, *ACCOUNTS, *(f"?{visitor}" for visitor in VISITORS), "acme.com")
    said: dict[str, Any] = {
        "belonging": answers(identity, world.asked),
        "account_of_person": {user: identity.account_of_person(user) for user in USERS},
        "links": {one: [[msgspec.to_builtins(s.link), s.in_force, s.why] for s in identity.links(one)] for one in subjects},
        "conflicts": [asdict(conflict) for conflict in identity.conflicts()],
        "families": {account: asdict(identity.family(account)) for account in ACCOUNTS},
    }
    return json.dumps(said, indent=1)


@LAW
@given(worlds(), st.lists(happenings, min_size=1, max_size=6))
def test_what_is_known_later_never_changes_an_answer(world: World, happened: list[bytes]) -> None:
    assert everything(world) == everything(with_later_facts(world, happened))


def test_what_is_known_later_never_changes_an_answer_in_worlds_that_have_nothing_in_common() -> None:
    chance = Random(3)
    for world in seeded_worlds(600, seed=3):
        later = with_later_facts(world, [chance.randbytes(14) for _ in range(8)])
        assert everything(world) == everything(later), world


def with_later_facts(world: World, happened: list[bytes]) -> World:
    later = [fact for number, each in enumerate(happened) for fact in facts_of(100 + number, each, EVERYTHING, world.as_of + 1)]
    return replace(world, facts=(*world.facts, *later))


@LAW
@given(worlds(), st.randoms(use_true_random=False))
def test_order_and_echo_do_not_matter(world: World, chance: Random) -> None:
    assert everything(world, echoed(world, chance)) == everything(world)


def test_order_and_echo_do_not_matter_in_worlds_that_have_nothing_in_common() -> None:
    chance = Random(4)
    for world in seeded_worlds(600, seed=4):
        assert everything(world, echoed(world, chance)) == everything(world), world


def echoed(world: World, chance: Random) -> Identity:
    """The same facts in another order, half of them twice."""
    facts = [*world.facts, *chance.sample(world.facts, len(world.facts) // 2)]
    chance.shuffle(facts)
    return Identity.of(tables(facts), world.rules, world.as_of, world.undone)


@LAW
@given(worlds())
def test_an_event_belongs_to_what_its_combination_of_identifiers_does_alone(world: World) -> None:
    identity = world.identity()
    alone = [answers(identity, [event])[0] for event in world.asked]
    assert alone == answers(identity, world.asked)


def test_the_same_facts_give_the_same_bytes_in_every_process() -> None:
    """Sets stand in another order in every process; no answer may show it."""
    program = "from tests.laws.test_identity_laws import some_worlds; print(some_worlds())"
    seeds = [os.environ | {"PYTHONHASHSEED": seed} for seed in ("1", "2")]
    told = [subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, check=True, cwd=os.getcwd()) for env in seeds]
    assert len(told[0].stdout) > 10_000
    assert told[0].stdout == told[1].stdout


def some_worlds() -> str:
    return "\n".join(everything(world) for world in seeded_worlds(150, seed=5))
