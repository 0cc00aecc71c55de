"""The journal: append-only files of checksummed batches. A batch is acknowledged only once `fdatasync` has returned.

A record is `TANDEM1\\n`, the payload's length (8 bytes, little-endian), its CRC-32 (4 bytes) and the payload: a header in JSON, its
length before it, then one Arrow IPC stream for each table. Files are named by the number of their first batch.
A record that is cut or does not match its checksum, with none after it, was never acknowledged, and is cut off; anywhere else it is damage.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyarrow as pa

from tandem.storage.files import sync_folder

MAGIC = b"TANDEM1\n"
_HEAD_BYTES = len(MAGIC) + 8 + 4
FILE_BYTES_MAX = 64 * 1024 * 1024


class BatchHeader(msgspec.Struct, frozen=True):
    """number: grows by one. place_end: the first place after this batch. known_until: greatest `known_at` of its facts, or None."""

    number: int
    place_end: int
    known_until: int | None
    tables: list[tuple[str, int]]


@dataclass(frozen=True)
class Batch:
    """What one commit adds: tables by name (kinds of fact, `failure`, `mended`, `ledger`, and the ids that the facts take)."""

    number: int
    place_end: int
    known_until: int | None
    tables: dict[str, pa.RecordBatch]


class Damaged(Exception):
    """A record before the journal's end does not match its checksum: the disk has altered what was once durable."""


def encode(batch: Batch) -> bytes:
    """The payload of a record."""
    streams = []
    sizes = []
    for name, columns in batch.tables.items():
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, columns.schema) as stream:
            stream.write_batch(columns)
        streams.append(sink.getvalue())
        sizes.append((name, streams[-1].size))
    header = msgspec.json.encode(BatchHeader(batch.number, batch.place_end, batch.known_until, sizes))
    # Tables are read where they lie, and Arrow warns of columns that do not begin at a multiple of 8 bytes.
    header += b" " * (-(4 + len(header)) % 8)
    return b"".join([len(header).to_bytes(4, "little"), header, *streams])


def decode(payload: memoryview) -> Batch:
    """The batch of a payload; its tables share the payload's memory."""
    start = 4 + int.from_bytes(payload[:4], "little")
    header = msgspec.json.decode(payload[4:start], type=BatchHeader)
    tables = {}
    for name, size in header.tables:
        with pa.ipc.open_stream(pa.py_buffer(payload[start : start + size])) as stream:
            tables[name] = stream.read_next_batch()
        start += size
    return Batch(header.number, header.place_end, header.known_until, tables)


class Journal:
    """A folder of journal files. Reading needs no lock; `append` and `drop` belong to the one writer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file: int | None = None
        self._bytes = 0

    def files(self) -> list[Path]:
        """In the order of their batches."""
        return sorted(self.folder.glob("*.log"))

    def read(self, after: int) -> Iterator[Batch]:
        """Batches with a number above `after`, in order. Stops at the first record that was not wholly written."""
        for path, following in self._with_following():
            # A file ends where the next begins, so one whose successor starts at or before `after + 1` holds nothing new.
            if following is not None and following <= after + 1:
                continue
            for batch, _ in _records(path, last=following is None):
                if batch.number > after:
                    yield batch

    def append(self, batch: Batch) -> int:
        """Make a batch durable; returns the bytes that the unsealed journal now takes in this file.

        Raises OSError where the disk is full or gone; nothing of the batch then counts.
        """
        payload = encode(batch)
        record = b"".join([MAGIC, len(payload).to_bytes(8, "little"), zlib.crc32(payload).to_bytes(4, "little"), payload])
        if self._file is None:
            path = self.folder / f"{batch.number:012d}.log"
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            self._bytes = os.fstat(self._file).st_size
            sync_folder(self.folder)
        try:
            _write_all(self._file, record)
            os.fdatasync(self._file)
        except OSError:
            # What reached the disk of this record must not stand before the next one.
            os.ftruncate(self._file, self._bytes)
            raise
        self._bytes += len(record)
        return self._bytes

    def mend(self) -> None:
        """Cut off a record that a killed writer left unfinished. Only for the holder of the writer's lock."""
        files = self.files()
        if not files:
            return
        end = 0
        for _, end in _records(files[-1], last=True):  # noqa: B007 - the last end is wanted.
            pass
        if end < files[-1].stat().st_size:
            os.truncate(files[-1], end)

    def turn(self) -> None:
        """Close the current file, so that the next batch begins a new one."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def drop(self, until: int) -> None:
        """Remove files whose batches are all numbered `until` or less."""
        self.turn()
        for path, following in self._with_following():
            numbers = [batch.number for batch, _ in _records(path, last=True)] if following is None else [following - 1]
            if not numbers or numbers[-1] <= until:
                path.unlink()
        sync_folder(self.folder)

    def _with_following(self) -> list[tuple[Path, int | None]]:
        # Each file with the number of the first batch of the file after it.
        files = self.files()
        return list(zip(files, [*(int(path.stem) for path in files[1:]), None])) if files else []


def _records(path: Path, *, last: bool) -> Iterator[tuple[Batch, int]]:
    """The batches of a file, each with the offset at which its record ends."""
    with open(path, "rb") as file:
        end = 0
        while True:
            head = file.read(_HEAD_BYTES)
            size = int.from_bytes(head[len(MAGIC) : len(MAGIC) + 8], "little")
            whole = len(head) == _HEAD_BYTES and head.startswith(MAGIC)
            payload = file.read(size) if whole else b""
            if not whole or len(payload) < size or zlib.crc32(payload) != int.from_bytes(head[-4:], "little"):
                if head and (not last or _has_record(path, end + 1)):
                    raise Damaged(f"{path.name} is damaged at byte {end}")
                return
            end += _HEAD_BYTES + size
            yield decode(memoryview(payload)), end


def _has_record(path: Path, start: int) -> bool:
    """Whether a whole record stands anywhere after `start`: then what stands before it was durable once, and was not cut by a crash."""
    content = path.read_bytes()
    found = content.find(MAGIC, start)
    while found >= 0:
        begin = found + _HEAD_BYTES
        size = int.from_bytes(content[found + len(MAGIC) : begin - 4], "little")
        if begin + size <= len(content) and zlib.crc32(content[begin : begin + size]) == int.from_bytes(
            content[begin - 4 : begin], "little"
        ):
            return True
        found = content.find(MAGIC, found + 1)
    return False


def _write_all(file: int, record: bytes) -> None:
    rest = memoryview(record)
    while rest:
        rest = rest[os.write(file, rest) :]
