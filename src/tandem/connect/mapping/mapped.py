"""Rows of files become facts by a mapping. A row is stored or failed as a whole, and a value that is not what the mapping says fails it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tandem.connect.block import Block, Parsed
from tandem.connect.casts.instants import check_times
from tandem.connect.mapping.cells import Refused, Row, all_hold, holds, plain, read_rows
from tandem.connect.mapping.columns import Ask, Columns
from tandem.connect.mapping.plan import CorrectionPlan, EventPlan, MergePlan, Moment, RecordPlan, SourceMapping, Value
from tandem.facts.canonical import Fault, write
from tandem.facts.fact import Correction, Event, Fact, Merge, Version
from tandem.facts.reasons import PROPERTIES_MAX
from tandem.values.ids import digest
from tandem.values.instants import EARLIEST, Instant, show

_NAMES_MAX = 200


def parse_mapped(block: Block, mapping: SourceMapping, *, received_at: Instant) -> Parsed:
    """The facts of a block of rows. received_at: the import's own instant."""
    parsed = Parsed(header=block.header.raw if block.header else b"")
    columns = Columns(mapping, is_text=block.header is not None)
    door = _Door(mapping.source, received_at)
    events = [_Event(door, columns, mapping, at) for at in range(len(mapping.events))]
    others: list[_Record | _Merge | _Correction] = [_Record(door, columns, mapping, plan) for plan in mapping.records]
    others += [_Merge(door, columns, plan) for plan in mapping.merges]
    others += [_Correction(door, columns, plan) for plan in mapping.corrections]
    for number, row in read_rows(block, parsed):
        why = next((one.reason for one in mapping.suppress if holds(one.condition, row)), None)
        if why is not None:
            parsed.suppressed.append((number, why))
            continue
        facts: list[Fact] = []
        numbered = True
        why = "no part of the mapping applies to the row"
        try:
            for event in events:
                if all_hold(event.plan.when, row):
                    told, own_id = event.read(row)
                    facts.append(told)
                    numbered = numbered and own_id
            for other in others:
                if not all_hold(other.plan.when, row):
                    continue
                if isinstance(other, _Record) and not other.tells(row):
                    why = "the mapping leaves out the field that the row tells"
                else:
                    facts.extend(other.read(row))
        except Refused as refused:
            parsed.fail(number, refused.fault.reason, refused.fault.detail, refused.column)
            continue
        if not facts:
            parsed.suppressed.append((number, why))
        for fact in facts:
            parsed.facts.append((number, fact))
        if not numbered:
            parsed.unnumbered.append(number)
    return parsed


class _Door:
    """What holds for all facts of an import."""

    def __init__(self, source: str, received_at: Instant) -> None:
        self.source, self.received_at = source, received_at

    def check(self, occurred_at: Instant, known_at: Instant, column: str | None) -> None:
        fault = check_times(occurred_at, known_at, self.received_at)
        if fault is not None:
            raise Refused(fault, column)


def _required(ask: Ask[Instant | None], moment: Moment, row: Row) -> Instant:
    at = ask(row)
    if at is None:
        raise Refused(Fault("no_instant", f"`{moment.column or 'exported_at'}` is empty"), moment.column)
    return at


class _Event:
    def __init__(self, door: _Door, columns: Columns, mapping: SourceMapping, at: int) -> None:
        self.door, self.columns, self.at = door, columns, at
        self.plan = plan = mapping.events[at]
        # An id column that an event before this one uses too: the same row must not give one id twice.
        shared = any(plan.id == other.id for other in mapping.events[:at])
        self.suffix = f"#{at + 1}" if shared else ""
        self.name, self.person, self.anonymous = columns.id(plan.name), columns.id(plan.person), columns.id(plan.anonymous)
        self.workspace, self.account = columns.id(plan.workspace), columns.id(plan.account)
        self.occurred_at, self.known_at, self.id = columns.moment(plan.occurred_at), columns.moment(plan.known_at), columns.row_id(plan.id)
        self.properties = [(name, columns.value(value)) for name, value in (plan.properties or {}).items()]
        self.taken = frozenset((*plan.id, *(part.column for part in plan.parts() if part.column is not None)))
        self.by_column: dict[str, Ask[Any]] = {}

    def read(self, row: Row) -> tuple[Event, bool]:
        """The event, and whether its id is the source's own."""
        plan, source = self.plan, self.door.source
        name = self.name(row)
        if not name and plan.type == "track":
            raise Refused(Fault("no_event", "the event has no name"), plan.name.column)
        person, anonymous, workspace, account = self.person(row), self.anonymous(row), self.workspace(row), self.account(row)
        # Usage that is told by workspace or account names no person, and need not; but where the mapping looks for one, there must be one.
        if not (person or anonymous or account or (workspace and plan.person is None and plan.anonymous is None)):
            raise Refused(Fault("no_person", "the event names nobody"), _first_column(plan))
        occurred_at = _required(self.occurred_at, plan.occurred_at, row)
        known_at = self.known_at(row)
        assumed = known_at is None
        if known_at is None:
            known_at = occurred_at
        self.door.check(occurred_at, known_at, plan.occurred_at.column)
        own_id = self.id(row)
        id = own_id + self.suffix if own_id is not None else digest(b"", write([source, self.at, plain(row)]).encode()).hex()
        event = Event(
            id=f"{source}:{id}",
            type=plan.type,
            name=name or "",
            user_id=person,
            anonymous_id=anonymous,
            workspace_id=workspace,
            account_id=account,
            occurred_at=occurred_at,
            known_at=known_at,
            assumed=assumed,
            source=source,
            properties=write(self._properties(row)),
        )
        return event, own_id is not None

    def _properties(self, row: Row) -> Row:
        asks = self.properties if self.plan.properties is not None else self._all_others(row)
        found = {name: value for name, ask in asks if (value := ask(row)) is not None}
        if len(found) > PROPERTIES_MAX:
            raise Refused(Fault("too_many_properties", f"there are {len(found)} properties; at most {PROPERTIES_MAX} are kept"), None)
        return found

    def _all_others(self, row: Row) -> list[tuple[str, Ask[Any]]]:
        """The columns that are no more than properties; in JSON, each row may have its own."""
        asks = []
        for column in row:
            if column not in self.taken:
                ask = self.by_column.get(column)
                if ask is None:
                    ask = self.by_column[column] = self.columns.value(Value(column=column))
                asks.append((column, ask))
        return asks


def _first_column(plan: EventPlan) -> str | None:
    return next((part.column for part in (plan.person, plan.anonymous, plan.account, plan.workspace) if part is not None), None)


@dataclass(frozen=True)
class _Told:
    """What a row says of a record at one instant."""

    fields: Row
    known_at: Instant
    assumed: bool
    patch: bool
    deleted: bool

    def then(self, later: _Told) -> _Told:
        """The same, after what stands later in the mapping: what is whole replaces, a patch changes what it names. Known once both are."""
        if not later.patch:
            return later
        last = max(self, later, key=lambda told: (told.known_at, not told.assumed))
        return _Told({**self.fields, **later.fields}, last.known_at, last.assumed, self.patch, deleted=False)


class _Record:
    def __init__(self, door: _Door, columns: Columns, mapping: SourceMapping, plan: RecordPlan) -> None:
        self.door, self.mapping, self.plan = door, mapping, plan
        self.id = columns.row_id(plan.id)
        self.fields = [(name, columns.value(value)) for name, value in plan.fields.items()]
        self.versions = [(told, columns.moment(told.at), columns.moment(told.known_at)) for told in plan.versions]
        self.since = columns.moment(plan.at)
        self.exported_at = columns.moment(Moment())
        one = plan.fields_from
        self.name = columns.id(None if one is None else Value(column=one.name))
        self.named = {} if one is None else {word: (field, columns.value(value)) for word, (field, value) in one.fields.items()}

    def tells(self, row: Row) -> bool:
        """Whether the row tells a field that the mapping wants, where a column says which it tells."""
        return not self.named or self.name(row) in self.named

    def read(self, row: Row) -> list[Version]:
        plan = self.plan
        id = self.id(row)
        if id is None:
            raise Refused(Fault("no_id", f"the {plan.kind} has no id"), plan.id[0])
        fields = {name: ask(row) for name, ask in self.fields}
        one: Row = {}
        if self.named:
            name, ask = self.named[self.name(row) or ""]
            one[name] = ask(row)
        versions = self._told(id, fields, one, row) if plan.versions else self._snapshot(id, {**fields, **one}, row)
        if not versions and plan.always:
            return [self._always(id, {**fields, **one}, patch=bool(one))]
        if not versions:
            columns = list(dict.fromkeys(told.at.column for told in plan.versions if told.at.column))
            named = ", ".join(f"`{column}`" for column in columns) or "`exported_at`"
            raise Refused(Fault("no_instant", f"the {plan.kind} has no instant in {named}"), columns[0] if columns else None)
        return versions

    def _told(self, id: str, fields: Row, one: Row, row: Row) -> list[Version]:
        """The versions whose instant the row tells; those of one instant are one. one: the field that a column names, which all of them tell."""
        by_instant: dict[Instant, _Told] = {}
        for plan, since, known in self.versions:
            at = since(row) if all_hold(plan.when, row) else None
            if at is None:
                continue
            known_at = known(row)
            assumed = known_at is None and plan.at.column is not None
            known_at = at if known_at is None else known_at
            self.door.check(at, known_at, plan.at.column)
            said = fields if plan.fields is None else {name: fields[name] for name in plan.fields}
            said = {} if plan.deleted else {**said, **one, **plan.set}
            told = _Told(said, known_at, assumed, plan.patch and not plan.deleted, plan.deleted)
            by_instant[at] = by_instant[at].then(told) if at in by_instant else told
        return [self._version(id, at, told) for at, told in by_instant.items()]

    def _snapshot(self, id: str, fields: Row, row: Row) -> list[Version]:
        """All fields as they were when the snapshot was taken, and before that only those that never change."""
        exported_at = self.exported_at(row)
        if exported_at is None:
            return []
        self.door.check(exported_at, exported_at, None)
        versions: list[Version] = []
        lasting = {name: value for name, value in fields.items() if name in self.mapping.never_changes and value is not None}
        since = self.since(row)
        if lasting and since is None:
            versions.append(self._always(id, lasting, patch=True))
        elif lasting and since is not None and since < exported_at:
            self.door.check(since, since, self.plan.at.column if self.plan.at else None)
            versions.append(self._version(id, since, _Told(lasting, since, assumed=True, patch=True, deleted=False)))
        gone = bool(self.plan.deleted) and all_hold(self.plan.deleted, row)
        told = _Told({} if gone else fields, exported_at, assumed=False, patch=self.plan.patch and not gone, deleted=gone)
        versions.append(self._version(id, exported_at, told))
        return versions

    def _always(self, id: str, fields: Row, *, patch: bool) -> Version:
        source, kind = self.door.source, self.plan.kind
        return Version(
            id=f"{source}:{kind}:{id}@always{_names(fields) if patch else ''}", kind=kind, record_id=id, fields=_written(fields, patch=False),
            patch=patch, always=True, occurred_at=EARLIEST, known_at=EARLIEST, source=source,
        )  # fmt: skip

    def _version(self, id: str, at: Instant, told: _Told) -> Version:
        source, kind = self.door.source, self.plan.kind
        return Version(
            id=f"{source}:{kind}:{id}@{show(at)}{_names(told.fields) if told.patch else ''}", kind=kind, record_id=id,
            fields=_written(told.fields, patch=told.patch), patch=told.patch, deleted=told.deleted, occurred_at=at, known_at=told.known_at,
            assumed=told.assumed, source=source,
        )  # fmt: skip


def _names(fields: Row) -> str:
    """Which fields a patch names, as a part of its id: patches of other fields at the same instant are other facts."""
    names = ",".join(sorted(fields))
    return f"/{names}" if len(names) <= _NAMES_MAX else f"/{digest(b'', names.encode()).hex()}"


def _written(fields: Row, *, patch: bool) -> str:
    """A whole version leaves out what is empty; a patch says null, which clears."""
    return write(fields if patch else {name: value for name, value in fields.items() if value is not None})


class _Merge:
    def __init__(self, door: _Door, columns: Columns, plan: MergePlan) -> None:
        self.door, self.plan = door, plan
        self.gone, self.survivor, self.at = columns.id(plan.gone), columns.id(plan.survivor), columns.moment(plan.at)

    def read(self, row: Row) -> list[Merge]:
        plan, gone, survivor = self.plan, self.gone(row), self.survivor(row)
        if gone is None or survivor is None:
            raise Refused(Fault("no_previous", "the merge names only one of two"), (plan.gone if gone is None else plan.survivor).column)
        at = _required(self.at, plan.at, row)
        self.door.check(at, at, plan.at.column)
        return [
            Merge(
                id=f"{self.door.source}:merge:{plan.kind}:{gone}@{show(at)}", kind=plan.kind, gone=gone, survivor=survivor,
                occurred_at=at, known_at=at, assumed=plan.at.column is not None, source=self.door.source,
            )
        ]  # fmt: skip


class _Correction:
    def __init__(self, door: _Door, columns: Columns, plan: CorrectionPlan) -> None:
        self.door, self.plan = door, plan
        self.target, self.replacement, self.at = columns.id(plan.target), columns.id(plan.replacement), columns.moment(plan.at)
        # Ids of calls stand alone; those of other sources bear the source's name.
        self.prefix = "" if plan.of == "segment" else f"{plan.of}:"

    def read(self, row: Row) -> list[Correction]:
        plan, target, replacement = self.plan, self.target(row), self.replacement(row)
        if target is None:
            raise Refused(Fault("no_id", "the correction names no fact"), plan.target.column)
        at = _required(self.at, plan.at, row)
        self.door.check(at, at, plan.at.column)
        return [
            Correction(
                id=f"{self.door.source}:correction:{target}@{show(at)}", target=self.prefix + target, undo=plan.undo,
                replacement=None if replacement is None else self.prefix + replacement, occurred_at=at, known_at=at,
                assumed=plan.at.column is not None, source=self.door.source,
            )
        ]  # fmt: skip
