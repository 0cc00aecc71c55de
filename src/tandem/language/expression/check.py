"""Whether an expression makes sense: names that are declared, units that fit, questions that can be asked of the subject."""

from __future__ import annotations

from dataclasses import dataclass

from tandem.language.expression.nodes import (
    About,
    And,
    Any,
    Arithmetic,
    Broken,
    Comparison,
    Condition,
    EventName,
    Expression,
    FieldRef,
    Held,
    IsUnknown,
    Literal,
    Measure,
    Membership,
    Not,
    Or,
    Previous,
    Property,
    RecordMeasure,
    Score,
    Selector,
    Sequence,
    SetName,
    SignalRef,
    Since,
    Until,
    Value,
)
from tandem.language.expression.parse import Expects, parse
from tandem.language.expression.sense.fields import dates_of, field_type, type_in_record
from tandem.language.expression.sense.named import check_declared, check_event, check_set, tell_unknown
from tandem.language.expression.sense.scope import Scope, said
from tandem.language.expression.sense.sides import check_choice_of, check_sides, is_word, tell_no_order, type_counted
from tandem.language.expression.units import ADDED, ANYTHING, NOUNS, Names, Type
from tandem.language.problem import Problem, sort_problems
from tandem.language.source import Source
from tandem.language.tree import Scalar


@dataclass(frozen=True)
class Checked:
    """problems: errors and warnings, in the order of the text. types: of each value in the expression, by its node."""

    problems: tuple[Problem, ...]
    types: dict[int, tuple[Value, Type]]

    def type_of(self, node: Value) -> Type:
        """The type of a value that stands in the expression that was checked; raises KeyError for any other."""
        return self.types[id(node)][1]


@dataclass(frozen=True)
class Reading:
    """expression: None where there is an error among the problems."""

    expression: Expression | None
    problems: tuple[Problem, ...]


def read(text: Scalar | Source, names: Names, about: About, expects: Expects = "condition") -> Reading:
    """The expression that a text holds, and all that is wrong with its form and its sense, at once."""
    parsed = parse(text, expects)
    told = {problem.span.start for problem in parsed.problems}
    # One problem for each mistake: what cannot be read is not also called senseless.
    senseless = (problem for problem in check(parsed.tree, names, about).problems if problem.span.start not in told)
    problems = sort_problems((*parsed.problems, *senseless))
    failed = any(problem.severity == "error" for problem in problems)
    return Reading(None if failed else parsed.tree, problems)


def check(expression: Expression, names: Names, about: About) -> Checked:
    """All problems of the sense of an expression about a kind of subject. What could not be read is passed over."""
    scope = Scope(names, about)
    checking = _Checking(scope)
    checking.node(expression)
    return Checked(sort_problems(scope.problems), checking.types)


class _Checking:
    """The walk over an expression: what each node says is told to the scope, and each value's type is kept."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.types: dict[int, tuple[Value, Type]] = {}

    def node(self, node: Expression) -> None:
        match node:
            case Any() | EventName() | SetName():
                self.selector(node)
            case Or() | And() | Not() | Comparison() | Membership() | IsUnknown() | Held() | Sequence() | SignalRef():
                self.condition(node, None)
            case _:
                self.value(node, None)

    # Conditions. where: the record whose fields a `where` looks at, "" for the properties of an event, None outside of any.

    def condition(self, node: Condition, where: str | None) -> None:
        match node:
            case Or() | And():
                for part in node.parts:
                    self.condition(part, where)
            case Not():
                self.condition(node.part, where)
            case Comparison():
                self.comparison(node, where)
            case Membership():
                self.membership(node, where)
            case IsUnknown():
                self.value(node.value, where)
            case Held():
                self.condition(node.condition, where)
            case Sequence():
                for selector in node.selectors:
                    self.selector(selector)
            case SignalRef():
                check_declared(self.scope, "signal", node.name, self.scope.names.signals, node.span)
            case Broken():
                self.broken(node)

    def broken(self, node: Broken) -> None:
        for part in node.parts:
            self.node(part)

    def comparison(self, node: Comparison, where: str | None) -> None:
        left = self.value(node.left, where)
        if node.sign not in ("=", "!=") and is_word(self.scope, node.right, left):
            tell_no_order(self.scope, node, left, left)
        else:
            check_sides(self.scope, node, left, self.value(node.right, where))

    def membership(self, node: Membership, where: str | None) -> None:
        wanted = self.value(node.value, where)
        for choice in node.choices:
            check_choice_of(self.scope, choice, self.value(choice, where), node.value, wanted)

    # Values.

    def value(self, node: Value, where: str | None) -> Type:
        kind = self._value(node, where)
        self.types[id(node)] = (node, kind)
        return kind

    def _value(self, node: Value, where: str | None) -> Type:
        match node:
            case Literal():
                return Type(node.kind, constant=True)
            case Property():
                return type_in_record(self.scope, where, node.path, node.span) if where else ANYTHING
            case FieldRef():
                return field_type(self.scope, node)
            case Score():
                check_declared(self.scope, "score", node.name, self.scope.names.scores, node.span)
                return Type("number")
            case Measure():
                return self.measure(node)
            case RecordMeasure():
                return self.record_measure(node)
            case Since():
                self.selector(node.selector)
                return Type("duration")
            case Until():
                return self.until(node)
            case Previous():
                if node.measure.window is None:
                    measure = said(node.measure)
                    self.scope.tell("no_window", f"`{measure}` has no window, so it has no value one window earlier", node.measure.span,
                                    f"give it one: `{measure.removesuffix(')')}, 7d)`")  # fmt: skip
                return self.value(node.measure, None)
            case Arithmetic():
                return self.arithmetic(node, where)
            case Broken():
                self.broken(node)
                return ANYTHING

    def arithmetic(self, node: Arithmetic, where: str | None) -> Type:
        return type_counted(self.scope, node, self.value(node.left, where), self.value(node.right, where))

    def measure(self, node: Measure) -> Type:
        self.selector(node.selector)
        own = {"person": "people", "workspace": "workspaces"}.get(self.scope.about)
        if node.function == own:
            instead = "days" if self.scope.about == "person" else "people"
            self.scope.tell("wrong_subject", f"`{own}` about a {self.scope.about} says nothing: it is always one {self.scope.about}", node.span,
                            f"did you mean `about: account`, or `{instead}(...)`?")  # fmt: skip
        return ANYTHING if node.function in ("first", "last") else Type("number")

    def record_measure(self, node: RecordMeasure) -> Type:
        records = self.scope.names.records
        if records is not None and node.record not in records:
            tell_unknown(self.scope, "record", node.record, records, node.span)
            return Type("number")
        if node.where is not None:
            self.condition(node.where, node.record)
        if node.family and self.scope.about != "account":
            self.scope.tell("wrong_subject", f"`family` is asked of an account, and this is about a {self.scope.about}", node.span,
                            "did you mean `about: account`?")  # fmt: skip
        if node.field is None:
            return Type("number")
        kind = type_in_record(self.scope, node.record, node.field.path, node.field.span)
        if node.function == "distinct" or kind.unit == "anything":
            return Type("number")
        if kind.unit not in ADDED:
            self.scope.tell("mixed_units", f"`{'.'.join(node.field.path)}` is {NOUNS[kind.unit]}, which cannot be summed", node.field.span,
                            "did you mean `distinct`?")  # fmt: skip
            return ANYTHING
        return Type(kind.unit)

    def until(self, node: Until) -> Type:
        kind = self.value(node.field, None)
        if kind.unit not in ("date", "anything"):
            dates = dates_of(self.scope)
            self.scope.tell("mixed_units", f"`{said(node.field)}` is {NOUNS[kind.unit]}, and `until` asks for a date", node.field.span,
                            f"dates are {dates}" if dates else None)  # fmt: skip
        return Type("duration")

    def selector(self, node: Selector) -> None:
        match node:
            case EventName():
                check_event(self.scope, node)
            case SetName():
                check_set(self.scope, node)
            case Any():
                pass
            case Broken():
                self.broken(node)
                return
        if node.where is not None:
            self.condition(node.where, "")
