"""Durations: exact lengths in microseconds, written as a whole number and a unit: `30m`, `24h`, `7d`, `4w`.

A day is 24 hours and a week 7 of them, whatever the clocks do; calendars are asked elsewhere.
"""

from __future__ import annotations

import re

from tandem.values.instants import DAY, HOUR, MINUTE, SECOND

Duration = int

UNITS: dict[str, Duration] = {"w": 7 * DAY, "d": DAY, "h": HOUR, "m": MINUTE}
PATTERN = r"[0-9]{1,6}[mhdw]"  # Six digits keep every length inside 64 bits; it also serves JSON Schema.

_WORDS = re.compile(r"\s*(?P<number>[0-9]{1,6}(?:[.,][0-9]{1,3})?)\s*(?P<unit>[a-zA-Z]+)\.?\s*")
_WORD_UNITS = {
    "s": 1_000_000, "sec": 1_000_000, "secs": 1_000_000, "second": 1_000_000, "seconds": 1_000_000,
    "m": MINUTE, "min": MINUTE, "mins": MINUTE, "minute": MINUTE, "minutes": MINUTE,
    "h": HOUR, "hr": HOUR, "hrs": HOUR, "hour": HOUR, "hours": HOUR,
    "d": DAY, "day": DAY, "days": DAY,
    "w": 7 * DAY, "wk": 7 * DAY, "wks": 7 * DAY, "week": 7 * DAY, "weeks": 7 * DAY,
}  # fmt: skip


def read_duration(text: str) -> Duration:
    """The length of `text` in microseconds; raises ValueError where it is no duration, naming the nearest one.

    >>> read_duration("4w") == 28 * DAY
    True
    >>> read_duration("1.5 hours")
    Traceback (most recent call last):
    ValueError: `1.5 hours` is not a duration; did you mean `90m`?
    """
    if re.fullmatch(PATTERN, text):
        return int(text[:-1]) * UNITS[text[-1]]
    meant = _nearest_duration(text)
    raise ValueError(f"`{text}` is not a duration" + (f"; did you mean `{meant}`?" if meant else ""))


def show_duration(length: Duration) -> str:
    """The shortest exact spelling; a length that no unit divides is shown in minutes, rounded down.

    >>> show_duration(14 * DAY), show_duration(90 * MINUTE)
    ('2w', '90m')
    """
    for unit, size in UNITS.items():
        if length >= size and length % size == 0:
            return f"{length // size}{unit}"
    return f"{length // MINUTE}m"


def tell_duration(length: Duration) -> str:
    """A length as people read it: every unit down to the second, the rest in decimals.

    >>> tell_duration(107 * DAY + 90 * MINUTE), tell_duration(-1_500_000), tell_duration(0)
    ('107d 1h 30m', '-1.5s', '0m')
    """
    if length < 0:
        return f"-{tell_duration(-length)}"
    parts = []
    for unit, size in (("d", DAY), ("h", HOUR), ("m", MINUTE)):
        whole, length = divmod(length, size)
        parts += [f"{whole}{unit}"] if whole else []
    seconds = f"{length // 1_000_000}.{length % 1_000_000:06}".rstrip("0").rstrip(".")
    return " ".join([*parts, f"{seconds}s"] if length else parts or ["0m"])


def tell_rounded(length: Duration) -> str:
    """The two greatest units of a length; what is less is rounded.

    >>> tell_rounded(42 * HOUR + 6 * MINUTE), tell_rounded(90 * MINUTE + 29_000_000)
    ('1d 18h', '1h 30m')
    """
    unit = HOUR if length >= DAY else MINUTE if length >= HOUR else SECOND
    return tell_duration((length + unit // 2) // unit * unit)


def _nearest_duration(text: str) -> str | None:
    found = _WORDS.fullmatch(text)
    size = _WORD_UNITS.get(found["unit"].lower()) if found else None
    if found is None or size is None:
        return None
    thousandths = round(float(found["number"].replace(",", ".")) * 1000)
    length = thousandths * size // 1000
    return show_duration(length) if length >= MINUTE and length % MINUTE == 0 else None
