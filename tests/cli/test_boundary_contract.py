"""The contract of `leads`, `boundary` and `explain`: others script against these keys, columns, codes and last lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.app.bounded import bounded
from tests.app.projects import finished, started, tandem

STORY = """\
2026-03-01 account A-1 domain=acme.example name=Acme owner=bea
2026-03-02 ann joins @A-1/w1
2026-03-02 Signed Up by ann @A-1/w1
2026-03-03 SSO Viewed by ann @A-1/w1
2026-03-04 SSO Viewed by ann @A-1/w1
2026-03-04 touch T-1 @beta seller=tom channel=call direction=outbound purpose=sell
2026-03-05 Signed Up by cid @beta/w2
2026-03-06 (page) Pricing by cid @beta/w2
"""
ROW = (
    "lead", "account", "subject", "about", "type", "signal", "fired_at", "since", "on", "permit", "refusal", "why", "people", "owner",
    "account_name", "called", "sign", "rank", "due",
)  # fmt: skip
PERMIT = ("motion", "purpose", "channels", "evidence", "starts_at", "expires_at", "seller")
BOUNDARY = (
    "as_of", "since", "until", "touches", "poached", "poached_rate", "violations", "overrides", "unmatched", "due", "neglected",
    "neglected_rate", "sellers", "lists", "fingerprint", "playbook", "why",
)  # fmt: skip
ANSWERED = ("account", "account_name", "owner", "stance", "permit", "refusal", "people", "called", "evidence", "blocks")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return bounded(tmp_path / "acme", STORY)


def keys(told: Any) -> tuple[str, ...]:
    return tuple(told)


def test_a_row_of_leads_has_these_keys_in_this_order(folder: Path) -> None:
    told = tandem(folder, "leads", "--format", "json").json
    assert keys(told) == ("as_of", "fingerprint", "playbook", "leads")
    lead, waiting = told["leads"]
    assert keys(lead) == keys(waiting) == ROW
    assert keys(lead["permit"]) == PERMIT
    assert keys(lead["permit"]["evidence"][0]) == ("kind", "what", "about", "subject", "until", "seller", "line")
    assert {keys(each) for each in waiting["refusal"]} == {("reason", "line", "until")}
    assert tandem(folder, "leads", "--format", "csv").out.splitlines()[0] == ",".join(ROW)
    assert [row["lead"] for row in tandem(folder, "leads", "--format", "csv").csv] == [lead["lead"], ""]


def test_the_boundary_has_these_keys_in_this_order(folder: Path) -> None:
    told = tandem(folder, "boundary", "--format", "json").json
    assert keys(told) == BOUNDARY
    assert keys(told["lists"]) == ("poached", "violations", "overrides", "unmatched", "neglected", "neglected_now")
    assert keys(told["lists"]["poached"][0]) == (
        "touch", "at", "account", "account_name", "person", "seller", "channel", "purpose", "reasons",
    )  # fmt: skip
    header = tandem(folder, "boundary", "--format", "csv").out.splitlines()[0]
    assert header == "list,touch,at,account,person,seller,channel,purpose,reasons,signal,fired_at,deadline,owner"


def test_an_explanation_has_these_keys_in_this_order(folder: Path) -> None:
    lead = tandem(folder, "leads", "--format", "json").json["leads"][0]["lead"]
    account = tandem(folder, "explain", "A-1", "--format", "json").json
    assert keys(account) == (
        "as_of", "explains", "at", "asked", *ANSWERED, "may_change_at", "steps", "lead", "waiting", "fingerprint", "playbook",
        "endless_overrides",
    )  # fmt: skip
    assert keys(account["blocks"][0]) == ("reason", "line", "stands", "says", "until", "channels", "facts")
    assert keys(account["evidence"][0])[-2:] == ("says", "facts")
    assert keys(account["steps"][0]) == ("at", "permit", "refusal")
    of_lead = tandem(folder, "explain", lead, "--format", "json").json
    assert keys(of_lead) == (
        "as_of", "explains", "lead", "account", "account_name", "owner", "since", "until", "ended", "reasons", "began", "now",
        "fingerprint", "playbook",
    )  # fmt: skip
    assert keys(of_lead["began"]) == ANSWERED
    assert keys(of_lead["reasons"][0]) == (
        "signal", "about", "subject", "type", "fired_at", "since", "on", "why", "rule", "line", "values", "facts",
    )  # fmt: skip
    touch = tandem(folder, "explain", "T-1", "--format", "json").json
    assert keys(touch) == (
        "as_of", "explains", "touch", "at", "account", "account_name", "person", "seller", "channel", "purpose", "reasons", "verdict",
        "then", "facts", "fingerprint", "playbook",
    )  # fmt: skip
    edge = tandem(folder, "explain", "need", "A-1", "--format", "json").json
    assert keys(edge) == (
        "as_of", "signal", "about", "subject", "at", "edge", "known_at", "fires", "by_time", "exists", "rule", "tests", "measures", "facts",
        "line", "quiet_since", "firing", "playbook",
    )  # fmt: skip
    assert keys(edge["firing"]) == ("at", "account", "became", "lead", "since", "until", "ended", "refusal", "rank")
    for name in ("A-1", "T-1", lead):
        header = tandem(folder, "explain", name, "--format", "csv").out.splitlines()[0]
        assert header == "part,kind,what,stands,line,until,says,facts"


def test_every_answer_names_the_instant_that_it_holds_for(folder: Path) -> None:
    for command in (["leads"], ["boundary"], ["explain", "A-1"], ["explain", "T-1"], ["explain", "need", "A-1"]):
        for format_ in ("table", "csv"):
            told = tandem(folder, *command, "--format", format_)
            assert told.err.splitlines()[-1] == "as of 2026-03-06T00:00:00Z", command
            assert "no playbook was applied yet" in told.err
        assert tandem(folder, *command, "--format", "json").json["as_of"] == "2026-03-06T00:00:00Z"


def test_the_same_log_and_playbook_say_the_same_in_another_project(folder: Path, tmp_path: Path) -> None:
    other = bounded(tmp_path / "other", STORY)
    (other / "playbook" / "company.yaml").write_text((folder / "playbook" / "company.yaml").read_text())
    for command in (["leads"], ["boundary"], ["explain", "A-1"], ["explain", "T-1"]):
        for format_ in ("table", "csv", "json"):
            first, second = (tandem(where, *command, "--format", format_).out for where in (folder, other))
            assert first == second
            # What was kept says what was found.
            assert tandem(folder, *command, "--format", format_).out == first


def test_a_cold_process_says_what_this_one_does(folder: Path) -> None:
    here = tandem(folder, "leads", "--format", "json")
    assert finished(started(folder, "leads", "--format", "json")).out == here.out


def test_what_was_kept_and_is_damaged_is_made_again(folder: Path) -> None:
    before = tandem(folder, "leads", "--format", "json").out
    kept = folder / "data" / "decided"
    assert (kept / "manifest.json").exists()
    (kept / "manifest.json").write_text("nonsense")
    assert tandem(folder, "leads", "--format", "json").out == before
