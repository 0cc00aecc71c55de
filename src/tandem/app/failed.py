"""`tandem failed`: rows that were not stored, whole, with file, line, column and reason; and their replay after a fix."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial

from tandem.app.delivering import Intake, deliver, joined, refuse
from tandem.app.failures import UnknownName
from tandem.app.importing import Import, find_reader, numbered
from tandem.app.project import Project
from tandem.connect.block import Block
from tandem.connect.rows import Reader, again, parse
from tandem.facts.failure import Counts
from tandem.facts.reasons import OF_FILES, REASONS
from tandem.storage.log import Log, open_failures
from tandem.values.instants import Instant, from_datetime
from tandem.values.instants import show as show_instant


@dataclass(frozen=True)
class Failed:
    """source, reason: only these. limit: at most so many rows, the latest."""

    source: str | None = None
    reason: str | None = None
    limit: int | None = None


@dataclass(frozen=True)
class FailedRow:
    """raw: the row as it stood. header: of delimited text, the line that names its columns."""

    failure_id: str
    source: str
    file: str
    line: int
    column: str | None
    reason: str
    detail: str
    raw: bytes
    header: bytes | None
    at: Instant

    @property
    def mend(self) -> str:
        return REASONS[self.reason].mend


@dataclass(frozen=True)
class FailedRows:
    """rows: at most the limit. by_reason: of all open ones, (source, reason) and how many."""

    rows: tuple[FailedRow, ...]
    by_reason: dict[tuple[str, str], int]
    total: int
    as_of: Instant


@dataclass(frozen=True)
class Replayed:
    """counts: of the rows that were tried; `failed` are those that still fail."""

    counts: Counts
    as_of: Instant


def list_failed(project: Project, asked: Failed) -> FailedRows:
    """The rows that nothing has mended yet. Raises UnknownName for a source or reason that none of them has."""
    log = project.log()
    rows = open_rows(log)
    for noun, wanted, known in (("source", asked.source, {row.source for row in rows}), ("reason", asked.reason, set(REASONS))):
        if wanted is not None and wanted not in known:
            raise UnknownName(noun, wanted, known)
    chosen = [row for row in rows if asked.source in (None, row.source) and asked.reason in (None, row.reason)]
    counted = Counter((row.source, row.reason) for row in chosen)
    shown = chosen if asked.limit is None else chosen[len(chosen) - min(asked.limit, len(chosen)) :]
    return FailedRows(tuple(shown), dict(sorted(counted.items())), len(chosen), project.as_of(None, log))


def open_rows(log: Log) -> list[FailedRow]:
    """Failed rows that nothing has ended, in the order in which they came; of a row that failed again for another reason, the last."""
    return [FailedRow(**{**row, "at": from_datetime(row["at"])}) for row in open_failures(log)]


def replay(project: Project, asked: Failed) -> Replayed:
    """Try the open rows again with the playbook as it is now. What still fails stays, with its present reason."""
    # A whole file that failed has no row to try; it ends when it is imported again.
    rows = [row for row in list_failed(project, asked).rows if row.reason not in OF_FILES]
    at = project.world.now()
    counts = Counts()
    with project.writer("failed --replay") as writer:
        for source in sorted({row.source for row in rows}):
            reader = find_reader(project, Import(source, ()))
            intake = Intake(source, reader, project.playbook.product.suppress, writer.key, at, with_keys=True)
            mends = writer.open_failures(source)
            by_file: dict[tuple[str, bytes | None], list[FailedRow]] = {}
            for row in rows:
                if row.source == source:
                    by_file.setdefault((row.file, row.header), []).append(row)
            for (file, header), same in by_file.items():
                parsed = joined([parse(_again(row, reader), reader, received_at=at) for row in same], header or b"")
                counts += writer.commit(
                    numbered(deliver(parsed, file, intake), {}, writer.key),
                    import_id=f"replay {show_instant(at)}",
                    at=project.world.now(),
                    refuse=partial(refuse, parsed=parsed, file=file, intake=intake),
                    mends=mends,
                    replayed=True,
                )
        writer.seal(project.world.now())
    return Replayed(counts, at)


def forget(project: Project, asked: Failed) -> Replayed:
    """End the open rows without storing them: they are wrong, and nobody will mend them. They stay in the log, as forgotten."""
    rows = list_failed(project, asked).rows
    at = project.world.now()
    with project.writer("failed --forget") as writer:
        ended = [(row.source, row.file, row.failure_id) for row in rows]
        counts = writer.end(ended, "forgotten", import_id=f"forget {show_instant(at)}", at=at)
        writer.seal(at)
    return Replayed(counts, at)


def _again(row: FailedRow, reader: Reader) -> Block:
    return again(row.raw, row.header or b"", reader, file=row.file, line=row.line)
