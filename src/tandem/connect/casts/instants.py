"""Instants and dates of other systems become ours; what does not cast is a `Fault`, never a guess."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation

from tandem.connect.casts.words import shorten
from tandem.facts.canonical import Fault, kind_of
from tandem.values.instants import DAY, EARLIEST, EPOCH, LATEST, Instant, from_datetime, from_local, read_instant, show

_MICROSECOND = timedelta(microseconds=1)
_UNITS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
_SHORT_HOUR = re.compile(r"(\d{4}-\d{2}-\d{2}[T ])(\d:)")
_LONG_FRACTION = re.compile(r"(\d{2}[.,]\d{6})\d+")


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
    """What warehouses write, in the spelling that `read_instant` reads: ` UTC` for Z, an hour of one digit, more digits than microseconds."""
    if text.endswith((" UTC", " utc")):
        text = text[:-4] + "Z"
    return _LONG_FRACTION.sub(r"\1", _SHORT_HOUR.sub(r"\g<1>0\2", text).replace("t", "T").replace("z", "Z")).replace(",", ".")


def _in_zone(moment: datetime, text: str, what: str, zone: tzinfo | None) -> Instant | Fault:
    if moment.tzinfo is not None:
        return from_datetime(moment)
    return from_local(moment, zone) if zone is not None else _no_zone(text, what)


def _no_zone(text: str, what: str) -> Fault:
    return Fault("no_zone", f"`{what}` is `{shorten(text)}`, which has no time zone")


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
