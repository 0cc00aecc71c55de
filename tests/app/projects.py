"""Projects in a folder of their own, and the command line run on them, in this process or in another."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from deltalake import DeltaTable

from tandem.cli.main import run
from tandem.facts.tables import FACT_SCHEMAS
from tandem.storage.log import Log

COMPANY = "name: Acme\ntime_zone: {zone}\n"
ENDS = ("received", "stored", "duplicate", "suppressed", "failed")


@dataclass(frozen=True)
class Told:
    """code: of exit. out, err: what was printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The last line on stdout."""
        found: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return found

    @property
    def csv(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.out)))


def project(folder: Path, *, zone: str = "UTC", product: str = "", sources: Mapping[str, str] = {}) -> Path:
    """A project with the least playbook, and these mappings."""
    (folder / "playbook" / "sources").mkdir(parents=True)
    (folder / "playbook" / "company.yaml").write_text(COMPANY.format(zone=zone))
    (folder / "playbook" / "product.yaml").write_text(f"name: App\n{product}")
    for name, mapping in sources.items():
        (folder / "playbook" / "sources" / f"{name}.yaml").write_text(mapping)
    return folder


def tandem(folder: Path | None, *arguments: str | Path) -> Told:
    """`tandem -C FOLDER ...` in this process."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace")
    where = [] if folder is None else ["-C", str(folder)]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([*where, *map(str, arguments)])
    out.flush()
    err.flush()
    told = Told(code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode())  # type: ignore[attr-defined]
    assert "Traceback" not in told.err
    assert code in (0, 1, 2), told.err
    return told


def started(folder: Path, *arguments: str | Path, environment: Mapping[str, str] = {}, **how: Any) -> subprocess.Popen[str]:
    """The same in a process of its own, not waited for."""
    line = [sys.executable, "-m", "tandem.cli.main", "-C", str(folder), *map(str, arguments)]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | environment, **how)


def finished(process: subprocess.Popen[str]) -> Told:
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    return Told(process.returncode, out, err)


def imported(folder: Path, source: str, *files: Path) -> dict[str, Any]:
    """The counts of an import, which add up."""
    told = tandem(folder, "import", source, *files, "--format", "json")
    counts = told.json
    assert told.code == (1 if counts["failed"] else 0), told.err
    assert_adds_up(counts)
    return counts


def assert_adds_up(counts: Mapping[str, Any]) -> None:
    assert counts["received"] == sum(counts[end] for end in ENDS[1:])
    assert sum(counts["reasons"].values()) == counts["failed"]


def ends(counts: Mapping[str, Any]) -> str:
    """`5 = 3 + 1 + 0 + 1`."""
    received, *others = (str(counts[end]) for end in ENDS)
    return f"{received} = {' + '.join(others)}"


def events(folder: Path, *options: str) -> list[dict[str, str]]:
    told = tandem(folder, "facts", "--kind", "event", "--format", "csv", *options)
    assert told.code == 0, told.err
    return told.csv


def failed(folder: Path, *options: str) -> list[dict[str, Any]]:
    told = tandem(folder, "failed", "--format", "json", *options)
    assert told.code == 0, told.err
    rows: list[dict[str, Any]] = told.json["failed"]
    assert told.json["total"] >= len(rows)
    return rows


def lines(path: Path, *calls: Mapping[str, Any] | str | bytes) -> Path:
    """A file of JSON lines; what is no mapping stands as it is."""
    told = [call if isinstance(call, bytes) else (call if isinstance(call, str) else json.dumps(call)).encode() for call in calls]
    path.write_bytes(b"\n".join(told) + b"\n")
    return path


def call(name: str = "m1", **said: Any) -> dict[str, Any]:
    """A track call of ann; None takes a key away."""
    whole = {"type": "track", "messageId": name, "event": "Opened", "userId": "ann", "timestamp": "2026-03-01T09:30:00Z"} | said
    return {key: value for key, value in whole.items() if value is not None}


def ledger(folder: Path) -> dict[str, int]:
    """The sums over all that was ever imported, which add up."""
    table = Log(folder / "data").table("ledger")
    sums = {end: sum(table[end].to_pylist()) for end in ENDS}
    assert sums["received"] == sum(sums[end] for end in ENDS[1:])
    return sums


def journal(folder: Path) -> dict[str, int]:
    """The sizes of the journal's files; one that is dropped in this instant is left out."""
    found = {}
    for path in (folder / "data" / "journal").glob("*.log"):
        with contextlib.suppress(FileNotFoundError):
            found[path.name] = path.stat().st_size
    return found


def assert_sound(folder: Path) -> None:
    """No id is stored twice, no place is given twice, and the lake holds each row once."""
    log = Log(folder / "data")
    places: list[int] = []
    for kind in log.kinds():
        if kind in FACT_SCHEMAS:
            table = log.table(kind)
            names = table["message_id" if kind == "event" else "fact_id"].to_pylist()
            assert len(set(names)) == len(names)
            places += table["place"].to_pylist()
    assert sorted(places) == list(range(log.place_end))
    for kind in sorted(path.name for path in (folder / "data" / "lake").iterdir()):
        key = _KEYS.get(kind, ("fact_id",))
        names = [name for file in DeltaTable(str(folder / "data" / "lake" / kind)).file_uris() for name in _keys(file, key)]
        assert len(set(names)) == len(names), kind
    ledger(folder)


_KEYS = {
    "event": ("message_id",),
    "failure": ("failure_id", "reason", "at"),
    "mended": ("failure_id",),
    "ledger": ("batch", "source", "file"),
}


def _keys(file: str, names: Sequence[str]) -> list[tuple[Any, ...]]:
    table = pq.read_table(file, columns=list(names))
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))
