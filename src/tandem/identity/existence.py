"""Existence: when each person, workspace and account is there, and whose a person and a workspace are, over knowledge time.

A subject exists while some fact or record known then belongs to it (excluded ones belong too). Nothing belongs to what is merged away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple, TypeVar

import numpy as np
import pyarrow as pa

from tandem.facts.corrections import OPEN
from tandem.identity.cells import Cells, Coded, Stretches
from tandem.identity.coded import Numbers
from tandem.identity.events import Events
from tandem.identity.latest import Held, account_of_latest
from tandem.identity.links import usable
from tandem.identity.lives import Stretch, life
from tandem.identity.merges_over_time import MergesOverTime
from tandem.identity.owners_over_time import OwnersOverTime
from tandem.identity.steps import ALWAYS, Steps

V = TypeVar("V")


@dataclass(frozen=True)
class Existence:
    """Tables by `id` and `since`: `id`, `since`, `until` (int64 microseconds, half-open), of persons and workspaces also `account`.

    `id` and `account` are dictionaries of int32. An anonymous visitor is a person whose id begins with `?`. A stretch ends where
    the subject ceases to exist or the account changes. An account is that of the person's latest fact as of the instant.
    """

    persons: pa.Table
    workspaces: pa.Table
    accounts: pa.Table


@dataclass(frozen=True, eq=False)
class Facts:
    """Events, as existence reads them. doubtful: rows of those that are ever gone. over: of some rows, by position among them."""

    cells: Cells
    events: Events
    doubtful: Numbers
    over: Callable[[Numbers], Stretches]

    @cached_property
    def taken(self) -> Stretches:
        return self.over(self.doubtful)

    @cached_property
    def firsts(self) -> tuple[Numbers, Numbers]:
        """(cells,) from when on a fact that is never gone is known, and from when on one is known and has occurred."""
        known, begun = np.full(len(self.cells), OPEN), np.full(len(self.cells), OPEN)
        for part in self.events.sure_slices(self.doubtful):
            cell, known_at = self.cells.of_rows(self.events.coded, part), self.events.known_at[part]
            np.minimum.at(known, cell, known_at)
            np.minimum.at(begun, cell, np.maximum(known_at, self.events.occurred_at[part]))
        return known, begun


class Naming(NamedTuple):
    """That versions of records name the subject `id` of a kind; and which workspace, and whether any account, they name with it."""

    kind: str
    id: str
    workspace: str | None
    names_account: bool


Recorded = Mapping[Naming, Sequence[Stretch]]
Lasting = defaultdict[str, list[Stretch]]


def find_existence(owners: OwnersOverTime, facts: Facts, recorded: Recorded) -> Existence:
    """recorded: by what they name, as the source has it, when versions of records are known."""
    cells = facts.cells
    persons, workspaces, accounts = (_of_facts(facts, column) for column in (cells.person, cells.workspace, cells.account))
    for kind, there in (("person", persons), ("workspace", workspaces), ("account", accounts)):
        _add(there, _of_records(owners, kind, {naming: stretches for naming, stretches in recorded.items() if naming.kind == kind}))
    latest = account_of_latest(cells, facts.events, facts.firsts[1], facts.doubtful, facts.taken, facts.over)
    held_by_person = {one: _held(united(there), latest.get(one, ()), partial(_of_person, owners, one)) for one, there in persons.items()}
    held_by_workspace = {one: _held(united(there), (), partial(_of_workspace, owners, one)) for one, there in workspaces.items()}
    # A record that names no account belongs to that of its workspace, and where that has none, to that of its person.
    leading = {naming: stretches for naming, stretches in recorded.items() if not naming.names_account}
    of_workspaces = {naming: stretches for naming, stretches in leading.items() if naming.kind == "workspace"}
    of_persons = {
        naming: _outside(stretches, held_by_workspace.get(naming.workspace or "", ()))
        for naming, stretches in leading.items()
        if naming.kind == "person"
    }
    for kind, held_by, records in (("person", held_by_person, of_persons), ("workspace", held_by_workspace, of_workspaces)):
        for one, stretches in _of_records(owners, kind, records).items():
            for since, until, account in held_by[one]:
                if account is not None:
                    accounts[account] += _within(united(stretches), since, until)
    whole = {one: [(since, until, None) for since, until in united(there)] for one, there in accounts.items() if there}
    return Existence(_table(held_by_person), _table(held_by_workspace), _table(whole).drop_columns(["account"]))


def united(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same instants in stretches that are in order and apart from each other."""
    found: list[Stretch] = []
    for since, until in sorted(stretches):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def _add(lasting: Lasting, more: Lasting) -> None:
    for one, stretches in more.items():
        lasting[one] += stretches


def _of_facts(facts: Facts, column: Coded) -> Lasting:
    """When facts belong to each subject of a column. All facts of a cell share its steps, so the first known speaks for them."""
    cells, taken = facts.cells, facts.taken
    since = np.maximum(cells.steps.starts, np.repeat(facts.firsts[0], cells.steps.count))
    since, until, answer = (
        np.concatenate(pair) for pair in ((since, taken.since), (cells.until, taken.until), (cells.answer, taken.answer))
    )
    code = column.codes[answer]
    there = np.flatnonzero((since < until) & (code >= 0))
    # Of stretches that end together only the longest is needed, and most are open.
    order = there[np.lexsort((since[there], until[there], code[there]))]
    code, since, until = code[order], since[order], until[order]
    longest = np.flatnonzero(np.append(True, (code[1:] != code[:-1]) | (until[1:] != until[:-1]))) if len(order) else order
    found: Lasting = defaultdict(list)
    for one, begun, over in zip(code[longest].tolist(), since[longest].tolist(), until[longest].tolist(), strict=True):
        found[column.texts[one]].append((begun, over))
    return found


def _of_records(owners: OwnersOverTime, kind: str, recorded: Recorded) -> Lasting:
    """When records belong to each subject of a kind, after merges."""
    merges: MergesOverTime | None = {"person": owners.persons, "account": owners.accounts}.get(kind)
    found: Lasting = defaultdict(list)
    for (_, one, *_), stretches in recorded.items():
        if usable(one, owners.blocked) is None:
            continue
        if merges is None or not merges.may_change(one):
            found[one] += stretches
            continue
        for since, until, root in _spans(owners.over(partial(merges.root, one), ALWAYS)):
            found[root] += _within(stretches, since, until)
    return found


def _within(stretches: Iterable[Stretch], since: int, until: int) -> list[Stretch]:
    parts = ((max(since, begun), min(until, over)) for begun, over in stretches)
    return [part for part in parts if part[0] < part[1]]


def _outside(stretches: Iterable[Stretch], held: Iterable[Held]) -> list[Stretch]:
    """The parts of stretches in which what is held has no account."""
    return [
        part
        for begun, over in stretches
        for part in life(begun, [(since, until) for since, until, account in held if account is not None], [(over, OPEN)])
    ]


def _held(there: Sequence[Stretch], latest: Sequence[Held], otherwise: Callable[[int], Steps[str | None]]) -> list[Held]:
    """Whose a subject is while it is there: as its latest fact says, and `otherwise` where it has none."""
    if len(there) == len(latest) == 1 and latest[0][:2] == there[0]:
        return list(latest)
    found: list[Held] = []
    told = iter(latest)
    each = next(told, None)
    for since, until in there:
        at = since
        while at < until:
            while each is not None and each[1] <= at:
                each = next(told, None)
            if each is not None and each[0] <= at:
                parts = [(at, min(each[1], until), each[2])]
            else:
                end = until if each is None else min(each[0], until)
                parts = [(max(at, begun), min(end, over), one) for begun, over, one in _spans(otherwise(at)) if begun < end and over > at]
            for part in parts:
                if found and found[-1][1] == part[0] and found[-1][2] == part[2]:
                    found[-1] = (found[-1][0], part[1], part[2])
                else:
                    found.append(part)
            at = parts[-1][1]
    return found


def _of_person(owners: OwnersOverTime, person: str, since: int) -> Steps[str | None]:
    return owners.over(lambda: owners.now(owners.account_of_person(person)), since)


def _of_workspace(owners: OwnersOverTime, workspace: str, since: int) -> Steps[str | None]:
    return owners.over(lambda: owners.now(owners.account_of_workspace(workspace)), since)


def _spans(steps: Steps[V]) -> Iterable[tuple[int, int, V]]:
    return zip(steps.starts, (*steps.starts[1:], OPEN), steps.values, strict=True)


def _table(held_by: Mapping[str, Sequence[Held]]) -> pa.Table:
    ordered = sorted(held_by)
    rows = [held for one in ordered for held in held_by[one]]
    number = np.repeat(np.arange(len(ordered), dtype=np.int32), [len(held_by[one]) for one in ordered])
    return pa.table(
        {
            "id": pa.DictionaryArray.from_arrays(pa.array(number), pa.array(ordered, pa.string())),
            "since": pa.array([since for since, _, _ in rows], pa.int64()),
            "until": pa.array([until for _, until, _ in rows], pa.int64()),
            "account": pa.array([account for _, _, account in rows], pa.string()).dictionary_encode(),
        }
    )
