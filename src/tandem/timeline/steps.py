"""Steps: a value of each subject that holds from an instant until the next; and several of them on one axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tandem.timeline.kernels import NEVER, UNKNOWN, Ints, Longs, kernel


@dataclass(frozen=True)
class Steps:
    """offsets: (subjects + 1,) where each subject's steps begin. at: (steps,) instants, growing inside a subject. value: (steps,) from there on.

    initial: every subject's value before its first step. Values are whole numbers; UNKNOWN is none.
    """

    offsets: Longs
    at: Longs
    value: Longs
    initial: int

    @property
    def subjects(self) -> int:
        return len(self.offsets) - 1

    def __len__(self) -> int:
        return len(self.at)

    def between(self, since: int, until: int) -> Steps:
        """A range of subjects, numbered from 0: a view."""
        a, b = int(self.offsets[since]), int(self.offsets[until])
        return Steps(self.offsets[since : until + 1] - a, self.at[a:b], self.value[a:b], self.initial)


@dataclass(frozen=True)
class Aligned:
    """offsets: (subjects + 1,). at: (instants,) where anything changes. values: (each, instants). initial: (each,) before the first."""

    offsets: Longs
    at: Longs
    values: npt.NDArray[np.int64]
    initial: Longs


@dataclass(frozen=True)
class Stretches:
    """Where several steps stay the same under a known owner, by subject, then instant.

    subject, owner, since, until: (stretches,), since is in and until is out; ALWAYS in place of since where it was so before the first
    step, NEVER in place of until where it does not end. values: (each, stretches).
    """

    subject: Ints
    owner: Longs
    since: Longs
    until: Longs
    values: npt.NDArray[np.int64]


# Before every instant, and so far from the end of 64 bits that a length can be taken from it.
ALWAYS = -(2**62)


@dataclass(frozen=True)
class Edges:
    """Where a condition becomes true (entered) and ceases to be (left); by subject, then instant."""

    subject: Ints
    at: Longs
    entered: npt.NDArray[np.bool_]


def constant(subjects: int, value: int) -> Steps:
    """One value, always."""
    return Steps(np.zeros(subjects + 1, np.int64), np.empty(0, np.int64), np.empty(0, np.int64), value)


def field_steps(subject: npt.ArrayLike, at: npt.ArrayLike, code: npt.ArrayLike, subjects: int) -> Steps:
    """A record's field over time: its code from each instant on, UNKNOWN before the first and where nothing is said.

    subject, at: in order of subject, then instant; of several at one instant the last one holds. Raises ValueError if they are not in order.
    """
    whose, when, values = (np.asarray(each, np.int64) for each in (subject, at, code))
    same = whose[1:] == whose[:-1]
    if np.any(whose[1:] < whose[:-1]) or np.any(same & (when[1:] < when[:-1])):
        raise ValueError("a field's steps must stand by subject and instant")
    last = np.append(~(same & (when[1:] == when[:-1])), True)[: len(whose)]
    offsets = np.searchsorted(whose[last], np.arange(subjects + 1)).astype(np.int64)
    return compressed(offsets, when[last], values[last], UNKNOWN)


def values_at(steps: Steps, t: int) -> Longs:
    """(subjects,) each subject's value at t."""
    begun = np.concatenate([np.zeros(1, np.int64), np.cumsum(steps.at <= t)])[steps.offsets]
    latest = steps.offsets[:-1] + np.diff(begun) - 1
    found = np.full(steps.subjects, steps.initial, np.int64)
    known = latest >= steps.offsets[:-1]
    found[known] = steps.value[latest[known]]
    return found


def edges(condition: Steps) -> Edges:
    """Every edge of a condition that is off where it is not 1. One that is on before its first step has not entered."""
    on = condition.value == 1
    before = np.empty_like(on)
    before[1:] = on[:-1]
    firsts = condition.offsets[:-1][np.diff(condition.offsets) > 0]
    before[firsts] = condition.initial == 1
    found = np.flatnonzero(on != before)
    subject = np.repeat(np.arange(condition.subjects, dtype=np.int32), np.diff(condition.offsets))
    return Edges(subject[found], condition.at[found], on[found])


def compressed(offsets: Longs, at: Longs, value: Longs, initial: int) -> Steps:
    """Steps of which each changes something: neighbours with equal values become one."""
    before = np.empty_like(value)
    before[1:] = value[:-1]
    before[offsets[:-1][np.diff(offsets) > 0]] = initial
    news = value != before
    if news.all():
        return Steps(offsets, at, value, initial)
    return Steps(np.concatenate([np.zeros(1, np.int64), np.cumsum(news)])[offsets], at[news], value[news], initial)


def gathered(parts: Sequence[tuple[Longs, Longs, Longs]], initial: int) -> Steps:
    """Parts by ranges of subjects, each with how many steps every subject has, become one; kernels' room is copied, and so given back."""
    counts, at, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Steps(np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]), at, value, initial)


def together(parts: Sequence[Steps]) -> Steps:
    """Steps of ranges of subjects that follow each other become one."""
    assert len({each.initial for each in parts}) == 1, f"values before the first step: {[each.initial for each in parts]}"
    return gathered([(np.diff(each.offsets), each.at, each.value) for each in parts], parts[0].initial)


def aligned(steps: Sequence[Steps]) -> Aligned:
    """Several steps of the same subjects on one axis: a column for each instant at which any of them changes."""
    starts = np.cumsum([0, *(len(each) for each in steps[:-1])], dtype=np.int64)
    offsets = np.stack([each.offsets for each in steps])
    at = np.concatenate([each.at for each in steps])
    value = np.concatenate([each.value for each in steps])
    initial = np.array([each.initial for each in steps], np.int64)
    axis, instants, values = _align(offsets, starts, at, value, initial)
    return Aligned(axis, instants, values, initial)


def holdings_of(owner: Steps, values: Sequence[Steps]) -> Stretches:
    """The stretches in which a subject has one owner, UNKNOWN being none, and values that stay the same.

    What stands under an owner is laid out again under it by them: `lay_out(owner, since, since, number, until, owners)`.
    """
    axis = aligned([owner, *values])
    # Each subject's stretches begin with the one before its first step, and every step begins another.
    subject = np.repeat(np.arange(owner.subjects, dtype=np.int32), np.diff(axis.offsets) + 1)
    firsts = axis.offsets[:-1] + np.arange(owner.subjects)
    since, stood = np.insert(axis.at, axis.offsets[:-1], ALWAYS), np.insert(axis.values, axis.offsets[:-1], axis.initial[:, None], axis=1)
    news = np.ones(len(since), np.bool_)
    news[1:] = (stood[:, 1:] != stood[:, :-1]).any(axis=0)
    news[firsts] = True
    subject, since, stood = subject[news], since[news], stood[:, news]
    until = np.full(len(since), NEVER)
    until[:-1][subject[1:] == subject[:-1]] = since[1:][subject[1:] == subject[:-1]]
    held = stood[0] != UNKNOWN
    return Stretches(subject[held], stood[0, held], since[held], until[held], stood[1:, held])


@kernel
def _align(offsets, starts, at, value, initial):  # type: ignore[no-untyped-def]
    each, subjects = offsets.shape[0], offsets.shape[1] - 1
    out_at = np.empty(len(at), np.int64)
    out = np.empty((each, len(at)), np.int64)
    out_offsets = np.zeros(subjects + 1, np.int64)
    place, end, now = np.empty(each, np.int64), np.empty(each, np.int64), np.empty(each, np.int64)
    n = 0
    for s in range(subjects):
        for f in range(each):
            place[f], end[f] = starts[f] + offsets[f, s], starts[f] + offsets[f, s + 1]
            now[f] = initial[f]
        while True:
            t = NEVER
            for f in range(each):
                if place[f] < end[f]:
                    t = min(t, at[place[f]])
            if t == NEVER:
                break
            for f in range(each):
                if place[f] < end[f] and at[place[f]] == t:
                    now[f] = value[place[f]]
                    place[f] += 1
                out[f, n] = now[f]
            out_at[n] = t
            n += 1
        out_offsets[s + 1] = n
    return out_offsets, out_at[:n].copy(), out[:, :n].copy()
