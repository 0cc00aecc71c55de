"""An import may be killed at any instant: run again, the counts add up, nothing is stored twice, nobody is left behind. So may an apply."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.app.killing import KILLED
from tests.app.projects import assert_sound, call, events, imported, journal, ledger, lines, project

ROWS = 8_000
KILLS = 8


def driver(*arguments: str | Path) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "tests.app.killing", *map(str, arguments)]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def quick_path() -> Iterator[Path]:
    """In memory where there is such a disk: a process that is killed leaves there what it leaves on any other."""
    with TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as name:
        yield Path(name)


def test_an_import_that_is_killed_between_any_two_writes_ends_when_it_is_run_again(quick_path: Path) -> None:
    """Echoes, a clash, bad rows and a batch without anything new, in blocks of ten rows, with a seal for every few of them."""
    calls = [call(f"m{n:02}", properties={"n": n}) for n in range(30)]
    rows = [*calls, calls[3], call("m04", event="Closed"), "no json", call("m30", userId=None), "no json", *calls[:10]]
    rows += [call("m31", type="identify", event=None, traits={"email": "ann@acme.com"}), call("m32")]
    process = driver("every", project(quick_path / "acme"), lines(quick_path / "calls.jsonl", *rows), str(len(rows)), "32", "4")
    out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")
    kills = [json.loads(line) for line in out.splitlines()]
    assert [each["at"] for each in kills if each["after"]] == [], (quick_path / "fault.txt").read_text()
    assert {each["code"] for each in kills[:-1]} == {KILLED}
    assert kills[-1]["code"] == 1  # It came to its end, with the rows that are bad.
    assert len(kills) > 50


def test_an_apply_that_is_killed_between_any_two_writes_leaves_the_old_one_in_force_or_the_new_one(quick_path: Path) -> None:
    folder, other = project(quick_path / "acme"), project(quick_path / "other", product="plans: [free, team]\n") / "playbook"
    process = driver("apply", folder, other)
    out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")
    kills = [json.loads(line) for line in out.splitlines()]
    assert [each["at"] for each in kills if each["after"]] == [], (quick_path / "fault.txt").read_text()
    assert {each["code"] for each in kills[:-1]} == {KILLED}
    assert kills[-1]["code"] == 0
    assert len(kills) > 12


def test_an_import_that_is_killed_again_and_again_comes_to_its_end_and_leaves_no_worker(tmp_path: Path) -> None:
    chance = random.Random(5)
    folder = project(tmp_path / "acme")
    file = lines(tmp_path / "calls.jsonl", *(call(f"m{n:05}", properties={"text": chance.randbytes(150).hex()}) for n in range(ROWS)))
    killed = seen = 0
    for number in range(KILLS):
        before = journal(folder)
        process = driver("long", folder, file)
        # Every other time somewhere on the way to the first batch, else within the batches, of which there are some forty.
        while number % 2 and journal(folder) == before and process.poll() is None:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.2 if number % 2 else 1))
        workers = children(process.pid)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
        seen += len(workers)
        assert_gone(workers)
    assert killed >= KILLS // 2
    assert seen
    counts = imported(folder, "segment", file)
    assert (counts["received"], counts["stored"] + counts["duplicate"]) == (ROWS, ROWS)
    assert ledger(folder)["stored"] == ROWS
    assert len(events(folder, "--limit", "0")) == ROWS
    assert_sound(folder)
    assert imported(folder, "segment", file)["duplicate"] == ROWS


def children(parent: int) -> list[int]:
    """All processes that descend from one, whichever of its threads began them."""
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for thread in Path(f"/proc/{parent}/task").iterdir():
            for child in map(int, (thread / "children").read_text().split()):
                found += [child, *children(child)]
    return found


def assert_gone(processes: list[int]) -> None:
    deadline = time.monotonic() + 10
    while any(_runs(each) for each in processes):
        assert time.monotonic() < deadline, f"left behind: {processes}"
        time.sleep(0.02)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().split(") ")[1][0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
