"""The coded log: events as numbers, in the order of their places. What is told apart is numbered by first appearance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tandem.identity.coded import IDENTIFIERS
from tandem.timeline.kernels import Ints, Longs
from tandem.timeline.making.interning import Rows, Texts
from tandem.timeline.making.words import Words

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

    def take(self, rows: Longs | slice) -> CodedLog:
        """Some of the rows; what is told apart stays as it is."""
        return replace(self, **{name: getattr(self, name)[rows] for name in ROWS})

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
        self._names = Texts(before.names if before else None)
        self._texts = [Texts(words) for words in before.texts] if before else [Texts() for _ in IDENTIFIERS]
        self._combinations = Rows(len(IDENTIFIERS), before.identifiers if before else None)

    def code(self, events: pa.RecordBatch) -> tuple[Ints, Ints]:
        """Combination and name of each event. Reads the columns `CODED`."""
        kind = _dictionary(events["type"])
        countable = np.isin(np.array(kind.dictionary.to_pylist(), object), COUNTABLE)[np.asarray(kind.indices)]
        # Only names of what counts are told apart.
        name = _codes(self._names, events["event"], countable)
        rows = np.stack([_codes(texts, events[column], True) for texts, column in zip(self._texts, IDENTIFIERS, strict=True)], axis=1)
        return self._combinations.codes(rows), name

    def names(self) -> Words:
        return self._names.words()

    def identifiers(self) -> Ints:
        return self._combinations.columns()

    def texts(self) -> tuple[Words, ...]:
        return tuple(texts.words() for texts in self._texts)


def _codes(texts: Texts, column: pa.Array, wanted: npt.NDArray[np.bool_] | bool) -> Ints:
    """(n,) the code of each text, -1 where it is null or not wanted."""
    coded = _dictionary(column)
    places = np.where(wanted, np.asarray(coded.indices.fill_null(-1)), -1)
    used = np.zeros(len(coded.dictionary) + 1, bool)
    used[places] = True
    rows = np.flatnonzero(used[:-1])
    code_of = np.full(len(coded.dictionary) + 1, -1, np.int32)
    code_of[rows] = texts.codes(coded.dictionary if len(rows) == len(coded.dictionary) else coded.dictionary.take(pa.array(rows)))
    codes: Ints = code_of[places]
    return codes


def _dictionary(column: pa.Array) -> pa.DictionaryArray:
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
