"""Fields of records: which one a reference means when it is asked about a kind of subject, and what type its values have."""

from __future__ import annotations

from tandem.language.expression.cursor import short
from tandem.language.expression.nodes import About, FieldRef, Literal
from tandem.language.expression.sense.scope import Scope
from tandem.language.expression.units import ANYTHING, FIELD_UNITS, NOUNS, ORDERED, Names, Type
from tandem.language.source import Span
from tandem.values.names import nearest


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


def field_type(scope: Scope, node: FieldRef) -> Type:
    """The type of a field, where the subject has one value of it; else anything, and that is told."""
    if not _has_one_value(scope, node):
        return ANYTHING
    found = record_of(node, scope.names, scope.about)
    if found is None:
        _tell_unknown_field(scope, node)
        return ANYTHING
    record, last = found
    name = ".".join(node.path)
    kind = type_in_record(scope, record, (last,), node.span, said=name)
    ordered = kind.unit in ORDERED or kind.choices or (last == "plan" and scope.names.plans is None)
    if node.roll_up == "highest" and not ordered:
        scope.tell("no_order", f"{NOUNS[kind.unit]} such as `{name}` has no highest", node.span, "take `any(...)` or `all(...)`")
    return kind


def _has_one_value(scope: Scope, node: FieldRef) -> bool:
    """Whether one may ask the subject for the field: its own or its account's, and its workspaces' only rolled up."""
    kind = node.path[0] if len(node.path) == 2 else None
    name = ".".join(node.path)
    if node.roll_up is not None:
        if scope.about == "account" and kind in (None, "workspace"):
            return True
        scope.tell("missing_roll_up", f"`{node.roll_up}(...)` takes an account's workspaces together", node.span, f"did you mean `{name}`?")
        return False
    if kind == "workspace" and scope.about == "account":
        scope.tell("missing_roll_up", f"an account has several workspaces, and `{name}` does not say which counts", node.span,
                   f"did you mean `any({name})`, `all({name})` or `highest({name})`?")  # fmt: skip
        return False
    if kind not in (None, "account", scope.about):
        where = "may be in several workspaces" if kind == "workspace" else "has many people"
        scope.tell("wrong_subject", f"a {scope.about} {where}, so `{name}` has no one value", node.span, f"did you mean `about: {kind}`?")
        return False
    return True


def _tell_unknown_field(scope: Scope, node: FieldRef) -> None:
    """A field without its record, which nobody declared."""
    records = scope.names.records or {}
    name = node.path[0]
    known = {**dict.fromkeys(records.get("account", {})), **dict.fromkeys(records.get(scope.about, {})), "plan": None}
    meant = nearest(name, known)
    if name in (scope.names.plans or ()):
        help = f"a plan stands behind the sign: `plan = {name}`"
    elif meant is not None:
        help = f"did you mean `{meant}`?"
    else:
        help = f"a field of your own is written with its record: `{scope.about}.{name}`; a text stands in quotes"
    scope.tell("unknown_field", f"unknown field `{short(name)}`", node.span, help)


def type_in_record(scope: Scope, record: str, path: tuple[str, ...], span: Span, said: str | None = None) -> Type:
    """The type of a record's field. One that is not declared may be of one's own, but is told when it looks like a slip."""
    name = path[0]
    known = (scope.names.records or {}).get(record, {})
    choices = scope.names.choices_of(record, name)
    if len(path) == 1 and (name == "plan" or scope.names.has_field(record, name)):
        return Type(FIELD_UNITS.get(known.get(name, "text"), "text"), choices)
    meant = nearest(name, known)
    if meant is not None and len(path) == 1:
        head = (said or name).removesuffix(name)
        scope.tell("unknown_field", f"`{said or name}` is declared nowhere", span, f"did you mean `{head}{meant}`?", "warning")
    return Type("anything", choices)


def field_named(scope: Scope, literal: Literal) -> str | None:
    """The field that a word behind `=` might have meant."""
    records = scope.names.records or {}
    kind = next((kind for kind in (scope.about, "account") if literal.kind == "text" and literal.value in records.get(kind, {})), None)
    return None if kind is None else f"{kind}.{literal.value}"


def dates_of(scope: Scope) -> str:
    """The fields that are dates, of the subject and of its account."""
    fields = (scope.names.records or {}).items()
    reached = [
        f"`{kind}.{name}`"
        for kind, known in fields
        if kind in (scope.about, "account")
        for name in known
        if FIELD_UNITS.get(known[name]) == "date"
    ]
    return ", ".join(reached)
