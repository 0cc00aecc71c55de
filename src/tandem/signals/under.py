"""What stands under an owner for a while is a holding of that owner: it is laid out under it, and folded once more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tandem.timeline.kernels import NEVER, UNKNOWN, Longs
from tandem.timeline.layout import Layout, lay_out
from tandem.timeline.steps import ALWAYS, Steps, field_steps, holdings_of
from tandem.timeline.timeline import Ties


@dataclass(frozen=True)
class Under:
    """What stands under owners for a while, laid out by owner. values: by row of the layout, in the order in which they were given."""

    layout: Layout
    values: list[Longs]

    @classmethod
    def of(cls, owner: Steps, values: Sequence[Steps], owners: int, counts: Callable[..., npt.NDArray[Any]]) -> Under:
        """counts: which stretches count, by their values; (stretches,) each."""
        held = holdings_of(owner, values)
        kept = np.flatnonzero(counts(*held.values))
        since, until = held.since[kept], held.until[kept]
        leaves = until if len(until) and int(until.min()) < NEVER else None
        layout = lay_out(held.owner[kept], since, since, np.arange(len(kept), dtype=np.int32), leaves, owners)
        return cls(layout, [each[kept][layout.row] for each in held.values])


def always(values: Longs) -> Steps:
    """A value of each subject that never changes."""
    return Steps(np.arange(len(values) + 1, dtype=np.int64), np.full(len(values), ALWAYS), values, UNKNOWN)


def tied(ids: Sequence[str], ties: Ties, codes: Mapping[str, int]) -> Steps:
    """Of each id the code of that under which it stands; UNKNOWN where that has none."""
    subject, at, value = [], [], []
    for number, one in enumerate(ids):
        steps = ((ALWAYS, one), *ties.get(one, ()))
        subject += [number] * len(steps)
        at += [max(since, ALWAYS) for since, _ in steps]
        value += [codes.get(under, UNKNOWN) for _, under in steps]
    return field_steps(subject, at, value, len(ids))
