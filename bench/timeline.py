"""How fast the timeline is built and folded, beside DuckDB and NumPy over the same rows, answers compared, in one run.

    python bench/timeline.py [--events 10000000] [--shape random|sessions]

Skewed events of 5,000 accounts and 300,000 people over 18 months, two in a hundred learnt up to three days late. Each measurement is a
process of its own that holds the rows in memory when the clock starts; seconds are the best of three, the first of them (which compiles)
left out. Peak anonymous memory includes the rows themselves. The SQL is the best that we know: people by buckets of one window, in which
an island of one person's events can't break; a count by a sweep over all instants, since late facts leave no shorter way. What is said to
be with a tail is folded over a base and the last 100,000 events that were learnt.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from measuring.process import best, in_process

ACCOUNTS, PEOPLE, MONTHS = 5_000, 300_000, 18
SECOND = 1_000_000
DAY = 86_400 * SECOND
WINDOW, PEOPLE_LEAST, EVENTS_LEAST, MOST = 7 * DAY, 10, 100, 256
REPEATS, LIMIT = 3, 600.0
TAIL = 100_000

PEOPLE_SQL = f"""
with stays as (  -- one person's stretches in an account: of what was not late by buckets, of what was one by one
  select account, person, min(occurred) as since, max(occurred) + {WINDOW} as until
  from facts where enters = occurred group by account, person, occurred // {WINDOW}
  union all
  select account, person, enters, occurred + {WINDOW} from facts where enters > occurred and enters < occurred + {WINDOW}
),
reached as (
  select *, max(until) over one as reach, max(until) over (one rows between unbounded preceding and 1 preceding) as before,
         lead(since) over one as following
  from stays window one as (partition by account, person order by since, until)
),
moves as (
  select account, since as moment, 1 as change from reached where before is null or since > before
  union all
  select account, reach, -1 from reached where following is null or following > reach
),
"""
COUNT_SQL = f"""
with moves as (
  select account, enters as moment, 1 as change from facts where enters < occurred + {WINDOW}
  union all
  select account, occurred + {WINDOW}, -1 from facts where enters < occurred + {WINDOW}
),
"""
EDGES_SQL = """
net as (select account, moment, sum(change) as change from moves group by all),
levels as (select account, moment, sum(change) over (partition by account order by moment) >= {least} as reached from net),
turns as (select *, lag(reached, 1, false) over (partition by account order by moment) as before from levels)
select account, moment, reached from turns where reached != before order by account, moment
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--events", type=int, default=10_000_000)
    asked.add_argument("--shape", choices=("random", "sessions"), default="random")
    asked.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.measure:
        print(json.dumps(measured(given.measure[0], Path(given.measure[1]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        pq.write_table(events(given.events, given.shape), Path(folder) / "facts.parquet")
        print(f"{given.events:,} events, {given.shape}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        print(f"{'':34}{'seconds':>9}{'cpu':>8}{'peak MB':>9}{'its time / ours':>17}{'steps':>12}")
        for ours, *others in (
            ("lay_out", "lay_out tail", "lexsort", "duckdb sort"),
            ("people", "people with a tail", "duckdb people"),
            ("count", "count with a tail", "duckdb count"),
            ("curve", "curve with a tail"),
        ):
            first = asked_of(ours, folder)
            show(ours, first, 1.0)
            for other in others:
                found = asked_of(other, folder)
                assert found["answer"] == first["answer"] or ours == "lay_out", f"{other} says otherwise than {ours}"
                show(other, found, found["seconds"] / first["seconds"])


def show(name: str, found: dict[str, Any], ratio: float) -> None:
    print(f"{name:34}{found['seconds']:9.3f}{found['cpu']:8.2f}{found['megabytes']:9.0f}{ratio:17.1f}{found['steps']:12,}", flush=True)


def events(rows: int, shape: str) -> pa.Table:
    """In the order in which they were learnt, as a log is."""
    chance = np.random.default_rng(7)
    home = np.minimum(chance.pareto(1.1, PEOPLE) * 40, ACCOUNTS - 1).astype(np.int32)
    length = 10 if shape == "sessions" else 1
    sessions = rows // length
    person = np.repeat((PEOPLE * chance.power(0.5, sessions)).astype(np.int32), length)
    begins = np.repeat(chance.integers(0, MONTHS * 30 * DAY, sessions), length)
    occurred = 1_730_000_000 * SECOND + begins + (chance.integers(0, 3_600 * SECOND, len(begins)) if length > 1 else 0)
    late = np.where(chance.random(len(occurred)) < 0.02, chance.integers(1, 3 * DAY, len(occurred)), 0)
    order = np.argsort(occurred + late, kind="stable")
    columns = {"account": home[person], "person": person, "enters": occurred + late, "occurred": occurred}
    return pa.table({name: column[order] for name, column in columns.items()})


def asked_of(name: str, folder: str) -> dict[str, Any]:
    found = in_process(__file__, name, folder)
    assert found is not None, f"{name} takes longer than {LIMIT:.0f} seconds"
    return found


def measured(name: str, folder: Path) -> dict[str, Any]:
    work = (in_duckdb if name.startswith("duckdb") else in_numpy)(name, folder / "facts.parquet")
    answer, taken = best(work, REPEATS, LIMIT)
    # The whole answer as one number: every edge with its subject and instant.
    whole = np.ascontiguousarray(np.stack([np.asarray(column, np.int64) for column in answer]))
    return taken | {"answer": hashlib.blake2b(whole.tobytes(), digest_size=8).hexdigest(), "steps": whole.shape[1]}


def in_numpy(name: str, file: Path) -> Callable[[], Any]:
    from tandem.timeline.folds.windows import count, curve, distinct
    from tandem.timeline.layout import Layout, lay_out
    from tandem.timeline.stack import Stack, stacked
    from tandem.timeline.steps import Steps, edges

    table = pq.read_table(file)
    account, person, enters, occurred = (table[column].to_numpy() for column in ("account", "person", "enters", "occurred"))
    row = np.arange(len(account), dtype=np.int32)
    if name == "lexsort":
        return lambda: [np.lexsort((enters, account))]
    if name == "lay_out":
        return lambda: [lay_out(account, enters, occurred, row, None, ACCOUNTS).row]
    cut = len(row) - TAIL
    if name == "lay_out tail":
        return lambda: [lay_out(account[cut:], enters[cut:], occurred[cut:], row[cut:], None, ACCOUNTS).row]
    layout: Layout | Stack
    if name.endswith(" with a tail"):
        base, tail = (
            lay_out(account[some], enters[some], occurred[some], row[some], None, ACCOUNTS) for some in (slice(cut), slice(cut, None))
        )
        layout = stacked(base, tail)
    else:
        layout = lay_out(account, enters, occurred, row, None, ACCOUNTS)
    people = tuple(person[part.row] for part in layout.parts)

    def turned(condition: Steps) -> Any:
        found = edges(condition)
        return [found.subject, found.at, found.entered]

    return {
        "people": lambda: turned(distinct(layout, None, people, WINDOW, sign=">=", than=PEOPLE_LEAST)),
        "count": lambda: turned(count(layout, None, WINDOW, sign=">=", than=EVENTS_LEAST)),
        "curve": lambda: [curve(layout, None, people, WINDOW, MOST).at],
    }[name.removesuffix(" with a tail")]


def in_duckdb(name: str, file: Path) -> Callable[[], Any]:
    import duckdb

    connection = duckdb.connect()
    connection.execute("set threads = 2")
    connection.execute("create table facts as select * from read_parquet(?)", [str(file)])

    def sort() -> Any:
        connection.execute("create or replace table sorted as select * from facts order by account, enters")
        (rows,) = connection.execute("select count(*) from sorted").fetchall()[0]
        return [np.empty(rows)]

    def ask(sql: str) -> Any:
        answer = connection.execute(sql).fetchnumpy()
        return [answer["account"], answer["moment"], answer["reached"]]

    return {
        "duckdb sort": sort,
        "duckdb people": lambda: ask(PEOPLE_SQL + EDGES_SQL.format(least=PEOPLE_LEAST)),
        "duckdb count": lambda: ask(COUNT_SQL + EDGES_SQL.format(least=EVENTS_LEAST)),
    }[name]


if __name__ == "__main__":
    main()
