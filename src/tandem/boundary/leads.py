"""Leads: firings that the boundary lets through, one open lead an account; and those that wait.

A cap makes a lead rest, and does not end it: the work on a lead is what reaches the cap. Everything else that takes the permit ends it.
While an opportunity is open its owner works, and a firing waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal as OneOf

from tandem.boundary.blocks import Question
from tandem.boundary.case import Case, Firing, open_opportunities
from tandem.boundary.meaning import Answer, Refusal, answer, answer_of_account, moments_of
from tandem.boundary.policy import Budget, BudgetPeriod
from tandem.signals.meaning import contributions
from tandem.signals.world import Subject
from tandem.values.instants import Instant, midnight, to_datetime

Ending = OneOf["permit", "opportunity", "person"]


@dataclass(frozen=True)
class Row:
    """A reason of a lead. at: when it became one, which is later than the firing where it had to wait."""

    firing: Firing
    at: Instant


@dataclass(frozen=True)
class Lead:
    """until, ended: None while it is open. rows: in the order in which they came."""

    account: str
    since: Instant
    rows: tuple[Row, ...]
    until: Instant | None = None
    ended: Ending | None = None


@dataclass(frozen=True)
class Waiting:
    """A firing that is no lead. rank: in the queue of its budget, from 1; 0 where no budget keeps it."""

    firing: Firing
    account: str
    refusals: tuple[Refusal, ...]
    rank: int = 0


@dataclass(frozen=True)
class Leads:
    """As of an instant: every lead there ever was, and what waits."""

    leads: tuple[Lead, ...] = ()
    waiting: tuple[Waiting, ...] = ()


def leads(case: Case, as_of: Instant) -> Leads:
    """What has become of every firing, by going through all instants at which something may change, in order."""
    accounts = sorted(one.id for one in case.world.existence if one.kind == "account")
    instants = sorted({at for account in accounts for at in moments_of(case, account)} | _periods(case))
    desk = _Desk(case)
    for at in instants:
        if at <= as_of:
            desk.turn(at)
    return Leads(tuple(sorted([*desk.ended, *desk.open.values()], key=lambda one: (one.since, one.account))), tuple(desk.shown))


@dataclass
class _Desk:
    """What is open and what waits, at one instant after another."""

    case: Case
    open: dict[str, Lead] = field(default_factory=dict)
    ended: list[Lead] = field(default_factory=list)
    queue: list[Firing] = field(default_factory=list)
    spent: list[tuple[str, Instant]] = field(default_factory=list)
    shown: list[Waiting] = field(default_factory=list)

    def turn(self, t: Instant) -> None:
        self._pass_on(t)
        for account in list(self.open):
            ending = self._ending(account, t)
            if ending is not None:
                self.ended.append(replace(self.open.pop(account), until=t, ended=ending))
        self.queue += [each for each in self.case.firings if each.at == t]
        self.queue = [each for each in self.queue if each.at == t or self.case.is_on(each, t)]
        self._release(t)

    def _pass_on(self, t: Instant) -> None:
        """The open lead of an account that is merged away is the survivor's; of two, the older goes on with the reasons of both."""
        for account, lead in sorted(self.open.items(), key=lambda one: one[1].since):
            to = self.case.whose(Subject("account", account), lead.since, t).id
            if to != account:
                del self.open[account]
                both = [self.open[to], lead] if to in self.open else [lead]
                rows = sorted((row for one in both for row in one.rows), key=lambda row: (row.at, row.firing.at, row.firing.signal))
                self.open[to] = replace(min(both, key=lambda one: one.since), account=to, rows=tuple(rows))

    def _ending(self, account: str, t: Instant) -> Ending | None:
        if any(each.account == account and self.open[account].since <= each.at <= t for each in self.case.closed):
            return "person"
        if open_opportunities(self.case, account, t):
            return "opportunity"
        found = answer_of_account(self.case, account, t)
        return None if found.permit is not None or rests(found) else "permit"

    def _release(self, t: Instant) -> None:
        """Turns what may be one into leads; a budget lets the best through first."""
        self.shown = []
        kept: list[Firing] = []
        ready: list[tuple[Firing, str]] = []
        for firing in self.queue:
            account = self.case.account(firing.subject, firing.at, t)
            refusals = self._refusals(firing, account, t)
            if account is None or refusals:
                kept.append(firing)
                self.shown += [Waiting(firing, account, refusals)] if account is not None else []
            else:
                ready.append((firing, account))
        ranks: dict[str, int] = {}
        ready.sort(key=lambda one: (-self._score(one[0], one[1], t), one[0].at, one[0].signal, one[0].subject))
        for firing, account in ready:
            budget = self._budget(firing)
            if account in self.open:
                lead = self.open[account]
                self.open[account] = replace(lead, rows=(*lead.rows, Row(firing, t)))
            elif budget is not None and not self._is_left(firing.signal, budget, t):
                kept.append(firing)
                ranks[firing.signal] = ranks.get(firing.signal, 0) + 1
                refusal = Refusal("budget", budget.place, period_of(self.case, budget.per, t)[1])
                self.shown.append(Waiting(firing, account, (refusal,), ranks[firing.signal]))
            else:
                self.open[account] = Lead(account, t, (Row(firing, t),))
                self.spent += [(firing.signal, t)] if budget is not None else []
        self.queue = [each for each in self.queue if each in kept]

    def _refusals(self, firing: Firing, account: str | None, t: Instant) -> tuple[Refusal, ...]:
        if account is None:
            return ()
        if open_opportunities(self.case, account, t):
            return (Refusal("opportunity"),)
        return answer_of_firing(self.case, firing, account, t).refusals

    def _budget(self, firing: Firing) -> Budget | None:
        """What procurement asks for is never kept waiting by a budget."""
        rule = self.case.boundary.signals[firing.signal]
        return None if rule.is_procurement else rule.budget

    def _is_left(self, signal: str, budget: Budget, t: Instant) -> bool:
        since, _ = period_of(self.case, budget.per, t)
        return sum(one == signal and since <= at for one, at in self.spent) < budget.leads

    def _score(self, firing: Firing, account: str, t: Instant) -> Fraction:
        budget = self._budget(firing)
        if budget is None or budget.score is None:
            return Fraction(0)
        subject = self.case.whose(firing.subject, firing.at, t)
        asked = subject if self.case.scores[budget.score].about == subject.kind else Subject("account", account)
        return sum((each.points for each in contributions(self.case.world, budget.score, asked, t)), Fraction(0))


def answer_of_firing(case: Case, firing: Firing, account: str, t: Instant) -> Answer:
    """A lead about a person needs a permit for that person; any other, one for the account."""
    if firing.subject.kind != "person":
        return answer_of_account(case, account, t)
    return answer(case, Question(account, case.whose(firing.subject, firing.at, t).id), t)


def rests(found: Answer) -> bool:
    """Whether nothing but a cap stands against it."""
    return bool(found.refusals) and all(each.reason == "cap" for each in found.refusals)


def period_of(case: Case, per: BudgetPeriod, t: Instant) -> tuple[Instant, Instant]:
    """The calendar period around t, in the company's time zone."""
    zone = case.world.zone
    day = to_datetime(t).astimezone(zone).date()
    match per:
        case "day":
            first, after = day, day + timedelta(days=1)
        case "week":
            first = day - timedelta(days=(day.weekday() - case.week_start) % 7)
            after = first + timedelta(days=7)
        case "month":
            first = day.replace(day=1)
            after = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return midnight(first, zone), midnight(after, zone)


def _periods(case: Case) -> set[Instant]:
    """The beginnings of the periods in which budgets count, from the first firing on."""
    found: set[Instant] = set()
    for rule, _ in case.qualifying:
        at = min((each.at for each in case.firings), default=case.until)
        while rule.budget is not None and at <= case.until:
            _, at = period_of(case, rule.budget.per, at)
            found.add(at)
    return found
