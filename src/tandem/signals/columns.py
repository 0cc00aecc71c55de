"""What folds read of each event: which ones a selector picks, and what their properties are; by row of the coded log, then of a layout.

A predicate is asked of each distinct combination of the values that it reads, in the words of the slow reference, and not of each event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from tandem.language.expression.nodes import (
    Any as AnyEvent,
)
from tandem.language.expression.nodes import (
    Condition,
    EventName,
    Expression,
    Property,
    Selector,
    SetName,
    parts_of,
)
from tandem.signals.answers import Answers, mapped
from tandem.signals.meaning import Asked, fits
from tandem.signals.world import Declared, Subject, Type, World, day_of
from tandem.timeline.kernels import Longs
from tandem.timeline.timeline import Column, Subjects, Timeline
from tandem.values.instants import MINUTE

Flags = npt.NDArray[np.bool_]

_QUARTER = 15 * MINUTE
_QUARTERS_MAX = 2_000_000  # 57 years; past that most quarters are empty.


class Columns:
    """The columns of one timeline, each made once."""

    def __init__(self, timeline: Timeline, declared: Declared, answers: Answers) -> None:
        self._timeline, self._declared, self._answers = timeline, declared, answers
        self._picked: dict[Selector, Flags] = {}
        self._values: dict[tuple[tuple[str, ...], Type | None], Longs] = {}

    def chosen(self, subjects: Subjects, selector: Selector) -> Column | None:
        """Which rows of a layout a selector picks; None where all of them."""
        if isinstance(selector, AnyEvent) and selector.where is None:
            return None
        if isinstance(selector, EventName) and selector.where is None:
            named = self._named(selector.name)
            return tuple(named[part].astype(np.uint8) for part in subjects.name)
        return self.laid_out(subjects, self._rows(selector).astype(np.uint8))

    def value(self, subjects: Subjects, property: Property, wanted: Type | None) -> Column:
        """The property of each row of a layout as a number (in millionths), or as the code of an answer; UNKNOWN where it is none."""
        key = property.path, wanted
        if key not in self._values:
            said = self._timeline.property(property.path)
            read = self._answers.numbers if wanted in ("number", "date") else self._answers.codes
            self._values[key] = mapped(said.code.astype(np.int64), read(said.values, cast(Any, wanted)))
        return self.laid_out(subjects, self._values[key])

    def order(self, subjects: Subjects) -> Column:
        return self.laid_out(subjects, self._timeline.order())

    def day(self, subjects: Subjects) -> Column:
        """The calendar day of each row in the company's time zone, numbered from 0."""
        days = [days_of(part.occurred, self._declared) for part in subjects.layout.parts]
        first = min((int(each.min()) for each in days if len(each)), default=0)
        return tuple((each - first).astype(np.int32) for each in days)

    def laid_out(self, subjects: Subjects, column: npt.NDArray[Any]) -> Column:
        """A column of the coded log by row of a layout."""
        return tuple(column[part.row] for part in subjects.layout.parts)

    def _named(self, name: str) -> Flags:
        """(names,) which names are that one. A name of no code is picked by nothing."""
        return np.array([each == name for each in self._timeline.names], bool)

    def _rows(self, selector: Selector) -> Flags:
        """(log rows,) which events a selector picks, be they counted or not."""
        if selector not in self._picked:
            self._picked[selector] = self._pick(selector)
        return self._picked[selector]

    def _pick(self, selector: Selector) -> Flags:
        match selector:
            case AnyEvent():
                picked = self._timeline.name() >= 0
            case EventName():
                picked = np.append(self._named(selector.name), False)[self._timeline.name()]
            case SetName():
                picked = np.zeros(len(self._timeline.name()), bool)
                for each in self._declared.sets[selector.name]:
                    picked |= self._rows(each)
            case _:
                raise ValueError(f"{selector!r} is not a selector")
        if selector.where is None:
            return picked
        rows = np.flatnonzero(picked)
        paths = paths_of(selector.where)
        read = [self._timeline.property(path) for path in paths]
        fitting = where_fits(
            selector.where, "", len(rows), paths, [each.code[rows] for each in read], [each.values for each in read], self._declared
        )
        picked = np.zeros(len(picked), bool)
        picked[rows] = fitting
        return picked


def paths_of(where: Condition) -> list[tuple[str, ...]]:
    """The properties that a `where` reads."""
    found: dict[tuple[str, ...], None] = {}
    waiting: list[Expression] = [where]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Property):
            found[node.path] = None
        waiting += parts_of(node)
    return list(found)


def where_fits(
    where: Condition,
    record: str,
    rows: int,
    paths: Sequence[tuple[str, ...]],
    codes: Sequence[npt.NDArray[Any]],
    values: Sequence[Sequence[Any]],
    declared: Declared,
) -> Flags:
    """(rows,) whether a `where` is true. codes: of each path, (rows,) into its values; less than 0 for none. record: as in `Asked`."""
    asked = Asked(_without_facts(declared), Subject("account", ""), 0, record=record)
    key = np.zeros(rows, np.int64)
    parts: list[npt.NDArray[np.int64]] = []
    for code in codes:
        found, place = np.unique(np.maximum(code.astype(np.int64), -1), return_inverse=True)
        key, pairs = _numbered(key * len(found) + place)
        parts = [part[pairs // len(found)] for part in parts] + [found[pairs % len(found)]]
    truths = [
        fits(_with_properties(asked, paths, [None if code < 0 else of[code] for code, of in zip(combination, values, strict=True)]), where)
        for combination in (zip(*(part.tolist() for part in parts), strict=True) if parts else [()])
    ]
    return np.array(truths, bool)[key]


def _numbered(key: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The same keys numbered from 0, and the keys by number."""
    keys, numbered = np.unique(key, return_inverse=True)
    return numbered, keys


def _with_properties(asked: Asked, paths: Sequence[tuple[str, ...]], values: Sequence[Any]) -> Asked:
    properties: dict[str, Any] = {}
    # The shorter first: what is deeper stands inside of it already.
    for path, value in sorted(zip(paths, values, strict=True), key=lambda each: len(each[0])):
        if value is not None:
            _put(properties, path, value)
    return Asked(asked.world, asked.subject, asked.t, properties, asked.record)


def _put(into: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        within = into.setdefault(name, {})
        if not isinstance(within, Mapping):
            return
        into = cast(dict[str, Any], within)
    into.setdefault(path[-1], value)


def _without_facts(declared: Declared) -> World:
    return World(**{name: getattr(declared, name) for name in Declared.__dataclass_fields__})


def days_of(instants: npt.NDArray[np.int64], declared: Declared) -> Longs:
    """The calendar day of each instant in the company's time zone, as days since the year 1."""
    if len(instants) == 0:
        return np.zeros(0, np.int64)
    quarters = instants // _QUARTER
    first, last = int(quarters.min()), int(quarters.max())
    if last - first < _QUARTERS_MAX:
        every, place = np.arange(first, last + 1), quarters - first
    else:
        every, place = np.unique(quarters, return_inverse=True)
    # Clocks change and days begin at whole minutes; nearly always at a quarter's first.
    begins, ends = (np.array([_day(at, declared) for at in (every * _QUARTER + after).tolist()], np.int64) for after in (0, _QUARTER - 1))
    found: Longs = begins[place]
    for row in np.flatnonzero((begins != ends)[place]).tolist():
        found[row] = _day(int(instants[row]), declared)
    return found


def _day(at: int, declared: Declared) -> int:
    return day_of(cast(Any, declared), at).toordinal()
