"""Semantics 8: touches are judged at their own instant, with what was known then."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from tandem.boundary.meaning.judged import judged, sum_up
from tandem.boundary.playbook.policy import Cap, HoldOut, Table, Terms
from tandem.values.instants import DAY
from tests.boundary.cases import HAND, NEED, PLAIN, Case, case_of
from tests.signals.conditions import read
from tests.signals.worlds import instant


def verdicts(case: Case, since: str = "2026-01-01", until: str = "2026-05-01", as_of: str = "2026-05-01") -> dict[str, str]:
    """By touch, what it is: of a violation its reasons."""
    found = judged(case, instant(since), instant(until), instant(as_of))
    return {each.touch.id: " ".join(one.reason for one in each.refusals) if each.verdict == "violation" else each.verdict for each in found}


def test_a_touch_without_evidence_is_poached_whatever_came_later() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 touch 1 @acme seller=bea direction=outbound
    2026-03-02T09:00 SSO Viewed by ann @acme
    2026-03-02T10:00 touch 2 @acme seller=bea direction=outbound
    2026-03-23T09:00 touch 3 @acme seller=bea direction=outbound
    """
    # What she viewed says something until the 9th, and two weeks more.
    case = case_of(test_a_touch_without_evidence_is_poached_whatever_came_later, NEED)
    assert verdicts(case) == {"1": "poached", "2": "permitted", "3": "poached"}
    summed = sum_up(judged(case, instant("2026-01-01"), instant("2026-05-01"), instant("2026-05-01")))
    assert (summed.touches, summed.poached, summed.poached_rate, summed.violations) == (3, 2, Fraction(2, 3), {})


def test_what_was_learnt_after_the_touch_does_not_excuse_it() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 (known 2026-03-05) SSO Viewed by ann @acme
    2026-03-02 touch 1 @acme seller=bea
    2026-03-06 touch 2 @acme seller=bea
    """
    assert verdicts(case_of(test_what_was_learnt_after_the_touch_does_not_excuse_it, NEED)) == {"1": "poached", "2": "permitted"}


def test_a_touch_that_is_told_later_is_judged_by_when_it_happened() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 (known 2026-03-05) touch 1 @acme seller=bea
    2026-03-02 SSO Viewed by ann @acme
    """
    case = case_of(test_a_touch_that_is_told_later_is_judged_by_when_it_happened, NEED)
    assert verdicts(case) == {"1": "poached"}
    # Before it is told nobody can judge it.
    assert verdicts(case, as_of="2026-03-04") == {}


def test_inbound_touches_are_nobodys_fault_and_unknown_direction_counts_as_outbound() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 touch 1 @acme seller=bea direction=inbound
    2026-03-02 touch 2 @acme seller=bea
    2026-03-03 touch 3 @acme seller=bea direction=sideways
    2026-03-04 touch 4 @acme seller=bea direction=Inbound
    """
    case = case_of(test_inbound_touches_are_nobodys_fault_and_unknown_direction_counts_as_outbound)
    assert verdicts(case) == {"2": "poached", "3": "poached"}


def test_a_touch_with_evidence_but_blocked_is_a_violation_by_each_reason() -> None:
    """
    2026-03-01 Signed Up by ann @acme
    2026-03-01 target T-1 @acme
    2026-03-02 touch 1 @acme seller=bea
    2026-03-03 touch 2 @acme seller=bea
    2026-03-20 touch 3 @acme seller=bea
    """
    # On the 3rd it is the second within a week, in a quarantine that ends on the 15th.
    case = case_of(test_a_touch_with_evidence_but_blocked_is_a_violation_by_each_reason, caps=(Cap(1, 7 * DAY),))
    assert verdicts(case) == {"1": "quarantine", "2": "quarantine cap", "3": "permitted"}
    summed = sum_up(judged(case, instant("2026-01-01"), instant("2026-05-01"), instant("2026-05-01")))
    assert (summed.poached, summed.violations) == (0, {"cap": 1, "quarantine": 2})


def test_a_touch_is_not_counted_against_itself_and_of_two_at_once_the_first_is_within_the_cap() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-02-01 target T-1 @acme
    2026-03-02 touch 1 @acme seller=bea
    2026-03-02 touch 2 @acme seller=bea
    2026-03-09 touch 3 @acme seller=bea
    """
    # A week after both they are too old.
    case = case_of(test_a_touch_is_not_counted_against_itself_and_of_two_at_once_the_first_is_within_the_cap, caps=(Cap(1, 7 * DAY),))
    assert verdicts(case) == {"1": "permitted", "2": "cap", "3": "permitted"}


def test_a_cap_does_not_count_what_nobody_knew_of() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-02-01 target T-1 @acme
    2026-03-02 (known 2026-03-04) touch 1 @acme seller=bea
    2026-03-03 touch 2 @acme seller=tom
    """
    assert verdicts(case_of(test_a_cap_does_not_count_what_nobody_knew_of, caps=(Cap(1, 7 * DAY),))) == {"1": "permitted", "2": "permitted"}


def test_overrides_are_counted_apart_and_only_for_whom_they_are() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 override V-1 @acme manager=mia seller=bea until=2026-03-05
    2026-03-02 touch 1 @acme seller=bea
    2026-03-02 touch 2 @acme seller=tom
    2026-03-03 SSO Viewed by ann @acme
    2026-03-04 touch 3 @acme seller=bea
    """
    case = case_of(test_overrides_are_counted_apart_and_only_for_whom_they_are, NEED)
    assert verdicts(case) == {"1": "override", "2": "poached", "3": "permitted"}
    summed = sum_up(judged(case, instant("2026-01-01"), instant("2026-05-01"), instant("2026-05-01")))
    assert (summed.touches, summed.poached, summed.overrides) == (3, 1, 1)


def test_touches_that_match_no_account_are_shown_and_not_counted() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-02 touch 1 seller=bea person=ann
    2026-03-02 touch 2 seller=bea person=zoe
    2026-03-02 touch 3 seller=bea
    """
    case = case_of(test_touches_that_match_no_account_are_shown_and_not_counted)
    assert verdicts(case) == {"1": "poached", "2": "unmatched", "3": "unmatched"}
    summed = sum_up(judged(case, instant("2026-01-01"), instant("2026-05-01"), instant("2026-05-01")))
    assert (summed.touches, summed.unmatched, summed.poached_rate) == (1, 2, 1)
    assert sum_up([]).poached_rate is None


def test_a_touch_of_an_account_that_was_merged_since_is_judged_by_what_it_was() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-02-01 Signed Up by bob @acme-eu
    2026-03-01 SSO Viewed by ann @acme
    2026-03-02 touch 1 @acme-eu seller=bea
    2026-03-03 account acme-eu is acme
    2026-03-04 touch 2 @acme-eu seller=bea
    """
    case = case_of(test_a_touch_of_an_account_that_was_merged_since_is_judged_by_what_it_was, NEED)
    assert verdicts(case) == {"1": "poached", "2": "permitted"}


def test_a_period_holds_its_beginning_and_not_its_end() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 touch 1 @acme seller=bea
    2026-03-08 touch 2 @acme seller=bea
    """
    case = case_of(test_a_period_holds_its_beginning_and_not_its_end)
    assert list(verdicts(case, "2026-03-01", "2026-03-08")) == ["1"]


def test_a_prospect_outside_of_every_audience_is_poached_too() -> None:
    """
    2026-03-01 account acme employees=10
    2026-03-02 touch 1 @acme seller=bea
    """
    assert verdicts(case_of(test_a_prospect_outside_of_every_audience_is_poached_too)) == {"1": "poached"}


def test_a_held_out_account_that_is_touched_on_need_is_a_violation_and_after_a_raised_hand_is_not() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-02 touch 1 @acme seller=bea
    2026-03-03 Asked for Us by ann @acme
    2026-03-04 touch 2 @acme seller=bea
    """
    story = test_a_held_out_account_that_is_touched_on_need_is_a_violation_and_after_a_raised_hand_is_not
    assert verdicts(case_of(story, NEED, HAND, hold_out=HoldOut(Fraction(1), "x"))) == {"1": "hold_out", "2": "permitted"}


def test_a_rule_that_some_of_the_evidence_passes_is_no_reason() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-02 Asked for Us by ann @acme
    2026-03-03 touch 1 @acme seller=bea
    2026-03-04 touch 2 @acme seller=bea
    """
    # The raised hand passes the hold-out, and nothing passes the cap; need alone meets both.
    told = {"caps": (Cap(1, 7 * DAY),), "hold_out": HoldOut(Fraction(1), "x")}
    story = test_a_rule_that_some_of_the_evidence_passes_is_no_reason
    assert verdicts(case_of(story, NEED, HAND, **told)) == {"1": "permitted", "2": "cap"}
    assert verdicts(case_of(story, NEED, **told)) == {"1": "hold_out", "2": "cap hold_out"}
    # Where each of them meets another, both are reasons: the hand allows a call alone, and the region none.
    hand = replace(HAND, terms=Terms(channels=("call",)))
    region = Table(read("account.country", "value"), "account", {"US": frozenset({"email", "call"}), "DE": frozenset({"email"})})
    found = verdicts(
        case_of(story, replace(NEED, terms=Terms(channels=("email",))), hand, region=region, hold_out=HoldOut(Fraction(1), "x"))
    )
    assert found == {"1": "region hold_out", "2": "region hold_out"}


def test_a_touch_may_name_a_person_whom_we_know_of_another_account() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-02-01 Signed Up by zoe @globex
    2026-03-01 SSO Viewed by ann @acme
    2026-03-02 touch 1 @acme person=zoe seller=bea
    """
    assert verdicts(case_of(test_a_touch_may_name_a_person_whom_we_know_of_another_account, NEED)) == {"1": "permitted"}


def test_before_a_plain_sign_is_evidence_a_touch_is_poached() -> None:
    """
    2026-03-01 Signed Up by ann @acme
    2026-03-10 Pricing Viewed by ann @acme
    2026-03-12 touch 1 @acme seller=bea
    2026-03-15 touch 2 @acme seller=bea
    """
    assert verdicts(case_of(test_before_a_plain_sign_is_evidence_a_touch_is_poached, PLAIN)) == {"1": "poached", "2": "permitted"}
