"""When a signal fires: at an edge that enters, unless it fired for the same subject less than its cooldown before.

What fired for a subject that is merged away, or for a domain that a record takes over, fired for the survivor from then on: else every
account that a rep creates in the CRM would fire a second time.
"""

from __future__ import annotations

from collections.abc import Iterable

from tandem.values.durations import Duration
from tandem.values.instants import Instant

# From when on the firings of one subject are another's: (at, gone, survivor).
Passing = tuple[Instant, int, int]


def fired(entered: Iterable[tuple[int, Instant]], cooldown: Duration, passed: Iterable[Passing] = ()) -> list[bool]:
    """Of entering edges in the order of their instants, (subject, at) each, whether the signal fires there. passed: in any order.

    >>> fired([(1, 0), (1, 5), (2, 6), (1, 10)], 10)
    [True, False, True, True]
    >>> fired([(1, 0), (2, 5)], 10, [(5, 1, 2)])
    [True, False]
    """
    last: dict[int, Instant] = {}
    waiting = iter(sorted(passed))
    passing = next(waiting, None)
    found = []
    for subject, at in entered:
        while passing is not None and passing[0] <= at:
            _, gone, survivor = passing
            if gone in last:
                last[survivor] = max(last.pop(gone), last.get(survivor, -(2**63)))
            passing = next(waiting, None)
        before = last.get(subject)
        fires = before is None or at - before >= cooldown
        if fires:
            last[subject] = at
        found.append(fires)
    return found
