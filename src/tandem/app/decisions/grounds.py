"""Why the boundary answers as it does: all that speaks for a touch, and all that might stand against it, each with its facts and its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tandem.app.decisions.decided import Ruling
from tandem.app.decisions.lines import lines_of_events, lines_of_records, tell_changes
from tandem.app.decisions.measured import sentence, tell
from tandem.app.decisions.permits import EvidenceShown, line_of, show_evidence, shown
from tandem.boundary.playbook.policy import Cap, Suppression, Table
from tandem.language.expression.show import show as show_expression
from tandem.language.source import Span
from tandem.signals.world import Subject
from tandem.values.durations import tell_duration
from tandem.values.instants import Instant
from tandem.values.instants import show as show_instant

if TYPE_CHECKING:
    from tandem.boundary.meaning.blocks import Block, Question
    from tandem.boundary.meaning.case import Stay
    from tandem.boundary.meaning.evidence import Evidence

FACTS_SHOWN = 20


@dataclass(frozen=True)
class Speaks:
    """Evidence. says: in a sentence. facts: in notation, those that make it so. since: of a signal, when it turned on."""

    evidence: EvidenceShown
    says: str
    facts: tuple[str, ...]
    since: Instant | None = None

    def as_json(self) -> dict[str, Any]:
        return self.evidence.as_json() | {"since": shown(self.since), "says": self.says, "facts": list(self.facts)}


@dataclass(frozen=True)
class Asked:
    """Something that might stand against a touch. stands: whether it does. line: of the playbook; None where it holds without one.

    until: when it may end, as far as is known. channels: those that it takes; None are all.
    """

    reason: str
    line: str | None
    stands: bool
    says: str
    until: Instant | None
    channels: tuple[str, ...] | None
    facts: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "reason": self.reason,
            "line": self.line,
            "stands": self.stands,
            "says": self.says,
            "until": shown(self.until),
            "channels": None if self.channels is None else list(self.channels),
            "facts": list(self.facts),
        }


def speaking(ruling: Ruling, account: str, seller: str | None, t: Instant) -> tuple[Speaks, ...]:
    """All evidence at t, of that which speaks for the seller; None asks for whoever it is."""
    found = [each for each in ruling.answers.evidence(account, t) if each.speaks_for(seller)]
    return tuple(_speaks(ruling, each, t) for each in found)


def _speaks(ruling: Ruling, one: Evidence, t: Instant) -> Speaks:
    shown_one = show_evidence(one)
    match one.kind:
        case "opportunity":
            return Speaks(shown_one, f"the opportunity {one.what} is open", lines_of_records(ruling, "opportunity", [one.what], t))
        case "override":
            return Speaks(shown_one, f"a manager's override, {one.what}", lines_of_records(ruling, "override", [one.what], t))
        case "owner":
            return Speaks(
                shown_one, f"the contract {one.what} names {one.seller} as its owner", lines_of_records(ruling, "contract", [one.what], t)
            )
        case "outbound":
            return Speaks(shown_one, f"a prospect of tier {one.what}, to which outbound is open until its first use", ())
        case "target":
            return Speaks(shown_one, "a named account", ())
    return _of_signal(ruling, shown_one, one, t)


def _of_signal(ruling: Ruling, shown_one: EvidenceShown, one: Evidence, t: Instant) -> Speaks:
    from tandem.signals.because import changes

    stay = _latest_stay(ruling, one, t)
    signal, code = ruling.playbook.signals[one.what], ruling.code(stay.subject)
    assert code is not None, stay
    ends = "" if t < stay.until else f", off since {show_instant(stay.until)}"
    says = f"{sentence(ruling.fold, ruling.playbook.names, signal, code, stay.since)}, on since {show_instant(stay.since)}{ends}"
    found = changes(ruling.fold, signal.when, signal.about, code, stay.since)
    facts = tuple(each.line for each in tell_changes(ruling.log, found[:FACTS_SHOWN], ruling.fold, ruling.zone))
    return Speaks(shown_one, says, facts, stay.since)


def _latest_stay(ruling: Ruling, one: Evidence, t: Instant) -> Stay:
    """The last time on that this evidence may stand on."""
    answers = ruling.answers
    stays = [each for each in answers.stays if each.signal == one.what and each.since <= t]
    ours = [each for each in stays if answers.whose(each.subject, each.since, t) == one.subject]
    # Of several, the one that ends when the evidence does, for one may be on and another have been.
    lasting = [each for each in ours if (t < each.until) == (one.until is None)]
    return max(lasting or ours, key=lambda each: each.since)


def standing(ruling: Ruling, asked: Question, t: Instant) -> tuple[Asked, ...]:
    """Every rule that might stand against what is asked, whether it does or not, in the order in which refusals are told."""
    boundary, found = ruling.boundary, list(ruling.answers.blocks(asked, t))
    every = [_person(ruling, asked.person, asked.account, t)] if asked.person is not None and asked.besides is None else []
    every += [_quarantine(ruling, asked, t)]
    every += [_cap(ruling, cap, asked, t) for cap in boundary.caps]
    every += [_exclusivity(ruling, asked, t)] if boundary.exclusivity else []
    every += [_suppression(ruling, each) for each in boundary.suppression]
    for reason, table in (("consent", boundary.consent), ("region", boundary.region)):
        every += [_table(ruling, reason, table, asked, t)] if table is not None else []
    if boundary.hold_out is not None:
        share = tell_share(boundary.hold_out.share)
        every.append(
            _Rule("hold_out", boundary.hold_out.place, f"not among the {share} who are held out", f"among the {share} who are held out")
        )
    return tuple(_asked(each, found) for each in every)


def tell_share(share: Any) -> str:
    return f"{float(share) * 100:g} %"


@dataclass(frozen=True)
class _Rule:
    """otherwise: what is said where the rule does not stand; says: where it does."""

    reason: str
    place: Span | None
    otherwise: str
    says: str
    facts: tuple[str, ...] = ()


def _asked(rule: _Rule, found: Iterable[Block]) -> Asked:
    block = next((each for each in found if each.reason == rule.reason and each.place == rule.place), None)
    if block is None:
        return Asked(rule.reason, line_of(rule.place), False, rule.otherwise, None, None, rule.facts)
    channels = None if block.channels is None else tuple(sorted(block.channels))
    return Asked(rule.reason, line_of(rule.place), True, rule.says, block.until, channels, rule.facts)


def _person(ruling: Ruling, person: str, account: str, t: Instant) -> _Rule:
    theirs = ruling.answers.account(Subject("person", person), t, t)
    otherwise = f"{person} is one of its people" if theirs == account else f"of which account {person} is nobody knows"
    return _Rule("person", None, otherwise, f"{person} is one of {theirs}")


def _quarantine(ruling: Ruling, asked: Question, t: Instant) -> _Rule:
    if not ruling.boundary.quarantine:
        return _Rule("quarantine", ruling.boundary.quarantine_at, "boundary.yaml sets none", "")
    length = tell_duration(ruling.boundary.quarantine)
    end, place = ruling.answers.quarantine_end(asked.account, t), ruling.boundary.quarantine_at
    if end is None:
        return _Rule("quarantine", place, f"a {ruling.answers.stance(asked.account, t)} is in none", "")
    began = end - ruling.boundary.quarantine
    facts = lines_of_events(ruling, Subject("account", asked.account), began, t)[:FACTS_SHOWN]
    told = f"{length} from the first use at {show_instant(began)}"
    return _Rule("quarantine", place, f"over since {show_instant(end)}: {told}", told, facts)


def _cap(ruling: Ruling, cap: Cap, asked: Question, t: Instant) -> _Rule:
    ours = [each for each in ruling.answers.touches(t) if each.is_outbound and each.account == asked.account and each.at > t - cap.within]
    whose = "the account"
    if cap.per == "person":
        whose = asked.person or "a person whom nobody names"
        ours = [each for each in ours if asked.person is not None and each.person == asked.person]
    if asked.besides is not None:
        ours = [each for each in ours if (each.at, each.id) < (asked.besides.at, asked.besides.id)]
    told = f"{len(ours)} of {cap.touches} touches of {whose} in {tell_duration(cap.within)}"
    return _Rule("cap", cap.place, told, told, lines_of_records(ruling, "touch", [each.id for each in ours[-FACTS_SHOWN:]], t))


def _exclusivity(ruling: Ruling, asked: Question, t: Instant) -> _Rule:
    place = ruling.boundary.exclusivity_at
    owners = sorted({one for one in ruling.answers.opportunity_owners(asked.account, t) if one})
    if not owners:
        return _Rule("exclusivity", place, "no opportunity is open, and nobody has accepted a lead", "somebody else has accepted a lead")
    opened = [each.what for each in ruling.answers.evidence(asked.account, t) if each.kind == "opportunity"]
    theirs = f"an opportunity of {', '.join(owners)} is open"
    otherwise = f"{theirs}, and stands against everybody else" if asked.seller is None else f"{theirs}, who asks"
    return _Rule("exclusivity", place, otherwise, theirs, lines_of_records(ruling, "opportunity", opened, t))


def _suppression(ruling: Ruling, one: Suppression) -> _Rule:
    if one.when is not None:
        told = show_expression(one.when)
        return _Rule("suppression", one.place, f"`{told}` is not true ({one.reason})", f"`{told}` is true: {one.reason}")
    assert one.rule is not None, "a suppression has a pattern or a condition"
    told = f"{one.rule.who} `{one.rule.pattern}`"
    return _Rule("suppression", one.place, f"{told} fits nobody of them ({one.reason})", f"{told} fits: {one.reason}")


def _table(ruling: Ruling, reason: str, table: Table, asked: Question, t: Instant) -> _Rule:
    named = asked.account if table.about == "account" else asked.person
    code = None if named is None else ruling.code(Subject(table.about, named))
    field = show_expression(table.of)
    value = "unknown" if code is None else tell(ruling.fold.alone(table.about, code).answer(table.of, t), "text")
    allowed = table.allows(None if value == "unknown" else value)
    ours = [each for each in ruling.boundary.channels if each in allowed]
    whose = "" if named is not None else " of a person whom nobody names"
    told = f"{field}{whose} is {value}, which allows {', '.join(ours) if ours else 'no channel'}"
    facts = lines_of_records(ruling, table.about, [named], t) if named is not None else ()
    return _Rule(reason, table.place, told, told, facts)
