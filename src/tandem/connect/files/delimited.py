"""Delimited text: records whose quoted fields may hold delimiters, quotes and line feeds; a broken quote costs the line that it stands in.

A record whose quotes break the rules, or do not close within `RECORD_LINES_MAX` lines, fails with its first line alone, and reading goes on with
the next: else one stray quote would swallow all that follows. Cutting a file into blocks follows the same rule, so where it is cut changes nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from tandem.connect.block import Header

RECORD_LINES_MAX = 1_000

csv.field_size_limit(2**31 - 1)  # How long a row may be is decided where rows are parsed.


class Record(NamedTuple):
    """Lines `start` to `end` (half-open) of a block. cells: None where the quotes are broken, which `why` then tells."""

    start: int
    end: int
    cells: list[str] | None
    why: str = ""


def split_lines(text: str) -> list[str]:
    """Lines with their ends; only a line feed ends one, for any other separator may stand in a field."""
    return list(io.StringIO(text, newline="\n"))


def read_records(lines: list[str], delimiter: str, *, final: bool) -> Iterator[Record]:
    """The records of whole lines, blank ones left out. Unless final, a record that is still open at the end is left for the next block."""
    position, window = 0, len(lines)
    while position < len(lines):
        stop = min(position + window, len(lines))
        start = position
        reader = csv.reader(lines[position:stop], delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                end = position + reader.line_num
                if end - start > RECORD_LINES_MAX:
                    raise csv.Error(_OPEN)
                if cells:
                    yield Record(start, end, cells)
                start = end
            position = stop
        except csv.Error as error:
            is_open = str(error) == _OPEN and stop - start <= RECORD_LINES_MAX
            if is_open and stop < len(lines):
                position, window = start, RECORD_LINES_MAX + 1
                continue
            if is_open and not final:
                return
            yield Record(start, start + 1, None, _explain(lines[start], delimiter))
            position, window = start + 1, RECORD_LINES_MAX + 1


_OPEN = "unexpected end of data"


def _explain(line: str, delimiter: str) -> str:
    """What is wrong with the quotes of a line; told by the line alone, for what follows it may stand in another block."""
    try:
        list(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "expected after" in str(error):
            return "text follows the quote that closes a field; a quote inside a field is written twice"
        if str(error) != _OPEN:
            return "a carriage return stands in a field without quotes"
    return "a quoted field is never closed"


def cut(text: bytes, delimiter: str) -> int:
    """How many bytes of `text`, which begins with a record, are whole records; the rest must wait for what follows."""
    end = text.rfind(b"\n") + 1
    if b'"' not in text[:end]:
        return end
    lines = split_lines(text[:end].decode("utf-8", "surrogateescape"))
    done = 0
    for record in read_records(lines, delimiter, final=False):
        done = record.end
    rest = lines[done:]
    # Blank lines at the end belong to no record, and need not wait.
    if all(line.isspace() for line in rest):
        return end
    return end - sum(len(line.encode("utf-8", "surrogateescape")) for line in rest)


def read_header(text: bytes, delimiter: str) -> tuple[Header, int, int] | None:
    """The first record of a file as its header, how many bytes and lines it takes with the blank lines before it; None where there is none."""
    lines = split_lines(text.decode("utf-8", "surrogateescape"))
    for record in read_records(lines, delimiter, final=True):
        cells = record.cells if record.cells is not None else lines[record.start].strip().split(delimiter)
        raw = "".join(lines[record.start : record.end]).encode("utf-8", "surrogateescape")
        size = sum(len(line.encode("utf-8", "surrogateescape")) for line in lines[: record.end])
        return Header(_names(cells), delimiter, raw), size, record.end
    return None


def _names(cells: list[str]) -> tuple[str, ...]:
    """The columns' names. A name that occurs again gets a number, `name_2`, so that each can be mapped."""
    names: list[str] = []
    for cell in cells:
        name, number = cell.strip(), 1
        wanted = name
        while wanted in names:
            number += 1
            wanted = f"{name}_{number}"
        names.append(wanted)
    return tuple(names)
