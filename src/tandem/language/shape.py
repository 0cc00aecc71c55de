"""What a single value may be. One declaration reads nodes, gives JSON Schema (`schema.py`) and words for docs and messages.

A shape's `read` takes a node and gives its value, or BAD after it has noted exactly one problem for each mistake.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import Enum
from math import isfinite
from typing import Final, Generic, Literal, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from tandem.language.problem import Problem
from tandem.language.source import Span
from tandem.language.tree import Entries, Items, Node, Scalar
from tandem.values.durations import Duration, read_duration, show_duration
from tandem.values.instants import Instant, find_zone, read_instant
from tandem.values.names import nearest

T = TypeVar("T")
U = TypeVar("U")

Kind = Literal["nothing", "flag", "number", "text", "list", "map"]


class Bad(Enum):
    """No value: the problem that says why is noted."""

    BAD = "bad"


BAD: Final = Bad.BAD


class Shape(ABC, Generic[T]):
    """What one node may hold, as a value of type T."""

    @property
    @abstractmethod
    def expected(self) -> str:
        """A noun with its article, ready to follow `expected `."""

    @property
    @abstractmethod
    def takes(self) -> frozenset[Kind]:
        """The kinds of node that may be read; others are of the wrong type."""

    @abstractmethod
    def read(self, node: Node, problems: list[Problem]) -> T | Bad: ...


@dataclass(frozen=True)
class Reading(Generic[T]):
    """value: None where there is an error among the problems."""

    value: T | None
    problems: tuple[Problem, ...]


def read(shape: Shape[T], root: Node | None) -> Reading[T]:
    """The value of a whole file and all its problems; None, without a problem, of a file whose tree has no root."""
    problems: list[Problem] = []
    value = BAD if root is None else shape.read(root, problems)
    return Reading(None if value is BAD else value, tuple(problems))


def kind_of(node: Node) -> Kind:
    match node:
        case Items():
            return "list"
        case Entries():
            return "map"
        case Scalar(value=None):
            return "nothing"
        case Scalar(value=bool()):
            return "flag"
        case Scalar(value=int() | float()):
            return "number"
    return "text"


def wrong_type(shape: Shape[T], node: Node) -> Problem:
    """The problem of a node whose kind the shape does not take."""
    kind = kind_of(node)
    if kind == "nothing":
        return Problem("empty_value", f"nothing stands here; expected {shape.expected}", node.span, "write a value, or remove the place")
    shown = f" `{node.text}`" if isinstance(node, Scalar) and "\n" not in node.text and len(node.text) <= 60 else ""
    found = {"flag": "the flag", "number": "the number", "text": "the text", "list": "a list", "map": "a map"}[kind]
    return Problem("wrong_type", f"expected {shape.expected}, found {found}{shown}", node.span, _mend(shape, node, kind))


def _mend(shape: Shape[T], node: Node, kind: Kind) -> str | None:
    if isinstance(node, Scalar):
        if kind in ("flag", "number") and "text" in shape.takes:
            return f'put it in quotes to make it a text: "{node.text}"'
        if kind == "text" and "flag" in shape.takes and node.text.lower() in ("yes", "on", "y", "no", "off", "n"):
            return f"write `{'true' if node.text.lower() in ('yes', 'on', 'y') else 'false'}`"
        if kind == "text" and "number" in shape.takes and node.style != "plain":
            return "remove the quotes"
        if "list" in shape.takes:
            return f"write it as a list: [{node.text}]"
    return None


class _OneScalar(Shape[T]):
    """Reads the kinds that it takes; others are of the wrong type."""

    def read(self, node: Node, problems: list[Problem]) -> T | Bad:
        if kind_of(node) not in self.takes:
            problems.append(wrong_type(self, node))
            return BAD
        assert isinstance(node, Scalar)
        return self.convert(node, problems)

    @abstractmethod
    def convert(self, node: Scalar, problems: list[Problem]) -> T | Bad: ...


@dataclass(frozen=True)
class Text(_OneScalar[str]):
    """A text that is not blank. pattern: a regular expression for the whole of it, also valid in JSON Schema; say in `expected`
    what it wants."""

    expected: str = "a text"
    pattern: str | None = None
    takes = frozenset[Kind](("text",))

    def convert(self, node: Scalar, problems: list[Problem]) -> str | Bad:
        if not node.text.strip():
            problems.append(Problem("empty_value", f"the text is empty; expected {self.expected}", node.span))
            return BAD
        if self.pattern is not None and re.fullmatch(self.pattern, node.text) is None:
            problems.append(Problem("bad_value", f"`{node.text}` is not {self.expected}", node.span))
            return BAD
        return node.text


@dataclass(frozen=True)
class Choice(_OneScalar[str]):
    """One of a few words. noun: what they are, where there are too many to list in a message."""

    names: Sequence[str]
    noun: str | None = None
    takes = frozenset[Kind](("text",))

    @property
    def expected(self) -> str:
        return self.noun or "one of " + ", ".join(f"`{name}`" for name in self.names)

    def convert(self, node: Scalar, problems: list[Problem]) -> str | Bad:
        if node.text in self.names:
            return node.text
        near = nearest(node.text, self.names)
        help = (f"did you mean `{near}`? " if near is not None else "") + f"expected {self.expected}"
        problems.append(Problem("unknown_choice", f"unknown choice `{node.text}`", node.span, help))
        return BAD


@dataclass(frozen=True)
class Flag(_OneScalar[bool]):
    """`true` or `false`."""

    expected = "`true` or `false`"
    takes = frozenset[Kind](("flag",))

    def convert(self, node: Scalar, problems: list[Problem]) -> bool | Bad:
        return node.value is True


@dataclass(frozen=True)
class Number(_OneScalar[float]):
    """A finite number. least, most: both in."""

    least: float | None = None
    most: float | None = None
    takes = frozenset[Kind](("number",))

    @property
    def expected(self) -> str:
        return "a number" + _limits(self.least, self.most)

    def convert(self, node: Scalar, problems: list[Problem]) -> float | Bad:
        value = _finite(node)
        if value is BAD:
            problems.append(Problem("bad_value", f"`{node.text}` is not a finite number", node.span, f"expected {self.expected}"))
            return BAD
        return _within(self, node, float(value), self.least, self.most, problems)


@dataclass(frozen=True)
class Whole(_OneScalar[int]):
    """A whole number. least, most: both in. `7.0` is the number 7."""

    least: int | None = None
    most: int | None = None
    takes = frozenset[Kind](("number",))

    @property
    def expected(self) -> str:
        return "a whole number" + _limits(self.least, self.most)

    def convert(self, node: Scalar, problems: list[Problem]) -> int | Bad:
        value = _finite(node)
        if value is BAD or int(value) != value:
            problems.append(Problem("bad_value", f"`{node.text}` is not a whole number", node.span, f"expected {self.expected}"))
            return BAD
        return _within(self, node, int(value), self.least, self.most, problems)


@dataclass(frozen=True)
class Length(_OneScalar[Duration]):
    """A duration such as `30m`, `24h`, `7d`, `4w`, in microseconds. least, most: both in."""

    least: Duration = 0
    most: Duration | None = None
    takes = frozenset[Kind](("text",))

    @property
    def expected(self) -> str:
        least = show_duration(self.least) if self.least else None
        return "a duration such as `7d`" + _limits(least, show_duration(self.most) if self.most is not None else None)

    def convert(self, node: Scalar, problems: list[Problem]) -> Duration | Bad:
        try:
            value = read_duration(node.text)
        except ValueError as error:
            message, _, meant = str(error).partition("; ")
            help = meant or "write a whole number and one of `m` (minutes), `h` (hours), `d` (days), `w` (weeks)"
            problems.append(Problem("bad_value", message, node.span, help))
            return BAD
        return _within(self, node, value, self.least, self.most, problems)


@dataclass(frozen=True)
class Zone(_OneScalar[ZoneInfo]):
    """A time zone by its IANA name."""

    expected = "a time zone such as `Europe/Berlin`"
    takes = frozenset[Kind](("text",))

    def convert(self, node: Scalar, problems: list[Problem]) -> ZoneInfo | Bad:
        zone = find_zone(node.text)
        if zone is not None:
            return zone
        near = nearest(node.text, available_timezones())
        help = f"did you mean `{near}`?" if near is not None else f"expected {self.expected}"
        problems.append(Problem("bad_value", f"unknown time zone `{node.text}`", node.span, help))
        return BAD


@dataclass(frozen=True)
class Moment:
    """A date or an instant as it was typed. A bare date is midnight, a text without offset is local time, both in the zone asked for."""

    text: str

    def at(self, zone: tzinfo) -> Instant:
        return read_instant(self.text, zone)


@dataclass(frozen=True)
class DateOrInstant(_OneScalar[Moment]):
    """`2026-03-01`, or `2026-03-01T09:30` with or without an offset."""

    expected = "a date such as `2026-03-01`, or an instant such as `2026-03-01T09:30Z`"
    takes = frozenset[Kind](("text",))

    def convert(self, node: Scalar, problems: list[Problem]) -> Moment | Bad:
        try:
            read_instant(node.text, UTC)
        except (ValueError, OverflowError):
            problems.append(Problem("bad_value", f"`{node.text}` is not a date", node.span, f"expected {self.expected}"))
            return BAD
        return Moment(node.text)


@dataclass(frozen=True)
class AnyValue(_OneScalar[str | int | float | bool]):
    """A text, a number or a flag, as it stands."""

    expected = "a text, a number or a flag"
    takes = frozenset[Kind](("text", "number", "flag"))

    def convert(self, node: Scalar, problems: list[Problem]) -> str | int | float | bool | Bad:
        value = node.value
        assert value is not None, "nothing is not among the kinds that are taken"
        if isinstance(value, float) and not isfinite(value):
            problems.append(Problem("bad_value", f"`{node.text}` is not a finite number", node.span, "put it in quotes if it is a text"))
            return BAD
        return value


@dataclass(frozen=True)
class Located(Generic[T]):
    """A value with the node that it was read from."""

    value: T
    node: Node

    @property
    def span(self) -> Span:
        return self.node.span


@dataclass(frozen=True)
class Placed(Shape[Located[T]]):
    """The same, but the value keeps its node, for checks that come later."""

    shape: Shape[T]

    @property
    def expected(self) -> str:
        return self.shape.expected

    @property
    def takes(self) -> frozenset[Kind]:
        return self.shape.takes

    def read(self, node: Node, problems: list[Problem]) -> Located[T] | Bad:
        value = self.shape.read(node, problems)
        return BAD if value is BAD else Located(value, node)


@dataclass(frozen=True)
class As(Shape[U], Generic[T, U]):
    """A value turned into another one. convert: raises ValueError with a message for people where it cannot be."""

    shape: Shape[T]
    convert: Callable[[T], U]
    expected: str = "a value"

    @property
    def takes(self) -> frozenset[Kind]:
        return self.shape.takes

    def read(self, node: Node, problems: list[Problem]) -> U | Bad:
        value = self.shape.read(node, problems)
        if value is BAD:
            return BAD
        try:
            return self.convert(value)
        except ValueError as error:
            problems.append(Problem("bad_value", str(error), node.span, f"expected {self.expected}"))
            return BAD


def _limits(least: object, most: object) -> str:
    if least is not None and most is not None:
        return f" from {least} to {most}"
    return f", at least {least}" if least is not None else f", at most {most}" if most is not None else ""


def _finite(node: Scalar) -> int | float | Bad:
    value = node.value
    assert isinstance(value, int | float), f"{value!r} is no number"
    return value if isfinite(value) else BAD


N = TypeVar("N", int, float)


def _within(shape: Shape[N], node: Scalar, value: N, least: N | None, most: N | None, problems: list[Problem]) -> N | Bad:
    side = "small" if least is not None and value < least else "large" if most is not None and value > most else None
    if side is None:
        return value
    problems.append(Problem("out_of_range", f"`{node.text}` is too {side}", node.span, f"expected {shape.expected}"))
    return BAD
