"""`tandem explain`: why a signal turned on or off for somebody: the facts that came and went, the values before and after, and the rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

import numpy as np

from tandem.app.edges import KeptEdges, find_signal, find_subject, kept_edges, open_fold
from tandem.app.failures import UnknownName
from tandem.app.measured import tests_of, values_of
from tandem.app.project import Project, read_typed, storage_faults
from tandem.facts.text import show as show_fact
from tandem.language.expression.check import check
from tandem.language.expression.nodes import Condition, Value
from tandem.language.expression.show import show
from tandem.language.expression.units import Unit
from tandem.signals.playbook.declare import Signal
from tandem.signals.world import Answer
from tandem.storage.log import Log
from tandem.values.instants import Instant

if TYPE_CHECKING:
    from tandem.signals.because import Change
    from tandem.signals.fold import Alone, Fold

TURNS_SHOWN = 12
FACTS_SHOWN = 200


@dataclass(frozen=True)
class ExplainRequest:
    """at: the edge at that instant, or the last one before it; None for the latest."""

    signal: str
    subject: str
    at: str | None = None
    as_of: str | None = None


@dataclass(frozen=True)
class Told:
    """A fact that changed something at the edge. how: it entered, it left, or it aged out of a window. line: in notation."""

    how: str
    id: str
    kind: str
    occurred_at: Instant
    known_at: Instant
    line: str


@dataclass(frozen=True)
class Measured:
    """A value that the condition reads. turns: (at, value) since the edge before, the latest, and what it was before them."""

    expression: str
    unit: Unit
    before: Answer
    after: Answer
    turns: tuple[tuple[Instant, Answer], ...]


@dataclass(frozen=True)
class Tested:
    """A test of the condition, with its truth just before the edge and at it; None where unknown."""

    test: str
    before: bool | None
    after: bool | None


@dataclass(frozen=True)
class Explained:
    """at, edge, known_at, fires: of the edge; None where the signal had not turned for the subject until then: then `tests` and `measures` are as of now.

    known_at: None where the edge is one of time alone at its own instant. by_time: nothing but time changed. file, line: of the rule.
    """

    signal: Signal
    subject: str
    at: Instant | None
    edge: str | None
    known_at: Instant | None
    fires: bool
    by_time: bool
    condition: str
    file: str
    line: int
    text: str
    tests: tuple[Tested, ...]
    measures: tuple[Measured, ...]
    facts: tuple[Told, ...]
    exists: bool
    until: Instant
    as_of: Instant
    zone: tzinfo
    fingerprint: str


@storage_faults()
def explain(project: Project, asked: ExplainRequest) -> Explained:
    """Raises UnknownName for a signal or a subject that is not there."""
    from tandem.signals.because import changes
    from tandem.timeline.steps import values_at

    signal = find_signal(project, asked.signal)
    log = project.log()
    as_of = project.as_of(asked.as_of, log)
    until = as_of if asked.at is None else min(as_of, read_typed(asked.at, project.zone))
    kept = kept_edges(project, log, [signal])[signal.name]
    fold = open_fold(project, log)
    ids = fold.timeline.subjects(signal.about).ids
    named = find_subject(project, log, signal, asked.subject, ids, as_of)
    subject = _code(fold, signal, named)
    edge = _latest(kept, named, until)
    at = until if edge is None else int(kept.at[edge])
    before = _before(kept, edge)
    found = changes(fold, signal.when, signal.about, subject, at) if edge is not None else []
    alone = fold.alone(signal.about, subject)
    types = check(signal.when, project.playbook.names, signal.about)
    place = signal.place
    line, _ = place.source.place(place.start)
    return Explained(
        signal=signal,
        subject=ids[subject],
        at=None if edge is None else at,
        edge=None if edge is None else "entered" if kept.entered[edge] else "left",
        known_at=None if edge is None else int(kept.known_at[edge]),
        fires=edge is not None and bool(kept.fires[edge]),
        by_time=not any(each.how != "aged" for each in found),
        condition=show(signal.when),
        file=place.source.path,
        line=line,
        text=place.text,
        tests=tuple(_tested(alone, test, at) for test in tests_of(signal.when)),
        measures=tuple(_measured(alone, value, types.type_of(value).unit, before, at) for value in values_of(signal.when)),
        facts=tuple(_told(log, found[:FACTS_SHOWN], fold, project.zone)),
        exists=bool(values_at(fold.timeline.subjects(signal.about).existence.between(subject, subject + 1), at)[0] == 1),
        until=until,
        as_of=as_of,
        zone=project.zone,
        fingerprint=project.playbook.fingerprint,
    )


def _code(fold: Fold, signal: Signal, name: str) -> int:
    code = fold.records.codes(signal.about).get(name)
    if code is None:
        raise UnknownName(signal.about, name, fold.timeline.subjects(signal.about).ids)
    return code


def _latest(kept: KeptEdges, subject: str, until: Instant) -> int | None:
    place = kept.subjects.column().index(subject).as_py()
    mine = np.flatnonzero(kept.subject[: kept.until(until)] == place) if place >= 0 else np.zeros(0, np.int64)
    return int(mine[-1]) if len(mine) else None


def _before(kept: KeptEdges, edge: int | None) -> Instant | None:
    """The instant of the subject's edge before."""
    if edge is None:
        return None
    earlier = np.flatnonzero(kept.subject[:edge] == kept.subject[edge])
    return int(kept.at[earlier[-1]]) if len(earlier) else None


def _tested(alone: Alone, test: Condition, at: Instant) -> Tested:
    from tandem.timeline.steps import values_at

    steps = alone.truths(test)
    before, after = (int(values_at(steps, t)[0]) for t in (at - 1, at))
    return Tested(show(test), *({0: False, 1: True}.get(each) for each in (before, after)))


def _measured(alone: Alone, value: Value, unit: Unit, since: Instant | None, at: Instant) -> Measured:
    turns = [t for t in alone.turns(value) if (since is None or t >= since) and t <= at][-TURNS_SHOWN:]
    return Measured(
        show(value), unit, alone.answer(value, at - 1), alone.answer(value, at), tuple((t, alone.answer(value, t)) for t in turns)
    )


def _told(log: Log, found: list[Change], fold: Fold, zone: tzinfo) -> Iterator[Told]:
    """The facts of the changes, in the order in which they occurred."""
    rows = [change for change in found if change.version is None]
    events = dict(zip([each.row for each in rows], log.at("event", fold.timeline.places([each.row for each in rows])), strict=True))
    ids = {
        kind: {each.version.id for each in found if each.version is not None and each.kind == kind}
        for kind in {each.kind for each in found}
    }
    records = {(kind, fact.id): fact for kind, named in ids.items() if kind != "event" for fact in log.named(kind, named)}
    told = []
    for change in found:
        fact = events[change.row] if change.version is None else records[change.kind, change.version.id]
        told.append(Told(change.how, fact.id, change.kind, fact.occurred_at, fact.known_at, show_fact(fact, zone)))
    yield from sorted(told, key=lambda each: (each.occurred_at, each.id))
