"""`tandem explain ACCOUNT`: may it be touched, by whom and how: what speaks for it, what might stand against it, and since when it is so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tandem.app.decisions.decided import Ruling, Work
from tandem.app.decisions.grounds import Asked, Speaks, speaking, standing
from tandem.app.decisions.lines import lines_of_records
from tandem.app.decisions.owners import by_activity, called, field_of, owner_of
from tandem.app.decisions.permits import PermitShown, RefusalShown, show_permit, show_refusals, shown
from tandem.app.playbook.in_force import Taken
from tandem.signals.world import Subject
from tandem.values.instants import DAY, Instant
from tandem.values.instants import show as show_instant

if TYPE_CHECKING:
    from tandem.boundary.meaning.answers import Answer
    from tandem.boundary.meaning.blocks import Question
    from tandem.boundary.meaning.case import Touch

STEPS_BACK = 90 * DAY


@dataclass(frozen=True)
class Whom:
    """Who of ours would touch whom of theirs, and how; None where nobody in particular is meant."""

    person: str | None = None
    channel: str | None = None
    seller: str | None = None
    purpose: str | None = None

    @property
    def is_general(self) -> bool:
        return self == Whom()

    def question(self, account: str, besides: Touch | None = None) -> Question:
        """besides: the touch that is judged, and does not count against itself."""
        from tandem.boundary.meaning.blocks import Question

        return Question(account, self.person, self.channel or "", self.seller, self.purpose or "", besides)

    def as_json(self) -> dict[str, Any]:
        return {"person": self.person, "channel": self.channel, "seller": self.seller, "purpose": self.purpose}


@dataclass(frozen=True)
class Answered:
    """What the boundary answers about an account at an instant, and why. people: who of them may be touched, of a general question; called: what to call each.

    speaks: all evidence, of that which speaks for the seller. asked: all that might stand against it.
    """

    account: str
    account_name: str | None
    owner: str | None
    stance: str
    permit: PermitShown | None
    refusal: tuple[RefusalShown, ...]
    people: tuple[str, ...]
    called: tuple[str, ...]
    speaks: tuple[Speaks, ...]
    asked: tuple[Asked, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "account": self.account,
            "account_name": self.account_name,
            "owner": self.owner,
            "stance": self.stance,
            "permit": None if self.permit is None else self.permit.as_json(),
            "refusal": [each.as_json() for each in self.refusal],
            "people": list(self.people),
            "called": list(self.called),
            "evidence": [each.as_json() for each in self.speaks],
            "blocks": [each.as_json() for each in self.asked],
        }


@dataclass(frozen=True)
class AnswerStep:
    """What is answered from an instant on, until the next."""

    at: Instant
    permit: PermitShown | None
    refusal: tuple[RefusalShown, ...]

    def as_json(self) -> dict[str, Any]:
        permit = None if self.permit is None else self.permit.as_json()
        return {"at": show_instant(self.at), "permit": permit, "refusal": [each.as_json() for each in self.refusal]}

    @property
    def told(self) -> tuple[object, ...]:
        """What makes it another step than the one before: ends that move alone do not."""
        if self.permit is None:
            return tuple((each.reason, each.line) for each in self.refusal)
        permit = self.permit
        return permit.purpose, permit.motion, permit.channels, permit.seller, *((each.kind, each.what) for each in permit.evidence)


@dataclass(frozen=True)
class AccountExplained:
    """at: the instant that is asked about. steps: of the answer over the days before it, the first since before them.

    lead: the id of the open lead, if there is one. waiting: the signals that wait. endless: overrides that count for nothing, because they
    state no end, in notation.
    """

    as_of: Instant
    at: Instant
    whom: Whom
    answered: Answered
    steps: tuple[AnswerStep, ...]
    lead: str | None
    waiting: tuple[str, ...]
    fingerprint: str
    said: Taken
    bounded: bool
    zone: str
    endless: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "as_of": show_instant(self.as_of),
            "explains": "account",
            "at": show_instant(self.at),
            "asked": self.whom.as_json(),
            **self.answered.as_json(),
            "may_change_at": shown(self.may_change_at),
            "steps": [each.as_json() for each in self.steps],
            "lead": self.lead,
            "waiting": list(self.waiting),
            "fingerprint": self.fingerprint,
            "playbook": self.said,
            "endless_overrides": list(self.endless),
        }

    @property
    def may_change_at(self) -> Instant | None:
        """The next instant at which time alone may change the answer, as far as is known; None where nothing is."""
        permit = self.answered.permit
        if permit is not None:
            return permit.expires_at
        return min((each.until for each in self.answered.refusal if each.until is not None), default=None)


def explain_account(work: Work, account: str, whom: Whom, at: Instant) -> AccountExplained:
    """account: its printed id."""
    ruling = work.at(at) or work.rulings[0].playbook
    then = work.leads_at(at)
    rows = [each for each in then.leads if each.account == account and each.until is None]
    waiting = {each.firing.signal for each in then.waiting if each.account == account}
    return AccountExplained(
        as_of=work.as_of,
        at=at,
        whom=whom,
        answered=answered(ruling, account, whom, at),
        steps=tuple(_steps(work, account, whom, at)),
        lead=rows[0].id if rows else None,
        waiting=tuple(sorted(waiting)),
        fingerprint=ruling.playbook.fingerprint,
        said=work.said,
        bounded=ruling.playbook.boundary is not None,
        zone=ruling.zone.key,
        endless=_endless(ruling, account, at),
    )


def _endless(ruling: Ruling, account: str, t: Instant) -> tuple[str, ...]:
    """The account's overrides whose last word states no end."""
    last: dict[str, tuple[Instant, str, bool]] = {}
    for each in ruling.fold.timeline.records("override"):
        whose = each.fields.get("account")
        if not isinstance(whose, str) or each.occurred_at > t or not any(since <= t < until for since, until in each.stretches):
            continue
        if ruling.answers.whose(Subject("account", whose), each.occurred_at, t).id == account:
            word = (each.occurred_at, each.id, each.fields.get("until") is None)
            last[each.record_id] = max(last.get(each.record_id, word), word)
    return lines_of_records(ruling, "override", [one for one, (_, _, is_endless) in last.items() if is_endless], t)


def answered(ruling: Ruling, account: str, whom: Whom, t: Instant, besides: Touch | None = None) -> Answered:
    found = _answer(ruling, account, whom, t) if besides is None else ruling.answers.answer(whom.question(account, besides), t)
    people = () if found.permit is None else by_activity(ruling, found.permit.people, t)
    starts = ruling.answers.starts_at(account, t) if found.permit is not None and whom.is_general else None
    return Answered(
        account=account,
        account_name=field_of(ruling, account, "name", t),
        owner=owner_of(ruling, account, t),
        stance=found.stance,
        permit=None if found.permit is None else show_permit(found.permit, starts),
        refusal=show_refusals(found.refusals),
        people=people,
        called=called(ruling, people, t),
        speaks=speaking(ruling, account, whom.seller, t),
        asked=standing(ruling, whom.question(account, besides), t),
    )


def _answer(ruling: Ruling, account: str, whom: Whom, t: Instant) -> Answer:
    return ruling.answers.answer_of_account(account, t) if whom.is_general else ruling.answers.answer(whom.question(account), t)


def _steps(work: Work, account: str, whom: Whom, until: Instant) -> Iterator[AnswerStep]:
    first = until - STEPS_BACK
    turns = {at for one in work.rulings for at in (*one.playbook.answers.turns(account, whom.person), one.since) if first < at <= until}
    last: tuple[object, ...] | None = None
    for at in sorted({first, *turns}):
        ruling = work.at(at)
        if ruling is None:
            continue
        found = _answer(ruling, account, whom, at)
        step = AnswerStep(at, None if found.permit is None else show_permit(found.permit, None), show_refusals(found.refusals))
        if step.told != last:
            yield step
        last = step.told
