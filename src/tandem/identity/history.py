"""Identity at all instants at once: for each event, the stretches of knowledge time in which it belongs to somebody.

`Identity` answers as of one instant, `History` for all of them; both ask the same rules (`owners.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tandem.facts.corrections import OPEN
from tandem.identity.cells import Cells, Stretches, alike, over_time, without_echoes
from tandem.identity.coded import Numbers
from tandem.identity.events import Events, rows_that_may_go
from tandem.identity.exclusions import matching
from tandem.identity.existence import RECORDED, Existence, Facts, find_existence
from tandem.identity.families_over_time import families_over_time
from tandem.identity.identity import NO_EVENTS, plain_table
from tandem.identity.links import folded, read_links
from tandem.identity.lives import Gone, Lives, Stretch, essential_calls, life
from tandem.identity.owners_over_time import OwnersOverTime
from tandem.identity.rules import Rules
from tandem.identity.sightings import sightings
from tandem.identity.steps import Ties

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class History:
    """Answers about belonging at every instant of knowledge (`of`)."""

    owners: OwnersOverTime
    events: Events
    gone: Gone

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table], rules: Rules, gone: Gone | None = None) -> History:
        """Reads the tables `event`, `account`, `person`, `workspace` and `merge`: all facts there ever were, corrected ones too.

        gone: by id of a fact or link, the stretches of knowledge time in which it does not count (`gone_over_time`).
        """
        told = {kind: plain_table(table) for kind, table in tables.items()}
        return cls.of_events(Events.of(told.get("event", NO_EVENTS.empty_table())), told, rules, gone or {})

    @classmethod
    def of_events(cls, events: Events, tables: Mapping[str, pa.Table], rules: Rules, gone: Gone) -> History:
        """The same where few of the events are in memory. tables: plain columns; of events, those that are `identify` or `group`."""
        blocked = folded(rules.blocked_ids)
        calls = {"event": essential_calls(tables["event"], gone)} if "event" in tables else {}
        links = read_links({**tables, **calls}, blocked, ())
        sighted = sightings(events, blocked, links.anonymous, rows_that_may_go(events, gone))
        return cls(OwnersOverTime(links, rules, sighted, Lives(gone)), events, gone)

    def belongings(self, events: pa.Table | None = None) -> pa.Table:
        """Stretches of knowledge time, by row and since: what `Identity` as of any instant in them says of the event.

        events: by default the facts that the history was made of. Columns: `row` (int64, of the events), `since`, `until` (int64
        microseconds, half-open; the greatest int64 is without end), `person`, `workspace`, `account` (dictionaries of int32) and
        `excluded`. An event has no stretch where it is not known or is corrected away; neighbours with equal answers are one.
        """
        if events is None:
            asked, cells = self.events, self.cells
        else:
            asked = Events.of(plain_table(events))
            cells = Cells.of(asked, self.owners)
        found = over_time(cells, asked, np.arange(len(asked)))
        left_out = self._left_out(asked)
        if left_out.any():
            # Where the event's name decides, it does not matter whether a rule about belonging leaves it out too.
            found = without_echoes(found, np.where(left_out[found.row], alike(cells)[found.answer], found.answer))
        found = _clipped(found, asked, np.arange(len(asked)), self.gone)
        texts = {"person": cells.person, "workspace": cells.workspace, "account": cells.account}
        columns = {name: column.taken(found.answer) for name, column in texts.items()}
        excluded = cells.excluded[found.answer] | left_out[found.row]
        return pa.table({"row": found.row, "since": found.since, "until": found.until, **columns, "excluded": excluded})

    def existence(self, records: pa.Table | None = None) -> Existence:
        """When each person, workspace and account exists, and whose a person and a workspace are, over knowledge time.

        records: the versions of records, by the subjects that they name (`versions_by_subject`).
        """
        doubtful = rows_that_may_go(self.events, self.gone)
        return find_existence(self.owners, Facts(self.cells, self.events, doubtful, self._stretches), _recorded(records, self.gone))

    def _stretches(self, rows: Numbers) -> Stretches:
        """Of some rows, which ascend; they are named by their position among those."""
        return _clipped(over_time(self.cells, self.events, rows), self.events, rows, self.gone)

    def survivors(self, kind: Literal["person", "account"]) -> Ties:
        """What merged ids became, by the id as the source has it; only of those that ever are merged. Visitors are none of them."""
        return (self.owners.persons if kind == "person" else self.owners.accounts).ties()

    def families(self) -> Ties:
        """The root of the family of each account that ever stands under another. Who is merged away stands under itself."""
        return families_over_time(self.owners)

    @cached_property
    def cells(self) -> Cells:
        """Of the facts that the history was made of."""
        return Cells.of(self.events, self.owners)

    def _left_out(self, events: Events) -> Flags:
        """(n,) which events a rule about their name leaves out."""
        found = np.zeros(len(events), dtype=bool)
        rules = [rule for rule in self.owners.rules.exclusions if rule.who == "event"]
        if rules:
            codes, names = events.texts.names()
        for rule in rules:
            matches = matching(rule, names)[codes]
            matches &= (events.occurred_at >= rule.since) if rule.since is not None else True
            matches &= (events.occurred_at < rule.until) if rule.until is not None else True
            found |= matches
        return found


def _clipped(found: Stretches, events: Events, rows: Numbers, gone: Gone) -> Stretches:
    """The stretches less those in which their fact is gone; they name rows by their position among `rows`."""
    lives = lives_of(events, rows, gone)
    if not lives:
        return found
    inside = np.isin(found.row, np.fromiter(lives, np.int64))
    taken = found.take(inside)
    parts = [
        (row, max(since, begun), min(until, over), answer)
        for row, since, until, answer in zip(
            *(column.tolist() for column in (taken.row, taken.since, taken.until, taken.answer)), strict=True
        )
        for begun, over in lives[row]
        if max(since, begun) < min(until, over)
    ]
    clipped = np.array(parts, dtype=np.int64).reshape(-1, 4).T
    left = found.take(~inside)
    whole = Stretches(*(np.concatenate(pair) for pair in zip((left.row, left.since, left.until, left.answer), clipped, strict=True)))
    return whole.take(np.argsort(whole.row, kind="stable"))


def lives_of(events: Events, rows: Numbers, gone: Gone) -> dict[int, list[Stretch]]:
    """By position among `rows`, which ascend: when the fact counts, of those that ever are gone."""
    doubtful = np.intersect1d(events.texts.rows_of(gone), rows)
    known = events.known_at[doubtful].tolist()
    said = zip(np.searchsorted(rows, doubtful).tolist(), known, events.texts.ids(doubtful), strict=True)
    return {position: life(since, gone.get(fact, ())) for position, since, fact in said}


def _recorded(records: pa.Table | None, gone: Gone) -> pa.Table:
    """When a version is known that names a subject: `RECORDED`."""
    if records is None:
        return RECORDED.empty_table()
    named = ["kind", "id", "workspace", "names_account"]
    versions = plain_table(records.select([*named, "fact_id", "known_at"]))
    ids = versions.column("fact_id")
    doubtful = pc.is_in(ids, pa.array(sorted(gone), ids.type))
    # Of versions that stay, the first known says all.
    sure = versions.filter(pc.invert(doubtful)).group_by(named).aggregate([("known_at", "min")])
    sure = sure.select(named).append_column("since", sure["known_at_min"]).append_column("until", pa.repeat(OPEN, sure.num_rows))
    taken = [
        version | {"since": since, "until": until}
        for version in versions.filter(doubtful).to_pylist()
        for since, until in life(version["known_at"], gone.get(version["fact_id"], ()))
    ]
    return pa.concat_tables([sure.cast(RECORDED), pa.Table.from_pylist(taken, RECORDED)])
