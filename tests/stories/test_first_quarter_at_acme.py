"""The first quarter of a log, told with dates: what was known of Acme on each day, and what was learnt of those days later."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.projects import call, ends, events, failed, imported, ledger, lines, project, tandem

CRM = """
format: csv
time_zone: UTC
exported_at: 2026-01-12
never_changes: [domain]
records:
  - kind: account
    id: [id]
    at: {column: created}
    fields: {name: name, domain: website, owner: rep}
"""


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    return project(tmp_path / "acme", sources={"crm": CRM})


def seen(folder: Path, as_of: str) -> list[str]:
    """Who opened the product, and for whom, as it was known on a day."""
    rows = events(folder, "--event", "Opened", "--as-of", as_of)
    return [f"{row['occurred_at'][5:10]} {row['person']} @{row['account']}" for row in rows]


def test_a_quarter_at_acme(acme: Path, tmp_path: Path) -> None:
    def live(name: str, *calls: dict[str, object]) -> str:
        return ends(imported(acme, "segment", lines(tmp_path / name, *calls)))

    def told(text: str) -> str:
        (tmp_path / "told.txt").write_text(text)
        return ends(imported(acme, "notation", tmp_path / "told.txt"))

    # In the first week somebody looks around, and is ann the day after.
    assert (
        live(
            "week1.jsonl",
            call("1", userId=None, anonymousId="x7", timestamp="2026-01-05T10:00:00Z"),
            call(
                "2",
                type="identify",
                event=None,
                userId="ann",
                anonymousId="x7",
                timestamp="2026-01-06T10:00:00Z",
                traits={"email": "ann@acme.com"},
            ),
            call("3", timestamp="2026-01-07T10:00:00Z"),
            call("3", timestamp="2026-01-07T10:00:00Z"),
        )
        == "4 = 3 + 1 + 0 + 0"
    )
    assert seen(acme, "2026-01-05T12:00Z") == ["01-05 ?x7 @"]
    assert seen(acme, "2026-01-08") == ["01-05 ann @acme.com", "01-07 ann @acme.com"]

    # The CRM's export of the 12th knows the company, whose website never changed. One row names no day.
    (tmp_path / "crm.csv").write_text("id,name,website,rep,created\nA-1,Acme,acme.com,rita,2026-01-10\n,Nobody,x.com,rita,2026-01-10\n")
    assert ends(imported(acme, "crm", tmp_path / "crm.csv")) == "2 = 1 + 0 + 0 + 1"
    assert [row["reason"] for row in failed(acme)] == ["no_id"]
    assert seen(acme, "2026-01-08") == ["01-05 ann @acme.com", "01-07 ann @acme.com"]
    assert seen(acme, "2026-01-13") == ["01-05 ann @A-1", "01-07 ann @A-1"]

    # A phone was offline: what happened on the 8th is received on the 20th, and the 19th does not know it.
    assert live("late.jsonl", call("4", timestamp="2026-01-08T10:00:00Z", receivedAt="2026-01-20T10:00:00Z")) == "1 = 1 + 0 + 0 + 0"
    assert len(seen(acme, "2026-01-19")) == 2
    assert seen(acme, "2026-01-21") == ["01-05 ann @A-1", "01-07 ann @A-1", "01-08 ann @A-1"]

    # In February one event proves to be a mistake; a day later it proves to be none.
    assert told("2026-02-02 correct #3\n2026-02-03 undo #3\n") == "2 = 2 + 0 + 0 + 0"
    assert [len(seen(acme, day)) for day in ("2026-02-01", "2026-02-02", "2026-02-03")] == [3, 2, 3]

    # ann marries and gets another id; in March the account is merged into the group's.
    assert told("2026-02-10 ann is anna\n2026-03-01 account A-1 is A-9 #merge\n") == "2 = 2 + 0 + 0 + 0"
    assert seen(acme, "2026-02-09")[0] == "01-05 ann @A-1"
    assert seen(acme, "2026-02-11")[0] == "01-05 anna @A-1"
    assert seen(acme, "2026-03-02")[0] == "01-05 anna @A-9"

    # The merge was wrong, and is taken back today. What March said, March said.
    assert tandem(acme, "identity", "undo", "merge/merge").code == 0
    assert [row["account"] for row in events(acme, "--event", "Opened")] == ["A-1"] * 3
    assert seen(acme, "2026-03-02")[0] == "01-05 anna @A-9"

    # The row without an id is given up. Everything that ever came is accounted for.
    assert tandem(acme, "failed", "--forget", "--source", "crm").code == 0
    assert ledger(acme) == {"received": 12, "stored": 10, "duplicate": 1, "suppressed": 1, "failed": 0}
    assert failed(acme) == []
