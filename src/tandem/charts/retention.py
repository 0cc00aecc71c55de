"""The chart of retention: a triangle of cohorts and buckets, and below it the same as curves, with their average."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil
from typing import Any

from tandem.charts.chart import Chart, Column, Curves, Key, Look, Panel, Table, Triangle, counted, name_of
from tandem.values.instants import Instant

AVERAGE = "average"
COHORTS_MOST, BUCKETS_MOST, CURVE_LEAST = 40, 40, 10
NAMED_MOST = 4
LOOKS: tuple[Look, ...] = ("first", "second", "third", "fourth")
_COLUMNS = (
    Column("cohort", "Cohort", "name"),
    Column("began", "Began", "count"),
    Column("size", "Of", "count"),
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
    by: str = "",
    more: Sequence[str] = (),
) -> Chart:
    """cells: the report's, cohort after cohort, each with how many of its cohort `began`, and those of the average as the cohort `average`. by: the field that cohorts are of; else
    they are periods. convention: with all that belongs to it, such as the kind of buckets. more: what else was asked."""
    rows = [dict(cell) | {"cohort": name_of(cell["cohort"])} for cell in cells]
    cohorts = list(dict.fromkeys(row["cohort"] for row in rows if row["cohort"] != AVERAGE))
    began = {row["cohort"]: row["began"] for row in rows if row["cohort"] != AVERAGE}
    shown = cohorts[:COHORTS_MOST] if by else cohorts[-COHORTS_MOST:]
    buckets = _buckets(row for row in rows if row["cohort"] in shown)
    columns = buckets[:BUCKETS_MOST]
    drawn = [row for row in rows if row["cohort"] in (*shown, AVERAGE) and row["bucket"] in columns and row["rate"] is not None]
    lines = tuple(cohort for cohort in shown if began[cohort] >= CURVE_LEAST)
    across = f"{period}s after the first"
    ordered = not by or len(lines) > NAMED_MOST
    most = _strongest([row for row in drawn if row["bucket"] != columns[0]])
    panels = (
        Panel(
            Triangle((AVERAGE, *shown), columns, by or f"first {period}", across, f"{who}s", most),
            f"Share of {who}s that were active, in percent",
        ),
        Panel(Curves(lines, columns, across, ordered), f"The same as curves: share of {who}s that were active"),
    )
    notes = ["The average is of all cells that are over, taken together. A curve ends with the last cell that is over."]
    if len(lines) < len(shown):
        notes.append(f"Curves are of cohorts of {CURVE_LEAST} or more: of fewer, one {who} more or less would be a leap.")
    if len(shown) < len(cohorts):
        notes.append(f"Drawn: the {'first' if by else 'latest'} {len(shown)} of {len(cohorts)} cohorts; the table has all.")
    if len(columns) < len(buckets):
        notes.append(f"Drawn: the first {len(columns)} of {len(buckets)} {period}s; the table has all.")
    return Chart(
        name="retention",
        title=f"Retention of {who}s by {by or period}",
        said=(counted(sum(began.values()), who), counted(len(cohorts), "cohort"), f"convention {convention}", *more),
        as_of=as_of,
        table=Table.of(_COLUMNS, rows),
        panels=panels,
        keys=(
            Key(
                f"share that was active: from 0 % to {most * 100:.0f} %{' or more' if any(row['rate'] > most for row in drawn) else ''}",
                "shades",
            ),
            Key("not over for the whole cohort: may still rise, and is in no average", "cell", mature=False),
            *_keys_of_lines(lines, ordered, bool(by)),
            Key("average" + (", and its 95 % interval" if any("low" in row for row in rows) else ""), "line", "average"),
        ),
        notes=tuple(notes),
        nothing="" if any(began.values()) else f"Nothing to draw: no {who} has begun.",
    )


def _buckets(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted({row["bucket"] for row in rows}, key=lambda bucket: int(bucket.partition("-")[0])))


def _keys_of_lines(lines: Sequence[str], ordered: bool, named: bool) -> Iterator[Key]:
    if ordered and lines:
        yield Key("a cohort" + ("" if named else "; the later, the stronger"), "ramp")
    if not ordered:
        yield from (Key(name, "line", look) for name, look in zip(lines, LOOKS))


def _strongest(cells: Sequence[Mapping[str, Any]]) -> float:
    """The greatest rate, rounded up to tenths. Small cohorts, of which one is a leap, count only where there is no other: they would make all
    others pale.

    cells: after the first bucket, in which nearly everybody is active."""
    over = [cell for cell in cells if cell["mature"]]
    large = [cell["rate"] for cell in over if cell["size"] >= CURVE_LEAST] or [cell["rate"] for cell in over]
    return max(0.1, ceil(round(max(large) * 10, 9)) / 10) if large else 1.0
