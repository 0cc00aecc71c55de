"""What the charts of funnels and of the path share: their columns, which groups are drawn, and in what form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from tandem.charts.chart import BETWEEN, Breakdown, Cell, Column, Key, Lists, Panel, Stages, counted, name_of


@dataclass(frozen=True)
class Through:
    """How many of a group got through all stages, as people read it. brief: where words above say what it is."""

    told: str
    brief: str


Group = tuple[Cell, Sequence[Mapping[str, Any]]]
# Of so many groups each has a picture of its own; more are rows, one below the other.
APART_MOST, GROUPS_MOST = 4, 24
PERIODS = ("day", "week", "month")
WHO = (Column("group", "Of", "name"), Column("step", "Stage", "count"), Column("name", "Name", "name"))
WENT = (Column("entered", "Reached it", "count"), Column("converted", "Went on", "count"), Column("open", "Still open", "count"))
RATES = (
    Column("mature", "Window over", "count"),
    Column("rate", "Rate", "share"),
    Column("low", "From", "share"),
    Column("high", "To", "share"),
    Column("p25_seconds", "A quarter by", "seconds"),
    Column("median_seconds", "Half by", "seconds"),
    Column("p75_seconds", "Three quarters by", "seconds"),
)


def groups_of(steps: Sequence[Mapping[str, Any]]) -> list[Group]:
    """The stages of each group that anybody began in."""
    found = [(name, list(rows)) for name, rows in groupby(steps, lambda row: row.get("group"))]
    return [each for each in found if _began(each)]


def shown_of(groups: Sequence[Group], by: str) -> list[Group]:
    """Periods stand in the order of time, and the latest count; of all else the largest, in the order in which they stand."""
    if by in PERIODS:
        return list(groups[-GROUPS_MOST:])
    large = sorted(groups, key=lambda each: -_began(each))[:GROUPS_MOST]
    return [each for each in groups if each in large]


def panels_of(
    groups: Sequence[Group], *, who: str, by: str, through: Mapping[Cell, Through], gone: str = "dropped", meant: str = ""
) -> Iterator[Panel]:
    """Groups of the same stages are compared stage by stage where they are many."""
    for names, alike in groupby(groups, lambda each: tuple(row["name"] for row in each[1])):
        same = list(alike)
        if len(same) > APART_MOST:
            yield from _compared(same, names, who, through)
        else:
            for group in same:
                name, began = group[0], _began(group)
                form = Stages(len(names), began, f"{who}s", name, bool(by), gone, meant)
                told, many = through[name].told if name in through else "", counted(began, who)
                # Where no window is over, how many began is all that is told.
                parts = (many if by and not told.startswith(many) else "", told)
                yield Panel(form, (f"{name_of(name)}: " if by else "") + BETWEEN.join(filter(None, parts)))


def notes_of(groups: Sequence[Group], shown: Sequence[Group], panels: Sequence[Panel], by: str) -> Iterator[str]:
    if len(shown) < len(groups):
        yield f"Drawn: the {'latest' if by in PERIODS else 'largest'} {len(shown)} of {counted(len(groups), 'group')}; the table has all."
    if sum(isinstance(each.form, Stages) for each in panels) > 1:
        yield "Each group has a scale of its own: bars compare stages, not groups."


def keys_of(gone: str) -> tuple[Key, ...]:
    return (
        Key("went on to the next stage; of the last stage, reached it", "bar"),
        Key("still open: the window is not over", "bar", "open", mature=False),
        Key(gone, "bar", "dropped"),
        Key("share that went on, and its 95 % interval", "whisker"),
    )


def _compared(groups: Sequence[Group], names: Sequence[str], who: str, through: Mapping[Cell, Through]) -> Iterator[Panel]:
    lines = tuple(f"{name_of(name)}: {through[name].brief}" for name, _ in groups if name in through)
    if lines:
        yield Panel(Lists(lines), f"{names[0]} to {names[-1]}: who got through all {len(names)} stages, of those whose window is over")
    most = max(map(_began, groups))
    for step, (name, then) in enumerate(pairwise(names), 1):
        yield Panel(Breakdown(step, tuple(name for name, _ in groups), most, f"{who}s"), f"{name} to {then}")


def _began(group: Group) -> int:
    many: int = group[1][0]["entered"]
    return many
