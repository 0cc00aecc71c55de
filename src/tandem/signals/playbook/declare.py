"""What a playbook declares of signals: `signals/*.yaml` and `icp.yaml`, as frozen values and as shapes that read them.

A shape reads everything but conditions: what these may name is known only when all files are read. See `declarations.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal as OneOf
from typing import get_args

from tandem.language.expression.nodes import SCALE, About, Condition
from tandem.language.problem import Problem
from tandem.language.record import Either, Field, ListOf, MapOf, Record
from tandem.language.shape import As, Choice, Length, Located, Number, Placed, Text
from tandem.language.source import Span
from tandem.language.tree import Entries, Scalar
from tandem.signals.playbook.expectation import check_expectation
from tandem.signals.playbook.given import check_given
from tandem.signals.world import ScoreDeclaration
from tandem.values.durations import Duration, show_duration
from tandem.values.instants import DAY

Kind = OneOf["account", "usage", "intent", "hand_raise"]

COOLDOWN: Duration = 30 * DAY


@dataclass(frozen=True)
class SignalTest:
    """given: facts in the notation of tests. expect: of the only subject there can be (key None), or of each that is named."""

    given: Located[str]
    expect: Mapping[str | None, Located[str]]


@dataclass(frozen=True)
class Signal:
    """A condition with a name. place: where `when` stands in its file, for whoever must show the line that decided."""

    name: str
    title: str
    kind: Kind
    about: About
    when: Condition
    cooldown: Duration
    place: Span
    tests: tuple[SignalTest, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Points:
    """One line of a score: what it gives while its condition is true. points: exact to six decimals; negative ones take away."""

    when: Condition
    points: Fraction
    title: str
    place: Span


@dataclass(frozen=True)
class Score:
    name: str
    title: str
    about: About
    points: tuple[Points, ...]
    place: Span

    @property
    def declaration(self) -> ScoreDeclaration:
        return ScoreDeclaration(tuple((line.when, line.points) for line in self.points))


@dataclass(frozen=True)
class Tier:
    name: str
    when: Condition
    place: Span


@dataclass(frozen=True)
class Target:
    """A named account that sales wants. account: its id, or its domain. owner, tier, segment: empty where nobody says."""

    account: str
    owner: str = ""
    tier: str = ""
    segment: str = ""


@dataclass(frozen=True)
class Icp:
    """The ideal customer. tiers: the first true one is the account's `icp_tier`. targets: these accounts are `is_target`."""

    tiers: tuple[Tier, ...] = ()
    targets: tuple[Target, ...] = ()


# What stands in the files.


@dataclass(frozen=True)
class SignalSaid:
    """A signal as it was read, its condition still a text."""

    title: str
    kind: Kind
    about: About
    when: Located[str]
    cooldown: Duration
    tests: tuple[SignalTest, ...]
    note: str


@dataclass(frozen=True)
class PointsSaid:
    when: Located[str]
    points: Fraction
    title: str


@dataclass(frozen=True)
class ScoreSaid:
    title: str
    about: About
    points: tuple[PointsSaid, ...]
    note: str


@dataclass(frozen=True)
class SignalsFile:
    signals: Mapping[str, SignalSaid] = field(default_factory=dict)
    scores: Mapping[str, ScoreSaid] = field(default_factory=dict)


@dataclass(frozen=True)
class TierSaid:
    name: Located[str]
    when: Located[str]


@dataclass(frozen=True)
class IcpFile:
    tiers: tuple[TierSaid, ...] = ()
    targets: tuple[Located[Target], ...] = ()


def _points(number: float) -> Fraction:
    exact = Fraction(Decimal(repr(number)))
    if (exact * SCALE).denominator != 1:
        raise ValueError(f"`{number}` has more than six decimals")
    return exact


def _expect(said: Located[str] | dict[str, Located[str]]) -> dict[str | None, Located[str]]:
    return {None: said} if isinstance(said, Located) else dict(said.items())


def _check_test(test: SignalTest, node: Entries) -> Iterable[Problem]:
    """Mistakes of notation are told with all others, whether the test can run or not."""
    for said, check in [(test.given, check_given), *((said, check_expectation) for said in test.expect.values())]:
        assert isinstance(said.node, Scalar), "both are texts"
        yield from check(said.node)


def _target(said: str | Target) -> Target:
    return said if isinstance(said, Target) else Target(said)


def _check_icp(icp: IcpFile, node: Entries) -> Iterable[Problem]:
    """Names of tiers differ, and no account is named twice."""
    places: list[tuple[str, str, Span]] = [("tier", tier.name.value, tier.name.span) for tier in icp.tiers]
    places += [("target", target.value.account, target.span) for target in icp.targets]
    first: dict[tuple[str, str], Span] = {}
    for noun, name, place in places:
        if (noun, name) in first:
            yield Problem("repeated_name", f"the {noun} `{name}` stands twice", place, "keep one of the two", first[noun, name])
        first.setdefault((noun, name), place)


_NAME = Text("a name of small letters, digits and `_`, such as `team_takeoff`", r"[a-z][a-z0-9_]*")
_ABOUT = Field(Choice(get_args(About)), "Whose condition it is: each person, each workspace, or each account.", required=True)
_WHEN = Placed(Text("a condition such as `people(any, 7d) >= 10`"))
_EXPECTED = Placed(Text("steps such as `on from 2026-03-09 until 2026-03-15`, or `never on`"))

TEST = Record(
    SignalTest,
    "a test",
    {
        "given": Field(
            Placed(Text("facts, one a line, such as `2026-03-01 Signed Up by ann @acme`")),
            "What happened, one fact a line, in the notation that `tandem facts` prints; times are the company's.",
            required=True,
        ),
        "expect": Field(
            As(Either((_EXPECTED, MapOf(Text("a subject's id"), _EXPECTED, least=1))), _expect, "steps"),
            "When the signal is on: `on from 2026-03-09 until 2026-03-15, from 2026-04-02`, or `never on`. Where several could be meant, a map "
            "from subject to steps.",
            required=True,
        ),
    },
    check=_check_test,
)
SIGNAL = Record(
    SignalSaid,
    "a signal",
    {
        "title": Field(Text("a title"), "What it says, in a few words, as people read it in their inbox.", required=True),
        "kind": Field(
            Choice(get_args(Kind)),
            "account: who they are. usage: what they do in the product. intent: signs of a company's need. hand_raise: they ask for us.",
            required=True,
        ),
        "about": _ABOUT,
        "when": Field(_WHEN, "The condition under which it is on.", required=True),
        "cooldown": Field(
            Length(), f"How long after it fired for somebody it does not fire again; {show_duration(COOLDOWN)} if absent.", default=COOLDOWN
        ),
        "tests": Field(ListOf(TEST), "Small histories and what is expected of them; `tandem check` runs them.", default=()),
        "note": Field(Text("a note"), "Why it is as it is, for whoever changes it next.", default=""),
    },
)
POINTS = Record(
    PointsSaid,
    "a line of a score",
    {
        "when": Field(_WHEN, "The condition under which it gives its points.", required=True),
        "points": Field(
            As(Number(-1_000_000, 1_000_000), _points, "a number with at most six decimals"),
            "What it gives while the condition is true; a negative number takes away.",
            required=True,
        ),
        "title": Field(Text("a title"), "What the line says, where the condition is not clear by itself.", default=""),
    },
)
SCORE = Record(
    ScoreSaid,
    "a score",
    {
        "title": Field(Text("a title"), "What it says, in a few words.", required=True),
        "about": _ABOUT,
        "points": Field(
            ListOf(POINTS, least=1),
            "The lines of the score; it is the sum of those that are true.",
            required=True,
        ),
        "note": Field(Text("a note"), "Why it is as it is, for whoever changes it next.", default=""),
    },
    refused={"model": "a score is the sum of the `points` that it declares; there are no learnt ones"},
)
SIGNALS = Record(
    SignalsFile,
    "signals and scores",
    {
        "signals": Field(MapOf(_NAME, SIGNAL), "Conditions, by their names.", default={}),
        "scores": Field(MapOf(_NAME, SCORE), "Sums of points, by their names: `score(fit) >= 30`.", default={}),
    },
)
TIER = Record(
    TierSaid,
    "a tier",
    {
        "name": Field(Placed(Text("the tier's name")), "The tier's name, as `account.icp_tier` has it.", required=True),
        "when": Field(_WHEN, "The condition on an account under which it is of this tier.", required=True),
    },
)
_TARGET = Record(
    Target,
    "a named account",
    {
        "account": Field(Text("an account's id or domain"), "The account's id, or its domain.", required=True),
        "owner": Field(Text("a seller"), "Who of ours works on it.", default=""),
        "tier": Field(Text("a tier"), "How much it is wanted, by your own names.", default=""),
        "segment": Field(Text("a segment"), "To which part of the market it belongs.", default=""),
    },
)
ICP = Record(
    IcpFile,
    "the ideal customer",
    {
        "tiers": Field(
            ListOf(TIER), "How well an account fits, best first: the first whose condition is true is `account.icp_tier`.", default=()
        ),
        "targets": Field(
            ListOf(Placed(As(Either((Text("an account's id or domain"), _TARGET)), _target, "a named account"))),
            "The accounts that sales wants, by id or domain: of these `account.is_target` is true.",
            default=(),
        ),
    },
    check=_check_icp,
)
