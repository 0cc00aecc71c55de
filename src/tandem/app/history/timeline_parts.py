"""The parts of a timeline, each made of the log and of parts before it, in arrays that stand in mapped files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tandem.app.history.asking import Asking, LogTexts, rows_at
from tandem.facts.corrections import gone_over_time
from tandem.facts.kinds import RECORD_KINDS
from tandem.facts.subjects import versions_by_subject
from tandem.facts.tables import to_facts
from tandem.identity.coded import IDENTIFIERS, CodedEvents
from tandem.identity.events import Events
from tandem.identity.history import History
from tandem.identity.identity import plain_table
from tandem.identity.rules import Rules
from tandem.language.expression.nodes import About
from tandem.storage.derived import Builder, Part
from tandem.storage.log import Log
from tandem.timeline.layout import Layout, in_memory
from tandem.timeline.making.coded_log import COLUMNS, ROWS, CodedLog, Coder
from tandem.timeline.making.holdings import Holdings, keys
from tandem.timeline.making.interning import Texts
from tandem.timeline.making.tail import find_tail
from tandem.timeline.making.whose import KINDS, Whose, populations
from tandem.timeline.making.words import Words

Arrays = dict[str, npt.NDArray[Any]]
Flags = npt.NDArray[np.bool_]
# Holdings of more events than these wait in files until they are in order.
ROWS_IN_MEMORY = 8_000_000

_TIMES = ("occurred_at", "known_at", "source")
_RECORD = ("fact_id", "record_id", "fields", "patch", "deleted", "via", *_TIMES)
_FOR_IDENTITY = {"account": _RECORD, "person": _RECORD, "workspace": _RECORD, "merge": ("fact_id", "kind", "gone", "survivor", *_TIMES)}


def code_log(log: Log, builder: Builder, before: CodedLog | None = None, since: int = 0) -> Arrays:
    """The coded log, read file by file. before: what is coded already, of facts before the place `since`."""
    places = [np.asarray(rows["place"]) for rows in log.batches("event", ["place"], since=since)] if before is not None else []
    had = len(before) if before is not None else 0
    count = had + sum(map(len, places)) if before is not None else log.rows("event")
    columns: Arrays = {name: builder.room("log", name, count, kind) for name, kind in ROWS.items()}
    if before is not None:
        for name, column in columns.items():
            column[:had] = getattr(before, name)
    place, filled = columns["place"], had
    for part in places if before is not None else (np.asarray(rows["place"]) for rows in log.batches("event", ["place"])):
        place[filled : filled + len(part)] = part
        filled += len(part)
    assert filled == count, f"{filled} of {count} events"
    if (place[had + 1 :] < place[had:-1]).any():
        place[had:].sort()
    coder = Coder(before)
    for rows in log.batches("event", COLUMNS, since=since, coded=("type", "event", *IDENTIFIERS)):
        at: Any = _positions(place, np.asarray(rows["place"]))
        columns["combination"][at], columns["name"][at] = coder.code(rows)
        columns["occurred"][at], columns["known"][at] = (np.asarray(rows[name].view(pa.int64())) for name in ("occurred_at", "known_at"))
    return CodedLog(**columns, names=coder.names(), identifiers=coder.identifiers(), texts=coder.texts()).arrays()


def _positions(place: npt.NDArray[np.int64], places: npt.NDArray[np.int64]) -> Any:
    at = rows_at(place, places)
    return slice(int(at[0]), int(at[-1]) + 1) if len(at) and at[-1] - at[0] == len(at) - 1 and (at[1:] > at[:-1]).all() else at


def find_history(log: Log, coded: CodedLog, asking: Asking, rules: Rules) -> History:
    """Who is who, of all that was ever known."""
    tables = {kind: plain_table(log.table(kind, columns=columns)) for kind, columns in _FOR_IDENTITY.items()}
    tables["event"] = plain_table(asking.linking())
    corrections: Any = to_facts("correction", log.table("correction"))
    numbers = CodedEvents(coded.combination, coded.identifiers, [words.column().to_pylist() for words in coded.texts], coded.occurred)
    events = Events(numbers, coded.known, LogTexts(asking, coded))
    return History.of_events(events, tables, rules, gone_over_time(corrections))


def find_subjects(log: Log, coded: CodedLog, history: History, before: Mapping[About, Words] | None = None) -> dict[str, Arrays]:
    """The parts `whose`, `ties`, and one for each kind of subject. before: the ids that have codes already."""
    kinds = [kind for kind in log.kinds() if kind in RECORD_KINDS]
    records = versions_by_subject({kind: log.table(kind, columns=["record_id", "fact_id", "fields", "known_at"]) for kind in kinds})
    found = populations(history.existence(records), before)
    whose = Whose.of(history, list(coded.names), {kind: found[kind].ids for kind in KINDS})
    ties = {"person": history.survivors("person"), "account": history.survivors("account"), "family": history.families()}
    told = np.frombuffer(msgspec.msgpack.encode(ties), np.uint8)
    return {"whose": whose.arrays(), "ties": {"told": told}} | {kind: found[kind].arrays() for kind in KINDS}


def lay_out_base(kind: About, base: CodedLog, whose: Whose, subjects: int, is_visitor: Flags, builder: Builder) -> Arrays:
    """The part `layout/KIND`. base: the events that it is of."""
    room = partial(builder.room, f"layout/{kind}")
    scratch = in_memory if len(base) <= ROWS_IN_MEMORY else partial(builder.room, "scratch")
    layout = Holdings.of(base, whose, kind, scratch).laid_out(subjects, room)
    builder.drop("scratch")
    return _columns(layout) | dict(zip(KEYS, keys(base, whose, layout, is_visitor, room=room), strict=True))


def lay_out_tail(
    kind: About, coded: CodedLog, rows: int, before: Whose, whose: Whose, base: Part, subjects: int, is_visitor: Flags
) -> Arrays:
    """The part `tail/KIND`. rows: how many events the base is of. before: whose they were when it was laid out. Raises Disturbed."""
    tail = find_tail(coded, rows, before, whose, kind, layout_of(base), subjects)
    named = dict(zip(KEYS, keys(coded, whose, tail.layout, is_visitor), strict=True))
    return _columns(tail.layout) | named | {"ended": tail.ended, "ended_at": tail.ended_at}


KEYS = ("name", "person", "workspace")
LAYOUT = ("offsets", "enters", "occurred", "row", "leaving", "early_offsets", "early_row", "early_at")


def _columns(layout: Layout) -> Arrays:
    return {each: getattr(layout, each) for each in LAYOUT}


def layout_of(part: Part) -> Layout:
    return Layout(**{each: part[each] for each in LAYOUT})


def read_property(path: tuple[str, ...], coded: CodedLog, asking: Asking, builder: Builder, part: str, before: Part | None) -> Arrays:
    """before: the same of fewer events."""
    code = builder.room(part, "code", len(coded), np.int32)
    texts, had = Texts(), 0
    if before is not None:
        texts, had = Texts(Words.from_arrays("values", before)), len(before["code"])
        code[:had] = before["code"]
    code[had:] = -1
    for places, values in asking.values(path, int(coded.place[had]) if had else 0):
        said = values.dictionary
        of = np.where(np.asarray(pc.equal(said, "null")), -1, texts.codes(said)).astype(np.int32)
        code[rows_at(coded.place, places)] = of[np.asarray(values.indices)]
    return {"code": code} | texts.words().arrays("values")
