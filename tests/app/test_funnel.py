"""`tandem funnel` as a user meets it: the contract of its output, what may be asked, and what is said where it may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.app.projects import Told, imported, project, tandem

STORY = """
2026-03-01 account acme plan=free
2026-03-01 account bolt plan=team
2026-03-01 Signed Up by ann @acme source=ads
2026-03-02 Invite Sent by ann @acme
2026-03-04 Paid by ann @acme
2026-03-01 Signed Up by bob @acme source=ads
2026-03-01 Signed Up by cat @bolt source=friend
2026-03-03 Cancelled by cat @bolt
2026-03-05 Invite Sent by cat @bolt
2026-03-18 Signed Up by dan @bolt
2026-03-19 Invite Sent by dan @bolt
2026-03-20 (known 2026-03-25) Paid by dan @bolt
2026-03-18T12:00 Signed Up by eve @bolt source=ads
"""
PRODUCT = """
plans: [free, team]
events: [Signed Up, Invite Sent, Paid, Cancelled]
sets:
  core: [Invite Sent, Paid]
"""
STAGES = ("Signed Up", "Invite Sent", "Paid")
KEYS = ["name", "entered", "converted", "dropped", "open", "rate", "low", "high", "median_seconds"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return told_in(tmp_path_factory.mktemp("funnel"), PRODUCT)


def told_in(path: Path, product: str) -> Path:
    folder = project(path / "acme", product=product)
    (path / "story.txt").write_text(STORY)
    imported(folder, "notation", path / "story.txt")
    return folder


def asked(folder: Path, *arguments: str, stages: tuple[str, ...] = STAGES, within: str = "7d", as_of: str = "2026-03-24") -> Told:
    return tandem(folder, "funnel", *stages, "--within", within, "--as-of", as_of, *arguments)


def entered(folder: Path, *arguments: str, **how: Any) -> list[int]:
    told = asked(folder, *arguments, "--format", "json", **how)
    assert told.code == 0, told.err
    return [step["entered"] for step in told.json["steps"]]


def test_json_has_this_contract(folder: Path) -> None:
    told = asked(folder, "--format", "json").json
    assert list(told) == ["convention", "as_of", "steps"]
    assert (told["convention"], told["as_of"]) == ("ordered", "2026-03-24T00:00:00Z")
    first, second, third = told["steps"]
    assert list(first) == KEYS
    # Dan went on and Eve did not; of both the window is not over, so that neither is in the rate.
    assert {key: first[key] for key in KEYS[:6]} == {
        "name": "Signed Up", "entered": 5, "converted": 3, "dropped": 1, "open": 1, "rate": pytest.approx(2 / 3),
    }  # fmt: skip
    assert (first["low"], first["high"]) == (pytest.approx(0.2077, abs=1e-4), pytest.approx(0.9385, abs=1e-4))
    # By one day two of five went on, by four days a third, of whom three were still watched.
    assert first["median_seconds"] == 4 * 86_400
    assert (second["entered"], second["converted"], second["dropped"], second["open"]) == (3, 1, 1, 1)
    assert third | {"name": ""} == {
        "name": "", "entered": 1, "converted": 1, "dropped": 0, "open": 0, "rate": None, "low": None, "high": None, "median_seconds": None,
    }  # fmt: skip


def test_csv_has_these_columns(folder: Path) -> None:
    header, *rows = asked(folder, "--format", "csv").out.splitlines()
    assert header == "step,name,entered,converted,dropped,open,rate,low,high,median_seconds,p25_seconds,p75_seconds,mature"
    assert rows[0].startswith("1,Signed Up,5,3,1,1,0.666")
    assert asked(folder, "--format", "csv", "--by", "plan").out.startswith("group,step,name,")


def test_the_table_is_read_by_people(folder: Path) -> None:
    told = asked(folder)
    assert (
        told.out
        == """\
ordered: each person once, by the best attempt, within 1w of the start, both ends in

   stage        entered  converted  dropped  open    rate              95 %  25 % by  50 % by  75 % by
1  Signed Up          5          3        1     1  66.7 %  20.8 % to 93.9 %       1d       4d        -
2  Invite Sent        3          1        1     1  50.0 %   9.5 % to 90.5 %       2d        -        -
3  Paid               1

33.3 % (6.1 % to 79.2 %) got through: 1 of the 3 whose window is over; of 2 it is not
"""
    )
    assert told.err.splitlines() == [
        "-: fewer than that share had gone on by the end of what could be watched: their window, or the as-of",
        "as of 2026-03-24T00:00:00Z",
    ]


def test_what_was_learnt_later_is_not_known_before(folder: Path) -> None:
    assert entered(folder) == [5, 3, 1]
    assert entered(folder, as_of="2026-03-25") == [5, 3, 2]


def test_conventions_are_named_and_give_other_numbers(folder: Path) -> None:
    assert entered(folder, "--order", "strict") == [5, 2, 1]
    assert entered(folder, "--unless", "Cancelled") == [5, 2, 1]
    assert entered(folder, "--unless-between", "2", "3", "Cancelled") == [5, 3, 1]
    assert entered(folder, "--order", "any_order", stages=STAGES[::-1]) == [1, 1, 1]
    # Of an account the invitations and payments of one count for the starts of all.
    assert entered(folder, "--attempts", "--about", "account") == [5, 5, 2]
    assert entered(folder, "--order", "first_start_only", "--about", "account") == [2, 2, 1]
    assert entered(folder, "--about", "account") == [2, 2, 1]
    assert entered(folder, "--since", "2026-03-02") == [2, 1, 0]
    assert entered(folder, "--until", "2026-03-02") == [3, 2, 1]
    assert entered(folder, "--constant", "source") == [4, 0, 0]
    named = asked(folder, "--order", "strict", "--attempts", "--no-repeats", "--reentry", "--apart", "--format", "json").json["convention"]
    assert named == "strict, every attempt, apart, no repeats, reentry"


def test_selectors_are_the_playbooks(folder: Path) -> None:
    stages = ('"Signed Up" where source = ads', "core", "any where source is unknown")
    told = asked(folder, "--format", "json", stages=stages).json
    assert [step["name"] for step in told["steps"]] == ['"Signed Up" where source = ads', "core", "any where source is unknown"]
    assert [step["entered"] for step in told["steps"]] == [3, 1, 1]


def test_an_event_with_a_test_needs_no_quotes_of_its_own(folder: Path) -> None:
    told = asked(folder, "--format", "json", stages=("Signed Up where source = ads", "Paid where source is unknown")).json
    assert [(step["name"], step["entered"]) for step in told["steps"]] == [
        ('"Signed Up" where source = ads', 3),
        ('"Paid" where source is unknown', 1),
    ]


def test_an_event_whose_name_holds_where_is_that_event(tmp_path: Path) -> None:
    product = "events: [Paid, Paid where trial, Signed Up]\n"
    told = asked(told_in(tmp_path, product), "--format", "json", stages=("Signed Up", "Paid where trial")).json
    assert told["steps"][1]["name"] == "Paid where trial"


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("plan", [("free", [2, 1, 1]), ("team", [3, 2, 0])]),
        ("start.source", [("ads", [3, 1, 1]), ("friend", [1, 1, 0]), (None, [1, 1, 0])]),
        ("week", [("2026-02-23", [3, 2, 1]), ("2026-03-16", [2, 1, 0])]),
        ("month", [("2026-03-01", [5, 3, 1])]),
    ],
)
def test_a_breakdown_is_as_of_the_start(folder: Path, by: str, groups: list[tuple[str | None, list[int]]]) -> None:
    told = asked(folder, "--by", by, "--format", "json").json
    assert told["by"] == by
    assert [(each["value"], [step["entered"] for step in each["steps"]]) for each in told["groups"]] == groups
    assert [step["entered"] for step in told["steps"]] == [sum(each[k] for _, each in groups) for k in range(3)]


def test_groups_stand_in_the_table(folder: Path) -> None:
    lines = asked(folder, "--by", "plan").out.splitlines()
    assert [line.split()[0] for line in lines if "Signed Up" in line] == ["free", "team"]
    assert lines[-1] == "team: 0.0 % (0.0 % to 79.3 %) got through: 0 of the 1 whose window is over; of 2 it is not"


def test_nobody_is_said(folder: Path) -> None:
    assert asked(folder, "--since", "2027-01-01").out.splitlines()[-1] == "no person began"
    assert "and no window is over yet" in asked(folder, within="90d").out


@pytest.mark.parametrize(
    ("arguments", "error", "help"),
    [
        (["Signd Up", "Paid"], "`stage 1 Signd Up`: unknown event `Signd Up`", 'did you mean `"Signed Up"`?'),
        (["Signed Up", "cor"], "`stage 2 cor`: unknown set `cor`", "did you mean `core`?"),
        (["Signed Up", "Paed where k = 1"], "`stage 2 Paed where k = 1`: unknown set `Paed`", 'did you mean the event `"Paid"`?'),
        (["Signd Up where k = 1", "Paid"], "`stage 1 Signd Up where k = 1`: unknown event `Signd Up`", 'did you mean `"Signed Up"`?'),
        (["Signed Up where k == 1", "Paid"], "`stage 1 Signed Up where k == 1`: `==` is", "did you mean `=`?"),
        (["Signed Up"], "a funnel has 2 to 20 stages, not 1", "for instance: tandem funnel 'Signed Up' 'Invite Sent' --within 14d"),
        (["core"] * 21, "a funnel has 2 to 20 stages, not 21", "for instance"),
        (["core", "Paid", "--unless", "Cancled"], "`--unless Cancled`: unknown set `Cancled`", 'did you mean the event `"Cancelled"`?'),
        (["core", "Paid", "--unless-between", "2", "1", "Paid"], "an exclusion stands between two of 2 stages, not between 2 and 1", "--help"),
        (["core", "Paid", "--reentry"], "only in strict order could the first stage end an attempt", "--help"),
        (["core", "Paid", "--by", "planet"], "`--by planet`", "did you mean `plan`?"),
        (["core", "Paid", "--by", "start."], "`` names no property", "write its name"),
        (["core", "Paid", "--within", "14"], "`14` is not a duration", "write 30d, 12w or 48h"),
        (["core", "Paid", "--within", "0d"], "`0d` is no time at all", "write 30d, 12w or 48h"),
        (["core", "Paid", "--since", "2026-03-02", "--until", "2026-03-01"], "nothing is since", "`--since` is in"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said_with_how_to_mend_it(folder: Path, arguments: list[str], error: str, help: str) -> None:
    told = tandem(folder, "funnel", "--within", "7d", *arguments)
    assert (told.code, told.out) == (2, "")
    assert f"error: {error}" in told.err
    assert f"help: {help}" in told.err or help == "--help"


def test_where_no_events_are_declared_the_log_tells_a_misspelt_name(tmp_path: Path) -> None:
    folder = told_in(tmp_path, "")
    told = asked(folder, stages=("Signed Up", "Payd"))
    assert (told.code, told.err) == (1, "error: unknown event `Payd` [unknown_name]\nhelp: did you mean `Paid`?\n")
    assert asked(folder, stages=("Signed Up", "Payd where plan = free")).err == told.err
    assert asked(folder, "--format", "json", stages=("Signed Up", "Paid where plan is unknown")).json["steps"][1]["entered"] == 1
    assert entered(folder) == [5, 3, 1]


def test_an_empty_log_has_nobody(tmp_path: Path) -> None:
    folder = project(tmp_path / "acme")
    assert tandem(folder, "funnel", "Signed Up", "Paid", "--within", "7d", "--format", "json").json["steps"][0]["entered"] == 0
    for by in ("plan", "week", "start.source"):
        assert tandem(folder, "funnel", "Signed Up", "Paid", "--within", "7d", "--by", by, "--format", "json").json["groups"] == []
