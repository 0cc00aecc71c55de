"""One call of the Segment spec, in any of the spellings that SDKs and exports use, becomes facts. Tolerant, and the meaning of `segment.py`.

Names may be camelCase or snake_case; `type` may be `action`, or be inferred from what the call carries. Of two spellings of one thing the
camelCase one counts. A null is absent, and so is an empty id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast

import msgspec

from tandem.connect.calls.posthog import is_posthog, translate
from tandem.connect.casts.instants import check_times, read_moment
from tandem.connect.casts.words import read_id
from tandem.facts.canonical import EMPTY, Canonical, Fault, diagnose, read_object, write
from tandem.facts.fact import EVENT_TYPES, Event, EventType, Fact, Merge, Version
from tandem.values.ids import digest
from tandem.values.instants import Instant

Fields = Mapping[str, msgspec.Raw]
T = TypeVar("T")


@dataclass(frozen=True)
class Envelope:
    """What the body of a batch says for all its calls. sent: its instants, best first."""

    context: Canonical = EMPTY
    instants: Fields = field(default_factory=dict)


@dataclass(frozen=True)
class Called:
    """The facts of one call. numbered: it brought its own id. dated: it, or its batch, states an instant."""

    facts: list[Fact]
    numbered: bool
    dated: bool
    repeated: int


class _Refused(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault


def read_call(fields: Fields, envelope: Envelope, *, source: str, received_at: Instant) -> Called | Fault:
    """The facts of one call, or why it has none.

    occurred_at is `timestamp`, else `originalTimestamp`, `sentAt`, `receivedAt`, the batch's own, and at last the import's instant.
    known_at is `receivedAt`, else occurred_at, assumed. `sentAt` states no knowledge: it is the sender's clock, and the sender is not us.
    """
    try:
        return _Reading(fields, envelope, source, received_at).read()
    except _Refused as refused:
        return refused.fault


class _Reading:
    def __init__(self, fields: Fields, envelope: Envelope, source: str, received_at: Instant) -> None:
        self.fields, self.envelope, self.source, self.received_at = fields, envelope, source, received_at
        self.repeated = 0

    def read(self) -> Called:
        if is_posthog(self.fields):
            self.fields, lost = _kept(translate(self.fields))
            self.repeated += lost
        type = self._type()
        context = self._object("context", under=self.envelope.context)
        content = self._traits(context) if type in ("identify", "group") else self._content(type)
        name = self._name(type, content)
        user, anonymous = self._id("userId", "user_id"), self._id("anonymousId", "anonymous_id")
        group = self._id("groupId", "group_id")
        inside = context.value
        account, joined = _inner_id(inside, "context", "accountId", "account_id"), _inner_id(inside, "context", "groupId", "group_id")
        previous = self._id("previousId", "previous_id")
        _require_names(type, name=name, user=user, nobody=not (user or anonymous or account), group=group, previous=previous)
        occurred_at, known_at, assumed, dated = self._times()
        event = Event(
            id=self._id("messageId", "message_id") or "",
            type=type,
            name=name,
            user_id=user,
            anonymous_id=anonymous,
            workspace_id=group if type == "group" else joined or group,
            account_id=account,
            occurred_at=occurred_at,
            known_at=known_at,
            assumed=assumed,
            source=self.source,
            # Whom an alias names stands in the event too, which has no column for it.
            properties=write({**content.value, "previousId": previous}) if type == "alias" else content.text,
            context=context.text,
        )
        numbered = bool(event.id)
        if not numbered:
            event = msgspec.structs.replace(event, id=f"{self.source}:{_fingerprint(event, inside, dated)}")
        return Called([event, *_records(event, content, previous)], numbered, dated, self.repeated)

    def _type(self) -> EventType:
        stated = self._text("type") or self._text("action")
        if stated is not None:
            if stated.lower() in EVENT_TYPES:
                return cast(EventType, stated.lower())
            raise _Refused(Fault("no_type", f"`{stated[:60]}` is no type of call"))
        by_field: tuple[tuple[str, EventType], ...] = (
            ("event", "track"), ("groupId", "group"), ("group_id", "group"), ("previousId", "alias"), ("previous_id", "alias"),
            ("traits", "identify"), ("name", "page"),
        )  # fmt: skip
        for key, type in by_field:
            if key in self.fields:
                return type
        raise _Refused(Fault("no_type", "the call has no `type`, and nothing in it tells which it is"))

    def _object(self, key: str, under: Canonical = EMPTY) -> Canonical:
        """A field that is an object. under: what holds where it says nothing."""
        raw = self.fields.get(key)
        if raw is None:
            return under
        found = _kept(read_object(raw, key))
        self.repeated += found.repeated
        return _over(under, found) if under.value else found

    def _traits(self, context: Canonical) -> Canonical:
        """The traits of `identify` and `group`; RudderStack writes them into the context only."""
        found = self._object("traits")
        if found.value or not isinstance(context.value.get("traits"), dict):
            return found
        return Canonical(write(context.value["traits"]), context.value["traits"], 0)

    def _content(self, type: EventType) -> Canonical:
        """The properties of an event. Python's SDK writes the category of a page beside them, all others into them."""
        found = self._object("properties")
        if type in ("page", "screen") and "category" not in found.value:
            category = self._text("category")
            if category:
                return _over(Canonical("", {"category": category}, 0), found)
        return found

    def _name(self, type: EventType, content: Canonical) -> str:
        if type == "track":
            return self._id("event") or ""
        if type in ("page", "screen"):
            inside = read_id(content.value.get("name"), "properties.name")
            return self._id("name") or (inside if isinstance(inside, str) else "")
        return ""

    def _times(self) -> tuple[Instant, Instant, bool, bool]:
        received = self._instant("receivedAt", "received_at")
        occurred = self._instant("timestamp")
        for keys in (("originalTimestamp", "original_timestamp"), ("sentAt", "sent_at")):
            occurred = self._instant(*keys) if occurred is None else occurred
        occurred = received if occurred is None else occurred
        for key, raw in self.envelope.instants.items():
            occurred = _kept(read_moment(_decoded(raw, key), key)) if occurred is None else occurred
        dated = occurred is not None
        if occurred is None:
            occurred = self.received_at
        known, assumed = (occurred, True) if received is None else (received, False)
        fault = check_times(occurred, known, self.received_at)
        if fault is not None:
            raise _Refused(fault)
        return occurred, known, assumed, dated

    def _instant(self, *keys: str) -> Instant | None:
        for key in keys:
            value = self._value(key)
            if value is not None and value != "":
                return _kept(read_moment(value, key))
        return None

    def _id(self, *keys: str) -> str | None:
        for key in keys:
            raw = self.fields.get(key)
            if raw is not None:
                id = read_id(_decoded(raw, key), key)
                if id is not None:
                    return _kept(id)
        return None

    def _text(self, key: str) -> str | None:
        value = self._value(key)
        return value if isinstance(value, str) else None

    def _value(self, key: str) -> object:
        raw = self.fields.get(key)
        return None if raw is None else _decoded(raw, key)


def _require_names(type: EventType, *, name: str, user: str | None, nobody: bool, group: str | None, previous: str | None) -> None:
    if type == "track" and not name:
        raise _Refused(Fault("no_event", "the track call has no `event`"))
    if type == "group" and group is None:
        raise _Refused(Fault("no_workspace", "the group call has no `groupId`"))
    if type == "alias" and previous is None:
        raise _Refused(Fault("no_previous", "the alias call has no `previousId`"))
    if (nobody and type != "group") or (type == "alias" and user is None):
        raise _Refused(Fault("no_person", f"the {type} call has neither `userId` nor `anonymousId`"))


def _records(event: Event, content: Canonical, previous: str | None) -> list[Fact]:
    """The record or merge that `identify`, `group` and `alias` describe; it bears the id of its call."""
    if event.type == "alias" and previous and event.user_id:
        return [
            Merge(
                id=event.id, kind="person", gone=previous, survivor=event.user_id, occurred_at=event.occurred_at,
                known_at=event.known_at, assumed=event.assumed, source=event.source,
            )
        ]  # fmt: skip
    if event.type == "identify" and event.user_id:
        kind, record, fields = "person", event.user_id, content.text
    elif event.type == "group" and event.workspace_id:
        kind, record, fields = "workspace", event.workspace_id, _with_account(content)
    else:
        return []
    return [
        Version(
            id=event.id, kind=kind, record_id=record, fields=fields, patch=True, via="identify" if kind == "person" else "group",
            occurred_at=event.occurred_at, known_at=event.known_at, assumed=event.assumed, source=event.source,
        )
    ]  # fmt: skip


def _with_account(traits: Canonical) -> str:
    """The traits of a group with its account's id under our name for it, `account`."""
    account = _inner_id(traits.value, "traits", "accountId", "account_id")
    if account is None:
        return traits.text
    others = {key: value for key, value in traits.value.items() if key not in ("accountId", "account_id")}
    return write({**others, "account": account})


def _fingerprint(event: Event, context: dict[str, object], dated: bool) -> str:
    """What the call says, without what sending it adds: the times of sending and receiving, the library, the address."""
    about = {key: value for key, value in context.items() if key not in ("library", "ip")}
    said = [
        event.type, event.name, event.user_id, event.anonymous_id, event.workspace_id, event.account_id,
        event.occurred_at if dated else None, event.properties, about,
    ]  # fmt: skip
    return digest(b"", write(said).encode()).hex()


def _over(under: Canonical, over: Canonical) -> Canonical:
    value = {**under.value, **over.value}
    return Canonical(write(value), value, 0)


def _decoded(raw: msgspec.Raw, key: str) -> object:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        fault = diagnose(bytes(raw))
        raise _Refused(Fault(fault.reason, f"`{key}`: {fault.detail}")) from None


def _kept(found: T | Fault) -> T:
    if isinstance(found, Fault):
        raise _Refused(found)
    return found


def _inner_id(inside: Mapping[str, object], where: str, *keys: str) -> str | None:
    for key in keys:
        if key in inside:
            id = read_id(inside[key], f"{where}.{key}")
            if id is not None:
                return _kept(id)
    return None
