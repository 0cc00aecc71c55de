"""Leads: firings that the boundary lets through, one open lead an account; and those that wait.

A cap makes a lead rest, and does not end it: the work on a lead is what reaches the cap. Everything else that takes the permit ends it.
While an opportunity is open its owner works, and a firing waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta, tzinfo
from fractions import Fraction
from hashlib import blake2b
from typing import Literal as OneOf

from tandem.boundary.in_force import InForce, in_force_at
from tandem.boundary.meaning.answers import Answer, Refusal, answer, answer_of_account, moments_of
from tandem.boundary.meaning.blocks import Question
from tandem.boundary.meaning.case import Case, Firing, open_opportunities
from tandem.boundary.meaning.firings import Cases, firings, in_order
from tandem.boundary.playbook.policy import BudgetPeriod, Qualifying
from tandem.signals.meaning.asking import contributions
from tandem.signals.world import Subject
from tandem.timeline.steps import ALWAYS
from tandem.values.instants import Instant, midnight, to_datetime

Ending = OneOf["permit", "opportunity", "person"]


@dataclass(frozen=True)
class Row:
    """A reason of a lead. at: when it became one, which is later than the firing where it had to wait."""

    firing: Firing
    at: Instant


@dataclass(frozen=True)
class Lead:
    """until, ended: None while it is open. rows: in the order in which they came; the first opened it."""

    account: str
    since: Instant
    rows: tuple[Row, ...]
    until: Instant | None = None
    ended: Ending | None = None

    @property
    def id(self) -> str:
        """By its first reason, so that it stays what it is, whatever becomes of the account and whatever comes to it."""
        return lead_id(self.rows[0].firing)


@dataclass(frozen=True)
class Waiting:
    """A firing that is no lead. rank: in the queue of its budget, from 1; 0 where no budget keeps it."""

    firing: Firing
    account: str
    refusals: tuple[Refusal, ...]
    rank: int = 0


@dataclass(frozen=True)
class Leads:
    """As of an instant: every lead there ever was, and what waits: what is refused, then the queue of each budget."""

    leads: tuple[Lead, ...] = ()
    waiting: tuple[Waiting, ...] = ()


def in_line(leads: Sequence[Lead], waiting: Sequence[Waiting]) -> Leads:
    """All of them in the order in which they are told."""
    ours = sorted(leads, key=lambda one: (one.since, one.account, one.id))
    queues = {each: each.firing.signal if each.rank else "" for each in waiting}
    kept = sorted(waiting, key=lambda one: (queues[one], one.rank, one.firing.at, one.firing.signal, one.firing.subject))
    return Leads(tuple(ours), tuple(kept))


def lead_id(first: Firing) -> str:
    """What a lead is called whose first reason is a firing."""
    told = "\0".join((first.signal, first.subject.kind, first.subject.id, str(first.at)))
    return f"L-{blake2b(told.encode(), digest_size=5).hexdigest()}"


def leads(cases: Cases, as_of: Instant) -> Leads:
    """What has become of every firing, by going through all instants at which something may change, in order."""
    playbooks = in_order(cases)
    desk = _Desk(playbooks, firings(playbooks))
    for at in sorted({*_instants(playbooks, desk.firings), as_of}):
        if at <= as_of:
            desk.turn(at)
    return in_line([*desk.ended, *desk.open.values()], desk.shown)


def joined(one: Lead, other: Lead) -> Lead:
    """Of two leads that prove to be one account's, the older goes on with the reasons of both."""
    older, younger = sorted((one, other), key=lambda each: (each.since, each.rows[0].firing.at, each.rows[0].firing.signal, each.id))
    return replace(older, rows=tuple(sorted((*older.rows, *younger.rows), key=lambda row: row.at)))


@dataclass
class _Desk:
    """What is open and what waits, at one instant after another."""

    playbooks: Sequence[InForce[Case]]
    firings: list[Firing]
    open: dict[str, Lead] = field(default_factory=dict)
    ended: list[Lead] = field(default_factory=list)
    queue: list[Firing] = field(default_factory=list)
    spent: list[tuple[str, Instant]] = field(default_factory=list)
    shown: list[Waiting] = field(default_factory=list)
    turned: Instant = ALWAYS

    def turn(self, t: Instant) -> None:
        case = in_force_at(self.playbooks, t)
        if case is not None:
            self._pass_on(case, t)
            for account in list(self.open):
                ending = _ending(case, account, t)
                if ending is not None:
                    self.ended.append(replace(self.open.pop(account), until=t, ended=ending))
            self.queue = [each for each in self.queue if case.is_on(each, t)] + [each for each in self.firings if each.at == t]
            self._release(case, t)
        self.turned = t

    def _pass_on(self, case: Case, t: Instant) -> None:
        """The open lead of an account that is merged away is the survivor's."""
        names = {account: case.whose(Subject("account", account), self.turned, t).id for account in sorted(self.open)}
        passed = [replace(self.open.pop(account), account=to) for account, to in names.items() if to != account]
        for lead in passed:
            self.open[lead.account] = joined(lead, self.open[lead.account]) if lead.account in self.open else lead

    def _release(self, case: Case, t: Instant) -> None:
        """Turns what may be one into leads; a budget lets the best through first."""
        self.shown = []
        kept: list[Firing] = []
        ready: list[tuple[Firing, str]] = []
        for firing in self.queue:
            account = case.account(firing.subject, firing.at, t)
            refusals = _refusals(case, firing, account, t)
            if account is None or refusals:
                kept.append(firing)
                self.shown += [Waiting(firing, account, refusals)] if account is not None else []
            else:
                ready.append((firing, account))
        ready.sort(key=lambda one: (-_score(case, one[0], one[1], t), one[0].at, one[0].signal, one[0].subject))
        more: list[tuple[Firing, str]] = []
        for firing, account in ready:
            rule = case.boundary.signals[firing.signal]
            if account not in self.open and rule.opens and self._is_left(case, firing.signal, t):
                self.open[account] = Lead(account, t, (Row(firing, t),))
                self.spent += [(firing.signal, t)] if rule.keeping is not None else []
            else:
                more.append((firing, account))
        ranks: dict[str, int] = {}
        for firing, account in more:
            if account in self.open:
                self.open[account] = replace(self.open[account], rows=(*self.open[account].rows, Row(firing, t)))
            elif not case.boundary.signals[firing.signal].opens:
                kept.append(firing)
                self.shown.append(Waiting(firing, account, (kept_for_a_lead(case.boundary.signals[firing.signal]),)))
            else:
                kept.append(firing)
                ranks[firing.signal] = ranks.get(firing.signal, 0) + 1
                self.shown.append(Waiting(firing, account, (_kept_by_budget(case, firing, t),), ranks[firing.signal]))
        self.queue = [each for each in self.queue if each in kept]

    def _is_left(self, case: Case, signal: str, t: Instant) -> bool:
        budget = case.boundary.signals[signal].keeping
        if budget is None:
            return True
        since, _ = period_of(budget.per, t, case.world.zone, case.week_start)
        return sum(one == signal and since <= at for one, at in self.spent) < budget.leads


def _ending(case: Case, account: str, t: Instant) -> Ending | None:
    if any(each.account == account and each.at == t for each in case.closed):
        return "person"
    if open_opportunities(case, account, t):
        return "opportunity"
    found = answer_of_account(case, account, t)
    return None if found.permit is not None or rests(found) else "permit"


def _refusals(case: Case, firing: Firing, account: str | None, t: Instant) -> tuple[Refusal, ...]:
    if account is None:
        return ()
    if open_opportunities(case, account, t):
        return (Refusal("opportunity"),)
    return answer_of_firing(case, firing, account, t).refusals


def _kept_by_budget(case: Case, firing: Firing, t: Instant) -> Refusal:
    budget = case.boundary.signals[firing.signal].keeping
    assert budget is not None, "only a budget keeps a firing with a permit waiting"
    return Refusal("budget", budget.place, period_of(budget.per, t, case.world.zone, case.week_start)[1])


def kept_for_a_lead(rule: Qualifying) -> Refusal:
    """What stands against a firing that may only be one more reason of a lead, where there is none."""
    return Refusal("no_lead", rule.place)


def _score(case: Case, firing: Firing, account: str, t: Instant) -> Fraction:
    budget = case.boundary.signals[firing.signal].keeping
    if budget is None or budget.score is None:
        return Fraction(0)
    subject = case.whose(firing.subject, firing.at, t)
    asked = subject if case.scores[budget.score].about == subject.kind else Subject("account", account)
    return sum((each.points for each in contributions(case.world, budget.score, asked, t)), Fraction(0))


def answer_of_firing(case: Case, firing: Firing, account: str, t: Instant) -> Answer:
    """A lead about a person needs a permit for that person; any other, one for the account."""
    if firing.subject.kind != "person":
        return answer_of_account(case, account, t)
    return answer(case, Question(account, case.whose(firing.subject, firing.at, t).id), t)


def rests(found: Answer) -> bool:
    """Whether nothing but a cap stands against it."""
    return bool(found.refusals) and all(each.reason == "cap" for each in found.refusals)


def period_of(per: BudgetPeriod, t: Instant, zone: tzinfo, week_start: int) -> tuple[Instant, Instant]:
    """The calendar period around t, in the company's time zone. week_start: 0 is Monday."""
    day = to_datetime(t).astimezone(zone).date()
    match per:
        case "day":
            first, after = day, day + timedelta(days=1)
        case "week":
            first = day - timedelta(days=(day.weekday() - week_start) % 7)
            after = first + timedelta(days=7)
        case "month":
            first = day.replace(day=1)
            after = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return midnight(first, zone), midnight(after, zone)


def _instants(playbooks: Sequence[InForce[Case]], fired: Sequence[Firing]) -> set[Instant]:
    """Where anything may change: an answer, what is closed, which playbook is in force, and what is left of a budget."""
    found = {each.since for each in playbooks}
    for case in (each.playbook for each in playbooks):
        accounts = sorted(one.id for one in case.world.existence if one.kind == "account")
        found |= {at for account in accounts for at in moments_of(case, account)}
        for rule, _ in case.qualifying:
            at = min((each.at for each in fired), default=case.until)
            while rule.budget is not None and at <= case.until:
                _, at = period_of(rule.budget.per, at, case.world.zone, case.week_start)
                found.add(at)
    return found
