"""What is shown is read back; whatever is read, nothing is raised, and what is wrong is told inside the text."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.language.expression import nodes as n
from tandem.language.expression.check import check, read
from tandem.language.expression.parse import parse
from tandem.language.expression.show import show
from tandem.language.expression.tokens import EVENT_MEASURES, FUNCTIONS, KEYWORDS, PROPERTY_MEASURES, RECORDS, tokenize
from tandem.language.expression.units import Names
from tandem.language.expression.used import names_used
from tandem.language.source import Source
from tandem.language.tree import read_yaml
from tandem.values.instants import DAY, HOUR, MINUTE

NOWHERE = Source("rule", "").span(0, 0)
LARGEST = 2**63 - 1


@st.composite
def one(draw, make):
    """A draw from a strategy that is made when it is needed: composed ones print themselves at a length that Hypothesis warns of."""
    return draw(make())


plain_names = st.sampled_from(["plan", "stage", "seats", "x", "größe", "_id"])
odd_names = st.one_of(
    plain_names,
    st.sampled_from(["Total Price", "2fa", "and", "true", 'say "hi"', "back\\slash", "ends in \\", '\\"', "count", "unknown", "Null"]),
)
texts = st.one_of(odd_names, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=8))
lengths = st.builds(lambda number, unit: number * unit, st.integers(1, 999_999), st.sampled_from([MINUTE, HOUR, DAY, 7 * DAY]))
numbers = st.one_of(st.integers(-LARGEST, LARGEST), st.integers(-30, 30).map(lambda number: number * 500_000))

plain_literals = st.one_of(
    numbers.map(lambda value: n.Literal("number", value, NOWHERE)),
    numbers.map(lambda value: n.Literal("share", value, NOWHERE)),
    st.one_of(st.just(0), lengths, lengths.map(lambda length: -length)).map(lambda value: n.Literal("duration", value, NOWHERE)),
    st.dates(min_value=date(1000, 1, 1)).map(lambda value: n.Literal("date", value, NOWHERE)),
    st.booleans().map(lambda value: n.Literal("flag", value, NOWHERE)),
)
text_literals = texts.map(lambda value: n.Literal("text", value, NOWHERE))
literals = st.one_of(plain_literals, text_literals)
signs = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])


def joined(parts: st.SearchStrategy[n.Condition]) -> st.SearchStrategy[n.Condition]:
    """Conditions in their normal form: no Or in an Or, no And in an And, no Not in a Not."""

    def flat(kind: type, of: list[n.Condition]) -> n.Condition:
        return kind(tuple(inner for part in of for inner in (part.parts if isinstance(part, kind) else (part,))), NOWHERE)

    several = st.lists(parts, min_size=2, max_size=3)
    return st.one_of(
        several.map(lambda of: flat(n.Or, of)),
        several.map(lambda of: flat(n.And, of)),
        parts.map(lambda part: part.part if isinstance(part, n.Not) else n.Not(part, NOWHERE)),
    )


def asked(values: st.SearchStrategy[n.Value], rights: st.SearchStrategy[n.Value]) -> st.SearchStrategy[n.Condition]:
    return st.one_of(
        st.builds(n.Comparison, values, signs, rights, st.just(NOWHERE)),
        st.builds(n.Membership, values, st.booleans(), st.lists(literals, min_size=1, max_size=3).map(tuple), st.just(NOWHERE)),
        st.builds(n.IsUnknown, values, st.booleans(), st.just(NOWHERE)),
    )


properties = st.lists(odd_names, min_size=1, max_size=2).map(lambda path: n.Property(tuple(path), NOWHERE))
predicates = one(lambda: st.recursive(asked(properties, literals), joined, max_leaves=4))
wheres = st.one_of(st.none(), predicates)
selectors = st.one_of(
    st.builds(n.Any, wheres, st.just(NOWHERE)),
    st.builds(n.EventName, texts, wheres, st.just(NOWHERE)),
    st.builds(n.SetName, st.sampled_from(["core", "billing"]), wheres, st.just(NOWHERE)),
)
windows = st.one_of(st.none(), lengths)
measures = st.one_of(
    st.builds(n.Measure, st.sampled_from(EVENT_MEASURES), selectors, st.none(), windows, st.just(NOWHERE)),
    st.builds(n.Measure, st.sampled_from(PROPERTY_MEASURES), selectors, properties, windows, st.just(NOWHERE)),
)
records = st.sampled_from(sorted(RECORDS))
record_measures = st.one_of(
    st.builds(n.RecordMeasure, st.just("count"), records, st.none(), wheres, st.booleans(), st.just(NOWHERE)),
    st.builds(n.RecordMeasure, st.sampled_from(["sum", "distinct"]), records, properties, wheres, st.booleans(), st.just(NOWHERE)),
)
paths = st.one_of(plain_names.map(lambda name: (name,)), st.tuples(st.sampled_from(["account", "workspace", "person"]), odd_names))
fields = st.builds(n.FieldRef, paths, st.sampled_from([None, "any", "all", "highest"]), st.just(NOWHERE))
single_values_ = st.one_of(
    measures,
    record_measures,
    fields,
    literals,
    selectors.map(lambda selector: n.Since(selector, NOWHERE)),
    fields.map(lambda field: n.Until(field, NOWHERE)),
    measures.map(lambda measure: n.Previous(measure, NOWHERE)),
    plain_names.map(lambda name: n.Score(name, NOWHERE)),
)
single_values = one(lambda: single_values_)
values_ = st.recursive(
    single_values, lambda inner: st.builds(n.Arithmetic, inner, st.sampled_from("+-*/"), inner, st.just(NOWHERE)), max_leaves=4
)
values = one(lambda: values_)
conditions_ = st.recursive(
    st.one_of(
        asked(values, values),
        plain_names.map(lambda name: n.SignalRef(name, NOWHERE)),
        st.builds(n.Sequence, st.lists(selectors, min_size=2, max_size=3).map(tuple), lengths, st.just(NOWHERE)),
    ),
    lambda inner: st.one_of(joined(inner), st.builds(n.Held, inner, lengths, st.just(NOWHERE))),
    max_leaves=5,
)
conditions = one(lambda: conditions_)


@given(conditions)
@settings(max_examples=300, deadline=None)
def test_a_condition_that_is_shown_is_read_back_as_the_same(condition):
    parsed = parse(Source("rule", show(condition)))
    assert parsed.problems == ()
    assert parsed.expression == condition
    assert show(parsed.tree) == show(condition)


@given(values)
@settings(max_examples=150, deadline=None)
def test_a_value_that_is_shown_is_read_back_as_the_same(value):
    assert parse(Source("rule", show(value)), "value").expression == value


@given(selectors)
@settings(max_examples=50, deadline=None)
def test_a_selector_that_is_shown_is_read_back_as_the_same(selector):
    assert parse(Source("rule", show(selector)), "selector").expression == selector


@given(conditions, st.sampled_from(["person", "workspace", "account"]))
@settings(max_examples=150, deadline=None)
def test_any_condition_can_be_checked_and_each_of_its_values_has_a_type(condition, about):
    parsed = parse(Source("rule", show(condition)))
    names = Names(events=("Signed Up",), sets=("core",), records={"account": {"plan": "text", "seats": "whole"}}, plans=("free", "team"))
    checked = check(parsed.tree, names, about)
    assert all(problem.span.source.text == show(condition) for problem in checked.problems)
    assert all(checked.type_of(node).unit for node, _ in checked.types.values())
    names_used(parsed.tree)


# Pieces that meet each other in every order: what people type, and what no one does.
PIECES = [
    "people", "count", "any", "(", ")", ",", "7d", "7", "7 days", "1month", "20%", "3.5", ".5", "10,000", '"Signed Up"', "'Signed Up'", '"', "'",
    "Signed Up", "where", "plan", "free", "=", "==", "<", ">=", "&&", "||", "!", "<>", "and", "or", "not", "in", "is", "unknown", "null", "[",
    "]", ".", "account", "workspace.plan", "subscription", "since", "until", "previous", "held", "sequence", "within", "signal", "score",
    "highest", "family", "sum", "2026-03-01", "1.3.2026", "-", "+", "*", "/", "$", "#", "\n", "between", "AND", "True", "ü", "²", "\\", "poeple", "%",
]  # fmt: skip
messes = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=25).map("".join),
    st.text(max_size=60),
    st.text(st.sampled_from("()\"' ,=<>.7dwxm%-#!\\\n"), max_size=60),
)


@given(messes, st.sampled_from(["condition", "value", "selector"]))
@settings(max_examples=1500, deadline=None)
def test_no_text_is_too_wild_to_be_read_and_problems_point_inside_it(text, expects):
    reading = read(Source("rule", text), Names(events=("Signed Up",), records={}), "account", expects)
    for problem in reading.problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(text)
        problem.told()
    assert (reading.expression is None) == any(problem.severity == "error" for problem in reading.problems)
    parsed = parse(Source("rule", text), expects)
    if parsed.expression is not None:
        assert parse(Source("rule", show(parsed.tree)), expects).tree == parsed.tree


@given(conditions, st.data())
@settings(max_examples=300, deadline=None)
def test_a_sound_text_with_a_hole_in_it_is_told_or_read(condition, data):
    text = show(condition)
    start = data.draw(st.integers(0, len(text) - 1))
    holed = text[:start] + text[start + data.draw(st.integers(1, 6)) :]
    parsed = parse(Source("rule", holed))
    assert parsed.expression is not None or parsed.problems
    assert "?" not in show(parsed.tree).replace("?", "", text.count("?")) or parsed.expression is None


@given(messes.filter(lambda text: text.strip()), st.sampled_from([">", "|", '"', "'"]))
@settings(max_examples=200, deadline=None)
def test_in_a_scalar_of_a_playbook_problems_stand_where_the_words_stand(text, style):
    text = " ".join(text.split())
    if style in ">|":
        file = f"when: {style}\n  " + text.replace(" ", "\n  " if style == ">" else " ") + "\n"
    else:
        file = (
            "when: "
            + style
            + text.replace("\\", "\\\\" if style == '"' else "\\").replace(style, "\\" + style if style == '"' else style * 2)
            + style
        )
    tree = read_yaml(Source("playbook/x.yaml", file))
    if tree.root is None:
        return
    scalar = tree.root.find("when").value
    plain = parse(Source("rule", scalar.text)).problems
    placed = parse(scalar).problems
    assert [problem.message for problem in placed] == [problem.message for problem in plain]
    for here, there in zip(placed, plain, strict=True):
        assert here.span == scalar.span_of(there.span.start, there.span.end)


@pytest.mark.parametrize(
    "text",
    ["(" * 100_000, "not " * 100_000 + "a = 1", "1" + "+1" * 50_000, "count(" * 5_000, "foo = 1 and " * 20_000 + "foo = 1", "-" * 100_000, "a b " * 10_000, "a = 1)" * 10_000, "1 <" * 5_000, "a or " * 10_000, "x in (1, " * 5_000, "1,000" * 9_999, "9" * 100_000],
)  # fmt: skip
def test_no_text_is_too_long_or_too_deep(text):
    reading = read(Source("rule", text), Names(records={}), "account")
    assert reading.problems
    assert show(parse(Source("rule", text)).tree)


def test_words_and_functions_of_the_language_are_apart():
    assert not set(FUNCTIONS) & KEYWORDS
    assert [token.kind for token in tokenize("count(any,7d)>=10")] == [
        "word",
        "sign",
        "word",
        "sign",
        "quantity",
        "sign",
        "sign",
        "number",
        "end",
    ]
