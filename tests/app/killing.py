"""Imports and applies that are killed: between any two writes (`every`, `apply`), or from outside, while workers help (`long`).

Run as a process of its own, for it must not have used what does not survive a fork:

    python -m tests.app.killing every FOLDER FILE     one line of JSON for each instant at which the import was killed
    python -m tests.app.killing apply FOLDER OTHER    the same of an apply, after OTHER has come into the place of the playbook
    python -m tests.app.killing long FOLDER FILE      an import in small blocks, with workers, to be killed by somebody else
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tandem.storage.lake as lake
import tandem.storage.log as log
from tandem.app import importing
from tandem.cli.main import run
from tandem.connect.block import Limits
from tests.app.projects import assert_sound, ends, imported, ledger, tandem

KILLED = 9


def in_small_blocks(block_bytes: int) -> None:
    importing.Limits = lambda: Limits(block_bytes=block_bytes)  # type: ignore[assignment, misc]


def with_many_seals() -> None:
    """A seal for every few batches, so that runs of ids are merged and tables compacted within one small import."""
    log.FILE_BYTES_MAX = 6_000
    lake.SMALL_FILES_MAX = 2


class Clock:
    """Counts what alters the disk, and ends the process at the n-th time."""

    def __init__(self, last: int) -> None:
        self.last, self.now = last, 0

    def tick(self) -> None:
        self.now += 1
        if self.now == self.last:
            os._exit(KILLED)

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def ticking(*arguments: Any, **named: Any) -> Any:
            self.tick()
            return function(*arguments, **named)

        return ticking

    def in_two_halves(self, file: int, content: Any) -> int:
        """`os.write`, of which only a part may reach the disk."""
        self.tick()
        half = bytes(content[: len(content) // 2])
        done = write(file, half)
        self.tick()
        return done if done < len(half) else done + write(file, bytes(content[len(half) :]))


write = os.write


def kill_at(last: int, folder: Path, *command: str) -> None:
    """The command, until the n-th instant at which it alters the disk; then it is as if the power had gone."""
    clock = Clock(last)
    os.write = clock.in_two_halves  # type: ignore[assignment]
    for name in ("fsync", "fdatasync", "replace", "rename", "unlink", "rmdir", "mkdir", "truncate", "ftruncate"):
        setattr(os, name, clock.before(getattr(os, name)))
    lake.write_deltalake = clock.before(lake.write_deltalake)
    lake.Lake.compact = clock.before(lake.Lake.compact)  # type: ignore[method-assign]
    code = run(["-C", str(folder), *command])
    clock.tick()
    os._exit(code)


def in_a_child(work: Callable[[], None]) -> int:
    """The exit code of a process that does this."""
    child = os.fork()
    if child == 0:
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            work()
            os._exit(0)
        except BaseException as error:
            (Path(sys.argv[2]).parent / "fault.txt").write_text(f"{type(error).__name__}: {error}")
            os._exit(3)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def check(folder: Path, file: Path, received: int, stored: int, bad: int) -> None:
    """After the kill the same import goes through, and all that was ever counted adds up."""
    counts = imported(folder, "segment", file)
    assert (counts["received"], counts["failed"]) == (received, bad), ends(counts)
    assert_sound(folder)
    assert ledger(folder)["stored"] == stored, ledger(folder)
    found = log.Log(folder / "data")
    assert found.table("event").num_rows == stored
    assert len(log.open_failures(found)) == bad


def every(folder: Path, file: Path, received: int, stored: int, bad: int) -> None:
    in_small_blocks(1_500)
    with_many_seals()
    template = folder.with_name("template")
    shutil.copytree(folder, template)
    for last in range(1, 10_000):
        code = in_a_child(lambda last=last: kill_at(last, folder, "import", "segment", str(file), "-q"))  # type: ignore[misc]
        after = in_a_child(lambda: check(folder, file, received, stored, bad))
        print(json.dumps({"at": last, "code": code, "after": after}), flush=True)
        if code != KILLED:
            return
        shutil.rmtree(folder)
        shutil.copytree(template, folder)


def check_apply(folder: Path, before: str, after: str) -> None:
    """After the kill the old one is in force or the new one, whole; and the same apply goes through."""
    now = tandem(folder, "playbooks", "--format", "json").json["in_force"]
    assert now in (before, after), now
    again = tandem(folder, "apply", "--format", "json").json
    assert (again["how"], again["fingerprint"]) == ("nothing" if now == after else "applied", after), again
    told = tandem(folder, "playbooks", "--format", "json").json
    assert [each["fingerprint"] for each in told["playbooks"]] == [before, after], told
    for each in told["playbooks"]:
        assert (folder / each["text"] / "company.yaml").exists()
    left = sorted(path.name for path in (folder / "data" / "playbooks").iterdir())
    assert left == sorted(["applied.list", before, after]), left


def apply(folder: Path, other: Path) -> None:
    before = tandem(folder, "apply", "--format", "json").json["fingerprint"]
    shutil.rmtree(folder / "playbook")
    shutil.copytree(other, folder / "playbook")
    after = tandem(folder, "check", "--format", "json").json["fingerprint"]
    assert before != after
    template = folder.with_name("template")
    shutil.copytree(folder, template)
    for last in range(1, 1_000):
        code = in_a_child(lambda last=last: kill_at(last, folder, "apply"))  # type: ignore[misc]
        found = in_a_child(lambda: check_apply(folder, before, after))
        print(json.dumps({"at": last, "code": code, "after": found}), flush=True)
        if code != KILLED:
            return
        shutil.rmtree(folder)
        shutil.copytree(template, folder)


def long(folder: Path, file: Path) -> None:
    importing.POOL_BYTES_MIN = 0
    in_small_blocks(64 * 1024)
    log.FILE_BYTES_MAX = 1024 * 1024
    sys.exit(run(["-C", str(folder), "import", "segment", str(file), "-q"]))


if __name__ == "__main__":
    if sys.argv[1] == "every":
        every(Path(sys.argv[2]), Path(sys.argv[3]), *map(int, sys.argv[4:]))
    elif sys.argv[1] == "apply":
        apply(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        long(Path(sys.argv[2]), Path(sys.argv[3]))
