"""How the rows of one source become facts: the plan that `declare.py` reads from `playbook/sources/NAME.yaml` and `mapped.py` runs.

All of it is frozen and can be sent to another process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tandem.facts.fact import EventType
from tandem.facts.kinds import RECORD_KINDS, FieldType
from tandem.values.instants import Instant

FileFormat = Literal["csv", "tsv", "jsonl", "json", "parquet"]
Scalar = str | int | float | bool
MOMENT_FORMATS = ("iso", "epoch_s", "epoch_ms", "epoch_us")


@dataclass(frozen=True)
class Value:
    """Where a value comes from: a column, or a constant. type: what it must be; None where it stays what the source says.

    values: the source's words, renamed before anything else. format: of a date or an instant. decimals: of money, how many digits after the
    point the source's amounts may have; that many zeros make them minor units, and 0 says that they are minor units already.
    """

    column: str | None = None
    constant: Scalar | None = None
    type: FieldType | None = None
    values: Mapping[str, Scalar] = field(default_factory=dict)
    format: str = "iso"
    decimals: int = 2


@dataclass(frozen=True)
class Moment:
    """An instant: of a column, a constant, or (neither) the mapping's `exported_at`."""

    column: str | None = None
    format: str = "iso"
    constant: Instant | None = None


@dataclass(frozen=True)
class Condition:
    """A condition on one column. Values are compared as text; one_of and matches are false for an empty cell."""

    column: str
    one_of: tuple[str, ...] | None = None
    none_of: tuple[str, ...] | None = None
    empty: bool | None = None
    matches: str | None = None


@dataclass(frozen=True)
class EventPlan:
    """One event of a row. id: the columns that identify it; none, and it is a hash of the row. properties: None for all other columns."""

    name: Value
    occurred_at: Moment
    type: EventType = "track"
    id: tuple[str, ...] = ()
    person: Value | None = None
    anonymous: Value | None = None
    workspace: Value | None = None
    account: Value | None = None
    known_at: Moment | None = None
    properties: Mapping[str, Value] | None = None
    when: tuple[Condition, ...] = ()

    def parts(self) -> Iterator[Value | Moment]:
        """All that names a column, but the properties."""
        for part in (self.name, self.person, self.anonymous, self.workspace, self.account, self.occurred_at, self.known_at):
            if part is not None:
                yield part


@dataclass(frozen=True)
class VersionPlan:
    """One version of a record. fields: which of the record's fields it tells; None for all. set: constants that it adds.

    patch: it changes what it names, and leaves the rest. deleted: from then on the record is gone.
    """

    at: Moment
    known_at: Moment | None = None
    fields: tuple[str, ...] | None = None
    set: Mapping[str, Scalar] = field(default_factory=dict)
    patch: bool = False
    deleted: bool = False
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class FieldsFrom:
    """A row tells one field: the column `name` says which, in the source's words, and the column `value` what it became.

    fields: by the source's word, our field and how its value is read. Rows that name any other are passed over.
    """

    name: str
    value: str
    fields: Mapping[str, tuple[str, Value]]


@dataclass(frozen=True)
class RecordPlan:
    """A record that a row tells of: by its versions, or, where it has none, as a snapshot taken at `exported_at`.

    at: since when the record exists, for the fields that never change. always: a row without any instant was so from the beginning.
    patch: the snapshot changes what it names. deleted: rows of a snapshot for which the record is gone. fields_from: each row tells one field
    more, so that all its versions are patches.
    """

    kind: str
    id: tuple[str, ...]
    fields: Mapping[str, Value]
    at: Moment | None = None
    versions: tuple[VersionPlan, ...] = ()
    always: bool = False
    patch: bool = False
    deleted: tuple[Condition, ...] = ()
    when: tuple[Condition, ...] = ()
    fields_from: FieldsFrom | None = None


@dataclass(frozen=True)
class MergePlan:
    """Two subjects prove to be one: `gone` becomes `survivor`."""

    kind: Literal["person", "account"]
    gone: Value
    survivor: Value
    at: Moment
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class CorrectionPlan:
    """A fact of the source `of` is gone. target, replacement: ids as that source writes them. undo: it is back."""

    target: Value
    at: Moment
    of: str
    replacement: Value | None = None
    undo: bool = False
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Suppression:
    """Rows that are left out on purpose, and why."""

    condition: Condition
    reason: str


@dataclass(frozen=True)
class SourceMapping:
    """All that a source's file says of how to read it. source: the name of the mapping, under which its facts are kept.

    zone: the IANA name of where instants without an offset are read. exported_at: when the snapshot was taken, or the column
    that says so. never_changes: fields that were always as the snapshot tells them.
    """

    source: str
    format: FileFormat | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal_comma: bool = False
    zone: str | None = None
    exported_at: Instant | Moment | None = None
    never_changes: frozenset[str] = frozenset()
    events: tuple[EventPlan, ...] = ()
    records: tuple[RecordPlan, ...] = ()
    merges: tuple[MergePlan, ...] = ()
    corrections: tuple[CorrectionPlan, ...] = ()
    suppress: tuple[Suppression, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the mapping names, once, in its order."""
        return tuple(dict.fromkeys(self._columns()))

    def _columns(self) -> Iterator[str]:
        if isinstance(self.exported_at, Moment):
            yield from _named(self.exported_at)
        for event in self.events:
            yield from event.id
            yield from _named(*event.parts(), *(event.properties or {}).values(), *event.when)
        for record in self.records:
            yield from record.id
            yield from _named(*record.fields.values(), record.at, *record.deleted, *record.when)
            if record.fields_from is not None:
                yield from (record.fields_from.name, record.fields_from.value)
            for version in record.versions:
                yield from _named(version.at, version.known_at, *version.when)
        for merge in self.merges:
            yield from _named(merge.gone, merge.survivor, merge.at, *merge.when)
        for correction in self.corrections:
            yield from _named(correction.target, correction.replacement, correction.at, *correction.when)
        yield from _named(*(suppression.condition for suppression in self.suppress))


def _named(*parts: Value | Moment | Condition | None) -> Iterable[str]:
    return (part.column for part in parts if part is not None and part.column is not None)


def field_type(kind: str, field: str) -> FieldType | None:
    """The type of a record's declared field; None for any other."""
    return RECORD_KINDS[kind].fields.get(field) if kind in RECORD_KINDS else None
