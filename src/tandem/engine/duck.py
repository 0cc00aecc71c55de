"""DuckDB with the project as its only allowed folder, and the queries that stand in `sql/`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb
import pyarrow as pa

MEMORY = "1GB"
THREADS = 2
BATCH_ROWS = 1 << 18


class Engine:
    """folder: all that may be read. scratch: inside of it, where queries that outgrow their memory put what they must; None: nowhere."""

    def __init__(self, folder: Path, scratch: Path | None = None) -> None:
        self._database = duckdb.connect()
        said = {
            "memory_limit": MEMORY,
            "threads": THREADS,
            "preserve_insertion_order": False,
            "allowed_directories": [str(folder)],
            "temp_directory": "" if scratch is None else str(scratch),
            "enable_external_access": False,
            "lock_configuration": True,
        }
        for setting, value in said.items():
            # A setting's value cannot be a parameter; these are ours, not the user's, but for the folder, whose quotes are doubled.
            self._database.execute(f"set {setting} = {_literal(value)}")

    def ask(
        self, query: str, paths: Sequence[str], unsealed: Sequence[pa.RecordBatch], schema: pa.Schema, **values: object
    ) -> Iterator[pa.RecordBatch]:
        """The rows that a query of `sql/` gives over facts of one kind, so many at a time, in no promised order.

        paths: the Parquet files of the facts. unsealed: those that are in none yet. schema: the columns of both that the query reads.
        """
        self._database.register("unsealed", pa.Table.from_batches([rows.select(schema.names) for rows in unsealed], schema))
        try:
            facts = _FACTS if paths else _UNSEALED
            columns = ", ".join(f'"{name}"' for name in schema.names)
            sql = f"with facts as ({facts.format(columns=columns)})\n{_said(query)}"
            parameters = values | ({"paths": list(paths)} if paths else {})
            found = self._database.sql(sql, params=parameters)
            yield from found.to_arrow_reader(BATCH_ROWS)
        finally:
            self._database.unregister("unsealed")

    def close(self) -> None:
        self._database.close()


_UNSEALED = "select {columns} from unsealed"
_FACTS = f"select {{columns}} from read_parquet($paths) union all {_UNSEALED}"


@cache
def _said(query: str) -> str:
    return (files("tandem.engine") / "sql" / f"{query}.sql").read_text("utf-8")


def _literal(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case list():
            return f"[{', '.join(map(_literal, value))}]"
        case _:
            return "'" + str(value).replace("'", "''") + "'"
