"""The chart of retention: a triangle of cohorts and buckets, and below it the same as curves, with their average."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from tandem.charts.chart import Chart, Column, Curves, Key, Look, Panel, Table, Triangle, counted
from tandem.values.instants import Instant

AVERAGE = "average"
COHORTS_MOST, BUCKETS_MOST = 40, 40
NAMED_MOST = 4
LOOKS: tuple[Look, ...] = ("first", "second", "third", "fourth")
_COLUMNS = (
    Column("cohort", "Cohort", "name"),
    Column("size", "Size", "count"),
    Column("bucket", "Bucket", "name"),
    Column("active", "Active", "count"),
    Column("rate", "Rate", "share"),
    Column("low", "From", "share"),
    Column("high", "To", "share"),
    Column("mature", "Over", "yes"),
)


def draw_retention(
    cells: Sequence[Mapping[str, Any]],
    *,
    who: str,
    period: str,
    convention: str,
    as_of: Instant,
    title: str = "",
    by: str = "",
) -> Chart:
    """cells: the report's, cohort after cohort, and those of the average as the cohort `average`. by: the field that cohorts are of; else
    they are periods. convention: with all that belongs to it, such as the kind of buckets."""
    rows = [dict(cell) | {"cohort": str(cell["cohort"]), "bucket": str(cell["bucket"])} for cell in cells]
    cohorts = list(dict.fromkeys(row["cohort"] for row in rows if row["cohort"] != AVERAGE))
    buckets = sorted({row["bucket"] for row in rows}, key=lambda bucket: int(bucket.partition("-")[0]))
    sizes = {row["cohort"]: row["size"] for row in reversed(rows)}
    began = sum(sizes[cohort] for cohort in cohorts)
    shown = cohorts[-COHORTS_MOST:] if not by else cohorts[:COHORTS_MOST]
    columns = tuple(buckets[:BUCKETS_MOST])
    across = f"{period}s after the first"
    ordered = not by or len(shown) > NAMED_MOST
    panels = (
        Panel(
            Triangle((AVERAGE, *shown), columns, by or f"first {period}", across, f"{who}s", _darkest(rows, columns)),
            f"Share of {who}s that were active, in percent",
        ),
        Panel(Curves(tuple(shown), columns, across, ordered), f"The same as curves: share of {who}s that were active"),
    )
    notes = ["The average is of all cells that are over, taken together."]
    if len(shown) < len(cohorts) or len(columns) < len(buckets):
        which = "first" if by else "latest"
        notes.append(
            f"Drawn: the {which} {len(shown)} of {len(cohorts)} cohorts, {len(columns)} of {len(buckets)} {period}s; the table has all."
        )
    lines = (
        (Key("a cohort; the later, the stronger" if not by else "a cohort", "ramp"),)
        if ordered
        else tuple(Key(name, "line", look) for name, look in zip(shown, LOOKS))
    )
    return Chart(
        name="retention",
        title=title or f"Retention of {who}s by {by or period}",
        said=(counted(began, who), counted(len(cohorts), "cohort"), f"convention {convention}"),
        as_of=as_of,
        table=Table.of(_COLUMNS, rows),
        panels=panels,
        keys=(
            Key(f"share that was active; strongest from {_darkest(rows, columns):.0%}".replace("%", " %"), "shades"),
            Key("not over for the whole cohort: may still rise, and is in no average", "cell", mature=False),
            *lines,
            Key("the same along a curve", "line", mature=False),
            Key("average", "line", "average"),
        ),
        notes=tuple(notes),
        nothing="" if began else f"Nothing to draw: no {who} has begun.",
    )


def _darkest(rows: Sequence[Mapping[str, Any]], buckets: Sequence[str]) -> float:
    """Nearly the greatest rate after the first bucket, in which nearly everybody is active, rounded up to tenths: a few cells of small
    cohorts would make all others pale."""
    rates = sorted(row["rate"] for row in rows if row["mature"] and row["rate"] is not None and row["bucket"] in buckets[1:])
    return max(0.1, ceil(rates[len(rates) * 19 // 20] * 10) / 10) if rates else 1.0
