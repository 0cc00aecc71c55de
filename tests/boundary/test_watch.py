"""Semantics 8: accounts that ask for procurement and that nobody takes care of in time. 2026-03-02 is a Monday."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from tandem.boundary.meaning.case import Accepted
from tandem.boundary.meaning.watch import neglected, watch
from tandem.boundary.playbook.policy import HoldOut
from tandem.values.business_time import BusinessTime
from tandem.values.instants import DAY, HOUR
from tests.boundary.cases import NEED, PROCUREMENT, Case, case_of, short
from tests.signals.worlds import instant

# Nine to five, Monday to Friday; the SLA of `PROCUREMENT` is eight hours: a working day.
HOURS = BusinessTime(working_hours=dict.fromkeys(range(5), ((9 * 60, 17 * 60),)))


def alone(case: Case, day: str) -> list[str]:
    return [f"{each.account} since {short(each.deadline)}" for each in neglected(case, instant(day))]


def owners(case: Case, since: str = "2026-01-01", until: str = "2026-05-01", as_of: str = "2026-05-01") -> list[str]:
    found = watch(case, instant(since), instant(until), instant(as_of))
    return [f"{each.account} {short(each.deadline)} {each.owner or 'nobody'}" for each in found.due]


def test_whom_nobody_takes_care_of_in_business_time_is_neglected() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-06T15:00 Questionnaire Sent by ann @acme
    """
    # Friday at three: two hours are left of that day, and six of Monday.
    case = case_of(test_whom_nobody_takes_care_of_in_business_time_is_neglected, PROCUREMENT, hours=HOURS)
    assert alone(case, "2026-03-09T14:59") == []
    assert alone(case, "2026-03-09T15:00") == ["acme since 03-09T15:00"]
    # Its evidence holds for the seven days that it is on, and fourteen more.
    assert alone(case, "2026-03-27T14:59") == ["acme since 03-09T15:00"]
    assert alone(case, "2026-03-27T15:00") == []
    assert owners(case) == ["acme 03-09T15:00 nobody"]
    assert watch(case, 0, instant("2026-05-01"), instant("2026-05-01")).neglected_rate == 1


def test_what_is_not_yet_due_is_neither() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-06T15:00 Questionnaire Sent by ann @acme
    """
    case = case_of(test_what_is_not_yet_due_is_neither, PROCUREMENT, hours=HOURS)
    assert owners(case, as_of="2026-03-09T14:59") == []
    assert watch(case, 0, instant("2026-05-01"), instant("2026-03-09T14:59")).neglected_rate is None
    # A period holds deadlines, not firings.
    assert owners(case, until="2026-03-09T15:00") == []
    assert len(owners(case, since="2026-03-09T15:00")) == 1


def test_a_touch_since_the_firing_is_care_and_one_before_it_is_not() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-02-01 Signed Up by bob @beta
    2026-03-02T08:00 touch 1 @acme seller=bea
    2026-03-02T09:00 Questionnaire Sent by ann @acme
    2026-03-02T09:00 Questionnaire Sent by bob @beta
    2026-03-02T16:00 touch 2 @beta seller=bea
    2026-03-04T16:00 touch 3 @acme seller=bea
    """
    case = case_of(test_a_touch_since_the_firing_is_care_and_one_before_it_is_not, PROCUREMENT, hours=HOURS)
    assert alone(case, "2026-03-03") == ["acme since 03-02T17:00"]
    assert alone(case, "2026-03-05") == []
    # What came too late does not mend the rate: one of two.
    assert owners(case) == ["acme 03-02T17:00 nobody", "beta 03-02T17:00 bea"]
    assert watch(case, 0, instant("2026-05-01"), instant("2026-05-01")).neglected_rate == Fraction(1, 2)


def test_the_owner_of_an_open_opportunity_is_care() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-02-20 opportunity O-1 @acme stage=Discovery owner=bea
    2026-03-02T09:00 Questionnaire Sent by ann @acme
    2026-03-05 opportunity O-1 stage="Closed Lost"
    """
    case = case_of(test_the_owner_of_an_open_opportunity_is_care, PROCUREMENT, hours=HOURS)
    assert owners(case) == ["acme 03-02T17:00 bea"]
    assert (alone(case, "2026-03-04"), alone(case, "2026-03-05")) == ([], ["acme since 03-02T17:00"])


def test_who_accepted_on_the_desk_is_care() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-02T09:00 Questionnaire Sent by ann @acme
    """
    accepted = Accepted("acme", "bea", instant("2026-03-02T12:00"))
    assert owners(case_of(test_who_accepted_on_the_desk_is_care, PROCUREMENT, hours=HOURS, accepted=(accepted,))) == [
        "acme 03-02T17:00 bea"
    ]


def test_the_owner_on_the_record_counts_only_where_the_boundary_says_so() -> None:
    """
    2026-02-01 account acme owner=bea
    2026-02-01 Signed Up by ann @acme
    2026-03-02T09:00 Questionnaire Sent by ann @acme
    """
    case = case_of(test_the_owner_on_the_record_counts_only_where_the_boundary_says_so, PROCUREMENT, hours=HOURS)
    assert owners(case) == ["acme 03-02T17:00 nobody"]
    assert owners(replace(case, boundary=replace(case.boundary, account_owner=True))) == ["acme 03-02T17:00 bea"]


def test_who_has_left_the_company_takes_care_of_nobody() -> None:
    """
    2026-02-01 seller bea ended=2026-03-03
    2026-02-01 Signed Up by ann @acme
    2026-02-20 opportunity O-1 @acme stage=Discovery owner=bea
    2026-03-02T09:00 Questionnaire Sent by ann @acme
    """
    case = case_of(test_who_has_left_the_company_takes_care_of_nobody, PROCUREMENT, hours=HOURS)
    assert owners(case) == ["acme 03-02T17:00 bea"]
    assert (alone(case, "2026-03-02T23:00"), alone(case, "2026-03-03")) == ([], ["acme since 03-02T17:00"])


def test_neither_a_hold_out_nor_a_block_hides_an_account_and_other_signals_are_not_watched() -> None:
    """
    2026-03-01 Signed Up by ann @acme
    2026-03-02T09:00 Questionnaire Sent by ann @acme
    2026-03-02T09:00 SSO Viewed by ann @acme
    """
    story = test_neither_a_hold_out_nor_a_block_hides_an_account_and_other_signals_are_not_watched
    case = case_of(story, PROCUREMENT, NEED, hours=HOURS, hold_out=HoldOut(Fraction(1), "x"), quarantine=90 * DAY)
    assert alone(case, "2026-03-03") == ["acme since 03-02T17:00"]


def test_a_quiet_edge_prolongs_the_evidence_of_its_firing_and_sets_no_new_deadline() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-02T09:00 Questionnaire Sent by ann @acme
    2026-03-20T09:00 Questionnaire Sent by ann @acme
    """
    # On until the 9th and valid until the 23rd; on again on the 20th, until the 27th, and valid until April the 10th.
    case = case_of(test_a_quiet_edge_prolongs_the_evidence_of_its_firing_and_sets_no_new_deadline, PROCUREMENT, hours=HOURS)
    assert owners(case) == ["acme 03-02T17:00 nobody"]
    assert alone(case, "2026-04-09") == ["acme since 03-02T17:00"]
    assert alone(case, "2026-04-10T09:00") == []


def test_a_firing_is_not_bound_any_more_once_its_evidence_was_interrupted() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-02T09:00 Questionnaire Sent by ann @acme
    2026-03-25T09:00 Questionnaire Sent by ann @acme
    """
    # Valid until the 23rd; the edge of the 25th is quiet, for it stands within the cooldown, and makes nothing up.
    case = case_of(test_a_firing_is_not_bound_any_more_once_its_evidence_was_interrupted, PROCUREMENT, hours=HOURS)
    assert (len(alone(case, "2026-03-22")), alone(case, "2026-03-26")) == (1, [])


def test_a_firing_of_an_account_that_is_merged_away_is_the_survivors() -> None:
    """
    2026-02-01 Signed Up by bob @acme
    2026-03-02T09:00 Questionnaire Sent by ann @acme-eu
    2026-03-02T12:00 account acme-eu is acme
    2026-03-02T15:00 touch 1 @acme seller=bea
    """
    # The survivor turns on by the merge, within the cooldown: one firing, one deadline.
    case = case_of(test_a_firing_of_an_account_that_is_merged_away_is_the_survivors, replace(PROCUREMENT, sla=4 * HOUR))
    assert owners(case) == ["acme 03-02T13:00 nobody"]
    case = case_of(test_a_firing_of_an_account_that_is_merged_away_is_the_survivors, PROCUREMENT, hours=HOURS)
    assert owners(case) == ["acme 03-02T17:00 bea"]
