"""An expression as canonical text: what is equal is shown alike, and what is shown is read back as the same expression."""

from __future__ import annotations

from datetime import date

from tandem.language.expression.literals import show_length
from tandem.language.expression.nodes import (
    SCALE,
    And,
    Any,
    Arithmetic,
    Broken,
    Comparison,
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
from tandem.language.expression.tokens import is_simple, quoted

_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2}


def show(node: Expression) -> str:
    """The canonical text: one spelling for each meaning, on one line. It is what fingerprints are taken of.

    >>> from tandem.language.expression.parse import parse
    >>> from tandem.language.source import Source
    >>> show(parse(Source("rule", 'not(people( any,168h )>=10.0) or plan="free"')).tree)
    'not people(any, 7d) >= 10 or plan = free'
    """
    match node:
        case Or():
            return " or ".join(show(part) for part in node.parts)
        case And():
            return " and ".join(f"({show(part)})" if isinstance(part, Or) else show(part) for part in node.parts)
        case Not():
            return f"not ({show(node.part)})" if isinstance(node.part, Or | And) else f"not {show(node.part)}"
        case Comparison():
            return f"{show(node.left)} {node.sign} {_right(node)}"
        case Membership():
            choices = ", ".join(_word(choice) for choice in node.choices)
            return f"{show(node.value)} {'not in' if node.negated else 'in'} ({choices})"
        case IsUnknown():
            return f"{show(node.value)} is {'not ' if node.negated else ''}unknown"
        case Held():
            return f"held({show(node.condition)}, {show_length(node.length)})"
        case Sequence():
            return f"sequence({', '.join(show(selector) for selector in node.selectors)}, within {show_length(node.within)})"
        case SignalRef():
            return f"signal({_name(node.name)})"
        case Score():
            return f"score({_name(node.name)})"
        case Literal():
            return _literal(node)
        case Property():
            return _path(node.path)
        case FieldRef():
            return _path(node.path) if node.roll_up is None else f"{node.roll_up}({_path(node.path)})"
        case Measure():
            window = "" if node.window is None else f", {show_length(node.window)}"
            return f"{node.function}({_selected(node.selector, node.property)}{window})"
        case RecordMeasure():
            field = "" if node.field is None else f".{_path(node.field.path)}"
            where = "" if node.where is None else f" where {show(node.where)}"
            return f"{node.function}({node.record}{field}{where}{', family' if node.family else ''})"
        case Since():
            return f"since({show(node.selector)})"
        case Until():
            return f"until({show(node.field)})"
        case Previous():
            return f"previous({show(node.measure)})"
        case Arithmetic():
            return _arithmetic(node)
        case Any() | EventName() | SetName():
            name = quoted(node.name) if isinstance(node, EventName) else "any" if isinstance(node, Any) else node.name
            return name if node.where is None else f"{name} where {show(node.where)}"
        case Broken():
            return "?"


def _right(node: Comparison) -> str:
    """The right side: after `=`, a single word is a text, unless a literal stands before it."""
    right = node.right
    if node.sign in ("=", "!=") and not isinstance(node.left, Literal):
        if isinstance(right, Literal):
            return _word(right)
        if isinstance(right, FieldRef) and len(right.path) == 1 and right.roll_up is None:
            return f"({show(right)})"
    return show(right)


def _word(literal: Literal) -> str:
    return literal.value if isinstance(literal.value, str) and is_simple(literal.value) else _literal(literal)


def _literal(literal: Literal) -> str:
    value = literal.value
    match value:
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case str():
            return quoted(value)
    match literal.kind:
        case "duration":
            return show_length(value)
        case "share":
            return f"{_fixed(value, SCALE // 100)}%"
        case _:
            return _fixed(value, SCALE)


def _fixed(value: int, scale: int) -> str:
    whole, rest = divmod(abs(value), scale)
    decimals = f"{rest:0{len(str(scale)) - 1}}".rstrip("0")
    return f"{'-' if value < 0 else ''}{whole}{'.' if decimals else ''}{decimals}"


def _path(path: tuple[str, ...]) -> str:
    return ".".join(_name(name) for name in path)


def _name(name: str) -> str:
    return name if is_simple(name) else quoted(name)


def _selected(selector: Selector, property: Property | None) -> str:
    if property is None:
        return show(selector)
    bare = isinstance(selector, Broken) or selector.where is None
    return f"{show(selector) if bare else f'({show(selector)})'}.{_path(property.path)}"


def _arithmetic(node: Arithmetic) -> str:
    rank = _PRECEDENCE[node.sign]

    def side(value: Value, least: int) -> str:
        bare = not isinstance(value, Arithmetic) or _PRECEDENCE[value.sign] >= least
        return show(value) if bare else f"({show(value)})"

    return f"{side(node.left, rank)} {node.sign} {side(node.right, rank + 1)}"
