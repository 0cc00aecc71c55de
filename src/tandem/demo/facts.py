"""The company's facts in memory, read from its exports through the same door as files, for whoever asks many companies in a row."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tandem.app.delivering import Intake, prepare
from tandem.app.playbook.playbook import Playbook, read_playbook
from tandem.connect.block import Block, Lines
from tandem.connect.calls.segment import Segment
from tandem.connect.rows import Reader, again
from tandem.demo.company import EXPORTED_AT, Company
from tandem.demo.exports import Export, export
from tandem.values.instants import HOUR

PLAYBOOK = Path(__file__).parent / "playbook"

# The exports were taken in the morning, and imported an hour later, whenever the demo really runs.
IMPORTED_AT = EXPORTED_AT + HOUR


@cache
def larch_playbook() -> Playbook:
    """As it is written into each demo's folder."""
    return read_playbook(PLAYBOOK)


def facts_of(company: Company) -> dict[str, pa.Table]:
    """All facts as tables of `FACT_SCHEMAS` by kind, without those that came twice, failed, or are suppressed."""
    playbook = larch_playbook()
    parts: dict[str, list[pa.RecordBatch]] = {}
    for each in export(company):
        for kind, batch in _read(each, playbook).items():
            parts.setdefault(kind, []).append(batch)
    return {kind: _once(pa.Table.from_batches(batches)) for kind, batches in parts.items()}


def _read(export: Export, playbook: Playbook) -> dict[str, pa.RecordBatch]:
    """The facts of one export by kind."""
    if export.source == "segment":
        reader: Reader = Segment()
        block = Block(export.file, 1, Lines(gzip.decompress(export.content)))
    else:
        reader = playbook.sources[export.source]
        header, rows = export.content.split(b"\n", 1)
        block = again(rows, header, reader, file=export.file, line=2)
    return prepare(block, Intake(export.source, reader, playbook.product.suppress, bytes(16), IMPORTED_AT)).delivery.columns


def _once(facts: pa.Table) -> pa.Table:
    """The first fact of each id, in the order in which they came."""
    # Whatever the kind, the id is the first column.
    rows = pa.table({"id": facts.column(0), "row": pa.array(range(facts.num_rows), pa.int64())})
    first = rows.group_by("id").aggregate([("row", "min")])["row_min"]
    return facts.take(pc.take(first, pc.sort_indices(first)))
