"""Retention: of those who began in a period, how many were active in the first, the second, the third period after.

A cohort is a period of the calendar, or what a field said as each of them began. A cell is mature when its bucket is over for all of the
cohort; what is not over yet is counted so far, marked, and in no average.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial, reduce
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np

from tandem.behavior.activity import begins, hits, room_for_people
from tandem.behavior.periods import Calendar, PeriodKind, Periods, number_of
from tandem.behavior.view import View, counting
from tandem.language.expression.nodes import About, Selector
from tandem.timeline.folds.stays import longest
from tandem.timeline.kernels import NEVER, THREADS, UNKNOWN, Ints, Longs, kernel, still
from tandem.timeline.timeline import Column
from tandem.values.durations import Duration
from tandem.values.instants import DAY, Instant

Convention = Literal["on", "on_or_after", "bracket", "streak"]
Entry = Literal["first_ever", "first_in_range", "every"]
Bracket = tuple[int, int]  # The first bucket and the last, both in.

CONVENTIONS: tuple[Convention, ...] = ("on", "on_or_after", "bracket", "streak")
ENTRIES: tuple[Entry, ...] = ("first_ever", "first_in_range", "every")
# Rolling buckets are exact lengths; a month of them has 30 days.
LENGTHS: dict[PeriodKind, Duration] = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY}
PERIODS_MOST = 1_500


@dataclass(frozen=True)
class RetentionQuestion:
    """first: what begins; returning: what counts as active after it, at the same instant or later.

    convention: `on`, active in the bucket; `on_or_after`, in it or a later one; `streak`, in it and all before; `bracket`, in any of a range
    of buckets. rolling: buckets are exact lengths from each one's beginning, else periods of the calendar. people: a workspace or an account
    is active where so many different persons are. entry: one begins with the first event ever, or with the first since `since`, or anew in
    each period. since, until: only who begins at or after, and before. brackets: ascending and apart.
    """

    first: Selector
    returning: Selector
    about: About
    convention: Convention
    period: PeriodKind
    calendar: Calendar
    as_of: Instant
    rolling: bool = False
    people: int = 1
    entry: Entry = "first_ever"
    since: Instant | None = None
    until: Instant | None = None
    brackets: tuple[Bracket, ...] = ()

    def __post_init__(self) -> None:
        if self.rolling and self.entry == "every":
            raise ValueError("who begins anew in each period has buckets of the calendar")
        if any(high < low for low, high in self.brackets) or any(low <= high for (_, high), (low, _) in pairwise(self.brackets)):
            raise ValueError("brackets ascend, and have no bucket in common")


def doubling(buckets: int) -> tuple[Bracket, ...]:
    """The brackets 0, 1, 2-3, 4-7, and so on, that begin inside of so many buckets.

    >>> doubling(6)
    ((0, 0), (1, 1), (2, 3), (4, 7))
    """
    found = [(0, 0)]
    while found[-1][1] + 1 < buckets:
        low = found[-1][1] + 1
        found.append((low, 2 * low - 1))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Axis:
    """What the counts of one question stand along, the same for all its parts.

    periods: from the first in which anybody may begin to that of the as-of. buckets: how many there may be, the last not over. brackets: of
    each column the first and the last bucket. column: (buckets,) in which each bucket is counted, -1 for none.
    """

    periods: Periods
    buckets: int
    brackets: tuple[Bracket, ...]
    column: Ints

    @classmethod
    def of(cls, asked: RetentionQuestion, since: Instant) -> Axis:
        """since: when the first of them may have begun. Raises ValueError for more than PERIODS_MOST."""
        periods = Periods.covering(asked.period, asked.calendar, since, asked.as_of)
        length = asked.as_of - int(periods.starts[0])
        buckets = length // LENGTHS[asked.period] + 1 if asked.rolling else len(periods)
        if max(buckets, len(periods)) > PERIODS_MOST:
            raise ValueError(f"{max(buckets, len(periods)):,} periods, and at most {PERIODS_MOST:,} are counted at once")
        if asked.convention == "bracket":
            brackets = tuple(each for each in asked.brackets or doubling(buckets) if each[0] < buckets)
        else:
            brackets = tuple((number, number) for number in range(buckets))
        column = np.full(buckets, -1)
        for number, (low, high) in enumerate(brackets):
            column[low : high + 1] = number
        return cls(periods, buckets, brackets, still(column, np.int32))

    @classmethod
    def found(cls, asked: RetentionQuestion, view: View) -> Axis | None:
        """From the first event that is picked, or from `since`; None where nobody can have begun."""
        first = begins(view)
        since = first if first is None or asked.since is None else max(first, asked.since)
        return None if since is None or since > asked.as_of else cls.of(asked, since)

    @property
    def done(self) -> Ints:
        """(buckets,) how many columns are over when so many buckets are."""
        return still(np.searchsorted([high for _, high in self.brackets], np.arange(self.buckets), side="left"), np.int32)

    @property
    def begun(self) -> Ints:
        """(buckets,) how many columns have begun when so many buckets are over."""
        return still(np.searchsorted([low for low, _ in self.brackets], np.arange(self.buckets), side="right"), np.int32)


class Counts(NamedTuple):
    """What is counted of a part of the subjects; parts add up.

    entered: (cohorts, buckets) who began, by how many buckets are over for them. over, open: (cohorts, columns) who of them was active,
    where the column is over for them, and where it is not.
    """

    entered: Longs
    over: Longs
    open: Longs


def combined(parts: Iterable[Counts]) -> Counts:
    """The counts of several parts of the subjects together."""
    return reduce(lambda one, other: Counts(*(a + b for a, b in zip(one, other, strict=True))), parts)


@dataclass(frozen=True, eq=False)
class Whose:
    """Columns of rows. person: who did it, -1 for nobody who is known. cohort: that of the row's subject; None where it is a period."""

    person: Column
    cohort: Column | None = None
    cohorts: int = 0


def count_retention(asked: RetentionQuestion, view: View, whose: Whose, axis: Axis, *, threads: int = THREADS) -> Counts:
    """The fold. view: its selectors are `first` and `returning`, or the one that both are."""
    cohorts = whose.cohorts if whose.cohort is not None else len(axis.periods)
    shape = np.array([cohorts, axis.buckets, len(axis.brackets)])
    periods = axis.periods
    people = 1 if asked.about == "person" else asked.people

    def prepared() -> Callable[..., Any]:
        return partial(
            _retained, view.marks, view.as_of, _returning_bit(asked), *_entering(asked), people, CONVENTIONS.index(asked.convention),
            LENGTHS[asked.period] if asked.rolling else 0, shape, axis.column, axis.done,
            periods.starts, periods.guess, periods.utc_day, periods.number(view.as_of), *room_for_people(whose.person, people),
        )  # fmt: skip

    parts = view.over_subjects(prepared, (whose.person, np.int32), (whose.cohort, np.int32), threads=threads)
    return combined(Counts(*part) for part in parts)


def find_beginnings(asked: RetentionQuestion, view: View, whose: Whose, *, threads: int = THREADS) -> Longs:
    """(subjects,) when each began; NEVER for who did not. Of who begins more than once, the first time."""

    def prepared() -> Callable[..., Any]:
        return partial(_beginnings, view.marks, view.as_of, *_entering(asked))

    return np.concatenate([part[0] for part in view.over_subjects(prepared, (whose.person, np.int32), threads=threads)])


def _returning_bit(asked: RetentionQuestion) -> int:
    return 1 if asked.first == asked.returning else 2


def _entering(asked: RetentionQuestion) -> tuple[int, bool, int, int]:
    """How one begins; whether only who is identified does; since when and until when."""
    since, until = UNKNOWN if asked.since is None else asked.since, NEVER if asked.until is None else asked.until
    return ENTRIES.index(asked.entry), asked.about == "person", since, until


# Kernels.


_FIRST_EVER, _EVERY = ENTRIES.index("first_ever"), ENTRIES.index("every")
_ON, _ON_OR_AFTER, _BRACKET = (CONVENTIONS.index(each) for each in CONVENTIONS[:3])  # And a streak is what is left.


@kernel
def _begins(row, mark, i, n, entry, known_only, since, until, occurred, person):  # type: ignore[no-untyped-def]
    """The next place from i on at which the subject begins; n where it does not."""
    for j in range(i, n):
        if mark[j] & 1 == 0 or (known_only and person[row[j]] < 0):
            continue
        at = occurred[row[j]]
        if at >= until or (at < since and entry == _FIRST_EVER):
            return n
        if at >= since:
            return j
    return n


@kernel
def _beginnings(  # type: ignore[no-untyped-def]
    marks, as_of, entry, known_only, from_, to,
    since, until, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, chosen, code, person,
):  # fmt: skip
    rows = longest(offsets, since, until)
    gone, row, mark = np.empty(rows, np.uint8), np.empty(rows, np.int64), np.empty(rows, np.int32)
    found = np.full(until - since, NEVER)
    for s in range(since, until):
        n = counting(
            s, as_of, False, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, code, marks, gone, row, mark
        )  # fmt: skip
        i = _begins(row, mark, 0, n, entry, known_only, from_, to, occurred, person)
        if i < n:
            found[s - since] = occurred[row[i]]
    return (found,)


@kernel
def _retained(  # type: ignore[no-untyped-def]
    marks, as_of, bit, entry, known_only, from_, to, people, how, length, shape, column, done, starts, guess, utc_day, now, stamp, turn,
    since, until, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, chosen, code, person, cohort,
):  # fmt: skip
    cohorts, buckets, columns = shape[0], shape[1], shape[2]
    entered = np.zeros((cohorts, buckets), np.int64)
    over, still_open = np.zeros((cohorts, columns), np.int64), np.zeros((cohorts, columns), np.int64)
    rows = longest(offsets, since, until)
    gone, row, mark = np.empty(rows, np.uint8), np.empty(rows, np.int64), np.empty(rows, np.int32)
    hit, ever_hit = np.empty(buckets + 1, np.int64), np.empty(buckets + 1, np.int64)
    for s in range(since, until):
        n = counting(
            s, as_of, False, offsets, enters, occurred, leaving, early_offsets, early_row, early_at, code, marks, gone, row, mark
        )  # fmt: skip
        i = _begins(row, mark, 0, n, entry, known_only, from_, to, occurred, person)
        ever, later = 0, 0
        if i < n and entry == _EVERY:
            ever = hits(row, mark, i, n, bit, occurred, person, people, 0, 0, starts, guess, utc_day, stamp, turn, ever_hit)
        while i < n:
            at = occurred[row[i]]
            number = number_of(at, starts, guess, utc_day)
            c = number if len(cohort) == 0 else cohort[row[i]]
            complete = (as_of - at) // length if length > 0 else now - number
            entered[c, complete] += 1
            # What returns at the same instant returns, wherever it stands among the rows.
            j = i
            while j > 0 and occurred[row[j - 1]] == at:
                j -= 1
            ends = n
            if entry == _EVERY:
                # Only of the first bucket it matters when in it one began: all others are found once.
                ends = i
                while ends < n and occurred[row[ends]] < starts[number + 1]:
                    ends += 1
            base = at if length > 0 else number
            found = hits(row, mark, j, ends, bit, occurred, person, people, base, length, starts, guess, utc_day, stamp, turn, hit)
            if entry == _EVERY:
                while later < ever and ever_hit[later] <= number:
                    later += 1
                hit[found : found + ever - later] = ever_hit[later:ever] - number
                found += ever - later
            _tally(how, hit, found, done[complete], column, over[c], still_open[c])
            if entry != _EVERY:
                break
            i = _begins(row, mark, ends, n, entry, known_only, from_, to, occurred, person)
    return entered, over, still_open


@kernel
def _tally(how, hit, found, done, column, over, still_open):  # type: ignore[no-untyped-def]
    """Counts one who began, who was active in these buckets, in each column where the convention says so. done: how many columns are over."""
    if how == _ON_OR_AFTER:
        for each in range(hit[found - 1] + 1 if found > 0 else 0):
            if each < done:
                over[each] += 1
            else:
                still_open[each] += 1
        return
    before = -1
    for k in range(found):
        each = column[hit[k]]
        if how > _BRACKET and hit[k] != k:
            return
        if each < 0 or each == before:
            continue
        before = each
        if each < done:
            over[each] += 1
        else:
            still_open[each] += 1
