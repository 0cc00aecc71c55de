"""Whose a record is: the subjects that a version of it belongs to, by what the version itself says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tandem.facts.kinds import RECORD_KINDS, SUBJECTS
from tandem.facts.tables import instants

# workspace: the one that the version names, and names_account: whether it names an account, whatever the row's subject is.
BY_SUBJECT = pa.schema(
    [
        *((name, pa.string()) for name in ("kind", "id", "fact_id")),
        ("known_at", pa.int64()),
        ("workspace", pa.string()),
        ("names_account", pa.bool_()),
    ]
)


def subjects_named(kind: str, record_id: str, fields: Mapping[str, Any]) -> tuple[str | None, str | None, str | None]:
    """The person, workspace and account that a record names, before merges. The record of a subject is its own and names no other.

    >>> subjects_named("subscription", "S-1", {"workspace": "w1", "account": None}), subjects_named("person", "ann", {"account": "acme"})
    ((None, 'w1', None), ('ann', None, None))
    """
    named = {kind: record_id} if kind in SUBJECTS else fields
    person, workspace, account = (one if isinstance(one := named.get(noun), str) else None for noun in SUBJECTS)
    return person, workspace, account


def versions_by_subject(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Every version of every record, once for each subject that it names: `BY_SUBJECT`, where `kind` is the subject's.

    tables: facts by kind; those of other kinds than records are left alone. A patch that does not repeat whose its record is has
    no row, for a version before it says so.
    """
    parts = [rows for kind in RECORD_KINDS if kind in tables for rows in _by_subject(kind, tables[kind])]
    return pa.concat_tables([BY_SUBJECT.empty_table(), *parts])


def _by_subject(kind: str, versions: pa.Table) -> Iterator[pa.Table]:
    """The rows of one kind's versions, the subjects of each kind in turn."""
    if kind in SUBJECTS:
        named = {noun: pa.nulls(versions.num_rows, pa.string()) for noun in SUBJECTS}
        named[kind] = versions.column("record_id").cast(pa.string())
    else:
        # Few of all the texts of fields differ: each is read once.
        coded = pc.dictionary_encode(versions.column("fields").cast(pa.string())).combine_chunks()
        said = [subjects_named(kind, "", msgspec.json.decode(text)) for text in coded.dictionary.to_pylist()]
        named = {noun: pa.array([each[place] for each in said], pa.string()).take(coded.indices) for place, noun in enumerate(SUBJECTS)}
    for noun, ids in named.items():
        columns = {
            "kind": pa.nulls(versions.num_rows, pa.string()).fill_null(noun),
            "id": ids,
            "fact_id": versions.column("fact_id").cast(pa.string()),
            "known_at": instants(versions, "known_at"),
            "workspace": named["workspace"],
            "names_account": pc.is_valid(named["account"]),
        }
        yield pa.table(columns, schema=BY_SUBJECT).filter(pc.is_valid(ids))
