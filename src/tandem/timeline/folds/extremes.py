"""The least, the greatest, the first and the last of what is in a window, at every instant.

Of two rows inside, one that is worse and leaves no later can never be the best again. So the rows that leave in the order in which they
enter, nearly all, stand in a queue in which each is worse than the one before it; the others, late or with an early exit, stand in a heap,
and those that have left are taken off when they come to its top.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from tandem.timeline.algebra import SIGNS, Sign, compared
from tandem.timeline.folds.stays import facts_of, length_of, longest, on_subjects, write_ends
from tandem.timeline.folds.windows import EACH
from tandem.timeline.kernels import NEVER, THREADS, UNKNOWN, kernel
from tandem.timeline.layout import Layout
from tandem.timeline.stack import Stack
from tandem.timeline.steps import Steps, gathered

_LEAST, _GREATEST, _FIRST, _LAST = 0, 1, 2, 3


def least(
    layout: Layout | Stack,
    chosen: npt.ArrayLike | None,
    value: npt.ArrayLike,
    window: int | None,
    *,
    sign: Sign | None = None,
    than: int = 0,
    threads: int = THREADS,
) -> Steps:
    """The least value (rows,) of the chosen rows in the window; UNKNOWN of none. A row whose value is UNKNOWN has none."""
    return _best(_LEAST, layout, chosen, value, None, window, sign, than, threads)


def greatest(
    layout: Layout | Stack,
    chosen: npt.ArrayLike | None,
    value: npt.ArrayLike,
    window: int | None,
    *,
    sign: Sign | None = None,
    than: int = 0,
    threads: int = THREADS,
) -> Steps:
    """The greatest value of the chosen rows in the window; UNKNOWN of none."""
    return _best(_GREATEST, layout, chosen, value, None, window, sign, than, threads)


def first(
    layout: Layout | Stack,
    chosen: npt.ArrayLike | None,
    value: npt.ArrayLike,
    rank: npt.ArrayLike,
    window: int | None,
    *,
    sign: Sign | None = None,
    than: int = 0,
    threads: int = THREADS,
) -> Steps:
    """The value of the chosen row in the window that occurred first, of those at one instant the one of lower rank; UNKNOWN of none."""
    return _best(_FIRST, layout, chosen, value, rank, window, sign, than, threads)


def last(
    layout: Layout | Stack,
    chosen: npt.ArrayLike | None,
    value: npt.ArrayLike,
    rank: npt.ArrayLike,
    window: int | None,
    *,
    sign: Sign | None = None,
    than: int = 0,
    threads: int = THREADS,
) -> Steps:
    """The value of the chosen row in the window that occurred last, of those at one instant the one of higher rank; UNKNOWN of none."""
    return _best(_LAST, layout, chosen, value, rank, window, sign, than, threads)


def last_occurred(layout: Layout | Stack, chosen: npt.ArrayLike | None, window: int | None = None, *, threads: int = THREADS) -> Steps:
    """When the last of the chosen rows occurred: the anchor of `since`; UNKNOWN of none."""
    return greatest(layout, chosen, tuple(part.occurred for part in layout.parts), window, threads=threads)


def _best(
    how: int,
    layout: Layout | Stack,
    chosen: npt.ArrayLike | None,
    value: npt.ArrayLike,
    rank: npt.ArrayLike | None,
    window: int | None,
    sign: Sign | None,
    than: int,
    threads: int,
) -> Steps:
    code = EACH if sign is None else SIGNS.index(sign)
    facts, length = facts_of(layout, chosen, (value, np.int64), (rank, np.int64)), length_of(window)
    parts = on_subjects(facts, lambda: partial(_extreme, how, length, code, than), threads)
    return gathered(parts, UNKNOWN)


@kernel
def _extreme(  # type: ignore[no-untyped-def]
    how, window, sign, than, since, until, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, chosen, value, rank
):  # fmt: skip
    rows = longest(offsets, since, until)
    ends, queue, heap = np.empty(rows, np.int64), np.empty(rows, np.int64), np.empty(rows, np.int64)
    counts = np.zeros(until - since, np.int64)
    most = 2 * (offsets[until] - offsets[since])
    at, out = np.empty(most, np.int64), np.empty(most, np.int64)
    n = 0
    for s in range(since, until):
        a, b = offsets[s], offsets[s + 1]
        write_ends(s, offsets, occurred, early_offsets, early_row, early_at, window, ends)
        head, tail, size = 0, 0, 0
        best = -1
        told = UNKNOWN
        first = n
        i = a
        while True:
            t = enters[i] if i < b else NEVER
            if best >= 0:
                t = min(t, ends[best - a])
            if t == NEVER:
                break
            while i < b and enters[i] == t:
                if ends[i - a] > t and value[i] != UNKNOWN and (len(chosen) == 0 or chosen[i] != 0):
                    if head == tail or ends[queue[tail - 1] - a] <= ends[i - a]:
                        while head < tail and not _better(how, value, occurred, rank, queue[tail - 1], i):
                            tail -= 1
                        queue[tail] = i
                        tail += 1
                    elif _better(how, value, occurred, rank, i, queue[tail - 1]):
                        _push(how, value, occurred, rank, heap, size, i)
                        size += 1
                i += 1
            while head < tail and ends[queue[head] - a] <= t:
                head += 1
            while size > 0 and ends[heap[0] - a] <= t:
                size -= 1
                _pop(how, value, occurred, rank, heap, size)
            best = queue[head] if head < tail else -1
            if size > 0 and (best < 0 or _better(how, value, occurred, rank, heap[0], best)):
                best = heap[0]
            tell = UNKNOWN
            if best >= 0:
                tell = value[best] if sign == EACH else int(compared(value[best], sign, than))
            if tell != told:
                at[n], out[n] = t, tell
                n += 1
                told = tell
        counts[s - since] = n - first
    return counts, at[:n], out[:n]


@kernel
def _better(how, value, occurred, rank, one, other):  # type: ignore[no-untyped-def]
    if how == _LEAST:
        return value[one] < value[other]
    if how == _GREATEST:
        return value[one] > value[other]
    if how == _LAST:
        one, other = other, one
    return occurred[one] < occurred[other] or (occurred[one] == occurred[other] and rank[one] < rank[other])


@kernel
def _push(how, value, occurred, rank, heap, size, one):  # type: ignore[no-untyped-def]
    place = size
    while place > 0 and _better(how, value, occurred, rank, one, heap[(place - 1) // 2]):
        heap[place] = heap[(place - 1) // 2]
        place = (place - 1) // 2
    heap[place] = one


@kernel
def _pop(how, value, occurred, rank, heap, size):  # type: ignore[no-untyped-def]
    """Takes off the best of size + 1."""
    one, place = heap[size], 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and _better(how, value, occurred, rank, heap[child + 1], heap[child]):
            child += 1
        if not _better(how, value, occurred, rank, heap[child], one):
            break
        heap[place] = heap[child]
        place = child
    heap[place] = one
