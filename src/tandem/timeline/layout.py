"""Facts laid out for speed: for one kind of subject, a row for each stretch during which a fact counts for a subject.

Rows stand by subject, and inside a subject by the instant at which they enter. A row leaves a window when it is too old, or earlier: when
the fact is corrected, or proves to be another subject's. Those early exits are few, and stand apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from tandem.timeline.kernels import FEW_ROWS, NEVER, THREADS, Ints, Longs, kernel, on_ranges, on_threads, still


@dataclass(frozen=True)
class Layout:
    """Holdings of one kind of subject.

    offsets: (subjects + 1,) where each subject's rows begin. enters: (rows,) the latest of the fact's `occurred_at`, its `known_at` and
    the holding's start; rows of one subject that enter at one instant stand by `occurred_at`. occurred: (rows,) the fact's `occurred_at`.
    row: (rows,) the fact's position in the coded log. leaving: (rows,) each subject's rows by `occurred`, as places among them from 0.
    early_row, early_at: (exits,) rows that leave before they are too old, as places among the subject's, by subject and instant, each
    row once; early_offsets: (subjects + 1,).
    """

    offsets: Longs
    enters: Longs
    occurred: Longs
    row: Ints
    leaving: Ints
    early_offsets: Longs
    early_row: Ints
    early_at: Longs

    @property
    def parts(self) -> tuple[Layout, ...]:
        return (self,)

    @property
    def subjects(self) -> int:
        return len(self.offsets) - 1

    def __len__(self) -> int:
        return len(self.enters)


# Gives the array of that name, length and type in which a column of the layout is written: in memory, or mapped from a file.
Room = Callable[[str, int, npt.DTypeLike], npt.NDArray[Any]]


def in_memory(name: str, length: int, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    return np.empty(length, dtype)


def lay_out(
    subject: npt.ArrayLike,
    enters: npt.ArrayLike,
    occurred: npt.ArrayLike,
    row: npt.ArrayLike,
    leaves: npt.ArrayLike | None,
    subjects: int,
    *,
    room: Room = in_memory,
    threads: int = THREADS,
) -> Layout:
    """Holdings in any order become a layout.

    leaves: when a holding ends by itself, NEVER where it does not; None where none does. A holding that ends before it begins, or as it
    begins, is left out. Holdings mostly come in the order in which they enter: sorting is then one pass over them, and a look at each
    subject's rows.
    """
    whose, begins, happened, rows = still(subject, np.int32), still(enters, np.int64), still(occurred, np.int64), still(row, np.int32)
    ends = still(np.empty(0) if leaves is None else leaves, np.int64)
    # Kernels never look whether a place exists.
    lengths = {len(each) for each in (whose, begins, happened, rows, *(() if leaves is None else (ends,)))}
    assert len(lengths) == 1, f"columns of {lengths} rows"
    assert len(whose) == 0 or 0 <= whose.min() <= whose.max() < subjects, f"a subject beyond {subjects}"
    pieces = threads if len(whose) >= FEW_ROWS else 1
    cuts = np.linspace(0, len(whose), pieces + 1).astype(np.int64).tolist()
    tallies = on_threads([partial(_tally, whose, begins, ends, a, b, subjects) for a, b in pairwise(cuts)])
    counts = np.stack([tally for tally, _ in tallies])
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts.sum(axis=0))])
    total = int(offsets[-1])
    exits = np.empty(total if any(early for _, early in tallies) else 0, np.int64)
    entered, occurs, facts = room("enters", total, np.int64), room("occurred", total, np.int64), room("row", total, np.int32)
    leaving = room("leaving", total, np.int32)
    # Each piece writes a subject's rows after those of the pieces before it, so that rows keep their order.
    places = offsets[:-1] + np.cumsum(counts, axis=0) - counts
    on_threads(
        [
            partial(_place, whose, begins, happened, rows, ends, a, b, place, entered, occurs, facts, exits)
            for (a, b), place in zip(pairwise(cuts), places, strict=True)
        ]
    )
    on_ranges(offsets, lambda since, until: _settle(since, until, offsets, entered, occurs, facts, exits, leaving), threads)
    early = np.flatnonzero(exits < NEVER)
    owner = np.searchsorted(offsets, early, side="right") - 1
    order = np.lexsort((early, exits[early], owner))
    early_offsets = np.searchsorted(owner[order], np.arange(subjects + 1)).astype(np.int64)
    return Layout(
        offsets, entered, occurs, facts, leaving, early_offsets, (early - offsets[owner])[order].astype(np.int32), exits[early[order]]
    )


def joined(base: Layout, tail: Layout, ended: npt.ArrayLike = (), ended_at: npt.ArrayLike = (), *, room: Room = in_memory) -> Layout:
    """A layout and a later one of the same subjects, or more, become one.

    ended, ended_at: rows of the base that leave early by what was learnt later, and when; of several exits of a row the first counts.
    """
    leaves = [np.full(len(each), NEVER) for each in (base, tail)]
    for each, layout in zip(leaves, (base, tail), strict=True):
        each[np.repeat(layout.offsets[:-1], np.diff(layout.early_offsets)) + layout.early_row] = layout.early_at
    np.minimum.at(leaves[0], np.asarray(ended, np.int64), np.asarray(ended_at, np.int64))
    return lay_out(
        np.concatenate([np.repeat(np.arange(each.subjects, dtype=np.int32), np.diff(each.offsets)) for each in (base, tail)]),
        np.concatenate([base.enters, tail.enters]),
        np.concatenate([base.occurred, tail.occurred]),
        np.concatenate([base.row, tail.row]),
        np.concatenate(leaves),
        tail.subjects,
        room=room,
    )


@kernel
def _tally(subject, enters, leaves, a, b, subjects):  # type: ignore[no-untyped-def]
    """How many rows each subject has among the holdings from a to b, and whether any of them ends by itself."""
    counts = np.zeros(subjects, np.int64)
    early = False
    if len(leaves) == 0:
        for i in range(a, b):
            counts[subject[i]] += 1
    else:
        for i in range(a, b):
            if leaves[i] > enters[i]:
                counts[subject[i]] += 1
                early |= leaves[i] < NEVER
    return counts, early


@kernel
def _place(subject, enters, occurred, row, leaves, a, b, place, out_enters, out_occurred, out_row, exits):  # type: ignore[no-untyped-def]
    """Counting sort by subject, from where each subject's rows begin."""
    for i in range(a, b):
        if len(leaves) > 0 and leaves[i] <= enters[i]:
            continue
        s = subject[i]
        n = place[s]
        place[s] = n + 1
        out_enters[n], out_occurred[n], out_row[n] = enters[i], occurred[i], row[i]
        if len(exits) > 0:
            exits[n] = leaves[i]


@kernel
def _settle(since, until, offsets, enters, occurred, row, exits, leaving):  # type: ignore[no-untyped-def]
    """Each subject's rows in the order in which they enter, and their places by `occurred`."""
    for s in range(since, until):
        a, b = offsets[s], offsets[s + 1]
        by = in_order(enters, occurred, a, b)
        if len(by) > 0:
            enters[a:b], occurred[a:b], row[a:b] = enters[by], occurred[by], row[by]
            if len(exits) > 0:
                exits[a:b] = exits[by]
        by = in_order(occurred, occurred, a, b)
        if len(by) > 0:
            leaving[a:b] = by - a
        else:
            for i in range(b - a):
                leaving[a + i] = i


@kernel
def in_order(keys, ties, a, b):  # type: ignore[no-untyped-def]
    """Positions from a to b by key, then tie, then position; empty where they stand so already.

    Made for what is nearly in order: a position that comes before its neighbour in line is taken out together with it, which takes out
    at most twice as many as one must; those few are sorted, and merged with the rest.
    """
    n = b - a
    for first in range(a + 1, b):
        if _before(keys, ties, first, first - 1):
            break
    else:
        return np.empty(0, np.int64)
    line, strays = np.empty(n, np.int64), np.empty(n, np.int64)
    m, k = 0, 0
    for i in range(a, b):
        if m > 0 and _before(keys, ties, i, line[m - 1]):
            m -= 1
            strays[k], strays[k + 1] = line[m], i
            k += 2
        else:
            line[m] = i
            m += 1
    strays, spare = strays[:k].copy(), np.empty(k, np.int64)
    width = 1
    while width < k:
        for left in range(0, k, 2 * width):
            middle, right = min(left + width, k), min(left + 2 * width, k)
            _merge(keys, ties, strays[left:middle], strays[middle:right], spare[left:right])
        strays, spare = spare, strays
        width *= 2
    out = np.empty(n, np.int64)
    _merge(keys, ties, line[:m], strays, out)
    return out


@kernel
def _merge(keys, ties, one, other, out):  # type: ignore[no-untyped-def]
    i, j = 0, 0
    for n in range(len(out)):
        if j == len(other) or (i < len(one) and _before(keys, ties, one[i], other[j])):
            out[n] = one[i]
            i += 1
        else:
            out[n] = other[j]
            j += 1


@kernel
def _before(keys, ties, i, j):  # type: ignore[no-untyped-def]
    if keys[i] != keys[j]:
        return keys[i] < keys[j]
    if ties[i] != ties[j]:
        return ties[i] < ties[j]
    return i < j
