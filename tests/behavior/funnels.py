"""Small funnels to ask of small worlds, in which windows, ties and conventions meet; and both answers to each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from tandem.behavior.funnel.attempts import Attempts, find_attempts
from tandem.behavior.funnel.funnel import ORDERS, Funnel, Unless
from tandem.behavior.funnel.meaning import attempts_of, is_open
from tandem.signals.fold import Fold
from tandem.signals.world import Subject
from tandem.values.instants import DAY, HOUR, Instant
from tests.signals.conditions import ABOUTS, read
from tests.signals.timelines import TimelineOf
from tests.signals.worlds import START, SmallWorld, small_world, world_of

STAGES = (
    '"Opened"',
    '"Opened"',
    '"Invited"',
    '"Invited"',
    "core",
    "any",
    '"Opened" where plan = free',
    '"Invited" where seats >= 2',
    "any where trial = true",
)
EXCLUDED = ('"Invited" where plan = team', "any where trial = false", '"Opened"', "any where mixed = 1")
LENGTHS = (12 * HOUR, DAY, DAY + 12 * HOUR, 2 * DAY, 4 * DAY)

# A world, how it is laid out, what is asked of it, and as of when.
SmallCase = tuple[SmallWorld, TimelineOf, Funnel, Instant]
# Whose, when each began, the id that it began with, whether it is open, and when it reached its stages.
Told = list[tuple[str, Instant, str, bool, tuple[Instant, ...]]]


def funnel_of(chance: Random) -> Funnel:
    order = chance.choice(ORDERS)
    stages = tuple(read(chance.choice(STAGES), "selector") for _ in range(chance.choice((1, 2, 2, 3, 3, 4))))
    unless = []
    for _ in range(chance.choice((0, 0, 0, 1, 2)) if len(stages) > 1 else 0):
        after = 1 if order == "any_order" else chance.randint(1, len(stages) - 1)
        before = len(stages) if order == "any_order" else chance.randint(after + 1, len(stages))
        unless.append(Unless(read(chance.choice(EXCLUDED), "selector"), after, before))
    in_turn = order != "any_order"
    return Funnel(
        about=chance.choice(ABOUTS),
        stages=stages,
        within=chance.choice(LENGTHS),
        order=order,
        every_attempt=chance.random() < 0.4,
        unless=tuple(unless),
        constant=chance.choice((None, None, None, ("plan",), ("mixed",))),
        since=chance.choice((None, None, START + DAY)),
        until=chance.choice((None, None, START + 3 * DAY)),
        apart=in_turn and chance.random() < 0.3,
        no_repeats=in_turn and chance.random() < 0.3,
        reentry=order == "strict" and chance.random() < 0.5,
    )


def cases(worlds: int, seed: int, each: int) -> Iterator[SmallCase]:
    """A world laid out, in part with a tail, a funnel, and an instant as of which is asked."""
    chance = Random(seed)
    for _ in range(worlds):
        small = dense_world(chance)
        timeline = TimelineOf(small.world, chance.choice((None, START + chance.randint(1, 4) * DAY)))
        for _ in range(each):
            yield small, timeline, funnel_of(chance), chance.choice((small.until, START + chance.randint(1, 14) * 12 * HOUR))


def case_of(text: str, *stages: str, as_of: Instant | None = None, within: int = DAY, **said: Any) -> SmallCase:
    """A funnel of events by their names about persons, asked of the world that a text tells."""
    small = SmallWorld((), (), world_of(text))
    selectors = tuple(read(each if " where " in each else f'"{each}"', "selector") for each in stages)
    return small, TimelineOf(small.world), Funnel("person", selectors, within, **said), small.until if as_of is None else as_of


def dense_world(chance: Random) -> SmallWorld:
    """One of mostly events; some are corrected, and some become another's."""
    theme = bytes([chance.choice((0, 0, 1, 2))])
    return small_world(theme + chance.randbytes(159), [chance.randbytes(20) for _ in range(chance.randint(10, 30))])


def meant(small: SmallWorld, timeline: TimelineOf, funnel: Funnel, as_of: Instant) -> Told:
    found = []
    for one in timeline.ids[funnel.about]:
        theirs = attempts_of(small.world, Subject(funnel.about, one), funnel, as_of)
        found += sorted((one, each.begun, each.start, is_open(each, funnel, as_of), each.reached) for each in theirs)
    return found


def folded(small: SmallWorld, timeline: TimelineOf, funnel: Funnel, as_of: Instant, find: Callable[..., Attempts] = find_attempts) -> Told:
    attempts: Any = find(timeline, Fold(timeline, small.world).columns, funnel, as_of, tell_ties=True)
    ids = timeline.ids[funnel.about]
    columns = [getattr(attempts, name).tolist() for name in ("subject", "begun", "start", "first", "level")]
    found = [
        (ids[subject], begun, small.world.happenings[start].id, still, tuple(attempts.reached[first : first + level].tolist()))
        for subject, begun, start, first, level, still in zip(*columns, attempts.is_open(funnel, as_of).tolist(), strict=True)
    ]
    assert [each[:2] for each in found] == sorted(each[:2] for each in found)
    return sorted(found)
