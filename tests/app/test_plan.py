"""`tandem plan`: what a playbook would have done otherwise, by hand; and what stops a plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.planning import BOUNDARY, FACTS, LOOKS, PRODUCT, begun, firings, in_force, planned, signal, write
from tests.app.projects import project, tandem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return in_force(tmp_path / "larch")


def test_a_stricter_threshold_is_told_with_what_it_gains_and_loses(folder: Path) -> None:
    write(folder, {"looks": signal('count("Pricing", 7d) >= 2')}, BOUNDARY)
    plan = planned(folder)
    keys = ["as_of", "since", "until", "fingerprint", "changes", "renamed", "gained", "lost", "let_through", "held_back", "sooner", "later"]
    assert list(plan) == [*keys, "before", "after", "totals", "already_on", "violations", "touches", "why"]
    assert plan["changes"] == [
        {
            "what": "changed",
            "rule": "signals.looks.when",
            "before": 'count("Pricing", 7d) >= 1',
            "after": 'count("Pricing", 7d) >= 2',
            "before_at": "playbook/signals/all.yaml:1",
            "after_at": "playbook/signals/all.yaml:1",
        }
    ]
    assert firings(plan["gained"]) == [("looks", "beta", "2026-02-03T12:00:00Z")]
    assert plan["lost"][0] == {
        "signal": "looks",
        "subject": "A-1",
        "about": "account",
        "account": "A-1",
        "name": "Acme",
        "fired_at": "2026-02-02T10:00:00Z",
        "lead": "2026-02-02T10:00:00Z",
        "opens": True,
        "why": None,
    }
    assert [row["subject"] for row in plan["lost"]] == ["A-1", "beta", "gamma", "gamma"]
    assert {side: plan[side]["looks"]["fired"] for side in ("before", "after")} == {"before": 4, "after": 1}
    assert plan["before"]["looks"]["leads_per_week"] == pytest.approx(4 / (151 / 7))
    assert set(plan["before"]["looks"]["backtest"]) == {"won", "shared"}
    assert plan["after"]["looks"]["backtest"]["won"]["precision"] == 1
    assert plan["already_on"] == {"looks": {"on": 0, "turns_on": 0, "subjects": []}}
    # Acme had looked, and now nothing speaks for its touch.
    assert plan["violations"] == {"before": {"poached": 1}, "after": {"poached": 2}}


def test_before_the_first_apply_everything_is_new(tmp_path: Path) -> None:
    plan = planned(begun(tmp_path / "larch", FACTS, LOOKS, BOUNDARY))
    assert (plan["fingerprint"]["before"], plan["changes"], plan["lost"], plan["before"]) == (None, [], [], {})
    assert (len(plan["gained"]), plan["after"]["looks"]["fired"]) == (4, 4)
    assert (plan["totals"]["before"], plan["violations"]["before"]) == (None, None)
    assert plan["why"] == {"before": "no playbook was applied yet: everything is new"}
    assert plan["already_on"]["looks"] == {"on": 1, "turns_on": 1, "subjects": [{"subject": "gamma", "account": "gamma", "name": None}]}


def test_without_a_change_nothing_would_change(folder: Path) -> None:
    file = folder / "playbook" / "signals" / "all.yaml"
    file.write_text("# Other comments, another title.\n" + file.read_text().replace("A signal", "Another title"))
    plan = planned(folder)
    empty: dict[str, Any] = {"changes": [], "gained": [], "lost": [], "let_through": [], "held_back": [], "before": {}, "after": {}}
    assert {name: plan[name] for name in empty} == empty
    assert plan["already_on"] == {}
    assert plan["totals"]["before"] == plan["totals"]["after"]
    told = tandem(folder, "plan")
    assert (told.code, told.out) == (
        0,
        f"Nothing would change: the folder has the rules that are in force, {plan['fingerprint']['after'][:12]}.\n",
    )


def test_a_signal_that_is_gone_loses_all_that_it_fired(folder: Path) -> None:
    write(folder, {"opens": signal('count("Opened", 7d) >= 1')}, {"signals": {}})
    plan = planned(folder)
    assert (list(plan["before"]), list(plan["after"])) == (["looks"], ["opens"])
    assert {row["signal"] for row in plan["lost"]} == {"looks"}
    shown = tandem(folder, "plan").out
    assert "A signal: looks (removed)" in shown
    assert "A signal: opens (new)" in shown
    # Nobody asked by name for what nothing came to.
    assert "no mature firing came to shared" in shown


def test_a_signal_that_only_has_another_name_is_told_as_renamed(folder: Path) -> None:
    bounded = {"signals": {"peeks": BOUNDARY["signals"]["looks"]}}
    write(folder, {"peeks": LOOKS["looks"]}, bounded)
    assert planned(folder)["renamed"] == {"peeks": "looks"}
    shown = tandem(folder, "plan").out
    assert "A signal: peeks (new, with the rule of looks, which is removed: renamed)" in shown
    assert "Gained: 4 firings" in shown
    assert "Lost: 4 firings" in shown
    # Where either of two may be the one, nobody can say which.
    write(folder, {"peeks": LOOKS["looks"], "glances": LOOKS["looks"]}, bounded)
    assert planned(folder)["renamed"] == {}
    write(folder, {"peeks": signal('count("Pricing", 7d) >= 2')}, bounded)
    assert planned(folder)["renamed"] == {}


def test_only_a_part_of_history_may_be_asked_for(folder: Path) -> None:
    write(folder, {"looks": signal('count("Pricing", 7d) >= 2')}, BOUNDARY)
    plan = planned(folder, "--since", "2026-02-03", "--until", "2026-03-01")
    assert (plan["since"], plan["until"]) == ("2026-02-03T00:00:00Z", "2026-03-01T00:00:00Z")
    assert (firings(plan["gained"]), firings(plan["lost"])) == (
        [("looks", "beta", "2026-02-03T12:00:00Z")],
        [("looks", "gamma", "2026-02-20T10:00:00Z")],
    )
    before = planned(folder, "--as-of", "2026-02-03")
    assert [row["subject"] for row in before["lost"]] == ["A-1", "beta"]
    assert tandem(folder, "plan", "--since", "2026-03-01", "--until", "2026-03-01").code == 2


def test_it_compares_with_what_is_in_force_at_the_as_of(folder: Path) -> None:
    write(folder, {"looks": signal('count("Pricing", 7d) >= 2')}, BOUNDARY)
    assert tandem(folder, "apply", "--from", "2026-04-01").code == 0
    assert planned(folder)["gained"] == []
    assert planned(folder, "--as-of", "2026-03-01")["gained"] != []


def test_outcomes_are_those_that_are_asked_for_each_within_its_length(folder: Path) -> None:
    write(folder, {"looks": signal('count("Pricing", 7d) >= 2')}, BOUNDARY, PRODUCT + "  made: {opportunity: created}\n")
    told = planned(folder, "--outcome", "won", "--within", "20d", "--outcome", "made", "--within", "30d")
    assert {name: each["within"] for name, each in told["after"]["looks"]["backtest"].items()} == {"won": "20d", "made": "30d"}
    assert list(told["before"]["looks"]["backtest"]) == ["won"]
    assert told["before"]["looks"]["why"]["backtest.made"] == "product.yaml does not declare this outcome"
    one = planned(folder, "--within", "8d")["after"]["looks"]["backtest"]
    assert {each["within"] for each in one.values()} == {"8d"}


def test_other_rules_of_identity_are_followed_on_either_side(folder: Path) -> None:
    write(folder, LOOKS, BOUNDARY, PRODUCT + "exclude: [{person: bob, reason: ours}]\n")
    plan = planned(folder)
    assert [row["subject"] for row in plan["lost"]] == ["beta"]
    assert [each["rule"] for each in plan["changes"]] == ["exclude"]
    assert list(plan["after"]) == ["looks"]


def test_a_change_of_identity_that_moves_nobody_leaves_every_signal_as_it_was(folder: Path) -> None:
    write(folder, LOOKS, BOUNDARY, PRODUCT + "exclude: [{person: zoe, reason: ours}]\n")
    plan = planned(folder)
    assert (plan["before"], plan["after"], plan["already_on"], plan["gained"]) == ({}, {}, {}, [])
    assert "All signals: none fires otherwise, and no firing becomes another lead" in tandem(folder, "plan").out


def test_of_a_project_without_facts_nothing_is_known(tmp_path: Path) -> None:
    found = project(tmp_path / "larch")
    write(found, LOOKS, BOUNDARY)
    plan = planned(found)
    assert (plan["gained"], plan["after"]["looks"]["fired"], plan["violations"]["after"]) == ([], 0, {"poached": 0})
    assert tandem(found, "apply").code == 0
    write(found, {"looks": signal('count("Pricing", 7d) >= 2')}, BOUNDARY)
    assert tandem(found, "plan").out.startswith("1 rule changed: no firing is another; leads 0, a week unknown.")


def test_in_a_project_that_is_served_those_fire_at_the_apply_for_whom_it_turns_the_signal_on(folder: Path) -> None:
    path = folder / "data" / "manifest.json"
    manifest = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(manifest | {"served": True}))
    write(folder, {"looks": signal('count("Pricing", 30d) >= 1')}, BOUNDARY)
    # Of 7 days gamma's look counts until the 6th, of 30 until the 29th.
    told = {day: tandem(folder, "plan", "--as-of", day).out for day in ("2026-06-01", "2026-06-07")}
    assert "already on    1 at 2026-06-01 00:00: gamma; it was on for each before, and fires for nobody at the apply" in told["2026-06-01"]
    assert "already on    1 at 2026-06-07 00:00: gamma; each fires at the apply, unless it is --quiet" in told["2026-06-07"]
    write(folder, {"looks": signal('count("Pricing", 200d) >= 1')}, BOUNDARY)
    shown = tandem(folder, "plan", "--as-of", "2026-06-01").out
    assert "; 2 of them, for whom it is off until then, fire at the apply, unless it is --quiet" in shown.replace("\n", " ")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--outcome", "wun"), 1, "unknown outcome `wun` [unknown_name]"),
        (("--outcome", "won", "--within", "7"), 2, "`7` is not a duration"),
        (("--outcome", "won", "--within", "0d"), 2, "`0d` is no time at all"),
        (("--outcome", "won", "--within", "7d", "--within", "8d"), 2, "1 outcome and 2 lengths"),
        (("--within", "7d", "--within", "8d"), 2, "0 outcomes and 2 lengths"),
    ],
)
def test_what_stops_it_is_told(folder: Path, arguments: tuple[str, ...], code: int, says: str) -> None:
    told = tandem(folder, "plan", *arguments)
    assert (told.code, says in told.err) == (code, True), told.err


def test_a_folder_with_problems_is_told_and_nothing_is_planned(folder: Path) -> None:
    write(folder, {"looks": signal("count(Pricing, 7d) >= two")}, BOUNDARY)
    told = tandem(folder, "plan")
    assert (told.code, told.out) == (1, "")
    assert "[playbook_problems]" in told.err


def test_a_folder_whose_own_tests_fail_is_told_for_an_apply_refuses_it(folder: Path) -> None:
    tested = [{"given": "2026-04-01 (page) Pricing by ann @acme", "expect": "never on"}]
    write(folder, {"looks": signal('count("Pricing", 7d) >= 1', tests=tested)}, BOUNDARY)
    assert "an apply refuses the folder's" in planned(folder)["why"]["apply"]
    assert "an apply refuses the folder's, for a test fails: " in tandem(folder, "plan").err
    assert tandem(folder, "apply").code == 1


def test_a_plan_since_after_its_as_of_is_refused(folder: Path) -> None:
    told = tandem(folder, "plan", "--since", "2027-01-01")
    assert (told.code, "since 2027-01-01T00:00:00Z nothing has happened" in told.err) == (2, True)
