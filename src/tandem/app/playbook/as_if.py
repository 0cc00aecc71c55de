"""One playbook over all of history, as if it had always been in force: what fired, what became of it, whom it poached, what it was worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tandem.app.backtest import Backtested, BacktestRequest, Backtests, Unmatched, matched_kind
from tandem.app.decisions.decided import Work, work_of
from tandem.app.decisions.fates import why_no_lead
from tandem.app.history.edges import KeptEdges, kept_edges
from tandem.app.playbook.in_force import InForce, Version
from tandem.app.playbook.playbook import Playbook
from tandem.app.project import Project
from tandem.signals.playbook.declare import Signal
from tandem.storage.log import Log
from tandem.values.durations import Duration
from tandem.values.instants import Instant

if TYPE_CHECKING:
    from tandem.boundary.desk.decisions import Decision
    from tandem.boundary.meaning.case import Firing
    from tandem.boundary.meaning.judged import Judgement
    from tandem.timeline.kernels import Longs


class Fired(NamedTuple):
    """Where a signal fired; it stands for the same firing under two playbooks."""

    at: Instant
    signal: str
    about: str
    subject: str


def _fired(firing: Firing) -> Fired:
    return Fired(firing.at, firing.signal, firing.subject.kind, firing.subject.id)


@dataclass(frozen=True)
class Counted:
    """What fired in a period; how many leads these firings opened by the as-of, and of how many leads they are reasons, those that opened one
    too. The rates are of leads opened. why: what is unknown, and its reason."""

    fired: int
    leads: int
    reasons: int
    leads_per_week: float | None
    leads_per_week_per_seller: float | None
    backtests: Mapping[str, Backtested] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Judging:
    """What is asked of every signal: outcomes by name, each within a length; none are all that a playbook declares, within `length`."""

    outcomes: tuple[tuple[str, Duration], ...]
    length: Duration


class AsIf:
    """since, until: only what fires, and is touched, at or after, and before."""

    def __init__(
        self, project: Project, log: Log, as_of: Instant, playbook: Playbook, since: Instant | None, until: Instant | None
    ) -> None:
        self.project, self.log, self.as_of, self.playbook = project, log, as_of, playbook
        self.since, self.until = since, until
        self.backtests = Backtests(project, log, as_of, playbook)
        self._accounts: dict[str, Longs] = {}

    @property
    def begins(self) -> Instant:
        """Of the period."""
        first = self.backtests.known.begins
        return self.since if self.since is not None else self.as_of if first is None else first

    @property
    def ends(self) -> Instant:
        return self.as_of if self.until is None else min(self.as_of, self.until)

    def signal(self, name: str) -> Signal | None:
        return self.playbook.signals.get(name)

    def permits_by(self, name: str) -> bool:
        """Whether the boundary names the signal, so that it fires where it turns on."""
        boundary = self.playbook.boundary
        return boundary is not None and name in boundary.signals and name in self.playbook.signals

    @cached_property
    def edges(self) -> Mapping[str, KeptEdges]:
        return kept_edges(self.project, self.log, self.playbook.signals.values(), self.playbook)

    @cached_property
    def fired(self) -> frozenset[Fired]:
        """All firings of the period, of all signals."""
        found: set[Fired] = set()
        for name, signal in self.playbook.signals.items():
            edges = self.edges[name]
            rows = np.flatnonzero(edges.fires[: edges.until(self.as_of)])
            subjects = edges.subjects.column().to_pylist()
            for subject, at in zip(edges.subject[rows].tolist(), edges.at[rows].tolist(), strict=True):
                if (self.since is None or at >= self.since) and (self.until is None or at < self.until):
                    found.add(Fired(at, name, signal.about, subjects[subject]))
        return frozenset(found)

    def on(self, name: str) -> list[str]:
        """For whom a signal is on at the as-of, by their printed ids."""
        edges = self.edges[name]
        return sorted(edges.subjects[code] for code in edges.on(self.as_of).tolist())

    # What became of it.

    @cached_property
    def work(self) -> Work:
        return work_of(self.project, self.log, self.as_of, InForce((Version(None, self.playbook),), "draft"))

    @cached_property
    def reasons(self) -> Mapping[Fired, Instant]:
        """When each firing opened a lead, or became a reason of one."""
        return {_fired(row.firing): row.at for lead in self.work.leads.leads for row in lead.rows}

    @cached_property
    def opening(self) -> frozenset[Fired]:
        """The firings that opened a lead: of every lead its first reason."""
        return frozenset(_fired(lead.rows[0].firing) for lead in self.work.leads.leads)

    def opened(self, name: str | None) -> list[Fired]:
        """Those of one signal, or of all, in the period."""
        return sorted(each for each in self.fired & self.opening if name in (None, each.signal))

    def why_not(self, fired: Fired) -> str:
        """Why a firing is no lead."""
        if self.playbook.boundary is None:
            return "there is no boundary.yaml"
        if fired.signal not in self.playbook.boundary.signals:
            return "boundary.yaml does not name the signal"
        return why_no_lead(self._courses[fired])

    @cached_property
    def _courses(self) -> Mapping[Fired, Sequence[Decision]]:
        return {_fired(firing): course for firing, course in self.work.courses.items()}

    def judged(self) -> Judgement:
        """Of the period's touches."""
        from tandem.boundary.meaning.judged import sum_up

        return sum_up(self.work.judged(self.begins, self.ends))

    # What it was worth.

    def counted(self, name: str | None, judging: Judging | None) -> Counted:
        """Of one signal, or of all of them together; None of `judging` asks for no backtest."""
        from tandem.signals.backtest.backtest import per_week

        fired = [each for each in self.fired if name in (None, each.signal)]
        leads, reasons, why = len(self.opened(name)), sum(each in self.reasons for each in fired), dict[str, str]()
        if self.playbook.boundary is None:
            why["leads"] = "there is no boundary.yaml"
        weekly, per_seller = per_week(self.begins, self.ends, leads, self.backtests.sellers, why)
        backtests = {} if name is None or judging is None else self._backtests(self.playbook.signals[name], judging, why)
        return Counted(len(fired), leads, reasons, weekly, per_seller, backtests, why)

    def _backtests(self, signal: Signal, judging: Judging, why: dict[str, str]) -> dict[str, Backtested]:
        declared = self.playbook.product.judged.outcomes
        found = {}
        for name, within in judging.outcomes or [(name, judging.length) for name in declared]:
            if name not in declared:
                why[f"backtest.{name}"] = "product.yaml does not declare this outcome"
                continue
            try:
                matched_kind(signal, declared[name])
            except Unmatched as unmatched:
                # Of all that are declared only those are asked for that are the signal's.
                if judging.outcomes:
                    why[f"backtest.{name}"] = unmatched.what
                continue
            found[name] = self.backtests.of(BacktestRequest(signal.name, name, within, since=self.since, until=self.until))
        return found

    # Who they are.

    def account_of(self, about: str, subject: str) -> str | None:
        """The account that a subject is, or belongs to, as of now."""
        code = self._codes(about).get(subject)
        found = -1 if code is None else int(self._accounts_of(about)[code])
        return None if found < 0 else self.backtests.fold.timeline.subjects("account").ids[found]

    def name_of(self, account: str | None) -> str | None:
        """As its record calls it."""
        code = None if account is None else self._codes("account").get(account)
        return None if code is None else self._names[code]

    def _codes(self, about: str) -> Mapping[str, int]:
        return self.backtests.fold.records.codes(about)  # type: ignore[arg-type]

    def _accounts_of(self, about: str) -> Longs:
        if about not in self._accounts:
            self._accounts[about] = self.backtests.hindsight.account_of(about)  # type: ignore[arg-type]
        return self._accounts[about]

    @cached_property
    def _names(self) -> Sequence[str | None]:
        from tandem.timeline.kernels import UNKNOWN
        from tandem.timeline.steps import values_at

        hindsight = self.backtests.hindsight
        said = values_at(hindsight.told.said("account", "name"), self.as_of).tolist()
        texts = [None if code == UNKNOWN else hindsight.answers.raw.values[code] for code in said]
        return [text if isinstance(text, str) and text else None for text in texts]
