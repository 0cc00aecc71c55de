"""Numbers, durations and dates as people write them: the exact value, or what is wrong with them and what was meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from tandem.language.expression.nodes import SCALE
from tandem.values.durations import PATTERN, Duration, read_duration, show_duration
from tandem.values.instants import DAY

_LARGEST = 2**63 - 1
_DECIMALS = 6

_QUANTITY = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[^\W\d]\w*)")
_LONG_UNITS = {
    **dict.fromkeys(("mo", "mon", "mth", "month", "months"), ("a month", 30)),
    **dict.fromkeys(("q", "qtr", "quarter", "quarters"), ("a quarter", 90)),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), ("a year", 365)),
}
_MULTIPLES = {"k": 1_000, "K": 1_000, "M": 1_000_000, "mm": 1_000_000, "mio": 1_000_000, "bn": 1_000_000_000}
UNIT_WORDS = frozenset(
    ("s", "sec", "secs", "second", "seconds", "m", "min", "mins", "minute", "minutes", "h", "hr", "hrs", "hour", "hours", "d", "day",
     "days", "w", "wk", "wks", "week", "weeks", *_LONG_UNITS)
)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """Why a text is no value: the code, message and help of a problem."""

    code: str
    message: str
    help: str


def read_number(text: str) -> int | Fault:
    """The millionths of a number such as `12`, `3.5` or, as a share, `12.5%`.

    >>> read_number("3.5"), read_number("12.5%")
    (3500000, 125000)
    """
    digits, percent = text.removesuffix("%"), text.endswith("%")
    whole, _, fraction = digits.partition(".")
    if not whole:
        return Fault("bad_number", f"`{text}` begins with a point", f"did you mean `0{text}`?")
    fraction, whole = fraction.rstrip("0"), whole.lstrip("0")
    decimals = _DECIMALS - 2 if percent else _DECIMALS
    if len(fraction) > decimals:
        said = "a share is exact to 4 decimals of a percent" if percent else f"numbers are exact to {_DECIMALS} decimals"
        return Fault(
            "bad_number",
            f"`{_short(text)}` has {len(fraction)} decimals; {said}",
            f"write `{whole or '0'}.{fraction[:decimals]}{'%' * percent}`",
        )
    value = int((whole + fraction.ljust(decimals, "0"))[:40] or "0")
    if len(whole) > 20 or value > _LARGEST:
        return Fault("bad_number", f"`{_short(text)}` is too large to be exact", f"the largest number is {_LARGEST // SCALE}")
    return value


def read_length(text: str) -> Duration | Fault:
    """The microseconds of a duration such as `7d`; numbers without a unit and units of other languages are told what they miss.

    >>> read_length("1month").help
    'did you mean `30d`?'
    """
    if re.fullmatch(PATTERN, text):
        return read_duration(text)
    if re.fullmatch(r"\d+", text):
        return Fault(
            "bad_duration",
            f"`{_short(text)}` has no unit",
            f"did you mean `{text}d`? units are `m`, `h`, `d` and `w`" if len(text) <= 6 else _UNITS,
        )
    found = _QUANTITY.fullmatch(text)
    if found is not None and found["unit"].lower() in _LONG_UNITS:
        said, days = _LONG_UNITS[found["unit"].lower()]
        meant = read_length(f"{found['number']}d")
        number = int(found["number"]) * days if isinstance(meant, int) else days
        return Fault("bad_duration", f"`{text}` has no exact length: {said} is longer or shorter", f"did you mean `{number}d`?")
    try:
        read_duration(text)
    except ValueError as error:
        meant_text = re.search(f"mean `({PATTERN})`", str(error))
        help = f"did you mean `{show_length(read_duration(meant_text[1]))}`?" if meant_text is not None else _UNITS
        return Fault("bad_duration", f"`{_short(text)}` is not a duration", help)
    return Fault("bad_duration", f"`{_short(text)}` is not a duration", _UNITS)


def show_length(length: Duration) -> str:
    """A duration as windows are written: in days where they divide it, not in weeks, so that `7d` stays `7d` beside `90d`.

    >>> show_length(7 * DAY), show_length(-90 * 60_000_000)
    ('7d', '-90m')
    """
    if length < 0:
        return f"-{show_length(-length)}"
    days, rest = divmod(length, DAY)
    return f"{days}d" if days and not rest and days < 1_000_000 else show_duration(length)


def read_quantity(text: str) -> Duration | Fault:
    """A number with letters behind it where a value is wanted: a duration, or what it was meant to be."""
    plain = re.sub(r"['’_]", "", text)
    if plain.isascii() and plain.isdigit():
        return Fault("bad_number", f"`{_short(text)}` separates thousands", f"did you mean `{plain}`?")
    found = _QUANTITY.fullmatch(text)
    number, unit = (found["number"], found["unit"]) if found is not None else ("", "")
    if len(number) <= 12 and unit in _MULTIPLES:
        value = read_number(number)
        assert isinstance(value, int), "twelve digits and points fit"
        return Fault("bad_number", f"`{text}` is not written out", f"did you mean `{value * _MULTIPLES[unit] // SCALE}`?")
    if len(number) <= 12 and unit in ("pct", "percent", "pc"):
        return Fault("bad_number", f"`{text}` is not a share", f"did you mean `{number}%`?")
    if re.fullmatch(r"e\d{1,2}", unit) and len(number) <= 12 and int(unit[1:]) <= 12:
        value = read_number(number)
        assert isinstance(value, int), "twelve digits and points fit"
        return Fault("bad_number", f"`{text}` is not written out", f"did you mean `{value * 10 ** int(unit[1:]) // SCALE}`?")
    if unit.lower() in UNIT_WORDS:
        return read_length(text)
    return Fault(
        "bad_number",
        f"`{_short(text)}` is neither a number nor a duration",
        f'durations are written like `7d`; a text stands in quotes: "{_short(text)}"',
    )


def read_date(text: str) -> date | Fault:
    """The day of `2026-03-01`; of another form, the day that was meant, unless people read it in different ways.

    >>> read_date("1.3.2026").help
    'did you mean `2026-03-01`?'
    """
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return Fault("bad_date", f"there is no day `{text}`", "a date is written year-month-day, for instance `2026-03-01`")
    message = f"`{_short(text)}` is not written as a date"
    if "T" in text:
        return Fault("bad_date", f"`{_short(text)}` has a time of day", f"dates are compared as days: `{text.split('T')[0]}`")
    parts = [int(part) for part in re.split(r"[-/.]", text)]
    if len(re.split(r"[-/.]", text)[0]) == 4:
        orders = [tuple(parts)]
    else:
        year = parts[2] if parts[2] > 99 else 2000 + parts[2]
        # Points put the day first wherever they are used; slashes and dashes do not say.
        orders = [(year, parts[1], parts[0])] if "." in text else [(year, parts[1], parts[0]), (year, parts[0], parts[1])]
    meant = sorted({f"{year:04}-{month:02}-{day:02}" for year, month, day in orders if _is_day(year, month, day)})
    if not meant:
        return Fault("bad_date", message, "a date is written year-month-day, for instance `2026-03-01`")
    return Fault("bad_date", message, "did you mean " + " or ".join(f"`{each}`" for each in meant) + "?")


_UNITS = "write a whole number and a unit, for instance `30m`, `24h`, `7d` or `4w`"


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
