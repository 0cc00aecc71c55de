"""One thing after another: chosen rows in the window that occurred in a given order, each strictly after the one before.

Over the instants at which rows occurred stands a tree. Each node says how far one gets in the order by what is inside of its stretch of
time, for every place from which one may start; a node is what its two halves say, one after the other. A row that enters or leaves
changes only the nodes above it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tandem.timeline.kernels import NEVER, THREADS, kernel
from tandem.timeline.layout import Layout
from tandem.timeline.stack import Stack
from tandem.timeline.stays import facts_of, gather, length_of, longest, on_subjects, where_in, write_ends, write_exits
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
    facts, length = facts_of(layout, None, values=picks), length_of(window)
    parts = on_subjects(facts, lambda *given: _sequence(*given, length, len(chosen)), threads)
    return gathered(parts, 0)


@kernel
def _sequence(since, until, facts, room, seen, window, parts):  # type: ignore[no-untyped-def]
    rows = longest(facts.offsets, since, until)
    inside = np.empty(rows, np.uint8)
    scratch = (
        np.empty(rows, np.int64),
        np.empty(rows, np.int64),
        np.empty(rows, np.int64),
        np.empty(rows, np.int64),
        np.empty(rows, np.int64),
    )
    counts = np.zeros(until - since, np.int64)
    most = 2 * (facts.offsets[until] - facts.offsets[since])
    at, out = np.empty(most, np.int64), np.empty(most, np.int64)
    apart, offsets, early, base = facts.apart, facts.base_offsets, facts.base_early, facts.base
    k = 0
    for s in range(since, until):
        first = k
        if len(apart) > 0 and apart[s]:
            k = _followed(seen, gather(s, facts, room), window, parts, inside, scratch, at, out, k)
        else:
            k = _followed(base, where_in(offsets, early, s), window, parts, inside, scratch, at, out, k)
        counts[s - since] = k - first
    return counts, at[:k], out[:k]


@kernel
def _followed(rows, where, window, parts, inside, scratch, at, out, k):  # type: ignore[no-untyped-def]
    """Steps of one subject, written from k on."""
    enters, occurred, picks = rows.enters, rows.occurred, rows.values
    ends, slot, in_row, out_at, out_row = scratch
    a = where.first
    write_ends(rows, where, window, ends)
    n = 0
    for r in range(where.rows):
        inside[r] = ends[r] > enters[a + r] and picks[a + r] != 0
        in_row[n] = r
        n += inside[r]
    if n == 0:
        return k
    m = write_exits(rows, where, window, ends, inside, out_at, out_row)
    # A leaf for each instant at which something inside occurred.
    leaves = 0
    latest = NEVER
    for j in range(a, a + where.rows):
        r = rows.leaving[j]
        if inside[r]:
            leaves += occurred[a + r] != latest
            latest = occurred[a + r]
            slot[r] = leaves - 1
    width = 1
    while width < leaves:
        width *= 2
    here = np.zeros((leaves, parts), np.int64)
    reached = np.empty((2 * width, parts + 1), np.int8)
    for place in range(parts + 1):
        reached[:, place] = place
    told = 0
    i, j = 0, 0
    while i < n or j < m:
        t = NEVER
        if i < n:
            t = enters[a + in_row[i]]
        if j < m:
            t = min(t, out_at[j])
        while i < n and enters[a + in_row[i]] == t:
            _change(here, reached, width, parts, slot[in_row[i]], picks[a + in_row[i]], 1)
            i += 1
        while j < m and out_at[j] == t:
            _change(here, reached, width, parts, slot[out_row[j]], picks[a + out_row[j]], -1)
            j += 1
        tell = 1 if reached[1, 0] == parts else 0
        if tell != told:
            at[k], out[k] = t, tell
            k += 1
            told = tell
    return k


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
