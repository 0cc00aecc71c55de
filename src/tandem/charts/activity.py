"""The charts of who is active: how many with their stickiness, and by what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tandem.charts.chart import Chart, Column, Key, Lines, Panel, Series, Stack, Table, counted
from tandem.values.instants import Instant

_ACTIVE = (
    Column("period", "First day", "name"),
    Column("active", "Active", "count"),
    Column("stickiness", "Stickiness", "share"),
    Column("mature", "Over", "yes"),
)
_LIFE = (
    Column("period", "First day", "name"),
    Column("active", "Active", "count"),
    Column("new", "New", "count"),
    Column("retained", "Retained", "count"),
    Column("resurrected", "Resurrected", "count"),
    Column("newly_dormant", "Newly dormant", "count"),
    Column("dormant", "Dormant in all", "count"),
    Column("mature", "Over", "yes"),
)
_NOT_OVER = "not over as of then: may still rise"


def draw_active(rows: Sequence[Mapping[str, Any]], *, who: str, period: str, convention: str, as_of: Instant, title: str = "") -> Chart:
    """rows: the report's, each with the first day of its `period`."""
    ticks = tuple(str(row["period"]) for row in rows)
    sticky = any(row.get("stickiness") is not None for row in rows)
    panels = [Panel(Lines("period", ticks, (Series("active", "", "first"),), "count", mature="mature"), f"Active {who}s, number")]
    if sticky:
        panels.append(
            Panel(
                Lines("period", ticks, (Series("stickiness", "", "second"),), "share", mature="mature"),
                f"Stickiness: of the {who}s that were active in the {period}, the share that was so on a day of it, on average",
            )
        )
    return Chart(
        name="active",
        title=title or f"Active {who}s by {period}",
        said=(_latest(rows, "active", who, period), f"convention {convention}"),
        as_of=as_of,
        table=Table.of(_ACTIVE, _dated(rows)),
        panels=tuple(panels),
        keys=(Key(f"a {period} that is over", "line"), Key(_NOT_OVER, "line", mature=False)),
        nothing="" if any(row["active"] for row in rows) else f"Nothing to draw: no {who} was ever active.",
    )


def draw_lifecycle(rows: Sequence[Mapping[str, Any]], *, who: str, period: str, convention: str, as_of: Instant, title: str = "") -> Chart:
    """rows: the report's, each with the first day of its `period`."""
    above = (
        Series("retained", f"retained: active in the {period} before too", "first"),
        Series("resurrected", f"resurrected: active earlier, but not in the {period} before", "third"),
        Series("new", "new: active for the first time", "second"),
    )
    below = (Series("newly_dormant", f"newly dormant: active in the {period} before, but not in this one", "fourth"),)
    return Chart(
        name="lifecycle",
        title=title or f"Lifecycle of {who}s by {period}",
        said=(_latest(rows, "active", who, period), f"convention {convention}"),
        as_of=as_of,
        table=Table.of(_LIFE, _dated(rows)),
        panels=(
            Panel(
                Stack("period", tuple(str(row["period"]) for row in rows), above, below, "mature"),
                f"{who.capitalize()}s, number: active above the line, lost below it",
            ),
        ),
        keys=(
            *(Key(each.words, "bar", each.look) for each in (*reversed(above), *below)),
            Key("not over as of then: the bars may still change", "bar", mature=False),
        ),
        nothing="" if any(row["active"] for row in rows) else f"Nothing to draw: no {who} was ever active.",
    )


def _dated(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [dict(row) | {"period": str(row["period"])} for row in rows]


def _latest(rows: Sequence[Mapping[str, Any]], column: str, who: str, period: str) -> str:
    over = [row for row in rows if row["mature"]]
    if not over:
        return f"no {period} is over yet"
    return f"{counted(over[-1][column], who)} in the last {period} that is over"
