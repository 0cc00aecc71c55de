"""Whose everything is over time: who stands for whom, the account of a subject, and the people of an account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np

from tandem.boundary.fold.during import During, Layer, clipped, layer_of
from tandem.language.expression.nodes import About
from tandem.signals.fold import Fold
from tandem.signals.passing import passed_on
from tandem.signals.world import FOREVER, Subject
from tandem.timeline.kernels import UNKNOWN, Longs
from tandem.timeline.steps import Stretches, holdings_of
from tandem.values.instants import Instant

KINDS: tuple[About, ...] = ("person", "workspace", "account")
# One hop of what began for a subject: its place among all, when, and to whom.
Hop = tuple[int, Instant, str]


class Whereabouts(NamedTuple):
    """Who a subject is from an instant on, after merges, and whose."""

    since: Instant
    subject: Subject
    account: str | None


class Belonging:
    def __init__(self, fold: Fold) -> None:
        self._fold = fold
        self._subjects = {kind: fold.timeline.subjects(kind) for kind in KINDS}
        self._survivors = {kind: fold.timeline.survivors(kind) for kind in KINDS}
        self._hops: dict[About, Mapping[str, list[Hop]]] = {}
        self._accounts: dict[Subject, Layer[str | None]] = {}

    def code(self, kind: About, one: str) -> int | None:
        return self._fold.records.codes(kind).get(one)

    def name(self, kind: About, code: int) -> str:
        return self._subjects[kind].ids[code]

    # What began for a subject.

    def whose(self, subject: Subject, since: Instant, t: Instant) -> Subject:
        """Who the subject of something that began at `since` is at t."""
        return subject if subject.id not in self._passings(subject.kind) else self._path(subject, since, t)[-1].what

    def path(self, subject: Subject, since: Instant) -> list[During[Subject]]:
        """Who the subject of something that began at `since` is from then on."""
        if subject.id not in self._passings(subject.kind):
            return [During(subject, since, FOREVER)]
        return self._path(subject, since, FOREVER)

    def account(self, subject: Subject, since: Instant, t: Instant) -> str | None:
        """The account at t of what began at `since` for a subject."""
        return self.account_of(self.whose(subject, since, t)).value(t)

    def whereabouts(self, subject: Subject, since: Instant) -> list[Whereabouts]:
        """Who the subject of something that began at `since` is from then on, and whose; ascending, the first from then on."""
        return [
            Whereabouts(at, who, account)
            for who, begins, ends in self.path(subject, since)
            for account, at, _ in clipped(self.account_of(who).during(), begins, ends)
        ]

    def account_of(self, subject: Subject) -> Layer[str | None]:
        """Whose a subject is, over time."""
        if subject not in self._accounts:
            self._accounts[subject] = self._account_of(subject)
        return self._accounts[subject]

    def survivor(self, kind: About, one: str, t: Instant) -> str:
        """What somebody is called at t, after merges."""
        found = one
        for since, under in self._survivors[kind].get(one, ()):
            if since <= t:
                found = under
        return found

    def existence(self, kind: About, one: str) -> Layer[bool]:
        """Whether there is such a subject at all."""
        code = self.code(kind, one)
        if code is None:
            return Layer((), (False,))
        told = layer_of(self._subjects[kind].existence, code)
        return Layer(told.at, [each == 1 for each in told.values])

    def _account_of(self, subject: Subject) -> Layer[str | None]:
        if subject.kind == "account":
            return Layer((), (subject.id,))
        code = self.code(subject.kind, subject.id)
        if code is None:
            return Layer((), (None,))
        told = layer_of(self._subjects[subject.kind].account, code)
        return Layer(told.at, [None if each == UNKNOWN else self.name("account", each) for each in told.values])

    def _path(self, subject: Subject, since: Instant, until: Instant) -> list[During[Subject]]:
        """All hops stand in one order, in which a path goes on and never back."""
        passings = self._passings(subject.kind)
        found = [During(subject, since, FOREVER)]
        place, one = -1, subject.id
        while True:
            hops = passings.get(one, ())
            hop = next((each for each in hops if each[0] > place and since < each[1] <= until), None)
            if hop is None:
                return found
            place, at, one = hop
            last = found.pop()
            found += [last._replace(until=at)] if last.since < at else []
            found.append(During(Subject(subject.kind, one), at, FOREVER))

    def _passings(self, kind: About) -> Mapping[str, list[Hop]]:
        if kind not in self._hops:
            ids = self._subjects[kind].ids
            told = passed_on(self._fold.timeline, self._fold.records, kind)
            hops: defaultdict[str, list[Hop]] = defaultdict(list)
            for place, (at, gone, to) in enumerate(sorted((at, ids[gone], ids[to]) for at, gone, to in told)):
                hops[gone].append((place, at, to))
            self._hops[kind] = dict(hops)
        return self._hops[kind]

    # The people of an account.

    def people(self, account: str) -> list[During[tuple[str, bool]]]:
        """Who is of the account and when, by code and instant; and whether there is such a person at all."""
        code = self.code("account", account)
        if code is None:
            return []
        held, ids = self._held, self._subjects["person"].ids
        rows = self._rows[self._bounds[code] : self._bounds[code + 1]]
        columns = held.subject[rows], held.values[0][rows], held.since[rows], held.until[rows]
        return [
            During((ids[person], there == 1), since, until)
            for person, there, since, until in zip(*(column.tolist() for column in columns), strict=True)
        ]

    @cached_property
    def _held(self) -> Stretches:
        people = self._subjects["person"]
        return holdings_of(people.account, [people.existence])

    @cached_property
    def _rows(self) -> Longs:
        """The stretches by account."""
        return np.argsort(self._held.owner, kind="stable")

    @cached_property
    def _bounds(self) -> Longs:
        accounts = np.arange(len(self._subjects["account"].ids) + 1)
        return np.searchsorted(self._held.owner[self._rows], accounts).astype(np.int64)
