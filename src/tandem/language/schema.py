"""JSON Schema (draft-07) and a table of keys, from the same declaration that reads a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tandem.language.record import Either, ListOf, MapOf, Record
from tandem.language.shape import AnyValue, As, Choice, DateOrInstant, Flag, Length, Number, Placed, Shape, Text, Whole, Zone
from tandem.values.durations import PATTERN

DRAFT = "http://json-schema.org/draft-07/schema#"

_DATE = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?\s?(Z|[+-]\d{2}(:?\d{2})?)?$"

Json = dict[str, Any]


def schema(shape: Shape[Any], title: str) -> Json:
    """The schema of a whole file; `title` is shown by editors. What the shape accepts is valid; the converse need not hold."""
    return {"$schema": DRAFT, "title": title, **schema_of(shape)}


def schema_of(shape: Shape[Any]) -> Json:
    """The schema of one shape, as plain values that `json` can write."""
    match shape:
        case Placed() | As():
            return schema_of(shape.shape)
        case Text():
            return {"type": "string", "pattern": r"\S" if shape.pattern is None else f"^(?:{shape.pattern})$"}
        case Choice():
            return {"type": "string", "enum": list(shape.names)}
        case Flag():
            return {"type": "boolean"}
        case Whole():
            return {"type": "integer", **_limits(shape.least, shape.most)}
        case Number():
            return {"type": "number", **_limits(shape.least, shape.most)}
        case Length():
            return {"type": "string", "pattern": f"^{PATTERN}$"}
        case DateOrInstant():
            return {"type": "string", "pattern": _DATE}
        case Zone():
            return {"type": "string", "pattern": r"^[A-Za-z0-9_+/-]+$"}
        case AnyValue():
            return {"type": ["string", "number", "boolean"]}
        case ListOf():
            return {
                "type": "array",
                "items": schema_of(shape.item),
                **_some("minItems", shape.least),
                **_some("maxItems", shape.most),
                **_some("uniqueItems", shape.distinct),
            }
        case MapOf():
            return {
                "type": "object",
                "propertyNames": schema_of(shape.key),
                "additionalProperties": schema_of(shape.value),
                **_some("minProperties", shape.least),
            }
        case Record():
            return _record(shape)
        case Either():
            return {"anyOf": [schema_of(one) for one in shape.shapes]}
    raise AssertionError(f"{type(shape).__name__} has no schema")


@dataclass(frozen=True)
class Key:
    """A row of a page of keys. path: `identity.fan_out`, `exclude[].person`. expected: a noun with its article."""

    path: str
    expected: str
    required: bool
    doc: str


def keys(shape: Shape[Any], path: str = "") -> Iterator[Key]:
    """Every declared key below a shape, in the order of the declaration, each path once."""
    seen = set()
    for key in _keys(shape, path):
        if key.path not in seen:
            seen.add(key.path)
            yield key


def _keys(shape: Shape[Any], path: str) -> Iterator[Key]:
    match shape:
        case Placed() | As():
            yield from _keys(shape.shape, path)
        case ListOf():
            yield from _keys(shape.item, f"{path}[]")
        case MapOf():
            yield from _keys(shape.value, f"{path}.*" if path else "*")
        case Either():
            for one in shape.shapes:
                yield from _keys(one, path)
        case Record():
            for name, field in shape.fields.items():
                below = f"{path}.{name}" if path else name
                yield Key(below, field.shape.expected, field.required, field.doc)
                yield from _keys(field.shape, below)


def _record(shape: Record[Any]) -> Json:
    required = [name for name, field in shape.fields.items() if field.required]
    properties = {name: {"description": field.doc, **schema_of(field.shape)} for name, field in shape.fields.items()}
    return {
        "type": "object",
        "description": shape.doc,
        "properties": properties,
        "additionalProperties": False,
        **_some("required", required),
    }


def _limits(least: float | None, most: float | None) -> Json:
    return {name: limit for name, limit in (("minimum", least), ("maximum", most)) if limit is not None}


def _some(name: str, value: object) -> Json:
    return {name: value} if value else {}
