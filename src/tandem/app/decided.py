"""What the boundary has decided in a project as of an instant: its leads and what waits, and what it answers at any instant until then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

from tandem.app.playbook import Playbook
from tandem.app.project import Project, storage_faults
from tandem.boundary.policy import Boundary
from tandem.signals.world import Subject
from tandem.storage.log import Log
from tandem.values.business_time import BusinessTime
from tandem.values.instants import Instant

if TYPE_CHECKING:
    from tandem.boundary.blocks import Block, Question
    from tandem.boundary.case import Case, Firing, Touch
    from tandem.boundary.evidence import Evidence, Stance
    from tandem.boundary.in_force import InForce
    from tandem.boundary.judged import Judged
    from tandem.boundary.leads import Leads
    from tandem.boundary.meaning import Answer
    from tandem.boundary.watch import Due, Watch
    from tandem.signals.fold import Fold

Said = Literal["applied", "folder", "draft"]


class Answering(Protocol):
    """What one playbook's boundary answers at any instant. Each of these means what the function of the same name means for a `Case`."""

    def answer(self, asked: Question, t: Instant) -> Answer: ...
    def answer_of_account(self, account: str, t: Instant) -> Answer: ...
    def starts_at(self, account: str, t: Instant) -> Instant | None: ...
    def turns(self, account: str) -> Sequence[Instant]: ...
    def evidence(self, account: str, t: Instant) -> Sequence[Evidence]: ...
    def blocks(self, asked: Question, t: Instant) -> Sequence[Block]: ...
    def stance(self, account: str, t: Instant) -> Stance: ...
    def is_on(self, firing: Firing, t: Instant) -> bool: ...
    def whose(self, subject: Subject, since: Instant, t: Instant) -> Subject: ...
    def account(self, subject: Subject, since: Instant, t: Instant) -> str | None: ...
    def touches(self, t: Instant) -> Sequence[Touch]: ...
    def judged(self, since: Instant, until: Instant, as_of: Instant) -> Sequence[Judged]: ...
    def opportunity_owners(self, account: str, t: Instant) -> Sequence[str]: ...
    def is_employed(self, seller: str, t: Instant) -> bool: ...


class Sweep(Protocol):
    """What was decided over the playbooks in force, one after the other, up to an instant."""

    @property
    def leads(self) -> Leads: ...
    @property
    def firings(self) -> Sequence[Firing]: ...
    def watch(self, since: Instant, until: Instant) -> Watch: ...
    def neglected(self, t: Instant) -> Sequence[Due]: ...


@dataclass(frozen=True, eq=False)
class Ruling:
    """A playbook with what its boundary answers."""

    project: Project
    log: Log
    playbook: Playbook
    answers: Answering

    @property
    def boundary(self) -> Boundary:
        return self.playbook.boundary or Boundary()

    @cached_property
    def fold(self) -> Fold:
        """All of history, to be asked for values."""
        from tandem.app.edges import open_fold

        return open_fold(self.project, self.log)

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
    said: Said
    rulings: Sequence[InForce[Ruling]]
    sweep: Sweep

    @property
    def now(self) -> Ruling:
        """By what is in force at the as-of."""
        return self.rulings[-1].playbook

    def at(self, t: Instant) -> Ruling | None:
        """By what was in force then; None before the first."""
        from tandem.boundary.in_force import in_force_at

        return in_force_at(self.rulings, t)

    @property
    def leads(self) -> Leads:
        return self.sweep.leads

    def is_on(self, firing: Firing, t: Instant) -> bool:
        """Whether the signal still is; a playbook that has it no more has it on for nobody."""
        ruling = self.at(t)
        return ruling is not None and firing.signal in ruling.boundary.signals and ruling.answers.is_on(firing, t)

    def judged(self, since: Instant, until: Instant) -> list[Judged]:
        """Every outbound touch in [since, until), by the playbook of its day."""
        from tandem.boundary.in_force import periods

        found: list[Judged] = []
        for period, one in periods(self.rulings):
            first, last = max(since, period.since), min(until, period.until)
            found += one.playbook.answers.judged(first, last, self.as_of) if first < last else ()
        return found

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
        from tandem.app.known import known_by

        first = known_by(self.log, self.as_of).begins
        return self.as_of if first is None else min(max(first, self.rulings[0].since), self.as_of)


@storage_faults()
def open_work(project: Project, typed: str | None, *, draft: bool = False) -> Work:
    """As of the instant that was typed, by the playbooks in force until then; draft: by the folder's."""
    log = project.log()
    return by_reference(project, log, project.as_of(typed, log), "draft" if draft else "folder")


def by_reference(project: Project, log: Log, as_of: Instant, said: Said) -> Work:
    from tandem.boundary.in_force import ALWAYS, InForce

    case = case_of(project.playbook, log, as_of)
    rulings = [InForce(ALWAYS, Ruling(project, log, project.playbook, _OfCase(case)))]
    return Work(log, as_of, said, rulings, _SweepOfCases([InForce(ALWAYS, case)], as_of))


class _SweepOfCases:
    def __init__(self, cases: Sequence[InForce[Case]], as_of: Instant) -> None:
        from tandem.boundary.firings import firings
        from tandem.boundary.leads import leads

        self.cases, self.as_of = cases, as_of
        self.leads, self.firings = leads(cases, as_of), firings(cases)

    def watch(self, since: Instant, until: Instant) -> Watch:
        from tandem.boundary.watch import watch

        return watch(self.cases, since, until, self.as_of)

    def neglected(self, t: Instant) -> Sequence[Due]:
        from tandem.boundary.watch import neglected

        return neglected(self.cases, t)


def case_of(playbook: Playbook, log: Log, as_of: Instant) -> Case:
    from tandem.boundary.case import Case
    from tandem.facts.tables import FACT_SCHEMAS
    from tandem.signals.told import world_of_tables

    company, tables = playbook.company, {kind: log.table(kind) for kind in log.kinds() if kind in FACT_SCHEMAS}
    return Case(
        world_of_tables(tables, playbook.product.rules, **vars(replace(playbook.declared))),
        playbook.boundary or Boundary(),
        playbook.signals,
        as_of,
        scores=playbook.scores,
        stages=playbook.product.judged.stages,
        hours=BusinessTime(company.time_zone, company.working_hours, frozenset(company.holidays)),
        week_start=company.week_start,
    )


@dataclass(frozen=True)
class _OfCase:
    case: Case

    def answer(self, asked: Question, t: Instant) -> Answer:
        from tandem.boundary.meaning import answer

        return answer(self.case, asked, t)

    def answer_of_account(self, account: str, t: Instant) -> Answer:
        from tandem.boundary.meaning import answer_of_account

        return answer_of_account(self.case, account, t)

    def starts_at(self, account: str, t: Instant) -> Instant | None:
        from tandem.boundary.meaning import starts_at

        return starts_at(self.case, account, t)

    def turns(self, account: str) -> Sequence[Instant]:
        from tandem.boundary.meaning import moments_of

        return moments_of(self.case, account)

    def evidence(self, account: str, t: Instant) -> Sequence[Evidence]:
        from tandem.boundary.evidence import evidence

        return evidence(self.case, account, t)

    def blocks(self, asked: Question, t: Instant) -> Sequence[Block]:
        from tandem.boundary.blocks import blocks

        return blocks(self.case, asked, t)

    def stance(self, account: str, t: Instant) -> Stance:
        from tandem.boundary.evidence import stance

        return stance(self.case, account, t)

    def is_on(self, firing: Firing, t: Instant) -> bool:
        return self.case.is_on(firing, t)

    def whose(self, subject: Subject, since: Instant, t: Instant) -> Subject:
        return self.case.whose(subject, since, t)

    def account(self, subject: Subject, since: Instant, t: Instant) -> str | None:
        return self.case.account(subject, since, t)

    def touches(self, t: Instant) -> Sequence[Touch]:
        from tandem.boundary.case import touches

        return touches(self.case, t)

    def judged(self, since: Instant, until: Instant, as_of: Instant) -> Sequence[Judged]:
        from tandem.boundary.judged import judged

        return judged(self.case, since, until, as_of)

    def opportunity_owners(self, account: str, t: Instant) -> Sequence[str]:
        from tandem.boundary.case import open_opportunities, said

        return [said(each, "owner") for each in open_opportunities(self.case, account, t)]

    def is_employed(self, seller: str, t: Instant) -> bool:
        from tandem.boundary.case import is_employed

        return is_employed(self.case, seller, t)
