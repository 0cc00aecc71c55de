"""Rows of delimited text, JSON and columnar files, and what stands in their cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import msgspec

from tandem.connect.block import Block, Elements, Header, Lines, Parsed, Table
from tandem.connect.files.delimited import read_records, split_lines
from tandem.connect.mapping.plan import Condition
from tandem.facts.canonical import Fault, diagnose, kind_of, read_object, write
from tandem.facts.reasons import LINE_BYTES_MAX

Row = dict[str, Any]


class Refused(Exception):
    """Ends the reading of a row; caught where rows are read, and never seen outside. column: where the fault stands."""

    def __init__(self, fault: Fault, column: str | None) -> None:
        self.fault, self.column = fault, column


def read_rows(block: Block, parsed: Parsed) -> Iterator[tuple[int, Row]]:
    """The rows that can be read as such; the others fail here. Repeated keys are counted for them."""
    match block.payload:
        case Lines(text) if block.header is not None:
            yield from _read_records(text, block.first_line, block.header, parsed)
        case Lines(text):
            for line, raw in enumerate(text.split(b"\n"), block.first_line):
                yield from _read_json(line, raw, parsed)
        case Elements(values):
            for line, raw in values:
                yield from _read_json(line, raw, parsed)
        case Table(arrow):
            for line, row in enumerate(_table_rows(arrow), block.first_line):
                yield parsed.receive(line, row), row


def _read_records(text: bytes, first_line: int, header: Header, parsed: Parsed) -> Iterator[tuple[int, Row]]:
    try:
        words, clean = text.decode(), True
    except UnicodeDecodeError:
        words, clean = text.decode("utf-8", "surrogateescape"), False
    has_nul = "\0" in words
    lines = split_lines(words)
    names = header.columns
    header_cells = list(names)
    for record in read_records(lines, header.delimiter, final=True):
        kept = lines[record.start] if record.end == record.start + 1 else "".join(lines[record.start : record.end])
        kept = kept.rstrip("\r\n")
        number = parsed.receive(first_line + record.start, kept)
        cells = record.cells
        if len(kept) * 4 > LINE_BYTES_MAX and len(parsed.raw(number)) > LINE_BYTES_MAX:
            parsed.fail(number, "too_long", f"the row has {len(parsed.raw(number))} bytes; at most {LINE_BYTES_MAX} are read")
        elif not clean and not _is_utf8(kept):
            fault = diagnose(parsed.raw(number))
            parsed.fail(number, "bad_encoding", fault.detail)
        elif has_nul and "\0" in kept:
            parsed.fail(number, "nul_byte", f"character {kept.index(chr(0)) + 1} of the row is a NUL byte")
        elif cells is None:
            parsed.fail(number, "unclosed_quote", record.why)
        elif len(cells) != len(names):
            parsed.fail(number, "wrong_columns", f"the row has {len(cells)} columns; the header has {len(names)}")
        elif cells == header_cells or (cells[0] == names[0] and tuple(cell.strip() for cell in cells) == names):
            parsed.fail(number, "repeated_header", "the row repeats the header")
        else:
            yield number, dict(zip(names, cells))


def _is_utf8(kept: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in kept)


def _read_json(line: int, raw: bytes, parsed: Parsed) -> Iterator[tuple[int, Row]]:
    if not raw or raw.isspace():
        return
    number = parsed.receive(line, raw)
    if len(raw) > LINE_BYTES_MAX:
        parsed.fail(number, "too_long", f"the line has {len(raw)} bytes; at most {LINE_BYTES_MAX} are read")
        return
    found = read_object(raw, "row")
    if isinstance(found, Fault) or not raw.lstrip().startswith(b"{"):
        fault = found if isinstance(found, Fault) else Fault("not_an_object", f"the row is {kind_of(msgspec.json.decode(raw))}")
        parsed.fail(number, fault.reason, fault.detail)
        return
    parsed.repeated_keys += found.repeated
    yield number, found.value


def _table_rows(arrow: bytes) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.compute as pc

    table = pa.ipc.open_stream(arrow).read_all()
    for index, field in enumerate(table.schema):
        # Python's instants end at the microsecond; what is finer is cut, as everywhere.
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns":
            coarse = pc.cast(table.column(index), pa.timestamp("us", field.type.tz), safe=False)
            table = table.set_column(index, field.name, coarse)
    yield from table.to_pylist()


def find_cell(row: Row, column: str) -> Any:
    """A column's value; in nested formats `a.b` is the field b of a."""
    found = row.get(column)
    if found is None and "." in column and column not in row:
        found = row
        for part in column.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    return found


def as_text(found: Any) -> str:
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, float) and found.is_integer():
        return str(int(found))
    return found if isinstance(found, str) else str(plain(found)) if not isinstance(found, dict | list) else write(plain(found))


def plain(found: Any, what: str = "") -> Any:
    """A value of a columnar file as JSON: NaN is no value, an instant is ISO, a decimal is a number."""
    match found:
        case None | bool() | int() | str():
            return found
        case float():
            if found != found:
                return None
            if found in (float("inf"), float("-inf")):
                raise Refused(Fault("not_a_number", f"`{what}` is infinite"), what or None)
            return found
        case Decimal():
            return int(found) if found == found.to_integral_value() else float(found)
        case datetime():
            return found.isoformat()
        case date() | time():
            return found.isoformat()
        case dict():
            return {str(key): plain(value, what) for key, value in found.items()}
        case list():
            return [plain(value, what) for value in found]
        case bytes():
            return found.decode("utf-8", "replace")
    return str(found)


def all_hold(tests: tuple[Condition, ...], row: Row) -> bool:
    return all(holds(test, row) for test in tests)


def holds(test: Condition, row: Row) -> bool:
    found = find_cell(row, test.column)
    is_empty = found is None or found == ""
    if test.empty is not None and test.empty != is_empty:
        return False
    text = "" if is_empty else as_text(found)
    if test.one_of is not None and (is_empty or text not in test.one_of):
        return False
    if test.none_of is not None and text in test.none_of:
        return False
    return test.matches is None or (not is_empty and re.search(test.matches, text) is not None)
