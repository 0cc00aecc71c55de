"""How much is known by an instant, and since when anything is."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tandem.facts.kinds import RECORD_KINDS
from tandem.facts.tables import INSTANT
from tandem.storage.log import Log
from tandem.values.instants import EARLIEST, Instant


@dataclass(frozen=True)
class Known:
    """Of the facts known by an instant. begins: the first instant at which anything was known; None of no facts. assumed: of so many facts."""

    begins: Instant | None
    facts: int
    assumed: int

    @property
    def assumed_share(self) -> float | None:
        return self.assumed / self.facts if self.facts else None


def known_by(log: Log, as_of: Instant) -> Known:
    """What a mapping says was known always begins nothing."""
    facts = assumed = 0
    begins: list[Instant] = []
    limit = pa.scalar(as_of, INSTANT)
    for kind in log.kinds():
        if kind != "event" and kind not in RECORD_KINDS:
            continue
        for batch in log.batches(kind, ["occurred_at", "known_at", "assumed"]):
            known = batch.filter(pc.less_equal(batch["known_at"], limit))
            facts += known.num_rows
            assumed += int(pc.sum(known["assumed"].cast(pa.int64())).as_py() or 0)
            learnt = pc.max_element_wise(*(known[name].view(pa.int64()) for name in ("occurred_at", "known_at")))
            first = pc.min(learnt.filter(pc.greater(learnt, EARLIEST))).as_py()
            begins += [] if first is None else [int(first)]
    return Known(min(begins, default=None), facts, assumed)
