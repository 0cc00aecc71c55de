"""What fields and conditions say of one account or person over time, as the boundary asks them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeVar

from tandem.boundary.fold.belonging import Belonging
from tandem.boundary.fold.during import Layer, layer_of
from tandem.boundary.meaning.evidence import TIER
from tandem.boundary.playbook.policy import Boundary, Table
from tandem.language.expression.nodes import SCALE, About, Condition, FieldRef, Score
from tandem.language.source import Source
from tandem.signals.fold import Fold
from tandem.signals.meaning.asking import contributions, holds, value
from tandem.signals.numbers import Moving
from tandem.signals.ranges import Range
from tandem.signals.values import Coded
from tandem.signals.world import UNKNOWN as NO_ANSWER
from tandem.signals.world import Answer, Period, Subject, Tie, World, is_target
from tandem.timeline.kernels import UNKNOWN
from tandem.timeline.steps import ALWAYS, Steps, constant
from tandem.values.instants import Instant

NOWHERE = Source("", "").span(0, 0)

X = TypeVar("X")


class Fields:
    """Of somebody to whom no fact ever belonged the slow reference is asked, in a world without facts."""

    def __init__(self, fold: Fold, belonging: Belonging, boundary: Boundary) -> None:
        self._fold, self._belonging, self._boundary = fold, belonging, boundary
        self._found: dict[Any, Steps] = {}

    def is_target(self, account: str) -> Layer[bool]:
        code = self._belonging.code("account", account)
        if code is None:
            return self._of_stranger(lambda t: is_target(self._empty, account, t))
        told = layer_of(self._fold.raw_field("account", "is_target"), code)
        raw = self._fold.records.raw_values
        return Layer(told.at, [each != UNKNOWN and raw[each] is True for each in told.values])

    def tier(self, account: str) -> Layer[Answer]:
        return self.field(TIER, "account", account)

    def refused(self, table: Table, one: str) -> Layer[frozenset[str]]:
        """The channels that a table does not allow to touch an account or a person by."""
        told, every = self.field(table.of, table.about, one), frozenset(self._boundary.channels)
        return Layer(told.at, [every - table.allows(each) for each in told.values])

    def field(self, ref: FieldRef, about: About, one: str) -> Layer[Answer]:
        code = self._belonging.code(about, one)
        if code is None:
            return self._of_stranger(lambda t: value(self._empty, ref, Subject(about, one), t))
        told = layer_of(self._once((ref, about), lambda: self._codes(ref, about)), code)
        answers = self._fold.answers.typed.values
        return Layer(told.at, [NO_ANSWER if each == UNKNOWN else answers[each] for each in told.values])

    def holds(self, condition: Condition, about: About, one: str) -> Layer[bool]:
        """Whether a condition is true of an account or a person, be they there or not."""
        code = self._belonging.code(about, one)
        if code is None:
            return self._of_stranger(lambda t: holds(self._empty, condition, Subject(about, one), t) is True)
        truths = self._once((condition, about), lambda: self._fold.over_ranges(about, lambda among: self._fold.condition(condition, among)))
        told = layer_of(truths, code)
        return Layer(told.at, [each == 1 for each in told.values])

    def points(self, score: str, subject: Subject, t: Instant) -> Fraction:
        """What all lines of a score give together."""
        code = self._belonging.code(subject.kind, subject.id)
        if code is None:
            return sum((each.points for each in contributions(self._empty, score, subject, t)), Fraction(0))
        told = self._once(("score", score, subject.kind), lambda: self._scored(score, subject.kind))
        return Fraction(layer_of(told, code).value(t), SCALE)

    def _scored(self, score: str, about: About) -> Steps:
        """In millionths."""
        told = self._fold.told(Score(score, NOWHERE), Range(about, self._fold.timeline.subjects(about)), "number")
        assert isinstance(told, Moving), "a score is a number"
        return told.steps

    def _codes(self, ref: FieldRef, about: About) -> Steps:
        """What a field says of each subject, as the code of a text, a flag or the like; a number or a date has none, for nothing asks for it."""
        among = Range(about, self._fold.timeline.subjects(about))
        told = self._fold.told(ref, among, self._fold.type(ref, among))
        return told.steps if isinstance(told, Coded) else constant(len(among), UNKNOWN)

    def _once(self, key: Any, find: Callable[[], Steps]) -> Steps:
        if key not in self._found:
            self._found[key] = find()
        return self._found[key]

    def _of_stranger(self, ask: Callable[[Instant], X]) -> Layer[X]:
        """Merges are all that may matter."""
        return Layer(self._merged_at, [ask(ALWAYS), *(ask(at) for at in self._merged_at)])

    @cached_property
    def _merged_at(self) -> list[Instant]:
        return sorted({tie.since for ties in self._empty.survivors.values() for tie in ties})

    @cached_property
    def _empty(self) -> World:
        survivors: Mapping[Subject, tuple[Tie, ...]] = {
            Subject("account", one): tuple(
                Tie(at, until, under) for (at, under), until in zip(steps, (*(at for at, _ in steps[1:]), Period(0).until), strict=True)
            )
            for one, steps in self._fold.timeline.survivors("account").items()
        }
        return replace(self._fold.settings, survivors=survivors)
