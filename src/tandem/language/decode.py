"""Where each character of a scalar's value stands in the source: the raw text is read again, letter by letter.

The grammar itself is ruamel.yaml's. This decoder only repeats how a scalar that was already found becomes its value: quotes,
escapes, folded line breaks, indentation and chomping. It must give the same text; a property test holds it to that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ESCAPES = {
    "0": "\0", "a": "\x07", "b": "\x08", "t": "\t", "\t": "\t", "n": "\n", "v": "\x0b", "f": "\x0c", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
ESCAPE_DIGITS = {"x": 2, "u": 4, "U": 8}

_BREAK = re.compile(r"\r\n|\n|\r")
_FOLD = re.compile(r"[ \t]*(?:\r\n|\n|\r)")


@dataclass
class Letters:
    """Characters of a value, each with the source offsets where its spelling starts and ends."""

    letters: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.letters)

    def put(self, letter: str, start: int, end: int) -> None:
        self.letters.append(letter)
        self.starts.append(start)
        self.ends.append(end)

    def copy(self, source: str, start: int, end: int) -> None:
        for at in range(start, end):
            self.put(source[at], at, at + 1)


def decode(source: str, start: int, end: int, style: str, indent: int) -> Letters:
    """The letters of the scalar that stands in `source` from `start` until `end`.

    style: `plain`, `single`, `double`, `literal` or `folded`. indent: the column, from 0, of the block collection that holds the
    scalar, -1 at the top; only indentation indicators ask for it.
    """
    letters = Letters()
    if style in ("literal", "folded"):
        _decode_block(letters, source, start, end, style == "folded", indent)
    elif style == "plain":
        _decode_flow(letters, source, start, end, style)
    else:
        _decode_flow(letters, source, start + 1, end - 1, style)
    return letters


def _decode_flow(letters: Letters, source: str, at: int, end: int, style: str) -> None:
    """Plain and quoted scalars: a line break is a space, further ones are kept, the blanks around them are not."""
    while at < end:
        letter = source[at]
        fold = _FOLD.match(source, at, end) if letter in " \t\r\n" else None
        if fold is not None:
            at = _fold(letters, source, at, fold.end(), end, kept=False)
        elif letter in " \t":
            stop = at
            while stop < end and source[stop] in " \t":
                stop += 1
            letters.copy(source, at, stop)
            at = stop
        elif style == "single" and letter == "'":
            letters.put("'", at, at + 2)
            at += 2
        elif style == "double" and letter == "\\":
            at = _decode_escape(letters, source, at, end)
        else:
            letters.put(letter, at, at + 1)
            at += 1


def _fold(letters: Letters, source: str, start: int, after: int, end: int, *, kept: bool) -> int:
    """Reads past a line break that ends at `after`, and the blank lines and blanks that follow; gives the next offset.

    kept: the break was escaped, so that it leaves no space, while blank lines after it still count.
    """
    blank_lines = 0
    at = after
    while (fold := _FOLD.match(source, at, end)) is not None:
        letters.put("\n", at, fold.end())
        at = fold.end()
        blank_lines += 1
    while at < end and source[at] in " \t":
        at += 1
    if blank_lines == 0 and not kept:
        letters.put(" ", start, at)
    return at


def _decode_escape(letters: Letters, source: str, at: int, end: int) -> int:
    sign = source[at + 1]
    if sign in ESCAPES:
        letters.put(ESCAPES[sign], at, at + 2)
        return at + 2
    if sign in ESCAPE_DIGITS:
        after = at + 2 + ESCAPE_DIGITS[sign]
        letters.put(chr(int(source[at + 2 : after], 16)), at, after)
        return after
    found = _BREAK.match(source, at + 1, end)
    assert found is not None, f"the escape {source[at : at + 2]!r} was read as valid"
    return _fold(letters, source, at, found.end(), end, kept=True)


def _decode_block(letters: Letters, source: str, start: int, end: int, folded: bool, indent: int) -> None:
    """Literal and folded scalars. A line is (start, end of its text, end of its break)."""
    lines = _lines(source, start, end)
    header = re.split(r"[ \t]", source[lines[0][0] + 1 : lines[0][1]], maxsplit=1)[0]
    increment = next((int(sign) for sign in header if sign.isdigit()), None)
    body = lines[1:]
    width = max(indent, 0) + increment if increment is not None else _detect(source, body)

    def is_blank(line: tuple[int, int, int]) -> bool:
        return line[1] - line[0] <= width and not source[line[0] : line[1]].strip(" ")

    last = max((number for number, line in enumerate(body) if not is_blank(line)), default=-1)
    before_indented = True  # No fold stands before the first line.
    pending: tuple[int, int] | None = None  # The break after the last line of text, folded or kept by what follows.
    breaks: list[tuple[int, int]] = []
    for line in body[: last + 1]:
        if is_blank(line):
            breaks.append((line[0], line[2]))
            continue
        text_start = line[0] + width
        indented = source[text_start] in " \t"
        if pending is not None:
            if not folded or indented or before_indented:
                letters.put("\n", *pending)
            elif not breaks:
                letters.put(" ", *pending)
        for place in breaks:
            letters.put("\n", *place)
        letters.copy(source, text_start, line[1])
        pending, breaks, before_indented = (line[1], line[2]), [], indented
    if "-" not in header and pending is not None and pending[0] < pending[1]:
        letters.put("\n", *pending)
    if "+" in header:
        for line in body[last + 1 :]:
            if line[1] < line[2]:
                letters.put("\n", line[0], line[2])


def _detect(source: str, body: list[tuple[int, int, int]]) -> int:
    """The indentation of the first line that has text, but no less than that of a blank line before it."""
    width = 0
    for start, stop, _ in body:
        spaces = len(source[start:stop]) - len(source[start:stop].lstrip(" "))
        width = max(width, spaces)
        if spaces < stop - start:
            break
    return width


def _lines(source: str, start: int, end: int) -> list[tuple[int, int, int]]:
    lines: list[tuple[int, int, int]] = []
    while True:
        found = _BREAK.search(source, start, end)
        if found is None:
            return [*lines, (start, end, end)] if start < end or not lines else lines
        lines.append((start, found.start(), found.end()))
        start = found.end()
