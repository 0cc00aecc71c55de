"""`tandem boundary` on histories small enough to count: both rates, with everybody behind them."""

from __future__ import annotations

from pathlib import Path

from tests.app.bounded import BOUNDARY, bounded, report, tell
from tests.app.projects import tandem

TOUCHED = """\
2026-03-01 account A-1 domain=acme.example name=Acme
2026-03-01 seller bea name=Bea
2026-03-02 ann joins @A-1/w1
2026-03-02 Signed Up by ann @A-1/w1
2026-03-03 touch T-1 @A-1 person=ann seller=bea channel=call direction=outbound purpose=sell
2026-03-04 Seat Limit Reached by ann @A-1/w1
2026-03-05 touch T-2 @A-1 seller=tom channel=email direction=outbound purpose=help
2026-03-06 touch T-3 @A-1 seller=tom channel=call direction=outbound purpose=help
2026-03-07 touch T-4 @A-1 seller=tom channel=call direction=inbound
2026-03-08 override V-1 @beta seller=tom manager=bea until=2026-03-20
2026-03-09 touch T-5 @beta seller=tom channel=call direction=outbound purpose=sell
2026-03-10 touch T-6 seller=tom channel=email direction=outbound
"""


def test_every_outbound_touch_is_judged_by_what_was_known_when_it_was_made(tmp_path: Path) -> None:
    told = report(bounded(tmp_path / "acme", TOUCHED))
    assert (told["touches"], told["poached"], told["poached_rate"], told["overrides"], told["unmatched"]) == (4, 1, 0.25, 1, 1)
    # One touch, and two rules that stood against it.
    assert told["violations"] == {"cap": 1, "channel": 1}
    lists = told["lists"]
    assert {name: [row["touch"] for row in lists[name]] for name in ("poached", "violations", "overrides", "unmatched")} == {
        "poached": ["T-1"],
        "violations": ["T-3"],
        "overrides": ["T-5"],
        "unmatched": ["T-6"],
    }
    (poached,), (violation,) = lists["poached"], lists["violations"]
    assert poached == {
        "touch": "T-1", "at": "2026-03-03T00:00:00Z", "account": "A-1", "account_name": "Acme", "person": "ann", "seller": "bea",
        "channel": "call", "purpose": "sell", "reasons": [{"reason": "no_evidence", "line": None, "until": None}],
    }  # fmt: skip
    assert [(each["reason"], each["line"]) for each in violation["reasons"]] == [
        ("channel", "playbook/boundary.yaml:5"), ("cap", "playbook/boundary.yaml:10"),
    ]  # fmt: skip
    by_seller = {row["seller"]: (row["touches"], row["poached"], row["violation"], row["override"]) for row in told["sellers"]}
    assert by_seller == {"bea": (1, 1, 0, 0), "tom": (3, 0, 1, 1)}


PAPERS = """\
2026-03-02T10:00 Signed Up by ann @acme/w1
2026-03-02T10:00 Questionnaire Sent by ann @acme/w1
2026-03-02T10:00 Signed Up by bob @beta/w2
2026-03-02T10:00 Questionnaire Sent by bob @beta/w2
2026-03-02T12:00 touch T-1 @beta seller=tom channel=call direction=outbound
2026-03-02T20:00 touch T-2 @acme seller=tom channel=call direction=outbound
2026-03-03T09:00 Signed Up by cid @gamma/w3
2026-03-03T09:00 Questionnaire Sent by cid @gamma/w3
"""


def test_whom_nobody_took_care_of_by_the_deadline_was_neglected_and_who_is_not_yet_due_is_no_case(tmp_path: Path) -> None:
    told = report(bounded(tmp_path / "acme", PAPERS))
    assert (told["due"], told["neglected"], told["neglected_rate"]) == (2, 1, 0.5)
    assert told["lists"]["neglected"] == [
        {
            "account": "acme", "account_name": None, "signal": "papers", "fired_at": "2026-03-02T10:00:00Z",
            "deadline": "2026-03-02T18:00:00Z", "owner": None,
        }
    ]  # fmt: skip
    # Somebody took care of acme two hours too late: neglected then, and not now.
    assert told["lists"]["neglected_now"] == []
    early = report(tmp_path / "acme", "--as-of", "2026-03-02T19:00")
    assert [row["account"] for row in early["lists"]["neglected_now"]] == ["acme"]


def test_a_period_has_its_beginning_and_not_its_end(tmp_path: Path) -> None:
    folder = bounded(tmp_path / "acme", TOUCHED)
    whole = report(folder)
    assert (whole["since"], whole["until"]) == ("2026-03-01T00:00:00Z", "2026-03-10T00:00:00Z")
    told = report(folder, "--since", "2026-03-03", "--until", "2026-03-05")
    assert (told["since"], told["until"], told["touches"]) == ("2026-03-03T00:00:00Z", "2026-03-05T00:00:00Z", 1)
    assert report(folder, "--since", "2026-03-05", "--until", "2026-03-06")["touches"] == 1
    wrong = tandem(folder, "boundary", "--since", "2026-03-05", "--until", "2026-03-05")
    assert (wrong.code, wrong.out) == (2, "")


def test_a_touch_at_the_as_of_itself_has_happened(tmp_path: Path) -> None:
    folder = bounded(tmp_path / "acme", "2026-03-02 Signed Up by ann @acme\n2026-03-03 touch T-1 @acme seller=bea\n")
    assert (report(folder)["touches"], report(folder)["poached_rate"]) == (1, 1.0)


def test_a_touch_is_judged_by_the_playbook_of_its_day_and_one_before_any_is_not(tmp_path: Path) -> None:
    folder = bounded(tmp_path / "acme", TOUCHED)
    assert tandem(folder, "apply", "--from", "2026-03-04T12:00").code == 0
    told = report(folder)
    assert (told["since"], told["touches"], told["poached"], told["playbook"]) == ("2026-03-04T12:00:00Z", 3, 0, "applied")
    (folder / "playbook" / "boundary.yaml").write_text(BOUNDARY.replace("channels: [email]", "channels: [email, call]"))
    assert tandem(folder, "apply", "--from", "2026-03-05T12:00").code == 0
    assert report(folder)["violations"] == {"cap": 1}
    assert report(folder, "--as-of", "2026-03-05")["touches"] == 1


def test_a_rate_of_nothing_is_unknown_with_its_reason(tmp_path: Path) -> None:
    for name, told, boundary, why in (
        ("empty", "", BOUNDARY, "no procurement signal has a deadline in the period"),
        ("unbounded", "2026-03-02 Signed Up by ann @acme\n", None, "without a boundary.yaml no signal is watched"),
    ):
        found = report(bounded(tmp_path / name, told, boundary))
        assert (found["poached_rate"], found["neglected_rate"]) == (None, None)
        assert found["why"] == {"poached_rate": "no outbound touch of the period matches an account", "neglected_rate": why}
    folder = bounded(tmp_path / "acme", TOUCHED)
    before = report(folder, "--as-of", "2020-01-01")
    assert (before["since"], before["until"], before["touches"]) == ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z", 0)


def test_without_a_boundary_every_touch_is_poached_and_it_is_said(tmp_path: Path) -> None:
    folder = bounded(tmp_path / "acme", TOUCHED, None)
    told = report(folder)
    assert (told["touches"], told["poached"]) == (4, 3)
    assert "there is no playbook/boundary.yaml" in tandem(folder, "boundary").err


def test_the_table_says_no_rate_without_its_counts_and_folds_its_lists(tmp_path: Path) -> None:
    many = "".join(f"2026-03-02T{hour:02}:00 touch N-{hour} @A-1 seller=bea direction=outbound\n" for hour in range(12))
    folder = bounded(tmp_path / "acme", TOUCHED)
    tell(folder, many)
    out = tandem(folder, "boundary").out
    assert max(len(line) for line in out.splitlines()) <= 100
    assert "Poached    81.2 %: 13 of 16 outbound touches had no evidence" in out
    assert "Neglected  unknown: there is no procurement deadline" in out
    assert "and 3 more: --all shows them" in out
    assert "more: --all" not in tandem(folder, "boundary", "--all").out
    assert len(tandem(folder, "boundary", "--format", "csv").csv) == 17


def test_a_period_after_the_as_of_is_refused(tmp_path: Path) -> None:
    folder = bounded(tmp_path / "acme", TOUCHED)
    told = tandem(folder, "boundary", "--since", "2026-04-01")
    assert (told.code, "`--since 2026-04-01` is after 2026-03-10T00:00:00Z" in told.err) == (2, True)
    early = report(folder, "--until", "2020-01-01")
    assert early["since"] == early["until"]
