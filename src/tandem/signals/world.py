"""A world as the meaning of signals sees it: what happened, what records say, and whose all of it is over knowledge time.

Everything is frozen and complete: to ask as of an earlier instant is to ask at that instant. All stretches are half-open in
knowledge time, `since` in and `until` out. Ids are printed ids (an anonymous visitor is `?` and its id), and instants are UTC microseconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Literal as OneOf
from typing import NamedTuple

from tandem.facts.kinds import RECORD_KINDS
from tandem.identity.domains import registrable
from tandem.language.expression.nodes import SCALE, About, Condition, Property, Selector
from tandem.values.instants import Instant, read_instant, to_datetime

FOREVER: Instant = 2**63 - 1
# What records may say, and what is computed of an account and asked like a field.
DECLARED_FIELDS: Mapping[str, Mapping[str, str]] = {
    name: {**kind.fields, "is_target": "flag"} if name == "account" else kind.fields for name, kind in RECORD_KINDS.items()
}


class Unknown(Enum):
    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN

Answer = Fraction | str | bool | date | Unknown
Type = OneOf["number", "text", "flag", "date"]


class Subject(NamedTuple):
    kind: About
    id: str


@dataclass(frozen=True)
class Period:
    since: Instant
    until: Instant = FOREVER

    def covers(self, t: Instant) -> bool:
        return self.since <= t < self.until


@dataclass(frozen=True)
class Stretch(Period):
    """While it lasts, an event is known, is not corrected, and belongs to these. excluded: it is theirs, but counts nowhere."""

    person: str | None = None
    workspace: str | None = None
    account: str | None = None
    excluded: bool = False

    def is_of(self, subject: Subject) -> bool:
        return subject.id == {"person": self.person, "workspace": self.workspace, "account": self.account}[subject.kind]


@dataclass(frozen=True)
class Tie(Period):
    """While it lasts, the subject that it is told of stands under this one: its survivor, its account, the root of its family."""

    to: str | None = None


@dataclass(frozen=True)
class Happening:
    """An event. type: as in `facts.fact`. event: the name of a track, page or screen. stretches: at most one at any instant."""

    id: str
    type: str
    event: str
    occurred_at: Instant
    properties: Mapping[str, object]
    stretches: tuple[Stretch, ...]

    def stretch_at(self, t: Instant) -> Stretch | None:
        """Whose it is at t, if it has occurred by then and is known."""
        return next((each for each in self.stretches if self.occurred_at <= t and each.covers(t)), None)


@dataclass(frozen=True)
class Held:
    """A version of a record. fields: of a patch, those that it changes. stretches: while it is known and not corrected."""

    id: str
    kind: str
    record_id: str
    fields: Mapping[str, object]
    patch: bool
    deleted: bool
    source: str
    occurred_at: Instant
    stretches: tuple[Period, ...]

    def is_in_force(self, t: Instant) -> bool:
        return self.occurred_at <= t and any(each.covers(t) for each in self.stretches)


@dataclass(frozen=True)
class ScoreDeclaration:
    """points: what each condition gives while it is true; negative ones take away."""

    points: tuple[tuple[Condition, Fraction | int], ...]


@dataclass(frozen=True)
class Declared:
    """What a playbook declares, as far as conditions read it.

    plans: lowest first. sets: a named selector picks what any of its selectors picks. source_order: whose word on a record's field counts
    first. tiers: `account.icp_tier` is the first true one; without any it is a field like others. targets: ids and domains (in small
    letters) of the accounts that the playbook names; `account.is_target` is true of these, and of those that a record of kind target
    names. fields: the types of declared fields, by kind of record. choices: of a field (`workspace.size`) that takes certain texts only,
    those texts, lowest first.
    """

    zone: tzinfo = UTC
    plans: tuple[str, ...] = ()
    sets: Mapping[str, tuple[Selector, ...]] = field(default_factory=dict)
    source_order: tuple[str, ...] = ()
    signals: Mapping[str, Condition] = field(default_factory=dict)
    scores: Mapping[str, ScoreDeclaration] = field(default_factory=dict)
    tiers: tuple[tuple[str, Condition], ...] = ()
    targets: frozenset[str] = frozenset()
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: DECLARED_FIELDS)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def targets_domain(self, said: object) -> bool:
        """Whether what a record says of its account's domain, which may be a web address, is a domain that the playbook targets."""
        return isinstance(said, str) and not self.targets.isdisjoint({said.casefold(), registrable(said)})


@dataclass(frozen=True)
class World(Declared):
    """All there is to ask about.

    existence: when each subject exists. survivors: what merged subjects became; others are themselves. homes: the account of a workspace,
    and of a person who has no event. families: the root of an account's family, where it is another.
    """

    happenings: tuple[Happening, ...] = ()
    records: tuple[Held, ...] = ()
    existence: Mapping[Subject, tuple[Period, ...]] = field(default_factory=dict)
    survivors: Mapping[Subject, tuple[Tie, ...]] = field(default_factory=dict)
    homes: Mapping[Subject, tuple[Tie, ...]] = field(default_factory=dict)
    families: Mapping[str, tuple[Tie, ...]] = field(default_factory=dict)


# Subjects: who exists, and who stands under whom.


def exists(world: World, subject: Subject, t: Instant) -> bool:
    return any(each.covers(t) for each in world.existence.get(subject, ()))


def survivor(world: World, subject: Subject, t: Instant) -> str:
    """What the subject is called at t, after merges."""
    return _tied(world.survivors.get(subject, ()), t) or subject.id


def account_of(world: World, subject: Subject, t: Instant) -> str | None:
    """A workspace's account is its home; a person's is that of the person's latest event, excluded or not, and without any the home."""
    if subject.kind == "account":
        return subject.id
    if subject.kind == "person":
        stretches = [(each.occurred_at, each.id, each.stretch_at(t)) for each in world.happenings]
        theirs = [(at, fact, stretch) for at, fact, stretch in stretches if stretch is not None and stretch.is_of(subject)]
        if theirs:
            return max(theirs, key=lambda one: one[:2])[2].account
    return _tied(world.homes.get(subject, ()), t)


def members(world: World, kind: About, account: str, t: Instant) -> list[Subject]:
    """The persons or workspaces of an account that exist at t, in order."""
    ours = [one for one in world.existence if one.kind == kind and exists(world, one, t)]
    return sorted(one for one in ours if account_of(world, one, t) == account)


def is_target(world: World, account: str, t: Instant) -> bool:
    """Whether the account is named as one that sales wants: by the playbook, by its id or its record's domain, or by a target's record."""
    records = [each.fields.get("domain") for each in records_at(world, "account", t) if each.id == account]
    named = {survivor(world, Subject("account", one), t) for one in world.targets}
    targets = records_at(world, "target", t)
    return account in named or any(map(world.targets_domain, records)) or any(each.account == account for each in targets)


def family(world: World, account: str, t: Instant) -> set[str]:
    """The accounts under the same root, itself included."""
    root = _root(world, account, t)
    return {account, root} | {one for one in world.families if _root(world, one, t) == root}


def _root(world: World, account: str, t: Instant) -> str:
    return _tied(world.families.get(account, ()), t) or account


def _tied(ties: Sequence[Tie], t: Instant) -> str | None:
    return next((tie.to for tie in ties if tie.covers(t)), None)


# Records: what is in force, and whose it is.


@dataclass(frozen=True)
class Record:
    """What a record says at one instant. The subjects that it belongs to: as it names them, after merges."""

    kind: str
    id: str
    fields: Mapping[str, object]
    person: str | None
    workspace: str | None
    account: str | None

    def is_of(self, subject: Subject) -> bool:
        return subject.id == {"person": self.person, "workspace": self.workspace, "account": self.account}[subject.kind]


def records_at(world: World, kind: str, t: Instant) -> list[Record]:
    """The records of a kind that are in force at t, by id; those that were deleted are not. Merged subjects' records are one."""
    versions: dict[str, list[Held]] = defaultdict(list)
    for version in world.records:
        if version.kind == kind and version.is_in_force(t):
            versions[record_key(world, version, t)].append(version)
    said = {one: fields_of(theirs, world.source_order) for one, theirs in sorted(versions.items())}
    return [_record(world, kind, one, fields, t) for one, fields in said.items() if fields is not None]


def record_key(world: World, version: Held, t: Instant) -> str:
    """Which record a version is of: a person's or account's is that of the survivor."""
    kind = version.kind
    return survivor(world, Subject(kind, version.record_id), t) if kind in ("person", "account") else version.record_id  # type: ignore[arg-type]


def fields_of(versions: Sequence[Held], source_order: Sequence[str]) -> dict[str, object] | None:
    """What versions in force say together; None where every source has deleted the record.

    Of one record and source the latest word on a field holds: a patch speaks of what it names, a whole version of everything, a deletion
    takes back all. Between sources the first in order that has the field decides, then the latest word of all others; a source that has
    nothing to say of a field leaves what others say.
    """
    said: dict[tuple[str, str], dict[str, tuple[tuple[Instant, str], object]] | None] = {}
    for version in sorted(versions, key=lambda one: (one.occurred_at, one.id)):
        before = said.get((version.record_id, version.source)) if version.patch else None
        words = {name: ((version.occurred_at, version.id), value) for name, value in version.fields.items()}
        together = {name: word for name, word in {**(before or {}), **words}.items() if word[1] is not None}
        said[version.record_id, version.source] = None if version.deleted else together
    if all(each is None for each in said.values()):
        return None
    fields: dict[str, object] = {}
    # The weakest first: what comes later overrides it.
    ranks = [None, *reversed(source_order)]
    for rank in ranks:
        ours = [each for (_, source), each in said.items() if each and (source == rank if rank else source not in source_order)]
        words_of_rank = sorted(((word, name) for each in ours for name, word in each.items()), key=lambda one: one[0][0])
        fields.update({name: value for (_, value), name in words_of_rank})
    return fields


def _record(world: World, kind: str, record_id: str, fields: Mapping[str, object], t: Instant) -> Record:
    """The record with whose it is: an account that it names, else that of its workspace, else that of its person."""

    def named(noun: About) -> str | None:
        one = record_id if kind == noun else fields.get(noun) if kind not in ("person", "workspace", "account") else None
        return survivor(world, Subject(noun, one), t) if isinstance(one, str) else None

    person, workspace, account = named("person"), named("workspace"), named("account")
    for noun, one in (("workspace", workspace), ("person", person)):
        if account is None and one is not None:
            account = account_of(world, Subject(noun, one), t)  # type: ignore[arg-type]
    return Record(kind, record_id, fields, person, workspace, account)


# Plain values of properties and fields.


def found_in(properties: Mapping[str, object], property: Property) -> object:
    found: object = properties
    for name in property.path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def typed(world: World, raw: object, wanted: Type | None) -> Answer:
    """A JSON value as what is asked for, or unknown."""
    if wanted == "date":
        at = read_date(world, raw)
        return UNKNOWN if at is None else day_of(world, at)
    if isinstance(raw, bool):
        return raw if wanted in (None, "flag") else UNKNOWN
    if isinstance(raw, str):
        return raw if wanted in (None, "text") else UNKNOWN
    if isinstance(raw, int | float):
        # As it is written in decimals, not as the nearest binary fraction.
        exact = abs(Fraction(Decimal(repr(raw)))) * SCALE
        millionths = int(exact + Fraction(1, 2))
        return Fraction(-millionths if raw < 0 else millionths, SCALE) if wanted in (None, "number") and millionths < 2**63 else UNKNOWN
    return UNKNOWN


def read_date(world: World, raw: object) -> Instant | None:
    """The instant at which a date field stands: a bare date begins at midnight."""
    try:
        return read_instant(raw, world.zone) if isinstance(raw, str) else None
    except ValueError:
        return None


def day_of(world: World, at: Instant) -> date:
    return to_datetime(at).astimezone(world.zone).date()
