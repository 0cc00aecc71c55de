"""What folds read: one subject's rows at a time, and each row's stay in a window.

A stay is from the instant at which a row enters until it becomes too old or exits early, whichever is first. Both ends are known
beforehand, so that no fold has to walk with a state for each row. A row whose stay is empty never enters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from tandem.timeline.kernels import NEVER, Ints, Longs, kernel, on_ranges, still
from tandem.timeline.layout import Layout, in_order
from tandem.timeline.stack import Stack

Part = TypeVar("Part")


class Rows(NamedTuple):
    """Rows of a part of a layout, or of one subject; leaving and early_row are places among the subject's, from 0.

    chosen, keys, values, ranks: what the fold asks of each row; empty where it does not.
    """

    enters: Longs
    occurred: Longs
    leaving: Ints
    early_row: Ints
    early_at: Longs
    chosen: npt.NDArray[np.uint8]
    keys: Ints
    values: Longs
    ranks: Longs


class Where(NamedTuple):
    """A subject's rows among others: the first, how many, its first early exit, how many."""

    first: int
    rows: int
    early: int
    exits: int


class Facts(NamedTuple):
    """What every fold's kernel reads. offsets: (subjects + 1,) of the rows of both parts together.

    apart: (subjects,) whether something was learnt of it later, so that its rows must be gathered; empty where there is no tail.
    """

    offsets: Longs
    apart: npt.NDArray[np.bool_]
    base_offsets: Longs
    base_early: Longs
    base: Rows
    tail_offsets: Longs
    tail_early: Longs
    tail: Rows
    ended_offsets: Longs
    ended_row: Ints
    ended_at: Longs


def facts_of(
    layout: Layout | Stack,
    chosen: npt.ArrayLike | None,
    *,
    keys: npt.ArrayLike | None = None,
    values: npt.ArrayLike | None = None,
    ranks: npt.ArrayLike | None = None,
) -> Facts:
    """chosen: not 0 where a row counts; None where all do. A column is an array (rows,), or a tuple of them, one for each part."""
    asked = [_column(layout, each, kind) for each, kind in ((chosen, np.uint8), (keys, np.int32), (values, np.int64), (ranks, np.int64))]
    parts = [_rows(part, *(column[i] for column in asked)) for i, part in enumerate(layout.parts)]
    offsets, early = (still(each, np.int64) for each in (layout.parts[0].offsets, layout.parts[0].early_offsets))
    if isinstance(layout, Layout):
        return Facts(offsets, _NO_FLAGS, offsets, early, parts[0], _NO_LONGS, _NO_LONGS, _NO_ROWS, _NO_LONGS, _NO_INTS, _NO_LONGS)
    apart = (np.diff(layout.tail.offsets) > 0) | (np.diff(layout.ended_offsets) > 0)
    return Facts(
        still(offsets + layout.tail.offsets, np.int64),
        still(apart, np.bool_),
        offsets,
        early,
        parts[0],
        still(layout.tail.offsets, np.int64),
        still(layout.tail.early_offsets, np.int64),
        parts[1],
        still(layout.ended_offsets, np.int64),
        still(layout.ended_row, np.int32),
        still(layout.ended_at, np.int64),
    )


def length_of(window: int | None) -> int:
    """Rows count in (t - window, t]; None, which is NEVER, since ever."""
    if window is not None and window <= 0:
        raise ValueError("a window is longer than nothing")
    return NEVER if window is None else window


def on_subjects(facts: Facts, work: Callable[..., Part], threads: int) -> list[Part]:
    """`work(since, until, facts, room, seen)` over ranges of subjects, for kernels that look where each one's rows are."""
    return on_ranges(facts.offsets, lambda since, until: work(since, until, facts, *_room(facts, since, until)), threads)


def _column(layout: Layout | Stack, values: npt.ArrayLike | None, dtype: npt.DTypeLike) -> tuple[npt.NDArray[Any], ...]:
    """An array for each part, of a value for each row: kernels never look whether a place exists."""
    if values is None:
        return tuple(still(np.empty(0), dtype) for _ in layout.parts)
    found = tuple(still(each, dtype) for each in (values if isinstance(values, tuple) else (values,)))
    assert len(found) == len(layout.parts), f"columns of {len(found)} parts for {len(layout.parts)}"
    for column, part in zip(found, layout.parts, strict=True):
        assert len(column) == len(part), f"{len(column)} values for {len(part)} rows"
    return found


def _rows(part: Layout, chosen: npt.NDArray[Any], keys: npt.NDArray[Any], values: npt.NDArray[Any], ranks: npt.NDArray[Any]) -> Rows:
    return Rows(
        still(part.enters, np.int64),
        still(part.occurred, np.int64),
        still(part.leaving, np.int32),
        still(part.early_row, np.int32),
        still(part.early_at, np.int64),
        chosen,
        keys,
        values,
        ranks,
    )


_NO_LONGS, _NO_INTS, _NO_FLAGS = still(np.empty(0), np.int64), still(np.empty(0), np.int32), still(np.empty(0), np.bool_)
_NO_ROWS = Rows(_NO_LONGS, _NO_LONGS, _NO_INTS, _NO_INTS, _NO_LONGS, still(np.empty(0), np.uint8), _NO_INTS, _NO_LONGS, _NO_LONGS)


def _room(facts: Facts, since: int, until: int) -> tuple[Rows, Rows]:
    """Room for the rows of any one subject of the range; and the same room to be read, of the type of the base, so that one kernel does."""
    if len(facts.apart) == 0 or not facts.apart[since:until].any():
        return _made(0, 0, facts)
    exits = facts.base_early + facts.tail_early + facts.ended_offsets
    return _made(_most(facts.offsets, since, until, facts.apart), _most(exits, since, until, facts.apart), facts)


def _most(offsets: Longs, since: int, until: int, apart: npt.NDArray[np.bool_]) -> int:
    return int(np.diff(offsets[since : until + 1])[apart[since:until]].max())


def _made(rows: int, exits: int, facts: Facts) -> tuple[Rows, Rows]:
    def asked(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.empty(rows if len(one) + len(other) else 0, one.dtype)

    base, tail = facts.base, facts.tail
    room = Rows(
        np.empty(rows, np.int64),
        np.empty(rows, np.int64),
        np.empty(rows, np.int32),
        np.empty(exits, np.int32),
        np.empty(exits, np.int64),
        asked(base.chosen, tail.chosen),
        asked(base.keys, tail.keys),
        asked(base.values, tail.values),
        asked(base.ranks, tail.ranks),
    )
    seen: list[Any] = [still(each, each.dtype) for each in (np.asarray(column) for column in room)]
    return room, Rows(*seen)


@kernel
def where_in(offsets, early, s):  # type: ignore[no-untyped-def]
    """Where a subject's rows are in the base."""
    return Where(offsets[s], offsets[s + 1] - offsets[s], early[s], early[s + 1] - early[s])


@kernel
def gather(s, facts, room):  # type: ignore[no-untyped-def]
    """Writes a subject's rows in the room, those of the base and then those of the tail, and says where they are there."""
    base, tail = facts.base, facts.tail
    a, b, c, d = facts.base_offsets[s], facts.base_offsets[s + 1], facts.tail_offsets[s], facts.tail_offsets[s + 1]
    _write(room.enters, base.enters, a, b, tail.enters, c, d)
    _write(room.occurred, base.occurred, a, b, tail.occurred, c, d)
    _write(room.chosen, base.chosen, a, b, tail.chosen, c, d)
    _write(room.keys, base.keys, a, b, tail.keys, c, d)
    _write(room.values, base.values, a, b, tail.values, c, d)
    _write(room.ranks, base.ranks, a, b, tail.ranks, c, d)
    # What was learnt later may have occurred earlier.
    n, i, j = b - a, 0, 0
    for k in range(n + d - c):
        if c + j == d or (i < n and base.occurred[a + base.leaving[a + i]] <= tail.occurred[c + tail.leaving[c + j]]):
            room.leaving[k] = base.leaving[a + i]
            i += 1
        else:
            room.leaving[k] = n + tail.leaving[c + j]
            j += 1
    # A row may exit more than once: the first counts.
    k = 0
    for x in range(facts.base_early[s], facts.base_early[s + 1]):
        room.early_row[k], room.early_at[k] = base.early_row[x], base.early_at[x]
        k += 1
    for x in range(facts.ended_offsets[s], facts.ended_offsets[s + 1]):
        room.early_row[k], room.early_at[k] = facts.ended_row[x], facts.ended_at[x]
        k += 1
    for x in range(facts.tail_early[s], facts.tail_early[s + 1]):
        room.early_row[k], room.early_at[k] = n + tail.early_row[x], tail.early_at[x]
        k += 1
    return Where(0, n + d - c, 0, k)


@kernel
def _write(out, base, a, b, tail, c, d):  # type: ignore[no-untyped-def]
    """Base, then tail; nothing where the fold does not ask for the column."""
    if len(out) > 0:
        out[: b - a] = base[a:b]
        out[b - a : b - a + d - c] = tail[c:d]


@kernel
def longest(offsets, since, until):  # type: ignore[no-untyped-def]
    """The most rows that any of the subjects has."""
    rows = 0
    for s in range(since, until):
        rows = max(rows, offsets[s + 1] - offsets[s])
    return rows


@kernel
def write_ends(rows, where, window, ends):  # type: ignore[no-untyped-def]
    """When the stay of each of a subject's rows ends; NEVER where it does not."""
    a = where.first
    for r in range(where.rows):
        ends[r] = NEVER if window == NEVER else rows.occurred[a + r] + window
    for k in range(where.early, where.early + where.exits):
        r = rows.early_row[k]
        ends[r] = min(ends[r], rows.early_at[k])


@kernel
def write_exits(rows, where, window, ends, inside, out_at, out_row):  # type: ignore[no-untyped-def]
    """The ends of the stays of a subject's rows that are inside, in order, with the rows; how many."""
    early = where.exits > 0
    if window == NEVER and not early:
        return 0
    m = 0
    for j in range(where.first, where.first + where.rows):
        r = rows.leaving[j]
        out_at[m], out_row[m] = ends[r], r
        # Without a branch, for which rows are inside cannot be foreseen.
        m += inside[r] & (ends[r] < NEVER)
    if early:
        by = in_order(out_at, out_row, 0, m)
        if len(by) > 0:
            out_at[:m], out_row[:m] = out_at[by], out_row[by]
    return m
