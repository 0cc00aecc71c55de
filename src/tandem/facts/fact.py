"""The five shapes of a fact. All are frozen; instants are UTC microseconds; JSON fields hold canonical text (`canonical.py`)."""

from __future__ import annotations

from typing import Literal

import msgspec

EventType = Literal["track", "page", "screen", "identify", "group", "alias"]
EVENT_TYPES: tuple[EventType, ...] = ("track", "page", "screen", "identify", "group", "alias")

Via = Literal["identify", "group", "mapping"]


class Event(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Somebody did something: one call of the Segment spec, or a mapped row.

    name: the track event's name, the page's or screen's name, else empty. properties: of `identify` and `group`, the traits.
    workspace_id: `context.groupId`, or the id of a `group` call. account_id: only where the source itself names the account.
    assumed: the source stated no `known_at`, so it equals `occurred_at`.
    """

    id: str
    type: EventType
    name: str = ""
    user_id: str | None = None
    anonymous_id: str | None = None
    workspace_id: str | None = None
    account_id: str | None = None
    occurred_at: int
    known_at: int
    assumed: bool = False
    source: str
    properties: str = "{}"
    context: str = "{}"


class Version(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a record of another system was from `occurred_at` on, once known.

    fields: a canonical JSON object. A whole version names all there is; a patch changes what it names (absent keeps, null clears).
    A deletion has no fields. via: `identify` and `group` for the records that those calls describe, else `mapping`.
    always: known from the beginning because the mapping says so; backtests name such fields.
    """

    id: str
    kind: str
    record_id: str
    fields: str = "{}"
    patch: bool = False
    deleted: bool = False
    always: bool = False
    via: Via = "mapping"
    occurred_at: int
    known_at: int
    assumed: bool = False
    source: str


class Merge(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Two subjects prove to be one: `gone` becomes `survivor`, for all facts, from `known_at` on. kind: person (an alias) or account."""

    id: str
    kind: Literal["person", "account"]
    gone: str
    survivor: str
    occurred_at: int
    known_at: int
    assumed: bool = False
    source: str


class Correction(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """From `known_at` the fact or link `target` is gone and `replacement`, a fact's id, counts in its place; `undo` restores the target."""

    id: str
    target: str
    replacement: str | None = None
    undo: bool = False
    occurred_at: int
    known_at: int
    assumed: bool = False
    source: str


Fact = Event | Version | Merge | Correction
