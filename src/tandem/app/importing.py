"""`tandem import`: rows of files become facts; each ends as stored, duplicate, suppressed or failed, and the counts add up.

Blocks of a file are prepared by as many processes as there are cores, and stored in the file's order by one, the writer. Killed at any
instant, an import leaves whole batches: run again, what is stored counts as duplicate and the rest goes in.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path

import numpy as np
import pyarrow as pa

from tandem.app.delivering import Intake, Prepared, prepare, refuse, told_name
from tandem.app.failures import UnknownName, UnreadableInput, WrongUsage
from tandem.app.project import Project
from tandem.connect.block import Block, Limits
from tandem.connect.calls.segment import Segment
from tandem.connect.notation import Notation
from tandem.connect.rows import Reader, blocks, parse
from tandem.facts.failure import Counts
from tandem.facts.reasons import OF_FILES
from tandem.facts.sameness import id_digest
from tandem.storage.delivery import Delivery
from tandem.storage.known_ids import Ids, read_ids
from tandem.storage.log import Log, Writer, open_failures
from tandem.values.instants import Instant
from tandem.values.instants import show as show_instant

# Below this, starting processes takes longer than they save.
POOL_BYTES_MIN = 16 * 1024 * 1024


@dataclass(frozen=True)
class Import:
    """source: `segment`, `notation`, or a name in `playbook/sources/`. exported_at: overrides what the mapping says of a snapshot."""

    source: str
    files: tuple[Path, ...]
    exported_at: Instant | None = None


@dataclass(frozen=True)
class Imported:
    """counts: of all files, and by file. guessed: the encoding of files that are not UTF-8 and name none. as_of: the import's instant."""

    source: str
    counts: Counts
    by_file: dict[str, Counts]
    assumed: int
    repeated_keys: int
    guessed: dict[str, str]
    as_of: Instant


# file, bytes read, bytes in all (0 where unknown), rows so far.
Progress = Callable[[str, int, int, int], None]


def import_files(project: Project, asked: Import, progress: Progress | None = None) -> Imported:
    """Store what is new in the files. Raises UnknownName for the source, UnreadableInput for a file that cannot be opened."""
    reader = find_reader(project, asked)
    for file in asked.files:
        if not file.is_file():
            what = "is a folder" if file.is_dir() else "is no regular file" if file.exists() else "is not there"
            raise UnreadableInput(f"`{file}` {what}", "name files; a pattern such as `exports/*.csv` names many")
        if not os.access(file, os.R_OK):
            raise UnreadableInput(f"`{file}` may not be read", "check its rights")
    at = project.world.now()
    counts, by_file, assumed, repeated = Counts(), dict.fromkeys(map(told_name, asked.files), Counts()), 0, 0
    guessed: dict[str, str] = {}
    with ExitStack() as stack:
        writer = stack.enter_context(project.writer(f"import {asked.source}"))
        mends = writer.open_failures(asked.source)
        intake = Intake(asked.source, reader, project.playbook.product.suppress, writer.key, at, with_keys=bool(mends))
        pool = stack.enter_context(_workers(project, asked.files))
        for file in asked.files:
            name, numbers = told_name(file), dict[bytes, int]()
            for block, prepared in _prepared(file, intake, pool, project.world.cores()):
                delivery = numbered(prepared, numbers, writer.key)
                stored = writer.commit(
                    delivery,
                    import_id=f"{asked.source} {show_instant(at)}",
                    at=project.world.now(),
                    refuse=partial(_refuse, block=block, intake=intake),
                    mends=mends,
                )
                counts += stored
                by_file[name] += stored
                if block.encoding is not None:
                    guessed[name] = block.encoding
                assumed += delivery.assumed
                repeated += delivery.repeated_keys
                if progress:
                    progress(name, block.consumed, block.total, counts.received)
            if OF_FILES.intersection(mends.values()) and not OF_FILES.intersection(by_file[name].reasons):
                _end_whole(writer, asked.source, name, at)
        writer.seal(project.world.now())
    return Imported(asked.source, counts, by_file, assumed, repeated, guessed, at)


def _end_whole(writer: Writer, source: str, file: str, at: Instant) -> None:
    """A file that failed as a whole before, and not this time, waits no longer."""
    waiting = [
        row for row in open_failures(Log(writer.data)) if row["reason"] in OF_FILES and (row["source"], row["file"]) == (source, file)
    ]
    ended = [(source, file, row["failure_id"]) for row in waiting]
    writer.end(ended, "imported again", import_id=f"{source} {show_instant(at)}", at=at)


def find_reader(project: Project, asked: Import) -> Reader:
    """How the source's files are read: by the Segment spec, as notation, or by the playbook's mapping."""
    if asked.exported_at is not None and asked.source in ("segment", "notation"):
        raise WrongUsage(f"`--exported-at` is for snapshots, and `{asked.source}` has none", "leave it out")
    if asked.source == "segment":
        return Segment()
    if asked.source == "notation":
        return Notation(project.zone.key)
    mapping = project.playbook.sources.get(asked.source)
    if mapping is None:
        raise UnknownName("source", asked.source, {"segment", "notation", *project.playbook.sources})
    return mapping if asked.exported_at is None else replace(mapping, exported_at=asked.exported_at)


def _prepared(file: Path, intake: Intake, pool: Executor | None, cores: int) -> Iterator[tuple[Block, Prepared]]:
    """Blocks in the file's order, each with what the workers made of it; a few are always on their way."""
    if pool is None:
        for block in blocks(file, intake.reader, limits=Limits()):
            yield block, prepare(block, intake)
        return
    ahead: deque[tuple[Block, Future[Prepared]]] = deque()
    for block in blocks(file, intake.reader, limits=Limits()):
        ahead.append((block, pool.submit(prepare, block, intake)))
        if len(ahead) > cores + 1:
            first, result = ahead.popleft()
            yield first, result.result()
    for first, result in ahead:
        yield first, result.result()


@contextmanager
def _workers(project: Project, files: Sequence[Path]) -> Iterator[Executor | None]:
    cores = project.world.cores()
    if cores < 2 or sum(file.stat().st_size for file in files) < POOL_BYTES_MIN:
        yield None
        return
    with ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("spawn"), initializer=_begin_work) as pool:
        # Ctrl-C reaches every process of a terminal. Workers are born deaf to it, and end with the writer.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            # A worker is started with the first work for which none is idle.
            for _ in range(cores):
                pool.submit(int)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        yield pool


def _begin_work() -> None:
    # Rows come and go by the ten thousand and hold no cycles: to look for some after every few hundred costs a tenth of the time.
    gc.set_threshold(1_000_000)
    # A killed import leaves no worker behind: each watches the process that started it.
    parent = multiprocessing.parent_process()
    assert parent is not None, "a worker has a parent"

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _refuse(rows: Sequence[int], *, block: Block, intake: Intake) -> tuple[pa.RecordBatch, Ids]:
    # The block is read once more: clashes are rare, and to send every row back from the workers is not cheap.
    return refuse(rows, parse(block, intake.reader, received_at=intake.at), told_name(block.file), intake)


def numbered(prepared: Prepared, numbers: dict[bytes, int], key: bytes) -> Delivery:
    """Equal rows of one file that have no id of their own are told apart by their number: the second becomes `...-2`."""
    delivery = prepared.delivery
    if not len(prepared.unnumbered):
        return delivery
    upper, lower = delivery.ids.upper.copy(), delivery.ids.lower.copy()
    renamed: dict[int, int] = {}
    for position in prepared.unnumbered:
        own = upper[position].tobytes() + lower[position].tobytes()
        number = numbers.get(own, 0) + 1
        numbers[own] = number
        if number > 1:
            renamed[position] = number
    if not renamed:
        return delivery
    columns = {}
    start = 0
    for kind, batch in delivery.columns.items():
        here = {position - start: number for position, number in renamed.items() if start <= position < start + batch.num_rows}
        if here:
            names = batch.column(0).to_pylist()
            for position, number in here.items():
                names[position] = f"{names[position]}-{number}"
                fresh = read_ids(id_digest(key, kind, names[position]), bytes(8))
                upper[start + position], lower[start + position] = fresh.upper[0], fresh.lower[0]
            columns[kind] = batch.set_column(0, batch.schema.field(0), pa.array(names, pa.string()))
        else:
            columns[kind] = batch
        start += batch.num_rows
    ids = replace(delivery.ids, upper=np.ascontiguousarray(upper), lower=np.ascontiguousarray(lower))
    return replace(delivery, columns=columns, ids=ids)
