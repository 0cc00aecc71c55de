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


@dataclass(frozen=True, eq=False)
class Decided:
    """said: whose playbook it is: the one applied; the folder's, because none was applied yet; or the folder's, because a draft was asked for."""

    project: Project
    log: Log
    as_of: Instant
    playbook: Playbook
    said: Said
    answers: Answering
    leads: Leads
    firings: Sequence[Firing]
    case: Case

    @property
    def boundary(self) -> Boundary:
        return self.playbook.boundary or Boundary()

    @cached_property
    def fold(self) -> Fold:
        """All of history, to be asked for values."""
        from tandem.app.edges import open_fold

        return open_fold(self.project, self.log)

    def sellers(self) -> set[str]:
        """Everybody of ours whom a record or a touch names."""
        told = {
            each.record_id
            for each in self.fold.timeline.records("seller")
            if each.occurred_at <= self.as_of and any(since <= self.as_of for since, _ in each.stretches)
        }
        return told | {each.seller for each in self.answers.touches(self.as_of)} - {""}

    def begins(self, first: Instant | None) -> Instant:
        """Since when the boundary answers: since the first instant at which anything was known; the as-of where nothing was."""
        return self.as_of if first is None else min(first, self.as_of)

    def judged(self, since: Instant, until: Instant) -> Sequence[Judged]:
        return self.answers.judged(since, until, self.as_of)

    def watch(self, since: Instant, until: Instant) -> Watch:
        from tandem.boundary.watch import watch

        return watch(self.case, since, until, self.as_of)

    def neglected(self) -> list[Due]:
        from tandem.boundary.watch import neglected

        return neglected(self.case, self.as_of)


@storage_faults()
def decide(project: Project, log: Log, as_of: Instant, *, draft: bool = False) -> Decided:
    """Everything as of an instant, by the playbook in force then; draft: by the folder's."""
    from tandem.boundary.leads import leads

    case = case_of(project.playbook, log, as_of)
    said: Said = "draft" if draft else "folder"
    return Decided(project, log, as_of, project.playbook, said, _OfCase(case), leads(case, as_of), case.firings, case)


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
