"""A row that was not stored, kept whole with its place in the file and its reason, and the ledger that proves that nothing was lost."""

from __future__ import annotations

import msgspec
import pyarrow as pa

from tandem.facts.tables import INSTANT

# Rows that failed. `failure_id` is a keyed digest of source and raw text: by it a later import of the same row finds and ends it.
# header: of delimited text, the header line, without which the row could not be read again.
FAILURE = pa.schema(
    [
        ("failure_id", pa.string()),
        ("source", pa.string()),
        ("file", pa.string()),
        ("line", pa.int64()),
        ("column", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("header", pa.binary()),
        ("raw", pa.binary()),
        ("at", INSTANT),
    ]
)
# Failures that later went through, by a replay or by a later import of the same row.
MENDED = pa.schema([("failure_id", pa.string()), ("at", INSTANT), ("how", pa.string())])

# One row a committed batch: received = stored + duplicate + suppressed + failed, always.
LEDGER = pa.schema(
    [
        ("import_id", pa.string()),
        ("batch", pa.int64()),
        ("at", INSTANT),
        ("source", pa.string()),
        ("file", pa.string()),
        ("received", pa.int64()),
        ("stored", pa.int64()),
        ("duplicate", pa.int64()),
        ("suppressed", pa.int64()),
        ("failed", pa.int64()),
        ("reasons", pa.string()),
        ("assumed", pa.int64()),
        ("repeated_keys", pa.int64()),
    ]
)

LOG_SCHEMAS: dict[str, pa.Schema] = {"failure": FAILURE, "mended": MENDED, "ledger": LEDGER}


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How the rows of a batch, a file or an import ended. Add them with `+`."""

    received: int = 0
    stored: int = 0
    duplicate: int = 0
    suppressed: int = 0
    failed: int = 0
    reasons: dict[str, int] = {}

    def __add__(self, other: Counts) -> Counts:
        reasons = dict(self.reasons)
        for code, n in other.reasons.items():
            reasons[code] = reasons.get(code, 0) + n
        return Counts(
            received=self.received + other.received,
            stored=self.stored + other.stored,
            duplicate=self.duplicate + other.duplicate,
            suppressed=self.suppressed + other.suppressed,
            failed=self.failed + other.failed,
            reasons=dict(sorted(reasons.items())),
        )

    @property
    def adds_up(self) -> bool:
        return self.received == self.stored + self.duplicate + self.suppressed + self.failed
