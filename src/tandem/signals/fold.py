"""Conditions over all of history at once: what `meaning/` says at an instant, as steps of every subject.

Each node of an expression becomes steps: a measure is a fold over the rows of the timeline, a field a walk along its record, a test compares
them where either changes, and `and`, `or`, `not`, `held` are the algebra of steps. Subjects are taken range by range, so that memory is
bounded by the rows of a range and not by all of history.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from typing import cast

import numpy as np

from tandem.facts.kinds import RECORD_KINDS
from tandem.language.expression.nodes import (
    SCALE,
    About,
    And,
    Comparison,
    Condition,
    FieldRef,
    Held,
    IsUnknown,
    Literal,
    Measure,
    Membership,
    Not,
    Or,
    Sequence,
    SignalRef,
    Since,
    Value,
)
from tandem.signals.answers import is_so
from tandem.signals.meaning.asked import kind_and_name, quantified
from tandem.signals.meaning.comparing import compare_answers
from tandem.signals.numbers import (
    compare_numbers,
    number_at,
    number_is_unknown,
    steps_in,
    threshold,
)
from tandem.signals.ranges import Range, part_of
from tandem.signals.under import Under
from tandem.signals.values import Coded, Told, Values, constant_of
from tandem.signals.world import UNKNOWN as NO_ANSWER
from tandem.signals.world import Answer, Declared
from tandem.timeline.algebra import Sign, both, either, is_unknown, negated, within
from tandem.timeline.clock import held
from tandem.timeline.folds.sequence import sequence
from tandem.timeline.folds.windows import Curve, count, curve
from tandem.timeline.kernels import THREADS, UNKNOWN, Longs
from tandem.timeline.steps import ALWAYS, Edges, Steps, aligned, compressed, edges, values_at
from tandem.timeline.timeline import Timeline
from tandem.values.instants import Instant


class Fold(Values):
    """Every question about one timeline under one playbook. What several conditions read is read once."""

    def __init__(self, timeline: Timeline, declared: Declared, *, threads: int = THREADS) -> None:
        super().__init__(timeline, declared, threads)

    def edges(self, condition: Condition, about: About) -> Edges:
        """Every edge of the condition's signal, by subject, then instant; also those that the clock will bring."""
        return edges(self.is_on(condition, about))

    def is_on(self, condition: Condition, about: About) -> Steps:
        """1 where the subject exists and the condition is true, else not 1."""
        return self.over_ranges(about, lambda among: within(self.condition(condition, among), among.subjects.existence))

    def curve(self, measure: Measure, about: About, most: int) -> Curve:
        """The edges of `measure >= N` for every N up to `most` in one pass, of a measure of how many different ones there are."""
        picked = self.columns.picked(self.timeline.subjects(about), measure.selector)
        keys = self.keys(measure, picked.subjects, picked.chosen)
        return curve(picked.subjects.layout, picked.chosen, keys, measure.window, most, threads=self._threads)

    def values_at(self, measure: Measure, about: About, t: Instant) -> Longs:
        """(subjects,) a measure that is a number, of each subject at an instant."""
        return np.concatenate(self.of_ranges(about, lambda among: values_at(self.folded(measure, among), t)))

    def most(self, measure: Measure, about: About) -> int:
        """The greatest value that a measure which is a number ever has."""
        return max(self.of_ranges(about, lambda among: int(self.folded(measure, among).value.max(initial=0))))

    def alone(self, about: About, subject: int) -> Alone:
        """One subject, to be asked whatever an expression about it holds."""
        return Alone(self, Range(about, part_of(self.timeline.subjects(about), subject, subject + 1), subject))

    @cached_property
    def told_ahead(self) -> Longs:
        """The instants at which something occurs that was learnt before, ascending."""
        occurred, known = self.timeline.occurred(), self.timeline.known()
        ahead = [occurred[known < occurred]]
        for kind in RECORD_KINDS:
            versions = self.timeline.records(kind)
            told = [each.occurred_at for each in versions if each.stretches and each.stretches[0][0] < each.occurred_at]
            ahead.append(np.array(told, np.int64))
        return np.unique(np.concatenate(ahead))

    # Conditions.

    def condition(self, node: Condition, among: Range) -> Steps:
        if node not in among.found:
            among.found[node] = self._holds(node, among)
        steps: Steps = among.found[node]
        return steps

    def _holds(self, node: Condition, among: Range) -> Steps:
        match node:
            case Or():
                return reduce(either, (self.condition(part, among) for part in node.parts))
            case And():
                return reduce(both, (self.condition(part, among) for part in node.parts))
            case Not():
                return negated(self.condition(node.part, among))
            case Comparison() | Membership() | IsUnknown():
                refs = quantified(node)
                return self._rolled(node, refs[0], among) if refs and among.rolled is None else self._test(node, among)
            case Held():
                return held(within(self.condition(node.condition, among), among.subjects.existence, UNKNOWN), node.length)
            case Sequence():
                layout, masks = self.columns.in_turn(among.subjects, node.selectors)
                return sequence(layout, masks, node.within, threads=1)
            case SignalRef():
                on = within(self.condition(self.settings.signals[node.name], among), among.subjects.existence)
                return is_so(on, lambda truth: truth == 1)
        raise ValueError(f"{node!r} is not a condition")

    def _test(self, node: Comparison | Membership | IsUnknown, among: Range) -> Steps:
        match node:
            case Comparison():
                return self._compare(node.left, node.sign, node.right, among)
            case Membership():
                found = reduce(either, (self._compare(node.value, "=", choice, among) for choice in node.choices))
                return negated(found) if node.negated else found
            case IsUnknown():
                told = self.told(node.value, among, self.type(node.value, among))
                unknown = is_unknown(told.steps) if isinstance(told, Coded) else number_is_unknown(told, len(among))
                return negated(unknown) if node.negated else unknown

    def _compare(self, left: Value, sign: Sign, right: Value, among: Range) -> Steps:
        if isinstance(left, Measure) and isinstance(right, Literal) and among.rolled is None:
            at_once = self._compared_at_once(left, sign, right, among)
            if at_once is not None:
                return at_once
        if isinstance(left, Since) and isinstance(right, Literal) and among.rolled is None:
            at_once = self._age_compared_at_once(left, sign, right, among)
            if at_once is not None:
                return at_once
        types = self.type(left, among), self.type(right, among)
        one, other = self.told(left, among, types[0] or types[1]), self.told(right, among, types[1] or types[0])
        if isinstance(one, Coded) and isinstance(other, Coded):
            return self._compare_coded(one.steps, sign, other.steps)
        return compare_numbers(self.counted(one), sign, self.counted(other), len(among))

    def _compare_coded(self, one: Steps, sign: Sign, other: Steps) -> Steps:
        """Each distinct pair of answers is compared once."""
        axis = aligned([one, other])
        pairs = np.concatenate([axis.values, axis.initial[:, None]], axis=1)
        distinct_pairs, place = np.unique(pairs, axis=1, return_inverse=True)
        answers = self.answers.typed.values
        truths = [
            UNKNOWN if UNKNOWN in pair or (truth := compare_answers(answers[pair[0]], sign, answers[pair[1]])) is None else int(truth)
            for pair in distinct_pairs.T.tolist()
        ]
        told = np.array(truths, np.int64)[place.reshape(-1)]
        return compressed(axis.offsets, axis.at, told[:-1], int(told[-1]))

    def _compared_at_once(self, left: Measure, sign: Sign, right: Literal, among: Range) -> Steps | None:
        """A measure beside a constant: the fold itself compares, and tells only where the answer changes."""
        if left.function in ("first", "last") or right.kind in ("text", "flag", "date"):
            return None
        than = constant_of(right)
        whole, than_whole = threshold(sign, than * (SCALE if left.function in ("sum", "min", "max") else 1))
        return self.folded(left, among, whole, than_whole)

    def _age_compared_at_once(self, left: Since, sign: Sign, right: Literal, among: Range) -> Steps | None:
        """Whether the last selected event is that long ago: whether there is none in a window of that length, but there ever was one."""
        # An event that is just so long ago has left the window; a moment longer, and it is in it still.
        length = int(cast(int, right.value)) + (1 if sign in (">", "<=") else 0) if right.kind == "duration" else 0
        if sign in ("=", "!=") or length <= 0:
            return None
        picked = self.picked(left.selector, among)
        layout = picked.subjects.layout
        lately, ever = (count(layout, picked.chosen, window, sign=">=", than=1, threads=1) for window in (length, None))
        return within(lately if sign in ("<", "<=") else negated(lately), ever, UNKNOWN)

    # any, all: the test is asked of each workspace, of what else it reads in the words of the account.

    def _rolled(self, node: Comparison | Membership | IsUnknown, ref: FieldRef, among: Range) -> Steps:
        whole = self.whole_of(("rolled", node, among.kind), lambda: self._roll_up(node, ref, among.kind))
        return self.here(whole, among)

    def _roll_up(self, node: Comparison | Membership | IsUnknown, ref: FieldRef, about: About) -> Steps:
        kind, _ = kind_and_name(self.asking(about), ref)
        inner, outer = self.timeline.subjects(kind), self.timeline.subjects(about)
        truth = self._test(node, Range(about, inner, rolled=ref))
        of_none = self._test(node, Range(about, outer, rolled=ref, empty=True))
        owner = within(inner.account, inner.existence, UNKNOWN)
        counts = []
        for counted in (lambda told: told == 1, lambda told: told == 0, lambda told: told == UNKNOWN):
            counts.append(count(Under.of(owner, [truth], len(outer.ids), counted).layout, None, None))
        axis = aligned([*counts, of_none])
        rows = np.concatenate([axis.values, axis.initial[:, None]], axis=1)
        deciding, other = (rows[0], rows[1]) if ref.roll_up == "any" else (rows[1], rows[0])
        decided = 1 if ref.roll_up == "any" else 0
        told = np.select([deciding > 0, rows[2] > 0, other > 0], [decided, UNKNOWN, 1 - decided], rows[3])
        return compressed(axis.offsets, axis.at, told[:-1], int(told[-1]))


@dataclass(frozen=True, eq=False)
class Alone:
    """One subject. Conditions and values are those that are asked of it; what `any` and `all` ask of each workspace has no value of its own."""

    fold: Fold
    among: Range

    def truths(self, condition: Condition) -> Steps:
        """1, 0 or UNKNOWN over time, be it there or not."""
        return self.fold.condition(condition, self.among)

    def answer(self, node: Value, t: Instant) -> Answer:
        """What a value is at an instant; durations are microseconds, dates those until their day."""
        told = self.told(node)
        if isinstance(told, Coded):
            code = int(values_at(told.steps, t)[0])
            return NO_ANSWER if code == UNKNOWN else self.fold.answers.typed.values[code]
        number = number_at(told, t)
        return NO_ANSWER if number is None else number

    def turns(self, node: Value) -> list[Instant]:
        """The instants at which something that the value is made of changes, ascending."""
        told = self.told(node)
        steps = [told.steps] if isinstance(told, Coded) else steps_in(told)
        return sorted({at for each in steps for at in each.at.tolist() if at > ALWAYS})

    def told(self, node: Value) -> Told:
        return self.fold.told(node, self.among, self.fold.type(node, self.among))
