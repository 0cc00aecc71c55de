"""Hindsight: the past as one knows it as of an instant, in which what was learnt late was so all along.

A firing was decided by what was known at its instant. Whether it was right is judged by all that is known since: by records as they were,
not as one learnt of them, and by who everybody has proved to be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from tandem.identity.domains import registrable
from tandem.language.expression.nodes import About
from tandem.signals.answers import Answers
from tandem.signals.backtest.moments import NOBODY
from tandem.signals.records import Records
from tandem.signals.under import always
from tandem.signals.world import Declared
from tandem.timeline.kernels import NEVER, UNKNOWN, Ints, Longs
from tandem.timeline.stack import Stack
from tandem.timeline.steps import ALWAYS, values_at
from tandem.timeline.timeline import Property, Subjects, Ties, Timeline, Version
from tandem.values.instants import Instant


class Hindsight:
    """A timeline as of an instant: identity is that of the instant for all of the past, and a record's version holds from when it occurred."""

    def __init__(self, timeline: Timeline, declared: Declared, as_of: Instant) -> None:
        self.timeline, self.declared, self.as_of = timeline, declared, as_of
        self._versions: dict[str, Sequence[Version]] = {}

    @cached_property
    def answers(self) -> Answers:
        return Answers(self.declared)

    @cached_property
    def told(self) -> Records:
        """All records, as they were."""
        return Records(self, self.declared, self.answers)

    # A timeline.

    @property
    def names(self) -> Sequence[str]:
        return self.timeline.names

    def name(self) -> Ints:
        return self.timeline.name()

    def property(self, path: tuple[str, ...]) -> Property:
        return self.timeline.property(path)

    def places(self, rows: Sequence[int]) -> list[int]:
        return self.timeline.places(rows)

    def order(self, rows: Longs) -> Longs:
        return self.timeline.order(rows)

    def occurred(self) -> Longs:
        return self.timeline.occurred()

    def known(self) -> Longs:
        return self.timeline.known()

    def subjects(self, kind: About) -> Subjects:
        found = self.timeline.subjects(kind)
        return replace(
            found, existence=always(values_at(found.existence, self.as_of)), account=always(values_at(found.account, self.as_of))
        )

    def records(self, kind: str) -> Sequence[Version]:
        if kind not in self._versions:
            self._versions[kind] = [
                replace(version, stretches=((ALWAYS, NEVER),))
                for version in self.timeline.records(kind)
                if version.occurred_at <= self.as_of and any(since <= self.as_of < until for since, until in version.stretches)
            ]
        return self._versions[kind]

    def survivors(self, kind: About) -> Ties:
        return self._standing(self.timeline.survivors(kind))

    def families(self) -> Ties:
        return self._standing(self.timeline.families())

    def _standing(self, ties: Ties) -> Ties:
        """Under whom each stands as of the instant, as if it always had."""
        known = {one: [under for at, under in steps if at <= self.as_of] for one, steps in ties.items()}
        return {one: ((ALWAYS, unders[-1]),) for one, unders in known.items() if unders}

    # Who everybody is.

    def became(self, kind: About) -> Longs:
        """(subjects,) the code of the subject that each is, as of the instant: its survivor's, or of a domain the account's that names it."""
        subjects = self.timeline.subjects(kind)
        found = np.arange(len(subjects.ids), dtype=np.int64)
        survivors = self.survivors(kind)
        codes = self.told.codes(kind) if survivors else {}
        for one, ((_, under),) in survivors.items():
            if one in codes and under in codes:
                found[codes[one]] = codes[under]
        if kind == "account":
            gone = np.flatnonzero((values_at(subjects.existence, self.as_of) != 1) & (found == np.arange(len(found))))
            domains = {code: one for code in gone.tolist() if "." in (one := subjects.ids[code])}
            for code, record in self._named_by(domains).items():
                found[code] = found[record]
        return found

    def account_of(self, kind: About) -> Longs:
        """(subjects,) the code of the account of each, after merges; NOBODY for none."""
        became = self.became(kind)
        if kind == "account":
            return became
        account = values_at(self.timeline.subjects(kind).account, self.as_of)[became]
        return np.where(account == UNKNOWN, NOBODY, account)

    def _named_by(self, domains: dict[int, str]) -> dict[int, int]:
        """Of accounts that were a domain, the only account whose record names it."""
        if not domains:
            return {}
        said = values_at(self.told.said("account", "domain"), self.as_of)
        naming: dict[str | None, set[int]] = {}
        for account in np.flatnonzero(said != UNKNOWN).tolist():
            text = self.answers.raw.values[said[account]]
            naming.setdefault(registrable(text) if isinstance(text, str) else None, set()).add(account)
        return {code: next(iter(naming[domain])) for code, domain in domains.items() if len(naming.get(domain, ())) == 1}

    # What stands.

    def holding(self, kind: About) -> tuple[Longs, ...]:
        """Of each part of the layout, the rows whose facts belong to their subject as of the instant."""
        layout = self.timeline.subjects(kind).layout
        standing = [part.enters <= self.as_of for part in layout.parts]
        exits = [(part.offsets, part.early_offsets, part.early_row, part.early_at) for part in layout.parts]
        if isinstance(layout, Stack):
            standing.append(standing[0])
            exits.append((layout.base.offsets, layout.ended_offsets, layout.ended_row, layout.ended_at))
        for stands, (offsets, exit_offsets, row, at) in zip(standing, exits, strict=True):
            rows = np.repeat(offsets[:-1], np.diff(exit_offsets)) + row
            stands[rows[at <= self.as_of]] = False
        return tuple(np.flatnonzero(stands) for stands in standing[: len(layout.parts)])
