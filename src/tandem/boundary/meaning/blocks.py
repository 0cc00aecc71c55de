"""Blocks: what stands against a human touch at an instant, whatever speaks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal as OneOf

from tandem.boundary.meaning.case import Case, Touch, open_opportunities, said, touches
from tandem.boundary.meaning.evidence import Evidence, quarantine_end
from tandem.boundary.playbook.policy import Cap, Suppression, Table
from tandem.identity.domains import host_of, mail_domain, mail_host, registrable
from tandem.identity.exclusions import matches
from tandem.language.source import Span
from tandem.signals.meaning.asking import holds, value
from tandem.signals.world import FOREVER, UNKNOWN, Subject, account_of, exists, records_at
from tandem.values.instants import Instant

Reason = OneOf[
    "no_evidence", "quarantine", "cap", "exclusivity", "suppression", "consent", "region", "hold_out", "person", "channel", "purpose", "opportunity", "budget", "no_lead"
]  # fmt: skip


@dataclass(frozen=True)
class Question:
    """Who may touch whom, and how.

    person: None where nobody in particular is known. channel, purpose: empty where none is known. seller: None asks in general; the
    empty text is somebody of ours of whom nobody says who it was. besides: a touch that is not counted, for it is the one that is judged.
    """

    account: str
    person: str | None = None
    channel: str = ""
    seller: str | None = None
    purpose: str = ""
    besides: Touch | None = None


@dataclass(frozen=True)
class Block:
    """channels: those against which it stands; None are all. until: when it will end, as far as is known; None where nobody knows."""

    reason: Reason
    until: Instant | None = None
    place: Span | None = None
    channels: frozenset[str] | None = None

    def stands_against(self, evidence: Evidence) -> bool:
        match self.reason:
            case "quarantine":
                return not evidence.passes_quarantine
            case "hold_out":
                return not evidence.passes_hold_out
        return True

    def takes(self, channels: frozenset[str], evidence: Evidence) -> frozenset[str]:
        """Those of the channels by which this evidence permits nothing, because of the block."""
        if not self.stands_against(evidence):
            return frozenset()
        return channels if self.channels is None else channels & self.channels


def blocks(case: Case, asked: Question, t: Instant) -> list[Block]:
    return [
        *_person(case, asked, t),
        *_quarantine(case, asked, t),
        *_caps(case, asked, t),
        *_exclusivity(case, asked, t),
        *_suppression(case, asked, t),
        *_consent(case, asked, t),
        *_region(case, asked, t),
        *_hold_out(case, asked),
    ]


def _person(case: Case, asked: Question, t: Instant) -> Iterator[Block]:
    """Of a person who is another account's. Whom a touch that was made names, it names: a CRM may know a person there whom we know elsewhere."""
    if asked.person is None or asked.besides is not None:
        return
    person = Subject("person", asked.person)
    if exists(case.world, person, t) and account_of(case.world, person, t) not in (None, asked.account):
        yield Block("person")


def _quarantine(case: Case, asked: Question, t: Instant) -> Iterator[Block]:
    end = quarantine_end(case, asked.account, t)
    if end is not None and t < end:
        yield Block("quarantine", end, case.boundary.quarantine_at)


def _caps(case: Case, asked: Question, t: Instant) -> Iterator[Block]:
    counted = [
        each
        for each in touches(case, t)
        if each.is_outbound and each.account == asked.account and (asked.besides is None or _is_before(each, asked.besides))
    ]
    for cap in case.boundary.caps:
        ours = [each for each in counted if t - cap.within < each.at and _is_of(cap, each, asked)]
        if len(ours) >= cap.touches:
            # It lifts when so many of them are too old that fewer than the cap are left.
            yield Block("cap", ours[len(ours) - cap.touches].at + cap.within, cap.place)


def _is_of(cap: Cap, touch: Touch, asked: Question) -> bool:
    return cap.per == "account" or (asked.person is not None and touch.person == asked.person)


def _is_before(touch: Touch, judged: Touch) -> bool:
    return (touch.at, touch.id) < (judged.at, judged.id)


def _exclusivity(case: Case, asked: Question, t: Instant) -> Iterator[Block]:
    if asked.seller is None or not case.boundary.exclusivity:
        return
    owners = {said(each, "owner") for each in open_opportunities(case, asked.account, t)} - {""}
    ends = [each for each in case.accepted if each.account == asked.account and each.since <= t < each.until]
    accepted = {each.seller: each.until for each in ends}
    others = (owners | set(accepted)) - {asked.seller}
    if others:
        until = None if owners - {asked.seller} else max(accepted[one] for one in others)
        yield Block("exclusivity", None if until == FOREVER else until, case.boundary.exclusivity_at)


def _suppression(case: Case, asked: Question, t: Instant) -> Iterator[Block]:
    for each in case.boundary.suppression:
        if _is_suppressed(case, each, asked, t):
            yield Block("suppression", each.rule.until if each.rule is not None else None, each.place)


def _is_suppressed(case: Case, one: Suppression, asked: Question, t: Instant) -> bool:
    if one.when is not None:
        named = asked.account if one.about == "account" else asked.person
        return named is not None and holds(case.world, one.when, Subject(one.about, named), t) is True
    rule = one.rule
    assert rule is not None, "a suppression has a pattern or a condition"
    if (rule.since is not None and t < rule.since) or (rule.until is not None and rule.until <= t):
        return False
    return any(matches(rule, text) for text in _texts(case, rule.who, asked, t))


def _texts(case: Case, who: str, asked: Question, t: Instant) -> Iterator[str | None]:
    """The texts of an account and a person that a pattern about `who` is matched with: a domain as it is told, and as it was registered."""
    mails = [said(each, "email") for each in records_at(case.world, "person", t) if each.id == asked.person]
    match who:
        case "account":
            yield asked.account
        case "person":
            yield asked.person
        case "email":
            yield from mails
        case "domain":
            yield asked.account
            yield from (domain for mail in mails for domain in (mail_host(mail), mail_domain(mail)))
            told = (said(each, "domain") for each in records_at(case.world, "account", t) if each.id == asked.account)
            yield from (domain for text in told for domain in (host_of(text), registrable(text)))


def _consent(case: Case, asked: Question, t: Instant) -> Iterator[Block]:
    if case.boundary.consent is not None:
        yield from _by_table(case, case.boundary.consent, asked, "consent", t)


def _region(case: Case, asked: Question, t: Instant) -> Iterator[Block]:
    if case.boundary.region is not None:
        yield from _by_table(case, case.boundary.region, asked, "region", t)


def _by_table(case: Case, table: Table, asked: Question, reason: Reason, t: Instant) -> Iterator[Block]:
    named = asked.account if table.about == "account" else asked.person
    told = UNKNOWN if named is None else value(case.world, table.of, Subject(table.about, named), t)
    refused = frozenset(case.boundary.channels) - table.allows(told)
    if refused:
        yield Block(reason, None, table.place, refused)


def _hold_out(case: Case, asked: Question) -> Iterator[Block]:
    held = case.boundary.hold_out
    if held is not None and held.holds(asked.account):
        yield Block("hold_out", None, held.place)
