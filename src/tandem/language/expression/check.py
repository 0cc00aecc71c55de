"""Whether an expression makes sense: names that are declared, units that fit, questions that can be asked of the subject."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal as OneOf

from tandem.language.expression.cursor import short
from tandem.language.expression.fitting import fitting
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
from tandem.language.expression.show import show
from tandem.language.expression.tokens import EVENT_MEASURES, is_simple, quoted
from tandem.language.expression.units import ADDED, ANYTHING, FIELD_UNITS, NOUNS, ORDERED, Names, Type, combine, compares
from tandem.language.problem import Problem, sort_problems
from tandem.language.source import Source, Span
from tandem.language.tree import Scalar
from tandem.values.names import nearest


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
    checking = _Checking(names, about)
    checking.node(expression)
    return Checked(sort_problems(checking.problems), checking.types)


def record_of(field: FieldRef, names: Names, about: About) -> tuple[str, str] | None:
    """The kind of record and the field that a field means, asked about that subject; None where the playbook knows neither.

    A field without its record is the subject's own, else the account's; `plan` is each subject's, a person's being the account's.
    """
    if len(field.path) == 2:
        return field.path[0], field.path[1]
    name = field.path[0]
    if field.roll_up is not None:
        return "workspace", name
    if names.records is None or names.has_field(about, name):
        return about, name
    return ("account", name) if name == "plan" or names.has_field("account", name) else None


class _Checking:
    def __init__(self, names: Names, about: About) -> None:
        self.names = names
        self.about = about
        self.problems: list[Problem] = []
        self.types: dict[int, tuple[Value, Type]] = {}

    def problem(self, code: str, message: str, span: Span, help: str | None = None, severity: OneOf["error", "warning"] = "error") -> None:
        self.problems.append(Problem(code, message, span, help, severity=severity))

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
                self.declared("signal", node.name, self.names.signals, node.span)
            case Broken():
                self.broken(node)

    def broken(self, node: Broken) -> None:
        for part in node.parts:
            self.node(part)

    def comparison(self, node: Comparison, where: str | None) -> None:
        left = self.value(node.left, where)
        if node.sign not in ("=", "!=") and self.is_word(node.right, left):
            self.no_order(node, left, left)
            return
        right = self.value(node.right, where)
        self.rolled_up(node.left, node.right)
        if not compares(left, right):
            self.mixed(node, left, right)
            return
        if node.sign not in ("=", "!=") and (left.unit not in ORDERED or right.unit not in ORDERED):
            self.no_order(node, left, right)
            return
        for value, other, side in ((node.left, left, right), (node.right, right, left)):
            self.chosen(value, other, side)
        self.decides(node, left, right)

    def is_word(self, node: Value, beside: Type) -> bool:
        """Whether a word behind `<` or `>`, read as a field, is none, and stands beside a text: then it was meant as one."""
        return isinstance(node, FieldRef) and beside.unit == "text" and record_of(node, self.names, self.about) is None

    def membership(self, node: Membership, where: str | None) -> None:
        value = self.value(node.value, where)
        self.rolled_up(node.value)
        for choice in node.choices:
            kind = self.value(choice, where)
            if compares(value, kind):
                self.chosen(choice, kind, value)
            else:
                self.differs(choice, kind, node.value, value)

    def chosen(self, literal: Value, kind: Type, other: Type) -> None:
        """A text beside a field that takes only certain ones, for instance a plan."""
        if isinstance(literal, Literal) and literal.kind == "text" and other.choices and literal.value not in other.choices:
            known = ", ".join(f"`{each}`" for each in other.choices)
            meant = nearest(str(literal.value), other.choices)
            noun = "plan" if other.choices == self.names.plans else "choice"
            self.problem("unknown_choice", f"unknown {noun} `{short(str(literal.value))}`", literal.span,
                         f"did you mean `{meant}`?" if meant else f"expected one of {known}")  # fmt: skip

    def mixed(self, node: Comparison, left: Type, right: Type) -> None:
        if isinstance(node.right, Literal):
            self.differs(node.right, right, node.left, left)
        elif isinstance(node.left, Literal):
            self.differs(node.left, left, node.right, right)
        else:
            self.problem("mixed_units", f"`{_said(node.left)}` is {NOUNS[left.unit]}, `{_said(node.right)}` {NOUNS[right.unit]}", node.span,
                         "only values of one unit are compared")  # fmt: skip

    def differs(self, literal: Literal, kind: Type, other: Value, wanted: Type) -> None:
        message = f"`{_said(literal)}` is {NOUNS[kind.unit]}, but `{_said(other)}` is {NOUNS[wanted.unit]}"
        self.problem("mixed_units", message, literal.span, fitting(literal, wanted.unit, self.field_named(literal)))

    def field_named(self, literal: Literal) -> str | None:
        """The field that a word behind `=` might have meant."""
        records = self.names.records or {}
        kind = next((kind for kind in (self.about, "account") if literal.kind == "text" and literal.value in records.get(kind, {})), None)
        return None if kind is None else f"{kind}.{literal.value}"

    def no_order(self, node: Comparison, left: Type, right: Type) -> None:
        loose = left if left.unit not in ORDERED else right
        help = f"{'texts' if loose.unit == 'text' else 'flags'} are equal or different: `=`, `!=`" + (
            ", `in (...)`" if loose.unit == "text" else ""
        )
        word = _word(node.right)
        if word in left.choices:
            at = left.choices.index(word)
            above, below = left.choices[at + (node.sign == ">") :], left.choices[: at + (node.sign == "<=")]
            meant = above if node.sign in (">", ">=") else below
            help = (
                f"did you mean `{_said(node.left)} in ({', '.join(meant)})`?"
                if meant
                else f"none is {'above' if '>' in node.sign else 'below'} `{word}`"
            )
        self.problem("no_order", f"{NOUNS[loose.unit]} is neither more nor less than another", node.span, help)

    def decides(self, node: Comparison, left: Type, right: Type) -> None:
        """Warns of a comparison that comes out alike for ever."""
        if left.constant and right.constant:
            self.problem("always_the_same", "two fixed values are compared", node.span, "compare a measure or a field", "warning")
        elif isinstance(node.left, Measure) and node.left.function in (*EVENT_MEASURES, "distinct") and isinstance(node.right, Literal):
            low = node.right.value
            never = isinstance(low, int) and ((node.sign == "<" and low <= 0) or (node.sign in ("<=", "=") and low < 0))
            always = isinstance(low, int) and ((node.sign == ">=" and low <= 0) or (node.sign in (">", "!=") and low < 0))
            if never or always:
                message = f"`{_said(node.left)}` is {'never' if never else 'always'} {node.sign} {_said(node.right)}"
                self.problem("always_the_same", message, node.span, "a measure of nothing is 0", "warning")

    def rolled_up(self, *sides: Value) -> None:
        """`any` and `all` ask the workspaces one after the other, so one of them stands alone on one side."""
        several = [side for side in map(_rolled, sides) if side is not None]
        if len(several) > 1:
            self.problem("missing_roll_up", f"`{_said(several[0])}` and `{_said(several[1])}` do not say which workspaces are compared",
                         several[1].span, "compare it with a value, or take `highest(...)`")  # fmt: skip

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
                return self.record_field(where, node.path, node.span) if where else ANYTHING
            case FieldRef():
                return self.field(node)
            case Score():
                self.declared("score", node.name, self.names.scores, node.span)
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
                    said = _said(node.measure)
                    self.problem("no_window", f"`{said}` has no window, so it has no value one window earlier", node.measure.span,
                                 f"give it one: `{said.removesuffix(')')}, 7d)`")  # fmt: skip
                return self.value(node.measure, None)
            case Arithmetic():
                return self.arithmetic(node, where)
            case Broken():
                self.broken(node)
                return ANYTHING

    def arithmetic(self, node: Arithmetic, where: str | None) -> Type:
        left, right = self.value(node.left, where), self.value(node.right, where)
        for side in (node.left, node.right):
            if isinstance(side, FieldRef) and side.roll_up in ("any", "all"):
                self.problem("missing_roll_up", f"`{_said(side)}` asks several workspaces one by one, and has no one value to count with",
                             side.span, f"did you mean `highest({'.'.join(side.path)})`?")  # fmt: skip
        kind = combine(left, node.sign, right)
        if kind is not None:
            return kind
        verb = {"+": "added to", "-": "subtracted from", "*": "multiplied by", "/": "divided by"}[node.sign]
        first, second = ((node.right, right), (node.left, left)) if node.sign in "+-" else ((node.left, left), (node.right, right))
        loose = next((each for each in (left, right) if each.unit not in ADDED), None)
        help = (
            f"one cannot count with {NOUNS[loose.unit]}"
            if loose is not None and loose.unit != "date"
            else "only values that fit are counted together"
        )
        if node.sign in "+-" and isinstance(node.right, Literal):
            help = fitting(node.right, "duration" if left.unit == "date" else left.unit, None) or help
        said = f"{NOUNS[first[1].unit]}, `{_said(first[0])}`, is {verb} {NOUNS[second[1].unit]}, `{_said(second[0])}`"
        self.problem("mixed_units", said, node.span, help)
        return ANYTHING

    def measure(self, node: Measure) -> Type:
        self.selector(node.selector)
        own = {"person": "people", "workspace": "workspaces"}.get(self.about)
        if node.function == own:
            instead = "days" if self.about == "person" else "people"
            self.problem("wrong_subject", f"`{own}` about a {self.about} says nothing: it is always one {self.about}", node.span,
                         f"did you mean `about: account`, or `{instead}(...)`?")  # fmt: skip
        return ANYTHING if node.function in ("first", "last") else Type("number")

    def record_measure(self, node: RecordMeasure) -> Type:
        records = self.names.records
        if records is not None and node.record not in records:
            self.unknown("record", node.record, records, node.span)
            return Type("number")
        if node.where is not None:
            self.condition(node.where, node.record)
        if node.family and self.about != "account":
            self.problem(
                "wrong_subject",
                f"`family` is asked of an account, and this is about a {self.about}",
                node.span,
                "did you mean `about: account`?",
            )
        if node.field is None:
            return Type("number")
        kind = self.record_field(node.record, node.field.path, node.field.span)
        if node.function == "distinct" or kind.unit == "anything":
            return Type("number")
        if kind.unit not in ADDED:
            self.problem("mixed_units", f"`{'.'.join(node.field.path)}` is {NOUNS[kind.unit]}, which cannot be summed", node.field.span,
                         "did you mean `distinct`?")  # fmt: skip
            return ANYTHING
        return Type(kind.unit)

    def until(self, node: Until) -> Type:
        kind = self.value(node.field, None)
        if kind.unit not in ("date", "anything"):
            dates = self.dates()
            self.problem("mixed_units", f"`{_said(node.field)}` is {NOUNS[kind.unit]}, and `until` asks for a date", node.field.span,
                         f"dates are {dates}" if dates else None)  # fmt: skip
        return Type("duration")

    def dates(self) -> str:
        fields = (self.names.records or {}).items()
        reached = [
            f"`{kind}.{name}`"
            for kind, known in fields
            if kind in (self.about, "account")
            for name in known
            if FIELD_UNITS.get(known[name]) == "date"
        ]
        return ", ".join(reached)

    # Fields.

    def field(self, node: FieldRef) -> Type:
        kind = node.path[0] if len(node.path) == 2 else None
        name = ".".join(node.path)
        if node.roll_up is not None:
            if self.about != "account" or kind not in (None, "workspace"):
                self.problem("missing_roll_up", f"`{node.roll_up}(...)` takes an account's workspaces together", node.span,
                             f"did you mean `{name}`?")  # fmt: skip
                return ANYTHING
        elif kind == "workspace" and self.about == "account":
            self.problem("missing_roll_up", f"an account has several workspaces, and `{name}` does not say which counts", node.span,
                         f"did you mean `any({name})`, `all({name})` or `highest({name})`?")  # fmt: skip
            return ANYTHING
        elif kind not in (None, "account", self.about):
            where = "may be in several workspaces" if kind == "workspace" else "has many people"
            self.problem(
                "wrong_subject", f"a {self.about} {where}, so `{name}` has no one value", node.span, f"did you mean `about: {kind}`?"
            )
            return ANYTHING
        found = record_of(node, self.names, self.about)
        if found is None:
            self.unknown_field(node)
            return ANYTHING
        record, last = found
        kind_of_field = self.record_field(record, (last,), node.span, said=name)
        ordered = kind_of_field.unit in ORDERED or kind_of_field.choices or (last == "plan" and self.names.plans is None)
        if node.roll_up == "highest" and not ordered:
            self.problem(
                "no_order", f"{NOUNS[kind_of_field.unit]} such as `{name}` has no highest", node.span, "take `any(...)` or `all(...)`"
            )
        return kind_of_field

    def unknown_field(self, node: FieldRef) -> None:
        """A field without its record, which nobody declared."""
        records = self.names.records or {}
        name = node.path[0]
        known = {**dict.fromkeys(records.get("account", {})), **dict.fromkeys(records.get(self.about, {})), "plan": None}
        meant = nearest(name, known)
        if name in (self.names.plans or ()):
            help = f"a plan stands behind the sign: `plan = {name}`"
        elif meant is not None:
            help = f"did you mean `{meant}`?"
        else:
            help = f"a field of your own is written with its record: `{self.about}.{name}`; a text stands in quotes"
        self.problem("unknown_field", f"unknown field `{short(name)}`", node.span, help)

    def record_field(self, record: str, path: tuple[str, ...], span: Span, said: str | None = None) -> Type:
        """The type of a record's field. One that is not declared may be of one's own, but is told when it looks like a slip."""
        name = path[0]
        known = (self.names.records or {}).get(record, {})
        choices = self.names.choices_of(record, name)
        if len(path) == 1 and (name == "plan" or self.names.has_field(record, name)):
            return Type(FIELD_UNITS.get(known.get(name, "text"), "text"), choices)
        meant = nearest(name, known)
        if meant is not None and len(path) == 1:
            head = (said or name).removesuffix(name)
            self.problem("unknown_field", f"`{said or name}` is declared nowhere", span, f"did you mean `{head}{meant}`?", "warning")
        return Type("anything", choices)

    # Names.

    def selector(self, node: Selector) -> None:
        match node:
            case EventName():
                if self.names.events is not None and node.name not in self.names.events:
                    self.unknown("event", node.name, self.names.events, node.span)
            case SetName():
                if self.names.sets is not None and node.name not in self.names.sets:
                    self.unknown_set(node)
            case Any():
                pass
            case Broken():
                self.broken(node)
                return
        if node.where is not None:
            self.condition(node.where, "")

    def unknown_set(self, node: SetName) -> None:
        meant = nearest(node.name, self.names.sets or ())
        event = nearest(node.name, self.names.events or ())
        if meant is None and event is not None:
            help = f"did you mean the event `{quoted(event)}`?"
        elif meant is not None:
            help = f"did you mean `{meant}`?"
        else:
            help = f"an event stands in quotes, `{quoted(node.name)}`; sets are declared in `product.yaml`"
        self.problem("unknown_name", f"unknown set `{short(node.name)}`", node.span, help)

    def unknown(self, noun: str, name: str, known: Collection[str], span: Span) -> None:
        meant = nearest(name, known)
        shown = f"`{quoted(meant)}`" if meant is not None and noun == "event" else f"`{meant}`"
        if meant is not None:
            help = f"did you mean {shown}?"
        elif noun == "event":
            help = "declare it under `events` in `product.yaml`"
        else:
            help = f"{noun}s are " + ", ".join(f"`{each}`" for each in sorted(known)) if known else f"no {noun} is declared"
        self.problem("unknown_name", f"unknown {noun} `{short(name)}`", span, help)

    def declared(self, noun: str, name: str, known: Mapping[str, About | None] | None, span: Span) -> None:
        about = None if known is None else known.get(name)
        if known is not None and name not in known:
            self.unknown(noun, name, known, span)
        elif about is not None and about != self.about:
            self.problem("wrong_subject", f"the {noun} `{name}` is about {_article(about)}, and this is about {_article(self.about)}", span,
                         f"ask a {noun} about the same subject")  # fmt: skip


def _article(about: About) -> str:
    return "an account" if about == "account" else f"a {about}"


def _said(node: Expression) -> str:
    return _word(node) if isinstance(node, Literal) and is_simple(_word(node)) else short(show(node))


def _word(node: Expression) -> str:
    """The one word that stands there; nothing of anything else."""
    if isinstance(node, FieldRef):
        return node.path[0]
    return node.value if isinstance(node, Literal) and isinstance(node.value, str) else ""


def _rolled(node: Value) -> FieldRef | None:
    field = node.field if isinstance(node, Until) else node
    return field if isinstance(field, FieldRef) and field.roll_up in ("any", "all") else None
