"""A layout of a few of another's rows: what is asked about one rare event walks along its rows alone.

Rows keep their stays; base and tail become one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tandem.timeline.kernels import NEVER, Longs, kernel, still
from tandem.timeline.layout import Layout, lay_out
from tandem.timeline.stack import Stack
from tandem.timeline.timeline import Column


@dataclass(frozen=True, eq=False)
class Thin:
    """layout: of the rows that were kept. places: of each part, which. order: (rows,) where a row of `layout` stands among all places."""

    layout: Layout
    places: tuple[Longs, ...]
    order: Longs

    def taken(self, column: Column) -> Column:
        """A column of the layout that was thinned, of the rows that were kept."""
        kept = np.concatenate([part[places] for part, places in zip(column, self.places, strict=True)])
        return (kept[self.order],)


def places_of(code: Column, wanted: npt.NDArray[np.bool_]) -> tuple[Longs, ...]:
    """Of each part, the rows whose code is wanted. wanted: (codes,); codes are never less than 0."""
    table = still(wanted, np.uint8)
    return tuple(_places(still(part, np.int32), table) for part in code)


def thinned(layout: Layout | Stack, places: tuple[Longs, ...]) -> Thin:
    """The rows at these places, ascending in each part, laid out by themselves."""
    subjects, enters, occurred, row, leaves = [], [], [], [], []
    for part, kept in zip(layout.parts, places, strict=True):
        bounds = np.searchsorted(kept, part.offsets)
        subjects.append(np.repeat(np.arange(part.subjects, dtype=np.int32), np.diff(bounds)))
        enters.append(part.enters[kept])
        occurred.append(part.occurred[kept])
        row.append(part.row[kept])
        leaves.append(_ends(part.offsets, part.early_offsets, part.early_row, part.early_at, kept))
    if isinstance(layout, Stack):
        later = _ends(layout.base.offsets, layout.ended_offsets, layout.ended_row, layout.ended_at, places[0])
        leaves[0] = np.minimum(leaves[0], later)
    whole = np.concatenate(leaves)
    number = np.arange(len(whole), dtype=np.int32)
    laid = lay_out(
        np.concatenate(subjects), np.concatenate(enters), np.concatenate(occurred), number,
        whole if (whole < NEVER).any() else None, layout.subjects, threads=1,
    )  # fmt: skip
    order = laid.row.astype(np.int64)
    rows = np.concatenate(row)[order]
    return Thin(
        Layout(laid.offsets, laid.enters, laid.occurred, rows, laid.leaving, laid.early_offsets, laid.early_row, laid.early_at),
        places,
        order,
    )


def _ends(offsets: Longs, exit_offsets: Longs, exit_row: npt.NDArray[np.int32], exit_at: Longs, kept: Longs) -> Longs:
    """When the rows that are kept leave early; NEVER where they do not. Of several exits of a row the first counts."""
    ends = np.full(len(kept), NEVER)
    if len(exit_row) and len(kept):
        owner = np.repeat(np.arange(len(exit_offsets) - 1), np.diff(exit_offsets))
        leaving = offsets[owner] + exit_row
        at = np.searchsorted(kept, leaving)
        found = np.flatnonzero((at < len(kept)) & (kept[np.minimum(at, len(kept) - 1)] == leaving))
        np.minimum.at(ends, at[found], exit_at[found])
    return ends


@kernel
def _places(code, wanted):  # type: ignore[no-untyped-def]
    found = np.empty(len(code) + 1, np.int64)
    n = 0
    for i in range(len(code)):
        # Without a branch, for which rows are wanted cannot be foreseen.
        found[n] = i
        n += wanted[code[i]]
    return found[:n].copy()
