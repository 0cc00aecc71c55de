"""Small worlds, in which edges meet often: three people, two browsers, two workspaces, three accounts, five days.

`worlds()` gives facts of every kind with ties, late facts, merges, rings, patches, nulls and deletions; `at` reads a text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from random import Random
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from tandem.facts.corrections import gone
from tandem.facts.fact import Correction, Event, Fact, Merge, Version
from tandem.facts.tables import by_kind, to_columns
from tandem.facts.text import read_facts
from tandem.identity.identity import Identity
from tandem.identity.rules import Exclusion, Rules
from tandem.values.instants import DAY, read_instant
from tests.identity.meaning import Meaning

RULES = Rules()
START = read_instant("2026-03-01T00:00Z", None)

USERS = ("ann", "bob", "cat")
VISITORS = ("x", "y")
WORKSPACES = ("w1", "w2")
ACCOUNTS = ("A", "B", "C")
MAILS = ("ann@acme.com", "bob@beta.io", "cat@gmail.com", "dan@eu.acme.com")
DOMAINS = ("acme.com", "beta.io", "gmail.com")


@dataclass(frozen=True)
class World:
    """facts: all there ever are. probes: events that are asked about but are no facts of the log."""

    facts: tuple[Fact, ...]
    rules: Rules
    as_of: int
    undone: frozenset[str]
    probes: tuple[Event, ...]

    @property
    def asked(self) -> tuple[Event, ...]:
        return tuple(fact for fact in self.facts if isinstance(fact, Event) and fact.known_at <= self.as_of) + self.probes

    def identity(self) -> Identity:
        return Identity.of(tables(self.facts), self.rules, self.as_of, self.undone)

    def meaning(self) -> Meaning:
        return Meaning(list(self.facts), self.rules, self.as_of, self.undone)


def known(facts: Iterable[Fact], as_of: int) -> list[Fact]:
    return [fact for fact in facts if fact.known_at <= as_of]


def tables(facts: Iterable[Fact]) -> dict[str, pa.Table]:
    """One table a kind that has facts, as the lake would give them."""
    return {kind: pa.Table.from_batches([to_columns(kind, same)]) for kind, (_, same) in by_kind(enumerate(facts)).items()}


def event_table(events: Sequence[Event]) -> pa.Table:
    return pa.Table.from_batches([to_columns("event", events)])


def answers(identity: Identity, events: Sequence[Event]) -> list[tuple[Any, ...]]:
    """Person, workspace, account and reason of exclusion, one row an event."""
    table = identity.belonging(event_table(events))
    return list(zip(*(table.column(name).to_pylist() for name in ("person", "workspace", "account", "excluded"))))


def disagreement(world: World) -> str | None:
    """The first event about which the room and the reference say different things."""
    meaning = world.meaning()
    for event, answer in zip(world.asked, answers(world.identity(), world.asked), strict=True):
        if (expected := meaning.belonging(event)) != answer:
            return f"{event}\n  room: {answer}\n  text: {expected}"
    return None


def instant(text: str) -> int:
    return read_instant(text, None if "T" in text else UTC)


def at(text: str | None, rules: Rules = RULES, as_of: str | None = None) -> Identity:
    """The identity of a text, by default with all of it known; corrections are applied as the log would."""
    facts = read_facts(text or "")
    asked = max(fact.known_at for fact in facts) if as_of is None else instant(as_of)
    taken_back = gone([fact for fact in facts if isinstance(fact, Correction)], asked)
    counting = [fact for fact in known(facts, asked) if fact.id not in taken_back and not isinstance(fact, Correction)]
    return Identity.of(tables(counting), rules, asked, taken_back)


def of(identity: Identity, line: str) -> tuple[Any, ...]:
    """Person, workspace and account of the event that a line tells."""
    (event,) = read_facts(line)
    assert isinstance(event, Event)
    return answers(identity, [event])[0][:3]


class Choices:
    """Takes one choice after another from bytes, for drawing a whole happening at once is ten times as fast as each choice apart."""

    def __init__(self, data: bytes) -> None:
        self.left = list(data)

    def of(self, *choices: Any) -> Any:
        """One of the choices; the first, where no bytes are left or Hypothesis shrinks."""
        return choices[(self.left.pop(0) if self.left else 0) % len(choices)]


happenings = st.binary(min_size=14, max_size=14)


def worlds() -> st.SearchStrategy[World]:
    few, many = (st.lists(happenings, min_size=least, max_size=most) for least, most in ((1, 8), (12, 24)))
    return st.builds(_world, st.binary(min_size=24, max_size=24), few | many | many, st.lists(happenings, min_size=6, max_size=6))


def seeded_worlds(count: int, seed: int) -> list[World]:
    """Worlds that have nothing in common; Hypothesis varies what it drew before, which finds a bug's smallest world but not every bug."""
    chance = Random(seed)

    def some(least: int, most: int) -> list[bytes]:
        return [chance.randbytes(14) for _ in range(chance.randint(least, most))]

    return [_world(chance.randbytes(24), some(1, 24), some(6, 6)) for _ in range(count)]


def facts_of(number: int, data: bytes, kinds: Sequence[str], known_from: int = 0) -> list[Fact]:
    """One thing that happens, and the facts that it leaves. known_from: the earliest instant at which they may be known."""
    pick = Choices(data)
    kind = pick.of(*kinds)
    occurred = START + pick.of(0, 1, 2, 3, 4) * DAY + pick.of(0, 0, 0, 1) * (DAY // 2)
    same: dict[str, Any] = {
        # Ids do not ascend with the order of telling, and one may begin another.
        "id": f"{pick.of('f', 'e', 'g-', 'f1')}{number:03}",
        "occurred_at": occurred,
        "known_at": max(occurred + pick.of(0, 0, 0, 1, 3) * DAY, known_from),
        "source": pick.of("app", "crm", "csv"),
    }
    user, visitor, workspace = pick.of(*USERS), pick.of(*VISITORS), pick.of(*WORKSPACES)
    match kind:
        case "track":
            return [_event(pick, same)]
        case "identify":
            traits = json.dumps(pick.of({}, {}, *({"email": mail} for mail in MAILS), {"email": None}))
            return [
                Event(type="identify", user_id=user, anonymous_id=pick.of(visitor, visitor, None), **same),
                Version(kind="person", record_id=user, fields=traits, patch=True, via="identify", **same),
            ]
        case "group":
            who = pick.of({"user_id": user}, {"user_id": user}, {"anonymous_id": visitor})
            traits = json.dumps(pick.of({}, {}, {"account": "A"}, {"account": "B"}, {"account": None}))
            return [
                Event(type="group", workspace_id=workspace, **who, **same),
                Version(kind="workspace", record_id=workspace, fields=traits, patch=True, via="group", **same),
            ]
        case "alias":
            return [Merge(kind="person", gone=user, survivor=pick.of(*USERS), **same)]
        case "merge":
            ids = (*ACCOUNTS, "acme.com", "~ann")
            return [Merge(kind="account", gone=pick.of(*ids), survivor=pick.of(*ids), **same)]
        case "account":
            return [_version(pick, "account", pick.of(*ACCOUNTS), {"domain": DOMAINS, "parent": ACCOUNTS}, same)]
        case "workspace":
            return [_version(pick, "workspace", workspace, {"account": ACCOUNTS}, same)]
        case _:
            return [_version(pick, "person", user, {"account": ACCOUNTS, "email": MAILS}, same)]


EVERYTHING = ("track", "identify", "group", "alias", "merge", "account", "workspace", "person")
# A world in which only few kinds of thing happen shows what they do to each other.
THEMES = (
    EVERYTHING,
    ("track", "identify", "identify", "alias"),
    ("track", "identify", "account", "account", "merge"),
    ("track", "group", "workspace", "person", "alias"),
    ("track", "group", "identify", "person", "person"),
)


def _event(pick: Choices, same: dict[str, Any]) -> Event:
    return Event(
        type="track",
        name=pick.of("Opened", "Test Ping"),
        user_id=pick.of(*USERS, None, None, "NULL"),
        anonymous_id=pick.of(*VISITORS, None, "null"),
        workspace_id=pick.of(*WORKSPACES, None, None, "undefined"),
        account_id=pick.of(None, None, None, None, "A", "null"),
        **same,
    )


def _version(pick: Choices, kind: str, record: str, choices: dict[str, tuple[str, ...]], same: dict[str, Any]) -> Version:
    deleted, patch = pick.of(False, False, False, False, False, False, True), pick.of(True, False)
    said = {name: pick.of(*values, *values, None, "(absent)") for name, values in choices.items()}
    fields = {name: value for name, value in said.items() if value != "(absent)"}
    return Version(
        kind=kind, record_id=record, fields="{}" if deleted else json.dumps(fields), patch=patch and not deleted, deleted=deleted, **same
    )


def _exclusion(pick: Choices) -> Exclusion:
    return Exclusion(
        who=pick.of("person", "account", "workspace", "domain", "email", "event"),
        pattern=pick.of("ann", "A*", "*@acme.com", "acme.com", "Test*", "w1", "~*", "?x", "*"),
        since=pick.of(None, START + DAY),
        until=pick.of(None, START + 3 * DAY),
        reason=pick.of("own staff", "a test"),
    )


def _world(data: bytes, happened: list[bytes], asked: list[bytes]) -> World:
    pick = Choices(data)
    kinds = pick.of(*THEMES)
    facts = tuple(fact for number, each in enumerate(happened) for fact in facts_of(number, each, kinds))
    rules = Rules(
        fan_out=pick.of(1, 1, 2, 5),
        free_domains=pick.of(frozenset(), frozenset(), frozenset(("beta.io",))),
        work_domains=pick.of(frozenset(), frozenset(), frozenset(("gmail.com",))),
        exclusions=tuple(_exclusion(pick) for _ in range(pick.of(0, 1, 2))),
        source_order=pick.of((), ("crm",), ("csv", "app")),
    )
    links = [f"{fact.id}/{rule}" for fact in facts for rule in ("anonymous", "join", "seen", "email", "crm", "explicit", "alias")]
    return World(
        facts,
        rules,
        as_of=START + pick.of(*range(18, 1, -1)) * (DAY // 2),
        undone=frozenset(pick.of(*links) for _ in range(pick.of(0, 1, 2, 3))),
        probes=tuple(
            fact for number, each in enumerate(asked) for fact in facts_of(900 + number, each, ("track",)) if isinstance(fact, Event)
        ),
    )
