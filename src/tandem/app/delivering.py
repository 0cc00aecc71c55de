"""From a block of a file to a delivery that the log can store: rows parsed, suppressed ones left out, ids digested, columns built.

All of it is a function of the block, the source's reader and the import's own instant, so that it can run in any process.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa

from tandem.app.playbook.product import Suppression
from tandem.connect.block import Block, Failure, Parsed
from tandem.connect.rows import Reader, parse
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
    return deliver(parse(block, intake.reader, received_at=intake.at), told_name(block.file), intake)


def told_name(file: str | Path) -> str:
    """A file's name as text: on disk it is bytes, and those of an old share need not be UTF-8."""
    return os.fsencode(file).decode("utf-8", "replace")


def deliver(parsed: Parsed, file: str, intake: Intake) -> Prepared:
    """Rows that were read, as the log takes them."""
    failed = {failure.row for failure in parsed.failures}
    unwanted = {row for row, _ in parsed.suppressed} | _suppressed(parsed, intake.suppress, failed)
    refused = failed | unwanted
    facts = [each for each in parsed.facts if each[0] not in refused] if refused else parsed.facts
    parted = by_kind(facts)
    undated, nameless = set(parsed.undated), set(parsed.unnumbered)
    # Of a row without an id of its own, the call waits for its number, and what bears the call's id; a record has its own id all the same.
    unnumbered = {(row, fact.id) for row, fact in facts if row in nameless and isinstance(fact, Event)} if nameless else set()
    ids, contents = bytearray(), bytearray()
    rows: list[int] = []
    waiting = []
    for kind, (own_rows, own) in parted.items():
        for row, fact in zip(own_rows, own, strict=True):
            ids += id_digest(intake.key, kind, fact.id)
            contents += content_digest(intake.key, fact, dated=row not in undated)
        if unnumbered:
            waiting += [len(rows) + at for at, (row, fact) in enumerate(zip(own_rows, own, strict=True)) if (row, fact.id) in unnumbered]
        rows += own_rows
    numbers = np.array(rows, np.int64)
    failures, failure_ids = failed_rows(parsed.failures, file, parsed, intake)
    keys = row_keys(sorted(set(range(parsed.received)) - failed), parsed, intake) if intake.with_keys else {}
    return Prepared(
        Delivery(
            source=intake.source,
            file=file,
            received=parsed.received,
            suppressed=len(unwanted),
            columns={kind: to_columns(kind, own) for kind, (_, own) in parted.items()},
            rows=numbers,
            ids=read_ids(bytes(ids), bytes(contents)),
            failures=failures,
            failure_ids=failure_ids,
            row_keys=keys,
            assumed=len({row for row, fact in facts if fact.assumed}),
            repeated_keys=parsed.repeated_keys,
        ),
        waiting,
    )


def joined(parts: Sequence[Parsed], header: bytes) -> Parsed:
    """Rows that were read one by one, as if they had stood in one block."""
    whole = Parsed(header=header)
    for part in parts:
        start = whole.received
        whole.received += part.received
        whole.repeated_keys += part.repeated_keys
        whole.lines += part.lines
        whole.kept += part.kept
        whole.facts += [(start + row, fact) for row, fact in part.facts]
        whole.suppressed += [(start + row, why) for row, why in part.suppressed]
        whole.failures += [msgspec.structs.replace(failure, row=start + failure.row) for failure in part.failures]
        whole.unnumbered += [start + row for row in part.unnumbered]
        whole.undated += [start + row for row in part.undated]
    return whole


def refuse(rows: Sequence[int], parsed: Parsed, file: str, intake: Intake) -> tuple[pa.RecordBatch, Ids]:
    """The rows that the store found to clash, as failures with their ids."""
    named: dict[int, str] = {}
    for row, fact in parsed.facts:
        named.setdefault(row, fact.id)
    clashes = [
        Failure(row, parsed.lines[row], None, "id_reused", f"the id `{named[row]}` was used before for something else", parsed.raw(row))
        for row in rows
    ]
    return failed_rows(clashes, file, parsed, intake)


def failed_rows(failures: Sequence[Failure], file: str, parsed: Parsed, intake: Intake) -> tuple[pa.RecordBatch, Ids]:
    """Failures as the log keeps them, with the ids by which the same failure of the same row is kept once."""
    keys = row_keys([failure.row for failure in failures], parsed, intake)
    entries = [
        {
            "failure_id": keys[failure.row],
            "source": intake.source,
            "file": file,
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
    ids = b"".join(digest(intake.key, b"failure", keys[failure.row].encode(), failure.reason.encode()) for failure in failures)
    return pa.RecordBatch.from_pylist(entries, schema=FAILURE), read_ids(ids, bytes(8 * len(entries))) if entries else NONE


def row_keys(rows: Sequence[int], parsed: Parsed, intake: Intake) -> dict[int, str]:
    """By what each row of a source is known, whatever becomes of it: its text and its line. Calls of one line may be equal, too."""
    keys: dict[int, str] = {}
    equal: dict[str, int] = {}
    for row in rows:
        line = parsed.lines[row].to_bytes(8, "little")
        key = digest(intake.key, b"row", intake.source.encode(), line, parsed.raw(row)).hex()
        equal[key] = equal.get(key, 0) + 1
        keys[row] = key if equal[key] == 1 else f"{key}-{equal[key]}"
    return keys


def _suppressed(parsed: Parsed, suppress: Sequence[Suppression], refused: set[int]) -> set[int]:
    if not suppress:
        return set()
    return {row for row, fact in parsed.facts if row not in refused and any(_matches(rule, fact) for rule in suppress)}


def _matches(rule: Suppression, fact: Fact) -> bool:
    match rule.who, fact:
        case "event", Event():
            return _fits(rule.pattern, fact.name)
        case "person", Event():
            return _fits(rule.pattern, fact.user_id or "")
        case "person", Version(kind="person"):
            return _fits(rule.pattern, fact.record_id)
        case "email", Event() | Version():
            said = fact.fields if isinstance(fact, Version) else fact.properties
            return '"email"' in said and _fits(rule.pattern, str(msgspec.json.decode(said).get("email") or ""))
    return False


def _fits(pattern: str, text: str) -> bool:
    """`*` stands for any text, everything else for itself; case does not count."""
    return _glob(pattern).fullmatch(text.casefold()) is not None


@lru_cache(maxsize=256)
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part.casefold()) for part in pattern.split("*")), re.DOTALL)
