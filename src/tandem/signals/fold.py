"""Conditions over all of history at once: what `meaning.py` says at an instant, as steps of every subject.

Each node of an expression becomes steps: a measure is a fold over the rows of the timeline, a field a walk along its record, a test compares
them where either changes, and `and`, `or`, `not`, `held` are the algebra of steps. Subjects are taken range by range, so that memory is
bounded by the rows of a range and not by all of history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import partial, reduce
from itertools import pairwise
from typing import Any, TypeVar, cast

import numpy as np

from tandem.facts.kinds import RECORD_KINDS
from tandem.language.expression.nodes import (
    SCALE,
    About,
    And,
    Arithmetic,
    Comparison,
    Condition,
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
    RecordMeasure,
    Score,
    Sequence,
    SignalRef,
    Since,
    Until,
    Value,
)
from tandem.signals.answers import Answers, is_so, looked_up
from tandem.signals.columns import Columns
from tandem.signals.meaning import Asked, compare_answers, kind_and_name, operand_types, quantified, type_of
from tandem.signals.numbers import (
    Counted,
    Fixed,
    Moving,
    Number,
    compare_numbers,
    leaves_changed,
    number_at,
    number_is_unknown,
    steps_in,
    threshold,
)
from tandem.signals.records import Records, Under
from tandem.signals.world import UNKNOWN as NO_ANSWER
from tandem.signals.world import Answer, Declared, Subject, Type, World
from tandem.timeline.clock import held, shifted
from tandem.timeline.extremes import first, greatest, last, last_occurred, least
from tandem.timeline.kernels import FEW_ROWS, THREADS, UNKNOWN, Longs
from tandem.timeline.sequence import sequence
from tandem.timeline.stack import between, spans
from tandem.timeline.steps import (
    ALWAYS,
    Edges,
    Sign,
    Steps,
    aligned,
    both,
    compressed,
    constant,
    edges,
    either,
    is_unknown,
    negated,
    through,
    together,
    values_at,
    within,
)
from tandem.timeline.timeline import Column, Subjects, Timeline
from tandem.timeline.windows import Curve, count, curve, distinct, total
from tandem.values.instants import DAY, Instant

RANGE_ROWS = 2_000_000

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Coded:
    """A value that is told apart. steps: codes of typed answers."""

    steps: Steps


Told = Coded | Number


@dataclass(frozen=True, eq=False)
class _Range:
    """The subjects that are asked, from which code on, and what was found of them. rolled: the field that `any` or `all` asks of each workspace in turn;
    `empty` where there is no workspace to ask."""

    kind: About
    subjects: Subjects
    since: int = 0
    rolled: FieldRef | None = None
    empty: bool = False
    found: dict[Any, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.subjects.ids)


class Fold:
    """Every question about one timeline under one playbook. What several conditions read is read once."""

    def __init__(self, timeline: Timeline, declared: Declared, *, threads: int = THREADS) -> None:
        self.timeline, self._threads = timeline, threads
        self.answers = Answers(declared)
        self.columns = Columns(timeline, declared, self.answers)
        self.records = Records(timeline, declared, self.answers)
        self._whole: dict[Any, Any] = {}
        # The playbook as the slow reference reads it: a world in which nothing happened.
        self.settings = World(**{name: getattr(declared, name) for name in Declared.__dataclass_fields__})

    def edges(self, condition: Condition, about: About) -> Edges:
        """Every edge of the condition's signal, by subject, then instant; also those that the clock will bring."""
        return edges(self.is_on(condition, about))

    def is_on(self, condition: Condition, about: About) -> Steps:
        """1 where the subject exists and the condition is true, else not 1."""
        return self._over_ranges(about, lambda among: within(self._condition(condition, among), among.subjects.existence))

    def curve(self, measure: Measure, about: About, most: int) -> Curve:
        """The edges of `measure >= N` for every N up to `most` in one pass, of a measure of how many different ones there are."""
        subjects = self.timeline.subjects(about)
        chosen = self.columns.chosen(subjects, measure.selector)
        return curve(subjects.layout, chosen, self._keys(measure, subjects), measure.window, most, threads=self._threads)

    def values_at(self, measure: Measure, about: About, t: Instant) -> Longs:
        """(subjects,) a measure that is a number, of each subject at an instant."""
        return np.concatenate(self._of_ranges(about, lambda among: values_at(self._folded(measure, among), t)))

    def most(self, measure: Measure, about: About) -> int:
        """The greatest value that a measure which is a number ever has."""
        return max(self._of_ranges(about, lambda among: int(self._folded(measure, among).value.max(initial=0))))

    def alone(self, about: About, subject: int) -> Alone:
        """One subject, to be asked whatever an expression about it holds."""
        return Alone(self, _Range(about, part_of(self.timeline.subjects(about), subject, subject + 1), subject))

    def told_ahead(self) -> Longs:
        """The instants at which something occurs that was learnt before, ascending."""
        occurred, known = self.timeline.occurred(), self.timeline.known()
        ahead = [occurred[known < occurred]]
        for kind in RECORD_KINDS:
            versions = self.timeline.records(kind)
            told = [each.occurred_at for each in versions if each.stretches and each.stretches[0][0] < each.occurred_at]
            ahead.append(np.array(told, np.int64))
        return np.unique(np.concatenate(ahead))

    def _over_ranges(self, about: About, ask: Callable[[_Range], Steps]) -> Steps:
        return together(self._of_ranges(about, ask))

    def _of_ranges(self, about: About, ask: Callable[[_Range], T]) -> list[T]:
        subjects = self.timeline.subjects(about)
        ranges = [_Range(about, part_of(subjects, since, until), since) for since, until in _ranges(subjects, self._threads)]
        if len(ranges) == 1:
            return [ask(ranges[0])]
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(ask, ranges))

    # Conditions.

    def _condition(self, node: Condition, among: _Range) -> Steps:
        if node not in among.found:
            among.found[node] = self._holds(node, among)
        steps: Steps = among.found[node]
        return steps

    def _holds(self, node: Condition, among: _Range) -> Steps:
        match node:
            case Or():
                return reduce(either, (self._condition(part, among) for part in node.parts))
            case And():
                return reduce(both, (self._condition(part, among) for part in node.parts))
            case Not():
                return negated(self._condition(node.part, among))
            case Comparison() | Membership() | IsUnknown():
                refs = quantified(node)
                return self._rolled(node, refs[0], among) if refs and among.rolled is None else self._test(node, among)
            case Held():
                return held(within(self._condition(node.condition, among), among.subjects.existence, UNKNOWN), node.length)
            case Sequence():
                picked = [self._chosen(selector, among) or _every_row(among.subjects) for selector in node.selectors]
                return sequence(among.subjects.layout, picked, node.within, threads=1)
            case SignalRef():
                on = within(self._condition(self.settings.signals[node.name], among), among.subjects.existence)
                return is_so(on, lambda truth: truth == 1)
        raise ValueError(f"{node!r} is not a condition")

    def _test(self, node: Comparison | Membership | IsUnknown, among: _Range) -> Steps:
        match node:
            case Comparison():
                return self._compare(node.left, node.sign, node.right, among)
            case Membership():
                found = reduce(either, (self._compare(node.value, "=", choice, among) for choice in node.choices))
                return negated(found) if node.negated else found
            case IsUnknown():
                told = self._told(node.value, among, self._type(node.value, among))
                unknown = is_unknown(told.steps) if isinstance(told, Coded) else number_is_unknown(told, len(among))
                return negated(unknown) if node.negated else unknown

    def _compare(self, left: Value, sign: Sign, right: Value, among: _Range) -> Steps:
        if isinstance(left, Measure) and isinstance(right, Literal) and among.rolled is None:
            at_once = self._compared_at_once(left, sign, right, among)
            if at_once is not None:
                return at_once
        types = self._type(left, among), self._type(right, among)
        one, other = self._told(left, among, types[0] or types[1]), self._told(right, among, types[1] or types[0])
        if isinstance(one, Coded) and isinstance(other, Coded):
            return self._compare_coded(one.steps, sign, other.steps)
        return compare_numbers(self._counted(one), sign, self._counted(other), len(among))

    def _compare_coded(self, one: Steps, sign: Sign, other: Steps) -> Steps:
        """Each distinct pair of answers is compared once."""
        axis = aligned([one, other])
        pairs = np.concatenate([axis.values, axis.initial[:, None]], axis=1)
        distinct_pairs, place = np.unique(pairs, axis=1, return_inverse=True)
        answers = self.answers.typed.values
        truths = [
            UNKNOWN if UNKNOWN in pair or (truth := compare_answers(answers[pair[0]], sign, answers[pair[1]])) is None else int(truth)
            for pair in distinct_pairs.T.tolist()
        ]
        told = np.array(truths, np.int64)[place.reshape(-1)]
        return compressed(axis.offsets, axis.at, told[:-1], int(told[-1]))

    def _compared_at_once(self, left: Measure, sign: Sign, right: Literal, among: _Range) -> Steps | None:
        """A measure beside a constant: the fold itself compares, and tells only where the answer changes."""
        if left.function in ("first", "last") or right.kind in ("text", "flag", "date"):
            return None
        than = _constant(right)
        whole, than_whole = threshold(sign, than * (SCALE if left.function in ("sum", "min", "max") else 1))
        return self._folded(left, among, whole, than_whole)

    # any, all: the test is asked of each workspace, of what else it reads in the words of the account.

    def _rolled(self, node: Comparison | Membership | IsUnknown, ref: FieldRef, among: _Range) -> Steps:
        whole = self._whole_of(("rolled", node, among.kind), lambda: self._roll_up(node, ref, among.kind))
        return self._here(whole, among)

    def _roll_up(self, node: Comparison | Membership | IsUnknown, ref: FieldRef, about: About) -> Steps:
        kind, _ = kind_and_name(self.asking(about), ref)
        inner, outer = self.timeline.subjects(kind), self.timeline.subjects(about)
        truth = self._test(node, _Range(about, inner, rolled=ref))
        of_none = self._test(node, _Range(about, outer, rolled=ref, empty=True))
        owner = within(inner.account, inner.existence, UNKNOWN)
        counts = []
        for counted in (lambda told: told == 1, lambda told: told == 0, lambda told: told == UNKNOWN):
            counts.append(count(Under.of(owner, [truth], len(outer.ids), counted).layout, None, None))
        axis = aligned([*counts, of_none])
        rows = np.concatenate([axis.values, axis.initial[:, None]], axis=1)
        deciding, other = (rows[0], rows[1]) if ref.roll_up == "any" else (rows[1], rows[0])
        decided = 1 if ref.roll_up == "any" else 0
        told = np.select([deciding > 0, rows[2] > 0, other > 0], [decided, UNKNOWN, 1 - decided], rows[3])
        return compressed(axis.offsets, axis.at, told[:-1], int(told[-1]))

    # Values.

    def _told(self, node: Value, among: _Range, wanted: Type | None) -> Told:
        key = node, wanted
        if key not in among.found:
            among.found[key] = self._rolled_value(node, among, wanted) if among.rolled is not None else self._value(node, among, wanted)
        told: Told = among.found[key]
        return told

    def _value(self, node: Value, among: _Range, wanted: Type | None) -> Told:
        match node:
            case Literal(kind="text" | "flag"):
                return Coded(constant(len(among), self.answers.typed.code(cast(Any, node.value))))
            case Literal():
                return Fixed(_constant(node))
            case FieldRef():
                return self._field(node, among, wanted)
            case Score():
                return Moving(self._score(node, among), SCALE)
            case Measure():
                return self._measure(node, among, wanted)
            case RecordMeasure():
                steps = self._whole_of((node, among.kind), lambda: self.records.measured(node, among.kind))
                return Moving(self._here(steps, among), SCALE if node.function == "sum" else 1)
            case Since():
                return Moving(last_occurred(among.subjects.layout, self._chosen(node.selector, among), threads=1), clock=1)
            case Until():
                return Moving(self._here(self._dates(cast(FieldRef, node.field), among.kind), among), clock=-1)
            case Previous():
                assert node.measure.window is not None, "`previous` of a measure without a window is a problem"
                length = node.measure.window
                told = self._told(node.measure, among, wanted)

                def earlier(steps: Steps) -> Steps:
                    return shifted(steps, among.subjects.existence, length)

                return Coded(earlier(told.steps)) if isinstance(told, Coded) else leaves_changed(told, earlier)
            case Arithmetic():
                types = operand_types(self.asking(among.kind), node)
                left, right = (self._counted(self._told(each, among, of)) for each, of in zip((node.left, node.right), types, strict=True))
                return Counted(left, node.sign, right)
        raise ValueError(f"{node!r} is not a value")

    def _rolled_value(self, node: Value, among: _Range, wanted: Type | None) -> Told:
        """A value inside of a test that is asked of each workspace in turn: the workspace's own field, or else what its account says."""
        ref = node.field if isinstance(node, Until) else node
        if ref == among.rolled:
            kind, name = kind_and_name(self.asking(among.kind), ref)
            raw = constant(len(among), UNKNOWN) if among.empty else self._raw_field(kind, name)
            if isinstance(node, Until):
                return Moving(looked_up(raw, self.answers.instants(self.answers.raw.values)), clock=-1)
            return self._typed(raw, wanted)
        if isinstance(node, Literal | Arithmetic):
            return self._value(node, among, wanted)
        outer = _Range(among.kind, self.timeline.subjects(among.kind))
        told = self._value(node, outer, wanted)
        if among.empty:
            return told

        def of_its_account(steps: Steps) -> Steps:
            return through(among.subjects.account, steps)

        return Coded(of_its_account(told.steps)) if isinstance(told, Coded) else leaves_changed(told, of_its_account)

    def _counted(self, told: Told) -> Number:
        """What can be counted with; nothing of texts and flags."""
        if not isinstance(told, Coded):
            return told
        numbers = self.answers.counted()
        scaled = np.array([UNKNOWN if each is None else int(each * SCALE) for each in numbers], np.int64)
        return Moving(looked_up(told.steps, scaled), SCALE)

    def _score(self, node: Score, among: _Range) -> Steps:
        lines = self.settings.scores[node.name].points
        axis = aligned([self._condition(condition, among) for condition, _ in lines])
        points = np.array([int(Fraction(each) * SCALE) for _, each in lines], np.int64)
        value = ((axis.values == 1) * points[:, None]).sum(axis=0)
        return compressed(axis.offsets, axis.at, value, int(((axis.initial == 1) * points).sum()))

    # Measures.

    def _measure(self, node: Measure, among: _Range, wanted: Type | None) -> Told:
        if node.function in ("first", "last"):
            assert node.property is not None, "the first and the last are of a property"
            value = self.columns.value(among.subjects, node.property, wanted)
            fold = first if node.function == "first" else last
            order = self.columns.order(among.subjects)
            steps = fold(among.subjects.layout, self._chosen(node.selector, among), value, order, node.window, threads=1)
            return Moving(steps, 1 if wanted == "date" else SCALE) if wanted in ("number", "date") else Coded(steps)
        return Moving(self._folded(node, among), SCALE if node.function in ("sum", "min", "max") else 1)

    def _folded(self, node: Measure, among: _Range, sign: Sign | None = None, than: int = 0) -> Steps:
        """A measure that is a number, or how it compares."""
        subjects, window = among.subjects, node.window
        layout, chosen = subjects.layout, self._chosen(node.selector, among)
        compared: dict[str, Any] = {"sign": sign, "than": than, "threads": 1}
        if node.function == "count":
            return count(layout, chosen, window, **compared)
        if node.function in ("sum", "min", "max"):
            assert node.property is not None, "these measures are of a property"
            numbers = self.columns.value(subjects, node.property, "number")
            fold = {"sum": total, "min": least, "max": greatest}[node.function]
            return fold(layout, chosen, numbers, window, **compared)
        return distinct(layout, chosen, self._keys(node, subjects), window, **compared)

    def _keys(self, node: Measure, subjects: Subjects) -> Column:
        """What is told apart, of each row: -1 for nothing."""
        match node.function:
            case "people":
                return subjects.person
            case "workspaces":
                return subjects.workspace
            case "days":
                return self.columns.day(subjects)
        assert node.property is not None, "what is told apart otherwise is a property"
        return tuple(np.maximum(each, -1) for each in self.columns.value(subjects, node.property, None))

    def _chosen(self, selector: Any, among: _Range) -> Column | None:
        key = "chosen", selector
        if key not in among.found:
            among.found[key] = self.columns.chosen(among.subjects, selector)
        chosen: Column | None = among.found[key]
        return chosen

    # Fields.

    def _field(self, ref: FieldRef, among: _Range, wanted: Type | None) -> Told:
        kind, name = kind_and_name(self.asking(among.kind), ref)
        if ref.roll_up == "highest":
            told = self._whole_of((ref, among.kind, wanted), lambda: self._highest(kind, name, among.kind, wanted))
            here = self._here(told, among)
            return Moving(here, 1 if wanted == "date" else SCALE) if wanted in ("number", "date") else Coded(here)
        if ref.roll_up is not None:
            raise ValueError(f"`{ref.roll_up}(...)` has a meaning only inside of a test")
        field = self._typed_field(kind, name, wanted)
        here = self._of(field.steps, kind, among)
        return Coded(here) if isinstance(field, Coded) else replace(field, steps=here)

    def _of(self, steps: Steps, kind: About, among: _Range) -> Steps:
        """What is said of each subject itself, or of its account; of others nothing is known."""
        if kind == among.kind:
            return self._here(steps, among)
        return through(among.subjects.account, steps) if kind == "account" else constant(len(among), UNKNOWN)

    def _raw_field(self, kind: About, name: str) -> Steps:
        return self._whole_of(("field", kind, name), lambda: self._found_field(kind, name))

    def _found_field(self, kind: About, name: str) -> Steps:
        if kind == "account" and name == "icp_tier" and self.settings.tiers:
            tiers = [self._over_ranges("account", partial(self._condition, condition)) for _, condition in self.settings.tiers]
            return self.records.first_true(tiers, [tier for tier, _ in self.settings.tiers])
        return self.records.field(kind, name)

    def _typed_field(self, kind: About, name: str, wanted: Type | None) -> Coded | Moving:
        key = "typed", kind, name, wanted
        if key not in self._whole:
            self._whole[key] = self._typed(self._raw_field(kind, name), wanted)
        return cast(Coded | Moving, self._whole[key])

    def _typed(self, raw: Steps, wanted: Type | None) -> Coded | Moving:
        values = self.answers.raw.values
        if wanted in ("number", "date"):
            return Moving(looked_up(raw, self.answers.numbers(values, wanted)), 1 if wanted == "date" else SCALE)
        return Coded(looked_up(raw, self.answers.codes(values, wanted)))

    def _highest(self, kind: About, name: str, about: About, wanted: Type | None) -> Steps:
        told = self._typed_field(kind, name, wanted)
        if not isinstance(told, Coded):
            return self._greatest_of_members(kind, told.steps, about)
        order = self.settings.plans if name == "plan" else self.settings.choices.get(f"{kind}.{name}", ())
        rank, by_rank = self.answers.heights(order)
        return looked_up(self._greatest_of_members(kind, looked_up(told.steps, rank), about), by_rank)

    def _dates(self, ref: FieldRef, about: About) -> Steps:
        """The instant that `until` asks for: the latest of all the subjects whose field is asked."""
        kind, name = kind_and_name(self.asking(about), ref)

        def found() -> Steps:
            def instants(raw: Steps) -> Steps:
                return looked_up(raw, self.answers.instants(self.answers.raw.values))

            if ref.roll_up == "highest":
                return self._greatest_of_members(kind, instants(self._raw_field(kind, name)), about)
            return self._of(instants(self._raw_field(kind, name)), kind, _Range(about, self.timeline.subjects(about)))

        return self._whole_of(("until", ref, about), found)

    def _greatest_of_members(self, kind: About, steps: Steps, about: About) -> Steps:
        inner = self.timeline.subjects(kind)
        owner = within(inner.account, inner.existence, UNKNOWN)
        under = Under.of(owner, [steps], len(self.timeline.subjects(about).ids), lambda told: told != UNKNOWN)
        return greatest(under.layout, None, (under.values[0],), None)

    # What is found once for all subjects.

    def _whole_of(self, key: Any, find: Callable[[], Steps]) -> Steps:
        if key not in self._whole:
            self._whole[key] = find()
        steps: Steps = self._whole[key]
        return steps

    def _here(self, steps: Steps, among: _Range) -> Steps:
        return steps if steps.subjects == len(among) else steps.between(among.since, among.since + len(among))

    def _type(self, node: Expression, among: _Range) -> Type | None:
        return type_of(self.asking(among.kind), node)

    def asking(self, about: About) -> Asked:
        """How the slow reference is asked what a node is about a kind of subject, whoever that is."""
        return Asked(self.settings, Subject(about, ""), 0)


@dataclass(frozen=True, eq=False)
class Alone:
    """One subject. Conditions and values are those that are asked of it; what `any` and `all` ask of each workspace has no value of its own."""

    fold: Fold
    among: _Range

    def truths(self, condition: Condition) -> Steps:
        """1, 0 or UNKNOWN over time, be it there or not."""
        return self.fold._condition(condition, self.among)

    def answer(self, node: Value, t: Instant) -> Answer:
        """What a value is at an instant; durations are microseconds, dates those until their day."""
        told = self._told(node)
        if isinstance(told, Coded):
            code = int(values_at(told.steps, t)[0])
            return NO_ANSWER if code == UNKNOWN else self.fold.answers.typed.values[code]
        number = number_at(told, t)
        return NO_ANSWER if number is None else number

    def turns(self, node: Value) -> list[Instant]:
        """The instants at which something that the value is made of changes, ascending."""
        told = self._told(node)
        steps = [told.steps] if isinstance(told, Coded) else steps_in(told)
        return sorted({at for each in steps for at in each.at.tolist() if at > ALWAYS})

    def _told(self, node: Value) -> Told:
        return self.fold._told(node, self.among, self.fold._type(node, self.among))


def _every_row(subjects: Subjects) -> Column:
    return tuple(np.ones(len(part), np.uint8) for part in subjects.layout.parts)


def _constant(literal: Literal) -> Fraction:
    value = literal.value
    if isinstance(value, date):
        return Fraction(value.toordinal() * DAY)
    return Fraction(cast(int, value), SCALE if literal.kind in ("number", "share") else 1)


def _ranges(subjects: Subjects, threads: int) -> Iterator[tuple[int, int]]:
    """Ranges of subjects with about equally many rows: at least one a thread, and none with many more than `RANGE_ROWS`."""
    offsets = np.sum([part.offsets for part in subjects.layout.parts], axis=0)
    rows = int(offsets[-1])
    number = max(threads if rows >= FEW_ROWS else 1, -(-rows // RANGE_ROWS))
    cuts = np.searchsorted(offsets, np.linspace(0, rows, number + 1)[1:-1]).tolist()
    bounds = sorted({0, *cuts, len(subjects.ids)})
    yield from pairwise(bounds if len(bounds) > 1 else [0, 0])


def part_of(subjects: Subjects, since: int, until: int) -> Subjects:
    """A range of the subjects; rows are not copied."""
    rows = spans(subjects.layout, since, until)
    return Subjects(
        subjects.ids[since:until],
        subjects.existence.between(since, until),
        subjects.account.between(since, until),
        between(subjects.layout, since, until),
        *(
            tuple(part[span] for part, span in zip(column, rows, strict=True))
            for column in (subjects.name, subjects.person, subjects.workspace)
        ),
    )
