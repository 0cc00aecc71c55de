"""`tandem plan`: exactly what fresh projects with either playbook differ in."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.app.decisions.decided import open_work
from tandem.app.project import Project
from tandem.app.world import World
from tandem.values.instants import show
from tests.app.planning import begun, firings, planned, signal, write
from tests.app.projects import tandem


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
