"""Small worlds for the desk, in which edges meet often, under one playbook or several; and a slow `Case` that answers the fast sweep."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from fractions import Fraction
from functools import cached_property
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from tandem.boundary.fold.answers import Answers
from tandem.boundary.fold.belonging import Whereabouts
from tandem.boundary.in_force import InForce
from tandem.boundary.meaning.answers import Answer, answer, answer_of_account, moments_of
from tandem.boundary.meaning.blocks import Question
from tandem.boundary.meaning.case import Accepted, Case, Closed, Stay, open_opportunities
from tandem.boundary.meaning.judged import Judged, judged
from tandem.boundary.meaning.watch import accepted_owner
from tandem.boundary.playbook.policy import Boundary, Budget, Cap, HoldOut, Qualifying, Suppression, Terms
from tandem.facts.fact import Fact
from tandem.facts.text import read_facts
from tandem.language.expression.nodes import About
from tandem.language.source import Source, Span
from tandem.signals.meaning.asking import contributions
from tandem.signals.playbook.declare import Points, Score, Signal
from tandem.signals.world import FOREVER, Subject, World
from tandem.timeline.steps import ALWAYS
from tandem.values.business_time import BusinessTime
from tandem.values.instants import DAY, HOUR, Instant
from tests.boundary.small_cases import answers_of
from tests.signals.conditions import read
from tests.signals.worlds import built, instant

ZONE = ZoneInfo("Europe/Berlin")
START = instant("2026-02-26", ZONE)  # A month ends on the third day, and a week on the fourth.
UNTIL = START + 24 * DAY
ACCOUNTS, PEOPLE, SELLERS = ("acme", "beta", "gamma", "delta"), ("ann", "bob", "cat"), ("bea", "tom")
EVENTS = ("SSO Viewed", "Asked for Us", "Pricing Viewed", "Questionnaire Sent")
_HAPPENS = tuple(f"{event} by {{who}} @{{one}}" for event in EVENTS)
_MOVES = ("{who} is {whom}", "account {one} is {other}", "account {one} is {other}", "workspace {one} account={other}")
_SELLS = (
    "opportunity O-{one} @{one} stage=Discovery owner={seller}", "opportunity O-{one} @{one} stage=Won", "target T-{one} @{one}",
    "override V-{one} @{one} seller={seller} until=2026-03-10", "touch {number} @{one} seller={seller}",
    "touch {number} person={who} seller={seller}", "contract C-{one} @{one} starts=2026-03-04 ends=2026-03-08 owner={seller}",
    "seller {seller} ended=2026-03-12", "account {one} rival={rival}",
)  # fmt: skip
_OTHERS = (
    "Pricing Viewed by @{one}",
    "SSO Viewed by {who}",
    "Signed Up by {who} @{one}",
    "account {one} employees={size}",
    "undo #{earlier}",
)
# What a world is mostly about: queues, who becomes whom, how sales goes, or everything.
THEMES = (
    (*_HAPPENS[:3], *_HAPPENS[:3], "account {one} employees={size}", "account {one} employees={size}"),
    (*_HAPPENS, *_HAPPENS, *_MOVES, "person {who} title={title}", "touch {number} person={who} seller={seller}"),
    (*_HAPPENS, *_HAPPENS, *_HAPPENS, *_SELLS),
    (*_HAPPENS, *_HAPPENS, *_HAPPENS, *_OTHERS, *_MOVES, *_SELLS),
)
ABOUT = ("queues", "who", "sales", "everything")

Playbooks = list[InForce[Case]]
X = TypeVar("X")


@dataclass(frozen=True)
class Desk:
    """playbooks: what is in force over the world of the facts."""

    facts: tuple[Fact, ...]
    playbooks: Playbooks

    def over(self, facts: Sequence[Fact]) -> Playbooks:
        """The same playbooks over a world of some of the facts, or of all in another order."""
        world = replace(built(facts), zone=ZONE)
        return [
            replace(one, playbook=replace(one.playbook, world=replace(world, scores=one.playbook.world.scores))) for one in self.playbooks
        ]


def desk(seed: int, playbooks: int = 1, size: int = 20) -> Desk:
    chance, theme = Random(seed * 7 + playbooks), THEMES[seed % len(THEMES)]
    homes = [f"{_at(0)} workspace {one} account={one}" for one in ACCOUNTS if chance.random() < 0.8]
    lines = [*homes, *(_line(chance, theme, number) for number in range(chance.randint(size // 2, size)))]
    facts = read_facts("\n".join(lines), ZONE)
    world = replace(built(facts), zone=ZONE)
    applied = [START + 12 * HOUR * chance.randrange(4, 36) for _ in range(playbooks)]
    since = [ALWAYS if chance.random() < 0.7 else min(applied) - 3 * DAY, *sorted(applied[1:])]
    recorded = {"accepted": _accepted(chance), "closed": _closed(chance)}
    return Desk(
        tuple(facts),
        [
            InForce(at, _case(chance, ABOUT[seed % len(ABOUT)], world, recorded, number), chance.random() < 0.3)
            for number, at in enumerate(since)
        ],
    )


def slow(playbooks: Playbooks) -> list[InForce[Slow]]:
    return [InForce(one.since, Slow(one.playbook), one.quiet) for one in playbooks]


def fast(playbooks: Playbooks) -> list[InForce[Answers]]:
    return [InForce(one.since, answers_of(one.playbook), one.quiet) for one in playbooks]


@dataclass(frozen=True)
class Slow:
    """A case as the sweep asks it."""

    rules: Case

    @property
    def zone(self) -> tzinfo:
        return self.rules.world.zone

    @cached_property
    def stays(self) -> list[Stay]:
        return sorted(self.rules.stays, key=lambda one: (one.since, one.signal, one.subject))

    def answer(self, asked: Question, t: Instant) -> Answer:
        return self._once(("answer", asked, t), lambda: answer(self.rules, asked, t))

    def answer_of_account(self, account: str, t: Instant) -> Answer:
        return self._once(("of account", account, t), lambda: answer_of_account(self.rules, account, t))

    def turns(self, account: str) -> Sequence[Instant]:
        """Those at which something is different from just before, and no others: a sweep must not live on turns about nothing."""
        return self._once(("turns", account), lambda: self._changes(account))

    def is_open(self, account: str, t: Instant) -> bool:
        return self._once(("is open", account, t), lambda: bool(open_opportunities(self.rules, account, t)))

    def points(self, score: str, subject: Subject, t: Instant) -> Fraction:
        lines = self._once((score, subject, t), lambda: contributions(self.rules.world, score, subject, t))
        return sum((each.points for each in lines), Fraction(0))

    def accepted_owner(self, account: str, since: Instant, t: Instant) -> str | None:
        return self._once(("owner", account, since, t), lambda: accepted_owner(self.rules, account, since, t))

    def judged(self, since: Instant, until: Instant, as_of: Instant) -> list[Judged]:
        return self._once(("judged", since, until, as_of), lambda: judged(self.rules, since, until, as_of))

    def whereabouts(self, subject: Subject, since: Instant) -> Sequence[Whereabouts]:
        return self._once((subject, since), lambda: self._path(subject, since))

    def _once(self, asked: object, find: Callable[[], X]) -> X:
        if asked not in self._found:
            self._found[asked] = find()
        found: X = self._found[asked]
        return found

    @cached_property
    def _found(self) -> dict[object, Any]:
        return {}

    def _changes(self, account: str) -> Sequence[Instant]:
        instants = moments_of(self.rules, account)
        states = {t: self._state(account, t) for at in instants for t in (at - 1, at)}
        return [t for t in instants if states[t] != states[t - 1]]

    def _path(self, subject: Subject, since: Instant) -> Sequence[Whereabouts]:
        found: list[Whereabouts] = []
        for t in [since, *(each for each in self._knowledge if each > since)]:
            here = self.rules.whose(subject, since, t), self.rules.account(subject, since, t)
            if not found or found[-1][1:] != here:
                found.append(Whereabouts(t, *here))
        return found

    @cached_property
    def _knowledge(self) -> list[Instant]:
        return moments_of(self.rules, ACCOUNTS[0])

    def _state(self, account: str, t: Instant) -> object:
        people = [one for one in self.rules.world.existence if one.kind == "person"]
        ours = [one for one in people if self.rules.account(one, t, t) == account]
        answers = [answer(self.rules, Question(account, one.id), t) for one in ours]
        return answer_of_account(self.rules, account, t), ours, answers, bool(open_opportunities(self.rules, account, t))


def _line(chance: Random, theme: Sequence[str], number: int) -> str:
    hour = 12 * chance.randrange(28)
    known = hour + chance.choice((0, 0, 0, 0, 24, 60))
    one, other = chance.sample(ACCOUNTS, 2)
    who, whom = chance.sample(PEOPLE, 2)
    said = chance.choice(theme).format(
        number=number, one=one, other=other, who=who, whom=whom, seller=chance.choice(SELLERS), size=chance.choice((5, 50, 500)),
        rival=chance.choice(("true", "false")), title=chance.choice(("CEO", "clerk")), earlier=chance.randrange(number) if number else 0,
    )  # fmt: skip
    if number == 0 and said.startswith("undo"):
        said = "Signed Up by ann @acme"
    label = "" if said.startswith(("undo", "account", "workspace", "opportunity", "target")) else f" #{number}"
    return f"{_at(hour)} (known {_at(known)}) {said}{label}"


def _at(hour: int) -> str:
    day = 26 + hour // 24
    return f"2026-02-{day}T{hour % 24:02}:00" if day <= 28 else f"2026-03-{day - 28:02}T{hour % 24:02}:00"


def _accepted(chance: Random) -> tuple[Accepted, ...]:
    some = [START + 12 * HOUR * chance.randrange(30) for _ in range(chance.choice((0, 0, 1)))]
    return tuple(Accepted(chance.choice(ACCOUNTS), chance.choice(SELLERS), at, chance.choice((FOREVER, at + 2 * DAY))) for at in some)


def _closed(chance: Random) -> tuple[Closed, ...]:
    return tuple(Closed(chance.choice(ACCOUNTS), START + 12 * HOUR * chance.randrange(30)) for _ in range(chance.choice((0, 2, 4))))


def _case(chance: Random, kind: str, world: World, recorded: Mapping[str, Any], number: int) -> Case:
    """A playbook of its own: which signals it has, about whom, and all of its boundary, by chance."""
    place = _places(f"playbook {number}.yaml")
    names = ("need", "hand", "looks", "questionnaire", "none")
    signals = {}
    for name, event in zip(names, (*EVENTS, "SSO Viewed"), strict=True):
        kinds: tuple[About, ...] = ("account", "account", "person") if kind == "queues" else ("account", "person", "person", "workspace")
        about = chance.choice(kinds)
        when = f'count("{event}", {chance.choice(("2d", "4d", "6d"))}) >= {chance.choice((1, 1, 1, 2))}'
        signals[name] = Signal(name, name, "intent", about, read(when), chance.choice((DAY, 3 * DAY, 9 * DAY)), place(1))
    scores = {
        about: Score(about, about, about, tuple(Points(read(each), Fraction(3 * n + 1), "", place(2)) for n, each in enumerate(_POINTS)), place(2))
        for about in ("account", "person")
    }  # fmt: skip
    rules = [rule for rule in _rules(chance, kind, signals, place) if chance.random() < 0.8]
    rivals = Suppression("rival", when=read("account.rival = true"), place=place(40))
    clerks = Suppression("clerk", when=read("person.title = clerk"), about="person", place=place(41))
    boundary = Boundary(
        signals={rule.signal: rule for rule in rules},
        quarantine=chance.choice((0, 0, 4 * DAY)),
        caps=chance.choice(((), (Cap(1, 2 * DAY, "account", place(30)),), (Cap(1, 3 * DAY, "person", place(31)),))),
        suppression=chance.choice(((), (rivals,), (clerks,))),
        hold_out=HoldOut(Fraction(1, 3), str(number), place(50)) if chance.random() < 0.2 else None,
        account_owner=chance.random() < 0.3,
        quarantine_at=place(60),
    )
    hours = chance.choice(({}, dict.fromkeys(range(5), ((9 * 60, 17 * 60),))))
    return Case(
        replace(world, scores={name: score.declaration for name, score in scores.items()}), boundary, signals, UNTIL, scores,
        hours=BusinessTime(world.zone, hours), week_start=chance.choice((0, 6)), **recorded,
    )  # fmt: skip


_POINTS = ("account.employees >= 10", "account.employees >= 100", 'count("Pricing Viewed", 2d) >= 1')


def _rules(chance: Random, kind: str, signals: Mapping[str, Signal], place: Any) -> list[Qualifying]:
    def budget(about: About) -> Budget | None:
        score = chance.choice((None, "account", "person" if about == "person" else "account"))
        return (
            Budget(chance.choice((0, 1, 1, 2)), chance.choice(("day", "week", "month", "month")), score, place(20)) if is_scarce else None
        )

    brief, is_scarce = chance.choice((0, 2 * DAY, 5 * DAY, 9 * DAY)), kind == "queues" or chance.random() < 0.5
    signs = {"need": "enterprise_need", "hand": "raised_hand", "looks": "plain", "questionnaire": "enterprise_need", "none": "none"}
    return [
        Qualifying(
            name, sign, Terms(place=place(10 + number)), brief, chance.choice((None, None, DAY)) if sign == "plain" else None,
            chance.choice((None, 4 * HOUR, 30 * HOUR)) if name in ("questionnaire", "hand") else None, budget(signals[name].about), place(10 + number),
        )
        for number, (name, sign) in enumerate(signs.items())
    ]  # fmt: skip


def _places(path: str) -> Any:
    """Spans of the lines of a file."""
    source = Source(path, "\n" * 99)
    return lambda line: Span(source, line - 1, line - 1)
