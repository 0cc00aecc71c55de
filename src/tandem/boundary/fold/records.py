"""What records tell the boundary, as intervals: opportunities, contracts and overrides by account, touches, sellers, and owners of accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np

from tandem.boundary.fold.belonging import Belonging
from tandem.boundary.fold.during import During, Layer, layer_of
from tandem.boundary.meaning.case import Touch, said
from tandem.facts.kinds import RECORD_KINDS
from tandem.language.expression.nodes import About
from tandem.signals.fold import Fold
from tandem.signals.playbook.outcomes import Stages
from tandem.signals.under import always
from tandem.signals.world import FOREVER, Record, read_date
from tandem.timeline.algebra import within
from tandem.timeline.kernels import UNKNOWN
from tandem.timeline.steps import Steps, holdings_of
from tandem.values.instants import Instant

# The dates by which the boundary, and whatever a condition asks for, tells whether a record counts.
_DATES = {"contract": ("starts", "ends"), "override": ("until",)}
_ANYBODYS_DATES = ("started", "ended")

ByAccount = Mapping[str, list[During[Record]]]


class Told:
    """stages: which opportunities are open."""

    def __init__(self, fold: Fold, belonging: Belonging, stages: Stages) -> None:
        self._fold, self._belonging, self._stages = fold, belonging, stages
        self._said: dict[tuple[About, str], Steps] = {}

    @cached_property
    def open_opportunities(self) -> ByAccount:
        found = self._by_account("opportunity", "stage", "owner")
        is_open = {account: [each for each in held if self._stages.is_open(each.what.fields["stage"])] for account, held in found.items()}
        return {account: held for account, held in is_open.items() if held}

    @cached_property
    def contracts(self) -> ByAccount:
        """While they are in force."""
        found = self._by_account("contract", "starts", "ends", "owner")
        return {
            account: [one for each in held if (one := self._limited(each, "starts", "ends")) is not None] for account, held in found.items()
        }

    @cached_property
    def overrides(self) -> ByAccount:
        """Those with a stated end, until then."""
        found = self._by_account("override", "until", "seller", "purpose", "channel")
        stated = {account: [each for each in held if self.date(each.what, "until") is not None] for account, held in found.items()}
        return {
            account: [one for each in held if (one := self._limited(each, "", "until")) is not None] for account, held in stated.items()
        }

    @cached_property
    def touches(self) -> Sequence[During[Touch]]:
        """Every touch while it is told so, by its instant and id."""
        records, name = self._fold.records, self._belonging.name
        numbers = always(np.arange(len(records.ids("touch")), dtype=np.int64))
        whose = [records.began("touch"), records.owner("touch", "account"), records.owner("touch", "person")]
        found = []
        fields = ("seller", "channel", "direction", "purpose", "account", "person")
        for record, (_, at, account, person), since, until in self._stretches("touch", numbers, fields, whose):
            touch = Touch(
                record.id, at, None if account == UNKNOWN else name("account", account), None if person == UNKNOWN else name("person", person),
                said(record, "seller"), said(record, "channel").casefold(), said(record, "direction").casefold() != "inbound",
                said(record, "purpose").casefold(), (said(record, "account"), said(record, "person")),
            )  # fmt: skip
            found.append(During(touch, since, until))
        return sorted(found, key=lambda each: (each.what.at, each.what.id))

    @cached_property
    def touches_of(self) -> Mapping[str, list[During[Touch]]]:
        """The same by account."""
        found: defaultdict[str, list[During[Touch]]] = defaultdict(list)
        for each in self.touches:
            if each.what.account is not None:
                found[each.what.account].append(each)
        return dict(found)

    def text(self, kind: About, one: str | None, name: str) -> Layer[str | None]:
        """What the record of a subject says in a field, empty where it says no text; None where there is no record."""
        code = None if one is None else self._belonging.code(kind, one)
        if code is None:
            return Layer((), (None,))
        told = layer_of(self._texts(kind, name), code)
        raw = self._fold.records.raw_values
        return Layer(told.at, [None if each == UNKNOWN else raw[each] if each >= 0 else "" for each in told.values])

    def _texts(self, kind: About, name: str) -> Steps:
        """Of each record in force the code of a text, or -1 for none."""
        if (kind, name) not in self._said:
            records = self._fold.records
            said = records.said(kind, name)
            is_text = np.array([isinstance(each, str) for each in records.raw_values], bool)
            code = np.where(np.append(is_text, False)[np.maximum(said.value, -1)], said.value, -1)
            texts = Steps(said.offsets, said.at, code, -1)
            self._said[kind, name] = within(texts, records.there(kind), UNKNOWN)
        return self._said[kind, name]

    def is_employed(self, seller: str, t: Instant) -> bool:
        number = self._sellers.get(seller)
        if not seller or number is None:
            return bool(seller)
        if layer_of(self._known_sellers, number).value(t) == UNKNOWN:
            return True
        return any(since <= t < until for since, until in self._employed.get(number, ()))

    @cached_property
    def beginning(self) -> Instant:
        """The earliest instant of which anything tells: what happened, what was learnt or merged, and the dates that limit a record."""
        timeline = self._fold.timeline
        found = [int(each.min()) for each in (timeline.occurred(), timeline.known()) if len(each)]
        for kind in RECORD_KINDS:
            for each in self._fold.records.versions(kind):
                found += [each.occurred_at, *(since for since, _ in each.stretches)]
                dates = (read_date(self._fold.settings, each.fields.get(name)) for name in (*_ANYBODYS_DATES, *_DATES.get(kind, ())))
                found += [at for at in dates if at is not None]
        found += [at for kind in ("person", "account") for ties in timeline.survivors(kind).values() for at, _ in ties]
        return min(found, default=FOREVER)

    def date(self, record: Record, name: str) -> Instant | None:
        return read_date(self._fold.settings, record.fields[name])

    @cached_property
    def _known_sellers(self) -> Steps:
        return self._fold.records.began("seller")

    @cached_property
    def _sellers(self) -> Mapping[str, int]:
        return {one: number for number, one in enumerate(self._fold.records.ids("seller"))}

    @cached_property
    def _employed(self) -> Mapping[int, list[tuple[Instant, Instant]]]:
        numbers = always(np.arange(len(self._sellers), dtype=np.int64))
        found: defaultdict[int, list[tuple[Instant, Instant]]] = defaultdict(list)
        for record, _, since, until in self._stretches("seller", numbers, ("started", "ended"), ()):
            limited = self._limited(During(record, since, until), "started", "ended")
            if limited is not None:
                found[self._sellers[record.id]].append((limited.since, limited.until))
        return found

    def _limited(self, held: During[Record], since: str, until: str) -> During[Record] | None:
        """While an instant also lies between two dates of the record; one that is not told, or not asked for, does not limit."""
        first, last = (self.date(held.what, name) if name else None for name in (since, until))
        begins = held.since if first is None else max(held.since, first)
        ends = held.until if last is None else min(held.until, last)
        return During(held.what, begins, ends) if begins < ends else None

    def _by_account(self, kind: str, *names: str) -> ByAccount:
        found: defaultdict[str, list[During[Record]]] = defaultdict(list)
        for record, (owner,), since, until in self._stretches(kind, self._fold.records.owner(kind, "account"), names, ()):
            found[self._belonging.name("account", owner)].append(During(record, since, until))
        return {account: sorted(held, key=lambda each: each.what.id) for account, held in found.items()}

    def _stretches(
        self, kind: str, owner: Steps, names: Sequence[str], more: Sequence[Steps]
    ) -> Iterator[tuple[Record, tuple[int, ...], Instant, Instant]]:
        """Where a record in force has one owner, says the same of its fields, and has the same of more: with the owner, and the values of more."""
        records = self._fold.records
        ids = records.ids(kind)
        held = holdings_of(owner, [records.there(kind), *(records.said(kind, name) for name in names), *more])
        raw = records.raw_values
        there = np.flatnonzero(held.values[0] == 1)
        columns = (held.subject[there], held.owner[there], held.since[there], held.until[there])
        for number, whose, since, until, codes in zip(
            *(column.tolist() for column in columns), held.values[1:, there].T.tolist(), strict=True
        ):
            fields = {name: None if code == UNKNOWN else raw[code] for name, code in zip(names, codes, strict=False)}
            yield Record(kind, ids[number], fields, None, None, None), (whose, *codes[len(names) :]), since, until
