"""When anything was learnt that an expression reads: what tells a signal that is quiet from one that nothing feeds any more."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from tandem.language.expression.nodes import Any as AnyEvent
from tandem.language.expression.nodes import Condition, EventName, Expression, FieldRef, RecordMeasure
from tandem.signals.edges import reached
from tandem.signals.fold import Fold
from tandem.values.instants import HOUR

Hours = npt.NDArray[np.int64]


class Feeding:
    """Of one timeline and playbook."""

    def __init__(self, fold: Fold) -> None:
        self._fold = fold
        self._of_records: dict[str, Hours] = {}

    def hours(self, condition: Condition) -> Hours:
        """The hours in which anything was learnt that the condition reads, as the instants at which they begin, ascending."""
        found = [self._read_by(node) for node in self._nodes(condition)]
        return np.unique(np.concatenate([np.zeros(0, np.int64), *found])) * HOUR

    def _nodes(self, condition: Condition) -> list[Expression]:
        nodes = list(reached(self._fold.settings, condition))
        if any(isinstance(node, FieldRef) and "icp_tier" in node.path for node in nodes):
            nodes += [node for _, tier in self._fold.settings.tiers for node in reached(self._fold.settings, tier)]
        return nodes

    def _read_by(self, node: Expression) -> Hours:
        first, by_name = self._events
        match node:
            case AnyEvent():
                return np.flatnonzero(by_name.any(axis=0)) + first
            case EventName():
                named = [number for number, name in enumerate(self._fold.timeline.names) if name == node.name]
                return np.flatnonzero(by_name[named].any(axis=0)) + first
            case RecordMeasure():
                return self._records(node.record)
            case FieldRef():
                kinds = {"plan": ("subscription",), "is_target": ("target",)}.get(node.path[-1], ())
                own = ("account", "workspace", "person") if len(node.path) == 1 else (node.path[0],)
                return np.concatenate([self._records(kind) for kind in (*own, *kinds)])
        return np.zeros(0, np.int64)

    @cached_property
    def _events(self) -> tuple[int, npt.NDArray[np.bool_]]:
        """The first hour, and of each name in which of the hours from then on an event of it was learnt."""
        timeline = self._fold.timeline
        name, hours = timeline.name(), timeline.known() // HOUR
        counted = name >= 0
        first, last = (int(hours.min()), int(hours.max())) if len(hours) else (0, 0)
        table = np.zeros((len(timeline.names), last - first + 1), np.bool_)
        table[name[counted], hours[counted] - first] = True
        return first, table

    def _records(self, kind: str) -> Hours:
        if kind not in self._of_records:
            known = [version.stretches[0][0] // HOUR for version in self._fold.timeline.records(kind) if version.stretches]
            self._of_records[kind] = np.unique(np.array(known, np.int64))
        return self._of_records[kind]
