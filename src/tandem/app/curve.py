"""`tandem curve`: what a signal would have done over all of history at the thresholds that one would pick, not only at the one that it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from tandem.app.failures import Failure, UnknownName
from tandem.app.history.edges import find_signal, open_fold
from tandem.app.project import Project, storage_faults
from tandem.app.thresholds import likely_around, likely_up_to
from tandem.language.expression.nodes import (
    SCALE,
    Comparison,
    Condition,
    Expression,
    FieldRef,
    Literal,
    Measure,
    Until,
    Value,
)
from tandem.language.expression.show import show
from tandem.language.expression.used import nodes_of
from tandem.signals.firing import fired
from tandem.signals.playbook.declare import Signal
from tandem.values.instants import Instant

if TYPE_CHECKING:
    from tandem.signals.fold import Fold

THRESHOLDS_MAX = 256
_COUNTED = ("people", "days", "workspaces", "distinct")


class NoThreshold(Failure):
    code = "no_threshold"


@dataclass(frozen=True)
class CurveRequest:
    """signal: its name. test: which of its tests with a threshold is varied, from 1 on."""

    signal: str
    test: int = 1
    as_of: str | None = None


@dataclass(frozen=True)
class Point:
    """What would have been at one threshold. subjects: that ever entered. on: for how many it would be on."""

    threshold: str
    stands: bool
    entered: int
    left: int
    fires: int
    subjects: int
    on: int


@dataclass(frozen=True)
class Curve:
    """test: the test that is varied, as text; tests: all that could be."""

    signal: Signal
    test: str
    tests: tuple[str, ...]
    points: tuple[Point, ...]
    as_of: Instant
    fingerprint: str

    def as_rows(self) -> list[dict[str, Any]]:
        """One a threshold. stands: the one that the signal has."""
        return [
            {
                "threshold": each.threshold,
                "stands": each.stands,
                "entered": each.entered,
                "left": each.left,
                "fires": each.fires,
                "subjects": each.subjects,
                "in": each.on,
            }
            for each in self.points
        ]


@storage_faults()
def find_curve(project: Project, asked: CurveRequest) -> Curve:
    """Raises UnknownName, and NoThreshold for a signal that compares nothing with a number or a length."""
    signal = find_signal(project.playbook, asked.signal)
    tests = find_tests(signal, asked.test)
    test = tests[asked.test - 1]
    log = project.log()
    as_of = project.as_of(asked.as_of, log)
    fold = open_fold(project, log)
    found = [_point(test, swept) for swept in sweep(fold, signal, test, as_of)]
    last = max((number for number, point in enumerate(found) if point.entered or point.stands), default=-1)
    return Curve(signal, show(test), tuple(map(show, tests)), tuple(found[: last + 1]), as_of, project.playbook.fingerprint)


def find_tests(signal: Signal, number: int) -> list[Comparison]:
    """The tests of a signal that have a threshold, of which there are at least `number`. Raises UnknownName and NoThreshold."""
    tests = list(dict.fromkeys(_with_threshold(signal.when)))
    if not tests:
        raise NoThreshold(f"`{signal.name}` compares no measure with a number or a length", f"its condition is `{show(signal.when)}`")
    if not 1 <= number <= len(tests):
        raise UnknownName("test with a threshold", str(number), map(str, range(1, len(tests) + 1)))
    return tests


def _with_threshold(condition: Condition) -> Iterator[Comparison]:
    """The tests that compare something measured with a number or a length."""
    for node in nodes_of(condition):
        if isinstance(node, Comparison) and node.sign not in ("=", "!=") and isinstance(node.right, Literal):
            measured = not isinstance(node.left, Literal) and _one_value(node.left)
            if measured and node.right.kind in ("number", "share", "duration"):
                yield node


def _one_value(value: Value) -> bool:
    """Whether it is no field that `any` or `all` asks of workspaces one by one."""
    ref = value.field if isinstance(value, Until) else value
    return not isinstance(ref, FieldRef) or ref.roll_up in (None, "highest")


@dataclass(frozen=True, eq=False)
class Swept:
    """What one threshold gives. subject, at, fires: (entering,) where it enters, by instant, and whether it fires there. on: for how many it
    is on in the end."""

    literal: Literal
    subject: npt.NDArray[Any]
    at: npt.NDArray[np.int64]
    fires: npt.NDArray[np.bool_]
    on: int


def sweep(fold: Fold, signal: Signal, test: Comparison, as_of: Instant) -> Iterator[Swept]:
    """What the signal would have done under every threshold of one of its tests, strictest or loosest first."""
    from tandem.signals.passing import passed_on

    passed = passed_on(fold.timeline, fold.records, signal.about)
    for literal, subject, at, on in _swept(fold, signal, test, as_of):
        order = np.argsort(at, kind="stable")
        order = order[at[order] <= as_of]
        whose, when = subject[order], at[order]
        fires = fired(zip(whose.tolist(), when.tolist(), strict=True), signal.cooldown, passed)
        yield Swept(literal, whose, when, np.array(fires, np.bool_), on)


def _swept(
    fold: Fold, signal: Signal, test: Comparison, as_of: Instant
) -> Iterator[tuple[Literal, npt.NDArray[Any], npt.NDArray[np.int64], int]]:
    right, measure = cast(Literal, test.right), test.left
    if signal.when == test and test.sign == ">=" and isinstance(measure, Measure) and measure.function in _COUNTED:
        # The whole condition is one threshold on how many different ones there are: one pass tells all of them.
        curve = fold.curve(measure, signal.about, THRESHOLDS_MAX)
        values = fold.values_at(measure, signal.about, as_of)
        for number in range(1, THRESHOLDS_MAX + 1):
            subject, at = curve.entering(number)
            yield replace(right, value=number * SCALE), subject, at, int((values >= number).sum())
        return
    for value in _thresholds(fold, signal, test):
        literal = replace(right, value=value)
        edges = fold.edges(_replaced(signal.when, test, replace(test, right=literal)), signal.about)
        turns = np.where(edges.entered, 1, -1)[edges.at <= as_of]
        yield literal, edges.subject[edges.entered], edges.at[edges.entered], int(turns.sum())


def _thresholds(fold: Fold, signal: Signal, test: Comparison) -> list[int]:
    """The values to try: those that a person would pick, and the one that stands there."""
    right = cast(Literal, test.right)
    stands = int(cast(int, right.value))
    if isinstance(test.left, Measure) and test.left.function in ("count", *_COUNTED):
        most = max(fold.most(test.left, signal.about), stands // SCALE, 1)
        return sorted({*(number * SCALE for number in likely_up_to(most)), stands})
    return likely_around(stands, right.kind)


def _replaced(node: Expression, old: Comparison, new: Comparison) -> Any:
    """The condition with another test in all places of one."""
    if node == old:
        return new
    changed: dict[str, Any] = {}
    for name in getattr(node, "__dataclass_fields__", ()):
        value = getattr(node, name)
        if name != "span" and hasattr(value, "__dataclass_fields__"):
            changed[name] = _replaced(value, old, new)
        elif isinstance(value, tuple) and value and hasattr(value[0], "__dataclass_fields__"):
            changed[name] = tuple(_replaced(each, old, new) for each in value)
    return replace(node, **changed) if changed else node


def _point(test: Comparison, swept: Swept) -> Point:
    entered = len(swept.at)
    return Point(
        threshold=show(swept.literal),
        stands=swept.literal == test.right,
        entered=entered,
        left=entered - swept.on,
        fires=int(swept.fires.sum()),
        subjects=len(np.unique(swept.subject)),
        on=swept.on,
    )
