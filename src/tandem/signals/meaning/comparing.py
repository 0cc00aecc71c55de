"""Answers beside each other: how they compare and are counted, and what several truths say together. No world is asked here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

from tandem.signals.world import UNKNOWN, Answer
from tandem.values.instants import DAY


def compare_answers(left: Answer, sign: str, right: Answer) -> bool | None:
    """None where either is unknown, or of another type, or where which is more is asked of texts and flags."""
    one, other = counted(left) or left, counted(right) or right
    if one is UNKNOWN or other is UNKNOWN or type(one) is not type(other):
        return None
    if sign in ("=", "!="):
        return (one == other) == (sign == "=")
    if not isinstance(one, Fraction) or not isinstance(other, Fraction):
        return None
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[sign]


def counted(one: Answer) -> Fraction | None:
    """What can be counted with: a number, or a date as the microseconds until its beginning on a calendar whose days have 24 hours."""
    if isinstance(one, date):
        return Fraction(one.toordinal() * DAY)
    return one if isinstance(one, Fraction) else None


def height(order: Sequence[str], one: Answer) -> tuple[str, int, Answer]:
    """What is the highest: of texts the last in an order."""
    return type(one).__name__, order.index(one) if isinstance(one, str) and one in order else -1, one


# Truths, of which None is unknown.


def every(truths: Iterable[bool | None]) -> bool | None:
    """Kleene's `and`."""
    seen = set(truths)
    return False if False in seen else None if None in seen else True


def some(truths: Iterable[bool | None]) -> bool | None:
    """Kleene's `or`."""
    seen = set(truths)
    return True if True in seen else None if None in seen else False


def opposite(truth: bool | None) -> bool | None:
    return None if truth is None else not truth
