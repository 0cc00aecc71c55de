"""Attempts told apart by their beginning: by a property of the event that began them, or by the period in which they did.

By what a record said then, `fields.fields_then` tells them apart.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from tandem.behavior.fields import Said, in_order
from tandem.behavior.funnel.attempts import Attempts
from tandem.behavior.periods import Calendar, PeriodKind
from tandem.signals import columns
from tandem.signals.answers import mapped
from tandem.signals.fold import Fold
from tandem.signals.world import UNKNOWN as NO_ANSWER
from tandem.timeline.kernels import UNKNOWN


def by_property(fold: Fold, path: tuple[str, ...], attempts: Attempts) -> Said:
    """path: of the property, its names from outside in. An event without it, or with a list or an object, says nothing."""
    said = fold.timeline.property(path)
    typed = fold.answers.codes(said.values, None)
    values, code = np.unique(mapped(said.code[attempts.start].astype(np.int64), typed), return_inverse=True)
    answers = [NO_ANSWER if value == UNKNOWN else fold.answers.typed.values[value] for value in values.tolist()]
    return in_order(code, answers)


def by_period(fold: Fold, kind: PeriodKind, calendar: Calendar, attempts: Attempts) -> Said:
    """Periods are named by their first day."""
    days, code = np.unique(columns.Calendar(fold.columns.declared).days(attempts.begun), return_inverse=True)
    first = [calendar.first_day(kind, date.fromordinal(day)) for day in days.tolist()]
    known = sorted(set(first))
    of_day = np.array([known.index(each) for each in first], np.int64)
    return in_order(of_day[code] if len(days) else code, known)
