"""`tandem funnel --motion` and `tandem path` as a user meets them: what product.yaml declares, the contract of their output, what is refused."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tandem.app.playbook.playbook import read_playbook
from tandem.app.ways import qualifying
from tandem.signals.playbook.funnels import PATH_STAGES
from tandem.values.instants import DAY
from tests.app.projects import Told, imported, project, tandem

STORY = """
2026-03-01 account acme region=EU
2026-03-01 Signed Up by ann @acme
2026-03-03 Invite Accepted by ada @acme
2026-03-02 Signed Up by bob @bolt
2026-03-04 Invite Accepted by bea @bolt
2026-03-10 SSO Settings Viewed by bob @bolt
2026-03-11 touch T-1 @bolt seller=tom
2026-03-12 opportunity O-1 @bolt stage=Discovery owner=tom
2026-03-20 opportunity O-1 @bolt stage=Proposal owner=tom
2026-03-30 opportunity O-1 @bolt stage="Closed Won" owner=tom
2026-03-30 subscription S-2 @bolt plan=team status=active amount=75000 renewal_date=2026-05-20
2026-03-03 touch T-2 @cord seller=tom
2026-03-05 Signed Up by cat @cord
2026-04-20 Signed Up by dan @dune
"""
PRODUCT = """
plans: [free, team]
events: [Signed Up, Invite Accepted, SSO Settings Viewed]
sets: {joined: [Invite Accepted]}
funnels:
  self_serve:
    stages: [Signed Up, joined, [{payment: first}, {plan: team}]]
    within: 30d
  sales_led:
    stages: [{opportunity: created}, {stage: Proposal}, {opportunity: won}]
    within: 60d
    order: first_start_only
path:
  adoption: Invite Accepted
  contract: [{contract: signed}, {opportunity: won}]
  renewal: {subscription: renewed}
  within: {signal: 20d}
"""
SIGNALS = """
signals:
  wants_sso: {title: Wants SSO, kind: intent, about: account, when: 'count("SSO Settings Viewed", 14d) >= 1'}
  busy: {title: Busy, kind: usage, about: account, when: 'people(any, 7d) >= 1'}
"""
BOUNDARY = """
signals:
  wants_sso: {evidence: none}
  busy: {evidence: enterprise_need}
"""
STEP = ["name", "entered", "converted", "dropped", "open", "rate", "low", "high", "median_seconds"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("motions")
    folder = project(path / "acme", product=PRODUCT)
    (folder / "playbook" / "signals").mkdir()
    (folder / "playbook" / "signals" / "all.yaml").write_text(SIGNALS)
    (path / "story.txt").write_text(STORY)
    imported(folder, "notation", path / "story.txt")
    return folder


def asked(folder: Path, *arguments: str, as_of: str = "2026-05-01") -> Told:
    return tandem(folder, *arguments, "--as-of", as_of)


# What is declared.


def test_funnels_and_a_path_are_read_as_they_are_declared(folder: Path) -> None:
    read = read_playbook(folder / "playbook")
    assert [each.told() for each in read.problems] == []
    walked = read.product.walked
    assert {motion: (each.within // DAY, each.order) for motion, each in walked.funnels.items()} == {
        "self_serve": (30, "ordered"),
        "sales_led": (60, "first_start_only"),
    }
    assert [each.name for each in walked.funnels["self_serve"].stages] == ["Signed Up", "joined", "first payment or plan team"]
    assert [each.name for each in walked.funnels["sales_led"].stages] == [
        "opportunity created",
        "opportunity in Proposal",
        "opportunity won",
    ]
    assert walked.path is not None
    assert dict(zip(PATH_STAGES, (each.name for each in walked.path.stages), strict=True)) == {
        "adoption": "Invite Accepted",
        "signal": "a qualifying signal",
        "contract": "contract signed or opportunity won",
        "renewal": "subscription renewed",
    }
    # What is not said of the times is 180 days for the contract, and 400 for the renewal.
    assert [each // DAY for each in walked.path.within] == [20, 180, 400]


def test_what_stages_pick_is_part_of_the_rules(tmp_path: Path) -> None:
    one, other = (project(tmp_path / name, product=PRODUCT.replace("Proposal", name)) / "playbook" for name in ("Proposal", "Offer"))
    assert read_playbook(one).fingerprint != read_playbook(other).fingerprint


def test_the_boundary_says_which_signals_qualify_and_without_one_their_kind(folder: Path, tmp_path: Path) -> None:
    assert qualifying(read_playbook(folder / "playbook")) == ("wants_sso",)
    bounded = project(tmp_path / "acme", product=PRODUCT) / "playbook"
    (bounded / "signals").mkdir()
    (bounded / "signals" / "all.yaml").write_text(SIGNALS)
    (bounded / "boundary.yaml").write_text(BOUNDARY)
    assert qualifying(read_playbook(bounded)) == ("busy",)


# What is printed.


def test_json_of_motions_has_this_contract(folder: Path) -> None:
    told = asked(folder, "funnel", "--motion", "all", "--format", "json").json
    assert list(told) == ["convention", "as_of", "fingerprint", "motions"]
    assert told["convention"] == "motion at entry"
    serve, led = told["motions"]
    assert list(serve) == ["motion", "convention", "within", "elsewhere", "steps"]
    assert (serve["motion"], serve["convention"], serve["elsewhere"]) == ("self_serve", "ordered, motion at entry", 1)
    assert list(serve["steps"][0]) == [*STEP, "moved"]
    # Acme, Bolt and Dune; Cord had been touched. Of Dune the window is not over.
    assert [(each["entered"], each["dropped"], each["open"], each["moved"]) for each in serve["steps"]] == [
        (3, 0, 1, 0),
        (2, 1, 0, 0),
        (1, 0, 0, 1),
    ]
    assert (led["motion"], led["convention"]) == ("sales_led", "first_start_only, motion at entry")
    assert [each["entered"] for each in led["steps"]] == [1, 1, 1]


def test_one_motion_is_asked_alone(folder: Path) -> None:
    told = asked(folder, "funnel", "--motion", "sales_led", "--format", "json").json
    assert [each["motion"] for each in told["motions"]] == ["sales_led"]


def test_a_chart_has_a_part_for_each_motion_and_adds_nothing_up(folder: Path, tmp_path: Path) -> None:
    told = asked(folder, "funnel", "--motion", "all", "--chart", str(tmp_path / "motions.svg"))
    assert told.code == 0, told.err
    words = re.findall(r"<text[^>]*>([^<]+)</text>", (tmp_path / "motions.svg").read_text())
    rows = list(csv.DictReader(asked(folder, "funnel", "--motion", "all", "--format", "csv").out.splitlines()))
    first = {row["motion"]: row["entered"] for row in rows if row["step"] == "1"}
    assert "One funnel a motion" in words
    for motion, entered in first.items():
        assert any(each.startswith(f"{motion}: {entered} account") for each in words), words
    assert not any("that began" in each for each in words)


def test_csv_of_motions_has_these_columns(folder: Path) -> None:
    told = asked(folder, "funnel", "--motion", "all", "--by", "region", "--format", "csv").csv
    assert list(told[0]) == ["group", "motion", "step", *STEP, "p25_seconds", "p75_seconds", "mature", "moved"]
    assert [(each["group"], each["motion"], each["entered"]) for each in told if each["step"] == "1"] == [
        ("EU", "self_serve", "1"),
        ("", "self_serve", "2"),
        ("", "sales_led", "1"),
    ]


def test_since_and_until_say_when_accounts_entered(folder: Path) -> None:
    told = asked(folder, "funnel", "--motion", "self_serve", "--since", "2026-03-02", "--until", "2026-04-01", "--format", "json").json
    assert (told["motions"][0]["steps"][0]["entered"], told["motions"][0]["elsewhere"]) == (1, 1)
    assert asked(folder, "path", "--since", "2026-03-04", "--format", "json").json["steps"][0]["entered"] == 1


def test_json_of_a_path_has_this_contract(folder: Path) -> None:
    told = asked(folder, "path", "--by", "region", "--format", "json").json
    assert list(told) == ["convention", "as_of", "fingerprint", "steps", "by", "groups"]
    assert list(told["steps"][0]) == ["lost" if each == "dropped" else each for each in STEP] + ["is", "within", "astray"]
    assert [each["within"] for each in told["steps"]] == [None, "20d", "180d", "400d"]
    assert [(each["entered"], each["lost"], each["open"]) for each in told["steps"]] == [(2, 1, 0), (1, 0, 0), (1, 0, 1), (0, 0, 0)]
    assert {each["value"]: each["steps"][0]["entered"] for each in told["groups"]} == {"EU": 1, None: 1}


def test_csv_of_a_path_has_these_columns(folder: Path) -> None:
    told = asked(folder, "path", "--format", "csv").csv
    columns = ["lost" if each == "dropped" else each for each in STEP]
    assert list(told[0]) == ["step", *columns, "p25_seconds", "p75_seconds", "mature"]
    assert [each["name"] for each in told] == list(PATH_STAGES)


# What is refused.


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("funnel", "Signed Up", "joined", "--motion", "all"), "`--motion` and `SEL` do not go together"),
        (("funnel", "--motion", "all", "--within", "7d"), "`--motion` and `--within` do not go together"),
        (("funnel", "--motion", "all", "--attempts"), "`--motion` and `--attempts` do not go together"),
        (("funnel", "--motion", "all", "--about", "person"), "`--motion` and `--about` do not go together"),
        (("funnel", "Signed Up", "joined"), "`--within` is missing"),
        (("funnel", "--within", "7d"), "a funnel has 2 to 20 stages, not 0"),
        (("path", "--by", "any(workspace.plan)"), "is no field that has one value"),
        (("path", "--since", "2026-03-02", "--until", "2026-03-02"), "nothing is since"),
    ],
)
def test_what_cannot_be_asked_is_wrong_usage(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    told = tandem(folder, *arguments)
    assert told.code == 2
    assert message in told.err


def test_what_nobody_declared_is_told_with_where_to_write_it(folder: Path, tmp_path: Path) -> None:
    told = tandem(folder, "funnel", "--motion", "sales_assist")
    assert (told.code, "declares no funnel of `sales_assist`" in told.err, "product.yaml" in told.err) == (1, True, True)
    bare = project(tmp_path / "bare")
    assert "declares no funnel of any motion [not_declared]" in tandem(bare, "funnel", "--motion", "all").err
    assert "declares no path [not_declared]" in tandem(bare, "path").err
