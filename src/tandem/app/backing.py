"""The facts that a backtest stands on: who told them, until when their sources are complete, and what a mapping says was known always."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tandem.app.playbook.playbook import Playbook
from tandem.language.expression.nodes import EventName, FieldRef, RecordMeasure, Selector, SetName
from tandem.signals.playbook.declare import Signal
from tandem.signals.playbook.outcomes import Outcome
from tandem.storage.log import Log
from tandem.values.instants import Instant

if TYPE_CHECKING:
    from tandem.signals.backtest.hindsight import Hindsight
    from tandem.signals.fold import Fold


def complete_until(playbook: Playbook, sources: Iterable[str]) -> Iterator[Instant]:
    """Until when each source is complete, of those that say so, by the playbook or by when their export was made."""
    judged, mappings = playbook.product.judged, playbook.sources
    for source in sources:
        exported = mappings[source].exported_at if source in mappings else None
        if source in judged.complete_until:
            yield judged.complete_until[source]
        elif isinstance(exported, int):
            yield exported


def sources_of(log: Log, outcome: Outcome, hindsight: Hindsight) -> set[str]:
    """The sources that have told of such outcomes, or might have."""
    from tandem.signals.backtest.occurrences import records_read

    if outcome.selector is None:
        return {version.source for kind in records_read(outcome) for version in hindsight.records(kind)}
    names = _events_of(outcome.selector, hindsight)
    found: set[str] = set()
    for batch in log.batches("event", ["event", "source"], coded=["event", "source"]):
        picked = batch if names is None else batch.filter(pc.is_in(batch["event"].cast(pa.string()), pa.array(sorted(names))))
        found.update(pc.unique(picked["source"].cast(pa.string())).to_pylist())
    return found


def _events_of(selector: Selector, hindsight: Hindsight) -> set[str] | None:
    """The names that a selector may pick; None for any."""
    match selector:
        case EventName():
            return {selector.name}
        case SetName():
            names = [_events_of(each, hindsight) for each in hindsight.declared.sets[selector.name]]
            return None if None in names else {name for each in names if each is not None for name in each}
    return None


def kinds_read(fold: Fold, signal: Signal, outcome: Outcome) -> set[str]:
    """The kinds of record that a signal or an outcome reads."""
    from tandem.signals.backtest.occurrences import records_read
    from tandem.signals.edges import reached

    kinds = set(records_read(outcome))
    for node in reached(fold.settings, signal.when):
        if isinstance(node, RecordMeasure):
            kinds.add(node.record)
        elif isinstance(node, FieldRef):
            kinds |= {node.path[0]} if len(node.path) > 1 else {"account", signal.about}
            kinds |= {"plan": {"subscription"}, "is_target": {"target"}}.get(node.path[-1], set())
    return kinds


def always_known(log: Log, as_of: Instant, kinds: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The fields of each kind of record that a mapping says were known always."""
    found: dict[str, tuple[str, ...]] = {}
    for kind in sorted(set(kinds) & set(log.kinds())):
        table = log.table(kind, columns=["always", "fields"], as_of=as_of)
        always = table.filter(table["always"])["fields"].unique().to_pylist()
        fields = sorted({name for said in always for name in msgspec.json.decode(said)})
        if fields:
            found[kind] = tuple(fields)
    return found
