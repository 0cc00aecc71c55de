"""The coded log: events as numbers, in the order of their places. What is told apart is numbered by first appearance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tandem.identity.coded import IDENTIFIERS, Combination
from tandem.timeline.kernels import Ints, Longs
from tandem.timeline.words import Words

COUNTABLE = ("track", "page", "screen")
CODED = ("type", "event", *IDENTIFIERS)
COLUMNS = ("place", "occurred_at", "known_at", *CODED)
# Of calls that say who is who, identity reads the texts too.
LINKING = ("identify", "group")


@dataclass(frozen=True, eq=False)
class CodedLog:
    """place, occurred, known: (rows,). combination: (rows,) of identifiers. name: (rows,) of a track, page or screen, else -1.

    identifiers: (4, combinations) codes of `IDENTIFIERS` into `texts`, one for each of them; -1 is none.
    """

    place: Longs
    occurred: Longs
    known: Longs
    combination: Ints
    name: Ints
    names: Words
    identifiers: Ints
    texts: tuple[Words, ...]

    def __len__(self) -> int:
        return len(self.place)

    def combinations(self) -> list[Combination]:
        columns = [
            pa.array(codes, mask=codes < 0) if len(texts) == 0 else texts.column().take(pa.array(codes, mask=codes < 0))
            for codes, texts in zip(self.identifiers, self.texts, strict=True)
        ]
        return list(zip(*(column.to_pylist() for column in columns), strict=True))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        rows = {name: getattr(self, name) for name in ROWS}
        words = self.names.arrays("names")
        for name, codes, texts in zip(IDENTIFIERS, self.identifiers, self.texts, strict=True):
            words |= {name: codes} | texts.arrays(name)
        return rows | words

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> CodedLog:
        return cls(
            **{name: arrays[name] for name in ROWS},
            names=Words.from_arrays("names", arrays),
            identifiers=np.stack([arrays[name] for name in IDENTIFIERS]),
            texts=tuple(Words.from_arrays(name, arrays) for name in IDENTIFIERS),
        )


ROWS = {"place": np.int64, "occurred": np.int64, "known": np.int64, "combination": np.int32, "name": np.int32}


class Coder:
    """Gives events their codes, so many at a time, and goes on from the codes that were given before."""

    def __init__(self, before: CodedLog | None = None) -> None:
        self._texts: dict[str, dict[str, int]] = {name: {} for name in ("event", *IDENTIFIERS)}
        self._combinations: dict[tuple[int, ...], int] = {}
        if before is not None:
            for name, words in zip(("event", *IDENTIFIERS), (before.names, *before.texts), strict=True):
                self._texts[name] = {text: code for code, text in enumerate(words)}
            self._combinations = {
                codes: number for number, codes in enumerate(zip(*(each.tolist() for each in before.identifiers), strict=True))
            }

    def code(self, events: pa.RecordBatch) -> tuple[Ints, Ints]:
        """Combination and name of each event. Reads the columns `CODED`."""
        kind = _dictionary(events["type"])
        countable = np.isin(np.array(kind.dictionary.to_pylist(), object), COUNTABLE)[np.asarray(kind.indices)]
        names = _dictionary(events["event"])
        # Only names of what counts are told apart.
        used = np.zeros(len(names.dictionary) + 1, bool)
        given = np.where(countable, np.asarray(names.indices.fill_null(-1)), -1)
        used[given] = True
        name = self._codes("event", names, used[:-1])[given]
        key = np.zeros(len(events), np.int64)
        parts: list[Longs] = []
        for column in IDENTIFIERS:
            coded = _dictionary(events[column])
            codes = self._codes(column, coded)[np.asarray(coded.indices.fill_null(-1))] + 1
            size = int(codes.max(initial=0)) + 1
            # Made dense after every column, so that the product never outgrows 64 bits.
            dense = pc.dictionary_encode(pa.array(key * size + codes))
            key, pairs = np.asarray(dense.indices, np.int64), np.asarray(dense.dictionary, np.int64)
            parts = [part[pairs // size] for part in parts] + [pairs % size]
        said = zip(*((part - 1).tolist() for part in parts), strict=True)
        numbers = self._combinations
        global_of = np.fromiter((numbers.setdefault(one, len(numbers)) for one in said), np.int32)
        return global_of[key], name

    def names(self) -> Words:
        return Words.of(self._texts["event"])

    def identifiers(self) -> Ints:
        return np.array(list(self._combinations), np.int32).reshape(-1, len(IDENTIFIERS)).T

    def texts(self) -> tuple[Words, ...]:
        return tuple(Words.of(self._texts[name]) for name in IDENTIFIERS)

    def _codes(self, column: str, coded: pa.DictionaryArray, used: npt.NDArray[np.bool_] | None = None) -> Ints:
        """Codes of the texts of one dictionary; the last, -1, is that of null."""
        known = self._texts[column]
        texts: Sequence[str] = coded.dictionary.to_pylist()
        if used is None:
            used = np.zeros(len(texts) + 1, bool)
            used[np.asarray(coded.indices.fill_null(-1))] = True
        wanted = zip(texts, used.tolist())
        return np.fromiter((*(known.setdefault(text, len(known)) if is_used else -1 for text, is_used in wanted), -1), np.int32)


def _dictionary(column: pa.Array) -> pa.DictionaryArray:
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
