"""How soon a condition can be true for a subject that has just begun: a bound that is never too late, though it may be too early.

It takes for granted that facts are known when they occur. Where nothing is sure, the answer is 0.
"""

from __future__ import annotations

from collections.abc import Mapping

from tandem.language.expression.nodes import (
    SCALE,
    And,
    Arithmetic,
    Comparison,
    Condition,
    Held,
    IsUnknown,
    Literal,
    Measure,
    Membership,
    Not,
    Or,
    Previous,
    SignalRef,
    Since,
    Value,
)
from tandem.values.durations import Duration
from tandem.values.instants import DAY, HOUR

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


def soonest(condition: Condition, signals: Mapping[str, Condition]) -> Duration:
    """The least time from a subject's beginning after which the condition may be true. signals: those that it may ask, without a circle."""
    return _soonest(condition, True, signals)


def _soonest(condition: Condition, truth: bool, signals: Mapping[str, Condition]) -> Duration:
    match condition:
        case And() | Or():
            parts = [_soonest(part, truth, signals) for part in condition.parts]
            return max(parts) if isinstance(condition, And) == truth else min(parts)
        case Not():
            return _soonest(condition.part, not truth, signals)
        case Held():
            inside = _soonest(condition.condition, truth, signals)
            # Before its subject's beginning a condition is unknown.
            return inside + condition.length if truth else inside
        case SignalRef() if truth and condition.name in signals:
            return _soonest(signals[condition.name], True, signals)
        case Comparison():
            known = max(_known(condition.left), _known(condition.right))
            return max(known, _reached(condition)) if truth else known
        case Membership():
            return _known(condition.value)
        case IsUnknown() if condition.negated == truth:
            return _known(condition.value)
    return 0


def _known(value: Value) -> Duration:
    """From when on the value can be known."""
    match value:
        case Previous():
            return value.measure.window or 0
        case Arithmetic():
            return max(_known(value.left), _known(value.right))
    return 0


def _reached(test: Comparison) -> Duration:
    """From when on a measure that grows with time can have grown enough."""
    value, sign, limit = test.left, str(test.sign), test.right
    if isinstance(value, Literal):
        value, sign, limit = test.right, _MIRRORED[sign], test.left
    if not isinstance(limit, Literal) or sign not in (">", ">=", "=") or not isinstance(limit.value, int):
        return 0
    match value:
        case Since() if limit.kind == "duration":
            return limit.value
        case Measure(function="days") if limit.kind == "number":
            days = limit.value // SCALE + 1 if sign == ">" else -(-limit.value // SCALE)
            # The first and the last day may be short, and clocks may have been set forward between them.
            return max(0, (days - 2) * DAY - HOUR)
    return 0
