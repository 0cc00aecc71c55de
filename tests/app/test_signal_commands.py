"""The commands of signals as a user meets them: names, words, and data that was damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.projects import project, tandem

PRODUCT = "plans: [free, team]\n"
SIGNALS = {
    "active": {"title": "Active", "kind": "usage", "about": "account", "when": 'count("Opened", 7d) >= 2'},
    "silent": {"title": "Silent", "kind": "usage", "about": "account", "when": 'since("Opened") >= 3d and employees >= 10'},
    "large": {"title": "Much is taken out", "kind": "usage", "about": "account", "when": 'max("Export".bytes) >= 5'},
}
FACTS = """\
2026-03-01 account A-1 domain=acme.com employees=50
2026-03-01 account A-2 domain=beta.io
2026-03-02 Opened by ann @A-1
2026-03-03 Opened by ann @A-1
2026-03-04 Export by ann @A-1 bytes=10000000000000
2026-03-20 Closed by bob @A-2
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = project(tmp_path / "acme", product=PRODUCT)
    (found / "playbook" / "signals").mkdir()
    (found / "playbook" / "signals" / "all.yaml").write_text(json.dumps({"signals": SIGNALS}))
    facts = tmp_path / "facts.txt"
    facts.write_text(FACTS)
    assert tandem(found, "import", "notation", facts).code == 0
    return found


def test_a_subject_may_be_asked_for_by_its_domain(folder: Path) -> None:
    assert [row["edge"] for row in tandem(folder, "edges", "active", "--subject", "acme.com", "--format", "csv").csv] == ["entered", "left"]
    told = tandem(folder, "explain", "active", "acme.com", "--at", "2026-03-03", "--format", "json").json
    assert (told["subject"], told["edge"], [fact["how"] for fact in told["facts"]]) == ("A-1", "entered", ["entered"])


def test_who_is_there_and_never_had_an_edge_has_none(folder: Path) -> None:
    told = tandem(folder, "edges", "active", "--subject", "A-2", "--format", "csv")
    assert (told.code, told.csv) == (0, [])


def test_a_subject_that_nobody_knows_is_told(folder: Path) -> None:
    for command in (("edges", "active", "--subject", "A-7"), ("explain", "active", "A-7")):
        told = tandem(folder, *command)
        assert (told.code, told.out) == (1, "")
        assert "unknown account `A-7`" in told.err


def test_values_are_told_in_words_that_people_use(folder: Path) -> None:
    told = tandem(folder, "explain", "silent", "A-1").out
    assert "silent turned on for A-1 at 2026-03-06 00:00 UTC" in told
    assert 'since("Opened") = 2d 23h 59m 59.999999s -> 3d' in told
    assert "employees = 50" in told
    before = tandem(folder, "explain", "silent", "A-2").out
    assert "has not turned on for A-2 until" in before
    assert 'since("Opened") = unknown' in before


def test_a_number_that_conditions_cannot_count_with_is_listed_by_the_doctor(folder: Path) -> None:
    assert tandem(folder, "edges", "large", "--format", "csv").csv == []
    assert "10000000000000" in tandem(folder, "doctor").out


def test_a_lake_that_was_cut_is_damaged_data_and_no_fault_of_ours(folder: Path, tmp_path: Path) -> None:
    from tandem.storage.log import Writer

    with Writer(folder / "data", "seal") as writer:
        writer.seal(1_800_000_000_000_000)
    for path in (folder / "data" / "lake" / "event").glob("*.parquet"):
        path.write_bytes(path.read_bytes()[:200])
    told = tandem(folder, "edges", "active")
    assert (told.code, told.out) == (1, "")
    assert "cannot be read" in told.err
