"""The edges are those that one finds by asking at every microsecond, in worlds so small that one can; and nobody sees the future."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC
from random import Random
from typing import Any

import pytest

from tandem.language.expression.check import check
from tandem.language.expression.nodes import Expression, Held, Literal, parts_of
from tandem.language.expression.units import Names
from tandem.language.source import Span
from tandem.signals.edges import edges
from tandem.signals.meaning.asking import holds, is_on
from tandem.signals.world import DECLARED_FIELDS, FOREVER, Period, Subject, World, exists
from tandem.values.instants import HOUR, Instant, read_instant, show
from tests.signals.conditions import ABOUTS, PLANS, read, seeded_conditions
from tests.signals.worlds import SETS, START, SmallWorld, built, seeded_worlds

UNIT = 6 * HOUR  # becomes a microsecond
ORIGIN = 1_000_000_000_000_000


def test_edges_are_those_that_asking_at_every_microsecond_finds() -> None:
    found = 0
    for small, subject, condition in cases(100, seed=11):
        world, asked = shrunk(small.world), shrunk(read(condition))
        last = _at(small.until)
        expected, was_on = [], False
        for t in range(ORIGIN - 20, last + 1):
            now_on = is_on(world, asked, subject, t)
            if now_on != was_on:
                expected.append((t, "entered" if now_on else "left"))
            was_on = now_on
        assert [(edge.at, edge.edge) for edge in edges(world, asked, subject, last)] == expected, (condition, subject)
        found += len(expected)
    assert found > 100


def test_held_is_true_where_the_condition_is_at_every_microsecond() -> None:
    held = 0
    for small, subject, condition in cases(40, seed=12):
        world, inner = shrunk(small.world), shrunk(read(condition))
        for t in range(ORIGIN, _at(small.until), 3):
            # Before the window's end, and in the microsecond that ends at its beginning: time is dense.
            truths = [holds(world, inner, subject, at) if exists(world, subject, at) else None for at in range(t - 4, t + 1)]
            expected = False if False in truths else None if None in truths else True
            asked = Held(inner, 4, inner.span)
            assert holds(world, asked, subject, t) is expected, (condition, subject, t)
            held += expected is True
    assert held > 200


def test_what_is_known_later_never_changes_an_edge() -> None:
    edges_seen = 0
    for small, subject, condition in cases(60, seed=13):
        asked = read(condition)
        for days in (1, 3, 4):
            then = START + days * 24 * HOUR
            ignorant = replace(small.world, **_parts(built([fact for fact in small.facts if fact.known_at <= then], small.excluded)))
            told = edges(small.world, asked, subject, then)
            assert edges(ignorant, asked, subject, then) == told, (condition, subject)
            edges_seen += len(told)
    assert edges_seen > 60


def test_the_order_of_telling_does_not_matter() -> None:
    chance = Random(14)
    for small, subject, condition in cases(60, seed=14):
        shuffled = replace(small.world, **_parts(built(chance.sample(small.facts, len(small.facts)), small.excluded)))
        asked = read(condition)
        assert edges(shuffled, asked, subject, small.until) == edges(small.world, asked, subject, small.until), (condition, subject)


@pytest.mark.parametrize("about", ABOUTS)
def test_the_conditions_that_are_asked_make_sense(about: Any) -> None:
    names = Names(
        sets=tuple(SETS), records=DECLARED_FIELDS, plans=PLANS,
        signals={f"{each}_on": each for each in ABOUTS}, scores={f"{each}_points": each for each in ABOUTS},
    )  # fmt: skip
    texts = seeded_conditions(1_500, about, seed=15)
    faults = {text: problem.told() for text in texts for problem in check(read(text), names, about).problems if problem.severity == "error"}
    assert faults == {}
    kinds = {type(node).__name__ for text in texts for node in _all_of(read(text))}
    assert {"Held", "Sequence", "SignalRef", "Score", "Since", "Until", "Previous", "RecordMeasure", "IsUnknown", "FieldRef"} <= kinds


def cases(count: int, seed: int) -> Iterator[tuple[SmallWorld, Subject, str]]:
    """Three conditions about busy subjects, for each of so many worlds."""
    for number, small in enumerate(seeded_worlds(count, seed)):
        for turn, subject in enumerate(small.subjects[:3]):
            yield small, subject, seeded_conditions(1, subject.kind, seed * 10_000 + number * 3 + turn)[0]


def _parts(world: World) -> dict[str, Any]:
    return {name: getattr(world, name) for name in ("happenings", "records", "existence", "survivors", "homes", "families")}


def _all_of(node: Expression) -> Iterator[Expression]:
    yield node
    for part in parts_of(node):
        yield from _all_of(part)


# A quarter of a day becomes a microsecond, so that a world has a hundred instants, and every one can be asked.


def shrunk(whole: Any, name: str = "") -> Any:
    """A world or expression in which a microsecond stands for a quarter of a day: instants, lengths, and the dates of fields."""
    match whole:
        case Span() | None:
            return whole
        case Subject():
            return whole
        case World():
            at_utc = {
                each.name: shrunk(getattr(whole, each.name), each.name) for each in fields(whole) if each.name not in ("zone", "fields")
            }
            return replace(whole, **at_utc | {"zone": UTC})
        case Literal(kind="duration", value=int() as length):
            return replace(whole, value=length // UNIT)
        case Period():
            return replace(whole, since=_at(whole.since), until=_at(whole.until))
        case int() if name == "occurred_at":
            return _at(whole)
        case int() if name in ("window", "length", "within"):
            return whole // UNIT
        case str() if name in ("started", "ended", "trial_end", "renewal_date") and whole[:1] == "2":
            return show(_at(read_instant(whole, UTC)))
        case tuple():
            return tuple(shrunk(each) for each in whole)
        case dict():
            return {key: shrunk(each, key if isinstance(key, str) else "") for key, each in whole.items()}
    if is_dataclass(whole) and not isinstance(whole, type):
        return replace(whole, **{each.name: shrunk(getattr(whole, each.name), each.name) for each in fields(whole)})
    return whole


def _at(instant: Instant) -> Instant:
    return FOREVER if instant == FOREVER else ORIGIN + (instant - START) // UNIT
