"""The order of a subject's events in a funnel: by when they occurred, and those of one instant in the order of the stages."""

from __future__ import annotations

import numpy as np

from tandem.timeline.kernels import kernel
from tandem.timeline.layout import in_order

_FEW = 16


@kernel
def in_turn(n, row, mark, occurred, rank, stages):  # type: ignore[no-untyped-def]
    """Brings events that stand by `occurred` into order where several occurred at one instant. rank: of each row; empty where none is asked."""
    first = np.int64(0)  # A plain 0 would be a type of its own, for which everything below is compiled once more.
    while first < n:
        at = occurred[row[first]]
        end = first + 1
        settled = True
        while end < n and occurred[row[end]] == at:
            settled &= not _before(row[end], mark[end], row[end - 1], mark[end - 1], rank, stages)
            end += 1
        if not settled:
            if end - first <= _FEW:
                _insert(first, end, row, mark, rank, stages)
            else:
                _sort(first, end, row, mark, rank, stages)
        first = end


@kernel
def turn(mark, stages):  # type: ignore[no-untyped-def]
    """The first stage that an event is, from 1, and 0 for none; then its mark."""
    picked = mark & ((1 << stages) - 1)
    first = 0
    if picked != 0:
        first = 1
        while not picked & 1:
            picked >>= 1
            first += 1
    return (np.int64(first) << 32) | np.int64(mark)


@kernel
def _before(row, mark, other_row, other_mark, rank, stages):  # type: ignore[no-untyped-def]
    one, other = turn(mark, stages), turn(other_mark, stages)
    if one != other:
        return one < other
    return len(rank) > 0 and rank[row] < rank[other_row]


@kernel
def _insert(first, end, row, mark, rank, stages):  # type: ignore[no-untyped-def]
    for i in range(first + 1, end):
        one_row, one_mark = row[i], mark[i]
        j = i
        while j > first and _before(one_row, one_mark, row[j - 1], mark[j - 1], rank, stages):
            row[j], mark[j] = row[j - 1], mark[j - 1]
            j -= 1
        row[j], mark[j] = one_row, one_mark


@kernel
def _sort(first, end, row, mark, rank, stages):  # type: ignore[no-untyped-def]
    count = end - first
    keys, ties = np.empty(count, np.int64), np.zeros(count, np.int64)
    for i in range(count):
        keys[i] = turn(mark[first + i], stages)
        if len(rank) > 0:
            ties[i] = rank[row[first + i]]
    by = in_order(keys, ties, 0, count)
    if len(by) > 0:
        rearrange(row, first, by)
        rearrange(mark, first, by)


@kernel
def rearrange(array, first, by):  # type: ignore[no-untyped-def]
    """Brings a part of an array into another order. by: positions in the part."""
    count = len(by)
    kept = np.empty(count, array.dtype)
    for i in range(count):
        kept[i] = array[first + i]
    for i in range(count):
        array[first + i] = kept[by[i]]
