"""Small cases in which edges meet often: three accounts, one of them a domain, few people and days, and rules of every sort, all by choice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import strategies as st

from tandem.boundary.fold.answers import Answers
from tandem.boundary.fold.rules import Rules, StaysOf
from tandem.boundary.meaning.blocks import Question
from tandem.boundary.meaning.case import Accepted, Case
from tandem.boundary.playbook.policy import Audience, Boundary, Cap, HoldOut, Qualifying, Suppression, Table, Terms
from tandem.facts.fact import Correction, Event, Fact, Merge, Version
from tandem.identity.rules import Exclusion
from tandem.language.expression.nodes import FieldRef
from tandem.signals.fold import Fold
from tandem.signals.playbook.declare import Points, Score
from tandem.values.business_time import BusinessTime
from tandem.values.instants import DAY, HOUR, Instant
from tests.boundary.cases import NOWHERE, signal
from tests.signals.conditions import Choices, read
from tests.signals.timelines import TimelineOf
from tests.signals.worlds import built, instant

START = instant("2026-03-01")
UNTIL = START + 20 * DAY
ACCOUNTS, PEOPLE, WORKSPACES, SELLERS = ("acme", "beta", "acme.com"), ("ann", "bob", "eve"), ("w1", "w2"), ("bea", "tom", "")
EVENTS = ("Signed Up", "SSO Viewed", "Pricing Viewed", "Asked for Us", "Questionnaire Sent")
CHANNELS = ("email", "call", "meeting")
THEMES: tuple[tuple[str, ...], ...] = (
    ("event", "event", "touch"),
    ("event", "event", "touch", "touch", "person", "correct"),
    ("event", "event", "opportunity", "contract", "override", "target", "seller", "seller", "touch"),
    ("event", "event", "workspace", "account", "merge", "alias", "touch"),
    ("event", "workspace", "workspace", "account", "person", "touch"),
    ("override", "override", "touch", "touch"),
    ("event", "event", "opportunity", "contract", "override", "touch", "target", "person", "account", "workspace", "merge", "alias", "correct", "seller"),
)  # fmt: skip


@dataclass(frozen=True)
class SmallCase:
    """facts: in the order of telling."""

    facts: tuple[Fact, ...]
    case: Case

    @property
    def questions(self) -> list[Question]:
        """Of each account: of nobody and of everybody, by channel, purpose and seller."""
        found = []
        for number, account in enumerate((*ACCOUNTS, "nobody's")):
            found += [Question(account, one) for one in (*PEOPLE, "?v", "zoe")]
            found += [Question(account, None, "", seller) for seller in SELLERS]
            channel, purpose = (*CHANNELS, "carrier pigeon")[number % 4], ("help", "serve", "sell", "")[number % 4]
            found.append(Question(account, PEOPLE[number % 3], channel, SELLERS[number % 3], purpose))
        return found


def seeded_cases(count: int, seed: int, size: int = 30, kinds: tuple[str, ...] = ()) -> list[SmallCase]:
    """kinds: of which facts; by choice where none are named."""
    chance = Random(seed)
    return [
        small_case(chance.randbytes(120), [chance.randbytes(24) for _ in range(chance.randint(8, size))], kinds) for _ in range(count)
    ]  # fmt: skip


def small_cases(size: int = 20) -> st.SearchStrategy[SmallCase]:
    happened = st.lists(st.binary(min_size=24, max_size=24), min_size=1, max_size=size)
    return st.builds(small_case, st.binary(min_size=120, max_size=120), happened)


def small_case(data: bytes, happened: Iterable[bytes], kinds: tuple[str, ...] = ()) -> SmallCase:
    """A case of what happened, 24 bytes each, under rules that `data` chooses."""
    pick = Choices(data)
    theme = pick.of(*THEMES)
    facts: list[Fact] = []
    for number, each in enumerate(happened):
        facts += _facts(number, Choices(each), kinds or theme, facts)
    world = replace(
        built(facts, pick.of((), (), ("eve",))),
        tiers=pick.of((), (("A", read("employees >= 100")), ("B", read('count("Signed Up", 3d) < 1')))),
        targets=frozenset(pick.of((), ("acme",), ("beta", "acme.com"))),
    )
    signals = {name: signal(name, when, about) for name, (when, about) in SIGNALS.items()}
    score = Score("warmth", "warmth", "account", (Points(read("count(any, 2d) >= 1"), Fraction(5, 2), "", NOWHERE),), NOWHERE)
    boundary = _boundary(pick)
    accepted = [Accepted(pick.of(*ACCOUNTS), pick.of("bea", "tom"), START + pick.of(0, 2, 3) * DAY, START + pick.of(3, 5, 30) * DAY)]
    case = Case(
        replace(world, scores={"warmth": score.declaration}, signals={name: each.when for name, each in signals.items()}),
        boundary,
        signals,
        UNTIL,
        scores={"warmth": score},
        hours=BusinessTime(world.zone),
        accepted=tuple(accepted[: pick.of(0, 1)]),
    )
    return SmallCase(tuple(facts), case)


SIGNALS: dict[str, tuple[str, Any]] = {
    "need": ('count("SSO Viewed", 2d) >= 1', "account"),
    "looks": ('count("Pricing Viewed", 1d) >= 1', "person"),
    "hand": ('count("Asked for Us", 1d) >= 1', "person"),
    "questionnaire": ('count("Questionnaire Sent", 1d) >= 1', "workspace"),
    "returns": ('count("Pricing Viewed", 2d) >= 1', "account"),
    "signs": ('count("Signed Up", 1d) >= 1', "workspace"),
}


def _boundary(pick: Choices) -> Boundary:
    def terms() -> Terms:
        return Terms(
            pick.of("sales_led", "sales_assist"),
            pick.of("sell", "help", "serve"),
            pick.of(None, ("email",), ("call",), ("call", "email")),
            _place(),
        )

    places = iter(range(100))

    def _place() -> Any:
        return replace(NOWHERE, start=next(places))

    lasts = {"valid_for": pick.of(1, 2, 3) * DAY}
    rules = [
        Qualifying("need", "enterprise_need", terms(), **lasts),
        Qualifying("looks", "plain", terms(), not_before=pick.of(None, DAY, 2 * DAY), **lasts),
        Qualifying("hand", "raised_hand", terms(), valid_for=pick.of(1, 4) * DAY),
        Qualifying("questionnaire", pick.of("enterprise_need", "plain"), terms(), sla=8 * HOUR, **lasts),
        Qualifying("returns", pick.of("plain", "none"), terms(), not_before=pick.of(None, None, DAY), **lasts),
        Qualifying("signs", "plain", terms(), **lasts),
    ]
    suppression = (
        Suppression("a", Exclusion("account", pick.of("beta", "acme*"), None, START + 3 * DAY, ""), place=_place()),
        Suppression("b", Exclusion("email", pick.of("*@rival.com", "*"), START + 2 * DAY, None, ""), place=_place()),
        Suppression("c", Exclusion("domain", pick.of("acme.com", "rival.com", "*.rival.com"), None, None, ""), place=_place()),
        Suppression("d", Exclusion("person", pick.of("bob", "z*"), None, None, ""), place=_place()),
        Suppression("e", when=read("account.do_not_contact = true"), about=pick.of("account", "person"), place=_place()),
        Suppression("f", when=read('count("SSO Viewed", 1d) < 1'), about=pick.of("account", "person"), place=_place()),
    )
    of = pick.of(0, 1, 2, 3, 4, 5)
    consents = {"given": frozenset(CHANNELS), "implied": frozenset(("email",))} | pick.of(
        {}, {"withdrawn": frozenset()}, {"withdrawn": frozenset(("call",))}
    )
    countries = {"US": frozenset(CHANNELS), "DE": frozenset(("email", "meeting"))}
    return Boundary(
        signals={rule.signal: rule for rule in rules},
        first_use=pick.of(None, None, read('"Signed Up"', "selector"), read('any where plan = "team"', "selector")),
        channels=CHANNELS,
        quarantine=pick.of(2, 6) * DAY,
        caps=pick.of((), (Cap(1, 2 * DAY, "account", _place()),), (Cap(1, DAY, "person", _place()), Cap(2, 3 * DAY, "account", _place()))),
        exclusivity=pick.of(True, True, False),
        suppression=pick.of((), (), (suppression[of],), (suppression[of], suppression[(of + 2) % 6])),
        consent=pick.of(None, None, None, Table(_field("person", "consent"), "person", consents, _place())),
        region=pick.of(None, None, None, Table(_field("account", "country"), pick.of("account", "person"), countries, _place())),
        hold_out=pick.of(None, None, None, HoldOut(Fraction(1, 2), "spring", _place())),
        outbound=pick.of((), (Audience(("A",), terms()), Audience(("A", "B"), terms()))),
        targets=terms(),
        opportunities=terms(),
        customers=terms(),
        overrides=terms(),
        account_owner=pick.of(False, True),
        quarantine_at=_place(),
        exclusivity_at=_place(),
    )


def _field(*path: str) -> FieldRef:
    return FieldRef(path, None, NOWHERE)


def _facts(number: int, pick: Choices, kinds: tuple[str, ...], before: list[Fact]) -> Iterator[Fact]:
    kind = pick.of(*kinds)
    occurred = START + pick.of(0, 1, 2, 3, 4, 5) * DAY + pick.of(0, 0, 12 * HOUR)
    same: dict[str, Any] = {
        "id": f"{pick.of('f', 'e', 'g')}{number:03}",
        "occurred_at": occurred,
        "known_at": occurred + pick.of(0, 0, 0, 0, 1, 3, -1) * DAY,
        "source": pick.of("app", "crm"),
    }
    account, workspace = pick.of("acme", "acme", "acme.com", "beta", None), pick.of("w1", "w2", None, None)
    person = pick.of(*PEOPLE, "ann", None, None)
    match kind:
        case "event":
            yield Event(
                type=pick.of("track", "track", "track", "page", "identify"),
                name=pick.of(*EVENTS),
                user_id=person,
                anonymous_id=pick.of("v", "v", None),
                workspace_id=workspace,
                account_id=pick.of(account, account, None),
                properties=json.dumps(pick.of({}, {"plan": "team"})),
                **same,
            )
        case "merge":
            gone, survivor = pick.of(("beta", "acme"), ("acme", "beta"), ("acme.com", "acme"))
            yield Merge(kind="account", gone=gone, survivor=survivor, **same)
        case "alias":
            yield Merge(kind="person", gone=pick.of("bob", "eve"), survivor="ann", **same)
        case "correct":
            if before:
                target = pick.of(*before)
                late = {**same, "known_at": max(same["known_at"], target.known_at)}
                yield Correction(target=target.id, replacement=None, undo=pick.of(False, False, True), **late)
        case "account":
            fields = {
                "employees": pick.of(10, 500),
                "domain": pick.of("acme.com", "rival.com", "https://eu.rival.com/en", None),
                "country": pick.of("US", "DE", "FR"),
            }
            more = {"do_not_contact": pick.of(True, False), "owner": pick.of(*SELLERS)}
            yield _version(kind, pick.of(*ACCOUNTS), fields | more, pick, same)
        case "person":
            fields = {
                "email": pick.of("ann@acme.com", "ann@rival.com", "ann@eu.rival.com", None),
                "consent": pick.of("given", "implied", "withdrawn", 7),
            }
            yield _version(kind, pick.of(*PEOPLE), fields | {"account": account}, pick, same)
        case "workspace":
            yield _version(kind, pick.of(*WORKSPACES), {"account": account}, pick, same)
        case "opportunity":
            yield _version(
                kind,
                f"O{pick.of(number, number, 1)}",
                {"account": account, "stage": pick.of("Talk", "Won", None), "owner": pick.of(*SELLERS)},
                pick,
                same,
            )
        case "contract":
            yield _version(
                kind,
                f"C{pick.of(number, number, 1)}",
                {"account": account, "starts": _date(pick), "ends": _date(pick), "owner": pick.of(*SELLERS)},
                pick,
                same,
            )
        case "override":
            fields = {
                "account": account,
                "seller": pick.of(*SELLERS),
                "until": _date(pick),
                "channel": pick.of("", "Email", "fax"),
                "purpose": pick.of("", "help", "x"),
            }
            yield _version(kind, f"V{pick.of(number, number, 1)}", fields, pick, same)
        case "target":
            yield _version(kind, "T1", {"account": account}, pick, same)
        case "seller":
            yield _version(kind, pick.of("bea", "tom"), {"started": _date(pick), "ended": _date(pick)}, pick, same)
        case "touch":
            fields = {
                "account": pick.of("acme", account), "person": pick.of(person, None), "seller": pick.of(*SELLERS),
                "channel": pick.of("Email", "call", "fax", None), "direction": pick.of("outbound", None, "Inbound"), "purpose": pick.of("sell", "Help", None),
            }  # fmt: skip
            yield _version(kind, f"t{pick.of(number, number, 0)}", fields, pick, same)


def _date(pick: Choices) -> object:
    return pick.of("2026-03-02", "2026-03-04", "2026-03-06T12:00:00Z", "2026-02-20", "soon", None)


def _version(kind: str, record: str, fields: dict[str, object], pick: Choices, same: dict[str, Any]) -> Version:
    deleted, patch = pick.of(*[False] * 9, True), pick.of(True, False)
    whole = pick.of(True, True, False)
    said = {name: value for name, value in fields.items() if whole or pick.of(True, False)}
    return Version(
        kind=kind, record_id=record, fields="{}" if deleted else json.dumps(said), patch=patch and not deleted, deleted=deleted, **same
    )


# The same at once.


def answers_of(case: Case, split: Instant | None = None, room: dict[str, Any] | None = None) -> Answers:
    """What is found over all of history at once. split: what is learnt from then on stands in a tail. room: another copy of the fast path."""
    found = {"Answers": Answers, "Rules": Rules, "StaysOf": StaysOf} | (room or {})
    fold = Fold(TimelineOf(case.world, split), case.world)
    stays = {}
    for name in case.boundary.signals:
        each = case.signals[name]
        edges = fold.edges(each.when, each.about)
        stays[name] = found["StaysOf"].of_edges(fold.timeline.subjects(each.about).ids, edges.subject, edges.at, edges.entered)
    rules = found["Rules"](case.boundary, case.signals, case.scores, case.stages, case.hours, case.week_start, case.accepted, case.closed)
    made: Answers = found["Answers"](fold, rules, stays, case.until)
    return made
