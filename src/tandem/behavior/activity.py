"""When a subject was active: the buckets in which enough people did something that a selector picks. What retention, actives and lifecycle share.

A person is active by any event; a workspace or an account where enough different persons are, and a visitor whom nobody identified is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tandem.behavior.periods import Calendar, PeriodKind, Periods, number_of
from tandem.behavior.view import View
from tandem.language.expression.nodes import About, Selector
from tandem.timeline.kernels import Longs, kernel
from tandem.timeline.timeline import Column
from tandem.values.instants import Instant


@dataclass(frozen=True)
class ActivityQuestion:
    """selector: what counts as active. people: a workspace or an account is active where so many different persons are.

    since, until: what is told of: periods of which some instant is at or after, and before.
    """

    selector: Selector
    about: About
    period: PeriodKind
    calendar: Calendar
    as_of: Instant
    people: int = 1
    since: Instant | None = None
    until: Instant | None = None

    @property
    def people_needed(self) -> int:
        return 1 if self.about == "person" else self.people

    def periods(self, view: View) -> Periods | None:
        """From the first event that is picked to the as-of, the same for all parts of the subjects; None where there is none."""
        first = begins(view)
        return None if first is None else Periods.covering(self.period, self.calendar, first, self.as_of)

    def told_of(self, periods: Periods, numbers: Longs) -> range:
        """The periods that are told of, of those from the first with anybody active on. numbers: (periods,) of the active."""
        first = int(np.append(np.flatnonzero(numbers), len(periods))[0])
        since = 0 if self.since is None else periods.number(self.since)
        until = len(periods) if self.until is None else min(len(periods), periods.number(self.until - 1) + 1)
        return range(max(first, since), until)


def room_for_people(person: Column, people: int) -> tuple[Longs, Longs]:
    """What one thread needs to tell persons apart: of each the last turn in which it was counted, and the turn."""
    many = max((int(part.max(initial=-1)) for part in person), default=-1) + 1 if people > 1 else 0
    return np.zeros(many, np.int64), np.zeros(1, np.int64)


def begins(view: View) -> int | None:
    """When the first of all events occurred that a selector picks and that were known by the as-of; None where there is none."""
    found = [
        _first(part.enters, part.occurred, code, view.marks, view.as_of) for part, code in zip(view.layout.parts, view.code, strict=True)
    ]
    picked = [at for at, is_any in found if is_any]
    return int(min(picked)) if picked else None


@kernel
def hits(row, mark, i, n, bit, occurred, person, people, base, length, starts, guess, utc_day, stamp, turn, out):  # type: ignore[no-untyped-def]
    """Writes the buckets in which enough people were active, ascending; how many.

    row, mark: a subject's rows by `occurred`, of which those from i to n are looked at, and of them those with the bit. base: of rolling
    buckets the instant at which they begin; of periods (length 0) the number of the one that is bucket 0. people: 0 where any row counts.
    """
    found = 0
    last, many = -1, 0
    for j in range(i, n):
        if mark[j] & bit == 0:
            continue
        r = row[j]
        who = 0
        if people > 0:
            who = person[r]
            if who < 0:
                continue
        if length > 0:
            number = (occurred[r] - base) // length
        else:
            number = number_of(occurred[r], starts, guess, utc_day) - base
        if number != last:
            if last >= 0 and many >= people:
                out[found] = last
                found += 1
            last, many = number, 0
            turn[0] += 1
        if people > 1:
            if stamp[who] == turn[0]:
                continue
            stamp[who] = turn[0]
        many += 1
    if last >= 0 and many >= people:
        out[found] = last
        found += 1
    return found


@kernel
def _first(enters, occurred, code, marks, as_of):  # type: ignore[no-untyped-def]
    first, is_any = 0, False
    for r in range(len(occurred)):
        bits = marks[code[r]] if len(marks) > 0 else code[r]
        if bits != 0 and enters[r] <= as_of and (not is_any or occurred[r] < first):
            first, is_any = occurred[r], True
    return first, is_any
