"""Everything one may ask of a subject at an instant: values, fields, conditions; and at which instants the answer could change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import cast

from tandem.language.expression.nodes import (
    SCALE,
    And,
    Any,
    Arithmetic,
    Comparison,
    Condition,
    EventName,
    Expression,
    FieldRef,
    Held,
    IsUnknown,
    Literal,
    Measure,
    Membership,
    Not,
    Or,
    Previous,
    Property,
    RecordMeasure,
    Score,
    Selector,
    Sequence,
    SetName,
    SignalRef,
    Since,
    Until,
)
from tandem.signals.meaning.asked import Asked, kind_and_name, quantified, records_of, rolled, subjects_asked
from tandem.signals.meaning.comparing import compare_answers, counted, every, height, opposite, some
from tandem.signals.meaning.moments import moments_by
from tandem.signals.meaning.types import operand_types, type_of
from tandem.signals.world import (
    UNKNOWN,
    Answer,
    Happening,
    Record,
    Stretch,
    Subject,
    Type,
    World,
    day_of,
    exists,
    found_in,
    is_target,
    read_date,
    records_at,
    typed,
)
from tandem.values.instants import Instant


@dataclass(frozen=True)
class Contribution:
    """One line of a score. truth: None where it is unknown. points: what it gives, 0 unless it is true."""

    condition: Condition
    truth: bool | None
    points: Fraction


def value(world: World, expression: Expression, subject: Subject, t: Instant) -> Answer:
    """What a value is for a subject at t. Numbers and shares (20% is 1/5) are exact; durations are microseconds.

    Raises ValueError for `any(...)` and `all(...)`, which have a meaning only inside of a test, and for what is no value.
    """
    asked = Asked(world, subject, t)
    return _value(asked, expression, type_of(asked, expression))


def holds(world: World, condition: Condition, subject: Subject, t: Instant) -> bool | None:
    """Whether a condition is true at t; None where that is unknown. Whether the subject exists is not asked."""
    return _holds(Asked(world, subject, t), condition)


def is_on(world: World, condition: Condition, subject: Subject, t: Instant) -> bool:
    """Whether the signal of that condition is on: the subject exists, and the condition is true."""
    return exists(world, subject, t) and holds(world, condition, subject, t) is True


def contributions(world: World, score: str, subject: Subject, t: Instant) -> list[Contribution]:
    """Every line of a declared score at t, in its order; their points add up to the score."""
    lines = [(each, holds(world, each, subject, t), points) for each, points in world.scores[score].points]
    return [Contribution(each, truth, Fraction(points if truth else 0)) for each, truth, points in lines]


def moments(world: World, node: Expression, subject: Subject, until: Instant) -> list[Instant]:
    """Every instant up to `until`, which is in, at which a value or condition could change for a subject; ascending."""
    return moments_by(_value, world, node, subject, until)


# Values.


def _value(asked: Asked, node: Expression, wanted: Type | None = None) -> Answer:
    """wanted: the type that is asked for, where something else says so."""
    world, subject, t = asked.world, asked.subject, asked.t
    match node:
        case Literal(kind="number" | "share"):
            return Fraction(cast(int, node.value), SCALE)
        case Literal(kind="duration"):
            return Fraction(cast(int, node.value))
        case Literal():
            return cast(Answer, node.value)
        case Property():
            return typed(world, found_in(asked.properties, node), wanted)
        case FieldRef():
            return _field(asked, node, wanted)
        case Score():
            return sum((each.points for each in contributions(world, node.name, subject, t)), Fraction(0))
        case Measure():
            return _measure(asked, node, wanted)
        case RecordMeasure():
            return _record_measure(asked, node)
        case Since():
            last = max((each.occurred_at for each, _ in _selected(asked, node.selector, None)), default=None)
            return UNKNOWN if last is None else Fraction(t - last)
        case Until():
            dates = [read_date(world, raw) for raw in _raw_fields(asked, cast(FieldRef, node.field))]
            return max((Fraction(at - t) for at in dates if at is not None), default=UNKNOWN)
        case Previous():
            assert node.measure.window is not None, "`previous` of a measure without a window is a problem"
            then = replace(asked, t=t - node.measure.window)
            return _value(then, node.measure, wanted) if exists(world, subject, then.t) else UNKNOWN
        case Arithmetic():
            types = operand_types(asked, node)
            left, right = counted(_value(asked, node.left, types[0])), counted(_value(asked, node.right, types[1]))
            if left is None or right is None:
                return UNKNOWN
            match node.sign:
                case "+":
                    return left + right
                case "-":
                    return left - right
                case "*":
                    return left * right
                case "/":
                    return left / right if right else UNKNOWN
    raise ValueError(f"{node!r} is not a value")


def _measure(asked: Asked, measure: Measure, wanted: Type | None) -> Answer:
    selected = _selected(asked, measure.selector, measure.window)
    match measure.function:
        case "count":
            return Fraction(len(selected))
        case "people":
            people = {stretch.person for _, stretch in selected if stretch.person is not None}
            return Fraction(len([person for person in people if not person.startswith("?")]))
        case "days":
            return Fraction(len({day_of(asked.world, happening.occurred_at) for happening, _ in selected}))
        case "workspaces":
            return Fraction(len({stretch.workspace for _, stretch in selected if stretch.workspace is not None}))
    assert measure.property is not None, "the other measures are of a property"
    raw = [found_in(happening.properties, measure.property) for happening, _ in selected]
    if measure.function not in ("first", "last"):
        wanted = None if measure.function == "distinct" else "number"
    values = [each for each in (typed(asked.world, one, wanted) for one in raw) if each is not UNKNOWN]
    match measure.function:
        case "sum":
            return _total(values)
        case "distinct":
            return _different(values)
        case "min":
            return min(values, default=UNKNOWN)
        case "max":
            return max(values, default=UNKNOWN)
        case "first":
            return values[0] if values else UNKNOWN
        case "last":
            return values[-1] if values else UNKNOWN
    raise ValueError(f"there is no measure `{measure.function}`")


def _selected(asked: Asked, selector: Selector, window: int | None) -> list[tuple[Happening, Stretch]]:
    """The events in (t - window, t] that count for the subject at t, by (occurred_at, id), with whose they are."""
    found = []
    for happening in sorted(asked.world.happenings, key=lambda one: (one.occurred_at, one.id)):
        stretch = happening.stretch_at(asked.t)
        if stretch is None or stretch.excluded or not stretch.is_of(asked.subject):
            continue
        if (window is None or happening.occurred_at > asked.t - window) and picks(asked, selector, happening):
            found.append((happening, stretch))
    return found


def picks(asked: Asked, selector: Selector, happening: Happening) -> bool:
    if happening.type not in ("track", "page", "screen"):
        return False
    match selector:
        case Any():
            named = True
        case EventName():
            named = happening.event == selector.name
        case SetName():
            named = any(picks(asked, each, happening) for each in asked.world.sets[selector.name])
        case _:
            raise ValueError(f"{selector!r} is not a selector")
    return named and fits(replace(asked, properties=happening.properties), selector.where)


def fits(asked: Asked, where: Condition | None) -> bool:
    return where is None or _holds(asked, where) is True


def _record_measure(asked: Asked, measure: RecordMeasure) -> Answer:
    records = [each for each in records_of(asked, measure) if fits(replace(asked, properties=each.fields, record=each.kind), measure.where)]
    if measure.field is None:
        return Fraction(len(records))
    wanted: Type | None = "number" if measure.function == "sum" else None
    values = [typed(asked.world, found_in(each.fields, measure.field), wanted) for each in records]
    known = [each for each in values if each is not UNKNOWN]
    return _total(known) if measure.function == "sum" else _different(known)


def _total(values: Iterable[Answer]) -> Fraction:
    return sum((each for each in values if isinstance(each, Fraction)), Fraction(0))


def _different(values: Iterable[Answer]) -> Fraction:
    # True is 1 in Python, and not here.
    return Fraction(len({(type(each), each) for each in values}))


# Fields.


def _field(asked: Asked, ref: FieldRef, wanted: Type | None) -> Answer:
    kind, name = kind_and_name(asked, ref)
    values = [typed(asked.world, raw, wanted) for raw in _raw_fields(asked, ref)]
    order = asked.world.plans if name == "plan" else asked.world.choices.get(f"{kind}.{name}", ())
    return max((each for each in values if each is not UNKNOWN), key=lambda one: height(order, one), default=UNKNOWN)


def _raw_fields(asked: Asked, ref: FieldRef) -> list[object]:
    """What the field says, of each subject whose field is asked."""
    kind, name = kind_and_name(asked, ref)
    return [_raw_field(asked, one, name) for one in subjects_asked(asked, kind, ref)]


def _raw_field(asked: Asked, one: Subject, name: str) -> object:
    world, t = asked.world, asked.t
    if one.kind == "account" and name == "icp_tier" and world.tiers:
        return next((tier for tier, condition in world.tiers if holds(world, condition, one, t)), None)
    if one.kind == "account" and name == "is_target":
        return is_target(world, one.id, t)
    if name == "plan":
        plans = [each.fields.get("plan") for each in records_at(world, "subscription", t) if each.is_of(one) and is_active(world, each, t)]
        named = [plan for plan in plans if isinstance(plan, str)]
        if named:
            return max(named, key=lambda plan: height(world.plans, plan))
    return next((record.fields.get(name) for record in records_at(world, one.kind, t) if record.id == one.id), None)


def is_active(world: World, subscription: Record, t: Instant) -> bool:
    started, ended = (read_date(world, subscription.fields.get(name)) for name in ("started", "ended"))
    begun = started is None or started <= t
    return begun and (ended is None or t < ended) and subscription.fields.get("status") in (None, "active")


# Conditions.


def _holds(asked: Asked, condition: Condition) -> bool | None:
    world, subject, t = asked.world, asked.subject, asked.t
    match condition:
        case Or():
            return some(_holds(asked, part) for part in condition.parts)
        case And():
            return every(_holds(asked, part) for part in condition.parts)
        case Not():
            return opposite(_holds(asked, condition.part))
        case Comparison() | Membership() | IsUnknown():
            return _rolled_test(asked, condition)
        case Held():
            start = t - condition.length
            times = {start} | {at for at in moments(world, condition.condition, subject, t) if start < at}
            return every(holds(world, condition.condition, subject, at) if exists(world, subject, at) else None for at in times)
        case Sequence():
            reached = t - condition.within
            for selector in condition.selectors:
                times = {each.occurred_at for each, _ in _selected(asked, selector, condition.within)}
                later = [at for at in times if at > reached]
                if not later:
                    return False
                reached = min(later)
            return True
        case SignalRef():
            return is_on(world, world.signals[condition.name], subject, t)
    raise ValueError(f"{condition!r} is not a condition")


def _rolled_test(asked: Asked, test: Comparison | Membership | IsUnknown) -> bool | None:
    """A test, asked of every workspace where it rolls up a field by `any` or `all`."""
    ref = next((each for each in quantified(test) if each not in asked.rolled), None)
    if ref is None:
        return _test(asked, test)
    truths = [_rolled_test(each, test) for each in rolled(asked, ref)]
    return some(truths) if ref.roll_up == "any" else every(truths)


def _test(asked: Asked, test: Comparison | Membership | IsUnknown) -> bool | None:
    match test:
        case Comparison():
            return compare(asked, test.left, test.sign, test.right)
        case Membership():
            found = some(compare(asked, test.value, "=", choice) for choice in test.choices)
            return opposite(found) if test.negated else found
        case IsUnknown():
            return (_value(asked, test.value, type_of(asked, test.value)) is UNKNOWN) != test.negated


def compare(asked: Asked, left: Expression, sign: str, right: Expression) -> bool | None:
    types = type_of(asked, left), type_of(asked, right)
    answers = _value(asked, left, types[0] or types[1]), _value(asked, right, types[1] or types[0])
    return compare_answers(answers[0], sign, answers[1])
