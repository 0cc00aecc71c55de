"""Semantics 8, a sentence at a time: from when until when a permit stands, and for which channels and purposes."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from tandem.boundary.meaning.answers import answer_of_account, starts_at
from tandem.boundary.playbook.policy import Terms
from tests.boundary.cases import HAND, NEED, PLAIN, answers, at, case_of, short, steps
from tests.signals.worlds import instant


def test_a_permit_expires_with_its_last_evidence_and_has_no_end_while_that_is_on() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-09 Asked for Us by ann @acme
    """
    case = case_of(test_a_permit_expires_with_its_last_evidence_and_has_no_end_while_that_is_on, NEED, HAND)
    expiries = steps(case, lambda t: short(permit.expires_at) if (permit := answer_of_account(case, "acme", t).permit) else "-")
    # Need is off from the 8th, and ends on the 22nd; the hand of the 9th ends on the 23rd.
    assert expiries == ["02-01 -", "03-01 never", "03-08 03-22", "03-09 03-23", "03-23 -"]


def test_the_permit_starts_at_the_end_of_the_quarantine_or_at_the_next_sign_of_need_whichever_is_first() -> None:
    """
    2026-03-01 Signed Up by ann @acme
    2026-03-10 Pricing Viewed by ann @acme
    2026-03-12T15:00 SSO Viewed by ann @acme
    """
    case = case_of(test_the_permit_starts_at_the_end_of_the_quarantine_or_at_the_next_sign_of_need_whichever_is_first, PLAIN, NEED)
    assert answers(case)[:3] == [
        "03-01 refused no_evidence quarantine",
        "03-12T15:00 sell on enterprise_need",
        "03-15 sell on enterprise_need plain",
    ]
    # It stands without a break since the first of both.
    assert short(starts_at(case, "acme", instant("2026-03-20"))) == "03-12T15:00"
    assert starts_at(case, "acme", instant("2026-03-12")) is None


def test_a_permit_is_of_the_channels_and_purposes_that_its_evidence_names() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-03 Asked for Us by ann @acme
    """
    need = replace(NEED, terms=Terms("sales_assist", "help", ("email",)))
    hand = replace(HAND, terms=Terms("sales_led", "sell", ("call",)))
    case = case_of(test_a_permit_is_of_the_channels_and_purposes_that_its_evidence_names, need, hand)
    assert (at(case, "2026-03-02"), at(case, "2026-03-04")) == (
        "help by email on enterprise_need",
        "sell by email call on enterprise_need raised_hand",
    )
    permits = [answer_of_account(case, "acme", instant(day)).permit for day in ("2026-03-02", "2026-03-04")]
    assert [permit and permit.motion for permit in permits] == ["sales_assist", "sales_led"]
    assert at(case, "2026-03-02", channel="call") == "refused channel"
    assert at(case, "2026-03-02", purpose="sell") == "refused purpose"
    assert at(case, "2026-03-02", channel="fax", purpose="chat") == "help by email on enterprise_need"
    # Whom one may sell to, one may help; to sell by mail, nothing speaks.
    assert at(case, "2026-03-04", purpose="help", channel="call") == "sell by call on raised_hand"
    assert at(case, "2026-03-04", purpose="sell", channel="email") == "refused purpose"


def test_days_are_those_of_the_company() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 override V-1 @acme until=2026-03-05
    """
    case = case_of(test_days_are_those_of_the_company, zone=ZoneInfo("America/New_York"))
    assert answers(case)[2:] == ["03-01T05:00 sell on override", "03-05T05:00 refused no_evidence"]
