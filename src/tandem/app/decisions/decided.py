"""What the boundary has decided in a project as of an instant: its leads and what waits, and what it answers at any instant until then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tandem.app.failures import WrongUsage
from tandem.app.playbook.in_force import InForce as Standing
from tandem.app.playbook.in_force import Taken, open_in_force
from tandem.app.playbook.playbook import Playbook
from tandem.app.project import Project, read_typed, storage_faults
from tandem.boundary.playbook.policy import Boundary
from tandem.signals.world import Subject
from tandem.storage.log import Log
from tandem.values.instants import Instant
from tandem.values.instants import show as show_instant

if TYPE_CHECKING:
    from tandem.app.history.edges import KeptEdges
    from tandem.boundary.desk.answering import Answering
    from tandem.boundary.desk.decisions import Decision
    from tandem.boundary.desk.desk import Decided
    from tandem.boundary.fold.answers import Answers
    from tandem.boundary.in_force import InForce
    from tandem.boundary.meaning.case import Firing
    from tandem.boundary.meaning.judged import Judged
    from tandem.boundary.meaning.leads import Leads
    from tandem.boundary.meaning.watch import Watch
    from tandem.signals.fold import Fold
    from tandem.signals.playbook.declare import Signal


@dataclass(frozen=True, eq=False)
class Ruling:
    """A playbook with what its boundary answers."""

    project: Project
    log: Log
    as_of: Instant
    playbook: Playbook

    @cached_property
    def answers(self) -> Answers:
        from tandem.app.decisions.answering import answers_of

        return answers_of(self.project, self.log, self.playbook, self.as_of, fold=self.fold)

    @property
    def boundary(self) -> Boundary:
        return self.playbook.boundary or Boundary()

    @cached_property
    def fold(self) -> Fold:
        """All of history, to be asked for values."""
        from tandem.app.history.edges import open_fold

        return open_fold(self.project, self.log, self.playbook)

    def edges(self, signal: Signal) -> KeptEdges:
        from tandem.app.history.edges import kept_edges

        return kept_edges(self.project, self.log, [signal], self.playbook)[signal.name]

    @property
    def zone(self) -> ZoneInfo:
        return self.playbook.company.time_zone

    def code(self, subject: Subject) -> int | None:
        """Of the subject in the fold."""
        return self.fold.records.codes(subject.kind).get(subject.id)


@dataclass(frozen=True, eq=False)
class Work:
    """The boundary's work as of an instant. rulings: from when on each is in force, up to then; never none.

    said: whose playbook it is: the one applied; the folder's, because none was applied yet; or the folder's, because a draft was asked for.
    """

    log: Log
    as_of: Instant
    said: Taken
    rulings: Sequence[InForce[Ruling]]
    find: Callable[[], Decided]

    @cached_property
    def sweep(self) -> Decided:
        return self.find()

    @property
    def now(self) -> Ruling:
        """By what is in force at the as-of."""
        return self.rulings[-1].playbook

    def at(self, t: Instant) -> Ruling | None:
        """By what was in force then; None before the first."""
        from tandem.boundary.in_force import in_force_at

        return in_force_at(self.rulings, t)

    def asked_at(self, typed: str | None) -> Instant:
        """The instant that is asked about: the one typed, or the as-of. Raises WrongUsage for one after it."""
        t = self.as_of if typed is None else read_typed(typed, self.now.zone)
        if t > self.as_of:
            raise WrongUsage(
                f"`--at {typed}` is after {show_instant(self.as_of)}, and nothing is known of it yet",
                f"leave `--at` out, or give an earlier one; `--as-of {typed}` asks as of then",
            )
        return t

    @property
    def leads(self) -> Leads:
        return self.sweep.leads

    def leads_at(self, t: Instant) -> Leads:
        """What was decided by then."""
        from tandem.boundary.desk.decisions import leads_of

        return self.leads if t >= self.as_of else leads_of(each for each in self.sweep.decisions if each.at <= t)

    def course(self, firing: Firing) -> Sequence[Decision]:
        """What was decided about a firing until it was a lead or lapsed, in order."""
        return self.courses[firing]

    @cached_property
    def courses(self) -> Mapping[Firing, Sequence[Decision]]:
        found: dict[Firing, list[Decision]] = {}
        for each in self.sweep.decisions:
            if each.what in ("fired", "waits", "queued", "opened", "reason", "lapsed"):
                found.setdefault(each.firing, []).append(each)
        return found

    def is_on(self, firing: Firing, t: Instant) -> bool:
        """Whether the signal still is; a playbook that has it no more has it on for nobody."""
        ruling = self.at(t)
        return ruling is not None and firing.signal in ruling.boundary.signals and ruling.answers.is_on(firing, t)

    def judged(self, since: Instant, until: Instant) -> Sequence[Judged]:
        """Every outbound touch in [since, until), by the playbook of its day."""
        return self.sweep.judged(since, until, self.as_of)

    def watch(self, since: Instant, until: Instant) -> Watch:
        return self.sweep.watch(since, until, self.as_of)

    def sellers(self) -> set[str]:
        """Everybody of ours whom a record or a touch names."""
        told = {
            each.record_id
            for each in self.now.fold.timeline.records("seller")
            if each.occurred_at <= self.as_of and any(since <= self.as_of for since, _ in each.stretches)
        }
        return told | {each.seller for each in self.now.answers.touches(self.as_of)} - {""}

    def begins(self) -> Instant:
        """Since when the boundary answers: a playbook is in force and anything is known; the as-of where nothing is."""
        from tandem.app.history.known import known_by

        first = known_by(self.log, self.as_of).begins
        return self.as_of if first is None else min(max(first, self.rulings[0].since), self.as_of)


@storage_faults()
def open_work(project: Project, typed: str | None, *, draft: bool = False) -> Work:
    """As of the instant that was typed, by the playbooks in force until then; draft: by the folder's."""
    log, as_of, standing = open_in_force(project, typed, draft=draft)
    return work_of(project, log, as_of, standing)


def work_of(project: Project, log: Log, as_of: Instant, standing: Standing) -> Work:
    from tandem.boundary.desk.desk import decide
    from tandem.boundary.in_force import InForce
    from tandem.timeline.steps import ALWAYS

    rulings = [
        InForce(ALWAYS if each.since is None else each.since, Ruling(project, log, as_of, each.playbook), each.quiet)
        for each in standing.versions
    ]
    return Work(log, as_of, standing.taken, rulings, lambda: decide(_answering(rulings), as_of))


def _answering(rulings: Sequence[InForce[Ruling]]) -> list[InForce[Answering]]:
    from tandem.boundary.in_force import InForce

    return [InForce(one.since, one.playbook.answers, one.quiet) for one in rulings]
