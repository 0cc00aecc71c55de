"""Events as numbers: the distinct combinations of identifiers, which of them each row has, and steps gathered for all rows at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

IDENTIFIERS = ("user_id", "anonymous_id", "workspace_id", "account_id")
# Past so many steps of a key, its step is sought rather than climbed to.
CLIMBED_MAX = 8
_END = np.iinfo(np.int64).max

Combination = tuple[str | None, str | None, str | None, str | None]


@dataclass(frozen=True)
class CodedEvents:
    """combination: (n,) for each row an index into the combinations. occurred_at: (n,) microseconds.

    identifiers: (4, combinations) codes of `IDENTIFIERS` into `texts`, one list for each of them; -1 is none.
    """

    combination: Numbers | NDArray[np.int32]
    identifiers: Numbers | NDArray[np.int32]
    texts: Sequence[Sequence[str]]
    occurred_at: Numbers

    @cached_property
    def combinations(self) -> list[Combination]:
        # Each text is one object, however many combinations have it.
        columns = [
            [text[code] for code in codes.tolist()]
            for codes, text in zip(self.identifiers, ([*each, None] for each in self.texts), strict=True)
        ]
        return list(zip(*columns, strict=True))

    def combination_of(self, number: int) -> Combination:
        user, visitor, place, account = (
            None if codes[number] < 0 else texts[codes[number]] for codes, texts in zip(self.identifiers, self.texts, strict=True)
        )
        return user, visitor, place, account

    def codes_where(self, are_meant: Callable[[Sequence[str]], NDArray[np.bool_]]) -> list[Numbers]:
        """The codes of each identifier, -1 also where a text is not meant; each text is looked at once."""
        found: list[Numbers] = []
        for codes, texts in zip(self.identifiers, self.texts, strict=True):
            code_of = np.append(np.where(are_meant(texts), np.arange(len(texts)), -1), -1)
            found.append(code_of[codes])
        return found

    @classmethod
    def of(cls, events: pa.Table) -> CodedEvents:
        """Reads the columns `IDENTIFIERS` and `occurred_at`."""
        key = np.zeros(events.num_rows, dtype=np.int64)
        parts: list[Numbers] = []
        texts: list[Sequence[str]] = []
        for name in IDENTIFIERS:
            codes, distinct = encoded(events.column(name))
            # Made dense after every column, so that the product never outgrows 64 bits.
            key, pairs = dense(key * len(distinct) + codes)
            parts = [part[pairs // len(distinct)] for part in parts] + [pairs % len(distinct)]
            texts.append([str(text) for text in distinct[1:]])
        return cls(key, np.stack(parts) - 1, texts, instants_of(events, "occurred_at"))


class Names:
    """Texts by code. Those that are asked for the first time get the next codes."""

    def __init__(self, texts: pa.StringArray) -> None:
        self.texts = texts

    def __len__(self) -> int:
        return len(self.texts)

    def codes(self, texts: Any) -> Numbers:
        """(n,) -1 is none."""
        asked = pa.array(texts, pa.string())
        found = pc.index_in(asked, self.texts)
        news = asked.filter(pc.and_(found.is_null(), asked.is_valid())).unique()
        if len(news):
            self.texts = pa.concat_arrays([self.texts, news])
            found = pc.index_in(asked, self.texts)
        return np.asarray(found.fill_null(-1), dtype=np.int64)

    def of(self, codes: Numbers | Sequence[int]) -> list[str | None]:
        """The texts of codes."""
        coded = np.asarray(codes, dtype=np.int64)
        found: list[str | None] = self.texts.take(pa.array(coded, mask=coded < 0)).to_pylist()
        return found


@dataclass(frozen=True)
class StepTable:
    """Steps of many keys, one after the other. first, count: (keys,) where a key's steps stand. starts: (steps,), ascending in a key."""

    first: Numbers
    count: Numbers
    starts: Numbers

    @classmethod
    def of(cls, starts_by_key: Sequence[Sequence[int]]) -> StepTable:
        count = np.array([len(starts) for starts in starts_by_key], dtype=np.int64)
        first = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(count)])[:-1]
        starts = np.array([start for starts in starts_by_key for start in starts], dtype=np.int64)
        return cls(first, count, starts)

    def step_of(self, key: Numbers, at: Numbers) -> Numbers:
        """(n,) the step of `key[i]` that holds at `at[i]`, as an index into `starts`."""
        step = self.first[key]
        # Most keys have one step, and most tables no other keys.
        several = self.count > 1
        if not several.any():
            return step
        among = np.flatnonzero(several[key])
        count = self.count[key[among]]
        rows = among[count <= CLIMBED_MAX]
        # Few steps are climbed one by one, for all rows at once and for ever fewer of them.
        while len(rows):
            further = step[rows] + 1
            rows = rows[further < self.first[key[rows]] + self.count[key[rows]]]
            rows = rows[self.starts[step[rows] + 1] <= at[rows]]
            step[rows] += 1
        rows = among[count > CLIMBED_MAX]
        if len(rows):
            step[rows] = self._sought(key[rows], at[rows])
        return step

    def _sought(self, key: Numbers, at: Numbers) -> Numbers:
        # Key and instant become one number that ascends along the table: the key, then how many of all starts are passed.
        every = np.unique(self.starts)
        width = len(every) + 1
        owner = np.repeat(np.arange(len(self.count), dtype=np.int64), self.count)
        ladder = owner * width + np.searchsorted(every, self.starts, side="right")
        wanted = key * width + np.searchsorted(every, at, side="right")
        return np.searchsorted(ladder, wanted, side="right") - 1


def encoded(column: Any) -> tuple[Numbers, list[str | None]]:
    """(n,) codes into the distinct texts of a column, and those texts, of which the first is None."""
    column = plain(column)
    chunked = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    # Arrow gives every chunk of an encoded column the same dictionary.
    chunks = pc.dictionary_encode(chunked).chunks
    codes = [np.asarray(chunk.indices.fill_null(-1), dtype=np.int64) + 1 for chunk in chunks]
    distinct = chunks[0].dictionary.to_pylist() if chunks else []
    return (np.concatenate(codes) if codes else np.zeros(0, dtype=np.int64)), [None, *distinct]


def instants_of(events: pa.Table, name: str) -> Numbers:
    """(n,) microseconds."""
    return np.asarray(plain(events.column(name)).combine_chunks(), dtype=np.int64)


def plain(column: Any) -> Any:
    """A column in the one form that Arrow's kernels all know: text as large strings, instants as whole microseconds."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us", kind.tz)).cast(pa.int64())
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind):
        return column.cast(pa.large_string())
    return column


def decoded(codes: Numbers, distinct: Sequence[str | None]) -> Any:
    """A text column from codes; code -1 is null."""
    texts = pa.array(distinct, pa.string())
    return texts.take(pa.array(codes, mask=codes < 0))


def dense(key: Numbers) -> tuple[Numbers, Numbers]:
    """The same keys numbered from 0 in order of first appearance, and the keys in that order."""
    coded = pc.dictionary_encode(pa.array(key))
    return np.asarray(coded.indices, dtype=np.int64), np.asarray(coded.dictionary, dtype=np.int64)


def may_be_first(group: Numbers, occurred: Numbers, known: Numbers, sure: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which rows the first sure row of their group, in the order of knowing, does not rule out: it comes before them, known no later."""
    groups = int(group.max(initial=-1)) + 1
    first, begun = np.full(groups, _END), np.full(groups, _END)
    np.minimum.at(first, group[sure], known[sure])
    firsts = np.flatnonzero(sure & (known == first[group]))
    np.minimum.at(begun, group[firsts], occurred[firsts])
    kept: NDArray[np.bool_] = (known < first[group]) | (occurred <= begun[group])
    return kept
