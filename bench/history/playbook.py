"""The twenty signals that are asked, as a playbook says them. None is true of nothing, so that no answer hangs on when a subject began."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tandem.language.expression.nodes import About, Condition
from tandem.language.expression.parse import parse
from tandem.language.source import Source

FILE = "playbook/signals/bench.yaml"


@dataclass(frozen=True)
class Signal:
    name: str
    about: About
    when: str

    @property
    def condition(self) -> Condition:
        read = parse(Source(self.name, self.when))
        assert read.expression is not None, read.problems
        return read.expression  # type: ignore[return-value]


SIGNALS = {
    name: Signal(name, about, when)
    for about, signals in {
        "account": {
            "busy_week": "count(any, 7d) >= 100",
            "reports_today": 'count("Report Viewed", 1d) >= 5',
            "team_takeoff": "people(any, 7d) >= 10",
            "planners": 'people("Project Created", 30d) >= 5',
            "habit": "days(any, 30d) >= 20",
            "several_teams": "workspaces(any, 14d) >= 3",
            "undecided": 'distinct("Plan Compared".plan, 30d) >= 3',
            "seats_added": 'sum("Seats Added".seats, 30d) >= 200',
            "big_step": 'max("Seats Added".seats, 14d) >= 45',
            "small_step": 'min("Seats Added".seats, 14d) <= 2',
            "enterprise_plan": 'last("Plan Compared".plan, 30d) = enterprise',
            "gone_quiet": "since(any) >= 14d",
            "exporting": 'count("Export Started", 7d) / count(any, 7d) >= 20%',
            "doubling": "count(any, 7d) > 2 * previous(count(any, 7d))",
            "steady_team": "held(people(any, 7d) >= 5, 14d)",
            "tried_then_grew": 'sequence("Trial Started", "Seats Added", within 7d)',
            "ready": 'count("Pricing Viewed", 14d) >= 2 and people(any, 7d) >= 5 and not count("Support Ticket", 30d) >= 3',
            "enterprise_need": 'count("SSO Settings Viewed", 14d) >= 2 or count("Security Page Viewed", 30d) >= 3',
        },
        "workspace": {"active_workspace": "people(any, 7d) >= 5"},
        "person": {"power_user": "count(any, 1d) >= 10"},
    }.items()
    for name, when in signals.items()
}


def write_playbook(project: Path) -> None:
    text = "signals:\n"
    for signal in SIGNALS.values():
        text += f"  {signal.name}:\n    title: {signal.name.replace('_', ' ')}\n    kind: usage\n"
        text += f"    about: {signal.about}\n    when: {signal.when}\n"
    (project / FILE).write_text(text)
