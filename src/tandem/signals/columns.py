"""What folds read of each event: which ones a selector picks, and what their properties are; by row of the coded log, then of a layout.

A predicate is asked of each distinct combination of the values that it reads, in the words of the slow reference, and not of each event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from tandem.language.expression.nodes import (
    Any as AnyEvent,
)
from tandem.language.expression.nodes import (
    Broken,
    Condition,
    EventName,
    Property,
    Selector,
    SetName,
)
from tandem.language.expression.used import nodes_of
from tandem.signals.answers import Answers
from tandem.signals.meaning.asked import Asked
from tandem.signals.meaning.asking import fits
from tandem.signals.world import Declared, Subject, Type, World, day_of
from tandem.timeline.kernels import UNKNOWN, Ints, Longs
from tandem.timeline.layout import Layout
from tandem.timeline.stack import Stack
from tandem.timeline.thin import places_of, thinned
from tandem.timeline.timeline import Column, Subjects, Timeline
from tandem.values.instants import DAY, EPOCH, SECOND, to_datetime

Flags = npt.NDArray[np.bool_]

_EPOCH_DAY = EPOCH.toordinal()
_DAYS_MAX = 40_000  # About a century; past that most days are empty.


FEW = 4  # Up to one row in so many is laid out by itself.


class Columns:
    """The columns of one timeline, each made once."""

    def __init__(self, timeline: Timeline, declared: Declared, answers: Answers) -> None:
        self._timeline, self.declared, self._answers = timeline, declared, answers
        self._picked: dict[Selector, Flags] = {}
        self._values: dict[tuple[tuple[str, ...], Type | None], Longs] = {}
        self._calendar = Calendar(declared)

    def picked(self, subjects: Subjects, selector: Selector) -> Picked:
        """The rows that a selector picks: laid out by themselves where they are few, else as a mask."""
        places = self._places(subjects, selector)
        return Picked(subjects, None) if places is None else few(subjects, places)

    def _places(self, subjects: Subjects, selector: Selector) -> tuple[Longs, ...] | None:
        """Which rows of each part of a layout a selector picks; None where all of them."""
        if isinstance(selector, AnyEvent) and selector.where is None:
            return None
        places = places_of(subjects.name, self.names_of(selector))
        if selector_is_plain(selector, self.declared):
            return places
        # Few rows have the name; only of those it is looked up what else is asked.
        fits = self._rows(selector)
        return tuple(each[fits[part.row[each]]] for each, part in zip(places, subjects.layout.parts, strict=True))

    def mask(self, subjects: Subjects, selector: Selector) -> Column:
        """1 for the rows of a layout that a selector picks."""
        places = self._places(subjects, selector)
        return tuple(np.ones(len(part), np.uint8) for part in subjects.layout.parts) if places is None else masked(subjects, places)

    def in_turn(self, subjects: Subjects, selectors: Sequence[Selector]) -> tuple[Layout | Stack, list[Column]]:
        """A layout of all rows that any of the selectors picks, and for each of them 1 for those that it picks."""
        places = [self._places(subjects, selector) for selector in selectors]
        known = [each for each in places if each is not None]
        if len(known) == len(places):
            of_any = tuple(np.unique(np.concatenate(parts)) for parts in zip(*known, strict=True))
            if are_few(subjects, of_any):
                thin = thinned(subjects.layout, of_any)
                masks = ([np.isin(every, each).astype(np.uint8) for every, each in zip(of_any, parts, strict=True)] for parts in known)
                return thin.layout, [(np.concatenate(mask)[thin.order],) for mask in masks]
        return subjects.layout, [self.mask(subjects, selector) for selector in selectors]

    def names_of(self, selector: Selector) -> Flags:
        """(names,) the names that a selector may pick."""
        match selector:
            case AnyEvent():
                return np.ones(len(self._timeline.names), bool)
            case EventName():
                return self._named(selector.name)
            case SetName():
                members = [self.names_of(each) for each in self.declared.sets[selector.name]]
                return np.any(members, axis=0) if members else np.zeros(len(self._timeline.names), bool)
        raise ValueError(f"{selector!r} is not a selector")

    def value(self, subjects: Subjects, property: Property, wanted: Type | None, chosen: Column | None) -> Column:
        """The property of each chosen row as a number (in millionths), or as the code of an answer; UNKNOWN where it is none."""
        said = self._timeline.property(property.path)
        key = property.path, wanted
        if key not in self._values:
            read = self._answers.numbers if wanted in ("number", "date") else self._answers.codes
            # The last is what code -1 finds.
            self._values[key] = np.append(read(said.values, cast(Any, wanted)), UNKNOWN)
        table = self._values[key]
        return self._of_chosen(subjects, chosen, lambda rows: table[said.code[rows]], UNKNOWN)

    def order(self, subjects: Subjects, chosen: Column | None) -> Column:
        """What decides between chosen events of one subject and instant; 0 where nothing need be decided."""
        layout = subjects.layout
        places = [np.arange(len(part)) if chosen is None else np.flatnonzero(chosen[n]) for n, part in enumerate(layout.parts)]
        owner = np.concatenate([np.searchsorted(part.offsets, each, side="right") for part, each in zip(layout.parts, places, strict=True)])
        occurred, row = (
            np.concatenate([getattr(part, name)[each] for part, each in zip(layout.parts, places, strict=True)])
            for name in ("occurred", "row")
        )
        by = np.lexsort((occurred, owner))
        tied = by[_among_several(owner[by], occurred[by], row[by])]
        order = np.zeros(len(by), np.int64)
        if len(tied):
            rows, of_row = np.unique(row[tied], return_inverse=True)
            order[tied] = self._timeline.order(rows)[of_row]
        columns, at = [], 0
        for part, each in zip(layout.parts, places, strict=True):
            column = np.zeros(len(part), np.int64)
            column[each] = order[at : at + len(each)]
            columns.append(column)
            at += len(each)
        return tuple(columns)

    def day(self, subjects: Subjects) -> Column:
        """The calendar day of each row in the company's time zone, numbered from 0."""
        days = [self._calendar.days(part.occurred) for part in subjects.layout.parts]
        first = min((int(each.min()) for each in days if len(each)), default=0)
        return tuple((each - first).astype(np.int32) for each in days)

    def _of_chosen(self, subjects: Subjects, chosen: Column | None, find: Callable[[Ints], Longs], otherwise: int) -> Column:
        """What is found for the rows of the coded log behind the chosen rows of a layout, and `otherwise` in all others."""
        found = []
        for number, part in enumerate(subjects.layout.parts):
            if chosen is None:
                found.append(find(part.row))
                continue
            places = np.flatnonzero(chosen[number])
            column = np.full(len(part), otherwise, np.int64)
            column[places] = find(part.row[places])
            found.append(column)
        return tuple(found)

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
                for each in self.declared.sets[selector.name]:
                    picked |= self._rows(each)
            case _:
                raise ValueError(f"{selector!r} is not a selector")
        if selector.where is None:
            return picked
        rows = np.flatnonzero(picked)
        paths = paths_of(selector.where)
        read = [self._timeline.property(path) for path in paths]
        fitting = where_fits(
            selector.where, "", len(rows), paths, [each.code[rows] for each in read], [each.values for each in read], self.declared
        )
        picked = np.zeros(len(picked), bool)
        picked[rows] = fitting
        return picked


def _among_several(owner: Longs, occurred: Longs, row: Ints) -> Flags:
    """(n,) whether another event stands at the same instant of the same subject. One event may stand there more than once, for it may have
    been gone for a while. In order of owner, then instant."""
    begins = np.append(True, (owner[1:] != owner[:-1]) | (occurred[1:] != occurred[:-1]))[: len(owner)]
    first = np.flatnonzero(begins)
    run = np.cumsum(begins) - 1
    other = row != row[first][run]
    several = np.zeros(len(first), bool)
    several[run[other]] = True
    found: Flags = several[run]
    return found


@dataclass(frozen=True, eq=False)
class Picked:
    """Rows of some subjects. chosen: 1 for each of their rows that counts; None where all do."""

    subjects: Subjects
    chosen: Column | None


def are_few(subjects: Subjects, places: tuple[Longs, ...]) -> bool:
    return sum(map(len, places)) * FEW <= len(subjects.layout)


def few(subjects: Subjects, places: tuple[Longs, ...]) -> Picked:
    """The rows at places, ascending in each part."""
    if are_few(subjects, places):
        thin = thinned(subjects.layout, places)
        name, person, workspace = (thin.taken(column) for column in (subjects.name, subjects.person, subjects.workspace))
        return Picked(replace(subjects, layout=thin.layout, name=name, person=person, workspace=workspace), None)
    return Picked(subjects, masked(subjects, places))


def masked(subjects: Subjects, places: tuple[Longs, ...]) -> Column:
    """1 for the rows at places, 0 for all others."""
    masks = tuple(np.zeros(len(part), np.uint8) for part in subjects.layout.parts)
    for mask, each in zip(masks, places, strict=True):
        mask[each] = 1
    return masks


def selector_is_plain(selector: Selector, declared: Declared) -> bool:
    """Whether the names of events alone decide."""
    if isinstance(selector, SetName) and not all(selector_is_plain(each, declared) for each in declared.sets[selector.name]):
        return False
    return not isinstance(selector, Broken) and selector.where is None


def paths_of(where: Condition) -> list[tuple[str, ...]]:
    """The properties that a `where` reads."""
    return list(dict.fromkeys(node.path for node in nodes_of(where) if isinstance(node, Property)))


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


class Calendar:
    """Which calendar day an instant is on, by arithmetic: in one zone nearly every day of UTC keeps one offset from its begin to its end."""

    def __init__(self, declared: Declared) -> None:
        self._declared = declared
        self._offsets: dict[int, int | None] = {}

    def days(self, instants: Longs) -> Longs:
        """The calendar day of each instant in the company's time zone, as days since the year 1."""
        if len(instants) == 0:
            return np.zeros(0, np.int64)
        utc_days = instants // DAY
        first, last = int(utc_days.min()), int(utc_days.max())
        if last - first < _DAYS_MAX:
            every, place = np.arange(first, last + 1), utc_days - first
        else:
            every, place = np.unique(utc_days, return_inverse=True)
        offsets = [self._offset(day) for day in every.tolist()]
        steady = np.array([0 if each is None else each for each in offsets], np.int64)
        found: Longs = (instants + steady[place]) // DAY + _EPOCH_DAY
        for row in np.flatnonzero(np.array([each is None for each in offsets])[place]).tolist():
            found[row] = day_of(cast(Any, self._declared), int(instants[row])).toordinal()
        return found

    def _offset(self, utc_day: int) -> int | None:
        """How far the zone is ahead throughout a day of UTC; None where it changes."""
        if utc_day not in self._offsets:
            begins, ends = (self._ahead(at) for at in (utc_day * DAY, utc_day * DAY + DAY - 1))
            self._offsets[utc_day] = begins if begins == ends else None
        return self._offsets[utc_day]

    def _ahead(self, at: int) -> int:
        ahead = to_datetime(at).astimezone(self._declared.zone).utcoffset()
        assert ahead is not None, "a zone says how far it is ahead"
        return (ahead.days * 86_400 + ahead.seconds) * SECOND
