"""What an account is at each instant (a prospect, a user or a customer), and until when its quarantine lasts."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

from tandem.boundary.fold.belonging import Belonging
from tandem.boundary.fold.during import Layer, layer_of, layered
from tandem.boundary.fold.records import Told
from tandem.boundary.meaning.evidence import Stance
from tandem.boundary.playbook.policy import Boundary
from tandem.signals.fold import Fold
from tandem.timeline.folds.extremes import least
from tandem.timeline.kernels import UNKNOWN
from tandem.timeline.steps import Steps
from tandem.timeline.timeline import Column
from tandem.values.instants import Instant


class Standing(NamedTuple):
    """quarantine_end: when a user's quarantine ends or ended; None of whoever is no user."""

    stance: Stance
    quarantine_end: Instant | None


class Stances:
    def __init__(self, fold: Fold, belonging: Belonging, told: Told, boundary: Boundary) -> None:
        self._fold, self._belonging, self._told, self._boundary = fold, belonging, told, boundary

    def of(self, account: str) -> Layer[Standing]:
        used = layer_of(self._first_use, self._belonging.code("account", account))
        signed = layered(self._told.contracts.get(account, ()))
        at = sorted({*used.at, *signed.at})
        standings = [self._standing(used.values[0], bool(signed.values[0]))]
        standings += [self._standing(used.value(t), bool(signed.value(t))) for t in at]
        return Layer(at, standings)

    def _standing(self, first_use: int, is_customer: bool) -> Standing:
        if is_customer:
            return Standing("customer", None)
        if first_use == UNKNOWN:
            return Standing("prospect", None)
        return Standing("user", first_use + self._boundary.quarantine)

    @cached_property
    def _first_use(self) -> Steps:
        """Of each account the earliest event that counts as use, as is known at each instant."""
        subjects = self._fold.timeline.subjects("account")
        selector = self._boundary.first_use
        if selector is None:
            layout = subjects.layout
            return least(layout, self._somebodys(), tuple(part.occurred for part in layout.parts), None)
        picked = self._fold.columns.picked(subjects, selector)
        layout = picked.subjects.layout
        return least(layout, picked.chosen, tuple(part.occurred for part in layout.parts), None)

    def _somebodys(self) -> Column:
        """1 for what a person, a visitor or a workspace did; what happened to the account alone is no use."""
        subjects, people = (self._fold.timeline.subjects(kind) for kind in ("account", "person"))
        visitors = np.array([one.startswith("?") for one in people.ids], bool)
        rows = []
        for part in people.layout.parts:
            whose = np.repeat(np.arange(part.subjects), np.diff(part.offsets))
            rows.append(part.row[visitors[whose]])
        of_visitors = np.unique(np.concatenate(rows))
        return tuple(
            ((person >= 0) | (workspace >= 0) | np.isin(part.row, of_visitors)).astype(np.uint8)
            for part, person, workspace in zip(subjects.layout.parts, subjects.person, subjects.workspace, strict=True)
        )
