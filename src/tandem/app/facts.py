"""`tandem facts`: the facts that count, with whom they belong to, as of an instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import cache, cached_property
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tandem.app.failures import UnknownName
from tandem.app.history.knowledge import Knowledge
from tandem.app.identity import find_holder
from tandem.app.project import Project
from tandem.facts.fact import Fact
from tandem.facts.kinds import RECORD_KINDS, SUBJECTS
from tandem.facts.tables import FACT_SCHEMAS, to_facts
from tandem.facts.text import show
from tandem.values.instants import Instant

EVENT_COLUMNS = (
    "message_id", "type", "event", "person", "workspace", "account", "occurred_at", "known_at", "place", "source", "properties"
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """kind: of fact, or None for all on one time axis. person, workspace, account: only what belongs to them, by any of their names.

    limit: at most so many, the latest.
    """

    kind: str | None = None
    person: str | None = None
    workspace: str | None = None
    account: str | None = None
    event: str | None = None
    source: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    limit: int | None = None
    as_of: str | None = None


@dataclass(frozen=True, eq=False)
class Listed:
    """parts: the facts by kind, each kind by time and place; events with their belonging. total: how many there are before the limit.

    What a door does not print is not computed. Instants in `rows` are whole microseconds; a time on a line is read in `zone`.
    """

    kind: str | None
    parts: Mapping[str, pa.Table]
    total: int
    as_of: Instant
    zone: tzinfo

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of `rows`, in their order."""
        return self._rendered[0]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One a fact."""
        return self._rendered[1]

    @property
    def lines(self) -> list[str]:
        """One a fact, in notation."""
        return [line for *_, line in self._told]

    @cached_property
    def _rendered(self) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
        if self.kind is None:
            rows = [
                {
                    "kind": kind,
                    "id": fact.id,
                    "occurred_at": at,
                    "known_at": fact.known_at,
                    "place": place,
                    "source": fact.source,
                    "fact": line,
                }
                for at, place, kind, fact, line in self._told
            ]
            return ("kind", "id", "occurred_at", "known_at", "place", "source", "fact"), rows
        table = self.parts.get(self.kind, FACT_SCHEMAS[self.kind].empty_table())
        return _event_rows(table) if self.kind == "event" else _record_rows(self.kind, table)

    @cached_property
    def _told(self) -> list[tuple[Instant, int, str, Fact, str]]:
        told = [
            (fact.occurred_at, place, kind, fact, line)
            for kind, table in self.parts.items()
            for fact, place, line in zip(to_facts(kind, table), table["place"].to_pylist(), _lines(kind, table, self.zone), strict=True)
        ]
        return sorted(told, key=lambda each: each[:2])


def list_facts(project: Project, asked: Facts) -> Listed:
    """Facts by time and place. Raises UnknownName for a kind, an event, a person or an account that the log does not have."""
    log = project.log()
    as_of = project.as_of(asked.as_of, log)
    knowledge = Knowledge(log, project.playbook.product.rules, as_of)
    if asked.kind is not None and asked.kind not in FACT_SCHEMAS:
        raise UnknownName("kind of fact", asked.kind, FACT_SCHEMAS)
    asked = _resolved(knowledge, asked)
    kinds = knowledge.kinds() if asked.kind is None else [asked.kind]
    parts = {kind: table for kind in kinds for table in [_chosen(knowledge, kind, asked)] if table.num_rows}
    if not parts:
        _explain_nothing(knowledge, asked)
    if asked.kind is None and "event" in parts:
        # A call tells for the record or merge that it brought along.
        calls = parts["event"]["message_id"]
        told = {
            kind: table if kind == "event" else table.filter(pc.invert(pc.is_in(table["fact_id"], calls))) for kind, table in parts.items()
        }
        parts = {kind: table for kind, table in told.items() if table.num_rows}
    total = sum(table.num_rows for table in parts.values())
    return Listed(asked.kind, _latest(parts, asked.limit), total, as_of, project.zone)


def _latest(parts: Mapping[str, pa.Table], limit: int | None) -> dict[str, pa.Table]:
    """Each kind by time and place; of all kinds together, at most so many, the latest."""
    ordered = {kind: table.sort_by([("occurred_at", "ascending"), ("place", "ascending")]) for kind, table in parts.items()}
    if limit is None or not ordered:
        return ordered
    axis = pa.concat_tables([table.select(["occurred_at", "place"]) for table in ordered.values()])
    axis = axis.append_column("kind", pa.array(np.repeat(np.arange(len(ordered)), [table.num_rows for table in ordered.values()])))
    axis = axis.sort_by([("occurred_at", "ascending"), ("place", "ascending")])
    counts = np.bincount(axis["kind"].to_numpy()[max(0, axis.num_rows - limit) :], minlength=len(ordered)).tolist()
    return {kind: table.slice(table.num_rows - n) for (kind, table), n in zip(ordered.items(), counts, strict=True) if n}


def _chosen(knowledge: Knowledge, kind: str, asked: Facts) -> pa.Table:
    """The facts of a kind that were asked for; events with their belonging."""
    table = knowledge.table(kind)
    keep = pa.array([True] * table.num_rows, pa.bool_())
    if asked.source is not None:
        keep = pc.and_(keep, pc.equal(table["source"], asked.source))
    if asked.since is not None:
        keep = pc.and_(keep, pc.greater_equal(table["occurred_at"].cast(pa.int64()), asked.since))
    if asked.until is not None:
        keep = pc.and_(keep, pc.less(table["occurred_at"].cast(pa.int64()), asked.until))
    if kind == "event":
        belonging = knowledge.identity.belonging(table)
        for name in belonging.schema.names:
            table = table.append_column(name, belonging[name])
        for name in ("person", "workspace", "account", "event"):
            wanted = getattr(asked, name)
            if wanted is not None:
                keep = pc.and_(keep, pc.fill_null(pc.equal(table[name], wanted), False))
    elif asked.event is not None:
        keep = pc.and_(keep, False)
    else:
        for noun in SUBJECTS:
            if getattr(asked, noun) is not None:
                keep = pc.and_(keep, pa.array(_about(knowledge, kind, table, noun, getattr(asked, noun)), pa.bool_()))
    return table.filter(keep)


def _resolved(knowledge: Knowledge, asked: Facts) -> Facts:
    """The subjects under their printed names: a domain or an address may be asked for, or an id that was merged away."""
    if asked.person is None and asked.account is None:
        return asked
    identity = knowledge.identity
    person = None if asked.person is None else identity.person_of(asked.person) or find_holder(identity, asked.person) or asked.person
    account = None if asked.account is None else identity.account_of(asked.account) or asked.account
    return replace(asked, person=person, account=account)


def _about(knowledge: Knowledge, kind: str, table: pa.Table, noun: str, wanted: str) -> list[bool]:
    """Of each record's version, merge or correction: is it about the person, workspace or account that was asked for?"""
    identity = knowledge.identity
    names = identity.names_of(wanted).get(noun, frozenset({wanted}))
    if kind == "merge":
        return [
            gone in names or survivor in names
            for gone, survivor in zip(table["gone"].to_pylist(), table["survivor"].to_pylist(), strict=True)
        ]
    if kind == "correction":
        return [False] * table.num_rows
    whose = cache(identity.account_of)

    def is_about(record_id: str, fields: dict[str, Any]) -> bool:
        linked = {**fields, kind: record_id}
        if noun in linked:
            return linked[noun] in names
        # A record that names no account belongs to that of its workspace, else to that of its person.
        through = linked.get("workspace") or linked.get("person")
        return noun == "account" and isinstance(through, str) and whose(through) in names

    records = table["record_id"].to_pylist()
    said = map(msgspec.json.decode, table["fields"].to_pylist())
    # A patch need not repeat whose the record is: one version that says so speaks for all.
    about = {record for record, fields in zip(records, said, strict=True) if is_about(record, fields)}
    return [record in about for record in records]


def _explain_nothing(knowledge: Knowledge, asked: Facts) -> None:
    """Nothing was found: was a name meant that is nearly one in the log?"""
    if all(getattr(asked, noun) is None for noun in (*SUBJECTS, "event")):
        return
    events = knowledge.table("event")
    belonging = knowledge.identity.belonging(events)
    known = {name: set(belonging[name].unique().to_pylist()) - {None} for name in SUBJECTS}
    known["event"] = set(events["event"].unique().to_pylist())
    for kind in SUBJECTS:
        known[kind] |= set(knowledge.table(kind, ["fact_id", "record_id"])["record_id"].to_pylist())
    known["account"] |= set(knowledge.named_accounts())
    for noun, names in known.items():
        wanted = getattr(asked, noun)
        if wanted is not None and wanted not in names:
            raise UnknownName(noun, wanted, names)


def _event_rows(table: pa.Table) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    # Scripts that count leave out what is excluded; the columns of the table are a contract, so the reason stands in the rows alone.
    return EVENT_COLUMNS, _plain(table.select([*EVENT_COLUMNS, "excluded"])) if table.num_rows else []


def _record_rows(kind: str, table: pa.Table) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """A record's declared fields, then those of its own that any version has; merges and corrections as they are."""
    if kind not in RECORD_KINDS:
        names = FACT_SCHEMAS[kind].names
        return tuple(names), _plain(table.select(names)) if table.num_rows else []
    fields = [msgspec.json.decode(text) for text in table["fields"].to_pylist()]
    declared = list(RECORD_KINDS[kind].fields)
    own = sorted({name for each in fields for name in each} - set(declared))
    before, after = ("fact_id", kind), ("patch", "deleted", "occurred_at", "known_at", "place", "source")
    # A field of the export that is called as a column or an instant of our own keeps its value under `fields.NAME`.
    ours = {*before, *after, "as_of", "last_known"}
    shown = {name: name if name not in ours else f"fields.{name}" for name in (*declared, *own)}
    plain = _plain(table.drop_columns(["fields"])) if table.num_rows else []
    rows = [
        {"fact_id": row["fact_id"], kind: row["record_id"]}
        | {label: _verbatim(said.get(name)) for name, label in shown.items()}
        | {name: row[name] for name in after}
        for row, said in zip(plain, fields, strict=True)
    ]
    return (*before, *shown.values(), *after), rows


def _verbatim(value: Any) -> Any:
    return msgspec.Raw(msgspec.json.encode(value)) if isinstance(value, dict | list) else value


def _plain(table: pa.Table) -> list[dict[str, Any]]:
    instants = [name for name in table.schema.names if pa.types.is_timestamp(table.schema.field(name).type)]
    for name in instants:
        table = table.set_column(table.schema.get_field_index(name), name, table[name].cast(pa.int64()))
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _lines(kind: str, table: pa.Table, zone: tzinfo) -> Iterator[str]:
    excluded = table["excluded"].to_pylist() if "excluded" in table.schema.names else [None] * table.num_rows
    for fact, reason in zip(to_facts(kind, table), excluded, strict=True):
        yield show(fact, zone) + (f"  -- excluded: {reason}" if reason else "")
