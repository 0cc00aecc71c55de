"""What differs between two versions of a playbook, rule by rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.language.difference import differences
from tandem.language.fingerprint import fingerprint
from tandem.language.source import Source
from tandem.language.tree import Node, read_yaml


def root(text: str, path: str = "playbook/a.yaml") -> Node | None:
    found = read_yaml(Source(path, text))
    assert found.problems == ()
    return found.root


def told(before: str, after: str) -> list[tuple[str, str, str | None, str | None]]:
    found = differences({"a.yaml": root(before)}, {"a.yaml": root(after)})
    return [(each.what, each.rule, each.before, each.after) for each in found]


@pytest.mark.parametrize(
    ("before", "after", "differ"),
    [
        ("a: 1\nb: 2\n", "b: 2.0 # two\na: 0x1\n", []),
        ("a: {when: x > 1, about: account}\n", "a: {about: account, when: x > 2}\n", [("changed", "a.when", "x > 1", "x > 2")]),
        ("a: 1\n", "a: '1'\n", [("changed", "a", "1", "1")]),
        ("a: {b: 1}\n", "a: {b: 1, c: {d: [x, y]}}\n", [("added", "a.c", None, "{d: [x, y]}")]),
        ("a: {b: 1, c: 2}\n", "a: {b: 1}\n", [("removed", "a.c", "2", None)]),
        ("a: [x, y, z]\n", "a: [x, w, z]\n", [("changed", "a.2", "y", "w")]),
        ("a: [x, y]\n", "a: [y, x]\n", [("changed", "a", "[x, y]", "[y, x]")]),
        ("a: [{n: 1, m: 1}, {n: 2}]\n", "a: [{n: 2}, {n: 1, m: 3}]\n", [("changed", "a.2.m", "1", "3")]),
        ("a: [x]\n", "a: [x, x]\n", [("added", "a.2", None, "x")]),
        ("a: {b: 1}\n", "a: 1\n", [("changed", "a", "{b: 1}", "1")]),
        ("{}\n", "a: {b: {c: 1}, d: 2}\n", [("added", "a.b", None, "{c: 1}"), ("added", "a.d", None, "2")]),
    ],
)  # fmt: skip
def test_each_rule_is_told_once_with_both_texts(before: str, after: str, differ: list[object]) -> None:
    assert told(before, after) == differ


def test_places_are_those_of_the_versions_and_a_file_may_be_new() -> None:
    (found,) = differences({}, {"b.yaml": root("# first\ncaps: [x]\n", "playbook/b.yaml")})
    assert (found.what, found.rule, found.after, str(found.after_at), found.before_at) == (
        "added",
        "caps",
        "[x]",
        "playbook/b.yaml:2:7",
        None,
    )


VALUES = st.recursive(
    st.sampled_from([1, 2, "x", "y"]),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from("abc"), inside, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3), st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3))
def test_versions_differ_exactly_where_their_fingerprints_do(one: dict[str, object], other: dict[str, object]) -> None:
    files = [{"a.yaml": root(repr(each))} for each in (one, other)]
    # A file that says nothing at all is one that is not there, to whoever reads what differs.
    assert bool(differences(*files)) == (fingerprint(files[0]) != fingerprint(files[1]))
