"""JSON Schema agrees with reading: what is accepted validates, what is simply wrong does not."""

from __future__ import annotations

import pytest
from jsonschema import Draft7Validator

from tandem.language.record import Either, Field, ListOf, MapOf, Record
from tandem.language.schema import keys, schema
from tandem.language.shape import AnyValue, As, Choice, DateOrInstant, Flag, Length, Number, Placed, Text, Whole, Zone, read
from tandem.language.source import Source
from tandem.language.tree import Entries, Items, read_yaml

RULE = Record(dict, "a rule", {"person": Field(Text(), "Who.", required=True), "until": Field(DateOrInstant(), "Until when.")})
FILE = Record(
    dict,
    "a file",
    {
        "name": Field(Text(), "The name.", required=True),
        "code": Field(Text("three letters", "[A-Z]{3}"), "The code."),
        "format": Field(Choice(("csv", "json")), "The format."),
        "on": Field(Flag(), "Whether."),
        "size": Field(Whole(1, 9), "How many."),
        "share": Field(Number(0, 1), "How much."),
        "wait": Field(Length(), "How long."),
        "zone": Field(Zone(), "Where."),
        "plans": Field(ListOf(Placed(As(Text(), str.upper, "a word")), least=1, distinct=True), "The plans."),
        "limits": Field(MapOf(Text("a small word", "[a-z]+"), Number()), "The limits."),
        "constants": Field(MapOf(Text(), AnyValue()), "The constants."),
        "tags": Field(Either((Text(), ListOf(Text()))), "The tags."),
        "rules": Field(ListOf(RULE), "The rules."),
    },
)


def plain(node):
    match node:
        case Items():
            return [plain(item) for item in node.items]
        case Entries():
            return {entry.key.text: plain(entry.value) for entry in node.entries}
    return node.value


def both(text):
    """Whether reading accepts the text, and whether the schema does."""
    tree = read_yaml(Source("x.yaml", "name: Acme\n" + text))
    assert tree.problems == ()
    return not read(FILE, tree.root).problems, Draft7Validator(schema(FILE, "a file")).is_valid(plain(tree.root))


def test_the_schema_is_a_schema_of_draft_7():
    Draft7Validator.check_schema(schema(FILE, "a file"))


@pytest.mark.parametrize(
    "line",
    [
        "code: EUR", "format: csv", "on: true", "size: 9", "size: 7.0", "share: 0.5", "share: 1", "wait: 7d", "zone: Europe/Berlin",
        "zone: Etc/GMT+3", "plans: [a, b]", "limits: {a: 1}", "limits: {}", "constants: {x: 1, y: '1', z: true}", "tags: a", "tags: [a]",
        "rules: [{person: ann}]", "rules: [{person: ann, until: 2026-03-01}]", "rules: [{person: a, until: '2026-03-01 09:30+02:00'}]",
    ],
)  # fmt: skip
def test_what_reading_accepts_is_valid(line):
    assert both(line) == (True, True)


@pytest.mark.parametrize(
    "line",
    [
        "code: EURO", "code: 7", "format: xml", "on: yes", "size: 10", "size: 1.5", "share: -1", "wait: 7 days", "wait: 7", "zone: 1",
        "plans: []", "plans: [a, a]", "plans: a", "limits: {A: 1}", "limits: {a: x}", "constants: {x: [1]}", "tags: 7", "tags: [7]",
        "rules: [{}]", "rules: [{person: ann, since: 2026-03-01}]", "rules: [{person: a, until: today}]", "nmae: x", "code: '  '", "tags: ' '",
        "format:", "rules: {person: ann}",
    ],
)  # fmt: skip
def test_what_is_simply_wrong_is_wrong_in_both(line):
    assert both(line) == (False, False)


def test_a_missing_key_is_wrong_in_both():
    assert not Draft7Validator(schema(FILE, "a file")).is_valid({"code": "EUR"})


def test_editors_show_what_each_key_means():
    assert schema(FILE, "a file")["properties"]["size"] == {"description": "How many.", "type": "integer", "minimum": 1, "maximum": 9}


def test_the_page_of_keys_lists_every_key_once_with_its_path():
    rows = {key.path: (key.expected, key.required, key.doc) for key in keys(FILE)}
    assert rows["rules[].person"] == ("a text", True, "Who.")
    assert rows["size"] == ("a whole number from 1 to 9", False, "How many.")
    assert len(rows) == 15
