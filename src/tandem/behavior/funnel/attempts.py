"""The attempts at a funnel that count, of all subjects at once, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from tandem.behavior.funnel.any_order import gathered_best, gathered_each
from tandem.behavior.funnel.funnel import Funnel
from tandem.behavior.funnel.turn import in_turn, rearrange
from tandem.behavior.funnel.walk import APART, EVERY_ATTEMPT, FIRST_ONLY, NO_REPEATS, REENTRY, STRICT, walked
from tandem.behavior.view import View, counting, find_view
from tandem.signals.columns import Columns
from tandem.timeline.folds.stays import longest
from tandem.timeline.kernels import NEVER, THREADS, UNKNOWN, Flags, Ints, Longs, kernel, still
from tandem.timeline.layout import in_order
from tandem.timeline.timeline import Column, Timeline
from tandem.values.instants import Instant

_ANY_ORDER = 64
# Of the best attempt: its level, the place of its last event, the row of its first, when it begun, and whether something ended it.
_BEST = 5


@dataclass(frozen=True, eq=False)
class Attempts:
    """subject, level: (attempts,) whose, and how many stages it reached; by subject, then as they began. start: (attempts,) the row of the
    coded log with which it begins, and begun: (attempts,) when. ended: (attempts,) whether something ended it, which matters only
    until its window is over. reached: when it reached its stages, one attempt's after the other's."""

    subject: Ints
    level: Ints
    start: Ints
    begun: Longs
    ended: Flags
    reached: Longs

    def __len__(self) -> int:
        return len(self.subject)

    @property
    def first(self) -> Longs:
        """(attempts,) where those of each begin in `reached`."""
        ends: Longs = np.cumsum(self.level, dtype=np.int64)
        return ends - self.level

    def is_open(self, funnel: Funnel, as_of: Instant) -> Flags:
        """(attempts,) which are not complete, and still can be."""
        open_: Flags = (self.level < len(funnel.stages)) & ~self.ended & (as_of < self.begun + funnel.within)
        return open_

    def taken(self, chosen: Longs) -> Attempts:
        """Some of the attempts, by their positions."""
        first, level = self.first[chosen], self.level[chosen]
        ends = np.cumsum(level, dtype=np.int64)
        places = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(first - (ends - level), level)
        return Attempts(self.subject[chosen], level, self.start[chosen], self.begun[chosen], self.ended[chosen], self.reached[places])


def find_attempts(
    timeline: Timeline, columns: Columns, funnel: Funnel, as_of: Instant, *, tell_ties: bool = False, threads: int = THREADS
) -> Attempts:
    """tell_ties: whether it matters which of two events that are the same to the funnel begins an attempt; ids decide then."""
    view = find_view(timeline, columns, funnel.about, funnel.selectors, as_of)
    # Between attempts of several values of one property ids may decide which of them is the best.
    rank = _rank(timeline, columns, funnel) if tell_ties or funnel.constant is not None else None
    return attempts_in(view, funnel, _constant(timeline, view, funnel), rank, threads)


def attempts_in(view: View, funnel: Funnel, constant: Column | None = None, rank: Column | None = None, threads: int = THREADS) -> Attempts:
    """constant: of each row the property that is the same throughout an attempt, as a code; less than 0 for none. rank: what decides
    between events of one instant that are the same to the funnel."""
    stages = len(funnel.stages)
    ends_at = np.zeros(stages + 1, np.int32)
    for number, each in enumerate(funnel.unless):
        ends_at[each.after : each.before] |= 1 << (stages + number)
    prepared = partial(
        partial,
        _attempts,
        _how(funnel),
        stages,
        funnel.within,
        UNKNOWN if funnel.since is None else funnel.since,
        NEVER if funnel.until is None else funnel.until,
        still(ends_at, np.int32),
        view.as_of,
        view.marks,
    )
    rows = tuple(part.row for part in view.layout.parts)
    parts = view.over_subjects(prepared, (rows, np.int32), (constant, np.int32), (rank, np.int64), threads=threads)
    counts, level, start, begun, ended, reached = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Attempts(np.repeat(np.arange(len(counts), dtype=np.int32), counts), level, start, begun, ended, reached)


def _how(funnel: Funnel) -> int:
    said = {
        EVERY_ATTEMPT: funnel.every_attempt,
        STRICT: funnel.order == "strict",
        FIRST_ONLY: funnel.order == "first_start_only",
        _ANY_ORDER: funnel.order == "any_order",
        APART: funnel.apart,
        NO_REPEATS: funnel.no_repeats,
        REENTRY: funnel.reentry,
    }
    return sum(bit for bit, holds in said.items() if holds)


def _constant(timeline: Timeline, view: View, funnel: Funnel) -> Column | None:
    if funnel.constant is None:
        return None
    code = timeline.property(funnel.constant).code
    return tuple(code[part.row] for part in view.layout.parts)


def _rank(timeline: Timeline, columns: Columns, funnel: Funnel) -> Column:
    """Of events between which ids may decide, their order by id among those of one instant."""
    subjects = timeline.subjects(funnel.about)
    stages = funnel.selectors[: len(funnel.stages) if funnel.order == "any_order" or funnel.constant is not None else 1]
    masks = [columns.mask(subjects, each) for each in stages]
    chosen = tuple(np.bitwise_or.reduce(parts) for parts in zip(*masks, strict=True))
    return columns.order(subjects, chosen)


@kernel
def _attempts(  # type: ignore[no-untyped-def]
    how, stages, window, begin, end, ends_at, as_of, marks,
    since, until, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, chosen, code, fact, constant, rank,
):  # fmt: skip
    every, others = how & EVERY_ATTEMPT != 0, how & STRICT != 0
    size = longest(offsets, since, until)
    gone, row, mark = np.empty(size, np.uint8), np.empty(size, np.int64), np.empty(size, np.int32)
    place = np.arange(size)
    slots = size if every else 2 * stages + 3
    head, following = np.empty(stages + 2, np.int64), np.empty(slots, np.int64)
    slot_level, slot_start = np.empty(slots, np.int64), np.empty(slots, np.int64)
    slot_begun, slot_ended, slot_reached = np.empty(slots, np.int64), np.zeros(slots, np.bool_), np.empty((slots, stages), np.int64)
    best, best_reached = np.zeros(_BEST, np.int64), np.empty(stages, np.int64)
    value_best, value_reached = np.zeros(_BEST, np.int64), np.empty(stages, np.int64)
    counts = np.zeros(until - since, np.int64)
    room = until - since if not every else 1024
    level, start, begun = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int64)
    ended, reached = np.empty(room, np.bool_), np.empty(room * stages, np.int64)
    n, r = 0, 0
    for s in range(since, until):
        m = counting(
            s, as_of, others, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, code, marks, gone, row, mark
        )  # fmt: skip
        if m == 0:
            continue
        in_turn(m, row, mark, occurred, rank, stages)
        if len(constant) > 0:
            m = _by_value(m, row, mark, place, constant)
        only = _first_start(how, stages, begin, end, 0, m, row, mark, place, occurred) if how & FIRST_ONLY else -1
        best[0] = 0
        # A plain 0 would be a type of its own, for which everything below is compiled once more.
        used = a = np.int64(0)
        while a < m:
            b = m if len(constant) == 0 else _end_of_value(a, m, row, constant)
            first = _first_start(how, stages, begin, end, a, b, row, mark, place, occurred)
            if first >= 0 and (only < 0 or first == only):
                value_best[0] = 0
                used = _of_one_value(
                    how, stages, window, begin, end, ends_at, first - a, b - a, row[a:b], mark[a:b], place[a:b], occurred,
                    used, head, following, slot_level, slot_start, slot_begun, slot_ended, slot_reached, value_best, value_reached,
                )  # fmt: skip
                if value_best[0] > best[0] or (value_best[0] == best[0] and value_best[1] < best[1]):
                    for i in range(_BEST):
                        best[i] = value_best[i]
                    for k in range(best[0]):
                        best_reached[k] = value_reached[k]
            a = b
        if not every:
            if best[0] > 0:
                level[n], start[n], begun[n], ended[n] = best[0], fact[best[2]], best[3], best[4] == 1
                for k in range(best[0]):
                    reached[r + k] = best_reached[k]
                n += 1
                r += best[0]
                counts[s - since] = 1
            continue
        if n + used > len(level):
            room = 2 * (n + used)
            level, start, begun = _grown(level, n, room), _grown(start, n, room), _grown(begun, n, room)
            ended = _grown(ended, n, room)
        if r + used * stages > len(reached):
            reached = _grown(reached, r, 2 * (r + used * stages))
        # Attempts at several values begin in turn.
        order = in_order(slot_begun, slot_begun, 0, used)
        for i in range(used):
            slot = order[i] if len(order) > 0 else i
            level[n], start[n], begun[n], ended[n] = slot_level[slot], fact[slot_start[slot]], slot_begun[slot], slot_ended[slot]
            for k in range(slot_level[slot]):
                reached[r] = slot_reached[slot, k]
                r += 1
            n += 1
        counts[s - since] = used
    return counts, level[:n], start[:n], begun[:n], ended[:n], reached[:r]


@kernel
def _by_value(m, row, mark, place, constant):  # type: ignore[no-untyped-def]
    """Brings the events of each value together, those without one aside, and writes the place that each had; returns how many have one."""
    value = np.empty(m, np.int64)
    kept = 0
    for i in range(m):
        if constant[row[i]] >= 0:
            value[kept], row[kept], mark[kept], place[kept] = constant[row[i]], row[i], mark[i], i
            kept += 1
    by = in_order(value, value, 0, kept)
    if len(by) > 0:
        rearrange(row, 0, by)
        rearrange(mark, 0, by)
        rearrange(place, 0, by)
    return kept


@kernel
def _end_of_value(a, m, row, constant):  # type: ignore[no-untyped-def]
    b = a + 1
    while b < m and constant[row[b]] == constant[row[a]]:
        b += 1
    return b


@kernel
def _first_start(how, stages, begin, end, a, b, row, mark, place, occurred):  # type: ignore[no-untyped-def]
    """Where, from a until b, the event is that may begin an attempt and has the first place; -1 where none may."""
    begins = (1 << stages) - 1 if how & _ANY_ORDER else 1
    found = -1
    for i in range(a, b):
        if mark[i] & begins and begin <= occurred[row[i]] < end and (found < 0 or place[i] < place[found]):
            found = i
    return found


@kernel
def _of_one_value(  # type: ignore[no-untyped-def]
    how, stages, window, begin, end, ends_at, first, m, row, mark, place, occurred,
    used, head, following, level, start, begun, ended, reached, best, best_reached,
):  # fmt: skip
    if how & _ANY_ORDER:
        excluded = ends_at[1] if stages > 1 else 0
        if how & EVERY_ATTEMPT:
            return gathered_each(stages, window, begin, end, excluded, m, row, mark, occurred, used, level, start, begun, ended, reached)
        gathered_best(stages, window, begin, end, excluded, m, row, mark, place, occurred, best, best_reached)
        return used
    before = used
    used = walked(
        how, stages, window, begin, end, ends_at, first, m, row, mark, place, occurred,
        used, head, following, level, start, ended, reached, best, best_reached,
    )  # fmt: skip
    for slot in range(before, used):
        begun[slot] = reached[slot, 0]
    best[3] = best_reached[0]
    return used


@kernel
def _grown(array, used, room):  # type: ignore[no-untyped-def]
    out = np.empty(room, array.dtype)
    for i in range(used):
        out[i] = array[i]
    return out
