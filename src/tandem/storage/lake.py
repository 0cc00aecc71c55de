"""The lake: one open Delta table a kind, which DuckDB, Spark, Polars and the warehouses can read beside Tandem.

A seal writes each table at most once for a batch: Delta keeps the number of the last batch as an application transaction, and that is
read before writing, because Delta itself does not refuse a second write of the same number.
No identifier of a person enters the Delta log: statistics are kept of instants and places alone.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError, TableNotFoundError
from deltalake.transaction import Transaction

APP = "tandem"
_STATISTICS = ("occurred_at", "known_at", "place", "at", "batch", "line")
SMALL_FILES_MAX = 8
BATCH_ROWS = 1 << 20
FILE_BYTES = 256 * 1024 * 1024


class Lake:
    """A folder of Delta tables. Reading needs no lock; `append` and `compact` belong to the one writer, and raise OSError as files do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def append(self, kind: str, batches: Sequence[tuple[int, pa.RecordBatch]]) -> int:
        """Add numbered batches of one schema to a table; returns the table's version. Batches that are in it already are left out."""
        table = self._open(kind)
        done = None if table is None else table.transaction_version(APP)
        fresh = [(number, columns) for number, columns in batches if done is None or number > done]
        if not fresh:
            assert table is not None, f"no batches and no table {kind}"
            return int(table.version())
        columns = pa.Table.from_batches([columns for _, columns in fresh])
        numbered = [name for name in columns.schema.names if name in _STATISTICS]
        # Delta reports a full disk, but not without a cry on stderr; so what would not fit uncompressed is refused before.
        if shutil.disk_usage(self.folder).free < columns.nbytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with _operating_system_faults():
            write_deltalake(
                table if table is not None else str(self.folder / kind),
                columns,
                mode="append",
                configuration=None if table is not None else {"delta.dataSkippingStatsColumns": ",".join(numbered)},
                writer_properties=WriterProperties(compression="ZSTD"),
                commit_properties=CommitProperties(app_transactions=[Transaction(APP, fresh[-1][0])]),
            )
        opened = self._open(kind)
        assert opened is not None
        return int(opened.version())

    def compact(self, kind: str) -> int:
        """Merge small files, once there are more than `SMALL_FILES_MAX`; returns the table's version.

        Readers at an older version keep their files: what is replaced is removed a week later.
        """
        table = self._open(kind)
        assert table is not None, f"no table {kind}"
        small = [size for size in pa.table(table.get_add_actions(flatten=True))["size_bytes"].to_pylist() if size < FILE_BYTES // 2]
        if len(small) > SMALL_FILES_MAX:
            with _operating_system_faults():
                table.optimize.compact(target_size=FILE_BYTES, writer_properties=WriterProperties(compression="ZSTD"))
            with contextlib.suppress(OSError):
                table.vacuum(retention_hours=int(timedelta(days=7).total_seconds() // 3600), dry_run=False)
        return int(table.version())

    def files(self, kind: str, version: int) -> list[str]:
        """The Parquet files of a table at a version."""
        return list(DeltaTable(str(self.folder / kind), version=version).file_uris())

    def read(self, kind: str, version: int, columns: Sequence[str] | None, filters: list[tuple[str, str, object]] | None) -> pa.Table:
        """A table at a version, filtered; rows in no promised order."""
        files = self.files(kind, version)
        return pq.read_table(files, columns=None if columns is None else list(columns), filters=filters)

    def batches(self, kind: str, version: int, columns: Sequence[str], since: int, coded: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Rows from a place on, so many at a time, in no promised order. coded: text columns that come as dictionaries."""
        for path in self.files(kind, version):
            with pq.ParquetFile(path, read_dictionary=list(coded)) as file:
                groups = [group for group in range(file.num_row_groups) if _reaches(file.metadata.row_group(group), since)]
                for rows in file.iter_batches(BATCH_ROWS, row_groups=groups, columns=list(columns)):
                    yield rows.filter(pc.greater_equal(rows["place"], since)) if since else rows

    def _open(self, kind: str) -> DeltaTable | None:
        try:
            return DeltaTable(str(self.folder / kind))
        except TableNotFoundError:
            return None


def _reaches(group: pq.RowGroupMetaData, since: int) -> bool:
    """Whether a row group may hold places from `since` on."""
    if since == 0:
        return True
    for number in range(group.num_columns):
        column = group.column(number)
        if column.path_in_schema == "place" and column.is_stats_set and column.statistics.has_min_max:
            return bool(column.statistics.max >= since)
    return True


@contextlib.contextmanager
def _operating_system_faults() -> Iterator[None]:
    """Delta wraps what the operating system says into its own errors; here it comes out again as OSError."""
    try:
        yield
    except DeltaError as error:
        found = re.search(r"\(os error (\d+)\)", str(error))
        if found is None:
            raise
        raise OSError(int(found[1]), os.strerror(int(found[1]))) from error
