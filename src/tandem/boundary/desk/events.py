"""What the sweep over leads is told of: firings that wait, and the instants at which something about them or about a lead may change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from tandem.boundary.combining import Permit, Refusal
from tandem.boundary.fold.belonging import Whereabouts
from tandem.boundary.meaning.case import Closed, Firing
from tandem.signals.world import Subject
from tandem.timeline.steps import ALWAYS
from tandem.values.instants import Instant


@dataclass(eq=False)
class Held:
    """A firing that is no lead. where: its whereabouts over time. told: what was last decided of it. points: when it was last ranked.

    permit: where nothing but a budget keeps it. checked: when it is looked at for its own sake.
    """

    firing: Firing
    where: Sequence[Whereabouts]
    now: Whereabouts
    told: tuple[str | None, tuple[Refusal, ...], int] | None = None
    permit: Permit | None = None
    points: Fraction = Fraction(0)
    checked: Instant = ALWAYS

    @property
    def line(self) -> tuple[Fraction, Instant, str, Subject]:
        """Its place in a queue, the best first."""
        return -self.points, self.firing.at, self.firing.signal, self.firing.subject


class Turn(NamedTuple):
    """An account's answer, an opportunity of it or its people may change."""

    account: str


class Check(NamedTuple):
    """The signal of what waits goes off, or its subject changes hands."""

    held: Held


class Hop(NamedTuple):
    """The account of an open lead is merged away. lead: its first reason."""

    lead: Firing


class Begins(NamedTuple):
    """A period of a signal's budget."""

    signal: str


class Applied(NamedTuple):
    number: int


Event = Firing | Closed | Turn | Check | Hop | Begins | Applied
