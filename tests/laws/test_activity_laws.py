"""Laws 1 to 3 for retention, actives and lifecycle, from stored facts through identity and timeline to what a project is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from tandem.app.active import ActiveRequest, find_active
from tandem.app.lifecycle import LifecycleRequest, find_lifecycle
from tandem.app.project import Project
from tandem.app.retention import RetentionRequest, find_retention
from tandem.app.world import World
from tandem.behavior import activity_meaning
from tandem.behavior.activity import ActivityQuestion
from tandem.behavior.retention import CONVENTIONS
from tandem.facts.fact import Fact
from tandem.signals.told import world_of_facts
from tandem.values.instants import DAY, Instant, show
from tests.app.logs import delivered
from tests.app.projects import project
from tests.signals.conditions import ABOUTS
from tests.signals.worlds import START, seeded_worlds
from tests.storage.world import AT

PRODUCT = """\
plans: [free, team, enterprise]
sets: {core: [Invited, '"Opened" where seats > 1']}
exclude:
  - {person: staff, reason: own people}
"""
Answers = list[Any]


def requests(chance: Random, as_of: Instant) -> Iterator[RetentionRequest]:
    for about in ABOUTS:
        for by in (None, "account.plan"):
            people = None if about == "person" else chance.choice([1, 2])
            first, returning = chance.choice(["any", "core"]), chance.choice(["any", "core"])
            convention, rolling = chance.choice(CONVENTIONS), chance.choice([True, False])
            yield RetentionRequest(
                first, returning, about, chance.choice(["day", "week"]), convention, rolling, people, by=by, as_of=show(as_of)
            )  # fmt: skip


def told(found: Project, seed: int, as_of: Instant) -> tuple[list[Any], list[Any]]:
    """Of each question what the project says; and the questions, as they were understood."""
    answers, asked = [], []
    for request in requests(Random(seed), as_of):
        report = find_retention(found, request)
        answers.append([row for row in report.as_rows() if row["size"]])
        asked.append((report.asked, report.by))
        acting = {"about": request.about, "period": request.period, "people": request.people, "as_of": request.as_of}
        active, life = find_active(found, ActiveRequest("core", **acting)), find_lifecycle(found, LifecycleRequest("core", **acting))
        answers += [[(row.first, row.active) for row in active.active.rows], life.rows]
        asked += [active.asked, life.asked]
    return answers, asked


def stored(folder: Path, deliveries: Sequence[Sequence[Fact]], *, sealed: bool = True) -> Project:
    project(folder, product=PRODUCT, zone="Europe/Berlin")
    for facts in deliveries:
        delivered(folder / "data", facts, sealed=sealed)
    return Project(folder, World(now=lambda: AT))


def test_what_a_project_is_told_is_what_the_reference_means(tmp_path: Path) -> None:
    seen = 0
    for number, small in enumerate(seeded_worlds(8, seed=91, size=40)):
        found = stored(tmp_path / str(number), [small.facts], sealed=number % 2 == 0)
        answers, asked = told(found, number, START + (3 + number % 4) * DAY)
        world = world_of_facts(small.facts, found.playbook.product.rules, **vars(found.playbook.declared))
        for answer, question in zip(answers, asked, strict=True):
            if isinstance(question, ActivityQuestion):
                continue
            retained, by = question
            meant = activity_meaning.retention(world, retained, by)
            assert {(row["cohort"], row["bucket"]): (row["size"], row["active"], row["mature"]) for row in answer} == {
                (cohort, bucket): cell for (cohort, bucket), cell in _cells(meant, retained, by).items()
            }, (retained, by)
            seen += any(row["active"] for row in answer)
        for (active, life), question in zip(zip(answers[1::3], answers[2::3], strict=True), asked[1::3], strict=True):
            means = activity_meaning.active(world, question)
            assert {day: many for day, many in active if many} == {day: many for day, many in means.items() if many}, question
            lives = {day: one for day, one in activity_meaning.lifecycle(world, question).items() if one.active or one.dormant}
            assert {row.first: (row.new, row.retained, row.resurrected, row.dormant) for row in life} == {
                day: (one.new, one.retained, one.resurrected, one.dormant) for day, one in lives.items()
            }, question
    assert seen > 20


def _cells(meant: Any, asked: Any, by: Any) -> dict[tuple[Any, str], tuple[int, int, bool]]:
    """What a reader is told of what is meant: of periods whole cohorts; of a field those for whom a bucket is over, if there are any."""
    from tandem.app.retention import told as named

    found: dict[tuple[Any, str], tuple[int, int, bool]] = {}
    sizes: dict[Any, int] = {}
    for (cohort, bucket), each in meant.items():
        if bucket == "0":
            sizes[cohort] = each.over + each.open
    now = asked.calendar.first_day(asked.period, asked.calendar.day_of(asked.as_of))
    for (cohort, bucket), each in meant.items():
        if by is None:
            mature = each.over == sizes[cohort] and cohort < now
            found[named(cohort), bucket] = sizes[cohort], each.over_active + each.open_active, mature
        else:
            found[named(cohort), bucket] = (each.over, each.over_active, True) if each.over else (each.open, each.open_active, False)
    return found


def test_what_is_known_later_never_changes_an_answer(tmp_path: Path) -> None:
    for number, small in enumerate(seeded_worlds(4, seed=92, size=40)):
        whole = stored(tmp_path / f"{number}", [small.facts])
        for days in (2, 4):
            then = START + days * DAY
            ignorant = stored(tmp_path / f"{number}-{days}", [[fact for fact in small.facts if fact.known_at <= then]])
            assert told(whole, number, then)[0] == told(ignorant, number, then)[0]


def test_order_and_how_facts_are_delivered_do_not_matter(tmp_path: Path) -> None:
    chance = Random(93)
    for number, small in enumerate(seeded_worlds(4, seed=93, size=40)):
        expected = told(stored(tmp_path / f"{number}", [small.facts]), number, START + 6 * DAY)[0]
        shuffled = chance.sample(small.facts, len(small.facts))
        refreshed = stored(tmp_path / f"{number}-refreshed", [])
        for facts in (shuffled[:9], shuffled[9:20], shuffled[20:]):
            delivered(refreshed.folder / "data", facts)
            told(refreshed, number, START + 6 * DAY)  # The timeline is built here, then refreshed.
        assert told(refreshed, number, START + 6 * DAY)[0] == expected
