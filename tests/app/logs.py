"""Logs written as an import writes them, and a timeline told as holdings, to compare."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tandem.app.history.timeline import KeptTimeline
from tandem.facts.fact import Fact
from tandem.identity.rules import Rules
from tandem.language.expression.nodes import About
from tandem.storage.derived import Derived
from tandem.storage.log import Log, Writer
from tandem.timeline.kernels import NEVER
from tandem.timeline.layout import Layout
from tandem.timeline.stack import Stack
from tandem.timeline.steps import Steps
from tandem.timeline.timeline import Timeline
from tandem.values.instants import DAY as DAY
from tests.storage.world import AT, delivery, no_clash

Told = dict[str, Any]


class Holding(NamedTuple):
    """row: of the coded log."""

    subject: str
    row: int
    occurred: int
    enters: int
    leaves: int
    name: str
    person: str | None
    workspace: str | None


def delivered(data: Path, facts: Sequence[Fact], *, sealed: bool = True) -> None:
    """One more import of facts."""
    with Writer(data, "import") as writer:
        writer.commit(delivery(writer.key, [[fact] for fact in facts]), import_id="i", at=AT, refuse=no_clash)
        if sealed:
            writer.seal(AT)


def opened(data: Path, rules: Rules) -> KeptTimeline:
    return KeptTimeline(Log(data), rules, Derived(data / "timeline"))


def told(timeline: Timeline, kind: About) -> Told:
    """What the timeline says of one kind of subject, in ids."""
    found = timeline.subjects(kind)
    accounts = timeline.subjects("account").ids
    return {
        "holdings": sorted(holdings(timeline, kind)),
        "existence": spans(found.existence, found.ids, None),
        "account": spans(found.account, found.ids, accounts),
    }


def holdings(timeline: Timeline, kind: About) -> list[Holding]:
    found = timeline.subjects(kind)
    persons, places = (timeline.subjects(each).ids for each in ("person", "workspace"))
    told: list[Holding] = []
    parts: list[Layout] = list(found.layout.parts)
    leaves = [left(part) for part in parts]
    if isinstance(found.layout, Stack):
        base = found.layout.base
        rows = np.repeat(base.offsets[:-1], np.diff(found.layout.ended_offsets)) + found.layout.ended_row
        np.minimum.at(leaves[0], rows, found.layout.ended_at)
    for number, part in enumerate(parts):
        assert_in_order(part)
        subject = np.repeat(np.arange(part.subjects), np.diff(part.offsets))
        columns = (subject, part.row, part.occurred, part.enters, leaves[number], found.name[number], found.person[number])
        for one, row, occurred, enters, until, name, person, place in zip(
            *(each.tolist() for each in (*columns, found.workspace[number])), strict=True
        ):
            if enters < until:
                who, where = (None if code < 0 else ids[code] for code, ids in ((person, persons), (place, places)))
                told.append(Holding(found.ids[one], row, occurred, enters, until, timeline.names[name], who, where))
    return told


def left(layout: Layout) -> np.ndarray:
    """(rows,) when each row leaves by itself."""
    found = np.full(len(layout), NEVER)
    found[np.repeat(layout.offsets[:-1], np.diff(layout.early_offsets)) + layout.early_row] = layout.early_at
    return found


def assert_in_order(layout: Layout) -> None:
    for one in range(layout.subjects):
        a, b = layout.offsets[one], layout.offsets[one + 1]
        assert (np.diff(layout.enters[a:b]) >= 0).all()
        assert (np.diff(layout.occurred[a + layout.leaving[a:b]]) >= 0).all()


def spans(steps: Steps, ids: Sequence[str], values: Sequence[str] | None) -> dict[str, list[tuple[int, Any]]]:
    """By subject, from when on which value holds; a value is a number, or one of the texts."""
    found = {}
    for code, one in enumerate(ids):
        part = slice(int(steps.offsets[code]), int(steps.offsets[code + 1]))
        if part.start == part.stop:
            continue
        said = zip(steps.at[part].tolist(), steps.value[part].tolist(), strict=True)
        found[one] = [(at, value if values is None else (values[value] if value >= 0 else None)) for at, value in said]
    return found
