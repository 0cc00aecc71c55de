"""`tandem doctor`: what is doubtful in the data: assumed times, conflicts, values that did not cast, sources that went quiet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tandem.app.failed import open_rows
from tandem.app.history.knowledge import Knowledge
from tandem.app.history.silence import is_stale
from tandem.app.project import Project
from tandem.boundary.playbook.policy import PURPOSES, Boundary
from tandem.facts.kinds import RECORD_KINDS, FieldType
from tandem.facts.tables import FACT_SCHEMAS
from tandem.identity.conflicts import Conflict
from tandem.identity.identity import Unmatched
from tandem.values.instants import DAY, Instant, read_instant

NUMBER_MAX = 2**63 / 1_000_000  # About 9.2 trillion.


@dataclass(frozen=True)
class SourceHealth:
    """rows: as they ended, over all imports. assumed_share: of its facts, those whose `known_at` nobody stated.

    last_known: the greatest `known_at` of its facts. silent_days: from then to the instant of the question. stale: silent far longer
    than ever before. repeated_keys: keys that stood twice in one object. open_failures: failed rows that nothing has mended yet.
    """

    source: str
    received: int
    stored: int
    duplicate: int
    suppressed: int
    failed: int
    facts: int
    assumed_share: float
    last_known: Instant | None
    silent_days: float | None
    stale: bool
    repeated_keys: int
    open_failures: int


@dataclass(frozen=True)
class Uncast:
    """A declared field, or a property, with values that are not of its type. example: one of them. usual: the type that most have."""

    kind: str
    name: str
    usual: str
    uncast: int
    total: int
    example: str


@dataclass(frozen=True)
class Doctor:
    """Everything doubtful, as of an instant. adds_up: received = stored + duplicate + suppressed + failed, of every source.

    always_known: kinds with versions that are known from the beginning, and how many. never_seen: declared events that never came. endless: ids
    of overrides that state no end. unnamed: the channel or purpose, its value, and how many touches, where no boundary names that value.
    """

    sources: tuple[SourceHealth, ...]
    adds_up: bool
    conflicts: tuple[Conflict, ...]
    unmatched: tuple[Unmatched, ...]
    uncast: tuple[Uncast, ...]
    always_known: tuple[tuple[str, int], ...]
    never_seen: tuple[str, ...]
    open_failures: int
    as_of: Instant
    endless: tuple[str, ...] = ()
    unnamed: tuple[tuple[str, str, int], ...] = ()


def examine(project: Project, as_of: str | None = None) -> Doctor:
    """All of the log, at the instant of the question."""
    log = project.log()
    at = project.as_of(as_of, log)
    knowledge = Knowledge(log, project.playbook.product.rules, at)
    ledger = log.table("ledger")
    waiting = Counter(row.source for row in open_rows(log))
    sources = tuple(_source(name, ledger, knowledge, waiting[name]) for name in sorted(set(ledger["source"].to_pylist())))
    seen = set(knowledge.table("event", ["message_id", "event"])["event"].to_pylist())
    always = []
    for kind in knowledge.records():
        count = pc.sum(knowledge.table(kind, ["fact_id", "always"])["always"].cast(pa.int64())).as_py() or 0
        if count:
            always.append((kind, count))
    return Doctor(
        sources,
        all(source.received == source.stored + source.duplicate + source.suppressed + source.failed for source in sources),
        tuple(knowledge.identity.conflicts()),
        tuple(knowledge.identity.unmatched_accounts(knowledge.named_accounts())),
        tuple(_uncast(knowledge)),
        tuple(always),
        tuple(sorted(set(project.playbook.product.events) - seen)),
        waiting.total(),
        at,
        tuple(one for one, said in sorted(_last_words(knowledge, "override").items()) if said.get("until") is None),
        tuple(_unnamed(project, knowledge)),
    )


def _last_words(knowledge: Knowledge, kind: str) -> dict[str, dict[str, Any]]:
    """What each record of a kind says last, by its id."""
    if kind not in knowledge.records():
        return {}
    columns = ("occurred_at", "fact_id", "record_id", "fields", "patch", "deleted")
    table = knowledge.table(kind, columns)
    found: dict[str, dict[str, Any]] = {}
    for _, _, record, fields, patch, deleted in sorted(zip(*(table[name].to_pylist() for name in columns), strict=True)):
        found[record] = (found.get(record, {}) if patch else {}) | msgspec.json.decode(fields)
        if deleted:
            del found[record]
    return found


def _unnamed(project: Project, knowledge: Knowledge) -> Iterator[tuple[str, str, int]]:
    named = {"channel": (project.playbook.boundary or Boundary()).channels, "purpose": PURPOSES}
    touches = _last_words(knowledge, "touch").values()
    for field, known in named.items():
        found = Counter(said for each in touches if (said := str(each.get(field) or "").casefold()) and said not in known)
        yield from ((field, value, n) for value, n in sorted(found.items()))


def _source(name: str, ledger: pa.Table, knowledge: Knowledge, open_failures: int) -> SourceHealth:
    rows = ledger.filter(pc.equal(ledger["source"], name))
    counted = {
        each: int(pc.sum(rows[each]).as_py() or 0) for each in ("received", "stored", "duplicate", "suppressed", "failed", "repeated_keys")
    }
    facts = assumed = 0
    known: list[int] = []
    for kind in knowledge.kinds():
        table = knowledge.table(kind, ["message_id" if kind == "event" else "fact_id", "source", "assumed", "known_at"])
        own = table.filter(pc.equal(table["source"], name))
        facts += own.num_rows
        assumed += int(pc.sum(own["assumed"].cast(pa.int64())).as_py() or 0)
        known += pc.unique(pc.floor_temporal(own["known_at"], unit="hour").cast(pa.int64())).to_pylist()
        if own.num_rows:
            known.append(int(pc.max(own["known_at"]).value))
    known.sort()
    last = known[-1] if known else None
    silent = None if last is None else max(0, knowledge.as_of - last)
    return SourceHealth(
        source=name,
        facts=facts,
        assumed_share=assumed / facts if facts else 0.0,
        last_known=last,
        silent_days=None if silent is None else silent / DAY,
        stale=is_stale(known, knowledge.as_of),
        open_failures=open_failures,
        **counted,
    )


def _uncast(knowledge: Knowledge) -> list[Uncast]:
    """Declared fields of records by their type; properties of events by the type that nearly all of their values have."""
    found = []
    for kind in knowledge.records():
        declared = RECORD_KINDS[kind].fields
        wrong: Counter[str] = Counter()
        total: Counter[str] = Counter()
        example: dict[str, str] = {}
        for text in knowledge.table(kind, ["fact_id", "fields"])["fields"].to_pylist():
            for name, value in msgspec.json.decode(text).items():
                if name in declared and value is not None:
                    total[name] += 1
                    if not _is_a(declared[name], value):
                        wrong[name] += 1
                        example.setdefault(name, str(value))
        found += [Uncast(kind, name, declared[name], n, total[name], example[name]) for name, n in sorted(wrong.items())]
    return found + _mixed_properties(knowledge)


def _mixed_properties(knowledge: Knowledge) -> list[Uncast]:
    seen: dict[tuple[str, str], Counter[str]] = {}
    example: dict[tuple[str, str, str], str] = {}
    table = knowledge.table("event", ["message_id", "event", "properties"])
    distinct = table.group_by(["event", "properties"]).aggregate([([], "count_all")])
    for event, text, count in zip(*(distinct[name].to_pylist() for name in ("event", "properties", "count_all")), strict=True):
        for name, value in msgspec.json.decode(text).items():
            if value is not None and value != "":
                shape = _shape_of(value)
                seen.setdefault((event, name), Counter())[shape] += count
                example.setdefault((event, name, shape), str(value))
    mixed = []
    for (event, name), shapes in sorted(seen.items()):
        usual = shapes.most_common(1)[0][0]
        total = sum(shapes.values())
        if usual.startswith("number") and shapes["number"] < total:
            other = next(shape for shape in shapes if shape != "number")
            mixed.append(Uncast(event, name, "number", total - shapes["number"], total, example[event, name, other]))
    return mixed


def _shape_of(value: object) -> str:
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float):
        # Conditions count in millionths within 64 bits; what is beyond is no number to them.
        return "number" if abs(value) < NUMBER_MAX else "number too large"
    return "text" if isinstance(value, str) else "object"


def _is_a(declared: FieldType, value: object) -> bool:
    match declared:
        case "number":
            return _shape_of(value) == "number"
        case "whole" | "money":
            return isinstance(value, int) and _shape_of(value) == "number"
        case "flag":
            return isinstance(value, bool)
        case "date" | "instant":
            return isinstance(value, str) and _is_instant(value)
        case _:
            return isinstance(value, str)


def _is_instant(text: str) -> bool:
    try:
        read_instant(text, None)
    except LookupError:
        return True
    except ValueError:
        return False
    return True


assert set(FACT_SCHEMAS) > set(RECORD_KINDS), "every kind of record is a kind of fact"
