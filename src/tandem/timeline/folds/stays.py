"""What folds read: rows by subject, from one layout or from a base and its tail, and each row's stay in a window.

A stay is from the instant at which a row enters until it becomes too old or exits early, whichever is first. Both ends are known
beforehand, so that no fold has to walk with a state for each row. A row whose stay is empty never enters.

Kernels know nothing of tails. Of a base with a tail they get pieces, each a range of subjects: one of which nothing was learnt later as it
stands in the base, any other gathered, so that it is as one layout would have been.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from tandem.timeline.kernels import NEVER, Longs, kernel, on_ranges, still
from tandem.timeline.layout import Layout, in_order
from tandem.timeline.stack import Stack

Part = TypeVar("Part", bound=tuple[npt.NDArray[Any], ...])

PIECE = 300_000  # Rows that are gathered at once, unless one subject has more: few enough to stay near the processor.


@dataclass(frozen=True)
class Facts:
    """offsets: (subjects + 1,) of the rows of all parts together. parts: of each what kernels take, in this order: offsets, enters, occurred,
    leaving, early_offsets, early_row, early_at, chosen, and what the fold asks of each row. ended: of a stack its offsets, rows, instants."""

    offsets: Longs
    parts: tuple[tuple[npt.NDArray[Any], ...], ...]
    ended: tuple[npt.NDArray[Any], ...]


def facts_of(layout: Layout | Stack, chosen: npt.ArrayLike | None, *asked: tuple[npt.ArrayLike | None, npt.DTypeLike]) -> Facts:
    """chosen: not 0 where a row counts; None where all do. asked: values of each row and their type; None where the fold needs none.

    What there is of each row is an array (rows,), or a tuple of them, one for each part.
    """
    columns = [_column(layout, values, dtype) for values, dtype in ((chosen, np.uint8), *asked)]
    parts = tuple((*_holdings(part), *(column[i] for column in columns)) for i, part in enumerate(layout.parts))
    if isinstance(layout, Layout):
        return Facts(parts[0][0], parts, ())
    ended = still(layout.ended_offsets, np.int64), still(layout.ended_row, np.int32), still(layout.ended_at, np.int64)
    return Facts(still(parts[0][0] + parts[1][0], np.int64), parts, ended)


def length_of(window: int | None) -> int:
    """Rows count in (t - window, t]; None, which is NEVER, since ever."""
    if window is not None and window <= 0:
        raise ValueError("a window is longer than nothing")
    return NEVER if window is None else window


def on_subjects(facts: Facts, prepared: Callable[[], Callable[..., Part]], threads: int) -> list[Part]:
    """What a kernel says of ranges of subjects, in their order. prepared: gives a thread its own `work(since, until, *columns)`."""

    def on_range(since: int, until: int) -> list[Part]:
        work = prepared()
        if not facts.ended:
            return [work(since, until, *facts.parts[0])]
        return [_copied(work(*piece)) for piece in _pieces(facts, since, until)]

    return [part for parts in on_ranges(facts.offsets, on_range, threads) for part in parts]


def _column(layout: Layout | Stack, values: npt.ArrayLike | None, dtype: npt.DTypeLike) -> tuple[npt.NDArray[Any], ...]:
    """An array for each part, of a value for each row: kernels never look whether a place exists."""
    if values is None:
        return tuple(still(np.empty(0), dtype) for _ in layout.parts)
    found = tuple(still(each, dtype) for each in (values if isinstance(values, tuple) else (values,)))
    assert len(found) == len(layout.parts), f"columns of {len(found)} parts for {len(layout.parts)}"
    for column, part in zip(found, layout.parts, strict=True):
        assert len(column) == len(part), f"{len(column)} values for {len(part)} rows"
    return found


def _holdings(part: Layout) -> tuple[npt.NDArray[Any], ...]:
    return (
        still(part.offsets, np.int64),
        still(part.enters, np.int64),
        still(part.occurred, np.int64),
        still(part.leaving, np.int32),
        still(part.early_offsets, np.int64),
        still(part.early_row, np.int32),
        still(part.early_at, np.int64),
    )


def _copied(part: Part) -> Part:
    """Without the room that a kernel made for all that there could be, since there are many pieces."""
    copies: Any = tuple(np.array(column) for column in part)
    return copies  # type: ignore[no-any-return]


def _pieces(facts: Facts, since: int, until: int) -> Iterator[tuple[Any, ...]]:
    """Ranges of subjects with the columns in which they stand."""
    base, tail = facts.parts
    later = (np.diff(tail[0]) > 0) | (np.diff(facts.ended[0]) > 0)
    begins = since
    while True:
        full = int(np.searchsorted(facts.offsets, facts.offsets[begins] + PIECE, side="right")) - 1
        ends = min(max(full, begins + 1), until)
        if later[begins:ends].any():
            yield 0, ends - begins, *_gathered(facts, begins, ends)
        else:
            yield begins, ends, *base
        if ends == until:
            return
        begins = ends


def _gathered(facts: Facts, since: int, until: int) -> tuple[npt.NDArray[Any], ...]:
    """Columns of some subjects alone: of each the rows of the base, and then those of the tail."""
    (offsets, enters, occurred, leaving, *early), (more, entering, occurring, leaving_later, *early_later) = facts.parts
    rows = int(facts.offsets[until] - facts.offsets[since])

    def rows_of(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> npt.NDArray[Any]:
        out = np.empty(rows if len(one) + len(other) else 0, one.dtype)
        if len(out):
            _interleave(since, until, offsets, one, more, other, out)
        return still(out, out.dtype)

    order = np.empty(rows, np.int32)
    _interleave_leaving(since, until, offsets, occurred, leaving, more, occurring, leaving_later, order)
    exits = _interleave_exits(since, until, offsets, *early[:3], *early_later[:3], *facts.ended)
    return (
        still(facts.offsets[since : until + 1] - facts.offsets[since], np.int64),
        rows_of(enters, entering),
        rows_of(occurred, occurring),
        still(order, np.int32),
        *(still(each, each.dtype) for each in exits),
        *(rows_of(*both) for both in zip(early[3:], early_later[3:], strict=True)),
    )


@kernel
def _interleave(since, until, offsets, column, more, later, out):  # type: ignore[no-untyped-def]
    n = 0
    for s in range(since, until):
        a, b, c, d = offsets[s], offsets[s + 1], more[s], more[s + 1]
        out[n : n + b - a] = column[a:b]
        n += b - a
        for i in range(c, d):
            out[n] = later[i]
            n += 1


@kernel
def _interleave_leaving(since, until, offsets, occurred, leaving, more, occurred_later, leaving_later, out):  # type: ignore[no-untyped-def]
    """Each subject's places by `occurred`: what was learnt later may have occurred earlier."""
    n = 0
    for s in range(since, until):
        a, b, c, d = offsets[s], offsets[s + 1], more[s], more[s + 1]
        i, j = a, c
        while i < b or j < d:
            if j == d or (i < b and occurred[a + leaving[i]] <= occurred_later[c + leaving_later[j]]):
                out[n] = leaving[i]
                i += 1
            else:
                out[n] = b - a + leaving_later[j]
                j += 1
            n += 1


@kernel
def _interleave_exits(since, until, offsets, early, row, at, early_later, row_later, at_later, ended, ended_row, ended_at):  # type: ignore[no-untyped-def]
    """Offsets, places and instants of the subjects' early exits. A row may exit more than once: the first counts."""
    room = early[until] - early[since] + early_later[until] - early_later[since] + ended[until] - ended[since]
    out_offsets = np.zeros(until - since + 1, np.int64)
    out_row, out_at = np.empty(room, np.int32), np.empty(room, np.int64)
    n = 0
    for s in range(since, until):
        for k in range(early[s], early[s + 1]):
            out_row[n], out_at[n] = row[k], at[k]
            n += 1
        for k in range(ended[s], ended[s + 1]):
            out_row[n], out_at[n] = ended_row[k], ended_at[k]
            n += 1
        for k in range(early_later[s], early_later[s + 1]):
            out_row[n], out_at[n] = offsets[s + 1] - offsets[s] + row_later[k], at_later[k]
            n += 1
        out_offsets[s - since + 1] = n
    return out_offsets, out_row, out_at


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
        ends[early_row[k]] = min(ends[early_row[k]], early_at[k])


@kernel
def write_exits(s, offsets, leaving, early_offsets, window, ends, inside, out_at, out_row):  # type: ignore[no-untyped-def]
    """The ends of the stays of the rows that are inside (by their place among the subject's), in order, with their rows; how many."""
    a, b = offsets[s], offsets[s + 1]
    early = early_offsets[s] < early_offsets[s + 1]
    if window == NEVER and not early:
        return 0
    m = 0
    for j in range(a, b):
        r = a + leaving[j]
        out_at[m], out_row[m] = ends[r - a], r
        # Without a branch, for which rows are inside cannot be foreseen.
        m += inside[r - a] & (ends[r - a] < NEVER)
    if early:
        by = in_order(out_at, out_row, 0, m)
        if len(by) > 0:
            out_at[:m], out_row[:m] = out_at[by], out_row[by]
    return m
