"""The chart of a funnel: who reached each stage, who went on, is still open or dropped, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from tandem.charts.chart import Chart, Column, Key, Panel, Stages, Table, counted
from tandem.values.instants import Instant

GROUPS_MOST = 12
_COLUMNS = (
    Column("group", "Of", "name"),
    Column("stage", "Stage", "count"),
    Column("name", "Name", "name"),
    Column("entered", "Reached it", "count"),
    Column("converted", "Went on", "count"),
    Column("open", "Still open", "count"),
    Column("dropped", "Dropped", "count"),
    Column("rate", "Rate", "share"),
    Column("low", "From", "share"),
    Column("high", "To", "share"),
    Column("median_seconds", "Median time to the next", "seconds"),
)


def draw_funnel(
    steps: Sequence[Mapping[str, Any]], *, who: str, window: str, convention: str, as_of: Instant, title: str = "", by: str = ""
) -> Chart:
    """steps: the report's, in the order of the stages; of a breakdown each with its `group`, and those of a group together.

    who: the noun of what is counted: account, or attempt. window: how long an attempt lasts, as people write it.
    """
    groups = [(name, list(rows)) for name, rows in groupby(steps, lambda row: row.get("group"))]
    numbered = [{"stage": number} | dict(row) for _, rows in groups for number, row in enumerate(rows, 1)]
    began = sum(rows[0]["entered"] for _, rows in groups)
    shown = [each for each in groups if each[1][0]["entered"]][:GROUPS_MOST]
    panels = tuple(
        Panel(
            Stages(len(rows), rows[0]["entered"], f"{who}s", None if name is None else str(name)),
            "" if name is None else f"{name}: {counted(rows[0]['entered'], who)}",
        )
        for name, rows in shown
    )
    notes = [
        f"Rates are of those whose window of {window} is over, with 95 % intervals; who is still open is in no rate, but in each median."
    ]
    if len(shown) < len(groups):
        notes.append(f"{len(shown)} of {len(groups)} groups are drawn; the table has all.")
    if by and len(groups) > 1:
        notes.append("Each group has a scale of its own: bars compare stages, not groups.")
    return Chart(
        name="funnel",
        title=title or "Funnel: " + _ends(steps),
        said=(f"{counted(began, who)} that began", f"within {window}", f"convention {convention}", *((f"by {by}",) if by else ())),
        as_of=as_of,
        table=Table.of(_COLUMNS, numbered),
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
