"""Rows that failed are kept whole, listed, and go in once the playbook or the file is mended; the counts add up all the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.projects import assert_sound, call, ends, events, failed, imported, ledger, lines, project, tandem

HEADER = "order,event,user,when,amount\n"
ROWS = """1,Paid,ann,2026-03-01 09:30,5
2,Paid,bob,2026-03-02 09:30,"six, or so"
3,Paid,,2026-03-03 09:30,7
"""
BROKEN = """
format: csv
events:
  - name: {column: event}
    id: [order]
    person: user
    occurred_at: {column: when}
    properties: [amount]
"""
MENDED = "time_zone: Europe/Berlin\n" + BROKEN
# Without an id of their own, rows are told apart by what they say, and equal rows by their number in the file.
NAMELESS = BROKEN.replace("    id: [order]\n", "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project(tmp_path / "acme", sources={"orders": BROKEN})


def mend(folder: Path, mapping: str = MENDED) -> None:
    (folder / "playbook" / "sources" / "orders.yaml").write_text(mapping)


def orders(tmp_path: Path, rows: str = ROWS, name: str = "orders.csv") -> Path:
    (tmp_path / name).write_text(HEADER + rows)
    return tmp_path / name


def replay(folder: Path) -> str:
    told = tandem(folder, "failed", "--replay", "--format", "json")
    assert told.code == (1 if told.json["failed"] else 0), told.err
    return ends(told.json)


def test_a_failed_row_is_listed_with_its_file_line_column_reason_and_text(folder: Path, tmp_path: Path) -> None:
    file = orders(tmp_path)
    counts = imported(folder, "orders", file)
    assert (ends(counts), counts["reasons"]) == ("3 = 0 + 0 + 0 + 3", {"no_person": 1, "no_zone": 2})
    first, second, third = failed(folder)
    assert {name: first[name] for name in ("source", "file", "line", "column", "reason", "raw")} == {
        "source": "orders",
        "file": str(file),
        "line": 2,
        "column": "when",
        "reason": "no_zone",
        "raw": "1,Paid,ann,2026-03-01 09:30,5",
    }
    assert first["mend"] == "write its offset, such as `Z` or `+01:00`; a mapping can name the `time_zone`"
    assert second["raw"] == '2,Paid,bob,2026-03-02 09:30,"six, or so"'
    assert (third["line"], third["column"], third["reason"]) == (4, "user", "no_person")
    shown = tandem(folder, "failed").out
    assert f"{file}:2 column `when`" in shown
    assert "[no_zone]" in shown
    assert "2 of orders: no_zone" in shown


def test_after_the_mapping_is_mended_a_replay_stores_what_it_can(folder: Path, tmp_path: Path) -> None:
    imported(folder, "orders", orders(tmp_path))
    mend(folder)
    assert replay(folder) == "3 = 2 + 0 + 0 + 1"
    assert [(row["person"], row["occurred_at"]) for row in events(folder)] == [
        ("ann", "2026-03-01T08:30:00Z"),
        ("bob", "2026-03-02T08:30:00Z"),
    ]
    assert json.loads(events(folder)[1]["properties"]) == {"amount": "six, or so"}
    assert [row["reason"] for row in failed(folder)] == ["no_person"]
    # The rows were received once, however often they are tried.
    assert ledger(folder) == {"received": 3, "stored": 2, "duplicate": 0, "suppressed": 0, "failed": 1}
    assert replay(folder) == "1 = 0 + 0 + 0 + 1"
    assert ledger(folder)["received"] == 3
    assert_sound(folder)


def test_importing_the_file_again_after_the_mapping_is_mended_ends_the_failures_too(folder: Path, tmp_path: Path) -> None:
    file = orders(tmp_path)
    imported(folder, "orders", file)
    mend(folder)
    assert ends(imported(folder, "orders", file)) == "3 = 2 + 0 + 0 + 1"
    assert [row["reason"] for row in failed(folder)] == ["no_person"]
    assert ends(imported(folder, "orders", file)) == "3 = 0 + 2 + 0 + 1"
    assert len(failed(folder)) == 1
    assert ledger(folder) == {"received": 9, "stored": 2, "duplicate": 2, "suppressed": 0, "failed": 5}
    doubts = tandem(folder, "doctor", "--format", "csv").csv
    assert [row["detail"] for row in doubts if row["finding"] == "failed"] == ["1 row"]


def test_the_same_bad_file_is_listed_once_however_often_it_comes(folder: Path, tmp_path: Path) -> None:
    file = orders(tmp_path)
    for _ in range(3):
        assert imported(folder, "orders", file)["failed"] == 3
    assert len(failed(folder)) == 3
    assert ledger(folder)["failed"] == 9


def test_a_row_that_fails_again_for_another_reason_is_listed_once_with_the_new_one(folder: Path, tmp_path: Path) -> None:
    imported(folder, "orders", orders(tmp_path, "1,Paid,,2026-03-01 09:30,5\n2,Paid,ann,2026-03-01 09:30,5\n"))
    assert [row["reason"] for row in failed(folder)] == ["no_person", "no_zone"]
    mend(
        folder, MENDED.replace("person: user", "person: amount").replace("[amount]", "[user]").replace("{column: when}", "{column: event}")
    )
    assert replay(folder) == "2 = 0 + 0 + 0 + 2"
    assert [row["reason"] for row in failed(folder)] == ["bad_instant", "bad_instant"]
    mend(folder, BROKEN)
    assert replay(folder) == "2 = 0 + 0 + 0 + 2"
    assert [row["reason"] for row in failed(folder)] == ["no_person", "no_zone"]
    assert ledger(folder) == {"received": 2, "stored": 0, "duplicate": 0, "suppressed": 0, "failed": 2}


def test_two_equal_bad_rows_are_both_kept_and_both_go_in(folder: Path, tmp_path: Path) -> None:
    mend(folder, NAMELESS)
    file = orders(tmp_path, "1,Paid,ann,2026-03-01 09:30,5\n" * 2)
    assert ends(imported(folder, "orders", file)) == "2 = 0 + 0 + 0 + 2"
    assert [row["line"] for row in failed(folder)] == [2, 3]
    mend(folder, "time_zone: UTC\n" + NAMELESS)
    assert replay(folder) == "2 = 2 + 0 + 0 + 0"
    assert failed(folder) == []
    assert ends(imported(folder, "orders", file)) == "2 = 0 + 2 + 0 + 0"
    assert_sound(folder)


def test_two_equal_bad_calls_of_one_line_are_both_kept(folder: Path, tmp_path: Path) -> None:
    bad = call("m1", userId=None)
    counts = imported(folder, "segment", lines(tmp_path / "calls.jsonl", json.dumps([bad, bad, call("m2")]), bad))
    assert ends(counts) == "4 = 1 + 0 + 0 + 3"
    assert [row["line"] for row in failed(folder)] == [1, 1, 2]


def test_a_clash_fails_and_is_stored_once_it_has_an_id_of_its_own(folder: Path, tmp_path: Path) -> None:
    mend(folder)
    rows = "1,Paid,ann,2026-03-01 09:30,5\n1,Paid,ann,2026-03-01 09:30,6\n"
    assert imported(folder, "orders", orders(tmp_path, rows))["reasons"] == {"id_reused": 1}
    (row,) = failed(folder)
    assert (row["line"], row["raw"]) == (3, "1,Paid,ann,2026-03-01 09:30,6")
    mend(folder, MENDED.replace("[order]", "[order, amount]"))
    assert replay(folder) == "1 = 1 + 0 + 0 + 0"
    assert sorted(row["message_id"] for row in events(folder)) == ["orders:1", "orders:1/6"]


def test_rows_may_be_forgotten_and_are_then_counted_as_suppressed(folder: Path, tmp_path: Path) -> None:
    imported(folder, "orders", orders(tmp_path))
    told = tandem(folder, "failed", "--forget", "--reason", "no_person", "--format", "json")
    assert (told.code, told.json["forgotten"]) == (0, 1)
    assert [row["reason"] for row in failed(folder)] == ["no_zone", "no_zone"]
    assert ledger(folder) == {"received": 3, "stored": 0, "duplicate": 0, "suppressed": 1, "failed": 2}


def test_a_forgotten_row_that_comes_again_waits_again(folder: Path, tmp_path: Path) -> None:
    imported(folder, "orders", orders(tmp_path))
    tandem(folder, "failed", "--forget")
    assert failed(folder) == []
    imported(folder, "orders", orders(tmp_path))
    assert len(failed(folder)) == 3
    assert ledger(folder) == {"received": 6, "stored": 0, "duplicate": 0, "suppressed": 3, "failed": 3}


def test_a_file_that_lacked_columns_waits_no_longer_once_it_is_imported_whole(folder: Path, tmp_path: Path) -> None:
    """A header is no row: a replay leaves it alone, and the same file, mended, ends it."""
    file = orders(tmp_path)
    rows = file.read_text()
    file.write_text(rows.replace("user", "who", 1))
    imported(folder, "orders", file)
    assert [row["reason"] for row in failed(folder)] == ["missing_columns"]
    assert replay(folder) == "0 = 0 + 0 + 0 + 0"
    assert [row["reason"] for row in failed(folder)] == ["missing_columns"]
    file.write_text(rows)
    imported(folder, "orders", file)
    assert "missing_columns" not in {row["reason"] for row in failed(folder)}


def test_failures_are_chosen_by_source_and_reason_and_an_unknown_one_is_told(folder: Path, tmp_path: Path) -> None:
    imported(folder, "orders", orders(tmp_path))
    imported(folder, "segment", lines(tmp_path / "calls.jsonl", "no json"))
    assert {row["reason"] for row in failed(folder, "--source", "segment")} == {"not_json"}
    assert len(failed(folder, "--reason", "no_zone")) == 2
    assert len(failed(folder, "--limit", "1")) == 1
    for option, word, near in (("--source", "order", "orders"), ("--reason", "no_zones", "no_zone")):
        told = tandem(folder, "failed", option, word)
        assert told.code == 1
        assert f"did you mean `{near}`?" in told.err


def test_failed_rows_are_listed_in_the_order_of_the_file_sealed_or_not(folder: Path, tmp_path: Path) -> None:
    """The lake keeps rows in no order, not even those of one batch."""
    imported(folder, "segment", lines(tmp_path / "calls.jsonl", *(f"no json {n}" for n in range(20_000))))
    assert [row["line"] for row in failed(folder, "--limit", "0")] == list(range(1, 20_001))


def test_a_snapshot_record_keeps_its_own_id_beside_calls_that_have_none(folder: Path, tmp_path: Path) -> None:
    """The event of each row is a fact of its own; the account that all rows name is told once."""
    mend(folder, NAMELESS.replace("format: csv", "format: csv\ntime_zone: UTC\nexported_at: 2026-04-01") + ACCOUNTS)
    file = orders(tmp_path, "1,Paid,ann,2026-03-01 09:30,5\n" * 2 + "2,Paid,bob,2026-03-01 09:31,5\n")
    assert ends(imported(folder, "orders", file)) == "3 = 3 + 0 + 0 + 0"
    assert len(events(folder)) == 3
    assert len(tandem(folder, "facts", "--kind", "account", "--format", "csv").csv) == 1


ACCOUNTS = """
records:
  - kind: account
    id: [event]
    fields: {plan: amount}
"""
PATTERNS = [("person: A*", "ann"), ("event: open*", "m1"), ("email: '*@ACME.com'", "ann@acme.com"), ("event: 'O[p]en?d'", None)]


@pytest.mark.parametrize(("rule", "hit"), PATTERNS)
def test_who_is_suppressed_is_counted_and_never_stored_and_case_does_not_count(tmp_path: Path, rule: str, hit: str | None) -> None:
    folder = project(tmp_path / "acme", product=f"suppress:\n  - {{{rule}, reason: asked to be forgotten}}\n")
    calls = [call("m1"), call("m2", userId="bob", event="Closed")]
    if "email" in rule:
        calls[0] = call("m1", type="identify", event=None, traits={"email": "Ann@acme.com"})
    counts = imported(folder, "segment", lines(tmp_path / "calls.jsonl", *calls))
    assert ends(counts) == ("2 = 1 + 0 + 1 + 0" if hit else "2 = 2 + 0 + 0 + 0")
    stored = b"".join(path.read_bytes() for path in (folder / "data").rglob("*") if path.is_file())
    assert (b"ann" in stored) == (hit is None)
