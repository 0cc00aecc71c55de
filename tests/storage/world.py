"""Deliveries made of facts, for tests of the log."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from tandem.facts.fact import Event, Fact
from tandem.facts.failure import FAILURE
from tandem.facts.sameness import content_digest, id_digest
from tandem.facts.tables import by_kind, to_columns
from tandem.storage.delivery import Delivery
from tandem.storage.known_ids import Ids, read_ids

AT = 1_800_000_000_000_000


def event(name: str, *, at: int = 0, plan: str = "free", known: int | None = None) -> Event:
    occurred = 1_700_000_000_000_000 + at
    return Event(
        id=name,
        type="track",
        name="Seen",
        user_id="ann",
        occurred_at=occurred,
        known_at=occurred if known is None else 1_700_000_000_000_000 + known,
        source="test",
        properties=f'{{"plan":"{plan}"}}',
    )


def delivery(key: bytes, rows: Sequence[Sequence[Fact]], *, failures: Sequence[str] = (), keys: Sequence[str] = ()) -> Delivery:
    """Rows of facts, and the raw texts of rows that failed."""
    parted = by_kind((number, fact) for number, row in enumerate(rows) for fact in row)
    ids = b"".join(id_digest(key, kind, fact.id) for kind, (_, facts) in parted.items() for fact in facts)
    contents = b"".join(content_digest(key, fact) for _, facts in parted.values() for fact in facts)
    return Delivery(
        source="test",
        file="test.jsonl",
        received=len(rows) + len(failures),
        suppressed=0,
        columns={kind: to_columns(kind, facts) for kind, (_, facts) in parted.items()},
        rows=np.array([row for numbers, _ in parted.values() for row in numbers], np.int64),
        ids=read_ids(ids, contents),
        failures=pa.RecordBatch.from_pylist([failure(raw, "bad_value") for raw in failures], schema=FAILURE),
        failure_ids=failure_ids(key, failures, "bad_value"),
        row_keys=dict(enumerate(keys)),
    )


def failure(raw: str, reason: str) -> dict[str, object]:
    return {
        "failure_id": raw,
        "source": "test",
        "file": "test.jsonl",
        "line": 1,
        "reason": reason,
        "detail": "",
        "raw": raw.encode(),
        "at": AT,
    }


def failure_ids(key: bytes, raws: Sequence[str], reason: str) -> Ids:
    return read_ids(b"".join(id_digest(key, f"failure {reason}", raw) for raw in raws), bytes(8 * len(raws)))


def no_clash(rows: Sequence[int]) -> tuple[pa.RecordBatch, Ids]:
    raise AssertionError(f"rows {rows} clash")


def refuse_with(key: bytes) -> object:
    def refuse(rows: Sequence[int]) -> tuple[pa.RecordBatch, Ids]:
        raws = [f"row {row}" for row in rows]
        return pa.RecordBatch.from_pylist([failure(raw, "id_reused") for raw in raws], schema=FAILURE), failure_ids(key, raws, "id_reused")

    return refuse
