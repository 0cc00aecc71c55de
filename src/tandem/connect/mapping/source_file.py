"""A mapping as a person wrote it, and the plan that it means once the source's name and the company's zone are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from tandem.connect.mapping import plan
from tandem.connect.mapping.plan import Condition, FileFormat, Scalar, SourceMapping, Suppression, Value
from tandem.facts.kinds import FieldType
from tandem.language.shape import Located
from tandem.language.shape import Moment as TypedMoment


@dataclass(frozen=True)
class Constant:
    constant: Scalar


@dataclass(frozen=True)
class Column:
    column: str
    type: FieldType | None = None
    values: Mapping[str, Scalar] | None = None
    format: str = "iso"
    decimals: int = 2


Said = str | Constant | Column


@dataclass(frozen=True)
class Asked:
    is_: Scalar | None = None
    in_: tuple[Scalar, ...] | None = None
    not_: Scalar | tuple[Scalar, ...] | None = None
    matches: str | None = None
    empty: bool | None = None


When = Mapping[str, "Scalar | tuple[Scalar, ...] | Asked"]


@dataclass(frozen=True)
class SaidEvent:
    name: Said
    occurred_at: plan.Moment
    type: Literal["track", "page", "screen"]
    id: str | tuple[str, ...]
    person: Said | None
    anonymous: Said | None
    workspace: Said | None
    account: Said | None
    known_at: plan.Moment | None
    properties: str | tuple[str, ...] | Mapping[str, Said]
    when: When


@dataclass(frozen=True)
class SaidVersion:
    at: plan.Moment
    known_at: plan.Moment | None
    fields: tuple[Located[str], ...] | None
    set: Mapping[str, Located[Scalar]]
    patch: bool
    deleted: bool
    when: When


@dataclass(frozen=True)
class SaidField:
    """One of our fields, and how its value is read where a column tells of several."""

    field: str
    type: FieldType | None = None
    values: Mapping[str, Scalar] | None = None
    format: str = "iso"
    decimals: int = 2


@dataclass(frozen=True)
class SaidFieldsFrom:
    name: str
    value: str
    map: Mapping[str, Located[str | SaidField]]

    def fields(self) -> Mapping[str, Located[SaidField]]:
        """By the source's word, our field; a text is the field's name and nothing else."""
        return {
            word: Located(SaidField(one.value) if isinstance(one.value, str) else one.value, one.node) for word, one in self.map.items()
        }


@dataclass(frozen=True)
class SaidRecord:
    kind: str
    id: str | tuple[str, ...]
    fields: Mapping[str, Located[Said]]
    fields_from: SaidFieldsFrom | None
    at: plan.Moment | None
    versions: tuple[SaidVersion, ...]
    known: str | None
    patch: bool
    deleted: When
    when: When

    def names(self) -> Iterator[str]:
        """The fields that columns tell."""
        yield from self.fields
        if self.fields_from is not None:
            yield from (one.value.field for one in self.fields_from.fields().values())


@dataclass(frozen=True)
class SaidMerge:
    kind: Literal["person", "account"]
    gone: Said
    survivor: Said
    at: plan.Moment
    when: When


@dataclass(frozen=True)
class SaidCorrection:
    target: Said
    at: plan.Moment
    of: str | None
    replacement: Said | None
    undo: bool
    when: When


@dataclass(frozen=True)
class SaidSuppression:
    column: str
    reason: str
    test: Asked


@dataclass(frozen=True)
class SourceFile:
    """`playbook/sources/NAME.yaml` as it stands; its name and the company's zone make it a `SourceMapping`."""

    format: FileFormat | None
    encoding: str | None
    delimiter: str | None
    decimal_comma: bool
    time_zone: ZoneInfo | None
    exported_at: TypedMoment | plan.Moment | None
    never_changes: tuple[Located[str], ...]
    events: tuple[SaidEvent, ...]
    records: tuple[SaidRecord, ...]
    merges: tuple[SaidMerge, ...]
    corrections: tuple[SaidCorrection, ...]
    suppress: tuple[SaidSuppression, ...]

    def mapping(self, source: str, zone: tzinfo) -> SourceMapping:
        """The plan. zone: where a bare date that a person typed is read, the company's."""
        exported = self.exported_at
        return SourceMapping(
            source=source,
            format=self.format,
            encoding=self.encoding,
            delimiter=self.delimiter,
            decimal_comma=self.decimal_comma,
            zone=self.time_zone.key if self.time_zone is not None else None,
            exported_at=exported.at(zone) if isinstance(exported, TypedMoment) else exported,
            never_changes=frozenset(name.value for name in self.never_changes),
            events=tuple(_event_plan(event) for event in self.events),
            records=tuple(_record_plan(record) for record in self.records),
            merges=tuple(
                plan.MergePlan(one.kind, _value(one.gone), _value(one.survivor), one.at, _conditions(one.when)) for one in self.merges
            ),
            corrections=tuple(
                plan.CorrectionPlan(
                    _value(one.target), one.at, one.of or source, _find_value(one.replacement), one.undo, _conditions(one.when)
                )
                for one in self.corrections
            ),
            suppress=tuple(Suppression(_condition(one.column, one.test), one.reason) for one in self.suppress),
        )


def _value(said: Said, type: FieldType | None = None) -> Value:
    match said:
        case str():
            return Value(column=said, type=type)
        case Constant(constant):
            return Value(constant=constant, type=type)
        case Column(column, own, values, format, decimals):
            return Value(column, None, own or type, values or {}, format, decimals)


def _find_value(said: Said | None) -> Value | None:
    return None if said is None else _value(said)


def _event_plan(said: SaidEvent) -> plan.EventPlan:
    properties: Mapping[str, Value] | None = None
    if isinstance(said.properties, tuple):
        properties = {column: Value(column) for column in said.properties}
    elif not isinstance(said.properties, str):
        properties = {name: _value(value) for name, value in said.properties.items()}
    # A name is a text, and not a column: most sources tell of one event.
    name = Value(constant=said.name) if isinstance(said.name, str) else _value(said.name)
    return plan.EventPlan(
        name, said.occurred_at, said.type, _columns(said.id), _find_value(said.person), _find_value(said.anonymous),
        _find_value(said.workspace), _find_value(said.account), said.known_at, properties, _conditions(said.when),
    )  # fmt: skip


def _record_plan(said: SaidRecord) -> plan.RecordPlan:
    fields = {name: _value(one.value, plan.field_type(said.kind, name)) for name, one in said.fields.items()}
    # A row that tells one field says nothing of the others, and so changes it and leaves the rest.
    patches = said.fields_from is not None
    versions = tuple(
        plan.VersionPlan(
            at=one.at, known_at=one.known_at, set={name: value.value for name, value in one.set.items()}, patch=one.patch or patches,
            deleted=one.deleted, when=_conditions(one.when), fields=None if one.fields is None else tuple(name.value for name in one.fields),
        )
        for one in said.versions
    )  # fmt: skip
    return plan.RecordPlan(
        said.kind, _columns(said.id), fields, said.at, versions, said.known == "always", said.patch or patches, _conditions(said.deleted),
        _conditions(said.when), None if said.fields_from is None else _fields_from(said.kind, said.fields_from),
    )  # fmt: skip


def _fields_from(kind: str, said: SaidFieldsFrom) -> plan.FieldsFrom:
    fields: dict[str, tuple[str, Value]] = {}
    for word, located in said.fields().items():
        one = located.value
        type = one.type or plan.field_type(kind, one.field)
        fields[word] = one.field, Value(said.value, None, type, one.values or {}, one.format, one.decimals)
    return plan.FieldsFrom(said.name, said.value, fields)


def _columns(said: str | tuple[str, ...]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else said


def _conditions(said: When) -> tuple[Condition, ...]:
    return tuple(_condition(column, test) for column, test in said.items())


def _condition(column: str, said: Scalar | tuple[Scalar, ...] | Asked) -> Condition:
    if isinstance(said, tuple):
        return Condition(column, one_of=_texts(said))
    if not isinstance(said, Asked):
        return Condition(column, one_of=_texts((said,)))
    wanted = (said.is_,) if said.is_ is not None else said.in_
    unwanted = said.not_ if isinstance(said.not_, tuple) or said.not_ is None else (said.not_,)
    return Condition(
        column,
        one_of=None if wanted is None else _texts(wanted),
        none_of=None if unwanted is None else _texts(unwanted),
        empty=said.empty,
        matches=said.matches,
    )


def _texts(values: tuple[Scalar, ...]) -> tuple[str, ...]:
    return tuple(("true" if value else "false") if isinstance(value, bool) else str(value) for value in values)
