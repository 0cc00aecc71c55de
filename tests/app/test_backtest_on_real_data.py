"""Backtests of real data that nobody of this project wrote, against an independent query of the same files, and without a leak."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from tandem.stats.proportions import wilson
from tests.app.projects import imported, tandem
from tests.connect.shared import folder

EXAMPLES = Path(__file__).parents[2] / "examples"
Day = int


def project(into: Path, name: str, **sources: str) -> Path:
    data = folder(name)
    copytree(EXAMPLES / name, into, dirs_exist_ok=True)
    for source, file in sources.items():
        imported(into, source, data / file)
    return into


def asked(where: Path, signal: str, outcome: str, within: str, *more: str) -> dict[str, Any]:
    found = tandem(where, "backtest", signal, "--outcome", outcome, "--within", within, *more, "--format", "json")
    assert found.code == 0, found.err
    return found.json


def rows(name: str, file: str) -> list[dict[str, str]]:
    with (folder(name) / file).open(newline="") as lines:
        return list(csv.DictReader(lines))


def day(text: str, form: str = "%Y-%m-%d") -> Day:
    return datetime.strptime(text, form).replace(tzinfo=UTC).toordinal()


# The churn flag of an export knows the future only for who lets it.


@pytest.fixture(scope="module")
def ravenstack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(
        tmp_path_factory.mktemp("ravenstack"),
        "ravenstack",
        ravenstack_accounts="ravenstack_accounts.csv",
        ravenstack_subscriptions="ravenstack_subscriptions.csv",
        ravenstack_churn_events="ravenstack_churn_events.csv",
        ravenstack_support_tickets="ravenstack_support_tickets.csv",
    )


@pytest.mark.shared
def test_a_flag_that_is_known_from_the_export_has_no_lead_time(ravenstack: Path) -> None:
    flagged = sum(row["churn_flag"] == "TRUE" for row in rows("ravenstack", "ravenstack_accounts.csv"))
    found = asked(ravenstack, "has_left", "left", "90d")
    assert (found["fired"], found["matured"], found["open"], found["converted"]) == (flagged, 0, flagged, 0)
    assert found["lead_time_days"] == {"p25": None, "median": None, "p75": None}
    assert (found["precision"], found["lift"]) == (None, None)
    assert found["outcomes_preceded"] == 0
    # As of a day before the export it has never fired at all.
    assert asked(ravenstack, "has_left", "left", "90d", "--as-of", "2024-12-31")["fired"] == 0


@pytest.mark.shared
def test_with_a_leak_the_same_signal_would_foretell(ravenstack: Path, tmp_path: Path) -> None:
    """What the mapping keeps away: had the flag been known from the sign-up on, it would have seen who leaves, months ahead."""
    where = copytree(EXAMPLES / "ravenstack", tmp_path / "leaking")
    mapping = where / "playbook" / "sources" / "ravenstack_accounts.yaml"
    mapping.write_text(mapping.read_text().replace("created, referral_source]", "created, referral_source, has_churned]"))
    for source in ("accounts", "churn_events"):
        imported(where, f"ravenstack_{source}", folder("ravenstack") / f"ravenstack_{source}.csv")
    found = asked(where, "has_left", "left_first", "365d")
    assert found["converted"] > 10
    assert found["lead_time_days"]["median"] > 7


@pytest.mark.shared
def test_accounts_that_left_are_those_of_the_file(ravenstack: Path) -> None:
    """Two urgent tickets in a month, and who left within 90 days: by the files alone."""
    tickets: dict[str, list[Day]] = defaultdict(list)
    for row in rows("ravenstack", "ravenstack_support_tickets.csv"):
        if row["priority"] in ("high", "urgent"):
            tickets[row["account_id"]].append(day(row["submitted_at"]))
    left: dict[str, list[Day]] = defaultdict(list)
    for row in rows("ravenstack", "ravenstack_churn_events.csv"):
        left[row["account_id"]].append(day(row["churn_date"]))
    fired = [(account, at) for account, days in tickets.items() for at in firings(running(days, 30, 2), 30)]
    complete = day("2025-01-01")
    mature = [(account, at) for account, at in fired if at + 90 <= complete]
    takes = sorted(min(each - at for each in left[account] if each > at) for account, at in mature if follows(left[account], at, 90))
    found = asked(ravenstack, "two_urgent_tickets", "left", "90d")
    assert (found["fired"], found["matured"], found["converted"]) == (len(fired), len(mature), len(takes))
    assert len(takes) > 5
    assert (found["precision_low"], found["precision_high"]) == pytest.approx(
        (wilson(len(takes), len(mature)).low, wilson(len(takes), len(mature)).high)
    )
    # The data is made so that tickets say nothing of who leaves: the interval of the lift holds 1.
    assert found["lift_low"] < 1 < found["lift_high"]
    # Everybody who is there at the start of a firing's day, by sign-up, ticket, or a record that came first.
    begins = {row["account_id"]: day(row["signup_date"]) for row in rows("ravenstack", "ravenstack_accounts.csv")}
    for file, column in (("churn_events", "churn_date"), ("support_tickets", "submitted_at"), ("subscriptions", "start_date")):
        for row in rows("ravenstack", f"ravenstack_{file}.csv"):
            begins[row["account_id"]] = min(begins[row["account_id"]], day(row[column]))
    shares = []
    for _, at in mature:
        there = [account for account, since in begins.items() if since <= at]
        shares.append(sum(follows(left[account], at, 90) for account in there) / len(there))
    assert found["base_rate"] == pytest.approx(sum(shares) / len(shares))


def running(days: list[Day], window: int, least: int) -> list[Day]:
    """Where the number of days in a window first reaches so many."""
    at_all = sorted({*days, *(each + window for each in days)})
    on = [sum(at - window < each <= at for each in days) >= least for at in at_all]
    return [at for at, is_on, was_on in zip(at_all, on, [False, *on], strict=False) if is_on and not was_on]


def firings(entered: list[Day], cooldown: int) -> list[Day]:
    found: list[Day] = []
    for at in entered:
        if not found or at - found[-1] >= cooldown:
            found.append(at)
    return found


def follows(days: list[Day], at: Day, within: int) -> bool:
    return any(at < each <= at + within for each in days)


# Opportunities of a CRM.


@pytest.fixture(scope="module")
def maven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("maven"), "maven_crm", maven_pipeline="sales_pipeline.csv", maven_sales_teams="sales_teams.csv")


@pytest.mark.shared
def test_wins_and_the_time_to_them_are_those_of_the_pipeline(maven: Path) -> None:
    """From the first of several talks to the next win, account by account, by the file alone."""
    talks: dict[str, list[tuple[Day, Day]]] = defaultdict(list)
    won: dict[str, list[Day]] = defaultdict(list)
    form = "%d-%m-%y"
    for row in rows("maven_crm", "sales_pipeline.csv"):
        if row["account"] and row["engage_date"]:
            talks[row["account"]].append((day(row["engage_date"], form), day(row["close_date"], form) if row["close_date"] else 10**9))
        if row["deal_stage"] == "Won":
            won[row["account"]].append(day(row["close_date"], form))
    complete = day("2018-01-01")
    fired = [(account, at) for account, theirs in talks.items() for at in firings(begun(theirs), 30)]
    mature = [(account, at) for account, at in fired if at + 90 <= complete]
    takes = sorted(min(each - at for each in won[account] if each > at) for account, at in mature if follows(won[account], at, 90))
    found = asked(maven, "engaged", "won", "90d")
    assert (found["fired"], found["matured"], found["converted"]) == (len(fired), len(mature), len(takes))
    assert found["lead_time_days"]["median"] == (takes[(len(takes) - 1) // 2] + takes[len(takes) // 2]) / 2
    # Each account's first win since the first of all talks and 90 days more.
    begins = min(since for theirs in talks.values() for since, _ in theirs)
    firsts = {account: min((each for each in days if begins + 90 <= each), default=None) for account, days in won.items()}
    preceded = [
        account for account, first in firsts.items()
        if first is not None and any(one == account and first - 90 <= at < first for one, at in fired)
    ]  # fmt: skip
    assert (found["outcomes"], found["outcomes_preceded"]) == (sum(first is not None for first in firsts.values()), len(preceded))
    # Of 35 sellers nobody says when they came or went.
    assert found["leads_per_week_per_seller"] == pytest.approx(found["leads_per_week"] / 35)


def begun(talks: list[tuple[Day, Day]]) -> list[Day]:
    """Where the first of talks that overlap or touch begins."""
    found: list[Day] = []
    over = -1
    for since, until in sorted(each for each in talks if each[0] < each[1]):
        if since > over:
            found.append(since)
        over = max(over, until)
    return found


@pytest.mark.shared
def test_only_the_first_win_ever_leaves_out_who_has_won(maven: Path) -> None:
    first: dict[str, Day] = {}
    for row in rows("maven_crm", "sales_pipeline.csv"):
        if row["deal_stage"] == "Won":
            closed = day(row["close_date"], "%d-%m-%y")
            first[row["account"]] = min(first.get(row["account"], closed), closed)
    found = asked(maven, "engaged", "first_win", "365d")
    after = asked(maven, "engaged", "won", "365d")
    assert found["fired"] == after["fired"] == found["already"] + found["matured"] + found["open"]
    assert found["converted"] + found["open_converted"] == len(first)
