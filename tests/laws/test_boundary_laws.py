"""Laws 1 to 3 for the boundary, from stored facts through identity, timeline, folds and kept edges to what it answers over all of history."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tandem.app.decisions.answering import answers_of
from tandem.app.project import Project
from tandem.app.world import World
from tandem.boundary.fold.answers import Answers
from tandem.boundary.meaning.answers import answer, answer_of_account, moments_of, starts_at
from tandem.boundary.meaning.blocks import Question
from tandem.boundary.meaning.case import Case
from tandem.boundary.meaning.evidence import evidence, stance
from tandem.boundary.meaning.judged import judged
from tandem.boundary.playbook.policy import Boundary
from tandem.facts.fact import Fact
from tandem.signals.told import world_of_facts
from tandem.values.business_time import BusinessTime
from tandem.values.instants import Instant
from tests.app.logs import delivered
from tests.app.projects import project
from tests.boundary.small_cases import SELLERS, SIGNALS, UNTIL, seeded_cases
from tests.storage.world import AT

PRODUCT = """\
plans: [free, team]
exclude:
  - {person: eve, reason: own people}
"""
ICP = """\
tiers:
  - {name: A, when: employees >= 100}
  - {name: B, when: 'count("Signed Up", 3d) < 1'}
targets: [{account: beta}, {account: rival.com}]
"""
PLAIN = """\
quarantine: 2d
signals:
  need: {evidence: enterprise_need, valid_for: 2d}
  looks: {evidence: plain, channels: [email], valid_for: 1d}
  hand: {evidence: raised_hand, valid_for: 2d}
  questionnaire: {procurement: true, sla: 8h}
outbound: [{tiers: [A, B], channels: [call]}]
caps: [{touches: 1, within: 2d}, {touches: 1, within: 3d, per: person}]
"""
STRICT = """\
first_use: Signed Up
quarantine: 4d
signals:
  need: {evidence: enterprise_need, purpose: help, valid_for: 1d}
  returns: {evidence: plain, not_before: 1d, valid_for: 1d}
  signs: {evidence: plain, valid_for: 3d}
  hand: {evidence: raised_hand, valid_for: 3d}
suppression:
  - {domain: rival.com, reason: a competitor}
  - {when: account.do_not_contact = true, reason: they asked us to stop}
consent: {field: person.consent, allows: {given: [email, call, meeting, message], implied: [email]}}
region: {field: account.country, allows: {US: [email, call, meeting, message], DE: [email, meeting]}}
hold_out: {share: 20%, salt: spring}
"""


def begun(folder: Path, boundary: str) -> Project:
    """A project without facts."""
    playbook = project(folder, product=PRODUCT) / "playbook"
    (playbook / "signals").mkdir()
    said = {name: {"title": name, "kind": "intent", "about": about, "when": when} for name, (when, about) in SIGNALS.items()}
    (playbook / "signals" / "all.yaml").write_text(json.dumps({"signals": said}))
    (playbook / "icp.yaml").write_text(ICP)
    (playbook / "boundary.yaml").write_text(boundary)
    return Project(folder, World(now=lambda: AT))


def case_of(found: Project, facts: Sequence[Fact]) -> Case:
    playbook = found.playbook
    return Case(
        world_of_facts(facts, playbook.product.rules, **vars(playbook.declared)),
        playbook.boundary or Boundary(),
        playbook.signals,
        UNTIL,
        scores=playbook.scores,
        hours=BusinessTime(playbook.company.time_zone),
    )


def fast_of(found: Project) -> Answers:
    return answers_of(found, found.log(), found.playbook, UNTIL)


def told_at(case: Case, every: int) -> Iterator[tuple[str, Instant]]:
    """Accounts, and instants at and just before which something may change for them."""
    for number, account in enumerate(sorted(one.id for one in case.world.existence if one.kind == "account")):
        for at in moments_of(case, account)[number % every :: every]:
            yield from ((account, at), (account, at - 1))


def check(case: Case, fast: Answers, every: int) -> int:
    """How many of the answers are permits."""
    permits = 0
    assert list(fast.stays) == sorted(case.stays, key=lambda stay: (stay.since, stay.signal, stay.subject))
    for number, (account, t) in enumerate(told_at(case, every)):
        assert fast.stance(account, t) == stance(case, account, t)
        assert fast.evidence(account, t) == evidence(case, account, t)
        found = fast.answer_of_account(account, t)
        assert found == answer_of_account(case, account, t)
        permits += found.permit is not None
        asked = Question(account, ("ann", "bob", "?v", None)[number % 4], seller=SELLERS[number % 3])
        assert fast.answer(asked, t) == answer(case, asked, t)
        if number % 5 == 0:
            assert fast.starts_at(account, t) == starts_at(case, account, t)
    assert fast.judged(0, UNTIL, UNTIL) == judged(case, 0, UNTIL, UNTIL)
    return permits


@pytest.mark.parametrize("boundary", [PLAIN, STRICT], ids=["plain", "strict"])
def test_what_a_project_answers_is_what_the_reference_means(tmp_path: Path, boundary: str) -> None:
    permits = 0
    for number, small in enumerate(seeded_cases(10, seed=81)):
        found = begun(tmp_path / str(number), boundary)
        delivered(found.folder / "data", small.facts, sealed=number % 2 == 0)
        permits += check(case_of(found, small.facts), fast_of(found), 3)
    assert permits > 60


def test_a_timeline_that_is_refreshed_answers_the_same(tmp_path: Path) -> None:
    for number, small in enumerate(seeded_cases(5, seed=82)):
        found = begun(tmp_path / str(number), (PLAIN, STRICT)[number % 2])
        in_order = sorted(small.facts, key=lambda fact: fact.known_at)
        for since in range(0, len(in_order), 9):
            delivered(found.folder / "data", in_order[since : since + 9])
            fast = fast_of(found)
        check(case_of(found, small.facts), fast, 5)


def test_what_is_known_later_never_changes_an_answer(tmp_path: Path) -> None:
    for number, small in enumerate(seeded_cases(4, seed=83)):
        whole = begun(tmp_path / f"{number}", PLAIN)
        delivered(whole.folder / "data", small.facts)
        then = sorted(fact.known_at for fact in small.facts)[len(small.facts) // 2]
        ignorant = begun(tmp_path / f"{number}-then", PLAIN)
        delivered(ignorant.folder / "data", [fact for fact in small.facts if fact.known_at <= then])
        early, late = fast_of(ignorant), fast_of(whole)
        for account in ("acme", "beta", "acme.com"):
            for t in (at for at in (*late.turns(account), then) if at <= then):
                assert early.answer_of_account(account, t) == late.answer_of_account(account, t)
