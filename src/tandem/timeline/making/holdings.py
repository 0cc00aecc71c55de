"""Holdings: from the coded log and whose each event is, a row for each stretch during which an event counts for a subject."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from tandem.language.expression.nodes import About
from tandem.timeline.kernels import FEW_ROWS, NEVER, THREADS, Ints, Longs, kernel, on_threads, still
from tandem.timeline.layout import Layout, Room, in_memory, lay_out
from tandem.timeline.making.coded_log import CodedLog
from tandem.timeline.making.whose import Whose


@dataclass(frozen=True, eq=False)
class Holdings:
    """In the order of their events, all (holdings,). subject: by code. leaves: NEVER where one does not end; None where none does."""

    subject: Ints
    enters: Longs
    occurred: Longs
    row: Ints
    leaves: Longs | None

    @classmethod
    def of(cls, log: CodedLog, whose: Whose, kind: About, room: Room = in_memory) -> Holdings:
        asked = (*_events(log), *_tables(whose), still(getattr(whose, kind), np.int32))
        pieces = THREADS if len(log) >= FEW_ROWS else 1
        cuts = np.linspace(0, len(log), pieces + 1).astype(np.int64).tolist()
        counted = on_threads([partial(_count, a, b, *asked) for a, b in pairwise(cuts)])
        starts = np.cumsum([0, *(count for count, _ in counted)]).tolist()
        total, early = starts[-1], any(is_early for _, is_early in counted)
        subject, enters, occurred, row = (room(f"{name} of holdings", total, kind) for name, kind in _COLUMNS)
        leaves = room("leaves of holdings", total if early else 0, np.int64)
        found = (subject, enters, occurred, row, leaves)
        on_threads([partial(_fill, a, b, *asked, *found, at) for (a, b), at in zip(pairwise(cuts), starts, strict=False)])
        return cls(subject, enters, occurred, row, leaves if early else None)

    @classmethod
    def of_rows(cls, log: CodedLog, whose: Whose, kind: About, rows: Longs) -> Holdings:
        """Of some rows, which ascend."""
        found = cls.of(log.take(rows), whose.of_rows(rows), kind)
        return cls(found.subject, found.enters, found.occurred, rows[found.row].astype(np.int32), found.leaves)

    def take(self, chosen: npt.NDArray[Any]) -> Holdings:
        leaves = None if self.leaves is None else self.leaves[chosen]
        return Holdings(self.subject[chosen], self.enters[chosen], self.occurred[chosen], self.row[chosen], leaves)

    @property
    def ends(self) -> Longs:
        return np.full(len(self.row), NEVER) if self.leaves is None else self.leaves

    def laid_out(self, subjects: int, room: Room = in_memory) -> Layout:
        return lay_out(self.subject, self.enters, self.occurred, self.row, self.leaves, subjects, room=room)


def keys(
    log: CodedLog, whose: Whose, layout: Layout, is_visitor: npt.NDArray[np.bool_], *, room: Room = in_memory
) -> tuple[Ints, Ints, Ints]:
    """Of each row of a layout: the event's name, who did it (-1 a visitor), and the workspace. is_visitor: (persons,)."""
    found = tuple(room(name, len(layout), np.int32) for name in ("name", "person", "workspace"))
    person = np.where((whose.person >= 0) & ~np.append(is_visitor, False)[whose.person], whose.person, -1).astype(np.int32)
    asked = (
        *_events(log),
        *_tables(whose),
        still(person, np.int32),
        still(whose.workspace, np.int32),
        still(layout.row, np.int32),
        still(layout.enters, np.int64),
    )
    pieces = THREADS if len(layout) >= FEW_ROWS else 1
    cuts = np.linspace(0, len(layout), pieces + 1).astype(np.int64).tolist()
    on_threads([partial(_keys, a, b, *asked, *found) for a, b in pairwise(cuts)])
    return found  # type: ignore[return-value]


_COLUMNS: tuple[tuple[str, npt.DTypeLike], ...] = (("subject", np.int32), ("enters", np.int64), ("occurred", np.int64), ("row", np.int32))


def _events(log: CodedLog) -> tuple[npt.NDArray[Any], ...]:
    return still(log.combination, np.int32), still(log.occurred, np.int64), still(log.known, np.int64), still(log.name, np.int32)


def _tables(whose: Whose) -> tuple[npt.NDArray[Any], ...]:
    longs = (whose.span_first, whose.spans, whose.step_first, whose.steps, whose.until)
    ranges = (whose.left_first, whose.left_since, whose.left_until, whose.doubtful, whose.life_first, whose.life_since, whose.life_until)
    return (
        _always(whose), still(whose.kind_of, np.int32), still(whose.cell_of, np.int32), still(whose.answer, np.int32), still(whose.excluded, np.bool_),
        *(still(each, np.int64) for each in (*longs, *ranges)),
    )  # fmt: skip


def _always(whose: Whose) -> Ints:
    """(combinations,) the one answer that is given whenever it is asked; -1 where there are several. Of most there is one."""
    span = whose.span_first[whose.kind_of]
    cell = whose.cell_of[span]
    one = (whose.span_first[whose.kind_of + 1] - span == 1) & (whose.step_first[cell + 1] - whose.step_first[cell] == 1)
    found = np.full(len(cell), -1, np.int32)
    found[one] = whose.answer[whose.step_first[cell[one]]]
    return found


@kernel
def _count(  # type: ignore[no-untyped-def]
    a, b, combination, occurred, known, name, always, kind_of, cell_of, answer, excluded, span_first, spans, step_first, steps, until,
    left_first, left_since, left_until, doubtful, life_first, life_since, life_until, subject,
):  # fmt: skip
    """How many holdings the events from a to b make, and whether any ends."""
    count, early = 0, False
    d = np.searchsorted(doubtful, a)
    for row in range(a, b):
        while d < len(doubtful) and doubtful[d] < row:
            d += 1
        if name[row] < 0 or _is_within(left_first[name[row]], left_first[name[row] + 1], left_since, left_until, occurred[row]):
            continue
        is_doubtful = d < len(doubtful) and doubtful[d] == row
        said = always[combination[row]]
        if said >= 0 and not is_doubtful:
            count += subject[said] >= 0 and not excluded[said]
            continue
        cell = _cell(combination[row], occurred[row], kind_of, cell_of, span_first, spans)
        for step in range(_last(steps, step_first[cell], step_first[cell + 1], known[row]), step_first[cell + 1]):
            if subject[answer[step]] < 0 or excluded[answer[step]]:
                continue
            since, end = max(known[row], steps[step]), until[step]
            if not is_doubtful:
                if max(since, occurred[row]) < end:
                    count += 1
                    early |= end < NEVER
                continue
            for life in range(life_first[d], life_first[d + 1]):
                gone = min(end, life_until[life])
                if max(since, occurred[row], life_since[life]) < gone:
                    count += 1
                    early |= gone < NEVER
    return count, early


@kernel
def _fill(  # type: ignore[no-untyped-def]
    a, b, combination, occurred, known, name, always, kind_of, cell_of, answer, excluded, span_first, spans, step_first, steps, until,
    left_first, left_since, left_until, doubtful, life_first, life_since, life_until, subject, whose, begins, happened, fact, leaves, at,
):  # fmt: skip
    """The same holdings, written from `at` on."""
    d = np.searchsorted(doubtful, a)
    n = at
    for row in range(a, b):
        while d < len(doubtful) and doubtful[d] < row:
            d += 1
        if name[row] < 0 or _is_within(left_first[name[row]], left_first[name[row] + 1], left_since, left_until, occurred[row]):
            continue
        is_doubtful = d < len(doubtful) and doubtful[d] == row
        said = always[combination[row]]
        if said >= 0 and not is_doubtful:
            if subject[said] >= 0 and not excluded[said]:
                whose[n], begins[n], happened[n], fact[n] = subject[said], max(known[row], occurred[row]), occurred[row], row
                if len(leaves) > 0:
                    leaves[n] = NEVER
                n += 1
            continue
        cell = _cell(combination[row], occurred[row], kind_of, cell_of, span_first, spans)
        for step in range(_last(steps, step_first[cell], step_first[cell + 1], known[row]), step_first[cell + 1]):
            if subject[answer[step]] < 0 or excluded[answer[step]]:
                continue
            since, end = max(known[row], steps[step], occurred[row]), until[step]
            if not is_doubtful:
                if since < end:
                    whose[n], begins[n], happened[n], fact[n] = subject[answer[step]], since, occurred[row], row
                    if len(leaves) > 0:
                        leaves[n] = end
                    n += 1
                continue
            for life in range(life_first[d], life_first[d + 1]):
                begun, gone = max(since, life_since[life]), min(end, life_until[life])
                if begun < gone:
                    whose[n], begins[n], happened[n], fact[n] = subject[answer[step]], begun, occurred[row], row
                    if len(leaves) > 0:
                        leaves[n] = gone
                    n += 1


@kernel
def _keys(  # type: ignore[no-untyped-def]
    a, b, combination, occurred, known, name, always, kind_of, cell_of, answer, excluded, span_first, spans, step_first, steps, until,
    left_first, left_since, left_until, doubtful, life_first, life_since, life_until, person, workspace, rows, enters, names, persons, places,
):  # fmt: skip
    for i in range(a, b):
        row = rows[i]
        said = always[combination[row]]
        if said < 0:
            cell = _cell(combination[row], occurred[row], kind_of, cell_of, span_first, spans)
            said = answer[_last(steps, step_first[cell], step_first[cell + 1], enters[i])]
        names[i], persons[i], places[i] = name[row], person[said], workspace[said]


@kernel
def _cell(combination, occurred, kind_of, cell_of, span_first, spans):  # type: ignore[no-untyped-def]
    kind = kind_of[combination]
    return cell_of[_last(spans, span_first[kind], span_first[kind + 1], occurred)]


@kernel
def _last(starts, a, b, at):  # type: ignore[no-untyped-def]
    """The last of the steps from a to b that begins by `at`; the first where none does."""
    while b - a > 1:
        middle = (a + b) // 2
        if starts[middle] <= at:
            a = middle
        else:
            b = middle
    return a


@kernel
def _is_within(a, b, since, until, at):  # type: ignore[no-untyped-def]
    found = False
    for i in range(a, b):
        found |= since[i] <= at and at < until[i]
    return found
