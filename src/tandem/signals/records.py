"""Records as steps: what a field says of each record from each instant on, whose the record is, and what is counted of records."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from tandem.facts.kinds import SUBJECTS
from tandem.language.expression.nodes import About, RecordMeasure
from tandem.signals.answers import Answers, is_so, looked_up, mapped
from tandem.signals.columns import paths_of, where_fits
from tandem.signals.under import Under, always, tied
from tandem.signals.versions import VersionsOfKind, found_of
from tandem.signals.world import Declared, found_in
from tandem.timeline.algebra import both, coalesced, either, through
from tandem.timeline.clock import compare_age
from tandem.timeline.folds.extremes import greatest
from tandem.timeline.folds.windows import count, distinct, total
from tandem.timeline.kernels import UNKNOWN, Longs
from tandem.timeline.steps import Steps, aligned, compressed, constant, values_at
from tandem.timeline.timeline import Timeline, Version


class Records:
    """All records of one timeline, kind by kind, each read when it is first asked for."""

    def __init__(self, timeline: Timeline, declared: Declared, answers: Answers) -> None:
        self._timeline, self._declared, self._answers = timeline, declared, answers
        self._kinds: dict[str, VersionsOfKind] = {}
        self._owners: dict[tuple[str, About], Steps] = {}
        self._codes: dict[About, dict[str, int]] = {}

    def field(self, kind: About, name: str) -> Steps:
        """The field of each subject of a kind, as the code of a raw value; `plan` is the highest of its active subscriptions, if any."""
        if kind == "account" and name == "is_target":
            return self._is_target
        own = self.said(kind, name)
        return coalesced([self._highest_plan(kind), own]) if name == "plan" else own

    def measured(self, measure: RecordMeasure, about: About) -> Steps:
        """What is measured of the records of each subject: how many, or of a sum millionths."""
        of = self._of(measure.record)
        counting = self._fitting(measure)
        if measure.field is None:
            value = counting
        else:
            said = [found_in(version.fields, measure.field) for version in of.versions]
            words = of.words(measure.field.path[0])
            table = self._answers.numbers(said, "number") if measure.function == "sum" else self._answers.codes(said, None)
            value = looked_up(words, table)
        owner = self.owner(measure.record, about)
        if not measure.family:
            return self._folded(measure.function, owner, counting, value, about)
        roots = self._roots
        under_root = self._folded(measure.function, through(owner, roots), counting, value, about)
        return through(roots, under_root)

    def read_by(self, measure: RecordMeasure, about: About, subject: int, t: int) -> list[str]:
        """The ids, as sources have them, of the records in force that belong to a subject, or to its family, at t."""
        owner = self.owner(measure.record, about)
        if measure.family:
            owner, subject = through(owner, self._roots), int(values_at(self._roots, t)[subject])
        mine = (values_at(owner, t) == subject) & (values_at(self._of(measure.record).words(None), t) != UNKNOWN)
        return self._of(measure.record).ids_of(np.flatnonzero(mine), t)

    def ids_of(self, kind: About, subjects: Longs, t: int) -> list[str]:
        """The ids, as sources have them, of the records of subjects, after the merges of that instant."""
        return self._of(kind).ids_of(subjects, t)

    @property
    def raw_values(self) -> Sequence[Any]:
        """The raw values that anything has said so far, by code."""
        return self._answers.raw.values

    def versions(self, kind: str) -> Sequence[Version]:
        return self._of(kind).versions

    def ids(self, kind: str) -> Sequence[str]:
        """The ids, as sources have them, of all records of a kind; of a kind that is no subject's, by the record's number."""
        return self._of(kind).records

    def began(self, kind: str) -> Steps:
        """When the earliest of each record's versions in force occurred, of deletions too; UNKNOWN where none is in force. By its number."""
        return self._of(kind).began

    def first_true(self, conditions: Sequence[Steps], answers: Sequence[str]) -> Steps:
        """Of each subject the answer whose condition is the first true one, as the code of a raw value."""
        axis = aligned(conditions)
        codes = np.append(self._answers.raw_codes(answers), UNKNOWN)

        def told(truths: Longs) -> Longs:
            first: Longs = codes[np.where((truths == 1).any(axis=0), (truths == 1).argmax(axis=0), len(conditions))]
            return first

        return compressed(axis.offsets, axis.at, told(axis.values), int(told(axis.initial[:, None])[0]))

    def _folded(self, function: str, owner: Steps, counting: Steps, value: Steps, about: About) -> Steps:
        under = Under.of(owner, [counting, value], len(self._timeline.subjects(about).ids), lambda truth, _: truth == 1)
        match function:
            case "count":
                return count(under.layout, None, None)
            case "sum":
                return total(under.layout, None, under.values[1], None)
        return distinct(under.layout, None, np.maximum(under.values[1], -1), None)

    def _fitting(self, measure: RecordMeasure) -> Steps:
        """1 while a record is in force and fits the measure's `where`, else 0."""
        of = self._of(measure.record)
        if measure.where is None:
            return self.there(measure.record)
        paths = paths_of(measure.where)
        axis = aligned([of.words(None), *(of.words(path[0]) for path in paths)])
        said = [self._answers.raw_codes(found_of(of.versions, path)) for path in paths]
        codes = [mapped(words, table) for words, table in zip(axis.values[1:], said, strict=True)]
        values = [self._answers.raw.values] * len(paths)
        fits = where_fits(measure.where, measure.record, len(axis.at), paths, codes, values, self._declared)
        return compressed(axis.offsets, axis.at, (fits & (axis.values[0] != UNKNOWN)).astype(np.int64), 0)

    # Plans.

    def _highest_plan(self, kind: About) -> Steps:
        of = self._of("subscription")
        if not of.versions:
            return constant(len(self._timeline.subjects(kind).ids), UNKNOWN)
        said = [plan if isinstance(plan, str) else None for plan in found_of(of.versions, ("plan",))]
        plans = looked_up(of.words("plan"), self._answers.codes(said, "text"))
        rank, by_rank = self._answers.heights(self._declared.plans)
        heights = looked_up(plans, rank)
        under = Under.of(self.owner("subscription", kind), [self.is_active, heights], len(self._timeline.subjects(kind).ids),
                         lambda active, height: (active == 1) & (height != UNKNOWN))  # fmt: skip
        highest = looked_up(greatest(under.layout, None, under.values[1], None), by_rank)
        plan_of = [each if isinstance(each, str) else None for each in self._answers.typed.values]
        return looked_up(highest, self._answers.raw_codes(plan_of))

    @cached_property
    def is_active(self) -> Steps:
        """1 while a subscription is active: its status says so or nothing, it has started, and has not ended."""
        of = self._of("subscription")
        status = looked_up(of.words("status"), self._answers.raw_codes(found_of(of.versions, ("status",))))
        active_code = self._answers.raw.code("active")
        started, ended = (
            looked_up(of.words(name), self._answers.instants(found_of(of.versions, (name,)))) for name in ("started", "ended")
        )
        begun, over = compare_age(started, "since", ">=", 0), compare_age(ended, "since", ">=", 0)
        parts = (
            self.there("subscription"),
            is_so(status, lambda codes: (codes == UNKNOWN) | (codes == active_code)),
            is_so(begun, lambda truth: truth != 0),
            is_so(over, lambda truth: truth != 1),
        )
        active = parts[0]
        for each in parts[1:]:
            active = both(active, each)
        return active

    # Named targets.

    @cached_property
    def _is_target(self) -> Steps:
        """Whether each account is named as a target: by the playbook, by its id or domain, or by a record of that kind."""
        targets = sorted(self._declared.targets)
        named = tied(targets, self._timeline.survivors("account"), self.codes("account"))
        recorded = self.owner("target", "account")
        there = self.there("target")
        accounts = len(self.codes("account"))
        domains = [self._declared.targets_domain(each) for each in found_of(self._of("account").versions, ("domain",))]
        ways = [
            count(Under.of(named, [always(np.ones(len(targets), np.int64))], accounts, lambda one: one == 1).layout, None, None),
            count(Under.of(recorded, [there], accounts, lambda one: one == 1).layout, None, None),
            looked_up(self._of("account").words("domain"), np.array(domains, np.int64)),
        ]
        found = is_so(ways[0], lambda number: number > 0)
        for each in ways[1:]:
            found = either(found, is_so(each, lambda number: number > 0))
        return looked_up(found, self._answers.raw_codes([False, True]))

    # Whose a record is.

    def there(self, kind: str) -> Steps:
        """1 while each record of a kind is in force, else 0."""
        return is_so(self._of(kind).words(None), lambda words: words != UNKNOWN)

    def owner(self, record: str, about: About) -> Steps:
        """The subject of a kind that each record belongs to: as it names it; an account also by way of its workspace, or else its person."""
        key = record, about
        if key not in self._owners:
            ways = [self._named(record, about)]
            if about == "account":
                for through_kind in ("workspace", "person"):
                    ways.append(through(self._named(record, through_kind), self._timeline.subjects(through_kind).account))
            self._owners[key] = coalesced(ways)
        return self._owners[key]

    def _named(self, record: str, noun: About) -> Steps:
        of = self._of(record)
        if record == noun:
            return always(np.arange(of.keys, dtype=np.int64))
        if record in SUBJECTS:
            return constant(of.keys, UNKNOWN)
        names = [name if isinstance(name, str) else None for name in found_of(of.versions, (noun,))]
        distinct_names = sorted({name for name in names if name is not None})
        numbers = {name: number for number, name in enumerate(distinct_names)}
        index = np.array([UNKNOWN if name is None else numbers[name] for name in names], np.int64)
        survivors = tied(distinct_names, self._timeline.survivors(noun), self.codes(noun))
        return through(looked_up(of.words(noun), index), survivors)

    @cached_property
    def _roots(self) -> Steps:
        """The root of each account's family, as a code."""
        return tied(self._timeline.subjects("account").ids, self._timeline.families(), self.codes("account"))

    def codes(self, kind: About) -> dict[str, int]:
        """The codes of subjects by their printed ids."""
        if kind not in self._codes:
            self._codes[kind] = {one: code for code, one in enumerate(self._timeline.subjects(kind).ids)}
        return self._codes[kind]

    def said(self, kind: str, name: str) -> Steps:
        """What a field of each record of a kind says, as the code of a raw value."""
        of = self._of(kind)
        return looked_up(of.words(name), self._answers.raw_codes(found_of(of.versions, (name,))))

    def _of(self, kind: str) -> VersionsOfKind:
        if kind not in self._kinds:
            versions = sorted(self._timeline.records(kind), key=lambda version: (version.occurred_at, version.id))
            records = list(dict.fromkeys(version.record_id for version in versions))
            if kind in SUBJECTS:
                codes = self.codes(kind)  # type: ignore[arg-type]
                owners = tied(records, self._timeline.survivors(kind), codes)  # type: ignore[arg-type]
                self._kinds[kind] = VersionsOfKind(versions, records, owners, len(codes), self._declared.source_order)
            else:
                numbers = always(np.arange(len(records), dtype=np.int64))
                self._kinds[kind] = VersionsOfKind(versions, records, numbers, len(records), self._declared.source_order)
        return self._kinds[kind]
