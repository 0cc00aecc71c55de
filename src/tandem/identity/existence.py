"""Existence: when each person, workspace and account is there, and whose a person and a workspace are, over knowledge time.

A subject exists while some fact or record known then belongs to it (excluded ones belong too). Nothing belongs to what is merged away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import compress
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tandem.facts.corrections import OPEN
from tandem.identity.cells import Cells, Coded, Stretches
from tandem.identity.coded import Names, Numbers, instants_of
from tandem.identity.events import Events
from tandem.identity.lasting import NOBODY, Held, Lasting
from tandem.identity.latest import account_of_latest
from tandem.identity.links import are_usable
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


# When versions of records are known that name the subject `id` of a kind; which workspace, and whether any account, they name with it.
RECORDED = pa.schema(
    [
        *((name, pa.large_string()) for name in ("kind", "id", "workspace")),
        ("names_account", pa.bool_()),
        *((name, pa.int64()) for name in ("since", "until")),
    ]
)


def find_existence(owners: OwnersOverTime, facts: Facts, recorded: pa.Table) -> Existence:
    """recorded: `RECORDED`, ids as the source has them."""
    cells = facts.cells
    columns = {"person": cells.person, "workspace": cells.workspace, "account": cells.account}
    names = {kind: Names(column.texts) for kind, column in columns.items()}
    there = {
        kind: _of_facts(facts, column).and_(_of_records(owners, kind, recorded, names[kind])).united() for kind, column in columns.items()
    }
    latest = account_of_latest(cells, facts.events, facts.firsts[1], facts.doubtful, facts.taken, facts.over)
    held = {
        "person": _held_by(there["person"], latest, names["person"], names["account"], partial(_of_person, owners)),
        "workspace": _held_by(there["workspace"], NOBODY, names["workspace"], names["account"], partial(_of_workspace, owners)),
    }
    # A record that names no account belongs to that of its workspace, and where that has none, to that of its person.
    leading = recorded.filter(pc.invert(recorded["names_account"]))
    leading = _without_accounts_of_workspaces(leading, held["workspace"], names["workspace"], names["account"])
    led = [_of_records(owners, kind, leading, names[kind]).united().held_by(whose) for kind, whose in held.items()]
    accounts = there["account"].and_(*(Lasting.there(each.account, each.since, each.until) for each in led)).united()
    return Existence(
        _table(held["person"], names["person"], names["account"]),
        _table(held["workspace"], names["workspace"], names["account"]),
        _table(accounts, names["account"], names["account"]).drop_columns(["account"]),
    )


def _of_facts(facts: Facts, column: Coded) -> Lasting:
    """When facts belong to each subject of a column. All facts of a cell share its steps, so the first known speaks for them."""
    cells, taken = facts.cells, facts.taken
    since = np.maximum(cells.steps.starts, np.repeat(facts.firsts[0], cells.steps.count))
    since, until, answer = (
        np.concatenate(pair) for pair in ((since, taken.since), (cells.until, taken.until), (cells.answer, taken.answer))
    )
    code = column.codes[answer].astype(np.int64)
    there = np.flatnonzero((since < until) & (code >= 0))
    return Lasting.there(code[there], since[there], until[there])


def _of_records(owners: OwnersOverTime, kind: str, recorded: pa.Table, names: Names) -> Lasting:
    """When records belong to each subject of a kind, after merges."""
    recorded = recorded.filter(pc.equal(recorded["kind"], kind))
    ids, since, until = recorded["id"].to_pylist(), instants_of(recorded, "since"), instants_of(recorded, "until")
    merges: MergesOverTime | None = {"person": owners.persons, "account": owners.accounts}.get(kind)
    counts = are_usable(ids, owners.blocked)
    moves = np.zeros(len(ids), dtype=bool) if merges is None else np.fromiter(map(merges.may_change, ids), bool, len(ids))
    stays = counts & ~moves
    moved: list[tuple[str, int, int]] = []
    for row in np.flatnonzero(counts & moves).tolist():
        assert merges is not None
        for begun, over, root in _spans(owners.over(partial(merges.root, ids[row]), ALWAYS)):
            moved += [(root, *part) for part in _within([(int(since[row]), int(until[row]))], begun, over)]
    subject = names.codes([*compress(ids, stays), *(root for root, _, _ in moved)])
    of_moved = np.array([part for _, *part in moved], dtype=np.int64).reshape(-1, 2)
    return Lasting.there(subject, np.append(since[stays], of_moved[:, 0]), np.append(until[stays], of_moved[:, 1]))


def _without_accounts_of_workspaces(leading: pa.Table, whose: Lasting, workspaces: Names, accounts: Names) -> pa.Table:
    """The records of persons only while the workspace that they name too has no account."""
    both = pc.and_(pc.equal(leading["kind"], "person"), pc.is_valid(leading["workspace"]))
    named = leading.filter(both).to_pylist()
    place = workspaces.codes([each["workspace"] for each in named])
    held = whose.take(np.isin(whose.subject, place)).by_subject(accounts)
    parts = [
        each | {"since": since, "until": until}
        for each, one in zip(named, place.tolist(), strict=True)
        for since, until in _outside([(each["since"], each["until"])], held.get(one, ()))
    ]
    return pa.concat_tables([leading.filter(pc.invert(both)), pa.Table.from_pylist(parts, RECORDED)])


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


def _held_by(there: Lasting, latest: Lasting, names: Names, accounts: Names, otherwise: Callable[[str, int], Steps[str | None]]) -> Lasting:
    """Whose subjects are while they are there: as their latest fact says, and `otherwise` where they have none."""
    # Most have a fact whenever they are there: they need not be looked at one by one.
    told = latest.covers(there, len(names))
    asked, known = there.take(~told[there.subject]).by_subject(accounts), latest.take(~told[latest.subject]).by_subject(accounts)
    rows = [
        (one, *held)
        for (one, stretches), name in zip(asked.items(), names.of(list(asked)), strict=True)
        for held in _held([(since, until) for since, until, _ in stretches], known.get(one, ()), partial(otherwise, str(name)))
    ]
    subject, since, until = (np.array([row[column] for row in rows], dtype=np.int64) for column in range(3))
    return latest.take(told[latest.subject]).and_(Lasting(subject, accounts.codes([row[3] for row in rows]), since, until))


def _held(there: Sequence[Stretch], latest: Sequence[Held], otherwise: Callable[[int], Steps[str | None]]) -> list[Held]:
    """The same of one subject."""
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


def _table(lasting: Lasting, names: Names, accounts: Names) -> pa.Table:
    ids = _named(lasting.subject, names)
    table = pa.table({"id": ids, "since": lasting.since, "until": lasting.until, "account": _named(lasting.account, accounts)})
    return table.take(pa.array(np.lexsort((lasting.since, np.asarray(ids.indices)))))


def _named(codes: Numbers, names: Names) -> pa.DictionaryArray:
    """The texts of codes, as a dictionary of those that occur, which ascend."""
    used, place = np.unique(codes[codes >= 0], return_inverse=True)
    texts = names.texts.take(pa.array(used))
    order = np.asarray(pc.sort_indices(texts), dtype=np.int64)
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    numbers = np.full(len(codes), -1, dtype=np.int32)
    numbers[codes >= 0] = rank[place]
    return pa.DictionaryArray.from_arrays(pa.array(numbers, mask=numbers < 0), texts.take(pa.array(order)))
