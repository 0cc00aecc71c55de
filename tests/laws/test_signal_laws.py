"""Laws 1 to 4 for signals, from stored facts through identity, timeline and folds to the edges that a project keeps.

Worlds are small (two accounts, three people, five days), so that late facts, corrections, merges, moves, unknowns and ties meet often.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tandem.app.history.edges import kept_edges
from tandem.app.project import Project
from tandem.app.world import World
from tandem.facts.fact import Fact
from tandem.language.expression.nodes import About
from tandem.signals.edges import edges
from tandem.signals.told import world_of_facts
from tandem.storage.log import Writer
from tandem.values.instants import DAY, Instant
from tests.app.logs import delivered
from tests.app.projects import project
from tests.signals.conditions import ABOUTS, seeded_conditions
from tests.signals.worlds import START, seeded_worlds
from tests.storage.world import AT, delivery, refuse_with

UNTIL = START + 20 * DAY
EACH = 5  # Signals about each kind of subject.
PRODUCT = """\
plans: [free, team, enterprise]
sets: {core: [Invited, '"Opened" where seats > 1'], wide: any where plan is not unknown}
exclude:
  - {person: staff, reason: own people}
"""

Edges = dict[str, list[tuple[str, Instant, str, Instant]]]


@dataclass(frozen=True)
class Case:
    """Facts of a small world, and a playbook's signals by their names."""

    facts: tuple[Fact, ...]
    signals: dict[str, tuple[About, str]]


def cases(count: int, seed: int) -> Iterator[Case]:
    for number, small in enumerate(seeded_worlds(count, seed)):
        signals = {f"{about}_on": (about, "count(any, 2d) >= 1") for about in ABOUTS}
        for about in ABOUTS:
            texts = [
                text
                for text in seeded_conditions(3 * EACH, about, seed * 1_000 + number)
                if "score(" not in text and "icp_tier" not in text
            ]
            signals |= {f"{about}_{place}": (about, text) for place, text in enumerate(texts[:EACH])}
        yield Case(small.facts, signals)


def begun(folder: Path, case: Case) -> Project:
    """A project with the case's playbook and no facts."""
    project(folder, product=PRODUCT)
    (folder / "playbook" / "signals").mkdir()
    said = {name: {"title": name, "kind": "usage", "about": about, "when": text} for name, (about, text) in case.signals.items()}
    (folder / "playbook" / "signals" / "all.yaml").write_text(json.dumps({"signals": said}))
    return Project(folder, World(now=lambda: AT))


def kept(found: Project, as_of: Instant = UNTIL) -> Edges:
    """Every edge as of an instant, by signal."""
    told: Edges = {}
    for name, each in kept_edges(found, found.log(), found.playbook.signals.values()).items():
        n = each.until(as_of)
        columns = (each.subject[:n], each.at[:n], each.entered[:n], each.known_at[:n])
        told[name] = [
            (each.subjects[subject], at, "entered" if entered else "left", known)
            for subject, at, entered, known in zip(*(column.tolist() for column in columns), strict=True)
        ]
    return told


def stored(folder: Path, case: Case, deliveries: Sequence[Sequence[Fact]], *, sealed: bool = True) -> Project:
    found = begun(folder, case)
    for facts in deliveries:
        delivered(folder / "data", facts, sealed=sealed)
    return found


def meant(found: Project, case: Case) -> Edges:
    world = world_of_facts(case.facts, found.playbook.product.rules, **vars(found.playbook.declared))
    told: Edges = {}
    for name, signal in found.playbook.signals.items():
        subjects = [one for one in world.existence if one.kind == signal.about]
        every = [(one.id, edge.at, edge.edge, edge.known_at) for one in subjects for edge in edges(world, signal.when, one, UNTIL)]
        told[name] = sorted(every, key=lambda each: (each[1], each[0]))
    return told


def test_what_a_project_keeps_is_what_the_reference_means(tmp_path: Path) -> None:
    seen = 0
    for number, case in enumerate(cases(14, seed=41)):
        found = stored(tmp_path / str(number), case, [case.facts], sealed=number % 2 == 0)
        says, means = kept(found), meant(found, case)
        for name, (_, condition) in case.signals.items():
            assert says[name] == means[name], condition
            seen += bool(means[name])
    assert seen > 60


def test_what_is_known_later_never_changes_an_edge(tmp_path: Path) -> None:
    for number, case in enumerate(cases(5, seed=42)):
        whole = stored(tmp_path / f"{number}", case, [case.facts])
        for days in (1, 3, 4):
            then = START + days * DAY
            ignorant = stored(tmp_path / f"{number}-{days}", case, [[fact for fact in case.facts if fact.known_at <= then]])
            assert kept(whole, then) == kept(ignorant, then)


def test_order_echo_and_how_facts_are_delivered_do_not_matter(tmp_path: Path) -> None:
    chance = Random(43)
    for number, case in enumerate(cases(5, seed=43)):
        expected = kept(stored(tmp_path / f"{number}", case, [case.facts]))
        shuffled = chance.sample(case.facts, len(case.facts))
        echoed = begun(tmp_path / f"{number}-echoed", case)
        with Writer(echoed.folder / "data", "import") as writer:
            for fact in [*shuffled, *shuffled]:
                rows: Any = delivery(writer.key, [[fact]])
                writer.commit(rows, import_id="i", at=AT, refuse=refuse_with(writer.key))  # type: ignore[arg-type]
        assert kept(echoed) == expected
        refreshed = begun(tmp_path / f"{number}-refreshed", case)
        for facts in (case.facts[:5], case.facts[5:9], case.facts[9:]):
            delivered(refreshed.folder / "data", facts)
            kept(refreshed)  # The timeline is built here, then refreshed.
        assert kept(refreshed) == expected


def test_facts_that_come_in_the_order_of_knowing_are_added_to_a_timeline_that_stands(tmp_path: Path) -> None:
    for number, case in enumerate(cases(5, seed=44)):
        in_order = sorted(case.facts, key=lambda fact: fact.known_at)
        expected = kept(stored(tmp_path / f"{number}", case, [in_order]))
        refreshed = begun(tmp_path / f"{number}-refreshed", case)
        for since in range(0, len(in_order), 4):
            delivered(refreshed.folder / "data", in_order[since : since + 4])
            kept(refreshed)
        assert kept(refreshed) == expected


def test_the_same_log_and_playbook_give_the_same_bytes(tmp_path: Path) -> None:
    for number, case in enumerate(cases(4, seed=45)):
        files = []
        for turn in ("one", "other"):
            found = stored(tmp_path / f"{number}-{turn}", case, [case.facts])
            kept(found)
            arrays = sorted(path for path in (found.folder / "data" / "edges").glob("*/*/*"))
            files.append([(path.parent.name, path.name, path.read_bytes()) for path in arrays])
        assert files[0] == files[1]
        assert len(files[0]) >= 8 * len(case.signals)
