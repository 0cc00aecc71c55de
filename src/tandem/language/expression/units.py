"""What a playbook declares, and what a value is: units that never mix, except where a quotient of them means something."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal as OneOf

from tandem.language.expression.nodes import About, ArithmeticSign

Unit = OneOf["number", "share", "ratio", "money", "duration", "date", "text", "flag", "anything"]

NOUNS: dict[Unit, str] = {
    "number": "a number", "share": "a share", "ratio": "a quotient", "money": "an amount of money", "duration": "a duration",
    "date": "a date", "text": "a text", "flag": "a flag", "anything": "anything",
}  # fmt: skip
ORDERED: frozenset[Unit] = frozenset(("number", "share", "ratio", "money", "duration", "date", "anything"))
ADDED: frozenset[Unit] = frozenset(("number", "share", "ratio", "money", "duration", "anything"))

# The types of declared fields; those not named here are ids, and so texts.
FIELD_UNITS: dict[str, Unit] = {
    "number": "number", "whole": "number", "money": "money", "flag": "flag", "date": "date", "instant": "date", "anything": "anything",
}  # fmt: skip


@dataclass(frozen=True)
class Names:
    """What expressions may name.

    events: declared events; sets: named selectors; of both, None where any name may come. records: the fields of each kind of record, each with its
    type (`text`, `number`, `whole`, `money`, `flag`, `date`, `instant`, or the kind of record that it is an id of); None where nothing is
    known of fields. plans: lowest first; none declared, any word is a plan; None where nobody can say whether any is. choices: by `record.field`, the only texts that it takes.
    signals, scores: the declared ones, with the subject that each is about; no subject where it cannot be read, None where any may come.
    """

    events: Collection[str] | None = None
    sets: Collection[str] | None = ()
    records: Mapping[str, Mapping[str, str]] | None = None
    plans: tuple[str, ...] | None = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    signals: Mapping[str, About | None] | None = field(default_factory=dict)
    scores: Mapping[str, About | None] | None = field(default_factory=dict)

    def has_field(self, record: str, name: str) -> bool:
        """Whether the field is declared."""
        return name in (self.records or {}).get(record, {}) or f"{record}.{name}" in self.choices

    def choices_of(self, record: str, name: str) -> tuple[str, ...]:
        """The texts that a field takes; none where it takes any."""
        return (self.plans or ()) if name == "plan" else self.choices.get(f"{record}.{name}", ())


@dataclass(frozen=True)
class Type:
    """What a value is. choices: the only texts that it takes, in their order; none for any. constant: it is written in the expression."""

    unit: Unit
    choices: tuple[str, ...] = ()
    constant: bool = False


ANYTHING = Type("anything")


def compares(left: Type, right: Type) -> bool:
    """Whether two values may be compared: they have one unit, or one is a quotient, or a plain number stands beside money."""
    units = {left.unit, right.unit}
    if len(units) == 1 or "anything" in units or units <= {"ratio", "number"} or units <= {"ratio", "share"}:
        return True
    return units == {"money", "number"} and any(each.constant and each.unit == "number" for each in (left, right))


def combine(left: Type, sign: ArithmeticSign, right: Type) -> Type | None:
    """What a sum, difference, product or quotient is; None where there is none.

    >>> combine(Type("number"), "/", Type("number")).unit, combine(Type("date"), "-", Type("date")).unit
    ('ratio', 'duration')
    >>> combine(Type("duration"), "+", Type("number")) is None
    True
    """
    if {left.unit, right.unit} & {"text", "flag"}:
        return None
    unit = _sum(left, sign, right) if sign in ("+", "-") else _product(left.unit, sign, right.unit)
    return None if unit is None else Type(unit, constant=left.constant and right.constant)


def _sum(left: Type, sign: ArithmeticSign, right: Type) -> Unit | None:
    a, b = left.unit, right.unit
    if "anything" in (a, b):
        return "anything"
    if (a, b) == ("date", "date"):
        return "duration" if sign == "-" else None
    if a == b:
        return a
    if (a, b) == ("date", "duration") or ((a, b) == ("duration", "date") and sign == "+"):
        return "date"
    if {a, b} == {"ratio", "share"}:
        return "share"
    if {a, b} == {"ratio", "number"}:
        # `this / that - 1 > 20%`: a written number beside a quotient is one, a count is not.
        return "ratio" if (left if a == "number" else right).constant else "number"
    if {a, b} == {"money", "number"} and (left if a == "number" else right).constant:
        return "money"
    return None


def _product(a: Unit, sign: ArithmeticSign, b: Unit) -> Unit | None:
    if "date" in (a, b):
        return None
    if "anything" in (a, b):
        return "anything"
    plain = ("number", "share", "ratio")
    if sign == "/":
        if a == b:
            return "ratio"
        if b in plain:
            # Of a quotient or share, a part is one too; a number by a share is a number.
            return a
        return None
    if a in plain and b in plain:
        return "share" if (a, b) == ("share", "share") else "number" if "number" in (a, b) else "ratio"
    return b if a in plain else a if b in plain else None
