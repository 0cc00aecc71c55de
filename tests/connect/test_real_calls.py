"""Every call that the Segment spec shows, and every body that an official SDK sends, is accepted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tandem.connect.block import Block, Lines, Parsed
from tandem.connect.calls.segment import Segment, parse_calls
from tandem.facts.fact import Event
from tandem.values.instants import read_instant
from tests.connect.shared import folder

pytestmark = pytest.mark.shared

NOW = read_instant("2026-11-23T00:00:00Z", None)
AT = "2026-11-22T09:00:00Z"
ARGUMENTS = {
    "identify": ("userId", "traits", "options"),
    "track": ("event", "properties", "options"),
    "group": ("groupId", "traits", "options"),
    "page": ("category", "name", "properties", "options"),
    "alias": ("userId", "previousId", "options"),
}


def parse(body: Any) -> Parsed:
    return parse_calls(Block("calls", 1, Lines(json.dumps(body).encode())), Segment(), received_at=NOW)


def whole(number: int, shown: dict[str, Any]) -> dict[str, Any]:
    """A call of the spec's pages, completed to what the spec says that every call has: `common.md` names the fields.

    Argument lists are put in order as analytics.js does: texts first, by their method's parameters, then objects. What such a list or a
    fragment leaves to the library is added: type, message id, timestamp, and the anonymous id that every browser has, or the previous id that
    `alias` takes from it. `integrations` alone is a field that any call may carry. A call that is whole stays as it is.
    """
    payload: Any = shown["payload"]
    if isinstance(payload, list):
        payload = _call(shown["call"], payload)
    elif set(payload) <= {"All", "Salesforce"}:
        payload = {"type": "track", "event": "Anything", "integrations": payload}
    assert isinstance(payload, dict)
    if "messageId" in payload:
        return payload
    added: dict[str, Any] = {"messageId": f"spec-{number}", "timestamp": AT}
    if not {"userId", "user_id", "anonymousId"} & set(payload):
        added["anonymousId"] = "visitor"
    if payload.get("type") == "alias" and "previousId" not in payload:
        added["previousId"] = "visitor"
    return {**added, **payload}


def _call(method: str, arguments: list[Any]) -> dict[str, Any]:
    texts = [argument for argument in arguments if isinstance(argument, str)]
    objects = [argument for argument in arguments if isinstance(argument, dict)]
    names = ARGUMENTS[method]
    text_names = [name for name in names if name not in ("traits", "properties", "options")]
    # `page(name)` has no category; only two texts are category and name.
    if method == "page" and len(texts) < 2:
        text_names = ["name"]
    object_names = [name for name in names if name in ("traits", "properties", "options")]
    call: dict[str, Any] = {"type": method, **dict(zip(text_names, texts)), **dict(zip(object_names, objects))}
    return {**call, **call.pop("options", {})}


def test_all_calls_of_the_spec_are_accepted() -> None:
    shown = json.loads((folder("segment_spec_payloads") / "spec_payloads.json").read_text())
    assert len(shown) == 68
    events = []
    for number, one in enumerate(shown):
        parsed = parse(whole(number, one))
        assert (parsed.failures, parsed.received, parsed.unnumbered, parsed.undated) == ([], 1, [], []), one
        event = parsed.facts[0][1]
        assert isinstance(event, Event)
        events.append(event)
    assert {event.type for event in events} == {"track", "page", "screen", "identify", "group", "alias"}
    assert sum(event.workspace_id == "acct_123" for event in events) == 10


def test_whole_calls_of_the_spec_are_read_unchanged() -> None:
    shown = json.loads((folder("segment_spec_payloads") / "spec_payloads.json").read_text())
    unchanged = [one for number, one in enumerate(shown) if whole(number, one) is one["payload"]]
    assert len(unchanged) == 8
    for one in unchanged:
        event = parse(one["payload"]).facts[0][1]
        assert isinstance(event, Event)
        assert (event.id, event.user_id, event.assumed) == (one["payload"]["messageId"], one["payload"]["userId"], False)


def test_every_body_of_an_sdk_is_accepted_as_it_is() -> None:
    requests = [json.loads(line) for line in (folder("sdk_wire") / "requests.jsonl").read_text().splitlines()]
    bodies = [request["b"] for request in requests if "b" in request]
    assert (len(requests), len(bodies)) == (21, 20)
    received = 0
    facts: list[Any] = []
    for body in bodies:
        parsed = parse(body)
        assert (parsed.failures, parsed.unnumbered, parsed.undated) == ([], [], []), body
        received += parsed.received
        facts += [fact for _, fact in parsed.facts]
    assert received == sum(len(body.get("batch", [body])) for body in bodies) == 22
    people = {fact.user_id for fact in facts if isinstance(fact, Event)}
    assert people == {"u1", None}  # None: a server's `$groupidentify`, whose distinct id is made up.
