"""Evidence: what speaks for a human touch of an account at an instant, and the stance of the account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal as OneOf

from tandem.boundary.meaning.case import Case, Stay, in_force, open_opportunities, said
from tandem.boundary.playbook.policy import PURPOSES, HumanMotion, Purpose, Qualifying, Terms
from tandem.language.expression.nodes import FieldRef
from tandem.language.source import Source, Span
from tandem.signals.meaning.asked import Asked
from tandem.signals.meaning.asking import picks, value
from tandem.signals.playbook.declare import Signal
from tandem.signals.world import FOREVER, Stretch, Subject, is_target, read_date, records_at
from tandem.values.instants import Instant

Stance = OneOf["prospect", "user", "customer"]
EvidenceKind = OneOf["enterprise_need", "raised_hand", "plain", "target", "opportunity", "override", "outbound", "owner"]

TIER = FieldRef(("account", "icp_tier"), None, Source("", "").span(0, 0))


@dataclass(frozen=True)
class Evidence:
    """One thing that speaks for a touch.

    what: the signal's name, the record's id, the tier. subject: of whom. until: when it will end, as far as is known; None while on or open.
    seller: the only one for whom it speaks. place: the line of the playbook that says so.
    """

    kind: EvidenceKind
    what: str
    subject: Subject
    motion: HumanMotion
    purpose: Purpose
    channels: tuple[str, ...]
    until: Instant | None = None
    seller: str | None = None
    passes_quarantine: bool = True
    passes_hold_out: bool = False
    place: Span | None = None

    def speaks_for(self, seller: str | None) -> bool:
        """seller: None asks in general; nobody in particular is the empty text, and no owner."""
        return seller is None or self.seller is None or seller == self.seller


def stance(case: Case, account: str, t: Instant) -> Stance:
    """A customer has a contract in force, a user has somebody who has used the product, a prospect has neither."""
    if contracts(case, account, t):
        return "customer"
    return "prospect" if first_use(case, account, t) is None else "user"


def first_use(case: Case, account: str, t: Instant) -> Instant | None:
    """When the account began to use the product, as is known at t: its earliest event that counts as use."""
    asked = Asked(case.world, Subject("account", account), t)
    selector = case.boundary.first_use
    found = [
        each.occurred_at
        for each in case.world.happenings
        if (stretch := each.stretch_at(t)) is not None
        and not stretch.excluded
        and stretch.account == account
        and (_is_somebodys(stretch) and each.type in ("track", "page", "screen") if selector is None else picks(asked, selector, each))
    ]
    return min(found, default=None)


def quarantine_end(case: Case, account: str, t: Instant) -> Instant | None:
    """When a user's quarantine ends or ended; None of an account that is no user."""
    if stance(case, account, t) != "user":
        return None
    began = first_use(case, account, t)
    assert began is not None, "a user has used the product"
    return began + case.boundary.quarantine


def evidence(case: Case, account: str, t: Instant) -> list[Evidence]:
    """All that speaks for a touch of the account at t, by whoever it may be done."""
    found = [
        *_of_signals(case, account, t),
        *_of_targets(case, account, t),
        *_of_opportunities(case, account, t),
        *_of_overrides(case, account, t),
        *_of_audiences(case, account, t),
        *_of_contracts(case, account, t),
    ]
    return sorted(found, key=lambda one: (one.kind, one.what, one.subject, one.seller or ""))


def not_before(case: Case, account: str, t: Instant) -> Instant | None:
    """The earliest instant at which a plain sign that waits at t will be evidence; None where none waits."""
    waiting = [
        start
        for rule, signal in case.qualifying
        if rule.sign == "plain"
        for stay in _held(case, rule, signal, account, t)
        if (start := _start(case, rule, stay, account, t)) > t and (stay.until == FOREVER or start < stay.until + rule.valid_for)
    ]
    return min(waiting, default=None)


def contracts(case: Case, account: str, t: Instant) -> list[tuple[str, str, Instant | None]]:
    """The contracts of the account that are in force: id, owner, and when it ends."""
    ours = [each for each in records_at(case.world, "contract", t) if each.account == account and in_force(case, each, "starts", "ends", t)]
    return [(each.id, said(each, "owner"), read_date(case.world, each.fields.get("ends"))) for each in ours]


def valid_until(rule: Qualifying, stay: Stay) -> Instant:
    """When what a signal says is no evidence any more: a raised hand by itself, any other some time after it is off."""
    if rule.sign == "raised_hand":
        return stay.since + rule.valid_for
    return FOREVER if stay.until == FOREVER else stay.until + rule.valid_for


def _is_somebodys(stretch: Stretch) -> bool:
    """An event of the account alone, such as news of it, is no use."""
    return stretch.person is not None or stretch.workspace is not None


# Signals.


def _of_signals(case: Case, account: str, t: Instant) -> Iterator[Evidence]:
    for rule, signal in case.qualifying:
        if rule.sign == "none":
            continue
        for stay in _held(case, rule, signal, account, t):
            until = valid_until(rule, stay)
            if _start(case, rule, stay, account, t) <= t:
                yield Evidence(
                    rule.sign,
                    rule.signal,
                    case.whose(stay.subject, stay.since, t),
                    rule.terms.motion,
                    rule.terms.purpose,
                    channels(case, rule.terms),
                    None if until == FOREVER else until,
                    passes_quarantine=rule.sign != "plain" or rule.not_before is not None or rule.is_procurement,
                    passes_hold_out=rule.sign == "raised_hand" or rule.is_procurement,
                    place=rule.place,
                )


def _held(case: Case, rule: Qualifying, signal: Signal, account: str, t: Instant) -> list[Stay]:
    """The times on of the account's subjects that are valid at t, each as it is known then."""
    known = [each.known_at(t) for each in case.stays if each.signal == rule.signal and each.since <= t]
    return [each for each in known if t < valid_until(rule, each) and case.account(each.subject, each.since, t) == account]


def _start(case: Case, rule: Qualifying, stay: Stay, account: str, t: Instant) -> Instant:
    """From when on a time on is evidence. A plain sign waits, by default until the quarantine of a user is over."""
    if rule.sign != "plain" or rule.is_procurement:
        return stay.since
    if rule.not_before is not None:
        return stay.since + rule.not_before
    return max(stay.since, quarantine_end(case, account, t) or stay.since)


# What records and the playbook say.


def _of_targets(case: Case, account: str, t: Instant) -> Iterator[Evidence]:
    if is_target(case.world, account, t):
        yield _by(case, case.boundary.targets, "target", account, account, passes_quarantine=False)


def _of_opportunities(case: Case, account: str, t: Instant) -> Iterator[Evidence]:
    for each in open_opportunities(case, account, t):
        yield _by(case, case.boundary.opportunities, "opportunity", each.id, account)


def _of_overrides(case: Case, account: str, t: Instant) -> Iterator[Evidence]:
    """One without a stated end never began: an override is until its stated end."""
    for each in records_at(case.world, "override", t):
        until = read_date(case.world, each.fields.get("until"))
        if each.account != account or until is None or until <= t:
            continue
        terms, purpose, channel = case.boundary.overrides, said(each, "purpose"), said(each, "channel").casefold()
        if purpose in PURPOSES:
            terms = Terms(terms.motion, purpose, terms.channels, terms.place)
        if channel in case.boundary.channels:
            terms = Terms(terms.motion, terms.purpose, (channel,), terms.place)
        yield _by(case, terms, "override", each.id, account, until=until, seller=said(each, "seller") or None)


def _of_audiences(case: Case, account: str, t: Instant) -> Iterator[Evidence]:
    if not case.boundary.outbound or stance(case, account, t) != "prospect":
        return
    tier = value(case.world, TIER, Subject("account", account), t)
    for audience in case.boundary.outbound:
        if tier in audience.tiers:
            yield _by(case, audience.terms, "outbound", str(tier), account)


def _of_contracts(case: Case, account: str, t: Instant) -> Iterator[Evidence]:
    for contract, owner, ends in contracts(case, account, t):
        if owner:
            yield _by(case, case.boundary.customers, "owner", contract, account, until=ends, seller=owner)


def _by(
    case: Case,
    terms: Terms,
    kind: EvidenceKind,
    what: str,
    account: str,
    *,
    until: Instant | None = None,
    seller: str | None = None,
    passes_quarantine: bool = True,
) -> Evidence:
    return Evidence(
        kind,
        what,
        Subject("account", account),
        terms.motion,
        terms.purpose,
        channels(case, terms),
        until,
        seller,
        passes_quarantine=passes_quarantine,
        place=terms.place,
    )


def channels(case: Case, terms: Terms) -> tuple[str, ...]:
    return case.boundary.channels if terms.channels is None else terms.channels
