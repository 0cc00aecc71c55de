"""Small worlds over all of knowledge time: corrections and their undoing too, and what `Identity` says at each of its instants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import replace as dataclass_replace
from functools import cached_property
from random import Random

import pyarrow as pa
from hypothesis import strategies as st
from msgspec.structs import replace

from tandem.facts.corrections import gone, gone_over_time
from tandem.facts.fact import Correction, Event, Fact, Version
from tandem.facts.subjects import versions_by_subject
from tandem.facts.text import read_facts
from tandem.identity.existence import Existence
from tandem.identity.history import History
from tandem.identity.identity import Identity
from tandem.identity.rules import Rules
from tandem.values.instants import DAY
from tests.identity.worlds import RULES, START, Choices, World, event_table, facts_of, happenings, seeded_worlds, tables, worlds

RULES_OF_LINKS = ("anonymous", "join", "seen", "email", "crm", "explicit", "alias", "merge", "domain")
Answer = tuple[str | None, str | None, str | None, bool]


@dataclass(frozen=True)
class Past:
    """A world with all its facts, and the corrections among them."""

    world: World
    corrections: tuple[Correction, ...]

    @cached_property
    def history(self) -> History:
        return History.of(tables(self.world.facts), self.world.rules, gone_over_time(self.corrections))

    @cached_property
    def events(self) -> tuple[Event, ...]:
        return tuple(fact for fact in self.world.facts if isinstance(fact, Event)) + self.world.probes

    @cached_property
    def instants(self) -> list[int]:
        """Every instant at which anything may change, and those just before."""
        facts: tuple[Fact, ...] = (*self.world.facts, *self.world.probes, *self.corrections)
        edges = {at for fact in facts for at in (fact.known_at, fact.occurred_at)}
        return sorted(edges | {at - 1 for at in edges})

    def gone(self, at: int) -> frozenset[str]:
        return gone(self.corrections, at)

    def counting(self, facts: Sequence[Fact], at: int) -> list[Fact]:
        taken = self.gone(at)
        return [fact for fact in facts if fact.known_at <= at and fact.id not in taken]

    def identity(self, at: int) -> Identity:
        return Identity.of(tables(self.counting(self.world.facts, at)), self.world.rules, at, self.gone(at))

    def records(self) -> pa.Table:
        return versions_by_subject(tables(self.world.facts))


def pasts() -> st.SearchStrategy[Past]:
    return st.builds(past_of, worlds(), st.lists(happenings, max_size=6))


def seeded_pasts(count: int, seed: int) -> list[Past]:
    chance = Random(seed)
    corrected = [[chance.randbytes(14) for _ in range(chance.choice((0, 0, 1, 2, 4, 8)))] for _ in range(count)]
    return [past_of(world, data) for world, data in zip(seeded_worlds(count, seed), corrected, strict=True)]


def seeded_kin(count: int, seed: int) -> list[Past]:
    """Pasts of accounts that name each other as parents, and are merged; their corrections take parents away too."""
    chance = Random(seed)
    found = []
    for _ in range(count):
        told = [chance.randbytes(14) for _ in range(chance.randint(2, 16))]
        kinds = ("account", "account", "account", chance.choice(("account", "merge")))
        facts = tuple(fact for number, each in enumerate(told) for fact in facts_of(number, each, kinds))
        rules = Rules(source_order=chance.choice(((), ("crm",), ("csv", "app"))))
        world = World(facts, rules, max(fact.known_at for fact in facts), frozenset(), ())
        past = past_of(world, [chance.randbytes(14) for _ in range(chance.choice((0, 0, 1, 3, 6)))])
        corrections = tuple(replace(each, target=each.target.replace("/domain", "/parent")) for each in past.corrections)
        found.append(dataclass_replace(past, corrections=corrections))
    return found


def past_of(world: World, corrected: list[bytes]) -> Past:
    """The world with corrections, and with a fact for each of them that is known half a day before it occurs, as a fast clock makes it."""
    hurried = {Choices(data[::-1]).of(*(fact.id for fact in world.facts)) for data in corrected}
    facts = tuple(replace(fact, known_at=fact.occurred_at - DAY // 2) if fact.id in hurried else fact for fact in world.facts)
    world = dataclass_replace(world, facts=facts)
    return Past(world, tuple(_correction(number, Choices(data), world) for number, data in enumerate(corrected)))


def past_told(text: str, rules: Rules = RULES) -> Past:
    """A past that a text tells, its corrections included."""
    facts = read_facts(text)
    world = World(
        tuple(fact for fact in facts if not isinstance(fact, Correction)), rules, max(fact.known_at for fact in facts), frozenset(), ()
    )
    return Past(world, tuple(fact for fact in facts if isinstance(fact, Correction)))


# What seldom meets in worlds by chance.
STORIES = (
    past_told("""
        2026-03-01 ?x is ann #ann
        2026-03-02 ?x is bob
        2026-03-03 Opened by ?x
        2026-03-05 correct #ann
        2026-03-07 undo #ann
    """, Rules(fan_out=1)),
    past_told("""
        2026-03-01 person ann email=ann@acme.com
        2026-03-01 person bob email=bob@beta.io
        2026-03-02 Opened by ann @/w1 #first
        2026-03-03 Opened by bob @/w1
        2026-03-04 Opened by bob @/w1
        2026-03-06 correct #first
        2026-03-08 undo #first
    """),
    past_told("""
        2026-03-01 ann is bob #merged
        2026-03-02 bob is cat
        2026-03-03 Opened by ann
        2026-03-04 correct #merged
        2026-03-05 ann is dan
        2026-03-06 undo #merged
    """),
    past_told("""
        2026-03-02 ?x is ann
        2026-03-01 (known 2026-03-06) ?x is ann
        2026-03-02 ann joins @/w1
        2026-03-01 (known 2026-03-06) ann joins @/w1
        2026-03-03 Opened by ?x
    """),
)  # fmt: skip


def _correction(number: int, pick: Choices, world: World) -> Correction:
    ids = [fact.id for fact in world.facts]
    target = pick.of(*ids)
    # Few facts make every link, so that the target of most links is sought among all of them.
    link = pick.of(None, None, *(f"{target}/{rule}" for rule in RULES_OF_LINKS), *(link for link in sorted(world.undone)))
    occurred = START + pick.of(0, 1, 2, 3, 4, 5) * DAY
    known = occurred + pick.of(0, 0, 1) * DAY + pick.of(0, 0, 1) * (DAY // 2)
    return Correction(
        id=f"c{number}", target=link or target, replacement=pick.of(None, None, *ids), undo=pick.of(False, False, True),
        occurred_at=occurred, known_at=known, source="tandem",
    )  # fmt: skip


def told(past: Past, found: pa.Table, at: int) -> list[Answer | None]:
    """What stretches say of each event as of an instant; None where there is none. Two at once are a mistake."""
    answers: list[Answer | None] = [None] * len(past.events)
    for stretch in found.to_pylist():
        if stretch["since"] <= at < stretch["until"]:
            assert answers[stretch["row"]] is None, stretch
            answers[stretch["row"]] = (stretch["person"], stretch["workspace"], stretch["account"], stretch["excluded"])
    return answers


def expected(past: Past, identity: Identity, at: int) -> list[Answer | None]:
    """What the identity as of an instant says of each event that counts then."""
    counts = {id(event) for event in past.counting(past.events, at)}
    rows = identity.belonging(event_table(past.events)).to_pylist()
    return [
        (row["person"], row["workspace"], row["account"], row["excluded"] is not None) if id(event) in counts else None
        for event, row in zip(past.events, rows, strict=True)
    ]


def disagreement(past: Past) -> str | None:
    """The first event and instant at which the history and the identity as of then say different things."""
    found = past.history.belongings(event_table(past.events))
    for at in past.instants:
        for event, says, should in zip(past.events, told(past, found, at), expected(past, past.identity(at), at), strict=True):
            if says != should:
                return f"{event} as of {at}\n  history: {says}\n  identity: {should}"
    return None


Held = dict[str, str | None]


def existing(existence: Existence, at: int) -> tuple[Held, Held, set[str]]:
    """Persons and workspaces with their account, and accounts, as the tables say as of an instant."""

    def there(table: pa.Table) -> Iterator[dict[str, str]]:
        return (row for row in table.to_pylist() if row["since"] <= at < row["until"])

    persons, workspaces = ({row["id"]: row["account"] for row in there(table)} for table in (existence.persons, existence.workspaces))
    return persons, workspaces, {row["id"] for row in there(existence.accounts)}


def slowly_existing(past: Past, at: int) -> tuple[Held, Held, set[str]]:
    """Semantics 5, one fact at a time: whatever some fact or record known at the instant belongs to."""
    identity = past.identity(at)
    owners = identity.owners
    persons, workspaces, accounts = set(), set(), set()
    facts = past.counting(past.world.facts, at)
    events = [fact for fact in facts if isinstance(fact, Event)]
    for row in identity.belonging(event_table(events)).to_pylist():
        persons.add(row["person"])
        workspaces.add(row["workspace"])
        accounts.add(row["account"])
    of_records = {(fact.kind, fact.record_id) for fact in facts if isinstance(fact, Version)}
    for kind, one in of_records:
        match kind:
            case "person":
                person = owners.persons.root(one)
                persons.add(person)
                accounts.add(identity.account_of_person(person))
            case "workspace":
                workspaces.add(one)
                accounts.add(owners.account_of_workspace(one).at(at))
            case _:
                accounts.add(owners.accounts.root(one))
    of_person = {one: identity.account_of_person(one) for one in persons if one is not None}
    of_workspace = {one: owners.account_of_workspace(one).at(at) for one in workspaces if one is not None}
    return of_person, of_workspace, accounts - {None}
