"""The tail: what facts that were learnt after the base add to its layouts, and which of the base's rows they end.

Nothing known later changes an earlier answer, so of events that were known before, only what holds from then on can differ: a row of the
base ends, and the event enters again in the tail, for whom it belongs to now.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tandem.language.expression.nodes import About
from tandem.timeline.kernels import Ints, Longs, kernel, still
from tandem.timeline.layout import Layout
from tandem.timeline.making.coded_log import CodedLog
from tandem.timeline.making.holdings import Holdings
from tandem.timeline.making.whose import Whose


@dataclass(frozen=True, eq=False)
class Tail:
    """layout: what enters after the base. ended, ended_at: rows of the base, by their positions, that leave, and when."""

    layout: Layout
    ended: Ints
    ended_at: Longs


class Disturbed(Exception):
    """The base itself is not what it would be by now: it must be built anew."""


def find_tail(log: CodedLog, rows: int, before: Whose, whose: Whose, kind: About, base: Layout, subjects: int) -> Tail:
    """What follows a base of the first `rows` of the log, laid out when events were whose `before` says. Raises Disturbed."""
    touched = touched_rows(log, rows, before, whose)
    old, new = Holdings.of_rows(log, before, kind, touched), Holdings.of_rows(log, whose, kind, touched)
    # Holdings of one event do not overlap, so that event and instant name one.
    of_old, of_new = _matched(old, new)
    if not len(of_old) == len(old.row):
        raise Disturbed
    ends, since = old.ends[of_old], new.ends[of_new]
    if (old.subject[of_old] != new.subject[of_new]).any() or (since > ends).any():
        raise Disturbed
    ending = of_old[since < ends]
    positions = _found(
        base.offsets, still(base.enters, np.int64), still(base.row, np.int32), old.subject[ending], old.enters[ending], old.row[ending]
    )
    again = new.take(np.setdiff1d(np.arange(len(new.row)), of_new))
    later = Holdings.of_rows(log, whose, kind, np.arange(rows, len(log)))
    pairs = ((getattr(again, name), getattr(later, name)) for name in ("subject", "enters", "occurred", "row", "ends"))
    layout = Holdings(*(np.concatenate(pair) for pair in pairs)).laid_out(subjects)
    if _enters_too_early(base, layout):
        raise Disturbed
    return Tail(layout, positions, since[since < ends])


def touched_rows(log: CodedLog, rows: int, before: Whose, whose: Whose) -> Longs:
    """Rows of the base of which another answer may be given than before."""
    combinations = len(before.kind_of)
    columns = [(still(getattr(before, name), kind), still(getattr(whose, name), kind)) for name, kind in _COMPARED]
    changed = np.zeros(combinations, np.bool_)
    _compare(changed, *(each for pair in columns for each in pair))
    found = np.flatnonzero(changed[log.combination[:rows]])
    doubtful = np.union1d(before.doubtful, whose.doubtful)
    return np.union1d(found, doubtful[doubtful < rows])


_COMPARED = (
    ("kind_of", np.int32), ("span_first", np.int64), ("spans", np.int64), ("cell_of", np.int32), ("step_first", np.int64),
    ("steps", np.int64), ("until", np.int64), ("answer", np.int32), ("person", np.int32), ("workspace", np.int32), ("account", np.int32),
    ("excluded", np.bool_),
)  # fmt: skip


def _matched(old: Holdings, new: Holdings) -> tuple[Longs, Longs]:
    """Positions in both of the holdings of one event from one instant on."""
    names = np.empty(len(old.row) + len(new.row), [("row", np.int32), ("enters", np.int64)])
    names["row"], names["enters"] = np.concatenate([old.row, new.row]), np.concatenate([old.enters, new.enters])
    _, of_old, of_new = np.intersect1d(names[: len(old.row)], names[len(old.row) :], assume_unique=True, return_indices=True)
    return of_old, of_new


def _enters_too_early(base: Layout, tail: Layout) -> bool:
    shared = np.flatnonzero((np.diff(base.offsets) > 0) & (np.diff(tail.offsets)[: base.subjects] > 0))
    early: npt.NDArray[np.bool_] = tail.enters[tail.offsets[shared]] < base.enters[base.offsets[shared + 1] - 1]
    return bool(early.any())


@kernel
def _compare(  # type: ignore[no-untyped-def]
    changed, kind_a, kind_b, first_a, first_b, spans_a, spans_b, cell_a, cell_b, step_first_a, step_first_b, steps_a, steps_b,
    until_a, until_b, answer_a, answer_b, person_a, person_b, place_a, place_b, account_a, account_b, excluded_a, excluded_b,
):  # fmt: skip
    """Whether a combination's spans, or an answer in one in which something occurred, differ."""
    for one in range(len(changed)):
        a, b = first_a[kind_a[one]], first_b[kind_b[one]]
        count = first_a[kind_a[one] + 1] - a
        if first_b[kind_b[one] + 1] - b != count:
            changed[one] = True
            continue
        for i in range(count):
            x, y = cell_a[a + i], cell_b[b + i]
            if spans_a[a + i] != spans_b[b + i]:
                changed[one] = True
                break
            if x < 0:
                continue
            p, q = step_first_a[x], step_first_b[y]
            steps = step_first_a[x + 1] - p
            if step_first_b[y + 1] - q != steps:
                changed[one] = True
                break
            for j in range(steps):
                m, n = answer_a[p + j], answer_b[q + j]
                changed[one] |= steps_a[p + j] != steps_b[q + j] or until_a[p + j] != until_b[q + j]
                changed[one] |= person_a[m] != person_b[n] or place_a[m] != place_b[n] or account_a[m] != account_b[n]
                changed[one] |= excluded_a[m] != excluded_b[n]


@kernel
def _found(offsets, enters, rows, subject, begun, row):  # type: ignore[no-untyped-def]
    """(n,) the positions in a layout of holdings of a subject, from an instant on, of an event."""
    found = np.empty(len(row), np.int32)
    for i in range(len(row)):
        a, b = offsets[subject[i]], offsets[subject[i] + 1]
        at = a + np.searchsorted(enters[a:b], begun[i])
        while rows[at] != row[i]:
            at += 1
        found[i] = at
    return found
