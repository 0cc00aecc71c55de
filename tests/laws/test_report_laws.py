"""Laws 1, 2 and 4 for what people read of the boundary: leads, both rates and explanations, from stored facts to the printed value.

Worlds are small (four accounts, three people, two weeks), so that merges, late facts, waiting and judged touches meet often.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tandem.app.boundary import judge_boundary
from tandem.app.decisions.decided import Work, open_work
from tandem.app.explain.account import Whom, explain_account
from tandem.app.explain.lead import explain_lead
from tandem.app.explain.touch import explain_touch
from tandem.app.leads import find_leads
from tandem.app.project import Project
from tandem.app.world import World
from tandem.facts.fact import Fact
from tandem.values.instants import DAY, show
from tests.app.bounded import signals
from tests.app.logs import delivered
from tests.app.projects import project, tandem
from tests.app.slow_work import slow_work
from tests.boundary.desks import ACCOUNTS, START, desk
from tests.storage.world import AT

TITLES = {
    "need": ("Needs more", "account", 'count("SSO Viewed", 4d) >= 1'),
    "hand": ("Asks for us", "person", 'count("Asked for Us", 2d) >= 1'),
    "looks": ("Looks at prices", "workspace", 'count("Pricing Viewed", 4d) >= 1'),
    "papers": ("Needs papers", "account", 'count("Questionnaire Sent", 4d) >= 1'),
}
BOUNDARIES = (
    """\
quarantine: 4d
signals:
  need: {evidence: enterprise_need, valid_for: 2d}
  hand: {valid_for: 5d}
  looks: {purpose: help, valid_for: 2d}
  papers: {procurement: true, sla: 12h}
caps: [{touches: 1, within: 2d}]
""",
    """\
quarantine: 1d
signals:
  need: {evidence: enterprise_need, budget: 1 per week, valid_for: 1d}
  hand: {valid_for: 9d, channels: [email]}
  looks: {evidence: none}
  papers: {procurement: true, sla: 30h, valid_for: 5d}
suppression: [{when: account.rival = true, reason: a rival}]
region: {field: account.country, allows: {US: [email, call], DE: [email]}}
hold_out: {share: 30%, salt: s}
""",
)


def told(folder: Path, facts: list[Fact], boundary: int) -> Project:
    project(folder, zone="Europe/Berlin", product="stages: {won: [Won], lost: [Lost]}\n")
    signals(folder, TITLES, cooldown="3d")
    (folder / "playbook" / "boundary.yaml").write_text(BOUNDARIES[boundary])
    delivered(folder / "data", facts)
    return Project(folder, World(now=lambda: AT))


def facts_of(seed: int) -> list[Fact]:
    return list(desk(seed, size=18).facts)


def said(work: Work) -> dict[str, Any]:
    """Everything that is printed as of an instant."""
    there = [one for one in ACCOUNTS if one in work.now.fold.timeline.subjects("account").ids]
    return {
        "leads": find_leads(work).as_json(),
        "boundary": judge_boundary(work, None, None).as_json(),
        "accounts": [explain_account(work, one, Whom(), work.as_of).as_json() for one in there],
        "of bea": [explain_account(work, one, Whom("ann", "call", "bea", "sell"), work.as_of).as_json() for one in there],
        "each lead": [explain_lead(work, each.id).as_json() for each in work.leads.leads],
        "touches": [explain_touch(work, each).as_json() for each in work.now.answers.touches(work.as_of)],
    }


@pytest.mark.parametrize("seed", range(8))
def test_what_is_printed_is_what_the_slow_reference_says(tmp_path: Path, seed: int) -> None:
    found = told(tmp_path / "one", facts_of(seed), seed % 2)
    if seed % 3 == 2:
        # Another playbook comes into force half-way.
        assert tandem(found.folder, "apply").code == 0
        (found.folder / "playbook" / "boundary.yaml").write_text(BOUNDARIES[1 - seed % 2])
        assert tandem(found.folder, "apply", "--from", "2026-03-04").code == 0
    at = show(START + (6 + seed) * DAY)
    fast, slow = said(open_work(found, at)), said(slow_work(found, at))
    for part, says in fast.items():
        assert says == slow[part], part


@pytest.mark.parametrize("seed", range(20, 25))
def test_what_is_known_later_changes_nothing_that_was_printed(tmp_path: Path, seed: int) -> None:
    facts, then = facts_of(seed), START + (4 + seed % 4) * DAY
    whole = told(tmp_path / "whole", facts, seed % 2)
    ignorant = told(tmp_path / "ignorant", [each for each in facts if each.known_at <= then], seed % 2)
    knowing, unknowing = (said(open_work(each, show(then))) for each in (whole, ignorant))
    assert knowing["leads"] == unknowing["leads"]
    assert knowing["boundary"] == unknowing["boundary"]
    assert _named(knowing) == _named(unknowing)


def _named(told: dict[str, Any]) -> dict[str, Any]:
    """Explanations of those whom both know."""
    return {each["account"]: each for each in told["accounts"] if each["stance"] != "prospect" or each["lead"]}


def test_worlds_of_these_laws_have_leads_and_what_waits_and_judged_touches(tmp_path: Path) -> None:
    seen = {"lead": 0, "waiting": 0, "ended": 0, "judged": 0, "neglected": 0}
    for seed in range(8):
        work = open_work(told(tmp_path / str(seed), facts_of(seed), seed % 2), show(START + (6 + seed) * DAY))
        seen["lead"] += sum(each.until is None for each in work.leads.leads)
        seen["ended"] += sum(each.until is not None for each in work.leads.leads)
        seen["waiting"] += len(work.leads.waiting)
        seen["judged"] += judge_boundary(work, None, None).touches
        seen["neglected"] += len(judge_boundary(work, None, None).neglected)
    assert min(seen.values()) > 1, seen
