"""Why an edge stands where it does: the facts that came, went or grew too old at its instant, and when the latest of them was learnt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import cast

import numpy as np

from tandem.language.expression.nodes import About, Condition, Expression, FieldRef, Measure, RecordMeasure, Sequence
from tandem.signals.edges import reached, selectors_of
from tandem.signals.fold import Fold
from tandem.signals.meaning.asked import kind_and_name
from tandem.signals.ranges import part_of
from tandem.timeline.kernels import NEVER, UNKNOWN, Longs
from tandem.timeline.stack import Stack
from tandem.timeline.steps import Edges, values_at
from tandem.timeline.timeline import Subjects, Version
from tandem.values.instants import Instant

How = OneOf["entered", "left", "aged"]


@dataclass(frozen=True)
class Change:
    """One fact that changed what a condition reads of a subject. how: it came to count, ceased to, or left a window for its age.

    row: of the coded log, where it is an event. version: where it is of a record, of that kind. known_at: when the change was learnt.
    """

    how: How
    known_at: Instant
    row: int = -1
    kind: str = "event"
    version: Version | None = None


def changes(fold: Fold, condition: Condition, about: About, subject: int, at: Instant) -> list[Change]:
    """What changed at an instant for a subject, of all that the condition reads, and the signals, scores and sets that it names."""
    nodes = list(reached(fold.settings, condition))
    events = {(each.row, each.how): each for each in _of_events(fold, nodes, about, subject, at)}
    records = {(each.kind, cast(Version, each.version).id): each for each in _of_records(fold, nodes, about, subject, at)}
    found = [*events.values(), *records.values()]
    if any(isinstance(node, FieldRef) and "icp_tier" in node.path for node in nodes):
        account = int(values_at(fold.timeline.subjects(about).account, at)[subject])
        for _, tier in fold.settings.tiers if account != UNKNOWN else ():
            found += changes(fold, tier, "account", account, at)
    return list({(each.kind, each.row, each.version and each.version.id, each.how): each for each in found}.values())


def known_at(fold: Fold, condition: Condition, about: About, edges: Edges) -> Longs:
    """(edges,) the greatest `known_at` among what changed at each edge; its own instant where time alone did."""
    known = edges.at.copy()
    # Only what occurs after it was learnt is not learnt at the edge itself, and that is rare.
    early = fold.told_ahead
    for edge in np.flatnonzero(np.isin(edges.at, early)).tolist():
        at, subject = int(edges.at[edge]), int(edges.subject[edge])
        existence = fold.timeline.subjects(about).existence.between(subject, subject + 1)
        if values_at(existence, at)[0] == values_at(existence, at - 1)[0]:
            learnt = [each.known_at for each in changes(fold, condition, about, subject, at) if each.how != "aged"]
            known[edge] = max(learnt, default=at)
    return known


def happened_at(fold: Fold, about: About, subject: int, occurred: Instant, t: Instant) -> list[int]:
    """The rows of the coded log, ascending, of what a subject did at an instant, as far as it is the subject's at t."""
    rows = _Rows.of(fold.timeline.subjects(about), subject)
    found: list[int] = np.unique(rows.row[(rows.occurred == occurred) & (rows.enters <= t) & (t < rows.leaves)]).tolist()
    return found


def _of_events(fold: Fold, nodes: list[Expression], about: About, subject: int, at: Instant) -> Iterator[Change]:
    rows = _Rows.of(fold.timeline.subjects(about), subject)
    learnt = fold.timeline.known()
    for node in nodes:
        for selector in selectors_of(node):
            picked = np.concatenate(fold.columns.mask(rows.subjects, selector)) != 0
            counts = picked & (rows.leaves > rows.enters)
            for place in np.flatnonzero(counts & (rows.enters == at)).tolist():
                row = int(rows.row[place])
                yield Change("entered", int(learnt[row]) if rows.occurred[place] == at else at, row)
            for place in np.flatnonzero(counts & (rows.leaves == at)).tolist():
                yield Change("left", at, int(rows.row[place]))
            length = node.window if isinstance(node, Measure) else node.within if isinstance(node, Sequence) else None
            if length is not None:
                old = counts & (rows.occurred + length == at) & (rows.enters < at) & (rows.leaves > at)
                yield from (Change("aged", at, int(rows.row[place])) for place in np.flatnonzero(old).tolist())


@dataclass(frozen=True)
class _Rows:
    """The rows of one subject, base and tail together, all (rows,)."""

    subjects: Subjects
    enters: Longs
    occurred: Longs
    leaves: Longs
    row: Longs

    @classmethod
    def of(cls, subjects: Subjects, subject: int) -> _Rows:
        alone = part_of(subjects, subject, subject + 1)
        layout = alone.layout
        leaves = [np.full(len(part), NEVER) for part in layout.parts]
        for each, part in zip(leaves, layout.parts, strict=True):
            each[part.early_row] = part.early_at
        if isinstance(layout, Stack):
            np.minimum.at(leaves[0], layout.ended_row, layout.ended_at)
        parts = [[part.enters, part.occurred, end, part.row.astype(np.int64)] for part, end in zip(layout.parts, leaves, strict=True)]
        return cls(alone, *(np.concatenate(column) for column in zip(*parts, strict=True)))


def _of_records(fold: Fold, nodes: list[Expression], about: About, subject: int, at: Instant) -> Iterator[Change]:
    now, before = (_records_read(fold, nodes, about, subject, t) for t in (at, at - 1))
    for kind in sorted({kind for kind, _ in now | before}):
        mine = {record for of, record in now | before if of == kind}
        for record in sorted(mine):
            versions = [each for each in fold.records.versions(kind) if each.record_id == record]
            changed = [change for each in versions for change in _changed(kind, each, at)]
            yield from changed
            moved = ((kind, record) in now) != ((kind, record) in before)
            if moved and versions and not changed:
                # The record is as it was, and another's.
                yield Change("entered" if (kind, record) in now else "left", at, kind=kind, version=versions[-1])


def _changed(kind: str, version: Version, at: Instant) -> Iterator[Change]:
    learnt = min((since for since, _ in version.stretches), default=at)
    for since, until in version.stretches:
        if at == version.occurred_at and since <= at < until:
            yield Change("entered", learnt, kind=kind, version=version)
        elif at == since and version.occurred_at < at:
            yield Change("entered", at, kind=kind, version=version)
        elif at == until and version.occurred_at < at:
            yield Change("left", at, kind=kind, version=version)


def _records_read(fold: Fold, nodes: list[Expression], about: About, subject: int, t: Instant) -> set[tuple[str, str]]:
    """The records, by kind and id, that expressions read at an instant."""
    found: set[tuple[str, str]] = set()
    for node in nodes:
        if isinstance(node, RecordMeasure):
            found |= {(node.record, one) for one in fold.records.read_by(node, about, subject, t)}
        if isinstance(node, FieldRef):
            kind, name = kind_and_name(fold.asking(about), node)
            asked = _subjects_asked(fold, kind, node, about, subject, t)
            found |= {(kind, one) for one in fold.records.ids_of(kind, asked, t)}
            for record, of_field in (("subscription", "plan"), ("target", "is_target")):
                if name == of_field:
                    for one in asked.tolist():
                        every = RecordMeasure("count", record, None, None, False, node.span)
                        found |= {(record, each) for each in fold.records.read_by(every, kind, one, t)}
    return found


def _subjects_asked(fold: Fold, kind: About, ref: FieldRef, about: About, subject: int, t: Instant) -> Longs:
    """The codes of those whose field is asked."""
    if ref.roll_up is not None:
        inner = fold.timeline.subjects(kind)
        return np.flatnonzero((values_at(inner.account, t) == subject) & (values_at(inner.existence, t) == 1))
    if kind == about:
        return np.array([subject])
    account = int(values_at(fold.timeline.subjects(about).account, t)[subject])
    return np.array([account] if kind == "account" and account != UNKNOWN else [], np.int64)
