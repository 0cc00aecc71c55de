"""Calls of the Segment spec, as JSON: one a line, batches, or arrays of calls. The common shape is read fast, any other by `call.py`.

Law: the fast path gives what the tolerant one gives, or nothing at all.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from tandem.connect.block import Block, Elements, Lines, Parsed
from tandem.connect.calls.call import Called, Envelope, Fields, read_call
from tandem.connect.casts.instants import check_times, read_utc
from tandem.facts.canonical import Canonical, Fault, diagnose, kind_of, read_object
from tandem.facts.fact import Event
from tandem.facts.reasons import ID_CHARACTERS_MAX, LINE_BYTES_MAX
from tandem.values.instants import Instant

_NOTHING = msgspec.Raw(b"null")
_UNREAD = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_values = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Segment(msgspec.Struct, frozen=True):
    """The reader of Segment-spec calls. source: the name under which their facts are kept."""

    source: str = "segment"


class _Common(msgspec.Struct, gc=False, forbid_unknown_fields=True, rename="camel"):
    """A call as official SDKs write it. Any other field in it, or any other type, and the tolerant path decides."""

    type: Literal["track", "page", "screen"]
    message_id: str
    timestamp: str
    event: str = ""
    name: str = ""
    user_id: str | None = None
    anonymous_id: str | None = None
    properties: msgspec.Raw = _NOTHING
    context: msgspec.Raw = _NOTHING
    received_at: str | None = None
    # No fact is made of these.
    original_timestamp: msgspec.Raw = _NOTHING
    sent_at: msgspec.Raw = _NOTHING
    integrations: msgspec.Raw = _NOTHING
    channel: msgspec.Raw = _NOTHING
    version: msgspec.Raw = _NOTHING
    write_key: msgspec.Raw = _NOTHING
    project_id: msgspec.Raw = _NOTHING
    metadata: msgspec.Raw = msgspec.field(default=_NOTHING, name="_metadata")


_common = msgspec.json.Decoder(_Common).decode

# A context that was read before: its canonical text, workspace, account, and repeated keys; None where the tolerant path must look.
_Context = tuple[str, str | None, str | None, int] | None


def parse_calls(block: Block, reader: Segment, *, received_at: Instant) -> Parsed:
    """The facts of a block of calls. received_at: the import's own instant."""
    parsed = Parsed()
    if isinstance(block.payload, Lines):
        text = block.payload.text
        reading = _Reading(parsed, reader.source, received_at, clean=_is_clean(text))
        for line, raw in enumerate(text.split(b"\n"), block.first_line):
            reading.read(line, raw)
    elif isinstance(block.payload, Elements):
        reading = _Reading(parsed, reader.source, received_at, clean=False)
        for line, raw in block.payload.values:
            reading.read(line, raw)
    return parsed


def _is_clean(text: bytes) -> bool:
    """Whether no line of a block can hide half a character's bytes, or a NUL, in a field that the fast path reads as plain text."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in text and b"\\u0000" not in text


class _Reading:
    def __init__(self, parsed: Parsed, source: str, received_at: Instant, *, clean: bool) -> None:
        self.parsed, self.source, self.received_at, self.clean = parsed, source, received_at, clean
        self.contexts: dict[bytes, _Context] = {}

    def read(self, line: int, raw: bytes) -> None:
        """One line: usually one call in the common shape."""
        if self.clean or _is_clean(raw):
            try:
                call = _common(raw)
            except _UNREAD:
                pass
            else:
                if len(raw) <= LINE_BYTES_MAX and self._store_common(call, line, raw):
                    return
        if raw and not raw.isspace():
            self._read_any(line, raw)

    def _store_common(self, call: _Common, line: int, raw: bytes) -> bool:
        """Store the event of a call in the common shape; False, with nothing done, where the tolerant path must decide."""
        type = call.type
        user, anonymous, id = call.user_id, call.anonymous_id, call.message_id
        name = call.event if type == "track" else call.name
        if not (name and id and (user or anonymous)):
            return False
        if len(raw) > ID_CHARACTERS_MAX and max(len(name), len(id), len(user or ""), len(anonymous or "")) > ID_CHARACTERS_MAX:
            return False
        context = self._context(bytes(call.context))
        known = occurred = read_utc(call.timestamp)
        if call.received_at is not None:
            known = read_utc(call.received_at)
        if context is None or occurred is None or known is None or check_times(occurred, known, self.received_at) is not None:
            return False
        properties = read_object(call.properties, "properties")
        if isinstance(properties, Fault):
            return False
        text, workspace, account, repeated = context
        parsed = self.parsed
        event = Event(
            id=id,
            type=type,
            name=name,
            user_id=user or None,
            anonymous_id=anonymous or None,
            workspace_id=workspace,
            account_id=account,
            occurred_at=occurred,
            known_at=known,
            assumed=call.received_at is None,
            source=self.source,
            properties=properties.text,
            context=text,
        )
        parsed.facts.append((parsed.received, event))
        parsed.lines.append(line)
        parsed.kept.append(raw)
        parsed.received += 1
        if properties.repeated or repeated:
            parsed.repeated_keys += properties.repeated + repeated
        return True

    def _context(self, raw: bytes) -> _Context:
        """Calls of one visit share their context, so each is read once a block."""
        try:
            return self.contexts[raw]
        except KeyError:
            found = read_object(raw, "context")
            context = None if isinstance(found, Fault) else _plain_context(found)
            self.contexts[raw] = context
            return context

    def _read_any(self, line: int, raw: bytes) -> None:
        parsed = self.parsed
        if len(raw) > LINE_BYTES_MAX:
            parsed.fail(parsed.receive(line, raw), "too_long", f"the line has {len(raw)} bytes; at most {LINE_BYTES_MAX} are read")
            return
        fault = _find_bad_bytes(raw)
        if fault is not None:
            parsed.fail(parsed.receive(line, raw), fault.reason, fault.detail)
            return
        start = raw.lstrip()[:1]
        try:
            if start == b"[":
                for value in _values(raw):
                    self._read_body(line, bytes(value))
            else:
                self._read_body(line, raw)
        except _UNREAD:
            fault = diagnose(raw)
            parsed.fail(parsed.receive(line, raw), fault.reason, fault.detail)

    def _read_body(self, line: int, raw: bytes) -> None:
        """A call, or a batch of calls with what holds for all of them."""
        if not raw.lstrip().startswith(b"{"):
            row = self.parsed.receive(line, raw)
            try:
                value = msgspec.json.decode(raw)
            except _UNREAD:
                fault = diagnose(raw)
                self.parsed.fail(row, fault.reason, fault.detail)
                return
            self.parsed.fail(row, "not_an_object", f"the call is {kind_of(value)}; expected an object")
            return
        fields = _fields(raw)
        if "batch" not in fields or "type" in fields or "event" in fields or "action" in fields:
            self._read_call(line, raw, fields, Envelope())
            return
        envelope = _read_envelope(fields)
        try:
            calls = _values(fields["batch"])
        except msgspec.ValidationError:
            self.parsed.fail(self.parsed.receive(line, raw), "not_an_object", "`batch` is no list of calls")
            return
        about = {key: fields[key] for key in ("context", "timestamp", "sentAt", "sent_at") if key in fields}
        for call in calls:
            # A call of a batch is kept with what the batch says for it: alone it would be another call.
            kept = msgspec.json.encode({"batch": [call], **about})
            if isinstance(envelope, Fault):
                self.parsed.fail(self.parsed.receive(line, kept), envelope.reason, envelope.detail)
            elif not bytes(call).lstrip().startswith(b"{"):
                kind = kind_of(msgspec.json.decode(call))
                self.parsed.fail(self.parsed.receive(line, kept), "not_an_object", f"the call is {kind}; expected an object")
            else:
                self._read_call(line, kept, _fields(call), envelope)

    def _read_call(self, line: int, kept: bytes, fields: Fields, envelope: Envelope) -> None:
        parsed = self.parsed
        row = parsed.receive(line, kept)
        called = read_call(fields, envelope, source=self.source, received_at=self.received_at)
        if isinstance(called, Called):
            parsed.facts.extend((row, fact) for fact in called.facts)
            parsed.repeated_keys += called.repeated
            if not called.numbered:
                parsed.unnumbered.append(row)
            if not called.dated:
                parsed.undated.append(row)
        else:
            parsed.fail(row, called.reason, called.detail)


def _plain_context(found: Canonical) -> _Context:
    inside: dict[str, Any] = found.value
    workspace, account = inside.get("groupId"), inside.get("accountId")
    if "group_id" in inside or "account_id" in inside:
        return None
    for id in (workspace, account):
        if id is not None and not (isinstance(id, str) and 0 < len(id) <= ID_CHARACTERS_MAX):
            return None
    return found.text, workspace, account, found.repeated


def _find_bad_bytes(raw: bytes) -> Fault | None:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return diagnose(raw)
    return diagnose(raw) if "\0" in text else None


def _read_envelope(fields: Fields) -> Envelope | Fault:
    context = read_object(fields["context"], "context") if "context" in fields else None
    if isinstance(context, Fault):
        return context
    instants = {key: fields[key] for key in ("timestamp", "sentAt", "sent_at") if bytes(fields.get(key, b"null")) not in (b"null", b'""')}
    return Envelope(context, instants) if context is not None else Envelope(instants=instants)
