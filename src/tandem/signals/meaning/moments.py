"""Every instant at which a value or condition could change: by what happens and is learnt, by age, and by the clock alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from tandem.language.expression.nodes import (
    Arithmetic,
    Comparison,
    Expression,
    FieldRef,
    Held,
    IsUnknown,
    Measure,
    Membership,
    Previous,
    Score,
    Sequence,
    SetName,
    SignalRef,
    Since,
    Until,
    parts_of,
)
from tandem.language.expression.used import nodes_of
from tandem.signals.meaning.asked import Asked, all_rolled
from tandem.signals.meaning.comparing import counted
from tandem.signals.meaning.signs import sign_changes
from tandem.signals.meaning.types import operand_types, type_of
from tandem.signals.world import Answer, Declared, Subject, Type, World, read_date
from tandem.values.instants import Instant

# How a value is asked for. It is handed in, for `asking.py` reads this page: whether something held is asked at every moment.
Worth = Callable[[Asked, Expression, Type | None], Answer]


@dataclass(frozen=True)
class _Search:
    """knowledge: the instants at which anything is learnt or happens, whatever is asked."""

    worth: Worth
    world: World
    until: Instant
    knowledge: set[Instant]


def moments_by(worth: Worth, world: World, node: Expression, subject: Subject, until: Instant) -> list[Instant]:
    """Every instant up to `until`, which is in, at which a value or condition could change for a subject; ascending."""
    search = _Search(worth, world, until, _knowledge(world))
    return sorted(at for at in _moments(search, node, subject) if at <= until)


def _knowledge(world: World) -> set[Instant]:
    """The instants at which something happens, is learnt, or changes hands, and at which subscriptions start and end."""
    ties = [*world.survivors.values(), *world.homes.values(), *world.families.values()]
    periods = [
        *(stretch for each in world.happenings for stretch in each.stretches),
        *(stretch for each in world.records for stretch in each.stretches),
        *(period for each in (*world.existence.values(), *ties) for period in each),
    ]
    dates = [read_date(world, each.fields.get(name)) for each in world.records for name in ("started", "ended")]
    return {
        *(at for period in periods for at in (period.since, period.until)),
        *(each.occurred_at for each in world.happenings),
        *(each.occurred_at for each in world.records),
        *(at for at in dates if at is not None),
    }


def _moments(search: _Search, node: Expression, subject: Subject) -> set[Instant]:
    world = search.world
    below = search.knowledge.union(*(_moments(search, part, subject) for part in (*parts_of(node), *named_by(world, node))))
    happened = {each.occurred_at for each in world.happenings}
    match node:
        case Measure() if node.window is not None:
            return below | {at + node.window for at in happened}
        case Sequence():
            return below | {at + node.within for at in happened}
        case Previous():
            assert node.measure.window is not None
            return below | {at + node.measure.window for at in below}
        case Held():
            return below | {at + node.length for at in below}
        case FieldRef() if "icp_tier" in node.path:
            accounts = [one for one in world.existence if one.kind == "account"]
            return below.union(*(_moments(search, each, one) for _, each in world.tiers for one in accounts))
        case Comparison() | Membership() | IsUnknown():
            return below | _crossings(search, node, subject, below)
    return below


def named_by(world: Declared, node: Expression) -> list[Expression]:
    """The expressions that a node names about the same subject."""
    match node:
        case SignalRef():
            return [world.signals[node.name]]
        case Score():
            return [condition for condition, _ in world.scores[node.name].points]
        case SetName():
            return [*world.sets[node.name]]
    return []


def _crossings(search: _Search, test: Expression, subject: Subject, steady: set[Instant]) -> set[Instant]:
    """Where the two sides of a test meet by the clock alone, between instants from each of which on all else is steady."""
    clocks = len([each for each in nodes_of(test) if isinstance(each, Since | Until)])
    found: set[Instant] = set()
    if clocks:
        starts = [at for at in sorted(steady) if at <= search.until]
        for first, after in pairwise([*starts, search.until + 1]):
            for asked in all_rolled(Asked(search.world, subject, first), test):
                for one, other in _sides(test):
                    found.update(sign_changes(_distance(search.worth, asked, one, other), clocks, first, after - 1))
    return found


def _sides(test: Expression) -> Iterator[tuple[Expression, Expression | None]]:
    """What a test compares; and every divisor with nothing, for where it is 0 the quotient is unknown."""
    match test:
        case Comparison():
            yield test.left, test.right
        case Membership():
            yield from ((test.value, choice) for choice in test.choices)
    yield from ((each.right, None) for each in nodes_of(test) if isinstance(each, Arithmetic) and each.sign == "/")


def _distance(worth: Worth, asked: Asked, one: Expression, other: Expression | None) -> Callable[[Instant], Fraction]:
    """How far two values are apart, times what divides them; while all but the clock is steady, that is a polynomial of the instant."""
    types = type_of(asked, one), None if other is None else type_of(asked, other)

    def at(t: Instant) -> Fraction:
        then = replace(asked, t=t)
        top, bottom = _ratio(worth, then, one, types[0] or types[1])
        other_top, other_bottom = (Fraction(0), Fraction(1)) if other is None else _ratio(worth, then, other, types[1] or types[0])
        return top * other_bottom - other_top * bottom

    return at


def _ratio(worth: Worth, asked: Asked, node: Expression, wanted: Type | None) -> tuple[Fraction, Fraction]:
    """A value as top and bottom, none of them divided; 0 where it is no number."""
    if not isinstance(node, Arithmetic):
        return counted(worth(asked, node, wanted)) or Fraction(0), Fraction(1)
    types = operand_types(asked, node)
    (top, bottom), (other_top, other_bottom) = _ratio(worth, asked, node.left, types[0]), _ratio(worth, asked, node.right, types[1])
    match node.sign:
        case "*":
            return top * other_top, bottom * other_bottom
        case "/":
            return top * other_bottom, bottom * other_top
    sign = 1 if node.sign == "+" else -1
    return top * other_bottom + sign * other_top * bottom, bottom * other_bottom
