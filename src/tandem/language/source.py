"""A text and the places in it: offsets, lines and columns, all in characters."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

_BREAK = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Source:
    """A text with the path by which its reader knows it. The text has no byte-order mark."""

    path: str
    text: str

    def span(self, start: int, end: int) -> Span:
        """The characters from `start` until `end`, end out."""
        return Span(self, start, end)

    def line(self, number: int) -> str:
        """The line of that number, counted from 1, without its break."""
        start, end = self._starts[number - 1], len(self.text)
        if number < len(self._starts):
            end = self._starts[number]
        return self.text[start:end].rstrip("\r\n")

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in _BREAK.finditer(self.text))]


@dataclass(frozen=True)
class Span:
    """A piece of a source: character offsets, `end` out; lines and columns are counted from 1."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        return self.source.place(self.start)[0]

    @property
    def column(self) -> int:
        return self.source.place(self.start)[1]

    @property
    def end_line(self) -> int:
        return self.source.place(self.end)[0]

    @property
    def end_column(self) -> int:
        return self.source.place(self.end)[1]

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def to(self, other: Span) -> Span:
        """From the beginning of this span to the end of the other."""
        return Span(self.source, self.start, other.end)

    def __str__(self) -> str:
        line, column = self.source.place(self.start)
        return f"{self.source.path}:{line}:{column}"
