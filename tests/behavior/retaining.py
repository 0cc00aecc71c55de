"""Retention of small worlds by the fold, of all subjects at once or of parts that are added up; and questions in which edges meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Any

import numpy as np

from tandem.behavior import activity, fields, retention, triangle
from tandem.behavior.activity_meaning import Told
from tandem.behavior.periods import Calendar
from tandem.behavior.retention import CONVENTIONS, Axis, Counts, RetentionQuestion, Whose
from tandem.behavior.triangle import Retention
from tandem.behavior.view import View, find_view
from tandem.language.expression.nodes import FieldRef, Selector
from tandem.signals.fold import Fold
from tandem.signals.world import World
from tandem.timeline.kernels import Longs
from tandem.timeline.timeline import Column
from tandem.values.instants import DAY, HOUR, Instant
from tests.signals.conditions import ABOUTS, Choices, read
from tests.signals.timelines import TimelineOf
from tests.signals.worlds import START

SELECTORS = ("any", "any", '"Opened"', '"Invited"', "core", '"Opened" where plan = free')
FIELDS = {"person": ("account.plan", "title"), "workspace": ("plan", "account.employees"), "account": ("plan", "account.plan", "employees")}


def question(pick: Choices, zone: tzinfo) -> tuple[RetentionQuestion, str | None]:
    """Something to ask of a small world, and the field that cohorts are of, if any."""
    about = pick.of(*ABOUTS)
    by = pick.of(None, None, *FIELDS[about])
    entry = pick.of("first_ever", "first_in_range") if by else pick.of("first_ever", "first_in_range", "every")
    first = pick.of(*SELECTORS)
    since, until = (
        pick.of(None, None, None, START + DAY, START + 12 * HOUR),
        pick.of(None, None, None, START + 3 * DAY, START + 2 * DAY + 12 * HOUR),
    )
    asked = RetentionQuestion(
        read(first, "selector"),
        read(pick.of(first, *SELECTORS), "selector"),
        about,
        pick.of(*CONVENTIONS),
        pick.of("day", "day", "week", "month"),
        Calendar(zone, pick.of(0, 5, 6)),
        START + pick.of(*range(4, 22), 80) * 12 * HOUR + pick.of(0, 0, HOUR, -1),
        rolling=entry != "every" and pick.of(False, False, True),
        people=pick.of(1, 1, 2),
        entry=entry,
        since=since,
        until=until,
        brackets=pick.of((), ((0, 0), (2, 3)), ((1, 2), (3, 9))),
    )
    return asked, by


def selectors_of(asked: RetentionQuestion) -> list[Selector]:
    return [asked.first] if asked.first == asked.returning else [asked.first, asked.returning]


class Asked:
    """A question put to a world. room: the functions that answer, which a test may replace."""

    def __init__(
        self, world: World, asked: RetentionQuestion, by: str | None = None, split: Instant | None = None, room: Any = None
    ) -> None:
        self.asked = asked
        self._room = room or {**vars(activity), **vars(fields), **vars(retention), **vars(triangle)}
        self.timeline = TimelineOf(world, split)
        self.view = find_view(self.timeline, Fold(self.timeline, world).columns, asked.about, selectors_of(asked), asked.as_of)
        person = self.timeline.subjects(asked.about).person
        self.whose, self.answers = Whose(person), None
        if by is not None:
            began = self._room["find_beginnings"](asked, self.view, self.whose)
            ref: FieldRef = read(by, "value")
            said = self._room["fields_at"](self.timeline, world, asked.about, ref, began, asked.as_of)
            cohort = tuple(np.repeat(said.code, np.diff(part.offsets)) for part in self.view.layout.parts)
            self.whose, self.answers = Whose(person, cohort, len(said.answers)), said.answers
        self.axis: Axis | None = self._room["Axis"].found(asked, self.view)

    def counts(self, subjects: Longs | None = None) -> Counts | None:
        """subjects: only of these, ascending; None for all."""
        if self.axis is None:
            return None
        view, whose = (self.view, self.whose) if subjects is None else of_subjects(self.view, self.whose, subjects)
        counts: Counts = self._room["count_retention"](self.asked, view, whose, self.axis)
        return counts

    def read(self) -> Retention:
        counts = self.counts()
        if counts is None or self.axis is None:
            return Retention((), ())
        found: Retention = self._room["read_counts"](self.asked, counts, self.axis, self.answers)
        return found

    def told(self) -> dict[Any, Told]:
        """As the reference tells."""
        counts, axis = self.counts(), self.axis
        if counts is None or axis is None:
            return {}
        columns = np.arange(len(axis.brackets))
        over = counts.entered @ (axis.done[:, None] > columns)
        begun = counts.entered @ (axis.begun[:, None] > columns)
        names = self.answers if self.answers is not None else axis.periods.first_days
        return {
            (name, str(low) if low == high else f"{low}-{high}"): Told(
                int(over[c, n]), int(counts.over[c, n]), int(begun[c, n] - over[c, n]), int(counts.open[c, n])
            )
            for c, name in enumerate(names)
            for n, (low, high) in enumerate(axis.brackets)
            if begun[c, n]
        }


def folded(world: World, asked: RetentionQuestion) -> Retention:
    return Asked(world, asked).read()


def of_subjects(view: View, whose: Whose, subjects: Longs) -> tuple[View, Whose]:
    """Some of the subjects alone, as one layout: those of a base with a tail stay as they are, but for all others nothing is picked."""
    kept = np.zeros(view.subjects, bool)
    kept[subjects] = True
    rows = tuple(np.repeat(kept, np.diff(part.offsets)) for part in view.layout.parts)
    # A code of its own, which no selector picks.
    marks = np.append(view.marks, np.int32(0)).astype(np.int32) if len(view.marks) else view.marks
    nothing = len(view.marks)
    code: Column = tuple(np.where(of, part, nothing).astype(part.dtype) for part, of in zip(view.code, rows, strict=True))
    return replace(view, code=code, marks=marks), whose


def partitions(pick: Choices, subjects: int, parts: int) -> Sequence[Longs]:
    whose = np.array([pick.of(*range(parts)) for _ in range(subjects)], np.int64)
    return [np.flatnonzero(whose == part) for part in range(parts)]
