"""Semantics 8, a sentence at a time: stance, and what speaks for a touch. Every signal here is on for seven days after its event."""

from __future__ import annotations

from dataclasses import replace

from tandem.boundary.meaning.answers import answer_of_account
from tandem.boundary.meaning.evidence import stance
from tandem.boundary.playbook.policy import Audience, Terms
from tandem.values.instants import DAY
from tests.boundary.cases import HAND, NEED, PLAIN, answers, at, case_of, short, steps
from tests.signals.conditions import read
from tests.signals.worlds import instant

# Stance.


def test_an_account_is_a_prospect_then_a_user_then_a_customer_while_its_contract_is_in_force() -> None:
    """
    2026-03-01 account acme employees=500
    2026-03-02 Funding Raised by @acme amount=5000000
    2026-03-05 Signed Up by ann @acme
    2026-03-20 contract C-1 @acme starts=2026-04-01 ends=2026-04-11 owner=bea
    """
    case = case_of(test_an_account_is_a_prospect_then_a_user_then_a_customer_while_its_contract_is_in_force)
    found = steps(case, lambda t: stance(case, "acme", t))
    assert found == ["03-01 prospect", "03-05 user", "04-01 customer", "04-11 user"]


def test_the_stance_turns_when_it_is_known() -> None:
    """
    2026-03-01 account acme employees=500
    2026-03-05 (known 2026-03-09) Signed Up by ann @acme #in
    2026-03-12 undo #none
    2026-03-13 correct #in
    """
    case = case_of(test_the_stance_turns_when_it_is_known)
    assert steps(case, lambda t: stance(case, "acme", t)) == ["03-01 prospect", "03-09 user", "03-13 prospect"]


def test_a_boundary_may_say_what_counts_as_use() -> None:
    """
    2026-03-01 (page) Home by ann @acme
    2026-03-05 Signed Up by ann @acme
    """
    case = case_of(test_a_boundary_may_say_what_counts_as_use, first_use=read('"Signed Up"', "selector"))
    assert steps(case, lambda t: stance(case, "acme", t)) == ["03-01 prospect", "03-05 user"]


# Evidence.


def test_to_a_user_nobody_may_speak_without_evidence() -> None:
    """
    2026-03-01 Signed Up by ann @acme
    2026-03-20 Invite Accepted by bob @acme
    """
    assert answers(case_of(test_to_a_user_nobody_may_speak_without_evidence, NEED)) == ["03-01 refused no_evidence quarantine",
        "03-15 refused no_evidence"]  # fmt: skip


def test_a_qualifying_signal_is_evidence_while_on_and_two_weeks_after() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01T10:00 SSO Viewed by ann @acme
    """
    # On until the 8th, evidence until the 22nd.
    case = case_of(test_a_qualifying_signal_is_evidence_while_on_and_two_weeks_after, NEED)
    assert answers(case)[2:] == ["03-01T10:00 sell on enterprise_need", "03-22T10:00 refused no_evidence"]


def test_a_raised_hand_counts_from_when_it_was_raised_for_its_own_time() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 Asked for Us by ann @acme
    """
    short_hand = replace(HAND, valid_for=3 * DAY)
    case = case_of(test_a_raised_hand_counts_from_when_it_was_raised_for_its_own_time, short_hand)
    assert answers(case)[2:] == ["03-01 sell on raised_hand", "03-04 refused no_evidence"]


def test_a_plain_sign_is_evidence_from_the_end_of_the_quarantine() -> None:
    """
    2026-03-01 Signed Up by ann @acme
    2026-03-10 Pricing Viewed by ann @acme
    """
    # On until the 17th, and valid until the 31st; the quarantine ends on the 15th.
    case = case_of(test_a_plain_sign_is_evidence_from_the_end_of_the_quarantine, PLAIN)
    assert answers(case) == ["03-01 refused no_evidence quarantine", "03-15 sell on plain", "03-31 refused no_evidence"]
    waiting = answer_of_account(case, "acme", instant("2026-03-12")).refusals
    assert [(each.reason, short(each.until)) for each in waiting] == [("no_evidence", "03-15"), ("quarantine", "03-15")]


def test_a_plain_sign_is_no_evidence_where_it_is_over_before_the_quarantine() -> None:
    """
    2026-03-01 Signed Up by ann @acme
    2026-03-02 Pricing Viewed by ann @acme
    """
    brief = replace(PLAIN, valid_for=DAY)
    case = case_of(test_a_plain_sign_is_no_evidence_where_it_is_over_before_the_quarantine, brief)
    assert answers(case) == ["03-01 refused no_evidence quarantine", "03-15 refused no_evidence"]
    assert answer_of_account(case, "acme", instant("2026-03-10")).refusals[0].until is None


def test_a_plain_sign_may_say_when_it_begins() -> None:
    """
    2026-03-01 Signed Up by ann @acme
    2026-03-02 Pricing Viewed by ann @acme
    """
    case = case_of(test_a_plain_sign_may_say_when_it_begins, replace(PLAIN, not_before=2 * DAY))
    assert answers(case)[:2] == ["03-01 refused no_evidence quarantine", "03-04 sell on plain"]


def test_a_plain_sign_of_a_prospect_waits_for_nothing() -> None:
    """
    2026-03-01 account acme employees=500
    2026-03-02 Pricing Viewed by @acme
    2026-03-05 Signed Up by ann @acme
    """
    # Once they use the product they are left alone: for fourteen days from the 5th.
    case = case_of(test_a_plain_sign_of_a_prospect_waits_for_nothing, PLAIN)
    assert answers(case) == [
        "03-01 refused no_evidence",
        "03-02 sell on plain",
        "03-05 refused no_evidence quarantine",
        "03-19 sell on plain",
        "03-23 refused no_evidence",
    ]


def test_a_named_target_is_evidence_while_named_and_waits_for_the_quarantine() -> None:
    """
    2026-02-20 Signed Up by ann @acme
    2026-03-01 target T-1 @acme owner=bea
    2026-03-20 target T-1 deleted
    """
    case = case_of(test_a_named_target_is_evidence_while_named_and_waits_for_the_quarantine)
    assert answers(case) == [
        "02-20 refused no_evidence quarantine",
        "03-01 refused quarantine",
        "03-06 sell on target",
        "03-20 refused no_evidence",
    ]


def test_an_open_opportunity_is_evidence_while_open() -> None:
    """
    2026-03-01 Signed Up by ann @acme
    2026-03-05 opportunity O-1 @acme stage=Discovery owner=bea
    2026-03-12 (known 2026-03-13) opportunity O-1 stage="Closed Lost"
    """
    case = case_of(test_an_open_opportunity_is_evidence_while_open)
    assert answers(case)[:3] == [
        "03-01 refused no_evidence quarantine",
        "03-05 sell on opportunity",
        "03-13 refused no_evidence quarantine",
    ]


def test_an_override_is_evidence_until_its_stated_end_and_for_whom_it_names() -> None:
    """
    2026-03-01 Signed Up by ann @acme
    2026-03-02 override V-1 @acme manager=mia seller=bea purpose=help channel=email until=2026-03-09
    2026-03-20 override V-2 @acme manager=mia seller=bea
    """
    case = case_of(test_an_override_is_evidence_until_its_stated_end_and_for_whom_it_names)
    expected = ["03-01 refused no_evidence quarantine", "03-02 help by email on override", "03-09 refused no_evidence quarantine"]
    assert answers(case)[:3] == expected == answers(case, seller="bea")[:3]
    assert at(case, "2026-03-05", seller="tom") == "refused no_evidence quarantine"
    # One that states no end permits nothing.
    assert at(case, "2026-03-21") == "refused no_evidence"


def test_a_prospect_of_a_declared_audience_may_be_called_until_its_first_sign_up() -> None:
    """
    2026-03-01 account acme employees=100
    2026-03-04 account acme employees=800
    2026-03-09 Signed Up by ann @acme
    """
    audience = Audience(("A",), Terms(channels=("call",)))
    tiers = [("A", "employees >= 500"), ("B", "employees >= 50")]
    case = case_of(
        test_a_prospect_of_a_declared_audience_may_be_called_until_its_first_sign_up, outbound=(audience,), world={"tiers": tiers}
    )
    assert answers(case) == [
        "03-01 refused no_evidence",
        "03-04 sell by call on outbound",
        "03-09 refused no_evidence quarantine",
        "03-23 refused no_evidence",
    ]


def test_to_a_customer_the_owner_may_speak_whom_the_contract_names() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 contract C-1 @acme starts=2026-03-01 ends=2026-04-01 owner=bea
    """
    case = case_of(test_to_a_customer_the_owner_may_speak_whom_the_contract_names)
    assert answers(case, seller="bea")[2:] == ["03-01 sell on owner", "04-01 refused no_evidence"]
    assert [at(case, "2026-03-10", seller=one) for one in ("tom", "")] == ["refused no_evidence"] * 2
    permit = answer_of_account(case, "acme", instant("2026-03-10")).permit
    assert permit is not None
    assert (permit.seller, short(permit.expires_at)) == ("bea", "04-01")


def test_a_sign_of_one_person_is_evidence_for_the_account_and_goes_where_the_person_goes() -> None:
    """
    2026-02-01 Signed Up by bob @acme
    2026-02-01 Signed Up by cat @globex
    2026-03-01 Asked for Us by ann @acme
    2026-03-05 Signed Up by ann @globex
    """
    case = case_of(test_a_sign_of_one_person_is_evidence_for_the_account_and_goes_where_the_person_goes, HAND, about={"hand": "person"})
    assert [at(case, f"2026-03-{day}", account) for account in ("acme", "globex") for day in ("02", "06")] == [
        "sell on raised_hand", "refused no_evidence", "refused no_evidence", "sell on raised_hand",
    ]  # fmt: skip


def test_evidence_of_an_account_that_is_merged_away_is_the_survivors() -> None:
    """
    2026-02-01 Signed Up by bob @acme
    2026-03-01 SSO Viewed by ann @acme-eu
    2026-03-10 account acme-eu is acme
    """
    # The event is too old on the 10th to turn the survivor's signal on; what it said of acme-eu holds until the 22nd.
    case = case_of(test_evidence_of_an_account_that_is_merged_away_is_the_survivors, NEED)
    assert answers(case)[2:] == ["03-10 sell on enterprise_need", "03-22 refused no_evidence"]
