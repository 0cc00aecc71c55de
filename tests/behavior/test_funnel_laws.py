"""Laws 2 and 3 for funnels, and a second way to the same numbers: SQL over as many rows as two threads share."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from tandem.behavior.funnel.attempts import Attempts, attempts_in
from tandem.behavior.funnel.funnel import Funnel
from tandem.behavior.view import View
from tandem.signals.world import FOREVER
from tandem.timeline.kernels import FEW_ROWS, NEVER
from tandem.timeline.layout import lay_out
from tandem.timeline.stack import stacked
from tandem.values.instants import DAY, HOUR
from tests.behavior.funnels import cases, folded
from tests.signals.conditions import read
from tests.signals.timelines import TimelineOf


def test_what_is_learnt_after_an_instant_never_changes_an_answer_at_it() -> None:
    for small, timeline, funnel, as_of in cases(20, seed=71, each=6):
        known = tuple(
            replace(
                each,
                stretches=tuple(
                    replace(one, until=one.until if one.until <= as_of else FOREVER) for one in each.stretches if one.since <= as_of
                ),
            )
            for each in small.world.happenings
        )
        then = replace(small, world=replace(small.world, happenings=known))
        assert folded(then, TimelineOf(then.world), funnel, as_of) == folded(small, timeline, funnel, as_of)


def test_the_order_of_what_was_told_does_not_matter() -> None:
    chance = Random(72)
    for small, timeline, funnel, as_of in cases(20, seed=72, each=6):
        happenings = tuple(chance.sample(small.world.happenings, len(small.world.happenings)))
        other = replace(small, world=replace(small.world, happenings=happenings))
        assert folded(other, TimelineOf(other.world), funnel, as_of) == folded(small, timeline, funnel, as_of)


SQL = """
    with first as (
      select *, max(case when stage = 1 then t end) over so_far as begun_1 from events
      window so_far as (partition by subject order by t, stage rows unbounded preceding)
    ),
    second as (
      select *, max(case when stage = 2 and t <= begun_1 + {within} then begun_1 end) over so_far as begun_2 from first
      window so_far as (partition by subject order by t, stage rows unbounded preceding)
    )
    select subject, max(case
      when stage = 3 and t <= begun_2 + {within} then 3 when stage = 2 and t <= begun_1 + {within} then 2 when stage = 1 then 1
    end) as level
    from second group by subject having level is not null order by subject
"""


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("with_tail", [False, True])
def test_sql_comes_to_the_same_levels(threads: int, with_tail: bool) -> None:
    chance, rows, subjects, within = np.random.default_rng(73), 2 * FEW_ROWS, 4_000, 2 * DAY
    subject = (subjects * chance.power(0.5, rows)).astype(np.int32)
    # Many events of one instant.
    occurred = chance.integers(0, 60 * 24, rows) * HOUR
    enters = occurred + np.where(chance.random(rows) < 0.1, chance.integers(0, 5 * DAY, rows), 0)
    leaves = np.where(chance.random(rows) < 0.01, enters + chance.integers(1, 20 * DAY, rows), NEVER)
    stage = np.minimum(chance.integers(0, 12, rows), 4)
    as_of = 50 * DAY
    marks = np.array([0, 1, 2, 4, 0], np.int32)
    row, split = np.arange(rows, dtype=np.int32), 40 * DAY
    late = (enters >= split) if with_tail else np.zeros(rows, bool)
    # What ends after the split was learnt with the tail.
    ends_later = ~late & (leaves >= split) & (leaves < NEVER) if with_tail else np.zeros(rows, bool)
    base = lay_out(subject[~late], enters[~late], occurred[~late], row[~late], np.where(ends_later, NEVER, leaves)[~late], subjects)
    layout = base
    if with_tail:
        place = np.empty(rows, np.int64)
        place[base.row] = np.arange(len(base))
        tail = lay_out(subject[late], enters[late], occurred[late], row[late], leaves[late], subjects)
        layout = stacked(base, tail, place[np.flatnonzero(ends_later)], leaves[ends_later])  # type: ignore[assignment]
    view = View(layout, tuple(stage[part.row].astype(np.int32) for part in layout.parts), marks, as_of)
    event = read("any", "selector")
    found: Attempts = attempts_in(view, Funnel("person", (event, event, event), within), threads=threads)
    counts = (enters <= as_of) & (leaves > as_of) & (stage > 0) & (stage < 4)
    events = pa.table({"subject": subject[counts], "t": occurred[counts], "stage": stage[counts]})
    told = duckdb.connect().register("events", events).sql(SQL.format(within=within)).fetchnumpy()
    assert np.array_equal(found.subject, told["subject"])
    assert np.array_equal(found.level, told["level"])
    assert np.bincount(found.level).tolist()[1:] > [0, 100, 100]
