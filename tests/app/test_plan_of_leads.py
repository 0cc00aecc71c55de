"""`tandem plan`: what becomes of firings: leads, reasons of leads, and what is held back, waits or comes later."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.planning import BOUNDARY, LOOKS, begun, in_force, planned, signal, write
from tests.app.projects import tandem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return in_force(tmp_path / "larch")


def test_a_boundary_alone_changes_what_becomes_of_firings(folder: Path) -> None:
    # Gamma is touched on the 5th of February, and looks on the 20th.
    write(folder, LOOKS, {**BOUNDARY, "caps": [{"touches": 1, "within": "30d"}]})
    plan = planned(folder)
    assert (plan["gained"], plan["lost"], plan["let_through"]) == ([], [], [])
    (row,) = plan["held_back"]
    assert (row["subject"], row["fired_at"], row["lead_before"]) == ("gamma", "2026-02-20T10:00:00Z", "2026-02-20T10:00:00Z")
    assert (row["lead"], row["why"]) == (None, "refused until the signal was off: cap")
    assert [each["rule"] for each in plan["changes"]] == ["caps"]
    assert {side: plan[side]["looks"]["leads"] for side in ("before", "after")} == {"before": 4, "after": 3}
    # And back again, what was held back is let through.
    assert tandem(folder, "apply").code == 0
    write(folder, LOOKS, BOUNDARY)
    back = planned(folder)
    assert [each["subject"] for each in back["let_through"]] == ["gamma"]
    assert back["let_through"][0]["why_before"] == "refused until the signal was off: cap"


def test_a_signal_that_the_boundary_does_not_name_is_no_lead_and_says_so(folder: Path) -> None:
    write(folder, LOOKS | {"shares": signal('count("Opened", 7d) >= 1')}, BOUNDARY)
    plan = planned(folder)
    assert {row["signal"] for row in plan["gained"]} == {"shares"}
    assert {(row["lead"], row["why"]) for row in plan["gained"]} == {(None, "boundary.yaml does not name the signal")}
    assert (list(plan["before"]), list(plan["after"])) == ([], ["shares"])
    write(folder, LOOKS)
    assert {row["why"] for row in planned(folder)["held_back"]} == {"there is no boundary.yaml"}
    assert "no boundary.yaml: until there is one no signal permits a touch" in tandem(folder, "plan").err


def test_a_waiting_firing_is_told_as_one_that_waits(folder: Path) -> None:
    write(folder, LOOKS, {**BOUNDARY, "suppression": [{"account": "gamma", "reason": "they asked for it"}]})
    rows = {(row["subject"], row["fired_at"][:10]): row["why"] for row in planned(folder)["held_back"]}
    assert rows["gamma", "2026-05-30"].startswith("waits: ")


def test_leads_are_those_opened_and_reasons_all_that_speak_for_them(folder: Path) -> None:
    # Ann opens something on the day she looks: one lead with two reasons.
    write(
        folder,
        LOOKS | {"views": signal('count("Pricing", 7d) >= 1')},
        {"signals": dict.fromkeys(("looks", "views"), BOUNDARY["signals"]["looks"])},
    )
    plan = planned(folder)
    totals = plan["totals"]
    assert (totals["before"]["leads"], totals["before"]["reasons"]) == (4, 4)
    assert (totals["after"]["leads"], totals["after"]["reasons"]) == (4, 8)
    assert totals["after"]["leads_per_week"] == totals["before"]["leads_per_week"] == pytest.approx(4 / (151 / 7))
    assert {(row["signal"], row["opens"]) for row in plan["gained"]} == {("views", False)}
    assert "Gained: 4 firings; 0 leads, 4 reasons" in tandem(folder, "plan").out


def test_a_lead_that_comes_later_is_told_as_later_and_not_as_held_back(tmp_path: Path) -> None:
    looked = ["2026-02-01 Opened by ann @acme", "2026-02-02T10:00 (page) Pricing by ann @acme", "2026-03-01 Opened by ann @acme"]
    found = begun(tmp_path / "larch", "\n".join([*looked, ""]), LOOKS, BOUNDARY)
    assert tandem(found, "apply").code == 0
    write(found, LOOKS, {"first_use": "Opened", "quarantine": "3d", "signals": {"looks": {"evidence": "plain", "valid_for": "14d"}}})
    plan = planned(found)
    assert (plan["held_back"], plan["let_through"], plan["sooner"]) == ([], [], [])
    (row,) = plan["later"]
    assert (row["lead_before"], row["lead"]) == ("2026-02-02T10:00:00Z", "2026-02-04T00:00:00Z")
    assert "1 firing a lead later" in tandem(found, "plan").out
    assert tandem(found, "apply").code == 0
    write(found, LOOKS, BOUNDARY)
    assert [row["subject"] for row in planned(found)["sooner"]] == ["acme"]


def test_a_reason_without_a_lead_is_told_alike_by_plan_and_explain(folder: Path) -> None:
    file = folder.parent / "targets.txt"
    file.write_text("2026-01-01 target T-1 @A-1\n2026-01-01 target T-2 @gamma\n")
    assert tandem(folder, "import", "notation", file).code == 0
    write(folder, LOOKS, {"signals": {"looks": {"evidence": "none"}}})
    whys = {(row["subject"], row["why"]) for row in planned(folder)["held_back"]}
    assert whys >= {("A-1", "refused until the signal was off: no_lead"), ("gamma", "waits: no_lead")}
    assert tandem(folder, "apply").code == 0
    told = tandem(folder, "explain", "looks", "A-1", "--at", "2026-02-03")
    assert "one more reason of a lead, and there is no lead" in told.out
    assert "it had no account" not in told.out


def test_a_wait_for_a_budget_says_that_it_was_one(folder: Path) -> None:
    told = {"evidence": "enterprise_need", "valid_for": "14d", "budget": "1 per day"}
    write(folder, LOOKS, {"signals": {"looks": told}})
    assert tandem(folder, "apply").code == 0
    shown = tandem(folder, "explain", "looks", "beta", "--at", "2026-02-02T12:00")
    assert "and waited before: the period's budget is spent" in shown.out
    firing = tandem(folder, "explain", "looks", "beta", "--at", "2026-02-02T12:00", "--format", "json").json["firing"]
    assert [each["reason"] for each in firing["refusal"]] == ["budget"]
