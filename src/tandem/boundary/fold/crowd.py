"""The people of an account at an instant, grouped by what stands against them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence

from tandem.boundary.fold.blocks import Blocks
from tandem.boundary.fold.during import During
from tandem.values.instants import Instant


class Crowd:
    """From the instant at which it was asked last it goes on, or back.

    To keep all of many people at each of their instants would be too much.
    """

    def __init__(self, held: Iterable[During[tuple[str, Blocks]]]) -> None:
        moves = [(at, enters, each.what) for each in held for at, enters in ((each.since, True), (each.until, False))]
        self._moves = sorted(moves, key=lambda move: move[:2])
        self._at = [at for at, _, _ in self._moves]
        self._place = 0
        self._groups: dict[Blocks, list[str]] = {}

    def at(self, t: Instant) -> Mapping[Blocks, Sequence[str]]:
        """None of them empty, each in order."""
        place = bisect_right(self._at, t)
        for _, enters, what in self._moves[self._place : place]:
            self._move(what, enters)
        for _, enters, what in reversed(self._moves[place : self._place]):
            self._move(what, not enters)
        self._place = place
        return self._groups

    def _move(self, what: tuple[str, Blocks], enters: bool) -> None:
        one, blocks = what
        group = self._groups.setdefault(blocks, [])
        if enters:
            insort(group, one)
        else:
            del group[bisect_left(group, one)]
            if not group:
                del self._groups[blocks]
