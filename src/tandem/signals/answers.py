"""Answers that are told apart, not counted with (texts, flags, whatever a property may hold), as codes; and numbers as fixed point.

Raw JSON values and typed answers have a code each, so that what a value is, is asked once for each distinct value and not for each row.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from threading import Lock
from typing import Any, Generic, TypeVar, cast

import msgspec
import numpy as np
import numpy.typing as npt

from tandem.language.expression.nodes import SCALE
from tandem.signals.meaning.comparing import counted, height
from tandem.signals.world import UNKNOWN as NO_ANSWER
from tandem.signals.world import Answer, Declared, Type, read_date, typed
from tandem.timeline.kernels import UNKNOWN, Longs
from tandem.timeline.steps import Steps, compressed
from tandem.values.instants import DAY

T = TypeVar("T")


class Codes(Generic[T]):
    """Distinct values by code, in the order in which they were first seen. What is nothing has the code UNKNOWN."""

    def __init__(self, key: Callable[[T], Hashable]) -> None:
        self.values: list[T] = []
        self._key = key
        self._adding = Lock()
        self._codes: dict[Hashable, int] = {}

    def code(self, value: T) -> int:
        key = self._key(value)
        found = self._codes.get(key)
        if found is None:
            with self._adding:
                found = self._codes.get(key)
                if found is None:
                    self.values.append(value)
                    found = self._codes[key] = len(self.values) - 1
        return found


class Answers:
    """The codes of one evaluation. raw: JSON values. typed: texts, flags, dates and numbers as conditions compare them."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self.raw: Codes[Any] = Codes(_raw_key)
        self.typed: Codes[Answer] = Codes(lambda answer: (type(answer), answer))

    def raw_codes(self, values: Iterable[Any]) -> Longs:
        """(values,) a code each; null has none."""
        return np.array([UNKNOWN if value is None else self.raw.code(value) for value in values], np.int64)

    def numbers(self, values: Sequence[Any], wanted: Type) -> Longs:
        """(values,) each as a number in millionths, or as the microseconds until its day on a calendar whose days have 24 hours."""
        return np.array([self._number(typed(cast(Any, self.declared), value, wanted)) for value in values], np.int64)

    def _number(self, answer: Answer) -> int:
        if isinstance(answer, date):
            return answer.toordinal() * DAY
        return int(answer * SCALE) if isinstance(answer, Fraction) else UNKNOWN

    def codes(self, values: Sequence[Any], wanted: Type | None) -> Longs:
        """(values,) each as the code of what it is as an answer of that type."""
        answers = (typed(cast(Any, self.declared), value, wanted) for value in values)
        return np.array([UNKNOWN if answer is NO_ANSWER else self.typed.code(answer) for answer in answers], np.int64)

    def instants(self, values: Sequence[Any]) -> Longs:
        """(values,) each as the instant at which a date field stands."""
        found = (read_date(cast(Any, self.declared), value) for value in values)
        return np.array([UNKNOWN if at is None else at for at in found], np.int64)

    def heights(self, order: Sequence[str]) -> tuple[Longs, Longs]:
        """The rank of every typed answer among all, lowest first; and the answers by rank."""
        by_rank = sorted(range(len(self.typed.values)), key=lambda code: height(order, self.typed.values[code]))
        rank = np.empty(len(by_rank), np.int64)
        rank[by_rank] = np.arange(len(by_rank))
        return rank, np.array(by_rank, np.int64)

    def counted(self) -> list[Fraction | None]:
        """Every typed answer as what can be counted with."""
        return [counted(answer) for answer in self.typed.values]


def mapped(codes: Longs, table: Longs) -> Longs:
    """What the table says of each code; of none, nothing."""
    if len(table) == 0:
        return np.full(len(codes), UNKNOWN)
    found: Longs = table[np.maximum(codes, 0)]
    return np.where(codes < 0, UNKNOWN, found)


def looked_up(codes: Steps, table: Longs) -> Steps:
    """Steps of codes as what a table says of them."""
    return compressed(codes.offsets, codes.at, mapped(codes.value, table), int(mapped(np.array([codes.initial]), table)[0]))


def is_so(steps: Steps, test: Callable[[Longs], npt.NDArray[Any]]) -> Steps:
    """1 where the values are so, else 0."""
    initial = int(test(np.array([steps.initial]))[0])
    return compressed(steps.offsets, steps.at, test(steps.value).astype(np.int64), initial)


def _raw_key(value: Any) -> Hashable:
    # In Python true is 1, and 1 is 1.0; in JSON the first is not.
    if isinstance(value, str | bool | int | float):
        return type(value) is bool, value
    return "json", msgspec.json.encode(value, order="deterministic")
