"""Calls of the Segment spec become facts, in whichever spelling they come."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.connect.block import Block, Elements, Lines, Parsed
from tandem.connect.calls import segment
from tandem.connect.calls.segment import Segment, parse_calls
from tandem.facts.fact import Event, Merge, Version
from tandem.facts.reasons import LINE_BYTES_MAX, REASONS
from tandem.values.instants import DAY, EARLIEST, read_instant, show

NOW = read_instant("2026-03-10T12:00:00Z", None)
AT = "2026-03-01T09:30:00Z"


def parse_lines(*lines: bytes | dict[str, Any], now: int = NOW) -> Parsed:
    text = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return parse_calls(Block("calls.jsonl", 1, Lines(text)), Segment(), received_at=now)


def call(**fields: Any) -> dict[str, Any]:
    """A track call with other fields; `...` leaves one out."""
    whole = {"type": "track", "event": "Invite Sent", "userId": "ann", "messageId": "m1", "timestamp": AT, **fields}
    return {key: value for key, value in whole.items() if value is not ...}


def facts_of(*lines: bytes | dict[str, Any]) -> list[Any]:
    parsed = parse_lines(*lines)
    assert parsed.failures == []
    return [fact for _, fact in parsed.facts]


def reason_of(line: bytes | dict[str, Any]) -> str:
    parsed = parse_lines(line)
    assert parsed.facts == []
    (failure,) = parsed.failures
    assert failure.reason in REASONS
    return failure.reason


def test_a_track_call_is_an_event() -> None:
    (event,) = facts_of(
        call(properties={"seats": 3, "plan": "pro"}, context={"groupId": "acme", "library": {"name": "ajs"}}, receivedAt=AT)
    )
    at = read_instant(AT, None)
    assert event == Event(
        id="m1", type="track", name="Invite Sent", user_id="ann", workspace_id="acme", occurred_at=at, known_at=at, source="segment",
        properties='{"plan":"pro","seats":3}', context='{"groupId":"acme","library":{"name":"ajs"}}',
    )  # fmt: skip


def test_without_received_at_the_knowledge_is_assumed_and_sent_at_states_none() -> None:
    (plain,) = facts_of(call(sentAt="2026-03-02T00:00:00Z"))
    assert (plain.known_at, plain.assumed) == (plain.occurred_at, True)
    (received,) = facts_of(call(receivedAt="2026-03-02T00:00:00Z"))
    assert (show(received.known_at), received.assumed) == ("2026-03-02T00:00:00Z", False)


@pytest.mark.parametrize(
    ("fields", "occurred_at"),
    [
        ({"timestamp": AT, "originalTimestamp": "2026-01-01T00:00:00Z"}, AT),
        ({"timestamp": ..., "originalTimestamp": AT, "sentAt": "2026-03-02T00:00:00Z"}, AT),
        ({"timestamp": ..., "sent_at": AT, "received_at": "2026-03-02T00:00:00Z"}, AT),
        ({"timestamp": None, "receivedAt": AT}, AT),
        ({"timestamp": ...}, "2026-03-10T12:00:00Z"),
        ({"timestamp": 1_772_357_400}, AT),
        ({"timestamp": 1_772_357_400_250}, "2026-03-01T09:30:00.250000Z"),
        ({"timestamp": "1772357400"}, AT),
        ({"timestamp": "2026-03-01T10:30:00.5+01:00"}, "2026-03-01T09:30:00.500000Z"),
        ({"timestamp": "2026-03-01T09:30:00.123456789Z"}, "2026-03-01T09:30:00.123456Z"),
        ({"timestamp": "2026-03-01 09:30:00 UTC"}, AT),
    ],
)
def test_an_event_occurred_at_the_best_instant_that_the_call_states(fields: dict[str, Any], occurred_at: str) -> None:
    (event,) = facts_of(call(**fields))
    assert show(event.occurred_at) == occurred_at


def test_a_call_that_states_no_instant_takes_the_imports_and_says_so() -> None:
    parsed = parse_lines(call(timestamp=...), call(messageId="m2"))
    assert (parsed.undated, parsed.unnumbered) == ([0], [])


def test_identify_is_an_event_and_a_patch_of_the_person() -> None:
    event, version = facts_of(call(type="identify", event=..., traits={"email": "ann@acme.com", "plan": None}))
    assert (event.type, event.name, event.properties) == ("identify", "", '{"email":"ann@acme.com","plan":null}')
    assert version == Version(
        id="m1", kind="person", record_id="ann", fields='{"email":"ann@acme.com","plan":null}', patch=True, via="identify",
        occurred_at=event.occurred_at, known_at=event.known_at, assumed=True, source="segment",
    )  # fmt: skip


def test_rudderstack_writes_traits_into_the_context_only() -> None:
    _, version = facts_of(call(type="identify", event=..., context={"traits": {"email": "ann@acme.com"}}))
    assert version.fields == '{"email":"ann@acme.com"}'


def test_identify_of_a_visitor_describes_no_person() -> None:
    (event,) = facts_of(call(type="identify", event=..., userId=..., anonymousId="v1", traits={"utm": "x"}))
    assert (event.user_id, event.anonymous_id) == (None, "v1")


def test_group_is_an_event_in_the_workspace_and_a_patch_of_it_that_names_its_account() -> None:
    event, version = facts_of(
        call(type="group", event=..., groupId="w1", traits={"name": "Acme", "account_id": 7}, context={"groupId": "other"})
    )
    assert (event.workspace_id, event.user_id) == ("w1", "ann")
    assert (version.kind, version.record_id, version.fields, version.via) == ("workspace", "w1", '{"account":"7","name":"Acme"}', "group")


def test_group_without_a_person_describes_the_workspace() -> None:
    event, version = facts_of(call(type="group", event=..., userId=..., groupId="w1"))
    assert (event.user_id, version.record_id, version.fields) == (None, "w1", "{}")


def test_alias_is_an_event_and_a_merge() -> None:
    event, merge = facts_of(call(type="alias", event=..., previousId="old"))
    assert event.type == "alias"
    assert merge == Merge(
        id="m1", kind="person", gone="old", survivor="ann", occurred_at=event.occurred_at, known_at=event.known_at, assumed=True,
        source="segment",
    )  # fmt: skip


def test_an_event_of_an_account_needs_no_person() -> None:
    (event,) = facts_of(call(event="Funding Raised", userId=..., context={"account_id": "acme"}))
    assert (event.account_id, event.user_id) == ("acme", None)


@pytest.mark.parametrize(
    ("fields", "type"),
    [
        ({"type": ..., "action": "track"}, "track"),
        ({"type": "Track"}, "track"),
        ({"type": ...}, "track"),
        ({"type": ..., "event": ..., "groupId": "w"}, "group"),
        ({"type": ..., "event": ..., "previous_id": "old"}, "alias"),
        ({"type": ..., "event": ..., "traits": {}}, "identify"),
        ({"type": ..., "event": ..., "name": "Home"}, "page"),
    ],
)
def test_the_type_of_a_call_may_be_told_by_what_it_carries(fields: dict[str, Any], type: str) -> None:
    assert facts_of(call(**fields))[0].type == type


def test_snake_case_is_read_as_camel_case_and_of_both_the_camel_counts() -> None:
    (event,) = facts_of(
        {"action": "track", "event": "E", "user_id": 12, "anonymous_id": "v", "message_id": "m", "original_timestamp": AT,
         "received_at": AT, "context": {"group_id": "w"}}
    )  # fmt: skip
    assert (event.user_id, event.anonymous_id, event.id, event.workspace_id, event.assumed) == ("12", "v", "m", "w", False)
    (both,) = facts_of(call(user_id="snake"))
    assert both.user_id == "ann"
    (inside,) = facts_of(call(context={"group_id": "w"}))
    assert inside.workspace_id == "w"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"type": "trakc"}, "no_type"),
        ({"type": ..., "event": ...}, "no_type"),
        ({"event": ...}, "no_event"),
        ({"event": ""}, "no_event"),
        ({"userId": ...}, "no_person"),
        ({"userId": "", "anonymousId": None}, "no_person"),
        ({"userId": ..., "context": {"groupId": "w"}}, "no_person"),
        ({"type": "group"}, "no_workspace"),
        ({"type": "alias"}, "no_previous"),
        ({"type": "alias", "previousId": "v", "userId": ..., "anonymousId": "w"}, "no_person"),
        ({"userId": True}, "bad_id"),
        ({"userId": {"id": 1}}, "bad_id"),
        ({"userId": "x" * 1001}, "bad_id"),
        ({"messageId": "a\0b"}, "nul_byte"),
        ({"timestamp": "2026-03-01T09:30:00"}, "no_zone"),
        ({"timestamp": "2026-03-01"}, "no_zone"),
        ({"timestamp": "yesterday"}, "bad_instant"),
        ({"timestamp": "2026-02-30T00:00:00Z"}, "bad_instant"),
        ({"timestamp": True}, "bad_instant"),
        ({"timestamp": 0}, "before_1990"),
        ({"timestamp": "1989-12-31T23:59:59Z"}, "before_1990"),
        ({"timestamp": "2026-03-03T09:30:01Z", "receivedAt": "2026-03-02T09:30:00Z"}, "in_the_future"),
        ({"timestamp": "2026-03-11T12:00:01Z"}, "in_the_future"),
        ({"receivedAt": "2026-03-11T12:00:01Z"}, "in_the_future"),
        ({"properties": "free"}, "not_an_object"),
        ({"properties": {str(number): number for number in range(10_000)}}, "too_many_properties"),
    ],
)
def test_a_call_that_is_no_fact_fails_with_its_reason(fields: dict[str, Any], reason: str) -> None:
    assert reason_of(call(**fields)) == reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"hello", "not_json"),
        (b'{"type": "track"', "not_json"),
        (b"12", "not_an_object"),
        (b'"track"', "not_an_object"),
        (b'{"batch": 7}', "not_an_object"),
        (b'{"batch": ["x"]}', "not_an_object"),
        (json.dumps(call()).encode().replace(b"ann", b"a\xffn"), "bad_encoding"),
        (json.dumps(call()).encode().replace(b"ann", b"a\x00n"), "nul_byte"),
        (json.dumps(call(properties={"x": 1})).encode().replace(b'"x": 1', b'"x": NaN'), "not_a_number"),
        (json.dumps(call(properties={"x": 1})).encode().replace(b'"x": 1', b'"x": 1e999'), "not_a_number"),
        (json.dumps(call(properties={"x": "\ud800"})).encode(), "lone_surrogate"),
        (json.dumps(call(userId="\ud800")).encode(), "lone_surrogate"),
        (json.dumps(call(properties={"x": 1})).encode().replace(b"1}", b"[" * 1000 + b"]" * 1000 + b"}"), "too_deep"),
        (json.dumps(call(properties={"x": "y" * 10_000_000})).encode(), "too_long"),
    ],
)
def test_a_line_that_cannot_be_read_costs_that_line(line: bytes, reason: str) -> None:
    parsed = parse_lines(call(), line, call(messageId="m2"))
    assert [fact.id for _, fact in parsed.facts] == ["m1", "m2"]
    (failure,) = parsed.failures
    assert (failure.reason, failure.row, failure.line, parsed.received) == (reason, 1, 2, 3)
    assert parsed.raw(1) == failure.raw
    if b"batch" not in line:
        assert failure.raw == line


def test_a_line_of_just_the_limit_is_read() -> None:
    empty = len(json.dumps(call(properties={"x": ""})).encode())
    longest = json.dumps(call(properties={"x": "y" * (LINE_BYTES_MAX - empty)})).encode()
    assert len(longest) == LINE_BYTES_MAX
    assert len(facts_of(longest)) == 1


def test_an_instant_on_the_edge_is_kept() -> None:
    lines = [call(timestamp=show(NOW + DAY)), call(messageId="m2", timestamp=show(EARLIEST))]
    assert len(facts_of(*lines)) == 2


def test_blank_lines_are_no_rows() -> None:
    parsed = parse_lines(b"", call(), b"  \r", b"")
    assert (parsed.received, parsed.lines) == (1, [2])


def test_each_call_of_a_batch_is_a_row_with_what_the_batch_says_for_it() -> None:
    body = {
        "batch": [call(timestamp=..., context={"ip": "::1"}), call(messageId="m2"), 5],
        "context": {"groupId": "w", "ip": "1.2.3.4"}, "sentAt": "2026-03-02T00:00:00Z", "writeKey": "secret",
    }  # fmt: skip
    parsed = parse_lines(body)
    first, second = (fact for _, fact in parsed.facts)
    assert isinstance(first, Event)
    assert isinstance(second, Event)
    assert (show(first.occurred_at), first.workspace_id, first.context) == ("2026-03-02T00:00:00Z", "w", '{"groupId":"w","ip":"::1"}')
    assert (show(second.occurred_at), second.workspace_id) == (AT, "w")
    assert (parsed.received, parsed.lines, parsed.undated) == (3, [1, 1, 1], [])
    assert [failure.reason for failure in parsed.failures] == ["not_an_object"]


def test_a_call_of_a_batch_is_kept_with_what_holds_for_it_so_that_it_can_be_read_again() -> None:
    body = {"batch": [call(userId=..., timestamp=...)], "context": {"groupId": "w"}, "sentAt": AT, "writeKey": "secret"}
    parsed = parse_lines(body)
    kept = json.loads(parsed.failures[0].raw)
    assert kept == {"batch": [call(userId=..., timestamp=...)], "context": {"groupId": "w"}, "sentAt": AT}
    kept["batch"][0]["userId"] = "ann"
    (event,) = facts_of(kept)
    assert (event.workspace_id, show(event.occurred_at)) == ("w", AT)


def test_an_array_of_calls_on_one_line_gives_a_row_each() -> None:
    parsed = parse_lines(json.dumps([call(), call(messageId="m2")]).encode())
    assert (parsed.received, [fact.id for _, fact in parsed.facts]) == (2, ["m1", "m2"])


def test_a_call_without_an_id_gets_one_from_what_it_says_and_not_from_how_it_was_sent() -> None:
    said = call(messageId=..., context={"locale": "de", "ip": "1.1.1.1", "library": {"name": "a"}}, sentAt=AT)
    echo = call(messageId=..., context={"locale": "de", "ip": "2.2.2.2"}, receivedAt="2026-03-02T00:00:00Z")
    other = call(messageId=..., context={"locale": "en"})
    parsed = parse_lines(said, echo, other)
    first, second, third = (fact.id for _, fact in parsed.facts)
    assert first == second != third
    assert first.startswith("segment:")
    assert parsed.unnumbered == [0, 1, 2]


def test_an_empty_id_is_none() -> None:
    (event,) = facts_of(call(userId="", anonymousId="v1"))
    assert (event.user_id, event.anonymous_id) == (None, "v1")
    (event,) = facts_of(call(anonymousId="", extra=1))
    assert (event.user_id, event.anonymous_id) == ("ann", None)


def test_repeated_keys_of_the_context_are_counted() -> None:
    line = json.dumps(call(context=1)).encode().replace(b'"context": 1', b'"context": {"ip": 1, "ip": 2, "ip": 3}')
    assert parse_lines(line).repeated_keys == 2


def test_repeated_keys_are_counted_in_both_paths() -> None:
    twice = b'"properties": {"a": 1, "a": 2}'
    typical = json.dumps(call(properties=1)).encode().replace(b'"properties": 1', twice)
    odd = json.dumps(call(properties=1, extra=1)).encode().replace(b'"properties": 1', twice)
    parsed = parse_lines(typical, odd.replace(b"m1", b"m2"))
    assert parsed.repeated_keys == 2
    assert [fact.properties for _, fact in parsed.facts if isinstance(fact, Event)] == ['{"a":2}', '{"a":2}']


def test_the_category_of_a_page_is_a_property() -> None:
    (event,) = facts_of(call(type="page", event=..., name="Home", category="Docs", properties={"path": "/"}))
    assert (event.name, event.properties) == ("Home", '{"category":"Docs","path":"/"}')


def test_elements_of_an_array_are_calls() -> None:
    values = [(3, json.dumps(call()).encode()), (9, b"[1]")]
    parsed = parse_calls(Block("calls.json", 3, Elements(values)), Segment(), received_at=NOW)
    assert (parsed.received, parsed.lines, [failure.reason for failure in parsed.failures]) == (2, [3, 9], ["not_an_object"])


# Both paths agree.

ODD_IDS: st.SearchStrategy[Any] = st.sampled_from(["ann", "", None, 7, 7.0, True, "x" * 1000, "x" * 1001, "a\0", "é", [], "\ud800"])
INSTANTS = st.sampled_from(
    [AT, "2026-03-01T09:30:00.123Z", "2026-03-01T09:30:00.1234567Z", "2026-03-01T09:30:00.1234567890123Z", "2026-03-01T10:30:00+01:00",
     "2026-03-01T10:30:00.5+01:00", "2026-03-01T10:30:00+01:00:30", "2026-03-01T09:30:00", "2026-W09-7T09:30:00Z", "2026-03-01t09:30:00z",
     "2026-03-01T09:30:00,5Z", "2026-03-01T24:00:00Z", "2026-03-01T09:30:60Z", "2026-03-01T09:30:00.Z", "20260301T093000Z", "٢026-03-01T09:30:00Z",
     "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59Z", "", None, 0, 1_772_357_400, "2026-03-12T00:00:00Z", "1980-01-01T00:00:00Z"]
)  # fmt: skip
OBJECTS: st.SearchStrategy[Any] = st.sampled_from(
    [{}, None, [], [1], "x", {"a": 1, "b": "\ud800"}, {"groupId": "w"}, {"groupId": ""}, {"groupId": 5}, {"group_id": "w"}, {"accountId": "a"},
     {"groupId": "w", "group_id": "v"}, {"account_id": []}, {"traits": {"x": 1}}, {"name": "In"}, {"b": {"x": []}, "a": 1.5}, {"z": 10**30}]
)  # fmt: skip
ODD_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from(["track", "page", "screen", "identify", "group", "alias", "Track", 7, None]),
    "event": st.sampled_from(["", 5, "x" * 1001, None]),
    "name": st.sampled_from(["Home", "", 5, None]),
    **dict.fromkeys(["userId", "user_id", "anonymousId", "messageId", "groupId", "previousId"], ODD_IDS),
    **dict.fromkeys(["timestamp", "receivedAt", "sentAt", "originalTimestamp"], INSTANTS),
    **dict.fromkeys(["properties", "context", "traits", "integrations", "extra"], OBJECTS),
}
# Calls as they should be, with a few oddities: so each oddity meets the fast path alone, too.
CALLS = st.lists(st.sampled_from(sorted(ODD_FIELDS)), max_size=3, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: ODD_FIELDS[name] for name in names}).map(lambda odd: call(**{"name": "Home", **odd}))
)


class _Never:
    """A decoder of the common shape that no call fits."""

    def __call__(self, raw: bytes) -> Any:
        raise ValueError(raw)


@settings(max_examples=1500, deadline=None)
@given(calls=st.lists(CALLS, min_size=1, max_size=3), repeat=st.booleans())
def test_the_fast_path_and_the_tolerant_path_say_the_same(calls: list[dict[str, Any]], repeat: bool) -> None:
    lines = [json.dumps(one, ensure_ascii=True).encode() for one in calls]
    if repeat:
        lines = [line.replace(b'"properties": {', b'"properties": {"b": 0, ') for line in lines]
    fast = parse_lines(*lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segment, "_common", _Never())
        tolerant = parse_lines(*lines)
    assert fast == tolerant


def test_a_typical_call_takes_the_fast_path(monkeypatch: pytest.MonkeyPatch) -> None:
    def tolerant(*_: Any, **__: Any) -> Any:
        raise AssertionError("the tolerant path was taken")

    monkeypatch.setattr(segment, "read_call", tolerant)
    usual = call(anonymousId=None, properties={"x": 1}, context={"groupId": "w", "library": {"name": "ajs"}}, integrations={}, sentAt=AT)
    assert len(facts_of(usual, call(type="page", event=..., name="Home", receivedAt=AT))) == 2


def test_an_instant_without_a_zone_has_no_mapping_to_name_it() -> None:
    call = {"type": "track", "event": "Seen", "userId": "ann", "timestamp": "2026-03-01T09:30:00"}
    (failure,) = parse_calls(Block("f", 1, Lines(json.dumps(call).encode())), Segment(), received_at=NOW).failures
    assert (failure.reason, failure.detail) == ("no_zone", "`timestamp` is `2026-03-01T09:30:00`, which has no time zone")
