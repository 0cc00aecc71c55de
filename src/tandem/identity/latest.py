"""The account of each person's latest fact, over knowledge time. Latest is by (`occurred_at`, fact id), of what has occurred.

Facts of one person that cease to belong to it together are one group, in which the latest so far is a running greatest. Only
where groups of one person overlap, which is rare, are they walked side by side.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from tandem.identity.cells import Cells, Stretches, without_echoes
from tandem.identity.coded import Numbers

# Since, until (half-open), and the account or None.
Held = tuple[int, int, str | None]


@dataclass(frozen=True, eq=False)
class Spans:
    """For each person, which fact is the latest, by person and since, all (m,). row: of the events."""

    person: Numbers
    row: Numbers
    since: Numbers
    until: Numbers

    def take(self, chosen: Any) -> Spans:
        return Spans(self.person[chosen], self.row[chosen], self.since[chosen], self.until[chosen])


def account_of_latest(cells: Cells, stretches: Stretches, occurred_at: Numbers, ids: Any) -> dict[str, list[Held]]:
    """By printed person, in order. A person without facts that have occurred has none. ids: (n,) of the events."""
    belongs = without_echoes(stretches, cells.person.codes[stretches.answer].astype(np.int64))
    there = Spans(belongs.answer, belongs.row, np.maximum(belongs.since, occurred_at[belongs.row]), belongs.until)
    there = there.take((there.person >= 0) & (there.since < there.until))
    if len(there.row) == 0:
        return {}
    person, since, until, account = _with_account(_latest(there, occurred_at, ids), cells, stretches)
    # Neighbours of one account are one.
    begins = np.flatnonzero(np.append(True, (person[1:] != person[:-1]) | (account[1:] != account[:-1]) | (since[1:] != until[:-1])))
    ends = np.append(begins[1:], len(person)) - 1
    names = [*cells.account.texts, None]
    found: dict[str, list[Held]] = defaultdict(list)
    for one, begun, over, number in zip(
        person[begins].tolist(), since[begins].tolist(), until[ends].tolist(), account[begins].tolist(), strict=True
    ):
        found[cells.person.texts[one]].append((begun, over, names[number]))
    return dict(found)


def _latest(there: Spans, occurred_at: Numbers, ids: Any) -> Spans:
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
    for part in np.split(np.arange(len(side_by_side.row)), np.flatnonzero(np.diff(side_by_side.person)) + 1):
        walked += _walked(side_by_side.take(part), occurred_at, ids)
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


def _leading(group: Numbers, occurred: Numbers, row: Numbers, ids: Any) -> Numbers:
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
    named = ids.take(pa.array(row[leading[tie]])).to_pylist()
    keeps = np.ones(len(leading), dtype=bool)
    best = ""
    for place, name, is_tied in zip(tie.tolist(), named, tied[tie].tolist(), strict=True):
        if is_tied and name < best:
            keeps[place] = False
        else:
            best = name
    return leading[keeps]


def _walked(spans: Spans, occurred_at: Numbers, ids: Any) -> list[tuple[int, int, int, int]]:
    """Overlapping spans of one person side by side: person, row, since and until of the latest fact of those that hold."""
    latest = list(zip(occurred_at[spans.row].tolist(), ids.take(pa.array(spans.row)).to_pylist(), strict=True))
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
