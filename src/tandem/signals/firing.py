"""When a signal fires: at an edge that enters, unless it fired for the same subject less than its cooldown before."""

from __future__ import annotations

from collections.abc import Iterable

from tandem.values.durations import Duration
from tandem.values.instants import Instant


def fired(entered: Iterable[tuple[int, Instant]], cooldown: Duration) -> list[bool]:
    """Of entering edges in the order of their instants, (subject, at) each, whether the signal fires there.

    >>> fired([(1, 0), (1, 5), (2, 6), (1, 10)], 10)
    [True, False, True, True]
    """
    last: dict[int, Instant] = {}
    found = []
    for subject, at in entered:
        before = last.get(subject)
        fires = before is None or at - before >= cooldown
        if fires:
            last[subject] = at
        found.append(fires)
    return found
