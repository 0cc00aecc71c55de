"""The account of each person's latest fact, over knowledge time. Latest is by (`occurred_at`, fact id), of what has occurred.

Where all facts of a person are of one account at any instant, be it another one at another instant, the latest need not be found. Only
for persons whose facts are of several accounts at once are facts looked at one by one: those that cease to belong to the person
together are one group, in which the latest so far is a running greatest; and where groups overlap, which is rare, they are walked
side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tandem.identity.cells import Cells, Stretches, without_echoes
from tandem.identity.coded import Numbers
from tandem.identity.events import Events
from tandem.identity.lasting import Lasting

Flags = NDArray[np.bool_]
# The ids of facts, by row.
Ids = Callable[[Numbers], list[str]]


@dataclass(frozen=True, eq=False)
class Spans:
    """For each person, which fact is the latest, by person and since, all (m,). row: of the events."""

    person: Numbers
    row: Numbers
    since: Numbers
    until: Numbers

    def take(self, chosen: Any) -> Spans:
        return Spans(self.person[chosen], self.row[chosen], self.since[chosen], self.until[chosen])


def account_of_latest(
    cells: Cells, events: Events, begun: Numbers, doubtful: Numbers, taken: Stretches, over: Callable[[Numbers], Stretches]
) -> Lasting:
    """Persons and accounts are codes of the cells. A person without facts that have occurred has none.

    begun: (cells,) from when on a fact of the cell that is never gone is known and has occurred. doubtful: rows of those that may be
    gone, and their stretches. over: stretches of some rows, named by their position among those.
    """
    since = np.maximum(cells.steps.starts, np.repeat(begun, cells.steps.count))
    since = np.concatenate([since, np.maximum(taken.since, events.occurred_at[doubtful][taken.row])])
    until, answer = np.concatenate([cells.until, taken.until]), np.concatenate([cells.answer, taken.answer])
    person = cells.person.codes[answer].astype(np.int64)
    there = np.flatnonzero((person >= 0) & (since < until))
    whole = Lasting.of(person[there], cells.account.codes[answer[there]].astype(np.int64), since[there], until[there])
    several = _are_of_several(whole, len(cells.person.texts))
    held = whole.take(~several[whole.subject]).united()
    return held.and_(_of_several(cells, events, several, over)) if several.any() else held


def _are_of_several(whole: Lasting, persons: int) -> Flags:
    """(persons + 1,) whose facts are of several accounts at once; the last is none."""
    several = np.zeros(persons + 1, dtype=bool)
    several[whole.subject[1:][(whole.account[1:] != whole.account[:-1]) & (whole.since[1:] < whole.until_before())]] = True
    return several


def _of_several(cells: Cells, events: Events, several: Flags, over: Callable[[Numbers], Stretches]) -> Lasting:
    """The same for persons whose facts are of several accounts at once."""
    looked_at = np.logical_or.reduceat(several[cells.person.codes[cells.answer]], cells.steps.first)
    rows = np.concatenate([part.start + np.flatnonzero(looked_at[cells.of_rows(events.coded, part)]) for part in events.slices()])
    stretches, occurred_at = over(rows), events.occurred_at[rows]
    belongs = without_echoes(stretches, cells.person.codes[stretches.answer].astype(np.int64))
    there = Spans(belongs.answer, belongs.row, np.maximum(belongs.since, occurred_at[belongs.row]), belongs.until)
    there = there.take(several[there.person] & (there.since < there.until))
    if len(there.row) == 0:
        return Lasting(there.person, there.person, there.since, there.until)
    person, since, until, account = _with_account(_latest(there, occurred_at, lambda row: events.texts.ids(rows[row])), cells, stretches)
    # Neighbours of one account are one.
    begins = np.flatnonzero(np.append(True, (person[1:] != person[:-1]) | (account[1:] != account[:-1]) | (since[1:] != until[:-1])))
    ends = np.append(begins[1:], len(person)) - 1
    return Lasting(person[begins], account[begins], since[begins], until[ends])


def _latest(there: Spans, occurred_at: Numbers, ids: Ids) -> Spans:
    """From when each fact is a person's to which is the latest."""
    there = there.take(np.lexsort((occurred_at[there.row], there.since, there.until, there.person)))
    same = (there.person[1:] == there.person[:-1]) & (there.until[1:] == there.until[:-1])
    group = np.cumsum(np.append(False, ~same))
    leading = _leading(group, occurred_at[there.row], there.row, ids)
    follows = np.append(np.diff(group[leading]) == 0, False)
    there = there.take(leading)
    # Each leads until the next of its group does; of several of one instant the last.
    there = Spans(there.person, there.row, there.since, np.where(follows, np.append(there.since[1:], 0), there.until))
    there = there.take(there.since < there.until)
    there = there.take(np.lexsort((there.since, there.person)))
    overlaps = (there.person[1:] == there.person[:-1]) & (there.since[1:] < there.until[:-1])
    if not overlaps.any():
        return there
    several = np.isin(there.person, there.person[1:][overlaps])
    walked: list[tuple[int, int, int, int]] = []
    side_by_side = there.take(several)
    rows = np.unique(side_by_side.row)
    names = dict(zip(rows.tolist(), ids(rows), strict=True))
    for part in np.split(np.arange(len(side_by_side.row)), np.flatnonzero(np.diff(side_by_side.person)) + 1):
        walked += _walked(side_by_side.take(part), occurred_at, names)
    apart = there.take(~several)
    columns = zip((apart.person, apart.row, apart.since, apart.until), np.array(walked, dtype=np.int64).T, strict=True)
    whole = Spans(*(np.concatenate(pair) for pair in columns))
    return whole.take(np.lexsort((whole.since, whole.person)))


def _with_account(latest: Spans, cells: Cells, stretches: Stretches) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Person, since, until and the code of the account, wherever the latest fact or its account changes."""
    count = np.bincount(stretches.row)
    first, number = (np.cumsum(count) - count)[latest.row], count[latest.row]
    span = np.repeat(np.arange(len(first), dtype=np.int64), number)
    stretch = first[span] + np.arange(len(span), dtype=np.int64) - (np.cumsum(number) - number)[span]
    since, until = np.maximum(latest.since[span], stretches.since[stretch]), np.minimum(latest.until[span], stretches.until[stretch])
    inside = since < until
    span, account = span[inside], cells.account.codes[stretches.answer[stretch[inside]]].astype(np.int64)
    return latest.person[span], since[inside], until[inside], account


def _leading(group: Numbers, occurred: Numbers, row: Numbers, ids: Ids) -> Numbers:
    """The places, in order, at which a fact is later than all before it in its group."""
    distinct, rank = np.unique(occurred, return_inverse=True)
    key = group * len(distinct) + rank
    greatest = np.maximum.accumulate(key)
    before = np.append(-1, greatest[:-1])
    leading = np.flatnonzero(key >= before)
    tied = key[leading] == before[leading]
    if not tied.any():
        return leading
    # Of equal instants the greater id is later.
    tie = np.flatnonzero(tied | np.append(tied[1:], False))
    named = ids(row[leading[tie]])
    keeps = np.ones(len(leading), dtype=bool)
    best = ""
    for place, name, is_tied in zip(tie.tolist(), named, tied[tie].tolist(), strict=True):
        if is_tied and name < best:
            keeps[place] = False
        else:
            best = name
    return leading[keeps]


def _walked(spans: Spans, occurred_at: Numbers, names: dict[int, str]) -> list[tuple[int, int, int, int]]:
    """Overlapping spans of one person side by side: person, row, since and until of the latest fact of those that hold."""
    latest = [(at, names[row]) for at, row in zip(occurred_at[spans.row].tolist(), spans.row.tolist(), strict=True)]
    rank = {place: number for number, place in enumerate(sorted(range(len(latest)), key=latest.__getitem__, reverse=True))}
    rows, since, until = spans.row.tolist(), spans.since.tolist(), spans.until.tolist()
    edges = sorted({*since, *until})
    holding: list[tuple[int, int]] = []
    found = []
    entered = 0
    for begun, over in pairwise(edges):
        while entered < len(rows) and since[entered] <= begun:
            heappush(holding, (rank[entered], entered))
            entered += 1
        while holding and until[holding[0][1]] <= begun:
            heappop(holding)
        if holding:
            found.append((int(spans.person[0]), rows[holding[0][1]], begun, over))
    return found
