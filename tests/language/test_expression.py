"""How conditions are read: what binds tighter, what a word means, and several mistakes told at once, each in its place."""

from __future__ import annotations

import doctest
from datetime import date

import pytest

import tandem.language.expression
from tandem.facts.kinds import RECORD_KINDS, SUBJECTS
from tandem.language.expression import literals, show, tokens, units
from tandem.language.expression import parse as parse_module
from tandem.language.expression.check import read
from tandem.language.expression.nodes import And, Broken, Comparison, FieldRef, Literal, Measure, Not, Or, Property, RecordMeasure
from tandem.language.expression.parse import parse
from tandem.language.expression.units import Names
from tandem.language.source import Source
from tandem.language.tree import read_yaml

NAMES = Names(events=("Signed Up", "Paid"), records={kind.name: kind.fields for kind in RECORD_KINDS.values()}, plans=("free", "team"))


def sound(text, expects="condition"):
    parsed = parse(Source("rule", text), expects)
    assert parsed.problems == ()
    return parsed.expression


def told(text):
    return [(problem.code, problem.span.text) for problem in parse(Source("rule", text)).problems]


def grouped(node):
    """A condition with all its parentheses."""
    match node:
        case Or():
            return "(" + " or ".join(map(grouped, node.parts)) + ")"
        case And():
            return "(" + " and ".join(map(grouped, node.parts)) + ")"
        case Not():
            return f"(not {grouped(node.part)})"
    return show.show(node.left)


@pytest.mark.parametrize("module", [tandem.language.expression, literals, show, units, parse_module], ids=lambda module: module.__name__)
def test_the_examples_of_the_docstrings_are_true(module):
    result = doctest.testmod(module)
    assert result.failed == 0
    assert result.attempted > 0


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a = 1 and b = 1 or c = 1", "((a and b) or c)"),
        ("a = 1 or b = 1 and c = 1", "(a or (b and c))"),
        ("not a = 1 and b = 1", "((not a) and b)"),
        ("not (a = 1 and b = 1)", "(not (a and b))"),
        ("not a = 1 or not b = 1 and c = 1", "((not a) or ((not b) and c))"),
        ("a = 1 and (b = 1 or c = 1)", "(a and (b or c))"),
        ("a = 1 and (b = 1 and (c = 1 and d = 1))", "(a and b and c and d)"),
        ("(a = 1 or b = 1) or c = 1", "(a or b or c)"),
        ("not not a = 1", "a"),
        ("not not not a = 1", "(not a)"),
        ("not (not a = 1)", "a"),
    ],
)
def test_not_binds_tighter_than_and_and_and_tighter_than_or(text, meant):
    assert grouped(sound(text)) == meant


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1 + 2 * 3", "1 + 2 * 3"),
        ("(1 + 2) * 3", "(1 + 2) * 3"),
        ("1 - 2 - 3", "1 - 2 - 3"),
        ("1 - (2 - 3)", "1 - (2 - 3)"),
        ("(1 - 2) - 3", "1 - 2 - 3"),
        ("8 / 4 / 2", "8 / 4 / 2"),
        ("8 / (4 / 2)", "8 / (4 / 2)"),
        ("2 * (3 / 4)", "2 * (3 / 4)"),
        ("3 - -2", "3 - -2"),
        ("3-2", "3 - 2"),
        ("(((3)))", "3"),
    ],
)
def test_products_bind_tighter_than_sums_and_both_from_the_left(text, canonical):
    assert show.show(sound(text, "value")) == canonical


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("12", "number", 12_000_000), ("3.5", "number", 3_500_000), ("0.000001", "number", 1), ("-7", "number", -7_000_000),
        ("007", "number", 7_000_000), ("20%", "share", 200_000), ("12.5%", "share", 125_000), ("0.0001%", "share", 1),
        ("-3%", "share", -30_000), ("30m", "duration", 1_800_000_000), ("24h", "duration", 86_400_000_000),
        ("7d", "duration", 604_800_000_000), ("1w", "duration", 604_800_000_000), ("-90m", "duration", -5_400_000_000),
        ("2026-03-01", "date", date(2026, 3, 1)), ('"Closed Won"', "text", "Closed Won"), (r'"say \"hi\" \\ \d"', "text", r'say "hi" \ \d'),
        ("true", "flag", True), ("false", "flag", False), ("9223372036854.775807", "number", 2**63 - 1),
    ],
)  # fmt: skip
def test_a_literal_has_its_exact_value(text, kind, value):
    literal = sound(text, "value")
    assert isinstance(literal, Literal)
    assert (literal.kind, literal.value) == (kind, value)


def test_a_week_is_seven_days_and_the_same_rule_has_one_spelling():
    assert sound("people(any, 1w) >= 10.0") == sound("people( any ,168h)>=10")
    assert show.show(sound("people(any, 2w) >= 10.50")) == "people(any, 14d) >= 10.5"


@pytest.mark.parametrize(
    ("text", "left", "right"),
    [
        ("plan = free", FieldRef, Literal),
        ("plan != free", FieldRef, Literal),
        ("plan = (free)", FieldRef, FieldRef),
        ("plan = account.plan", FieldRef, FieldRef),
        ("employees > seats", FieldRef, FieldRef),
        ("10 = employees", Literal, FieldRef),
        ("country = IN", FieldRef, Literal),
        ("plan = any", FieldRef, Literal),
    ],
)
def test_a_word_is_a_text_behind_an_equal_sign_and_a_field_elsewhere(text, left, right):
    comparison = sound(text)
    assert isinstance(comparison, Comparison)
    assert (type(comparison.left), type(comparison.right)) == (left, right)


def test_inside_where_words_are_properties():
    measure = sound('count("Paid" where seats >= limit and "Unit Price" > 3 and context.plan in (free, "all in"), 7d)', "value")
    assert isinstance(measure, Measure)
    seats, price, plan = measure.selector.where.parts
    assert (seats.left, seats.right) == (Property(("seats",), measure.span), Property(("limit",), measure.span))
    assert (price.left.path, plan.value.path) == (("Unit Price",), ("context", "plan"))
    assert [choice.value for choice in plan.choices] == ["free", "all in"]


def test_a_record_is_counted_and_an_event_of_the_same_beginning_is_an_event():
    assert isinstance(sound("count(subscription where status = active, family)", "value"), RecordMeasure)
    assert told("count(account created, 7d) > 1") == [("needs_quotes", "account created")]
    assert isinstance(sound('count("account", 7d)', "value"), Measure)


def test_the_language_counts_the_records_that_there_are():
    assert frozenset(RECORD_KINDS) == tokens.RECORDS
    assert SUBJECTS == tokens.SUBJECTS
    assert all(
        type_ in units.FIELD_UNITS or type_ in ("text", "seller", *SUBJECTS)
        for kind in RECORD_KINDS.values()
        for type_ in kind.fields.values()
    )


def test_every_node_knows_its_place():
    condition = sound('not plan in (free, team) and count("Paid" where x > 1, 7d) / 2 >= 1')
    denied, compared = condition.parts
    assert (condition.span.start, condition.span.end) == (0, 67)
    assert (denied.span.text, denied.part.value.span.text, denied.part.choices[1].span.text) == ("not plan in (free, team)", "plan", "team")
    assert compared.left.span.text == 'count("Paid" where x > 1, 7d) / 2'
    assert compared.left.left.selector.span.text == '"Paid"'
    assert compared.left.left.selector.where.span.text == "x > 1"


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("poeple(any, 7) > 1 and plan == free && count(Signed Up, 1month) > 10k",
         [("unknown_function", "poeple"), ("other_language", "=="), ("other_language", "&&"), ("needs_quotes", "Signed Up"),
          ("bad_duration", "1month"), ("bad_number", "10k")]),
        ("people(any, 7d >= 10 and held(plan == free, 3)", [("missing_parenthesis", "people("), ("other_language", "=="), ("bad_duration", "3")]),
        ("> 3 and plan == free", [("bad_expression", ">"), ("other_language", "==")]),
        ("people(any, 7d) > and plan == free", [("bad_expression", "and"), ("other_language", "==")]),
        ("?? and plan == free", [("bad_expression", "??"), ("other_language", "==")]),
        ("sequence(Signed Up, 'Paid', 7d) or since(Paid Up) > 7 days",
         [("needs_quotes", "Signed Up"), ("other_language", "'Paid'"), ("wrong_arguments", "7d"), ("needs_quotes", "Paid Up"), ("bad_duration", "7 days")]),
        ("plan in (free, self-serve, 'team',) and a in ()",
         [("needs_quotes", "self-serve"), ("other_language", "'team'"), ("bad_expression", ","), ("bad_expression", "()")]),
        ("plan == free, plan == team", [("other_language", "=="), ("bad_expression", ","), ("other_language", "==")]),
        ("(people(any, 7d) > 3 and plan == free", [("missing_parenthesis", "("), ("other_language", "==")]),
        ("1 < people(any, 7d) < 3 < 4", [("chained_comparison", "< 3 < 4")]),
        ("a > 1 between 2", [("other_language", "between")]),
        ("plan = free or team or enterprise", [("not_a_condition", "team"), ("not_a_condition", "enterprise")]),
        ("people(any, 7d) => 3 and a =< 3 and b ≥ 2", [("other_language", "=>"), ("other_language", "=<"), ("other_language", "≥")]),
    ],
)  # fmt: skip
def test_every_mistake_is_told_at_once_and_only_once(text, problems):
    assert told(text) == problems


def test_what_a_broken_term_holds_is_checked_as_well():
    text = 'count("Signd Up", 14) == 2 and held(plan = teem, 7) and plan in fre, team and employes > 3'
    reading = read(Source("rule", text), NAMES, "account")
    assert reading.expression is None
    assert [problem.span.text for problem in reading.problems] == ['"Signd Up"', "14", "==", "teem", "7", "fre, team", "employes"]


def test_what_was_read_in_spite_of_problems_is_no_expression():
    parsed = parse(Source("rule", "plan == free"))
    assert parsed.expression is None
    assert parsed.tree == sound("plan = free")
    assert isinstance(parse(Source("rule", "plan =")).tree, Comparison)
    assert isinstance(parse(Source("rule", ")")).tree, Broken)


@pytest.mark.parametrize(
    ("file", "underlined"),
    [
        ("when: >\n  people(any, 7)\n  == 10 and plan\n  = teem\n", ["2:15 7", "3:3 ==", "4:5 teem"]),
        ("when: >-\n\n    people(any,\n\n    7) > 10\n", ["5:5 7"]),
        ("when: |\n  people(any, 7) >= 10\n    and plan = teem\n", ["2:15 7", "3:16 teem"]),
        ("when: people(any, 7) >= 10\n  and plan = teem\n", ["1:19 7", "2:14 teem"]),
        ('when: "count(\\"Paid\\", 7) >= 10 and\\\n  \\x20plan = teem"\n', ["1:24 7", "2:14 teem"]),
        ("when: 'count(''Paid'', 7) > 1'\n", ["1:14 ''Paid''", "1:24 7"]),
    ],
)
def test_words_are_underlined_exactly_in_every_style_of_yaml(file, underlined):
    scalar = read_yaml(Source("playbook/signals/x.yaml", file)).root.find("when").value
    problems = read(scalar, NAMES, "account").problems
    assert [f"{problem.span.line}:{problem.span.column} {problem.span.text}" for problem in problems] == underlined


def test_a_term_that_is_broken_over_lines_is_quoted_on_one():
    scalar = read_yaml(Source("x.yaml", "when: >\n  people(any,\n  7d)\n")).root.find("when").value
    (problem,) = parse(scalar).problems
    assert problem.message == "`people(any, 7d)` is a value, and neither true nor false"
