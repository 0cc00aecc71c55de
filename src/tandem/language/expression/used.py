"""What an expression reads, and whether signals ask each other in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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


def find_cycles(signals: Mapping[str, Expression]) -> tuple[Problem, ...]:
    """A problem for each circle in which declared signals ask each other, at the question that closes it.

    signals: every declared signal by its name. One problem names the whole circle; a signal in several circles is told until one is cut.
    """
    asked = {name: [node for node in nodes_of(signals[name]) if isinstance(node, SignalRef) and node.name in signals] for name in signals}
    done: set[str] = set()
    problems: list[Problem] = []
    for start in sorted(signals):
        trail: list[str] = []
        waiting: list[tuple[str, Iterator[SignalRef]]] = []
        if start not in done:
            trail, waiting = [start], [(start, iter(asked[start]))]
        while waiting:
            name, questions = waiting[-1]
            question = next(questions, None)
            if question is None:
                done.add(name)
                waiting.pop()
                trail.pop()
            elif question.name in trail:
                circle = [*trail[trail.index(question.name) :], question.name]
                problems.append(_cycle(circle, question))
            elif question.name not in done:
                trail.append(question.name)
                waiting.append((question.name, iter(asked[question.name])))
    return sort_problems(problems)


def _cycle(circle: list[str], question: SignalRef) -> Problem:
    if len(circle) == 2:
        return Problem("signal_cycle", f"the signal `{question.name}` asks itself", question.span, "write out what it should ask")
    way = ", which asks ".join(f"`{name}`" for name in circle)
    return Problem(
        "signal_cycle",
        f"signals ask each other in a circle: {way}",
        question.span,
        "let one of them ask what the other asks, instead of the other",
    )
