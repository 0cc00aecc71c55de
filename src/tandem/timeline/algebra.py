"""The algebra of steps: values and conditions over time, from one or two of them another.

A condition is 0, 1 or UNKNOWN; `and`, `or` and `not` are Kleene's. Whatever is asked here of two steps walks both together, so that what
changes at one instant is applied at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import Literal

import numpy as np

from tandem.timeline.kernels import NEVER, THREADS, UNKNOWN, Longs, kernel, on_ranges, still
from tandem.timeline.steps import Steps, compressed, constant, gathered

Sign = Literal["=", "!=", "<", "<=", ">", ">="]
SIGNS: tuple[Sign, ...] = ("=", "!=", "<", "<=", ">", ">=")


# Values.


def through(index: Steps, table: Steps, *, threads: int = THREADS) -> Steps:
    """The value of another subject, that of the table which the index names at that instant: a person's account's plan.

    UNKNOWN where the index is UNKNOWN, or beyond the table's subjects.
    """
    given = [still(each, np.int64) for each in (index.offsets, index.at, index.value, table.offsets, table.at, table.value)]
    before = table.initial if 0 <= index.initial < table.subjects else UNKNOWN
    parts = on_ranges(index.offsets, lambda since, until: _through(since, until, *given, index.initial, table.initial), threads)
    return gathered(parts, before)


def coalesced(steps: Sequence[Steps]) -> Steps:
    """The first that is not UNKNOWN."""
    return reduce(partial(_walked, _FIRST), steps)


# Conditions.


def negated(condition: Steps) -> Steps:
    value = np.where(condition.value == UNKNOWN, UNKNOWN, 1 - condition.value)
    return Steps(condition.offsets, condition.at, value, UNKNOWN if condition.initial == UNKNOWN else 1 - condition.initial)


def both(one: Steps, other: Steps) -> Steps:
    """Kleene's `and`."""
    return _walked(_BOTH, one, other)


def either(one: Steps, other: Steps) -> Steps:
    """Kleene's `or`."""
    return _walked(_EITHER, one, other)


def compare(one: Steps, sign: Sign, other: Steps | int) -> Steps:
    """How values compare, with others or with a constant; UNKNOWN where either is."""
    if isinstance(other, Steps):
        return _walked(SIGNS.index(sign), one, other)
    if other == UNKNOWN:
        return constant(one.subjects, UNKNOWN)
    first = _values_compared(np.array([one.initial]), sign, other)
    return compressed(one.offsets, one.at, _values_compared(one.value, sign, other), int(first[0]))


@dataclass(frozen=True)
class Weighed:
    """`one * first + other * second + whole`, of two values."""

    first: int
    second: int
    whole: int


def compare_weighed(one: Steps, other: Steps, ahead: Weighed, divisor: Weighed, sign: Sign, *, threads: int = THREADS) -> Steps:
    """How `ahead / divisor` compares with 0; UNKNOWN where a value is, or the divisor is 0. Sums must fit into 64 bits."""
    weights = np.array([(each.first, each.second, each.whole) for each in (ahead, divisor)], np.int64)
    return _walked(_WEIGHED + SIGNS.index(sign), one, other, weights=weights, threads=threads)


def is_unknown(steps: Steps) -> Steps:
    """Always known itself."""
    return compressed(steps.offsets, steps.at, (steps.value == UNKNOWN).astype(np.int64), int(steps.initial == UNKNOWN))


def within(steps: Steps, existence: Steps, otherwise: int = 0) -> Steps:
    """The steps where existence is 1, and `otherwise` where the subject does not exist: 0 for a signal, UNKNOWN for a measure."""
    return _walked(_WITHIN, steps, existence, otherwise)


_BOTH, _EITHER, _WITHIN, _FIRST = 6, 7, 8, 9  # After the six signs.
_WEIGHED = 10  # And the six signs once more, of what is weighed against 0.
_UNWEIGHED = np.zeros((2, 3), np.int64)


def _values_compared(value: Longs, sign: Sign, than: int) -> Longs:
    compared = {"=": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[sign]
    return np.where(value == UNKNOWN, UNKNOWN, compared(value, than))


def _walked(how: int, one: Steps, other: Steps, otherwise: int = 0, *, weights: Longs = _UNWEIGHED, threads: int = THREADS) -> Steps:
    given = [still(each, np.int64) for steps in (one, other) for each in (steps.offsets, steps.at, steps.value)]
    parts = on_ranges(
        one.offsets + other.offsets,
        lambda since, until: _walk(how, since, until, *given[:3], one.initial, *given[3:], other.initial, otherwise, weights),
        threads,
    )
    return gathered(parts, int(_told(how, one.initial, other.initial, otherwise, weights)))


@kernel
def compared(one, sign, other):  # type: ignore[no-untyped-def]
    """Whether two known values compare so; sign is a place in SIGNS."""
    if sign == 0:
        return one == other
    if sign == 1:
        return one != other
    if sign == 2:
        return one < other
    if sign == 3:
        return one <= other
    if sign == 4:
        return one > other
    return one >= other


@kernel
def _weighed(weights, one, other, sign):  # type: ignore[no-untyped-def]
    if one == UNKNOWN or other == UNKNOWN:
        return UNKNOWN
    divisor = weights[1, 0] * one + weights[1, 1] * other + weights[1, 2]
    if divisor == 0:
        return UNKNOWN
    ahead = weights[0, 0] * one + weights[0, 1] * other + weights[0, 2]
    return 1 if compared(ahead if divisor > 0 else -ahead, sign, 0) else 0


@kernel
def _told(how, one, other, otherwise, weights):  # type: ignore[no-untyped-def]
    if how == _WITHIN:
        return one if other == 1 else otherwise
    if how == _FIRST:
        return other if one == UNKNOWN else one
    if how == _BOTH:
        return 0 if one == 0 or other == 0 else min(one, other)
    if how == _EITHER:
        return 1 if one == 1 or other == 1 else min(one, other)
    if how >= _WEIGHED:
        return _weighed(weights, one, other, how - _WEIGHED)
    if one == UNKNOWN or other == UNKNOWN:
        return UNKNOWN
    return 1 if compared(one, how, other) else 0


@kernel
def _walk(how, since, until, offsets, at, value, initial, other_offsets, other_at, other_value, other_initial, otherwise, weights):  # type: ignore[no-untyped-def]
    room = offsets[until] - offsets[since] + other_offsets[until] - other_offsets[since]
    counts = np.zeros(until - since, np.int64)
    out_at, out = np.empty(room, np.int64), np.empty(room, np.int64)
    n = 0
    for s in range(since, until):
        i, i_end, j, j_end = offsets[s], offsets[s + 1], other_offsets[s], other_offsets[s + 1]
        one, other = initial, other_initial
        told = _told(how, one, other, otherwise, weights)
        first = n
        while i < i_end or j < j_end:
            u = at[i] if i < i_end else NEVER
            v = other_at[j] if j < j_end else NEVER
            t = min(u, v)
            if u == t:
                one = value[i]
                i += 1
            if v == t:
                other = other_value[j]
                j += 1
            tell = _told(how, one, other, otherwise, weights)
            if tell != told:
                out_at[n], out[n] = t, tell
                n += 1
                told = tell
        counts[s - since] = n - first
    return counts, out_at[:n], out[:n]


@kernel
def _through(since, until, offsets, at, index, table_offsets, table_at, table, index_initial, table_initial):  # type: ignore[no-untyped-def]
    counts = np.zeros(until - since, np.int64)
    subjects = len(table_offsets) - 1
    out_at, out = np.empty(0, np.int64), np.empty(0, np.int64)
    n = 0
    # Once to learn how many steps there can be, and once to write them.
    for writes in (False, True):
        if writes:
            out_at, out = np.empty(n, np.int64), np.empty(n, np.int64)
        n = 0
        for s in range(since, until):
            told = table_initial if 0 <= index_initial < subjects else UNKNOWN
            first = n
            # Before the first step of the index stands what it is initially.
            for i in range(offsets[s] - 1, offsets[s + 1]):
                begun = i >= offsets[s]
                named = index[i] if begun else index_initial
                ends = at[i + 1] if i + 1 < offsets[s + 1] else NEVER
                j, known = 0, 0
                tell = UNKNOWN
                if 0 <= named < subjects:
                    j, known = table_offsets[named], table_offsets[named + 1]
                    tell = table_initial
                    if begun:
                        j += np.searchsorted(table_at[j:known], at[i], side="right")
                        if j > table_offsets[named]:
                            tell = table[j - 1]
                if begun:
                    if writes and tell != told:
                        out_at[n], out[n] = at[i], tell
                    n += not writes or tell != told
                    told = tell
                while j < known and table_at[j] < ends:
                    if writes and table[j] != told:
                        out_at[n], out[n] = table_at[j], table[j]
                    n += not writes or table[j] != told
                    told = table[j]
                    j += 1
            counts[s - since] = n - first
    return counts, out_at[:n], out[:n]
