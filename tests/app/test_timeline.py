"""The timeline on disk says what identity says of all facts, whatever was built, refreshed or damaged before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from tandem.app.history import timeline as timeline_file
from tandem.facts.corrections import OPEN
from tandem.facts.fact import Event, Fact, Version
from tandem.facts.subjects import versions_by_subject
from tandem.facts.tables import by_kind, to_columns
from tandem.language.expression.nodes import About
from tandem.timeline.timeline import Timeline
from tests.app.logs import Holding, delivered, opened, told
from tests.identity.histories import STORIES, Past, seeded_pasts

KINDS: tuple[About, ...] = ("person", "workspace", "account")


def facts_of(past: Past) -> list[Fact]:
    return [*past.world.facts, *past.corrections]


def naive(past: Past, kind: About) -> dict[str, Any]:
    """The same as `told`, fact by fact."""
    history = past.history
    events = [fact for fact in past.world.facts if isinstance(fact, Event)]
    holdings = [
        Holding(said[kind], said["row"], event.occurred_at, max(event.occurred_at, said["since"]), said["until"], event.name,
                None if (said["person"] or "?").startswith("?") else said["person"], said["workspace"])
        for said in history.belongings().to_pylist()
        if said[kind] is not None and not said["excluded"]
        and (event := events[said["row"]]).type in ("track", "page", "screen") and max(event.occurred_at, said["since"]) < said["until"]
    ]  # fmt: skip
    existence = history.existence(records_of(past))
    sizes = {name: getattr(existence, f"{name}s") for name in KINDS}
    stretches: dict[str, list[tuple[int, int, Any]]] = {}
    for row in sizes[kind].to_pylist():
        stretches.setdefault(row["id"], []).append((row["since"], row["until"], row.get("account", row["id"])))
    return {
        "holdings": sorted(holdings),
        "existence": {one: steps([(since, until, 1) for since, until, _ in there], 0) for one, there in stretches.items()},
        "account": {one: said for one, there in stretches.items() if (said := steps(there, None))},
    }


def records_of(past: Past) -> pa.Table:
    parted = by_kind(enumerate(fact for fact in past.world.facts if isinstance(fact, Version)))
    return versions_by_subject({kind: pa.Table.from_batches([to_columns(kind, facts)]) for kind, (_, facts) in parted.items()})


def steps(stretches: Sequence[tuple[int, int, Any]], none: Any) -> list[tuple[int, Any]]:
    found: dict[int, Any] = {}
    for since, until, value in stretches:
        found[since] = value
        if until != OPEN:
            found[until] = none
    ordered = sorted(found.items())
    return [each for number, each in enumerate(ordered) if each[1] != (ordered[number - 1][1] if number else none)]


def assert_told(past: Past, timeline: Timeline) -> None:
    for kind in KINDS:
        assert told(timeline, kind) == naive(past, kind), (kind, past)


@pytest.mark.parametrize("past", [*STORIES, *seeded_pasts(20, seed=31)])
def test_a_timeline_built_at_once_says_what_identity_says(past: Past, tmp_path: Path) -> None:
    delivered(tmp_path, facts_of(past))
    timeline = opened(tmp_path, past.world.rules)
    assert_told(past, timeline)
    assert_told(past, opened(tmp_path, past.world.rules))
    assert timeline.survivors("account") == past.history.survivors("account")
    assert timeline.families() == past.history.families()


def in_deliveries(past: Past, chance: Random) -> list[list[Fact]]:
    """The facts as they are learnt, in a few imports; now and then one comes later than what was learnt after it."""
    facts = sorted(facts_of(past), key=lambda fact: fact.known_at)
    late = [fact for fact in facts if chance.random() < 0.02]
    facts = [fact for fact in facts if fact not in late] + late
    cuts = sorted({0, len(facts), *(chance.randrange(len(facts) + 1) for _ in range(chance.randrange(1, 5)))})
    return [facts[a:b] for a, b in pairwise(cuts)]


@pytest.mark.parametrize("seed", range(40))
def test_refreshed_after_each_import_it_says_what_one_built_at_once_says(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline_file, "TAIL_MOST", 0)  # Any tail is small enough.
    chance = Random(seed)
    (past,) = seeded_pasts(1, seed=seed + 100)
    events: list[Event] = []
    for number, facts in enumerate(in_deliveries(past, chance)):
        delivered(tmp_path, facts, sealed=chance.random() < 0.5)
        events += [fact for fact in facts if isinstance(fact, Event)]
        if number == 0 or chance.random() < 0.8:
            timeline = opened(tmp_path, past.world.rules)
            for kind in chance.sample(KINDS, 2):
                timeline.subjects(kind)
    others = [fact for fact in past.world.facts if not isinstance(fact, Event)]
    whole = replace(past, world=replace(past.world, facts=(*events, *others)))
    assert_told(whole, opened(tmp_path, past.world.rules))
