"""Durations as people write them."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tandem.values.durations
from tandem.values.durations import UNITS, read_duration, show_duration
from tandem.values.instants import DAY, HOUR, MINUTE


@pytest.mark.parametrize(("text", "length"), [("30m", 30 * MINUTE), ("24h", DAY), ("7d", 7 * DAY), ("4w", 28 * DAY), ("0d", 0)])
def test_a_number_and_a_unit_are_a_length(text, length):
    assert read_duration(text) == length


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("7 days", "1w"),
        ("7D", "1w"),
        ("1.5h", "90m"),
        ("1,5 hours", "90m"),
        ("90 Minutes", "90m"),
        ("36 hrs.", "36h"),
        ("120s", "2m"),
        ("3 wk", "3w"),
        ("7d ", "1w"),
    ],
)
def test_other_spellings_name_the_right_one(text, meant):
    with pytest.raises(ValueError, match=rf"`{text}` is not a duration; did you mean `{meant}`\?"):
        read_duration(text)


@pytest.mark.parametrize("text", ["", "d", "7", "7x", "-7d", "1d12h", "٧d", "1e3d", "10s", "9999999d", "7\n"])
def test_what_no_one_could_mean_is_only_refused(text):
    with pytest.raises(ValueError, match=r"is not a duration$"):
        read_duration(text)


@given(st.integers(0, 999_999), st.sampled_from(sorted(UNITS)))
def test_what_is_shown_reads_back_as_the_same_length(number, unit):
    length = read_duration(f"{number}{unit}")
    assert length == number * UNITS[unit]
    if length:
        assert read_duration(show_duration(length)) == length


def test_the_shortest_exact_spelling_is_shown():
    assert [show_duration(length) for length in (14 * DAY, 10 * DAY, 36 * HOUR, 90 * MINUTE)] == ["2w", "10d", "36h", "90m"]


def test_the_examples_of_the_docstrings_are_true():
    assert doctest.testmod(tandem.values.durations) == (0, 5)
