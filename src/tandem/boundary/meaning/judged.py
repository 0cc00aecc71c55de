"""Touches that were made, judged by what was known when they were made: who was poached, and which rules were broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal as OneOf

from tandem.boundary.combining import Answer, Refusal
from tandem.boundary.in_force import periods
from tandem.boundary.meaning.answers import answer
from tandem.boundary.meaning.blocks import Question, Reason
from tandem.boundary.meaning.case import Case, Touch, touches
from tandem.boundary.meaning.evidence import Evidence, evidence
from tandem.boundary.meaning.firings import Cases, in_order
from tandem.signals.world import Subject, account_of, survivor
from tandem.values.instants import Instant

Verdict = OneOf["permitted", "override", "violation", "poached", "unmatched"]


@dataclass(frozen=True)
class Judged:
    """account: as it was called when it was touched. refusals: of a violation, what stood against it."""

    touch: Touch
    verdict: Verdict
    account: str | None
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """touches: outbound ones that match an account. poached_rate: of these; None where there are none."""

    touches: int
    poached: int
    overrides: int
    unmatched: int
    violations: dict[Reason, int]

    @property
    def poached_rate(self) -> Fraction | None:
        return Fraction(self.poached, self.touches) if self.touches else None


def judged(cases: Cases, since: Instant, until: Instant, as_of: Instant) -> list[Judged]:
    """Every outbound touch in [since, until) that is known as of an instant, by its own instant and the playbook in force then.

    What was done before any playbook was in force broke none, and is not judged.
    """
    found = []
    for period, one in periods(in_order(cases)):
        ours = [each for each in touches(one.playbook, as_of) if each.is_outbound and since <= each.at < until]
        found += [judge(one.playbook, each) for each in ours if period.covers(each.at)]
    return found


def judge(case: Case, touch: Touch) -> Judged:
    """What was known when it happened decides, also of a touch that was told later."""
    account, person = _whom(case, touch)
    if account is None:
        return Judged(touch, "unmatched", None)
    asked = question_of(touch, account, person)
    return verdict_of(touch, account, evidence(case, account, touch.at), answer(case, asked, touch.at))


def question_of(touch: Touch, account: str, person: str | None) -> Question:
    """What is asked of a touch that was made: it does not count against itself."""
    return Question(account, person, touch.channel, touch.seller, touch.purpose, touch)


def verdict_of(touch: Touch, account: str, found: Sequence[Evidence], answered: Answer) -> Judged:
    """found: all evidence of the account at the touch's instant. answered: what the touch's question was answered."""
    speaking = [each for each in found if each.speaks_for(touch.seller)]
    if not speaking:
        return Judged(touch, "poached", account)
    if answered.permit is None:
        return Judged(touch, "violation", account, answered.refusals)
    only_override = all(each.kind == "override" for each in speaking)
    return Judged(touch, "override" if only_override else "permitted", account)


def sum_up(found: Sequence[Judged]) -> Judgement:
    """A touch with several reasons against it counts once for each of them."""
    verdicts = Counter(each.verdict for each in found)
    reasons: Iterable[set[Reason]] = ({refusal.reason for refusal in each.refusals} for each in found)
    violations = Counter(reason for theirs in reasons for reason in theirs)
    return Judgement(
        touches=len(found) - verdicts["unmatched"],
        poached=verdicts["poached"],
        overrides=verdicts["override"],
        unmatched=verdicts["unmatched"],
        violations=dict(sorted(violations.items())),
    )


def _whom(case: Case, touch: Touch) -> tuple[str | None, str | None]:
    """The account and the person that a touch was of, as both were called then; whom it names is known later.

    A touch whose person belonged to no account then is of the account that it matches now.
    """
    if touch.account is None:
        return None, touch.person
    world, (account, person) = case.world, touch.named
    one = survivor(world, Subject("person", person), touch.at) if person else None
    if account:
        return survivor(world, Subject("account", account), touch.at), one
    theirs = account_of(world, Subject("person", one), touch.at) if one is not None else None
    return theirs or touch.account, one
