"""What passes through the door: a block of a file, the rows that it holds, and what became of each."""

from __future__ import annotations

import msgspec

from tandem.facts.fact import Fact

Kept = bytes | str | dict[str, object]


class Limits(msgspec.Struct, frozen=True):
    """block_bytes: about how much of a file is one unit of work.

    kept_bytes: how much of a row that is too long is kept; more is cut off, and its detail says so.
    """

    block_bytes: int = 4 * 1024 * 1024
    kept_bytes: int = 64 * 1024 * 1024


class Lines(msgspec.Struct, frozen=True):
    """Whole lines of JSON, or whole records of delimited text with the file's header; UTF-8, each ended by a line feed but the last."""

    text: bytes


class Elements(msgspec.Struct, frozen=True):
    """JSON values that do not stand on lines of their own: elements of an array, or values over several lines. (line, value)."""

    values: list[tuple[int, bytes]]


class Table(msgspec.Struct, frozen=True):
    """Rows of a columnar file, as one Arrow stream of one record batch."""

    arrow: bytes


class Broken(msgspec.Struct, frozen=True):
    """A part of the file that is no row: it is received and failed as one."""

    reason: str
    detail: str
    raw: bytes
    column: str | None = None


class Header(msgspec.Struct, frozen=True):
    """The columns of delimited text. raw: the line as it stood, which a failed row needs in order to be read again."""

    columns: tuple[str, ...]
    delimiter: str
    raw: bytes


class Block(msgspec.Struct, frozen=True):
    """A unit of work that can be sent to another process; its rows do not depend on other blocks.

    first_line: the file's line, from 1, where it begins (for a columnar file: the row). consumed, total: how many of the file's bytes
    have been read when this block is cut, for progress; total 0 where nobody knows. encoding: what the file's text was taken for, where
    that was a guess, in a name that a mapping may take over; None for UTF-8, for what was named, and for what is no text.
    """

    file: str
    first_line: int
    payload: Lines | Elements | Table | Broken
    header: Header | None = None
    consumed: int = 0
    total: int = 0
    encoding: str | None = None


class Failure(msgspec.Struct, frozen=True):
    """A row that was not stored. row: its number in the block, from 0. reason: a code of `facts/reasons.py`. raw: the row as it stood."""

    row: int
    line: int
    column: str | None
    reason: str
    detail: str
    raw: bytes


class Parsed(msgspec.Struct):
    """What a block held. A row is stored or failed as a whole, though it may give several facts or none.

    facts: (row, fact), by row. lines: the file's line of each row. suppressed: (row, why). unnumbered: rows whose ids are a hash
    of what they say, so that equal rows of a file still need a number (`-2`, `-3`) in file order. undated: rows that state no
    instant, so that theirs is the import's own and no part of what they say. repeated_keys: pairs in the stored rows' JSON that lost
    to a later pair with the same key. header: the header line as it stood, for delimited text.
    """

    received: int = 0
    facts: list[tuple[int, Fact]] = []
    lines: list[int] = []
    failures: list[Failure] = []
    suppressed: list[tuple[int, str]] = []
    unnumbered: list[int] = []
    undated: list[int] = []
    repeated_keys: int = 0
    header: bytes = b""
    kept: list[Kept] = []

    def raw(self, row: int) -> bytes:
        """The row as it stood, in UTF-8; bytes that could not be decoded stand as they came. A columnar file's row is JSON."""
        kept = self.kept[row]
        if isinstance(kept, bytes):
            return kept
        if isinstance(kept, str):
            return kept.encode("utf-8", "surrogateescape")
        return msgspec.json.encode(kept, enc_hook=str)

    def receive(self, line: int, kept: Kept) -> int:
        """Count one more row, and give its number."""
        self.lines.append(line)
        self.kept.append(kept)
        self.received += 1
        return self.received - 1

    def fail(self, row: int, reason: str, detail: str, column: str | None = None) -> None:
        """The row is not stored."""
        self.failures.append(Failure(row, self.lines[row], column, reason, detail, self.raw(row)))
