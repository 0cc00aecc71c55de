"""Cells: what facts with the same identifiers, of one span of occurrence, belong to at every instant of knowledge.

Every fact is in one cell, so that millions of facts are answered by gathering from few thousands of answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tandem.facts.corrections import OPEN
from tandem.identity.coded import CodedEvents, Names, Numbers, StepTable
from tandem.identity.events import Events
from tandem.identity.exclusions import matched_on, matches
from tandem.identity.owners import Belonging
from tandem.identity.owners_over_time import OwnersOverTime
from tandem.identity.persons_apart import Kinds
from tandem.identity.rules import Exclusion
from tandem.identity.steps import Steps, joined

Codes = NDArray[np.int32]
Rows = slice | Numbers


class Answer(msgspec.Struct, frozen=True, gc=False):
    """Printed ids, and whether a rule about them leaves the facts out."""

    person: str | None
    workspace: str | None
    account: str | None
    excluded: bool


@dataclass(frozen=True)
class Coded:
    """One column of the answers. codes: (answers,) into `texts`; -1 is none."""

    codes: Codes
    texts: pa.StringArray

    @classmethod
    def of(cls, texts: Iterable[str | None]) -> Coded:
        codes: dict[str | None, int] = {None: -1}
        numbers = np.fromiter((codes.setdefault(text, len(codes) - 1) for text in texts), np.int32)
        return cls(numbers, pa.array((text for text in codes if text is not None), pa.string()))

    def taken(self, answer: Numbers) -> pa.DictionaryArray:
        """(n,) the texts of answers, as a dictionary."""
        codes = self.codes[answer]
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), self.texts)


@dataclass(frozen=True)
class Cells:
    """kind_of: (combinations,) which of the kinds of answer each has. spans: of each kind, the instants of occurrence at which it may change.

    cell_of: (spans,) the number of the span's cell, -1 where nothing occurs in it. steps: of each cell, the instants of knowledge at which
    its answer changes. until: (steps,) where the next step of the cell begins. answer: (steps,) into `person`, `workspace`, `account` and
    `excluded`.
    """

    kind_of: Numbers
    spans: StepTable
    cell_of: Numbers
    steps: StepTable
    until: Numbers
    answer: Numbers
    person: Coded
    workspace: Coded
    account: Coded
    excluded: NDArray[np.bool_]

    @classmethod
    def of(cls, events: Events, owners: OwnersOverTime) -> Cells:
        kinds = Kinds.of(events, owners)
        rules = [rule for rule in owners.rules.exclusions if rule.who != "event"]
        begins = StepTable.of([_begins(over, rules) for over in kinds.models])
        # Every kind has the spans of its model.
        count = begins.count[kinds.model]
        first = np.cumsum(count) - count
        kind_of_span = np.repeat(np.arange(len(count)), count)
        modelled = begins.first[kinds.model][kind_of_span] + np.arange(len(kind_of_span)) - first[kind_of_span]
        spans = StepTable(first, count, begins.starts[modelled])
        # Only spans of occurrence in which something occurs are cells.
        used = np.zeros(len(spans.starts), dtype=bool)
        for part in events.slices():
            used[spans.step_of(kinds.of_combination[events.coded.combination[part]], events.occurred_at[part])] = True
        model = np.repeat(np.arange(len(kinds.models)), begins.count)
        asked, cell = np.unique(modelled[used], return_inverse=True)
        starts: list[tuple[int, ...]] = []
        said: list[int] = []
        answers: dict[Answer, int] = {}
        for number, occurred in zip(model[asked].tolist(), begins.starts[asked].tolist(), strict=True):
            answer = _answers(kinds.models[number], occurred, rules)
            starts.append(answer.starts)
            said += [answers.setdefault(value, len(answers)) for value in answer.values]
        steps, step = _repeated(StepTable.of(starts), cell)
        until = np.append(steps.starts[1:], OPEN)
        until[steps.first + steps.count - 1] = OPEN
        # A kind whose person is its own gives the model's answers that person.
        person = np.repeat(kinds.person[kind_of_span[used]], steps.count)
        key, given = np.unique(np.array(said, dtype=np.int64)[step] * (len(kinds.persons) + 1) + person + 1, return_inverse=True)
        model_answer, person = key // (len(kinds.persons) + 1), key % (len(kinds.persons) + 1) - 1
        workspaces, accounts = Coded.of(one.workspace for one in answers), Coded.of(one.account for one in answers)
        return cls(
            kinds.of_combination, spans, np.where(used, np.cumsum(used) - 1, -1), steps, until, given,
            _persons(Coded.of(one.person for one in answers), model_answer, kinds.persons, person),
            Coded(workspaces.codes[model_answer], workspaces.texts), Coded(accounts.codes[model_answer], accounts.texts),
            np.array([one.excluded for one in answers], dtype=bool)[model_answer],
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.steps.count)

    def of_rows(self, coded: CodedEvents, rows: Rows) -> Numbers:
        """The cells of some rows of the events that the cells were made of."""
        return self.cell_of[self.spans.step_of(self.kind_of[coded.combination[rows]], coded.occurred_at[rows])]


@dataclass(frozen=True, eq=False)
class Stretches:
    """Events over knowledge time, by row and since, all (m,). answer: into the answers of the cells."""

    row: Numbers
    since: Numbers
    until: Numbers
    answer: Numbers

    def take(self, chosen: Numbers | NDArray[np.bool_]) -> Stretches:
        return Stretches(self.row[chosen], self.since[chosen], self.until[chosen], self.answer[chosen])


def over_time(cells: Cells, events: Events, rows: Numbers) -> Stretches:
    """What some rows belong to from when they are known on; stretches name them by their position among `rows`."""
    cell, known = cells.of_rows(events.coded, rows), events.known_at[rows]
    first = cells.steps.step_of(cell, known)
    number = cells.steps.first[cell] + cells.steps.count[cell] - first
    row = np.arange(len(number), dtype=np.int64)
    if (number > 1).any():
        row = np.repeat(row, number)
        step = first[row] + np.arange(len(row), dtype=np.int64) - (np.cumsum(number) - number)[row]
    else:
        step = first
    return Stretches(row, np.maximum(known[row], cells.steps.starts[step]), cells.until[step], cells.answer[step])


def without_echoes(stretches: Stretches, answer: Numbers) -> Stretches:
    """The stretches with other answers, neighbours with equal ones joined."""
    echo = (stretches.row[1:] == stretches.row[:-1]) & (answer[1:] == answer[:-1]) & (stretches.since[1:] == stretches.until[:-1])
    begins = np.flatnonzero(np.append(True, ~echo)) if len(answer) else np.zeros(0, dtype=np.int64)
    ends = np.append(begins[1:], len(answer)) - 1 if len(answer) else begins
    return Stretches(stretches.row[begins], stretches.since[begins], stretches.until[ends], answer[begins])


def alike(cells: Cells) -> Numbers:
    """(answers,) the first answer that names the same person, workspace and account, be they excluded or not."""
    firsts: dict[tuple[int, ...], int] = {}
    named = zip(*(column.codes.tolist() for column in (cells.person, cells.workspace, cells.account)), strict=True)
    return np.fromiter((firsts.setdefault(ids, number) for number, ids in enumerate(named)), np.int64)


def _repeated(steps: StepTable, keys: Numbers) -> tuple[StepTable, Numbers]:
    """The steps of some keys, one after the other, and where each stood."""
    count = steps.count[keys]
    first = np.cumsum(count) - count
    key = np.repeat(np.arange(len(keys)), count)
    step = steps.first[keys][key] + np.arange(len(key)) - first[key]
    return StepTable(first, count, steps.starts[step]), step


def _persons(models: Coded, model_answer: Numbers, persons: Sequence[str], person: Numbers) -> Coded:
    """The person of each answer: its own, else the model's."""
    names = Names(models.texts)
    own = np.append(names.codes(persons), -1)
    return Coded(np.where(person >= 0, own[person], models.codes[model_answer]).astype(np.int32), names.texts)


def _begins(over: Steps[Steps[Belonging]], rules: Sequence[Exclusion]) -> Sequence[int]:
    """The instants of occurrence at which the answer may change, at whatever instant of knowledge."""
    begins = {start for inner in over.values for start in inner.starts}
    if rules:
        matched = (rule for value in {value for inner in over.values for value in inner.values} for rule in _matched(value, rules))
        begins.update(limit for rule in matched for limit in (rule.since, rule.until) if limit is not None)
    return sorted(begins)


def _answers(over: Steps[Steps[Belonging]], occurred: int, rules: Sequence[Exclusion]) -> Steps[Answer]:
    """What facts that occur at an instant belong to, over knowledge time."""
    return joined(over.starts, [_answer(inner.at(occurred), occurred, rules) for inner in over.values])


def _answer(value: Belonging, occurred: int, rules: Sequence[Exclusion]) -> Answer:
    excluded = any(_in_force(rule, occurred) for rule in _matched(value, rules)) if rules else False
    return Answer(value.person, value.workspace, value.account, excluded)


def _matched(value: Belonging, rules: Sequence[Exclusion]) -> list[Exclusion]:
    return [rule for rule in rules if matches(rule, matched_on(rule, value))]


def _in_force(rule: Exclusion, occurred: int) -> bool:
    return (rule.since is None or rule.since <= occurred) and (rule.until is None or occurred < rule.until)
