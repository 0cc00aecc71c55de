"""How fast a funnel, a weekly retention matrix and rolling 28-day actives are counted, beside DuckDB, ClickHouse (chdb) and Polars, answers
compared, in one run.

    python bench/behavior.py [--events 10000000] [--shape random|sessions] [--folder KEPT] [--only funnel,actives] [--without polars] [--sorted]

A generated company (`history/company.py`) is stored through Tandem's own writer; `--folder` keeps it for the next run. Peers read the lake's
Parquet files, and have the easier task: they take the person from `user_id` and know everything as of the end, where Tandem resolves identity
and asks of each event whether it was known and theirs as of the instant. With `--sorted` they are asked once more over a copy of their own,
of the columns that they read, sorted by person and time. Of a funnel peers count how far people got; Tandem also tells who is still open, and
how long it took. Tandem has its timeline; what that costs stands above.

Each measurement is a process of its own, with two threads; seconds are the best of three after one that warms up. A peer that is not
installed is left out, and named. Memory is anonymous memory, at its greatest.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from history.company import BEGIN, project_of
from measuring.process import best, in_process
from tandem.storage.log import Log

PEERS = {"duckdb": "returning.duck", "chdb": "returning.click", "polars": "returning.polar"}
QUESTIONS = {"funnel": "funnel of 3 in 14 days", "retention": "weekly retention matrix", "actives": "rolling 28-day actives"}
REPEATS, LIMIT = 3, 600.0
AIM, AIM_SORTED = 5, 3


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--events", type=int, default=10_000_000)
    asked.add_argument("--shape", choices=("random", "sessions"), default="random")
    asked.add_argument("--folder", type=Path, help="where the generated company is kept; else it is made anew and thrown away")
    asked.add_argument("--only", default=",".join(QUESTIONS), help="questions, with commas between them")
    asked.add_argument("--sorted", action="store_true", help="ask peers over a sorted copy as well")
    asked.add_argument("--without", default="", help="peers to leave out, with commas between them")
    asked.add_argument("--repeats", type=int, default=REPEATS, help="times after the one that warms up")
    asked.add_argument("--measure", nargs=4, metavar=("WHO", "QUESTION", "PROJECT", "FILE"), help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.measure:
        who, question, project, file = given.measure
        print(json.dumps(measured(who, question, Path(project), file, given.repeats)))
        return
    wanted = [name for name in PEERS if name not in given.without.split(",")]
    peers = [name for name in wanted if importlib.util.find_spec(name) is not None]
    with tempfile.TemporaryDirectory() as passing:
        compile_ours(Path(passing) / "small", given.only.split(","))
        project = project_of(given.folder or Path(passing), given.events, given.shape)
        print(f"{given.events:,} events, {given.shape}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        for name in wanted:
            if name not in peers:
                print(f"{name} is not installed, and left out")
        copy = sorted_copy(project, Path(passing)) if given.sorted else ""
        sys.exit(show_all(project, peers, given.only.split(","), copy, given.repeats))


def compile_ours(folder: Path, questions: list[str]) -> None:
    """What is compiled once an installation, and then kept, is no part of what is measured."""
    folder.mkdir()
    project = project_of(folder, 10_000, "random")
    for who, question in (("build", ""), *(("tandem", each) for each in questions)):
        ask(who, question, project, "", 0)


def sorted_copy(project: Path, folder: Path) -> str:
    """What peers read, by person and time, in one file."""
    from returning import duck

    return duck.write_sorted(Log(project / "data").files("event"), folder / "sorted.parquet")


def show_all(project: Path, peers: list[str], questions: list[str], copy: str, repeats: int) -> str | None:
    """What went wrong, if anything did: answers that differ."""
    print(f"{'':26}{'':10}{'seconds':>9}{'cpu':>8}{'peak MB':>9}{'its time / ours':>17}{'':>12}")
    built = ask("build", "", project, "", 0)
    show("timeline, built", "tandem", built, built)
    differing, slow = [], []
    for question in questions:
        ours = ask("tandem", question, project, "", repeats)
        show(QUESTIONS[question], "tandem", ours, ours)
        for title, file, aim in (("", "", AIM), ("  over a sorted copy", copy, AIM_SORTED))[: 2 if copy else 1]:
            ratios = []
            for peer in peers:
                found = ask(peer, question, project, file, repeats)
                show(title, peer, found, ours)
                ratios.append(found["seconds"] / ours["seconds"])
                differing += [f"{question} in {peer}{title}"] if found["answer"] != ours["answer"] else []
            slow += [f"{question}{title} {min(ratios):.1f}x"] if ratios and min(ratios) < aim else []
    print(
        f"less than {AIM}x faster than the fastest peer on the same lake, or {AIM_SORTED}x over a sorted copy: {', '.join(slow) or 'none'}"
    )
    return f"answers differ: {', '.join(differing)}" if differing else None


def ask(who: str, question: str, project: Path, file: str, repeats: int) -> dict[str, Any]:
    found = in_process(__file__, who, question, project, file, repeats=repeats)
    assert found is not None, f"{who} takes more than {LIMIT:.0f} seconds for {question}"
    return found


def show(title: str, who: str, found: dict[str, Any], ours: dict[str, Any]) -> None:
    figures = f"{found['seconds']:9.3f}{found['cpu']:8.2f}{found['megabytes']:9.0f}{found['seconds'] / ours['seconds']:17.1f}"
    print(f"{title:26}{who:10}{figures}{found['rows']:12,} rows", flush=True)


def measured(who: str, question: str, project: Path, file: str, repeats: int) -> dict[str, Any]:
    answer, taken = best(work_of(who, question, project, file), repeats, LIMIT)
    if isinstance(answer, int):
        return taken | {"rows": answer, "answer": ""}
    return taken | {"rows": len(answer), "answer": answer.digest()}


def work_of(who: str, question: str, project: Path, file: str) -> Callable[[], Any]:
    if who in PEERS:
        log = Log(project / "data")
        files = [file] if file else log.files("event")
        ask_peer: Callable[[], Any] = getattr(importlib.import_module(PEERS[who]), question)(files, BEGIN, known_until(log))
        return ask_peer
    from returning import ours

    if who == "build":
        return lambda: ours.build(project)
    work: Callable[[], Any] = getattr(ours, question)(project, known_until(Log(project / "data")))
    return work


def known_until(log: Log) -> int:
    assert log.known_until is not None, "nothing was generated"
    return log.known_until


if __name__ == "__main__":
    main()
