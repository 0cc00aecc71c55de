"""`tandem plan`: exactly what fresh projects with either playbook differ in; and how it is told."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.app.decisions.decided import open_work
from tandem.app.project import Project
from tandem.app.world import World
from tandem.cli.words import told_why
from tandem.values.instants import show
from tests.app.projects import Told, project, tandem

PRODUCT = """\
plans: [free, team]
outcomes:
  won: {opportunity: won}
  shared: {event: Shared, about: workspace}
"""
FACTS = """\
2026-01-01 account A-1 name=Acme domain=acme.com
2026-01-01 Opened by ann @A-1
2026-01-01 Opened by bob @beta
2026-01-01 Opened by cid @gamma
2026-02-02T10:00 (page) Pricing by ann @A-1
2026-02-02T12:00 (page) Pricing by bob @beta
2026-02-03T12:00 (page) Pricing by bob @beta
2026-02-20T10:00 (page) Pricing by cid @gamma
2026-02-24T10:00 opportunity O-1 @beta stage="Closed Won"
2026-02-04T10:00 touch T-1 @A-1 channel=email direction=outbound
2026-02-05T10:00 touch T-2 @gamma channel=email direction=outbound
2026-05-30T10:00 (page) Pricing by cid @gamma
2026-06-01 Opened by ann @A-1
"""


def signal(when: str, about: str = "account", **said: Any) -> dict[str, Any]:
    return {"title": "A signal", "kind": "intent", "about": about, "when": when} | said


LOOKS = {"looks": signal('count("Pricing", 7d) >= 1')}
BOUNDARY = {"signals": {"looks": {"evidence": "enterprise_need", "valid_for": "14d"}}}


def write(folder: Path, signals: Mapping[str, Any], boundary: Mapping[str, Any] | None = None, product: str = PRODUCT) -> None:
    playbook = folder / "playbook"
    (playbook / "signals").mkdir(exist_ok=True)
    (playbook / "signals" / "all.yaml").write_text(json.dumps({"signals": signals}))
    (playbook / "product.yaml").write_text(f"name: App\n{product}")
    (playbook / "boundary.yaml").unlink(missing_ok=True)
    if boundary is not None:
        (playbook / "boundary.yaml").write_text(json.dumps(boundary))


def begun(folder: Path, facts: str, signals: Mapping[str, Any], boundary: Mapping[str, Any] | None = None) -> Path:
    found = project(folder, product=PRODUCT)
    write(found, signals, boundary)
    path = folder.parent / "facts.txt"
    path.write_text(facts)
    assert tandem(found, "import", "notation", path).code == 0
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """In force is one look in a week; whoever looks may be touched."""
    found = begun(tmp_path / "larch", FACTS, LOOKS, BOUNDARY)
    assert tandem(found, "apply").code == 0
    return found


def planned(folder: Path, *arguments: str) -> dict[str, Any]:
    told = tandem(folder, "plan", *arguments, "--format", "json")
    assert told.code == 0, told.err
    return told.json


def firings(rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(row["signal"], row["subject"], row["fired_at"]) for row in rows]


# The property.


@st.composite
def stories(draw: st.DrawFn) -> str:
    """A few accounts over some weeks; a touch and an opportunity now and then."""
    days = st.integers(1, 28)
    lines = []
    for number, who in enumerate(
        draw(st.lists(st.sampled_from(["ann @acme", "bob @beta", "cid @acme/w2", "dan @gamma"]), min_size=3, max_size=14))
    ):
        what = draw(st.sampled_from(["(page) Pricing", "(page) Pricing", "Opened", "Shared"]))
        lines.append(f"2026-03-{draw(days):02}T{number:02}:00 {what} by {who}")
    for number, whom in enumerate(draw(st.lists(st.sampled_from(["acme", "beta", "gamma"]), max_size=4))):
        lines.append(f"2026-03-{draw(days):02}T{number:02}:30 touch T-{number} @{whom} channel=email direction=outbound")
    for number, whom in enumerate(draw(st.lists(st.sampled_from(["acme", "beta", "gamma"]), max_size=2))):
        lines.append(
            f'2026-03-{draw(days):02}T{number:02}:40 opportunity O-{number} @{whom} stage="{draw(st.sampled_from(["Closed Won", "Open"]))}"'
        )
    return "\n".join([*lines, "2026-04-20 Opened by eve @eta", ""])


@st.composite
def rules(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Thresholds, windows and cooldowns of three signals; and what the boundary makes of them."""
    count, window = draw(st.integers(1, 3)), draw(st.sampled_from(["2d", "7d", "14d"]))
    signals = {
        "looks": signal(f'count("Pricing", {window}) >= {count}', cooldown=draw(st.sampled_from(["1d", "20d"]))),
        "busy": signal(f"count(any, 7d) >= {draw(st.integers(1, 3))}", "workspace"),
        "again": signal(f'signal(looks) and count("Opened", 28d) >= {draw(st.integers(0, 1))}'),
    }
    names = draw(st.sets(st.sampled_from(["looks", "busy", "again"]), min_size=1))
    qualifying = {name: {"evidence": draw(st.sampled_from(["enterprise_need", "plain"])), "valid_for": "3d"} for name in sorted(names)}
    boundary = {"signals": qualifying, "quarantine": draw(st.sampled_from(["0d", "5d"])), "caps": [{"touches": 1, "within": "5d"}]}
    return signals, boundary


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories(), rules(), rules())
def test_a_plan_is_what_fresh_projects_with_either_playbook_differ_in(facts: str, before: Any, after: Any) -> None:
    # In memory where there is such a disk: three projects an example wait for theirs most of the time.
    with TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as name:
        ours = begun(Path(name) / "ours", facts, *before)
        assert tandem(ours, "apply").code == 0
        write(ours, *after)
        plan = planned(ours)
        fresh = {side: begun(Path(name) / side, facts, *said) for side, said in (("before", before), ("after", after))}
        fired = {side: every_firing(found) for side, found in fresh.items()}
        assert firings(plan["gained"]) == ordered(fired["after"] - fired["before"])
        assert firings(plan["lost"]) == ordered(fired["before"] - fired["after"])
        leads = {side: every_lead(found) for side, found in fresh.items()}
        for side, rows in (("after", plan["gained"]), ("before", plan["lost"])):
            assert [row["lead"] for row in rows] == [leads[side].get(one) for one in firings(rows)]
            assert all((row["why"] is None) == (row["lead"] is not None) for row in rows)
        both = fired["before"] & fired["after"]
        far = "9999"
        sooner = {one for one in both if leads["after"].get(one, far) < leads["before"].get(one, far)}
        later = {one for one in both if leads["after"].get(one, far) > leads["before"].get(one, far)}
        alone = {side: {one for one in both if one in leads[side]} for side in fresh}
        let_through, held_back = alone["after"] - alone["before"], alone["before"] - alone["after"]
        assert (firings(plan["let_through"]), firings(plan["held_back"])) == (ordered(let_through), ordered(held_back))
        assert (firings(plan["sooner"]), firings(plan["later"])) == (ordered(sooner - let_through), ordered(later - held_back))
        opened = {side: opening(found) for side, found in fresh.items()}
        for side, found in fresh.items():
            for of_signal, numbers in plan[side].items():
                assert numbers["reasons"] == sum(one[0] == of_signal for one in leads[side])
                assert numbers["leads"] == sum(one[0] == of_signal for one in opened[side])
                for outcome, said in numbers["backtest"].items():
                    assert said == tandem(found, "backtest", of_signal, "--outcome", outcome, "--within", "60d", "--format", "json").json
                    assert said["fired"] == numbers["fired"]
            assert plan["totals"][side]["fired"] == len(fired[side])
            assert plan["totals"][side]["reasons"] == len(leads[side])
            assert plan["totals"][side]["leads"] == len(opened[side])
            measured = tandem(found, "boundary", "--format", "json").json
            assert plan["violations"][side] == measured["violations"] | {"poached": measured["poached"]}
            assert plan["touches"][side]["touches"] == measured["touches"]
        # Whatever is not told of is as it was.
        for of_signal in {"looks", "busy", "again"} - set(plan["after"]):
            assert {one for one in fired["before"] if one[0] == of_signal} == {one for one in fired["after"] if one[0] == of_signal}


def every_firing(folder: Path) -> set[tuple[str, str, str]]:
    return {
        (name, each["subject"], each["at"])
        for name in ("looks", "busy", "again")
        for each in tandem(folder, "edges", name, "--format", "json").json["edges"]
        if each["fires"]
    }


def every_lead(folder: Path) -> dict[tuple[str, str, str], str]:
    """When each firing became a lead."""
    found = open_work(Project(folder, World()), None).leads.leads
    return {(row.firing.signal, row.firing.subject.id, show(row.firing.at)): show(row.at) for lead in found for row in lead.rows}


def opening(folder: Path) -> list[tuple[str, str, str]]:
    """The first reason of every lead."""
    found = [lead.rows[0].firing for lead in open_work(Project(folder, World()), None).leads.leads]
    return [(each.signal, each.subject.id, show(each.at)) for each in found]


def ordered(found: set[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    about = {"looks": "account", "busy": "workspace", "again": "account"}
    return sorted(found, key=lambda one: (one[2], one[0], about[one[0]], one[1]))


# By hand.


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


def test_a_waiting_firing_is_told_as_one_that_waits(folder: Path) -> None:
    write(folder, LOOKS, {**BOUNDARY, "suppression": [{"account": "gamma", "reason": "they asked for it"}]})
    rows = {(row["subject"], row["fired_at"][:10]): row["why"] for row in planned(folder)["held_back"]}
    assert rows["gamma", "2026-05-30"].startswith("waits: ")


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


def test_signals_that_fire_as_they_did_are_told_in_short(folder: Path) -> None:
    write(folder, LOOKS, {**BOUNDARY, "caps": [{"touches": 1, "within": "30d"}]})
    shown = tandem(folder, "plan").out.splitlines()
    told = shown.index("The same firings, and what becomes of them")
    assert shown[told + 1] == "  looks  leads 4 -> 3, reasons 4 -> 3"
    assert shown[-4:] == [
        "Held back: 1 firing",
        "  2026-02-20 10:00  looks  gamma",
        "                    a lead at once -> no lead: refused until the signal was off: touched often",
        "                    enough for now",
    ]


def test_what_refuses_is_said_in_the_words_of_other_pages(folder: Path) -> None:
    assert told_why("waits: quarantine, cap") == "waits: they use the product for too short a time; touched often enough for now"
    assert told_why("waits: it belongs to no account") == "waits: it belongs to no account"
    assert told_why("there is no boundary.yaml") == "there is no boundary.yaml"
    write(folder, LOOKS, {**BOUNDARY, "suppression": [{"account": "A-1", "reason": "they asked for it"}]})
    shown = tandem(folder, "plan").out.splitlines()
    assert "  violations    0 -> 1  nobody may touch them (suppression)" in shown
    assert " ".join(" ".join(shown[-2:]).split()).endswith(
        "a lead at once -> no lead: refused until the signal was off: nobody may touch them"
    )


def test_it_is_printed_for_whoever_reads_it_before_merging(folder: Path) -> None:
    write(folder, {"looks": signal('count("Pricing", 7d) >= 2')}, BOUNDARY)
    shown = tandem(folder, "plan", "--outcome", "won")
    assert shown.out.splitlines() == [
        "1 rule changed: 1 firing gained and 4 firings lost; leads 4 -> 1, a week 0.19 -> 0.05.",
        "",
        "  signals.looks.when  (playbook/signals/all.yaml:1)",
        '  - count("Pricing", 7d) >= 1',
        '  + count("Pricing", 7d) >= 2',
        "",
        "2026-01-01 00:00 until 2026-06-01 00:00 UTC; before -> after, each as if always in force",
        "",
        "A signal: looks",
        "  fired         4 -> 1",
        "  leads         4 -> 1",
        "  reasons       4 -> 1",
        "  leads a week  0.19 -> 0.05",
        "  judged by          precision                     lift              lead time",
        "  won 60d    before  33.3 % (6.1 to 79.2) of 3     1.0 (0.1 to 9.6)  21.9 days",
        "             after   100.0 % (20.7 to 100.0) of 1  3.0 (0.4 to 8.9)  20.9 days",
        "  already on    0 at 2026-06-01 00:00",
        "",
        "All signals",
        "  fired         4 -> 1",
        "  leads         4 -> 1",
        "  reasons       4 -> 1",
        "  leads a week  0.19 -> 0.05",
        "  poached       1 of 2 outbound touches (50.0 %) -> 2 of 2 outbound touches (100.0 %)",
        "",
        "Gained: 1 firing; 1 lead, 1 reason",
        "  2026-02-03 12:00  looks  beta  a lead at once",
        "",
        "Lost: 4 firings; 4 leads, 4 reasons",
        "  2026-02-02 10:00  looks  Acme (A-1)  a lead at once",
        "  2026-02-02 12:00  looks  beta        a lead at once",
        "  2026-02-20 10:00  looks  gamma       a lead at once",
        "  2026-05-30 10:00  looks  gamma       a lead at once",
    ]
    assert shown.err.splitlines()[-1] == "as of 2026-06-01T00:00:00Z"
    rows = tandem(folder, "plan", "--format", "csv").csv
    assert [(row["change"], row["subject"]) for row in rows][:2] == [("gained", "beta"), ("lost", "A-1")]


def test_long_lists_are_cut_and_all_shows_them(tmp_path: Path) -> None:
    facts = "".join(f"2026-02-{day:02} (page) Pricing by p{day} @a{day}\n" for day in range(1, 15))
    found = begun(tmp_path / "larch", facts, LOOKS, BOUNDARY)
    shown: Told = tandem(found, "plan")
    assert "  and 4 more: --all shows them" in shown.out
    assert "p14" not in shown.out
    assert "a14" in tandem(found, "plan", "--all").out


def test_of_a_project_without_facts_nothing_is_known(tmp_path: Path) -> None:
    found = project(tmp_path / "larch")
    write(found, LOOKS, BOUNDARY)
    plan = planned(found)
    assert (plan["gained"], plan["after"]["looks"]["fired"], plan["violations"]["after"]) == ([], 0, {"poached": 0})
    assert tandem(found, "apply").code == 0
    write(found, {"looks": signal('count("Pricing", 7d) >= 2')}, BOUNDARY)
    assert tandem(found, "plan").out.startswith("1 rule changed: no firing is another; leads 0, a week unknown.")


def test_a_folder_with_problems_is_told_and_nothing_is_planned(folder: Path) -> None:
    write(folder, {"looks": signal("count(Pricing, 7d) >= two")}, BOUNDARY)
    told = tandem(folder, "plan")
    assert (told.code, told.out) == (1, "")
    assert "[playbook_problems]" in told.err


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


def test_a_folder_whose_own_tests_fail_is_told_for_an_apply_refuses_it(folder: Path) -> None:
    tested = [{"given": "2026-04-01 (page) Pricing by ann @acme", "expect": "never on"}]
    write(folder, {"looks": signal('count("Pricing", 7d) >= 1', tests=tested)}, BOUNDARY)
    assert "an apply refuses the folder's" in planned(folder)["why"]["apply"]
    assert "an apply refuses the folder's, for a test fails: " in tandem(folder, "plan").err
    assert tandem(folder, "apply").code == 1


def test_a_plan_since_after_its_as_of_is_refused(folder: Path) -> None:
    told = tandem(folder, "plan", "--since", "2027-01-01")
    assert (told.code, "since 2027-01-01T00:00:00Z nothing has happened" in told.err) == (2, True)
