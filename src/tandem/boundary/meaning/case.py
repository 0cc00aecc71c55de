"""What the boundary is asked about: a world of facts, the playbook's rules, and what a desk has recorded; and what it reads of them.

Only correct and clear, not fast. Every question is asked at an instant and sees what was known then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tandem.boundary.playbook.policy import Boundary, Qualifying
from tandem.identity.domains import registrable
from tandem.signals.edges import edges
from tandem.signals.playbook.declare import Score, Signal
from tandem.signals.playbook.outcomes import Stages
from tandem.signals.world import FOREVER, Record, Subject, World, account_of, read_date, records_at
from tandem.values.business_time import BusinessTime
from tandem.values.instants import Instant


@dataclass(frozen=True)
class Accepted:
    """A seller accepted an account's lead on the desk, in [since, until)."""

    account: str
    seller: str
    since: Instant
    until: Instant = FOREVER


@dataclass(frozen=True)
class Closed:
    """Somebody ended the account's open lead."""

    account: str
    at: Instant


@dataclass(frozen=True)
class Stay:
    """A signal is on for a subject in [since, until); until FOREVER is not over as far as is known."""

    signal: str
    subject: Subject
    since: Instant
    until: Instant

    def known_at(self, t: Instant) -> Stay:
        return Stay(self.signal, self.subject, self.since, self.until if self.until <= t else FOREVER)


@dataclass(frozen=True)
class Firing:
    signal: str
    subject: Subject
    at: Instant


@dataclass(frozen=True)
class Touch:
    """A human contact, as it is told at some instant. Empty texts where nobody says. purpose, channel: in small letters.

    named: the account and the person as the record itself calls them, whatever they have become.
    """

    id: str
    at: Instant
    account: str | None
    person: str | None
    seller: str
    channel: str
    is_outbound: bool
    purpose: str
    named: tuple[str, str]


@dataclass(frozen=True)
class Case:
    """until: the last instant that is asked about. week_start: 0 is Monday."""

    world: World
    boundary: Boundary
    signals: Mapping[str, Signal]
    until: Instant
    scores: Mapping[str, Score] = field(default_factory=dict)
    stages: Stages = field(default_factory=Stages)
    hours: BusinessTime = field(default_factory=BusinessTime)
    week_start: int = 0
    accepted: tuple[Accepted, ...] = ()
    closed: tuple[Closed, ...] = ()

    @cached_property
    def qualifying(self) -> list[tuple[Qualifying, Signal]]:
        return [(rule, self.signals[name]) for name, rule in self.boundary.signals.items()]

    @cached_property
    def stays(self) -> list[Stay]:
        """When each signal that the boundary names is on, of every subject there ever was."""
        found = []
        for rule, signal in self.qualifying:
            for subject in sorted(one for one in self.world.existence if one.kind == signal.about):
                turns = [edge.at for edge in edges(self.world, signal.when, subject, self.until)]
                stays = zip(turns[::2], [*turns[1::2], FOREVER], strict=False)
                found += [Stay(rule.signal, subject, since, until) for since, until in stays]
        return found

    @cached_property
    def passings(self) -> list[tuple[Instant, Subject, Subject]]:
        """From when on what fired for one subject fired for another: merges, and domains that the one record that names them takes over."""
        merges = [
            (tie.since, one, Subject(one.kind, tie.to))
            for one, ties in self.world.survivors.items()
            for tie in ties
            if tie.to is not None and tie.to != one.id
        ]
        return sorted([*merges, *self._taken_over()])

    def _taken_over(self) -> Iterator[tuple[Instant, Subject, Subject]]:
        for one, periods in self.world.existence.items():
            if one.kind != "account" or "." not in one.id:
                continue
            for period in periods:
                named = [each.id for each in records_at(self.world, "account", period.until) if domain_of(each) == one.id]
                if period.until < FOREVER and len(named) == 1:
                    yield period.until, one, Subject("account", named[0])

    def whose(self, subject: Subject, since: Instant, t: Instant) -> Subject:
        """Who the subject of something that began at `since` is at t."""
        for at, gone, to in self.passings:
            if since < at <= t and gone == subject:
                subject = to
        return subject

    def account(self, subject: Subject, since: Instant, t: Instant) -> str | None:
        """The account at t of what began at `since` for a subject."""
        return account_of(self.world, self.whose(subject, since, t), t)

    def is_on(self, firing: Firing, t: Instant) -> bool:
        now = self.whose(firing.subject, firing.at, t)
        return any(each.signal == firing.signal and each.subject == now and each.since <= t < each.until for each in self.stays)


def domain_of(account: Record) -> str | None:
    domain = account.fields.get("domain")
    return registrable(domain) if isinstance(domain, str) else None


def said(record: Record, name: str) -> str:
    """A text of a record; empty where it is none."""
    value = record.fields.get(name)
    return value if isinstance(value, str) else ""


def in_force(case: Case, record: Record, since: str, until: str, t: Instant) -> bool:
    """Whether t lies between two dates of a record; one that is not told does not limit."""
    first, last = (read_date(case.world, record.fields.get(name)) for name in (since, until))
    return (first is None or first <= t) and (last is None or t < last)


def touches(case: Case, t: Instant) -> list[Touch]:
    """Every touch that is known at t and has happened, by its instant and id. Whatever is not inbound counts as outbound."""
    world = case.world
    found = []
    for record in records_at(world, "touch", t):
        at = min(each.occurred_at for each in world.records if (each.kind, each.record_id) == ("touch", record.id) and each.is_in_force(t))
        found.append(
            Touch(
                record.id, at, record.account, record.person, said(record, "seller"), said(record, "channel").casefold(),
                said(record, "direction").casefold() != "inbound", said(record, "purpose").casefold(),
                (said(record, "account"), said(record, "person")),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.at, one.id))


def open_opportunities(case: Case, account: str, t: Instant) -> list[Record]:
    records = records_at(case.world, "opportunity", t)
    return [each for each in records if each.account == account and case.stages.is_open(each.fields.get("stage"))]


def is_employed(case: Case, seller: str, t: Instant) -> bool:
    """Whom no record knows is taken to be; a record that is gone, or whose dates say so, ends it."""
    known = [each for each in case.world.records if (each.kind, each.record_id) == ("seller", seller) and each.is_in_force(t)]
    now = [each for each in records_at(case.world, "seller", t) if each.id == seller]
    return bool(seller) and (not known or any(in_force(case, each, "started", "ended", t) for each in now))
