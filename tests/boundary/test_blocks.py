"""Semantics 8, a sentence at a time: what keeps a touch from being permitted. Every signal here is on for seven days after its event."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from tandem.boundary.meaning.answers import answer_of_account
from tandem.boundary.meaning.case import Accepted
from tandem.boundary.playbook.policy import Cap, HoldOut, Suppression, Table
from tandem.identity.rules import Exclusion
from tandem.values.instants import DAY
from tests.boundary.cases import HAND, NEED, PLAIN, PROCUREMENT, answers, at, case_of, short
from tests.signals.conditions import read
from tests.signals.worlds import instant


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
