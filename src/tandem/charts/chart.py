"""What a chart is, before anybody draws it: what it says in words, its table, and which columns stand where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tandem.values.durations import tell_rounded
from tandem.values.instants import SECOND, Instant, show

Kind = Literal["name", "count", "share", "seconds", "yes"]
BETWEEN = " · "  # Thoughts of one line.
Cell = str | int | float | bool | None
# Colours by what they mean; `palette.py` says which.
Look = Literal["first", "second", "third", "fourth", "open", "dropped", "average"]
Shape = Literal["bar", "cell", "line", "shades", "ramp", "whisker"]


@dataclass(frozen=True)
class Column:
    """name: as the report's table has it. title: what people read above it."""

    name: str
    title: str
    kind: Kind


@dataclass(frozen=True)
class Table:
    """The numbers that are drawn, as the report has them: shares in [0, 1], lengths in seconds, what is unknown is None."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @classmethod
    def of(cls, columns: Iterable[Column], rows: Sequence[Mapping[str, Any]]) -> Table:
        """Of a report's rows the columns of these names that they have, as they are."""
        chosen = tuple(each for each in columns if not rows or each.name in rows[0])
        return cls(chosen, tuple(tuple(row[each.name] for each in chosen) for row in rows))

    @property
    def records(self) -> list[dict[str, Cell]]:
        names = [each.name for each in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]

    @property
    def drawn(self) -> list[dict[str, Cell]]:
        """The records, and beside each length how it is told."""
        lengths = [each.name for each in self.columns if each.kind == "seconds"]
        return [record | {told_of(name): tell(record[name], "seconds") or None for name in lengths} for record in self.records]

    def has(self, name: str) -> bool:
        return any(each.name == name for each in self.columns)


def told_of(length: str) -> str:
    """The column of how a length is told."""
    return f"{length}_told"


# The forms, each with the columns of the table that it draws.


@dataclass(frozen=True)
class Stages:
    """A bar a stage: of who `entered`, who `converted`, is `open`, is gone; beside it `rate` from `low` to `high`, and `median_seconds`.

    stages: how many. most: how many entered the first. many: who is counted. apart: only the rows whose `group` is this. gone: the column, and
    the word, of who does not go on. meant: the column of what a stage is, where its name alone does not say it.
    """

    stages: int
    most: int
    many: str
    group: Cell = None
    apart: bool = False
    gone: str = "dropped"
    meant: str = ""


@dataclass(frozen=True)
class Breakdown:
    """A row a `group`, of the one stage `step`: the same as of a stage. most: how many entered the first, of the group with most; the scale of
    all stages."""

    step: int
    groups: tuple[Cell, ...]
    most: int
    many: str


@dataclass(frozen=True)
class Lists:
    """Lines of words."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Triangle:
    """A row a `cohort` of which so many `began`, a column a `bucket`, the darker the higher the `rate`; marked where it is not `mature`.

    most: the rate from which on it is darkest.
    """

    cohorts: tuple[str, ...]
    buckets: tuple[str, ...]
    down: str
    across: str
    many: str
    most: float


@dataclass(frozen=True)
class Curves:
    """A line a `cohort` of its `rate` over buckets, and one of the cohort `average`, between `low` and `high` where the table has them."""

    cohorts: tuple[str, ...]
    buckets: tuple[str, ...]
    across: str
    ordered: bool


@dataclass(frozen=True)
class Series:
    """A column that is drawn, what it is called, and how it looks."""

    column: str
    words: str
    look: Look


@dataclass(frozen=True)
class Lines:
    """A line a series along a column whose texts are `ticks`. mature: the column that is false where a number may still change; marked: the
    column that is true for the one that stands."""

    along: str
    ticks: tuple[str, ...]
    series: tuple[Series, ...]
    kind: Kind
    across: str = ""
    mature: str | None = None
    marked: str | None = None


@dataclass(frozen=True)
class Stack:
    """Bars along a column: above the axis one series on another, from below; under it what was lost, which nobody knows before it is `mature`."""

    along: str
    ticks: tuple[str, ...]
    above: tuple[Series, ...]
    below: tuple[Series, ...]
    mature: str


Form = Stages | Breakdown | Lists | Triangle | Curves | Lines | Stack


@dataclass(frozen=True)
class Panel:
    """title: what is counted, and in which unit."""

    form: Form
    title: str


@dataclass(frozen=True)
class Key:
    """A line of the legend: how it looks, and what it means in words. mature: false for what may still change."""

    words: str
    shape: Shape
    look: Look = "first"
    mature: bool = True


@dataclass(frozen=True)
class Chart:
    """name: the command that it answers. said: what must stand on it, one thought each: convention, unit, n. keys: the legend.
    notes: what a reader must know before believing it. nothing: what is said in place of a picture; empty where there is one."""

    name: str
    title: str
    said: tuple[str, ...]
    as_of: Instant
    table: Table
    panels: tuple[Panel, ...]
    keys: tuple[Key, ...] = ()
    notes: tuple[str, ...] = ()
    nothing: str = ""

    @property
    def subtitle(self) -> str:
        return BETWEEN.join((*self.said, f"as of {show_minute(self.as_of)}"))


def show_minute(at: Instant) -> str:
    """An instant as a chart tells it, without seconds that are none.

    >>> show_minute(0)
    '1970-01-01 00:00 UTC'
    """
    day, _, time = show(at).removesuffix("Z").partition("T")
    return f"{day} {time.removesuffix(':00')} UTC"


def name_of(value: Cell) -> str:
    """A value of a field as people read it.

    >>> name_of(None), name_of(True), name_of(7)
    ('unknown', 'true', '7')
    """
    return "unknown" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def tell(cell: Cell, kind: Kind) -> str:
    """A cell as people read it, and as the command's own table has it.

    >>> tell(0.235, "share"), tell(151_560, "seconds"), tell(None, "share")
    ('23.5 %', '1d 18h', '')
    """
    if cell is None:
        return "unknown" if kind == "name" else ""
    match kind:
        case "share":
            return f"{float(cell) * 100:.1f} %"
        case "seconds":
            return tell_rounded(round(float(cell) * SECOND))
        case "yes":
            return "yes" if cell else "no"
        case "count":
            return f"{cell:,}"
        case "name":
            return name_of(cell)


def counted(many: int, noun: str) -> str:
    return f"{many:,} {noun}" + ("" if many == 1 else "s")
