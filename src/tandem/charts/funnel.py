"""The chart of a funnel: who reached each stage, who went on, is still open or dropped, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from tandem.charts.chart import BETWEEN, Chart, Column, Key, Panel, Stages, Table, counted, name_of
from tandem.values.instants import Instant

GROUPS_MOST = 12
PERIODS = ("day", "week", "month")
_COLUMNS = (
    Column("group", "Of", "name"),
    Column("step", "Stage", "count"),
    Column("name", "Name", "name"),
    Column("entered", "Reached it", "count"),
    Column("converted", "Went on", "count"),
    Column("open", "Still open", "count"),
    Column("dropped", "Dropped", "count"),
    Column("mature", "Window over", "count"),
    Column("rate", "Rate", "share"),
    Column("low", "From", "share"),
    Column("high", "To", "share"),
    Column("p25_seconds", "A quarter by", "seconds"),
    Column("median_seconds", "Half by", "seconds"),
    Column("p75_seconds", "Three quarters by", "seconds"),
)


def draw_funnel(
    steps: Sequence[Mapping[str, Any]],
    *,
    who: str,
    window: str,
    convention: str,
    as_of: Instant,
    by: str = "",
    through: Sequence[str] = (),
    apart: bool = False,
    more: Sequence[str] = (),
) -> Chart:
    """steps: the report's, each with its number `step`; of a breakdown each with its `group`, and those of a group together.

    who: the noun of what is counted: account, or attempt. window: how long an attempt lasts, as people write it.
    through: of each group how many got through all stages, as people read it. apart: groups have stages of their own, and no sum. more: what
    else was asked.
    """
    groups = [(name, list(rows)) for name, rows in groupby(steps, lambda row: row.get("group"))]
    told = dict(zip((name for name, _ in groups), through))
    began = sum(rows[0]["entered"] for _, rows in groups)
    some = [each for each in groups if each[1][0]["entered"]]
    # Periods stand in the order of time, and the latest count; of all else the largest, in the order in which they stand.
    large = sorted(some, key=lambda each: -each[1][0]["entered"])[:GROUPS_MOST]
    shown = some[-GROUPS_MOST:] if by in PERIODS else [each for each in some if each in large]
    panels = tuple(
        Panel(
            Stages(len(rows), rows[0]["entered"], f"{who}s", name, bool(by)),
            BETWEEN.join(filter(None, (f"{name_of(name)}: {counted(rows[0]['entered'], who)}" if by else "", told.get(name, "")))),
        )
        for name, rows in shown
    )
    notes = [
        f"Rates are of those whose window of {window} is over, with 95 % intervals; who is still open is in no rate, but in each median."
    ]
    if len(shown) < len(some):
        notes.append(
            f"Drawn: the {'latest' if by in PERIODS else 'largest'} {len(shown)} of {counted(len(some), 'group')}; the table has all."
        )
    if len(shown) > 1:
        notes.append("Each group has a scale of its own: bars compare stages, not groups.")
    return Chart(
        name="funnel",
        title=f"One funnel a {by}" if apart else "Funnel: " + _ends(steps),
        said=(
            *(() if apart else (f"{counted(began, who)} that began",)),
            f"within {window}",
            f"convention {convention}",
            *((f"by {by}",) if by and not apart else ()),
            *more,
        ),
        as_of=as_of,
        table=Table.of([each for each in _COLUMNS if by or each.name != "group"], steps),
        panels=panels,
        keys=(
            Key("went on to the next stage; of the last stage, reached it", "bar"),
            Key("still open: the window is not over", "bar", "open", mature=False),
            Key("dropped", "bar", "dropped"),
            Key("share that went on, and its 95 % interval", "whisker"),
        ),
        notes=tuple(notes),
        nothing="" if panels else f"Nothing to draw: no {who} has reached the first stage.",
    )


def _ends(steps: Sequence[Mapping[str, Any]]) -> str:
    names = list(dict.fromkeys(str(each["name"]) for each in steps))
    return "no stages" if not names else names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
