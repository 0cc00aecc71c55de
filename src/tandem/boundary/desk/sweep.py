"""Leads over all of history, in one sweep that turns only to the accounts about which something changes.

An account is looked at while it has an open lead or a firing that waits: at the turns of its answer, when one of its signals goes off, when
a subject of its firings changes hands, when it is passed on, and when another playbook comes into force. A budget's queue is looked at when
its period begins. Whatever is chosen is a decision, and where things stand is what the decisions say.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from tandem.boundary.combining import Answer, Permit, Refusal
from tandem.boundary.desk.answering import Answering
from tandem.boundary.desk.decisions import Decision, Standing, What, places_of
from tandem.boundary.desk.events import Applied, Begins, Check, Event, Held, Hop, Turn
from tandem.boundary.desk.firings import Times, whereabouts_at
from tandem.boundary.fold.belonging import Whereabouts
from tandem.boundary.in_force import InForce, periods
from tandem.boundary.meaning.blocks import Question
from tandem.boundary.meaning.case import Closed, Firing
from tandem.boundary.meaning.leads import Leads, in_line, kept_for_a_lead, lead_id, period_of, rests
from tandem.boundary.playbook.policy import Budget, Qualifying
from tandem.signals.world import FOREVER, Subject
from tandem.values.instants import Instant


@dataclass
class Sweep:
    """What is open and what waits, at one instant after another."""

    playbooks: Sequence[InForce[Answering]]
    firings: Sequence[Firing]
    as_of: Instant
    decisions: list[Decision] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._standing = Standing()
        self._events: list[tuple[Instant, int, Event]] = []
        self._told = 0
        self._waiting: defaultdict[str | None, dict[Firing, Held]] = defaultdict(dict)
        self._queues: defaultdict[str, dict[Firing, Held]] = defaultdict(dict)
        self._spent: defaultdict[str, list[Instant]] = defaultdict(list)
        self._turns: dict[str, Instant] = {}
        self._paths: dict[Firing, Sequence[Whereabouts]] = {}
        self._begins: set[tuple[str, Instant]] = set()

    def leads(self) -> Leads:
        """As of the end. Ranks are by the points of then."""
        for number, one in enumerate(self.playbooks):
            self._expect(one.since, Applied(number))
        for period, one in periods(self.playbooks):
            for each in one.playbook.rules.closed:
                if period.covers(each.at):
                    self._expect(each.at, each)
        for firing in self.firings:
            self._expect(firing.at, firing)
        while self._events and self._events[0][0] <= self.as_of:
            t = self._events[0][0]
            events = []
            while self._events and self._events[0][0] == t:
                events.append(heapq.heappop(self._events)[2])
            self._turn(t, events)
        ranked = {firing: rank for queue in self._queues.values() for firing, rank in self._ranks(queue.values(), self.as_of).items()}
        waiting = [replace(each, rank=ranked.get(each.firing, 0)) for each in self._standing.waiting.values()]
        return in_line([*self._standing.ended, *self._standing.open.values()], waiting)

    # One instant.

    def _turn(self, t: Instant, events: Iterable[Event]) -> None:
        """Everything that happens at t is heard before anything is asked."""
        due: set[str | None] = set()
        begun: set[str] = set()
        hops: list[Firing] = []
        closed: set[str] = set()
        new: list[Firing] = []
        # The playbook of the instant decides about whatever else happens then.
        for event in sorted(events, key=lambda one: not isinstance(one, Applied)):
            match event:
                case Firing():
                    new.append(event)
                case Closed():
                    closed.add(event.account)
                case Turn():
                    due |= {event.account} if self._turns.get(event.account) == t else set()
                case Check():
                    due |= self._moved(event.held, t) if event.held.checked == t else set()
                case Hop():
                    hops.append(event.lead)
                case Begins():
                    begun |= {event.signal} if self._has_begun(event.signal, t) else set()
                case Applied():
                    self._number, self._answers = event.number, self.playbooks[event.number].playbook
                    self._times = Times(self._answers)
                    due |= {*self._standing.open, *(account for account, theirs in self._waiting.items() if theirs)}
                    begun |= set(self._queues)
        self._found: dict[Question | str, Answer] = {}
        due |= self._pass_on(hops, t) | (closed & self._standing.open.keys())
        for account in sorted(one for one in due if one in self._standing.open):
            self._ask_lead(account, account in closed, t)
        due |= self._fire(new, t)
        for held in sorted((each for one in due for each in self._waiting[one].values()), key=lambda each: each.line[1:]):
            self._ask(held, t)
        self._release(due, begun, t)
        for one in due:
            self._look_again(one, t)

    def _moved(self, held: Held, t: Instant) -> set[str | None]:
        """Puts what waits where it now belongs."""
        if held.firing in self._waiting[held.now.account]:
            del self._waiting[held.now.account][held.firing]
            held.now = whereabouts_at(held.where, t)
            self._waiting[held.now.account][held.firing] = held
            return {held.now.account}
        return set()

    def _has_begun(self, signal: str, t: Instant) -> bool:
        budget = self._budget(signal) if self._queues[signal] else None
        return budget is not None and self._period(budget, t)[0] == t

    # Open leads.

    def _pass_on(self, leads: Sequence[Firing], t: Instant) -> set[str | None]:
        """The open lead of an account that is merged away is the survivor's."""
        found: set[str | None] = set()
        open_now = [one for one in leads if one in self._standing.account_of]
        for first in sorted(open_now, key=lambda one: self._standing.account_of[one]):
            account, to = self._standing.account_of[first], whereabouts_at(self._paths[first], t).subject.id
            if to == account:
                continue
            lead, there = self._standing.open[account], self._standing.open.get(to)
            self._decide(Decision(t, "passed_on", self._number, first, to, lead.id))
            if there is not None:
                on = self._standing.open[to]
                younger = there if on.id == lead.id else lead
                self._decide(Decision(t, "joined", self._number, younger.rows[0].firing, to, on.id))
            found |= {account, to}
        self._expect_hops(leads, t)
        return found

    def _ask_lead(self, account: str, is_closed: bool, t: Instant) -> None:
        lead = self._standing.open[account]
        ended = Decision(t, "ended", self._number, lead.rows[0].firing, account, lead.id)
        if is_closed:
            self._decide(replace(ended, ended="person"))
        elif self._answers.is_open(account, t):
            self._decide(replace(ended, ended="opportunity"))
        elif (found := self._answer_of_account(account, t)).permit is None and not rests(found):
            places = places_of(each.place for each in found.refusals)
            self._decide(replace(ended, ended="permit", refusals=found.refusals, places=places))

    # What waits.

    def _fire(self, firings: Sequence[Firing], t: Instant) -> set[str | None]:
        found: set[str | None] = set()
        for firing in firings:
            where = self._answers.whereabouts(firing.subject, firing.at)
            held = Held(firing, where, where[0])
            self._waiting[held.now.account][firing] = held
            found.add(held.now.account)
            places = places_of([self._answers.rules.signals[firing.signal].place])
            self._decide(Decision(t, "fired", self._number, firing, held.now.account, places=places))
        return found

    def _ask(self, held: Held, t: Instant) -> None:
        """Whether it still waits, and for what."""
        firing, account = held.firing, held.now.account
        off = self._times.off_at(firing.signal, held.now.subject, t)
        if off is None:
            self._decide(Decision(t, "lapsed", self._number, firing, account))
            self._drop(held)
            return
        self._expect_check(held, off, t)
        held.permit, refusals = self._answer(held, t)
        if held.permit is None:
            self._queues[firing.signal].pop(firing, None)
            self._wait(held, refusals, t)

    def _wait(self, held: Held, refusals: tuple[Refusal, ...], t: Instant) -> None:
        account = held.now.account
        if held.told != (account, refusals, 0):
            held.told = account, refusals, 0
            places = places_of(each.place for each in refusals)
            self._decide(Decision(t, "waits", self._number, held.firing, account, refusals=refusals, places=places))

    def _answer(self, held: Held, t: Instant) -> tuple[Permit | None, tuple[Refusal, ...]]:
        account = held.now.account
        if account is None:
            return None, ()
        if self._answers.is_open(account, t):
            return None, (Refusal("opportunity"),)
        if held.firing.subject.kind != "person":
            found = self._answer_of_account(account, t)
        else:
            asked = Question(account, held.now.subject.id)
            found = self._found[asked] = self._found.get(asked) or self._answers.answer(asked, t)
        return found.permit, found.refusals

    def _answer_of_account(self, account: str, t: Instant) -> Answer:
        found = self._found[account] = self._found.get(account) or self._answers.answer_of_account(account, t)
        return found

    # What may be a lead.

    def _release(self, due: set[str | None], begun: set[str], t: Instant) -> None:
        """Turns what may be one into leads; a budget lets the best through first."""
        ready = {each.firing: each for one in due for each in self._waiting[one].values() if each.permit is not None}
        ready.update((firing, each) for signal in begun for firing, each in self._queues[signal].items())
        opened: set[str] = set()
        for held in self._in_line(ready.values(), t):
            account = str(held.now.account)
            if account not in self._standing.open and self._rule(held).opens and self._is_left(held.firing.signal, t):
                if self._budget(held.firing.signal) is not None:
                    self._spent[held.firing.signal].append(t)
                self._lead(held, "opened", t)
                self._paths[held.firing] = self._answers.whereabouts(Subject("account", account), t)
                self._expect_hops([held.firing], t)
                del ready[held.firing]
                opened.add(account)
        # Of an account with a lead whatever has a permit is a reason of it, also what a budget kept.
        ready.update((each.firing, each) for one in opened for each in self._waiting[one].values() if each.permit is not None)
        queued: dict[str, list[Held]] = {}
        for held in self._in_line(ready.values(), t):
            if held.now.account in self._standing.open:
                self._lead(held, "reason", t)
            elif not self._rule(held).opens:
                self._wait(held, (kept_for_a_lead(self._rule(held)),), t)
            else:
                queued.setdefault(held.firing.signal, []).append(held)
        due |= opened
        for signal, theirs in sorted(queued.items()):
            self._queue(signal, theirs, signal in begun, t)

    def _lead(self, held: Held, what: What, t: Instant) -> None:
        account, permit = str(held.now.account), held.permit
        assert permit is not None, "a lead has a permit"
        evidence = tuple(dict.fromkeys((str(each.kind), each.what) for each in permit.evidence))
        places = places_of(each.place for each in permit.evidence)
        one = Decision(t, what, self._number, held.firing, account, evidence=evidence, places=places)
        first = self._standing.open[account].rows[0].firing if account in self._standing.open else held.firing
        self._decide(replace(one, lead=lead_id(first)))
        self._drop(held)

    def _queue(self, signal: str, theirs: Sequence[Held], is_begun: bool, t: Instant) -> None:
        """Ranks what a budget keeps: all of a queue when its period begins, else what is new there among what was ranked before."""
        budget, queue = self._budget(signal), self._queues[signal]
        assert budget is not None, "only a budget keeps a firing with a permit waiting"
        _, end = self._period(budget, t)
        refusal = Refusal("budget", budget.place, end)
        fresh = [each for each in theirs if is_begun or each.told is None or each.told[:2] != (each.now.account, (refusal,))]
        for held in fresh:
            held.points = self._points(held, t)
            queue[held.firing] = held
        ranks = {each.firing: rank for rank, each in enumerate(sorted(queue.values(), key=lambda one: one.line), 1)} if fresh else {}
        for held in fresh:
            told = held.now.account, (refusal,), ranks[held.firing]
            if held.told != told:
                held.told = told
                one = Decision(t, "queued", self._number, held.firing, held.now.account, None, (refusal,), rank=told[2])
                self._decide(replace(one, places=places_of([budget.place])))
        if (signal, end) not in self._begins:
            self._begins.add((signal, end))
            self._expect(end, Begins(signal))

    def _in_line(self, ready: Iterable[Held], t: Instant) -> list[Held]:
        return [each for _, each in sorted(((self._line(each, t), each) for each in ready), key=lambda one: one[0])]

    def _ranks(self, queue: Iterable[Held], t: Instant) -> dict[Firing, int]:
        return {each.firing: rank for rank, each in enumerate(self._in_line(queue, t), 1)}

    def _line(self, held: Held, t: Instant) -> tuple[Fraction, Instant, str, Subject]:
        return (-self._points(held, t), *held.line[1:])

    def _points(self, held: Held, t: Instant) -> Fraction:
        budget = self._budget(held.firing.signal)
        if budget is None or budget.score is None:
            return Fraction(0)
        about = self._answers.rules.scores[budget.score].about
        asked = held.now.subject if about == held.now.subject.kind else Subject("account", str(held.now.account))
        return self._answers.points(budget.score, asked, t)

    def _rule(self, held: Held) -> Qualifying:
        """By the playbook in force, in which the signal of what still waits is on."""
        return self._answers.rules.boundary.signals[held.firing.signal]

    def _budget(self, signal: str) -> Budget | None:
        rule = self._answers.rules.boundary.signals.get(signal)
        return None if rule is None else rule.keeping

    def _is_left(self, signal: str, t: Instant) -> bool:
        budget, spent = self._budget(signal), self._spent[signal]
        return budget is None or len(spent) - bisect_left(spent, self._period(budget, t)[0]) < budget.leads

    def _period(self, budget: Budget, t: Instant) -> tuple[Instant, Instant]:
        return period_of(budget.per, t, self._answers.zone, self._answers.rules.week_start)

    # What comes, and what is over.

    def _decide(self, one: Decision) -> None:
        self.decisions.append(one)
        self._standing.take(one)

    def _drop(self, held: Held) -> None:
        del self._waiting[held.now.account][held.firing]
        self._queues[held.firing.signal].pop(held.firing, None)

    def _expect(self, at: Instant, event: Event) -> None:
        self._told += 1
        heapq.heappush(self._events, (at, self._told, event))

    def _expect_check(self, held: Held, off: Instant, t: Instant) -> None:
        place = bisect_right(held.where, t, key=lambda each: each.since)
        after = min(off, held.where[place].since if place < len(held.where) else FOREVER)
        if after != held.checked and after < FOREVER:
            self._expect(after, Check(held))
        held.checked = after

    def _expect_hops(self, leads: Sequence[Firing], t: Instant) -> None:
        for first in leads:
            after = next((each.since for each in self._paths[first] if each.since > t), FOREVER)
            if first in self._standing.account_of and after < FOREVER:
                self._expect(after, Hop(first))

    def _look_again(self, account: str | None, t: Instant) -> None:
        """Looks for the account's next turn, as long as there is something to look at."""
        if account is None:
            return
        if account not in self._standing.open and not self._waiting[account]:
            self._turns.pop(account, None)
            return
        turns = self._answers.turns(account)
        place = bisect_right(turns, t)
        after = turns[place] if place < len(turns) else FOREVER
        if after != self._turns.get(account) and after < FOREVER:
            self._expect(after, Turn(account))
        self._turns[account] = after
