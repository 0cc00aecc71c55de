"""A company's events, generated, in a project's lake: through Tandem's own writer, batch after batch, in the order in which they were learnt.

300,000 people, most of whom do little; 5,000 accounts of one to eight workspaces each; thirty names; two in a hundred facts are learnt up
to three days late, and two in a hundred are `group` calls, which nothing counts. Every workspace has a record that names its account, from
before the first event; nobody moves. So the account of an event can be read off the id of its workspace, which peers may do, and Tandem
may not: it resolves persons, workspaces and accounts from the links.

Ids and contents are drawn where an import would digest them: each fact is delivered once, so that nothing ever compares them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tandem.facts.fact import Version
from tandem.facts.tables import INSTANT, to_columns, unplaced
from tandem.storage.delivery import Delivery
from tandem.storage.known_ids import Ids
from tandem.storage.log import Log, Writer
from tandem.values.instants import DAY, HOUR, SECOND

ACCOUNTS, PEOPLE, DAYS = 5_000, 300_000, 540
BEGIN = 1_735_689_600 * SECOND  # 2025-01-01
FOUNDED = BEGIN - 40 * DAY  # When accounts become known: before any window could look.
LATE, LATE_DAYS, CALLS = 0.02, 3, 0.02
BATCH = 250_000
PLANS = ("business", "enterprise", "free", "team")
SEATS = 50
# From the most frequent to the rarest.
NAMES = (
    "Opened", "Document Viewed", "Document Edited", "Comment Added", "Search Made", "Report Viewed", "File Uploaded", "Task Done",
    "Project Created", "Export Started", "Invite Sent", "Seats Added", "Plan Compared", "Pricing Viewed", "Template Used", "Dashboard Viewed",
    "Integration Added", "Invite Accepted", "API Key Made", "Role Changed", "Support Ticket", "Webhook Added", "Limit Reached", "Trial Started",
    "Audit Log Viewed", "SSO Settings Viewed", "Security Page Viewed", "Invoice Viewed", "Demo Asked", "Data Deleted",
)  # fmt: skip

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Company:
    """What does not change. home: (PEOPLE,) each one's account. first: (ACCOUNTS + 1,) where an account's workspaces begin."""

    home: Numbers
    first: Numbers
    workspaces: Sequence[str]

    @classmethod
    def founded(cls) -> Company:
        chance = np.random.default_rng(7)
        home = np.minimum(chance.pareto(1.1, PEOPLE) * 40, ACCOUNTS - 1).astype(np.int64)
        many = 1 + np.minimum(chance.geometric(0.4, ACCOUNTS) - 1, 7)
        ids = [f"{account_id(account)}-{number}" for account, size in enumerate(many.tolist()) for number in range(size)]
        return cls(home, np.concatenate([np.zeros(1, np.int64), np.cumsum(many)]), ids)


def account_id(account: int) -> str:
    return f"a{account:04}"


def project_of(folder: Path, events: int, shape: str) -> Path:
    """The project in the folder that holds so many events of that shape; generated unless it stands there already."""
    project = folder / f"{shape}-{events}"
    if not (project / "complete").exists():
        shutil.rmtree(project, ignore_errors=True)
        (project / "playbook" / "signals").mkdir(parents=True)
        (project / "playbook" / "company.yaml").write_text("name: Bench\ntime_zone: UTC\n")
        with Writer(project / "data", "bench") as writer:
            company = Company.founded()
            _commit(writer, "workspace", _records(company), np.random.default_rng(8))
            for number, batch in enumerate(_in_time(company, events, shape)):
                _commit(writer, "event", batch, np.random.default_rng([9, number]))
            writer.seal(BEGIN)
        (project / "complete").touch()
    return project


def add_facts(project: Path, rows: int) -> None:
    """So many more, of the hour after what is there, with the same share of late ones."""
    log = Log(project / "data")
    assert log.known_until is not None, "there is nothing to add to"
    facts = _drawn(Company.founded(), np.random.default_rng([10, log.place_end]), rows, log.known_until, HOUR, "random")
    facts["occurred"] -= np.where(facts["known"] > facts["occurred"], LATE_DAYS * DAY, 0)
    facts["known"] = np.maximum(facts["occurred"], log.known_until + 1)
    with Writer(project / "data", "bench") as writer:
        _commit(writer, "event", _columns(facts, log.place_end, Company.founded()), np.random.default_rng([11, log.place_end]))
        writer.seal(BEGIN)


def _in_time(company: Company, events: int, shape: str) -> Iterator[pa.RecordBatch]:
    """Batches in the order in which facts were learnt: of each stretch of time, with what came late from those before it."""
    stretches = max(1, round(events / BATCH))
    bounds = np.linspace(0, DAYS * DAY, stretches + 1).astype(np.int64) + BEGIN
    shares = np.diff(np.linspace(0, events, stretches + 1).astype(np.int64))
    waiting: dict[str, Numbers] = {}
    told = 0
    for number, rows in enumerate(shares.tolist()):
        begin, end = int(bounds[number]), int(bounds[number + 1])
        drawn = _drawn(company, np.random.default_rng([7, number]), rows, begin, end - begin, shape)
        facts = {name: np.concatenate([waiting[name], drawn[name]]) if waiting else drawn[name] for name in drawn}
        order = np.argsort(facts["known"], kind="stable")
        cut = len(order) if number == stretches - 1 else int(np.searchsorted(facts["known"][order], end))
        waiting = {name: column[order[cut:]] for name, column in facts.items()}
        yield _columns({name: column[order[:cut]] for name, column in facts.items()}, told, company)
        told += cut


def _drawn(company: Company, chance: np.random.Generator, rows: int, begin: int, length: int, shape: str) -> dict[str, Numbers]:
    """Facts as numbers. name: -1 is a `group` call. said: which of the texts of properties."""
    long = 10 if shape == "sessions" else 1
    sessions = -(-rows // long)
    person = np.repeat((PEOPLE * chance.power(0.5, sessions)).astype(np.int64), long)[:rows]
    occurred = begin + np.repeat(chance.integers(0, length, sessions), long)[:rows]
    occurred += chance.integers(0, HOUR, rows) if long > 1 else 0
    late = np.where(chance.random(rows) < LATE, chance.integers(1, LATE_DAYS * DAY, rows), 0)
    account = company.home[person]
    size = np.diff(company.first)[account]
    # Four in five are done where one is at home.
    place = np.where(chance.random(rows) < 0.8, person, chance.integers(0, 8, rows)) % size
    weights = 1 / (np.arange(len(NAMES)) + 2)
    name = chance.choice(len(NAMES), rows, p=weights / weights.sum())
    said = np.where(name == NAMES.index("Seats Added"), 1 + len(PLANS) + chance.integers(0, SEATS * len(PLANS), rows), 0)
    said = np.where(name == NAMES.index("Plan Compared"), 1 + chance.choice(len(PLANS), rows, p=(0.35, 0.1, 0.15, 0.4)), said)
    called = chance.random(rows) < CALLS
    return {
        "person": person,
        "workspace": company.first[account] + place,
        "name": np.where(called, -1, name),
        "said": np.where(called, 0, said),
        "occurred": occurred,
        "known": occurred + late,
    }


def _columns(facts: dict[str, Numbers], told: int, company: Company) -> pa.RecordBatch:
    rows = len(facts["known"])
    numbers = pc.utf8_lpad(pc.cast(pa.array(np.arange(told, told + rows)), pa.string()), 9, "0")
    plans = [{"plan": plan} for plan in PLANS]
    texts = ["{}", *(json.dumps(each | more, separators=(",", ":")) for more in ({}, *_SEATS) for each in plans)]
    called = facts["name"] < 0
    columns: dict[str, Any] = {
        "message_id": pc.binary_join_element_wise("m", numbers, ""),
        "type": pa.array(["track", "group"]).take(pa.array(called.astype(np.int8))),
        "event": pa.array([*NAMES, ""]).take(pa.array(facts["name"] % (len(NAMES) + 1))),
        "user_id": _PEOPLE_IDS.take(pa.array(facts["person"])),
        "anonymous_id": pa.nulls(rows, pa.string()),
        "workspace_id": pa.array(company.workspaces).take(pa.array(facts["workspace"])),
        "account_id": pa.nulls(rows, pa.string()),
        "occurred_at": pa.array(facts["occurred"]).view(INSTANT),
        "known_at": pa.array(facts["known"]).view(INSTANT),
        "assumed": pa.array(np.zeros(rows, bool)),
        "source": pa.array(["app"]).take(pa.array(np.zeros(rows, np.int8))),
        "properties": pa.array(texts).take(pa.array(facts["said"])),
        "context": pa.array(["{}"]).take(pa.array(np.zeros(rows, np.int8))),
    }
    schema = unplaced("event")
    return pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)


_SEATS = [{"seats": seats} for seats in range(1, SEATS + 1)]
_PEOPLE_IDS = pa.array([f"u{person:06}" for person in range(PEOPLE)])


def _records(company: Company) -> pa.RecordBatch:
    """Each workspace, as a `group` call describes it: with its account."""
    versions = [
        Version(
            id=f"w{number}",
            kind="workspace",
            record_id=workspace,
            fields=json.dumps({"account": workspace[:5]}, separators=(",", ":")),
            patch=True,
            via="group",
            occurred_at=FOUNDED,
            known_at=FOUNDED,
            source="app",
        )
        for number, workspace in enumerate(company.workspaces)
    ]
    return to_columns("workspace", versions)


def _commit(writer: Writer, kind: str, columns: pa.RecordBatch, chance: np.random.Generator) -> None:
    rows = columns.num_rows
    ids = Ids(*(chance.integers(0, 2**64, rows, dtype=np.uint64) for _ in range(3)))
    delivery = Delivery("app", "generated", rows, 0, {kind: columns}, np.arange(rows), ids)
    counts = writer.commit(delivery, import_id="bench", at=BEGIN, refuse=_refused)
    assert counts.stored == rows, counts


def _refused(rows: Sequence[int]) -> Any:
    raise AssertionError(f"{len(rows)} rows bear an id of others")
