"""A signal's edges by ClickHouse in this process (chdb), over the files of the lake."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow.compute as pc

from history.answer import Edges
from history.playbook import Signal
from history.sql import Dialect, Query

SETTINGS = "enable_materialized_cte = 1, max_threads = 2, max_memory_usage = 10000000000, prefer_column_name_to_alias = 1, schema_inference_make_columns_nullable = 0"


class Click(Dialect):
    worked_out_once = "materialized "

    def source(self, files: Sequence[str]) -> str:
        folder = files[0].rsplit("/", 1)[0]
        assert all(file.startswith(f"{folder}/") for file in files)
        return f"file('{folder}/{{{','.join(file.rsplit('/', 1)[1] for file in files)}}}', 'Parquet')"

    def instant(self, column: str) -> str:
        return f"toUnixTimestamp64Micro({column})"

    def divided(self, dividend: str, divisor: int) -> str:
        return f"intDiv({dividend}, {divisor})"

    def number(self, name: str) -> str:
        return f"if(JSONType(properties, '{name}') = 'Int64', JSONExtractInt(properties, '{name}'), null)"

    def text(self, name: str) -> str:
        return f"JSONExtract(properties, '{name}', 'Nullable(String)')"

    def moves(self, source: str, names: Sequence[str], *rows: tuple[str, ...]) -> str:
        # One reading of the source: what stands in two places of a query is worked out twice.
        each = ", ".join(f"(toInt64({at}), {', '.join(f'toInt64({value})' for value in values)}, {test})" for test, at, *values in rows)
        told = ", ".join(f"move.{number} as {name}" for number, name in enumerate(names, start=2))
        return f"select s, move.1 as t, {told} from (select s, arrayJoin([{each}]) as move from {source}) where move.{len(names) + 2}"

    def lag(self, column: str, otherwise: str, window: str) -> str:
        return f"lagInFrame({column}, 1, {otherwise}) over ({window} rows between unbounded preceding and unbounded following)"

    def lead(self, column: str, otherwise: str, window: str) -> str:
        return f"leadInFrame({column}, 1, toInt64({otherwise})) over ({window} rows between unbounded preceding and unbounded following)"


def history(files: Sequence[str], signal: Signal, until: int) -> Callable[[], Edges]:
    import chdb

    sql = Query(Click(), files, signal.about).edges(signal.condition, until) + f"\nsettings {SETTINGS}"

    def ask() -> Edges:
        found = chdb.query(sql, "ArrowTable")
        return Edges(found["s"], found["t"], pc.greater(found["c"], 0))

    return ask
