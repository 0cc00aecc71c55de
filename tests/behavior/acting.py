"""Active subjects and lifecycle of small worlds by the folds; and questions in which edges meet."""

from __future__ import annotations

from datetime import date, tzinfo
from typing import Any

from tandem.behavior import active, lifecycle
from tandem.behavior.active import Active
from tandem.behavior.activity import ActivityQuestion
from tandem.behavior.activity_meaning import Life
from tandem.behavior.lifecycle import Lives
from tandem.behavior.periods import Calendar
from tandem.behavior.retention import Whose
from tandem.behavior.view import View, find_view
from tandem.signals.fold import Fold
from tandem.signals.world import World
from tandem.timeline.kernels import Longs
from tandem.values.instants import HOUR, Instant
from tests.behavior.retaining import SELECTORS, of_subjects
from tests.signals.conditions import ABOUTS, Choices, read
from tests.signals.timelines import TimelineOf
from tests.signals.worlds import START


def activity(pick: Choices, zone: tzinfo) -> tuple[ActivityQuestion, int]:
    """Something to ask of a small world, and how many days together."""
    length = pick.of(1, 1, 2, 3)
    asked = ActivityQuestion(
        read(pick.of(*SELECTORS), "selector"),
        pick.of(*ABOUTS),
        pick.of("day", "week", "month") if length == 1 else "day",
        Calendar(zone, pick.of(0, 5, 6)),
        START + pick.of(*range(4, 22)) * 12 * HOUR + pick.of(0, 0, HOUR, -1),
        people=pick.of(1, 1, 2),
    )
    return asked, length


class Acting:
    """A question put to a world. room: the functions that answer, which a test may replace."""

    def __init__(self, world: World, asked: ActivityQuestion, split: Instant | None = None, room: Any = None) -> None:
        self.asked = asked
        self._active, self._lifecycle = (vars(active), vars(lifecycle)) if room is None else (room["active"], room["lifecycle"])
        timeline = TimelineOf(world, split)
        self.view = find_view(timeline, Fold(timeline, world).columns, asked.about, [asked.selector], asked.as_of)
        self.person = timeline.subjects(asked.about).person
        self.periods = asked.periods(self.view)

    def counts(self, length: int, subjects: Longs | None = None) -> Longs:
        """subjects: only of these, ascending; None for all."""
        found: Longs = self._active["count_active"](self.asked, self._of(subjects), self.person, self.periods, length)
        return found

    def lives(self, subjects: Longs | None = None) -> Lives:
        found: Lives = self._lifecycle["count_lives"](self.asked, self._of(subjects), self.person, self.periods)
        return found

    def lifecycle(self) -> dict[date, Life]:
        """As the reference tells."""
        if self.periods is None:
            return {}
        rows = self._lifecycle["read_lives"](self.asked, self.lives(), self.periods)
        return {each.first: Life(*(getattr(each, name) for name in Life._fields)) for each in rows}

    def read(self, length: int) -> Active:
        if self.periods is None:
            return Active((), None, 0)
        daily = active.daily_of(self.asked)
        days = daily.periods(self.view)
        assert days is not None
        each_day = self._active["count_active"](daily, self.view, self.person, days)
        found: Active = self._active["read_active"](self.asked, self.counts(length), self.periods, each_day, days)
        return found

    def _of(self, subjects: Longs | None) -> View:
        return self.view if subjects is None else of_subjects(self.view, Whose(self.person), subjects)[0]
