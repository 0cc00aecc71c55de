"""What the engine is asked about events: texts of a few of them, and one value of all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from tandem.engine.duck import Engine
from tandem.facts.tables import EVENT
from tandem.storage.log import Log
from tandem.timeline.kernels import Longs
from tandem.timeline.making.coded_log import CodedLog

LINKING = ("message_id", "type", "user_id", "anonymous_id", "workspace_id", "occurred_at", "known_at", "source")


class Asking:
    """Questions about the events of a log, by DuckDB. scratch: a folder inside the project's, for what outgrows the memory."""

    def __init__(self, log: Log, scratch: Path | None) -> None:
        self._log = log
        self._engine = Engine(log.data.resolve(), scratch)
        self._paths = [str(Path(path).resolve()) for path in log.files("event")]

    def linking(self, since: int = 0) -> pa.Table:
        """The calls that say who is who, from a place on, with the columns that identity reads."""
        columns = ("place", *LINKING)
        batches = list(self._ask("linking", columns, since=since))
        return (
            pa.Table.from_batches(batches) if batches else pa.table({name: pa.array([], _PLAIN.get(name, pa.string())) for name in LINKING})
        )

    def texts(self, places: Longs) -> tuple[list[str], list[str]]:
        """Ids and sources of the events at these places, in their order."""
        wanted = np.unique(places)
        ids, sources = np.empty(len(wanted), object), np.empty(len(wanted), object)
        for rows in self._ask("texts", ("place", "message_id", "source"), places=wanted) if len(wanted) else ():
            at = np.searchsorted(wanted, np.asarray(rows["place"]))
            ids[at], sources[at] = rows["message_id"].to_pylist(), rows["source"].to_pylist()
        at = np.searchsorted(wanted, places)
        return ids[at].tolist(), sources[at].tolist()

    def places(self, ids: Collection[str]) -> Longs:
        """Where the events with these ids are."""
        found = [np.asarray(rows["place"]) for rows in self._ask("places", ("place", "message_id"), ids=sorted(ids))] if ids else []
        return np.sort(np.concatenate(found)) if found else np.zeros(0, np.int64)

    def values(self, path: tuple[str, ...], since: int = 0) -> Iterator[tuple[Longs, pa.DictionaryArray]]:
        """Places, and JSON texts of the property of the events there; of events that have it, from a place on."""
        pointers = ["".join(f"/{name.replace('~', '~0').replace('/', '~1')}" for name in path[:n]) for n in range(len(path) + 1)]
        above = [pointers[n] for n in range(1, len(path)) if path[n].isdigit()]
        for rows in self._ask("property", ("place", "properties"), pointer=pointers[-1], above=above, since=since):
            yield np.asarray(rows["place"]), rows["value"].dictionary_encode()

    def close(self) -> None:
        self._engine.close()

    def _ask(self, query: str, columns: tuple[str, ...], **values: object) -> Iterator[pa.RecordBatch]:
        schema = pa.schema([EVENT.field(name) for name in columns])
        return self._engine.ask(query, self._paths, self._log.unsealed("event", columns), schema, **values)


_PLAIN = {"occurred_at": pa.int64(), "known_at": pa.int64()}


class LogTexts:
    """The texts of the events of a coded log."""

    def __init__(self, asking: Asking, log: CodedLog) -> None:
        self._asking, self._log = asking, log

    def rows_of(self, ids: Collection[str]) -> Longs:
        return np.searchsorted(self._log.place, self._asking.places(ids)).astype(np.int64)

    def ids(self, rows: Longs) -> list[str]:
        return self.ids_and_sources(rows)[0]

    def ids_and_sources(self, rows: Longs) -> tuple[list[str], list[str]]:
        return self._asking.texts(self._log.place[rows])

    def names(self) -> tuple[Longs, list[str | None]]:
        return self._log.name.astype(np.int64), [*self._log.names, None]


def rows_at(place: Longs, places: Longs) -> Longs:
    """The positions of some places among all, which ascend. Places that come together mostly stand together."""
    if len(places) == 0:
        return places
    low, high = np.searchsorted(place, (places.min(), places.max())).tolist()
    inside = place[low : high + 1]
    if len(inside) == len(places) and (places[1:] > places[:-1]).all():
        return np.arange(low, high + 1)
    found: Longs = low + np.searchsorted(inside, places)
    return found
