"""Semantics 6 and 8 where playbooks follow each other: what an apply turns on, what it ends, and what goes on. 2026-03-02 is a Monday."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from tandem.boundary.in_force import InForce, always, in_force_at
from tandem.boundary.meaning.case import Case, Firing
from tandem.boundary.meaning.firings import firings
from tandem.boundary.meaning.judged import judged
from tandem.boundary.meaning.leads import leads
from tandem.boundary.meaning.watch import neglected, watch
from tandem.boundary.playbook.policy import Budget, Qualifying, Suppression
from tandem.signals.world import Subject
from tandem.timeline.steps import ALWAYS
from tandem.values.business_time import BusinessTime
from tandem.values.instants import DAY, HOUR
from tests.boundary.cases import HAND, NEED, PLAIN, PROCUREMENT, SIGNALS, case_of, short
from tests.signals.conditions import read
from tests.signals.worlds import instant

Playbooks = list[InForce[Case]]
LATER = {**SIGNALS, "need": 'count("SSO Viewed", 14d) >= 1'}
HOURS = BusinessTime(UTC, dict.fromkeys(range(5), ((9 * 60, 17 * 60),)))


def then(first: Case, day: str, second: Case, *, quiet: bool = False) -> Playbooks:
    """One from the log's beginning, and another from a day on."""
    return [*always(first), InForce(instant(day), second, quiet)]


def fired(playbooks: Playbooks) -> list[str]:
    return [f"{short(each.at)} {each.signal} {each.subject.id}" for each in firings(playbooks)]


def listed(playbooks: Playbooks, as_of: str = "2026-05-01") -> list[str]:
    found = []
    for each in leads(playbooks, instant(as_of)).leads:
        rows = "; ".join(f"{short(row.at)} {row.firing.signal}" for row in each.rows)
        found.append(f"{each.account} {rows}" + (f" until {short(each.until)} {each.ended}" if each.ended else ""))
    return found


def waits(playbooks: Playbooks, as_of: str) -> list[str]:
    found = leads(playbooks, instant(as_of)).waiting
    return [f"{each.account} {each.firing.signal} {' '.join(one.reason for one in each.refusals)}" for each in found]


def test_an_apply_fires_what_is_on_and_a_quiet_one_does_not() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-12 SSO Viewed by bob @beta
    """
    story = test_an_apply_fires_what_is_on_and_a_quiet_one_does_not
    none, ours = case_of(story), case_of(story, NEED)
    # acme's is on until the 8th.
    assert fired(then(none, "2026-03-05", ours)) == ["03-05 need acme", "03-12 need beta"]
    assert fired(then(none, "2026-03-05", ours, quiet=True)) == ["03-12 need beta"]
    assert fired(then(none, "2026-03-08", ours)) == ["03-12 need beta"]
    assert fired([InForce(instant("2026-03-05"), ours)]) == ["03-05 need acme", "03-12 need beta"]
    assert fired([InForce(ALWAYS, ours)]) == ["03-01 need acme", "03-12 need beta"]
    assert listed(then(none, "2026-03-05", ours), "2026-03-13") == ["acme 03-05 need", "beta 03-12 need"]
    assert listed(then(none, "2026-03-05", ours), "2026-03-04") == []


def test_an_edge_at_the_instant_of_a_quiet_apply_fires() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-05 SSO Viewed by ann @acme
    """
    story = test_an_edge_at_the_instant_of_a_quiet_apply_fires
    assert fired(then(case_of(story), "2026-03-05", case_of(story, NEED), quiet=True)) == ["03-05 need acme"]


def test_a_cooldown_holds_across_an_apply() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-02-01 Signed Up by bob @beta
    2026-03-01 SSO Viewed by ann @acme
    2026-03-08 SSO Viewed by ann @acme
    2026-03-08 SSO Viewed by bob @beta
    """
    story = test_a_cooldown_holds_across_an_apply
    first, second = case_of(story, NEED), case_of(story, NEED, HAND, signals=LATER)
    # Off by the first since the 15th, and on by the second until the 22nd.
    assert fired(then(first, "2026-03-16", second)) == ["03-01 need acme", "03-08 need beta"]
    # It is the new playbook's cooldown that says whether the signal fires again.
    brief = case_of(story, NEED, signals=LATER, cooldown=10 * DAY)
    assert fired(then(first, "2026-03-16", brief)) == ["03-01 need acme", "03-08 need beta", "03-16 need acme"]


def test_a_change_of_the_boundary_alone_fires_nothing() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    """
    story = test_a_change_of_the_boundary_alone_fires_nothing
    first, second = case_of(story, NEED, cooldown=DAY), case_of(story, replace(NEED, valid_for=DAY), quarantine=DAY, cooldown=DAY)
    assert fired(then(first, "2026-03-05", second)) == ["03-01 need acme"]
    # Also of what never fired, for the first playbook came into force quietly; with none before it, all that is on fires.
    late = instant("2026-03-03")
    assert fired([*then(case_of(story), "2026-03-03", first, quiet=True), InForce(instant("2026-03-05"), second)]) == []
    assert fired([InForce(late, first), InForce(instant("2026-03-05"), second)]) == ["03-03 need acme"]


def test_an_apply_fires_only_for_whom_the_signal_was_off_just_before() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-08 SSO Viewed by bob @beta
    """
    story = test_an_apply_fires_only_for_whom_the_signal_was_off_just_before
    first, longer = case_of(story, NEED, cooldown=DAY), case_of(story, NEED, signals=LATER, cooldown=DAY)
    before = ["03-01 need acme", "03-08 need beta"]
    # By the first acme's is on until the 8th, at which instant it was on just before, and beta's until the 15th.
    assert [fired(then(first, f"2026-03-{day}", longer)) for day in ("05", "08")] == [before] * 2
    assert fired(then(first, "2026-03-09", longer)) == [*before, "03-09 need acme"]
    assert fired(then(first, "2026-03-15", longer)) == before
    # In between a playbook had no such signal, or named it nowhere.
    assert fired([*then(first, "2026-03-10", case_of(story)), InForce(instant("2026-03-11"), first)]) == [*before, "03-11 need beta"]


def test_what_enters_at_the_instant_of_an_apply_and_was_on_just_before_has_not_turned_on() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-10 SSO Viewed by ann @acme
    """
    story = test_what_enters_at_the_instant_of_an_apply_and_was_on_just_before_has_not_turned_on
    longer, first = case_of(story, NEED, signals=LATER, cooldown=DAY), case_of(story, NEED, cooldown=DAY)
    # By the longer one it is on from the 1st until the 24th; by the other from the 10th again.
    assert fired(then(longer, "2026-03-10", first)) == ["03-01 need acme"]
    assert fired(then(first, "2026-03-10", first)) == ["03-01 need acme", "03-10 need acme"]


def test_a_cooldown_holds_for_whoever_the_subject_is_at_the_apply() -> None:
    """
    2026-02-01 Signed Up by bob @acme
    2026-03-01 SSO Viewed by ann @acme-eu
    2026-03-03 account acme-eu is acme
    """
    story = test_a_cooldown_holds_for_whoever_the_subject_is_at_the_apply
    assert fired(then(case_of(story, NEED), "2026-03-05", case_of(story, NEED, HAND))) == ["03-01 need acme-eu"]
    assert fired(then(case_of(story, HAND), "2026-03-05", case_of(story, NEED, HAND))) == ["03-05 need acme"]


def test_a_signal_is_one_by_its_name_whatever_it_says_now() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-09 Asked for Us by ann @acme
    """
    story = test_a_signal_is_one_by_its_name_whatever_it_says_now
    other = case_of(story, NEED, signals={**SIGNALS, "need": SIGNALS["hand"]})
    assert fired(then(case_of(story, NEED), "2026-03-10", other)) == ["03-01 need acme"]
    # By the new playbook what it was before is no evidence: acme viewed SSO until the 8th, and asked on the 9th.
    assert listed(then(case_of(story, NEED), "2026-03-05", other)) == ["acme 03-01 need until 03-05 permit"]


def test_a_lead_whose_permit_the_new_boundary_takes_ends_with_the_apply() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    """
    story = test_a_lead_whose_permit_the_new_boundary_takes_ends_with_the_apply
    ours, strict = case_of(story, NEED), case_of(story, NEED, suppression=(Suppression("nobody", when=read("true = true")),))
    assert listed(then(ours, "2026-03-05T09:30", strict)) == ["acme 03-01 need until 03-05T09:30 permit"]
    assert listed(then(ours, "2026-03-05", case_of(story))) == ["acme 03-01 need until 03-05 permit"]
    # Longer or shorter evidence is asked of all that happened before, too.
    assert listed(then(ours, "2026-03-05", case_of(story, replace(NEED, valid_for=DAY)))) == ["acme 03-01 need until 03-09 permit"]


def test_an_open_lead_goes_on_where_the_new_boundary_permits_it() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-02 Asked for Us by ann @acme
    """
    story = test_an_open_lead_goes_on_where_the_new_boundary_permits_it
    # The signal that opened the lead is gone; another permits, and is one more reason.
    assert listed(then(case_of(story, NEED), "2026-03-05", case_of(story, HAND)), "2026-03-06") == ["acme 03-01 need; 03-05 hand"]


def test_a_waiting_firing_becomes_a_lead_by_the_new_boundary() -> None:
    """
    2026-03-01 Signed Up by ann @acme
    2026-03-02 Pricing Viewed by ann @acme
    """
    story = test_a_waiting_firing_becomes_a_lead_by_the_new_boundary
    strict, lax = case_of(story, PLAIN), case_of(story, PLAIN, quarantine=3 * DAY)
    playbooks = then(strict, "2026-03-06", lax, quiet=True)
    assert waits(playbooks, "2026-03-05") == ["acme looks no_evidence quarantine"]
    assert listed(playbooks, "2026-03-07") == ["acme 03-06 looks"]
    assert waits(playbooks, "2026-03-06") == []


def test_what_waits_for_a_signal_that_is_gone_or_off_under_the_new_playbook_ends() -> None:
    """
    2026-03-01 Signed Up by ann @acme
    2026-03-02 Pricing Viewed by ann @acme
    """
    story = test_what_waits_for_a_signal_that_is_gone_or_off_under_the_new_playbook_ends
    strict = case_of(story, PLAIN)
    stricter = case_of(story, PLAIN, signals={**SIGNALS, "looks": 'count("Pricing Viewed", 7d) >= 2'})
    for other in (case_of(story, NEED), stricter):
        assert waits(then(strict, "2026-03-05", other), "2026-03-04") == ["acme looks no_evidence quarantine"]
        assert waits(then(strict, "2026-03-05", other), "2026-03-05") == []
        # Once it has ended it does not wait again.
        back = [*then(strict, "2026-03-05", other), InForce(instant("2026-03-06"), strict)]
        assert waits(back, "2026-03-07") == []


def test_budgets_go_on() -> None:
    """
    2026-02-01 Signed Up by u @a
    2026-02-01 Signed Up by u @b
    2026-02-01 Signed Up by u @c
    2026-03-01 SSO Viewed by u @a
    2026-03-02 SSO Viewed by u @b
    2026-03-06 SSO Viewed by u @c
    """
    one, two, weekly = (replace(NEED, budget=budget) for budget in (Budget(1, "month"), Budget(2, "month"), Budget(1, "week")))
    first = case_of(test_budgets_go_on, one)
    assert listed(first_only := list(always(first)), "2026-03-07") == ["a 03-01 need"]
    assert waits(first_only, "2026-03-07") == ["b need budget", "c need budget"]
    # Of the two of March one was spent on a; b, the first in the queue, has the other at once.
    raised = then(first, "2026-03-05", case_of(test_budgets_go_on, two))
    assert listed(raised, "2026-03-07") == ["a 03-01 need", "b 03-05 need"]
    assert waits(raised, "2026-03-07") == ["c need budget"]
    # The week of Monday the 2nd has one, and nothing was spent in it.
    by_week = then(first, "2026-03-05", case_of(test_budgets_go_on, weekly))
    assert listed(by_week, "2026-03-10") == ["a 03-01 need", "b 03-05 need", "c 03-09 need"]
    # Without a budget nothing waits for one.
    lifted = then(first, "2026-03-05", case_of(test_budgets_go_on, NEED))
    assert listed(lifted, "2026-03-07") == ["a 03-01 need", "b 03-05 need", "c 03-06 need"]


def test_an_older_playbook_that_is_applied_again_goes_on_where_things_are() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-02-01 Signed Up by bob @beta
    2026-03-01 SSO Viewed by ann @acme
    2026-03-06 Asked for Us by bob @beta
    """
    story = test_an_older_playbook_that_is_applied_again_goes_on_where_things_are
    ours, theirs = case_of(story, NEED), case_of(story, HAND)
    playbooks = [*then(ours, "2026-03-05", theirs), InForce(instant("2026-03-07"), ours)]
    assert fired(playbooks) == ["03-01 need acme", "03-06 hand beta"]
    # acme lost its permit, and what fired once does not fire again within its cooldown; beta's hand is no evidence any more.
    assert listed(playbooks) == ["acme 03-01 need until 03-05 permit", "beta 03-06 hand until 03-07 permit"]
    brief = case_of(story, NEED, cooldown=5 * DAY)
    again = [*then(brief, "2026-03-05", theirs), InForce(instant("2026-03-07"), brief)]
    assert fired(again) == ["03-01 need acme", "03-06 hand beta", "03-07 need acme"]


def test_of_two_that_come_into_force_at_one_instant_the_last_counts() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    """
    story = test_of_two_that_come_into_force_at_one_instant_the_last_counts
    none, ours, day = case_of(story), case_of(story, NEED), instant("2026-03-05")
    assert fired([*always(none), InForce(day, ours), InForce(day, none)]) == []
    assert in_force_at([InForce(day, ours), InForce(day, none)], day) is none
    assert in_force_at([InForce(day, ours)], day - 1) is None


def test_a_lead_keeps_its_name_whatever_becomes_of_its_account_and_comes_to_it() -> None:
    """
    2026-02-01 Signed Up by bob @acme
    2026-03-01 SSO Viewed by ann @acme-eu
    2026-03-03 Asked for Us by bob @acme
    2026-03-05 account acme-eu is acme
    """
    story = test_a_lead_keeps_its_name_whatever_becomes_of_its_account_and_comes_to_it
    case = case_of(story, NEED, HAND)
    before, after = leads(case, instant("2026-03-04")).leads, leads(case, instant("2026-03-06")).leads
    assert [each.account for each in before] == ["acme-eu", "acme"]
    assert [each.id for each in after] == [before[0].id]
    assert before[0].id == "L-69535f846d"
    assert before[0].rows[0].firing == Firing("need", Subject("account", "acme-eu"), instant("2026-03-01"))


def test_a_touch_is_judged_by_the_playbook_of_its_day() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-01 SSO Viewed by ann @acme
    2026-03-02 touch 1 @acme seller=bea
    2026-03-04 touch 2 @acme seller=bea
    2026-03-06 touch 3 @acme seller=bea
    """
    story = test_a_touch_is_judged_by_the_playbook_of_its_day
    lax, strict = case_of(story, NEED), case_of(story, HAND)
    playbooks = [InForce(instant("2026-03-03"), lax), InForce(instant("2026-03-06"), strict)]
    found = judged(playbooks, 0, instant("2026-04-01"), instant("2026-04-01"))
    assert [(each.touch.id, each.verdict) for each in found] == [("2", "permitted"), ("3", "poached")]
    assert [each.verdict for each in judged(strict, 0, instant("2026-04-01"), instant("2026-04-01"))] == ["poached"] * 3


def test_the_deadline_of_a_firing_is_that_of_the_playbook_under_which_it_fired() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-02T09:00 Questionnaire Sent by ann @acme
    2026-03-02T15:00 Questionnaire Sent by bob @beta
    """
    story = test_the_deadline_of_a_firing_is_that_of_the_playbook_under_which_it_fired
    slow, quick = case_of(story, PROCUREMENT, hours=HOURS), case_of(story, replace(PROCUREMENT, sla=HOUR), hours=HOURS)
    playbooks = then(slow, "2026-03-02T12:00", quick)
    found = watch(playbooks, 0, instant("2026-04-01"), instant("2026-04-01"))
    assert [(each.account, short(each.deadline)) for each in found.due] == [("acme", "03-02T17:00"), ("beta", "03-02T16:00")]
    assert [each.account for each in neglected(playbooks, instant("2026-03-02T16:30"))] == ["beta"]
    assert [each.account for each in neglected(playbooks, instant("2026-03-02T17:00"))] == ["acme", "beta"]


def test_a_firing_is_bound_while_each_playbook_in_force_finds_its_evidence() -> None:
    """
    2026-02-01 Signed Up by ann @acme
    2026-03-02T09:00 Questionnaire Sent by ann @acme
    """
    story = test_a_firing_is_bound_while_each_playbook_in_force_finds_its_evidence
    first = case_of(story, PROCUREMENT, hours=HOURS)

    def bound(day: str, *rules: Qualifying) -> int:
        return len(neglected(then(first, "2026-03-05", case_of(story, *rules, hours=HOURS)), instant(day)))

    # On until the 9th; valid until the 23rd by the first playbook.
    assert (bound("2026-03-04"), bound("2026-03-05"), bound("2026-03-22"), bound("2026-03-24")) == (1, 0, 0, 0)
    assert (bound("2026-03-22", PROCUREMENT), bound("2026-03-24", PROCUREMENT)) == (1, 0)
    brief = replace(PROCUREMENT, valid_for=DAY)
    assert (bound("2026-03-09", brief), bound("2026-03-11", brief)) == (1, 0)
    # That others need not hurry any more takes nothing from a firing with a deadline.
    assert bound("2026-03-06", replace(PROCUREMENT, sla=None)) == 1
    assert bound("2026-03-06", replace(PROCUREMENT, sla=None, sign="none")) == 0


def test_whose_word_counts_as_an_owner_is_said_by_the_playbook_of_the_instant() -> None:
    """
    2026-02-01 account acme owner=bea
    2026-02-01 Signed Up by ann @acme
    2026-03-02T09:00 Questionnaire Sent by ann @acme
    """
    story = test_whose_word_counts_as_an_owner_is_said_by_the_playbook_of_the_instant
    first, second = (case_of(story, PROCUREMENT, hours=HOURS, account_owner=counts) for counts in (False, True))
    assert len(neglected(then(first, "2026-03-05", second), instant("2026-03-04"))) == 1
    assert neglected(then(first, "2026-03-05", second), instant("2026-03-06")) == []
    assert watch(then(first, "2026-03-05", second), 0, instant("2026-04-01"), instant("2026-04-01")).neglected_rate == 1
