"""Retention, active subjects and lifecycle on the command line: columns and keys that others script against, and what cannot be asked."""

from __future__ import annotations

import fcntl
import os
import struct
import sys
import termios
from pathlib import Path

import pytest

from tandem.app.world import World
from tests.app.projects import Told, project, tandem

PRODUCT = "plans: [free, team]\nevents: [Signed Up, Opened]\nsets:\n  core: [Opened]\n"
FACTS = """\
2026-03-02 account acme plan=free
2026-03-02T09:00 Signed Up by ann @acme
2026-03-02T10:00 Opened by ann @acme
2026-03-02T10:00 Signed Up by bob @acme
2026-03-03T10:00 Opened by ann @acme
2026-03-03T11:00 Opened by bob @acme
2026-03-03T11:00 Opened by ?x7 @beta
2026-03-04T10:00 Opened by bob @acme
2026-03-04T12:00 (known 2026-03-05T12:00) Opened by ann @acme
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("retention")
    found = project(path / "acme", product=PRODUCT)
    (path / "facts.txt").write_text(FACTS)
    assert tandem(found, "import", "notation", path / "facts.txt").code == 0
    return found


def retained(folder: Path, *more: str) -> Told:
    return tandem(folder, "retention", "--first", "Signed Up", "--return", "Opened", "--period", "day", *more)


def test_retention_has_these_columns_and_rows(folder: Path) -> None:
    told = retained(folder, "--convention", "on", "--about", "person", "--format", "csv", "--as-of", "2026-03-05")
    assert (told.code, told.err) == (0, "as of 2026-03-05T00:00:00Z\n")
    assert told.out.splitlines() == [
        "cohort,size,bucket,active,rate,mature",
        "2026-03-02,2,0,1,0.5,true",
        "2026-03-02,2,1,2,1.0,true",
        "2026-03-02,2,2,1,0.5,true",
        "2026-03-02,2,3,0,0.0,false",
        "2026-03-03,0,0,0,,true",
        "2026-03-03,0,1,0,,true",
        "2026-03-03,0,2,0,,false",
        "2026-03-04,0,0,0,,true",
        "2026-03-04,0,1,0,,false",
        "2026-03-05,0,0,0,,false",
    ]


def test_what_was_learnt_late_counts_once_it_is_known(folder: Path) -> None:
    rows = retained(folder, "--format", "csv").csv
    assert [(row["bucket"], row["active"]) for row in rows if row["cohort"] == "2026-03-02"] == [
        ("0", "1"),
        ("1", "2"),
        ("2", "2"),
        ("3", "0"),
    ]


def test_json_names_every_convention(folder: Path) -> None:
    told = retained(folder, "--about", "account", "--people", "2", "--rolling", "--format", "json").json
    assert told.keys() == {
        "as_of", "fingerprint", "convention", "buckets", "entry", "first", "return", "about", "people", "by", "zone", "cohorts", "average",
    }  # fmt: skip
    named = ("convention", "buckets", "entry", "first", "return", "about", "people", "by", "zone")
    assert [told[name] for name in named] == ["on", "rolling_day", "first_ever", '"Signed Up"', '"Opened"', "account", 2, None, "UTC"]
    first = told["cohorts"][0]
    assert (first["cohort"], first["size"]) == ("2026-03-02", 1)
    assert first["cells"][1].keys() == {"bucket", "size", "active", "rate", "low", "high", "mature"}
    # In the 24 hours from 9 o'clock of the third on both are there.
    assert [(cell["active"], cell["mature"]) for cell in first["cells"]] == [(0, True), (1, True), (1, True), (0, False)]
    assert told["average"][1] | {"low": 0, "high": 0} == {
        "bucket": "1",
        "size": 1,
        "active": 1,
        "rate": 1.0,
        "low": 0,
        "high": 0,
        "mature": True,
    }


def test_what_is_unknown_is_null_or_empty(folder: Path) -> None:
    asked = ("retention", "--first", "core", "--about", "account", "--by", "plan", "--period", "day")
    assert [each["cohort"] for each in tandem(folder, *asked, "--format", "json").json["cohorts"]] == ["free", None]
    assert {row["cohort"] for row in tandem(folder, *asked, "--format", "csv").csv} == {"free", ""}
    assert "\nunknown " in tandem(folder, *asked).out


def test_a_triangle_fits_into_a_hundred_columns(folder: Path) -> None:
    for more in (
        (),
        ("--period", "week"),
        ("--convention", "bracket"),
        ("--as-of", "2026-06-01"),
        ("--as-of", "2026-06-01", "--convention", "bracket"),
    ):
        told = retained(folder, *more)
        assert told.code == 0
        assert max(map(len, told.out.splitlines())) <= 100, told.out
    told = retained(folder, "--as-of", "2026-06-01")
    assert "the latest 24 of 92 cohorts, and the first 10 of 92 buckets; --format csv has all\n" in told.err


def test_actives_have_these_columns_and_a_visitor_is_no_person(folder: Path) -> None:
    told = tandem(folder, "active", "core", "--period", "day", "--format", "csv")
    assert told.out.splitlines() == [
        "convention,period,active,stickiness,mature",
        "calendar_day,2026-03-02,1,1.0,true",
        "calendar_day,2026-03-03,2,1.0,true",
        "calendar_day,2026-03-04,2,1.0,true",
        "calendar_day,2026-03-05,0,,false",
    ]
    rolling = tandem(folder, "active", "core", "--convention", "rolling", "--days", "2", "--format", "json", "--as-of", "2026-03-05").json
    assert rolling["convention"] == "rolling_2d"
    # On the fourth bob alone was known to be there, and ann the day before.
    assert [(row["active"], row["stickiness"]) for row in rolling["rows"]] == [(1, 1.0), (2, 1.0), (2, 0.5), (1, None)]
    assert rolling["stickiness"] == {"convention": "mean_of_daily_over_rolling_2d", "value": 2.5 / 3, "days": 3}


def test_stickiness_is_of_the_days_that_are_asked_for(folder: Path) -> None:
    told = tandem(folder, "active", "core", "--convention", "rolling", "--since", "2026-03-04", "--until", "2026-03-05", "--as-of", "2026-03-05", "--format", "json")  # fmt: skip
    assert [row["period"] for row in told.json["rows"]] == ["2026-03-04"]
    assert (told.json["stickiness"]["value"], told.json["stickiness"]["days"]) == (0.5, 1)


def test_lifecycle_has_these_columns(folder: Path) -> None:
    told = tandem(folder, "lifecycle", "core", "--period", "day", "--format", "csv", "--as-of", "2026-03-05")
    assert told.out.splitlines() == [
        "period,active,new,retained,resurrected,dormant,newly_dormant,mature",
        "2026-03-02,1,1,0,0,0,0,true",
        "2026-03-03,2,1,1,0,0,0,true",
        "2026-03-04,1,0,1,0,1,1,true",
        "2026-03-05,0,0,0,0,2,1,false",
    ]
    assert tandem(folder, "lifecycle", "--format", "json").json.keys() == {
        "as_of", "fingerprint", "convention", "selector", "about", "people", "zone", "rows",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("retention", "--first", "Signd Up"), 'unknown event `Signd Up` [wrong_usage]\nhelp: did you mean `"Signed Up"`?'),
        (("retention", "--first", "cor"), "unknown set `cor` [wrong_usage]\nhelp: did you mean `core`?"),
        (("retention", "--first", "any", "--by", "count(any)"), "no field that has one value"),
        (("retention", "--first", "any", "--by", "plann"), "unknown field `plann`"),
        (("retention", "--first", "any", "--people", "2"), "a person is one: leave it out"),
        (("active", "--people", "2"), "a person is one: leave it out"),
        (("lifecycle", "--people", "2"), "a person is one: leave it out"),
        (("retention", "--first", "any", "--entry", "every", "--by", "plan"), "leave out `--by`"),
        (("retention", "--first", "any", "--entry", "every", "--rolling"), "leave out `--rolling`"),
        (("retention", "--first", "any", "--brackets", "0-2"), "add `--convention bracket`"),
        (("retention", "--first", "any", "--convention", "bracket", "--brackets", "2,1"), "`2,1` are no brackets that ascend"),
        (("retention", "--first", "any", "--period", "day", "--as-of", "2046-01-01"), "at most 1,500 are counted at once"),
        (("retention", "--first", "any", "--since", "2026-03-02", "--until", "2026-03-01"), "`--since` is in, `--until` is out"),
        (("active", "--days", "30"), "add `--convention rolling`"),
    ],
)
def test_what_cannot_be_asked_is_wrong_usage(folder: Path, asked: tuple[str, ...], told: str) -> None:
    found = tandem(folder, *asked)
    assert (found.code, found.out) == (2, "")
    assert told in found.err


def test_of_an_empty_log_nothing_is_told(tmp_path: Path) -> None:
    empty = project(tmp_path / "empty")
    assert tandem(empty, "retention", "--first", "any", "--format", "csv").out == "cohort,size,bucket,active,rate,mature\n"
    assert tandem(empty, "active", "--format", "csv").out == "convention,period,active,stickiness,mature\n"
    assert tandem(empty, "lifecycle", "--format", "csv").out == "period,active,new,retained,resurrected,dormant,newly_dormant,mature\n"
    told = tandem(empty, "retention", "--first", "any")
    assert (told.code, "nobody began" in told.err) == (0, True)
    assert tandem(empty, "active").code == tandem(empty, "lifecycle").code == 0


def test_an_event_that_nobody_declared_and_that_never_came_is_misspelt(tmp_path: Path) -> None:
    undeclared = project(tmp_path / "acme")
    (tmp_path / "facts.txt").write_text(FACTS)
    assert tandem(undeclared, "import", "notation", tmp_path / "facts.txt").code == 0
    for asked in (("retention", "--first", "Signd Up"), ("active", '"Signd Up"'), ("lifecycle", "Signd Up")):
        told = tandem(undeclared, *asked)
        assert (told.code, told.out) == (1, "")
        assert "unknown event `Signd Up` [unknown_name]\nhelp: did you mean `Signed Up`?" in told.err


def test_a_triangle_is_as_wide_as_columns_says_and_a_hundred_letters_in_a_pipe(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 31 days the table shows as many buckets as fit; csv has all in any case."""

    def widest(columns: str | None) -> int:
        monkeypatch.delenv("COLUMNS", raising=False)
        if columns is not None:
            monkeypatch.setenv("COLUMNS", columns)
        return max(map(len, retained(folder, "--as-of", "2026-04-02").out.splitlines()))

    assert widest(None) == widest("100") == widest("much") == widest("0")
    assert 80 < widest(None) <= 100
    assert 120 < widest("160") <= 160
    assert widest("10") == widest("30")
    monkeypatch.setenv("COLUMNS", "60")
    narrow = retained(folder, "--as-of", "2026-04-02", "--format", "csv").out
    monkeypatch.delenv("COLUMNS")
    assert retained(folder, "--as-of", "2026-04-02", "--format", "csv").out == narrow


def test_the_width_is_that_of_the_terminal_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, ours = os.openpty()
    with os.fdopen(ours, "w") as out, os.fdopen(terminal):
        fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 132, 0, 0))
        monkeypatch.setattr(sys, "stdout", out)
        assert World().columns() == 132
        monkeypatch.setenv("COLUMNS", "90")
        assert World().columns() == 90
