"""Canonical JSON: the one text in which properties, contexts and fields are kept, so that equal content is equal text.

Keys sorted, UTF-8, no spaces, floats in their shortest form, integers of any size. Of equal keys the last wins, and each that lost is
counted. No NaN, no infinity, no half of a surrogate pair, at most `DEPTH_MAX` levels and `PROPERTIES_MAX` properties (of all levels together).
"""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from tandem.facts.reasons import DEPTH_MAX, PROPERTIES_MAX

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder(order="deterministic").encode


class Fault(msgspec.Struct, frozen=True):
    """Why something cannot be kept. reason: a code of `reasons.py`. detail: what exactly, with the user's words in backticks."""

    reason: str
    detail: str


class Canonical(msgspec.Struct, frozen=True, gc=False):
    """text: canonical JSON. value: what it says. repeated: how many pairs lost to a later pair with the same key."""

    text: str
    value: Any
    repeated: int


def read_json(raw: bytes | memoryview) -> Canonical | Fault:
    """Any JSON value in its canonical form, or why it has none.

    >>> read_json(b'{"b": 1.0, "a": "caf\\\\u00e9", "b": 2}')
    Canonical(text='{"a":"café","b":2}', value={'b': 2, 'a': 'café'}, repeated=1)
    """
    raw = bytes(raw)
    try:
        value = _decode(raw)
        text = _encode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return diagnose(raw)
    colons = raw.count(b":")
    # No value is deeper than it has brackets, and none has more properties than colons: most need no closer look.
    if raw.count(b"{") + raw.count(b"[") > DEPTH_MAX or colons > PROPERTIES_MAX:
        fault = _find_excess(value)
        if fault is not None:
            return fault
    repeated = 0
    # Each pair has one colon outside of text, and a colon inside of text stays one unless it was escaped (\u003a).
    # So a pair was lost exactly if colons were, and only an escaped colon makes us count the slow way in vain.
    if colons != text.count(b":") or (b"\\" in raw and b"\\u003" in raw):
        repeated = _count_repeated(raw)
    return Canonical(text.decode(), value, repeated)


def read_object(raw: bytes | memoryview, what: str) -> Canonical | Fault:
    """The canonical form of a JSON object. what: what it is to the user, such as `properties`.

    null is an empty object, and so is an empty list, which is what PHP writes for one. Any other value is a fault, not wrapped:
    a property that nobody named could be asked for by nobody.
    """
    found = read_json(raw)
    if isinstance(found, Fault):
        return found if found.reason == "not_json" else Fault(found.reason, f"`{what}`: {found.detail}")
    if isinstance(found.value, dict):
        return found
    if found.value is None or found.value == []:
        return EMPTY
    return Fault("not_an_object", f"`{what}` is {kind_of(found.value)}; expected an object")


EMPTY: Final = Canonical("{}", {}, 0)


def write(value: object) -> str:
    """The canonical text of a value that holds only what `read_json` gives: it knows no NaN and no half characters.

    >>> write({"b": [1, None], "a": 2.50})
    '{"a":2.5,"b":[1,null]}'
    """
    return _encode(value).decode()


def kind_of(value: object) -> str:
    """A JSON value's kind in plain words, for messages."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
    return "an object"


def diagnose(raw: bytes) -> Fault:
    """Why `raw` is no JSON that can be kept; slow and thorough, for rows that have failed already."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        return Fault("bad_encoding", f"byte {error.start + 1} of the row, `0x{raw[error.start]:02x}`, is not UTF-8")
    if "\0" in text:
        return Fault("nul_byte", f"character {text.index(chr(0)) + 1} of the row is a NUL byte")
    constants: list[str] = []
    try:
        value = json.loads(text, parse_constant=constants.append)
    except RecursionError:
        return _too_deep()
    except json.JSONDecodeError as error:
        # Some of Python's messages end in `at` already.
        return Fault("not_json", f"{_lower(error.msg).removesuffix(' at')} at character {error.pos + 1}")
    except ValueError:  # Python reads no whole number of more than some thousand digits.
        return Fault("not_a_number", "a number has more digits than can be read")
    if constants:
        return Fault("not_a_number", f"`{constants[0]}` is no number in JSON")
    return _find_excess(value) or _find_bad_value(value) or Fault("not_json", "the text breaks the rules of JSON")


def _find_excess(value: object) -> Fault | None:
    """The fault of a value that is too deep or has too many properties; walks level by level, so depth costs no stack."""
    level, properties, depth = [value], 0, 0
    while level:
        below: list[object] = []
        for item in level:
            if isinstance(item, dict):
                properties += len(item)
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        if any(isinstance(item, dict | list) for item in level):
            depth += 1
        if depth > DEPTH_MAX:
            return _too_deep()
        level = below
    if properties > PROPERTIES_MAX:
        return Fault("too_many_properties", f"there are `{properties}` properties; at most {PROPERTIES_MAX} are kept")
    return None


def _too_deep() -> Fault:
    return Fault("too_deep", f"values are nested deeper than {DEPTH_MAX} levels")


def _find_bad_value(value: object) -> Fault | None:
    """A number that is infinite or a text with half a character; `value` is not too deep."""
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return Fault("not_a_number", "a number is too large")
    if isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
        half = next(letter for letter in value if "\ud800" <= letter <= "\udfff")
        return Fault("lone_surrogate", f"a text holds `\\u{ord(half):04x}`, half of a character")
    parts: list[object] = []
    if isinstance(value, dict):
        parts = [*value.keys(), *value.values()]
    elif isinstance(value, list):
        parts = value
    return next((fault for part in parts if (fault := _find_bad_value(part)) is not None), None)


def _count_repeated(raw: bytes) -> int:
    lost = 0

    def note(pairs: list[tuple[str, object]]) -> None:
        nonlocal lost
        lost += len(pairs) - len({key for key, _ in pairs})

    json.loads(raw, object_pairs_hook=note)
    return lost


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
