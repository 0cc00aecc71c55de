"""How reports are shown: aligned tables for people, JSON and CSV for programs. Instants are ISO-8601 in UTC."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import click
import msgspec

from tandem.values.instants import Instant, show

Format = Literal["table", "json", "csv"]

# Columns whose whole numbers are instants.
_INSTANTS = {"occurred_at", "known_at", "as_of", "last_known", "at"}


def told(value: Any, name: str = "") -> Any:
    """A value as JSON has it: instants as text. What stands in a source's own words (`msgspec.Raw`) stays as it is."""
    if name in _INSTANTS and isinstance(value, int) and not isinstance(value, bool):
        return show(value)
    if isinstance(value, Mapping):
        return {key: told(each, str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [told(each) for each in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value


def print_report(
    format_: Format,
    *,
    json: Callable[[], Mapping[str, Any]],
    csv: Callable[[], tuple[Sequence[str], Iterable[Mapping[str, Any]]]],
    page: Callable[[], None],
    doubts: Callable[[], None] | None = None,
    as_of: Instant | None = None,
) -> None:
    """A report in the form that was asked for: one object, its columns and rows, or a page for people.

    Beside rows and pages stands on stderr what a reader must doubt, and the instant that they hold for; an object says both itself.
    """
    if format_ == "json":
        print_json(json())
        return
    if format_ == "csv":
        print_csv(*csv())
    else:
        page()
    if doubts is not None:
        doubts()
    if as_of is not None:
        print_as_of(as_of)


def print_json(report: Mapping[str, Any]) -> None:
    """One object on one line, keys in the report's order."""
    click.echo(msgspec.json.encode(told(report)).decode())


def print_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """A header, then the rows; null is empty, what is nested is JSON."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(told(row[name], name)) for name in columns])


def one_row(row: Mapping[str, Any]) -> tuple[Sequence[str], Sequence[Mapping[str, Any]]]:
    """The columns and rows of a report that is one row."""
    return tuple(row), [row]


def print_table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], *, right: Iterable[str] = ()) -> None:
    """Columns that are as wide as their widest cell; numbers to the right."""
    cells = [[_cell(told(row[name], name)) for name in columns] for row in rows]
    widths = [max(len(name), *(len(row[i]) for row in cells)) if cells else len(name) for i, name in enumerate(columns)]
    to_right = {name for name in columns if name in set(right) or (rows and all(_is_number(row[name], name) for row in rows))}
    for row in [list(columns), *cells]:
        line = "  ".join(
            cell.rjust(width) if name in to_right else cell.ljust(width) for cell, width, name in zip(row, widths, columns, strict=True)
        )
        click.echo(line.rstrip())


def print_as_of(at: Instant) -> None:
    """The instant that an answer holds for: the last line on stderr."""
    sys.stdout.flush()
    click.echo(f"as of {show(at)}", err=True)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, msgspec.Raw):
        return bytes(value).decode()
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    if isinstance(value, float):
        return repr(value)
    return str(value)


def _is_number(value: Any, name: str) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and name not in _INSTANTS
