"""The types of values: what each is by itself, and what both sides of a sum or product are taken for."""

from __future__ import annotations

from typing import cast

from tandem.language.expression.nodes import Arithmetic, Expression, FieldRef, Literal, Measure, Previous, Property
from tandem.signals.meaning.asked import Asked, kind_and_name
from tandem.signals.world import Type, World

# The types of a record's declared fields; all others are texts.
_DECLARED: dict[str, Type] = {"date": "date", "instant": "date", "flag": "flag", "number": "number", "whole": "number", "money": "number"}


def type_of(asked: Asked, node: Expression) -> Type | None:
    """The type that a value has by itself; None where it is whatever is asked for."""
    match node:
        case Literal():
            return cast(Type, node.kind) if node.kind in ("text", "flag", "date") else "number"
        case Measure(function="first" | "last"):
            return None
        case Property(path=(name,)) if asked.record:
            return _declared(asked.world, asked.record, name)
        case Property():
            return None
        case FieldRef():
            return _declared(asked.world, *kind_and_name(asked, node))
        case Previous():
            return type_of(asked, node.measure)
        case Arithmetic(sign="+" | "-"):
            left, right = type_of(asked, node.left), type_of(asked, node.right)
            # One date less another is a length; a date and a length are a date.
            return "number" if "date" not in (left, right) or (node.sign == "-" and right in ("date", None)) else "date"
    return "number"


def operand_types(asked: Asked, node: Arithmetic) -> tuple[Type, Type]:
    """What both sides of a sum or product are. Only from a date can a date be taken away."""
    types = type_of(asked, node.left), type_of(asked, node.right)
    otherwise: Type = "date" if node.sign == "-" and "date" in types else "number"
    return types[0] or otherwise, types[1] or otherwise


def _declared(world: World, record: str, name: str) -> Type | None:
    declared = world.fields.get(record, {}).get(name)
    return None if declared is None else _DECLARED.get(declared, "text")
