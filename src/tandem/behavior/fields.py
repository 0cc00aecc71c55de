"""What a field said of each subject at an instant of its own, such as the plan that it had when it began; by what is known as of an instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from tandem.language.expression.nodes import About, FieldRef
from tandem.signals.backtest.hindsight import Hindsight
from tandem.signals.fold import Fold
from tandem.signals.meaning import height, kind_and_name
from tandem.signals.numbers import Moving
from tandem.signals.ranges import Range
from tandem.signals.values import Coded
from tandem.signals.world import UNKNOWN as NO_ANSWER
from tandem.signals.world import Answer, Declared
from tandem.timeline.kernels import NEVER, UNKNOWN, Ints, Longs
from tandem.timeline.steps import Steps
from tandem.timeline.timeline import Timeline
from tandem.values.instants import DAY, Instant


@dataclass(frozen=True, eq=False)
class Said:
    """code: (subjects,) into answers, the lowest first and what is unknown last. Only answers that somebody has stand there."""

    code: Ints
    answers: Sequence[Answer]


def fields_at(timeline: Timeline, declared: Declared, about: About, field: FieldRef, at: Longs, as_of: Instant) -> Said:
    """at: (subjects,) when each is asked; NEVER for who is not, and whose code means nothing.

    Records are those that are known as of the instant, each from when it occurred on (Semantics 7).
    """
    fold = Fold(Hindsight(timeline, declared, as_of), declared)
    everybody = Range(about, fold.timeline.subjects(about))
    told = fold.told(field, everybody, fold.type(field, everybody))
    if not isinstance(told, Coded | Moving):
        raise ValueError(f"{field!r} is not a field")
    asked = at < NEVER
    values, code = np.unique(_values_at(told.steps, at)[asked], return_inverse=True)
    answers = [_answer(fold, told, value) for value in values.tolist()]
    kind, name = kind_and_name(fold.asking(about), field)
    order = declared.plans if name == "plan" else declared.choices.get(f"{kind}.{name}", ())
    ranked = sorted(range(len(answers)), key=lambda each: (answers[each] is NO_ANSWER, height(order, answers[each])))
    rank = np.empty(len(ranked), np.int32)
    rank[ranked] = np.arange(len(ranked), dtype=np.int32)
    codes = np.zeros(len(at), np.int32)
    codes[asked] = rank[code]
    return Said(codes, [answers[each] for each in ranked])


def _values_at(steps: Steps, at: Longs) -> Longs:
    """(subjects,) each subject's value at its own instant."""
    begun = np.concatenate([np.zeros(1, np.int64), np.cumsum(steps.at <= np.repeat(at, np.diff(steps.offsets)))])[steps.offsets]
    latest = steps.offsets[:-1] + np.diff(begun) - 1
    found = np.full(steps.subjects, steps.initial, np.int64)
    known = latest >= steps.offsets[:-1]
    found[known] = steps.value[latest[known]]
    return found


def _answer(fold: Fold, told: Coded | Moving, value: int) -> Answer:
    if value == UNKNOWN:
        return NO_ANSWER
    if isinstance(told, Coded):
        return fold.answers.typed.values[value]
    return date.fromordinal(value // DAY) if told.per == 1 else Fraction(value, told.per)
