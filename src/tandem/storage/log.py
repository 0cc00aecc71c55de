"""The log of facts: the door to everything under `data/`.

`Log` reads, at one place, without a lock. `Writer` is the one who adds: it judges each fact by its id, gives it a place, and makes the
batch durable in the journal; from time to time it seals what the journal holds into the lake.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tandem.facts.fact import Fact
from tandem.facts.failure import LEDGER, LOG_SCHEMAS, MENDED, Counts
from tandem.facts.tables import FACT_SCHEMAS, INSTANT, placed, to_facts
from tandem.storage.delivery import Delivery, Refuse, judge
from tandem.storage.journal import FILE_BYTES_MAX, Batch, Damaged, Journal
from tandem.storage.known_ids import NONE, Ids, KnownIds, concatenate
from tandem.storage.lake import Lake
from tandem.storage.lock import WriterLock
from tandem.storage.manifest import FORMAT, Format, Manifest, OlderFormat, read_format, read_manifest, write_format, write_manifest
from tandem.storage.migrations import migrate
from tandem.values.ids import KEY_BYTES
from tandem.values.instants import MINUTE, Instant

SCHEMAS: dict[str, pa.Schema] = {**FACT_SCHEMAS, **LOG_SCHEMAS}
SEAL_AFTER = 5 * MINUTE
_ORDER = {"failure": ("at", "file", "line", "raw", "failure_id"), "mended": ("at", "failure_id"), "ledger": ("batch", "source", "file")}
_IDS = pa.schema([("upper", pa.uint64()), ("lower", pa.uint64()), ("content", pa.uint64())])


class Log:
    """Everything that was stored up to one place. Raises NewerFormat, OlderFormat and Damaged.

    place_end: the first place that is not in it. known_until: the greatest `known_at` in it, None if it is empty. key: the project's own.
    """

    def __init__(self, data: Path) -> None:
        self.data = data
        found = read_format(data)
        if found is not None and found.format < FORMAT:
            raise OlderFormat
        self.exists = found is not None
        self.key = found.key if found is not None else ""
        self._lake = Lake(data / "lake")
        self._manifest, self._tail = _read_place(data)
        last = self._tail[-1] if self._tail else None
        self.place_end = last.place_end if last else self._manifest.place_end
        known = [self._manifest.known_until, *(batch.known_until for batch in self._tail)]
        self.known_until = max((at for at in known if at is not None), default=None)
        self.served = self._manifest.served

    def table(self, kind: str, *, columns: Sequence[str] | None = None, as_of: Instant | None = None) -> pa.Table:
        """All rows of a kind of fact (by place), or of `failure` (by import, file and line), `mended` and `ledger` (by batch).

        columns: only these; without those that make the order, in no order. as_of: leave out what was known only later, for kinds of fact.
        """
        schema = SCHEMAS[kind] if columns is None else pa.schema([SCHEMAS[kind].field(name) for name in columns])
        facts = kind in FACT_SCHEMAS
        wanted = None if columns is None else list(dict.fromkeys([*columns, *(["place", "known_at"] if facts else [])]))
        parts = []
        limit = pa.scalar(as_of, INSTANT) if as_of is not None and facts else None
        if kind in self._manifest.versions:
            filters = None if limit is None else [("known_at", "<=", limit)]
            parts.append(self._lake.read(kind, self._manifest.versions[kind], wanted, filters))
        for batch in self._tail:
            if kind in batch.tables:
                part = pa.Table.from_batches([batch.tables[kind]])
                part = part if wanted is None else part.select(wanted)
                parts.append(part if limit is None else part.filter(pc.less_equal(part["known_at"], limit)))
        if not parts:
            return schema.empty_table()
        # The lake keeps rows in no order, not even those of one batch.
        whole = pa.concat_tables(parts)
        order = [(name, "ascending") for name in _ORDER.get(kind, ("place",)) if name in whole.schema.names]
        whole = whole.sort_by(order) if order else whole
        return whole.select(schema.names).cast(schema)

    def distinct(self, kind: str, column: str) -> set[str]:
        """The different texts in a column, corrected rows included; read batch by batch, so that a large log costs no memory."""
        found: set[str] = set()
        for batch in self.batches(kind, [column], coded=[column]):
            found.update(pc.unique(batch.column(0)).to_pylist())
        return found - {None}

    def batches(self, kind: str, columns: Sequence[str], *, since: int = 0, coded: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
        """The facts of a kind from a place on, so many rows at a time, in no promised order. coded: text columns that may come as dictionaries.

        Columns of instants stay instants; `place` must be among the columns where `since` is given.
        """
        assert since == 0 or "place" in columns, columns
        if kind in self._manifest.versions and since < self._manifest.place_end:
            yield from self._lake.batches(kind, self._manifest.versions[kind], columns, since, coded)
        yield from (_from_place(part, since) for part in self.unsealed(kind, columns))

    def at(self, kind: str, places: Sequence[int]) -> list[Fact]:
        """The facts of a kind at these places, in their order."""
        found = {fact_place: fact for fact, fact_place in self._chosen(kind, "place", sorted(set(places)))}
        return [found[place] for place in places]

    def named(self, kind: str, ids: Iterable[str]) -> list[Fact]:
        """The facts of a kind with these ids, in the order of their places."""
        chosen = self._chosen(kind, "message_id" if kind == "event" else "fact_id", sorted(ids))
        return [fact for fact, _ in sorted(chosen, key=lambda each: each[1])]

    def _chosen(self, kind: str, column: str, values: Sequence[int] | Sequence[str]) -> Iterator[tuple[Fact, int]]:
        """Facts with their places; of the lake only the row groups that may hold them are read."""
        if not values:
            return
        wanted = pa.array(values)
        parts = [pa.Table.from_batches([batch.tables[kind]]) for batch in self._tail if kind in batch.tables]
        parts = [part.filter(pc.is_in(part[column], wanted.cast(part[column].type))) for part in parts]
        if kind in self._manifest.versions:
            parts.append(self._lake.read(kind, self._manifest.versions[kind], None, [(column, "in", list(values))]))
        for part in parts:
            table = part.select(SCHEMAS[kind].names).cast(SCHEMAS[kind])
            yield from zip(to_facts(kind, table), table["place"].to_pylist(), strict=True)

    def rows(self, kind: str) -> int:
        """How many facts of a kind there are."""
        sealed = (int(pq.read_metadata(path).num_rows) for path in self.files(kind))
        return sum(sealed) + sum(int(part.num_rows) for part in self.unsealed(kind, ["place"]))

    def unsealed(self, kind: str, columns: Sequence[str]) -> list[pa.RecordBatch]:
        """The rows of a kind that the journal alone holds."""
        return [batch.tables[kind].select(list(columns)) for batch in self._tail if kind in batch.tables]

    def files(self, kind: str) -> list[str]:
        """The Parquet files that hold the sealed rows of a kind."""
        return self._lake.files(kind, self._manifest.versions[kind]) if kind in self._manifest.versions else []

    def kinds(self) -> list[str]:
        """The kinds that have any row."""
        present = set(self._manifest.versions).union(*(batch.tables for batch in self._tail))
        return [kind for kind in SCHEMAS if kind in present]


def _from_place(rows: pa.RecordBatch, since: int) -> pa.RecordBatch:
    return rows.filter(pc.greater_equal(rows["place"], since)) if since else rows


def open_failures(log: Log) -> list[dict[str, Any]]:
    """Failed rows that nothing has ended since they failed, in the order in which they came; of one that failed again, the last."""
    ended: dict[str, Any] = {}
    for row in log.table("mended").to_pylist():
        ended[row["failure_id"]] = row["at"]
    latest: dict[str, dict[str, Any]] = {}
    for row in log.table("failure").to_pylist():
        latest[row["failure_id"]] = row
    return [row for failure, row in latest.items() if failure not in ended or row["at"] > ended[failure]]


def _read_place(data: Path) -> tuple[Manifest, list[Batch]]:
    journal = Journal(data / "journal")
    before: Manifest | None = None
    while True:
        manifest = read_manifest(data)
        try:
            tail = list(journal.read(manifest.sealed))
        except FileNotFoundError:
            continue  # The writer has sealed and dropped a file since; the new manifest knows what was in it.
        if not tail or tail[0].number == manifest.sealed + 1:
            return manifest, tail
        if manifest == before:
            raise Damaged(f"batch {manifest.sealed + 1} is missing, and later ones are there")
        before = manifest


class Writer:
    """The one writer. Raises Held where another command writes, NewerFormat, Damaged, and OSError where the disk is full or gone."""

    def __init__(self, data: Path, command: str) -> None:
        for folder in (data, data / "journal", data / "lake", data / "ids"):
            folder.mkdir(parents=True, exist_ok=True)
        self.data = data
        self._lock = WriterLock(data / "writer.lock", command)
        try:
            found = read_format(data)
            if found is None:
                found = Format(FORMAT, secrets.token_hex(KEY_BYTES))
                write_format(data, found)
            else:
                migrate(data, found)
            self.key = bytes.fromhex(found.key)
            self._lake = Lake(data / "lake")
            self._journal = Journal(data / "journal")
            self._journal.mend()
            self._manifest = read_manifest(data)
            self._ids = KnownIds(data / "ids", self._manifest.runs)
            self._ids.sweep()
            self._number, self._place_end = self._manifest.sealed, self._manifest.place_end
            for batch in self._journal.read(self._manifest.sealed):
                if batch.number != self._number + 1:
                    raise Damaged(f"batch {self._number + 1} is missing, and later ones are there")
                self._ids.add(_ids_of(batch))
                self._number, self._place_end = batch.number, batch.place_end
            self._oldest_unsealed: Instant | None = None
        except BaseException:
            self._lock.close()
            raise

    def open_failures(self, source: str | None = None) -> dict[str, str]:
        """Ids of the failures that nothing has mended yet, each with the last reason for which it failed."""
        return {row["failure_id"]: row["reason"] for row in open_failures(Log(self.data)) if source in (None, row["source"])}

    def commit(
        self,
        delivery: Delivery,
        *,
        import_id: str,
        at: Instant,
        refuse: Refuse,
        mends: dict[str, str] | None = None,
        replayed: bool = False,
    ) -> Counts:
        """Store what is new of a delivery, keep what failed, and count every row. When it returns, all of that is durable.

        at: the instant of storing. refuse: asked for the rows that use an id again for something else.
        mends: the open failures of the source; those among the delivery's rows that fail no more end now.
        replayed: the rows failed before, so that they were received once already; the ledger takes off what no longer fails.
        """
        known, said = self._ids.find(delivery.ids)
        verdict = judge(delivery.rows, delivery.ids, known, said)
        failures, failure_ids = [delivery.failures], [delivery.failure_ids]
        if verdict.clashing:
            refused, refused_ids = refuse(verdict.clashing)
            failures.append(refused)
            failure_ids.append(refused_ids)
        failed = pa.Table.from_batches(failures)
        counts = Counts(
            received=delivery.received,
            stored=verdict.stored,
            duplicate=verdict.duplicate,
            suppressed=delivery.suppressed,
            failed=failed.num_rows,
            reasons={code.as_py(): n.as_py() for code, n in zip(*_counted(failed["reason"]), strict=True)},
        )
        assert counts.adds_up, f"rows of {delivery.file} do not add up: {counts}"
        tables = self._placed(delivery, verdict.fresh)
        places = sum(columns.num_rows for columns in tables.values())
        kept, kept_ids = self._new_failures(failed, concatenate(failure_ids), mends)
        taken = concatenate([delivery.ids.take(np.flatnonzero(verdict.fresh)), kept_ids])
        known_until = max((int(pc.max(columns["known_at"]).value) for columns in tables.values()), default=None)
        if kept.num_rows:
            tables["failure"] = kept
        if mends:
            tables |= self._mended(delivery, verdict.clashing, mends, at)
        told = counts if not replayed else msgspec.structs.replace(counts, received=0, failed=counts.failed - counts.received)
        entry = _ledger_entry(
            self._number + 1, import_id, at, delivery.source, delivery.file, told, delivery.assumed, delivery.repeated_keys
        )
        tables["ledger"] = pa.RecordBatch.from_pylist([entry], schema=LEDGER)
        tables["ids"] = _id_columns(taken)
        batch = Batch(self._number + 1, self._place_end + places, known_until, tables)
        unsealed = self._journal.append(batch)
        self._number, self._place_end = batch.number, batch.place_end
        self._ids.add(taken)
        self._oldest_unsealed = self._oldest_unsealed if self._oldest_unsealed is not None else at
        if unsealed >= FILE_BYTES_MAX or at - self._oldest_unsealed >= SEAL_AFTER:
            self.seal(at)
        return counts

    def end(self, failures: Sequence[tuple[str, str, str]], how: str, *, import_id: str, at: Instant) -> Counts:
        """End open failures (source, file, id) without storing anything: from now on the ledger has them as suppressed."""
        if not failures:
            return Counts()
        ended = pa.RecordBatch.from_pylist([{"failure_id": failure, "at": at, "how": how} for *_, failure in failures], schema=MENDED)
        ledger = []
        for (source, file), n in sorted(Counter((source, file) for source, file, _ in failures).items()):
            taken = Counts(suppressed=n, failed=-n)
            ledger.append(_ledger_entry(self._number + 1, import_id, at, source, file, taken))
        tables = {"mended": ended, "ledger": pa.RecordBatch.from_pylist(ledger, schema=LEDGER), "ids": _id_columns(NONE)}
        self._journal.append(Batch(self._number + 1, self._place_end, None, tables))
        self._number += 1
        return Counts(suppressed=len(failures), failed=-len(failures))

    def seal(self, at: Instant) -> None:
        """Move what the journal holds into the lake. Killed at any point, the next seal ends what this one began."""
        batches = list(self._journal.read(self._manifest.sealed))
        if not batches:
            return
        before = self._manifest
        versions = dict(before.versions)
        for kind in SCHEMAS:
            parts = [(batch.number, batch.tables[kind]) for batch in batches if kind in batch.tables]
            if parts:
                self._lake.append(kind, parts)
                versions[kind] = self._lake.compact(kind)
        last = batches[-1]
        known = [before.known_until, *(batch.known_until for batch in batches)]
        manifest = msgspec.structs.replace(
            before,
            sealed=last.number,
            place_end=last.place_end,
            known_until=max((each for each in known if each is not None), default=None),
            versions=versions,
            runs=self._ids.seal(last.number, at),
        )
        write_manifest(self.data, manifest)
        self._manifest = manifest
        self._ids.sweep()
        # Readers that have just read the old manifest still look for the batches that it leaves to the journal.
        self._journal.drop(before.sealed)
        self._oldest_unsealed = None

    def close(self) -> None:
        self._journal.turn()
        self._lock.close()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _placed(self, delivery: Delivery, fresh: np.ndarray) -> dict[str, pa.RecordBatch]:
        # Places follow the rows of the file, also across kinds.
        places = np.zeros(len(fresh), np.int64)
        order = np.argsort(delivery.rows, kind="stable")
        order = order[fresh[order]]
        places[order] = self._place_end + np.arange(len(order))
        tables = {}
        start = 0
        for kind, columns in delivery.columns.items():
            part = slice(start, start + columns.num_rows)
            start += columns.num_rows
            if fresh[part].all():
                tables[kind] = placed(columns, pa.array(places[part]), kind)
            elif fresh[part].any():
                chosen = pa.array(fresh[part])
                tables[kind] = placed(columns.filter(chosen), pa.array(places[part]).filter(chosen), kind)
        return tables

    def _new_failures(self, failed: pa.Table, ids: Ids, waiting: dict[str, str] | None) -> tuple[pa.RecordBatch, Ids]:
        # The same bad row of the same source is kept once, however often it comes; it counts each time. Where it had ended, or failed for
        # another reason since, it is kept again, so that it is listed, with its last reason.
        known, _ = self._ids.find(ids)
        _, first = np.unique(np.stack([ids.upper, ids.lower]), axis=1, return_index=True)
        leads = np.zeros(len(ids), bool)
        leads[first] = True
        told = zip(failed["failure_id"].to_pylist(), failed["reason"].to_pylist(), strict=True)
        again = np.fromiter((waiting is not None and waiting.get(failure) != reason for failure, reason in told), bool, len(ids))
        kept = failed.filter(pa.array(leads & (again | ~known))).combine_chunks()
        parts = kept.to_batches()
        return parts[0] if parts else pa.RecordBatch.from_pylist([], schema=failed.schema), ids.take(np.flatnonzero(leads & ~known))

    def _mended(self, delivery: Delivery, clashing: Sequence[int], mends: dict[str, str], at: Instant) -> dict[str, pa.RecordBatch]:
        refused = set(clashing)
        ended = sorted(key for row, key in delivery.row_keys.items() if row not in refused and key in mends)
        for key in ended:
            del mends[key]
        entries = [{"failure_id": key, "at": at, "how": delivery.file} for key in ended]
        return {"mended": pa.RecordBatch.from_pylist(entries, schema=MENDED)} if entries else {}


def _ids_of(batch: Batch) -> Ids:
    columns = batch.tables["ids"]
    return Ids(*(columns[name].to_numpy() for name in ("upper", "lower", "content")))


def _counted(column: pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    counted = column.value_counts()
    return counted.field("values"), counted.field("counts")


def _ledger_entry(
    number: int, import_id: str, at: Instant, source: str, file: str, counts: Counts, assumed: int = 0, repeated_keys: int = 0
) -> dict[str, object]:
    return msgspec.structs.asdict(counts) | {
        "import_id": import_id,
        "batch": number,
        "at": at,
        "source": source,
        "file": file,
        "reasons": msgspec.json.encode(counts.reasons, order="deterministic").decode(),
        "assumed": assumed,
        "repeated_keys": repeated_keys,
    }


def _id_columns(ids: Ids) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array(ids.upper), pa.array(ids.lower), pa.array(ids.content)], schema=_IDS)
