"""Nodes, their places, and what YAML has that a playbook does not use."""

from __future__ import annotations

import doctest
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tandem.language.tree
from tandem.language.codes import FILE_BYTES_MAX
from tandem.language.source import Source
from tandem.language.tree import Entries, Items, Scalar, decode_file, plain_value, read_yaml


def tree(text):
    return read_yaml(Source("playbook/x.yaml", text))


def codes(text):
    return [problem.code for problem in tree(text).problems]


def as_python(node):
    match node:
        case Items():
            return [as_python(item) for item in node.items]
        case Entries():
            return {entry.key.text: as_python(entry.value) for entry in node.entries}
        case Scalar():
            return node.value


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("", None), ("~", None), ("null", None), ("true", True), ("False", False), ("yes", "yes"), ("no", "no"), ("on", "on"),
        ("7", 7), ("-7", -7), ("+7", 7), ("007", 7), ("0o17", 15), ("0x1F", 31), ("7.", 7.0), (".5", 0.5), ("1e3", 1000.0),
        ("1_000", "1_000"), ("09:30", "09:30"), ("2026-03-01", "2026-03-01"), (".inf", float("inf")), ("-.inf", float("-inf")),
        ("1.2.3", "1.2.3"), ("7d", "7d"), ("0b1", "0b1"), ("-", "-"), (".", "."), ("٣", "٣"), ("9" * 5000, "9" * 5000),
    ],
)  # fmt: skip
def test_a_plain_word_means_what_yaml_1_2_says(word, value):
    assert plain_value(word) == value
    assert type(plain_value(word)) is type(value)


def test_the_examples_of_the_docstrings_are_true():
    assert doctest.testmod(tandem.language.tree) == (0, 1)


def test_quotes_always_make_a_text():
    assert as_python(tree("a: '7'\nb: \"true\"\nc: 7").root) == {"a": "7", "b": "true", "c": 7}


def test_every_node_knows_its_place():
    root = tree("name: Acme  # the buyer\nplans:\n  - free\n  - {name: pro, seats: 10}\nlast: |\n  x\n").root
    assert {entry.key.text: entry.value.span.text for entry in root.entries} == {
        "name": "Acme",
        "plans": "- free\n  - {name: pro, seats: 10}",
        "last": "|\n  x\n",
    }
    assert root.entries[1].value.items[1].span.text == "{name: pro, seats: 10}"
    assert [str(entry.key.span) for entry in root.entries] == ["playbook/x.yaml:1:1", "playbook/x.yaml:2:1", "playbook/x.yaml:5:1"]


def test_a_byte_order_mark_is_passed_over():
    source, problems = decode_file("x.yaml", b"\xef\xbb\xbfname: Acme")
    assert (source.text, problems) == ("name: Acme", ())


def test_a_repeated_key_names_both_places_and_the_first_stays():
    found = tree("name: Acme\nplan: free\nname: Ajax\n")
    (problem,) = found.problems
    assert (problem.span.line, problem.other.line) == (3, 1)
    assert as_python(found.root) == {"name": "Acme", "plan": "free"}


def test_reading_goes_on_behind_anchors_tags_and_repeated_keys():
    found = tree("a: &x 1\nb: !money 2\na: 3\nc: 4\n")
    assert [problem.code for problem in found.problems] == ["anchor", "tag", "repeated_key"]
    assert [problem.span.text for problem in found.problems] == ["&x", "!money", "a"]
    assert as_python(found.root) == {"a": 1, "b": 2, "c": 4}


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("a: *x\n", "alias", "*x"),
        ("email: *@acme.com\n", "alias", "*@acme.com"),
        ("email: *test *@acme.com\n", "alias", "*test"),
        ("a: {<<: *x}\n", "merge_key", "<<"),
        ("<<: {b: 1}\n", "merge_key", "<<"),
        ("%YAML 1.1\n---\na: 1\n", "directive", "%YAML 1.1"),
        ("a: 1\n---\nb: 1\n", "second_document", "---"),
        ("a: 1\n...\nb\n", "second_document", "..."),
        ("[a]: b\n", "key_is_no_text", "[a]"),
        ("? {a: b}\n: c\n", "key_is_no_text", "{a: b}"),
        (": b\n", "key_is_no_text", ""),
        ("a:\n\tb: 1\n", "tab", "\t"),
        ("a: 1 # c\n\tb: 2\n", "tab", "\t"),
        ("title: Step two: invite\n", "colon_in_text", "Step two: invite"),
        ("- a: b: c # why\n", "colon_in_text", "b: c"),
        ("a: 1\n b: 2\n", "bad_indentation", "b"),
        ("a:\n  b: 1\n c: 2\n", "bad_indentation", "c: 2"),
        (" a: 1\nb: 2\n", "bad_indentation", "b: 2"),
        ("a: - b\n", "bad_indentation", "-"),
        ("a: 1\n- b\n", "bad_indentation", "- b"),
        ("foo\nbar: 1\n", "missing_colon", "foo"),
        ("a: 1\nfoo bar\nb: 2\n", "missing_colon", "foo bar"),
        ("a: \"x\nb: 1\n", "unclosed_quote", '"'),
        ("a: 'it's'\n", "text_after_quote", "s'"),
        ("a: [1, 2\n", "unclosed_bracket", "["),
        ("a: {b: c: d}\n", "unclosed_bracket", ":"),
        ("a: [\n", "unclosed_bracket", "["),
        ("a: x]\nb: [y]]\n", "not_yaml", "]"),
        ("a: @x y\n", "reserved_sign", "@x"),
        ("a: `x`\n", "reserved_sign", "`x`"),
        ("a: &\n", "reserved_sign", "&"),
        ('a: "\\q"\n', "bad_escape", "\\q"),
        ('a: "\\xzz"\n', "bad_escape", "\\x"),
        ('a: "\\ud83d\\ude00"\n', "bad_escape", "\\ud83d"),
        ('a: "\\0"\n', "bad_escape", "\\0"),
        ('a: "\\U00110000"\n', "bad_escape", "\\U00110000"),
        ("a: \0\n", "odd_character", "\0"),
        ("a: x\u2028y\n", "odd_character", "\u2028"),
        ("a: x\ufeffy\n", "odd_character", "\ufeff"),
        ("", "empty_file", ""),
        ("# only words\n", "empty_file", ""),
        ("---\n", "empty_file", ""),
        ("a: " + "[" * 80 + "]" * 80, "too_deep", "["),
        ("a: |3x\n  y\n", "not_yaml", "|3x"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_problem_that_points_at_it(text, code, words):
    assert [(problem.code, problem.span.text) for problem in tree(text).problems] == [(code, words)]


@pytest.mark.parametrize("text", ["a: *x\n", "a: 1\n---\nb: 1\n", "a: [\n", '{"a": "\\0"}', "[a]: b"])
def test_what_could_not_be_read_whole_is_not_read_at_all(text):
    assert tree(text).root is None


def test_three_dashes_at_the_beginning_are_fine():
    assert as_python(tree("---\na: 1\n").root) == {"a": 1}


def test_no_message_speaks_the_words_of_the_grammar():
    texts = [
        "a: [",
        "a: b: c",
        "foo\nbar: 1",
        "a: 1\n- b",
        "a: @",
        "a: }",
        "a: ? b",
        "a: !foo!bar x",
        'a: "x\n---\n"',
        "a: , b",
        "a: |0\n x",
        "a: &",
    ]
    told = [problem.told() for text in texts for problem in tree(text).problems]
    assert len(told) == len(texts)
    assert not re.search(r"token|scalar|mapping|block end|stream|scanning|parsing|node", " ".join(told))


@pytest.mark.parametrize("depth", [1_000, 20_000])
@pytest.mark.parametrize("piece", ["[", "{a: ", "- "])
def test_a_thousand_levels_are_a_problem_and_no_crash(piece, depth):
    assert codes(piece * depth) == ["too_deep"]


def test_a_thousand_indented_levels_are_a_problem_and_no_crash():
    # A thousand levels of indentation are 500 KB; the limit of depth is met long before that of size.
    assert codes("\n".join(" " * level + "a:" for level in range(1_000))) == ["too_deep"]


def test_a_megabyte_is_a_problem_at_once():
    _, problems = decode_file("x.yaml", b"a: b\n" * 200_000)
    assert [problem.code for problem in problems] == ["file_too_large"]
    assert codes("a" * (FILE_BYTES_MAX + 1)) == ["file_too_large"]


def test_another_encoding_is_told_with_its_place():
    _, (problem,) = decode_file("x.yaml", "name: é\nb: Müller\n".encode("cp1252"))
    assert (problem.code, problem.span.line, problem.span.column) == ("not_utf8", 1, 7)


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="ab:-#[]{},&*!|>'\"%@`\\ \n\t?0~<é", max_size=40))
def test_no_text_makes_reading_crash_and_each_failure_has_a_problem(text):
    found = tree(text)
    assert found.root is not None or found.problems
    for problem in found.problems:
        assert problem.told().startswith("playbook/x.yaml:")
        assert 0 <= problem.span.start <= problem.span.end <= len(text)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=30))
def test_no_bytes_make_reading_crash(content):
    source, problems = decode_file("x.yaml", content)
    assert problems or read_yaml(source) is not None
