"""Bugs planted on purpose in how outcomes are found in a timeline: each must be seen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.planting import Room
from tests.signals.turning import disagreement, events_disagree

ROOM = Room("tandem.signals.backtest", ("hindsight", "occurrences"))
PLANTED = {
    "what was learnt late was so only then": ("hindsight", "replace(version, stretches=((ALWAYS, NEVER),))", "version"),
    "what is to come is known": ("hindsight", "if version.occurred_at <= self.as_of and any(since <= self.as_of < until for since, until in version.stretches)", "if True"),
    "what was corrected still stands": ("hindsight", "any(since <= self.as_of < until for since, until in version.stretches)", "version.stretches"),
    "who was merged stays apart": ("hindsight", "return {one: ((ALWAYS, unders[-1]),) for one, unders in known.items() if unders}", "return {}"),
    "a merge to come is known": ("hindsight", "if at <= self.as_of] for one", "] for one"),
    "a record's first owner has it": ("occurrences", "found[whose] = owner.value[named]", "found[whose[::-1]] = owner.value[named][::-1]"),
    "won is lost": ("occurrences", 'self.stages.is_won if outcome.turn == "won"', 'self.stages.is_won if outcome.turn == "lost"'),
    "a year is a month": ("occurrences", '"year": 1,', '"year": 12,'),
    "what is free is paid for": ("occurrences", "((amount == UNKNOWN) | (amount > 0))", "(amount > -7)"),
    "a new customer has expanded": ("occurrences", "(paid_before > 0) & (pays > 0) & changed", "(pays > 0) & changed"),
    "who leaves has reduced": ("occurrences", "(paid_before > 0) & (pays > 0) & changed", "(paid_before > 0) & changed"),
    "more is less": ("occurrences", 'if turn == "expanded" else', 'if turn == "reduced" else'),
    "who begins has cancelled": ("occurrences", "lambda number: number > 0), left=True)", "lambda number: number > 0))"),
    "any change of its date is a renewal": ("occurrences", "(before != UNKNOWN) & (now > before)", "(before != UNKNOWN) & (now != before)"),
    "the first date is a renewal": ("occurrences", "(before != UNKNOWN) & (now > before)", "(now > before)"),
    "a lower plan is no plan": ("occurrences", "order[order.index(plan) :]", "(plan,)"),
    "a workspace's plan is not its account's": ("occurrences", "return either(here,", "return __import__('tandem.timeline.algebra', fromlist=['both']).both(here,"),
    "an invoice that is open is paid": ("occurrences", "status.casefold() == \"paid\"", "True"),
    "what came to another stays": ("hindsight", "stands[rows[at <= self.as_of]] = False", "pass"),
    "what will come to another is gone": ("hindsight", "stands[rows[at <= self.as_of]] = False", "stands[rows] = False"),
    "an event to come has occurred": ("hindsight", "[part.enters <= self.as_of for part in layout.parts]", "[part.enters <= NEVER for part in layout.parts]"),
    "what the tail ends stays in the base": ("hindsight", "standing.append(standing[0])", "standing.append(standing[0].copy())"),
    "a stage is any stage": ("occurrences", 'self.saying("opportunity", "stage", is_there)', 'self.saying("opportunity", "stage", bool)'),
    "a touch by nobody is a seller's": ("occurrences", 'self.saying("touch", "seller", is_named)', 'self.told.there("touch")'),
    "every payment is the first": ("occurrences", "strict=True))).firsts()", "strict=True)))"),
}  # fmt: skip


def planted(file: str = "", right: str = "", wrong: str = "") -> Any:
    """A copy of the room in which one file says something else."""
    return SimpleNamespace(**ROOM.planted(file, right, wrong))


def is_wrong(where: Any) -> bool:
    for seed in range(120):
        try:
            if disagreement(seed, where) is not None or (seed < 4 and events_disagree(seed, where) is not None):
                return True
        except (ArithmeticError, AssertionError, IndexError, TypeError, ValueError):
            return True
    return False


def test_a_copy_without_a_bug_says_what_is_meant() -> None:
    assert not any(disagreement(seed, planted()) for seed in range(6))


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_seen(bug: str) -> None:
    assert is_wrong(planted(*PLANTED[bug]))
