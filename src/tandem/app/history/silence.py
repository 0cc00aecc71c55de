"""When what came regularly has gone quiet: the one rule for sources and for what signals read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tandem.values.instants import DAY, Instant

# Silent three times as long as it ever was before, and at least this long.
STALE_AFTER_MIN = 2 * DAY
STALE_GAPS = 3


def is_stale(known: Sequence[Instant], as_of: Instant) -> bool:
    """known: when something was learnt, ascending, to the hour or finer. What came twice or less has no rhythm to fall out of."""
    if len(known) <= 2:
        return False
    longest = max(later - earlier for earlier, later in pairwise(known))
    return as_of - known[-1] > max(STALE_AFTER_MIN, STALE_GAPS * longest)
