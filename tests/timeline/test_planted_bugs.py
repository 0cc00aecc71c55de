"""Bugs planted on purpose: each is a mistake that somebody will make, and the comparison with the reference must see it.

The room is copied without its compiler, so that a changed line is seen at once.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.timeline.rooms import uncompiled
from tests.timeline.worlds import Told, World, disagreement, tellings, walk_disagreement, worlds

PLANTED = {
    "a row leaves a moment too late": ("folds.stays", "else occurred[r] + window", "else occurred[r] + window + 1"),
    "a window counts from when a row was learnt": ("folds.stays", "still(part.occurred, np.int64)", "still(part.enters, np.int64)"),
    "a correction is not heard of": ("folds.stays", "min(ends[early_row[k]], early_at[k])", "ends[early_row[k]]"),
    "a correction keeps a row that is too old": ("folds.stays", "min(ends[early_row[k]], early_at[k])", "early_at[k]"),
    "early exits stand where the row would have left": ("folds.stays", "    if early:\n", "    if False:\n"),
    "a row that never enters leaves": ("folds.windows", "enters_it = ends[r - a] > enters[r] and (", "enters_it = ("),
    "who was not chosen counts": ("folds.windows", "or not (every or chosen[r] != 0):", "or False:"),
    "no person is a person": ("folds.windows", "or key < 0 or", "or"),
    "a person leaves with the last that was learnt": ("folds.windows", "reached < enters[r], reached < ends[r - a]", "reached < enters[r], True"),
    "a person leaves only once": ("folds.windows", "inside[place] = begins | (not goes_on)", "inside[place] = not goes_on"),
    "people of one subject count for the next": ("folds.windows", "reach[in_row[i], 0], reach[in_row[i], 1] = UNKNOWN, _NOWHERE", "pass"),
    "instants are told half-way": ("folds.windows", "if tell != told and following != t:", "if tell != told:"),
    "a comparison is off by one": ("folds.windows", "sign == 3 or sign == 4 else than", "sign == 4 else than - 1"),
    "an amount that is none counts": ("folds.windows", "and (how == _COUNT or amounts[r] != UNKNOWN)", ""),
    "a threshold that is passed by two at once is entered once": ("folds.windows", "range(before + 1, min(now, most) + 1)", "range(max(now, before + 1), min(now, most) + 1)"),
    "a worse one that leaves no later is kept in line": ("folds.extremes", "while head < tail and not _better(how", "while False and not _better(how"),
    "a better one that is late is not seen": ("folds.extremes", "if size > 0 and (best < 0 or", "if size > 0 and (best < 0 and"),
    "ties go by the order of arrival": ("folds.extremes", "occurred[one] == occurred[other] and rank[one] < rank[other]", "False"),
    "equal times are one after the other": ("folds.sequence", "leaves += occurred[r] != latest", "leaves += 1"),
    "one that stays is taken for gone with another": ("folds.sequence", "(before == 0) != (before + by == 0)", "True"),
    "what is learnt later leaves later": ("folds.stays", "occurred[a + leaving[i]] <= occurred_later[c + leaving_later[j]]", "True"),
    "a row of the tail leaves for one of the base": ("folds.stays", "= b - a + leaving_later[j]", "= leaving_later[j]"),
    "a correction of the tail's is one of the base's": ("folds.stays", "offsets[s + 1] - offsets[s] + row_later[k]", "row_later[k]"),
    "a piece begins where the base does": ("folds.stays", "yield 0, ends - begins, *_gathered", "yield begins, ends, *_gathered"),
    "what ends later is not heard of": ("folds.stays", "range(ended[s], ended[s + 1])", "range(0)"),
    "who only loses rows loses none": ("folds.stays", "(np.diff(tail[0]) > 0) | (np.diff(facts.ended[0]) > 0)", "np.diff(tail[0]) > 0"),
    "what was known to end does not, once more is learnt": ("folds.stays", "range(early[s], early[s + 1])", "range(0)"),
    "a row ends with the one that was named in its place": ("stack", ".astype(np.int32), ends[order]", ".astype(np.int32), ends"),
    "later ends of a range are those of the first": ("stack", "layout.ended_at[ended]", "layout.ended_at"),
    "exits of a range are those of the first": ("stack", "layout.early_at[early]", "layout.early_at"),
    "rows stand as they came": ("layout", "if len(by) > 0:\n            enters[a:b]", "if False:\n            enters[a:b]"),
    "strays are forgotten": ("layout", "_merge(keys, ties, line[:m], strays, out)", "_merge(keys, ties, line[:m], np.sort(strays), out)"),
    "unknown is false": ("algebra", "return 0 if one == 0 or other == 0 else min(one, other)", "return 1 if one == 1 and other == 1 else 0"),
    "unknown or true is unknown": ("algebra", "return 1 if one == 1 or other == 1 else min(one, other)", "return min(one, other) if one != 0 else other"),
    "what is unknown compares": ("algebra", "np.where(value == UNKNOWN, UNKNOWN, compared(value, than))", "np.asarray(compared(value, than), np.int64)"),
    "of two that are known the greater holds": ("algebra", "return other if one == UNKNOWN else one", "return max(one, other)"),
    "an index sees what another was before": ("algebra", 'side="right")', 'side="left")'),
    "an index sees one more change when it turns": ("algebra", "table_at[j] < ends", "table_at[j] <= ends"),
    "an index sees the steps of the one before": ("algebra", "if j > table_offsets[named]:", "if j > 0:"),
    "what an index names at first is not seen": ("algebra", "range(offsets[s] - 1, offsets[s + 1])", "range(offsets[s], offsets[s + 1])"),
    "the first of no owner is an owner": ("steps", "held = stood[0] != UNKNOWN", "held = (stood[0] != UNKNOWN) | (since == ALWAYS)"),
    "one subject's stretch goes on in the next": ("steps", "    news[firsts] = True\n", ""),
    "the last stretch ends with the next subject's first": ("steps", "until[:-1][subject[1:] == subject[:-1]] = since[1:][subject[1:] == subject[:-1]]", "until[:-1] = since[1:]"),
    "held begins a moment early": ("clock", "false_until = t + length", "false_until = t + length - 1"),
    "held forgets what was unknown": ("clock", "unknown_until = t + length", "pass"),
    "more than an age begins at the age": ("clock", "for instant in (t, exact, exact + 1):", "for instant in (t, exact):"),
    "a date that is past lies ahead": ("clock", "instant - exact if since else exact - instant", "instant - exact"),
    "what was before a subject is known": ("clock", "known = within(steps, existence, UNKNOWN)", "known = steps"),
}  # fmt: skip


@cache
def small_worlds() -> tuple[list[World], list[Told]]:
    return list(worlds(500, seed=5)), list(tellings(120, seed=6))


def is_wrong(room: Any) -> bool:
    some_worlds, some_tellings = small_worlds()
    try:
        with np.errstate(over="ignore"):
            return any(disagreement(room, each) for each in some_worlds) or any(walk_disagreement(room, each) for each in some_tellings)
    except IndexError:  # Compiled, it would read what stands beyond.
        return True


def test_an_uncompiled_copy_without_a_bug_says_what_is_meant() -> None:
    assert not is_wrong(uncompiled())


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_seen(bug: str) -> None:
    assert is_wrong(uncompiled(*PLANTED[bug]))
