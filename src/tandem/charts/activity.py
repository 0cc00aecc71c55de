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


def draw_active(
    rows: Sequence[Mapping[str, Any]],
    *,
    who: str,
    period: str,
    convention: str,
    as_of: Instant,
    days: int = 1,
    more: Sequence[str] = (),
) -> Chart:
    """rows: the report's, each with the first day of its `period`. days: how many days roll together, up to each. more: what else was asked."""
    ticks = tuple(row["period"] for row in rows)
    rolls = days > 1
    during = f"in the {days} days up to each" if rolls else f"in each {period}"
    panels = [
        Panel(
            Lines("period", ticks, (Series("active", "", "first"),), "count", mature="mature"),
            f"{who.capitalize()}s active {during}, number",
        )
    ]
    if any(row["stickiness"] is not None for row in rows):
        on = "the share that was active on the last of them" if rolls else "the share that was active on a day of it, on average"
        lines = Lines("period", ticks, (Series("stickiness", "", "second"),), "share", mature="mature")
        panels.append(Panel(lines, f"Stickiness: of the {who}s active {during}, {on}"))
    return Chart(
        name="active",
        title=f"Active {who}s " + (f"in {days} days, day by day" if rolls else f"by {period}"),
        said=(
            _latest(rows, "active", who, f"{days} days up to the last day" if rolls else f"last {period}", period),
            f"convention {convention}",
            *more,
        ),
        as_of=as_of,
        table=Table.of(_ACTIVE, rows),
        panels=tuple(panels),
        keys=(Key(f"a {period} that is over", "line"), Key(_NOT_OVER, "line", mature=False)),
        nothing="" if any(row["active"] for row in rows) else f"Nothing to draw: no {who} was ever active.",
    )


def draw_lifecycle(
    rows: Sequence[Mapping[str, Any]], *, who: str, period: str, convention: str, as_of: Instant, more: Sequence[str] = ()
) -> Chart:
    """rows: the report's, each with the first day of its `period`. more: what else was asked."""
    above = (
        Series("retained", f"retained: active in the {period} before too", "first"),
        Series("resurrected", f"resurrected: active earlier, but not in the {period} before", "third"),
        Series("new", "new: active for the first time", "second"),
    )
    below = (Series("newly_dormant", f"newly dormant: active in the {period} before, but not in this one", "fourth"),)
    return Chart(
        name="lifecycle",
        title=f"Lifecycle of {who}s by {period}",
        said=(_latest(rows, "active", who, f"last {period}", period), f"convention {convention}", *more),
        as_of=as_of,
        table=Table.of(_LIFE, rows),
        panels=(
            Panel(
                Stack("period", tuple(row["period"] for row in rows), above, below, "mature"),
                f"{who.capitalize()}s, number: active above the line, lost below it",
            ),
        ),
        keys=(
            *(Key(each.words, "bar", each.look) for each in (*reversed(above), *below)),
            Key(f"not over as of then: may still rise; who is lost in the {period} is not known yet", "bar", mature=False),
        ),
        nothing="" if any(row["active"] for row in rows) else f"Nothing to draw: no {who} was ever active.",
    )


def _latest(rows: Sequence[Mapping[str, Any]], column: str, who: str, when: str, period: str) -> str:
    """when: the time that the latest row which is over speaks of."""
    over = [row for row in rows if row["mature"]]
    if not over:
        return f"no {period} is over yet"
    return f"{counted(over[-1][column], who)} in the {when} that is over"
