"""Folds over windows: how many, how many different, how much, at every instant; and of how many different, every threshold at once.

The instants at which rows enter and leave are two lists in order, and a fold merges them; of rows with one key, stays that touch are
first joined into one stretch. All that changes at one instant is applied together, and only then is the value asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from tandem.timeline.algebra import SIGNS, Sign, compared
from tandem.timeline.folds.stays import Facts, facts_of, length_of, longest, on_subjects, write_ends, write_exits
from tandem.timeline.kernels import NEVER, THREADS, UNKNOWN, Ints, Longs, kernel
from tandem.timeline.layout import Layout
from tandem.timeline.stack import Stack
from tandem.timeline.steps import Steps, gathered

_COUNT, _DISTINCT, _TOTAL = 0, 1, 2
EACH = -1  # In place of a sign: every change of the value is a step.


def count(
    layout: Layout | Stack,
    chosen: npt.ArrayLike | None,
    window: int | None,
    *,
    sign: Sign | None = None,
    than: int = 0,
    threads: int = THREADS,
) -> Steps:
    """How many chosen rows are in (t - window, t]; with a sign, whether that compares so with `than`."""
    return _fold(_COUNT, facts_of(layout, chosen, _NO_KEYS, _NO_AMOUNTS), window, sign, than, threads)


def distinct(
    layout: Layout | Stack,
    chosen: npt.ArrayLike | None,
    key: npt.ArrayLike,
    window: int | None,
    *,
    sign: Sign | None = None,
    than: int = 0,
    threads: int = THREADS,
) -> Steps:
    """How many different keys the chosen rows in the window have. key: (rows,) whole numbers from 0, dense; less is none."""
    return _fold(_DISTINCT, facts_of(layout, chosen, (key, np.int32), _NO_AMOUNTS), window, sign, than, threads)


def total(
    layout: Layout | Stack,
    chosen: npt.ArrayLike | None,
    amount: npt.ArrayLike,
    window: int | None,
    *,
    sign: Sign | None = None,
    than: int = 0,
    threads: int = THREADS,
) -> Steps:
    """The exact sum of the chosen rows' amounts in the window. A row whose amount is UNKNOWN has none; a sum beyond 64 bits is UNKNOWN."""
    return _fold(_TOTAL, facts_of(layout, chosen, _NO_KEYS, (amount, np.int64)), window, sign, than, threads)


@dataclass(frozen=True)
class Curve:
    """The edges of `distinct >= N` for every N from 1 to `most`.

    entered, left: (most + 1,) how many edges each threshold has, by N; that of 0 has none. offsets: (subjects + 1,), threshold: (edges,),
    at: (edges,) every entering, by subject and instant.
    """

    entered: Longs
    left: Longs
    offsets: Longs
    threshold: Ints
    at: Longs

    def entering(self, threshold: int) -> tuple[Ints, Longs]:
        """Subjects and instants at which `distinct >= threshold` enters, by subject and instant."""
        chosen = np.flatnonzero(self.threshold == threshold)
        subject = np.searchsorted(self.offsets, chosen, side="right") - 1
        return subject.astype(np.int32), self.at[chosen]


def curve(
    layout: Layout | Stack, chosen: npt.ArrayLike | None, key: npt.ArrayLike, window: int | None, most: int, *, threads: int = THREADS
) -> Curve:
    """Every threshold from 1 to `most` in one pass, for `distinct`'s keys."""
    facts, length = facts_of(layout, chosen, (key, np.int32), _NO_AMOUNTS), length_of(window)
    parts = on_subjects(facts, lambda: partial(_curve, length, most, _reach(facts)), threads)
    counts, threshold, at = (np.concatenate([part[column] for part in parts]) for column in (2, 3, 4))
    entered, left = (np.sum([part[column] for part in parts], axis=0) for column in (0, 1))
    return Curve(entered, left, np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]), threshold, at)


_NO_KEYS, _NO_AMOUNTS = (None, np.int32), (None, np.int64)
_NOWHERE = -1  # The place after a subject's last.


def _fold(how: int, facts: Facts, window: int | None, sign: Sign | None, than: int, threads: int) -> Steps:
    code = EACH if sign is None else SIGNS.index(sign)
    length = length_of(window)
    parts = on_subjects(facts, lambda: partial(_window, how, length, code, than, _reach(facts)), threads)
    return gathered(parts, 0 if sign is None else int(compared(0, code, than)))


def _reach(facts: Facts) -> Longs:
    """Of each key how far it reaches, and the place of the row that reaches it: nowhere, as every subject leaves it for the next."""
    size = max(int(keys.max(initial=-1)) for *_, keys, _ in facts.parts) + 1
    return np.repeat(np.array([[UNKNOWN, _NOWHERE]]), size, axis=0)


@kernel
def _window(  # type: ignore[no-untyped-def]
    how, window, sign, than, reach, since, until, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, chosen, keys, amounts
):  # fmt: skip
    counts = np.zeros(until - since, np.int64)
    # Room for every change that there could be; what is never written takes no memory.
    most = 2 * (offsets[until] - offsets[since])
    at, value = np.empty(most, np.int64), np.empty(most, np.int64)
    scratch = _scratch(offsets, since, until)
    in_at, in_row, out_at, out_row = scratch[2:6]
    k = 0
    for s in range(since, until):
        n, m = _stretches(
            how, s, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, chosen, window, keys, amounts, reach, scratch
        )  # fmt: skip
        first = k
        if how == _TOTAL:
            k = _merge_amounts(in_at, in_row, n, out_at, out_row, m, amounts, sign, than, at, value, k)
        else:
            k = _merge_ones(in_at, n, out_at, m, sign, than, at, value, k)
        counts[s - since] = k - first
    return counts, at[:k], value[:k]


@kernel
def _curve(  # type: ignore[no-untyped-def]
    window, most, reach, since, until, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, chosen, keys, amounts
):  # fmt: skip
    entered, left = np.zeros(most + 1, np.int64), np.zeros(most + 1, np.int64)
    counts = np.zeros(until - since, np.int64)
    rows = offsets[until] - offsets[since]
    threshold, at = np.empty(rows, np.int32), np.empty(rows, np.int64)
    scratch = _scratch(offsets, since, until)
    in_at, out_at = scratch[2], scratch[4]
    k = 0
    for s in range(since, until):
        n, m = _stretches(
            _DISTINCT, s, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, chosen, window, keys, amounts, reach, scratch
        )  # fmt: skip
        first = k
        in_at[n], out_at[m] = NEVER, NEVER
        i, j = 0, 0
        before = 0
        while i < n or j < m:
            t = min(in_at[i], out_at[j])
            now = before
            while in_at[i] == t and i < n:
                now += 1
                i += 1
            while out_at[j] == t and j < m:
                now -= 1
                j += 1
            for each in range(before + 1, min(now, most) + 1):
                entered[each] += 1
                threshold[k], at[k] = each, t
                k += 1
            for each in range(now + 1, min(before, most) + 1):
                left[each] += 1
            before = now
        counts[s - since] = k - first
    return entered, left, counts, threshold[:k], at[:k]


@kernel
def _scratch(offsets, since, until):  # type: ignore[no-untyped-def]
    """Room for one subject at a time: ends of stays, who is inside (with a place that is nowhere), and the two lists with their rows."""
    rows = longest(offsets, since, until)
    return (
        np.empty(rows, np.int64),
        np.empty(rows + 1, np.uint8),
        np.empty(rows + 1, np.int64),
        np.empty(rows + 1, np.int64),
        np.empty(rows + 1, np.int64),
        np.empty(rows + 1, np.int64),
    )


@kernel
def _stretches(  # type: ignore[no-untyped-def]
    how, s, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, chosen, window, keys, amounts, reach, scratch
):  # fmt: skip
    """Writes the lists of one subject, and says how long they are."""
    ends, inside, in_at, in_row, out_at, out_row = scratch
    a, b = offsets[s], offsets[s + 1]
    write_ends(s, offsets, occurred, early_offsets, early_row, early_at, window, ends)
    every = len(chosen) == 0
    n = 0
    if how != _DISTINCT:
        for r in range(a, b):
            enters_it = ends[r - a] > enters[r] and (every or chosen[r] != 0) and (how == _COUNT or amounts[r] != UNKNOWN)
            inside[r - a] = enters_it
            in_at[n], in_row[n] = enters[r], r
            n += enters_it
    else:
        # Nothing here branches on what can't be foreseen: whether a key is new, and whether its stretch goes on.
        for r in range(a, b):
            key = keys[r]
            if ends[r - a] <= enters[r] or key < 0 or not (every or chosen[r] != 0):
                inside[r - a] = 0
                continue
            reached, place = reach[key, 0], reach[key, 1]
            begins, goes_on = reached < enters[r], reached < ends[r - a]
            in_at[n], in_row[n] = enters[r], key
            n += begins
            # Of a key's rows so far the one that stays longest ends its stretch, unless another begins after it.
            inside[place] = begins | (not goes_on)
            inside[r - a] = goes_on
            reach[key, 0], reach[key, 1] = max(reached, ends[r - a]), r - a if goes_on else place
        # Make room for the next subject.
        for i in range(n):
            reach[in_row[i], 0], reach[in_row[i], 1] = UNKNOWN, _NOWHERE
    return n, write_exits(s, offsets, leaving, early_offsets, window, ends, inside, out_at, out_row)


@kernel
def _merge_ones(in_at, n, out_at, m, sign, than, at, value, k):  # type: ignore[no-untyped-def]
    """Steps of how many are inside, written from k on."""
    in_at[n], out_at[m] = NEVER, NEVER
    # Every comparison with a constant asks whether a number is in a range, or whether it is not: no branch is needed.
    low = UNKNOWN if sign == 3 or sign == 4 else than
    high = NEVER if sign == 2 or sign == 5 else than
    outside = sign == 1 or sign == 2 or sign == 4
    each = sign == EACH
    now = 0
    told = 0 if each else int(((low <= now) & (now <= high)) != outside)
    i, j = 0, 0
    entering, exiting = in_at[0], out_at[0]
    t = min(entering, exiting)
    while t != NEVER:
        enter, leave = int(entering == t), int(exiting == t)
        now += enter - leave
        i += enter
        j += leave
        entering, exiting = in_at[i], out_at[j]
        following = min(entering, exiting)
        tell = now if each else int(((low <= now) & (now <= high)) != outside)
        if tell != told and following != t:
            at[k], value[k] = t, tell
            k += 1
            told = tell
        t = following
    return k


@kernel
def _merge_amounts(in_at, in_row, n, out_at, out_row, m, amounts, sign, than, at, value, k):  # type: ignore[no-untyped-def]
    """Steps of the sum of what is inside, written from k on."""
    in_at[n], out_at[m] = NEVER, NEVER
    now = 0
    # Whole numbers of 64 bits go round; about how much it is tells whether they have.
    about = 0.0
    told = 0 if sign == EACH else int(compared(0, sign, than))
    i, j = 0, 0
    while i < n or j < m:
        t = min(in_at[i], out_at[j])
        while i < n and in_at[i] == t:
            now += amounts[in_row[i]]
            about += amounts[in_row[i]]
            i += 1
        while j < m and out_at[j] == t:
            now -= amounts[out_row[j]]
            about -= amounts[out_row[j]]
            j += 1
        tell = UNKNOWN
        if abs(about - now) < 2.0**62:
            tell = now if sign == EACH else int(compared(now, sign, than))
        if tell != told:
            at[k], value[k] = t, tell
            k += 1
            told = tell
    return k
