"""The published answers of PostHog about retention: by the slow reference, and by the fold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tandem.behavior.activity_meaning import retention
from tandem.behavior.periods import Calendar, PeriodKind
from tandem.behavior.retention import RetentionQuestion
from tandem.signals.world import World
from tests.behavior.retaining import folded
from tests.connect.shared import folder
from tests.signals.conditions import read
from tests.signals.worlds import world_of

SUNDAY = 6
CASES = ("day_interval_recurring", "month_interval_recurring", "identity_merge_month", "week_rounding_sunday_start",
         "rolling_unbounded", "rolling_unbounded_5")  # fmt: skip


@dataclass(frozen=True)
class Published:
    """facts: of one a line. first: the first day of the first cohort."""

    period: PeriodKind
    first: date
    intervals: int
    facts: str
    unbounded: bool
    triangle: list[list[int]]

    @property
    def asked(self) -> RetentionQuestion:
        """Every period in which one is active begins a cohort; the last interval is looked at up to its end."""
        calendar = Calendar(UTC, SUNDAY)
        ends = calendar.later(self.period, self.first, self.intervals)
        return RetentionQuestion(
            read("any", "selector"), read("any", "selector"), "person", "on_or_after" if self.unbounded else "on", self.period, calendar,
            calendar.begin(ends) - 1, entry="every", since=calendar.begin(self.first),
        )  # fmt: skip

    @property
    def world(self) -> World:
        return world_of(self.facts)


def published(name: str) -> Published:
    told = json.loads((folder("vectors") / "retention_posthog.json").read_text())
    (case,) = (each for each in told["cases"] if each["id"] == name)
    period: Any = case["period"].lower()
    intervals = case["total_intervals"]
    triangle = case.get("expect_triangle") or [[case["expect_all_cells"]] * (intervals - row) for row in range(intervals)]
    if name == "identity_merge_month":
        first = date(2020, 1, 1)
    else:
        begun = first_of(period, date.fromisoformat(case["date_to"][:10]))
        first = Calendar(UTC, SUNDAY).later(period, begun, 1 - intervals)
    return Published(period, first, intervals, "\n".join(facts_of(case)), case.get("cumulative", False), triangle)


def first_of(period: PeriodKind, day: date) -> date:
    return Calendar(UTC, SUNDAY).first_day(period, day)


def facts_of(case: dict[str, Any]) -> Iterator[str]:
    begin = datetime(2020, 6, 10, 5, tzinfo=UTC)
    for who, days in case.get("events_day_offset", ()):
        yield f"{begin + timedelta(days=days):%Y-%m-%dT%H:%M} Opened by {who}"
    for who, months in case.get("events_month_offset", ()):
        yield f"{begin.replace(month=begin.month + months):%Y-%m-%dT%H:%M} Opened by {who}"
    for who, day in case.get("events", ()):
        yield f"{day}T05:00 Opened by {who}"
    for person, others in case.get("identities", {}).items():
        yield from (f"2020-06-01 {other} is {person}" for other in others if other != person)
    if case["id"] == "identity_merge_month":
        yield from (f"2020-{month:02}-10T05:00 Opened by person{2 if month % 2 else 1}" for month in range(1, 12))
        yield "2020-11-20 person1 is person2"


@pytest.mark.shared
@pytest.mark.parametrize("name", CASES)
def test_the_published_triangle_is_found(name: str) -> None:
    told = published(name)
    asked = told.asked
    meant = retention(told.world, asked)
    days = [asked.calendar.later(told.period, told.first, number) for number in range(told.intervals)]
    by_reference = [
        [each.over_active + each.open_active for n in range(told.intervals - row) if (each := meant.get((day, str(n))))] or [0] * (told.intervals - row)
        for row, day in enumerate(days)
    ]  # fmt: skip
    assert by_reference == told.triangle
    found = folded(told.world, asked)
    assert [each.name for each in found.cohorts] == days
    assert [[cell.active for cell in each.cells] for each in found.cohorts] == told.triangle
    assert [each.size for each in found.cohorts] == [row[0] for row in told.triangle]


@pytest.mark.shared
def test_every_published_case_is_tried() -> None:
    told = json.loads((folder("vectors") / "retention_posthog.json").read_text())
    assert tuple(each["id"] for each in told["cases"]) == CASES
