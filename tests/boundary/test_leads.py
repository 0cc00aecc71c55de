"""Semantics 8: a firing with a permit is a lead, one that is refused waits, and an account has one open lead."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from tandem.boundary.meaning.case import Closed
from tandem.boundary.meaning.leads import Lead, leads
from tandem.boundary.playbook.policy import Budget, Cap, Qualifying, Suppression, Terms
from tandem.signals.playbook.declare import Points, Score
from tandem.values.instants import DAY
from tests.boundary.cases import HAND, NEED, NOWHERE, PLAIN, PROCUREMENT, Case, case_of, short
from tests.signals.conditions import read
from tests.signals.worlds import instant


def listed(case: Case, as_of: str = "2026-05-01") -> list[str]:
    """`acme 03-01 need; 03-05 hand until 03-22 permit`."""
    return [_listed(each) for each in leads(case, instant(as_of)).leads]


def _listed(lead: Lead) -> str:
    rows = "; ".join(f"{short(row.at)} {row.firing.signal}" for row in lead.rows)
    return f"{lead.account} {rows}" + (f" until {short(lead.until)} {lead.ended}" if lead.ended else "")


def waits(case: Case, as_of: str) -> list[str]:
    found = leads(case, instant(as_of)).waiting
    return [f"{each.account} {each.firing.signal} {' '.join(one.reason for one in each.refusals)}" for each in found]


def test_a_firing_with_a_permit_is_a_lead_until_its_permit_ends() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01T10:00 SSO Viewed by ann @acme
    """
    # The signal is off on the 8th, which ends nothing; the evidence ends on the 22nd.
    case = case_of(test_a_firing_with_a_permit_is_a_lead_until_its_permit_ends, NEED)
    assert listed(case) == ["acme 03-01T10:00 need until 03-22T10:00 permit"]
    assert listed(case, "2026-03-21") == ["acme 03-01T10:00 need"]
    assert listed(case, "2026-03-01T09:59") == []


def test_a_refused_firing_waits_while_its_signal_is_on_and_becomes_a_lead_with_the_first_permit() -> None:
    """
    2026-03-01 Signed Up by ann @acme
    2026-03-10 Pricing Viewed by ann @acme
    2026-03-01 Signed Up by bob @beta
    2026-03-02 Pricing Viewed by bob @beta
    """
    # The quarantine ends on the 15th: acme's signal is on until the 17th, beta's was until the 9th.
    case = case_of(test_a_refused_firing_waits_while_its_signal_is_on_and_becomes_a_lead_with_the_first_permit, PLAIN)
    assert listed(case, "2026-03-16") == ["acme 03-15 looks"]
    assert waits(case, "2026-03-08") == ["beta looks no_evidence quarantine"]
    assert waits(case, "2026-03-12") == ["acme looks no_evidence quarantine"]
    assert waits(case, "2026-03-15") == []


def test_an_account_has_one_open_lead_and_further_firings_are_its_reasons() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-05 Asked for Us by ann @acme
    2026-03-22 Questionnaire Sent by ann @acme
    """
    # Need ends on the 22nd, at which instant procurement begins: the lead goes on, until the 29th and two weeks more.
    case = case_of(test_an_account_has_one_open_lead_and_further_firings_are_its_reasons, NEED, HAND, PROCUREMENT)
    assert listed(case) == ["acme 03-01 need; 03-05 hand; 03-22 questionnaire until 04-12 permit"]


def test_a_lead_of_a_person_hangs_under_the_lead_of_the_account() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by bob @acme
    2026-03-05 Asked for Us by ann @acme
    """
    case = case_of(test_a_lead_of_a_person_hangs_under_the_lead_of_the_account, NEED, HAND, about={"hand": "person"})
    (lead,) = leads(case, instant("2026-03-06")).leads
    assert [(row.firing.subject.kind, row.firing.subject.id) for row in lead.rows] == [("account", "acme"), ("person", "ann")]


def test_a_lead_ends_with_an_opportunity_and_while_one_is_open_firings_wait() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-03 opportunity O-1 @acme stage=Discovery owner=bea
    2026-03-10 Asked for Us by ann @acme
    2026-03-12 opportunity O-1 stage=Lost
    """
    case = case_of(test_a_lead_ends_with_an_opportunity_and_while_one_is_open_firings_wait, NEED, HAND)
    assert listed(case, "2026-03-13") == ["acme 03-01 need until 03-03 opportunity", "acme 03-12 hand"]
    assert waits(case, "2026-03-11") == ["acme hand opportunity"]


def test_a_lead_ends_by_a_person_and_what_fires_later_is_another() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-05 Asked for Us by ann @acme
    """
    case = case_of(test_a_lead_ends_by_a_person_and_what_fires_later_is_another, NEED, HAND, closed=[Closed("acme", instant("2026-03-03"))])
    assert listed(case, "2026-03-06") == ["acme 03-01 need until 03-03 person", "acme 03-05 hand"]


def test_what_fires_at_the_instant_at_which_a_person_ends_a_lead_is_another() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-03 Asked for Us by ann @acme
    """
    story = test_what_fires_at_the_instant_at_which_a_person_ends_a_lead_is_another
    case = case_of(story, NEED, HAND, closed=[Closed("acme", instant("2026-03-03"))])
    assert listed(case, "2026-03-06") == ["acme 03-01 need until 03-03 person", "acme 03-03 hand"]


def test_a_firing_that_a_budget_would_keep_is_a_reason_at_once_where_another_opens_the_lead() -> None:
    """
    2026-02-01 Signed Up by u @a
    2026-02-01 Signed Up by u @b
    2026-02-01 account b employees=500
    2026-03-01 SSO Viewed by u @a
    2026-03-02 SSO Viewed by u @b
    2026-03-02 Asked for Us by u @b
    """
    # b's need comes first by its score, and finds March's one spent on a.
    story = test_a_firing_that_a_budget_would_keep_is_a_reason_at_once_where_another_opens_the_lead
    size = Score("size", "size", "account", (Points(read("employees >= 100"), Fraction(10), "", NOWHERE),), NOWHERE)
    case = case_of(story, replace(NEED, budget=Budget(1, "month", "size")), HAND, scores={"size": size})
    assert listed(case, "2026-03-02") == ["a 03-01 need", "b 03-02 hand; 03-02 need"]
    assert waits(case, "2026-03-02") == []


def test_a_cap_lets_a_lead_rest_and_does_not_end_it() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-02 touch 1 @acme seller=bea
    2026-03-04 Asked for Us by ann @acme
    """
    case = case_of(test_a_cap_lets_a_lead_rest_and_does_not_end_it, NEED, HAND, caps=(Cap(1, 7 * DAY),))
    # The hand waits for the cap, which lifts on the 9th.
    assert listed(case) == ["acme 03-01 need; 03-09 hand until 03-22 permit"]
    assert waits(case, "2026-03-05") == ["acme hand cap"]


def test_a_lead_that_lost_its_permit_does_not_come_back_without_a_firing() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-01 account acme country=US
    2026-03-03 account acme rival=true
    2026-03-04 account acme rival=false
    """
    rivals = Suppression("a rival", when=read("account.rival = true"))
    case = case_of(test_a_lead_that_lost_its_permit_does_not_come_back_without_a_firing, NEED, suppression=(rivals,))
    assert listed(case) == ["acme 03-01 need until 03-03 permit"]


def test_the_open_lead_of_an_account_that_is_merged_away_is_the_survivors() -> None:
    """
    2026-02-01 Signed Up by bob @acme
    2026-03-01 SSO Viewed by ann @acme-eu
    2026-03-03 Asked for Us by bob @acme
    2026-03-05 account acme-eu is acme
    """
    # On the 5th acme's own signal of need turns on by the merge, within the cooldown, and does not fire.
    case = case_of(test_the_open_lead_of_an_account_that_is_merged_away_is_the_survivors, NEED, HAND)
    assert listed(case, "2026-03-06") == ["acme 03-01 need; 03-03 hand"]
    assert listed(case, "2026-03-04") == ["acme-eu 03-01 need", "acme 03-03 hand"]


def test_a_budget_lets_the_best_through_first_and_the_rest_waits_for_the_next_period() -> None:
    """
    2026-02-01 Signed Up by u @a
    2026-02-01 Signed Up by u @b
    2026-02-01 Signed Up by u @c
    2026-02-01 account b employees=10
    2026-02-01 account c employees=500
    2026-03-27 SSO Viewed by u @a
    2026-03-28 SSO Viewed by u @b
    2026-03-29 SSO Viewed by u @c
    """
    size = Score("size", "size", "account", (Points(read("employees >= 100"), Fraction(10), "", NOWHERE),), NOWHERE)
    one = replace(NEED, budget=Budget(1, "month", "size"))
    case = case_of(test_a_budget_lets_the_best_through_first_and_the_rest_waits_for_the_next_period, one, scores={"size": size})
    # March has one, and a comes first. In April it is c, the larger; b's signal is over before May.
    assert listed(case, "2026-04-02") == ["a 03-27 need", "c 04-01 need"]
    found = leads(case, instant("2026-03-30")).waiting
    assert [(each.account, each.rank, short(each.refusals[0].until)) for each in found] == [("c", 1, "04-01"), ("b", 2, "04-01")]
    assert waits(case, "2026-04-03") == ["b need budget"]
    assert waits(case, "2026-04-05") == []


def test_procurement_is_exempt_from_budgets() -> None:
    """
    2026-02-01 Signed Up by u @a
    2026-02-01 Signed Up by u @b
    2026-03-01 Questionnaire Sent by u @a
    2026-03-02 Questionnaire Sent by u @b
    """
    rule = replace(PROCUREMENT, budget=Budget(1, "month"))
    assert listed(case_of(test_procurement_is_exempt_from_budgets, rule), "2026-03-03") == [
        "a 03-01 questionnaire",
        "b 03-02 questionnaire",
    ]


def test_a_firing_within_the_cooldown_is_none() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-10 SSO Viewed by ann @acme
    """
    # The quiet edge of the 10th is evidence until the 31st all the same.
    assert listed(case_of(test_a_firing_within_the_cooldown_is_none, NEED)) == ["acme 03-01 need until 03-31 permit"]


def test_a_permit_for_a_firing_may_rest_on_other_evidence() -> None:
    """
    2026-03-01 target T-1 @acme
    2026-03-02 Funding Raised by @acme
    """
    news = Qualifying("news", "plain", Terms(), not_before=30 * DAY)
    case = case_of(test_a_permit_for_a_firing_may_rest_on_other_evidence, news, signals={"news": 'count("Funding Raised", 7d) >= 1'})
    assert listed(case) == ["acme 03-02 news"]


def test_a_signal_that_permits_nothing_is_one_more_reason_of_a_lead() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-02-01 Signed Up by bob @beta
    2026-03-01 SSO Viewed by ann @acme
    2026-03-02 Pricing Viewed by ann @acme
    2026-03-02 Pricing Viewed by bob @beta
    """
    case = case_of(test_a_signal_that_permits_nothing_is_one_more_reason_of_a_lead, NEED, replace(PLAIN, sign="none"))
    assert listed(case, "2026-03-03") == ["acme 03-01 need; 03-02 looks"]
    assert waits(case, "2026-03-03") == ["beta looks no_evidence"]


def test_what_permits_nothing_opens_no_lead_although_something_else_permits_and_joins_the_one_that_opens() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-02-20 target T-1 @acme
    2026-03-02 Pricing Viewed by ann @acme
    2026-03-04 SSO Viewed by ann @acme
    """
    case = case_of(
        test_what_permits_nothing_opens_no_lead_although_something_else_permits_and_joins_the_one_that_opens,
        NEED,
        replace(PLAIN, sign="none"),
    )
    assert listed(case, "2026-03-03") == []
    assert waits(case, "2026-03-03") == ["acme looks no_lead"]
    assert listed(case, "2026-03-05") == ["acme 03-04 need; 03-04 looks"]
    assert waits(case, "2026-03-05") == []
