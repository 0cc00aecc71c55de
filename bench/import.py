"""How fast files go in: rows per second and peak anonymous memory of each format, beside DuckDB's own reader, in one run.

    python bench/import.py [--rows 1000000] [--only segment,csv,...]

DuckDB reads the same file into a table in memory: no ids, no dedupe, no identity, no durability. It is the ceiling, not a rival, and
the ratio says what those cost. Each measurement is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from measuring.process import in_process
from measuring.watch import Watch

FORMATS = ("segment", "csv", "jsonl", "parquet")
MAPPING = """\
time_zone: UTC
events:
  - name: {column: event}
    id: id
    person: person
    workspace: workspace
    occurred_at: {column: at}
    properties: [plan, seats]
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, default=300_000)
    asked.add_argument("--only", default=",".join(FORMATS))
    asked.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.measure:
        print(json.dumps(measure(*given.measure)))
        return
    with tempfile.TemporaryDirectory() as folder:
        print(f"{given.rows:,} rows; rows/s, peak anonymous MB, and the time Tandem takes for each second of DuckDB's")
        print(f"{'format':10}{'Tandem':>12}{'MB':>7}{'DuckDB':>14}{'MB':>7}{'ratio':>8}")
        for format_ in given.only.split(","):
            file = write(Path(folder), format_, given.rows)
            ours, theirs = (asked_of(who, format_, file) for who in ("tandem", "duckdb"))
            assert ours["rows"] == theirs["rows"] == given.rows, (ours, theirs)
            print(
                f"{format_:10}{given.rows / ours['seconds']:12,.0f}{ours['megabytes']:7.0f}"
                f"{given.rows / theirs['seconds']:14,.0f}{theirs['megabytes']:7.0f}{ours['seconds'] / theirs['seconds']:8.1f}"
            )


def asked_of(who: str, format_: str, file: Path) -> dict[str, float]:
    found = in_process(__file__, who, format_, file)
    assert found is not None, "there is no limit to be over"
    return found


def measure(who: str, format_: str, file: str) -> dict[str, float]:
    """Seconds and rows of one reading, and the greatest anonymous memory of the process and its workers meanwhile."""
    work = (import_with_tandem if who == "tandem" else import_with_duckdb)(format_, Path(file))
    with Watch(children=True, every=0.1) as watch:
        begun = time.perf_counter()
        rows = work()
        seconds = time.perf_counter() - begun
    return {"rows": rows, "seconds": seconds, "megabytes": watch.megabytes, "cpu": sum(resource.getrusage(resource.RUSAGE_SELF)[:2])}


def import_with_tandem(format_: str, file: Path) -> Callable[[], int]:
    from tandem.app.importing import Import, import_files
    from tandem.app.project import Project
    from tandem.app.world import World

    folder = Path(tempfile.mkdtemp(dir=file.parent))
    (folder / "playbook" / "sources").mkdir(parents=True)
    (folder / "playbook" / "company.yaml").write_text("name: Bench\n")
    (folder / "playbook" / "sources" / "bench.yaml").write_text(MAPPING)
    source = "segment" if format_ == "segment" else "bench"
    return lambda: import_files(Project(folder, World()), Import(source, (file,))).counts.stored


def import_with_duckdb(format_: str, file: Path) -> Callable[[], int]:
    import duckdb

    reader = {"segment": "read_json", "jsonl": "read_json", "csv": "read_csv", "parquet": "read_parquet"}[format_]
    connection = duckdb.connect()
    connection.execute("set threads = 2")

    def read() -> int:
        connection.execute(f"create table events as select * from {reader}(?)", [str(file)])
        (rows,) = connection.execute("select count(*) from events").fetchall()[0]
        return int(rows)

    return read


def write(folder: Path, format_: str, rows: int) -> Path:
    """A file of generated events: skewed over people, one workspace for sixty of them, two properties."""
    chance = np.random.default_rng(7)
    person = (chance.pareto(1.2, rows) * 50).astype(np.int64) % 30_000
    at = 1_700_000_000_000 + np.sort(chance.integers(0, 30_000_000_000, rows))
    names = np.array(["Project Created", "Invite Accepted", "Report Viewed", "Export Started", "Pricing Viewed"])[
        chance.integers(0, 5, rows)
    ]
    seats = chance.integers(1, 50, rows)
    file = folder / f"events.{format_}"
    stamps = pa.array(at, pa.timestamp("ms", "UTC"))
    texts = [text[:-1] + "Z" if text.endswith("Z") else text + "Z" for text in np.datetime_as_string(at.astype("datetime64[ms]")).tolist()]
    columns = zip(range(rows), person.tolist(), texts, names.tolist(), seats.tolist(), strict=True)
    if format_ == "parquet":
        table = {"id": [f"m{i}" for i in range(rows)], "event": names, "person": [f"u{p}" for p in person.tolist()]}
        table |= {"workspace": [f"w{p // 60}" for p in person.tolist()], "at": stamps, "plan": ["team"] * rows, "seats": seats}
        pq.write_table(pa.table(table), file)
        return file
    with open(file, "w") as out:
        if format_ == "csv":
            out.write("id,event,person,workspace,at,plan,seats\n")
        for i, p, stamp, name, n in columns:
            if format_ == "segment":
                out.write(
                    f'{{"type":"track","event":"{name}","messageId":"7c1d8f2a-0000-4000-8000-{i:012}","userId":"user-{p:08}",'
                    f'"timestamp":"{stamp}","receivedAt":"{stamp}","context":{{"groupId":"w{p // 60}","library":{{"name":"analytics.js",'
                    f'"version":"2.11.1"}},"ip":"10.0.0.{p % 250}","page":{{"path":"/reports","url":"https://app.example.com/reports"}}}},'
                    f'"properties":{{"plan":"team","seats":{n}}}}}\n'
                )
            elif format_ == "csv":
                out.write(f"m{i},{name},u{p},w{p // 60},{stamp},team,{n}\n")
            else:
                out.write(
                    f'{{"id":"m{i}","event":"{name}","person":"u{p}","workspace":"w{p // 60}","at":"{stamp}","plan":"team","seats":{n}}}\n'
                )
    return file


if __name__ == "__main__":
    main()
