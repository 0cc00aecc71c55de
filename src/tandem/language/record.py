"""What lists and maps may hold: items, keys, records of declared keys, and one of several shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from tandem.language.problem import Problem
from tandem.language.shape import BAD, As, Bad, Kind, Placed, Shape, kind_of, wrong_type
from tandem.language.tree import Entries, Entry, Items, Node
from tandem.values.names import nearest

T = TypeVar("T")

_LIST = frozenset[Kind](("list",))
_MAP = frozenset[Kind](("map",))


@dataclass(frozen=True)
class ListOf(Shape[tuple[T, ...]]):
    """A list, read as a tuple. least, most: how many items it must and may have. distinct: no two of them equal."""

    item: Shape[T]
    least: int = 0
    distinct: bool = False
    most: int | None = None
    takes = _LIST

    @property
    def expected(self) -> str:
        return "a list, each item " + self.item.expected

    def read(self, node: Node, problems: list[Problem]) -> tuple[T, ...] | Bad:
        if not isinstance(node, Items):
            problems.append(wrong_type(self, node))
            return BAD
        if len(node.items) < self.least:
            problems.append(Problem("empty_value", f"the list has {_items(len(node.items))}; expected {self.least} or more", node.span))
            return BAD
        if self.most is not None and len(node.items) > self.most:
            problems.append(Problem("out_of_range", f"the list has {len(node.items)} items; expected {self.most} or less", node.span))
            return BAD
        values = [self.item.read(item, problems) for item in node.items]
        if self.distinct and self._repeats(node, values, problems):
            return BAD
        kept = tuple(value for value in values if value is not BAD)
        return kept if len(kept) == len(values) else BAD

    def _repeats(self, node: Items, values: list[T | Bad], problems: list[Problem]) -> bool:
        first: dict[object, Node] = {}
        found = False
        for item, value in zip(node.items, values, strict=True):
            if value is BAD:
                continue
            if value in first:
                problems.append(
                    Problem(
                        "repeated_name",
                        f"`{item.span.text}` stands twice in this list",
                        item.span,
                        "keep one of the two",
                        first[value].span,
                    )
                )
                found = True
            first.setdefault(value, item)
        return found


@dataclass(frozen=True)
class MapOf(Shape[dict[str, T]]):
    """A map with keys of one shape and values of another; the order of the file is kept."""

    key: Shape[str]
    value: Shape[T]
    least: int = 0
    takes = _MAP

    @property
    def expected(self) -> str:
        return f"a map, each key {self.key.expected}, each value {self.value.expected}"

    def read(self, node: Node, problems: list[Problem]) -> dict[str, T] | Bad:
        if not isinstance(node, Entries):
            problems.append(wrong_type(self, node))
            return BAD
        if len(node.entries) < self.least:
            problems.append(Problem("empty_value", f"the map has {len(node.entries)} keys; expected {self.least} or more", node.span))
            return BAD
        values: dict[str, T] = {}
        for entry in node.entries:
            # A key is a name, whatever it looks like: `1: small` needs no quotes.
            key = self.key.read(_as_text(entry), problems)
            value = _read_entry(self.value, entry, problems)
            if key is not BAD and value is not BAD:
                values[key] = value
        return values if len(values) == len(node.entries) else BAD


@dataclass(frozen=True)
class Field:
    """A declared key. doc: what it means, one or two sentences. default: its value where the key is absent."""

    shape: Shape[Any]
    doc: str
    required: bool = False
    default: Any = None


@dataclass(frozen=True)
class Record(Shape[T], Generic[T]):
    """A map of declared keys, read as `into(**values)`.

    check: called with the value and its node where all keys read well; yields further problems. refused: keys that people try here, with
    what to write instead.
    """

    into: Callable[..., T]
    doc: str
    fields: Mapping[str, Field]
    check: Callable[[T, Entries], Iterable[Problem]] | None = None
    refused: Mapping[str, str] = field(default_factory=dict)
    takes = _MAP

    @property
    def expected(self) -> str:
        return self.doc

    def read(self, node: Node, problems: list[Problem]) -> T | Bad:
        if not isinstance(node, Entries):
            problems.append(wrong_type(self, node))
            return BAD
        before = len(problems)
        values: dict[str, Any] = {name: field.default for name, field in self.fields.items()}
        missing = {name for name, field in self.fields.items() if field.required}
        for entry in node.entries:
            name = entry.key.text
            if name in self.fields:
                missing.discard(name)
                values[name] = _read_entry(self.fields[name].shape, entry, problems)
            else:
                missing.discard(self._unknown(entry, node, problems))
        for name in self.fields:
            if name in missing:
                # The place of what is missing is the first key of the map that lacks it.
                place = node.entries[0].key.span if node.entries else node.span
                problems.append(
                    Problem("missing_key", f"the key `{name}` is missing", place, f"expected {self.fields[name].shape.expected}")
                )
        if len(problems) > before:
            return BAD
        made = self.into(**values)
        if self.check is not None:
            problems.extend(self.check(made, node))
        return BAD if any(problem.severity == "error" for problem in problems[before:]) else made

    def readable(self, node: Node) -> dict[str, Any]:
        """The values of the keys that read well by themselves, for checks that one mistake elsewhere in the map must not hide."""
        found = {entry.key.text: entry for entry in node.entries if entry.key.text in self.fields} if isinstance(node, Entries) else {}
        values = {name: _read_entry(self.fields[name].shape, entry, []) for name, entry in found.items()}
        return {name: value for name, value in values.items() if value is not BAD}

    def _unknown(self, entry: Entry, node: Entries, problems: list[Problem]) -> str:
        """Notes an unknown key, and gives the key that was meant: that one is misspelt, not missing."""
        absent = [name for name in self.fields if node.find(name) is None]
        near = nearest(entry.key.text, absent)
        known = ", ".join(f"`{name}`" for name in self.fields)
        help = f"did you mean `{near}`?" if near is not None else f"known keys are {known}"
        help = self.refused.get(entry.key.text, help)
        if near is None and kind_of(entry.value) == "nothing" and node.span.text.startswith("{"):
            help = "between `{` and `}`, a text that holds a comma stands in quotes"
        problems.append(Problem("unknown_key", f"unknown key `{entry.key.text}`", entry.key.span, help))
        return near or ""


@dataclass(frozen=True)
class Either(Shape[T], Generic[T]):
    """The first of several shapes that takes the node's kind; among several records, the one whose first key is there."""

    shapes: Sequence[Shape[T]]

    @property
    def expected(self) -> str:
        return " or ".join(dict.fromkeys(shape.expected for shape in self.shapes))

    @property
    def takes(self) -> frozenset[Kind]:
        return frozenset[Kind]().union(*(shape.takes for shape in self.shapes))

    def read(self, node: Node, problems: list[Problem]) -> T | Bad:
        fitting = [shape for shape in self.shapes if kind_of(node) in shape.takes]
        if not fitting:
            problems.append(wrong_type(self, node))
            return BAD
        if isinstance(node, Entries) and len(fitting) > 1:
            return self._read_by_key(node, fitting, problems)
        return fitting[0].read(node, problems)

    def _read_by_key(self, node: Entries, fitting: list[Shape[T]], problems: list[Problem]) -> T | Bad:
        by_key = {key: shape for shape in fitting if (key := _first_key(shape)) is not None}
        present = [entry.key for entry in node.entries if entry.key.text in by_key]
        if len(present) > 1:
            first, second = present[0], present[1]
            message = f"`{first.text}` and `{second.text}` cannot stand together"
            problems.append(Problem("contradiction", message, second.span, "make two of it", first.span))
            return BAD
        if present:
            return by_key[present[0].text].read(node, problems)
        others = [shape for shape in fitting if _first_key(shape) is None]
        if others:
            return others[0].read(node, problems)
        near = (nearest(entry.key.text, by_key) for entry in node.entries if not any(_declares(shape, entry.key.text) for shape in fitting))
        meant = next((name for name in near if name is not None), None)
        if meant is not None:
            return by_key[meant].read(node, problems)
        wanted = ", ".join(f"`{name}`" for name in by_key)
        place = node.entries[0].key.span if node.entries else node.span
        problems.append(Problem("missing_key", f"one of the keys {wanted} is missing", place))
        return BAD


def _items(number: int) -> str:
    return "1 item" if number == 1 else f"{number} items"


def _first_key(shape: Shape[Any]) -> str | None:
    record = _record_in(shape)
    return next(iter(record.fields)) if record is not None else None


def _declares(shape: Shape[Any], key: str) -> bool:
    record = _record_in(shape)
    return record is not None and key in record.fields


def _record_in(shape: Shape[Any]) -> Record[Any] | None:
    while isinstance(shape, Placed | As):
        shape = shape.shape
    return shape if isinstance(shape, Record) else None


def _read_entry(shape: Shape[T], entry: Entry, problems: list[Problem]) -> T | Bad:
    if kind_of(entry.value) == "nothing" and "nothing" not in shape.takes:
        message = f"nothing stands after `{entry.key.text}`; expected {shape.expected}"
        problems.append(Problem("empty_value", message, entry.key.span, "write a value, or remove the key"))
        return BAD
    return shape.read(entry.value, problems)


def _as_text(entry: Entry) -> Node:
    return entry.key if entry.key.style != "plain" else replace(entry.key, style="single")
