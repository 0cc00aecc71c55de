"""Events as identity reads them: numbers for all of them, and texts for the few that it asks about."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tandem.identity.coded import CodedEvents, Numbers, encoded, instants_of, plain

# Rows that are worked on at once, so that what is computed on the way never grows with the log.
SLICE_ROWS = 1 << 22


class Texts(Protocol):
    """What events say in words. Rows are positions among the events."""

    def rows_of(self, ids: Collection[str]) -> Numbers:
        """The rows, ascending, of the events with one of these ids."""
        ...

    def ids(self, rows: Numbers) -> list[str]: ...

    def ids_and_sources(self, rows: Numbers) -> tuple[list[str], list[str]]: ...

    def names(self) -> tuple[Numbers, list[str | None]]:
        """(n,) codes of the events' names, and the names."""
        ...


@dataclass(frozen=True, eq=False)
class Events:
    """known_at: (n,) microseconds."""

    coded: CodedEvents
    known_at: Numbers
    texts: Texts

    @classmethod
    def of(cls, events: pa.Table) -> Events:
        return cls(CodedEvents.of(events), instants_of(events, "known_at"), TextsOfTable(events))

    def __len__(self) -> int:
        return len(self.known_at)

    @property
    def occurred_at(self) -> Numbers:
        return self.coded.occurred_at

    def slices(self) -> Iterator[slice]:
        """All rows, in order, so many at a time."""
        for start in range(0, len(self), SLICE_ROWS):
            yield slice(start, min(start + SLICE_ROWS, len(self)))

    def sure_slices(self, doubtful: Numbers) -> Iterator[slice | Numbers]:
        """All rows but the doubtful ones, which ascend."""
        for part in self.slices():
            inside = doubtful[slice(*np.searchsorted(doubtful, (part.start, part.stop)))]
            yield part if len(inside) == 0 else np.delete(np.arange(part.start, part.stop), inside - part.start)


@dataclass(frozen=True, eq=False)
class TextsOfTable:
    """The texts of a table that is in memory."""

    events: pa.Table

    def rows_of(self, ids: Collection[str]) -> Numbers:
        if not ids:
            return np.zeros(0, dtype=np.int64)
        column = plain(self.events.column("message_id"))
        found = np.asarray(pc.is_in(column, pa.array(sorted(ids), column.type)).combine_chunks(), dtype=bool)
        return np.flatnonzero(found)

    def ids(self, rows: Numbers) -> list[str]:
        found: list[str] = self.events.column("message_id").take(pa.array(rows)).to_pylist()
        return found

    def ids_and_sources(self, rows: Numbers) -> tuple[list[str], list[str]]:
        return self.ids(rows), self.events.column("source").take(pa.array(rows)).to_pylist()

    def names(self) -> tuple[Numbers, list[str | None]]:
        return encoded(self.events.column("event"))


def rows_that_may_go(events: Events, ids: Collection[str]) -> Numbers:
    """The rows, ascending, of the events that one of the ids means, be it as a fact or as the link `seen`."""
    return events.texts.rows_of({one.removesuffix("/seen") for one in ids})
