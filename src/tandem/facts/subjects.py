"""Whose a record is: the subjects that a version of it belongs to, by what the version itself says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tandem.facts.kinds import RECORD_KINDS, SUBJECTS
from tandem.facts.tables import instants

BY_SUBJECT = pa.schema([("kind", pa.string()), ("id", pa.string()), ("fact_id", pa.string()), ("known_at", pa.int64())])


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
    parts = [_named_in(kind, noun, tables[kind]) for kind in RECORD_KINDS if kind in tables for noun in _nouns(kind)]
    return pa.concat_tables([BY_SUBJECT.empty_table(), *parts])


def _nouns(kind: str) -> tuple[str, ...]:
    return (kind,) if kind in SUBJECTS else SUBJECTS


def _named_in(kind: str, noun: str, versions: pa.Table) -> pa.Table:
    """The versions of one kind that name a subject of the kind `noun`."""
    place = SUBJECTS.index(noun)
    if kind in SUBJECTS:
        ids = versions.column("record_id").cast(pa.string())
    else:
        # Few of all the texts of fields differ: each is read once.
        coded = pc.dictionary_encode(versions.column("fields").cast(pa.string())).combine_chunks()
        named = [subjects_named(kind, "", msgspec.json.decode(text))[place] for text in coded.dictionary.to_pylist()]
        ids = pa.array(named, pa.string()).take(coded.indices)
    columns = [pa.nulls(len(ids), pa.string()).fill_null(noun), ids, versions.column("fact_id").cast(pa.string())]
    rows = pa.table([*columns, instants(versions, "known_at")], schema=BY_SUBJECT)
    return rows.filter(pc.is_valid(rows.column("id")))
