"""Facts as Arrow tables: one schema a kind, the one that the lake keeps. Instants are `timestamp[us, UTC]`, JSON stays text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

import pyarrow as pa

from tandem.facts.fact import Correction, Event, Fact, Merge, Version
from tandem.facts.kinds import RECORD_KINDS

INSTANT = pa.timestamp("us", tz="UTC")

# Where and when: every kind ends with these. `place` is given when a fact is stored.
_ORDERS = [("occurred_at", INSTANT), ("known_at", INSTANT), ("assumed", pa.bool_()), ("place", pa.int64()), ("source", pa.string())]

EVENT = pa.schema(
    [
        ("message_id", pa.string()),
        ("type", pa.string()),
        ("event", pa.string()),
        ("user_id", pa.string()),
        ("anonymous_id", pa.string()),
        ("workspace_id", pa.string()),
        ("account_id", pa.string()),
        *_ORDERS,
        ("properties", pa.string()),
        ("context", pa.string()),
    ]
)
RECORD = pa.schema(
    [
        ("fact_id", pa.string()),
        ("record_id", pa.string()),
        ("fields", pa.string()),
        ("patch", pa.bool_()),
        ("deleted", pa.bool_()),
        ("always", pa.bool_()),
        ("via", pa.string()),
        *_ORDERS,
    ]
)
MERGE = pa.schema([("fact_id", pa.string()), ("kind", pa.string()), ("gone", pa.string()), ("survivor", pa.string()), *_ORDERS])
CORRECTION = pa.schema([("fact_id", pa.string()), ("target", pa.string()), ("replacement", pa.string()), ("undo", pa.bool_()), *_ORDERS])

# The kinds of fact that a log holds, in the order in which they are told.
FACT_SCHEMAS: dict[str, pa.Schema] = {
    "event": EVENT,
    **dict.fromkeys(RECORD_KINDS, RECORD),
    "merge": MERGE,
    "correction": CORRECTION,
}

# A fact's attribute under each column; `place` is missing from all of them.
_ATTRIBUTE = {"message_id": "id", "fact_id": "id", "event": "name"}


def kind_of(fact: Fact) -> str:
    """The table that a fact belongs to."""
    match fact:
        case Event():
            return "event"
        case Version(kind=kind):
            return kind
        case Merge():
            return "merge"
        case Correction():
            return "correction"


def unplaced(kind: str) -> pa.Schema:
    """The schema of a kind before its facts have a place."""
    schema = FACT_SCHEMAS[kind]
    return schema.remove(schema.get_field_index("place"))


def to_columns(kind: str, facts: Sequence[Fact]) -> pa.RecordBatch:
    """Facts of one kind, in their order, without a place."""
    schema = unplaced(kind)
    said = attrgetter(*(_ATTRIBUTE.get(name, name) for name in schema.names))
    columns = zip(*map(said, facts), strict=True) if facts else ((),) * len(schema)
    arrays = [
        pa.array(values, pa.int64()).view(INSTANT) if field.type == INSTANT else pa.array(values, field.type)
        for field, values in zip(schema, columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def by_kind(facts: Iterable[tuple[int, Fact]]) -> dict[str, tuple[list[int], list[Fact]]]:
    """Numbered facts, parted by kind, order kept."""
    parted: dict[str, tuple[list[int], list[Fact]]] = {}
    for row, fact in facts:
        kind = "event" if type(fact) is Event else kind_of(fact)
        own = parted.get(kind)
        if own is None:
            own = parted[kind] = ([], [])
        own[0].append(row)
        own[1].append(fact)
    return parted


def placed(columns: pa.RecordBatch, places: pa.Array, kind: str) -> pa.RecordBatch:
    """The columns with their places, in the kind's full schema."""
    schema = FACT_SCHEMAS[kind]
    arrays = [places if name == "place" else columns.column(name) for name in schema.names]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def to_facts(kind: str, table: pa.Table) -> list[Fact]:
    """The facts of a table, in its order; the inverse of `to_columns` but for the place."""
    names = [name for name in table.schema.names if name in FACT_SCHEMAS[kind].names and name != "place"]
    plain = {name: (instants(table, name) if FACT_SCHEMAS[kind].field(name).type == INSTANT else table[name]).to_pylist() for name in names}
    shape: type[Any] = {"event": Event, "merge": Merge, "correction": Correction}.get(kind, Version)
    extra = {"kind": kind} if shape is Version else {}
    return [shape(**extra, **{_ATTRIBUTE.get(name, name): values[row] for name, values in plain.items()}) for row in range(table.num_rows)]


def instants(table: pa.Table, name: str) -> pa.ChunkedArray:
    """A column of instants as whole microseconds."""
    column = table[name]
    return column if column.type == pa.int64() else pa.chunked_array([part.view(pa.int64()) for part in column.chunks], pa.int64())
