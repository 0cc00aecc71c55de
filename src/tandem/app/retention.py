"""`tandem retention`: of those who began in a period, how many were active in each one after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from tandem.app.active import refuse_people
from tandem.app.failures import WrongUsage
from tandem.app.project import Project, storage_faults
from tandem.app.selecting import Seen, read_field, read_selector, see
from tandem.behavior.periods import Calendar, PeriodKind
from tandem.behavior.retention import (
    Axis,
    Bracket,
    Convention,
    Entry,
    RetentionQuestion,
    Whose,
    count_retention,
    find_beginnings,
)
from tandem.behavior.triangle import Cell, Retention, read_counts
from tandem.language.expression.nodes import About, FieldRef
from tandem.language.expression.show import show
from tandem.signals.world import UNKNOWN, Answer
from tandem.values.instants import Instant


@dataclass(frozen=True)
class RetentionRequest:
    """first, returning, by: as typed. brackets: as typed, `1-3,4-7`; of the convention `bracket` alone."""

    first: str
    returning: str
    about: About = "person"
    period: PeriodKind = "week"
    convention: Convention = "on"
    rolling: bool = False
    people: int | None = None
    entry: Entry = "first_ever"
    by: str | None = None
    brackets: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    as_of: str | None = None


@dataclass(frozen=True, eq=False)
class Retained:
    """by: the field that cohorts are of; None where they are periods."""

    asked: RetentionQuestion
    by: FieldRef | None
    retention: Retention
    fingerprint: str

    @property
    def buckets(self) -> str:
        """What buckets are, by name: `calendar_week`, `rolling_week`."""
        return f"{'rolling' if self.asked.rolling else 'calendar'}_{self.asked.period}"

    def as_rows(self) -> list[dict[str, Any]]:
        """One a cohort and bucket, by the order of both. rate: None of nobody."""
        return [
            {
                "cohort": told(cohort.name),
                "size": cell.size,
                "bucket": cell.bucket,
                "active": cell.active,
                "rate": _rate(cell),
                "mature": cell.mature,
            }
            for cohort in self.retention.cohorts
            for cell in cohort.cells
        ]

    def as_json(self) -> dict[str, Any]:
        """Keys are stable; what is unknown is null."""
        asked = self.asked
        return {
            "as_of": asked.as_of,
            "fingerprint": self.fingerprint,
            "convention": asked.convention,
            "buckets": self.buckets,
            "entry": asked.entry,
            "first": show(asked.first),
            "return": show(asked.returning),
            "about": asked.about,
            "people": None if asked.about == "person" else asked.people,
            "by": None if self.by is None else show(self.by),
            "zone": str(asked.calendar.zone),
            "cohorts": [
                {"cohort": told(each.name), "size": each.size, "cells": [_cell(cell) for cell in each.cells]}
                for each in self.retention.cohorts
            ],
            "average": [_cell(each) for each in self.retention.average],
        }


def _cell(cell: Cell) -> dict[str, Any]:
    interval = cell.interval
    return {
        "bucket": cell.bucket,
        "size": cell.size,
        "active": cell.active,
        "rate": _rate(cell),
        "low": None if interval is None else interval.low,
        "high": None if interval is None else interval.high,
        "mature": cell.mature,
    }


def _rate(cell: Cell) -> float | None:
    return None if cell.share.value is None else float(cell.share.value)


def told(name: date | Answer) -> Any:
    """A cohort's name as JSON has it; null where it is unknown."""
    if name is UNKNOWN:
        return None
    if isinstance(name, date):
        return name.isoformat()
    if isinstance(name, Fraction):
        return int(name) if name.denominator == 1 else float(name)
    return name


@storage_faults()
def find_retention(project: Project, request: RetentionRequest) -> Retained:
    """Raises WrongUsage for what cannot be asked."""
    playbook = project.playbook
    first, returning = (
        read_selector(playbook, typed, request.about, option)
        for typed, option in ((request.first, "--first"), (request.returning, "--return"))
    )
    by = None if request.by is None else read_field(playbook, request.by, request.about, "--by")
    _refuse(request)
    log = project.log()
    asked = RetentionQuestion(
        first=first,
        returning=returning,
        about=request.about,
        convention=request.convention,
        period=request.period,
        calendar=Calendar(project.zone, playbook.company.week_start),
        as_of=project.as_of(request.as_of, log),
        rolling=request.rolling,
        people=request.people or 1,
        entry=request.entry,
        since=request.since,
        until=request.until,
        brackets=() if request.brackets is None else read_brackets(request.brackets),
    )
    seen = see(project, log, asked.about, [first] if first == returning else [first, returning], asked.as_of)
    try:
        axis = Axis.found(asked, seen.view)
    except ValueError as error:
        raise WrongUsage(str(error), "name a later `--since`, or a longer `--period`") from None
    retention = Retention((), ()) if axis is None else _counted(project, asked, by, seen, axis)
    return Retained(asked, by, retention, playbook.fingerprint)


def _refuse(request: RetentionRequest) -> None:
    refuse_people(request.about, request.people)
    if request.entry == "every" and (request.rolling or request.by is not None):
        other = "--rolling" if request.rolling else "--by"
        raise WrongUsage(
            f"with `--entry every` each period is a cohort of its own, so that `{other}` has no meaning", f"leave out `{other}`"
        )
    if request.brackets is not None and request.convention != "bracket":
        raise WrongUsage("only the convention `bracket` has brackets", "add `--convention bracket`")


def read_brackets(typed: str) -> tuple[Bracket, ...]:
    """`0,1-3,4-7`. Raises WrongUsage."""
    return tuple(_brackets(typed))


def _brackets(typed: str) -> Iterator[Bracket]:
    before = -1
    for part in typed.split(","):
        found = re.fullmatch(r"\s*(\d{1,4})(?:\s*-\s*(\d{1,4}))?\s*", part)
        low, high = (int(found[1]), int(found[2] or found[1])) if found else (0, -1)
        if low <= before or high < low:
            raise WrongUsage(f"`{typed}` are no brackets that ascend", "write 0,1-3,4-7: the first bucket and the last of each")
        before = high
        yield low, high


def _counted(project: Project, asked: RetentionQuestion, by: FieldRef | None, seen: Seen, axis: Axis) -> Retention:
    threads = project.world.cores()
    if by is None:
        counts = count_retention(asked, seen.view, Whose(seen.person), axis, threads=threads)
        return read_counts(asked, counts, axis)
    import numpy as np

    from tandem.behavior.fields import fields_at

    began = find_beginnings(asked, seen.view, Whose(seen.person), threads=threads)
    said = fields_at(seen.fold.timeline, project.playbook.declared, asked.about, by, began, asked.as_of)
    cohort = tuple(np.repeat(said.code, np.diff(part.offsets)) for part in seen.view.layout.parts)
    counts = count_retention(asked, seen.view, Whose(seen.person, cohort, len(said.answers)), axis, threads=threads)
    return read_counts(asked, counts, axis, said.answers)
