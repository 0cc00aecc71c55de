"""Bugs planted on purpose: each is a mistake that somebody will make, and the comparison with the reference must see it.

The room is copied without its compiler, so that a changed line is seen at once.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tests.timeline.rooms import uncompiled
from tests.timeline.worlds import Told, World, disagreement, tellings, walk_disagreement, worlds

PLANTED = {
    "a row leaves a moment too late": ("stays", "else occurred[r] + window", "else occurred[r] + window + 1"),
    "a window counts from when a row was learnt": ("stays", "still(layout.occurred, np.int64)", "still(layout.enters, np.int64)"),
    "a correction is not heard of": ("stays", "min(ends[early_row[k] - a], early_at[k])", "ends[early_row[k] - a]"),
    "a correction keeps a row that is too old": ("stays", "min(ends[early_row[k] - a], early_at[k])", "early_at[k]"),
    "early exits stand where the row would have left": ("stays", "    if early:\n", "    if False:\n"),
    "a row that never enters leaves": ("windows", "enters_it = ends[r - a] > enters[r] and (", "enters_it = ("),
    "who was not chosen counts": ("windows", "or not (every or chosen[r] != 0):", "or False:"),
    "no person is a person": ("windows", "or key < 0 or", "or"),
    "a person leaves with the last that was learnt": ("windows", "reached < enters[r], reached < ends[r - a]", "reached < enters[r], True"),
    "a person leaves only once": ("windows", "inside[place] = begins | (not goes_on)", "inside[place] = not goes_on"),
    "people of one subject count for the next": ("windows", "reach[in_row[i], 0], reach[in_row[i], 1] = UNKNOWN, nowhere", "pass"),
    "instants are told half-way": ("windows", "if tell != told and following != t:", "if tell != told:"),
    "a comparison is off by one": ("windows", "sign == 3 or sign == 4 else than", "sign == 4 else than - 1"),
    "an amount that is none counts": ("windows", "and (how == _COUNT or amounts[r] != UNKNOWN)", ""),
    "a threshold that is passed by two at once is entered once": ("windows", "range(before + 1, min(now, most) + 1)", "range(max(now, before + 1), min(now, most) + 1)"),
    "a worse one that leaves no later is kept in line": ("extremes", "while head < tail and not _better(how", "while False and not _better(how"),
    "a better one that is late is not seen": ("extremes", "if size > 0 and (best < 0 or", "if size > 0 and (best < 0 and"),
    "ties go by the order of arrival": ("extremes", "occurred[one] == occurred[other] and rank[one] < rank[other]", "False"),
    "equal times are one after the other": ("sequence", "leaves += occurred[r] != latest", "leaves += 1"),
    "one that stays is taken for gone with another": ("sequence", "(before == 0) != (before + by == 0)", "True"),
    "rows stand as they came": ("layout", "if len(by) > 0:\n            enters[a:b]", "if False:\n            enters[a:b]"),
    "strays are forgotten": ("layout", "_merge(keys, ties, line[:m], strays, out)", "_merge(keys, ties, line[:m], np.sort(strays), out)"),
    "unknown is false": ("steps", "return 0 if one == 0 or other == 0 else min(one, other)", "return 1 if one == 1 and other == 1 else 0"),
    "unknown or true is unknown": ("steps", "return 1 if one == 1 or other == 1 else min(one, other)", "return min(one, other) if one != 0 else other"),
    "what is unknown compares": ("steps", "np.where(value == UNKNOWN, UNKNOWN, compared(value, than))", "np.asarray(compared(value, than), np.int64)"),
    "held begins a moment early": ("clock", "false_until = t + length", "false_until = t + length - 1"),
    "held forgets what was unknown": ("clock", "unknown_until = t + length", "pass"),
    "more than an age begins at the age": ("clock", "for instant in (t, exact, exact + 1):", "for instant in (t, exact):"),
    "a date that is past lies ahead": ("clock", "instant - exact if since else exact - instant", "instant - exact"),
    "what was before a subject is known": ("clock", "known = within(steps, existence, UNKNOWN)", "known = steps"),
}  # fmt: skip


@cache
def small_worlds() -> tuple[list[World], list[Told]]:
    return list(worlds(250, seed=5)), list(tellings(120, seed=6))


def is_wrong(room: Any) -> bool:
    some_worlds, some_tellings = small_worlds()
    return any(disagreement(room, each) for each in some_worlds) or any(walk_disagreement(room, each) for each in some_tellings)


def test_an_uncompiled_copy_without_a_bug_says_what_is_meant() -> None:
    assert not is_wrong(uncompiled())


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_seen(bug: str) -> None:
    assert is_wrong(uncompiled(*PLANTED[bug]))
