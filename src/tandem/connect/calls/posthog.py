"""What PostHog's SDKs send, told as a call of the Segment spec.

`distinct_id` is the user, or the anonymous visitor where the SDK says that nobody was identified; `$groups` is the workspace; `$lib` and `$ip` are
about the sending and go to the context. Of an alias, the distinct id is gone and the `alias` survives, as both its Python and its
browser SDK mean it. The properties stay as they are, with their dollar signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tandem.facts.canonical import Fault, read_object

# Where an event belongs to groups of several kinds, the first of these is the place where people work together.
WORKSPACE_KINDS = ("workspace", "company", "organization", "team", "project")

_NAMES = {"$pageview": "page", "$screen": "screen", "$identify": "identify", "$set": "identify", "$groupidentify": "group",
          "$create_alias": "alias", "$merge_dangerously": "alias"}  # fmt: skip


def is_posthog(fields: Mapping[str, msgspec.Raw]) -> bool:
    """Whether a call without `type` carries what only PostHog's SDKs write."""
    if "event" not in fields or "type" in fields or "action" in fields or "userId" in fields or "user_id" in fields:
        return False
    return "distinct_id" in fields or "$set" in fields or b'"distinct_id"' in bytes(fields.get("properties", b""))


def translate(fields: Mapping[str, msgspec.Raw]) -> tuple[dict[str, msgspec.Raw], int] | Fault:
    """The same call in the words of the Segment spec, and how many of its pairs lost to a later pair with the same key."""
    found = read_object(fields.get("properties", b"{}"), "properties")
    if isinstance(found, Fault):
        return found
    inside: dict[str, Any] = dict(found.value)
    event = _plain(fields, "event")
    type = _NAMES.get(event, "track") if isinstance(event, str) else "track"
    who = _plain(fields, "distinct_id") or inside.pop("distinct_id", None)
    nobody = inside.get("$is_identified") is False or inside.get("$process_person_profile") is False
    nobody = nobody or inside.get("$user_state") == "anonymous"
    call: dict[str, Any] = {"type": type, "anonymousId" if nobody else "userId": who, "properties": inside}
    context: dict[str, Any] = {}
    if "$lib" in inside:
        context["library"] = {"name": inside.pop("$lib"), "version": inside.pop("$lib_version", None)}
    if "$ip" in inside:
        context["ip"] = inside.pop("$ip")
    context["groupId"] = _workspace(inside.get("$groups"))
    match type:
        case "track":
            call["event"] = event
        case "page":
            call["name"] = inside.get("title") or inside.get("$pathname")
        case "screen":
            call["name"] = inside.get("$screen_name")
        case "identify":
            traits = [source for source in (_plain(fields, "$set_once"), inside.get("$set_once"), _plain(fields, "$set"), inside.get("$set"))
                      if isinstance(source, dict)]  # fmt: skip
            call |= {"userId": who, "anonymousId": inside.get("$anon_distinct_id")}
            call["traits"] = {key: value for source in traits for key, value in source.items()}
        case "group":
            # The distinct id of a server's group call is made up for the occasion, and would be a person who never was.
            call |= {"userId": None, "anonymousId": None, "groupId": inside.get("$group_key"), "traits": inside.get("$group_set")}
        case "alias":
            gone, survivor = (who, inside.get("alias")) if event == "$create_alias" else (inside.get("alias"), who)
            call |= {"previousId": gone, "userId": survivor}
    call["context"] = {key: value for key, value in context.items() if value is not None}
    said = {key: msgspec.Raw(msgspec.json.encode(value)) for key, value in call.items() if value is not None}
    for theirs, ours in (("uuid", "messageId"), ("timestamp", "timestamp"), ("sent_at", "sent_at")):
        if theirs in fields:
            said[ours] = fields[theirs]
    return said, found.repeated


def _plain(fields: Mapping[str, msgspec.Raw], key: str) -> Any:
    """A field's value; one that cannot be read is as good as absent, for nothing of it could be kept."""
    try:
        return msgspec.json.decode(fields[key]) if key in fields else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return None


def _workspace(groups: object) -> object:
    if not isinstance(groups, dict) or not groups:
        return None
    return groups[next((kind for kind in WORKSPACE_KINDS if kind in groups), min(groups))]
