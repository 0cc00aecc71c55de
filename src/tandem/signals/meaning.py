"""What conditions mean: Semantics 2, 4 and 5 in plain Python, one question at one instant at a time. Whatever is fast must equal it.

Where the design is silent, this page decides:

- *Types.* A value is a number, a text, a flag, or (where a date is asked for) a date. One of another type than is asked for is no
  value: it is left out of measures, and unknown elsewhere; so are null, lists, objects, and numbers beyond 64 bits of millionths. What is
  asked for is said by the other side of a comparison. Every number is rounded to the nearest millionth, half away from zero.
- *Dates.* A date is read from `2026-03-01`, which begins at midnight in the company's zone, or from an instant. Dates compare as days,
  and are counted with as days of 24 hours. Texts and flags are equal or different; which is more is unknown.
- *Selectors* pick tracks, pages and screens only; an excluded event is picked by none.
- *Plan.* A subscription is active while its status is `active` or unknown, from `started` until `ended` where it says so. A plan that
  is not declared is below all that are; of those the last in the alphabet is the highest.
- *Roll-ups.* `any` and `all` are asked of the whole test around them, for each workspace that exists; of an account without one they are
  asked of a workspace of which nothing is known.
- *Before a subject exists*, and after, conditions are unknown to `held`, as measures are to `previous`.
- *held* is Kleene's `and` over its time. Time is dense: from one microsecond to the next the condition is what it was at the first.
  So `(t - D, t]` also holds what was true at `t - D` itself, and a condition on since `a` is held for D exactly from `a + D`.
- *signal(x)* is true where x is on, and false elsewhere: never unknown. So is `sequence`.
- *A score* is the sum of the points whose conditions are true; what is unknown gives nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Sequence as Ordered
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import cast

from tandem.language.expression.check import record_of
from tandem.language.expression.nodes import (
    SCALE,
    About,
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
    parts_of,
)
from tandem.language.expression.units import Names
from tandem.signals.world import (
    UNKNOWN,
    Answer,
    Declared,
    Happening,
    Record,
    Stretch,
    Subject,
    Type,
    World,
    account_of,
    day_of,
    exists,
    family,
    found_in,
    is_target,
    members,
    read_date,
    records_at,
    typed,
)
from tandem.values.instants import DAY, Instant


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


@dataclass(frozen=True)
class Asked:
    """What a question is asked of. Inside `where`, properties are those of the event, or of the record of that kind.

    rolled: the workspace that `any` or `all` is at, None where there is none.
    """

    world: World
    subject: Subject
    t: Instant
    properties: Mapping[str, object] = field(default_factory=dict)
    record: str = ""
    rolled: Mapping[FieldRef, Subject | None] = field(default_factory=dict)


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


def operand_types(asked: Asked, node: Arithmetic) -> tuple[Type, Type]:
    """What both sides of a sum or product are. Only from a date can a date be taken away."""
    types = type_of(asked, node.left), type_of(asked, node.right)
    otherwise: Type = "date" if node.sign == "-" and "date" in types else "number"
    return types[0] or otherwise, types[1] or otherwise


def counted(one: Answer) -> Fraction | None:
    """What can be counted with: a number, or a date as the microseconds until its beginning on a calendar whose days have 24 hours."""
    if isinstance(one, date):
        return Fraction(one.toordinal() * DAY)
    return one if isinstance(one, Fraction) else None


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


def records_of(asked: Asked, measure: RecordMeasure) -> list[Record]:
    """The records in force that belong to the subject, or to an account of its family."""
    theirs = {asked.subject}
    account = account_of(asked.world, asked.subject, asked.t)
    if measure.family and account is not None:
        theirs = {Subject("account", one) for one in family(asked.world, account, asked.t)}
    return [each for each in records_at(asked.world, measure.record, asked.t) if any(each.is_of(one) for one in theirs)]


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


def height(order: Ordered[str], one: Answer) -> tuple[str, int, Answer]:
    """What is the highest: of texts the last in an order."""
    return type(one).__name__, order.index(one) if isinstance(one, str) and one in order else -1, one


def _raw_fields(asked: Asked, ref: FieldRef) -> list[object]:
    """What the field says, of each subject whose field is asked."""
    kind, name = kind_and_name(asked, ref)
    return [_raw_field(asked, one, name) for one in subjects_asked(asked, kind, ref)]


def kind_and_name(asked: Asked, ref: FieldRef) -> tuple[About, str]:
    """Whose field it is, and which."""
    found = record_of(ref, Names(records=asked.world.fields), asked.subject.kind)
    kind, name = found or (asked.subject.kind, ref.path[-1])
    return cast(About, kind), name


def subjects_asked(asked: Asked, kind: About, ref: FieldRef) -> list[Subject]:
    """The subjects whose field is asked: itself, its account, or for `highest` all of an account's. Of others nothing is known."""
    world, subject, t = asked.world, asked.subject, asked.t
    if ref.roll_up == "highest":
        return members(world, kind, subject.id, t)
    if ref.roll_up is not None:
        if ref not in asked.rolled:
            raise ValueError(f"`{ref.roll_up}(...)` has a meaning only inside of a test")
        one = asked.rolled[ref]
        return [] if one is None else [one]
    if kind == subject.kind:
        return [subject]
    account = account_of(world, subject, t)
    return [Subject("account", account)] if kind == "account" and account is not None else []


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
            return _some(_holds(asked, part) for part in condition.parts)
        case And():
            return _every(_holds(asked, part) for part in condition.parts)
        case Not():
            return _opposite(_holds(asked, condition.part))
        case Comparison() | Membership() | IsUnknown():
            return _rolled_test(asked, condition)
        case Held():
            start = t - condition.length
            times = {start} | {at for at in moments(world, condition.condition, subject, t) if start < at}
            return _every(holds(world, condition.condition, subject, at) if exists(world, subject, at) else None for at in times)
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


def _every(truths: Iterable[bool | None]) -> bool | None:
    """Kleene's `and`."""
    seen = set(truths)
    return False if False in seen else None if None in seen else True


def _some(truths: Iterable[bool | None]) -> bool | None:
    """Kleene's `or`."""
    seen = set(truths)
    return True if True in seen else None if None in seen else False


def _opposite(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def _rolled_test(asked: Asked, test: Comparison | Membership | IsUnknown) -> bool | None:
    """A test, asked of every workspace where it rolls up a field by `any` or `all`."""
    ref = next((each for each in quantified(test) if each not in asked.rolled), None)
    if ref is None:
        return _test(asked, test)
    truths = [_rolled_test(each, test) for each in _rolled(asked, ref)]
    return _some(truths) if ref.roll_up == "any" else _every(truths)


def quantified(node: Expression) -> list[FieldRef]:
    """The fields that `any` or `all` rolls up; the same words mean the same workspace."""
    refs = (each for each in _below(node) if isinstance(each, FieldRef) and each.roll_up in ("any", "all"))
    return list(dict.fromkeys(refs))


def _rolled(asked: Asked, ref: FieldRef) -> list[Asked]:
    kind, _ = kind_and_name(asked, ref)
    ones: list[Subject | None] = [*members(asked.world, kind, asked.subject.id, asked.t)]
    return [replace(asked, rolled={**asked.rolled, ref: one}) for one in ones or [None]]


def _test(asked: Asked, test: Comparison | Membership | IsUnknown) -> bool | None:
    match test:
        case Comparison():
            return compare(asked, test.left, test.sign, test.right)
        case Membership():
            found = _some(compare(asked, test.value, "=", choice) for choice in test.choices)
            return _opposite(found) if test.negated else found
        case IsUnknown():
            return (_value(asked, test.value, type_of(asked, test.value)) is UNKNOWN) != test.negated


def compare(asked: Asked, left: Expression, sign: str, right: Expression) -> bool | None:
    types = type_of(asked, left), type_of(asked, right)
    answers = _value(asked, left, types[0] or types[1]), _value(asked, right, types[1] or types[0])
    return compare_answers(answers[0], sign, answers[1])


def compare_answers(left: Answer, sign: str, right: Answer) -> bool | None:
    """None where either is unknown, or of another type, or where which is more is asked of texts and flags."""
    one, other = counted(left) or left, counted(right) or right
    if one is UNKNOWN or other is UNKNOWN or type(one) is not type(other):
        return None
    if sign in ("=", "!="):
        return (one == other) == (sign == "=")
    if not isinstance(one, Fraction) or not isinstance(other, Fraction):
        return None
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[sign]


# The types of a record's declared fields; all others are texts.
_DECLARED: dict[str, Type] = {"date": "date", "instant": "date", "flag": "flag", "number": "number", "whole": "number", "money": "number"}


def type_of(asked: Asked, node: Expression) -> Type | None:
    """The type that a value has by itself; None where it is whatever is asked for."""
    match node:
        case Literal():
            return cast(Type, node.kind) if node.kind in ("text", "flag", "date") else "number"
        case Measure(function="first" | "last"):
            return None
        case Property(path=(name,)) if asked.record:
            return _declared(asked.world, asked.record, name)
        case Property():
            return None
        case FieldRef():
            return _declared(asked.world, *kind_and_name(asked, node))
        case Previous():
            return type_of(asked, node.measure)
        case Arithmetic(sign="+" | "-"):
            left, right = type_of(asked, node.left), type_of(asked, node.right)
            # One date less another is a length; a date and a length are a date.
            return "number" if "date" not in (left, right) or (node.sign == "-" and right in ("date", None)) else "date"
    return "number"


def _declared(world: World, record: str, name: str) -> Type | None:
    declared = world.fields.get(record, {}).get(name)
    return None if declared is None else _DECLARED.get(declared, "text")


# Instants: every one at which something could change.


def moments(world: World, node: Expression, subject: Subject, until: Instant) -> list[Instant]:
    """Every instant up to `until`, which is in, at which a value or condition could change for a subject; ascending."""
    return sorted(at for at in _moments(world, node, subject, until, _knowledge(world)) if at <= until)


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


def _moments(world: World, node: Expression, subject: Subject, until: Instant, knowledge: set[Instant]) -> set[Instant]:
    below = knowledge.union(*(_moments(world, part, subject, until, knowledge) for part in (*parts_of(node), *named_by(world, node))))
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
            return below.union(*(_moments(world, each, one, until, knowledge) for _, each in world.tiers for one in accounts))
        case Comparison() | Membership() | IsUnknown():
            return below | _crossings(world, node, subject, until, below)
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


def _crossings(world: World, test: Expression, subject: Subject, until: Instant, steady: set[Instant]) -> set[Instant]:
    """Where the two sides of a test meet by the clock alone, between instants from each of which on all else is steady."""
    clocks = len([each for each in _below(test) if isinstance(each, Since | Until)])
    found: set[Instant] = set()
    if clocks:
        starts = [at for at in sorted(steady) if at <= until]
        for first, after in pairwise([*starts, until + 1]):
            for asked in all_rolled(Asked(world, subject, first), test):
                for one, other in _sides(test):
                    found.update(sign_changes(_distance(asked, one, other), clocks, first, after - 1))
    return found


def _sides(test: Expression) -> Iterator[tuple[Expression, Expression | None]]:
    """What a test compares; and every divisor with nothing, for where it is 0 the quotient is unknown."""
    match test:
        case Comparison():
            yield test.left, test.right
        case Membership():
            yield from ((test.value, choice) for choice in test.choices)
    yield from ((each.right, None) for each in _below(test) if isinstance(each, Arithmetic) and each.sign == "/")


def _distance(asked: Asked, one: Expression, other: Expression | None) -> Callable[[Instant], Fraction]:
    """How far two values are apart, times what divides them; while all but the clock is steady, that is a polynomial of the instant."""
    types = type_of(asked, one), None if other is None else type_of(asked, other)

    def at(t: Instant) -> Fraction:
        then = replace(asked, t=t)
        top, bottom = _ratio(then, one, types[0] or types[1])
        other_top, other_bottom = (Fraction(0), Fraction(1)) if other is None else _ratio(then, other, types[1] or types[0])
        return top * other_bottom - other_top * bottom

    return at


def _ratio(asked: Asked, node: Expression, wanted: Type | None) -> tuple[Fraction, Fraction]:
    """A value as top and bottom, none of them divided; 0 where it is no number."""
    if not isinstance(node, Arithmetic):
        return counted(_value(asked, node, wanted)) or Fraction(0), Fraction(1)
    types = operand_types(asked, node)
    (top, bottom), (other_top, other_bottom) = _ratio(asked, node.left, types[0]), _ratio(asked, node.right, types[1])
    match node.sign:
        case "*":
            return top * other_top, bottom * other_bottom
        case "/":
            return top * other_bottom, bottom * other_top
    sign = 1 if node.sign == "+" else -1
    return top * other_bottom + sign * other_top * bottom, bottom * other_bottom


def all_rolled(asked: Asked, test: Expression) -> list[Asked]:
    """The question, once for every choice of workspaces that `any` and `all` make."""
    ones = [asked]
    for ref in quantified(test):
        ones = [each for one in ones for each in _rolled(one, ref)]
    return ones


def _below(node: Expression) -> Iterator[Expression]:
    yield node
    for part in parts_of(node):
        yield from _below(part)


def sign_changes(value: Callable[[Instant], Fraction], degree: int, first: Instant, last: Instant) -> list[Instant]:
    """Where a value that moves with the clock changes its sign, exact over whole microseconds, without a formula for its roots.

    Returns the instants in (first, last] at which the sign (-, 0 or +) differs from that one microsecond before, ascending.

    value: a polynomial of the instant, of at most that degree; it is asked only from first to last.

    >>> sign_changes(lambda t: Fraction((t - 3) * (t - 7)), 2, 0, 10)
    [3, 4, 7, 8]
    """
    if degree == 0 or first >= last:
        return []
    # Where the steps from one instant to the next keep their sign, the value only rises or only falls.
    bends = sign_changes(lambda t: value(t + 1) - value(t), degree - 1, first, last - 1)
    changes = []
    for start, end in pairwise([first, *bends, last]):
        while _sign(value(start)) != _sign(value(end)):
            start = _first_other(value, start, end)
            changes.append(start)
    return changes


def _first_other(value: Callable[[Instant], Fraction], start: Instant, end: Instant) -> Instant:
    """The first instant of another sign than at the start, where there is one until the end and signs only rise or only fall."""
    before = _sign(value(start))
    return start + bisect_left(range(end - start + 1), True, key=lambda after: _sign(value(start + after)) != before)


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)
