"""What a funnel asks: its stages in their order, its window, and by which convention an attempt goes on or ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tandem.behavior.view import SELECTORS_MOST
from tandem.language.expression.nodes import About, Selector
from tandem.signals.playbook.funnels import STAGES_MOST, Stage
from tandem.values.durations import Duration
from tandem.values.instants import Instant

Order = Literal["ordered", "strict", "any_order", "first_start_only"]
ORDERS: tuple[Order, ...] = ("ordered", "strict", "any_order", "first_start_only")


@dataclass(frozen=True)
class Unless:
    """An event that ends an attempt which has reached stage `after`, and not yet stage `before`; stages are numbered from 1."""

    selector: Selector
    after: int
    before: int


@dataclass(frozen=True)
class Funnel:
    """about: whose events. stages: 1 to STAGES_MOST selectors; or, of a motion's funnel, declared stages. within: the window, closed at both ends: an attempt that begins at t lasts
    through t + within. every_attempt: each attempt counts, else of each subject the best one. constant: a property that is the same
    throughout an attempt; events without it count nowhere. since, until: when attempts begin, half-open; None for any time.
    apart: stages at one instant do not follow one another. no_repeats: a stage after the first that comes again ends the attempt.
    reentry: in `strict`, the first stage may come again and does not end it.
    """

    about: About
    stages: tuple[Selector | Stage, ...]
    within: Duration
    order: Order = "ordered"
    every_attempt: bool = False
    unless: tuple[Unless, ...] = ()
    constant: tuple[str, ...] | None = None
    since: Instant | None = None
    until: Instant | None = None
    apart: bool = False
    no_repeats: bool = False
    reentry: bool = False

    def __post_init__(self) -> None:
        stages = len(self.stages)
        if not 1 <= stages <= STAGES_MOST:
            raise ValueError(f"a funnel has 1 to {STAGES_MOST} stages, not {stages}")
        if self.within <= 0:
            raise ValueError("a window is longer than nothing")
        if stages + len(self.unless) > SELECTORS_MOST:
            raise ValueError(f"{stages} stages leave room for {SELECTORS_MOST - stages} exclusions, not {len(self.unless)}")
        for each in self.unless:
            if not 1 <= each.after < each.before <= stages:
                raise ValueError(f"an exclusion stands between two of {stages} stages, not between {each.after} and {each.before}")
        if self.order == "any_order":
            if self.apart or self.no_repeats:
                raise ValueError("in any order no stage follows another")
            if any((each.after, each.before) != (1, stages) for each in self.unless):
                raise ValueError("in any order an exclusion stands between the first stage and the last")
        if self.reentry and self.order != "strict":
            raise ValueError("only in strict order could the first stage end an attempt")

    @property
    def selectors(self) -> tuple[Selector, ...]:
        """The stages that are events, and then what ends attempts: in this order they are marked."""
        return (*(each for each in self.stages if not isinstance(each, Stage)), *(each.selector for each in self.unless))

    @property
    def convention(self) -> str:
        """The name of the rules, as it stands beside every number."""
        said = {"every attempt": self.every_attempt, "apart": self.apart, "no repeats": self.no_repeats, "reentry": self.reentry}
        return ", ".join([self.order, *(name for name, holds in said.items() if holds)])
