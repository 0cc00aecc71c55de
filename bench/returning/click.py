"""The same by ClickHouse in this process (chdb). Funnel: its own `windowFunnel`. Retention: a mask of weeks a person. Actives: a bitmap of persons a day, merged 28 at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from returning.answer import DAY_MICROSECONDS, MONDAY, STAGES, WINDOW_DAYS, WITHIN, Answer, of_masks

SETTINGS = "max_threads = 2, max_memory_usage = 10000000000, schema_inference_make_columns_nullable = 0"


def funnel(files: Sequence[str], begin: int, as_of: int) -> Callable[[], Answer]:
    names = [f"'{name}'" for name in STAGES]
    stages = ", ".join(f"event = {name}" for name in names)
    sql = f"""
        select level, count() as many
        from (
          select windowFunnel({WITHIN})(toUInt64(toUnixTimestamp64Micro(occurred_at)), {stages}) as level
          from {_source(files)} where type = 'track' and event in ({", ".join(names)}) group by user_id
        )
        where level > 0 group by level
        settings {SETTINGS}
    """

    def ask() -> Answer:
        found = _asked(sql)
        return Answer.of(found["level"], found["many"])

    return ask


def retention(files: Sequence[str], begin: int, as_of: int) -> Callable[[], Answer]:
    base = (begin // DAY_MICROSECONDS + MONDAY) // 7
    week = f"intDiv(intDiv(toUnixTimestamp64Micro(occurred_at), {DAY_MICROSECONDS}) + {MONDAY}, 7)"
    sql = f"""
        select toString(mask) as mask, count() as many
        from (
          select groupBitOr(bitShiftLeft(toUInt128(1), {week} - {base})) as mask from {_source(files)} where type = 'track' group by user_id
        )
        group by mask
        settings {SETTINGS}
    """

    def ask() -> Answer:
        found = _asked(sql)
        return of_masks(np.array([int(each) for each in found["mask"].to_pylist()], object), found["many"], base)

    return ask


def actives(files: Sequence[str], begin: int, as_of: int) -> Callable[[], Answer]:
    # Persons are numbered by what their ids say, which is the least that a bitmap needs.
    sql = f"""
        with days as (
          select intDiv(toUnixTimestamp64Micro(occurred_at), {DAY_MICROSECONDS}) as day,
                 groupBitmapState(toUInt32(substring(user_id, 2))) as persons
          from {_source(files)} where type = 'track' group by day
        )
        select day + later as turn, groupBitmapMerge(persons) as many
        from days array join range({WINDOW_DAYS}) as later
        where turn <= {as_of // DAY_MICROSECONDS}
        group by turn
        settings {SETTINGS}
    """

    def ask() -> Answer:
        found = _asked(sql)
        return Answer.of(found["turn"], found["many"])

    return ask


def _asked(sql: str):  # type: ignore[no-untyped-def]
    import chdb

    return chdb.query(sql, "ArrowTable")


def _source(files: Sequence[str]) -> str:
    folder = files[0].rsplit("/", 1)[0]
    assert all(file.startswith(f"{folder}/") for file in files)
    return f"file('{folder}/{{{','.join(file.rsplit('/', 1)[1] for file in files)}}}', 'Parquet')"
