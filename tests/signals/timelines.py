"""The world of the slow reference as a timeline in memory, with everything in its simplest form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tandem.language.expression.nodes import About, Condition
from tandem.language.expression.nodes import Property as PropertyNode
from tandem.language.source import Source
from tandem.signals.because import known_at
from tandem.signals.fold import Fold
from tandem.signals.world import FOREVER, Happening, Subject, Tie, World, account_of, exists, found_in
from tandem.timeline.kernels import NEVER, UNKNOWN
from tandem.timeline.layout import lay_out
from tandem.timeline.stack import stacked
from tandem.timeline.steps import Steps, field_steps
from tandem.timeline.timeline import Property, Subjects, Version
from tandem.values.instants import Instant

NOWHERE = Source("", "").span(0, 0)
COUNTED = ("track", "page", "screen")


@dataclass(frozen=True)
class TimelineOf:
    """split: what is learnt from then on stands in a tail; None for no tail."""

    world: World
    split: Instant | None = None

    @cached_property
    def names(self) -> list[str]:
        return sorted({each.event for each in self._log if each.type in COUNTED})

    def name(self) -> Any:
        return np.array([self.names.index(each.event) if each.type in COUNTED else -1 for each in self._log], np.int32)

    def order(self, rows: Any) -> Any:
        ids = [self._log[row].id for row in rows.tolist()]
        return np.array([sorted(ids).index(one) for one in ids], np.int64)

    def occurred(self) -> Any:
        return np.array([each.occurred_at for each in self._log], np.int64)

    def known(self) -> Any:
        return np.array([min((one.since for one in each.stretches), default=each.occurred_at) for each in self._log], np.int64)

    def property(self, path: tuple[str, ...]) -> Property:
        values: list[Any] = []
        codes = []
        for each in self._log:
            value = found_in(each.properties, PropertyNode(path, NOWHERE))
            if value is None:
                codes.append(-1)
                continue
            same = [number for number, known in enumerate(values) if type(known) is type(value) and known == value]
            codes.append(same[0] if same else len(values))
            values += [] if same else [value]
        return Property(np.array(codes, np.int32), values)

    def subjects(self, kind: About) -> Subjects:
        if kind not in self._laid:
            self._laid[kind] = _subjects(self, kind)
        return self._laid[kind]

    def records(self, kind: str) -> list[Version]:
        return [
            Version(each.id, each.record_id, each.fields, each.patch, each.deleted, each.source, each.occurred_at,
                    tuple((one.since, one.until) for one in each.stretches))
            for each in self.world.records if each.kind == kind
        ]  # fmt: skip

    def survivors(self, kind: About) -> dict[str, tuple[tuple[Instant, str], ...]]:
        return {one.id: _steps_of(one.id, ties) for one, ties in self.world.survivors.items() if one.kind == kind}

    def families(self) -> dict[str, tuple[tuple[Instant, str], ...]]:
        return {one: _steps_of(one, ties) for one, ties in self.world.families.items()}

    @cached_property
    def _log(self) -> tuple[Happening, ...]:
        return self.world.happenings

    @cached_property
    def _laid(self) -> dict[str, Subjects]:
        return {}

    @cached_property
    def ids(self) -> Mapping[str, list[str]]:
        found: dict[str, set[str]] = {"person": set(), "workspace": set(), "account": set()}
        for one in self.world.existence:
            found[one.kind].add(one.id)
        for each in self._log:
            for stretch in each.stretches:
                for kind in found:
                    if (whose := getattr(stretch, kind)) is not None:
                        found[kind].add(whose)
        for one, ties in (*self.world.survivors.items(), *self.world.homes.items()):
            found[one.kind if one in self.world.survivors else "account"] |= {str(tie.to) for tie in ties if tie.to is not None}
        for ties in self.world.families.values():
            found["account"] |= {str(tie.to) for tie in ties}
        return {kind: sorted(ids) for kind, ids in found.items()}

    @cached_property
    def instants(self) -> list[Instant]:
        """Every instant at which anything may change hands."""
        world = self.world
        periods = [
            *(stretch for each in world.happenings for stretch in each.stretches),
            *(period for each in (*world.existence.values(), *world.homes.values()) for period in each),
        ]
        edges = {at for each in periods for at in (each.since, each.until)} | {each.occurred_at for each in world.happenings}
        return sorted(at for at in edges if at != FOREVER)


def _subjects(timeline: TimelineOf, kind: About) -> Subjects:
    world, ids = timeline.world, timeline.ids
    codes = {each: {one: code for code, one in enumerate(of)} for each, of in ids.items()}
    ones = [Subject(kind, one) for one in ids[kind]]
    existence = _over_time(timeline, ones, lambda one, at: int(exists(world, one, at)), before=0)
    if kind == "account":
        account = _told([[(-(2**62), code)] for code in range(len(ones))])
    else:
        account = _over_time(timeline, ones, lambda one, at: codes["account"].get(str(account_of(world, one, at)), UNKNOWN), before=UNKNOWN)
    rows = [
        (codes[kind][whose], max(each.occurred_at, stretch.since), each.occurred_at, number, NEVER if stretch.until == FOREVER else stretch.until,
         -1 if stretch.person is None or stretch.person.startswith("?") else codes["person"][stretch.person],
         -1 if stretch.workspace is None else codes["workspace"][stretch.workspace])
        for number, each in enumerate(world.happenings) if each.type in COUNTED
        for stretch in each.stretches
        if not stretch.excluded and (whose := getattr(stretch, kind)) is not None and max(each.occurred_at, stretch.since) < stretch.until
    ]  # fmt: skip
    table = np.array(rows, np.int64).reshape(-1, 7)
    name = timeline.name()
    if timeline.split is None:
        layout: Any = _laid(table, table[:, 4], len(ones))
        parts = [table]
    else:
        late = table[:, 1] >= timeline.split
        base, tail = table[~late], table[late]
        # What ends after the split was learnt later, and so stands with the tail.
        known = np.where(base[:, 4] < timeline.split, base[:, 4], NEVER)
        laid = _laid(base, known, len(ones))
        place = np.empty(len(base), np.int64)
        place[laid_rows(laid, base)] = np.arange(len(base))
        ended = np.flatnonzero((base[:, 4] >= timeline.split) & (base[:, 4] < NEVER))
        layout = stacked(laid, _laid(tail, tail[:, 4], len(ones)), place[ended], base[ended, 4])
        parts = [base, tail]
    columns = [[], [], []]  # type: ignore[var-annotated]
    for part, rows_of_part in zip(layout.parts, parts, strict=True):
        order = laid_rows(part, rows_of_part)
        columns[0].append(name[part.row])
        columns[1].append(rows_of_part[order, 5].astype(np.int32))
        columns[2].append(rows_of_part[order, 6].astype(np.int32))
    return Subjects(ids[kind], existence, account, layout, *(tuple(each) for each in columns))


def laid_rows(layout: Any, table: Any) -> Any:
    """The row of the table at each place of a layout. One event holds a subject at an instant once, so row and entering name it."""
    at = {(int(row[0]), int(row[1]), int(row[3])): number for number, row in enumerate(table)}
    subject = np.repeat(np.arange(layout.subjects), np.diff(layout.offsets))
    return np.array([at[key] for key in zip(subject.tolist(), layout.enters.tolist(), layout.row.tolist(), strict=True)], np.int64)


def _laid(table: Any, leaves: Any, subjects: int) -> Any:
    return lay_out(table[:, 0], table[:, 1], table[:, 2], table[:, 3], leaves, subjects)


def _over_time(timeline: TimelineOf, ones: Sequence[Subject], ask: Any, *, before: int) -> Steps:
    lines = []
    for one in ones:
        line = [(-(2**62), before)] if before != UNKNOWN else []
        line += [(at, ask(one, at)) for at in timeline.instants]
        lines.append(line)
    steps = _told(lines)
    return Steps(steps.offsets, steps.at, np.where(steps.value == UNKNOWN, before, steps.value), before)


def _told(lines: Sequence[Sequence[tuple[Instant, int]]]) -> Steps:
    told = [(number, at, value) for number, line in enumerate(lines) for at, value in line]
    return field_steps([each[0] for each in told], [each[1] for each in told], [each[2] for each in told], len(lines))


def _steps_of(one: str, ties: Sequence[Tie]) -> tuple[tuple[Instant, str], ...]:
    found: list[tuple[Instant, str]] = []
    for tie in sorted(ties, key=lambda each: each.since):
        if found and found[-1][0] == tie.since:
            found.pop()
        found.append((tie.since, str(tie.to)))
        if tie.until != FOREVER:
            found.append((tie.until, one))
    return tuple(found)


def folded_edges(
    fold: Fold, timeline: TimelineOf, condition: Condition, about: About, until: Instant, learnt_at: Callable[..., Any] = known_at
) -> dict[str, list[tuple[Instant, str]]]:
    """By subject, what the fold says of a condition."""
    found = fold.edges(condition, about)
    known = learnt_at(fold, condition, about, found)
    ids = timeline.subjects(about).ids
    told: dict[str, list[tuple[Instant, str, Instant]]] = {one: [] for one in ids}
    for subject, at, entered, learnt in zip(found.subject.tolist(), found.at.tolist(), found.entered.tolist(), known.tolist(), strict=True):
        if at <= until:
            told[ids[subject]].append((at, "entered" if entered else "left", learnt))
    return told
