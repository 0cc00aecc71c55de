"""The boundary's work in a project by the slow reference: what `app/decisions/decided.py` finds at once, asked one question at one instant at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tandem.app.decisions.answering import rules_of
from tandem.app.decisions.decided import Ruling, Work
from tandem.app.playbook.in_force import InForce as Standing
from tandem.app.playbook.in_force import open_in_force
from tandem.app.playbook.playbook import Playbook
from tandem.app.project import Project
from tandem.boundary.combining import Answer
from tandem.boundary.in_force import InForce
from tandem.boundary.meaning import answers, blocks, evidence, judged, leads, watch
from tandem.boundary.meaning.blocks import Block, Question
from tandem.boundary.meaning.case import Case, Firing, Stay, Touch, is_employed, open_opportunities, said, touches
from tandem.boundary.meaning.evidence import Evidence, Stance
from tandem.boundary.meaning.firings import firings
from tandem.boundary.meaning.judged import Judged
from tandem.boundary.meaning.watch import Due, Watch
from tandem.facts.tables import FACT_SCHEMAS
from tandem.signals.told import world_of_tables
from tandem.signals.world import Subject
from tandem.storage.log import Log
from tandem.timeline.steps import ALWAYS
from tandem.values.instants import Instant


def slow_work(project: Project, typed: str | None = None, *, draft: bool = False) -> Work:
    log, as_of, standing = open_in_force(project, typed, draft=draft)
    return slow_work_of(project, log, as_of, standing)


def slow_work_of(project: Project, log: Log, as_of: Instant, standing: Standing) -> Work:
    rulings = [
        InForce(ALWAYS if each.since is None else each.since, _SlowRuling(project, log, as_of, each.playbook), each.quiet)
        for each in standing.versions
    ]
    cases = [InForce(one.since, one.playbook.answers.case, one.quiet) for one in rulings]
    return Work(log, as_of, standing.taken, rulings, lambda: SlowSweep(cases, as_of))  # type: ignore[arg-type, return-value]


class _SlowRuling(Ruling):
    @cached_property
    def answers(self) -> SlowAnswers:  # type: ignore[override]
        return SlowAnswers(case_of(self.playbook, self.log, self.as_of))


def case_of(playbook: Playbook, log: Log, as_of: Instant) -> Case:
    tables = {kind: log.table(kind) for kind in log.kinds() if kind in FACT_SCHEMAS}
    world = world_of_tables(tables, playbook.product.rules, **vars(playbook.declared))
    return Case(world, until=as_of, **vars(rules_of(playbook)))


@dataclass(frozen=True)
class SlowAnswers:
    case: Case

    @property
    def rules(self) -> Case:
        return self.case

    @property
    def stays(self) -> Sequence[Stay]:
        return self.case.stays

    def answer(self, asked: Question, t: Instant) -> Answer:
        return answers.answer(self.case, asked, t)

    def answer_of_account(self, account: str, t: Instant) -> Answer:
        return answers.answer_of_account(self.case, account, t)

    def starts_at(self, account: str, t: Instant) -> Instant | None:
        return answers.starts_at(self.case, account, t)

    def turns(self, account: str, person: str | None = None) -> Sequence[Instant]:
        return answers.moments_of(self.case, account)

    def evidence(self, account: str, t: Instant) -> list[Evidence]:
        return evidence.evidence(self.case, account, t)

    def blocks(self, asked: Question, t: Instant) -> list[Block]:
        return blocks.blocks(self.case, asked, t)

    def stance(self, account: str, t: Instant) -> Stance:
        return evidence.stance(self.case, account, t)

    def quarantine_end(self, account: str, t: Instant) -> Instant | None:
        return evidence.quarantine_end(self.case, account, t)

    def is_open(self, account: str, t: Instant) -> bool:
        return bool(open_opportunities(self.case, account, t))

    def is_on(self, firing: Firing, t: Instant) -> bool:
        return self.case.is_on(firing, t)

    def whose(self, subject: Subject, since: Instant, t: Instant) -> Subject:
        return self.case.whose(subject, since, t)

    def account(self, subject: Subject, since: Instant, t: Instant) -> str | None:
        return self.case.account(subject, since, t)

    def touches(self, t: Instant) -> list[Touch]:
        return touches(self.case, t)

    def judge(self, touch: Touch) -> Judged:
        return judged.judge(self.case, touch)

    def opportunity_owners(self, account: str, t: Instant) -> list[str]:
        return [said(each, "owner") for each in open_opportunities(self.case, account, t)]

    def accepted_owner(self, account: str, since: Instant, t: Instant) -> str | None:
        return watch.accepted_owner(self.case, account, since, t)

    def is_employed(self, seller: str, t: Instant) -> bool:
        return is_employed(self.case, seller, t)


@dataclass(frozen=True)
class SlowSweep:
    cases: Sequence[InForce[Case]]
    as_of: Instant

    @cached_property
    def leads(self) -> leads.Leads:
        return leads.leads(self.cases, self.as_of)

    @cached_property
    def firings(self) -> list[Firing]:
        return firings(self.cases)

    def judged(self, since: Instant, until: Instant, as_of: Instant) -> list[Judged]:
        return judged.judged(self.cases, since, until, as_of)

    def watch(self, since: Instant, until: Instant, as_of: Instant) -> Watch:
        return watch.watch(self.cases, since, until, as_of)

    def neglected(self, t: Instant) -> list[Due]:
        return watch.neglected(self.cases, t)
