"""Bugs planted on purpose in the desk's sweep: each is a mistake that somebody will make, and the slow pages must see it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from tandem.boundary.desk.desk import Decided
from tandem.boundary.in_force import InForce
from tandem.boundary.meaning.case import Case, Firing
from tandem.boundary.meaning.firings import firings
from tandem.boundary.meaning.judged import Judged, judged
from tandem.boundary.meaning.leads import Leads, leads
from tandem.boundary.meaning.watch import Due, Watch, neglected, watch
from tandem.boundary.playbook.policy import Budget, Cap
from tandem.signals.playbook.declare import Points, Score
from tandem.timeline.steps import ALWAYS
from tandem.values.instants import DAY, HOUR, Instant
from tests.boundary.cases import HAND, NEED, NOWHERE, case_of
from tests.boundary.desks import START, UNTIL, Playbooks, Slow, desk, slow
from tests.planting import Room
from tests.signals.conditions import read

FILES = ("firings", "care", "sweep", "desk")
ROOM = Room("tandem.boundary.desk", FILES)
ENDS = (UNTIL, START + 6 * DAY + 12 * HOUR)

PLANTED = {
    "an apply turns nothing on": ("firings", "or (one.quiet and stay.since < at)", "or stay.since < at"),
    "a quiet apply is not quiet": ("firings", " or (one.quiet and stay.since < at)", ""),
    "an apply fires what was on before": ("firings", "if each.since < period.since <= each.until} if earlier else set()", "} if False else set()"),
    "what an apply finds on at one edge of its time was off": ("firings", "each.since < period.since <= each.until", "each.since < period.since < each.until"),
    "what turns on with an apply was on before": ("firings", "each.since < period.since <= each.until", "each.since <= period.since <= each.until"),
    "what was ever on is on before an apply": ("firings", "if each.since < period.since <= each.until}", "if each.since < period.since}"),
    "what was on under the first playbook is on": ("firings", "        earlier = one.playbook\n", "        earlier = earlier or one.playbook\n"),
    "one for whom it was off is another for whom it was on": ("firings", "(stay.signal, stay.subject) not in was_on", "stay.signal not in {signal for signal, _ in was_on}"),
    "a playbook that was replaced still fires": ("firings", " or not period.covers(at)", ""),
    "what is off just then fires by an apply": ("firings", "at >= stay.until", "at > stay.until"),
    "a cooldown lasts a moment longer": ("firings", "at - fired_at < cooldown", "at - fired_at <= cooldown"),
    "a survivor has no cooldown": ("firings", "before[name, step.subject].append", "before[name, subject].append"),
    "a cooldown ends with a playbook": ("firings", "        signals = one.playbook.rules.signals\n", "        signals = one.playbook.rules.signals\n        before.clear()\n"),
    "a firing to come has come": ("firings", "if at > as_of or ", "if "),
    "a signal is on at the instant at which it goes off": ("firings", "t < stays[place].until else", "t <= stays[place].until else"),
    "a firing does not wait for an opportunity": ("sweep", "        if self._answers.is_open(account, t):\n            return None", "        if False:\n            return None"),
    "an opportunity ends no lead": ("sweep", "elif self._answers.is_open(account, t):", "elif False:"),
    "a cap ends a lead": ("sweep", ".permit is None and not rests(found):", ".permit is None:"),
    "nobody can end a lead": ("sweep", "if is_closed:", "if False:"),
    "a lead stays with whom it was": ("sweep", "whereabouts_at(self._paths[first], t).subject.id", "self._standing.account_of[first]"),
    "an apply asks no open lead": ("sweep", "due |= {*self._standing.open, *(", "due |= {*("),
    "an apply asks nothing that waits": ("sweep", "*(account for account, theirs in self._waiting.items() if theirs)}", "}"),
    "the old playbook answers on": ("sweep", "self.playbooks[event.number].playbook", "self.playbooks[0].playbook"),
    "another month begins no budget": ("sweep", "self._expect(end, Begins(signal))", "pass"),
    "what was spent is spent for ever": ("sweep", "bisect_left(spent, self._period(budget, t)[0])", "0"),
    "a budget has one more": ("sweep", "< budget.leads", "<= budget.leads"),
    "what is spent is not counted": ("sweep", "self._spent[held.firing.signal].append(t)", "pass"),
    "procurement waits for a budget": ("sweep", "else rule.keeping", "else rule.budget"),
    "the worst come first": ("sweep", "return (-self._points(held, t), *held.line[1:])", "return (self._points(held, t), *held.line[1:])"),
    "ranks are those of long ago": ("sweep", "rank=ranked.get(each.firing, 0)", "rank=each.rank"),
    "whoever is not there has points": ("sweep", "if about == held.now.subject.kind else", "if True else"),
    "a person is permitted as the account is": ("sweep", 'if held.firing.subject.kind != "person":', "if True:"),
    "a person is asked by an old name": ("sweep", "Question(account, held.now.subject.id)", "Question(account, held.firing.subject.id)"),
    "what waits stays where it was": ("sweep", "held.now = whereabouts_at(held.where, t)", "pass"),
    "nobody sees a signal go off": ("sweep", "min(off, held.where[place].since if place < len(held.where) else FOREVER)", "held.where[place].since if place < len(held.where) else FOREVER"),
    "nobody sees a subject change hands": ("sweep", "min(off, held.where[place].since if place < len(held.where) else FOREVER)", "off"),
    "of two turns one is missed": ("sweep", "place = bisect_right(turns, t)\n", "place = bisect_right(turns, t) + 1\n"),
    "an open lead alone is not looked at": ("sweep", "if account not in self._standing.open and not self._waiting[account]:", "if not self._waiting[account]:"),
    "what waits alone is not looked at": ("sweep", "if account not in self._standing.open and not self._waiting[account]:", "if account not in self._standing.open:"),
    "reasons are told once": ("sweep", "if held.told != (account, refusals, 0):", "if held.told is None:"),
    "what a budget keeps is no reason": ("sweep", "ready.update((each.firing, each) for one in opened for each", "ready.update((each.firing, each) for one in () for each"),
    "a merger is not foreseen": ("sweep", "self._expect_hops([held.firing], t)", "pass"),
    "the survivor is not asked": ("sweep", "found |= {account, to}", "found |= {account}"),
    "an account has many leads": ("sweep", "if account not in self._standing.open and self._rule(held).opens", "if self._rule(held).opens"),
    "what permits nothing opens a lead": ("sweep", " and self._rule(held).opens and ", " and "),
    "a deadline is that of the last playbook": ("care", "answers = in_force_at(self.playbooks, firing.at)", "answers = self.playbooks[-1].playbook"),
    "evidence of an old playbook holds on": ("care", "min(valid_until(rule, stay.known_at(t)), period.until)", "valid_until(rule, stay.known_at(t))"),
    "who is bound is bound for ever": ("care", "return firing.at <= t < end", "return firing.at <= t"),
    "an interruption does not count": ("care", "            if since <= end:\n", "            if True:\n"),
    "an owner of the deadline is one now": ("care", "answers.accepted_owner(account, firing.at, t)", "answers.accepted_owner(account, firing.at, deadline)"),
    "touches from before count": ("care", "answers.accepted_owner(account, firing.at, t)", "answers.accepted_owner(account, 0, t)"),
    "the neglected are where they were": ("care", "whereabouts_at(answers.whereabouts(firing.subject, firing.at), t).account", "answers.whereabouts(firing.subject, firing.at)[0].account"),
    "touches are judged by every playbook": ("desk", "first, last = max(since, period.since), min(until, period.until)", "first, last = since, until"),
}  # fmt: skip


class Meant:
    """What the slow pages mean of one world, each found when it is first asked for."""

    def __init__(self, playbooks: Playbooks) -> None:
        self.playbooks = playbooks
        self.slow: list[InForce[Slow]] = slow(playbooks)

    @cache  # noqa: B019 - these live as long as the tests.
    def leads(self, as_of: Instant) -> tuple[list[Firing], Leads]:
        return [each for each in firings(self.playbooks) if each.at <= as_of], leads(self.playbooks, as_of)

    @cache  # noqa: B019
    def care(self, as_of: Instant) -> tuple[Watch, list[list[Due]], list[Judged]]:
        alone = [neglected(self.playbooks, t) for t in instants(as_of)]
        return watch(self.playbooks, 0, UNTIL, as_of), alone, judged(self.playbooks, START, as_of, as_of)


def instants(as_of: Instant) -> range:
    return range(START, as_of + 1, 30 * HOUR)


def is_wrong(room: dict[str, Any], worlds: int = 150) -> bool:
    return any(differs(room, meant(number), as_of) for number in range(worlds) for as_of in ENDS)


@cache
def meant(number: int) -> Meant:
    """First what is told for what is rare, then worlds by chance."""
    if number < len(TOLD):
        return Meant([InForce(ALWAYS, TOLD[number]())])
    seed, playbooks = divmod(number - len(TOLD), 3)
    return Meant(desk(seed, 3 - playbooks).playbooks)


def ranks_that_turn() -> Case:
    """
    2026-02-01 Signed Up by u @a
    2026-02-01 Signed Up by v @b
    2026-02-01 Signed Up by w @c
    2026-02-26 SSO Viewed by u @a
    2026-03-01 SSO Viewed by v @b
    2026-03-02 SSO Viewed by w @c
    2026-03-03 SSO Viewed by u @a
    2026-03-04 account c employees=500
    """
    size = Score("size", "size", "account", (Points(read("employees >= 100"), Fraction(10), "", NOWHERE),), NOWHERE)
    none = replace(NEED, budget=Budget(0, "month", "size"))
    return case_of(ranks_that_turn, none, scores={"size": size}, cooldown=DAY)


def an_accounts_points_for_a_person() -> Case:
    """
    2026-02-01 Signed Up by u @a
    2026-02-01 Signed Up by v @b
    2026-03-01 Asked for Us by u @a
    2026-03-02 Asked for Us by v @b
    2026-03-02 Pricing Viewed by w @b
    """
    looks = Score("looks", "looks", "account", (Points(read('count("Pricing Viewed") >= 1'), Fraction(10), "", NOWHERE),), NOWHERE)
    none = replace(HAND, budget=Budget(0, "month", "looks"))
    return case_of(an_accounts_points_for_a_person, none, scores={"looks": looks}, about={"hand": "person"})


def whoever_the_person_is_now() -> Case:
    """
    2026-02-01 Signed Up by ann @acme
    2026-02-27 touch 1 @acme person=ann seller=bea
    2026-03-01 Asked for Us by ann @acme
    2026-03-01 Asked for Us by bob @acme
    2026-02-20 (known 2026-03-02) ann is bob
    """
    return case_of(whoever_the_person_is_now, HAND, about={"hand": "person"}, caps=(Cap(1, 9 * DAY, "person"),))


def a_lead_that_a_new_day_opens() -> Case:
    """
    2026-02-01 Signed Up by u @a
    2026-02-01 Signed Up by v @b
    2026-03-01T09:00 Asked for Us by u @a
    2026-03-01T10:00 Asked for Us by v @b
    2026-03-01T10:00 SSO Viewed by v @b
    """
    none, daily = replace(NEED, budget=Budget(0, "month")), replace(HAND, budget=Budget(1, "day"))
    return case_of(a_lead_that_a_new_day_opens, none, daily)


TOLD = (a_lead_that_a_new_day_opens, ranks_that_turn, an_accounts_points_for_a_person, whoever_the_person_is_now)


def differs(room: dict[str, Any], one: Meant, as_of: Instant) -> bool:
    try:
        found: Decided = room["decide"](one.slow, as_of)
        if (list(found.firings), found.leads) != one.leads(as_of):
            return True
        alone = [found.neglected(t) for t in instants(as_of)]
        return (found.watch(0, UNTIL), alone, found.judged(START, as_of, as_of)) != one.care(as_of)
    except (AssertionError, KeyError, TypeError, ValueError):
        return True


def test_a_copy_without_a_bug_says_what_is_meant() -> None:
    assert not is_wrong(ROOM.planted(), 40)


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_seen(bug: str) -> None:
    assert is_wrong(ROOM.planted(*PLANTED[bug]))
