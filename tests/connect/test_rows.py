"""A file is cut into blocks and its rows are read: any format, any encoding, whatever is wrong with it costs that row or line."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import pickle
import tempfile
import zlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.connect.block import Block, Broken, Limits
from tandem.connect.calls.segment import Segment
from tandem.connect.files import delimited
from tandem.connect.files.delimited import RECORD_LINES_MAX
from tandem.connect.mapping.plan import EventPlan, Moment, SourceMapping, Value
from tandem.connect.notation import Notation
from tandem.connect.rows import Failure, Reader, again, blocks, parse
from tandem.facts.fact import Event
from tandem.values.instants import read_instant

NOW = read_instant("2026-03-10T12:00:00Z", None)
LINES = SourceMapping(
    source="crm",
    events=(
        EventPlan(
            name=Value(constant="Seen"), occurred_at=Moment("at"), person=Value("who"), properties={"note": Value("note", type="text")}
        ),
    ),
)
AT = "2026-03-01T09:30:00Z"
Seen = tuple[int, Any]


def write(folder: Path, content: bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def read(path: Path, reader: Reader = LINES, limits: Limits = Limits()) -> tuple[list[Seen], list[Failure], int]:  # noqa: B008
    """(line, fact) of what is stored, the failures, and how many rows were received."""
    stored: list[Seen] = []
    failures: list[Failure] = []
    received = 0
    for block in blocks(path, reader, limits=limits):
        sent: Block = pickle.loads(pickle.dumps(block))  # noqa: S301 - as to another process.
        parsed = parse(sent, reader, received_at=NOW)
        assert len(parsed.lines) == parsed.received == len({row for row, _ in parsed.facts}) + len(parsed.suppressed) + len(parsed.failures)
        assert all(parsed.raw(failure.row) == failure.raw for failure in parsed.failures)
        stored += [(parsed.lines[row], fact) for row, fact in parsed.facts]
        failures += parsed.failures
        received += parsed.received
    return stored, failures, received


def told(failures: list[Failure]) -> list[tuple[int, str]]:
    return [(failure.line, failure.reason) for failure in failures]


def notes(stored: list[Seen]) -> list[tuple[int, str | None]]:
    return [(line, json.loads(fact.properties).get("note")) for line, fact in stored]


def call(number: int) -> bytes:
    return json.dumps({"type": "track", "event": "E", "userId": "ann", "messageId": f"m{number}", "timestamp": AT}).encode()


# Formats and encodings are recognised.


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_recognised(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path, delimiter.join(["at", "who", "note"]).encode() + b"\n" + delimiter.join([AT, "ann", "a b"]).encode() + b"\n")
    assert notes(read(path)[0]) == [(2, "a b")]


def test_a_delimiter_inside_of_fields_does_not_mislead(tmp_path: Path) -> None:
    path = write(tmp_path, f"at;who;note\n{AT};ann;a,b,c,d\n{AT};bob;e,f,g,h\n".encode())
    assert notes(read(path)[0]) == [(2, "a,b,c,d"), (3, "e,f,g,h")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_the_encoding_is_recognised(tmp_path: Path, encoding: str) -> None:
    text = f"at,who,note\n{AT},ann,Zürich: Öl für fünf Euro\n{AT},bob,Café à la crème brûlée\n"
    path = write(tmp_path, text.encode(encoding))
    assert notes(read(path)[0]) == [(2, "Zürich: Öl für fünf Euro"), (3, "Café à la crème brûlée")]


WESTERN = (
    "Société Générale|Müller & Söhne GmbH|João Conceição|Compañía Nº 5|Åkerlund Malmö|Ærø Færge|Þórður Sjóðir|Smith’s Café – 5 €|Ações Itaú"
)
POLISH = "Wrocław Żywiec|Łódź Spółka|Gdańsk Usługi|Przedsiębiorstwo Źródło|Książka Ślusarz|Częstochowa Świat"
RUSSIAN = "Газпром|Сбербанк России|ООО Ромашка|Иванов Иван|Завод имени Кирова|Северсталь"


@pytest.mark.parametrize("words", WESTERN.split("|"))
@pytest.mark.parametrize("end", ["", "\n"])
def test_one_row_that_is_not_utf_8_is_western(tmp_path: Path, words: str, end: str) -> None:
    path = write(tmp_path, f"at,who,note\n{AT},ann,{words}{end}".encode("cp1252"))
    assert notes(read(path)[0]) == [(2, words)]
    assert {block.encoding for block in blocks(path, LINES)} == {"windows-1252"}


@pytest.mark.parametrize(
    ("words", "encoding", "shown"),
    [
        (WESTERN, "cp1252", "windows-1252"),
        (POLISH, "cp1250", "windows-1250"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "koi8-r", "koi8-r"),
    ],
)
def test_a_few_dozen_names_tell_their_encoding(tmp_path: Path, words: str, encoding: str, shown: str) -> None:
    names = words.split("|") * 5
    path = write(tmp_path, "\n".join(["at,who,note", *(f"{AT},ann,{name}" for name in names)]).encode(encoding))
    assert [note for _, note in notes(read(path)[0])] == names
    assert {block.encoding for block in blocks(path, LINES)} == {shown}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_encoding_that_is_certain_is_no_guess(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, f"at,who,note\n{AT},ann,Zürich\n".encode(encoding))
    assert {block.encoding for block in blocks(path, LINES)} == {None}


def test_an_encoding_that_the_mapping_names_is_taken(tmp_path: Path) -> None:
    path = write(tmp_path, f"at,who,note\n{AT},ann,Łódź\n".encode("cp1250"))
    mapping = SourceMapping(source="crm", events=LINES.events, encoding="cp1250")
    assert notes(read(path, mapping)[0]) == [(2, "Łódź")]
    assert {block.encoding for block in blocks(path, mapping)} == {None}


def test_bytes_that_are_not_text_cost_their_row(tmp_path: Path) -> None:
    path = write(tmp_path, f"at,who,note\n{AT},ann,é\n".encode() + f"{AT},bob,".encode() + b"\xff\xfe\n" + f"{AT},cat,ü\n".encode())
    stored, failures, _ = read(path)
    assert notes(stored) == [(2, "é"), (4, "ü")]
    assert told(failures) == [(3, "bad_encoding")]
    assert failures[0].raw == f"{AT},bob,".encode() + b"\xff\xfe"


def test_a_broken_character_of_utf_16_costs_its_row(tmp_path: Path) -> None:
    half = f"at,who,note\n{AT},ann,".encode("utf-16") + b"\x00\xd8" + f"x\n{AT},bob,y\n".encode("utf-16-le")
    stored, failures, _ = read(write(tmp_path, half))
    assert (notes(stored), told(failures)) == ([(3, "y")], [(2, "bad_encoding")])


@pytest.mark.parametrize("packed", [True, False])
def test_json_lines_are_recognised_and_gzip_is_unpacked(tmp_path: Path, packed: bool) -> None:
    text = b"".join(json.dumps({"at": AT, "who": who, "note": who}).encode() + b"\n" for who in ("ann", "bob"))
    path = write(tmp_path, gzip.compress(text) if packed else text, "anything")
    assert notes(read(path)[0]) == [(1, "ann"), (2, "bob")]


def test_a_gzip_file_of_several_members_is_one_file(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(call(1) + b"\n") + gzip.compress(call(2)) + b"\0" * 512)
    stored, failures, _ = read(path, Segment())
    assert ([fact.id for _, fact in stored], failures) == (["m1", "m2"], [])


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_of_json_is_read_with_the_line_of_each_element(tmp_path: Path, indent: int | None) -> None:
    path = write(tmp_path, json.dumps([json.loads(call(1)), 5, json.loads(call(2))], indent=indent).encode(), "calls.json")
    stored, failures, received = read(path, Segment())
    assert [fact.id for _, fact in stored] == ["m1", "m2"]
    assert (received, told(failures)) == (3, [(9 if indent else 1, "not_an_object")])
    assert [line for line, _ in stored] == ([2, 10] if indent else [1, 1])


def test_a_batch_written_over_several_lines_is_one_value(tmp_path: Path) -> None:
    body = json.dumps({"batch": [json.loads(call(1)), json.loads(call(2))], "sentAt": AT}, indent=1).encode()
    stored, failures, _ = read(write(tmp_path, body + b"\n" + body.replace(b"m1", b"m3")), Segment())
    assert ([fact.id for _, fact in stored], failures) == (["m1", "m2", "m3", "m2"], [])


def test_columnar_files_keep_their_types(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    at = [1_772_357_400_123_456_789, 1_772_357_400_000_000_000]
    table = pa.table(
        {"at": pa.array(at, pa.timestamp("ns", "UTC")), "who": ["ann", None], "count": [1, 2], "ratio": [float("nan"), 0.5],
         "price": pa.array([Decimal("1.50"), None], pa.decimal128(9, 2)), "deep": [{"a": [1]}, None]}
    )  # fmt: skip
    path = tmp_path / "file.parquet"
    pq.write_table(table, path)
    mapping = SourceMapping(source="crm", events=(EventPlan(name=Value(constant="Seen"), occurred_at=Moment("at"), person=Value("who")),))
    stored, failures, received = read(path, mapping)
    assert [(line, fact.properties, fact.occurred_at % 1_000_000) for line, fact in stored] == [
        (1, '{"count":1,"deep":{"a":[1]},"price":1.5}', 123_456)
    ]
    assert (received, told(failures)) == (2, [(2, "no_person")])
    # A failed row is kept as JSON, and can be read again as that.
    mended = failures[0].raw.replace(b'"who":null', b'"who":"bob"')
    parsed = parse(again(mended, b"", mapping, file="f", line=2), mapping, received_at=NOW)
    assert [fact.user_id for _, fact in parsed.facts if isinstance(fact, Event)] == ["bob"]


# What is wrong with a file or row has a name.


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0), b"at,who,note\n", b"at,who,note"])
def test_a_file_without_rows_receives_nothing(tmp_path: Path, content: bytes) -> None:
    assert read(write(tmp_path, content)) == ([], [], 0)
    if b"at" not in content:
        assert read(write(tmp_path, content), Segment()) == ([], [], 0)


def test_a_file_that_is_missing_or_a_folder_is_an_oserror(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(OSError):
            list(blocks(path, LINES))


@pytest.mark.parametrize("reader", [Segment(), LINES])
def test_a_file_of_another_kind_is_one_failure(tmp_path: Path, reader: Reader) -> None:
    for content in (b"PK\x03\x04rest", bz2.compress(b"x"), b"SQLite format 3\0rest"):
        stored, failures, received = read(write(tmp_path, content), reader)
        assert (stored, told(failures), received) == ([], [(1, "unreadable_file")], 1)


def test_a_damaged_parquet_file_is_one_failure(tmp_path: Path) -> None:
    _, failures, received = read(write(tmp_path, b"PAR1 this is no Parquet PAR1"))
    assert (told(failures), received) == ([(1, "unreadable_file")], 1)


def test_rows_before_the_break_of_a_gzip_file_are_stored(tmp_path: Path) -> None:
    text = b"".join(call(number) + b"\n" for number in range(2_000))
    whole = gzip.compress(text)
    stored, failures, received = read(write(tmp_path, whole[: len(whole) // 2]), Segment(), Limits(block_bytes=1_000))
    assert 0 < len(stored) < 2_000
    assert [fact.id for _, fact in stored] == [f"m{number}" for number in range(len(stored))]
    assert (told(failures), received) == ([(len(stored) + 1, "truncated_file")], len(stored) + 1)
    assert text.startswith(b"".join(call(number) + b"\n" for number in range(len(stored))) + failures[0].raw)


def test_damage_inside_a_gzip_file_ends_it_there(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(call(1) + b"\n"))
    whole[-5] ^= 0xFF  # The check sum at the end.
    stored, failures, _ = read(write(tmp_path, bytes(whole)), Segment())
    assert ([fact.id for _, fact in stored], told(failures)) == (["m1"], [(2, "unreadable_file")])


def test_a_truncated_gzip_file_of_an_array_is_one_failure_after_its_rows(tmp_path: Path) -> None:
    text = b"[" + b",\n".join(call(number) for number in range(500)) + b"]"
    packer = zlib.compressobj(wbits=31)
    whole = packer.compress(text) + packer.flush()
    stored, failures, received = read(write(tmp_path, whole[:-400]), Segment())
    assert (told(failures), received) == ([(len(stored) + 1, "truncated_file")], len(stored) + 1)


@pytest.mark.parametrize("end", [b"", b",", b', {"type": "tr', b', {"type": "track"'])
def test_an_array_that_is_never_closed_keeps_its_elements(tmp_path: Path, end: bytes) -> None:
    stored, failures, received = read(write(tmp_path, b"[" + call(1) + b"," + call(2) + end), Segment())
    if end in (b"", b","):
        assert received - len(stored) == 1
    assert [fact.id for _, fact in stored] == (["m1"] if end == b"" else ["m1", "m2"])
    assert [failure.reason for failure in failures] == ["not_json"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"{AT},ann", "wrong_columns"),
        (f"{AT},ann,x,y", "wrong_columns"),
        ("at,who,note", "repeated_header"),
        (f'{AT},ann,"never closed', "unclosed_quote"),
        (f'{AT},ann,"closed" too early', "unclosed_quote"),
        (f"{AT},ann,a\rb", "unclosed_quote"),
        (f"{AT},ann,a\0b", "nul_byte"),
        (f"{AT},ann,{'y' * 10_000_000}", "too_long"),
        (f"{AT},,x", "no_person"),
        (",ann,x", "no_instant"),
        ("2026-03-01,ann,x", "no_zone"),
        ("soon,ann,x", "bad_instant"),
        ("1970-01-01T00:00:00Z,ann,x", "before_1990"),
        ("2026-03-12T00:00:00Z,ann,x", "in_the_future"),
    ],
)
def test_a_row_that_cannot_be_stored_costs_that_row(tmp_path: Path, row: str, reason: str) -> None:
    content = f"at,who,note\n{AT},ann,before\n{row}\n{AT},bob,after\n".encode()
    stored, failures, received = read(write(tmp_path, content))
    assert notes(stored) == [(2, "before"), (4, "after")]
    assert (told(failures), received) == ([(3, reason)], 3)
    assert failures[0].raw == row.encode()


def test_a_header_that_is_repeated_with_spaces_is_one(tmp_path: Path) -> None:
    _, failures, _ = read(write(tmp_path, f"at,who,note\n{AT},ann,x\nat, who, note\n".encode()))
    assert told(failures) == [(3, "repeated_header")]


def test_a_quote_that_is_never_closed_costs_its_line_and_not_the_rest_of_the_file(tmp_path: Path) -> None:
    rows = "".join(f"{AT},p{number},n{number}\n" for number in range(3 * RECORD_LINES_MAX))
    stored, failures, received = read(write(tmp_path, f'at,who,note\n{AT},ann,"open\n{rows}'.encode()))
    assert (len(stored), told(failures), received) == (3 * RECORD_LINES_MAX, [(2, "unclosed_quote")], 3 * RECORD_LINES_MAX + 1)


@pytest.mark.parametrize(("lines", "reasons"), [(RECORD_LINES_MAX, set()), (RECORD_LINES_MAX + 1, {"unclosed_quote", "wrong_columns"})])
def test_a_quoted_field_may_hold_a_thousand_lines_and_no_more(tmp_path: Path, lines: int, reasons: set[str]) -> None:
    text = "\n".join(f"line {number}" for number in range(lines))
    stored, failures, _ = read(write(tmp_path, f'at,who,note\n{AT},ann,"{text}"\n{AT},bob,after\n'.encode()))
    assert {failure.reason for failure in failures} == reasons
    assert [fact.user_id for _, fact in stored] == (["bob"] if reasons else ["ann", "bob"])


def test_a_mapping_that_names_columns_which_the_file_lacks_is_one_failure_that_offers_the_nearest(tmp_path: Path) -> None:
    _, failures, received = read(write(tmp_path, f"at,whom,note\n{AT},ann,x\n".encode()))
    assert (told(failures), received) == ([(1, "missing_columns")], 1)
    assert (failures[0].column, failures[0].raw) == ("who", b"at,whom,note\n")
    assert failures[0].detail == "the file lacks columns that the mapping names: `who` (did you mean `whom`?)"
    _, failures, _ = read(write(tmp_path, b"at,person,text\n"))
    assert failures[0].detail == "the file lacks columns that the mapping names: `who`, `note`"


def test_two_columns_of_one_name_are_told_apart_by_a_number(tmp_path: Path) -> None:
    mapping = SourceMapping(source="crm", events=(EventPlan(Value(constant="Seen"), Moment("at"), person=Value("who_2")),))
    stored, _, _ = read(write(tmp_path, f"at,who,who\n{AT},ann,bob\n".encode()), mapping)
    assert [fact.user_id for _, fact in stored] == ["bob"]


def test_a_line_longer_than_can_be_kept_is_cut_and_the_next_is_read(tmp_path: Path) -> None:
    limits = Limits(block_bytes=1_000, kept_bytes=5_000)
    long = call(1)[:-1] + b', "x": "' + b"y" * 20_000 + b'"}'
    stored, failures, _ = read(write(tmp_path, call(0) + b"\n" + long + b"\n" + call(2)), Segment(), limits)
    assert ([(line, fact.id) for line, fact in stored], told(failures)) == ([(1, "m0"), (3, "m2")], [(2, "too_long")])
    assert failures[0].raw == long[:5_000]
    assert failures[0].detail == f"the line has {len(long)} bytes, of which the first 5000 are kept"


def test_a_failed_row_can_be_read_again_alone(tmp_path: Path) -> None:
    path = write(tmp_path, f'at;who;note\n{AT};;"a;\n""b"""\n'.encode())
    (failure,) = read(path)[1]
    header = parse(next(iter(blocks(path, LINES))), LINES, received_at=NOW).header
    assert (failure.reason, failure.raw, header) == ("no_person", f'{AT};;"a;\n""b"""'.encode(), b"at;who;note\n")
    block = again(failure.raw.replace(b";;", b";ann;"), header, LINES, file="f", line=2)
    ((_, event),) = parse(block, LINES, received_at=NOW).facts
    assert isinstance(event, Event)
    assert (event.user_id, event.properties) == ("ann", '{"note":"a;\\n\\"b\\""}')


def test_notation_is_one_block(tmp_path: Path) -> None:
    path = write(tmp_path, b"2026-03-01 Invite Sent by ann @acme\n" * 50, "story.txt")
    assert len(list(blocks(path, Notation(), limits=Limits(block_bytes=100)))) == 1


def test_progress_ends_where_the_file_ends(tmp_path: Path) -> None:
    path = write(tmp_path, b"".join(call(number) + b"\n" for number in range(100)))
    consumed = [(block.consumed, block.total) for block in blocks(path, Segment(), limits=Limits(block_bytes=1_000))]
    size = path.stat().st_size
    assert len(consumed) > 5
    assert consumed == sorted(consumed)
    assert consumed[-1] == (size, size)


# Where a file is cut changes nothing.

CELL = st.text(st.sampled_from('ab,;"\n\r \té|'), max_size=6)


@settings(max_examples=300, deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL), max_size=8), block_bytes=st.integers(1, 80), delimiter=st.sampled_from(",;\t|"))
def test_what_a_careful_program_writes_is_what_is_read(rows: list[tuple[str, str]], block_bytes: int, delimiter: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([("at", "who", "note", "more"), *((AT, "ann", first, second) for first, second in rows)])
    mapping = SourceMapping(
        source="crm",
        delimiter=delimiter,
        events=(
            EventPlan(
                Value(constant="S"),
                Moment("at"),
                person=Value("who"),
                properties={name: Value(name, type="text") for name in ("note", "more")},
            ),
        ),
    )
    with tempfile.TemporaryDirectory() as folder:
        stored, failures, _ = read(write(Path(folder), text.getvalue().encode()), mapping, Limits(block_bytes=block_bytes))
    expected = [{name: cell for name, cell in zip(("note", "more"), row) if cell} for row in rows]
    assert [json.loads(fact.properties) for _, fact in stored] == expected
    assert failures == []


@settings(max_examples=400, deadline=None)
@given(
    text=st.lists(
        st.sampled_from([AT, ",", ",", "ann", '"', '"', "\n\n\n", '""', "\n", "\n", "x", "\r\n", "at,who,note", "é", "\0"]), max_size=40
    ).map("".join),
    block_bytes=st.integers(1, 60),
)
def test_careless_delimited_text_reads_the_same_wherever_it_is_cut(text: str, block_bytes: int) -> None:
    mapping = SourceMapping(source="crm", delimiter=",", encoding="utf-8", format="csv", events=LINES.events)
    content = ("at,who,note\n" + text).encode()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        # So few lines a record that texts of this size reach the limit.
        patch.setattr(delimited, "RECORD_LINES_MAX", 3)
        path = write(Path(folder), content)
        whole, parts = read(path, mapping), read(path, mapping, Limits(block_bytes=block_bytes))
    assert _without_rows(whole) == _without_rows(parts)


@settings(max_examples=300, deadline=None)
@given(
    lines=st.lists(
        st.sampled_from([call(1), call(2), b"", b"[1, {}]", b"nonsense", b'{"a": "\\"}', b"\xff", call(3)[:-1] + b', "x": [{}, "]"]}']),
        max_size=8,
    ),
    block_bytes=st.integers(1, 300),
    layout=st.sampled_from(["lines", "array", "packed"]),
)
def test_json_reads_the_same_wherever_it_is_cut(lines: list[bytes], block_bytes: int, layout: str) -> None:
    content = b"[" + b" ,\n".join(lines) + b"]" if layout == "array" else b"\n".join(lines)
    content = gzip.compress(content) if layout == "packed" else content
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), content)
        whole, parts = read(path, Segment()), read(path, Segment(), Limits(block_bytes=block_bytes))
    assert _without_rows(whole) == _without_rows(parts)


def _without_rows(found: tuple[list[Seen], list[Failure], int]) -> Any:
    # A row's number counts from the beginning of its block, so only that may differ.
    stored, failures, received = found
    return stored, [(one.line, one.column, one.reason, one.detail, one.raw) for one in failures], received


def test_a_part_that_is_broken_names_its_reason() -> None:
    parsed = parse(Block("f", 7, Broken("too_long", "why", b"raw", "column")), LINES, received_at=NOW)
    assert parsed.failures == [Failure(0, 7, "column", "too_long", "why", b"raw")]
