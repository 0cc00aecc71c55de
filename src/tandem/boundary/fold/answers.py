"""What one playbook's boundary answers, over all of history at once: the slow pages' questions, each by a look-up in what was found once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property

from tandem.boundary.combining import Answer
from tandem.boundary.fold.belonging import Belonging, Whereabouts
from tandem.boundary.fold.blocks import Standings
from tandem.boundary.fold.course import Course
from tandem.boundary.fold.evidence import Speaking
from tandem.boundary.fold.fields import Fields
from tandem.boundary.fold.records import Told
from tandem.boundary.fold.rules import Rules, StaysOf
from tandem.boundary.fold.stances import Stances
from tandem.boundary.meaning.blocks import Block, Question
from tandem.boundary.meaning.case import Firing, Stay, Touch, said
from tandem.boundary.meaning.evidence import Evidence, Stance
from tandem.boundary.meaning.judged import Judged, question_of, verdict_of
from tandem.signals.fold import Fold
from tandem.signals.world import Subject
from tandem.values.instants import Instant


class Answers:
    """Whatever is of the same name in the slow pages means the same here.

    stays: of each signal that the boundary names. until: the last instant that is asked about.
    """

    def __init__(self, fold: Fold, rules: Rules, stays: Mapping[str, StaysOf], until: Instant) -> None:
        self.rules, self.until, self.zone = rules, until, fold.settings.zone
        self._belonging = Belonging(fold)
        self._told = Told(fold, self._belonging, rules.stages)
        self._fields = Fields(fold, self._belonging, rules.boundary)
        self._stances = Stances(fold, self._belonging, self._told, rules.boundary)
        self._speaking = Speaking(rules, self._belonging, self._told, self._fields, stays, until)
        self._standings = Standings(rules, self._told, self._fields)
        self._courses: dict[str, Course] = {}

    # Answers.

    def answer(self, asked: Question, t: Instant) -> Answer:
        return self._of(asked.account).answer(asked, t)

    def answer_of_account(self, account: str, t: Instant) -> Answer:
        return self._of(account).answer_of_account(t)

    def starts_at(self, account: str, t: Instant) -> Instant | None:
        course = self._of(account)
        start = None
        # One that has always stood began where anything is told.
        for at in (t, *(each for each in reversed((self._beginning, *course.turns)) if each < t)):
            if course.answer_of_account(at).permit is None:
                break
            start = at
        return start

    def turns(self, account: str, person: str | None = None) -> Sequence[Instant]:
        """Ascending. Between two of them no answer about the account or its people changes, nor its open opportunities, nor who its people are.

        person: one of whom something is asked, be it of the account or not.
        """
        course = self._of(account)
        return course.turns if person is None else course.turns_with(person)

    def evidence(self, account: str, t: Instant) -> list[Evidence]:
        return list(self._of(account).evidence.value(t))

    def blocks(self, asked: Question, t: Instant) -> list[Block]:
        return self._of(asked.account).standing(asked, t)

    def stance(self, account: str, t: Instant) -> Stance:
        return self._of(account).stances.value(t).stance

    def quarantine_end(self, account: str, t: Instant) -> Instant | None:
        return self._of(account).stances.value(t).quarantine_end

    def _of(self, account: str) -> Course:
        if account not in self._courses:
            self._courses[account] = Course(
                account,
                self._belonging,
                self._told,
                self._stances,
                self._speaking,
                self._standings,
                self.rules.boundary.channels,
                self.until,
            )
        return self._courses[account]

    @cached_property
    def _beginning(self) -> Instant:
        """The first instant of which anything tells, be it the playbook or a desk."""
        limits = [at for each in self.rules.boundary.suppression if each.rule is not None for at in (each.rule.since, each.rule.until)]
        desk = [*(each.since for each in self.rules.accepted), *(each.at for each in self.rules.closed)]
        return min([self._told.beginning, *desk, *(at for at in limits if at is not None)])

    # Signals.

    @property
    def stays(self) -> Sequence[Stay]:
        """All of them, by since, signal and subject."""
        return self._speaking.stays

    def is_on(self, firing: Firing, t: Instant) -> bool:
        return self._speaking.is_on(firing.signal, self.whose(firing.subject, firing.at, t), t)

    def whose(self, subject: Subject, since: Instant, t: Instant) -> Subject:
        return self._belonging.whose(subject, since, t)

    def account(self, subject: Subject, since: Instant, t: Instant) -> str | None:
        return self._belonging.account(subject, since, t)

    def whereabouts(self, subject: Subject, since: Instant) -> Sequence[Whereabouts]:
        """Who the subject of something that began at `since` is from then on, and whose."""
        return self._belonging.whereabouts(subject, since)

    def points(self, score: str, subject: Subject, t: Instant) -> Fraction:
        """What all lines of a score give together."""
        return self._fields.points(score, subject, t)

    # Touches.

    def touches(self, t: Instant) -> list[Touch]:
        return [touch for touch, since, until in self._told.touches if since <= t < until]

    def judged(self, since: Instant, until: Instant, as_of: Instant) -> list[Judged]:
        return [self.judge(each) for each in self.touches(as_of) if each.is_outbound and since <= each.at < until]

    def judge(self, touch: Touch) -> Judged:
        account, person = self._whom(touch)
        if account is None:
            return Judged(touch, "unmatched", None)
        course, asked = self._of(account), question_of(touch, account, person)
        return verdict_of(touch, account, course.evidence.value(touch.at), course.answer(asked, touch.at))

    def _whom(self, touch: Touch) -> tuple[str | None, str | None]:
        if touch.account is None:
            return None, touch.person
        belonging, (account, person) = self._belonging, touch.named
        one = belonging.survivor("person", person, touch.at) if person else None
        if account:
            return belonging.survivor("account", account, touch.at), one
        theirs = belonging.account_of(Subject("person", one)).value(touch.at) if one is not None else None
        return theirs or touch.account, one

    # Who of ours works on an account.

    def is_open(self, account: str, t: Instant) -> bool:
        """Whether an opportunity of the account is open."""
        return any(since <= t < until for _, since, until in self._told.open_opportunities.get(account, ()))

    def opportunity_owners(self, account: str, t: Instant) -> list[str]:
        """The owner of each open opportunity of the account, by the opportunity's id; empty where nobody says."""
        return [said(record, "owner") for record, since, until in self._told.open_opportunities.get(account, ()) if since <= t < until]

    def touches_of(self, account: str, since: Instant, t: Instant) -> list[Touch]:
        """The touches of the account that happened since an instant, as they are known at t; by instant and id."""
        theirs = self._told.touches_of.get(account, [])
        first = bisect_left(theirs, since, key=lambda each: each.what.at)
        return [touch for touch, begins, ends in theirs[first:] if begins <= t < ends]

    def owner_of_account(self, account: str, t: Instant) -> str | None:
        """The owner whom the account's own record names, empty where it names none; None where there is no record."""
        return self._told.text("account", account, "owner").value(t)

    def is_employed(self, seller: str, t: Instant) -> bool:
        return self._told.is_employed(seller, t)

    def accepted_owner(self, account: str, since: Instant, t: Instant) -> str | None:
        """As in `meaning/watch.py`."""
        sellers = [each.seller for each in self.rules.accepted if each.account == account and each.since <= t < each.until]
        sellers += self.opportunity_owners(account, t)
        sellers += [each.seller for each in self.touches_of(account, since, t)]
        if self.rules.boundary.account_owner:
            sellers += [self.owner_of_account(account, t) or ""]
        return next((each for each in sellers if self.is_employed(each, t)), None)
