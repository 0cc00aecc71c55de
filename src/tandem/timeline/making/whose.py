"""Whose each event is over knowledge time, as arrays: what identity found for cells of events, and the subjects by code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tandem.facts.corrections import OPEN
from tandem.identity.cells import Coded
from tandem.identity.coded import StepTable
from tandem.identity.events import rows_that_may_go
from tandem.identity.exclusions import matching
from tandem.identity.existence import Existence
from tandem.identity.history import History, lives_of
from tandem.language.expression.nodes import About
from tandem.timeline.kernels import NEVER, UNKNOWN, Ints, Longs
from tandem.timeline.making.words import Words
from tandem.timeline.steps import Steps

KINDS: tuple[About, ...] = ("person", "workspace", "account")
Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Whose:
    """What decides whose an event is, and when. Steps of many keys stand one after the other, `first` (keys + 1,) says where.

    kind_of: (combinations,) the kind of answer. span_first, spans: of each kind, the instants of occurrence at which it may change. cell_of:
    (spans,). step_first, steps, until: of each cell, the instants of knowledge at which its answer changes. answer: (steps,) into the columns:
    person, workspace, account: (answers,) subjects by code, -1 none; excluded: (answers,).
    left_first, left_since, left_until: of each name, when events that have it are left out by it, by `occurred`, half-open.
    doubtful: rows of events that are ever gone, and the stretches of knowledge in which each counts: life_first, life_since, life_until.
    """

    kind_of: Ints
    span_first: Longs
    spans: Longs
    cell_of: Ints
    step_first: Longs
    steps: Longs
    until: Longs
    answer: Ints
    person: Ints
    workspace: Ints
    account: Ints
    excluded: npt.NDArray[np.bool_]
    left_first: Longs
    left_since: Longs
    left_until: Longs
    doubtful: Longs
    life_first: Longs
    life_since: Longs
    life_until: Longs

    @classmethod
    def of(cls, history: History, names: Sequence[str], subjects: Mapping[About, Words]) -> Whose:
        """names: of events, by code. subjects: of each kind, their printed ids by code."""
        cells = history.cells
        left = [_left_out(history, name) for name in names]
        doubtful = rows_that_may_go(history.events, history.gone)
        lives = lives_of(history.events, doubtful, history.gone)
        counting = [lives.get(position, [(int(known), OPEN)]) for position, known in enumerate(history.events.known_at[doubtful])]
        return cls(
            kind_of=cells.kind_of.astype(np.int32),
            span_first=_bounds(cells.spans),
            spans=cells.spans.starts,
            cell_of=cells.cell_of.astype(np.int32),
            step_first=_bounds(cells.steps),
            steps=cells.steps.starts,
            until=cells.until,
            answer=cells.answer.astype(np.int32),
            person=_subjects(cells.person, subjects["person"]),
            workspace=_subjects(cells.workspace, subjects["workspace"]),
            account=_subjects(cells.account, subjects["account"]),
            excluded=cells.excluded,
            **_ranges("left", left),
            doubtful=doubtful,
            **_ranges("life", counting),
        )

    def of_rows(self, rows: Longs) -> Whose:
        """The same where only some rows, which ascend, are events."""
        inside = np.flatnonzero(np.isin(self.doubtful, rows))
        lives = [
            list(zip(self.life_since[a:b].tolist(), self.life_until[a:b].tolist(), strict=True))
            for a, b in zip(self.life_first[inside].tolist(), self.life_first[inside + 1].tolist(), strict=True)
        ]
        counting: dict[str, Any] = dict(_ranges("life", lives))
        return replace(self, doubtful=np.searchsorted(rows, self.doubtful[inside]).astype(np.int64), **counting)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Whose:
        return cls(**{field.name: arrays[field.name] for field in fields(cls)})


@dataclass(frozen=True, eq=False)
class Population:
    """All subjects of one kind. existence: 1 while one exists, else 0. account: the code of the account that it is of, else UNKNOWN."""

    ids: Words
    existence: Steps
    account: Steps

    @classmethod
    def of(cls, table: pa.Table, ids: Words, accounts: Words) -> Population:
        """table: of `Existence`, whose subjects have these ids by code; of accounts, `account` is not there, for an account is its own."""
        subject = _recoded(table["id"], ids)
        since, until = (np.asarray(table[name].combine_chunks(), np.int64) for name in ("since", "until"))
        own = _recoded(table["account"], accounts) if "account" in table.column_names else subject
        order = np.lexsort((since, subject))
        subject, since, until, own = subject[order], since[order], until[order], own[order].astype(np.int64)
        own[own < 0] = UNKNOWN
        is_there = np.ones(len(subject), np.int64)
        return cls(
            ids,
            _steps(subject, since, until, is_there, len(ids), 0),
            _steps(subject, since, until, own, len(ids), UNKNOWN),
        )

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        found = self.ids.arrays("ids")
        for name, steps in (("existence", self.existence), ("account", self.account)):
            found |= {f"{name}.offsets": steps.offsets, f"{name}.at": steps.at, f"{name}.value": steps.value}
        return found

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Population:
        def steps(name: str, initial: int) -> Steps:
            return Steps(arrays[f"{name}.offsets"], arrays[f"{name}.at"], arrays[f"{name}.value"], initial)

        return cls(Words.from_arrays("ids", arrays), steps("existence", 0), steps("account", UNKNOWN))


def populations(existence: Existence, before: Mapping[About, Words] | None = None) -> dict[About, Population]:
    """before: the ids that have codes already, and keep them."""
    tables: dict[About, pa.Table] = {"person": existence.persons, "workspace": existence.workspaces, "account": existence.accounts}
    texts = {kind: [_texts(table["id"])] for kind, table in tables.items()}
    # A workspace may be of an account that nothing belongs to, where its events name another one themselves.
    texts["account"] += [_texts(table["account"]) for table in (existence.persons, existence.workspaces)]
    ids = {kind: _numbered(texts[kind], before[kind] if before else Words.of(())) for kind in KINDS}
    return {kind: Population.of(table, ids[kind], ids["account"]) for kind, table in tables.items()}


def _numbered(texts: Sequence[pa.Array], before: Words) -> Words:
    """All that have a code: those that had one before keep it, and new ones follow in their own order."""
    every = pa.concat_arrays(texts).unique()
    news = every.filter(pc.invert(pc.is_in(every, before.column())))
    return Words.of_column(pa.concat_arrays([before.column(), news.take(pc.sort_indices(news))]))


def _texts(column: pa.ChunkedArray) -> pa.LargeStringArray:
    return _dictionary(column).dictionary.cast(pa.large_string())


def _dictionary(column: pa.ChunkedArray) -> pa.DictionaryArray:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _codes(texts: pa.Array, ids: Words) -> Longs:
    """(texts + 1,) the code of each text, -1 of one that is none of the ids; the last is that of no text."""
    found = pc.index_in(texts.cast(pa.large_string()), ids.column()).fill_null(-1)
    return np.append(np.asarray(found, np.int64), -1)


def _recoded(column: pa.ChunkedArray, ids: Words) -> Longs:
    """(n,) the code of each text, -1 of none."""
    coded = _dictionary(column)
    found: Longs = _codes(coded.dictionary, ids)[np.asarray(coded.indices.fill_null(-1))]
    return found


def _steps(subject: Longs, since: Longs, until: Longs, value: Longs, subjects: int, none: int) -> Steps:
    """Stretches, by subject and since, that do not overlap: their value while they last, `none` between them."""
    last = np.append(subject[1:] != subject[:-1], True) if len(subject) else np.zeros(0, bool)
    ends = (until < NEVER) & (last | (until != np.append(since[1:], 0)))
    at = np.concatenate([since, until[ends]])
    who, what = np.concatenate([subject, subject[ends]]), np.concatenate([value, np.full(int(ends.sum()), none)])
    order = np.lexsort((at, who))
    who, at, what = who[order], at[order], what[order]
    before = np.append(none, what[:-1])
    if len(who):
        before[np.append(True, who[1:] != who[:-1])] = none
    news = what != before
    who, at, what = who[news], at[news], what[news]
    return Steps(np.searchsorted(who, np.arange(subjects + 1)).astype(np.int64), at, what, none)


def _bounds(steps: StepTable) -> Longs:
    return np.append(steps.first, len(steps.starts)).astype(np.int64)


def _subjects(column: Coded, ids: Words) -> Ints:
    return _codes(column.texts, ids).astype(np.int32)[column.codes]


def _ranges(name: str, ranges: Sequence[Sequence[tuple[int, int]]]) -> dict[str, Longs]:
    first = np.cumsum([0, *(len(each) for each in ranges)]).astype(np.int64)
    since, until = (np.array([one[side] for each in ranges for one in each], np.int64) for side in (0, 1))
    return {f"{name}_first": first, f"{name}_since": since, f"{name}_until": until}


def _left_out(history: History, name: str) -> list[tuple[int, int]]:
    rules = [rule for rule in history.owners.rules.exclusions if rule.who == "event" and matching(rule, [name])[0]]
    return [(UNKNOWN if rule.since is None else rule.since, NEVER if rule.until is None else rule.until) for rule in rules]
