"""A row's stay in a window: from the instant at which it enters until it becomes too old or exits early, whichever is first.

Both ends are known beforehand, so that no fold has to walk with a state for each row. A row whose stay is empty never enters.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tandem.timeline.kernels import NEVER, kernel, still
from tandem.timeline.layout import Layout, in_order


def columns(layout: Layout, chosen: npt.ArrayLike | None, window: int | None) -> tuple[Any, ...]:
    """What every fold's kernel takes, in this order.

    chosen: (rows,) not 0 where a row counts; None where all do. window: rows count in (t - window, t]; None since ever.
    """
    if window is not None and window <= 0:
        raise ValueError("a window is longer than nothing")
    return (
        still(layout.offsets, np.int64),
        still(layout.enters, np.int64),
        still(layout.occurred, np.int64),
        still(layout.leaving, np.int32),
        still(layout.early_offsets, np.int64),
        still(layout.early_row, np.int32),
        still(layout.early_at, np.int64),
        still(np.empty(0), np.uint8) if chosen is None else column(layout, chosen, np.uint8),
        NEVER if window is None else window,
    )


def column(layout: Layout, values: npt.ArrayLike, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """A value of each row, for kernels, which never look whether a place exists."""
    found = still(values, dtype)
    assert len(found) == len(layout), f"{len(found)} values for {len(layout)} rows"
    return found


@kernel
def longest(offsets, since, until):  # type: ignore[no-untyped-def]
    """The most rows that any of the subjects has."""
    rows = 0
    for s in range(since, until):
        rows = max(rows, offsets[s + 1] - offsets[s])
    return rows


@kernel
def write_ends(s, offsets, occurred, early_offsets, early_row, early_at, window, ends):  # type: ignore[no-untyped-def]
    """When the stay of each row of the subject ends, by its place among them; NEVER where it does not."""
    a, b = offsets[s], offsets[s + 1]
    for r in range(a, b):
        ends[r - a] = NEVER if window == NEVER else occurred[r] + window
    for k in range(early_offsets[s], early_offsets[s + 1]):
        ends[early_row[k] - a] = min(ends[early_row[k] - a], early_at[k])


@kernel
def write_exits(s, offsets, leaving, early_offsets, window, ends, inside, out_at, out_row):  # type: ignore[no-untyped-def]
    """The ends of the stays of the rows that are inside (by their place among the subject's), in order, with their rows; how many."""
    a, b = offsets[s], offsets[s + 1]
    early = early_offsets[s] < early_offsets[s + 1]
    if window == NEVER and not early:
        return 0
    m = 0
    for j in range(a, b):
        r = leaving[j]
        out_at[m], out_row[m] = ends[r - a], r
        # Without a branch, for which rows are inside cannot be foreseen.
        m += inside[r - a] & (ends[r - a] < NEVER)
    if early:
        by = in_order(out_at, out_row, 0, m)
        if len(by) > 0:
            out_at[:m], out_row[:m] = out_at[by], out_row[by]
    return m
