"""How a literal of one unit would be written in another: the offer behind a message about units that do not mix."""

from __future__ import annotations

from datetime import date

from tandem.language.expression.literals import read_date, show_length
from tandem.language.expression.nodes import SCALE, Literal
from tandem.language.expression.show import show
from tandem.language.expression.tokens import quoted
from tandem.language.expression.units import Unit
from tandem.values.instants import DAY


def fitting(literal: Literal, wanted: Unit, field: str | None) -> str | None:
    """How a literal would be written in the unit that is wanted."""
    value, kind = literal.value, literal.kind
    meant: str | None = None
    if field is not None:
        meant = field
    elif wanted == "duration" and kind == "number" and isinstance(value, int) and value % SCALE == 0:
        meant = show_length(value // SCALE * DAY) if value else "0d"
    elif wanted == "number" and kind == "duration" and isinstance(value, int) and value % DAY == 0:
        meant = str(value // DAY)
    elif wanted == "number" and kind == "share":
        return "a share is a quotient: divide by another measure, for instance by `previous(...)`"
    elif wanted == "share" and kind == "number" and isinstance(value, int):
        # 20 beside a share was meant as a percentage, 0.2 as what it is.
        meant = show(Literal("share", value // 100 if abs(value) > SCALE else value, literal.span))
    elif wanted == "text" and isinstance(value, int | date):
        return f"as a text it stands in quotes: {quoted(show(literal))}"
    elif kind == "text" and isinstance(value, str):
        meant = _unquoted(value, wanted)
    return None if meant is None else f"did you mean `{meant}`?"


def _unquoted(text: str, wanted: Unit) -> str | None:
    if wanted == "flag":
        return {"yes": "true", "y": "true", "on": "true", "1": "true", "no": "false", "n": "false", "off": "false", "0": "false"}.get(
            text.lower()
        )
    if (
        wanted == "date"
        and text.isascii()
        and sum(letter in "-/." for letter in text) == 2
        and text.replace("-", "").replace("/", "").replace(".", "").isdigit()
    ):
        return text if isinstance(read_date(text), date) else None
    if wanted == "number" and text.isascii() and text.isdigit():
        return text
    return None
