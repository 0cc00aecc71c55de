"""A signal's edges by DuckDB, over the files of the lake."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import duckdb
import pyarrow.compute as pc

from history.answer import Edges
from history.playbook import Signal
from history.sql import Dialect, Query

THREADS, MEMORY = 2, "10GB"


class Duck(Dialect):
    def source(self, files: Sequence[str]) -> str:
        return f"read_parquet([{', '.join(map(repr, files))}])"

    def instant(self, column: str) -> str:
        return f"epoch_us({column})"

    def divided(self, dividend: str, divisor: int) -> str:
        return f"({dividend}) // {divisor}"

    def number(self, name: str) -> str:
        return f"try_cast(properties ->> '$.{name}' as bigint)"

    def text(self, name: str) -> str:
        return f"(properties ->> '$.{name}')"

    def moves(self, source: str, names: Sequence[str], *rows: tuple[str, ...]) -> str:
        told = (
            f"select s, {at} as t, {', '.join(f'{value} as {name}' for name, value in zip(names, values, strict=True))} from {source} where {test}"
            for test, at, *values in rows
        )
        return "\n  union all\n  ".join(told)

    def lag(self, column: str, otherwise: str, window: str) -> str:
        return f"lag({column}, 1, {otherwise}) over ({window})"

    def lead(self, column: str, otherwise: str, window: str) -> str:
        return f"lead({column}, 1, {otherwise}) over ({window})"


def history(files: Sequence[str], signal: Signal, until: int) -> Callable[[], Edges]:
    connection = _connected()
    sql = Query(Duck(), files, signal.about).edges(signal.condition, until)

    def ask() -> Edges:
        found = connection.sql(sql).to_arrow_table()
        return Edges(found["s"], found["t"], pc.greater(found["c"], 0))

    return ask


def sort(files: Sequence[str]) -> Callable[[], int]:
    """One sort of the lake, by account and the instant of learning, into a table: the yardstick for building a timeline."""
    connection = _connected()
    source = Duck().source(files)

    def ask() -> int:
        connection.execute(f"create or replace table sorted as select * from {source} order by left(workspace_id, 5), known_at")
        (rows,) = connection.execute("select count(*) from sorted").fetchall()[0]
        return int(rows)

    return ask


def _connected() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"set threads = {THREADS}")
    connection.execute(f"set memory_limit = '{MEMORY}'")
    connection.execute("set preserve_insertion_order = false")
    return connection
