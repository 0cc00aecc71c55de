"""What conditions compare, as steps: measures, fields, scores, dates and what is counted of them; each what `meaning/` says at an instant."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any, TypeVar, cast

import numpy as np

from tandem.language.expression.nodes import (
    SCALE,
    About,
    Arithmetic,
    Condition,
    Expression,
    FieldRef,
    Literal,
    Measure,
    Previous,
    RecordMeasure,
    Score,
    Selector,
    Since,
    Until,
    Value,
)
from tandem.signals.answers import Answers, looked_up
from tandem.signals.columns import Columns, Picked
from tandem.signals.meaning.asked import Asked, kind_and_name
from tandem.signals.meaning.types import operand_types, type_of
from tandem.signals.numbers import (
    Counted,
    Fixed,
    Moving,
    Number,
    leaves_changed,
)
from tandem.signals.ranges import Range, part_of, ranges_of
from tandem.signals.records import Records
from tandem.signals.under import Under
from tandem.signals.world import Declared, Subject, Type, World
from tandem.timeline.algebra import Sign, through, within
from tandem.timeline.clock import shifted
from tandem.timeline.folds.extremes import first, greatest, last, last_occurred, least
from tandem.timeline.folds.windows import count, distinct, total
from tandem.timeline.kernels import UNKNOWN
from tandem.timeline.steps import Steps, aligned, compressed, constant, together
from tandem.timeline.timeline import Column, Subjects, Timeline
from tandem.values.instants import DAY


@dataclass(frozen=True, eq=False)
class Coded:
    """A value that is told apart. steps: codes of typed answers."""

    steps: Steps


Told = Coded | Number
T = TypeVar("T")


class Values(ABC):
    """The part of a fold that knows what values are. What several expressions read is read once."""

    def __init__(self, timeline: Timeline, declared: Declared, threads: int) -> None:
        self.timeline, self._threads = timeline, threads
        self.answers = Answers(declared)
        self.columns = Columns(timeline, declared, self.answers)
        self.records = Records(timeline, declared, self.answers)
        self._whole: dict[Any, Any] = {}
        # The playbook as the slow reference reads it: a world in which nothing happened.
        self.settings = World(**{name: getattr(declared, name) for name in Declared.__dataclass_fields__})

    @abstractmethod
    def condition(self, node: Condition, among: Range) -> Steps:
        """1, 0 or UNKNOWN of each subject of a range, be it there or not."""

    def over_ranges(self, about: About, ask: Callable[[Range], Steps]) -> Steps:
        return together(self.of_ranges(about, ask))

    def of_ranges(self, about: About, ask: Callable[[Range], T]) -> list[T]:
        """What is said of each range of all subjects, in their order."""
        subjects = self.timeline.subjects(about)
        ranges = [Range(about, part_of(subjects, since, until), since) for since, until in ranges_of(subjects, self._threads)]
        if len(ranges) == 1 or self._threads == 1:
            return [ask(each) for each in ranges]
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(ask, ranges))

    # Values.

    def told(self, node: Value, among: Range, wanted: Type | None) -> Told:
        key = node, wanted
        if key not in among.found:
            among.found[key] = self._rolled_value(node, among, wanted) if among.rolled is not None else self._value(node, among, wanted)
        told: Told = among.found[key]
        return told

    def _value(self, node: Value, among: Range, wanted: Type | None) -> Told:
        match node:
            case Literal(kind="text" | "flag"):
                return Coded(constant(len(among), self.answers.typed.code(cast(Any, node.value))))
            case Literal():
                return Fixed(constant_of(node))
            case FieldRef():
                return self._field(node, among, wanted)
            case Score():
                return Moving(self._score(node, among), SCALE)
            case Measure():
                return self._measure(node, among, wanted)
            case RecordMeasure():
                steps = self.whole_of((node, among.kind), lambda: self.records.measured(node, among.kind))
                return Moving(self.here(steps, among), SCALE if node.function == "sum" else 1)
            case Since():
                picked = self.picked(node.selector, among)
                return Moving(last_occurred(picked.subjects.layout, picked.chosen, threads=1), clock=1)
            case Until():
                return Moving(self.here(self._dates(cast(FieldRef, node.field), among.kind), among), clock=-1)
            case Previous():
                assert node.measure.window is not None, "`previous` of a measure without a window is a problem"
                length = node.measure.window
                told = self.told(node.measure, among, wanted)

                def earlier(steps: Steps) -> Steps:
                    return shifted(steps, among.subjects.existence, length)

                return Coded(earlier(told.steps)) if isinstance(told, Coded) else leaves_changed(told, earlier)
            case Arithmetic():
                types = operand_types(self.asking(among.kind), node)
                left, right = (self.counted(self.told(each, among, of)) for each, of in zip((node.left, node.right), types, strict=True))
                return Counted(left, node.sign, right)
        raise ValueError(f"{node!r} is not a value")

    def _rolled_value(self, node: Value, among: Range, wanted: Type | None) -> Told:
        """A value inside of a test that is asked of each workspace in turn: the workspace's own field, or else what its account says."""
        ref = node.field if isinstance(node, Until) else node
        if ref == among.rolled:
            kind, name = kind_and_name(self.asking(among.kind), ref)
            raw = constant(len(among), UNKNOWN) if among.empty else self.raw_field(kind, name)
            if isinstance(node, Until):
                return Moving(looked_up(raw, self.answers.instants(self.answers.raw.values)), clock=-1)
            return self._typed(raw, wanted)
        if isinstance(node, Literal | Arithmetic):
            return self._value(node, among, wanted)
        outer = Range(among.kind, self.timeline.subjects(among.kind))
        told = self._value(node, outer, wanted)
        if among.empty:
            return told

        def of_its_account(steps: Steps) -> Steps:
            return through(among.subjects.account, steps)

        return Coded(of_its_account(told.steps)) if isinstance(told, Coded) else leaves_changed(told, of_its_account)

    def counted(self, told: Told) -> Number:
        """What can be counted with; nothing of texts and flags."""
        if not isinstance(told, Coded):
            return told
        numbers = self.answers.counted()
        scaled = np.array([UNKNOWN if each is None else int(each * SCALE) for each in numbers], np.int64)
        return Moving(looked_up(told.steps, scaled), SCALE)

    def _score(self, node: Score, among: Range) -> Steps:
        lines = self.settings.scores[node.name].points
        axis = aligned([self.condition(condition, among) for condition, _ in lines])
        points = np.array([int(Fraction(each) * SCALE) for _, each in lines], np.int64)
        value = ((axis.values == 1) * points[:, None]).sum(axis=0)
        return compressed(axis.offsets, axis.at, value, int(((axis.initial == 1) * points).sum()))

    # Measures.

    def _measure(self, node: Measure, among: Range, wanted: Type | None) -> Told:
        if node.function in ("first", "last"):
            assert node.property is not None, "the first and the last are of a property"
            picked = self.picked(node.selector, among)
            value = self.columns.value(picked.subjects, node.property, wanted, picked.chosen)
            fold = first if node.function == "first" else last
            order = self.columns.order(picked.subjects, picked.chosen)
            steps = fold(picked.subjects.layout, picked.chosen, value, order, node.window, threads=1)
            return Moving(steps, 1 if wanted == "date" else SCALE) if wanted in ("number", "date") else Coded(steps)
        return Moving(self.folded(node, among), SCALE if node.function in ("sum", "min", "max") else 1)

    def folded(self, node: Measure, among: Range, sign: Sign | None = None, than: int = 0) -> Steps:
        """A measure that is a number, or how it compares."""
        picked = self.picked(node.selector, among)
        subjects, chosen, layout, window = picked.subjects, picked.chosen, picked.subjects.layout, node.window
        compared: dict[str, Any] = {"sign": sign, "than": than, "threads": 1}
        if node.function == "count":
            return count(layout, chosen, window, **compared)
        if node.function in ("sum", "min", "max"):
            assert node.property is not None, "these measures are of a property"
            numbers = self.columns.value(subjects, node.property, "number", chosen)
            fold = {"sum": total, "min": least, "max": greatest}[node.function]
            return fold(layout, chosen, numbers, window, **compared)
        return distinct(layout, chosen, self.keys(node, subjects, chosen), window, **compared)

    def keys(self, node: Measure, subjects: Subjects, chosen: Column | None) -> Column:
        """What is told apart, of each row: -1 for nothing."""
        match node.function:
            case "people":
                return subjects.person
            case "workspaces":
                return subjects.workspace
            case "days":
                return self.columns.day(subjects)
        assert node.property is not None, "what is told apart otherwise is a property"
        return tuple(np.maximum(each, -1) for each in self.columns.value(subjects, node.property, None, chosen))

    def picked(self, selector: Selector, among: Range) -> Picked:
        key = "picked", selector
        if key not in among.found:
            among.found[key] = self.columns.picked(among.subjects, selector)
        picked: Picked = among.found[key]
        return picked

    # Fields.

    def _field(self, ref: FieldRef, among: Range, wanted: Type | None) -> Told:
        kind, name = kind_and_name(self.asking(among.kind), ref)
        if ref.roll_up == "highest":
            told = self.whole_of((ref, among.kind, wanted), lambda: self._highest(kind, name, among.kind, wanted))
            here = self.here(told, among)
            return Moving(here, 1 if wanted == "date" else SCALE) if wanted in ("number", "date") else Coded(here)
        if ref.roll_up is not None:
            raise ValueError(f"`{ref.roll_up}(...)` has a meaning only inside of a test")
        field = self._typed_field(kind, name, wanted)
        here = self._of(field.steps, kind, among)
        return Coded(here) if isinstance(field, Coded) else replace(field, steps=here)

    def _of(self, steps: Steps, kind: About, among: Range) -> Steps:
        """What is said of each subject itself, or of its account; of others nothing is known."""
        if kind == among.kind:
            return self.here(steps, among)
        return through(among.subjects.account, steps) if kind == "account" else constant(len(among), UNKNOWN)

    def raw_field(self, kind: About, name: str) -> Steps:
        return self.whole_of(("field", kind, name), lambda: self._found_field(kind, name))

    def _found_field(self, kind: About, name: str) -> Steps:
        if kind == "account" and name == "icp_tier" and self.settings.tiers:
            tiers = [self.over_ranges("account", partial(self.condition, condition)) for _, condition in self.settings.tiers]
            return self.records.first_true(tiers, [tier for tier, _ in self.settings.tiers])
        return self.records.field(kind, name)

    def _typed_field(self, kind: About, name: str, wanted: Type | None) -> Coded | Moving:
        key = "typed", kind, name, wanted
        if key not in self._whole:
            self._whole[key] = self._typed(self.raw_field(kind, name), wanted)
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
                return self._greatest_of_members(kind, instants(self.raw_field(kind, name)), about)
            return self._of(instants(self.raw_field(kind, name)), kind, Range(about, self.timeline.subjects(about)))

        return self.whole_of(("until", ref, about), found)

    def _greatest_of_members(self, kind: About, steps: Steps, about: About) -> Steps:
        inner = self.timeline.subjects(kind)
        owner = within(inner.account, inner.existence, UNKNOWN)
        under = Under.of(owner, [steps], len(self.timeline.subjects(about).ids), lambda told: told != UNKNOWN)
        return greatest(under.layout, None, (under.values[0],), None)

    # What is found once for all subjects.

    def whole_of(self, key: Any, find: Callable[[], Steps]) -> Steps:
        if key not in self._whole:
            self._whole[key] = find()
        steps: Steps = self._whole[key]
        return steps

    def here(self, steps: Steps, among: Range) -> Steps:
        return steps if steps.subjects == len(among) else steps.between(among.since, among.since + len(among))

    def type(self, node: Expression, among: Range) -> Type | None:
        return type_of(self.asking(among.kind), node)

    def asking(self, about: About) -> Asked:
        """How the slow reference is asked what a node is about a kind of subject, whoever that is."""
        return Asked(self.settings, Subject(about, ""), 0)


def constant_of(literal: Literal) -> Fraction:
    value = literal.value
    if isinstance(value, date):
        return Fraction(value.toordinal() * DAY)
    return Fraction(cast(int, value), SCALE if literal.kind in ("number", "share") else 1)
