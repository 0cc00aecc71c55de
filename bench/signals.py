"""How fast the history of signals is told, beside the best SQL for the same edges in DuckDB and ClickHouse, answers compared, in one run.

    python bench/signals.py [--events 10000000] [--shape random|sessions] [--folder KEPT] [--only busy_week,habit] [--without clickhouse]

A generated company (`history/company.py`) is stored through Tandem's own writer; `--folder` keeps it for the next run. Twenty signals
(`history/playbook.py`) are asked for all edges over all history, late facts exact. Peers read the lake's Parquet files, as they do in a
warehouse, and have the easier task (`history/sql.py`): they read the account off the event, where Tandem resolves identity. Tandem has its
timeline; what that costs to build and refresh stands above, beside one sort of the lake in DuckDB.

Each measurement is a process of its own, with two threads; seconds are the best of three after one that warms up, or of one if that takes
longer than ten seconds. A peer that is over the limit says so. Memory is anonymous memory, at its greatest; SQL may use 10 GB.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from history.answer import Edges
from history.company import add_facts, project_of
from history.playbook import SIGNALS, write_playbook
from measuring.process import best, in_process
from tandem.storage.log import Log

ENGINES = {"duckdb": "history.duck", "clickhouse": "history.click"}
REPEATS, LIMIT, HOURS = 3, 120.0, 4 * 3_600.0
NEW_FACTS = 100_000
AIM = 5


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--events", type=int, default=10_000_000)
    asked.add_argument("--shape", choices=("random", "sessions"), default="random")
    asked.add_argument("--folder", type=Path, help="where the generated company is kept; else it is made anew and thrown away")
    asked.add_argument("--only", default=",".join(SIGNALS), help="signals, with commas between them")
    asked.add_argument("--without", default="", help="engines to leave out, with commas between them")
    asked.add_argument("--repeats", type=int, default=REPEATS, help="times after the one that warms up")
    asked.add_argument("--limit", type=float, default=LIMIT, help="seconds after which a peer is given up")
    asked.add_argument("--measure", nargs=3, metavar=("WHAT", "SIGNAL", "PROJECT"), help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.measure:
        what, signal, project = given.measure
        print(json.dumps(measured(what, signal, Path(project), given.repeats, given.limit)))
        return
    engines = [name for name in ENGINES if name not in given.without.split(",")]
    with tempfile.TemporaryDirectory() as passing:
        project = project_of(given.folder or Path(passing), given.events, given.shape)
        write_playbook(project)
        print(f"{given.events:,} events, {given.shape}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        print(f"{'':22}{'':12}{'seconds':>9}{'cpu':>9}{'peak MB':>9}{'its time / ours':>17}{'':>12}")
        bench = Bench(project, Path(passing), engines, given.repeats, given.limit)
        bench.show_timeline()
        sys.exit(bench.show_signals(given.only.split(",")))


@dataclass(frozen=True)
class Bench:
    """passing: a folder that is thrown away. limit: seconds that a peer has for one answer."""

    project: Path
    passing: Path
    engines: list[str]
    repeats: int
    limit: float

    def show_timeline(self) -> None:
        """What it costs to have a timeline, at first and when something was learnt."""
        built = self._asked("build")
        show("timeline, built", "tandem", built, built)
        show("one sort of the lake", "duckdb", self._asked("sort"), built)
        grown = self.passing / "grown"
        shutil.copytree(self.project, grown)
        add_facts(grown, NEW_FACTS)
        show(f"{NEW_FACTS:,} new facts", "tandem", self._asked("refresh", project=grown, repeats=0), built)
        shutil.rmtree(grown)

    def show_signals(self, names: list[str]) -> str | None:
        """What went wrong, if anything did: answers that differ."""
        differing, slow = [], []
        whole = dict.fromkeys(("tandem", *self.engines), 0.0)
        for name in names:
            ours = self._asked("tandem", name)
            show(name, "tandem", ours, ours)
            ratios = []
            for who, found in (("tandem", ours), *((engine, self._peer(engine, name)) for engine in self.engines)):
                # What was given up took at least that long.
                whole[who] += found["seconds"] if found else self.limit
                if who == "tandem":
                    continue
                show("", who, found, ours, self.limit)
                if found is not None:
                    ratios.append(found["seconds"] / ours["seconds"])
                    differing += [f"{name} in {who}"] if found["answer"] != ours["answer"] else []
            slow += [f"{name} {min(ratios):.1f}x"] if ratios and min(ratios) < AIM else []
        print("all of them: " + ", ".join(f"{who} {seconds:.1f} s" for who, seconds in whole.items()))
        print(f"less than {AIM}x faster than the best SQL: {', '.join(slow) or 'none'}")
        return f"answers differ: {', '.join(differing)}" if differing else None

    def _asked(self, what: str, signal: str = "", **otherwise: Any) -> dict[str, Any]:
        found = self._peer(what, signal, **{"limit": HOURS, **otherwise})
        assert found is not None, f"{what} takes more than {HOURS:.0f} seconds"
        return found

    def _peer(
        self, what: str, signal: str, *, project: Path | None = None, repeats: int | None = None, limit: float | None = None
    ) -> dict[str, Any] | None:
        often = self.repeats if repeats is None else repeats
        return in_process(__file__, what, signal, project or self.project, repeats=often, limit=limit or self.limit)


def show(name: str, who: str, found: dict[str, Any] | None, ours: dict[str, Any], limit: float = HOURS) -> None:
    if found is None:
        print(f"{name:22}{who:12}{f'over {limit:.0f} s':>18}", flush=True)
        return
    figures = f"{found['seconds']:9.3f}{found['cpu']:9.2f}{found['megabytes']:9.0f}{found['seconds'] / ours['seconds']:17.1f}"
    print(f"{name:22}{who:12}{figures}{found['rows']:12,} {found['unit']}", flush=True)


def measured(what: str, signal: str, project: Path, repeats: int, limit: float) -> dict[str, Any]:
    work = WORK[what](what, signal, project)
    answer, taken = best(work, repeats, limit)
    if isinstance(answer, Edges):
        return taken | {"rows": len(answer), "unit": "edges", "answer": answer.digest()}
    return taken | {"rows": answer, "unit": "rows"}


def history_of_tandem(what: str, signal: str, project: Path) -> Callable[[], Any]:
    from history import ours

    return ours.history(project, SIGNALS[signal], known_until(project))


def history_of_engine(what: str, signal: str, project: Path) -> Callable[[], Any]:
    ask: Callable[[], Any] = importlib.import_module(ENGINES[what]).history(files(project), SIGNALS[signal], known_until(project))
    return ask


def timeline(what: str, signal: str, project: Path) -> Callable[[], Any]:
    from history import ours

    return lambda: getattr(ours, what)(project)


def sort(what: str, signal: str, project: Path) -> Callable[[], Any]:
    from history import duck

    return duck.sort(files(project))


WORK: dict[str, Callable[[str, str, Path], Callable[[], Any]]] = {
    "tandem": history_of_tandem,
    **dict.fromkeys(ENGINES, history_of_engine),
    "build": timeline,
    "refresh": timeline,
    "sort": sort,
}


def files(project: Path) -> list[str]:
    return Log(project / "data").files("event")


def known_until(project: Path) -> int:
    """The last instant at which anything was learnt: what would follow from time alone after it is not known yet."""
    at = Log(project / "data").known_until
    assert at is not None, "nothing was generated"
    return at


if __name__ == "__main__":
    main()
