"""`tandem backtest`: from facts in a project to numbers that can be checked by hand, and what stops it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.projects import project, tandem

PRODUCT = """
outcomes:
  won: {opportunity: won}
  paid: {payment: first}
  shared: {event: Report Shared, about: person}
touches_per_lead: 6
"""
SIGNALS = """
signals:
  busy:
    title: Worked on three days of a week
    kind: usage
    about: workspace
    when: days("Opened", 7d) >= 3
  looks:
    title: Looked at the prices
    kind: intent
    about: account
    when: count("Pricing", 7d) >= 1
    cooldown: 1d
  person_looks: {title: Looked, kind: intent, about: person, when: 'count("Pricing", 7d) >= 1'}
  wanted: {title: In its opportunity, kind: intent, about: account, when: count(opportunity where stage = Open) >= 1}
"""
# acme looks and is won nine days later; beta looks and is not; gamma is won and never looked; acme-eu, which is acme, looks late.
FACTS = """
2026-01-01 Opened by ann @acme
2026-01-01 Opened by bob @beta
2026-01-01 Opened by cid @gamma
2026-01-01 Opened by dan @acme-eu
2026-02-01T10:00 Pricing by ann @acme
2026-02-01T12:00 Pricing by bob @beta
2026-02-10T10:00 opportunity O-1 @acme stage="Closed Won"
2026-02-20T10:00 opportunity O-2 @gamma stage="Closed Won"
2026-03-20T10:00 Pricing by dan @acme-eu
2026-03-25T10:00 opportunity O-3 @acme stage="Closed Won"
2026-01-10 seller bea started=2026-01-01
2026-03-31 account acme-eu is acme
2026-04-01 Opened by ann @acme
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = project(tmp_path / "p", product=PRODUCT)
    (found / "playbook" / "signals").mkdir()
    (found / "playbook" / "signals" / "all.yaml").write_text(SIGNALS)
    told(found, FACTS)
    return found


def told(folder: Path, facts: str) -> None:
    path = folder.parent / "facts.txt"
    path.write_text(facts)
    assert tandem(folder, "import", "notation", path).code == 0


def asked(folder: Path, *arguments: str) -> dict[str, object]:
    answer = tandem(folder, "backtest", *arguments, "--format", "json")
    assert answer.code == 0, answer.err
    return answer.json


def test_a_backtest_is_told_with_all_its_numbers(folder: Path) -> None:
    found = asked(folder, "looks", "--outcome", "won", "--within", "30d", "--as-of", "2026-04-01")
    assert list(found)[:8] == ["signal", "about", "outcome", "within", "as_of", "since", "until", "fingerprint"]
    numbers = {name: found[name] for name in ("fired", "already", "matured", "converted", "open", "open_converted")}
    assert numbers == {"fired": 3, "already": 0, "matured": 2, "converted": 1, "open": 1, "open_converted": 1}
    assert found["precision"] == 0.5
    # Two of four accounts that were there on the first of February were won within 30 days, and acme-eu, which is acme, as a third.
    assert found["base_rate"] == pytest.approx(3 / 4)
    assert found["lift"] == pytest.approx(2 / 3)
    # The first of each account from January 31st on: acme's had a firing before it, gamma's had none.
    assert (found["outcomes"], found["outcomes_preceded"], found["recall"]) == (2, 1, 0.5)
    assert found["lead_time_days"] == {"p25": 9, "median": 9, "p75": 9}
    assert found["touches"] == 18
    # Thirteen weeks less a day, and one seller all the time.
    assert found["leads_per_week"] == pytest.approx(3 / (90 / 7))
    assert found["leads_per_week_per_seller"] == pytest.approx(3 / (90 / 7))
    assert found["assumed_share"] == 1
    assert (found["since"], found["until"]) == ("2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z")
    assert set(found["why"]) == {"reached.90d"}  # type: ignore[call-overload]


def test_what_is_unknown_is_null_with_its_reason(folder: Path) -> None:
    found = asked(folder, "looks", "--outcome", "paid", "--within", "30d")
    assert (found["precision"], found["recall"], found["lift"]) == (0, None, None)
    assert found["lead_time_days"] == {"p25": None, "median": None, "p75": None}
    unknown = {name for name, value in found.items() if value is None and name != "aim"}
    assert unknown == {"recall", "lift", "lift_low", "lift_high"}
    assert found["why"]["lift"] == "nobody had the outcome, be there a firing or not"  # type: ignore[index]


def test_a_backtest_as_of_an_earlier_instant_knows_nothing_that_came_later(folder: Path) -> None:
    before = asked(folder, "looks", "--outcome", "won", "--within", "30d", "--as-of", "2026-03-30")
    told(folder, FACTS + "2026-04-02 account gamma is beta\n2026-02-05 (known 2026-04-02) opportunity O-4 @beta stage=Won\n")
    assert asked(folder, "looks", "--outcome", "won", "--within", "30d", "--as-of", "2026-03-30") == before
    after = asked(folder, "looks", "--outcome", "won", "--within", "30d")
    assert (after["matured"], after["converted"]) == (2, 2)


def test_a_workspace_s_firing_meets_its_account_s_outcome(folder: Path) -> None:
    told(folder, FACTS + "2026-01-01 ann joins @acme\n" + "".join(f"2026-02-0{day} Opened by ann @acme\n" for day in (2, 3, 4)))
    found = asked(folder, "busy", "--outcome", "won", "--within", "30d")
    assert (found["about"], found["fired"], found["converted"]) == ("workspace", 1, 1)


def test_a_source_that_is_complete_until_earlier_opens_windows(folder: Path) -> None:
    product = folder / "playbook" / "product.yaml"
    product.write_text(product.read_text() + "complete_until: {notation: 2026-02-15}\n")
    found = asked(folder, "looks", "--outcome", "won", "--within", "30d")
    assert (found["matured"], found["open"], found["complete_until"]) == (0, 3, "2026-02-15T00:00:00Z")
    assert found["why"]["precision"] == "no firing is mature"  # type: ignore[index]


def test_an_aim_is_answered_with_the_threshold_that_gives_it(folder: Path) -> None:
    told(folder, FACTS + "2026-02-01T11:00 Pricing by ann @acme\n")
    found = asked(folder, "looks", "--outcome", "won", "--within", "30d", "--aim", "leads=2/quarter")
    aim = found["aim"]
    assert isinstance(aim, dict)
    assert {name: aim[name] for name in ("leads", "per", "test", "threshold")} == {
        "leads": 2, "per": "quarter", "test": 'count("Pricing", 7d) >= 1', "threshold": "2",
    }  # fmt: skip
    assert (found["fired"], found["precision"]) == (1, 1)
    # The threshold that stands there gives all that there are, and the same as no aim.
    loose = asked(folder, "looks", "--outcome", "won", "--within", "30d", "--aim", "leads=100/month")
    assert loose | {"aim": None} == asked(folder, "looks", "--outcome", "won", "--within", "30d")
    none = tandem(folder, "backtest", "looks", "--outcome", "won", "--within", "30d", "--aim", "leads=0/month")
    assert (none.code, "gives as few as 0 leads a month [no_aim]" in none.err) == (1, True)


def test_it_is_printed_for_people_and_as_one_row(folder: Path) -> None:
    shown = tandem(folder, "backtest", "looks", "--outcome", "won", "--within", "30d")
    assert shown.code == 0
    assert shown.out.splitlines()[3:] == [
        "  fired      3 = 2 mature + 1 open, of which 1 have converted early",
        "  precision  50.0 % (9.5 % to 90.5 %): 1 of 2 mature converted",
        "  base rate  75.0 % of all who were there on the same days",
        "  lift       0.7 times (0.1 to 3.1)",
        "  recall     50.0 %: 1 of 2 outcomes had a firing before",
        "  lead time  9.0 days (quartiles 9.0 and 9.0)",
        "  reached    33.3 % by 7d, 66.7 % by 30d, unknown by 90d",
        "  leads      0.23 a week, 0.23 a week and seller; 18 touches in all",
    ]
    assert "100.0 % of all facts state no known_at" in shown.err
    row = tandem(folder, "backtest", "looks", "--outcome", "won", "--within", "30d", "--format", "csv").csv
    assert (row[0]["lead_time_median_days"], row[0]["reached_90d"]) == ("9.0", "")
    assert "unknown: no mature firing has converted" in tandem(folder, "backtest", "looks", "--outcome", "paid", "--within", "30d").out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("looks", "--outcome", "wun", "--within", "30d"), 1, "unknown outcome `wun` [unknown_name]"),
        (("lookz", "--outcome", "won", "--within", "30d"), 1, "unknown signal `lookz` [unknown_name]"),
        (("looks", "--outcome", "won", "--within", "30"), 2, "`30` is not a duration"),
        (("looks", "--outcome", "won", "--within", "0d"), 2, "`0d` is no time at all"),
        (("looks", "--outcome", "won", "--within", "30d", "--aim", "100"), 2, "`100` is not an aim"),
        (("looks", "--outcome", "won"), 2, "--within"),
        (("busy", "--outcome", "shared", "--within", "30d"), 1, "`busy` is about a workspace, and `shared` about a person"),
        (("wanted", "--outcome", "won", "--within", "30d", "--aim", "leads=1/week", "--test", "7"), 1, "unknown test with a threshold `7`"),
    ],
)
def test_what_stops_it_is_told(folder: Path, arguments: tuple[str, ...], code: int, says: str) -> None:
    found = tandem(folder, "backtest", *arguments)
    assert (found.code, says in found.err) == (code, True), found.err


def test_of_a_project_without_facts_nothing_is_known(tmp_path: Path) -> None:
    found = project(tmp_path / "p", product=PRODUCT)
    (found / "playbook" / "signals").mkdir()
    (found / "playbook" / "signals" / "all.yaml").write_text(SIGNALS)
    numbers = asked(found, "looks", "--outcome", "won", "--within", "30d")
    assert (numbers["fired"], numbers["precision"], numbers["assumed_share"]) == (0, None, None)
