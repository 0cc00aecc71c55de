"""What PostHog's SDKs send is told in the words of the Segment spec."""

from __future__ import annotations

import json
from typing import Any

from tandem.connect.block import Block, Lines
from tandem.connect.calls.segment import Segment, parse_calls
from tandem.values.instants import read_instant

NOW = read_instant("2026-03-10T12:00:00Z", None)


def facts_of(event: str, properties: dict[str, Any], **fields: Any) -> list[Any]:
    body = {"event": event, "distinct_id": "ann", "uuid": "u1", "timestamp": "2026-03-01T09:30:00Z", "properties": properties, **fields}
    parsed = parse_calls(Block("f", 1, Lines(json.dumps({"batch": [body], "api_key": "k"}).encode())), Segment(), received_at=NOW)
    assert parsed.failures == []
    return [fact for _, fact in parsed.facts]


def test_an_event_is_a_track_call_of_its_distinct_id() -> None:
    (event,) = facts_of("Did", {"x": 1, "$lib": "posthog-python", "$lib_version": "7", "$groups": {"company": "g1"}, "$ip": "::1"})
    assert (event.id, event.type, event.name, event.user_id, event.workspace_id) == ("u1", "track", "Did", "ann", "g1")
    assert event.properties == '{"$groups":{"company":"g1"},"x":1}'
    assert event.context == '{"groupId":"g1","ip":"::1","library":{"name":"posthog-python","version":"7"}}'


def test_of_several_groups_the_place_of_work_is_the_workspace() -> None:
    (event,) = facts_of("Did", {"$groups": {"account": "a", "project": "p", "workspace": "w"}})
    assert event.workspace_id == "w"


def test_a_visitor_whom_nobody_identified_is_anonymous() -> None:
    for properties in ({"$is_identified": False}, {"$process_person_profile": False}, {"$user_state": "anonymous"}):
        (event,) = facts_of("Did", properties)
        assert (event.user_id, event.anonymous_id) == (None, "ann")


def test_set_and_identify_describe_the_person() -> None:
    event, version = facts_of("$set", {}, **{"$set": {"email": "ann@acme.com"}})
    assert (event.type, version.record_id, version.fields) == ("identify", "ann", '{"email":"ann@acme.com"}')
    event, version = facts_of("$identify", {"$anon_distinct_id": "v1", "$set": {"plan": "pro"}, "$set_once": {"plan": "x", "utm": "y"}})
    assert (event.anonymous_id, event.user_id, version.fields) == ("v1", "ann", '{"plan":"pro","utm":"y"}')


def test_groupidentify_describes_the_workspace_and_makes_up_no_person() -> None:
    event, version = facts_of("$groupidentify", {"$group_type": "company", "$group_key": "g1", "$group_set": {"name": "Acme"}})
    assert (event.user_id, event.anonymous_id, event.workspace_id) == (None, None, "g1")
    assert (version.kind, version.record_id, version.fields) == ("workspace", "g1", '{"name":"Acme"}')


def test_of_an_alias_the_distinct_id_is_gone() -> None:
    _, merge = facts_of("$create_alias", {"distinct_id": "ann", "alias": "u1"})
    assert (merge.gone, merge.survivor) == ("ann", "u1")
    _, merge = facts_of("$merge_dangerously", {"alias": "old"})
    assert (merge.gone, merge.survivor) == ("old", "ann")


def test_page_views_and_screens_have_a_name() -> None:
    (page,) = facts_of("$pageview", {"$pathname": "/pricing", "title": "Pricing"})
    assert (page.type, page.name) == ("page", "Pricing")
    (screen,) = facts_of("$screen", {"$screen_name": "Home"})
    assert (screen.type, screen.name) == ("screen", "Home")
