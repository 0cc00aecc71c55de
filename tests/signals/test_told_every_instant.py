"""Semantics 3 and 5: at every instant a world that facts tell says what the identity as of then says."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from tandem.facts.corrections import OPEN
from tandem.facts.fact import Correction, Event, Fact, Version
from tandem.facts.subjects import subjects_named
from tandem.identity import existence
from tandem.identity.history import History
from tandem.identity.identity import Identity
from tandem.identity.rules import Exclusion, Rules
from tandem.signals import told
from tandem.signals.told import world_of_facts
from tandem.signals.world import FOREVER, Happening, Subject, Tie, World, account_of, exists, family, survivor
from tandem.values.instants import Instant
from tests.identity.histories import Past, past_told, seeded_kin, seeded_pasts
from tests.identity.worlds import World as Facts
from tests.identity.worlds import event_table
from tests.signals import worlds


def test_a_world_says_at_every_instant_what_the_identity_as_of_then_says() -> None:
    assert [found for past in pasts(25, seed=41) if (found := disagreement(past)) is not None] == []


def test_a_world_of_no_facts_is_empty() -> None:
    assert world_of_facts([], Rules()) == World()


# What seldom meets in worlds by chance: records that name several subjects.
STORIES = (
    past_told("""
        2026-03-01 touch T-1 person=ann account=acme
        2026-03-02 subscription S-1 @beta/w1
        2026-03-03 (identify) by bob email=bob@gamma.com
        2026-03-04 Opened by bob @acme/w1
        2026-03-08 account acme is beta
    """),
    past_told("""
        2026-03-02 lead L-1 person=cat workspace=w1 #lead
        2026-03-05 (group) by @acme/w1
        2026-03-07 cat is dan
        2026-03-08 correct #lead
        2026-03-09 undo #lead
    """),
)  # fmt: skip


def pasts(count: int, seed: int) -> list[Past]:
    by_chance = (*seeded_pasts(count, seed), *seeded_kin(count, seed), *map(past_of_signals, worlds.seeded_worlds(count, seed)))
    return [*STORIES, *by_chance]


def past_of_signals(small: worlds.SmallWorld) -> Past:
    """Has records of other kinds too, which name whose they are."""
    facts = tuple(fact for fact in small.facts if not isinstance(fact, Correction))
    rules = Rules(exclusions=tuple(Exclusion("person", one, None, None, "ours") for one in small.excluded))
    corrections = tuple(fact for fact in small.facts if isinstance(fact, Correction))
    return Past(Facts(facts, rules, small.until, frozenset(), ()), corrections)


def disagreement(past: Past) -> str | None:
    """The first instant at which a world and the identity as of then say different things."""
    facts = (*past.world.facts, *past.corrections)
    world = world_of_facts(facts, past.world.rules)
    for at in past.instants:
        known = past.counting(past.world.facts, at)
        identity = past.identity(at)
        for what, says, should in (
            ("events", belongings(world, at), belongings_by(identity, [one for one in known if isinstance(one, Event)], at)),
            ("records", sorted(one.id for one in world.records if one.is_in_force(at)), records_by(known, at)),
            ("existence", {one for one in world.existence if exists(world, one, at)}, existing_by(identity, known, at)),
            ("owners", owners(world, at), owners_by(identity, world, at)),
        ):
            if says != should:
                return f"{what} as of {at}\n  world: {says}\n  identity: {should}"
    return None


def belongings(world: World, at: Instant) -> list[tuple[Any, ...]]:
    def whose(one: Happening) -> tuple[Any, ...] | None:
        stretch = one.stretch_at(at)
        return stretch and (one.id, one.type, stretch.person, stretch.workspace, stretch.account, stretch.excluded)

    return sorted((found for one in world.happenings if (found := whose(one)) is not None), key=str)


def belongings_by(identity: Identity, events: list[Event], at: Instant) -> list[tuple[Any, ...]]:
    rows = identity.belonging(event_table(events)).to_pylist()
    found = [
        (event.id, event.type, row["person"], row["workspace"], row["account"], row["excluded"] is not None)
        for event, row in zip(events, rows, strict=True)
        if event.occurred_at <= at
    ]
    return sorted(found, key=str)


def records_by(known: list[Fact], at: Instant) -> list[str]:
    return sorted(one.id for one in known if isinstance(one, Version) and one.occurred_at <= at)


def existing_by(identity: Identity, known: list[Fact], at: Instant) -> set[Subject]:
    """Everybody to whom a fact or record that is known belongs."""
    owners = identity.owners
    whose = identity.belonging(event_table([one for one in known if isinstance(one, Event)])).to_pylist()
    found = {Subject(kind, row[kind]) for row in whose for kind in worlds.ABOUTS if row[kind] is not None}
    for version in (one for one in known if isinstance(one, Version)):
        person, workspace, account = subjects_named(version.kind, version.record_id, json.loads(version.fields))
        person = None if person is None else owners.persons.root(person)
        if account is not None:
            account = owners.accounts.root(account)
        if account is None and workspace is not None:
            account = owners.account_of_workspace(workspace).at(at)
        if account is None and person is not None:
            account = identity.account_of_person(person)
        found |= {Subject(kind, one) for kind, one in zip(worlds.ABOUTS, (person, workspace, account), strict=True) if one is not None}
    return found


def owners(world: World, at: Instant) -> list[tuple[Subject, object]]:
    """Whose each person and workspace is that exists; and of each id that ever exists what it became, and its family."""
    there = [one for one in sorted(world.existence) if exists(world, one, at)]
    return [
        *((one, account_of(world, one, at)) for one in there),
        *((one, survivor(world, one, at)) for one in sorted(world.existence)),
        *((one, sorted(family(world, one.id, at) & theirs(world, there))) for one in there if one.kind == "account"),
    ]


def owners_by(identity: Identity, world: World, at: Instant) -> list[tuple[Subject, object]]:
    known = identity.owners
    there = [one for one in sorted(world.existence) if exists(world, one, at)]
    accounts: dict[str, Callable[[str], str | None]] = {
        "person": identity.account_of_person,
        "workspace": lambda one: known.account_of_workspace(one).at(at),
        "account": str,
    }
    survivors: dict[str, Callable[[str], str]] = {"person": known.persons.root, "workspace": str, "account": known.accounts.root}
    return [
        *((one, accounts[one.kind](one.id)) for one in there),
        *((one, survivors[one.kind](one.id)) for one in sorted(world.existence)),
        *((one, sorted({*identity.family(one.id).members} & theirs(world, there))) for one in there if one.kind == "account"),
    ]


def theirs(world: World, there: list[Subject]) -> set[str]:
    return {one.id for one in there if one.kind == "account"}


# Bugs planted on purpose.

Plant = Callable[[pytest.MonkeyPatch], None]


def what_is_corrected_counts_on(m: pytest.MonkeyPatch) -> None:
    m.setattr(told, "gone_over_time", lambda corrections: {})


def a_record_is_known_for_ever(m: pytest.MonkeyPatch) -> None:
    m.setattr(told, "life", lambda known_at, *gone: [(known_at, OPEN)])


def records_make_nobody_exist(m: pytest.MonkeyPatch) -> None:
    right = told.versions_by_subject
    m.setattr(told, "versions_by_subject", lambda tables: right({}))


def a_record_is_also_of_its_person_s_own_account(m: pytest.MonkeyPatch) -> None:
    right = told.versions_by_subject

    def naming_none(tables: Any) -> Any:
        rows = right(tables)
        return rows.set_column(rows.schema.get_field_index("names_account"), "names_account", pa.repeat(False, rows.num_rows))

    m.setattr(told, "versions_by_subject", naming_none)


def a_record_is_of_its_workspace_s_account_and_of_its_person_s(m: pytest.MonkeyPatch) -> None:
    m.setattr(existence, "_outside", lambda stretches, held: list(stretches))


def a_tie_never_ends(m: pytest.MonkeyPatch) -> None:
    m.setattr(told, "_lasting", lambda steps: [Tie(since, FOREVER, to) for since, to in steps])


def accounts_have_no_families(m: pytest.MonkeyPatch) -> None:
    m.setattr(History, "families", lambda self: {})


def nobody_without_an_event_has_an_account(m: pytest.MonkeyPatch) -> None:
    m.setattr(told, "_homes", lambda kind, table: {})


def aliases_are_merges_of_accounts(m: pytest.MonkeyPatch) -> None:
    m.setattr(History, "survivors", lambda self, kind: self.owners.accounts.ties())


PLANTS: list[Plant] = [
    what_is_corrected_counts_on, a_record_is_known_for_ever, records_make_nobody_exist, a_record_is_also_of_its_person_s_own_account,
    a_record_is_of_its_workspace_s_account_and_of_its_person_s, a_tie_never_ends, accounts_have_no_families,
    nobody_without_an_event_has_an_account, aliases_are_merges_of_accounts,
]  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_bug_is_caught(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert any(disagreement(Past(past.world, past.corrections)) is not None for past in pasts(40, seed=42))
