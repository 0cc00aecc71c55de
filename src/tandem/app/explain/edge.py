"""`tandem explain SIGNAL SUBJECT`: why a signal turned on or off for somebody: the facts that came and went, the values before and after, and
the rule; whether it fires there, and what became of the firing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from tandem.app.decisions.decided import Ruling, Work, open_work
from tandem.app.decisions.fates import Fate, fate_of
from tandem.app.decisions.lines import Told, tell_changes
from tandem.app.decisions.measured import tests_of, values_of
from tandem.app.decisions.permits import line_of
from tandem.app.failures import UnknownName
from tandem.app.history.edges import KeptEdges, find_signal, find_subject
from tandem.app.playbook.in_force import Taken
from tandem.app.project import Project, storage_faults
from tandem.language.expression.check import check
from tandem.language.expression.nodes import Condition, Value
from tandem.language.expression.show import show
from tandem.language.expression.units import Unit
from tandem.signals.playbook.declare import Signal
from tandem.signals.world import Answer, Subject
from tandem.values.instants import Instant

if TYPE_CHECKING:
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
    draft: bool = False


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
    received: the line of `boundary.yaml` that says what the signal permits; None where none does, and then nobody receives its firings.
    firing: of this time on; None where it does not fire. quiet_since: the firing that keeps it quiet, less than its cooldown before.
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
    zone: ZoneInfo
    fingerprint: str
    said: Taken
    received: str | None
    firing: Fate | None
    quiet_since: Instant | None


@storage_faults()
def explain(project: Project, asked: ExplainRequest) -> Explained:
    """Raises UnknownName for a signal or a subject that is not there."""
    from tandem.signals.because import changes
    from tandem.timeline.steps import values_at

    work = open_work(project, asked.as_of, draft=asked.draft)
    log, as_of = work.log, work.as_of
    ruling, until = _which(work, asked.signal, work.asked_at(asked.at))
    playbook, fold = ruling.playbook, ruling.fold
    signal = find_signal(playbook, asked.signal)
    kept = ruling.edges(signal)
    ids = fold.timeline.subjects(signal.about).ids
    named = find_subject(log, playbook, signal.about, asked.subject, ids, as_of)
    subject = _code(fold, signal, named)
    edge = _latest(kept, named, until)
    at = until if edge is None else int(kept.at[edge])
    before = _before(kept, edge)
    found = changes(fold, signal.when, signal.about, subject, at) if edge is not None else []
    alone = fold.alone(signal.about, subject)
    types = check(signal.when, playbook.names, signal.about)
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
        facts=tuple(tell_changes(log, found[:FACTS_SHOWN], fold, ruling.zone)),
        exists=bool(values_at(fold.timeline.subjects(signal.about).existence.between(subject, subject + 1), at)[0] == 1),
        until=until,
        as_of=as_of,
        zone=ruling.zone,
        fingerprint=playbook.fingerprint,
        said=work.said,
        **_firing(work, ruling, signal, kept, edge),
    )


def _which(work: Work, signal: str, t: Instant) -> tuple[Ruling, Instant]:
    """By whose rules it is told, and until when: the playbook in force at t; where that has no such signal, the last before it that had."""
    begun = [each for each in work.rulings if each.since <= t] or list(work.rulings[:1])
    until = t
    for each in reversed(begun):
        if signal in each.playbook.playbook.signals:
            return each.playbook, until
        until = each.since - 1
    return begun[-1].playbook, t


def _firing(work: Work, ruling: Ruling, signal: Signal, kept: KeptEdges, edge: int | None) -> dict[str, Any]:
    """What is told of the firing of an edge that enters."""
    rule = ruling.boundary.signals.get(signal.name)
    none = {"received": None if rule is None else line_of(rule.place), "firing": None, "quiet_since": None}
    if edge is None or not kept.entered[edge]:
        return none
    at, whose = int(kept.at[edge]), kept.subject == kept.subject[edge]
    if rule is None:
        # Nobody decides about it, so what is kept of its edges says when it fires.
        fired = kept.at[whose & kept.fires & (kept.at < at)]
        return none | {"quiet_since": None if kept.fires[edge] or not len(fired) else int(fired[-1])}
    subject, whose_now = Subject(signal.about, kept.subjects[int(kept.subject[edge])]), ruling.answers.whose
    left = kept.at[whose & (kept.at > at)]
    ends = min(work.as_of, int(left[0]) - 1 if len(left) else work.as_of)
    ours = [
        each
        for each in work.sweep.firings
        if each.signal == signal.name and each.at <= ends and whose_now(each.subject, each.at, max(at, each.at)) == subject
    ]
    here = next((each for each in ours if at <= each.at), None)
    if here is not None:
        return none | {"firing": fate_of(work, here)}
    before = max((each.at for each in ours), default=None)
    return none | {"quiet_since": before if before is not None and at - before < signal.cooldown else None}


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
