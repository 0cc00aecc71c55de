"""What a playbook declares of outcomes, in `product.yaml`: what counts as success, by which signals are judged.

A shape reads everything but selectors and plans: what these may name is known only when all of the file is read. See `declarations.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard, get_args
from typing import Literal as OneOf

from tandem.language.expression.nodes import About, Selector
from tandem.language.problem import Problem
from tandem.language.record import Either, Field, ListOf, Record
from tandem.language.shape import Choice, Located, Placed, Text
from tandem.language.source import Span
from tandem.language.tree import Entries

First = OneOf["ever", "after"]
Turn = OneOf[
    "event", "plan", "created", "stage", "won", "lost", "signed", "touched", "active", "paid", "reduced", "cancelled", "renewed", "expanded"
]  # fmt: skip

_OPPORTUNITY: tuple[Turn, ...] = ("created", "won", "lost")
_SUBSCRIPTION: tuple[Turn, ...] = ("active", "reduced", "cancelled", "renewed", "expanded")
# What CRMs call them by themselves.
_WON, _LOST = ("Closed Won", "Won", "closedwon"), ("Closed Lost", "Lost", "closedlost")


@dataclass(frozen=True)
class Stages:
    """The stages of an opportunity that end it. Names are compared without regard to case; all others are open."""

    won: tuple[str, ...] = _WON
    lost: tuple[str, ...] = _LOST

    def is_won(self, stage: object) -> bool:
        return _is_among(self.won, stage)

    def is_lost(self, stage: object) -> bool:
        return _is_among(self.lost, stage)

    def is_open(self, stage: object) -> bool:
        return not self.is_won(stage) and not self.is_lost(stage)


@dataclass(frozen=True)
class Outcome:
    """Something that happens to a subject. turn: what it is; of an event, its selector; of a plan, which one or any that is higher; of an
    opportunity that comes to a stage, its name.

    first_ever: only the first that a subject ever has counts; else the first after a firing. place: where it stands in its file.
    """

    name: str
    about: About
    turn: Turn
    first_ever: bool
    place: Span
    selector: Selector | None = None
    plan: str = ""
    stage: str = ""

    @property
    def is_of_a_seller(self) -> bool:
        """Whether only somebody who sells brings it about."""
        return self.turn in ("created", "stage", "won", "lost", "signed", "touched")


@dataclass(frozen=True)
class OutcomeSaid:
    """An outcome as it was read. said: the event, the plan, the stage, or the turn of a record."""

    noun: str
    said: Located[str]
    about: About
    first: Located[First] | None

    def outcome(self, name: str, selector: Selector | None) -> Outcome:
        """selector: what an event's text picks."""
        turn: Any = _TURNS.get(self.noun, self.said.value)
        first_ever = self.first.value == "ever" if self.first is not None else self.noun == "payment"
        plan, stage = (self.said.value if self.noun == noun else "" for noun in ("plan", "stage"))
        return Outcome(name, self.about, turn, first_ever, self.said.span, selector, plan, stage)


@dataclass(frozen=True)
class Judged:
    """What `product.yaml` declares for backtests. complete_until: by source, until when it has told all that happened, where it says so.

    touches_per_lead: how many times a seller contacts the people of a lead; None where nobody says.
    """

    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    stages: Stages = field(default_factory=Stages)
    complete_until: Mapping[str, int] = field(default_factory=dict)
    touches_per_lead: float | None = None


def plans_named(outcomes: Iterable[OutcomeSaid]) -> Iterator[Located[str]]:
    return (each.said for each in outcomes if each.noun == "plan")


def is_same_stage(name: str, stage: object) -> bool:
    return _is_among((name,), stage)


def is_named(seller: object) -> TypeGuard[str]:
    """Whether a record names anybody of ours."""
    return isinstance(seller, str) and seller != ""


def _is_among(names: Iterable[str], stage: object) -> bool:
    return isinstance(stage, str) and stage.casefold() in {name.casefold() for name in names}


def _outcome(noun: str) -> Callable[..., OutcomeSaid]:
    def build(about: About, first: Located[First] | None, note: str, **said: Located[str]) -> OutcomeSaid:
        return OutcomeSaid(noun, said[noun], about, first)

    return build


def _check_payment(outcome: OutcomeSaid, node: Entries) -> Iterable[Problem]:
    if outcome.first is not None and outcome.first.value == "after":
        message = "a first payment comes once, so it cannot be the first after a firing"
        yield Problem("contradiction", message, outcome.first.span, "remove `first`", outcome.said.span)


def _check_stages(stages: Stages, node: Entries) -> Iterable[Problem]:
    entry = node.find("lost") or node.find("won")
    both = [stage for stage in stages.lost if stages.is_won(stage)]
    if both and entry is not None:
        yield Problem("contradiction", f"`{both[0]}` means both won and lost", entry.value.span, "keep it in one of the two lists")


# What a key says by itself; of the others its value says it.
_TURNS: dict[str, Turn] = {"event": "event", "plan": "plan", "stage": "stage", "touch": "touched", "payment": "paid"}

# What a key takes, by noun, with what it means.
SAID: dict[str, tuple[Any, str]] = {
    "event": (Text("an event's name, a set, or a selector"), "Somebody did this: an event's name, a set's, or a selector."),
    "plan": (Text("a plan's name"), "This plan is reached, or a higher one."),
    "opportunity": (Choice(_OPPORTUNITY), "created: there is an opportunity. won, lost: it comes to such a stage; see `stages`."),
    "stage": (Text("the name of a stage"), "An opportunity comes to the stage of that name; case does not count."),
    "contract": (Choice(("signed",)), "There is a contract."),
    "touch": (Choice(("made",)), "A seller touched somebody there, whoever began."),
    "subscription": (
        Choice(_SUBSCRIPTION),
        "active: there is one that is paid for, and was none. reduced, expanded: less or more is paid each month. cancelled: nothing is paid any more. renewed: the renewal's date moves on.",
    ),
    "payment": (Choice(("first",)), "The first time that anything is paid: by a subscription with an amount, or an invoice that is paid."),
}


def _record(noun: str) -> Record[OutcomeSaid]:
    shape, doc = SAID[noun]
    return Record(
        _outcome(noun),
        "an outcome",
        {
            noun: Field(Placed(shape), doc, required=True),
            "about": Field(Choice(get_args(About)), "Whose it is: a person's, a workspace's or an account's; account if absent.", default="account"),
            "first": Field(
                Placed(Choice(get_args(First))),
                "ever: only the first that a subject ever has counts, and who has had it is left out. after: the first after a firing, also "
                "where there were others before; so if absent, but a payment's is ever.",
            ),
            "note": Field(Text("a note"), "Why it counts as success.", default=""),
        },
        check=_check_payment if noun == "payment" else None,
    )  # fmt: skip


OUTCOME = Either([_record(noun) for noun in SAID])
STAGES = Record(
    Stages,
    "stages that end an opportunity",
    {
        "won": Field(
            ListOf(Text("a stage"), least=1, distinct=True),
            "The stages that mean won; Closed Won, Won and closedwon if absent.",
            default=_WON,
        ),
        "lost": Field(
            ListOf(Text("a stage"), least=1, distinct=True),
            "The stages that mean lost; Closed Lost, Lost and closedlost if absent.",
            default=_LOST,
        ),
    },
    check=_check_stages,
)
