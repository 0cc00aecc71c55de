"""The charts of a signal: what it would have done at every threshold, and how soon its outcome came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tandem.charts.chart import Chart, Column, Key, Lines, Panel, Series, Table
from tandem.values.instants import Instant

_CURVE = (
    Column("threshold", "Threshold", "name"),
    Column("entered", "Entered", "count"),
    Column("left", "Left", "count"),
    Column("fires", "Fires", "count"),
    Column("subjects", "Ever on for", "count"),
    Column("in", "On now for", "count"),
    Column("stands", "Stands", "yes"),
)


def draw_curve(points: Sequence[Mapping[str, Any]], *, signal: str, test: str, about: str, as_of: Instant) -> Chart:
    """points: the report's, threshold after threshold."""
    fires, subjects = Series("fires", "times that it fires", "first"), Series("subjects", f"{about}s for which it is ever on", "second")
    ticks = tuple(str(point["threshold"]) for point in points)
    lines = Lines("threshold", ticks, (fires, subjects), "count", across=f"threshold of {test}", marked="stands")
    return Chart(
        name="curve",
        title=f"{signal} at every threshold",
        said=(test, "all of history, as if always in force"),
        as_of=as_of,
        table=Table.of(_CURVE, points),
        panels=(Panel(lines, f"Firings and {about}s, number"),),
        keys=(*(Key(each.words, "line", each.look) for each in (fires, subjects)), Key("the threshold that stands", "line", "average")),
        nothing="" if points else "Nothing to draw: it never turned on at any threshold.",
    )
