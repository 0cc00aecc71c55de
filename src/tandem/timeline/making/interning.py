"""Numbers for what is told apart: equal texts, or equal rows of whole numbers, have one code, by first appearance.

Hash tables with open addressing, in arrays: millions of texts take no Python objects, and the codes of a log that grows go on.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tandem.timeline.kernels import Ints, Longs, kernel
from tandem.timeline.making.words import Bytes, Words

_EMPTY = -1
_FEW = 1 << 10


class Texts:
    """Codes of texts."""

    def __init__(self, before: Words | None = None) -> None:
        self._count = 0
        self._table = np.full(_FEW, _EMPTY, np.int32)
        self._offsets = np.zeros(_FEW, np.int64)
        self._content = np.zeros(_FEW, np.uint8)
        if before is not None:
            self.codes(before.column())

    def __len__(self) -> int:
        return self._count

    def codes(self, texts: pa.Array) -> Ints:
        """(n,) texts, none of them null."""
        texts = texts.cast(pa.large_string())
        if len(texts) == 0:
            return np.zeros(0, np.int32)
        _, offsets, content = texts.buffers()
        begins = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
        letters = np.frombuffer(content, np.uint8) if content is not None and content.size else np.zeros(0, np.uint8)
        most = self._count + len(texts)
        self._table = _roomy(self._table, most, self._offsets, self._content, self._count)
        self._offsets = _longer(self._offsets, most + 1)
        self._content = _longer(self._content, int(self._offsets[self._count] + begins[-1] - begins[0]))
        codes = np.empty(len(texts), np.int32)
        self._count = int(_intern_texts(begins, letters, self._table, self._offsets, self._content, self._count, codes))
        return codes

    def words(self) -> Words:
        offsets = self._offsets[: self._count + 1]
        return Words(offsets, self._content[: offsets[-1]])


class Rows:
    """Codes of rows of `width` whole numbers."""

    def __init__(self, width: int, before: Ints | None = None) -> None:
        self._count = 0
        self._table = np.full(_FEW, _EMPTY, np.int32)
        self._rows = np.zeros((_FEW, width), np.int32)
        if before is not None:
            self.codes(before.T)

    def __len__(self) -> int:
        return self._count

    def codes(self, rows: Ints) -> Ints:
        """(n,) of rows (n, width)."""
        rows = np.ascontiguousarray(rows, np.int32)
        # Few of many rows are new: tables grow by what has come, not by what may.
        codes = np.empty(len(rows), np.int32)
        done = 0
        while done < len(rows):
            if 2 * (self._count + 1) > len(self._table):
                self._table = _rehashed_rows(np.full(4 * len(self._table), _EMPTY, np.int32), self._rows, self._count)
            if self._count == len(self._rows):
                self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
            self._count, done = (int(each) for each in _intern_rows(rows, done, self._table, self._rows, self._count, codes))
        return codes

    def columns(self) -> Ints:
        """(width, codes) the rows by code."""
        return np.ascontiguousarray(self._rows[: self._count].T)


def _longer(array: Longs | Bytes, least: int) -> np.ndarray:
    if least <= len(array):
        return array
    longer = np.zeros(max(least, 2 * len(array)), array.dtype)
    longer[: len(array)] = array
    return longer


def _roomy(table: Ints, texts: int, offsets: Longs, content: Bytes, count: int) -> Ints:
    """A table at most half full with so many texts."""
    if 2 * texts <= len(table):
        return table
    size = len(table)
    while size < 2 * texts:
        size *= 2
    found: Ints = _rehashed_texts(np.full(size, _EMPTY, np.int32), offsets, content, count)
    return found


@kernel
def _intern_texts(begins, letters, table, offsets, content, count, codes):  # type: ignore[no-untyped-def]
    mask = len(table) - 1
    for i in range(len(codes)):
        a, b = begins[i], begins[i + 1]
        slot = _hash(letters, a, b) & mask
        while True:
            code = table[slot]
            if code == _EMPTY:
                code = count
                table[slot] = code
                start = offsets[count]
                content[start : start + b - a] = letters[a:b]
                offsets[count + 1] = start + b - a
                count += 1
                break
            if _are_equal(letters, a, b, content, offsets[code], offsets[code + 1]):
                break
            slot = (slot + 1) & mask
        codes[i] = code
    return count


@kernel
def _rehashed_texts(table, offsets, content, count):  # type: ignore[no-untyped-def]
    mask = len(table) - 1
    for code in range(count):
        slot = _hash(content, offsets[code], offsets[code + 1]) & mask
        while table[slot] != _EMPTY:
            slot = (slot + 1) & mask
        table[slot] = code
    return table


@kernel
def _intern_rows(rows, done, table, known, count, codes):  # type: ignore[no-untyped-def]
    """Stops where a table is too full; says how many codes there are, and how many rows are done."""
    mask = len(table) - 1
    for i in range(done, len(rows)):
        if count == len(known) or 2 * (count + 1) > len(table):
            return count, i
        slot = _hash_of_row(rows[i]) & mask
        while True:
            code = table[slot]
            if code == _EMPTY:
                code = count
                table[slot] = code
                known[count] = rows[i]
                count += 1
                break
            if (known[code] == rows[i]).all():
                break
            slot = (slot + 1) & mask
        codes[i] = code
    return count, len(rows)


@kernel
def _rehashed_rows(table, known, count):  # type: ignore[no-untyped-def]
    mask = len(table) - 1
    for code in range(count):
        slot = _hash_of_row(known[code]) & mask
        while table[slot] != _EMPTY:
            slot = (slot + 1) & mask
        table[slot] = code
    return table


@kernel
def _hash(letters, a, b):  # type: ignore[no-untyped-def]
    """FNV-1a, 64 bits, its upper half folded in."""
    found = np.uint64(14695981039346656037)
    for i in range(a, b):
        found = (found ^ np.uint64(letters[i])) * np.uint64(1099511628211)
    return np.int64((found ^ (found >> np.uint64(32))) & np.uint64(0x7FFFFFFF))


@kernel
def _hash_of_row(row):  # type: ignore[no-untyped-def]
    found = np.uint64(14695981039346656037)
    for i in range(len(row)):
        found = (found ^ np.uint64(np.uint32(row[i]))) * np.uint64(0x9E3779B97F4A7C15)
        found ^= found >> np.uint64(29)
    return np.int64((found ^ (found >> np.uint64(32))) & np.uint64(0x7FFFFFFF))


@kernel
def _are_equal(one, a, b, other, c, d):  # type: ignore[no-untyped-def]
    same, i = b - a == d - c, 0
    while same and i < b - a:
        same = one[a + i] == other[c + i]
        i += 1
    return same
