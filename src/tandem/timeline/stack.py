"""A layout kept up to date: a large one made once, and a small one of what was learnt since, folded as if they were one.

What is learnt later never enters earlier. So a subject's rows are those of the base and then those of the tail, and nothing of the base
is moved or copied when the tail is made anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import overload

import numpy as np
import numpy.typing as npt

from tandem.timeline.kernels import Ints, Longs
from tandem.timeline.layout import Layout


@dataclass(frozen=True)
class Stack:
    """A base and a tail of the same subjects. What there is a value of for each row comes as one array a part, base first.

    ended_row, ended_at: (exits,) rows of the base that leave by what was learnt later, as places among the subject's, by subject;
    ended_offsets: (subjects + 1,).
    """

    base: Layout
    tail: Layout
    ended_offsets: Longs
    ended_row: Ints
    ended_at: Longs

    @property
    def parts(self) -> tuple[Layout, ...]:
        return (self.base, self.tail)

    @property
    def subjects(self) -> int:
        return self.base.subjects

    def __len__(self) -> int:
        return len(self.base) + len(self.tail)


def stacked(base: Layout, tail: Layout, ended: npt.ArrayLike = (), ended_at: npt.ArrayLike = ()) -> Stack:
    """What a base and a tail are together; folds say of it what they say of `joined` with the same.

    tail: of the base's subjects, and of any that are new. ended, ended_at: rows of the base, by their positions, that leave early by what
    was learnt later, and when; of several exits of a row the first counts.
    """
    more = tail.subjects - base.subjects
    assert more >= 0, f"a tail of {tail.subjects} subjects on a base of {base.subjects}"
    if more:
        base = replace(base, offsets=_extended(base.offsets, more), early_offsets=_extended(base.early_offsets, more))
    met = np.flatnonzero((np.diff(base.offsets) > 0) & (np.diff(tail.offsets) > 0))
    wrong = met[tail.enters[tail.offsets[met]] < base.enters[base.offsets[met + 1] - 1]]
    assert len(wrong) == 0, f"the tail enters before the base has: {len(wrong)} subjects, the first {wrong[0]}"
    rows, ends = np.asarray(ended, np.int64), np.asarray(ended_at, np.int64)
    assert len(rows) == len(ends), f"{len(ends)} instants for {len(rows)} rows"
    assert len(rows) == 0 or 0 <= rows.min() <= rows.max() < len(base), f"a row beyond {len(base)}"
    owner = np.searchsorted(base.offsets, rows, side="right") - 1
    order = np.argsort(owner, kind="stable")
    offsets = np.searchsorted(owner[order], np.arange(base.subjects + 1)).astype(np.int64)
    return Stack(base, tail, offsets, (rows - base.offsets[owner])[order].astype(np.int32), ends[order])


@overload
def between(layout: Layout, since: int, until: int) -> Layout: ...
@overload
def between(layout: Stack, since: int, until: int) -> Stack: ...
def between(layout: Layout | Stack, since: int, until: int) -> Layout | Stack:
    """A range of subjects, numbered from 0: a view, in which rows are not copied. `spans` says which rows these are."""
    if isinstance(layout, Stack):
        ended = _span(layout.ended_offsets, since, until)
        return Stack(
            between(layout.base, since, until),
            between(layout.tail, since, until),
            _cut(layout.ended_offsets, since, until),
            layout.ended_row[ended],
            layout.ended_at[ended],
        )
    rows, early = _span(layout.offsets, since, until), _span(layout.early_offsets, since, until)
    return Layout(
        _cut(layout.offsets, since, until),
        layout.enters[rows],
        layout.occurred[rows],
        layout.row[rows],
        layout.leaving[rows],
        _cut(layout.early_offsets, since, until),
        layout.early_row[early],
        layout.early_at[early],
    )


def spans(layout: Layout | Stack, since: int, until: int) -> tuple[slice, ...]:
    """Which rows of each part a range of subjects has, so that a column can be cut, or made, for them alone."""
    return tuple(_span(part.offsets, since, until) for part in layout.parts)


def _span(offsets: Longs, since: int, until: int) -> slice:
    return slice(int(offsets[since]), int(offsets[until]))


def _cut(offsets: Longs, since: int, until: int) -> Longs:
    return np.asarray(offsets[since : until + 1] - offsets[since])


def _extended(offsets: Longs, more: int) -> Longs:
    return np.concatenate([offsets, np.full(more, offsets[-1])])
