"""Semantics 8, a sentence at a time, with numbers that a person can check by hand. Every signal here is on for seven days after its event."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from fractions import Fraction
from zoneinfo import ZoneInfo

from tandem.boundary.meaning.answers import answer_of_account, starts_at
from tandem.boundary.meaning.case import Accepted
from tandem.boundary.meaning.evidence import stance
from tandem.boundary.playbook.policy import Audience, Cap, HoldOut, Suppression, Table, Terms
from tandem.identity.rules import Exclusion
from tandem.values.instants import DAY
from tests.boundary.cases import HAND, NEED, PLAIN, PROCUREMENT, answers, at, case_of, short, steps
from tests.signals.conditions import read
from tests.signals.worlds import instant

QUARANTINE = {"quarantine": 14 * DAY}
OPEN = {"quarantine": 0}


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


# Blocks.


def test_the_quarantine_moves_with_an_earlier_use_that_is_learnt_of_late() -> None:
    """
    2026-03-01 target T-1 @acme
    2026-03-05 Signed Up by ann @acme
    2026-03-02 (known 2026-03-10) Signed Up by bob @acme
    """
    case = case_of(test_the_quarantine_moves_with_an_earlier_use_that_is_learnt_of_late)
    assert answers(case) == ["03-01 sell on target", "03-05 refused quarantine", "03-16 sell on target"]
    until = [answer_of_account(case, "acme", instant(day)).refusals[0].until for day in ("2026-03-09", "2026-03-10")]
    assert [short(each) for each in until] == ["03-19", "03-16"]


def test_need_a_raised_hand_an_opportunity_and_an_override_pass_the_quarantine_and_nothing_else_does() -> None:
    """
    2026-03-01 Signed Up by u @need
    2026-03-01 Signed Up by u @hand
    2026-03-01 Signed Up by u @deal
    2026-03-01 Signed Up by u @let
    2026-03-01 Signed Up by u @target
    2026-03-01 Signed Up by u @plain
    2026-03-02 SSO Viewed by u @need
    2026-03-02 Asked for Us by u @hand
    2026-03-02 opportunity O-1 @deal stage=Discovery
    2026-03-02 override V-1 @let until=2026-04-01
    2026-03-02 target T-1 @target
    2026-03-02 Pricing Viewed by u @plain
    """
    case = case_of(test_need_a_raised_hand_an_opportunity_and_an_override_pass_the_quarantine_and_nothing_else_does, NEED, HAND, PLAIN)
    found = {one: at(case, "2026-03-03", one) for one in ("need", "hand", "deal", "let", "target", "plain")}
    assert {one for one, said in found.items() if not said.startswith("refused")} == {"need", "hand", "deal", "let"}


def test_a_cap_counts_outbound_touches_of_the_window_that_are_known() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-02-01 target T-1 @acme
    2026-03-01 touch 1 @acme seller=bea direction=outbound
    2026-03-02 touch 2 @acme seller=bea direction=inbound
    2026-03-03 (known 2026-03-04) touch 3 @acme seller=bea
    """
    # Two within a week: the second, of unknown direction, was known on the 4th, and the first is too old on the 8th.
    case = case_of(test_a_cap_counts_outbound_touches_of_the_window_that_are_known, caps=(Cap(2, 7 * DAY),))
    assert answers(case)[1:] == ["02-15 sell on target", "03-04 refused cap", "03-08 sell on target"]
    assert short(answer_of_account(case, "acme", instant("2026-03-05")).refusals[0].until) == "03-08"


def test_a_cap_of_each_person_counts_touches_of_that_person() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-02-01 Signed Up by bob @acme
    2026-02-01 target T-1 @acme
    2026-03-01 touch 1 @acme person=ann seller=bea
    """
    case = case_of(test_a_cap_of_each_person_counts_touches_of_that_person, caps=(Cap(1, 7 * DAY, "person"),))
    assert (at(case, "2026-03-02", person="ann"), at(case, "2026-03-02", person="bob")) == ("refused cap", "sell on target")
    permit = answer_of_account(case, "acme", instant("2026-03-02")).permit
    assert permit is not None
    assert permit.people == ("bob",)


def test_another_sellers_open_opportunity_or_accepted_lead_excludes() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 opportunity O-1 @acme stage=Discovery owner=bea
    2026-03-05 opportunity O-1 stage=Won
    2026-03-05 target T-1 @acme
    """
    accepted = Accepted("acme", "tom", instant("2026-03-10"), instant("2026-03-12"))
    case = case_of(test_another_sellers_open_opportunity_or_accepted_lead_excludes, accepted=(accepted,))
    assert [at(case, f"2026-03-{day}", seller="bea") for day in ("02", "06", "11", "12")] == [
        "sell on opportunity", "sell on target", "refused exclusivity", "sell on target",
    ]  # fmt: skip
    assert [at(case, f"2026-03-{day}", seller="tom") for day in ("02", "11")] == ["refused exclusivity", "sell on target"]
    # Somebody of whom nobody knows who it was is another.
    assert at(case, "2026-03-02", seller="") == "refused exclusivity"
    shared = replace(case, boundary=replace(case.boundary, exclusivity=False))
    assert at(shared, "2026-03-02", seller="tom") == "sell on opportunity"


def test_nothing_passes_suppression() -> None:
    """
    2026-03-01 account acme domain=acme.com competitor=true
    2026-03-01 person ann email=ann@globex.com
    2026-03-01 Signed Up by ann @acme
    2026-03-02 Asked for Us by ann @acme
    2026-03-02 override V-1 @acme until=2026-04-01
    """

    def told(who: str, pattern: str, since: str | None = None, until: str | None = None) -> Suppression:
        dates = [None if day is None else instant(day) for day in (since, until)]
        return Suppression("asked us not to", Exclusion(who, pattern, *dates, ""))  # type: ignore[arg-type]

    story = test_nothing_passes_suppression
    refused = "refused suppression"
    for one in (told("account", "AC*"), told("domain", "acme.com"), Suppression("a rival", when=read("account.competitor = true"))):
        assert at(case_of(story, HAND, suppression=(one,)), "2026-03-03") == refused
    for one in (told("person", "ann"), told("email", "*@globex.com"), told("domain", "globex.com")):
        case = case_of(story, HAND, suppression=(one,))
        # Only she is meant; to the account somebody may speak, if not to her.
        assert (at(case, "2026-03-03", person="ann"), at(case, "2026-03-03", person="bob")) == (refused, "sell on override raised_hand")
    case = case_of(story, HAND, suppression=(told("account", "acme", "2026-03-05", "2026-03-07"),))
    assert answers(case)[1:4] == ["03-02 sell on override raised_hand", "03-05 refused suppression", "03-07 sell on override raised_hand"]


def test_a_suppressed_domain_is_asked_of_what_is_told_and_of_what_was_registered() -> None:
    """
    2026-03-01 account acme domain=https://eu.rival.example/about
    2026-03-01 account beta domain=beta.example
    2026-03-01 person ann email=ann@shop.Rival.example
    2026-03-01 Signed Up by ann @beta
    2026-03-02 override V-1 @acme until=2026-04-01
    2026-03-02 override V-2 @beta until=2026-04-01
    """
    story, refused, let = (
        test_a_suppressed_domain_is_asked_of_what_is_told_and_of_what_was_registered, "refused suppression", "sell on override",
    )  # fmt: skip
    for pattern, acme, ann in (
        ("*.rival.example", refused, refused),
        ("eu.rival.example", refused, let),
        ("shop.rival.example", let, refused),
        ("rival.example", refused, refused),
        ("*/about", let, let),
        ("www.rival.example", let, let),
    ):
        case = case_of(story, suppression=(Suppression("a rival", Exclusion("domain", pattern, None, None, "")),))
        assert (at(case, "2026-03-03"), at(case, "2026-03-03", "beta", person="ann")) == (acme, ann), pattern


def test_whoever_is_another_accounts_is_no_person_of_this_one() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-02-01 Signed Up by zoe @globex
    2026-02-01 person may title=CEO
    2026-03-01 SSO Viewed by ann @acme
    2026-03-05 Signed Up by ann @globex
    2026-03-07 ann is zoe
    """
    case = case_of(test_whoever_is_another_accounts_is_no_person_of_this_one, NEED)
    found = {one: at(case, "2026-03-02", person=one) for one in ("ann", "zoe", "may", "nobody")}
    # Of may nobody knows whose she is, and of the last one nothing at all.
    assert found == {"ann": "sell on enterprise_need", "zoe": "refused person"} | dict.fromkeys(
        ("may", "nobody"), "sell on enterprise_need"
    )
    assert at(case, "2026-02-10", person="zoe") == "refused no_evidence person quarantine"
    # She goes to globex; and a name that is gone is nobody's.
    assert [at(case, f"2026-03-{day}", person="ann") for day in ("04", "05", "07")] == [
        "sell on enterprise_need",
        "refused person",
        "sell on enterprise_need",
    ]
    assert at(case, "2026-03-04") == "sell on enterprise_need"


CONSENT = Table(
    read("person.consent", "value"),
    "person",
    {"given": frozenset({"email", "call"}), "mail": frozenset({"email"}), "withdrawn": frozenset()},
)
REGION = Table(read("account.country", "value"), "account", {"US": frozenset({"email", "call"}), "DE": frozenset({"email"})})


def test_nothing_passes_consent_and_unknown_consent_is_the_strictest() -> None:
    """
    2026-03-01 Signed Up by ann @acme
    2026-03-01 person ann consent=given
    2026-03-01 Signed Up by bob @acme
    2026-03-01 person bob consent=mail
    2026-03-01 Signed Up by cat @acme
    2026-03-01 person cat consent=perhaps
    2026-03-02 Asked for Us by ann @acme
    2026-03-05 person ann consent=withdrawn
    """
    case = case_of(test_nothing_passes_consent_and_unknown_consent_is_the_strictest, HAND, consent=CONSENT)
    assert [at(case, "2026-03-03", person=one) for one in ("ann", "bob", "cat", None)] == [
        "sell by email call on raised_hand", "sell by email on raised_hand", "refused consent", "refused consent",
    ]  # fmt: skip
    assert at(case, "2026-03-05", person="ann") == "refused consent"
    assert (at(case, "2026-03-03", person="bob", channel="call"), at(case, "2026-03-03", person="bob", channel="email")) == (
        "refused consent",
        "sell by email on raised_hand",
    )
    # With the account one may speak where one may speak with somebody.
    permits = [answer_of_account(case, "acme", instant(day)).permit for day in ("2026-03-03", "2026-03-05")]
    assert [permit and (permit.people, permit.channels) for permit in permits] == [
        (("ann", "bob"), ("email", "call")),
        (("bob",), ("email",)),
    ]


def test_unknown_region_allows_what_every_region_allows() -> None:
    """
    2026-03-01 Signed Up by ann @acme
    2026-03-01 Asked for Us by ann @acme
    2026-03-02 account acme country=FR
    2026-03-03 account acme country=US
    """
    case = case_of(test_unknown_region_allows_what_every_region_allows, HAND, region=REGION)
    assert [at(case, f"2026-03-{day}") for day in ("01", "02", "03")] == [
        "sell by email on raised_hand", "sell by email on raised_hand", "sell by email call on raised_hand",
    ]  # fmt: skip
    assert at(case, "2026-03-01", channel="call") == "refused region"


def test_a_hold_out_is_a_share_of_accounts_by_their_hash_and_the_salt() -> None:
    half, other = HoldOut(Fraction(1, 2), "spring"), HoldOut(Fraction(1, 2), "summer")
    names = [f"account-{number}" for number in range(1000)]
    held = [one for one in names if half.holds(one)]
    assert 450 < len(held) < 550
    assert 180 < sum(other.holds(one) for one in held) < 320
    assert [one for one in names if half.holds(one)] == held
    assert not any(HoldOut(Fraction(0), "x").holds(one) for one in names)
    assert all(HoldOut(Fraction(1), "x").holds(one) for one in names)
    # Who is held out of a small share is held out of a larger one.
    assert {one for one in names if HoldOut(Fraction(1, 10), "spring").holds(one)} < set(held)


def test_only_a_raised_hand_and_procurement_pass_a_hold_out() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-05 Asked for Us by ann @acme
    2026-04-10 Questionnaire Sent by ann @acme
    """
    everybody = HoldOut(Fraction(1), "x")
    case = case_of(test_only_a_raised_hand_and_procurement_pass_a_hold_out, NEED, HAND, PROCUREMENT, hold_out=everybody)
    assert answers(case)[1:-1] == [
        "02-15 refused no_evidence hold_out",
        "03-01 refused hold_out",
        "03-05 sell on raised_hand",
        "03-19 refused hold_out",
        "03-22 refused no_evidence hold_out",
        "04-10 sell on enterprise_need",
    ]


# Channels and purposes.


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
    assert UTC
