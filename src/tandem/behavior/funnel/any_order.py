"""Stages in any order, compiled: of the first stages each has an event of its own, all in one window; as `meaning.py` says of each attempt."""

from __future__ import annotations

import numpy as np

from tandem.timeline.kernels import kernel


@kernel
def gathered_each(stages, window, begin, end, excluded, m, row, mark, occurred, used, level, start, begun, ended, reached):  # type: ignore[no-untyped-def]
    """Every attempt, one after the other, of m events that stand in turn, each a stage or excluded; returns how many there are then.

    begin, end: attempts begin in [begin, end). excluded: the marks that end an attempt. used: attempts that there are already.
    Written of each attempt: its level, the row that it starts with, when it begun, whether something ended it, and reached (attempts,
    stages).
    """
    picks = (1 << stages) - 1
    i = np.int64(0)  # A plain 0 would be a type of its own, for which everything below is compiled once more.
    while i < m:
        t = occurred[row[i]]
        if mark[i] & picks == 0 or not begin <= t < end:
            i += 1
            continue
        last = i
        while last + 1 < m and occurred[row[last + 1]] - t <= window and mark[last + 1] & excluded == 0:
            last += 1
        after = last + 1
        got = 0
        while got < stages:
            found = _enough_from(mark, i, last, got + 1)
            if found > last:
                break
            reached[used, got] = occurred[row[found]]
            got += 1
            if got == stages:
                after = found + 1
        if got > 0:
            level[used], start[used], begun[used] = got, row[i], t
            ended[used] = last + 1 < m
            used += 1
        i = after
    return used


@kernel
def gathered_best(stages, window, begin, end, excluded, m, row, mark, place, occurred, best, best_reached):  # type: ignore[no-untyped-def]
    """The best attempt of m events that stand in turn.

    Written: best: level, place of its last event, row of its first, when it begun, and whether something ended it; and best_reached.
    """
    picks, none = (1 << stages) - 1, np.empty((stages, 0), np.int64)
    # Of each stage as many of its latest events as there are stages: where it has more, the others can't have taken them all.
    latest, many = np.full((stages, stages), -1, np.int64), np.zeros(stages, np.int64)
    low = 0  # The first event that is in the window, not before `begin`, and after what was excluded.
    begins = -1  # The latest event with which an attempt may begin.
    for i in range(m):
        t = occurred[row[i]]
        if mark[i] & excluded:
            low, best[4] = i, 1
        if mark[i] & picks == 0:
            continue
        while low < i and (t - occurred[row[low]] > window or occurred[row[low]] < begin):
            low += 1
        if begin <= t < end:
            begins = i
        for stage in range(stages):
            if (mark[i] >> stage) & 1:
                latest[stage, many[stage] % stages] = i
                many[stage] += 1
        if begins < low:
            continue
        while best[0] < stages and _have_their_own(mark, latest, low, i, best[0] + 1):
            stage = best[0] + 1
            # The latest event from which on there are enough.
            first, beyond = low, begins
            while first < beyond:
                middle = (first + beyond + 1) // 2
                if _have_their_own(mark, none, middle, i, stage):
                    first = middle
                else:
                    beyond = middle - 1
            first = _first_of_instant(first, low, row, mark, picks, occurred)
            best[0], best[1], best[2], best[3], best[4] = stage, place[i], row[first], occurred[row[first]], 0
            for each in range(1, stage + 1):
                best_reached[each - 1] = occurred[row[_enough_from(mark, first, i, each)]]
        if best[0] == stages:
            # Nothing is better than the first to be complete.
            return


@kernel
def _first_of_instant(event, low, row, mark, picks, occurred):  # type: ignore[no-untyped-def]
    """The first event, from `low` on, that is a stage and occurred when the event did."""
    first = event
    while event > low and occurred[row[event - 1]] == occurred[row[event]]:
        event -= 1
        if mark[event] & picks:
            first = event
    return first


@kernel
def _enough_from(mark, first, last, stages):  # type: ignore[no-untyped-def]
    """The earliest event through which, from the first on, the stages have events of their own; after the last where none is."""
    none = np.empty((stages, 0), np.int64)
    if not _have_their_own(mark, none, first, last, stages):
        return last + 1
    low, high = first, last
    while low < high:
        middle = (low + high) // 2
        if _have_their_own(mark, none, first, middle, stages):
            high = middle
        else:
            low = middle + 1
    return low


@kernel
def _have_their_own(mark, listed, first, last, stages):  # type: ignore[no-untyped-def]
    """Whether each of the first stages can have an event of its own, from the first event through the last.

    listed: (stages, any number) of each stage the only events to look at, -1 for none; of no width, where all are looked at.
    """
    has = np.full(stages, -1, np.int64)
    asked_by, line = np.empty(stages, np.int64), np.empty(stages, np.int64)
    width = listed.shape[1]
    for wanting in range(stages):
        asked = np.zeros(stages, np.bool_)
        size, at = _ask(wanting, -1, 0, line, asked, asked_by), 0
        satisfied = False
        while at < size and not satisfied:
            stage = line[at]
            at += 1
            for i in range(width if width > 0 else last - first + 1):
                event = listed[stage, i] if width > 0 else first + i
                if event < first or not (mark[event] >> stage) & 1:
                    continue
                holder = _holder(has, wanting, event)
                if holder < 0:
                    _give(event, stage, has, asked_by)
                    satisfied = True
                    break
                size = _ask(holder, stage, size, line, asked, asked_by)
        if not satisfied:
            return False
    return True


# A stage whose events are all taken asks those that have them for another, and so on: an augmenting path.


@kernel
def _ask(stage, by, size, line, asked, asked_by):  # type: ignore[no-untyped-def]
    """Puts a stage in line, once; returns how many stand there."""
    if asked[stage]:
        return size
    asked[stage], asked_by[stage], line[size] = True, by, stage
    return size + 1


@kernel
def _holder(has, stages, event):  # type: ignore[no-untyped-def]
    for stage in range(stages):
        if has[stage] == event:
            return stage
    return -1


@kernel
def _give(event, stage, has, asked_by):  # type: ignore[no-untyped-def]
    """The stage takes a free event, and leaves the one that it had to the stage that asked for it."""
    while stage >= 0:
        had = has[stage]
        has[stage] = event
        event, stage = had, asked_by[stage]
