"""The same by DuckDB. Funnel: the latest beginning that has come so far, carried from stage to stage. Retention: a mask of weeks a person, grouped by it. Actives: each person's days, and where stretches begin and end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import numpy as np

from returning.answer import DAY_MICROSECONDS, MONDAY, STAGES, WINDOW_DAYS, WITHIN, Answer, of_changes, of_masks

THREADS, MEMORY = 2, "10GB"


def funnel(files: Sequence[str], begin: int, as_of: int) -> Callable[[], Answer]:
    connection = _connected()
    stage = " ".join(f"when '{name}' then {number}" for number, name in enumerate(STAGES, 1))
    names = ", ".join(f"'{name}'" for name in STAGES)
    sql = f"""
        with events as (
          select user_id, epoch_us(occurred_at) as t, case event {stage} end as stage
          from {_source(files)} where type = 'track' and event in ({names})
        ),
        first as (
          select *, max(case when stage = 1 then t end) over so_far as begun_1 from events
          window so_far as (partition by user_id order by t, stage rows unbounded preceding)
        ),
        second as (
          select *, max(case when stage = 2 and t <= begun_1 + {WITHIN} then begun_1 end) over so_far as begun_2 from first
          window so_far as (partition by user_id order by t, stage rows unbounded preceding)
        ),
        levels as (
          select max(case
            when stage = 3 and t <= begun_2 + {WITHIN} then 3 when stage = 2 and t <= begun_1 + {WITHIN} then 2 when stage = 1 then 1
          end) as level
          from second group by user_id
        )
        select level, count(*) as many from levels where level is not null group by level
    """

    def ask() -> Answer:
        found = connection.sql(sql).to_arrow_table()
        return Answer.of(found["level"], found["many"])

    return ask


def retention(files: Sequence[str], begin: int, as_of: int) -> Callable[[], Answer]:
    connection, week = _connected(), f"((epoch_us(occurred_at) // {DAY_MICROSECONDS} + {MONDAY}) // 7)"
    base = (begin // DAY_MICROSECONDS + MONDAY) // 7
    sql = f"""
        with masks as (
          select bit_or(1::hugeint << ({week} - {base})::integer) as mask from {_source(files)} where type = 'track' group by user_id
        )
        select mask::varchar as mask, count(*) as many from masks group by mask
    """

    def ask() -> Answer:
        found = connection.sql(sql).to_arrow_table()
        return of_masks(np.array([int(each) for each in found["mask"].to_pylist()], object), found["many"], base)

    return ask


def actives(files: Sequence[str], begin: int, as_of: int) -> Callable[[], Answer]:
    connection = _connected()
    sql = f"""
        with days as (
          select user_id, epoch_us(occurred_at) // {DAY_MICROSECONDS} as day from {_source(files)} where type = 'track' group by all
        ),
        stretches as (
          select day, lag(day) over (partition by user_id order by day) as before from days
        ),
        changes as (
          select greatest(day, coalesce(before + {WINDOW_DAYS}, day)) as turn, 1 as change from stretches
          union all
          select day + {WINDOW_DAYS}, -1 from stretches
        )
        select turn, sum(change)::bigint as change from changes group by turn
    """

    def ask() -> Answer:
        found = connection.sql(sql).to_arrow_table()
        return of_changes(found["turn"], found["change"], as_of // DAY_MICROSECONDS)

    return ask


def write_sorted(files: Sequence[str], out: Path) -> str:
    """A copy of what peers read, by person and time; the file's path."""
    _connected().execute(f"""
        copy (select type, event, user_id, occurred_at from {_source(files)} order by user_id, occurred_at) to '{out}' (compression zstd)
    """)
    return str(out)


def _source(files: Sequence[str]) -> str:
    return f"read_parquet([{', '.join(map(repr, files))}])"


def _connected() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"set threads = {THREADS}")
    connection.execute(f"set memory_limit = '{MEMORY}'")
    connection.execute("set preserve_insertion_order = false")
    return connection
