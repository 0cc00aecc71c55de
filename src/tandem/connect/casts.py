"""Values of other systems become ours: ids, instants, dates, numbers and money; what does not cast is a `Fault`, never a guess."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from tandem.facts.canonical import Fault, kind_of
from tandem.facts.reasons import ID_CHARACTERS_MAX
from tandem.values.instants import DAY, EARLIEST, EPOCH, LATEST, Instant, from_datetime, from_local, read_instant, show

_MICROSECOND = timedelta(microseconds=1)
_UNITS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
_LONG_FRACTION = re.compile(r"(\d{2}[.,]\d{6})\d+")
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


def read_utc(text: str) -> Instant | None:
    """The instant of an ISO-8601 text that says its offset, in the spellings that programs write; None asks `read_moment`."""
    size = len(text)
    if size < 20 or text[10] != "T" or text[7] != "-" or text[13] != ":" or text[16] != ":":
        return None
    if text[-1] == "Z":
        if size != 20 and (text[19] != "." or size < 22 or size > 30):
            return None
    elif text[-3] != ":" or text[-6] not in "+-" or (size != 25 and (text[19] != "." or size < 27 or size > 35)):
        return None
    try:
        return (datetime.fromisoformat(text) - EPOCH) // _MICROSECOND
    except (ValueError, OverflowError):
        return None


def read_moment(value: object, what: str, *, format: str = "iso", zone: tzinfo | None = None) -> Instant | Fault:
    """An instant in the format that a mapping names.

    format: `iso`, `epoch_s`, `epoch_ms`, `epoch_us`, or a strftime pattern such as `%d-%m-%y`. zone: where a text without its own offset is read;
    without one it is `no_zone`. A whole ISO number is an epoch in the unit that makes it a year from 1973 on. Digits past the microsecond are cut.
    """
    quick = read_utc(value) if format == "iso" and isinstance(value, str) else None
    if quick is not None:
        return quick
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            return from_datetime(value)
        return from_local(value, zone) if zone is not None else _no_zone(str(value), what)
    if isinstance(value, date):
        return _in_zone(datetime(value.year, value.month, value.day), str(value), what, zone)  # noqa: DTZ001 - a wall clock.
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return Fault("bad_instant", f"`{what}` is {kind_of(value)}; expected an instant")
    if format in _UNITS or (format == "iso" and not isinstance(value, str)) or (format == "iso" and _is_epoch(value)):
        return _read_epoch(value, what, _UNITS.get(format))
    text = str(value).strip()
    try:
        if format != "iso":
            return _in_zone(datetime.strptime(text, format), text, what, zone)  # noqa: DTZ007 - its zone is decided next.
        return read_instant(_plain_iso(text), zone)
    except LookupError:
        return _no_zone(text, what)
    except (ValueError, OverflowError):
        expected = "an ISO-8601 instant" if format == "iso" else f"the format `{format}`"
        return Fault("bad_instant", f"`{what}` is `{shorten(text)}`; expected {expected}")


def _plain_iso(text: str) -> str:
    """What warehouses write, in the spelling that `read_instant` reads: ` UTC` for Z, and more digits than microseconds."""
    if text.endswith((" UTC", " utc")):
        text = text[:-4] + "Z"
    return _LONG_FRACTION.sub(r"\1", text.replace("t", "T").replace("z", "Z")).replace(",", ".")


def _in_zone(moment: datetime, text: str, what: str, zone: tzinfo | None) -> Instant | Fault:
    if moment.tzinfo is not None:
        return from_datetime(moment)
    return from_local(moment, zone) if zone is not None else _no_zone(text, what)


def _no_zone(text: str, what: str) -> Fault:
    return Fault("no_zone", f"`{what}` is `{shorten(text)}`, which has no time zone; name the `time_zone` in the mapping")


def _is_epoch(value: object) -> bool:
    # Ten digits are seconds from 2001 on, thirteen are milliseconds, sixteen microseconds; a year or a short number is neither.
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) in (10, 13, 16)


def _read_epoch(value: str | int | float | Decimal, what: str, unit: int | None) -> Instant | Fault:
    try:
        number = Decimal(str(value).strip())
        if unit is None:
            unit = 1_000_000 if abs(number) < 10**11 else 1_000 if abs(number) < 10**14 else 1
        at = int(number * unit)
    except (InvalidOperation, OverflowError, ValueError):
        return Fault("bad_instant", f"`{what}` is `{shorten(str(value))}`; expected a number of seconds or milliseconds")
    return at if abs(at) <= LATEST else Fault("bad_instant", f"`{what}` is `{shorten(str(value))}`, which is after the year 9999")


def check_times(occurred_at: Instant, known_at: Instant, received_at: Instant) -> Fault | None:
    """Why a fact cannot have these times: before 1990, or more than a day after it was known or received."""
    if occurred_at < EARLIEST or known_at < EARLIEST:
        return Fault("before_1990", f"the instant is `{_show(min(occurred_at, known_at))}`")
    if occurred_at > known_at + DAY:
        return Fault("in_the_future", f"it occurred at `{_show(occurred_at)}` but was known at `{_show(known_at)}`")
    if occurred_at > received_at + DAY or known_at > received_at + DAY:
        return Fault("in_the_future", f"the instant is `{_show(max(occurred_at, known_at))}`; it was imported at `{_show(received_at)}`")
    return None


def _show(at: Instant) -> str:
    try:
        return show(at)
    except OverflowError:
        return f"{at} µs"


def read_date(value: object, what: str, *, format: str = "iso", zone: tzinfo | None = None) -> str | Fault:
    """A calendar date, ISO. Of an instant, the date in `zone`, or in its own offset where the mapping names no zone."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    text = str(value).strip()
    if format not in _UNITS and not isinstance(value, datetime) and not _is_epoch(text):
        try:
            day = date.fromisoformat(text[:10]) if format == "iso" else datetime.strptime(text, format).date()  # noqa: DTZ007
        except ValueError:
            expected = "a date such as 2026-03-01" if format == "iso" else f"the format `{format}`"
            return Fault("bad_value", f"`{what}` is `{shorten(text)}`; expected {expected}")
        # A date, or a wall clock that names none other: its date needs no zone.
        if len(text) == 10 or format != "iso" or zone is None:
            return day.isoformat()
    at = read_moment(value, what, format=format, zone=zone)
    if isinstance(at, Fault):
        return Fault("bad_value", at.detail)
    return (EPOCH + timedelta(microseconds=at)).astimezone(zone or UTC).date().isoformat()


def read_number(value: object, what: str, *, decimal_comma: bool = False) -> int | float | Fault:
    """A number: whole where it is written whole. With decimal_comma `1.234,50` is 1234.5; else thousands may have commas."""
    number = _decimal(value, decimal_comma)
    if number is None:
        return Fault("bad_value", f"`{what}` is `{shorten(str(value))}`; expected a number")
    return int(number) if number == number.to_integral_value() and abs(number) < 10**18 else float(number)


def read_whole(value: object, what: str, *, decimal_comma: bool = False) -> int | Fault:
    number = _decimal(value, decimal_comma)
    if number is None or number != number.to_integral_value() or abs(number) >= 10**18:
        return Fault("bad_value", f"`{what}` is `{shorten(str(value))}`; expected a whole number")
    return int(number)


def read_money(value: object, what: str, *, digits: int, decimal_comma: bool = False) -> int | Fault:
    """Minor units of an amount, exactly. digits: how many the currency has after the point; a written amount may have no more.

    >>> read_money("1,234.50", "amount", digits=2), read_money("0.005", "amount", digits=2).detail
    (123450, '`amount` is `0.005`; expected an amount with at most 2 digits after the point')
    """
    number = _decimal(value, decimal_comma)
    if number is None or abs(number) >= 10**15:
        return Fault("bad_value", f"`{what}` is `{shorten(str(value))}`; expected an amount")
    minor = number.scaleb(digits)
    if minor != minor.to_integral_value():
        return Fault("bad_value", f"`{what}` is `{shorten(str(value))}`; expected an amount with at most {digits} digits after the point")
    return int(minor)


def _decimal(value: object, decimal_comma: bool) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    text = str(value).strip().lstrip("$€£").replace(" ", "").replace("\u00a0", "").replace("_", "?")
    if decimal_comma:
        text = text.replace(".", "").replace(",", ".")
    elif "," in text:
        whole, point, rest = text.partition(".")
        if not re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", whole):
            return None
        text = whole.replace(",", "") + point + rest
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    # More digits than arithmetic on decimals keeps exactly are no amount of anything, and are not rounded to one.
    exact = number.is_finite() and abs(number.adjusted()) < 40 and len(number.as_tuple().digits) <= 28
    return number if exact else None


def read_flag(value: object, what: str) -> bool | Fault:
    """True or false, as people and exports write it."""
    found = value if isinstance(value, bool) else _FLAGS.get(str(value).strip().casefold())
    return Fault("bad_value", f"`{what}` is `{shorten(str(value))}`; expected true or false") if found is None else found


def shorten(text: Any) -> str:
    """At most 60 characters of a user's words, for a message."""
    words = str(text).replace("\n", " ").replace("\r", " ")
    return words if len(words) <= 60 else words[:57] + "..."
