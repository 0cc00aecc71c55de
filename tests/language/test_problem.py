"""How a problem is told."""

from __future__ import annotations

import doctest
import json

import pytest

import tandem.language
from tandem.language.problem import Problem, sort_problems
from tandem.language.source import Source


def test_the_room_note_shows_code_that_runs():
    assert doctest.testmod(tandem.language).failed == 0
    assert doctest.testmod(tandem.language).attempted > 5


def test_a_problem_names_its_place_and_underlines_the_words():
    source = Source("playbook/product.yaml", "name: App\nplans: [fre, pro]\n")
    problem = Problem("unknown_name", "unknown plan `fre`", source.span(18, 21), "did you mean `free`?")
    assert problem.told() == (
        "playbook/product.yaml:2:9: unknown plan `fre` [unknown_name]\n"
        "  2 | plans: [fre, pro]\n"
        "    |         ^^^\n"
        "help: did you mean `free`?"
    )


def test_two_places_that_disagree_are_both_shown():
    source = Source("x.yaml", "name: A\nname: B\n")
    told = Problem("repeated_key", "the key `name` stands twice", source.span(8, 12), None, source.span(0, 4)).told()
    assert told == (
        "x.yaml:2:1: the key `name` stands twice [repeated_key]\n"
        "  2 | name: B\n"
        "    | ^^^^\n"
        "the other place: x.yaml:1:1\n"
        "  1 | name: A\n"
        "    | ----"
    )


def test_of_several_lines_the_first_is_underlined_to_its_end():
    source = Source("x.yaml", "a:\n  - b  \n  - c\n")
    assert Problem("wrong_type", "w", source.span(5, 15)).told().splitlines()[1:] == ["  2 |   - b", "    |   ^^^"]


def test_wide_letters_and_tabs_keep_the_underline_in_place():
    source = Source("x.yaml", "漢字:\tbad\n")
    assert Problem("wrong_type", "w", source.span(4, 7)).told().splitlines()[1:] == ["  1 | 漢字:\tbad", "    |      \t^^^"]


def test_a_long_line_is_shown_around_the_words():
    source = Source("x.yaml", "a" * 5_000 + " bad " + "b" * 5_000)
    line, marks = Problem("wrong_type", "w", source.span(5_001, 5_004)).told().splitlines()[1:]
    assert len(line) < 200
    assert line[marks.index("^") : marks.rindex("^") + 1] == "bad"


def test_control_signs_of_a_file_never_reach_the_terminal():
    source = Source("x.yaml", "a: \x1b[31m\0\n")
    assert "\x1b" not in Problem("odd_character", "w", source.span(3, 4)).told()


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_lines_and_columns_are_counted_from_one_whatever_ends_a_line(line_break):
    source = Source("x.yaml", line_break.join(["ab", "", "cde"]))
    span = source.span(source.text.index("d"), source.text.index("d") + 1)
    assert (span.line, span.column, span.end_line, span.end_column, source.line(3), source.line(1)) == (3, 2, 3, 3, "cde", "ab")


def test_a_problem_is_plain_values_for_scripts():
    source = Source("x.yaml", "a: b\n")
    problem = Problem("wrong_type", "expected a list", source.span(3, 4), None, source.span(0, 1), "warning")
    assert json.loads(json.dumps(problem.as_json())) == {
        "file": "x.yaml", "line": 1, "column": 4, "end_line": 1, "end_column": 5, "code": "wrong_type", "message": "expected a list",
        "help": None, "severity": "warning",
        "other": {"file": "x.yaml", "line": 1, "column": 1, "end_line": 1, "end_column": 2}, "lines": [],
    }  # fmt: skip
    assert "warning: expected a list" in problem.told()


def test_problems_are_sorted_by_file_and_place():
    a, b = Source("a.yaml", "xxxxxxxxxxxx"), Source("b.yaml", "xxxxxxxxxxxx")
    problems = [Problem("not_yaml", "m", span) for span in (b.span(0, 1), a.span(10, 11), a.span(2, 3))]
    assert [(p.span.source.path, p.span.start) for p in sort_problems(problems)] == [("a.yaml", 2), ("a.yaml", 10), ("b.yaml", 0)]


def test_a_code_outside_the_table_is_our_fault():
    with pytest.raises(AssertionError, match="not in the table"):
        Problem("made_up", "m", Source("x", "").span(0, 0))
