"""The door: a file is cut into blocks, and each block becomes facts, failed rows and suppressed rows.

`blocks` touches the disk and is quick; `parse` is pure and can run in another process. Their meaning does not depend on where a file is cut.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from tandem.connect.block import Block, Broken, Elements, Failure, Header, Limits, Lines, Parsed, Table
from tandem.connect.calls.segment import Segment, parse_calls
from tandem.connect.files.delimited import cut, read_header
from tandem.connect.files.elements import read_elements
from tandem.connect.files.opening import Stream, find_delimiter, find_format, find_layout
from tandem.connect.mapping.mapped import parse_mapped
from tandem.connect.mapping.plan import SourceMapping
from tandem.connect.notation import Notation, parse_notation
from tandem.values.instants import Instant
from tandem.values.names import nearest

__all__ = ["Block", "Failure", "Limits", "Parsed", "Reader", "again", "blocks", "parse"]

Reader = Segment | SourceMapping | Notation

_TABLE_ROWS = 20_000


def parse(block: Block, reader: Reader, *, received_at: Instant) -> Parsed:
    """What the rows of a block say. received_at: the import's instant, the same for all its blocks."""
    if isinstance(block.payload, Broken):
        broken = block.payload
        parsed = Parsed(header=block.header.raw if block.header else b"")
        parsed.fail(parsed.receive(block.first_line, broken.raw), broken.reason, broken.detail, broken.column)
        return parsed
    if isinstance(reader, Segment):
        return parse_calls(block, reader, received_at=received_at)
    if isinstance(reader, Notation):
        return parse_notation(block, reader, received_at=received_at)
    return parse_mapped(block, reader, received_at=received_at)


def blocks(path: Path, reader: Reader, *, limits: Limits = Limits()) -> Iterator[Block]:  # noqa: B008 - it is frozen.
    """A file cut into units of work, in its order. Raises OSError for a file that is missing, a folder, or cannot be read.

    A file that is not what it should be gives blocks up to the break, and then one `Broken` part. An empty file gives none.
    """
    is_json = isinstance(reader, Segment) or (isinstance(reader, SourceMapping) and reader.format in ("json", "jsonl"))
    named = reader.encoding if isinstance(reader, SourceMapping) else None
    stream = Stream(path, named, limits.block_bytes, is_json=is_json)
    try:
        yield from _Cutting(path, stream, reader, limits).run()
    finally:
        stream.close()


def again(raw: bytes, header: bytes, reader: Reader, *, file: str, line: int) -> Block:
    """The block of one failed row that is read again. header: the header line that it was kept with, empty for formats without."""
    if isinstance(reader, Notation):
        return Block(file, line, Lines(raw))
    if isinstance(reader, Segment) or not header:
        return Block(file, line, Elements([(line, raw)]))
    found = read_header(header, _delimiter(reader, header + raw))
    assert found is not None, header
    return Block(file, line, Lines(raw), found[0])


class _Cutting:
    def __init__(self, path: Path, stream: Stream, reader: Reader, limits: Limits) -> None:
        self.path, self.stream, self.reader, self.limits = path, stream, reader, limits

    def run(self) -> Iterator[Block]:
        stream, reader = self.stream, self.reader
        if stream.is_parquet and isinstance(reader, SourceMapping):
            yield from self._cut_table()
            return
        if stream.is_parquet or stream.foreign:
            what = "a Parquet file" if stream.is_parquet else stream.foreign
            yield self._block(1, Broken("unreadable_file", f"the file is {what}; expected {self._expected()}", b""))
            return
        if isinstance(reader, Notation):
            # A correction names the label of a line above it, so that notation is never cut.
            yield self._block(1, Lines(b"".join(stream)))
            return
        if isinstance(reader, Segment) or reader.format in ("json", "jsonl"):
            format = find_layout(stream.sample)
        else:
            format = "delimited" if reader.format in ("csv", "tsv") else find_format(stream.sample)
        if format == "elements":
            yield from self._cut_elements()
        else:
            yield from self._cut_lines(delimited=format == "delimited")

    def _expected(self) -> str:
        return "CSV, TSV, JSON or Parquet" if isinstance(self.reader, SourceMapping) else "text"

    def _block(self, line: int, payload: Lines | Elements | Table | Broken, header: Header | None = None) -> Block:
        return Block(str(self.path), line, payload, header, self.stream.consumed, self.stream.total, self.stream.guessed)

    def _cut_lines(self, *, delimited: bool) -> Iterator[Block]:
        """Blocks of whole lines or records; what stands before a break in the file and is no whole line fails with it."""
        header: Header | None = None
        line, rest, skipped, before = 1, b"", 0, 0
        if delimited:
            found = self._find_header()
            if isinstance(found, Broken):
                yield self._block(1, found)
                return
            if found is not None:
                header, before, lines = found
                line += lines
        for chunk in self.stream:
            # The header, and what stands before it, has been read.
            chunk, before = chunk[before:], max(0, before - len(chunk))
            if skipped:
                # The rest of a line of which more than enough is kept already.
                chunk, feed, after = chunk.partition(b"\n")
                skipped += len(chunk)
                if not feed:
                    continue
                yield self._block(line, self._too_long(rest, skipped), header)
                line, rest, skipped, chunk = line + 1, b"", 0, after
            text = rest + chunk
            end = cut(text, header.delimiter) if header is not None else text.rfind(b"\n") + 1
            if text[:end].strip():
                yield self._block(line, Lines(text[: end - 1]), header)
            line += text.count(b"\n", 0, end)
            rest = text[end:]
            if len(rest) > self.limits.kept_bytes and b"\n" not in rest:
                rest, skipped = rest[: self.limits.kept_bytes], len(rest)
        if skipped:
            yield self._block(line, self._too_long(rest, skipped), header)
        elif self.stream.broken is None and rest.strip():
            yield self._block(line, Lines(rest), header)
        if self.stream.broken is not None:
            broken = self.stream.broken
            yield self._block(line, Broken(broken.reason, broken.detail, b"" if skipped else rest), header)

    def _too_long(self, raw: bytes, size: int) -> Broken:
        return Broken("too_long", f"the line has {size} bytes, of which the first {len(raw)} are kept", raw)

    def _find_header(self) -> tuple[Header, int, int] | Broken | None:
        """The header with its size in bytes and lines, or what is wrong with it; None in a file without text."""
        assert isinstance(self.reader, SourceMapping)
        found = read_header(self.stream.sample, _delimiter(self.reader, self.stream.sample))
        if found is None:
            return None
        missing = _find_missing(self.reader, found[0].columns)
        return Broken("missing_columns", missing[1], found[0].raw, missing[0]) if missing else found

    def _cut_elements(self) -> Iterator[Block]:
        values: list[tuple[int, bytes]] = []
        size = 0
        last: tuple[int, bytes] | None = None
        for line, value, whole in read_elements(self.stream, element_bytes_max=self.limits.kept_bytes):
            if not whole:
                last = (line, value)
                break
            values.append((line, value))
            size += len(value)
            if size >= self.limits.block_bytes:
                yield self._block(values[0][0], Elements(values))
                values, size = [], 0
        if values:
            yield self._block(values[0][0], Elements(values))
        broken = self.stream.broken
        if broken is not None:
            yield self._block(last[0] if last else 1, Broken(broken.reason, broken.detail, last[1] if last else b""))
        elif last is not None:
            yield self._block(last[0], Broken("not_json", "the file ends inside a list or an object that is never closed", last[1]))

    def _cut_table(self) -> Iterator[Block]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        assert isinstance(self.reader, SourceMapping)
        done = 0
        try:
            with pq.ParquetFile(self.path) as file:
                missing = _find_missing(self.reader, tuple(file.schema_arrow.names), nested=True)
                if missing:
                    yield self._block(1, Broken("missing_columns", missing[1], ", ".join(file.schema_arrow.names).encode(), missing[0]))
                    return
                rows = file.metadata.num_rows
                for batch in file.iter_batches(batch_size=_TABLE_ROWS):
                    sink = io.BytesIO()
                    with pa.ipc.new_stream(sink, batch.schema) as writer:
                        writer.write_batch(batch)
                    consumed = self.stream.total * (done + batch.num_rows) // rows
                    yield Block(str(self.path), done + 1, Table(sink.getvalue()), None, consumed, self.stream.total)
                    done += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            # The file was opened already: what fails now is what it holds.
            yield self._block(done + 1, Broken("unreadable_file", f"the Parquet file cannot be read: {str(error).splitlines()[0]}", b""))


def _delimiter(reader: SourceMapping, text: bytes) -> str:
    return reader.delimiter or ("\t" if reader.format == "tsv" else find_delimiter(text, reader.columns))


def _find_missing(reader: SourceMapping, columns: tuple[str, ...], *, nested: bool = False) -> tuple[str, str] | None:
    """The first column that the mapping names and the file lacks, and how to say that of all of them."""
    missing = [name for name in reader.columns if name not in columns and not (nested and name.split(".")[0] in columns)]
    if not missing:
        return None
    near = [(name, nearest(name, columns)) for name in missing]
    words = ", ".join(f"`{name}`" + (f" (did you mean `{meant}`?)" if meant is not None else "") for name, meant in near)
    return missing[0], f"the file lacks columns that the mapping names: {words}"
