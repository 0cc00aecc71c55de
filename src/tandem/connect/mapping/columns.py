"""What a mapping asks of a row, made ready once for a block: functions from a row to a value, an id or an instant.

Cells repeat, so each function remembers what the texts that it met became.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import tzinfo
from typing import Any, TypeVar

from tandem.connect.casts.formats import suggest_formats
from tandem.connect.casts.instants import read_date, read_moment
from tandem.connect.casts.numbers import read_money, read_number, read_whole
from tandem.connect.casts.words import read_flag, read_id
from tandem.connect.mapping.cells import Refused, Row, as_text, find_cell, plain
from tandem.connect.mapping.plan import Moment, SourceMapping, Value
from tandem.facts.canonical import Fault
from tandem.facts.reasons import ID_CHARACTERS_MAX
from tandem.values.instants import Instant, find_zone, show

T = TypeVar("T")
Ask = Callable[[Row], T]

_MEMO_MAX = 10_000
_NEW = object()
# A cell is a number if it is written as one would print it: a leading zero or plus, or more digits than a float holds, is some code.
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(\.\d{1,9})?")
_NUMBER_WITH_COMMA = re.compile(_NUMBER.pattern.replace(r"\.", ","))
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class Columns:
    """The columns of one block. is_text: cells are text, whose kind must be guessed where no type is named."""

    def __init__(self, mapping: SourceMapping, *, is_text: bool) -> None:
        self.mapping, self.is_text = mapping, is_text
        self.zone: tzinfo | None = find_zone(mapping.zone) if mapping.zone is not None else None
        self.exported_at = mapping.exported_at

    def value(self, value: Value) -> Ask[Any]:
        """A value as JSON, of the type that the mapping or the kind of record names; None where the cell is empty."""
        if value.column is None:
            return lambda row: value.constant
        column = value.column
        memo: dict[str, Any] = {}

        def ask(row: Row) -> Any:
            found = row.get(column)
            if found.__class__ is str:
                known = memo.get(found, _NEW)
                if known is not _NEW:
                    return known
                cast = self._cast(value, column, _renamed(value, found))
                if len(memo) < _MEMO_MAX:
                    memo[found] = cast
                return cast
            return self._cast(value, column, _renamed(value, find_cell(row, column)))

        return ask

    def id(self, value: Value | None) -> Ask[str | None]:
        """An id, without white space around it; None where the cell is empty or nothing is mapped."""
        if value is None:
            return lambda row: None
        if value.column is None:
            constant = str(value.constant)
            return lambda row: constant
        column = value.column

        def ask(row: Row) -> str | None:
            found = _renamed(value, row.get(column)) if value.values else row.get(column)
            if found is None:
                found = _renamed(value, find_cell(row, column))
            if isinstance(found, str):
                found = found.strip()
                if 0 < len(found) <= ID_CHARACTERS_MAX and "\0" not in found:
                    return found
            return _kept(read_id(found, column), column)

        return ask

    def row_id(self, columns: tuple[str, ...]) -> Ask[str | None]:
        """The id of a row; several columns are joined by a slash, and if one of them is empty, or none is named, there is no id."""
        asks = [self.id(Value(column=column)) for column in columns]
        if len(asks) == 1:
            return asks[0]

        def ask(row: Row) -> str | None:
            parts = [part for part in (one(row) for one in asks) if part is not None]
            return "/".join(parts) if parts and len(parts) == len(asks) else None

        return ask

    def moment(self, moment: Moment | None) -> Ask[Instant | None]:
        """An instant, or None where the cell is empty or nothing is mapped."""
        if moment is None:
            return lambda row: None
        if moment.constant is not None:
            return lambda row: moment.constant
        if moment.column is None:
            exported = self.exported_at
            return self.moment(exported) if isinstance(exported, Moment) else lambda row: exported
        column = moment.column
        memo: dict[str, Instant] = {}

        def ask(row: Row) -> Instant | None:
            found = find_cell(row, column)
            if found is None or found == "":
                return None
            known = memo.get(found) if isinstance(found, str) else None
            if known is not None:
                return known
            if isinstance(found, str) and not found.strip():
                return None
            at = _kept(_hinted(read_moment(found, column, format=moment.format, zone=self.zone), found, moment.format), column)
            if isinstance(found, str) and len(memo) < _MEMO_MAX:
                memo[found] = at
            return at

        return ask

    def _cast(self, value: Value, column: str, found: Any) -> Any:
        if found is None or found == "":
            return None
        comma = self.mapping.decimal_comma
        match value.type:
            case None:
                return self._guess(found, column)
            case "text":
                return as_text(found)
            case "number":
                cast: Any = read_number(found, column, decimal_comma=comma)
            case "whole":
                cast = read_whole(found, column, decimal_comma=comma)
            case "money":
                cast = read_money(found, column, digits=value.decimals, decimal_comma=comma)
            case "flag":
                cast = read_flag(found, column)
            case "date":
                cast = _hinted(read_date(found, column, format=value.format, zone=self.zone), found, value.format)
            case "instant":
                cast = _hinted(read_moment(found, column, format=value.format, zone=self.zone), found, value.format)
                cast = cast if isinstance(cast, Fault) else show(cast)
            case _:
                cast = read_id(found.strip() if isinstance(found, str) else found, column)
        return _kept(cast, column)

    def _guess(self, found: Any, column: str) -> Any:
        """A cell without a named type: of text, a number or a flag where it is written as one; of other formats, what it is there."""
        if not isinstance(found, str):
            return plain(found, column)
        if not self.is_text:
            return found
        comma = self.mapping.decimal_comma
        number = (_NUMBER_WITH_COMMA if comma else _NUMBER).fullmatch(found)
        if number is not None:
            return float(found.replace(",", ".")) if number[1] else int(found)
        return _TRUTH.get(found, found)


def _renamed(value: Value, found: Any) -> Any:
    return value.values.get(as_text(found), found) if value.values and found is not None else found


def _hinted(cast: T | Fault, found: Any, format: str) -> T | Fault:
    """An instant or a date; of one that could not be read, also what the mapping could say."""
    if not isinstance(cast, Fault):
        return cast
    if cast.reason == "no_zone":
        return Fault(cast.reason, f"{cast.detail}; name the `time_zone` in the mapping")
    return Fault(cast.reason, cast.detail + suggest_formats(found)) if format == "iso" and isinstance(found, str) else cast


def _kept(found: T | Fault, column: str) -> T:
    if isinstance(found, Fault):
        raise Refused(found, column)
    return found
