"""The tests and values of a condition as people read them: what it compares, and what each of that was for somebody at an instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tandem.language.expression.check import check
from tandem.language.expression.nodes import (
    And,
    Arithmetic,
    Comparison,
    Condition,
    Expression,
    FieldRef,
    IsUnknown,
    Literal,
    Membership,
    Not,
    Or,
    Until,
    Value,
)
from tandem.language.expression.show import show
from tandem.language.expression.units import Names, Unit
from tandem.signals.playbook.declare import Signal
from tandem.signals.world import Answer, Unknown
from tandem.values.durations import tell_duration
from tandem.values.instants import DAY, Instant

if TYPE_CHECKING:
    from tandem.signals.fold import Fold


def tests_of(condition: Condition) -> Iterator[Condition]:
    """What `and`, `or` and `not` join, in the order of the text."""
    match condition:
        case And() | Or():
            for part in condition.parts:
                yield from tests_of(part)
        case Not():
            yield from tests_of(condition.part)
        case _:
            yield condition


def values_of(condition: Condition) -> list[Value]:
    """What the tests compare, each once, and what that is counted from: measures and fields, not literals."""
    counted = (value for side in compared_in(condition) for value in _counted(side))
    return list(dict.fromkeys(value for value in counted if _has_value(value)))


def compared_in(condition: Condition) -> list[Value]:
    """What the tests compare, each once."""
    found: dict[Value, None] = {}
    for test in tests_of(condition):
        sides: Sequence[Expression] = ()
        match test:
            case Comparison():
                sides = (test.left, test.right)
            case Membership() | IsUnknown():
                sides = (test.value,)
        found |= {side: None for side in sides if _has_value(side)}  # type: ignore[misc]
    return list(found)


def _counted(side: Value) -> Iterator[Value]:
    if isinstance(side, Arithmetic):
        yield from _counted(side.left)
        yield from _counted(side.right)
    yield side


def _has_value(value: Expression) -> bool:
    """`any` and `all` ask workspaces one by one, and have no one value."""
    ref = value.field if isinstance(value, Until) else value
    return not isinstance(value, Literal) and not (isinstance(ref, FieldRef) and ref.roll_up in ("any", "all"))


def sentence(fold: Fold, names: Names, signal: Signal, subject: int, at: Instant) -> str:
    """The signal's title, and what its condition compared at an instant: `Asks for a person: count("Contact Sales Clicked", 7d) = 1`."""
    alone, types = fold.alone(signal.about, subject), check(signal.when, names, signal.about)
    told = [f"{show(value)} = {_in_short(alone.answer(value, at), types.type_of(value).unit)}" for value in compared_in(signal.when)]
    return signal.title + (f": {', '.join(told)}" if told else "")


def _in_short(answer: Answer, unit: Unit) -> str:
    """Two decimals, and of a length its two greatest units: nobody calls by the second."""
    if isinstance(answer, Fraction) and unit == "duration":
        return " ".join(tell(answer, unit).split()[:2])
    if isinstance(answer, Fraction) and unit != "date":
        return f"{float(answer):.2f}".rstrip("0").rstrip(".")
    return tell(answer, unit)


def tell(answer: Answer, unit: Unit) -> str:
    """An answer as people read it."""
    found = said(answer, unit)
    return "unknown" if found is None else str(found).lower() if isinstance(found, bool) else str(found)


def said(answer: Answer, unit: Unit) -> Any:
    """An answer as JSON has it: a whole number plain, another as a decimal, a length and a day as text; null where it is unknown."""
    if isinstance(answer, Unknown):
        return None
    if isinstance(answer, Fraction):
        if unit == "duration":
            return tell_duration(int(answer))
        if unit == "date":
            return date.fromordinal(int(answer) // DAY).isoformat()
        return int(answer) if answer.denominator == 1 else float(answer)
    return answer
