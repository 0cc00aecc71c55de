"""Facts as lines of the notation: what changed something, what a record says, what somebody did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from tandem.facts.text import show as show_fact
from tandem.storage.log import Log
from tandem.values.instants import Instant

if TYPE_CHECKING:
    from tandem.app.decisions.decided import Ruling
    from tandem.signals.because import Change
    from tandem.signals.fold import Fold
    from tandem.signals.world import Subject


@dataclass(frozen=True)
class Told:
    """A fact that changed something at an edge. how: it entered, it left, or it aged out of a window. line: in notation."""

    how: str
    id: str
    kind: str
    occurred_at: Instant
    known_at: Instant
    line: str


def tell_changes(log: Log, found: list[Change], fold: Fold, zone: tzinfo) -> Iterator[Told]:
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


def lines_of_records(ruling: Ruling, kind: str, ids: Iterable[str], t: Instant) -> tuple[str, ...]:
    """The last word on each of these records that was known at t, by its instant."""
    wanted = set(ids)
    last: dict[str, tuple[Instant, str]] = {}
    for each in ruling.fold.timeline.records(kind) if wanted else ():
        known = each.occurred_at <= t and any(since <= t < until for since, until in each.stretches)
        if known and each.record_id in wanted:
            last[each.record_id] = max(last.get(each.record_id, (each.occurred_at, each.id)), (each.occurred_at, each.id))
    facts = ruling.log.named(kind, [one for _, one in last.values()])
    return tuple(show_fact(each, ruling.zone) for each in sorted(facts, key=lambda fact: (fact.occurred_at, fact.id)))


def lines_of_events(ruling: Ruling, subject: Subject, occurred: Instant, t: Instant) -> tuple[str, ...]:
    """What a subject did at an instant, as far as it was known to be the subject's at t."""
    from tandem.signals.because import happened_at

    code = ruling.code(subject)
    rows = [] if code is None else happened_at(ruling.fold, subject.kind, code, occurred, t)
    return tuple(show_fact(each, ruling.zone) for each in ruling.log.at("event", ruling.fold.timeline.places(rows)))
