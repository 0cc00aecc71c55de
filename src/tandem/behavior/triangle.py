"""Retention as a reader is told of it: a row a cohort, a cell a bucket, what is not over marked, and the average of what is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from tandem.behavior.retention import LENGTHS, Axis, Counts, RetentionQuestion
from tandem.signals.world import Answer
from tandem.stats.proportions import Interval, Share
from tandem.timeline.kernels import Longs


@dataclass(frozen=True)
class Cell:
    """bucket: its number, or those of a bracket. size: of how many; active: how many of them. mature: the bucket is over for all of them."""

    bucket: str
    size: int
    active: int
    mature: bool

    @property
    def share(self) -> Share:
        return Share(self.active, self.size)

    @property
    def interval(self) -> Interval | None:
        return self.share.interval()


@dataclass(frozen=True)
class Cohort:
    """name: the first day of the period in which they began; or what the field said as they did, of which only those count for whom a bucket
    is over, if there are any. size: how many there are in all."""

    name: date | Answer
    size: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Retention:
    """average: of all mature cells of a bucket, taken together."""

    cohorts: tuple[Cohort, ...]
    average: tuple[Cell, ...]


def read_counts(asked: RetentionQuestion, counts: Counts, axis: Axis, fields: Sequence[Answer] | None = None) -> Retention:
    """fields: what the cohorts are, where they are no periods."""
    over = counts.entered @ (axis.done[:, None] > np.arange(len(axis.brackets)))
    begun = counts.entered @ (axis.begun[:, None] > np.arange(len(axis.brackets)))
    cohorts = tuple(_periods(asked, counts, axis, over) if fields is None else _fields(counts, axis, over, begun, fields))
    cells = [each for cohort in cohorts for each in cohort.cells if each.mature]
    average = []
    for low, high in axis.brackets:
        same = [each for each in cells if each.bucket == _label(low, high)]
        if same:
            average.append(Cell(_label(low, high), sum(each.size for each in same), sum(each.active for each in same), True))
    return Retention(cohorts, tuple(average))


def _periods(asked: RetentionQuestion, counts: Counts, axis: Axis, over: Longs) -> Iterator[Cohort]:
    now = axis.periods.number(asked.as_of)
    sizes = counts.entered.sum(axis=1).tolist()
    last = now if asked.until is None else min(now, axis.periods.number(asked.until - 1))
    first = next((c for c, size in enumerate(sizes) if size), 0) if asked.since is None else 0
    for c in range(first, last + 1):
        # Of an empty cohort as much is over as of one who began with the period.
        possible = (asked.as_of - int(axis.periods.starts[c])) // LENGTHS[asked.period] if asked.rolling else now - c
        complete = int(np.flatnonzero(counts.entered[c]).max(initial=-1)) if sizes[c] else possible
        cells = (
            Cell(
                _label(*axis.brackets[column]),
                sizes[c],
                int(counts.over[c, column] + counts.open[c, column]),
                # Who is still to come belongs to the cohort too.
                bool(over[c, column] == sizes[c] and c < now and axis.done[complete] > column),
            )
            for column in range(int(axis.begun[complete]))
        )
        yield Cohort(axis.periods.first_days[c], sizes[c], tuple(cells))


def _fields(counts: Counts, axis: Axis, over: Longs, begun: Longs, fields: Sequence[Answer]) -> Iterator[Cohort]:
    for c, name in enumerate(fields):
        cells = []
        for column in np.flatnonzero(begun[c]).tolist():
            mature = bool(over[c, column])
            size, active = (over, counts.over) if mature else (begun, counts.open)
            cells.append(Cell(_label(*axis.brackets[column]), int(size[c, column]), int(active[c, column]), mature))
        yield Cohort(name, int(counts.entered[c].sum()), tuple(cells))


def _label(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"
