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
from tandem.signals.meaning.asked import kind_and_name
from tandem.signals.meaning.comparing import height
from tandem.signals.numbers import Moving
from tandem.signals.ranges import Range
from tandem.signals.values import Coded
from tandem.signals.world import UNKNOWN as NO_ANSWER
from tandem.signals.world import Answer, Declared
from tandem.timeline.kernels import NEVER, UNKNOWN, Ints, Longs, kernel, still
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
    asked = np.flatnonzero(at < NEVER)
    said = fields_then(timeline, declared, about, field, asked, at[asked], as_of)
    codes = np.zeros(len(at), np.int32)
    codes[asked] = said.code
    return Said(codes, said.answers)


def fields_then(
    timeline: Timeline, declared: Declared, about: About, field: FieldRef, subject: Ints | Longs, at: Longs, as_of: Instant
) -> Said:
    """The same of subjects of which each may be asked more than once. subject, at: (n,) who is asked, and when; so is the code."""
    fold = Fold(Hindsight(timeline, declared, as_of), declared)
    everybody = Range(about, fold.timeline.subjects(about))
    told = fold.told(field, everybody, fold.type(field, everybody))
    if not isinstance(told, Coded | Moving):
        raise ValueError(f"{field!r} is not a field")
    values, code = np.unique(values_then(told.steps, subject, at), return_inverse=True)
    answers = [_answer(fold, told, value) for value in values.tolist()]
    kind, name = kind_and_name(fold.asking(about), field)
    return in_order(code, answers, declared.plans if name == "plan" else declared.choices.get(f"{kind}.{name}", ()))


def in_order(code: Longs, answers: Sequence[Answer], order: Sequence[str] = ()) -> Said:
    """The answers, the lowest first and what is unknown last. order: of texts that have one, lowest first."""
    ranked = sorted(range(len(answers)), key=lambda each: (answers[each] is NO_ANSWER, height(order, answers[each])))
    rank = np.empty(len(ranked), np.int32)
    rank[ranked] = np.arange(len(ranked), dtype=np.int32)
    return Said(rank[code], [answers[each] for each in ranked])


def values_then(steps: Steps, subject: Ints | Longs, at: Longs) -> Longs:
    """(n,) the value of each of these subjects at its own instant."""
    columns = (steps.offsets, steps.at, steps.value, subject, at)
    found: Longs = _values_then(*(still(each, np.int64) for each in columns), steps.initial)
    return found


@kernel
def _values_then(offsets, at, value, subject, when, initial):  # type: ignore[no-untyped-def]
    out = np.empty(len(subject), np.int64)
    for i in range(len(subject)):
        a, b = offsets[subject[i]], offsets[subject[i] + 1]
        after = a + np.searchsorted(at[a:b], when[i], side="right")
        out[i] = value[after - 1] if after > a else initial
    return out


def _answer(fold: Fold, told: Coded | Moving, value: int) -> Answer:
    if value == UNKNOWN:
        return NO_ANSWER
    if isinstance(told, Coded):
        return fold.answers.typed.values[value]
    return date.fromordinal(value // DAY) if told.per == 1 else Fraction(value, told.per)
