"""Small worlds of holdings, in which instants meet often, and what a room says of them against what is meant."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from tests.timeline import meaning
from tests.timeline.meaning import FOREVER, Asked, Holding, Known, Line, Value

SIGNS = ("=", "!=", "<", "<=", ">", ">=")
SUBJECTS = 3
PARTS = 3


@dataclass(frozen=True)
class World:
    """Holdings of three subjects, some without any, and one question.

    cut: what is learnt from then on, and some of what is learnt just then, is in a tail; None where all is in one layout. apart: subjects
    are folded by ranges, and the answers put together.
    """

    holdings: tuple[Holding, ...]
    window: int | None
    sign: str | None
    than: int
    everyone: bool
    parts: int
    cut: int | None = None
    apart: bool = False


def worlds(number: int, seed: int) -> Iterator[World]:
    chance = random.Random(seed)
    for _ in range(number):
        everyone = chance.random() < 0.3
        late, ends = chance.choice((0.1, 0.5)), chance.choice((0.0, 0.3, 0.7))
        yield World(
            tuple(holding(chance, rank, everyone, late, ends) for rank in chance.sample(range(100), chance.choice((0, 1, 3, 6, 12, 12)))),
            chance.choice((None, 1, 2, 4, 7)),
            chance.choice((None, *SIGNS)),
            chance.randrange(-2, 4),
            everyone,
            chance.randrange(1, PARTS + 1),
            chance.choice((None, None, *range(2, 12))),
            chance.random() < 0.3,
        )


def holding(chance: random.Random, rank: int, everyone: bool, late: float, ends: float) -> Holding:
    occurred = chance.randrange(12)
    enters = occurred + (chance.randrange(1, 9) if chance.random() < late else 0)
    return Holding(
        subject=chance.choice((0, 0, 2)),
        enters=enters,
        occurred=occurred,
        leaves=enters + chance.randrange(-1, 7) if chance.random() < ends else FOREVER,
        chosen=everyone or chance.random() < 0.7,
        key=chance.randrange(-1, 3),
        amount=None if chance.random() < 0.2 else chance.randrange(-2, 3),
        rank=rank,
        picks=tuple(chance.random() < 0.5 for _ in range(PARTS)),
    )


# What a room says, as the reference says it.


def lines(room: Any, steps: Any) -> list[Line]:
    initial = value_of(room, steps.initial)
    bounds = steps.offsets.tolist()
    changes = [(at, value_of(room, value)) for at, value in zip(steps.at.tolist(), steps.value.tolist(), strict=True)]
    return [Line(initial, changes[a:b]) for a, b in pairwise(bounds)]


def value_of(room: Any, value: int) -> Value:
    return None if value == room.UNKNOWN else value


def number_of(room: Any, value: Value) -> int:
    return room.UNKNOWN if value is None else value  # type: ignore[no-any-return]


def steps_of(room: Any, told: list[Line]) -> Any:
    changes = [change for line in told for change in line.changes]
    offsets = np.cumsum([0, *(len(line.changes) for line in told)]).astype(np.int64)
    values = np.array([number_of(room, value) for _, value in changes], np.int64)
    return room.Steps(offsets, np.array([at for at, _ in changes], np.int64), values, number_of(room, told[0].initial))


def laid_out(room: Any, world: World) -> Any:
    whole = tuple(enumerate(world.holdings))
    if world.cut is None:
        return _laid_out(room, whole, SUBJECTS)
    return room.stacked(*split(room, world, world.cut))


def split(room: Any, world: World, cut: int) -> tuple[Any, Any, list[int], list[int]]:
    """A base, a tail, and which rows of the base end by what was learnt later, and when."""
    # Of what is learnt at the cut half is in the tail.
    later = [each.enters > cut or (each.enters == cut and each.rank % 2 == 0) for each in world.holdings]
    whole = tuple(enumerate(world.holdings))
    # Some were known to end, and then proved to end earlier.
    knew = [
        each if each.leaves in (FOREVER, *range(cut + 1)) else replace(each, leaves=each.leaves + 3 if each.rank % 3 == 0 else FOREVER)
        for each in world.holdings
    ]
    old = tuple((row, knew[row]) for row, _ in whole if not later[row])
    new = tuple((row, each) for row, each in whole if later[row])
    # Who is heard of later is new in the tail.
    base = _laid_out(room, old, max((each.subject for _, each in old), default=-1) + 1)
    ends = [(at, row) for at, row in enumerate(base.row.tolist()) if knew[row].leaves != world.holdings[row].leaves]
    ended, ended_at = [at for at, _ in ends], [world.holdings[row].leaves for _, row in ends]
    # One that is said to end twice ends with the first.
    return base, _laid_out(room, new, SUBJECTS), ended + ended, [at + 1 for at in ended_at] + ended_at


def _laid_out(room: Any, holdings: tuple[tuple[int, Holding], ...], subjects: int) -> Any:
    leaves = [room.NEVER if each.leaves == FOREVER else each.leaves for _, each in holdings]
    return room.lay_out(
        [each.subject for _, each in holdings],
        [each.enters for _, each in holdings],
        [each.occurred for _, each in holdings],
        [row for row, _ in holdings],
        leaves if any(leaf != room.NEVER for leaf in leaves) else None,
        subjects,
    )


def found(room: Any, world: World) -> dict[str, list[Line]]:
    """What every fold says of a world."""
    layout = laid_out(room, world)
    if not world.apart:
        return folded(room, world, layout)
    one, other = (folded(room, world, room.between(layout, *some)) for some in ((0, 1), (1, SUBJECTS)))
    # How many edges a threshold has is said of all subjects of a range.
    return {
        name: [Line((x.initial or 0) + (y.initial or 0)) for x, y in zip(one[name], other[name], strict=True)]
        if name.startswith("edges")
        else [*one[name], *other[name]]
        for name in one
    }


def folded(room: Any, world: World, layout: Any) -> dict[str, list[Line]]:
    def column(get: Callable[[Holding], int]) -> Any:
        parts = tuple(np.array([get(each) for each in world.holdings], np.int64)[part.row] for part in layout.parts)
        return parts if len(parts) > 1 else parts[0]

    chosen = None if world.everyone else column(lambda one: one.chosen)
    key, amount, rank = column(lambda one: one.key), column(lambda one: number_of(room, one.amount)), column(lambda one: one.rank)
    question = {"sign": world.sign, "than": world.than}
    picks = [column(lambda one, part=part: one.chosen and one.picks[part]) for part in range(world.parts)]
    folds = {
        "count": room.count(layout, chosen, world.window, **question),
        "distinct": room.distinct(layout, chosen, key, world.window, **question),
        "total": room.total(layout, chosen, amount, world.window, **question),
        "least": room.least(layout, chosen, amount, world.window, **question),
        "greatest": room.greatest(layout, chosen, amount, world.window, **question),
        "first": room.first(layout, chosen, amount, rank, world.window, **question),
        "last": room.last(layout, chosen, amount, rank, world.window, **question),
        "last_occurred": room.last_occurred(layout, chosen, world.window),
        "sequence": room.sequence(layout, picks, world.window),
    }
    curve = room.curve(layout, chosen, key, world.window, 3)
    told = {name: lines(room, steps) for name, steps in folds.items()}
    for threshold in (1, 2, 3):
        subject, at = curve.entering(threshold)
        told[f"curve {threshold}"] = [Line(0, [(instant, 1) for instant in at[subject == s].tolist()]) for s in range(layout.subjects)]
        told[f"edges of {threshold}"] = [Line(int(curve.entered[threshold]), []), Line(int(curve.left[threshold]), [])]
    return told


def meant(world: World) -> dict[str, list[Line]]:
    asked = Asked(world.holdings, world.window)
    folds: dict[str, tuple[Callable[[list[Holding]], Value], Value]] = {
        "count": (meaning.count, 0),
        "distinct": (meaning.distinct, 0),
        "total": (meaning.total, 0),
        "least": (meaning.least, None),
        "greatest": (meaning.greatest, None),
        "first": (meaning.first, None),
        "last": (meaning.last, None),
    }
    told = {}
    for name, (fold, of_nothing) in folds.items():
        if world.sign is None:
            told[name] = over_time(asked, fold, of_nothing)
        else:

            def compared(inside: list[Holding], fold: Callable[[list[Holding]], Value] = fold) -> Value:
                return meaning.compared(fold(inside), world.sign or "", world.than)

            told[name] = over_time(asked, compared, compared([]))
    told["last_occurred"] = over_time(asked, meaning.last_occurred, None)
    told["sequence"] = over_time(asked, meaning.followed(world.parts), 0)
    for threshold in (1, 2, 3):
        whole = over_time(asked, lambda inside, n=threshold: int((meaning.distinct(inside) or 0) >= n), 0)  # type: ignore[misc]
        told[f"curve {threshold}"] = [Line(0, [change for change in line.changes if change[1] == 1]) for line in whole]
        told[f"edges of {threshold}"] = [Line(sum(value == on for line in whole for _, value in line.changes), []) for on in (1, 0)]
    return told


def over_time(asked: Asked, fold: Callable[[list[Holding]], Value], of_nothing: Value) -> list[Line]:
    def changes(subject: int) -> Known:
        return meaning.changes(lambda t: fold(asked.inside(subject, t)), of_nothing, asked.instants())

    return [Line(of_nothing, changes(subject)) for subject in range(SUBJECTS)]


def disagreement(room: Any, world: World) -> str | None:
    """The first fold that is not what is meant, with both."""
    says, means = found(room, world), meant(world)
    return next((f"{name} of {world}: {says[name]}, meant is {means[name]}" for name in means if says[name] != means[name]), None)


# The algebra of steps.


@dataclass(frozen=True)
class Told:
    """Steps of conditions and of values, when subjects exist, and a length."""

    conditions: tuple[list[Line], list[Line]]
    values: tuple[list[Line], list[Line]]
    anchors: list[Line]
    existence: list[Line]
    owners: list[Line]
    length: int
    sign: str
    than: int


def tellings(number: int, seed: int) -> Iterator[Told]:
    chance = random.Random(seed)

    def told(values: tuple[Value, ...], initial: Value) -> list[Line]:
        line = []
        for _ in range(SUBJECTS):
            instants = sorted(chance.sample(range(16), chance.choice((0, 1, 2, 5))))
            line.append(Line(initial, distinct_neighbours([(at, chance.choice(values)) for at in instants], initial)))
        return line

    truths: tuple[Value, ...] = (0, 1, None)
    for _ in range(number):
        yield Told(
            (told(truths, chance.choice(truths)), told(truths, chance.choice(truths))),
            (told((-1, 0, 1, 2, None), chance.choice((0, None))), told((-1, 0, 1, 2, None), chance.choice((0, None)))),
            told((-2, 0, 3, 5, 9, 14, None), None),
            told((0, 1), 0),
            told((-1, 0, 1, 2, SUBJECTS, None), chance.choice((None, None, 1))),
            chance.choice((1, 2, 3, 6)),
            chance.choice(SIGNS),
            chance.randrange(-1, 7),
        )


def distinct_neighbours(changes: Known, initial: Value) -> Known:
    kept: Known = []
    for at, value in changes:
        if value != (kept[-1][1] if kept else initial):
            kept.append((at, value))
    return kept


def stretches_said(room: Any, stretches: Any) -> list[Line]:
    """A line for each stretch: its owner, and then its subject, its ends and its values."""
    ends = {room.ALWAYS: -FOREVER, room.NEVER: FOREVER}
    columns = (stretches.subject, stretches.owner, stretches.since, stretches.until, *stretches.values)
    return [
        Line(owner, [(ends.get(since, since), subject), (ends.get(until, until), None), *((0, value_of(room, each)) for each in values)])
        for subject, owner, since, until, *values in zip(*(column.tolist() for column in columns), strict=True)
    ]


def stretches_meant(subject: int, owner: Line, values: list[Line]) -> list[Line]:
    found = meaning.stretches(owner, values)
    return [Line(stood[0], [(since, subject), (until, None), *((0, each) for each in stood[1:])]) for since, until, stood in found]


def walked(room: Any, told: Told) -> dict[str, list[Line]]:
    """What the algebra says."""
    (one, other), (left, right) = ([steps_of(room, each) for each in pair] for pair in (told.conditions, told.values))
    existence, anchors = steps_of(room, told.existence), steps_of(room, told.anchors)
    owners = steps_of(room, told.owners)
    axis = room.aligned([left, right, one])
    stretches = room.holdings_of(owners, [left, right])
    edges = room.edges(room.within(one, existence))
    return {
        "both": lines(room, room.both(one, other)),
        "either": lines(room, room.either(one, other)),
        "negated": lines(room, room.negated(one)),
        "compare": lines(room, room.compare(left, told.sign, right)),
        "compare with a constant": lines(room, room.compare(left, told.sign, told.than)),
        "is_unknown": lines(room, room.is_unknown(left)),
        "within": lines(room, room.within(left, existence, room.UNKNOWN)),
        "held": lines(room, room.held(one, told.length)),
        "shifted": lines(room, room.shifted(left, existence, told.length)),
        "since": lines(room, room.compare_age(anchors, "since", told.sign, told.than)),
        "until": lines(room, room.compare_age(anchors, "until", told.sign, told.than)),
        "through": lines(room, room.through(owners, left)),
        "through by ranges": lines(room, room.together([room.through(owners.between(*some), left) for some in ((0, 2), (2, SUBJECTS))])),
        "coalesced": lines(room, room.coalesced([left, right, one])),
        "holdings_of": stretches_said(room, stretches),
        "edges": [
            Line(0, [(at, int(on)) for whose, at, on in zip(*edge_lists(edges), strict=True) if whose == s]) for s in range(SUBJECTS)
        ],
        "aligned": lines(room, room.compressed(axis.offsets, axis.at, axis.values[1], int(axis.initial[1]))),
        "values_at": [Line(value_of(room, value)) for value in room.values_at(left, 7).tolist()],
    }


def edge_lists(edges: Any) -> tuple[list[int], list[int], list[bool]]:
    return edges.subject.tolist(), edges.at.tolist(), edges.entered.tolist()


def walk_meant(told: Told) -> dict[str, list[Line]]:
    (ones, others), (lefts, rights) = told.conditions, told.values
    meant: dict[str, list[Line]] = {}

    def say(name: str, value: Callable[[int, int], Value]) -> None:
        """value: of a subject at an instant; before all instants it is what it is initially."""
        meant[name] = [
            Line(value(s, -50), meaning.changes(lambda t, s=s: value(s, t), value(s, -50), range(-20, 45)))  # type: ignore[misc]
            for s in range(SUBJECTS)
        ]

    def existing(s: int, t: int, value: Value, otherwise: Value) -> Value:
        return value if told.existence[s].at(t) == 1 else otherwise

    say("both", lambda s, t: meaning.every([ones[s].at(t), others[s].at(t)]))
    say("either", lambda s, t: meaning.some([ones[s].at(t), others[s].at(t)]))
    say("negated", lambda s, t: meaning.opposite(ones[s].at(t)))
    say("compare", lambda s, t: meaning.compared(lefts[s].at(t), told.sign, rights[s].at(t)))
    say("compare with a constant", lambda s, t: meaning.compared(lefts[s].at(t), told.sign, told.than))
    say("is_unknown", lambda s, t: int(lefts[s].at(t) is None))
    say("within", lambda s, t: existing(s, t, lefts[s].at(t), None))
    say("held", lambda s, t: meaning.held(ones[s], told.length, t))
    say("shifted", lambda s, t: existing(s, t - told.length, lefts[s].at(t - told.length), None))
    say("since", lambda s, t: None if (a := told.anchors[s].at(t)) is None else meaning.compared(t - a, told.sign, told.than))
    say("until", lambda s, t: None if (a := told.anchors[s].at(t)) is None else meaning.compared(a - t, told.sign, told.than))
    say("through", lambda s, t: meaning.through(told.owners[s], lefts, t))
    meant["through by ranges"] = meant["through"]
    say("coalesced", lambda s, t: meaning.first_known([lefts[s].at(t), rights[s].at(t), ones[s].at(t)]))
    meant["holdings_of"] = [stretch for s in range(SUBJECTS) for stretch in stretches_meant(s, told.owners[s], [lefts[s], rights[s]])]
    say("edges", lambda s, t: int(existing(s, t, ones[s].at(t), 0) == 1))
    say("aligned", lambda s, t: rights[s].at(t))
    meant["values_at"] = [Line(line.at(7)) for line in lefts]
    return meant


def walk_disagreement(room: Any, told: Told) -> str | None:
    says, means = walked(room, told), walk_meant(told)
    return next((f"{name} of {told}: {says[name]}, meant is {means[name]}" for name in means if says[name] != means[name]), None)
