"""One thing after another: chosen rows in the window that occurred in a given order, each strictly after the one before.

Over the instants at which rows occurred stands a tree. Each node says how far one gets in the order by what is inside of its stretch of
time, for every place from which one may start; a node is what its two halves say, one after the other. A row that enters or leaves
changes only the nodes above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from tandem.timeline.folds.stays import facts_of, length_of, longest, on_subjects, write_ends, write_exits
from tandem.timeline.kernels import NEVER, THREADS, kernel
from tandem.timeline.layout import Layout
from tandem.timeline.stack import Stack
from tandem.timeline.steps import Steps, gathered


def sequence(layout: Layout | Stack, chosen: Sequence[npt.ArrayLike], window: int | None, *, threads: int = THREADS) -> Steps:
    """1 where rows of each selection are in the window, of which each occurred after one of the selection before it; else 0.

    chosen: a mask for each place in the order, at most 62; each an array (rows,), or a tuple of them, one for each part. Equal times do not count as after.
    """
    if not 0 < len(chosen) < 63:
        raise ValueError("a sequence has 1 to 62 parts")
    picks = tuple(np.zeros(len(part), np.int64) for part in layout.parts)
    for place, mask in enumerate(chosen):
        for picked, each in zip(picks, mask if isinstance(mask, tuple) else (mask,), strict=True):
            picked |= (np.asarray(each) != 0).astype(np.int64) << place
    facts, length = facts_of(layout, None, (picks, np.int64)), length_of(window)
    parts = on_subjects(facts, lambda: partial(_sequence, length, len(chosen)), threads)
    return gathered(parts, 0)


@kernel
def _sequence(  # type: ignore[no-untyped-def]
    window, parts, since, until, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, chosen, picks
):  # fmt: skip
    rows = longest(offsets, since, until)
    ends, inside, slot = np.empty(rows, np.int64), np.empty(rows, np.uint8), np.empty(rows, np.int64)
    in_row, out_at, out_row = np.empty(rows, np.int64), np.empty(rows, np.int64), np.empty(rows, np.int64)
    counts = np.zeros(until - since, np.int64)
    most = 2 * (offsets[until] - offsets[since])
    at, out = np.empty(most, np.int64), np.empty(most, np.int64)
    k = 0
    for s in range(since, until):
        a, b = offsets[s], offsets[s + 1]
        write_ends(s, offsets, occurred, early_offsets, early_row, early_at, window, ends)
        n = 0
        for r in range(a, b):
            inside[r - a] = ends[r - a] > enters[r] and picks[r] != 0
            in_row[n] = r
            n += inside[r - a]
        if n == 0:
            continue
        m = write_exits(s, offsets, leaving, early_offsets, window, ends, inside, out_at, out_row)
        # A leaf for each instant at which something inside occurred.
        leaves = 0
        latest = NEVER
        for j in range(a, b):
            r = a + leaving[j]
            if inside[r - a]:
                leaves += occurred[r] != latest
                latest = occurred[r]
                slot[r - a] = leaves - 1
        width = 1
        while width < leaves:
            width *= 2
        here = np.zeros((leaves, parts), np.int64)
        reached = np.empty((2 * width, parts + 1), np.int8)
        for place in range(parts + 1):
            reached[:, place] = place
        told, first = 0, k
        i, j = 0, 0
        while i < n or j < m:
            t = NEVER
            if i < n:
                t = enters[in_row[i]]
            if j < m:
                t = min(t, out_at[j])
            while i < n and enters[in_row[i]] == t:
                _change(here, reached, width, parts, slot[in_row[i] - a], picks[in_row[i]], 1)
                i += 1
            while j < m and out_at[j] == t:
                _change(here, reached, width, parts, slot[out_row[j] - a], picks[out_row[j]], -1)
                j += 1
            tell = 1 if reached[1, 0] == parts else 0
            if tell != told:
                at[k], out[k] = t, tell
                k += 1
                told = tell
        counts[s - since] = k - first
    return counts, at[:k], out[:k]


@kernel
def _change(here, reached, width, parts, leaf, picked, by):  # type: ignore[no-untyped-def]
    """One row more or less at a leaf, and what follows for the nodes above it."""
    node = width + leaf
    changed = False
    for part in range(parts):
        if (picked >> part) & 1:
            before = here[leaf, part]
            here[leaf, part] = before + by
            # At one instant one gets a single place further.
            if (before == 0) != (before + by == 0):
                reached[node, part] = part + 1 if before == 0 else part
                changed = True
    while changed and node > 1:
        node //= 2
        changed = False
        for place in range(parts + 1):
            further = reached[2 * node + 1, reached[2 * node, place]]
            changed |= reached[node, place] != further
            reached[node, place] = further
