"""`tandem explain LEAD`: why a lead is one: what fired, with its facts and values, what permitted it then, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tandem.app.decisions.decided import Work
from tandem.app.decisions.grounds import FACTS_SHOWN
from tandem.app.decisions.lines import tell_changes
from tandem.app.decisions.measured import said, sentence, values_of
from tandem.app.decisions.permits import line_of, shown
from tandem.app.explain.account import Answered, Whom, answered
from tandem.app.failures import UnknownName
from tandem.app.playbook.in_force import Taken
from tandem.language.expression.check import check
from tandem.language.expression.show import show as show_expression
from tandem.values.instants import Instant
from tandem.values.instants import show as show_instant

if TYPE_CHECKING:
    from tandem.boundary.meaning.leads import Lead, Row


@dataclass(frozen=True)
class ReasonExplained:
    """since: when it became a reason, later than the firing where it had to wait. fired_under: the fingerprint of the playbook then.

    rule: where the condition stands. received: the line that says what the signal permits. values: by expression, at the firing.
    """

    signal: str
    about: str
    subject: str
    fired_at: Instant
    since: Instant
    on: bool
    why: str
    condition: str
    rule: str | None
    received: str | None
    values: dict[str, Any]
    facts: tuple[str, ...]
    fired_under: str

    def as_json(self) -> dict[str, Any]:
        return {
            "signal": self.signal,
            "about": self.about,
            "subject": self.subject,
            "type": "PQA" if self.about == "account" else "PQL",
            "fired_at": show_instant(self.fired_at),
            "since": show_instant(self.since),
            "on": self.on,
            "why": self.why,
            "rule": {"condition": self.condition, "line": self.rule, "fingerprint": self.fired_under},
            "line": self.received,
            "values": self.values,
            "facts": list(self.facts),
        }


@dataclass(frozen=True)
class LeadExplained:
    """began: the boundary's answer when the lead began. ends: when it ended, or now, while it is open."""

    as_of: Instant
    lead: str
    account: str
    since: Instant
    until: Instant | None
    ended: str | None
    reasons: tuple[ReasonExplained, ...]
    began: Answered
    ends: Answered
    fingerprint: str
    said: Taken
    bounded: bool
    zone: str

    def as_json(self) -> dict[str, Any]:
        return {
            "as_of": show_instant(self.as_of),
            "explains": "lead",
            "lead": self.lead,
            "account": self.account,
            "account_name": self.ends.account_name,
            "owner": self.ends.owner,
            "since": show_instant(self.since),
            "until": shown(self.until),
            "ended": self.ended,
            "reasons": [each.as_json() for each in self.reasons],
            "began": self.began.as_json(),
            "now" if self.until is None else "at_end": self.ends.as_json(),
            "fingerprint": self.fingerprint,
            "playbook": self.said,
        }


def explain_lead(work: Work, name: str) -> LeadExplained:
    """Raises UnknownName."""
    lead = next((each for each in work.leads.leads if each.id == name), None)
    if lead is None:
        raise UnknownName("lead", name, [each.id for each in work.leads.leads])
    first, end = lead.rows[0], work.as_of if lead.until is None else lead.until
    begins, ending = work.at(lead.since), work.at(end)
    assert begins is not None, "what fires does so by a playbook in force"
    assert ending is not None, "and one stays in force"
    # Whom it began with may have been merged away since.
    account = begins.answers.account(first.firing.subject, first.firing.at, lead.since)
    assert account is not None, "a lead is an account's"
    return LeadExplained(
        as_of=work.as_of,
        lead=lead.id,
        account=lead.account,
        since=lead.since,
        until=lead.until,
        ended=lead.ended,
        reasons=tuple(_reason(work, lead, row) for row in lead.rows),
        began=answered(begins, account, Whom(), lead.since),
        ends=answered(ending, lead.account, Whom(), end),
        fingerprint=work.now.playbook.fingerprint,
        said=work.said,
        bounded=work.now.playbook.boundary is not None,
        zone=work.now.zone.key,
    )


def _reason(work: Work, lead: Lead, row: Row) -> ReasonExplained:
    from tandem.signals.because import changes

    firing, ruling = row.firing, work.at(row.firing.at)
    assert ruling is not None, "what fires does so by a playbook in force"
    signal, code, fold = ruling.playbook.signals[firing.signal], ruling.code(firing.subject), ruling.fold
    assert code is not None, firing
    types, alone = check(signal.when, ruling.playbook.names, signal.about), fold.alone(signal.about, code)
    end = work.as_of if lead.until is None else lead.until
    return ReasonExplained(
        signal=firing.signal,
        about=signal.about,
        subject=firing.subject.id,
        fired_at=firing.at,
        since=row.at,
        on=work.is_on(firing, end),
        why=sentence(fold, ruling.playbook.names, signal, code, firing.at),
        condition=show_expression(signal.when),
        rule=line_of(signal.place),
        received=line_of(ruling.boundary.signals[firing.signal].place),
        values={show_expression(each): said(alone.answer(each, firing.at), types.type_of(each).unit) for each in values_of(signal.when)},
        facts=tuple(
            each.line
            for each in tell_changes(work.log, changes(fold, signal.when, signal.about, code, firing.at)[:FACTS_SHOWN], fold, ruling.zone)
        ),
        fired_under=ruling.playbook.fingerprint,
    )
