"""What an expression reads, and whether signals, scores and tiers ask each other in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tandem.language.expression.nodes import (
    Any,
    EventName,
    Expression,
    FieldRef,
    RecordMeasure,
    Score,
    SetName,
    SignalRef,
    parts_of,
)
from tandem.language.problem import Problem, sort_problems


@dataclass(frozen=True)
class Used:
    """The names that an expression reads. any_event: it asks about `any`. fields: paths as written, without their roll-ups.
    records: the kinds whose versions it counts."""

    any_event: bool
    events: frozenset[str]
    sets: frozenset[str]
    fields: frozenset[tuple[str, ...]]
    records: frozenset[str]
    signals: frozenset[str]
    scores: frozenset[str]


def names_used(expression: Expression) -> Used:
    """All names in an expression, wherever they stand in it; what a signal or a score reads in turn is not followed."""
    nodes = tuple(nodes_of(expression))
    return Used(
        any_event=any(isinstance(node, Any) for node in nodes),
        events=frozenset(node.name for node in nodes if isinstance(node, EventName)),
        sets=frozenset(node.name for node in nodes if isinstance(node, SetName)),
        fields=frozenset(node.path for node in nodes if isinstance(node, FieldRef)),
        records=frozenset(node.record for node in nodes if isinstance(node, RecordMeasure)),
        signals=frozenset(node.name for node in nodes if isinstance(node, SignalRef)),
        scores=frozenset(node.name for node in nodes if isinstance(node, Score)),
    )


def nodes_of(expression: Expression) -> Iterator[Expression]:
    """The expression and all below it, from the outside in, in the order of the text."""
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(parts_of(node))


def find_cycles(
    signals: Mapping[str, Expression], scores: Mapping[str, Iterable[Expression]] | None = None, tiers: Iterable[Expression] = ()
) -> tuple[Problem, ...]:
    """A problem for each circle in which what is declared asks each other, at the question that closes it.

    signals: every declared signal by its name; scores: the conditions of each; tiers: those that decide `account.icp_tier`. One problem
    names the whole circle; what stands in several circles is told until one is cut.
    """
    declared: dict[_Asked, tuple[Expression, ...]] = {
        **{_Asked("signal", name): (condition,) for name, condition in signals.items()},
        **{_Asked("score", name): tuple(conditions) for name, conditions in (scores or {}).items()},
    }
    asks_tier = tuple(tiers)
    if asks_tier:
        declared[_TIER] = asks_tier
    asked = {one: list(_questions(conditions, declared)) for one, conditions in declared.items()}
    done: set[_Asked] = set()
    problems: list[Problem] = []
    for start in sorted(declared):
        trail: list[_Asked] = []
        waiting: list[tuple[_Asked, Iterator[tuple[_Asked, Expression]]]] = []
        if start not in done:
            trail, waiting = [start], [(start, iter(asked[start]))]
        while waiting:
            one, questions = waiting[-1]
            question = next(questions, None)
            if question is None:
                done.add(one)
                waiting.pop()
                trail.pop()
            elif question[0] in trail:
                circle = [*trail[trail.index(question[0]) :], question[0]]
                problems.append(_cycle(circle, question[1]))
            elif question[0] not in done:
                trail.append(question[0])
                waiting.append((question[0], iter(asked[question[0]])))
    return sort_problems(problems)


class _Asked(NamedTuple):
    """Something declared that others may ask."""

    noun: str
    name: str


_TIER = _Asked("tier", "account.icp_tier")


def _questions(conditions: Iterable[Expression], declared: Mapping[_Asked, object]) -> Iterator[tuple[_Asked, Expression]]:
    for node in (node for condition in conditions for node in nodes_of(condition)):
        match node:
            case SignalRef():
                one = _Asked("signal", node.name)
            case Score():
                one = _Asked("score", node.name)
            case FieldRef(path=("icp_tier",) | ("account", "icp_tier")):
                one = _TIER
            case _:
                continue
        if one in declared:
            yield one, node


def _cycle(circle: list[_Asked], question: Expression) -> Problem:
    if len(circle) == 2:
        one = circle[0]
        message = "a tier asks for the tier, which it is to decide" if one == _TIER else f"the {one.noun} `{one.name}` asks itself"
        return Problem("signal_cycle", message, question.span, "write out what it should ask")
    alike = {one.noun for one in circle} == {"signal"}
    way = ", which asks ".join(f"`{one.name}`" if alike or one == _TIER else f"the {one.noun} `{one.name}`" for one in circle)
    return Problem(
        "signal_cycle",
        f"{'signals' if alike else 'declarations'} ask each other in a circle: {way}",
        question.span,
        "let one of them ask what the other asks, instead of the other",
    )
