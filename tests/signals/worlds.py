"""Small worlds for signals, in which edges meet often, and conditions to ask of them; and the world that a text tells.

Identity is simple here: a person is the user id after aliases, `?` and the anonymous id without one; a workspace is the event's own; an
account is the one that the event names, else the one that the latest known version of its workspace names, after merges.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from random import Random
from typing import Any, cast
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tandem.facts.corrections import gone
from tandem.facts.fact import Correction, Event, Fact, Merge, Version
from tandem.facts.text import read_facts
from tandem.language.expression.nodes import About, Condition, Selector
from tandem.language.expression.parse import Expects, parse
from tandem.language.source import Source
from tandem.signals.world import FOREVER, Happening, Held, Period, ScoreDeclaration, Stretch, Subject, Tie, World
from tandem.values.instants import DAY, HOUR, Instant, read_instant

# Reading.


def instant(text: str, zone: tzinfo = UTC) -> Instant:
    return read_instant(text, zone)


def read(text: str, expects: Expects = "condition") -> Any:
    """The expression of a text that is without fault."""
    parsed = parse(Source("rule", text), expects)
    assert parsed.expression is not None, [problem.told() for problem in parsed.problems]
    return parsed.expression


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

    def survivor(self, kind: str, one: str) -> str:
        leads: dict[str, str] = {}
        for merge in sorted(self.merges, key=lambda each: (each.known_at, each.occurred_at, each.id)):
            gone_root, root = _followed(leads, merge.gone), _followed(leads, merge.survivor)
            if merge.kind == kind and gone_root != root:
                leads[gone_root] = root
        return _followed(leads, one)

    def latest(self, kind: str, record: str, name: str) -> str | None:
        said = [each for each in self.versions if each.kind == kind and each.record_id == record]
        words = [
            json.loads(each.fields)[name] for each in sorted(said, key=lambda v: (v.occurred_at, v.id)) if name in json.loads(each.fields)
        ]
        return words[-1] if words and isinstance(words[-1], str) else None

    def home(self, subject: Subject) -> str | None:
        account = self.latest(subject.kind, subject.id, "account")
        return None if account is None else self.survivor("account", account)

    def belonging(self, event: Event) -> tuple[str | None, str | None, str | None, bool]:
        visitor = None if event.anonymous_id is None else f"?{event.anonymous_id}"
        person = visitor if event.user_id is None else self.survivor("person", event.user_id)
        workspace = event.workspace_id
        home = None if workspace is None else self.home(Subject("workspace", workspace))
        account = home if event.account_id is None else self.survivor("account", event.account_id)
        return person, workspace, account, person in self.excluded

    def root(self, account: str) -> str:
        seen = [account]
        while (parent := self.latest("account", seen[-1], "parent")) is not None and parent not in seen:
            seen.append(parent)
        return seen[-1]

    def subjects(self) -> set[Subject]:
        """Everybody to whom a fact belongs that is not excluded."""
        found: set[tuple[str, str | None]] = set()
        for event in self.events:
            person, workspace, account, is_excluded = self.belonging(event)
            if not is_excluded:
                found |= {("person", person), ("workspace", workspace), ("account", account)}
        for version in self.versions:
            said = {**json.loads(version.fields), version.kind: version.record_id}
            for kind in ("person", "workspace", "account"):
                if (kind == version.kind or version.kind not in ("person", "workspace", "account")) and isinstance(said.get(kind), str):
                    found.add((kind, self.survivor(kind, said[kind])))
        found |= {("account", self.home(Subject(cast(About, kind), str(one)))) for kind, one in found if kind == "workspace"}
        return {Subject(cast(About, kind), one) for kind, one in found if one is not None}


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

    def stretches(asked: Callable[[_Known], Any]) -> list[tuple[Instant, Instant, Any]]:
        """What stays the same from one instant to the next is one stretch; None is none."""
        found: list[tuple[Instant, Instant, Any]] = []
        for at, until in zip(instants, [*instants[1:], FOREVER]):
            answer = asked(states[at])
            if answer is None:
                continue
            if found and found[-1][1:] == (at, answer):
                found[-1] = (found[-1][0], until, answer)
            else:
                found.append((at, until, answer))
        return found

    def ties(asked: Callable[[_Known], str | None]) -> tuple[Tie, ...]:
        return tuple(Tie(*stretch) for stretch in stretches(asked))

    subjects = sorted(set().union(*(state.subjects() for state in states.values())))
    merged = {Subject(fact.kind, fact.gone) for fact in facts if isinstance(fact, Merge)}
    return World(
        happenings=tuple(
            Happening(
                e.id, e.type, e.name, e.occurred_at, json.loads(e.properties),
                tuple(Stretch(*s[:2], *s[2]) for s in stretches(lambda k, e=e: k.belonging(e) if e in k.events else None)),
            )
            for e in facts if isinstance(e, Event)
        ),
        records=tuple(
            Held(
                v.id, v.kind, v.record_id, json.loads(v.fields), v.patch, v.deleted, v.source, v.occurred_at,
                tuple(Period(*s[:2]) for s in stretches(lambda k, v=v: True if v in k.versions else None)),
            )
            for v in facts if isinstance(v, Version)
        ),
        existence={
            one: tuple(Period(*s[:2]) for s in stretches(lambda k, one=one: True if one in k.subjects() else None)) for one in subjects
        },
        survivors={one: ties(lambda k, one=one: k.survivor(one.kind, one.id)) for one in merged},
        homes={one: ties(lambda k, one=one: k.home(one)) for one in subjects if one.kind != "account"},
        families={one.id: ties(lambda k, one=one: k.root(one.id)) for one in subjects if one.kind == "account"},
    )  # fmt: skip


def _followed(leads: Mapping[str, str], one: str) -> str:
    while one in leads:
        one = leads[one]
    return one


# Generating: worlds, and conditions to ask of them.

START = instant("2026-03-27")  # In Berlin the clocks go forward on the third day.
USERS, WORKSPACES, ACCOUNTS = ("ann", "bob", "staff"), ("w1", "w2"), ("A", "B")
EVENTS, PLANS = ("Opened", "Invited"), ("free", "team", "enterprise")
SETS = {"core": ("Invited", '"Opened" where seats > 1'), "wide": ("any where plan is not unknown",)}


class Choices:
    """Takes one choice after another from bytes; the first, where none are left."""

    def __init__(self, data: bytes) -> None:
        self._left = list(data)

    def of(self, *choices: Any) -> Any:
        return choices[(self._left.pop(0) if self._left else 0) % len(choices)]


@dataclass(frozen=True)
class SmallWorld:
    """facts: in the order of telling, of which the world is built. until: a day after everything is over but long windows."""

    facts: tuple[Fact, ...]
    excluded: tuple[str, ...]
    world: World
    until: Instant = START + 10 * DAY

    @property
    def subjects(self) -> list[Subject]:
        return sorted(self.world.existence)


THEMES: tuple[tuple[str, ...], ...] = (
    ("event",),
    ("event", "event", "event", "correct", "undo"),
    ("event", "event", "workspace", "merge", "alias"),
    ("event", "account", "workspace", "subscription", "subscription", "merge"),
    ("account", "workspace", "subscription", "correct"),
    ("event", "event", "event", "account", "workspace", "subscription", "person", "merge", "alias", "correct", "undo"),
)


def small_world(data: bytes, happened: Iterable[bytes]) -> SmallWorld:
    """A world of what happened, about 14 bytes each, under settings that `data` chooses."""
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
    named = {about: read(_condition(pick, about, 1, named=False)) for about in ABOUTS}
    points = {about: tuple((read(_condition(pick, about, 1, named=False)), each) for each in (1, 3, -2)) for about in ABOUTS}
    tiers = ("first", read("employees >= 50")), ("second", read(_condition(pick, "account", 0, named=False)))
    return SmallWorld(
        tuple(facts),
        excluded,
        replace(
            world,
            signals={f"{about}_on": condition for about, condition in named.items()},
            scores={f"{about}_points": ScoreDeclaration(lines) for about, lines in points.items()},
            tiers=pick.of((), tiers),
        ),
    )


def seeded_worlds(count: int, seed: int, size: int = 14) -> list[SmallWorld]:
    """Worlds that have nothing in common, of up to `size` happenings."""
    chance = Random(seed)
    return [
        small_world(chance.randbytes(80), [chance.randbytes(20) for _ in range(chance.randint(1, size))]) for _ in range(count)
    ]  # fmt: skip


def worlds(size: int = 14) -> st.SearchStrategy[SmallWorld]:
    return st.builds(
        small_world, st.binary(min_size=80, max_size=80), st.lists(st.binary(min_size=20, max_size=20), min_size=1, max_size=size)
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
    workspace, account = pick.of(*WORKSPACES, None), pick.of(*ACCOUNTS, None)
    match kind:
        case "event":
            return [
                Event(
                    type=pick.of("track", "track", "track", "page", "screen", "identify"),
                    name=pick.of(*EVENTS),
                    user_id=pick.of(*USERS, "ann", None),
                    anonymous_id=pick.of(None, "x"),
                    workspace_id=workspace,
                    account_id=pick.of(None, account),
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
            }
            return [_version("account", pick.of(*ACCOUNTS), fields, pick, same)]
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


ABOUTS: tuple[About, ...] = ("person", "workspace", "account")
_FIELDS = {
    "person": ("account.plan", "title", "person.title", "account.employees", "account.icp_tier"),
    "workspace": ("plan", "account.plan", "account.employees", "account.icp_tier"),
    "account": ("plan", "account.plan", "any(plan)", "all(workspace.plan)", "highest(plan)", "employees", "account.icp_tier"),
}
_DATES = {
    "person": ("account.renewal_date",),
    "workspace": ("workspace.trial_end", "trial_end", "account.renewal_date"),
    "account": ("renewal_date", "any(workspace.trial_end)", "all(trial_end)", "highest(trial_end)"),
}


def conditions(about: About, depth: int = 2) -> st.SearchStrategy[str]:
    """Well-typed conditions as text; `read` makes expressions of them."""
    return st.builds(lambda data: _condition(Choices(data), about, depth), st.binary(min_size=60, max_size=60))


def seeded_conditions(count: int, about: About, seed: int, depth: int = 2) -> list[str]:
    chance = Random(seed)
    return [_condition(Choices(chance.randbytes(60)), about, depth) for _ in range(count)]


def _condition(pick: Choices, about: About, depth: int, *, named: bool = True) -> str:
    """named: whether it may name the world's signals and scores."""
    if depth == 0:
        return _test(pick, about, named)
    one, other = (_condition(pick, about, depth - 1, named=named) for _ in range(2))
    kind = pick.of("test", "test", "test", "and", "or", "not", "held", "sequence", "signal")
    match kind:
        case "and" | "or":
            return f"({one}) {kind} ({other})"
        case "not":
            return f"not ({one})"
        case "held":
            return f"held({one}, {_length(pick)})"
        case "sequence":
            chain = [_selector(pick) for _ in range(pick.of(2, 2, 3))]
            return f"sequence({', '.join(chain)}, within {_length(pick)})"
        case "signal" if named:
            return f"signal({about}_on)"
    return _test(pick, about, named)


def _test(pick: Choices, about: About, named: bool) -> str:
    sign, few = pick.of(">=", ">", "<", "<=", "=", "!="), pick.of(1, 2, 3, 0)
    kind = pick.of(
        "number", "number", "number", "share", "trend", "text", "member", "flag", "since", "since", "until", "gap", "ratio", "field", "date",
        "record", "record", "unknown", "score",
    )  # fmt: skip
    match kind:
        case "number":
            return f"{_number(pick, about)} {sign} {few}"
        case "share":
            return f"{_number(pick, about)} / {_number(pick, about)} {sign} {pick.of('50%', '100%', '0.5', '12.5%')}"
        case "trend":
            measure = _number(pick, about, windowed=True)
            return pick.of(f"{measure} - previous({measure}) {sign} {few}", f"previous({measure}) {sign} {measure}")
        case "text":
            return f"{pick.of('first', 'last', 'last')}({_of(pick, 'plan')}{_window(pick)}) {pick.of('=', '!=')} {pick.of(*PLANS)}"
        case "member":
            return f"last({_of(pick, 'plan')}{_window(pick)}) {pick.of('in', 'not in')} (free, {pick.of(*PLANS)})"
        case "flag":
            return f"last({_of(pick, 'trial')}{_window(pick)}) = {pick.of('true', 'false')}"
        case "since":
            return f"since({_selector(pick)}) {sign} {_length(pick)}"
        case "until":
            return f"until({pick.of(*_DATES[about])}) {sign} {pick.of('0h', _length(pick), '-' + _length(pick))}"
        case "gap":
            return f"since({_selector(pick)}) {pick.of('-', '+')} {pick.of('since', 'since')}({_selector(pick)}) {sign} {_length(pick)}"
        case "ratio":
            return f"since({_selector(pick)}) / {pick.of(f'since({_selector(pick)})', f'until({pick.of(*_DATES[about])})')} {sign} {few}"
        case "field":
            field = pick.of(*_FIELDS[about])
            if "employees" in field:
                return f"{field} {sign} 50"
            words = ("CTO", "VP") if "title" in field else ("first", "second") if "tier" in field else PLANS
            return pick.of(
                f"{field} {pick.of('=', '!=')} {pick.of(*words)}", f"{field} {pick.of('in', 'not in')} ({words[-1]}, {words[0]})"
            )
        case "date":
            return f"{pick.of(*_DATES[about], 'last(' + _of(pick, 'due') + ')')} {sign} 2026-03-30"
        case "record":
            record = pick.of(
                "subscription", "subscription", "subscription where status = active", "workspace", "account where employees > 20"
            )
            family = pick.of("", ", family") if about == "account" else ""
            asked = pick.of(
                f"count({record}{family})",
                f"distinct(subscription.plan{family})",
                f"sum(subscription.amount{pick.of('', ' where plan != free')})",
            )
            return f"{asked} {sign} {few}"
        case "unknown":
            asked = pick.of(
                f"since({_selector(pick)})",
                *_FIELDS[about],
                f"last({_of(pick, 'seats')}{_window(pick)})",
                f"{few} / {_number(pick, about)}",
            )
            return f"{asked} is {pick.of('', 'not ')}unknown"
        case "score" if named:
            return f"score({about}_points) {sign} {few}"
    return f"count({_selector(pick)}{_window(pick)}) >= {few}"


def _number(pick: Choices, about: About, *, windowed: bool = False) -> str:
    window = f", {_length(pick)}" if windowed else _window(pick)
    among = {"person": ("workspaces", "days"), "workspace": ("people", "days"), "account": ("people", "days", "workspaces")}[about]
    if pick.of(True, False):
        return f"{pick.of('count', *among)}({_selector(pick)}{window})"
    function = pick.of("sum", "min", "max", "first", "last", "distinct")
    return f"{function}({_of(pick, 'plan' if function == 'distinct' else 'seats')}{window})"


def _selector(pick: Choices) -> str:
    head = pick.of("any", '"Opened"', '"Invited"', "core", "wide")
    return head + pick.of(
        "", "", "", " where seats >= 2", " where not plan = free", " where seats < 2 or plan in (team, free)", " where trial = true"
    )


def _of(pick: Choices, name: str) -> str:
    return f"({_selector(pick)}).{name}"


def _window(pick: Choices) -> str:
    return pick.of("", f", {_length(pick)}", f", {_length(pick)}")


def _length(pick: Choices) -> str:
    return cast(str, pick.of("1d", "2d", "3d", "12h"))


def asked(condition: str) -> Condition:
    """The condition of a text."""
    return cast(Condition, read(condition))
