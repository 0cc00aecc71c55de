"""How long a text is when it is drawn, near enough to break its lines: in widths of Liberation Sans, which Arial and Helvetica share."""

from __future__ import annotations

from collections.abc import Sequence

_WIDTHS = {
    **dict.fromkeys("ijl'|", 0.24),
    **dict.fromkeys(" tfI.,:;/\\![]·", 0.29),
    **dict.fromkeys('()-`r"', 0.35),
    **dict.fromkeys("ckszxyvJ", 0.51),
    **dict.fromkeys("wmM~+<>=", 0.78),
    **dict.fromkeys("W%@—…", 0.95),
}


def width_of(text: str, size: float) -> float:
    """In pixels; rather too long than too short."""
    return size * sum(_WIDTHS.get(each, 0.73 if each.isupper() else 0.57) for each in text)


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Lines that are no longer than so many pixels, broken at spaces; a word that is longer stands alone.

    >>> wrapped("who is still open", 60, 12)
    ['who is still', 'open']
    """
    return joined(text.split(" "), " ", width, size)


def joined(parts: Sequence[str], between: str, width: float, size: float) -> list[str]:
    """Lines of as many parts as have room beside one another; a part that has none even alone is broken at its spaces."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]}{between}{part}" if lines else part
        if lines and width_of(longer, size) <= width:
            lines[-1] = longer
        elif " " in part and width_of(part, size) > width:
            lines += wrapped(part, width, size)
        else:
            lines.append(part)
    return lines
