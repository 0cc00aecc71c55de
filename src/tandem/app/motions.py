"""How accounts are won: for each motion how many accounts it has now, and how often each declared outcome came to accounts that were in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.app.failures import UnknownName
from tandem.app.history.edges import open_fold
from tandem.app.project import Project
from tandem.values.instants import Instant
from tandem.values.instants import show as show_instant

if TYPE_CHECKING:
    from tandem.signals.backtest.moments import Moments
    from tandem.signals.playbook.funnels import Motion
    from tandem.timeline.kernels import Longs
    from tandem.timeline.steps import Steps


@dataclass(frozen=True)
class MotionsRequest:
    """outcomes: their names, in order; None are all that the playbook declares of accounts."""

    outcomes: tuple[str, ...] | None = None
    as_of: str | None = None


@dataclass(frozen=True)
class MotionStanding:
    """accounts: those in the motion. outcomes: by name, how many came to accounts that were in it just before."""

    motion: Motion
    accounts: int
    outcomes: Mapping[str, int]


@dataclass(frozen=True)
class MotionsListed:
    motions: tuple[MotionStanding, ...]
    as_of: Instant

    def as_json(self) -> dict[str, Any]:
        rows = [{"motion": each.motion, "accounts": each.accounts, "outcomes": dict(each.outcomes)} for each in self.motions]
        return {"as_of": show_instant(self.as_of), "motions": rows}


def list_motions(project: Project, asked: MotionsRequest) -> MotionsListed:
    """Of an outcome `first: ever` only the first of each account counts. Raises UnknownName for one that is not declared of accounts."""
    from tandem.signals.backtest.hindsight import Hindsight
    from tandem.signals.backtest.occurrences import occurrences
    from tandem.signals.motion import motions
    from tandem.signals.playbook.funnels import MOTIONS
    from tandem.timeline.steps import values_at

    judged = project.playbook.product.judged
    declared = {name: outcome for name, outcome in judged.outcomes.items() if outcome.about == "account"}
    names: Sequence[str] = tuple(declared) if asked.outcomes is None else asked.outcomes
    for name in names:
        if name not in declared:
            raise UnknownName("outcome", name, declared)
    log = project.log()
    as_of = project.as_of(asked.as_of, log)
    fold = open_fold(project, log)
    hindsight = Hindsight(fold.timeline, project.playbook.declared, as_of)
    steps = motions(fold, judged.stages)
    there = values_at(fold.timeline.subjects("account").existence, as_of) == 1
    accounts = np.bincount(values_at(steps, as_of)[there], minlength=len(MOTIONS))
    counts: dict[str, Longs] = {}
    for name in names:
        found = occurrences(declared[name], judged.stages, hindsight)
        found = found.firsts() if declared[name].first_ever else found
        counts[name] = np.bincount(_just_before(steps, found), minlength=len(MOTIONS))
    standing = [
        MotionStanding(motion, int(accounts[place]), {name: int(counts[name][place]) for name in names})
        for place, motion in enumerate(MOTIONS)
    ]
    return MotionsListed(tuple(standing), as_of)


def _just_before(steps: Steps, found: Moments) -> Longs:
    """(moments,) the motion until then: what an outcome brings about itself, such as an opportunity, is not how the account was won."""
    moments = [(int(steps.offsets[one]), int(steps.offsets[one + 1]), at) for one, at in zip(found.subject, found.at, strict=True)]
    places = [(since, since + int(np.searchsorted(steps.at[since:until], at))) for since, until, at in moments]
    return np.array([int(steps.value[place - 1]) if place > since else steps.initial for since, place in places], np.int64)
