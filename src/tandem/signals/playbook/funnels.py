"""What a playbook declares of funnels, in `product.yaml`: one for each motion, and the path of an account over the four stages of a hybrid.

A stage is an occurrence: what outcomes are, in the same words, or a firing of a signal. Shapes read everything but selectors; see
`outcomes.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args
from typing import Literal as OneOf

from tandem.language.expression.nodes import EventName, Selector
from tandem.language.expression.show import show
from tandem.language.record import Either, Field, ListOf, Record
from tandem.language.shape import As, Choice, Length, Located, Placed, Text
from tandem.language.source import Span
from tandem.language.tree import Entries, Items, Node, Scalar
from tandem.signals.playbook.outcomes import SAID, Outcome, OutcomeSaid
from tandem.values.durations import Duration
from tandem.values.instants import DAY, MINUTE

Motion = OneOf["self_serve", "sales_assist", "sales_led"]
MOTIONS: tuple[Motion, ...] = ("self_serve", "sales_assist", "sales_led")
# An account does a thousand things between two stages, so that none may end an attempt; and an entry needs a stage that is the first.
Walking = OneOf["ordered", "first_start_only"]
PathStage = OneOf["adoption", "signal", "contract", "renewal"]
PATH_STAGES: tuple[PathStage, ...] = ("adoption", "signal", "contract", "renewal")
STAGES_MOST = 20


@dataclass(frozen=True)
class Stage:
    """What takes an account there: any of these outcomes, or a firing of any of these signals. signals: by name, for whomever of the account.

    is_qualifying: the signals are those that qualify, which the boundary says.
    """

    outcomes: tuple[Outcome, ...] = ()
    signals: tuple[str, ...] = ()
    is_qualifying: bool = False

    @property
    def name(self) -> str:
        said = [*map(_name_of, self.outcomes), *(f"signal {name}" for name in self.signals)]
        return "a qualifying signal" if self.is_qualifying else " or ".join(said)


@dataclass(frozen=True)
class MotionFunnel:
    """within: how long an attempt may take from its beginning, both ends in."""

    motion: Motion
    stages: tuple[Stage, ...]
    within: Duration
    order: Walking = "ordered"


@dataclass(frozen=True)
class Path:
    """stages: the four, in the order of PATH_STAGES. within: of each but the first, how long after the stage before it may come."""

    stages: tuple[Stage, ...]
    within: tuple[Duration, ...]


@dataclass(frozen=True)
class Declared:
    """funnels: of the motions that have one. path: None where none is declared."""

    funnels: Mapping[Motion, MotionFunnel] = field(default_factory=dict)
    path: Path | None = None


# As it was read.


@dataclass(frozen=True)
class StageSaid:
    outcomes: tuple[OutcomeSaid, ...] = ()
    signals: tuple[Located[str], ...] = ()

    def stage(self, picked: Mapping[Span, Selector]) -> Stage:
        """picked: what the text at each place picks."""
        outcomes = tuple(each.outcome("", picked.get(each.said.span)) for each in self.outcomes)
        return Stage(outcomes, tuple(each.value for each in self.signals))


@dataclass(frozen=True)
class FunnelSaid:
    stages: tuple[StageSaid, ...]
    within: Duration
    order: Walking


@dataclass(frozen=True)
class PathSaid:
    """signal: None for those that qualify."""

    adoption: StageSaid
    signal: StageSaid | None
    contract: StageSaid
    renewal: StageSaid
    within: tuple[Duration, ...]

    @property
    def stages(self) -> tuple[StageSaid, ...]:
        return (self.adoption, self.signal or StageSaid(), self.contract, self.renewal)


@dataclass(frozen=True)
class Said:
    funnels: Mapping[Motion, FunnelSaid] = field(default_factory=dict)
    path: PathSaid | None = None

    def declared(self, picked: Mapping[Span, Selector]) -> Declared:
        funnels = {
            motion: MotionFunnel(motion, tuple(each.stage(picked) for each in said.stages), said.within, said.order)
            for motion, said in self.funnels.items()
        }
        return Declared(funnels, None if self.path is None else _path(self.path, picked))

    @property
    def stages(self) -> Iterator[StageSaid]:
        for funnel in self.funnels.values():
            yield from funnel.stages
        yield from () if self.path is None else self.path.stages

    @property
    def outcomes(self) -> Iterator[OutcomeSaid]:
        return (outcome for stage in self.stages for outcome in stage.outcomes)

    @property
    def signals(self) -> Iterator[Located[str]]:
        return (signal for stage in self.stages for signal in stage.signals)


def _path(said: PathSaid, picked: Mapping[Span, Selector]) -> Path:
    stages = [each.stage(picked) for each in said.stages]
    if said.signal is None:
        stages[1] = Stage(is_qualifying=True)
    return Path(tuple(stages), said.within)


def _name_of(outcome: Outcome) -> str:
    match outcome.turn:
        case "event":
            assert outcome.selector is not None, outcome
            return selector_name(outcome.selector)
        case "plan":
            return f"plan {outcome.plan}"
        case "created" | "won" | "lost":
            return f"opportunity {outcome.turn}"
        case "stage":
            return f"opportunity in {outcome.stage}"
        case "signed":
            return "contract signed"
        case "touched":
            return "touched by a seller"
        case "paid":
            return "first payment"
    return f"subscription {outcome.turn}"


def selector_name(selector: Selector) -> str:
    return selector.name if isinstance(selector, EventName) and selector.where is None else show(selector)


def stage_events_in(product: Node | None) -> list[Scalar]:
    """The text of every stage that is an event, as far as it is a text."""
    funnels, path = ((product.find(key) if isinstance(product, Entries) else None) for key in ("funnels", "path"))
    found: list[Node] = []
    for funnel in _values(None if funnels is None else funnels.value):
        stages = funnel.find("stages") if isinstance(funnel, Entries) else None
        found += stages.value.items if stages is not None and isinstance(stages.value, Items) else ()
    if path is not None and isinstance(path.value, Entries):
        found += [each.value for each in path.value.entries if each.key.text in PATH_STAGES]
    return [text for stage in found for each in _alternatives(stage) if (text := _event_in(each)) is not None]


def _values(node: Node | None) -> list[Node]:
    return [each.value for each in node.entries] if isinstance(node, Entries) else []


def _alternatives(stage: Node) -> list[Node]:
    return list(stage.items) if isinstance(stage, Items) else [stage]


def _event_in(node: Node) -> Scalar | None:
    entry = node.find("event") if isinstance(node, Entries) else None
    said = node if entry is None else entry.value
    return said if isinstance(said, Scalar) and isinstance(said.value, str) else None


# Shapes.


def _one(noun: str) -> Record[StageSaid]:
    shape, doc = SAID[noun]

    def build(**said: Located[str]) -> StageSaid:
        return StageSaid((OutcomeSaid(noun, said[noun], "account", None),))

    return Record(build, "a stage", {noun: Field(Placed(shape), doc, required=True)})


def _fired(signal: Located[str]) -> StageSaid:
    return StageSaid((), (signal,))


def _together(said: StageSaid | tuple[StageSaid, ...]) -> StageSaid:
    if isinstance(said, StageSaid):
        return said
    return StageSaid(tuple(one for each in said for one in each.outcomes), tuple(one for each in said for one in each.signals))


def _event(said: Located[str]) -> StageSaid:
    return StageSaid((OutcomeSaid("event", said, "account", None),))


_EVENT: As[Any, StageSaid] = As(Placed(Text("an event's name, a set, or a selector")), _event)
_SIGNAL = Record(
    _fired, "a stage", {"signal": Field(Placed(Text("a signal's name")), "This signal fires, for anybody of the account.", required=True)}
)
_ONE: Either[StageSaid] = Either([_EVENT, *map(_one, SAID), _SIGNAL])
STAGE: As[Any, StageSaid] = As(Either[Any]([_ONE, ListOf(_ONE, least=1)]), _together, "a stage")

_FUNNEL = Record(
    FunnelSaid,
    "the funnel of a motion",
    {
        "stages": Field(
            ListOf(STAGE, least=2, most=STAGES_MOST),
            "The stages, first to last, each an event or what happens to a record: `[Signed Up, {opportunity: created}]`. One that is a list "
            "is reached by any of it.",
            required=True,
        ),
        "within": Field(
            Length(least=MINUTE), "How long an account may take from the first stage to the last, both ends in.", required=True
        ),
        "order": Field(
            Choice(get_args(Walking)),
            "ordered: of all beginnings the one counts that gets furthest. first_start_only: the first one; ordered if absent.",
            default="ordered",
        ),
    },
)
_FUNNEL_DOCS: dict[Motion, str] = {
    "self_serve": "Of accounts that nobody of ours had touched for 90 days when they began.",
    "sales_assist": "Of accounts that a seller had touched in the 90 days before they began, or then.",
    "sales_led": "Of accounts that had an open or won opportunity with a seller when they began, or had it then.",
}


def _funnels(**said: FunnelSaid | None) -> dict[Motion, FunnelSaid]:
    return {motion: found for motion in MOTIONS if (found := said[motion]) is not None}


FUNNELS = Record(_funnels, "a funnel for each motion", {motion: Field(_FUNNEL, _FUNNEL_DOCS[motion]) for motion in MOTIONS})


def _within(**said: Duration) -> tuple[Duration, ...]:
    return tuple(said[name] for name in PATH_STAGES[1:])


_LENGTHS: dict[PathStage, tuple[Duration, str]] = {
    "signal": (180 * DAY, "After adoption; 180d if absent."),
    "contract": (180 * DAY, "After the signal; 180d if absent."),
    "renewal": (400 * DAY, "After the contract; 400d if absent."),
}
_WITHIN = Record(
    _within,
    "how long each stage may take",
    {name: Field(Length(least=MINUTE), doc, default=length) for name, (length, doc) in _LENGTHS.items()},
)
PATH = Record(
    PathSaid,
    "the path of an account",
    {
        "adoption": Field(STAGE, "A team has adopted the product: a milestone, or a signal of use such as `{signal: team_takeoff}`.", required=True),
        "signal": Field(
            STAGE,
            "A need shows that only sales can meet. If absent: a signal that the boundary lets open a lead fires; without a boundary, one of "
            "kind `intent` or `hand_raise`.",
        ),
        "contract": Field(
            STAGE,
            "Whoever decides there about money has bought: `[{contract: signed}, {opportunity: won}]`, whichever comes first.",
            required=True,
        ),
        "renewal": Field(STAGE, "They stay: `{subscription: renewed}`.", required=True),
        "within": Field(
            _WITHIN,
            "How long after the stage before it each may come, both ends in: who does not is lost, who still may is open.",
            default=tuple(length for length, _ in _LENGTHS.values()),
        ),
    },
)  # fmt: skip
