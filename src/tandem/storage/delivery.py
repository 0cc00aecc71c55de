"""What a source brings at once, ready to be stored: columns of facts, the ids that they take, and the rows that failed on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tandem.facts.failure import FAILURE
from tandem.storage.known_ids import NONE, Ids, Words, order_of

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Delivery:
    """A block of rows of one file.

    columns: facts by kind, without places. rows, ids: one a fact, in the order of the kinds in `columns`; a row may bring several facts
    and is stored, or not, as a whole. failures: rows that are refused already, with `failure_ids` (one a row of it).
    row_keys: of the rows that did not fail, what they would be known by among failures; empty unless failures of the source are open.
    """

    source: str
    file: str
    received: int
    suppressed: int
    columns: dict[str, pa.RecordBatch]
    rows: Rows
    ids: Ids
    failures: pa.RecordBatch = field(default_factory=lambda: no_failures())
    failure_ids: Ids = NONE
    row_keys: Mapping[int, str] = field(default_factory=dict)
    assumed: int = 0
    repeated_keys: int = 0


# Rows that clash are known only to the store: it asks for them, by row number, as failures with their ids.
Refuse = Callable[[Sequence[int]], tuple[pa.RecordBatch, Ids]]


def no_failures() -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema=FAILURE)


@dataclass(frozen=True)
class Verdict:
    """fresh: of each fact, whether it is to be stored. clashing: rows that use an id again for something else."""

    fresh: npt.NDArray[np.bool_]
    stored: int
    duplicate: int
    clashing: tuple[int, ...]


def judge(rows: Rows, ids: Ids, known: npt.NDArray[np.bool_], said: Words) -> Verdict:
    """Which facts are new, given which of their ids were stored before and with which content.

    Rows are judged in order, each as a whole: a row with a clash brings nothing; else it is stored if any of its facts is new.
    """
    count = len(rows)
    # Facts that share an id are of one kind, and those of one kind stand in the order of their rows: the first is the one that counts.
    order = order_of(ids.upper, ids.lower)
    upper, lower = ids.upper[order], ids.lower[order]
    leads = np.ones(count, bool)
    leads[1:] = (upper[1:] != upper[:-1]) | (lower[1:] != lower[:-1])
    first = np.empty(count, np.intp)
    first[order] = order[np.maximum.accumulate(np.where(leads, np.arange(count), 0))]
    clashes = (known & (said != ids.content)) | (ids.content[first] != ids.content)
    if clashes.any():
        return _judge_in_order(rows, ids, known, said)
    fresh = ~known & (first == np.arange(count))
    every = np.unique(rows)
    stored = len(np.unique(rows[fresh]))
    return Verdict(fresh, stored, len(every) - stored, ())


def _judge_in_order(rows: Rows, ids: Ids, known: npt.NDArray[np.bool_], said: Words) -> Verdict:
    # Where ids clash inside a block, whether one row counts hangs on the rows before it, so they are walked one by one.
    taken: dict[tuple[int, int], int] = {}
    fresh = np.zeros(len(rows), bool)
    stored = duplicate = 0
    clashing: list[int] = []
    by_row: dict[int, list[int]] = {}
    for fact, row in enumerate(rows.tolist()):
        by_row.setdefault(row, []).append(fact)
    upper, lower, content = ids.upper.tolist(), ids.lower.tolist(), ids.content.tolist()
    for row in sorted(by_row):
        own: dict[tuple[int, int], int] = {}
        new = []
        clash = False
        for fact in by_row[row]:
            key = (upper[fact], lower[fact])
            before = int(said[fact]) if known[fact] else taken.get(key, own.get(key))
            if before is None:
                own[key] = content[fact]
                new.append(fact)
            elif before != content[fact]:
                clash = True
        if clash:
            clashing.append(row)
        elif new:
            taken.update(own)
            fresh[new] = True
            stored += 1
        else:
            duplicate += 1
    return Verdict(fresh, stored, duplicate, tuple(clashing))
