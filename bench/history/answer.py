"""The answer to one signal: every edge up to the last instant that is known, as one number, so that answers can be compared."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Edges:
    """subject: printed ids, in whatever order. at: microseconds. entered: else left."""

    subject: pa.Array | pa.ChunkedArray
    at: pa.Array | pa.ChunkedArray
    entered: pa.Array | pa.ChunkedArray

    def __len__(self) -> int:
        return len(self.at)

    def digest(self) -> str:
        """By subject and instant, whatever the order was."""
        whole = pa.table({"subject": pc.cast(self.subject, pa.string()), "at": self.at, "entered": self.entered}).sort_by(
            [("subject", "ascending"), ("at", "ascending")]
        )
        told = hashlib.blake2b(digest_size=8)
        told.update("\n".join(whole["subject"].to_pylist()).encode())
        told.update(np.ascontiguousarray(whole["at"].to_numpy(), np.int64).tobytes())
        told.update(np.ascontiguousarray(whole["entered"].to_numpy(zero_copy_only=False), np.uint8).tobytes())
        return told.hexdigest()
