"""An echo says the same again; a clash says something else under an id that was used."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tandem.facts.fact import Correction, Event, Fact, Merge, Version
from tandem.facts.sameness import content_digest, id_digest

KEY = b"k" * 16
TIMES: dict[str, Any] = {"occurred_at": 10, "known_at": 20, "source": "app"}
EVENT = Event(
    id="m1", type="track", name="Opened", user_id="ann", properties='{"plan":"free"}',
    context='{"ip":"10.0.0.1","library":{"name":"js","version":"1"},"page":{"path":"/"}}', **TIMES,
)  # fmt: skip
VERSION = Version(id="v1", kind="account", record_id="acme", fields='{"plan":"free"}', **TIMES)
MERGE = Merge(id="x1", kind="account", gone="acme-eu", survivor="acme", **TIMES)
CORRECTION = Correction(id="c1", target="m1", **TIMES)


def alike(fact: Fact, **changed: Any) -> bool:
    return content_digest(KEY, fact) == content_digest(KEY, msgspec.structs.replace(fact, **changed))


@pytest.mark.parametrize("fact", [EVENT, VERSION, MERGE, CORRECTION])
def test_when_and_by_whom_it_was_received_is_no_content(fact: Fact) -> None:
    assert alike(fact, known_at=99, assumed=True)


def test_the_sending_library_and_the_address_are_no_content() -> None:
    assert alike(EVENT, context='{"ip":"10.0.0.2","library":{"name":"py","version":"2"},"page":{"path":"/"}}')
    assert alike(EVENT, context='{"page":{"path":"/"}}')


@pytest.mark.parametrize(
    ("fact", "changed"),
    [
        *[
            (EVENT, change)
            for change in (
                {"type": "page"}, {"name": "Closed"}, {"user_id": "bob"}, {"user_id": None}, {"anonymous_id": "x"}, {"workspace_id": "w1"},
                {"account_id": "acme"}, {"occurred_at": 11}, {"properties": '{"plan":"team"}'}, {"properties": "{}"},
                {"context": '{"page":{"path":"/pricing"}}'}, {"context": '{"ip":"10.0.0.1","page":{"ip":"1","path":"/"}}'},
            )
        ],
        *[
            (VERSION, change)
            for change in (
                {"record_id": "beta"}, {"fields": '{"plan":"team"}'}, {"patch": True}, {"deleted": True}, {"always": True}, {"via": "group"},
                {"occurred_at": 11},
            )
        ],
        *[(MERGE, change) for change in ({"kind": "person"}, {"gone": "x"}, {"survivor": "x"}, {"occurred_at": 11})],
        *[(CORRECTION, change) for change in ({"target": "m2"}, {"replacement": "m2"}, {"undo": True}, {"occurred_at": 11})],
    ],
)  # fmt: skip
def test_everything_else_is_content(fact: Fact, changed: dict[str, Any]) -> None:
    assert not alike(fact, **changed)


def test_every_attribute_of_a_fact_is_judged_here_to_be_content_or_not() -> None:
    judged = {
        Event: {"type", "name", "user_id", "anonymous_id", "workspace_id", "account_id", "occurred_at", "properties", "context"},
        Version: {"kind", "record_id", "fields", "patch", "deleted", "always", "via", "occurred_at"},
        Merge: {"kind", "gone", "survivor", "occurred_at"},
        Correction: {"target", "replacement", "undo", "occurred_at"},
    }
    for shape, content in judged.items():
        assert set(shape.__struct_fields__) == content | {"id", "known_at", "assumed", "source"}


def test_neighbouring_words_are_kept_apart() -> None:
    one = msgspec.structs.replace(EVENT, name="a", user_id="bc")
    assert not alike(one, name="ab", user_id="c")


def test_a_row_without_an_instant_says_the_same_whenever_it_is_imported() -> None:
    later = msgspec.structs.replace(EVENT, occurred_at=99, known_at=99)
    assert content_digest(KEY, EVENT, dated=False) == content_digest(KEY, later, dated=False)
    assert content_digest(KEY, EVENT, dated=False) != content_digest(KEY, msgspec.structs.replace(later, name="Closed"), dated=False)


def test_an_id_is_taken_by_its_kind_and_project() -> None:
    digests = {id_digest(key, kind, name) for key in (KEY, b"l" * 16) for kind in ("event", "person") for name in ("m1", "m2")}
    assert len(digests) == 8
    assert all(len(each) == 16 for each in digests)
