"""Small worlds for signals, in which edges meet often, and conditions to ask of them; and the world that a text tells.

Identity is simple here: a person is the user id after aliases, `?` and the anonymous id without one; a workspace is the event's own; an
account is the one that the event names, else the one that the latest known version of its workspace names, after merges.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from functools import cached_property
from random import Random
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tandem.facts.corrections import gone
from tandem.facts.fact import Correction, Event, Fact, Merge, Version
from tandem.facts.text import read_facts
from tandem.language.expression.nodes import Selector
from tandem.signals.world import FOREVER, Happening, Held, Period, ScoreDeclaration, Stretch, Subject, Tie, World
from tandem.values.instants import DAY, HOUR, Instant, read_instant
from tests.signals.conditions import ABOUTS, PLANS, Choices, condition_of, read

X = TypeVar("X")

# Reading.


def instant(text: str, zone: tzinfo = UTC) -> Instant:
    return read_instant(text, zone)


def world_of(
    text: str | None,
    *,
    zone: tzinfo = UTC,
    plans: Sequence[str] = (),
    source_order: Sequence[str] = (),
    excluded: Collection[str] = (),
    sets: Mapping[str, Sequence[str]] | None = None,
    signals: Mapping[str, str] | None = None,
    scores: Mapping[str, Sequence[tuple[str, int]]] | None = None,
    tiers: Sequence[tuple[str, str]] = (),
    targets: Collection[str] = (),
) -> World:
    """The world that a text tells, in the notation of facts, with conditions and selectors as text. excluded: persons left out."""
    return replace(
        built(read_facts(text or "", zone), excluded),
        zone=zone,
        plans=tuple(plans),
        source_order=tuple(source_order),
        sets={name: tuple(cast(Selector, read(each, "selector")) for each in members) for name, members in (sets or {}).items()},
        signals={name: read(each) for name, each in (signals or {}).items()},
        scores={
            name: ScoreDeclaration(tuple((read(condition), points) for condition, points in lines))
            for name, lines in (scores or {}).items()
        },
        targets=frozenset(targets),
        tiers=tuple((name, read(condition)) for name, condition in tiers),
    )


# Building: what is known at each instant becomes stretches.


@dataclass(frozen=True)
class _Known:
    """The facts that are known and not corrected at one instant."""

    events: list[Event]
    versions: list[Version]
    merges: list[Merge]
    excluded: Collection[str]

    def survivor(self, subject: Subject) -> str:
        leads: dict[str, str] = {}
        for merge in sorted(self.merges, key=lambda each: (each.known_at, each.occurred_at, each.id)):
            gone_root, root = _followed(leads, merge.gone), _followed(leads, merge.survivor)
            if merge.kind == subject.kind and gone_root != root:
                leads[gone_root] = root
        return _followed(leads, subject.id)

    def latest(self, kind: str, record: str, name: str) -> str | None:
        said = [each for each in self.versions if each.kind == kind and each.record_id == record]
        words = [
            json.loads(each.fields)[name] for each in sorted(said, key=lambda v: (v.occurred_at, v.id)) if name in json.loads(each.fields)
        ]
        return words[-1] if words and isinstance(words[-1], str) else None

    def home(self, subject: Subject) -> str | None:
        account = self.latest(subject.kind, subject.id, "account")
        return None if account is None else self.survivor(Subject("account", account))

    def belonging(self, event: Event) -> tuple[str | None, str | None, str | None, bool] | None:
        """Person, workspace, account, and whether it is excluded; None where the event is not known."""
        if event not in self.events:
            return None
        visitor = None if event.anonymous_id is None else f"?{event.anonymous_id}"
        person = visitor if event.user_id is None else self.survivor(Subject("person", event.user_id))
        workspace = event.workspace_id
        home = None if workspace is None else self.home(Subject("workspace", workspace))
        account = home if event.account_id is None else self.survivor(Subject("account", event.account_id))
        return person, workspace, account, person in self.excluded

    def has(self, version: Version) -> bool:
        return version in self.versions

    def root(self, account: Subject) -> str:
        seen = [account.id]
        while (parent := self.latest("account", seen[-1], "parent")) is not None and parent not in seen:
            seen.append(parent)
        # Of a ring the first by its name is the root, whoever asks.
        return seen[-1] if parent is None else min(seen[seen.index(parent) :])

    def knows(self, subject: Subject) -> bool:
        return subject in self.subjects

    @cached_property
    def subjects(self) -> set[Subject]:
        """Everybody to whom a fact belongs that is not excluded."""
        found: set[Subject] = set()
        for event in self.events:
            *whose, is_excluded = self.belonging(event) or (True,)
            if not is_excluded:
                found |= {Subject(kind, str(one)) for kind, one in zip(ABOUTS, whose) if one is not None}
        for version in self.versions:
            named = {version.kind: version.record_id} if version.kind in ABOUTS else json.loads(version.fields)
            of_kinds = [Subject(kind, named[kind]) for kind in ABOUTS if isinstance(named.get(kind), str)]
            found |= {Subject(one.kind, self.survivor(one)) for one in of_kinds}
        homes = {self.home(one) for one in found if one.kind == "workspace"}
        return found | {Subject("account", home) for home in homes if home is not None}


def built(facts: Sequence[Fact], excluded: Collection[str] = ()) -> World:
    """The world of facts, with the simple identity of this page."""
    corrections = [fact for fact in facts if isinstance(fact, Correction)]
    instants = sorted({fact.known_at for fact in facts})

    def known_at(at: Instant) -> _Known:
        taken_back = gone(corrections, at)
        known = [fact for fact in facts if fact.known_at <= at and fact.id not in taken_back]
        return _Known(
            [fact for fact in known if isinstance(fact, Event)],
            [fact for fact in known if isinstance(fact, Version)],
            [fact for fact in known if isinstance(fact, Merge)],
            excluded,
        )

    states = {at: known_at(at) for at in instants}

    def stretches(answer: Callable[[_Known, X], Any], one: X) -> list[tuple[Instant, Instant, Any]]:
        """What is answered about one thing, over time; what stays the same is one stretch, and None is none."""
        found: list[tuple[Instant, Instant, Any]] = []
        for at, until in zip(instants, [*instants[1:], FOREVER]):
            said = answer(states[at], one)
            if found and found[-1][1:] == (at, said):
                found[-1] = (found[-1][0], until, said)
            elif said is not None:
                found.append((at, until, said))
        return found

    def periods(answer: Callable[[_Known, X], bool], one: X) -> tuple[Period, ...]:
        return tuple(Period(since, until) for since, until, said in stretches(answer, one) if said)

    def ties(answer: Callable[[_Known, Subject], str | None], ones: Iterable[Subject]) -> dict[Subject, tuple[Tie, ...]]:
        return {one: tuple(Tie(*stretch) for stretch in stretches(answer, one)) for one in ones}

    subjects = sorted(set().union(*(state.subjects for state in states.values())))
    merged = {Subject(fact.kind, one) for fact in facts if isinstance(fact, Merge) for one in (fact.gone, fact.survivor)}
    return World(
        happenings=tuple(
            Happening(
                event.id, event.type, event.name, event.occurred_at, json.loads(event.properties),
                tuple(Stretch(since, until, *whose) for since, until, whose in stretches(_Known.belonging, event)),
            )
            for event in facts if isinstance(event, Event)
        ),
        records=tuple(
            Held(
                version.id, version.kind, version.record_id, json.loads(version.fields), version.patch, version.deleted, version.source,
                version.occurred_at, periods(_Known.has, version),
            )
            for version in facts if isinstance(version, Version)
        ),
        existence={one: periods(_Known.knows, one) for one in subjects},
        survivors=ties(_Known.survivor, merged),
        homes=ties(_Known.home, (one for one in subjects if one.kind != "account")),
        families={one.id: tied for one, tied in ties(_Known.root, (one for one in subjects if one.kind == "account")).items()},
    )  # fmt: skip


def _followed(leads: Mapping[str, str], one: str) -> str:
    while one in leads:
        one = leads[one]
    return one


# Generating: worlds, and conditions to ask of them.

START = instant("2026-03-27")  # In Berlin the clocks go forward on the third day.
USERS, WORKSPACES, ACCOUNTS = ("ann", "bob", "staff"), ("w1", "w2"), ("A", "B")
EVENTS = ("Opened", "Invited")
SETS = {"core": ("Invited", '"Opened" where seats > 1'), "wide": ("any where plan is not unknown",)}


@dataclass(frozen=True)
class SmallWorld:
    """facts: in the order of telling, of which the world is built. until: a day after everything is over but long windows."""

    facts: tuple[Fact, ...]
    excluded: tuple[str, ...]
    world: World
    until: Instant = START + 10 * DAY

    @property
    def subjects(self) -> list[Subject]:
        """Those with the most events first."""
        theirs = {
            one: sum(stretch.is_of(one) for each in self.world.happenings for stretch in each.stretches) for one in self.world.existence
        }
        return sorted(theirs, key=lambda one: (-theirs[one], one))


THEMES: tuple[tuple[str, ...], ...] = (
    ("event",),
    ("event", "event", "event", "correct", "undo"),
    ("event", "event", "workspace", "merge", "alias"),
    ("event", "account", "workspace", "subscription", "subscription", "merge"),
    ("event", "account", "workspace", "subscription", "correct", "target"),
    ("event", "event", "event", "account", "workspace", "subscription", "person", "merge", "alias", "correct", "undo"),
)


def small_world(data: bytes, happened: Iterable[bytes]) -> SmallWorld:
    """A world of what happened, 20 bytes each, under settings that `data` chooses."""
    pick = Choices(data)
    kinds = pick.of(*THEMES)
    facts: list[Fact] = []
    for number, each in enumerate(happened):
        facts += _facts(number, Choices(each), kinds, facts)
    excluded = pick.of((), ("staff",))
    world = replace(
        built(facts, excluded),
        zone=pick.of(UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")),
        plans=PLANS[: pick.of(3, 2)],
        source_order=pick.of((), ("crm",), ("csv", "app")),
        sets={name: tuple(read(f'"{each}"' if each in EVENTS else each, "selector") for each in members) for name, members in SETS.items()},
    )
    named = {about: read(condition_of(pick, about, 1, named=False)) for about in ABOUTS}
    points = {about: tuple((read(condition_of(pick, about, 1, named=False)), each) for each in (1, 3, -2)) for about in ABOUTS}
    second = pick.of("count(any, 3d) >= 2", "plan = free", "since(any) > 12h", "people(any, 2d) = 1")
    tiers = ("first", read("employees >= 50")), ("second", read(second))
    return SmallWorld(
        tuple(facts),
        excluded,
        replace(
            world,
            signals={f"{about}_on": condition for about, condition in named.items()},
            scores={f"{about}_points": ScoreDeclaration(lines) for about, lines in points.items()},
            tiers=pick.of((), tiers),
            targets=frozenset(pick.of((), ("A",), ("B", "beta.io"))),
        ),
    )


def seeded_worlds(count: int, seed: int, size: int = 18) -> list[SmallWorld]:
    """Worlds that have nothing in common, of up to `size` happenings."""
    chance = Random(seed)
    return [
        small_world(chance.randbytes(160), [chance.randbytes(20) for _ in range(chance.randint(4, size))]) for _ in range(count)
    ]  # fmt: skip


def worlds(size: int = 18) -> st.SearchStrategy[SmallWorld]:
    return st.builds(
        small_world, st.binary(min_size=160, max_size=160), st.lists(st.binary(min_size=20, max_size=20), min_size=1, max_size=size)
    )


def _facts(number: int, pick: Choices, kinds: Sequence[str], before: Sequence[Fact]) -> list[Fact]:
    kind = pick.of(*kinds)
    occurred = START + pick.of(0, 1, 2, 3, 4) * DAY + pick.of(0, 0, 12 * HOUR, 23 * HOUR + HOUR // 2)
    same: dict[str, Any] = {
        # Ids do not ascend with the order of telling.
        "id": f"{pick.of('f', 'e', 'g')}{number:03}",
        "occurred_at": occurred,
        # Some are learnt late, and some before they take effect.
        "known_at": occurred + pick.of(0, 0, 0, 0, 1, 3, -1) * DAY,
        "source": pick.of("app", "crm", "csv"),
    }
    workspace, account = pick.of(*WORKSPACES, "w1", None), pick.of(*ACCOUNTS, "A", None)
    match kind:
        case "event":
            return [
                Event(
                    type=pick.of("track", "track", "track", "page", "screen", "identify"),
                    name=pick.of(*EVENTS),
                    user_id=pick.of(*USERS, "ann", None),
                    anonymous_id=pick.of(None, "x"),
                    workspace_id=workspace,
                    account_id=pick.of(account, account, None),
                    properties=json.dumps(_properties(pick)),
                    **same,
                )
            ]
        case "alias":
            return [Merge(kind="person", gone=pick.of("bob", "ann"), survivor=pick.of("ann", "bob"), **same)]
        case "merge":
            return [Merge(kind="account", gone=pick.of("B", "A"), survivor=pick.of("A", "B"), **same)]
        case "correct" | "undo" if before:
            target, other = pick.of(*before), pick.of(*before)
            late = {**same, "known_at": max(same["known_at"], target.known_at)}
            return [Correction(target=target.id, replacement=pick.of(None, None, other.id), undo=kind == "undo", **late)]
        case "account":
            fields = {
                "plan": pick.of(*PLANS),
                "employees": pick.of(10, 60, "many", None),
                "renewal_date": _date(pick),
                "parent": pick.of(None, *ACCOUNTS),
                "domain": pick.of("acme.com", "Beta.io", None),
            }
            return [_version("account", pick.of(*ACCOUNTS), fields, pick, same)]
        case "target":
            return [_version("target", "T1", {"account": account, "tier": "first"}, pick, same)]
        case "person":
            return [_version("person", pick.of(*USERS), {"title": pick.of("CTO", "VP", 7), "account": account}, pick, same)]
        case "subscription":
            fields = {
                "account": account, "workspace": workspace, "plan": pick.of(*PLANS, None), "status": pick.of("active", "active", "over", None),
                "amount": pick.of(100, 250, 0.1, "free"), "started": _date(pick), "ended": pick.of(None, None, _date(pick)),
            }  # fmt: skip
            return [_version("subscription", pick.of("S1", "S2"), fields, pick, same)]
    fields = {"account": account, "plan": pick.of(*PLANS), "trial_end": _date(pick)}
    return [_version("workspace", pick.of(*WORKSPACES), fields, pick, same)]


def _properties(pick: Choices) -> dict[str, object]:
    said = {
        "seats": pick.of(1, 2, 5, 0.1, -3, "many", 1e300, None, 2.0000004),
        "plan": pick.of(*PLANS, 5, None),
        "trial": pick.of(True, False, "true", None),
        "due": _date(pick),
        "mixed": pick.of(True, 1, "1", False),
    }
    return {name: value for name, value in said.items() if pick.of(True, True, True, False)}


def _date(pick: Choices) -> object:
    return pick.of("2026-03-29", "2026-03-30", "2026-04-01", "2026-03-29T12:00:00Z", "soon", None)


def _version(kind: str, record: str, fields: dict[str, object], pick: Choices, same: dict[str, Any]) -> Version:
    deleted, patch = pick.of(False, False, False, False, True), pick.of(True, False)
    said = {name: value for name, value in fields.items() if pick.of(True, True, False)}
    return Version(
        kind=kind, record_id=record, fields="{}" if deleted else json.dumps(said), patch=patch and not deleted, deleted=deleted, **same
    )
