"""One stage after another, compiled: every attempt of a subject in one pass over its events, as `meaning.py` says of each alone.

Attempts that wait at one stage stand in a list, for an event takes all of them further, or ends all. Where only the best counts, the one
that began last stands for all that wait beside it: it lasts longest; of those that began at one instant the first does. With `apart` one that reached the stage earlier is kept too, which may
go on at an instant at which the later one may not.
"""

from __future__ import annotations

from tandem.timeline.kernels import kernel

EVERY_ATTEMPT, STRICT, FIRST_ONLY, APART, NO_REPEATS, REENTRY = 1, 2, 4, 8, 16, 32


@kernel
def walked(  # type: ignore[no-untyped-def]
    how, stages, window, begin, end, ends_at, first, m, row, mark, place, occurred, used, head, following, level, start, ended, reached, best, best_reached
):  # fmt: skip
    """Walks m events that stand in turn.

    begin, end: attempts begin in [begin, end). ends_at: (stages + 1,) the marks that end what waits at each stage. first: the first event that
    begins an attempt; with FIRST_ONLY the only one. place: of each event. used: attempts that there are already.
    Written: of each attempt its level, the row that it starts with, whether something ended it, and reached (attempts, stages); with
    EVERY_ATTEMPT in the order in which they begin, and the number of attempts is returned. Without it, best: level, place of the last event,
    row of the first and, last of all, whether something ended it; and best_reached.
    """
    every, strict, apart, only = how & EVERY_ATTEMPT != 0, how & STRICT != 0, how & APART != 0, how & FIRST_ONLY != 0
    no_repeats, reentry = how & NO_REPEATS != 0, how & REENTRY != 0
    picks = (1 << stages) - 1
    for k in range(stages + 1):
        head[k] = -1
    free = -1
    if not every:
        free = 0
        for slot in range(2 * stages + 2):
            following[slot] = slot + 1
        following[2 * stages + 2] = -1
    highest = 0
    for i in range(first, m):
        t = occurred[row[i]]
        bits = mark[i]
        picked = bits & picks
        for k in range(highest, 0, -1):
            slot = head[k]
            if slot < 0:
                continue
            passed = (1 << k) - 1
            if (picked >> k) & 1:
                head[k] = -1
                kept = -1
                arrived = False
                while slot >= 0:
                    after = following[slot]
                    if t - reached[slot, 0] > window or (arrived and not every):
                        if not every:
                            following[slot] = free
                            free = slot
                    elif apart and reached[slot, k - 1] == t:
                        if kept < 0:
                            head[k] = slot
                        else:
                            following[kept] = slot
                        kept = slot
                        following[slot] = -1
                    else:
                        arrived = True
                        reached[slot, k] = t
                        level[slot] = k + 1
                        if not every and k + 1 > best[0]:
                            best[0], best[1], best[2], best[4] = k + 1, place[i], start[slot], 0
                            for each in range(k + 1):
                                best_reached[each] = reached[slot, each]
                        if k + 1 < stages:
                            free = _wait(slot, k + 1, t, every, apart, head, following, reached, free)
                            highest = max(highest, k + 1)
                        elif not every:
                            # Nothing is better than the first to be complete.
                            return 0
                    slot = after
            elif (
                bits & ends_at[k] != 0
                or (no_repeats and picked & passed & ~1 != 0)
                or (strict and ((picked & 1 and not reentry) or not picked & passed))
            ):
                head[k] = -1
                if k == best[0]:
                    best[4] = 1
                while slot >= 0:
                    after = following[slot]
                    if every:
                        ended[slot] = True
                    else:
                        following[slot] = free
                        free = slot
                    slot = after
        if picked & 1 and begin <= t < end and (not only or i == first):
            if every:
                slot = used
                used += 1
            else:
                slot = free
                free = following[slot]
            reached[slot, 0], level[slot], start[slot], ended[slot] = t, 1, row[i], False
            if not every and best[0] == 0:
                best[0], best[1], best[2], best[4] = 1, place[i], row[i], 0
                best_reached[0] = t
            if stages > 1:
                free = _wait(slot, 1, t, every, apart, head, following, reached, free)
                highest = max(highest, 1)
            elif not every:
                return 0
    return used


@kernel
def _wait(slot, k, t, every, apart, head, following, reached, free):  # type: ignore[no-untyped-def]
    """Puts an attempt first among those that wait at a stage, and takes out those that it stands for; returns what is free."""
    old = head[k]
    if not every:
        if old >= 0 and reached[old, 0] == reached[slot, 0]:
            following[slot] = free
            return slot
        while old >= 0 and not (apart and reached[old, k - 1] < t):
            after = following[old]
            following[old] = free
            free = old
            old = after
        if old >= 0:
            earlier = following[old]
            following[old] = -1
            while earlier >= 0:
                after = following[earlier]
                following[earlier] = free
                free = earlier
                earlier = after
    following[slot] = old
    head[k] = slot
    return free
