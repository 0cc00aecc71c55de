"""Laws of the boundary, in small worlds in which edges meet often: what it may never permit, and what it may never know."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from tandem.boundary.meaning.answers import answer_of_account, moments_of
from tandem.boundary.meaning.evidence import first_use, stance
from tandem.boundary.meaning.leads import leads
from tandem.boundary.playbook.policy import Audience, Cap, HoldOut, Qualifying
from tandem.values.instants import DAY, HOUR
from tests.boundary.cases import HAND, NEED, PLAIN, PROCUREMENT, Case, case_of, told

SEEDS = range(40)
_LINES = (
    "Signed Up by {who} @{one}", "SSO Viewed by {who} @{one}", "Pricing Viewed by {who} @{one}", "Asked for Us by {who} @{one}",
    "Questionnaire Sent by {who} @{one}", "Pricing Viewed by @{one}", "opportunity O-{one} @{one} stage=Discovery owner={seller}",
    "opportunity O-{one} @{one} stage=Won", "override V-{one} @{one} seller={seller} until=2026-03-15", "target T-{one} @{one}",
    "contract C-{one} @{one} starts=2026-03-08 ends=2026-03-12 owner={seller}", "touch {number} @{one} seller={seller}",
    "account {one} employees=500", "account beta is acme",
)  # fmt: skip


def lines(seed: int) -> list[tuple[int, str]]:
    """Facts of two accounts within a fortnight, each with when it is known, in hours of its month."""
    chance = Random(seed)
    found = []
    for number in range(9):
        hour = 12 * chance.randrange(28)
        known = hour + chance.choice((0, 0, 0, 24))
        words = {"who": chance.choice(("ann", "bob")), "one": chance.choice(("acme", "beta")), "seller": chance.choice(("bea", "tom"))}
        said = chance.choice(_LINES).format(number=number, **words)
        found.append((known, f"{_at(hour)} (known {_at(known)}) {said}"))
    return found


def _at(hour: int) -> str:
    return f"2026-03-{1 + hour // 24:02}T{hour % 24:02}:00"


def case(seed: int, text: list[str]) -> Case:
    made = case_of(
        "\n".join(text), NEED, HAND, PLAIN, PROCUREMENT, until="2026-04-10",
        quarantine=3 * DAY, caps=(Cap(1, 2 * DAY),), outbound=(Audience(("A",)),), world={"tiers": [("A", "employees >= 100")]},
        hold_out=HoldOut(Fraction(1, 2), str(seed)) if seed % 3 == 0 else None,
    )  # fmt: skip
    brief: dict[str, Qualifying] = {name: replace(rule, valid_for=2 * DAY) for name, rule in made.boundary.signals.items()}
    return replace(made, boundary=replace(made.boundary, signals=brief))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_user_is_touched_in_quarantine_without_need_a_raised_hand_an_opportunity_or_an_override(seed: int) -> None:
    asked = case(seed, [line for _, line in lines(seed)])
    for t in moments_of(asked, "acme"):
        for account in ("acme", "beta"):
            permit = answer_of_account(asked, account, t).permit
            if permit is None or stance(asked, account, t) != "user":
                continue
            began = first_use(asked, account, t)
            assert began is not None
            if t < began + 3 * DAY:
                assert {each.kind for each in permit.evidence} <= {"enterprise_need", "raised_hand", "opportunity", "override"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_fact_that_is_known_later_changes_no_answer_before(seed: int) -> None:
    facts = lines(seed)
    until = sorted(known for known, _ in facts)[len(facts) // 2]
    whole, early = case(seed, [line for _, line in facts]), case(seed, [line for known, line in facts if known < until])
    end = early.until - (40 * 24 - until) * HOUR  # The instant `until`, counted from the first of March.
    for account in ("acme", "beta"):
        for t in (each for each in moments_of(whole, account) if each < end):
            assert answer_of_account(whole, account, t) == answer_of_account(early, account, t), t
    assert leads(whole, end - 1) == leads(early, end - 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_changes_between_the_instants_that_are_named(seed: int) -> None:
    asked = case(seed, [line for _, line in lines(seed)])
    instants = moments_of(asked, "acme")
    for t, after in itertools.pairwise(instants):
        assert told(answer_of_account(asked, "acme", t)) == told(answer_of_account(asked, "acme", after - 1)), (t, after)


@pytest.mark.parametrize("seed", SEEDS)
def test_who_is_refused_is_told_why_and_an_account_has_one_open_lead(seed: int) -> None:
    asked = case(seed, [line for _, line in lines(seed)])
    for t in moments_of(asked, "acme"):
        found = answer_of_account(asked, "acme", t)
        assert (found.permit is None) == bool(found.refusals)
    # A lead of an account that is merged away is the survivor's, so one asks at each instant.
    for t in moments_of(asked, "acme")[::4]:
        accounts = [each.account for each in leads(asked, t).leads if each.until is None]
        assert len(accounts) == len(set(accounts))
