"""The shape of `playbook/sources/NAME.yaml`, and its reading into the plan of `plan.py`.

Where a value is wanted, a text is the name of a column; `{constant: ...}` is a value of one's own. Where an instant is wanted, `exported_at` is
the instant of the export.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any

from tandem.connect.mapping import plan
from tandem.connect.mapping.misspelt import find_misspelt
from tandem.connect.mapping.plan import Scalar, SourceMapping
from tandem.connect.mapping.source_file import (
    Asked,
    Column,
    Constant,
    SaidCorrection,
    SaidEvent,
    SaidField,
    SaidFieldsFrom,
    SaidMerge,
    SaidRecord,
    SaidSuppression,
    SaidVersion,
    SourceFile,
)
from tandem.facts.kinds import RECORD_KINDS, FieldType
from tandem.language.problem import Problem
from tandem.language.record import Either, Field, ListOf, MapOf, Record
from tandem.language.shape import AnyValue, As, Choice, DateOrInstant, Flag, Placed, Reading, Shape, Text, Whole, Zone, read
from tandem.language.source import Span
from tandem.language.tree import Entries, Node
from tandem.values.names import did_you_mean

__all__ = ["SOURCE", "SourceFile", "SourceMapping", "read_source"]

_EXPORTED = "exported_at"
_TYPES: tuple[FieldType, ...] = ("text", "number", "whole", "money", "flag", "date", "instant", "account", "workspace", "person", "seller")


def read_source(root: Node | None, source: str, zone: tzinfo = UTC) -> Reading[SourceMapping]:
    """The mapping of one file, or its problems. source: the file's name without `.yaml`. zone: the company's time zone."""
    reading = read(SOURCE, root)
    return Reading(None if reading.value is None else reading.value.mapping(source, zone), reading.problems)


def _read_format(text: str) -> str:
    if text in plan.MOMENT_FORMATS:
        return text
    if "%" not in text:
        raise ValueError(f"`{text}` is no format of an instant{did_you_mean(text, plan.MOMENT_FORMATS)}")
    try:
        datetime.strptime(datetime(2026, 3, 1, tzinfo=UTC).strftime(text), text)  # noqa: DTZ007 - only tried.
    except ValueError:
        raise ValueError(f"`{text}` is no pattern that can be read back") from None
    return text


def _read_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"`{text}` is no regular expression: {error.msg}") from None
    return text


def _read_encoding(text: str) -> str:
    try:
        return codecs.lookup(text).name
    except LookupError:
        raise ValueError(f"`{text}` is no encoding{did_you_mean(text, ('utf-8', 'utf-16', 'windows-1252', 'latin-1'))}") from None


def _read_delimiter(text: str) -> str:
    text = "\t" if text in ("tab", "\\t") else text
    if len(text) != 1 or text in '"\r\n':
        raise ValueError(f"`{text}` is no delimiter")
    return text


_COLUMN = Text(expected="a column of the file")
_FORMAT = As(Text(), _read_format, "`iso`, `epoch_s`, `epoch_ms`, `epoch_us`, or a pattern such as `%d-%m-%y`")
_PATTERN = As(Text(), _read_pattern, "a regular expression")
_SCALARS: Shape[Any] = Either((AnyValue(), ListOf(AnyValue(), least=1)))

_CONSTANT: Shape[Any] = Record(Constant, "a constant", {"constant": Field(AnyValue(), "a value of your own", required=True)})
_READING = {
    "type": Field(Choice(_TYPES), "what the value must be; declared fields of a record have a type already"),
    "values": Field(MapOf(Text(), AnyValue()), "their word: our word; any other word stays as it is"),
    "format": Field(_FORMAT, "how a date or an instant is written", default="iso"),
    "decimals": Field(
        Whole(0, 6), "of money: digits after the point, 2 for most currencies; 0 where the amounts are in minor units already", default=2
    ),
}
_COLUMN_RECORD: Shape[Any] = Record(
    Column,
    "a column with its type",
    {"column": Field(_COLUMN, "the column of the file; in nested formats `a.b` is the field b of a", required=True), **_READING},
)
_VALUE: Shape[Any] = Either((_COLUMN, _COLUMN_RECORD, _CONSTANT))


def _moment(column: str, format: str = "iso") -> plan.Moment:
    return plan.Moment(column=None) if column == _EXPORTED else plan.Moment(column, format)


_MOMENT: Shape[Any] = Either(
    (
        As(Text(expected="a column, or `exported_at`"), _moment, "a column"),
        Record(
            plan.Moment,
            "a column with the format of its instants",
            {
                "column": Field(_COLUMN, "the column of the file", required=True),
                "format": Field(_FORMAT, "`iso`, `epoch_s`, `epoch_ms`, `epoch_us`, or a pattern such as `%d-%m-%y`", default="iso"),
            },
        ),
    )
)

_TEST_FIELDS = {
    "is": Field(AnyValue(), "the value that the cell must have"),
    "in": Field(ListOf(AnyValue(), least=1), "the values of which the cell must have one"),
    "not": Field(_SCALARS, "the value or values that the cell must not have"),
    "matches": Field(_PATTERN, "a regular expression that is found in the cell"),
    "empty": Field(Flag(), "whether the cell must be empty"),
}


def _test(**said: Any) -> Asked:
    return Asked(said["is"], said["in"], said["not"], said["matches"], said["empty"])


def _check_test(test: Asked, node: Entries) -> Iterator[Problem]:
    if test == Asked():
        yield Problem("missing_key", "the condition asks nothing", node.span, "use `is`, `in`, `not`, `matches` or `empty`")


_WHEN: Shape[Any] = MapOf(
    _COLUMN,
    Either((AnyValue(), ListOf(AnyValue(), least=1), Record(_test, "a condition on the cell", _TEST_FIELDS, _check_test))),
)
_WHEN_DOC = (
    "only for rows where all of this holds: a column and its value, a list of values, or `{empty: true}`, `{not: ...}`, `{matches: ...}`"
)
_ID: Shape[Any] = Either((_COLUMN, ListOf(_COLUMN, least=1, distinct=True)))


def _read_properties(text: str) -> str:
    if text != "all":
        raise ValueError(f"`{text}` is not `all`; name columns in a list, as in [{text}]")
    return text


_EVENT: Shape[Any] = Record(
    SaidEvent,
    "an event of a row",
    {
        "name": Field(Either((Text(expected="the event's name"), _COLUMN_RECORD)), "the event's name, or `{column: ...}`", required=True),
        "occurred_at": Field(_MOMENT, "when it happened", required=True),
        "type": Field(Choice(("track", "page", "screen")), "which call of the Segment spec it is like", default="track"),
        "id": Field(_ID, "the column or columns that identify it; without, a hash of the row does", default=()),
        "person": Field(_VALUE, "who did it, by the product's user id"),
        "anonymous": Field(_VALUE, "the visitor, where nobody is known, by a device or session id"),
        "workspace": Field(_VALUE, "where in the product it happened"),
        "account": Field(_VALUE, "the account, where the source itself names it"),
        "known_at": Field(_MOMENT, "when the source learnt of it; without, when it happened, marked as assumed"),
        "properties": Field(
            Either((As(Text(), _read_properties, "`all`"), ListOf(_COLUMN), MapOf(Text(), _VALUE))),
            "`all` other columns, a list of columns, or our name: their column",
            default="all",
        ),
        "when": Field(_WHEN, _WHEN_DOC, default={}),
    },
)

_VERSION: Shape[Any] = Record(
    SaidVersion,
    "a version of the record",
    {
        "at": Field(_MOMENT, "since when it was so; a row where this is empty has no such version", required=True),
        "known_at": Field(_MOMENT, "when the source learnt of it; without, `at`, marked as assumed"),
        "fields": Field(ListOf(Placed(Text(expected="a field of the record"))), "which of the record's fields were so; without, all"),
        "set": Field(MapOf(Text(expected="a field"), Placed(AnyValue())), "fields with a value of your own", default={}),
        "patch": Field(Flag(), "the version changes what it names and leaves the rest; else it is all there is", default=False),
        "deleted": Field(Flag(), "from then on the record is gone", default=False),
        "when": Field(_WHEN, _WHEN_DOC, default={}),
    },
)


_OURS = Text(expected="a field of the record")
_FIELDS_FROM: Shape[Any] = Record(
    SaidFieldsFrom,
    "a field that one column names and another tells",
    {
        "name": Field(_COLUMN, "the column that names the field, in their words", required=True),
        "value": Field(_COLUMN, "the column that tells its value", required=True),
        "map": Field(
            MapOf(
                Text(expected="their name of a field"),
                Placed(Either((_OURS, Record(SaidField, "a field with how its value is read", {
                    "field": Field(_OURS, "our field", required=True), **_READING,
                })))),
                least=1,
            ),
            "their name: our field; rows that name any other are suppressed", required=True,
        ),
    },
)  # fmt: skip


def _check_record(record: SaidRecord, node: Entries) -> Iterator[Problem]:
    for version in record.versions:
        for field in version.fields or ():
            if field.value not in record.fields:
                words = f"the record has no field `{field.value}`{did_you_mean(field.value, record.fields)}"
                yield Problem("unknown_name", words, field.span, "list it under the record's `fields` first, or give it under `set`")
        for name, constant in version.set.items():
            yield from _check_constant(record.kind, name, constant.value, constant.span)
    for key, help in _OF_SNAPSHOTS.items():
        if record.versions and getattr(record, key):
            words = f"`{key}` is for a snapshot, and this record has `versions`"
            yield Problem("contradiction", words, _key(node, key), help, _key(node, "versions"))
    for name, said in record.fields.items():
        if isinstance(said.value, Constant):
            yield from _check_constant(record.kind, name, said.value.constant, said.span)
    for located in record.fields_from.fields().values() if record.fields_from is not None else ():
        twice = record.fields.get(located.value.field)
        if twice is not None:
            words = f"`{located.value.field}` stands under `fields` and in `fields_from`"
            yield Problem("contradiction", words, located.span, "keep one of the two", twice.span)


_OF_SNAPSHOTS = {
    "at": "give the instant as a version's `at`",
    "patch": "say `patch: true` in each version that is one",
    "deleted": "make it a version of its own, with its instant, `deleted: true` and a `when`",
}


def _check_constant(kind: str, name: str, constant: Scalar, span: Span) -> Iterator[Problem]:
    wanted = plan.field_type(kind, name)
    is_whole = isinstance(constant, int) and not isinstance(constant, bool)
    fits = {"money": is_whole, "whole": is_whole, "number": isinstance(constant, int | float), "flag": isinstance(constant, bool)}
    if wanted is not None and not fits.get(wanted, isinstance(constant, str) or is_whole):
        yield Problem("bad_value", f"`{constant}` is no {wanted}, which `{name}` of the {kind} is", span)


_RECORD: Shape[Any] = Record(
    SaidRecord,
    "a record that a row tells of",
    {
        "kind": Field(Choice(tuple(RECORD_KINDS)), "what it is", required=True),
        "id": Field(_ID, "the column or columns that identify it", required=True),
        "fields": Field(MapOf(Text(expected="a field"), Placed(_VALUE)), "our field: their column", default={}),
        "fields_from": Field(_FIELDS_FROM, "of a history of changes: one column names the field that changed, another tells its new value"),
        "at": Field(_MOMENT, "since when the record exists, for the fields under `never_changes`"),
        "versions": Field(ListOf(_VERSION), "what the row tells of the record's history; without, the row is a snapshot", default=()),
        "known": Field(Choice(("always",)), "`always`: a row without any instant was so from the beginning; backtests name such fields"),
        "patch": Field(Flag(), "the snapshot changes what it names and leaves the rest", default=False),
        "deleted": Field(_WHEN, "rows of a snapshot for which the record is gone", default={}),
        "when": Field(_WHEN, _WHEN_DOC, default={}),
    },
    _check_record,
)

_MERGE: Shape[Any] = Record(
    SaidMerge,
    "two subjects that prove to be one",
    {
        "kind": Field(Choice(("person", "account")), "what they are", required=True),
        "gone": Field(_VALUE, "the id that is gone", required=True),
        "survivor": Field(_VALUE, "the id that stays", required=True),
        "at": Field(_MOMENT, "when it was done", required=True),
        "when": Field(_WHEN, _WHEN_DOC, default={}),
    },
)

_CORRECTION: Shape[Any] = Record(
    SaidCorrection,
    "a fact that proves to be wrong",
    {
        "target": Field(_VALUE, "the id of the fact, as its source writes it", required=True),
        "at": Field(_MOMENT, "when that was learnt", required=True),
        "of": Field(Text(expected="the name of a source"), "the source of the fact, if it is another than this one"),
        "replacement": Field(_VALUE, "the id of the fact that counts in its place"),
        "undo": Field(Flag(), "the fact counts again", default=False),
        "when": Field(_WHEN, _WHEN_DOC, default={}),
    },
)


def _suppress(column: str, reason: str, **said: Any) -> SaidSuppression:
    return SaidSuppression(column, reason, _test(**said))


_SUPPRESS: Shape[Any] = Record(
    _suppress,
    "rows to leave out",
    {
        "column": Field(_COLUMN, "the column that tells", required=True),
        "reason": Field(Text(), "why they are left out, for those who ask later", required=True),
        **_TEST_FIELDS,
    },
    lambda one, node: _check_test(one.test, node),
)


def _check_source(file: SourceFile, node: Entries) -> Iterator[Problem]:
    if not (file.events or file.records or file.merges or file.corrections):
        yield Problem("missing_key", "the mapping makes no facts", node.span, "give `events`, `records`, `merges` or `corrections`")
    snapshots = [at for at, one in enumerate(file.records) if not one.versions and one.known is None]
    if snapshots and file.exported_at is None:
        yield Problem(
            "missing_key", f"the {file.records[snapshots[0]].kind} is a snapshot, and nothing says when it was taken",
            _key(node, "records"),
            "give `exported_at`: a snapshot tells only what was true then; or give the record `versions`, or `known: always`",
        )  # fmt: skip
    known = {name for record in file.records for name in record.names()}
    for name in file.never_changes:
        if name.value not in known:
            yield Problem("unknown_name", f"no record here has a field `{name.value}`{did_you_mean(name.value, known)}", name.span)
    yield from find_misspelt(node)


def _key(node: Entries, name: str) -> Span:
    return next((entry.key.span for entry in node.entries if entry.key.text == name), node.span)


SOURCE: Shape[SourceFile] = Record(
    SourceFile,
    "how the files of a source become facts",
    {
        "format": Field(Choice(("csv", "tsv", "jsonl", "json", "parquet")), "how the files are written; recognised where left out"),
        "encoding": Field(As(Text(), _read_encoding, "an encoding such as `utf-8`"), "of text files; recognised where left out"),
        "delimiter": Field(As(Text(), _read_delimiter, "one character, or `tab`"), "between columns; recognised where left out"),
        "decimal_comma": Field(Flag(), "numbers are written as `1.234,50`", default=False),
        "time_zone": Field(Zone(), "where instants without an offset of their own are read"),
        "exported_at": Field(
            Either((DateOrInstant(), Record(plan.Moment, "a column with the export's instant", {
                "column": Field(_COLUMN, "the column of the file", required=True),
                "format": Field(_FORMAT, "how it is written", default="iso"),
            }))),
            "when the snapshot was taken; an option of `tandem import` overrides it",
        ),
        "never_changes": Field(
            ListOf(Placed(Text(expected="a field of a record")), distinct=True),
            "fields that were always as the snapshot tells them, such as country", default=(),
        ),
        "events": Field(ListOf(_EVENT), "the events that a row tells of", default=()),
        "records": Field(ListOf(_RECORD), "the records that a row tells of", default=()),
        "merges": Field(ListOf(_MERGE), "persons or accounts that prove to be one", default=()),
        "corrections": Field(ListOf(_CORRECTION), "facts that prove to be wrong", default=()),
        "suppress": Field(ListOf(_SUPPRESS), "rows that are left out, and counted", default=()),
    },
    _check_source,
)  # fmt: skip
