"""Ranges of subjects: what is asked of all of them is asked range by range, so that memory is bounded by the rows of a few."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from tandem.language.expression.nodes import (
    About,
    FieldRef,
)
from tandem.timeline.kernels import FEW_ROWS
from tandem.timeline.stack import between, spans
from tandem.timeline.timeline import Subjects

RANGE_ROWS = 2_000_000


@dataclass(frozen=True, eq=False)
class Range:
    """The subjects that are asked, from which code on, and what was found of them. rolled: the field that `any` or `all` asks of each workspace in turn;
    `empty` where there is no workspace to ask."""

    kind: About
    subjects: Subjects
    since: int = 0
    rolled: FieldRef | None = None
    empty: bool = False
    found: dict[Any, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.subjects.ids)


def ranges_of(subjects: Subjects, threads: int) -> Iterator[tuple[int, int]]:
    """Ranges of subjects with about equally many rows: at least one a thread, and none with many more than `RANGE_ROWS`."""
    offsets = np.sum([part.offsets for part in subjects.layout.parts], axis=0)
    rows = int(offsets[-1])
    number = max(threads if rows >= FEW_ROWS else 1, -(-rows // RANGE_ROWS))
    cuts = np.searchsorted(offsets, np.linspace(0, rows, number + 1)[1:-1]).tolist()
    bounds = sorted({0, *cuts, len(subjects.ids)})
    yield from pairwise(bounds if len(bounds) > 1 else [0, 0])


def part_of(subjects: Subjects, since: int, until: int) -> Subjects:
    """A range of the subjects; rows are not copied."""
    rows = spans(subjects.layout, since, until)
    return Subjects(
        subjects.ids[since:until],
        subjects.existence.between(since, until),
        subjects.account.between(since, until),
        between(subjects.layout, since, until),
        *(
            tuple(part[span] for part, span in zip(column, rows, strict=True))
            for column in (subjects.name, subjects.person, subjects.workspace)
        ),
    )
