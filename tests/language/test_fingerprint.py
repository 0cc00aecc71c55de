"""Formatting never changes a fingerprint; meaning always does."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.language.fingerprint import fingerprint
from tandem.language.source import Source
from tandem.language.tree import Entries, Items, read_yaml

NAMES = st.text(alphabet="ab: #'\"\\-é\n7", min_size=1, max_size=5)
KEYS = st.text(alphabet="ab: #'\"é7", min_size=1, max_size=4)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-99, 99),
    st.sampled_from([0.5, -1.25, 1e300]),
    NAMES,
    st.sampled_from(["7", "true", "null", "", "0.5"]),
)
WORLDS = st.dictionaries(
    KEYS,
    st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6),
    max_size=4,
)


def of(text):
    tree = read_yaml(Source("x.yaml", text))
    assert tree.problems == (), tree.problems[0].told()
    return fingerprint({"x.yaml": tree.root})


def write(value, style, level=0):
    """A value as YAML: in one line, or in block form with comments, keys turned round and other quotes."""
    if style == "json":
        return json.dumps(value)
    pad = "  " * level
    if isinstance(value, dict) and value:
        lines = [
            f"\n{pad}# a word\n{pad}{write(key, 'quoted')}:   {write(item, style, level + 1)}" for key, item in reversed(value.items())
        ]
        return "".join(lines)
    if isinstance(value, list) and value:
        return "".join(f"\n{pad}- {write(item, style, level + 1)}" for item in value)
    if isinstance(value, str) and "\n" not in value and value.strip() == value and value:
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=False)


@settings(max_examples=300, deadline=None)
@given(WORLDS, st.sampled_from(["\n", "\r\n"]))
def test_formatting_comments_quotes_and_the_order_of_keys_do_not_count(world, line_break):
    block = (write(world, "block") + " # the end\n").replace("\n", line_break)
    assert of(write(world, "json")) == of(block)


def as_meaning(value):
    """A value such that two are equal exactly where they mean the same."""
    if isinstance(value, dict):
        return ("map", frozenset((key, as_meaning(item)) for key, item in value.items()))
    if isinstance(value, list):
        return ("list", tuple(as_meaning(item) for item in value))
    return ("flag" if isinstance(value, bool) else "text" if isinstance(value, str) else "other", value)


@settings(max_examples=600, deadline=None)
@given(WORLDS, WORLDS)
def test_two_worlds_share_a_fingerprint_exactly_where_they_mean_the_same(one, other):
    assert (of(json.dumps(one)) == of(json.dumps(other))) == (as_meaning(one) == as_meaning(other))


def changed(value, data):
    """The same value with one change somewhere inside."""
    if isinstance(value, dict) and value and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(sorted(value)))
        return {**value, key: changed(value[key], data)}
    if isinstance(value, list) and value and data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(value) - 1))
        return [*value[:place], changed(value[place], data), *value[place + 1 :]]
    return data.draw(LEAVES.filter(lambda leaf: as_meaning(leaf) != as_meaning(value)))


@settings(max_examples=300, deadline=None)
@given(WORLDS.filter(bool), st.data())
def test_one_small_change_of_meaning_changes_the_fingerprint(world, data):
    key = data.draw(st.sampled_from(sorted(world)))
    assert of(json.dumps(world)) != of(json.dumps({**world, key: changed(world[key], data)}))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a: 7", "a: 7.0", True),
        ("a: 7", "a: 0x7", True),
        ("a: 0.1", "a: 0.10", True),
        ("a: 7", 'a: "7"', False),
        ("a: true", "a: 'true'", False),
        ("a: true", "a: 1", False),
        ("a: x", "a: 'x'", True),
        ("a: |-\n  x", "a: x", True),
        ("a: |\n  x\n", "a: x", False),
        ("a: [1, 2]", "a: [2, 1]", False),
        ("a: [1, 2]", "a:\n- 1\n- 2", True),
        ("{a: 1, b: 2}", "b: 2\na: 1", True),
        ("a:", "b:", False),
        ("a: []", "a: {}", False),
        ("a: []", "a:", False),
        ("a: [[1], 2]", "a: [[1, 2]]", False),
        ("1: x", "'1': x", True),
    ],
)
def test_what_is_the_same_and_what_is_not(one, other, same):
    assert (of(one) == of(other)) is same


def test_the_name_of_a_file_and_its_presence_count():
    root = read_yaml(Source("x.yaml", "a: 1")).root
    assert isinstance(root, Entries)
    assert not isinstance(root, Items)
    prints = {
        fingerprint({}),
        fingerprint({"a.yaml": root}),
        fingerprint({"b.yaml": root}),
        fingerprint({"a.yaml": root, "b.yaml": root}),
        fingerprint({"a.yaml": None}),
    }
    assert len(prints) == 5


def test_a_fingerprint_never_changes_between_versions():
    # Decisions carry it for years: a change here breaks the link from every one of them to its rules.
    assert of("name: Acme\nplans: [free, {name: pro, seats: 10}]\nshare: 0.5\nopen: true\nnone:\n") == "e8e75ddb9b7c461db193"
