"""A second way to the numbers of retention, actives and lifecycle: SQL, over as many rows as two threads share, of a base and of one with a tail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from tandem.behavior.active import count_active
from tandem.behavior.activity import ActivityQuestion
from tandem.behavior.lifecycle import count_lives, read_lives
from tandem.behavior.periods import Calendar
from tandem.behavior.retention import Axis, RetentionQuestion, Whose, count_retention
from tandem.behavior.view import View
from tandem.timeline.kernels import FEW_ROWS, NEVER
from tandem.timeline.layout import lay_out
from tandem.timeline.stack import stacked
from tandem.values.instants import DAY, HOUR
from tests.signals.conditions import read

ROWS, SUBJECTS, PEOPLE = 2 * FEW_ROWS, 3_000, 6_000
AS_OF, SPLIT, TOGETHER = 50 * DAY, 40 * DAY, 5
ANY = read("any", "selector")

DAYS = """
    select subject, t // {day} as day from events where person >= 0 group by all having count(distinct person) >= {people}
"""
RETENTION = """
    with began as (select subject, min(t) // {day} as cohort from events group by subject), days as ({days})
    select cohort, day - cohort as bucket, count(*) as many from days join began using (subject) group by all order by all
"""
ACTIVE = """
    with whole as (
      select subject, upto from events join (select unnest(range(51)) as upto) on t // {day} between upto - {together} + 1 and upto
      where person >= 0 group by all having count(distinct person) >= {people}
    )
    select upto, count(*) as many from whole group by upto order by upto
"""
LIFECYCLE = """
    with days as ({days}), steps as (select subject, day, lag(day) over (partition by subject order by day) as before from days)
    select day, count(*) filter (before is null) as new, count(*) filter (before = day - 1) as retained,
           count(*) filter (before < day - 1) as resurrected
    from steps group by day order by day
"""


@dataclass(frozen=True)
class Big:
    """person: by part of the layout. events: those that count as of the instant."""

    view: View
    person: tuple[Any, ...]
    events: pa.Table

    def asked(self, sql: str, people: int) -> list[tuple[int, ...]]:
        days = DAYS.format(day=DAY, people=people)
        told = duckdb.connect().register("events", self.events).sql(sql.format(day=DAY, people=people, days=days, together=TOGETHER))
        return [tuple(map(int, row)) for row in told.fetchall()]


def big(*, with_tail: bool) -> Big:
    chance = np.random.default_rng(81)
    subject = (SUBJECTS * chance.power(0.5, ROWS)).astype(np.int32)
    occurred = chance.integers(0, 60 * 24, ROWS) * HOUR
    person = np.where(chance.random(ROWS) < 0.1, -1, (subject * 2 + chance.integers(0, 4, ROWS)) % PEOPLE).astype(np.int32)
    # Some are learnt late, and some are gone later.
    enters = occurred + np.where(chance.random(ROWS) < 0.1, chance.integers(0, 5 * DAY, ROWS), 0)
    leaves = np.where(chance.random(ROWS) < 0.01, enters + chance.integers(1, 20 * DAY, ROWS), NEVER)
    row = np.arange(ROWS, dtype=np.int32)
    late = (enters >= SPLIT) & with_tail
    # What ends after the split was learnt with the tail.
    ended = ~late & (leaves >= SPLIT) & (leaves < NEVER) & with_tail
    base = lay_out(subject[~late], enters[~late], occurred[~late], row[~late], np.where(ended, NEVER, leaves)[~late], SUBJECTS)
    layout: Any = base
    if with_tail:
        place = np.empty(ROWS, np.int64)
        place[base.row] = np.arange(len(base))
        layout = stacked(
            base, lay_out(subject[late], enters[late], occurred[late], row[late], leaves[late], SUBJECTS), place[ended], leaves[ended]
        )
    view = View(layout, tuple(np.zeros(len(part), np.int32) for part in layout.parts), np.array([1], np.int32), AS_OF)
    counts = (enters <= AS_OF) & (leaves > AS_OF)
    events = pa.table({"subject": subject[counts], "t": occurred[counts], "person": person[counts]})
    return Big(view, tuple(person[part.row] for part in layout.parts), events)


@pytest.fixture(scope="module", params=[False, True], ids=["base", "base and tail"])
def facts(request: pytest.FixtureRequest) -> Big:
    return big(with_tail=request.param)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("people", [1, 2])
def test_sql_comes_to_the_same_numbers(facts: Big, people: int, threads: int) -> None:
    asked = RetentionQuestion(ANY, ANY, "account", "on", "day", Calendar(UTC), AS_OF, people=people)
    axis = Axis.found(asked, facts.view)
    assert axis is not None
    assert axis.periods.first_days[0] == date(1970, 1, 1)
    counts = count_retention(asked, facts.view, Whose(facts.person), axis, threads=threads)
    active = counts.over + counts.open
    found = [(int(c), int(n), int(active[c, n])) for c, n in zip(*np.nonzero(active), strict=True)]
    assert found == facts.asked(RETENTION, people)
    assert len(found) > 300

    acted = ActivityQuestion(ANY, "account", "day", Calendar(UTC), AS_OF, people)
    periods = acted.periods(facts.view)
    assert periods is not None
    rolling = count_active(acted, facts.view, facts.person, periods, TOGETHER, threads=threads)
    assert list(enumerate(rolling.tolist())) == facts.asked(ACTIVE, people)

    rows = read_lives(acted, count_lives(acted, facts.view, facts.person, periods, threads=threads), periods)
    assert [((row.first - date(1970, 1, 1)).days, row.new, row.retained, row.resurrected) for row in rows] == facts.asked(LIFECYCLE, people)
