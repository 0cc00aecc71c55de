"""What values may be: what is accepted, and the one problem of each mistake."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tandem.language.problem import Problem
from tandem.language.record import Either, Field, ListOf, MapOf, Record
from tandem.language.shape import (
    AnyValue,
    As,
    Choice,
    DateOrInstant,
    Flag,
    Length,
    Number,
    Placed,
    Text,
    Whole,
    Zone,
    read,
)
from tandem.language.source import Source
from tandem.language.tree import read_yaml
from tandem.values.instants import DAY, find_zone, show


def reading(shape, text):
    tree = read_yaml(Source("x.yaml", text))
    assert tree.problems == ()
    return read(shape, tree.root)


def value(shape, text):
    found = reading(shape, text)
    assert found.problems == ()
    return found.value


def told(shape, text):
    """Code, underlined words, message and help of each problem."""
    found = reading(shape, text)
    assert found.value is None
    return [(problem.code, problem.span.text, problem.message, problem.help) for problem in found.problems]


@dataclass(frozen=True)
class Team:
    name: str
    size: int
    open: bool


TEAM = Record(
    Team,
    "a team",
    {
        "name": Field(Text(), "Its name.", required=True),
        "size": Field(Whole(1, 9), "How many.", required=True),
        "open": Field(Flag(), "Whether it hires.", default=False),
    },
)


@pytest.mark.parametrize(
    ("shape", "text", "expected"),
    [
        (Text(), "Acme", "Acme"),
        (Text(), "'7'", "7"),
        (Text(), "no", "no"),
        (Text(), "2026-03-01", "2026-03-01"),
        (Choice(("csv", "json")), "json", "json"),
        (Flag(), "true", True),
        (Whole(1, 12), "12", 12),
        (Whole(), "7.0", 7),
        (Number(), "7", 7.0),
        (Number(0, 1), "0.25", 0.25),
        (Length(), "4w", 28 * DAY),
        (Zone(), "Europe/Berlin", find_zone("Europe/Berlin")),
        (AnyValue(), "7", 7),
        (AnyValue(), "'7'", "7"),
        (ListOf(Text()), "[a, b]", ("a", "b")),
        (ListOf(Text()), "[]", ()),
        (MapOf(Text(), Whole()), "{b: 2, 1: 1}", {"b": 2, "1": 1}),
        (TEAM, "{size: 3, name: Red}", Team("Red", 3, False)),
        (Either((Text(), ListOf(Text()))), "a", "a"),
        (Either((Text(), ListOf(Text()))), "[a]", ("a",)),
        (As(Text(), str.upper, "a word"), "a", "A"),
    ],
)
def test_what_fits_is_read(shape, text, expected):
    assert value(shape, text) == expected


def test_a_bare_date_waits_for_the_zone_in_which_it_is_midnight():
    moment = value(DateOrInstant(), "2026-03-01")
    assert show(moment.at(find_zone("America/New_York"))) == "2026-03-01T05:00:00Z"
    assert show(value(DateOrInstant(), "2026-03-01T09:30+02:00").at(find_zone("UTC"))) == "2026-03-01T07:30:00Z"


def test_a_placed_value_keeps_its_place():
    placed = value(MapOf(Text(), Placed(Text())), "{a: xy}")["a"]
    assert (placed.value, str(placed.span), placed.node.span_of(1, 2).text) == ("xy", "x.yaml:1:5", "y")


@pytest.mark.parametrize(
    ("shape", "text", "problem"),
    [
        (Text(), "7", ("wrong_type", "7", "expected a text, found the number `7`", 'put it in quotes to make it a text: "7"')),
        (Text(), "null", ("empty_value", "null", "nothing stands here; expected a text", "write a value, or remove the place")),
        (Text(), "[a]", ("wrong_type", "[a]", "expected a text, found a list", None)),
        (Text(), "'  '", ("empty_value", "'  '", "the text is empty; expected a text", None)),
        (Text("a code of three letters", "[A-Z]{3}"), "EURO", ("bad_value", "EURO", "`EURO` is not a code of three letters", None)),
        (Choice(("csv", "json")), "jsn", ("unknown_choice", "jsn", "unknown choice `jsn`", "did you mean `json`? expected one of `csv`, `json`")),
        (Choice(("csv", "json")), "xml", ("unknown_choice", "xml", "unknown choice `xml`", "expected one of `csv`, `json`")),
        (Flag(), "yes", ("wrong_type", "yes", "expected `true` or `false`, found the text `yes`", "write `true`")),
        (Whole(), '"7"', ("wrong_type", '"7"', "expected a whole number, found the text `7`", "remove the quotes")),
        (Whole(), "7.5", ("bad_value", "7.5", "`7.5` is not a whole number", "expected a whole number")),
        (Whole(1, 12), "13", ("out_of_range", "13", "`13` is too large", "expected a whole number from 1 to 12")),
        (Number(least=0), "-1", ("out_of_range", "-1", "`-1` is too small", "expected a number, at least 0")),
        (Number(), ".nan", ("bad_value", ".nan", "`.nan` is not a finite number", "expected a number")),
        (AnyValue(), ".inf", ("bad_value", ".inf", "`.inf` is not a finite number", "put it in quotes if it is a text")),
        (Length(), "90", ("wrong_type", "90", "expected a duration such as `7d`, found the number `90`", 'put it in quotes to make it a text: "90"')),
        (Length(), "7 days", ("bad_value", "7 days", "`7 days` is not a duration", "did you mean `1w`?")),
        (Length(), "soon", ("bad_value", "soon", "`soon` is not a duration",
                            "write a whole number and one of `m` (minutes), `h` (hours), `d` (days), `w` (weeks)")),
        (Length(most=7 * DAY), "8d", ("out_of_range", "8d", "`8d` is too large", "expected a duration such as `7d`, at most 1w")),
        (Zone(), "Europe/Berln", ("bad_value", "Europe/Berln", "unknown time zone `Europe/Berln`", "did you mean `Europe/Berlin`?")),
        (DateOrInstant(), "2026-02-30", ("bad_value", "2026-02-30", "`2026-02-30` is not a date",
                                         "expected a date such as `2026-03-01`, or an instant such as `2026-03-01T09:30Z`")),
        (ListOf(Text()), "a", ("wrong_type", "a", "expected a list, each item a text, found the text `a`", "write it as a list: [a]")),
        (ListOf(Text(), least=1), "[]", ("empty_value", "[]", "the list has 0 items; expected 1 or more", None)),
        (ListOf(Text(), distinct=True), "[a, b, a]", ("repeated_name", "a", "`a` stands twice in this list", "keep one of the two")),
        (MapOf(Text(), Text()), "[a]", ("wrong_type", "[a]", "expected a map, each key a text, each value a text, found a list", None)),
        (MapOf(Choice(("x",)), Text()), "{y: a}", ("unknown_choice", "y", "unknown choice `y`", "expected one of `x`")),
        (MapOf(Text(), Text()), "a:\n", ("empty_value", "a", "nothing stands after `a`; expected a text", "write a value, or remove the key")),
        (TEAM, "{name: Red, size: 3, opn: true}", ("unknown_key", "opn", "unknown key `opn`", "did you mean `open`?")),
        (TEAM, "{name: Red, size: 3, zzz: 1}", ("unknown_key", "zzz", "unknown key `zzz`", "known keys are `name`, `size`, `open`")),
        (TEAM, "{name: Red}", ("missing_key", "name", "the key `size` is missing", "expected a whole number from 1 to 9")),
        (TEAM, "{nmae: Red, size: 3}", ("unknown_key", "nmae", "unknown key `nmae`", "did you mean `name`?")),
        (TEAM, "red", ("wrong_type", "red", "expected a team, found the text `red`", None)),
        (TEAM, "name:\nsize: 3\n", ("empty_value", "name", "nothing stands after `name`; expected a text", "write a value, or remove the key")),
        (Either((Text(), ListOf(Text()))), "7", ("wrong_type", "7", "expected a text or a list, each item a text, found the number `7`",
                                                 'put it in quotes to make it a text: "7"')),
    ],
)  # fmt: skip
def test_one_mistake_is_one_problem(shape, text, problem):
    assert told(shape, text) == [problem]


def test_all_mistakes_are_told_at_once_in_one_reading():
    found = told(ListOf(TEAM), "- {name: 1, size: 99}\n- {nam: Red, size: x}\n- {}\n")
    assert [code for code, *_ in found] == ["wrong_type", "out_of_range", "unknown_key", "wrong_type", "missing_key", "missing_key"]


def test_the_same_word_in_a_list_twice_names_both_places():
    (problem,) = reading(ListOf(Text(), distinct=True), "[a, b, a]").problems
    assert (problem.span.column, problem.other.column) == (8, 2)


RULES = ListOf(
    Either(
        [
            Record(dict, "a rule", {who: Field(Text(), "Who.", required=True), "reason": Field(Text(), "Why.", required=True)})
            for who in ("person", "email", "domain")
        ]
    )
)


def test_a_record_is_chosen_by_its_first_key():
    assert value(RULES, "- {reason: r, email: e}\n- person: p\n  reason: r\n") == (
        {"email": "e", "reason": "r"},
        {"person": "p", "reason": "r"},
    )


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("- {emial: e, reason: r}", ["unknown_key"]),
        ("- {email: e, person: p, reason: r}", ["contradiction"]),
        ("- {reason: r}", ["missing_key"]),
        ("- {}", ["missing_key"]),
        ("- {email: e}", ["missing_key"]),
        ("- email", ["wrong_type"]),
    ],
)
def test_a_record_that_cannot_be_chosen_is_one_problem(text, codes):
    assert [code for code, *_ in told(RULES, text)] == codes


def test_a_check_of_ones_own_sees_only_what_reads_well():
    def check(team, node):
        yield Problem("contradiction", f"{team.name} is too small", node.find("size").value.span)

    strict = Record(Team, "a team", TEAM.fields, check=check)
    assert [code for code, *_ in told(strict, "{name: Red, size: 1}")] == ["contradiction"]
    assert [code for code, *_ in told(strict, "{name: Red, size: 0}")] == ["out_of_range"]


def test_a_warning_does_not_take_the_value_away():
    def check(team, node):
        yield Problem("contradiction", "small", node.span, severity="warning")

    found = reading(Record(Team, "a team", TEAM.fields, check=check), "{name: Red, size: 1}")
    assert (found.value, [problem.severity for problem in found.problems]) == (Team("Red", 1, False), ["warning"])


def test_a_value_that_cannot_be_converted_says_so_in_its_own_words():
    def even(number):
        if number % 2:
            raise ValueError(f"`{number}` is odd")
        return number // 2

    assert told(As(Whole(), even, "an even number"), "7") == [("bad_value", "7", "`7` is odd", "expected an even number")]


def test_a_record_behind_another_shape_is_chosen_by_its_first_key_too():
    person = Placed(Record(dict, "a person", {"person": Field(Text(), "Who.", required=True)}))
    number = As(Record(dict, "a number", {"number": Field(Whole(), "How many.", required=True)}), lambda found: found["number"], "a number")
    shape = Either((person, number))
    assert value(shape, "number: 7") == 7
    assert value(shape, "person: ann").value == {"person": "ann"}


def test_a_map_of_free_keys_is_the_last_choice():
    shape = Either((Record(dict, "a constant", {"constant": Field(Text(), "It.", required=True)}), MapOf(Text(), Text())))
    assert value(shape, "constant: a") == {"constant": "a"}
    assert value(shape, "other: a") == {"other": "a"}
