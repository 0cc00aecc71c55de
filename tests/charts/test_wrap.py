"""Lines are broken before they are too long."""

from __future__ import annotations

import doctest

import pytest

from tandem.charts import chart, page, palette, wrap
from tandem.charts.wrap import joined, width_of, wrapped


@pytest.mark.parametrize("room", [chart, page, palette, wrap])
def test_examples_of_docstrings_hold(room: object):
    assert doctest.testmod(room).failed == 0  # type: ignore[arg-type]


def test_no_line_is_longer_than_asked_and_nothing_is_lost():
    text = "who is still open is in no rate, but in each median, whatever_a_very_long_word_does_there to it"
    for width in (40, 90, 200, 1000):
        lines = wrapped(text, width, 12)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(width_of(line, 12) <= width for line in lines)
    assert wrapped(text, 1000, 12) == [text]


def test_letters_as_wide_as_high_have_their_room():
    assert width_of("漢字", 10) == 20
    assert wrapped("漢字漢字", 25, 10) == ["漢字", "漢字"]


def test_thoughts_stay_together_where_they_have_room():
    assert joined(["10 persons", "convention on", "as of then"], " · ", 150, 12) == ["10 persons · convention on", "as of then"]


def test_widths_are_those_of_the_letters_that_are_drawn():
    """By the advances in Liberation Sans, in thousandths of its size: A 667, c 500, t 278, i 222, v 500, e 556, space 278, and so on."""
    assert 828 <= width_of("Active workspaces", 100) <= 828 * 1.1
