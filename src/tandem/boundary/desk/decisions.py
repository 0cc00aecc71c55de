"""Decisions: every automated choice about leads, in order, with what it was made from and the playbook's lines that made it.

What became of all firings as of an instant is what the decisions up to it say, and nothing else: see `leads_of`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal as OneOf

from tandem.boundary.combining import Refusal
from tandem.boundary.meaning.case import Firing
from tandem.boundary.meaning.leads import Ending, Lead, Leads, Row, Waiting, in_line, joined
from tandem.language.source import Span
from tandem.values.instants import Instant, show

# A firing fires, waits for a permit, is queued by a budget, opens a lead or is a reason of one, or lapses: its signal went off while it waited.
# A lead ends, passes on to the survivor of its account, or is joined to an older lead there.
What = OneOf["fired", "waits", "queued", "opened", "reason", "lapsed", "ended", "passed_on", "joined"]


@dataclass(frozen=True)
class Decision:
    """One choice.

    in_force: the number of the playbook in force, from 0. firing: of a lead's ending, passing on and joining, the lead's first reason.
    account: None where the subject belongs to none. lead: its id; of joining, that of the one that goes on. refusals: for which a firing
    waits, or a lead ended. evidence: kind and name of what permits. rank: in the queue of its budget, by the points of each when it was
    queued or its period began. places: the lines that decided.
    """

    at: Instant
    what: What
    in_force: int
    firing: Firing
    account: str | None = None
    lead: str | None = None
    refusals: tuple[Refusal, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    rank: int = 0
    ended: Ending | None = None
    places: tuple[str, ...] = ()


def leads_of(decisions: Iterable[Decision]) -> Leads:
    """What the decisions, up to some instant, have made of all firings. Ranks are those that were decided."""
    standing = Standing()
    for each in decisions:
        standing.take(each)
    return standing.leads()


def decisions_bytes(decisions: Iterable[Decision]) -> bytes:
    """A line of JSON for each, always the same for the same decisions."""
    lines = (json.dumps(_told(each), ensure_ascii=False, sort_keys=True, separators=(",", ":")) for each in decisions)
    return "".join(f"{line}\n" for line in lines).encode()


def place_of(span: Span | None) -> str | None:
    """`boundary.yaml:12`."""
    return None if span is None else f"{span.source.path}:{span.line}"


def places_of(spans: Iterable[Span | None]) -> tuple[str, ...]:
    """Each line once, in the order in which they come."""
    return tuple(dict.fromkeys(place for each in spans if (place := place_of(each)) is not None))


@dataclass
class Standing:
    """Which leads are open and what waits, after one decision after another. account_of: of each open lead, by its first reason."""

    open: dict[str, Lead] = field(default_factory=dict)
    ended: list[Lead] = field(default_factory=list)
    waiting: dict[Firing, Waiting] = field(default_factory=dict)
    account_of: dict[Firing, str] = field(default_factory=dict)

    def take(self, one: Decision) -> None:
        match one.what:
            case "fired" | "joined":
                pass  # That it passed on has joined the lead to the one that is there already.
            case "waits" | "queued":
                self.waiting.pop(one.firing, None)
                if one.account is not None:
                    self.waiting[one.firing] = Waiting(one.firing, one.account, one.refusals, one.rank)
            case "lapsed":
                self.waiting.pop(one.firing, None)
            case "opened" | "reason":
                self.waiting.pop(one.firing, None)
                account, row = str(one.account), Row(one.firing, one.at)
                before = self.open.get(account)
                self._put(Lead(account, one.at, (row,)) if before is None else replace(before, rows=(*before.rows, row)))
            case "ended":
                self.ended.append(replace(self._gone(one.firing), until=one.at, ended=one.ended))
            case "passed_on":
                lead = replace(self._gone(one.firing), account=str(one.account))
                there = self.open.get(lead.account)
                if there is not None:
                    self._gone(there.rows[0].firing)
                self._put(lead if there is None else joined(lead, there))

    def leads(self) -> Leads:
        return in_line([*self.ended, *self.open.values()], list(self.waiting.values()))

    def _put(self, lead: Lead) -> None:
        self.open[lead.account] = lead
        self.account_of[lead.rows[0].firing] = lead.account

    def _gone(self, first: Firing) -> Lead:
        return self.open.pop(self.account_of.pop(first))


def _told(one: Decision) -> dict[str, object]:
    firing = one.firing
    return {
        "at": show(one.at),
        "what": one.what,
        "in_force": one.in_force,
        "signal": firing.signal,
        "about": firing.subject.kind,
        "subject": firing.subject.id,
        "fired_at": show(firing.at),
        "account": one.account,
        "lead": one.lead,
        "refusals": [
            {"reason": each.reason, "place": place_of(each.place), "until": None if each.until is None else show(each.until)}
            for each in one.refusals
        ],
        "evidence": [list(each) for each in one.evidence],
        "rank": one.rank,
        "ended": one.ended,
        "places": list(one.places),
    }
