"""Events as this room sees them: those of each subject that count as of an instant, by when they occurred, and which selectors pick each.

Nothing is copied or sorted: kernels walk a subject's rows by `leaving`, the layout's own order by `occurred`, and ask of each row first
whether any selector picks it, so that of all others no more than their names are read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from tandem.language.expression.nodes import About, Selector
from tandem.signals.columns import Columns, selector_is_plain
from tandem.timeline.folds.stays import facts_of, on_subjects
from tandem.timeline.kernels import THREADS, Ints, kernel, still
from tandem.timeline.layout import Layout
from tandem.timeline.stack import Stack
from tandem.timeline.timeline import Column, Timeline
from tandem.values.instants import Instant

Part = TypeVar("Part", bound=tuple[npt.NDArray[Any], ...])

SELECTORS_MOST = 31  # As many as a mark has bits.


@dataclass(frozen=True, eq=False)
class View:
    """The events of all subjects of one kind, with a mark: bit i where selector i picks the event.

    code: a value of each row. marks: (codes,) the mark of each code; empty where the code is the mark itself. as_of: only events that had
    occurred, were known, and were the subject's at that instant count (Semantics 2 and 3).
    """

    layout: Layout | Stack
    code: Column
    marks: Ints
    as_of: Instant

    @property
    def subjects(self) -> int:
        return self.layout.subjects

    def over_subjects(
        self, prepared: Callable[[], Callable[..., Part]], *asked: tuple[npt.ArrayLike | None, npt.DTypeLike], threads: int = THREADS
    ) -> list[Part]:
        """What a kernel says of ranges of subjects, in their order.

        prepared: gives a thread its own `work(since, until, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, chosen,
        code, *asked)`, in which `chosen` is empty; `counting` takes these and writes a subject's events. asked: more columns of rows, with their types.
        Subjects are numbered anew in some ranges: what is said of each comes in the order of subjects.
        """
        facts = facts_of(self.layout, None, (self.code, self.code[0].dtype), *asked)
        return on_subjects(facts, prepared, threads)


def find_view(timeline: Timeline, columns: Columns, about: About, selectors: Sequence[Selector], as_of: Instant) -> View:
    """The events of all persons, workspaces or accounts, with what these selectors pick. Raises ValueError for more than SELECTORS_MOST."""
    if len(selectors) > SELECTORS_MOST:
        raise ValueError(f"{len(selectors)} selectors, and at most {SELECTORS_MOST} are marked at once")
    subjects = timeline.subjects(about)
    plain = [selector_is_plain(each, columns.declared) for each in selectors]
    marks = np.zeros(len(timeline.names), np.int32)
    for bit, selector in enumerate(selectors):
        if plain[bit]:
            marks[columns.names_of(selector)] |= 1 << bit
    if all(plain):
        return View(subjects.layout, subjects.name, still(marks, np.int32), as_of)
    code = tuple(marks[part] for part in subjects.name)
    for bit, selector in enumerate(selectors):
        if not plain[bit]:
            for part, mask in zip(code, columns.mask(subjects, selector), strict=True):
                part |= mask.astype(np.int32) << bit
    return View(subjects.layout, code, still(np.empty(0), np.int32), as_of)


@kernel
def counting(s, as_of, every, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, code, marks, gone, row, mark):  # type: ignore[no-untyped-def]
    """Writes the rows of the subject's events that count, by when they occurred, and their marks; how many.

    every: also those that no selector picks. gone: room of a byte for each of the subject's rows; row, mark: room for as many rows.
    Events of one instant stand in the order in which they entered: who needs another order brings them into it.
    """
    a, b = offsets[s], offsets[s + 1]
    exits = early_offsets[s] < early_offsets[s + 1]
    if exits:
        gone[: b - a] = 0
        for k in range(early_offsets[s], early_offsets[s + 1]):
            gone[early_row[k]] |= early_at[k] <= as_of
    n = 0
    for j in range(a, b):
        r = a + leaving[j]
        bits = marks[code[r]] if len(marks) > 0 else code[r]
        if (bits != 0 or every) and enters[r] <= as_of and not (exits and gone[r - a] != 0):
            row[n], mark[n] = r, bits
            n += 1
    return n
