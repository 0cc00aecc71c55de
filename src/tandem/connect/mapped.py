"""Rows of files become facts by a mapping. A row is stored or failed as a whole, and a value that is not what the mapping says fails it."""

from __future__ import annotations

import re
from datetime import tzinfo
from typing import Any, TypeVar

from tandem.connect.block import Block, Parsed
from tandem.connect.casts import check_times, read_date, read_flag, read_id, read_moment, read_money, read_number, read_whole
from tandem.connect.cells import Refused, Row, all_hold, as_text, find_cell, holds, plain, read_rows
from tandem.connect.mapping import CorrectionPlan, EventPlan, MergePlan, Moment, RecordPlan, SourceMapping, Value, VersionPlan
from tandem.facts.canonical import Fault, write
from tandem.facts.fact import Correction, Event, Fact, Merge, Version
from tandem.facts.reasons import PROPERTIES_MAX
from tandem.values.ids import digest
from tandem.values.instants import EARLIEST, Instant, find_zone, show

T = TypeVar("T")

_MEMO_MAX = 20_000
# A cell is a number if it is written as one would print it: a leading zero or plus, or more digits than a float holds, is some code.
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(\.\d{1,9})?")
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def parse_mapped(block: Block, mapping: SourceMapping, *, received_at: Instant) -> Parsed:
    """The facts of a block of rows. received_at: the import's own instant."""
    parsed = Parsed(header=block.header.raw if block.header else b"")
    reading = _Reading(mapping, received_at, is_text=block.header is not None)
    for number, row in read_rows(block, parsed):
        why = reading.find_suppression(row)
        if why is not None:
            parsed.suppressed.append((number, why))
            continue
        try:
            facts, numbered = reading.read(row)
        except Refused as refused:
            parsed.fail(number, refused.fault.reason, refused.fault.detail, refused.column)
            continue
        if not facts:
            parsed.suppressed.append((number, "no part of the mapping applies to the row"))
        parsed.facts.extend((number, fact) for fact in facts)
        if not numbered:
            parsed.unnumbered.append(number)
    return parsed


class _Reading:
    """A mapping made ready for one block. is_text: cells are text, whose kind must be guessed where no type is named."""

    def __init__(self, mapping: SourceMapping, received_at: Instant, *, is_text: bool) -> None:
        self.mapping, self.received_at, self.is_text = mapping, received_at, is_text
        self.source = mapping.source
        self.zone: tzinfo | None = find_zone(mapping.zone) if mapping.zone is not None else None
        self.memo: dict[tuple[int, str], Any] = {}
        self.taken = [_named_columns(event) for event in mapping.events]
        self.shared = [any(event.id == other.id for other in mapping.events[:at]) for at, event in enumerate(mapping.events)]

    def find_suppression(self, row: Row) -> str | None:
        return next((one.reason for one in self.mapping.suppress if holds(one.condition, row)), None)

    def read(self, row: Row) -> tuple[list[Fact], bool]:
        """The row's facts, and whether all their ids are the source's own."""
        facts: list[Fact] = []
        numbered = True
        for at, event in enumerate(self.mapping.events):
            if all_hold(event.when, row):
                fact, own_id = self._event(at, event, row)
                facts.append(fact)
                numbered = numbered and own_id
        for record in self.mapping.records:
            if all_hold(record.when, row):
                facts.extend(self._versions(record, row))
        for merge in self.mapping.merges:
            if all_hold(merge.when, row):
                facts.append(self._merge(merge, row))
        for correction in self.mapping.corrections:
            if all_hold(correction.when, row):
                facts.append(self._correction(correction, row))
        return facts, numbered

    # Events.

    def _event(self, at: int, plan: EventPlan, row: Row) -> tuple[Event, bool]:
        name = self._id(plan.name, row)
        if not name and plan.type == "track":
            raise Refused(Fault("no_event", "the event has no name"), plan.name.column)
        person, anonymous = self._id(plan.person, row), self._id(plan.anonymous, row)
        workspace, account = self._id(plan.workspace, row), self._id(plan.account, row)
        # Usage that is told by workspace or account names no person, and need not; but where the mapping looks for one, there must be one.
        looks_for_person = plan.person is not None or plan.anonymous is not None
        if not (person or anonymous or account or (workspace and not looks_for_person)):
            part = plan.person or plan.anonymous or plan.account or plan.workspace
            raise Refused(Fault("no_person", "the event names nobody"), part.column if part else None)
        occurred_at = self._required(plan.occurred_at, row)
        known_at, assumed = self._known(plan.known_at, row, occurred_at)
        self._check(occurred_at, known_at, plan.occurred_at.column)
        own_id = self._row_id(plan.id, row)
        id = own_id if own_id is not None else digest(b"", write([self.source, at, plain(row)]).encode()).hex()
        properties = self._properties(at, plan, row)
        event = Event(
            id=f"{self.source}:{id}{f'#{at + 1}' if own_id is not None and self.shared[at] else ''}",
            type=plan.type,
            name=name or "",
            user_id=person,
            anonymous_id=anonymous,
            workspace_id=workspace,
            account_id=account,
            occurred_at=occurred_at,
            known_at=known_at,
            assumed=assumed,
            source=self.source,
            properties=write(properties),
        )
        return event, own_id is not None

    def _properties(self, at: int, plan: EventPlan, row: Row) -> Row:
        if plan.properties is None:
            taken = self.taken[at]
            found = {name: self._guess(cell, name) for name, cell in row.items() if name not in taken}
        else:
            found = {name: self._value(value, row) for name, value in plan.properties.items()}
        if len(found) > PROPERTIES_MAX:
            raise Refused(Fault("too_many_properties", f"there are {len(found)} properties; at most {PROPERTIES_MAX} are kept"), None)
        return {name: value for name, value in found.items() if value is not None}

    # Records.

    def _versions(self, plan: RecordPlan, row: Row) -> list[Version]:
        id = self._row_id(plan.id, row)
        if id is None:
            raise Refused(Fault("no_id", f"the {plan.kind} has no id"), plan.id[0] if plan.id else None)
        fields = {name: self._value(value, row) for name, value in plan.fields.items()}
        if plan.versions:
            versions = self._told_versions(plan, id, fields, row)
        elif plan.always and self.mapping.exported_at is None:
            versions = []
        else:
            versions = self._snapshot(plan, id, fields, row)
        if not versions and plan.always:
            return [self._always(plan, id, fields)]
        if not versions:
            columns = [version.at.column for version in plan.versions if version.at.column]
            named = ", ".join(f"`{column}`" for column in columns) or "`exported_at`"
            raise Refused(Fault("no_instant", f"the {plan.kind} has no instant in {named}"), columns[0] if columns else None)
        return versions

    def _told_versions(self, plan: RecordPlan, id: str, fields: Row, row: Row) -> list[Version]:
        """The versions whose instant the row tells. Of two at one instant the later in the mapping is the one that is true after it."""
        by_instant: dict[Instant, Version] = {}
        for told in plan.versions:
            if not all_hold(told.when, row):
                continue
            at = self._moment(told.at, row)
            if at is None:
                continue
            known_at, assumed = self._known(told.known_at, row, at)
            self._check(at, known_at, told.at.column)
            gone = told.deleted or bool(plan.deleted and all_hold(plan.deleted, row))
            said = _told_fields(told, fields)
            by_instant[at] = self._version(plan, id, said, at, known_at, assumed=assumed, patch=told.patch, deleted=gone)
        return list(by_instant.values())

    def _snapshot(self, plan: RecordPlan, id: str, fields: Row, row: Row) -> list[Version]:
        """All fields as they were when the snapshot was taken, and before that only those that never change."""
        exported_at = self._moment(Moment(), row)
        if exported_at is None:
            return []
        self._check(exported_at, exported_at, stated.column if isinstance(stated := self.mapping.exported_at, Moment) else None)
        versions: list[Version] = []
        lasting = {name: value for name, value in fields.items() if name in self.mapping.never_changes and value is not None}
        since = self._moment(plan.at, row) if plan.at is not None else None
        if lasting and since is None:
            versions.append(self._always(plan, id, lasting, patch=True))
        elif lasting and since is not None and since < exported_at:
            self._check(since, since, plan.at.column if plan.at else None)
            versions.append(self._version(plan, id, lasting, since, since, assumed=True, patch=True))
        gone = bool(plan.deleted and all_hold(plan.deleted, row))
        versions.append(self._version(plan, id, fields, exported_at, exported_at, assumed=False, patch=plan.patch, deleted=gone))
        return versions

    def _always(self, plan: RecordPlan, id: str, fields: Row, *, patch: bool = False) -> Version:
        return Version(
            id=f"{self.source}:{plan.kind}:{id}@always", kind=plan.kind, record_id=id, fields=_written(fields, patch=False), patch=patch,
            always=True, occurred_at=EARLIEST, known_at=EARLIEST, source=self.source,
        )  # fmt: skip

    def _version(
        self, plan: RecordPlan, id: str, fields: Row, at: Instant, known_at: Instant, *, assumed: bool, patch: bool, deleted: bool = False
    ) -> Version:
        return Version(
            id=f"{self.source}:{plan.kind}:{id}@{show(at)}", kind=plan.kind, record_id=id,
            fields="{}" if deleted else _written(fields, patch=patch), patch=patch and not deleted, deleted=deleted,
            occurred_at=at, known_at=known_at, assumed=assumed, source=self.source,
        )  # fmt: skip

    # Merges and corrections.

    def _merge(self, plan: MergePlan, row: Row) -> Merge:
        gone, survivor = self._id(plan.gone, row), self._id(plan.survivor, row)
        if gone is None or survivor is None:
            raise Refused(Fault("no_previous", "the merge names only one of two"), (plan.gone if gone is None else plan.survivor).column)
        at = self._required(plan.at, row)
        self._check(at, at, plan.at.column)
        return Merge(
            id=f"{self.source}:merge:{plan.kind}:{gone}@{show(at)}", kind=plan.kind, gone=gone, survivor=survivor, occurred_at=at,
            known_at=at, assumed=True, source=self.source,
        )  # fmt: skip

    def _correction(self, plan: CorrectionPlan, row: Row) -> Correction:
        target = self._id(plan.target, row)
        if target is None:
            raise Refused(Fault("no_id", "the correction names no fact"), plan.target.column)
        at = self._required(plan.at, row)
        self._check(at, at, plan.at.column)
        replacement = self._id(plan.replacement, row)
        # Ids of calls stand alone; those of other sources bear the source's name.
        prefix = "" if plan.of == "segment" else f"{plan.of}:"
        return Correction(
            id=f"{self.source}:correction:{target}@{show(at)}", target=prefix + target, undo=plan.undo,
            replacement=None if replacement is None else prefix + replacement, occurred_at=at, known_at=at, assumed=True, source=self.source,
        )  # fmt: skip

    # Values.

    def _row_id(self, columns: tuple[str, ...], row: Row) -> str | None:
        """The id of a row; several columns are joined by a slash, and if one of them is empty there is no id."""
        parts = [self._id(Value(column=column), row) for column in columns]
        return "/".join(part for part in parts if part is not None) if parts and all(part is not None for part in parts) else None

    def _id(self, value: Value | None, row: Row) -> str | None:
        if value is None:
            return None
        found = self._source_value(value, row)
        if isinstance(found, str):
            found = found.strip()
        return _kept(read_id(found, value.column or ""), value.column)

    def _value(self, value: Value, row: Row) -> Any:
        """A value as JSON, of the type that the mapping or the kind of record names; None where the cell is empty."""
        found = self._source_value(value, row)
        if found is None or found == "":
            return None
        if not isinstance(found, str):
            return self._cast(value, found)
        key = (id(value), found)
        try:
            return self.memo[key]
        except KeyError:
            cast = self._cast(value, found)
            if len(self.memo) < _MEMO_MAX:
                self.memo[key] = cast
            return cast

    def _source_value(self, value: Value, row: Row) -> Any:
        if value.column is None:
            return value.constant
        found = find_cell(row, value.column)
        if value.values and found is not None:
            return value.values.get(as_text(found), found)
        return found

    def _cast(self, value: Value, found: Any) -> Any:
        what, comma = value.column or "", self.mapping.decimal_comma
        match value.type:
            case None:
                return self._guess(found, what) if value.column is not None else found
            case "text":
                return as_text(found)
            case "number":
                cast: Any = read_number(found, what, decimal_comma=comma)
            case "whole":
                cast = read_whole(found, what, decimal_comma=comma)
            case "money":
                cast = read_money(found, what, digits=value.decimals, decimal_comma=comma)
            case "flag":
                cast = read_flag(found, what)
            case "date":
                cast = read_date(found, what, format=value.format, zone=self.zone)
            case "instant":
                cast = read_moment(found, what, format=value.format, zone=self.zone)
                cast = cast if isinstance(cast, Fault) else show(cast)
            case _:
                cast = read_id(found.strip() if isinstance(found, str) else found, what)
        return _kept(cast, value.column)

    def _guess(self, found: Any, what: str) -> Any:
        """A cell without a named type: of text, a number or a flag where it is written as one; of other formats, what it is there."""
        if not isinstance(found, str):
            return plain(found, what)
        if not self.is_text:
            return found
        if found == "":
            return None
        number = _NUMBER.fullmatch(found)
        if number is not None:
            return float(found) if number[1] else int(found)
        return _TRUTH.get(found, found)

    def _moment(self, moment: Moment, row: Row) -> Instant | None:
        """The instant, or None where the cell is empty."""
        if moment.constant is not None:
            return moment.constant
        if moment.column is None:
            exported = self.mapping.exported_at
            return self._moment(exported, row) if isinstance(exported, Moment) else exported
        found = find_cell(row, moment.column)
        if found is None or (isinstance(found, str) and not found.strip()):
            return None
        if not isinstance(found, str):
            return _kept(read_moment(found, moment.column, format=moment.format, zone=self.zone), moment.column)
        key = (id(moment), found)
        at = self.memo.get(key)
        if at is None:
            at = _kept(read_moment(found, moment.column, format=moment.format, zone=self.zone), moment.column)
            if len(self.memo) < _MEMO_MAX:
                self.memo[key] = at
        return int(at)

    def _required(self, moment: Moment, row: Row) -> Instant:
        at = self._moment(moment, row)
        if at is None:
            raise Refused(Fault("no_instant", f"`{moment.column or 'exported_at'}` is empty"), moment.column)
        return at

    def _known(self, moment: Moment | None, row: Row, occurred_at: Instant) -> tuple[Instant, bool]:
        at = self._moment(moment, row) if moment is not None else None
        return (occurred_at, True) if at is None else (at, False)

    def _check(self, occurred_at: Instant, known_at: Instant, column: str | None) -> None:
        fault = check_times(occurred_at, known_at, self.received_at)
        if fault is not None:
            raise Refused(fault, column)


def _named_columns(plan: EventPlan) -> frozenset[str]:
    """The columns of an event that are more than its properties."""
    return frozenset((*plan.id, *(part.column for part in plan.parts() if part.column is not None)))


def _told_fields(told: VersionPlan, fields: Row) -> Row:
    said = fields if told.fields is None else {name: fields[name] for name in told.fields}
    return {**said, **told.set}


def _written(fields: Row, *, patch: bool) -> str:
    """A whole version leaves out what is empty; a patch says null, which clears."""
    return write(fields if patch else {name: value for name, value in fields.items() if value is not None})


def _kept(found: T | Fault, column: str | None) -> T:
    if isinstance(found, Fault):
        raise Refused(found, column)
    return found
