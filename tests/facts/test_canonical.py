"""Canonical JSON: equal content is equal text, and what cannot be kept says why."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.facts.canonical import Canonical, Fault, read_json, read_object, write
from tandem.facts.reasons import DEPTH_MAX, PROPERTIES_MAX, REASONS

TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(':"\\\u0000/{}[]é😀'), max_size=5)
KEY = st.sampled_from(["a", "b", "a:b", "é", "\u007f", "\U00010000", "\uffff"]) | TEXT
LEAF = st.none() | st.booleans() | st.integers() | st.integers(-(10**40), 10**40) | st.floats(allow_nan=False, allow_infinity=False) | TEXT


class Pairs(list[tuple[str, Any]]):
    """An object as it is written, with keys that may repeat."""


VALUE = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(KEY, inner), max_size=4).map(Pairs), max_leaves=12
)


def written(value: Any, escape: bool, space: str) -> str:
    """JSON with repeated keys, escapes and white space, as a careless program would write it."""
    if isinstance(value, Pairs):
        inside = f",{space}".join(f"{_escaped(key, escape)}{space}:{written(item, escape, space)}" for key, item in value)
        return f"{{{space}{inside}}}"
    if isinstance(value, list):
        return f"[{space}{f'{space},'.join(written(item, escape, space) for item in value)}]"
    return _escaped(value, escape) if isinstance(value, str) else json.dumps(value)


def _escaped(text: str, escape: bool) -> str:
    if not escape:
        return json.dumps(text, ensure_ascii=False)
    units = text.encode("utf-16-be")
    return '"' + "".join(f"\\u{units[at] * 256 + units[at + 1]:04X}" for at in range(0, len(units), 2)) + '"'


def reference(value: Any) -> tuple[str, int]:
    """The canonical text by its definition, and how many pairs lost: slow, obvious, and written without looking at the fast way."""
    if isinstance(value, Pairs):
        last = {key: index for index, (key, _) in enumerate(value)}
        inside = [(key, *reference(value[index][1])) for key, index in sorted(last.items(), key=lambda item: item[0].encode())]
        # Pairs that lost are counted wherever they stand, even inside of one that lost itself.
        lost = sum(reference(item)[1] for _, item in value) + len(value) - len(last)
        return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{text}" for key, text, _ in inside) + "}", lost
    if isinstance(value, list):
        parts = [reference(item) for item in value]
        return "[" + ",".join(text for text, _ in parts) + "]", sum(lost for _, lost in parts)
    return json.dumps(value, ensure_ascii=False), 0


def same_value(text: str) -> Any:
    """The text with floats as floats: how their digits are written is checked apart."""
    return json.loads(text)


@settings(max_examples=600, deadline=None)
@given(value=VALUE, escape=st.booleans(), space=st.sampled_from(["", " ", "\n\t"]))
def test_the_fast_way_says_what_the_slow_and_obvious_way_says(value: Any, escape: bool, space: str) -> None:
    found = read_json(written(value, escape, space).encode())
    text, lost = reference(value)
    assert isinstance(found, Canonical)
    assert found.repeated == lost
    assert same_value(found.text) == same_value(text)
    # Of texts without floats every letter is the same; a float may be written in two ways, 1e16 and 1e+16.
    if "." not in text and "e" not in text.lower():
        assert found.text == text


@settings(max_examples=200, deadline=None)
@given(value=VALUE)
def test_canonical_text_is_its_own_canonical_text(value: Any) -> None:
    once = read_json(written(value, False, " ").encode())
    assert isinstance(once, Canonical)
    again = read_json(once.text.encode())
    assert isinstance(again, Canonical)
    assert (again.text, again.repeated, write(again.value)) == (once.text, 0, once.text)


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_keeps_its_exact_value_in_the_shortest_form(number: float) -> None:
    found = read_json(repr(number).encode())
    assert isinstance(found, Canonical)
    assert float(found.text) == number
    assert len(found.text) <= len(repr(number)) + 3  # 0.00001 for 1e-05 is the one kind of longer text.


def test_whole_numbers_of_any_size_are_kept() -> None:
    assert read_json(b"[18446744073709551616, -9223372036854775809, 1.0]") == Canonical(
        "[18446744073709551616,-9223372036854775809,1.0]", [2**64, -(2**63) - 1, 1.0], 0
    )


def test_of_equal_keys_the_last_wins_and_the_others_are_counted() -> None:
    found = read_json(b'{"plan": "free", "pl\\u0061n": "pro", "deep": {"x": 1, "x": 2}}')
    assert isinstance(found, Canonical)
    assert (found.text, found.repeated) == ('{"deep":{"x":2},"plan":"pro"}', 2)


def test_an_escaped_colon_hides_no_repeated_key() -> None:
    # One pair loses its colon and a text gains one, so that counting colons alone would see nothing.
    found = read_json(b'{"a": 1, "a": "\\u003A"}')
    assert isinstance(found, Canonical)
    assert (found.text, found.repeated) == ('{"a":":"}', 1)


@pytest.mark.parametrize(
    ("raw", "reason", "detail"),
    [
        (b'{"a": 1', "not_json", "expecting ',' delimiter at character 8"),
        (b"", "not_json", "expecting value at character 1"),
        (b'{"a": "b', "not_json", "unterminated string starting at character 7"),
        (b"{} {}", "not_json", "extra data at character 4"),
        (b'{"a": NaN}', "not_a_number", "`NaN` is no number in JSON"),
        (b'{"a": -Infinity}', "not_a_number", "`-Infinity` is no number in JSON"),
        (b'{"a": 1e999}', "not_a_number", "a number is too large"),
        (b"1" * 5_000, "not_a_number", "a number has more digits than can be read"),
        (b'{"a": "\\ud800"}', "lone_surrogate", "a text holds `\\ud800`, half of a character"),
        (b'{"\\udc00x": 1}', "lone_surrogate", "a text holds `\\udc00`, half of a character"),
        (b'{"a": "\xff"}', "bad_encoding", "byte 8 of the row, `0xff`, is not UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "bad_encoding", "byte 8 of the row, `0xed`, is not UTF-8"),
        (b'{"a": "\x00"}', "nul_byte", "character 8 of the row is a NUL byte"),
        (b"[" * 1_000 + b"]" * 1_000, "too_deep", "values are nested deeper than 32 levels"),
        (b"[" * 100_000, "too_deep", "values are nested deeper than 32 levels"),
    ],
)
def test_what_cannot_be_kept_says_why(raw: bytes, reason: str, detail: str) -> None:
    assert read_json(raw) == Fault(reason, detail)
    assert reason in REASONS


def test_thirty_two_levels_are_kept_and_thirty_three_are_not() -> None:
    deepest = b"[" * DEPTH_MAX + b"]" * DEPTH_MAX
    assert isinstance(read_json(deepest), Canonical)
    assert read_json(b"[" + deepest + b"]") == Fault("too_deep", "values are nested deeper than 32 levels")


def test_many_shallow_lists_are_not_deep() -> None:
    assert isinstance(read_json(json.dumps([[]] * 500).encode()), Canonical)


def test_two_thousand_properties_are_kept_and_one_more_is_not() -> None:
    def properties(count: int) -> bytes:
        return json.dumps({"nested": {str(number): number for number in range(count - 1)}}).encode()

    assert isinstance(read_json(properties(PROPERTIES_MAX)), Canonical)
    assert read_json(properties(10_000)) == Fault("too_many_properties", "there are `10000` properties; at most 2000 are kept")
    assert isinstance(read_json(properties(PROPERTIES_MAX + 1)), Fault)


def test_properties_that_are_null_or_an_empty_list_are_none_and_other_values_fail() -> None:
    assert [read_object(raw, "properties") for raw in (b"null", b"[]", b"{}")] == [Canonical("{}", {}, 0)] * 3
    assert read_object(b"[1]", "properties") == Fault("not_an_object", "`properties` is a list; expected an object")
    assert read_object(b'"x"', "traits") == Fault("not_an_object", "`traits` is a text; expected an object")
    assert read_object(b'{"a": NaN}', "context") == Fault("not_a_number", "`context`: `NaN` is no number in JSON")
