"""The same by Polars, streaming. Funnel: the latest beginning that has come so far, carried from stage to stage. Retention: each person's weeks, beside the first. Actives: each person's days, and where stretches begin and end."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

os.environ["POLARS_MAX_THREADS"] = "2"  # It is read as the library is loaded.

import polars as pl

from returning.answer import DAY_MICROSECONDS, MONDAY, STAGES, WINDOW_DAYS, WITHIN, Answer, of_changes


def funnel(files: Sequence[str], begin: int, as_of: int) -> Callable[[], Answer]:
    stage = {name: number for number, name in enumerate(STAGES, 1)}

    def carried(begun: pl.Expr) -> pl.Expr:
        # Beginnings only grow, so that the last one that is known is the latest.
        return begun.forward_fill().over("user_id")

    def ask() -> Answer:
        events = (
            pl.scan_parquet(list(files))
            .filter((pl.col("type").cast(pl.String) == "track") & pl.col("event").cast(pl.String).is_in(list(STAGES)))
            .select(
                pl.col("user_id").cast(pl.String),
                pl.col("occurred_at").dt.epoch("us").alias("t"),
                pl.col("event").cast(pl.String).replace_strict(stage, return_dtype=pl.Int64).alias("stage"),
            )
            .sort("user_id", "t", "stage")
            .collect(engine="streaming")
        )
        first = events.with_columns(carried(pl.when(pl.col("stage") == 1).then("t")).alias("begun_1"))
        second_in_time = (pl.col("stage") == 2) & (pl.col("t") <= pl.col("begun_1") + WITHIN)
        second = first.with_columns(carried(pl.when(second_in_time).then("begun_1")).alias("begun_2"))
        third_in_time = (pl.col("stage") == 3) & (pl.col("t") <= pl.col("begun_2") + WITHIN)
        level = pl.when(third_in_time).then(3).when(second_in_time).then(2).when(pl.col("stage") == 1).then(1)
        found = second.group_by("user_id").agg(level.max().alias("level")).drop_nulls("level").group_by("level").len()
        return Answer.of(found["level"].to_numpy(), found["len"].to_numpy())

    return ask


def retention(files: Sequence[str], begin: int, as_of: int) -> Callable[[], Answer]:
    def ask() -> Answer:
        weeks = _days(files).select("user_id", ((pl.col("day") + MONDAY) // 7).alias("week")).unique()
        cohorts = weeks.group_by("user_id").agg(pl.col("week").min().alias("cohort"), pl.col("week"))
        found = (
            cohorts.explode("week")
            .group_by("cohort", (pl.col("week") - pl.col("cohort")).alias("bucket"))
            .len()
            .collect(engine="streaming")
        )
        return Answer.of(found["cohort"].to_numpy(), found["bucket"].to_numpy(), found["len"].to_numpy())

    return ask


def actives(files: Sequence[str], begin: int, as_of: int) -> Callable[[], Answer]:
    def ask() -> Answer:
        days = _days(files).unique().sort("user_id", "day").collect(engine="streaming")
        before = pl.when(pl.col("user_id") == pl.col("user_id").shift()).then(pl.col("day").shift() + WINDOW_DAYS)
        begins = days.select(pl.max_horizontal("day", before).alias("at"), pl.lit(1, pl.Int64).alias("change"))
        ends = days.select((pl.col("day") + WINDOW_DAYS).alias("at"), pl.lit(-1, pl.Int64).alias("change"))
        found = pl.concat([begins, ends]).group_by("at").agg(pl.col("change").sum())
        return of_changes(found["at"].to_numpy(), found["change"].to_numpy(), as_of // DAY_MICROSECONDS)

    return ask


def _days(files: Sequence[str]) -> pl.LazyFrame:
    tracks = pl.scan_parquet(list(files)).filter(pl.col("type").cast(pl.String) == "track")
    return tracks.select(pl.col("user_id").cast(pl.String), (pl.col("occurred_at").dt.epoch("us") // DAY_MICROSECONDS).alias("day"))
