"""What became of a firing: a lead, one that still waits, or one that ended without having been a lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tandem.app.work.decided import Ruling, Work
from tandem.app.work.permits import RefusalShown, show_refusals, shown
from tandem.values.instants import Instant
from tandem.values.instants import show as show_instant

if TYPE_CHECKING:
    from tandem.boundary.meaning.answers import Refusal
    from tandem.boundary.meaning.case import Firing

Became = Literal["lead", "waits", "ended"]


@dataclass(frozen=True)
class Fate:
    """at: of the firing. account: None where its subject belongs to none, and then it waits for one.

    lead, since: of which lead it is a reason, and since when. until, ended: of that lead, or of the waiting; None while it is open or
    waits. refusal: what keeps it waiting, or kept it when it fired. rank: in the queue of a budget, from 1; 0 where none keeps it.
    """

    at: Instant
    account: str | None
    became: Became
    lead: str | None
    since: Instant | None
    until: Instant | None
    ended: str | None
    refusal: tuple[RefusalShown, ...]
    rank: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "at": show_instant(self.at),
            "account": self.account,
            "became": self.became,
            "lead": self.lead,
            "since": shown(self.since),
            "until": shown(self.until),
            "ended": self.ended,
            "refusal": [each.as_json() for each in self.refusal],
            "rank": self.rank or None,
        }


def fate_of(work: Work, firing: Firing, turns: Sequence[Instant]) -> Fate:
    """turns: where the signal may have turned off for whom it fired, ascending."""
    for lead in work.leads.leads:
        for row in lead.rows:
            if row.firing == firing:
                then = () if row.at == firing.at else _refusals(work, firing, firing.at)
                return Fate(firing.at, lead.account, "lead", lead.id, row.at, lead.until, lead.ended, show_refusals(then))
    for waiting in work.leads.waiting:
        if waiting.firing == firing:
            return Fate(firing.at, waiting.account, "waits", None, None, None, None, show_refusals(waiting.refusals), waiting.rank)
    account = work.now.answers.account(firing.subject, firing.at, work.as_of)
    off = next((t for t in turns if firing.at < t <= work.as_of and not work.is_on(firing, t)), None)
    if off is None:
        return Fate(firing.at, account, "waits", None, None, None, None, ())
    return Fate(firing.at, account, "ended", None, None, off, "signal", show_refusals(_refusals(work, firing, off - 1)))


def _refusals(work: Work, firing: Firing, t: Instant) -> Sequence[Refusal]:
    """What stood against a lead at t; nothing where only a budget kept it."""
    from tandem.boundary.meaning.answers import Refusal

    ruling = work.at(t)
    account = None if ruling is None else ruling.answers.account(firing.subject, firing.at, t)
    if ruling is None or account is None:
        return ()
    if ruling.answers.is_open(account, t):
        return (Refusal("opportunity"),)
    return _answered(ruling, firing, account, t)


def _answered(ruling: Ruling, firing: Firing, account: str, t: Instant) -> Sequence[Refusal]:
    from tandem.boundary.meaning.blocks import Question

    if firing.subject.kind != "person":
        return ruling.answers.answer_of_account(account, t).refusals
    person = ruling.answers.whose(firing.subject, firing.at, t).id
    return ruling.answers.answer(Question(account, person), t).refusals
