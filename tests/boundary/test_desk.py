"""Laws of the desk: the sweep says what the slow pages say, without foresight, in any order of the facts, and the same every time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from tandem.boundary.desk.decisions import Decision, decisions_bytes, leads_of
from tandem.boundary.desk.desk import Decided, decide
from tandem.boundary.in_force import InForce, in_force_at
from tandem.boundary.meaning.answers import moments_of
from tandem.boundary.meaning.case import Case
from tandem.boundary.meaning.evidence import first_use, stance
from tandem.boundary.meaning.firings import firings
from tandem.boundary.meaning.judged import judged
from tandem.boundary.meaning.leads import Leads, leads
from tandem.boundary.meaning.watch import neglected, watch
from tandem.values.instants import DAY, HOUR, Instant
from tests.boundary.desks import ACCOUNTS, START, UNTIL, Desk, Playbooks, Slow, desk, fast, slow

SEEDS = [(seed, playbooks) for playbooks in (1, 2, 3) for seed in range(20)]
ENDS = (UNTIL, START + 6 * DAY + 12 * HOUR, START + 11 * DAY + HOUR)


@cache
def told(seed: int, playbooks: int) -> Desk:
    return desk(seed, playbooks)


@cache
def answering(seed: int, playbooks: int) -> list[InForce[Slow]]:
    return slow(told(seed, playbooks).playbooks)


@cache
def decided(seed: int, playbooks: int, as_of: Instant = UNTIL) -> Decided:
    return decide(answering(seed, playbooks), as_of)


def differs(found: Decided, meant: Playbooks) -> str:
    """What of a desk is not what the slow pages mean, as of its instant."""
    as_of = found.as_of
    if list(found.firings) != [each for each in firings(meant) if each.at <= as_of]:
        return "firings"
    if found.leads != leads(meant, as_of):
        return "leads"
    if found.watch(0, UNTIL + DAY) != watch(meant, 0, UNTIL + DAY, as_of):
        return "the watch"
    if found.watch(START, as_of - DAY, as_of - DAY) != watch(meant, START, as_of - DAY, as_of - DAY):
        return "the watch of a period"
    for t in range(START, as_of + 1, 30 * HOUR):
        if found.neglected(t) != neglected(meant, t):
            return "the neglected"
    return "" if found.judged(START, as_of, as_of) == judged(meant, START, as_of, as_of) else "judged touches"


@pytest.mark.parametrize(("seed", "playbooks"), SEEDS)
def test_the_sweep_says_what_the_slow_pages_say(seed: int, playbooks: int) -> None:
    for as_of in ENDS:
        assert differs(decided(seed, playbooks, as_of), told(seed, playbooks).playbooks) == ""


@pytest.mark.parametrize(("seed", "playbooks"), [(seed, playbooks) for playbooks in (1, 2) for seed in range(40, 52)])
def test_the_sweep_over_what_is_found_at_once_says_what_the_slow_pages_say(seed: int, playbooks: int) -> None:
    meant = told(seed, playbooks).playbooks
    whole = fast(meant)
    for as_of in ENDS:
        assert differs(decide(whole, as_of), meant) == ""


def test_of_playbooks_that_come_into_force_at_one_instant_the_sweep_knows_the_last_by_its_own_number() -> None:
    first, second, third = told(5, 3).playbooks
    meant = [first, second, replace(third, since=second.since)]
    found = decide(slow(meant), UNTIL)
    assert differs(found, meant) == ""
    assert {each.in_force for each in found.decisions} == {0, 2}


def test_the_worlds_hold_what_the_laws_are_about() -> None:
    every = [each for seed, playbooks in SEEDS for each in decided(seed, playbooks).decisions]
    whats = Counter(each.what for each in every)
    assert min(whats[what] for what in ("fired", "waits", "opened", "reason", "lapsed", "ended")) > 50, whats
    assert whats["queued"] > 20
    assert whats["passed_on"] > 4
    assert whats["joined"] > 1
    assert {each.ended for each in every} == {None, "permit", "opportunity", "person"}
    assert max(each.rank for each in every) > 1
    reasons = {refusal.reason for each in every for refusal in each.refusals}
    assert reasons >= {"no_evidence", "quarantine", "cap", "suppression", "hold_out", "opportunity", "budget", "no_lead"}
    assert any(each.neglected(UNTIL - 9 * DAY) for seed, playbooks in SEEDS if (each := decided(seed, playbooks)))


# Decisions.


def without_ranks(found: Leads) -> Leads:
    return replace(found, waiting=tuple(sorted((replace(each, rank=bool(each.rank)) for each in found.waiting), key=str)))


@pytest.mark.parametrize(("seed", "playbooks"), SEEDS[::2])
def test_where_leads_stand_as_of_an_instant_is_what_the_decisions_up_to_it_say(seed: int, playbooks: int) -> None:
    whole = decided(seed, playbooks).decisions
    assert list(whole) == sorted(whole, key=lambda each: each.at)
    for t in sorted({each.at for each in whole} | set(ENDS)):
        up_to = [each for each in whole if each.at <= t]
        assert without_ranks(leads_of(up_to)) == without_ranks(leads(told(seed, playbooks).playbooks, t))


@pytest.mark.parametrize(("seed", "playbooks"), SEEDS[::2])
def test_what_is_known_later_changes_no_decision_before(seed: int, playbooks: int) -> None:
    ours = told(seed, playbooks)
    for as_of in ENDS[1:]:
        early = decide(slow(ours.over([each for each in ours.facts if each.known_at <= as_of])), as_of)
        before = [each for each in decided(seed, playbooks).decisions if each.at <= as_of]
        assert decisions_bytes(early.decisions) == decisions_bytes(before)
        assert early.leads == decided(seed, playbooks, as_of).leads


@pytest.mark.parametrize(("seed", "playbooks"), SEEDS[::4])
def test_the_same_facts_give_the_same_decisions_in_whatever_order_they_come(seed: int, playbooks: int) -> None:
    ours = told(seed, playbooks)
    shuffled = list(ours.facts)
    Random(seed).shuffle(shuffled)
    first = decisions_bytes(decided(seed, playbooks).decisions)
    assert decisions_bytes(decide(slow(ours.over(shuffled)), UNTIL).decisions) == first
    assert decisions_bytes(decide(slow(desk(seed, playbooks).playbooks), UNTIL).decisions) == first


REPLAY = """
from hashlib import sha256
from tandem.boundary.meaning.case import Case
from tandem.boundary.desk.decisions import decisions_bytes
from tandem.boundary.desk.desk import decide
from tests.boundary.desks import UNTIL, desk, slow
print(sha256(b"".join(decisions_bytes(decide(slow(desk(seed, 2).playbooks), UNTIL).decisions) for seed in range(6))).hexdigest())
"""


def test_a_replay_in_another_process_repeats_every_byte() -> None:
    here = b"".join(decisions_bytes(decided(seed, 2).decisions) for seed in range(6))
    assert len(here) > 10_000
    for number in ("1", "2"):
        # Whatever is kept in sets stands in another order there.
        env = {**os.environ, "PYTHONHASHSEED": number, "PYTHONPATH": os.pathsep.join(("src", "."))}
        root = Path(__file__).parents[2]
        there = subprocess.run([sys.executable, "-c", REPLAY], cwd=root, env=env, capture_output=True, text=True, check=True)
        assert there.stdout.strip() == sha256(here).hexdigest()


@pytest.mark.parametrize(("seed", "playbooks"), SEEDS[1::2])
def test_no_lead_is_opened_in_quarantine_without_need_a_raised_hand_an_opportunity_or_an_override(seed: int, playbooks: int) -> None:
    ours = [replace(one, playbook=_strict(one.playbook)) for one in told(seed, playbooks).playbooks]
    found = decide(slow(ours), UNTIL)
    for each in found.decisions:
        case = in_force_at(ours, each.at)
        if each.what not in ("opened", "reason") or case is None or each.account is None or stance(case, each.account, each.at) != "user":
            continue
        began = first_use(case, each.account, each.at)
        assert began is not None
        if each.at < began + case.boundary.quarantine:
            kinds = {kind for kind, _ in each.evidence} or {"nothing"}
            assert kinds <= {"enterprise_need", "raised_hand", "opportunity", "override"}, each


def _strict(case: Case) -> Case:
    """A playbook that takes nobody out of the quarantine by a word of its own."""
    rules = {name: replace(rule, not_before=None) for name, rule in case.boundary.signals.items()}
    return replace(case, boundary=replace(case.boundary, signals=rules, quarantine=4 * DAY))


# What a decision says.


def test_a_decision_names_the_lines_that_made_it_and_the_playbook_in_force() -> None:
    every = [each for seed, playbooks in SEEDS for each in decided(seed, playbooks).decisions]
    for each in every:
        assert all(place.startswith(f"playbook {each.in_force}.yaml:") for place in each.places), each
        assert bool(each.lead) == (each.what in ("opened", "reason", "ended", "passed_on", "joined"))
        assert not each.refusals or each.what in ("waits", "queued", "ended")
    assert {place for each in every for place in each.places} >= {"playbook 0.yaml:1", "playbook 0.yaml:20", "playbook 1.yaml:10"}
    assert {each.in_force for each in every} == {0, 1, 2}


def test_the_line_of_a_decision_in_bytes() -> None:
    first = next(each for seed in range(20) for each in decided(seed, 1).decisions if each.what == "queued")
    (line,) = decisions_bytes([first]).decode().splitlines()
    assert line.startswith('{"about":"account","account":"')
    assert '"reason":"budget"' in line
    assert '"what":"queued"}' in line
    assert isinstance(first, Decision)


def test_a_sweep_asks_only_about_accounts_of_firings_and_only_where_something_changes() -> None:
    spared, everything = 0, 0
    for seed, playbooks in SEEDS[::2]:
        counted = [InForce(one.since, Counting(one.playbook.rules), one.quiet) for one in answering(seed, playbooks)]
        found = decide(counted, UNTIL)
        asked = {each for one in counted for each in one.playbook.asked}
        assert {account for account, _ in asked} == {each.account for each in found.decisions} - {None}
        everything += (whole := len(ACCOUNTS) * len({at for one in counted for at in moments_of(one.playbook.rules, ACCOUNTS[0])}))
        spared += whole - len(asked)
    assert spared > everything * 4 // 5


class Counting(Slow):
    @cached_property
    def asked(self) -> set[tuple[str, Instant]]:
        return set()

    def is_open(self, account: str, t: Instant) -> bool:
        """Asked of whatever waits, and of every open lead."""
        self.asked.add((account, t))
        return super().is_open(account, t)
