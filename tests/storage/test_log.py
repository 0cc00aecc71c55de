"""The log keeps each fact once, gives it a place, and answers as of any instant, sealed or not."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import msgspec
import pyarrow as pa
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.facts.fact import Event
from tandem.facts.tables import to_facts
from tandem.storage.journal import Damaged, Journal
from tandem.storage.lock import Held
from tandem.storage.log import Log, Writer
from tandem.storage.manifest import FORMAT, Format, NewerFormat, OlderFormat, read_format, read_manifest, write_format, write_manifest
from tests.storage.world import AT, delivery, event, no_clash, refuse_with


def commit(writer: Writer, *rows: Event, failures: tuple[str, ...] = ()) -> str:
    counts = writer.commit(
        delivery(writer.key, [[row] for row in rows], failures=failures), import_id="i", at=AT, refuse=refuse_with(writer.key)
    )
    return f"{counts.received} = {counts.stored} + {counts.duplicate} + {counts.suppressed} + {counts.failed}"


def events(data: Path, as_of: int | None = None) -> list[Event]:
    return to_facts("event", Log(data).table("event", as_of=as_of))  # type: ignore[return-value]


def test_what_is_stored_is_read_back_sealed_or_not(tmp_path: Path) -> None:
    rows = [event("a"), event("b", at=5), event("c", at=3)]
    with Writer(tmp_path, "test") as writer:
        assert commit(writer, *rows) == "3 = 3 + 0 + 0 + 0"
        assert events(tmp_path) == rows
        writer.seal(AT)
    assert events(tmp_path) == rows
    assert Log(tmp_path).table("event")["place"].to_pylist() == [0, 1, 2]
    assert (Log(tmp_path).place_end, Log(tmp_path).known_until) == (3, rows[1].known_at)


def test_an_echo_is_a_duplicate_and_a_clash_fails_as_id_reused(tmp_path: Path) -> None:
    with Writer(tmp_path, "test") as writer:
        assert commit(writer, event("a"), event("a"), event("a", plan="team")) == "3 = 1 + 1 + 0 + 1"
        assert commit(writer, event("a")) == "1 = 0 + 1 + 0 + 0"
        writer.seal(AT)
        assert commit(writer, event("a"), event("a", plan="team"), event("b")) == "3 = 1 + 1 + 0 + 1"
    with Writer(tmp_path, "again") as writer:
        assert commit(writer, event("a"), event("b")) == "2 = 0 + 2 + 0 + 0"
    assert [each.id for each in events(tmp_path)] == ["a", "b"]
    assert Log(tmp_path).table("failure")["reason"].to_pylist() == ["id_reused", "id_reused"]


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(("free", "team"))), min_size=1, max_size=2), max_size=9),
    cuts=st.lists(st.integers(1, 8), max_size=3),
)
def test_rows_are_judged_whole_and_in_order(rows: list[list[tuple[str, str]]], cuts: list[int]) -> None:
    """The slow meaning: walk the rows; one clash refuses the row, one new fact stores it."""
    meaning: dict[str, str] = {}
    ends = []
    for row in rows:
        own: dict[str, str] = {}
        clash = any(meaning.get(name, own.setdefault(name, plan)) != plan for name, plan in row)
        new = not clash and any(name not in meaning for name, _ in row)
        if new:
            meaning |= {name: plan for name, plan in row if name not in meaning}
        ends.append("failed" if clash else "stored" if new else "duplicate")
    with TemporaryDirectory() as folder, Writer(Path(folder), "test") as writer:
        got = {"stored": 0, "duplicate": 0, "failed": 0}
        edges = sorted({0, len(rows), *(cut for cut in cuts if cut < len(rows))})
        for since, until in pairwise(edges):
            part = delivery(writer.key, [[event(name, plan=plan) for name, plan in row] for row in rows[since:until]])
            counts = writer.commit(part, import_id="i", at=AT, refuse=refuse_with(writer.key))
            for end in got:
                got[end] += getattr(counts, end)
        assert got == {end: ends.count(end) for end in got}
        stored = {each.id: json.loads(each.properties)["plan"] for each in events(Path(folder))}
        assert stored == meaning


def test_as_of_leaves_out_what_was_known_later(tmp_path: Path) -> None:
    early, late = event("a", at=1, known=2), event("b", at=1, known=9)
    with Writer(tmp_path, "test") as writer:
        commit(writer, late)
        writer.seal(AT)
        commit(writer, early)
    assert events(tmp_path, as_of=late.known_at) == [late, early]
    assert events(tmp_path, as_of=late.known_at - 1) == [early]
    assert events(tmp_path, as_of=early.known_at - 1) == []


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with Writer(tmp_path, "import segment"):
        with pytest.raises(Held, match=r"`import segment` \(process \d+\) writes to this project"):
            Writer(tmp_path, "other")
        assert Log(tmp_path).place_end == 0
    Writer(tmp_path, "other").close()


def test_newer_data_is_refused_and_left_alone(tmp_path: Path) -> None:
    Writer(tmp_path, "test").close()
    found = read_format(tmp_path)
    assert found is not None
    write_format(tmp_path, msgspec.structs.replace(found, format=FORMAT + 1))
    before = (tmp_path / "format.json").read_bytes()
    for opened in (lambda: Log(tmp_path), lambda: Writer(tmp_path, "test")):
        with pytest.raises(NewerFormat, match=f"format {FORMAT + 1}, and this version reads up to {FORMAT}"):
            opened()
    assert (tmp_path / "format.json").read_bytes() == before


def test_older_data_is_migrated_by_the_next_writer(tmp_path: Path) -> None:
    with Writer(tmp_path, "test") as writer:
        commit(writer, event("a", at=7))
        writer.seal(AT)
    found = read_format(tmp_path)
    assert found is not None
    write_format(tmp_path, Format(1, found.key))
    write_manifest(tmp_path, msgspec.structs.replace(read_manifest(tmp_path), known_until=None))
    with pytest.raises(OlderFormat):
        Log(tmp_path)
    Writer(tmp_path, "migrate").close()
    assert Log(tmp_path).known_until == event("a", at=7).known_at
    assert events(tmp_path) == [event("a", at=7)]


def test_an_unfinished_record_is_cut_off_and_damage_before_it_is_told(tmp_path: Path) -> None:
    with Writer(tmp_path, "test") as writer:
        commit(writer, event("a"))
        commit(writer, event("b"))
    (path,) = Journal(tmp_path / "journal").files()
    whole = path.read_bytes()
    for cut in (1, 7, 30, 400):
        path.write_bytes(whole[:-cut])
        assert [each.id for each in events(tmp_path)] == ["a"]
    with Writer(tmp_path, "again") as writer:
        assert commit(writer, event("a"), event("b"), event("c")) == "3 = 2 + 1 + 0 + 0"
    assert [each.id for each in events(tmp_path)] == ["a", "b", "c"]
    path.write_bytes(b"?" + path.read_bytes()[1:])
    with pytest.raises(Damaged, match="damaged at byte 0"):
        Log(tmp_path)


def test_a_seal_that_was_killed_half_way_is_ended_by_the_next_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between any two steps of a seal: readers see the same facts, and the next seal writes none twice."""
    steps = ["tandem.storage.lake.Lake.compact", "tandem.storage.known_ids.KnownIds.seal", "tandem.storage.log.write_manifest"]
    steps += ["tandem.storage.known_ids.KnownIds.sweep", "tandem.storage.journal.Journal.drop"]
    for number, step in enumerate(steps):
        folder = tmp_path / str(number)
        with Writer(folder, "test") as writer:
            commit(writer, event("a"), failures=("bad",))
            with monkeypatch.context() as patch:
                patch.setattr(step, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
                with pytest.raises(KeyboardInterrupt):
                    writer.seal(AT)
        assert [each.id for each in events(folder)] == ["a"]
        with Writer(folder, "again") as writer:
            assert commit(writer, event("a"), event("b"), failures=("bad",)) == "3 = 1 + 1 + 0 + 1"
            writer.seal(AT)
        assert [each.id for each in events(folder)] == ["a", "b"]
        assert DeltaTable(str(folder / "lake" / "event")).count() == 2
        assert Log(folder).table("failure").num_rows == 1
        assert sum(Log(folder).table("ledger")["received"].to_pylist()) == 5


def test_no_identifier_of_a_person_enters_the_delta_log(tmp_path: Path) -> None:
    with Writer(tmp_path, "test") as writer:
        commit(writer, event("secret-message"), failures=("secret-raw",))
        writer.seal(AT)
    logs = "".join(path.read_text() for path in (tmp_path / "lake").rglob("_delta_log/*.json"))
    assert "numRecords" in logs
    assert "maxValues" in logs
    for secret in ("secret", "ann", "free", "Seen"):
        assert secret not in logs


def test_other_engines_read_the_lake(tmp_path: Path) -> None:
    with Writer(tmp_path, "test") as writer:
        commit(writer, event("a"), event("b"))
        writer.seal(AT)
    files = DeltaTable(str(tmp_path / "lake" / "event")).file_uris()
    assert duckdb.sql(f"select count(*), min(message_id) from read_parquet({files})").fetchall() == [(2, "a")]


def test_many_seals_are_compacted_into_few_files(tmp_path: Path) -> None:
    with Writer(tmp_path, "test") as writer:
        for number in range(20):
            commit(writer, event(f"e{number:02}"))
            writer.seal(AT)
    assert len(Log(tmp_path).files("event")) <= 9
    assert [each.id for each in events(tmp_path)] == [f"e{number:02}" for number in range(20)]


def test_a_failed_row_is_kept_once_and_ended_when_it_goes_through(tmp_path: Path) -> None:
    with Writer(tmp_path, "test") as writer:
        assert commit(writer, failures=("bad", "worse")) == "2 = 0 + 0 + 0 + 2"
        assert commit(writer, failures=("bad", "bad")) == "2 = 0 + 0 + 0 + 2"
        writer.seal(AT)
        assert sorted(writer.open_failures("test")) == ["bad", "worse"]
        mends = writer.open_failures("test")
        writer.commit(delivery(writer.key, [[event("a")]], keys=["bad"]), import_id="i", at=AT, refuse=no_clash, mends=mends)
        assert sorted(writer.open_failures()) == ["worse"]
    assert Log(tmp_path).table("failure")["failure_id"].to_pylist() == ["bad", "worse"]


def test_the_tables_of_an_empty_log_are_empty(tmp_path: Path) -> None:
    log = Log(tmp_path)
    assert (log.place_end, log.known_until, log.kinds()) == (0, None, [])
    assert log.table("event").num_rows == 0
    assert isinstance(log.table("opportunity", columns=["record_id"]), pa.Table)
