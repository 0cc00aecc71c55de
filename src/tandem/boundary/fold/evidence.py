"""All evidence of an account as intervals: of signals, from when on they speak until they are worth nothing; of records, while they say so."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from tandem.boundary.fold.belonging import Belonging
from tandem.boundary.fold.during import During, Layer, clipped
from tandem.boundary.fold.fields import Fields
from tandem.boundary.fold.records import Told
from tandem.boundary.fold.rules import Rules, StaysOf
from tandem.boundary.fold.stances import Standing
from tandem.boundary.meaning.case import Stay, said
from tandem.boundary.meaning.evidence import Evidence, EvidenceKind, valid_until
from tandem.boundary.playbook.policy import PURPOSES, Qualifying, Terms
from tandem.signals.world import FOREVER, Subject
from tandem.timeline.steps import ALWAYS
from tandem.values.instants import Instant


class Piece(NamedTuple):
    """A part of a signal's time on and of what it is worth after, in which it is one subject's and one account's."""

    stay: Stay
    subject: Subject
    since: Instant
    until: Instant


class Speaking:
    """fields: what conditions and fields say. until: the last instant that is asked about."""

    def __init__(
        self, rules: Rules, belonging: Belonging, told: Told, fields: Fields, stays: Mapping[str, StaysOf], until: Instant
    ) -> None:
        self._rules, self._boundary, self._belonging, self._told, self._fields = rules, rules.boundary, belonging, told, fields
        self._stays_of, self._until = stays, until

    @cached_property
    def stays(self) -> list[Stay]:
        """Every time on of the signals that the boundary names, by since, signal and subject."""
        found = [stay for name in self._boundary.signals for stay in self._told_of(name)]
        return sorted(found, key=lambda stay: (stay.since, stay.signal, stay.subject))

    def is_on(self, signal: str, subject: Subject, t: Instant) -> bool:
        theirs = self._by_subject.get((signal, subject), [])
        place = bisect_right(theirs, t, key=lambda stay: stay.since) - 1
        return place >= 0 and t < theirs[place].until

    def of(self, account: str, stances: Layer[Standing]) -> list[During[Evidence]]:
        """In the order in which evidence is told; of each instant there is no more than what is active then."""
        found = [
            *self._of_signals(account, stances),
            *self._of_targets(account),
            *self._of_opportunities(account),
            *self._of_overrides(account),
            *self._of_audiences(account, stances),
            *self._of_contracts(account),
        ]
        return sorted(found, key=lambda each: (each.what.kind, each.what.what, each.what.subject, each.what.seller or ""))

    def waiting(self, account: str, stances: Layer[Standing]) -> list[During[Instant]]:
        """While a plain sign waits, the instant at which it will be evidence."""
        found: list[During[Instant]] = []
        for rule, piece in self._pieces.get(account, ()):
            if rule.sign != "plain":
                continue
            worth = piece.stay.until + rule.valid_for if piece.stay.until < FOREVER else FOREVER
            for start, since, until in _starts(rule, piece, stances):
                # While it is on nobody knows that it will be over before.
                waits = start if start < worth else piece.stay.until
                found += clipped([During(start, piece.stay.since, min(start, waits))], since, until)
        return found

    # Signals.

    def _of_signals(self, account: str, stances: Layer[Standing]) -> Iterator[During[Evidence]]:
        for rule, piece in self._pieces.get(account, ()):
            ending = self._evidence(rule, piece.subject)
            for start, since, until in _starts(rule, piece, stances):
                yield from clipped(_as_known(rule, piece.stay, ending), max(start, since), until)

    def _evidence(self, rule: Qualifying, subject: Subject) -> Evidence:
        assert rule.sign != "none", "only what says something has pieces"
        return Evidence(
            rule.sign,
            rule.signal,
            subject,
            rule.terms.motion,
            rule.terms.purpose,
            self._channels(rule.terms),
            passes_quarantine=rule.sign != "plain" or rule.not_before is not None or rule.is_procurement,
            passes_hold_out=rule.sign == "raised_hand" or rule.is_procurement,
            place=rule.place,
        )

    @cached_property
    def _pieces(self) -> Mapping[str, list[tuple[Qualifying, Piece]]]:
        """By account, in the order of the boundary's signals, then by subject and instant."""
        found: defaultdict[str, list[tuple[Qualifying, Piece]]] = defaultdict(list)
        for rule in self._boundary.signals.values():
            if rule.sign == "none":
                continue
            for stay in self._told_of(rule.signal):
                until = valid_until(rule, stay)
                for subject, begins, ends in clipped(self._belonging.path(stay.subject, stay.since), stay.since, until):
                    for account, since, till in clipped(self._belonging.account_of(subject).during(), begins, ends):
                        if account is not None:
                            found[account].append((rule, Piece(stay, subject, since, till)))
        return found

    def _told_of(self, signal: str) -> list[Stay]:
        """By subject and instant."""
        return self._told_stays[signal]

    @cached_property
    def _told_stays(self) -> Mapping[str, list[Stay]]:
        return {name: sorted(self._read(name), key=lambda stay: (stay.subject, stay.since)) for name in self._boundary.signals}

    def _read(self, signal: str) -> Iterator[Stay]:
        of, about = self._stays_of[signal], self._rules.signals[signal].about
        asked = np.flatnonzero(of.since <= self._until)
        columns = (of.subject[asked], of.since[asked], of.until[asked])
        for subject, since, until in zip(*(column.tolist() for column in columns), strict=True):
            # What ends later is not over as far as is known.
            yield Stay(signal, Subject(about, of.subjects[subject]), since, until if until <= self._until else FOREVER)

    @cached_property
    def _by_subject(self) -> Mapping[tuple[str, Subject], list[Stay]]:
        found: defaultdict[tuple[str, Subject], list[Stay]] = defaultdict(list)
        for stay in self.stays:
            found[stay.signal, stay.subject].append(stay)
        return dict(found)

    # What records and the playbook say.

    def _of_targets(self, account: str) -> Iterator[During[Evidence]]:
        named = self._by(self._boundary.targets, "target", account, account, passes_quarantine=False)
        for is_target, since, until in self._fields.is_target(account).during():
            if is_target:
                yield During(named, since, until)

    def _of_opportunities(self, account: str) -> Iterator[During[Evidence]]:
        for record, since, until in self._told.open_opportunities.get(account, ()):
            yield During(self._by(self._boundary.opportunities, "opportunity", record.id, account), since, until)

    def _of_overrides(self, account: str) -> Iterator[During[Evidence]]:
        for record, since, until in self._told.overrides.get(account, ()):
            terms, purpose, channel = self._boundary.overrides, said(record, "purpose"), said(record, "channel").casefold()
            if purpose in PURPOSES:
                terms = Terms(terms.motion, purpose, terms.channels, terms.place)
            if channel in self._boundary.channels:
                terms = Terms(terms.motion, terms.purpose, (channel,), terms.place)
            end = self._told.date(record, "until")
            yield During(self._by(terms, "override", record.id, account, until=end, seller=said(record, "seller") or None), since, until)

    def _of_audiences(self, account: str, stances: Layer[Standing]) -> Iterator[During[Evidence]]:
        if not self._boundary.outbound:
            return
        prospect = [each for each in stances.during() if each.what.stance == "prospect"]
        for tier, begins, ends in self._fields.tier(account).during():
            for audience in self._boundary.outbound:
                if tier in audience.tiers:
                    called = self._by(audience.terms, "outbound", str(tier), account)
                    yield from (During(called, since, until) for _, since, until in clipped(prospect, begins, ends))

    def _of_contracts(self, account: str) -> Iterator[During[Evidence]]:
        for record, since, until in self._told.contracts.get(account, ()):
            owner = said(record, "owner")
            if owner:
                ends = self._told.date(record, "ends")
                yield During(self._by(self._boundary.customers, "owner", record.id, account, until=ends, seller=owner), since, until)

    def _by(
        self,
        terms: Terms,
        kind: EvidenceKind,
        what: str,
        account: str,
        *,
        until: Instant | None = None,
        seller: str | None = None,
        passes_quarantine: bool = True,
    ) -> Evidence:
        subject, channels = Subject("account", account), self._channels(terms)
        return Evidence(
            kind,
            what,
            subject,
            terms.motion,
            terms.purpose,
            channels,
            until,
            seller,
            passes_quarantine=passes_quarantine,
            place=terms.place,
        )

    def _channels(self, terms: Terms) -> tuple[str, ...]:
        return self._boundary.channels if terms.channels is None else terms.channels


def _as_known(rule: Qualifying, stay: Stay, said: Evidence) -> Iterable[During[Evidence]]:
    """What a time on is worth, as is known at each instant: while it is on nobody knows when that will end."""
    end = valid_until(rule, stay)
    if rule.sign == "raised_hand":
        return [During(replace(said, until=end), stay.since, end)]
    if stay.until == FOREVER:
        return [During(said, stay.since, FOREVER)]
    return [During(said, stay.since, stay.until), During(replace(said, until=end), stay.until, end)]


def _starts(rule: Qualifying, piece: Piece, stances: Layer[Standing]) -> Sequence[During[Instant]]:
    """From when on a piece is evidence. A plain sign waits, by default until the quarantine of a user is over."""
    if rule.sign != "plain" or rule.is_procurement:
        return [During(ALWAYS, piece.since, piece.until)]
    if rule.not_before is not None:
        return [During(piece.stay.since + rule.not_before, piece.since, piece.until)]
    ends = [During(ALWAYS if end is None else end, since, until) for (_, end), since, until in stances.during()]
    return [During(max(piece.stay.since, end), since, until) for end, since, until in clipped(ends, piece.since, piece.until)]
