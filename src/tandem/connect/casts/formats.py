"""The `format` that a mapping could name for an instant that is not ISO-8601: found for a message, never used to read one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

# Of a year of two digits none can tell that it stands first, so there only day and month may change places.
_DATES = (
    "%d-%m-%y", "%m-%d-%y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y",
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
_CLOCKS = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p")
_TIMES = ("", *(before + clock + zone for before in (" ", ", ", "T") for clock in _CLOCKS for zone in ("", " %z", "%z")))

_LOOKS = {"%d": r"\d\d?", "%m": r"\d\d?", "%y": r"\d\d(?!\d)", "%Y": r"\d{4}", "%b": "[A-Za-z]{3}", "%B": "[A-Za-z]{4,9}", "%H": r"\d\d?",
          "%I": r"\d\d?", "%M": r"\d\d", "%S": r"\d\d", "%f": r"\d{1,6}", "%p": "[AaPp][Mm]", "%z": r"(?:Z|[+-]\d\d:?\d\d)"}  # fmt: skip


def suggest_formats(text: str) -> str:
    """Words that follow `expected an instant`: the `format` that reads the text, or both where day and month could change places.

    >>> suggest_formats("27-12-17")
    '; `format: "%d-%m-%y"` would read it'
    >>> suggest_formats("03/01/2026 10:00")
    '; `format: "%d/%m/%Y %H:%M"` would read 2026-01-03, `format: "%m/%d/%Y %H:%M"` would read 2026-03-01'
    >>> suggest_formats("soon")
    ''
    """
    fitting = list(_fitting(text.strip()))
    read = ["it"] if len(fitting) == 1 else [day for _, day in fitting]
    words = ", ".join(f'`format: "{format}"` would read {what}' for (format, _), what in zip(fitting, read, strict=True))
    return f"; {words}" if words else ""


def _look(format: str) -> re.Pattern[str]:
    return re.compile("".join(_LOOKS.get(part, re.escape(part)) for part in re.split("(%.)", format)), re.ASCII)


_DATE_LOOKS = [(date, _look(date)) for date in _DATES]
_TIME_LOOKS = [(time, _look(time)) for time in _TIMES]


def _fitting(text: str) -> Iterator[tuple[str, str]]:
    """(format, the ISO date that it reads) of each format that fits."""
    for date, look in _DATE_LOOKS:
        start = look.match(text)
        time = next((time for time, rest in _TIME_LOOKS if start is not None and rest.fullmatch(text, start.end())), None)
        if time is not None:
            try:
                yield date + time, datetime.strptime(text, date + time).date().isoformat()  # noqa: DTZ007 - only its date is shown.
            except ValueError:
                continue
