"""`tandem active`: how many different persons, workspaces or accounts are active, and how sticky they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tandem.app.failures import WrongUsage
from tandem.app.project import Project, storage_faults
from tandem.app.selecting import read_selector, see
from tandem.behavior.active import Active, convention_of, count_active, daily_of, read_active
from tandem.behavior.activity import ActivityQuestion
from tandem.behavior.periods import Calendar, PeriodKind
from tandem.language.expression.nodes import About
from tandem.language.expression.show import show
from tandem.values.instants import Instant

# How many days together a period is where days roll.
DAYS: dict[PeriodKind, int] = {"day": 1, "week": 7, "month": 28}


@dataclass(frozen=True)
class ActiveRequest:
    """selector: as typed. days: how many days roll together; None for as many as the period has."""

    selector: str = "any"
    about: About = "person"
    period: PeriodKind = "week"
    convention: Literal["calendar", "rolling"] = "calendar"
    days: int | None = None
    people: int | None = None
    since: Instant | None = None
    until: Instant | None = None
    as_of: str | None = None


@dataclass(frozen=True, eq=False)
class ActiveFound:
    """convention: how the numbers are called, `calendar_week` or `rolling_28d`."""

    asked: ActivityQuestion
    convention: str
    active: Active
    fingerprint: str

    @property
    def stickiness_convention(self) -> str:
        return f"mean_of_daily_over_{self.convention}"

    def as_rows(self) -> list[dict[str, Any]]:
        """One a period; of rolling days one a day, the last of them."""
        return [
            {
                "convention": self.convention,
                "period": each.first.isoformat(),
                "active": each.active,
                "stickiness": None if each.stickiness is None else float(each.stickiness),
                "mature": each.mature,
            }
            for each in self.active.rows
        ]

    def as_json(self) -> dict[str, Any]:
        asked, sticky = self.asked, self.active.stickiness
        return {
            "as_of": asked.as_of,
            "fingerprint": self.fingerprint,
            "convention": self.convention,
            "selector": show(asked.selector),
            "about": asked.about,
            "people": None if asked.about == "person" else asked.people,
            "zone": str(asked.calendar.zone),
            "stickiness": {
                "convention": self.stickiness_convention,
                "value": None if sticky is None else float(sticky),
                "days": self.active.days,
            },
            "rows": [{key: value for key, value in row.items() if key != "convention"} for row in self.as_rows()],
        }


@storage_faults()
def find_active(project: Project, request: ActiveRequest) -> ActiveFound:
    """Raises WrongUsage for what cannot be asked."""
    refuse_people(request.about, request.people)
    rolling = request.convention == "rolling"
    if request.days is not None and not rolling:
        raise WrongUsage("`--days` says how many days roll together", "add `--convention rolling`")
    length = (request.days or DAYS[request.period]) if rolling else 1
    selector = read_selector(project.playbook, request.selector, request.about, "SELECTOR")
    log = project.log()
    asked = ActivityQuestion(
        selector=selector,
        about=request.about,
        period="day" if rolling else request.period,
        calendar=Calendar(project.zone, project.playbook.company.week_start),
        as_of=project.as_of(request.as_of, log),
        people=request.people or 1,
        since=request.since,
        until=request.until,
    )
    seen = see(project, log, asked.about, [selector], asked.as_of)
    found, threads = Active((), None, 0), project.world.cores()
    daily = daily_of(asked)
    periods, days = asked.periods(seen.view), daily.periods(seen.view)
    if periods is not None and days is not None:
        counts = count_active(asked, seen.view, seen.person, periods, length, threads=threads)
        same = asked == daily and length == 1
        each_day = counts if same else count_active(daily, seen.view, seen.person, days, threads=threads)
        found = read_active(asked, counts, periods, each_day, days)
    return ActiveFound(asked, convention_of(asked, length), found, project.playbook.fingerprint)


def refuse_people(about: About, people: int | None) -> None:
    if people is not None and about == "person":
        raise WrongUsage("`--people` asks how many persons make a workspace or an account active", "a person is one: leave it out")
