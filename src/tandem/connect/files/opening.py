"""A file of bytes is opened: unpacked, decoded to UTF-8 in chunks, and its format recognised from how it begins."""

from __future__ import annotations

import codecs
import csv
import zlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

import msgspec

from tandem.connect.block import Broken
from tandem.connect.files.encoding import SAMPLE_BYTES, Encoding, find_encoding, show_encoding

if TYPE_CHECKING:
    from zlib import _Decompress as _Unpacker

DELIMITERS = (",", ";", "\t", "|")
Format = Literal["lines", "elements", "delimited", "parquet"]

_GZIP = b"\x1f\x8b"
_FOREIGN = ((b"PK\x03\x04", "a zip archive or a spreadsheet"), (b"\x28\xb5\x2f\xfd", "compressed with zstd"), (b"BZh", "compressed with bzip2"),
            (b"\xfd7zXZ", "compressed with xz"), (b"%PDF", "a PDF"), (b"SQLite format 3", "an SQLite database"))  # fmt: skip


def _keep_bytes(error: UnicodeError) -> tuple[str, int]:
    """Bytes that cannot be decoded become halves of characters, which no row may hold: so each costs its row, and no more."""
    assert isinstance(error, UnicodeDecodeError)
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("tandem.keep_bytes", _keep_bytes)


class Stream:
    """The unpacked bytes of a file in UTF-8 without a mark, a chunk at a time; `broken` says how they ended, where they end too soon.

    consumed: how many of the file's own bytes have been read. sample: how the text begins, decoded as `encoding`, or as found.
    guessed: the encoding's name where nothing but the bytes tells it, else None.
    """

    def __init__(self, path: Path, encoding: str | None, chunk_bytes: int, *, is_json: bool) -> None:
        self.total = path.stat().st_size
        self.broken: Broken | None = None
        self._file: BinaryIO = path.open("rb")
        start = self._file.read(16)
        self._file.seek(0)
        self.is_parquet = start.startswith(b"PAR1")
        self.foreign = next((what for magic, what in _FOREIGN if start.startswith(magic)), None)
        self._chunk_bytes = chunk_bytes
        self._chunks = self._unpack() if start.startswith(_GZIP) else self._read()
        self._ahead = self._take_sample()
        is_text = not (self.is_parquet or self.foreign)
        found = find_encoding(self._ahead, encoding, is_json=is_json) if is_text else Encoding("utf-8")
        self.encoding = found.name
        self.guessed = show_encoding(found.name) if found.guessed else None
        self._ahead = self._ahead[found.mark :]
        self.sample = self._ahead if self.encoding == "utf-8" else self._decode(self._ahead)

    def close(self) -> None:
        self._file.close()

    @property
    def consumed(self) -> int:
        return self._file.tell()

    def __iter__(self) -> Iterator[bytes]:
        """UTF-8, whatever the encoding; bytes that could not be decoded make text that is not valid UTF-8."""
        chunks = self._all()
        if self.encoding == "utf-8":
            yield from chunks
            return
        decoder = codecs.getincrementaldecoder(self.encoding)("tandem.keep_bytes")
        for chunk in chunks:
            yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")

    def _decode(self, sample: bytes) -> bytes:
        decoder = codecs.getincrementaldecoder(self.encoding)("tandem.keep_bytes")
        return decoder.decode(sample).encode("utf-8", "surrogatepass")

    def _all(self) -> Iterator[bytes]:
        # The sample is cut into chunks too, so that where blocks end does not depend on how much was looked at.
        for start in range(0, len(self._ahead), self._chunk_bytes):
            yield self._ahead[start : start + self._chunk_bytes]
        yield from self._chunks

    def _take_sample(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        for chunk in self._chunks:
            parts.append(chunk)
            size += len(chunk)
            if size >= SAMPLE_BYTES:
                break
        return b"".join(parts)

    def _read(self) -> Iterator[bytes]:
        while chunk := self._file.read(self._chunk_bytes):
            yield chunk

    def _unpack(self) -> Iterator[bytes]:
        """All members of a gzip file. What stands before a break is given; then `broken` is set."""
        member = zlib.decompressobj(31)
        inside = False
        while packed := self._file.read(256 * 1024):
            while packed:
                before = member.copy()
                try:
                    chunk = member.decompress(packed, self._chunk_bytes)
                except zlib.error:
                    yield from _salvage(before, packed)
                    self.broken = Broken("unreadable_file", "the compressed data is damaged here", b"")
                    return
                inside = True
                if chunk:
                    yield chunk
                packed = member.unconsumed_tail
                if member.eof:
                    # Padding with zeros after a member is usual on tapes and in some archives.
                    packed = member.unused_data.lstrip(b"\0")
                    member = zlib.decompressobj(31)
                    inside = False
        if inside:
            self.broken = Broken("truncated_file", "the compressed file ends in the middle", b"")


def _salvage(member: _Unpacker, packed: bytes) -> Iterator[bytes]:
    """What stands before the damage: an error takes all output of its call with it, so that only single bytes tell where it is."""
    parts: list[bytes] = []
    with suppress(zlib.error):
        for at in range(len(packed)):
            parts.append(member.decompress(packed[at : at + 1]))
    yield b"".join(parts)


def find_format(sample: bytes) -> Format:
    """What a text is, from how it begins: JSON on lines, JSON that spans lines, or delimited text."""
    start = sample.lstrip()
    if start.startswith(b"["):
        return "elements"
    if not start.startswith(b"{"):
        return "delimited"
    return find_layout(start)


def find_layout(sample: bytes) -> Format:
    """Whether JSON stands one value a line, or in an array or over several lines."""
    start = sample.lstrip()
    if start.startswith(b"["):
        return "elements"
    line, feed, _ = start.partition(b"\n")
    line = line.strip()
    if feed and line.endswith((b"{", b"[", b",", b":")):
        try:
            msgspec.json.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
            return "elements"
    return "lines"


def find_delimiter(sample: bytes, columns: Collection[str]) -> str:
    """The delimiter under which the header has most of the named columns, then most rows have as many cells as the header."""
    lines = [line + "\n" for line in sample[:65_536].decode("utf-8", "replace").split("\n")][:50]

    def fit(delimiter: str) -> tuple[int, float, int]:
        rows: list[list[str]] = []
        with suppress(csv.Error):
            rows.extend(row for row in csv.reader(lines, delimiter=delimiter) if row)
        if not rows or len(rows[0]) < 2:
            # One column only: any delimiter is right, and a comma as good as any.
            return int(bool(rows) and rows[0][0].strip() in columns), 0.0, 0
        alike = sum(1 for row in rows if len(row) == len(rows[0])) / len(rows)
        return sum(1 for name in rows[0] if name.strip() in columns), alike, len(rows[0])

    return max(DELIMITERS, key=fit)
