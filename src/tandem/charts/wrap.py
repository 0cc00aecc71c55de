"""How long a text is when it is drawn, near enough to break its lines: in widths of Liberation Sans, which Arial and Helvetica share."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width

_WIDTHS = {
    **dict.fromkeys("ijl'|", 0.24),
    **dict.fromkeys(" tfI.,:;/\\![]·", 0.29),
    **dict.fromkeys('()-`r"', 0.35),
    **dict.fromkeys("ckszxyvJ", 0.51),
    **dict.fromkeys("wmM~+<>=", 0.78),
    **dict.fromkeys("W%@—…", 0.95),
}


# Bold letters are so much wider.
BOLD = 1.07


def width_of(text: str, size: float) -> float:
    """In pixels; rather too long than too short."""
    return size * sum(_WIDTHS.get(each) or _width_of(each) for each in text)


def _width_of(letter: str) -> float:
    if east_asian_width(letter) in "WF":
        return 1.0
    return 0.73 if letter.isupper() else 0.57


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Lines that are no longer than so many pixels, broken at spaces, and inside of a word that is longer.

    >>> wrapped("who is still open", 60, 12)
    ['who is still', 'open']
    """
    return joined([part for word in text.split(" ") for part in _broken(word, width, size)], " ", width, size)


def _broken(word: str, width: float, size: float) -> list[str]:
    """A word in as few parts as have room."""
    parts = [""]
    for letter in word:
        if parts[-1] and width_of(parts[-1] + letter, size) > width:
            parts.append("")
        parts[-1] += letter
    return parts


def joined(parts: Sequence[str], between: str, width: float, size: float) -> list[str]:
    """Lines of as many parts as have room beside one another; a part that has none even alone is broken."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]}{between}{part}" if lines else part
        if lines and width_of(longer, size) <= width:
            lines[-1] = longer
        elif len(part) > 1 and width_of(part, size) > width:
            lines += wrapped(part, width, size)
        else:
            lines.append(part)
    return lines
