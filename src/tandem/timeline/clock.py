"""What the clock alone changes: ages of instants, conditions that have held for a while, and values as they were a while ago.

Time is dense: from one microsecond to the next a condition is what it was at the first. So what became true at a has been true throughout
`(t - length, t]` from a + length on.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from tandem.timeline.algebra import SIGNS, Sign, compared, within
from tandem.timeline.kernels import NEVER, UNKNOWN, kernel, still
from tandem.timeline.steps import Steps, compressed

Direction = Literal["since", "until"]


def held(condition: Steps, length: int) -> Steps:
    """True where the condition was true throughout `(t - length, t]`: Kleene's `and` over that time.

    So false where it was false at any instant of it; else unknown where it was unknown at any; before its first step it was what it is
    initially. Where it should count as unknown before the subject exists, say so first (`within`).
    """
    at, value, offsets = (still(each, np.int64) for each in (condition.at, condition.value, condition.offsets))
    offsets, at, value = _held(offsets, at, value, condition.initial, length)
    return compressed(offsets, at, value, condition.initial)


def shifted(steps: Steps, existence: Steps, length: int) -> Steps:
    """The value as it was at `t - length`; unknown where the subject did not exist then."""
    known = within(steps, existence, UNKNOWN)
    return Steps(known.offsets, known.at + length, known.value, known.initial)


def compare_age(anchor: Steps, direction: Direction, sign: Sign, than: int) -> Steps:
    """Compares `t - anchor` (since) or `anchor - t` (until) with a length, at every instant; the edges come from the clock.

    anchor: steps of instants, UNKNOWN where there is none, as is the answer then. Instants are whole microseconds: `=` holds for one of
    them, and `since > 3d` begins one after `since >= 3d`. Raises ValueError if an anchor is known before the first step, that is, always.
    """
    if anchor.initial != UNKNOWN:
        raise ValueError("before its first step nothing has happened, and no date is known")
    at, value, offsets = (still(each, np.int64) for each in (anchor.at, anchor.value, anchor.offsets))
    offsets, at, value = _age(offsets, at, value, direction == "since", SIGNS.index(sign), than)
    return compressed(offsets, at, value, UNKNOWN)


@kernel
def _held(offsets, at, value, initial, length):  # type: ignore[no-untyped-def]
    subjects = len(offsets) - 1
    out_offsets = np.zeros(subjects + 1, np.int64)
    out_at, out = np.empty(3 * len(at), np.int64), np.empty(3 * len(at), np.int64)
    n = 0
    for s in range(subjects):
        before = initial
        # Until when what was false, and what was unknown, is in the time looked at.
        false_until, unknown_until = UNKNOWN, UNKNOWN
        for i in range(offsets[s], offsets[s + 1]):
            t = at[i]
            following = at[i + 1] if i + 1 < offsets[s + 1] else NEVER
            if before == 0:
                false_until = t + length
            elif before == UNKNOWN:
                unknown_until = t + length
            before = value[i]
            if before != 0 and false_until > t:
                out_at[n], out[n] = t, 0
                n += 1
                t = min(false_until, following)
            if before == 1 and unknown_until > t and t < following:
                out_at[n], out[n] = t, UNKNOWN
                n += 1
                t = min(unknown_until, following)
            if t < following:
                out_at[n], out[n] = t, before
                n += 1
        out_offsets[s + 1] = n
    return out_offsets, out_at[:n].copy(), out[:n].copy()


@kernel
def _age(offsets, at, anchor, since, sign, than):  # type: ignore[no-untyped-def]
    subjects = len(offsets) - 1
    out_offsets = np.zeros(subjects + 1, np.int64)
    out_at, out = np.empty(3 * len(at), np.int64), np.empty(3 * len(at), np.int64)
    n = 0
    for s in range(subjects):
        for i in range(offsets[s], offsets[s + 1]):
            t = at[i]
            following = at[i + 1] if i + 1 < offsets[s + 1] else NEVER
            if anchor[i] == UNKNOWN:
                out_at[n], out[n] = t, UNKNOWN
                n += 1
                continue
            # The instant at which the age is just that length: an age grows, and what is left until a date shrinks.
            exact = anchor[i] + than if since else anchor[i] - than
            for instant in (t, exact, exact + 1):
                if t <= instant < following and (instant == t or instant > out_at[n - 1]):
                    ahead = instant - exact if since else exact - instant
                    out_at[n], out[n] = instant, int(compared(ahead, sign, 0))
                    n += 1
        out_offsets[s + 1] = n
    return out_offsets, out_at[:n].copy(), out[:n].copy()
