"""What cannot be read costs its row, line or file, with its reason, and nothing else."""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tandem.storage.log import Writer
from tandem.storage.manifest import FORMAT
from tests.app.projects import (
    assert_sound,
    call,
    ends,
    events,
    failed,
    finished,
    imported,
    ledger,
    lines,
    project,
    started,
    tandem,
)
from tests.storage.world import AT, delivery, event, no_clash

MAPPING = """
format: csv
events:
  - name: {column: event}
    id: [id]
    person: user
    occurred_at: {column: at}
    properties: [amount]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project(tmp_path / "acme", sources={"orders": MAPPING})


def nested(depth: int) -> str:
    return '{"a":' * depth + "1" + "}" * depth


def whole(said: str) -> str:
    """A call whose properties are this text."""
    return json.dumps(call("bad", properties="?")).replace('"?"', said)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (call("bad", timestamp="1989-12-31T23:59:59Z"), "before_1990"),
        (call("bad", timestamp="1970-01-01T00:00:00Z"), "before_1990"),
        (call("bad", timestamp="2999-01-01T00:00:00Z"), "in_the_future"),
        (call("bad", timestamp="2026-03-03T09:30:01Z", receivedAt="2026-03-02T09:30:00Z"), "in_the_future"),
        (call("bad", timestamp="yesterday"), "bad_instant"),
        (call("bad", timestamp="2026-03-01T09:30:00"), "no_zone"),
        (whole('{"n": NaN}'), "not_a_number"),
        (whole('{"n": Infinity}'), "not_a_number"),
        (whole('{"n": -Infinity}'), "not_a_number"),
        (whole('{"n": 1e999}'), "not_a_number"),
        (whole('{"n": ' + "9" * 5000 + "}"), "not_a_number"),
        (call("bad", properties={"text": "x" * 10 * 1024 * 1024}), "too_long"),
        (json.dumps(call("bad")).encode().replace(b"Opened", b"Op\0ened"), "nul_byte"),
        (json.dumps(call("bad")).encode().replace(b"Opened", b"Op\xff\xfeened"), "bad_encoding"),
        (call("bad", properties={f"p{n}": n for n in range(10_000)}), "too_many_properties"),
        (whole(nested(1_000)), "too_deep"),
        (whole("[" * 100_000 + "]" * 100_000), "too_deep"),
        (whole('{"half": "\\ud800"}'), "lone_surrogate"),
        ('{"type": "track", ', "not_json"),
        ("hello", "not_json"),
        ("12", "not_an_object"),
        (call("bad", type="trak"), "no_type"),
        (call("bad", event=None), "no_event"),
        (call("bad", userId=None), "no_person"),
        (call("bad", userId={"id": 1}), "bad_id"),
        (call("bad", userId="x" * 1001), "bad_id"),
        (call("before", event="Closed"), "id_reused"),
        (call("bad", type="group", event=None), "no_workspace"),
        (call("bad", type="alias", event=None), "no_previous"),
        (call("bad", properties=["a"]), "not_an_object"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 24 else "",
)
def test_a_bad_line_costs_itself_and_its_neighbours_are_stored(folder: Path, tmp_path: Path, bad: Any, reason: str) -> None:
    counts = imported(folder, "segment", lines(tmp_path / "calls.jsonl", call("before"), bad, call("after")))
    assert (ends(counts), counts["reasons"]) == ("3 = 2 + 0 + 0 + 1", {reason: 1})
    assert [row["message_id"] for row in events(folder)] == ["before", "after"]
    (row,) = failed(folder)
    assert (row["reason"], row["line"], Path(row["file"]).name) == (reason, 2, "calls.jsonl")
    assert row["raw"]


def test_of_equal_keys_the_last_counts_and_each_that_lost_is_told(folder: Path, tmp_path: Path) -> None:
    line = json.dumps(call("m1", properties="?")).replace('"?"', '{"plan":"free","plan":"team","plan":"pro"}')
    counts = imported(folder, "segment", lines(tmp_path / "calls.jsonl", line))
    assert (counts["stored"], counts["repeated_keys"]) == (1, 2)
    assert events(folder)[0]["properties"] == '{"plan":"pro"}'


@pytest.mark.parametrize("content", [b"", b"\n", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_brings_nothing_and_is_fine(folder: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "empty").write_bytes(content)
    for source in ("segment", "orders", "notation"):
        assert ends(imported(folder, source, tmp_path / "empty")) == "0 = 0 + 0 + 0 + 0"


def test_a_gzip_that_was_cut_gives_what_stood_before_the_cut(folder: Path, tmp_path: Path) -> None:
    text = b"".join(json.dumps(call(f"m{n}", properties={"n": os.urandom(20).hex()})).encode() + b"\n" for n in range(2000))
    packed = gzip.compress(text)
    (tmp_path / "cut.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    counts = imported(folder, "segment", tmp_path / "cut.jsonl.gz")
    assert counts["reasons"] == {"truncated_file": 1}
    assert 500 < counts["stored"] < 1500
    (tmp_path / "whole.jsonl.gz").write_bytes(packed)
    again = imported(folder, "segment", tmp_path / "whole.jsonl.gz")
    assert (again["received"], again["duplicate"], again["failed"]) == (2000, counts["stored"], 0)


def test_a_gzip_that_is_damaged_gives_what_stood_before_the_damage(folder: Path, tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(b"".join(json.dumps(call(f"m{n}")).encode() + b"\n" for n in range(50))))
    packed[-8:] = b"\0" * 8
    (tmp_path / "calls.gz").write_bytes(packed)
    counts = imported(folder, "segment", tmp_path / "calls.gz")
    assert counts["stored"] == 50
    assert set(counts["reasons"]) <= {"unreadable_file", "truncated_file"}
    assert counts["failed"] == 1


def test_what_is_no_text_costs_the_file(folder: Path, tmp_path: Path) -> None:
    good = lines(tmp_path / "good.jsonl", call("m1"))
    (tmp_path / "sheet.xlsx").write_bytes(b"PK\x03\x04" + bytes(range(256)))
    counts = imported(folder, "segment", tmp_path / "sheet.xlsx", good)
    assert (ends(counts), counts["reasons"]) == ("2 = 1 + 0 + 0 + 1", {"unreadable_file": 1})


CSV_HEADER = b"id,event,user,at,amount\n"
CSV_GOOD = b"1,Paid,ann,2026-03-01T00:00Z,5\n"
CSV_AFTER = b"3,Paid,bob,2026-03-02T00:00Z,7\n"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (CSV_HEADER, "repeated_header"),
        (b"2,Paid,ann\n", "wrong_columns"),
        (b"2,Paid,ann,2026-03-01T00:00Z,5,6\n", "wrong_columns"),
        (b"2,Pa\0id,ann,2026-03-01T00:00Z,5\n", "nul_byte"),
        (b"2,Pa\xffid,ann,2026-03-01T00:00Z,5\n", "bad_encoding"),
        (b"2,Paid,ann,,5\n", "no_instant"),
        (b"2,Paid,ann,soon,5\n", "bad_instant"),
        (b"2,Paid,ann,2026-03-01 09:30,5\n", "no_zone"),
        (b"2,Paid,ann,1970-01-01T00:00Z,5\n", "before_1990"),
        (b"2,Paid,ann,2999-01-01T00:00Z,5\n", "in_the_future"),
        (b"2,Paid,,2026-03-01T00:00Z,5\n", "no_person"),
        (b"2,,ann,2026-03-01T00:00Z,5\n", "no_event"),
        (b"1,Paid,ann,2026-03-01T00:00Z,6\n", "id_reused"),
        (b"2," + b"x" * 5 * 1024 * 1024 + b",ann,2026-03-01T00:00Z,5\n", "too_long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_row_of_a_table_costs_itself(folder: Path, tmp_path: Path, bad: bytes, reason: str) -> None:
    # Other letters in UTF-8 on most lines that have any, so that the file is taken for it.
    german = "".join(f"{n},Gezählt,ann,2026-03-01T00:00Z,5\n" for n in (8, 9)).encode()
    (tmp_path / "orders.csv").write_bytes(CSV_HEADER + german + CSV_GOOD + bad + CSV_AFTER)
    counts = imported(folder, "orders", tmp_path / "orders.csv")
    assert (ends(counts), counts["reasons"]) == ("5 = 4 + 0 + 0 + 1", {reason: 1})
    assert {row["person"] for row in events(folder)} == {"ann", "bob"}
    (row,) = failed(folder)
    assert (row["reason"], row["line"]) == (reason, 5)


def test_a_quote_that_is_never_closed_costs_what_it_swallows(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_bytes(CSV_HEADER + CSV_GOOD + b'2,"Paid,ann,2026-03-01T00:00Z,5\n')
    counts = imported(folder, "orders", tmp_path / "orders.csv")
    assert (counts["stored"], counts["reasons"]) == (1, {"unclosed_quote": 1})


def test_a_table_without_a_column_that_the_mapping_names_costs_the_file(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_bytes(b"id,event,usr,at,amount\n" + CSV_GOOD)
    counts = imported(folder, "orders", tmp_path / "orders.csv")
    assert counts["reasons"] == {"missing_columns": 1}
    assert "did you mean `usr`?" in failed(folder)[0]["detail"]


def test_a_line_of_notation_that_is_no_text_costs_itself(folder: Path, tmp_path: Path) -> None:
    good = ["2026-03-01 Opened by ann", "2026-03-01 Größer by bob", "2026-03-01 Größer by cat"]
    bad = [b"2026-03-01 Opened by \xff\xfe", b"2026-03-01 Opened by a\0nn", b"2026-03-01 Opened by ann deep=" + b"[" * 2000 + b"]" * 2000]
    (tmp_path / "story.txt").write_bytes(b"\n".join([*bad, *(line.encode() for line in good), b""]))
    counts = imported(folder, "notation", tmp_path / "story.txt")
    assert ends(counts) == "6 = 3 + 0 + 0 + 3"
    assert set(counts["reasons"]) <= {"not_notation", "bad_encoding", "nul_byte", "too_deep"}


def test_a_file_may_have_any_name(folder: Path, tmp_path: Path) -> None:
    """Names of files are bytes, and those of an old Windows share are not UTF-8."""
    file = lines(tmp_path / os.fsdecode(b"gr\xf6\xdfe.jsonl"), call("m1"), "no json")
    counts = imported(folder, "segment", file)
    assert ends(counts) == "2 = 1 + 0 + 0 + 1"
    assert tandem(folder, "import", "segment", file).code == 1
    assert failed(folder)[0]["file"].endswith("e.jsonl")
    assert tandem(folder, "import", "segment", tmp_path / os.fsdecode(b"\xff")).code == 1


def test_a_file_that_is_missing_a_folder_and_an_unknown_source_say_so_and_store_nothing(folder: Path, tmp_path: Path) -> None:
    good = lines(tmp_path / "good.jsonl", call("m1"))
    for bad, word in ((tmp_path / "nowhere.jsonl", "is not there"), (tmp_path, "is a folder")):
        told = tandem(folder, "import", "segment", good, bad)
        assert (told.code, told.out) == (1, "")
        assert word in told.err
        assert "[unreadable_input]" in told.err
    told = tandem(folder, "import", "order", good)
    assert told.code == 1
    assert "unknown source `order`" in told.err
    assert "did you mean `orders`?" in told.err
    assert events(folder) == []


def test_wrong_usage_is_2_and_problems_of_the_playbook_are_1(folder: Path, tmp_path: Path) -> None:
    for arguments in (
        ["facts", "--as-of", "soon"], ["facts", "--as-of", "0001-01-01T00:00+10:00"], ["facts", "--format", "xml"], ["import", "segment"],
        ["fact"], ["facts", "--limit", "-1"], ["failed", "--replay", "--forget"], ["import", "segment", "x", "--exported-at", "soon"],
    ):  # fmt: skip
        assert tandem(folder, *arguments).code == 2, arguments
    told = tandem(folder, "facts", "--kind", "opportunty")
    assert told.code == 1
    assert "did you mean `opportunity`?" in told.err
    assert tandem(tmp_path / "nowhere", "facts").code == 1
    (folder / "playbook" / "company.yaml").write_text("nme: Acme\n")
    told = tandem(folder, "facts")
    assert told.code == 1
    assert "company.yaml:1:1" in told.err
    assert "[playbook_problems]" in told.err


@pytest.mark.parametrize("said", [{"format": FORMAT + 1, "key": "00" * 16}, {"format": FORMAT + 1, "keys": ["other"]}])
def test_data_of_a_newer_version_is_refused_and_left_as_it_is(folder: Path, tmp_path: Path, said: dict[str, Any]) -> None:
    good = lines(tmp_path / "good.jsonl", call("m1"))
    imported(folder, "segment", good)
    (folder / "data" / "format.json").write_text(json.dumps(said))
    before = {path: path.read_bytes() for path in (folder / "data").rglob("*") if path.is_file()}
    for arguments in (["facts"], ["import", "segment", str(good)], ["doctor"], ["failed"]):
        told = tandem(folder, *arguments)
        assert told.code == 1
        assert f"has format {FORMAT + 1}" in told.err
        assert "[newer_data]" in told.err
    assert {path: path.read_bytes() for path in (folder / "data").rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["format.json", "manifest.json"])
def test_data_that_was_altered_on_disk_is_told_and_left_as_it_is(folder: Path, tmp_path: Path, name: str) -> None:
    good = lines(tmp_path / "good.jsonl", call("m1"))
    imported(folder, "segment", good)
    (folder / "data" / name).write_bytes(b"\xff{")
    for arguments in (["facts"], ["import", "segment", str(good)]):
        told = tandem(folder, *arguments)
        assert told.code == 1
        assert "[damaged_data]" in told.err
    assert (folder / "data" / name).read_bytes() == b"\xff{"


def test_a_journal_that_was_altered_before_its_end_is_told_and_not_cut_off(folder: Path) -> None:
    data = folder / "data"
    with Writer(data, "test") as writer:
        for name in ("a", "b"):
            writer.commit(delivery(writer.key, [[event(name)]]), import_id="test", at=AT, refuse=no_clash)
    (path,) = (data / "journal").glob("*.log")
    whole = path.read_bytes()
    for damage in (0, 30, len(whole) // 4):
        path.write_bytes(whole[:damage] + bytes([whole[damage] ^ 1]) + whole[damage + 1 :])
        altered = path.read_bytes()
        for arguments in (["facts"], ["failed", "--replay"]):
            told = tandem(folder, *arguments)
            assert told.code == 1
            assert "damaged at byte 0 [damaged_data]" in told.err
        assert path.read_bytes() == altered
    path.unlink()
    path.with_name(f"{2:012d}.log").write_bytes(whole[len(whole) // 2 :][whole[len(whole) // 2 :].find(b"TANDEM1") :])
    told = tandem(folder, "facts")
    assert told.code == 1
    assert "batch 1 is missing, and later ones are there" in told.err


# A disk that is full.


def many(path: Path, count: int = 3000) -> Path:
    return lines(path, *(call(f"m{n:05}", properties={"n": os.urandom(64).hex()}) for n in range(count)))


# Whoever holds the other end of the input may be killed: the input ends all the same, and the disk goes.
KEPT_WHILE_THERE_IS_INPUT = """mount -t tmpfs -o size=2m tmpfs "$1" || exit; echo mounted; cat; umount --lazy "$1" """


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB; only root can make one."""
    where = tmp_path / "disk"
    where.mkdir()
    line = ["sh", "-c", KEPT_WHILE_THERE_IS_INPUT, "sh", str(where)]
    with subprocess.Popen(
        line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    ) as keeper:
        assert keeper.stdout is not None
        if keeper.stdout.readline() != "mounted\n":
            pytest.skip("no disk of its own can be mounted here, so that nothing can be full")
        yield where


@pytest.mark.parametrize("left", [0, 100_000, 300_000, 600_000, 900_000])
def test_a_full_disk_stops_the_import_and_the_same_import_ends_when_there_is_room(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    folder = project(small_disk / "acme")
    first = many(tmp_path / "first.jsonl", 200)
    second = lines(tmp_path / "second.jsonl", *(call(f"n{n:05}", properties={"n": os.urandom(64).hex()}) for n in range(3000)))
    small_blocks(monkeypatch)
    imported(folder, "segment", first)
    ballast = small_disk / "ballast"
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    ballast.write_bytes(bytes(max(0, free - left)))
    told = tandem(folder, "import", "segment", second, "--format", "json")
    assert told.code == 1
    assert "[disk_full]" in told.err
    ballast.unlink()
    before = {row["message_id"] for row in events(folder, "--limit", "0")}
    assert {f"m{n:05}" for n in range(200)} <= before
    counts = imported(folder, "segment", second)
    assert (counts["received"], counts["duplicate"], counts["stored"]) == (3000, len(before) - 200, 3200 - len(before))
    assert len(events(folder, "--limit", "0")) == 3200
    assert_sound(folder)


def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    from tandem.app import importing
    from tandem.connect.block import Limits

    monkeypatch.setattr(importing, "Limits", lambda: Limits(block_bytes=64 * 1024))


def test_a_file_that_may_grow_no_further_is_a_full_disk(folder: Path, tmp_path: Path) -> None:
    """What every user can test: the kernel refuses to let any file grow past a size."""
    file = many(tmp_path / "calls.jsonl")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    told = finished(started(folder, "import", "segment", file, preexec_fn=limit))
    assert told.code == 1
    assert "[disk_full]" in told.err
    counts = imported(folder, "segment", file)
    assert counts["stored"] + counts["duplicate"] == 3000
    assert ledger(folder)["stored"] == 3000
    assert_sound(folder)
