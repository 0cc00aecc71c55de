"""Reading values: literals, fields, measures with their selectors and windows, and arithmetic."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import cast

from tandem.language.expression.cursor import short
from tandem.language.expression.literals import show_length
from tandem.language.expression.nodes import (
    CONDITIONS,
    Arithmetic,
    ArithmeticSign,
    Broken,
    Condition,
    Expression,
    FieldRef,
    Literal,
    Measure,
    MeasureName,
    Previous,
    Property,
    RecordMeasure,
    RecordMeasureName,
    RollUp,
    Score,
    Since,
    Until,
    Value,
)
from tandem.language.expression.selecting import Selectors
from tandem.language.expression.show import show
from tandem.language.expression.tokens import (
    EVENT_MEASURES,
    EXAMPLES,
    FLAGS,
    FUNCTIONS,
    KEYWORDS,
    NOTHING,
    PROPERTY_MEASURES,
    RECORD_MEASURES,
    RECORDS,
    ROLL_UPS,
)
from tandem.language.expression.words import named
from tandem.values.names import nearest

_OTHER_NAMES = {
    "users": "people", "user": "people", "uniques": "people", "active_users": "people", "persons": "people", "unique": "distinct",
    "count_distinct": "distinct", "countdistinct": "distinct", "nunique": "distinct", "events": "count", "times": "count", "total": "sum",
    "maximum": "max", "minimum": "min", "latest": "last", "earliest": "first", "active_days": "days", "days_since": "since",
    "time_since": "since", "days_until": "until", "time_until": "until", "before": "previous", "prev": "previous", "lag": "previous",
    "steps": "sequence", "funnel": "sequence", "sustained": "held", "points": "score", "every": "all", "highest_of": "highest",
}  # fmt: skip
_NO_FUNCTION = {
    "avg": 'divide: `sum("Event".property, 7d) / count("Event", 7d)`',
    "average": 'divide: `sum("Event".property, 7d) / count("Event", 7d)`',
    "mean": 'divide: `sum("Event".property, 7d) / count("Event", 7d)`',
    "accounts": "a condition is about one account at a time; say `about: account`",
    "now": "`since(events)` and `until(field)` measure from the instant that is asked",
    "today": "`since(events)` and `until(field)` measure from the instant that is asked",
    "age": "`until(field)` is negative once a date is past: `until(account.created) <= -30d`",
    "rate": "divide one measure by another: `count(...) / count(...)`",
    "if": "a condition needs no `if`; write the condition itself",
}


class Values(Selectors, ABC):
    """The part of the reader below the comparisons."""

    @abstractmethod
    def condition_function(self, name: str, at: int) -> Condition:
        """`held`, `sequence` or `signal`, its name taken."""

    # Arithmetic.

    def sum(self) -> Expression:
        return self._chain(("+", "-"))

    def _chain(self, signs: tuple[str, str]) -> Expression:
        at = self.at
        left = self._chain(("*", "/")) if signs == ("+", "-") else self.primary()
        while self.at_arithmetic(*signs):
            self.count_arithmetic()
            sign = cast(ArithmeticSign, self.take_ours())
            right = self._chain(("*", "/")) if signs == ("+", "-") else self.primary()
            left = Arithmetic(self.as_value(left), sign, self.as_value(right), self.span_from(at))
        return left

    def as_value(self, node: Expression) -> Value:
        if isinstance(node, CONDITIONS):
            self.problem("not_a_value", f"`{self.words(node)}` is a condition, and has no value to count with", node.span,
                         "combine conditions by `and`, `or` and `not`")  # fmt: skip
            return Broken(node.span, (node,))
        return cast(Value, node)

    # Single values.

    def primary(self) -> Expression:
        at, token = self.at, self.token
        if self.at_sign("("):
            return self.group()
        if self.at_arithmetic("-") and self.ahead().kind in ("number", "percent", "quantity"):
            self.take_ours()
            return self._negative(at, self.number())
        match token.kind:
            case "number" | "percent" | "quantity" | "date":
                return self.number()
            case "text":
                text = self.quoted_text()
                return self.property(at, text) if self.inside_where and self.left else Literal("text", text, self.span_from(at))
            case "word" if token.text not in KEYWORDS:
                return self.word()
        help = None
        if self.at_arithmetic("-"):
            help = "write `0 - ...` for the negative of a measure"
        elif token.kind == "odd" and token.text[0] in "$€£¥":
            help = "an amount is written without its currency"
        self.expected("a measure, a field or a value", help)
        if token.kind in ("odd", "sign") and not self.at_sign(",", ")") and not self.at_comparison():
            self.take()
        if not self.at_connective("not"):
            self.skip_term()
        return self.broken(at)

    def group(self) -> Expression:
        opening = self.at
        self.go_deeper()
        self.take()
        if self.at_sign(")"):
            self.take()
            self.problem(
                "bad_expression",
                "nothing stands between the parentheses",
                self.span_from(opening),
                "write a condition or value, or remove them",
            )
            self.come_back()
            return self.broken(opening)
        left, self.left = self.left, True
        inner = self.condition_until(")")
        self.left = left
        self.close(opening)
        self.come_back()
        return inner

    def _negative(self, at: int, node: Value) -> Value:
        if isinstance(node, Literal) and isinstance(node.value, int):
            return Literal(node.kind, -node.value, self.span_from(at))
        return node

    # Words: functions, flags, fields and properties.

    def word(self) -> Expression:
        at, word = self.at, self.token.text
        if self.ahead().kind == "sign" and self.ahead().text == "(":
            return self.call()
        if word.casefold() in FLAGS and self.ahead().text != ".":
            return self.flag()
        if word.casefold() in NOTHING and self.ahead().text != ".":
            self.take()
            self.problem(
                "other_language", f"`{word}` is not a value", self.span_from(at), "ask for it with `is unknown` or `is not unknown`"
            )
            return self.broken(at)
        if self.inside_where:
            self.take()
            return self.property(at, word)
        if word in FUNCTIONS and self.ahead().text != ".":
            self.take()
            self.problem("wrong_arguments", f"`{word}` does not say of what", self.span_from(at), f"for instance `{EXAMPLES[word]}`")
            return self.broken(at)
        return self.field()

    # Functions.

    def call(self) -> Expression:
        at, word = self.at, self.token.text
        if self.inside_where:
            self.take()
            self.take()
            self.skip_to()
            self.close(at + 1)
            self.problem("wrong_arguments", f"`{word}(...)` has no place inside `where`, which looks at one event or record", self.span_from(at),
                         "compare a property with a value, for instance `plan = free`")  # fmt: skip
            return self.broken(at)
        name = word if word in FUNCTIONS else _meant(word)
        self.go_deeper()
        if word == name:
            self.take()
            node = self._function(name, at)
        else:
            node = self._unknown_function(word, name, at)
        self.come_back()
        return node

    def _unknown_function(self, word: str, name: str | None, at: int) -> Expression:
        help = (
            f"did you mean `{name}`?"
            if name is not None
            else _NO_FUNCTION.get(word.casefold(), "functions are " + ", ".join(f"`{each}`" for each in FUNCTIONS))
        )
        self.problem("unknown_function", f"unknown function `{short(word)}`", self.span(self.take()), help)
        noted, here, unclosed = len(self.problems), self.at, self.unclosed
        node: Expression = self.broken(at)
        if name is not None:
            # What it is given is read as that of the function which was meant; if it does not fit, one problem is enough.
            node = self._function(name, at)
            if len(self.problems) == noted:
                return node
            del self.problems[noted:]
            self.at, self.unclosed = here, unclosed
        self.take()
        self.skip_to()
        self.close(here)
        return self.broken(at)

    def _function(self, name: str, at: int) -> Expression:
        """The call of a function whose name is taken; `(` stands here."""
        if name in EVENT_MEASURES or name in PROPERTY_MEASURES:
            return self._measure(name, at)
        if name in ROLL_UPS:
            return self._roll_up(cast(RollUp, name), at)
        match name:
            case "since":
                return self._since(at)
            case "until":
                return self._until(at)
            case "previous":
                return self._previous(at)
            case "score":
                score = self.name_argument("score")
                return self.broken(at) if score is None else Score(score, self.span_from(at))
        return self.condition_function(name, at)

    def _empty(self, name: str, at: int) -> bool:
        """Whether nothing stands in the parentheses, which is told."""
        if self.at_sign(")"):
            self.take()
            self.problem("wrong_arguments", f"`{name}()` does not say of what", self.span_from(at), f"for instance `{EXAMPLES[name]}`")
            return True
        return False

    def name_argument(self, name: str) -> str | None:
        opening = self.at
        self.take()
        if self._empty(name, opening - 1):
            return None
        named: str | None = None
        if self.token.kind == "text":
            named = self.quoted_text()
        elif self.token.kind == "word":
            named = self.take().text
        else:
            self.expected(f"the name of a {name}", f"for instance `{EXAMPLES[name]}`")
            self.skip_to()
        self.close(opening, fits=f"in `{name}(...)`" if named is not None else "")
        return named

    def _measure(self, name: str, at: int) -> Value:
        opening = self.at
        self.take()
        if self._empty(name, at):
            return self.broken(at)
        if self.token.kind == "word" and self.token.text in RECORDS and not self.goes_on():
            return self._record_measure(name, at, opening)
        noted = len(self.problems)
        selector, property = self.selected(name)
        window = self.window(name)
        self.close(opening, fits=f"in `{name}(...)`")
        span = self.span_from(at)
        if len(self.problems) > noted and (isinstance(selector, Broken) or window is None):
            return Broken(span, (selector,))
        if name in PROPERTY_MEASURES and property is None:
            said, window_said = short(show(selector)), f", {show_length(window)}" if window is not None else ""
            head = f"({said})" if not isinstance(selector, Broken) and selector.where is not None else said
            self.problem(
                "wrong_arguments",
                f"`{name}` does not say of which property",
                selector.span,
                f"for instance `{name}({head}.amount{window_said})`",
            )
            return Broken(span, (selector,))
        if name in EVENT_MEASURES and property is not None:
            self.problem("wrong_arguments", f"`{name}` counts events, not a property", property.span, "did you mean `distinct` or `sum`?")
            return Broken(span, (selector,))
        return Measure(cast(MeasureName, name), selector, property, window, span)

    def _record_measure(self, name: str, at: int, opening: int) -> Value:
        record = self.take()
        field: Property | Broken | None = None
        where: Condition | None = None
        family = False
        if self.at_sign("."):
            field = self.behind_point()
        noted = len(self.problems)
        if self.at_word("where"):
            self.take_ours()
            where = self.predicate()
        if self.at_sign(","):
            comma = self.at
            self.take()
            if self.at_word("family") and self.ahead().text in (")", ""):
                self.take_ours()
                family = True
            else:
                self.skip_to()
                message = f"`{short(self.said(comma + 1, self.at))}` has no place here: versions in force now are counted"
                self.problem("misplaced_window", message, self.span_from(comma + 1), "remove it; a test on a date stands behind `where`")
        self.close(opening, fits=f"in `{name}(...)`")
        span = self.span_from(at)
        if name not in RECORD_MEASURES:
            help = "records are asked by `count`, `sum` and `distinct`; events by all measures"
            self.problem("wrong_arguments", f"`{name}` cannot be asked of `{record.text}`, which is a record", self.span(record), help)
            return Broken(span)
        if isinstance(field, Broken) or len(self.problems) > noted:
            return Broken(span)
        if (name == "count") != (field is None):
            help = (
                f"did you mean `distinct({record.text}.{named('product')})`?"
                if field is None
                else f"did you mean `distinct` or `sum`, or `count({record.text})`?"
            )
            said = f"`{name}` does not say of which field" if field is None else f"`{name}` counts versions, not a field"
            self.problem("wrong_arguments", said, field.span if field is not None else self.span(record), help)
            return Broken(span)
        return RecordMeasure(cast(RecordMeasureName, name), record.text, field, where, family, span)

    def _roll_up(self, name: RollUp, at: int) -> FieldRef | Broken:
        opening = self.at
        self.take()
        if self._empty(name, at):
            return self.broken(at)
        if self.token.kind != "word" or (self.ahead().kind == "sign" and self.ahead().text == "("):
            self.skip_to()
            self.close(opening)
            self.problem("wrong_arguments", f"`{name}(...)` rolls up a field", self.span_from(at), f"for instance `{EXAMPLES[name]}`")
            return self.broken(at)
        field = self.field()
        self.close(opening, fits=f"in `{name}(...)`")
        return self.broken(at) if isinstance(field, Broken) else FieldRef(field.path, name, self.span_from(at))

    def _since(self, at: int) -> Since | Broken:
        opening = self.at
        self.take()
        if self._empty("since", at):
            return self.broken(at)
        selector, property = self.selected("since")
        comma = self.at
        if self.at_sign(","):
            self.skip_to()
            self.problem("misplaced_window", "`since` has no window: it is the time since the last event", self.span_from(comma + (self.at > comma + 1)),
                         f"did you mean `since({self.words(selector)}) > 7d`?")  # fmt: skip
        self.close(opening, fits="in `since(...)`")
        if property is not None:
            self.problem("wrong_arguments", "`since` asks when events happened, not their property", property.span, "remove the property")
            return self.broken(at, selector)
        return self.broken(at) if isinstance(selector, Broken) else Since(selector, self.span_from(at))

    def _until(self, at: int) -> Until | Broken:
        opening = self.at
        self.take()
        if self._empty("until", at):
            return self.broken(at)
        inner, node = self.at, self.broken(self.at)
        field: FieldRef | Broken = node
        if self.token.kind == "word" and self.ahead().text != "(":
            field = self.field()
        elif self.token.kind == "word" and self.token.text in ROLL_UPS:
            field = self._roll_up(cast(RollUp, self.take().text), inner)
        else:
            self.skip_to()
            self.problem(
                "wrong_arguments",
                "`until` asks for a field that holds a date",
                self.span_from(inner),
                f"for instance `{EXAMPLES['until']}`",
            )
        self.close(opening, fits="in `until(...)`")
        return self.broken(at) if isinstance(field, Broken) else Until(field, self.span_from(at))

    def _previous(self, at: int) -> Previous | Broken:
        opening = self.at
        self.take()
        if self._empty("previous", at):
            return self.broken(at)
        inner = self.sum()
        self.close(opening, fits="in `previous(...)`")
        if isinstance(inner, Measure):
            return Previous(inner, self.span_from(at))
        if not isinstance(inner, Broken):
            if isinstance(inner, RecordMeasure | Since | Until | FieldRef):
                self.problem("no_window", f"`{self.words(inner)}` has no window, so it has no value one window earlier", inner.span,
                             f"for instance `{EXAMPLES['previous']}`")  # fmt: skip
            else:
                self.problem(
                    "wrong_arguments", "`previous` asks for one measure with a window", inner.span, f"for instance `{EXAMPLES['previous']}`"
                )
        return self.broken(at, inner)


def _meant(word: str) -> str | None:
    """The function that a word most likely means."""
    folded = word.casefold()
    if folded in FUNCTIONS:
        return folded
    if folded in _NO_FUNCTION:
        return None
    return _OTHER_NAMES.get(folded) or nearest(word, FUNCTIONS)
