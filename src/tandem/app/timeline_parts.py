"""The parts of a timeline, each made of the log and of parts before it, in arrays that stand in mapped files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tandem.app.asking import Asking, LogTexts, rows_at
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
from tandem.timeline.coded_log import COLUMNS, ROWS, CodedLog, Coder
from tandem.timeline.holdings import holdings, keys
from tandem.timeline.layout import Layout, in_memory
from tandem.timeline.whose import KINDS, Population, Whose, populations
from tandem.timeline.words import Words

Arrays = dict[str, npt.NDArray[Any]]
# Holdings of more events than these wait in files until they are in order.
ROWS_IN_MEMORY = 8_000_000

_TIMES = ("occurred_at", "known_at", "source")
_RECORD = ("fact_id", "record_id", "fields", "patch", "deleted", "via", *_TIMES)
_FOR_IDENTITY = {"account": _RECORD, "person": _RECORD, "workspace": _RECORD, "merge": ("fact_id", "kind", "gone", "survivor", *_TIMES)}


def code_log(log: Log, builder: Builder) -> Arrays:
    """The coded log, read file by file."""
    count = log.rows("event")
    place = builder.room("log", "place", count, np.int64)
    filled = 0
    for rows in log.batches("event", ["place"]):
        place[filled : filled + rows.num_rows] = rows["place"]
        filled += rows.num_rows
    assert filled == count, f"{filled} of {count} events"
    if (place[1:] < place[:-1]).any():
        place.sort()
    columns: Arrays = {"place": place} | {name: builder.room("log", name, count, kind) for name, kind in ROWS.items() if name != "place"}
    coder = Coder()
    for rows in log.batches("event", COLUMNS, coded=("type", "event", *IDENTIFIERS)):
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
    events = Events(CodedEvents(coded.combination, coded.combinations(), coded.occurred), coded.known, LogTexts(asking, coded))
    return History.of_events(events, tables, rules, gone_over_time(corrections))


def find_subjects(log: Log, coded: CodedLog, history: History) -> dict[str, Arrays]:
    """The parts `whose`, `ties`, and one for each kind of subject."""
    kinds = [kind for kind in log.kinds() if kind in RECORD_KINDS]
    records = versions_by_subject({kind: log.table(kind, columns=["record_id", "fact_id", "fields", "known_at"]) for kind in kinds})
    found = populations(history.existence(records))
    codes: Mapping[About, Mapping[str, int]] = {kind: {one: code for code, one in enumerate(found[kind].ids)} for kind in KINDS}
    whose = Whose.of(history, list(coded.names), codes)
    ties = {"person": history.survivors("person"), "account": history.survivors("account"), "family": history.families()}
    told = np.frombuffer(msgspec.msgpack.encode(ties), np.uint8)
    return {"whose": whose.arrays(), "ties": {"told": told}} | {kind: found[kind].arrays() for kind in KINDS}


def lay_out_kind(kind: About, coded: CodedLog, whose: Whose, subjects: Population, persons: Population, builder: Builder) -> Arrays:
    """The part `layout/KIND`."""
    room = partial(builder.room, f"layout/{kind}")
    scratch = in_memory if len(coded) <= ROWS_IN_MEMORY else partial(builder.room, "scratch")
    layout = holdings(coded, whose, kind, len(subjects.ids), room=room, scratch=scratch)
    builder.drop("scratch")
    is_visitor = np.fromiter((one.startswith("?") for one in persons.ids), bool, len(persons.ids))
    name, person, workspace = keys(coded, whose, layout, is_visitor, room=room)
    columns = {each: getattr(layout, each) for each in LAYOUT}
    return columns | {"name": name, "person": person, "workspace": workspace}


LAYOUT = ("offsets", "enters", "occurred", "row", "leaving", "early_offsets", "early_row", "early_at")


def layout_of(part: Part) -> Layout:
    return Layout(**{each: part[each] for each in LAYOUT})


def read_property(path: tuple[str, ...], coded: CodedLog, asking: Asking, builder: Builder, part: str) -> Arrays:
    code = builder.room(part, "code", len(coded), np.int32)
    code[:] = -1
    codes: dict[str, int] = {"null": -1}
    for places, values in asking.values(path):
        of = np.fromiter((codes.setdefault(value, len(codes) - 1) for value in values.dictionary.to_pylist()), np.int32)
        code[rows_at(coded.place, places)] = of[np.asarray(values.indices)]
    del codes["null"]
    return {"code": code} | Words.of(codes).arrays("values")


def read_order(coded: CodedLog, asking: Asking, builder: Builder, part: str) -> Arrays:
    order = builder.room(part, "order", len(coded), np.int64)
    for places, positions in asking.order():
        order[rows_at(coded.place, places)] = positions
    return {"order": order}
