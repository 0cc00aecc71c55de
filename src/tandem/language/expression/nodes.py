"""What an expression says, as frozen nodes with their places. Two expressions are equal where they mean the same, wherever they stand."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import Literal as OneOf

from tandem.language.source import Span
from tandem.values.durations import Duration

About = OneOf["person", "workspace", "account"]
ComparisonSign = OneOf["=", "!=", "<", "<=", ">", ">="]
ArithmeticSign = OneOf["+", "-", "*", "/"]
MeasureName = OneOf["count", "people", "days", "workspaces", "sum", "min", "max", "first", "last", "distinct"]
RecordMeasureName = OneOf["count", "sum", "distinct"]
RollUp = OneOf["any", "all", "highest"]
LiteralKind = OneOf["number", "share", "duration", "date", "text", "flag"]

SCALE = 1_000_000  # Numbers and shares are whole millionths, so that they are exact.


# Values.


@dataclass(frozen=True)
class Literal:
    """number, share: millionths as a whole number (20% is a share of 200,000). duration: microseconds. date: a calendar day."""

    kind: LiteralKind
    value: int | str | bool | date
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class Property:
    """A property of the event, or a field of the record, that a `where` looks at. path: its names from outside in, at least one."""

    path: tuple[str, ...]
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class FieldRef:
    """A field of a subject's record. path: (`plan`,) or (`account`, `icp_tier`). roll_up: how an account sees its workspaces' field."""

    path: tuple[str, ...]
    roll_up: RollUp | None
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class Score:
    name: str
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class Measure:
    """A measure over events. property: of `sum`, `min`, `max`, `first`, `last`, `distinct`. window: None counts since ever."""

    function: MeasureName
    selector: Selector
    property: Property | None
    window: Duration | None
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class RecordMeasure:
    """A measure over the record versions in force. field: None for `count`. family: over the account's family."""

    function: RecordMeasureName
    record: str
    field: Property | None
    where: Condition | None
    family: bool
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class Since:
    """Time since the last selected event."""

    selector: Selector
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class Until:
    """Time until the date in a field; negative once it is past."""

    field: FieldRef | Broken
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class Previous:
    """The measure as it was one window earlier."""

    measure: Measure
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class Arithmetic:
    left: Value
    sign: ArithmeticSign
    right: Value
    span: Span = dataclasses.field(compare=False, repr=False)


# Selectors. Their span is that of the name; a `where` has its own.


@dataclass(frozen=True)
class Any:
    """Every `track`, `page` and `screen` that is not excluded."""

    where: Condition | None
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class EventName:
    name: str
    where: Condition | None
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class SetName:
    """A named selector of `product.yaml`."""

    name: str
    where: Condition | None
    span: Span = dataclasses.field(compare=False, repr=False)


# Conditions. Inside a `where`, their values are `Property` and `Literal` only, and none of Held, Sequence, SignalRef occurs.


@dataclass(frozen=True)
class Or:
    """At least two parts, none of which is an Or."""

    parts: tuple[Condition, ...]
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class And:
    """At least two parts, none of which is an And."""

    parts: tuple[Condition, ...]
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class Not:
    """part: no Not, for two of them cancel out, of unknowns too."""

    part: Condition
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class Comparison:
    left: Value
    sign: ComparisonSign
    right: Value
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class Membership:
    """choices: at least one."""

    value: Value
    negated: bool
    choices: tuple[Literal, ...]
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class IsUnknown:
    value: Value
    negated: bool
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class Held:
    """The condition was true throughout the last `length`."""

    condition: Condition
    length: Duration
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class Sequence:
    """Selected events one after the other, all in the last `within`. selectors: at least two."""

    selectors: tuple[Selector, ...]
    within: Duration
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class SignalRef:
    name: str
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True)
class Broken:
    """A place that could not be read; its problem is noted. Never part of an expression that is handed out as sound.

    parts: what could be read of it, so that what is wrong with that is told as well.
    """

    span: Span = dataclasses.field(compare=False, repr=False)
    parts: tuple[Expression, ...] = ()


Value = Literal | Property | FieldRef | Score | Measure | RecordMeasure | Since | Until | Previous | Arithmetic | Broken
Selector = Any | EventName | SetName | Broken
Condition = Or | And | Not | Comparison | Membership | IsUnknown | Held | Sequence | SignalRef | Broken
Expression = Condition | Value | Selector

CONDITIONS = (Or, And, Not, Comparison, Membership, IsUnknown, Held, Sequence, SignalRef)


def parts_of(node: Expression) -> tuple[Expression, ...]:
    """The nodes directly below a node, in the order of the text."""
    match node:
        case Or() | And() | Broken():
            return node.parts
        case Not():
            return (node.part,)
        case Comparison() | Arithmetic():
            return (node.left, node.right)
        case Membership():
            return (node.value, *node.choices)
        case IsUnknown():
            return (node.value,)
        case Held():
            return (node.condition,)
        case Sequence():
            return node.selectors
        case Measure():
            return (node.selector,) if node.property is None else (node.selector, node.property)
        case RecordMeasure():
            return tuple(part for part in (node.field, node.where) if part is not None)
        case Since():
            return (node.selector,)
        case Until():
            return (node.field,)
        case Previous():
            return (node.measure,)
        case Any() | EventName() | SetName():
            return () if node.where is None else (node.where,)
        case Literal() | Property() | FieldRef() | Score() | SignalRef():
            return ()
