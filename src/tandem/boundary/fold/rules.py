"""What `Answers` is made of, beside the facts: a playbook's rules with what a desk has recorded, and when its signals are on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from tandem.boundary.meaning.case import Accepted, Closed
from tandem.boundary.playbook.policy import Boundary
from tandem.signals.playbook.declare import Score, Signal
from tandem.signals.playbook.outcomes import Stages
from tandem.signals.world import FOREVER
from tandem.timeline.kernels import Longs
from tandem.values.business_time import BusinessTime


@dataclass(frozen=True)
class Rules:
    """All of a `Case` but its world and its end; the words are the same."""

    boundary: Boundary
    signals: Mapping[str, Signal]
    scores: Mapping[str, Score] = field(default_factory=dict)
    stages: Stages = field(default_factory=Stages)
    hours: BusinessTime = field(default_factory=BusinessTime)
    week_start: int = 0
    accepted: tuple[Accepted, ...] = ()
    closed: tuple[Closed, ...] = ()


@dataclass(frozen=True, eq=False)
class StaysOf:
    """When one signal is on. subjects: printed ids. subject: (stays,) into them. since, until: (stays,) half-open; FOREVER where it is on still."""

    subjects: Sequence[str]
    subject: npt.NDArray[Any]
    since: Longs
    until: Longs

    @classmethod
    def of_edges(cls, subjects: Sequence[str], subject: npt.NDArray[Any], at: Longs, entered: npt.NDArray[np.bool_]) -> StaysOf:
        """Edges in any order, as long as those of one subject ascend; each that enters is followed by the one that leaves, if there is one."""
        order = np.lexsort((at, subject))
        whose, instants, enters = subject[order], at[order], entered[order]
        ends = np.full(len(order), FOREVER)
        follows = np.flatnonzero((whose[1:] == whose[:-1]) & enters[:-1])
        ends[follows] = instants[follows + 1]
        return cls(subjects, whose[enters], instants[enters].astype(np.int64), ends[enters])
