"""When an outcome occurred, to each subject, in hindsight: records as steps, and in them the instants at which something turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from tandem.language.expression.nodes import About, Selector
from tandem.signals.answers import is_so, looked_up
from tandem.signals.backtest.hindsight import Hindsight
from tandem.signals.backtest.moments import NOBODY, Moments
from tandem.signals.columns import Columns
from tandem.signals.playbook.outcomes import Outcome, Stages, is_named, is_same_stage
from tandem.signals.records import Records
from tandem.signals.under import Under, always
from tandem.signals.world import read_date
from tandem.timeline.algebra import either
from tandem.timeline.clock import compare_age
from tandem.timeline.folds.windows import count, total
from tandem.timeline.kernels import NEVER, UNKNOWN, Ints, Longs
from tandem.timeline.steps import Aligned, Steps, aligned, compressed, edges, field_steps

# What an amount is a twelfth part of in a year, for each interval that it is paid in; without one it is paid monthly.
_A_YEAR = {"day": 365, "daily": 365, "week": 52, "weekly": 52, "month": 12, "monthly": 12, "quarter": 4, "quarterly": 4,
           "year": 1, "yearly": 1, "annual": 1, "annually": 1}  # fmt: skip
_RECORDS = {"created": ("opportunity",), "stage": ("opportunity",), "won": ("opportunity",), "lost": ("opportunity",),
            "signed": ("contract",), "touched": ("touch",), "paid": ("subscription", "invoice")}  # fmt: skip


def occurrences(outcome: Outcome, stages: Stages, hindsight: Hindsight) -> Moments:
    """Every one that is known as of the instant. Subjects are of the kind that the outcome is about, as they are as of the instant."""
    found = _Finding(outcome.about, stages, hindsight).found(outcome)
    return found.where((found.at <= hindsight.as_of) & (found.subject != NOBODY))


def records_read(outcome: Outcome) -> tuple[str, ...]:
    """The kinds of record that tell of an outcome; none of an event."""
    if outcome.turn == "event":
        return ()
    return _RECORDS.get(outcome.turn, ("subscription", outcome.about) if outcome.turn == "plan" else ("subscription",))


@dataclass(frozen=True, eq=False)
class Marked:
    """Each of several things that happened, once: whose, when, and which of what was asked it is. All (n,), in no order."""

    subject: Longs
    at: Longs
    mark: Ints


def marked_events(hindsight: Hindsight, about: About, selectors: Sequence[tuple[Selector, int]]) -> Marked:
    """The events that any selector picks, with the marks of all that do.

    Each counts for whom it belongs to as of the instant, at the instant at which it occurred.
    """
    subjects = hindsight.timeline.subjects(about)
    columns = Columns(hindsight.timeline, hindsight.declared, hindsight.answers)
    chosen = [(columns.mask(subjects, selector), mark) for selector, mark in selectors]
    whose, when, marks = [], [], []
    for number, (part, rows) in enumerate(zip(subjects.layout.parts, hindsight.holding(about), strict=True)):
        mark = np.zeros(len(rows), np.int32)
        for masks, bit in chosen:
            mark |= np.where(masks[number][rows] != 0, bit, 0).astype(np.int32)
        picked = rows[mark != 0]
        whose.append(np.searchsorted(part.offsets, picked, side="right") - 1)
        when.append(part.occurred[picked])
        marks.append(mark[mark != 0])
    return Marked(np.concatenate(whose), np.concatenate(when), np.concatenate(marks))


@dataclass(frozen=True, eq=False)
class _Finding:
    about: About
    stages: Stages
    hindsight: Hindsight

    def found(self, outcome: Outcome) -> Moments:
        match outcome.turn:
            case "event":
                assert outcome.selector is not None, outcome
                return self.events(outcome.selector)
            case "plan":
                return _entering(self.has_plan(outcome.plan))
            case "created":
                return self.of_records("opportunity", self.told.there("opportunity"))
            case "won" | "lost":
                is_so_named = self.stages.is_won if outcome.turn == "won" else self.stages.is_lost
                return self.of_records("opportunity", self.saying("opportunity", "stage", is_so_named))
            case "stage":
                is_there = partial(is_same_stage, outcome.stage)
                return self.of_records("opportunity", self.saying("opportunity", "stage", is_there))
            case "signed":
                return self.of_records("contract", self.told.there("contract"))
            case "touched":
                return self.of_records("touch", self.saying("touch", "seller", is_named))
            case "active":
                return _entering(is_so(self.paying.number, lambda number: number > 0))
            case "paid":
                return Moments.of(*map(np.concatenate, zip(*((each.subject, each.at) for each in self.payments()), strict=True))).firsts()
            case "renewed":
                return self.renewals()
            case "cancelled":
                return _entering(is_so(self.paying.number, lambda number: number > 0), left=True)
            case "reduced" | "expanded":
                return self.movements(outcome.turn)

    @property
    def told(self) -> Records:
        return self.hindsight.told

    @property
    def subjects(self) -> int:
        return len(self.hindsight.timeline.subjects(self.about).ids)

    # Events.

    def events(self, selector: Selector) -> Moments:
        found = marked_events(self.hindsight, self.about, [(selector, 1)])
        return Moments.of(found.subject, found.at)

    # Records.

    def of_records(self, record: str, condition: Steps, *, left: bool = False) -> Moments:
        """The instants at which a condition on records becomes true, under their owners."""
        turns = _entering(condition, left=left)
        return Moments.of(self.owners(record)[turns.subject], turns.at)

    def owners(self, record: str) -> Longs:
        """(records,) the subject that each belongs to, as was said of it last; NOBODY for none."""
        owner = self.told.owner(record, self.about)
        named = np.flatnonzero(owner.value != UNKNOWN)
        found = np.full(owner.subjects, NOBODY)
        whose = np.searchsorted(owner.offsets, named, side="right") - 1
        found[whose] = owner.value[named]  # Of several the last one stands.
        return found

    def saying(self, record: str, field: str, test: Any) -> Steps:
        """1 while a field of each record says something that is so, else 0."""
        said = self.told.said(record, field)
        fits = np.array([test(value) for value in self.hindsight.answers.raw.values], np.bool_)
        return is_so(said, lambda codes: np.append(fits, False)[np.maximum(codes, -1)])

    def instants(self, record: str, field: str) -> Steps:
        said = self.told.said(record, field)
        return looked_up(said, self.hindsight.answers.instants(self.hindsight.answers.raw.values))

    def numbers(self, record: str, field: str) -> Steps:
        said = self.told.said(record, field)
        return looked_up(said, self.hindsight.answers.numbers(self.hindsight.answers.raw.values, "number"))

    def has_plan(self, plan: str) -> Steps:
        """1 while each subject, or of an account also any of its workspaces, has that plan or a higher one."""
        here = self.own_plan(self.about, plan)
        if self.about != "account":
            return here
        owner = always(np.where((account := self.hindsight.account_of("workspace")) == NOBODY, UNKNOWN, account))
        under = Under.of(owner, [self.own_plan("workspace", plan)], self.subjects, lambda has: has == 1)
        return either(here, is_so(count(under.layout, None, None), lambda number: number > 0))

    def own_plan(self, kind: About, plan: str) -> Steps:
        order = self.hindsight.declared.plans
        reached = order[order.index(plan) :] if plan in order else (plan,)
        said = self.told.field(kind, "plan")
        codes = [code for code, value in enumerate(self.hindsight.answers.raw.values) if isinstance(value, str) and value in reached]
        return is_so(said, lambda values: np.isin(values, codes))

    def payments(self) -> tuple[Moments, Moments]:
        by_subscription = _entering(is_so(self.paying.mrr, lambda mrr: mrr > 0))
        there, paid = self.told.there("invoice"), self.instants("invoice", "paid")
        over = compare_age(paid, "since", ">=", 0)
        axis = aligned([there, over, self.saying("invoice", "status", _is_paid), self.numbers("invoice", "amount")])
        # Where no day of payment is told, the status tells it.
        settled = _told(
            axis, lambda there, over, status, amount: (there == 1) & ((over == 1) | ((over == UNKNOWN) & (status == 1))) & (amount > 0)
        )
        return by_subscription, self.of_records("invoice", settled)

    # Subscriptions.

    @cached_property
    def paying(self) -> _Paying:
        """A subscription is paid for while it is active and its amount is not 0; one of unknown amount is, and adds nothing."""
        active, amount = self.told.is_active, self.numbers("subscription", "amount")
        each = looked_up(self.told.said("subscription", "interval"), self._a_year())
        axis = aligned([active, amount, each])
        is_paid = _told(axis, lambda active, amount, each: (active == 1) & ((amount == UNKNOWN) | (amount > 0)))
        worth = _told(
            axis, lambda active, amount, each: np.where((active == 1) & (amount > 0), amount * np.where(each == UNKNOWN, 12, each), 0)
        )  # fmt: skip
        owners = self.owners("subscription")
        owner = always(np.where(owners == NOBODY, UNKNOWN, owners))
        under = Under.of(owner, [is_paid, worth], self.subjects, lambda paid, _: paid == 1)
        return _Paying(count(under.layout, None, None), total(under.layout, None, under.values[1], None))

    def _a_year(self) -> Longs:
        said = self.hindsight.answers.raw.values
        return np.array([_A_YEAR.get(value.casefold(), UNKNOWN) if isinstance(value, str) else UNKNOWN for value in said], np.int64)

    def movements(self, turn: str) -> Moments:
        """Where more or less is paid each month by one who paid before and pays on; all that changes at one instant is one movement."""
        axis = aligned([self.paying.number, self.paying.mrr])
        (paid_before, before), (pays, now) = _before(axis), axis.values
        changed = now > before if turn == "expanded" else now < before
        found = np.flatnonzero((paid_before > 0) & (pays > 0) & changed)
        return Moments.of(_subject_of(axis)[found], axis.at[found])

    def renewals(self) -> Moments:
        """Where the date of a subscription's renewal moves on while it is active."""
        axis = aligned([self.told.is_active, self.instants("subscription", "renewal_date")])
        (active_before, before), (active, now) = _before(axis), axis.values
        found = np.flatnonzero((active_before == 1) & (active == 1) & (before != UNKNOWN) & (now > before))
        return Moments.of(self.owners("subscription")[_subject_of(axis)[found]], axis.at[found])


@dataclass(frozen=True, eq=False)
class _Paying:
    """Of each subject, how many subscriptions it pays for, and what they are worth together: twelve months' millionths."""

    number: Steps
    mrr: Steps


def employed(hindsight: Hindsight) -> Steps | None:
    """1 while each seller is employed, by the dates of its record; without them while there is one. None where no record of a seller is."""
    versions = hindsight.records("seller")
    if not versions:
        return None
    told, read = hindsight.told, hindsight.answers
    there = told.there("seller")
    started, ended = (
        [None if code == UNKNOWN else read_date(cast(Any, hindsight.declared), read.raw.values[code]) for code in _last_said(told.said("seller", name))]
        for name in ("started", "ended")
    )  # fmt: skip
    stretches = []
    for seller in range(there.subjects):
        since, until = int(there.offsets[seller]), int(there.offsets[seller + 1])
        is_gone = there.value[until - 1] == 0
        first, last = int(there.at[since]), int(there.at[until - 1]) if is_gone else NEVER
        begun, over = (one if one is not None else other for one, other in ((started[seller], first), (ended[seller], last)))
        stretches += [(seller, begun, 1), (seller, over, 0)] if begun < over < NEVER else [(seller, begun, 1)] if begun < over else []
    subject, at, value = np.array(stretches, np.int64).reshape(-1, 3).T
    steps = field_steps(subject, at, value, there.subjects)
    return Steps(steps.offsets, steps.at, steps.value, 0)


def _last_said(said: Steps) -> list[int]:
    """(records,) the last value that is not UNKNOWN; what is taken back with a record's deletion was said all the same."""
    named = np.flatnonzero(said.value != UNKNOWN)
    found = np.full(said.subjects, UNKNOWN)
    found[np.searchsorted(said.offsets, named, side="right") - 1] = said.value[named]
    return found.tolist()


def _is_paid(status: object) -> bool:
    return isinstance(status, str) and status.casefold() == "paid"


def _entering(condition: Steps, *, left: bool = False) -> Moments:
    found = edges(condition)
    kept = found.entered != left
    return Moments.of(found.subject[kept], found.at[kept])


def _told(axis: Aligned, ask: Any) -> Steps:
    """What is so of several steps together."""
    initial = ask(*axis.initial[:, None])
    return compressed(axis.offsets, axis.at, np.asarray(ask(*axis.values), np.int64), int(initial[0]))


def _before(axis: Aligned) -> npt.NDArray[np.int64]:
    """(each, instants) the values just before each instant."""
    found = np.empty_like(axis.values)
    found[:, 1:] = axis.values[:, :-1]
    found[:, axis.offsets[:-1][np.diff(axis.offsets) > 0]] = axis.initial[:, None]
    return found


def _subject_of(axis: Aligned) -> Longs:
    return np.repeat(np.arange(len(axis.offsets) - 1), np.diff(axis.offsets))
