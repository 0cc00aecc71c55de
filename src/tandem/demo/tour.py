"""What the demo shows of a company once it is imported: its playbook is checked and applied, and then asked all that a working day asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tandem.app.applying import Applied, ApplyRequest, apply_playbook
from tandem.app.backtest import Backtested, BacktestRequest, Backtests
from tandem.app.boundary import BoundaryReport, BoundaryRequest, find_boundary
from tandem.app.check import CheckReport, CheckRequest, check
from tandem.app.leads import LeadsListed, LeadsRequest, list_leads
from tandem.app.motions import MotionsListed, MotionsRequest, list_motions
from tandem.app.signals import SignalStanding, list_signals
from tandem.demo.making import Demo
from tandem.demo.story import Story, tell
from tandem.values.durations import Duration
from tandem.values.instants import DAY

# What each signal is a sign of, and within how long it should come.
JUDGED: Mapping[tuple[str, Duration], tuple[str, ...]] = {
    ("opportunity_opened", 60 * DAY): (
        "wants_sso", "checks_security", "security_questionnaire", "needs_enterprise", "raised_hand", "several_teams", "compares_plans",
        "target_signs_up", "team_takeoff", "spreads", "likes_dark",
    ),
    ("first_payment", 30 * DAY): ("seat_limit", "trial_ends"),
    ("cancelled", 90 * DAY): ("goes_quiet", "seats_idle"),
    ("renewed", 90 * DAY): ("renewal_near",),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Tour:
    """judged: by outcome and time, its signals as they stand and what they were worth."""

    checked: CheckReport
    applied: Applied
    motions: MotionsListed
    judged: Mapping[tuple[str, Duration], tuple[tuple[SignalStanding, Backtested], ...]]
    leads: LeadsListed
    boundary: BoundaryReport
    story: Story


def take_tour(demo: Demo) -> Tour:
    project = demo.project
    checked = check(CheckRequest(demo.request.folder / "playbook"))
    applied = apply_playbook(project, ApplyRequest())
    log = project.log()
    backtests = Backtests(project, log, project.as_of(None, log), project.playbook)
    standing = {each.signal.name: each for each in list_signals(project).signals}
    judged = {
        (outcome, within): tuple((standing[name], backtests.of(BacktestRequest(name, outcome, within))) for name in names)
        for (outcome, within), names in JUDGED.items()
    }
    return Tour(
        checked,
        applied,
        list_motions(project, MotionsRequest()),
        judged,
        list_leads(project, LeadsRequest()),
        find_boundary(project, BoundaryRequest()),
        tell(project, demo.story_account),
    )
