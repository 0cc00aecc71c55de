"""From a block of a file to a delivery that the log can store: rows parsed, suppressed ones left out, ids digested, columns built.

All of it is a function of the block, the source's reader and the import's own instant, so that it can run in any process.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
import pyarrow as pa

from tandem.app.playbook import Suppression
from tandem.connect.block import Block, Failure, Parsed
from tandem.connect.parse import Reader, parse
from tandem.facts.fact import Event, Fact, Version
from tandem.facts.failure import FAILURE
from tandem.facts.sameness import content_digest, id_digest
from tandem.facts.tables import by_kind, to_columns
from tandem.storage.delivery import Delivery
from tandem.storage.known_ids import NONE, Ids, read_ids
from tandem.values.ids import digest
from tandem.values.instants import Instant


@dataclass(frozen=True)
class Intake:
    """One import of one source. key: the project's, for digests. at: the import's own instant. with_keys: failures of it are open."""

    source: str
    reader: Reader
    suppress: tuple[Suppression, ...]
    key: bytes
    at: Instant
    with_keys: bool = False


@dataclass(frozen=True)
class Prepared:
    """delivery: of the block. unnumbered: positions, among the delivery's facts, of those whose id still needs its number in the file."""

    delivery: Delivery
    unnumbered: Sequence[int] = ()


def prepare(block: Block, intake: Intake) -> Prepared:
    """Everything that can be said of a block without knowing what was stored before."""
    parsed = parse(block, intake.reader, received_at=intake.at)
    refused = {failure.row for failure in parsed.failures} | {row for row, _ in parsed.suppressed}
    unwanted = _suppressed(parsed, intake.suppress, refused)
    facts = [(row, fact) for row, fact in parsed.facts if row not in refused and row not in unwanted]
    parted = by_kind(facts)
    undated, unnumbered = set(parsed.undated), set(parsed.unnumbered)
    ids = bytearray()
    contents = bytearray()
    rows: list[int] = []
    waiting = []
    for kind, (own_rows, own) in parted.items():
        for row, fact in zip(own_rows, own, strict=True):
            ids += id_digest(intake.key, kind, fact.id)
            contents += content_digest(intake.key, fact, dated=row not in undated)
            if row in unnumbered:
                waiting.append(len(rows))
            rows.append(row)
    numbers = np.array(rows, np.int64)
    failures, failure_ids = failed_rows(parsed.failures, block, parsed, intake)
    return Prepared(
        Delivery(
            source=intake.source,
            file=block.file,
            received=parsed.received,
            suppressed=len({row for row, _ in parsed.suppressed} | unwanted),
            columns={kind: to_columns(kind, own) for kind, (_, own) in parted.items()},
            rows=numbers,
            ids=read_ids(bytes(ids), bytes(contents)),
            failures=failures,
            failure_ids=failure_ids,
            row_keys=[row_key(intake, parsed.raw(row)) for row in np.unique(numbers).tolist()] if intake.with_keys else (),
            assumed=len({row for row, fact in facts if fact.assumed}),
            repeated_keys=parsed.repeated_keys,
        ),
        waiting,
    )


def refuse(rows: Sequence[int], block: Block, intake: Intake) -> tuple[pa.RecordBatch, Ids]:
    """The rows that the store found to clash, as failures. The block is read once more, for this is rare and keeping every row is not."""
    parsed = parse(block, intake.reader, received_at=intake.at)
    named: dict[int, str] = {}
    for row, fact in parsed.facts:
        named.setdefault(row, fact.id)
    clashes = [
        Failure(row, parsed.lines[row], None, "id_reused", f"the id `{named[row]}` was used before for something else", parsed.raw(row))
        for row in rows
    ]
    return failed_rows(clashes, block, parsed, intake)


def failed_rows(failures: Iterable[Failure], block: Block, parsed: Parsed, intake: Intake) -> tuple[pa.RecordBatch, Ids]:
    """Failures as the log keeps them, with the ids by which the same failure of the same row is kept once."""
    entries = [
        {
            "failure_id": row_key(intake, failure.raw),
            "source": intake.source,
            "file": block.file,
            "line": failure.line,
            "column": failure.column,
            "reason": failure.reason,
            "detail": failure.detail,
            "header": parsed.header or None,
            "raw": failure.raw,
            "at": intake.at,
        }
        for failure in failures
    ]
    ids = b"".join(digest(intake.key, b"failure", str(entry["failure_id"]).encode(), str(entry["reason"]).encode()) for entry in entries)
    batch = pa.RecordBatch.from_pylist(entries, schema=FAILURE)
    return batch, read_ids(ids, bytes(8 * len(entries))) if entries else NONE


def row_key(intake: Intake, raw: bytes) -> str:
    """What a row of a source is known by, whatever became of it."""
    return digest(intake.key, b"row", intake.source.encode(), raw).hex()


def _suppressed(parsed: Parsed, suppress: Sequence[Suppression], refused: set[int]) -> set[int]:
    if not suppress:
        return set()
    return {row for row, fact in parsed.facts if row not in refused and any(_matches(rule, fact) for rule in suppress)}


def _matches(rule: Suppression, fact: Fact) -> bool:
    match rule.who, fact:
        case "event", Event():
            return fnmatchcase(fact.name, rule.pattern)
        case "person", Event():
            return fnmatchcase(fact.user_id or "", rule.pattern)
        case "person", Version(kind="person"):
            return fnmatchcase(fact.record_id, rule.pattern)
        case "email", Event() | Version():
            said = fact.fields if isinstance(fact, Version) else fact.properties
            return '"email"' in said and fnmatchcase(_email(said), rule.pattern)
    return False


def _email(canonical: str) -> str:
    from msgspec import json

    return str(json.decode(canonical).get("email") or "").casefold()
