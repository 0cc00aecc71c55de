"""What became of a firing: a lead, one that still waits, or one that ended without having been a lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tandem.app.decisions.decided import Work
from tandem.app.decisions.permits import RefusalShown, show_refusals, shown
from tandem.values.instants import Instant
from tandem.values.instants import show as show_instant

if TYPE_CHECKING:
    from tandem.boundary.desk.decisions import Decision
    from tandem.boundary.meaning.case import Firing

Became = Literal["lead", "waits", "ended"]


@dataclass(frozen=True)
class Fate:
    """at: of the firing. account: None where its subject belongs to none, and then it waits for one.

    lead, since: of which lead it is a reason, and since when. until, ended: of that lead, or of the waiting; None while it is open or
    waits. refusal: what keeps it waiting; of a lead what kept it first, of one that ended what kept it last. rank: in the queue of a budget, from 1; 0 where none keeps it.
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


def fate_of(work: Work, firing: Firing) -> Fate:
    """What the decisions say that became of it."""
    said = work.course(firing)
    kept = [each for each in said if each.what in ("waits", "queued")]
    for lead in work.leads.leads:
        for row in lead.rows:
            if row.firing == firing:
                then = next((each for each in kept if each.refusals), None) if row.at != firing.at else None
                return Fate(firing.at, lead.account, "lead", lead.id, row.at, lead.until, lead.ended, _refusals(then))
    for waiting in work.leads.waiting:
        if waiting.firing == firing:
            return Fate(firing.at, waiting.account, "waits", None, None, None, None, show_refusals(waiting.refusals), waiting.rank)
    account = work.now.answers.account(firing.subject, firing.at, work.as_of)
    if said[-1].what != "lapsed":
        return Fate(firing.at, account, "waits", None, None, None, None, ())
    return Fate(firing.at, account, "ended", None, None, said[-1].at, "signal", _refusals(kept[-1] if kept else None))


def _refusals(kept: Decision | None) -> tuple[RefusalShown, ...]:
    return () if kept is None else show_refusals(kept.refusals)


def why_no_lead(course: Sequence[Decision]) -> str:
    """Why a firing is no lead, by the decisions about it: `waits: quarantine`."""
    kept = next((each for each in reversed(course) if each.what in ("waits", "queued")), None)
    if kept is None:
        return "its signal was off again at once"
    reasons = ", ".join(dict.fromkeys(each.reason for each in kept.refusals)) or "it belongs to no account"
    return f"refused until the signal was off: {reasons}" if course[-1].what == "lapsed" else f"waits: {reasons}"
