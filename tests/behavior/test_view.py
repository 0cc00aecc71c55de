"""What counts as of an instant, in order of occurrence: of a layout, and of a base with a tail, as the slow reference says."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.behavior.meaning import events_of
from tandem.behavior.view import SELECTORS_MOST, View, counting, find_view
from tandem.language.expression.nodes import About
from tandem.signals.fold import Fold
from tandem.signals.world import Subject
from tandem.timeline.folds.stays import longest
from tandem.timeline.kernels import kernel
from tandem.values.instants import DAY, HOUR, Instant
from tests.signals.conditions import ABOUTS, read
from tests.signals.timelines import TimelineOf
from tests.signals.worlds import START, SmallWorld, worlds

SELECTORS = ('"Opened"', '"Invited" where seats >= 2', "core", "any where plan = free")


@kernel
def _every_event(
    as_of, every, marks, since, until, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, chosen, code, fact
):  # type: ignore[no-untyped-def]
    size = longest(offsets, since, until)
    gone, row, mark = np.empty(size, np.uint8), np.empty(size, np.int64), np.empty(size, np.int32)
    counts = np.zeros(until - since, np.int64)
    rows = offsets[until] - offsets[since]
    facts, at, marked = np.empty(rows, np.int64), np.empty(rows, np.int64), np.empty(rows, np.int64)
    k = 0
    for s in range(since, until):
        n = counting(s, as_of, every, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, code, marks, gone, row, mark)
        for i in range(n):
            facts[k], at[k], marked[k] = fact[row[i]], occurred[row[i]], mark[i]
            k += 1
        counts[s - since] = n
    return counts, facts[:k], at[:k], marked[:k]


def seen(view: View, *, every: bool) -> list[list[tuple[int, int, int]]]:
    """Of each subject: (`occurred_at`, row of the log, mark) of its events, those of one instant by row."""
    fact: Any = (tuple(part.row for part in view.layout.parts), np.int32)
    parts = view.over_subjects(lambda: partial(_every_event, view.as_of, every, view.marks), fact)
    counts, facts, at, marks = (np.concatenate(each).tolist() for each in zip(*parts, strict=True))
    found, first = [], 0
    for count in counts:
        theirs = list(zip(at[first : first + count], facts[first : first + count], marks[first : first + count], strict=True))
        assert [each[0] for each in theirs] == sorted(each[0] for each in theirs)
        found.append(sorted(theirs))
        first += count
    return found


@settings(deadline=None)
@given(worlds(), st.sampled_from(ABOUTS), st.integers(0, 12), st.sampled_from([None, START + DAY, START + 3 * DAY]), st.booleans())
def test_a_view_is_what_the_reference_sees(small: SmallWorld, about: About, half_days: int, split: Instant | None, every: bool) -> None:
    as_of = START + half_days * 12 * HOUR
    timeline = TimelineOf(small.world, split)
    selectors = [read(each, "selector") for each in SELECTORS]
    view = find_view(timeline, Fold(timeline, small.world).columns, about, selectors, as_of)
    found = seen(view, every=every)
    number = {each.id: row for row, each in enumerate(small.world.happenings)}
    for one, theirs in zip(timeline.ids[about], found, strict=True):
        meant = events_of(small.world, Subject(about, one), selectors, as_of)
        assert theirs == sorted(
            (each.at, number[each.event.id], sum(1 << bit for bit in each.picked)) for each in meant if every or each.picked
        )


@settings(deadline=None)
@given(worlds(), st.sampled_from(ABOUTS))
def test_names_alone_need_no_column_of_their_own(small: SmallWorld, about: About) -> None:
    timeline = TimelineOf(small.world)
    columns = Fold(timeline, small.world).columns
    plain = [read(each, "selector") for each in ('"Opened"', '"Invited"', "any")]
    view = find_view(timeline, columns, about, plain, small.until)
    assert view.code is timeline.subjects(about).name
    asked = find_view(timeline, columns, about, [*plain, read("any where not plan = free and plan = free", "selector")], small.until)
    assert seen(view, every=False) == seen(asked, every=False)


def test_more_selectors_than_a_mark_has_bits_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 31"):
        find_view(None, None, "person", [read("any", "selector")] * (SELECTORS_MOST + 1), 0)  # type: ignore[arg-type]
