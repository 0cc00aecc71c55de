"""`tandem lifecycle`: of the active of each period, who is new, stayed or came back, and who is dormant."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tandem.app.active import refuse_people
from tandem.app.project import Project, storage_faults
from tandem.app.selecting import read_selector, see
from tandem.behavior.activity import ActivityQuestion
from tandem.behavior.lifecycle import LifecycleRow, count_lives, read_lives
from tandem.behavior.periods import Calendar, PeriodKind
from tandem.language.expression.nodes import About
from tandem.language.expression.show import show
from tandem.values.instants import Instant


@dataclass(frozen=True)
class LifecycleRequest:
    """selector: as typed."""

    selector: str = "any"
    about: About = "person"
    period: PeriodKind = "week"
    people: int | None = None
    since: Instant | None = None
    until: Instant | None = None
    as_of: str | None = None


@dataclass(frozen=True, eq=False)
class LifecycleFound:
    asked: ActivityQuestion
    rows: tuple[LifecycleRow, ...]
    fingerprint: str

    def as_rows(self) -> list[dict[str, Any]]:
        """One a period."""
        return [
            {"period": each.first.isoformat()} | {key: value for key, value in asdict(each).items() if key != "first"} for each in self.rows
        ]

    def as_json(self) -> dict[str, Any]:
        asked = self.asked
        return {
            "as_of": asked.as_of,
            "fingerprint": self.fingerprint,
            "convention": f"calendar_{asked.period}",
            "selector": show(asked.selector),
            "about": asked.about,
            "people": None if asked.about == "person" else asked.people,
            "zone": str(asked.calendar.zone),
            "rows": self.as_rows(),
        }


@storage_faults()
def find_lifecycle(project: Project, request: LifecycleRequest) -> LifecycleFound:
    """Raises WrongUsage for what cannot be asked."""
    refuse_people(request.about, request.people)
    selector = read_selector(project.playbook, request.selector, request.about, "SELECTOR")
    log = project.log()
    asked = ActivityQuestion(
        selector=selector,
        about=request.about,
        period=request.period,
        calendar=Calendar(project.zone, project.playbook.company.week_start),
        as_of=project.as_of(request.as_of, log),
        people=request.people or 1,
        since=request.since,
        until=request.until,
    )
    seen = see(project, log, asked.about, [selector], asked.as_of)
    periods = asked.periods(seen.view)
    rows: tuple[LifecycleRow, ...] = ()
    if periods is not None:
        rows = read_lives(asked, count_lives(asked, seen.view, seen.person, periods, threads=project.world.cores()), periods)
    return LifecycleFound(asked, rows, project.playbook.fingerprint)
