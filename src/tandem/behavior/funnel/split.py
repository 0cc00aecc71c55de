"""Attempts told apart: by a property of the event that began them, by what a record said then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from tandem.behavior.funnel.attempts import Attempts
from tandem.language.expression.nodes import About, FieldRef
from tandem.signals.answers import mapped
from tandem.signals.fold import Fold
from tandem.signals.values import Coded
from tandem.signals.world import UNKNOWN as NO_ANSWER
from tandem.signals.world import Answer
from tandem.timeline.kernels import UNKNOWN, Longs, kernel, still
from tandem.timeline.steps import Steps


@dataclass(frozen=True, eq=False)
class Groups:
    """group: (attempts,) a code each; UNKNOWN where nothing is known. answers: what each code says."""

    group: Longs
    answers: list[Answer]

    def answer(self, code: int) -> Answer:
        return NO_ANSWER if code == UNKNOWN else self.answers[code]


def by_property(fold: Fold, path: tuple[str, ...], attempts: Attempts) -> Groups:
    """path: of the property, its names from outside in."""
    said = fold.timeline.property(path)
    codes = fold.answers.codes(said.values, None)
    found = mapped(said.code[attempts.start].astype(np.int64), codes)
    return Groups(found, fold.answers.typed.values)


def by_field(fold: Fold, field: FieldRef, about: About, attempts: Attempts) -> Groups:
    """As of entry: what the field was, as known then, at the instant at which the attempt began. Raises ValueError for `any` and `all`."""
    steps = fold.over_ranges(about, lambda among: cast(Coded, fold.told(field, among, None)).steps)
    return Groups(steps_then(steps, attempts.subject, attempts.begun), fold.answers.typed.values)


def steps_then(steps: Steps, subject: Longs | np.ndarray, at: Longs) -> Longs:
    """(n,) the value of these subjects, each at its own instant."""
    columns = (steps.offsets, np.int64), (steps.at, np.int64), (steps.value, np.int64), (subject, np.int64), (at, np.int64)
    found: Longs = _then(*(still(*each) for each in columns), steps.initial)
    return found


@kernel
def _then(offsets, at, value, subject, when, initial):  # type: ignore[no-untyped-def]
    out = np.empty(len(subject), np.int64)
    for i in range(len(subject)):
        a, b = offsets[subject[i]], offsets[subject[i] + 1]
        after = a + np.searchsorted(at[a:b], when[i], side="right")
        out[i] = value[after - 1] if after > a else initial
    return out
