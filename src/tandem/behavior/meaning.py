"""What all questions of this room read, in plain Python: the events of a subject as of an instant. Whatever is fast must equal it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tandem.language.expression.nodes import Selector
from tandem.signals.meaning.asked import Asked
from tandem.signals.meaning.asking import picks
from tandem.signals.world import Happening, Subject, World
from tandem.values.instants import Instant


@dataclass(frozen=True)
class Seen:
    """An event that counts, and the numbers of the selectors that pick it."""

    event: Happening
    picked: frozenset[int]

    @property
    def at(self) -> Instant:
        return self.event.occurred_at


def events_of(world: World, subject: Subject, selectors: Sequence[Selector], as_of: Instant) -> list[Seen]:
    """The subject's tracks, pages and screens as of an instant, by (`occurred_at`, id), be they picked or not."""
    found = sorted(_counting(world, subject, as_of), key=lambda each: (each.occurred_at, each.id))
    asked = Asked(world, subject, as_of)
    return [Seen(each, frozenset(number for number, selector in enumerate(selectors) if picks(asked, selector, each))) for each in found]


def _counting(world: World, subject: Subject, as_of: Instant) -> Iterator[Happening]:
    for each in world.happenings:
        stretch = each.stretch_at(as_of)
        if each.type in ("track", "page", "screen") and stretch is not None and stretch.is_of(subject) and not stretch.excluded:
            yield each
