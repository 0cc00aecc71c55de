"""Ids and flags of other systems become ours; what does not cast is a `Fault`, never a guess."""

from __future__ import annotations

from decimal import Decimal

from tandem.facts.canonical import Fault, kind_of
from tandem.facts.reasons import ID_CHARACTERS_MAX

_FLAGS = {"true": True, "t": True, "yes": True, "y": True, "1": True, "false": False, "f": False, "no": False, "n": False, "0": False}


def read_id(value: object, what: str) -> str | Fault | None:
    """An id as text; numbers become text, an empty text is no id. what: the column or field, for the message.

    >>> read_id(12.0, "userId"), read_id("", "userId"), read_id(True, "userId").reason
    ('12', None, 'bad_id')
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        return Fault("bad_id", f"`{what}` is {kind_of(value)}; expected a text or a number")
    if len(value) > ID_CHARACTERS_MAX:
        return Fault("bad_id", f"`{what}` has {len(value)} characters; at most {ID_CHARACTERS_MAX} are kept")
    if "\0" in value:
        return Fault("nul_byte", f"`{what}` has a NUL character")
    return value


def read_flag(value: object, what: str) -> bool | Fault:
    """True or false, as people and exports write it."""
    found = value if isinstance(value, bool) else _FLAGS.get(str(value).strip().casefold())
    return Fault("bad_value", f"`{what}` is `{shorten(str(value))}`; expected true or false") if found is None else found


def shorten(text: object) -> str:
    """At most 60 characters of a user's words, for a message."""
    words = str(text).replace("\n", " ").replace("\r", " ")
    return words if len(words) <= 60 else words[:57] + "..."
