"""A signal's edges by folds over the timeline. All that the bench knows of Tandem's own way stands here.

The timeline is built from the lake by identity's history, and kept as plain arrays in a folder beside the project's data.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from history.answer import Edges
from history.playbook import Signal
from tandem.identity.history import History
from tandem.identity.rules import Rules
from tandem.language.expression.nodes import (
    SCALE,
    And,
    Arithmetic,
    Comparison,
    Condition,
    EventName,
    Held,
    Literal,
    Measure,
    Not,
    Or,
    Previous,
    Selector,
    Sequence,
    Since,
    Value,
)
from tandem.language.expression.nodes import (
    Any as Every,
)
from tandem.storage.log import Log
from tandem.timeline.clock import compare_age, held, shifted
from tandem.timeline.extremes import greatest, last, last_occurred, least
from tandem.timeline.kernels import UNKNOWN
from tandem.timeline.layout import Layout, lay_out
from tandem.timeline.sequence import sequence
from tandem.timeline.steps import Steps, aligned, both, compare, compressed, constant, edges, either, negated
from tandem.timeline.windows import count, distinct, total
from tandem.values.instants import DAY

KINDS = ("account", "workspace", "person")
_EVENT = ("message_id", "type", "event", "user_id", "anonymous_id", "workspace_id", "account_id", "occurred_at", "known_at", "source")
_RECORD = ("fact_id", "record_id", "fields", "patch", "deleted", "via", "occurred_at", "known_at", "source")
_LAYOUT = ("offsets", "enters", "occurred", "row", "leaving", "early_offsets", "early_row", "early_at")

Array = npt.NDArray[Any]


def build(project: Path) -> int:
    """The timeline of everything in the lake; how many holdings it has."""
    log = Log(project / "data")
    tables = {"event": log.table("event", columns=[*_EVENT, "properties"]), "workspace": log.table("workspace", columns=_RECORD)}
    events = tables["event"]
    found = History.of({**tables, "event": events.select(_EVENT)}, Rules()).belongings()
    row = found["row"].to_numpy()
    counts = np.asarray(pc.equal(events["type"], "track").combine_chunks())[row] & ~found["excluded"].to_numpy()
    found, row = found.filter(pa.array(counts)), row[counts]
    occurred = _numbers(events["occurred_at"])[row]
    enters, until = np.maximum(found["since"].to_numpy(), occurred), found["until"].to_numpy()
    folder = project / "folds"
    folder.mkdir(exist_ok=True)
    codes = {}
    for kind in KINDS:
        codes[kind], ids = _coded(found[kind])
        (folder / f"{kind}.json").write_text(json.dumps(ids))
    names, said = _coded(events["event"])
    (folder / "names.json").write_text(json.dumps(said))
    texts, distinct_texts = _coded(events["properties"])
    for name in ("plan", "seats"):
        values = [json.loads(text).get(name) for text in distinct_texts]
        if name == "plan":
            plans = sorted({each for each in values if each is not None})
            (folder / "plan.json").write_text(json.dumps(plans))
            values = [-1 if each is None else plans.index(each) for each in values]
        column = np.array([UNKNOWN if each is None else each for each in values], np.int64)[texts]
        np.save(folder / f"{name}.npy", column)
    np.save(folder / "order.npy", _numbers(pc.rank(events["message_id"].combine_chunks(), tiebreaker="first")))
    holdings = 0
    for kind in KINDS:
        there = codes[kind] >= 0
        which = np.flatnonzero(there).astype(np.int32)
        ended = until[which]
        leaves = None if (ended == np.iinfo(np.int64).max).all() else ended
        subjects = len(json.loads((folder / f"{kind}.json").read_text()))
        layout = lay_out(codes[kind][which], enters[which], occurred[which], which, leaves, subjects)
        facts = row[layout.row]
        for column in _LAYOUT:
            np.save(folder / f"{kind}.{column}.npy", getattr(layout, column))
        np.save(folder / f"{kind}.fact.npy", facts.astype(np.int32))
        np.save(folder / f"{kind}.name.npy", names[facts].astype(np.int16))
        for key in ("workspace", "person"):
            np.save(folder / f"{kind}.{key}.npy", codes[key][layout.row])
        holdings += len(layout)
    return holdings


def refresh(project: Path) -> int:
    """Brings the timeline up to what the lake holds by now; how many holdings it has."""
    return build(project)


def history(project: Path, signal: Signal, until: int) -> Callable[[], Edges]:
    """Everything is opened before; asked is the history alone."""
    timeline = _Timeline(project / "folds", signal.about)
    ids = pa.array(json.loads((project / "folds" / f"{signal.about}.json").read_text()))

    def ask() -> Edges:
        found = edges(timeline.truth(signal.condition))
        kept = found.at <= until
        return Edges(ids.take(pa.array(found.subject[kept])), pa.array(found.at[kept]), pa.array(found.entered[kept]))

    return ask


class _Timeline:
    """Layout and columns of one kind of subject, mapped from files; folds by expression."""

    def __init__(self, folder: Path, about: str) -> None:
        self._folder, self._about = folder, about
        self.layout = Layout(*(self._mapped(column) for column in _LAYOUT))
        self._names = json.loads((folder / "names.json").read_text())

    def _mapped(self, column: str) -> Array:
        found: Array = np.load(self._folder / f"{self._about}.{column}.npy", mmap_mode="r")
        return found

    def truth(self, condition: Condition) -> Steps:
        match condition:
            case And(parts) | Or(parts):
                join = both if isinstance(condition, And) else either
                found = self.truth(parts[0])
                for part in parts[1:]:
                    found = join(found, self.truth(part))
                return found
            case Not(part):
                return negated(self.truth(part))
            case Held(part, length):
                return held(self.truth(part), length)
            case Sequence(selectors, within):
                return sequence(self.layout, [self._chosen(each) for each in selectors], within)
            case Comparison(Since(selector), sign, Literal() as length):
                return compare_age(last_occurred(self.layout, self._chosen(selector)), "since", sign, int(str(length.value)))
            case Comparison(Arithmetic(part, "/", whole), sign, Literal() as share):
                return self._share(part, whole, sign, int(str(share.value)))
            case Comparison(left, sign, Arithmetic(Literal() as factor, "*", right)):
                one, other = self._steps(left), self._steps(right)
                times = int(str(factor.value)) // SCALE
                scaled = np.where(other.value == UNKNOWN, UNKNOWN, other.value * times)
                return compare(one, sign, Steps(other.offsets, other.at, scaled, other.initial))
            case Comparison(Measure() as measure, sign, Literal(kind="text") as text):
                plans = json.loads((self._folder / "plan.json").read_text())
                return self._fold(measure, sign=sign, than=plans.index(text.value))
            case Comparison(Measure() as measure, sign, Literal() as than):
                return self._fold(measure, sign=sign, than=int(str(than.value)) // SCALE)
        raise ValueError(f"{condition!r}")

    def _share(self, part: Value, whole: Value, sign: Any, share: int) -> Steps:
        both_ = aligned([self._steps(part), self._steps(whole)])
        above, below = both_.values
        value = np.where(below == 0, UNKNOWN, (above * SCALE >= share * below).astype(np.int64))
        assert sign == ">="
        return compressed(both_.offsets, both_.at, value, UNKNOWN)

    def _steps(self, value: Value) -> Steps:
        match value:
            case Measure():
                return self._fold(value)
            case Previous(measure):
                assert measure.window is not None
                return shifted(self._fold(measure), constant(self.layout.subjects, 1), measure.window)
        raise ValueError(f"{value!r}")

    def _fold(self, measure: Measure, **test: Any) -> Steps:
        layout, window = self.layout, measure.window
        chosen = self._chosen(measure.selector)
        match measure.function:
            case "count":
                return count(layout, chosen, window, **test)
            case "people":
                return distinct(layout, chosen, self._mapped("person"), window, **test)
            case "workspaces":
                return distinct(layout, chosen, self._mapped("workspace"), window, **test)
            case "days":
                first = int(layout.occurred.min(initial=0)) // DAY
                return distinct(layout, chosen, (layout.occurred // DAY - first).astype(np.int32), window, **test)
        assert measure.property is not None
        values = np.load(self._folder / f"{measure.property.path[0]}.npy", mmap_mode="r")[self._mapped("fact")]
        match measure.function:
            case "sum":
                return total(layout, chosen, values, window, **test)
            case "distinct":
                return distinct(layout, chosen, values.astype(np.int32), window, **test)
            case "max":
                return greatest(layout, chosen, values, window, **test)
            case "min":
                return least(layout, chosen, values, window, **test)
            case "last":
                rank = np.load(self._folder / "order.npy", mmap_mode="r")[self._mapped("fact")]
                return last(layout, chosen, np.where(values < 0, UNKNOWN, values), rank, window, **test)
        raise ValueError(f"{measure!r}")

    def _chosen(self, selector: Selector) -> Array | None:
        match selector:
            case Every(where=None):
                return None
            case EventName(name, where=None):
                found: Array = (self._mapped("name") == self._names.index(name)).view(np.uint8)
                return found
        raise ValueError(f"{selector!r}")


def _coded(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int32], list[str]]:
    """Codes, -1 of none, and what they stand for."""
    coded = column.combine_chunks()
    coded = coded if isinstance(coded, pa.DictionaryArray) else coded.dictionary_encode()
    return np.asarray(coded.indices.fill_null(-1)).astype(np.int32), coded.dictionary.to_pylist()


def _numbers(column: Any) -> npt.NDArray[np.int64]:
    found: npt.NDArray[np.int64] = pc.cast(column, pa.int64()).to_numpy()
    return found
