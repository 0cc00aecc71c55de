"""JSON that does not stand one value a line: the elements of an array, and values written over several lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

Element = tuple[int, bytes, bool]

# Each passes over texts and all that is of no interest, to the next bracket (inside an element), or bracket or comma (between elements).
# A quote is met alone only where its text goes on past the end of what was read.
_TEXT = rb'"(?:[^"\\]++|\\.)*+"'
_INSIDE = re.compile(rb"(?:" + _TEXT + rb'|[^"\[\]{}]++)*+([\[\]{}]|")', re.DOTALL)
_BETWEEN = re.compile(rb"(?:" + _TEXT + rb'|[^"\[\]{},]++)*+([\[\]{},]|")', re.DOTALL)


def read_elements(chunks: Iterable[bytes], *, element_bytes_max: int) -> Iterator[Element]:
    """(line, value, whole) of each value; an array gives its elements. whole is False for the last one of a file that stops inside it.

    Only brackets, commas and quotes are looked at: whether a value is JSON is found where it is read. A bracket that is missing cannot be told from
    one that is still to come, so such a value takes the rest of the file with it, at most element_bytes_max.
    """
    return _Scan(element_bytes_max).run(chunks)


class _Scan:
    def __init__(self, element_bytes_max: int) -> None:
        self.limit = element_bytes_max
        self.buffer = b""
        self.start = 0  # Where the current value begins in the buffer; all before it is done.
        self.line = 1  # The line of `start`.
        self.depth = 0
        self.in_array = False

    def run(self, chunks: Iterable[bytes]) -> Iterator[Element]:
        scanned = 0
        for chunk in chunks:
            self.buffer = self.buffer[self.start :] + chunk
            scanned -= self.start
            self.start = 0
            while token := (_INSIDE if self.depth >= 2 else _BETWEEN).match(self.buffer, scanned):
                if token[1] == b'"':
                    break
                scanned = token.end()
                yield from self._meet(token[1], scanned)
            if len(self.buffer) - self.start > self.limit:
                yield self.line, self.buffer[self.start : self.start + self.limit], False
                return
        rest = self.buffer[self.start :].strip()
        if rest or self.depth > 0:
            yield self._line_of(len(self.buffer)), rest, self.depth == 0

    def _meet(self, token: bytes, end: int) -> Iterator[Element]:
        if token in b"[{":
            if self.depth == 0:
                yield from self._take(end - 1)
                self.in_array = token == b"["
                if self.in_array:
                    self._skip(end)
            self.depth += 1
        elif token in b"]}" and self.depth > 0:
            self.depth -= 1
            if self.depth == 0:
                yield from self._take(end - 1 if self.in_array else end)
                self._skip(end)
        elif token == b"," and self.depth == 1 and self.in_array:
            yield from self._take(end - 1)
            self._skip(end)

    def _take(self, end: int) -> Iterator[Element]:
        value = self.buffer[self.start : end].strip()
        line = self._line_of(end)
        self._skip(end)
        if value:
            yield line, value, True

    def _line_of(self, end: int) -> int:
        """The line on which the value that begins at `start`, after white space, stands."""
        value = self.buffer[self.start : end]
        return self.line + value.count(b"\n", 0, len(value) - len(value.lstrip()))

    def _skip(self, end: int) -> None:
        self.line += self.buffer.count(b"\n", self.start, end)
        self.start = end
