"""What is answered over all of history at once is what the slow pages mean, at every instant and just before it."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings

from tandem.boundary.fold.answers import Answers
from tandem.boundary.meaning.answers import answer, answer_of_account, moments_of, starts_at
from tandem.boundary.meaning.blocks import Question, blocks
from tandem.boundary.meaning.case import Firing, is_employed, open_opportunities, touches
from tandem.boundary.meaning.evidence import evidence, stance
from tandem.boundary.meaning.judged import judge, judged
from tandem.boundary.meaning.watch import accepted_owner
from tandem.signals.meaning.asking import contributions
from tandem.signals.world import Subject, members
from tandem.values.instants import DAY
from tests.boundary.cases import case_of
from tests.boundary.small_cases import ACCOUNTS, PEOPLE, SELLERS, START, UNTIL, SmallCase, answers_of, seeded_cases, small_cases

EVERYBODY = (*ACCOUNTS, "nobody's")


def instants_of(small: SmallCase) -> list[int]:
    """Where anything may change, and just before."""
    found = {at for account in ACCOUNTS for at in moments_of(small.case, account)}
    return sorted(found | {at - 1 for at in found})


def differ(small: SmallCase, fast: Answers, every: int = 1) -> str | None:
    """The first answer that is not what is meant. every: of the instants only each of so many."""
    case = small.case
    for t in instants_of(small)[::every]:
        for account in EVERYBODY:
            if fast.stance(account, t) != stance(case, account, t) or fast.evidence(account, t) != evidence(case, account, t):
                return f"what speaks for {account} at {t}"
            if fast.answer_of_account(account, t) != answer_of_account(case, account, t):
                return f"the answer about {account} at {t}"
        for asked in small.questions:
            if fast.answer(asked, t) != answer(case, asked, t) or fast.blocks(asked, t) != blocks(case, asked, t):
                return f"{asked} at {t}"
    return None


@pytest.mark.parametrize("seed", range(4))
def test_answers_are_what_is_meant(seed: int) -> None:
    for number, small in enumerate(seeded_cases(25, seed=50 + seed)):
        # Of every other timeline the later part stands in a tail.
        assert differ(small, answers_of(small.case, START + 3 * DAY if number % 2 else None), 3) is None


@settings(max_examples=30, deadline=None)
@given(small_cases())
def test_answers_are_what_is_meant_whatever_happened(small: SmallCase) -> None:
    assert differ(small, answers_of(small.case), 5) is None


def overridden() -> SmallCase:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 override V-1 @acme manager=mia seller=bea until=2026-03-05
    2026-03-02 touch 1 @acme seller=bea
    2026-03-02 touch 2 @acme seller=tom
    """
    return SmallCase((), case_of(overridden))


def test_touches_are_judged_as_is_meant() -> None:
    verdicts = set()
    for small in (*seeded_cases(130, seed=61), overridden()):
        fast = answers_of(small.case)
        for t in instants_of(small)[::7]:
            assert fast.touches(t) == touches(small.case, t)
            for each in touches(small.case, t):
                found = fast.judge(each)
                assert found == judge(small.case, each)
                verdicts |= {found.verdict, *(refusal.reason for refusal in found.refusals)}
        assert fast.judged(0, UNTIL, UNTIL) == judged(small.case, 0, UNTIL, UNTIL)
    assert {"permitted", "override", "violation", "poached", "unmatched", "cap", "quarantine", "exclusivity"} <= verdicts


def test_between_two_turns_nothing_changes() -> None:
    for small in seeded_cases(50, seed=62):
        case, fast = small.case, answers_of(small.case)
        for account in ACCOUNTS:
            turns = [at for at in fast.turns(account) if at <= UNTIL]
            assert turns == sorted(set(turns))
            for t in instants_of(small)[::3]:
                if t in turns:
                    continue
                assert answer_of_account(case, account, t) == answer_of_account(case, account, t - 1)
                assert members(case.world, "person", account, t) == members(case.world, "person", account, t - 1)
                assert bool(open_opportunities(case, account, t)) == bool(open_opportunities(case, account, t - 1))


def test_between_two_turns_nothing_changes_for_whomever_one_asks_about() -> None:
    refused = 0
    for small in seeded_cases(40, seed=67):
        case, fast = small.case, answers_of(small.case)
        for account, person in itertools.product(ACCOUNTS, PEOPLE):
            turns, asked = fast.turns(account, person), Question(account, person)
            for t in instants_of(small)[::3]:
                if t not in turns:
                    assert answer(case, asked, t) == answer(case, asked, t - 1)
                refused += any(each.reason == "person" for each in answer(case, asked, t).refusals)
    assert refused > 100


def test_a_permit_starts_where_is_meant() -> None:
    for small in seeded_cases(25, seed=63):
        fast = answers_of(small.case)
        for account, t in itertools.product(ACCOUNTS, instants_of(small)[::9]):
            assert fast.starts_at(account, t) == starts_at(small.case, account, t)


def test_times_on_and_whose_they_are_is_what_is_meant() -> None:
    passed = 0
    for small in seeded_cases(120, seed=64):
        case, fast = small.case, answers_of(small.case)
        assert list(fast.stays) == sorted(case.stays, key=lambda stay: (stay.since, stay.signal, stay.subject))
        for t, stay in itertools.product(instants_of(small)[::5], case.stays):
            firing = Firing(stay.signal, stay.subject, stay.since)
            now = case.whose(stay.subject, stay.since, t)
            passed += now != stay.subject
            assert fast.whose(stay.subject, stay.since, t) == now
            assert fast.account(stay.subject, stay.since, t) == case.account(stay.subject, stay.since, t)
            assert fast.is_on(firing, t) == case.is_on(firing, t)
    assert passed > 30


def test_who_of_ours_works_on_an_account_is_what_is_meant() -> None:
    for small in seeded_cases(40, seed=65):
        case, fast = small.case, answers_of(small.case)
        for t in instants_of(small)[::4]:
            for seller in (*SELLERS, "nobody"):
                assert fast.is_employed(seller, t) == is_employed(case, seller, t)
            for account in EVERYBODY:
                assert fast.is_open(account, t) == bool(open_opportunities(case, account, t))
                assert fast.accepted_owner(account, t - 2 * DAY, t) == accepted_owner(case, account, t - 2 * DAY, t)


def test_points_are_what_is_meant() -> None:
    for small in seeded_cases(15, seed=66):
        case, fast = small.case, answers_of(small.case)
        for account, t in itertools.product(EVERYBODY, instants_of(small)[::5]):
            asked = Subject("account", account)
            points = sum((each.points for each in contributions(case.world, "warmth", asked, t)), Fraction(0))
            assert fast.points("warmth", asked, t) == points
