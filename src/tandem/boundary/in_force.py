"""Which playbook is in force when: each from its instant until the next one's.

Evidence, blocks and permits at t are those of the playbook in force at t, computed by it over all of history. What is counted and what
waits goes on from one playbook to the next by the signal's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tandem.signals.world import FOREVER, Period
from tandem.timeline.steps import ALWAYS as ALWAYS
from tandem.values.instants import Instant

X = TypeVar("X")


@dataclass(frozen=True)
class InForce(Generic[X]):
    """since: `ALWAYS` is from the log's beginning, when nothing is on. quiet: what its coming into force turns on counts as seen, and does not fire."""

    since: Instant
    playbook: X
    quiet: bool = False


def always(playbook: X) -> tuple[InForce[X], ...]:
    return (InForce(ALWAYS, playbook),)


def periods(playbooks: Sequence[InForce[X]]) -> list[tuple[Period, InForce[X]]]:
    """When each is in force. Of several that begin at one instant the last one counts."""
    ends = [*(each.since for each in playbooks[1:]), FOREVER]
    return [(Period(one.since, until), one) for one, until in zip(playbooks, ends, strict=True) if one.since < until]


def in_force_at(playbooks: Sequence[InForce[X]], t: Instant) -> X | None:
    """None before the first."""
    return next((one.playbook for period, one in periods(playbooks) if period.covers(t)), None)
