"""The world that facts tell, through identity: whose each event is at every instant, what records said, and who existed.

Only correct and clear, not fast: for the playbook's tests, and as the reference that folds over real facts must equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import Any, TypedDict, Unpack

import msgspec
import pyarrow as pa

from tandem.facts.corrections import gone_over_time
from tandem.facts.fact import Correction, Event, Fact, Version
from tandem.facts.kinds import RECORD_KINDS
from tandem.facts.subjects import versions_by_subject
from tandem.facts.tables import by_kind, to_columns, to_facts
from tandem.identity.existence import Existence
from tandem.identity.history import History
from tandem.identity.lives import Gone, life, united
from tandem.identity.rules import Rules
from tandem.identity.steps import Ties
from tandem.language.expression.nodes import About, Condition, Selector
from tandem.signals.world import FOREVER, Happening, Held, Period, ScoreDeclaration, Stretch, Subject, Tie, World


class Settings(TypedDict, total=False):
    """What the playbook says to a world (`World`). source_order: by default that of identity's rules."""

    zone: tzinfo
    plans: tuple[str, ...]
    sets: Mapping[str, tuple[Selector, ...]]
    source_order: tuple[str, ...]
    signals: Mapping[str, Condition]
    scores: Mapping[str, ScoreDeclaration]
    tiers: tuple[tuple[str, Condition], ...]
    targets: frozenset[str]
    fields: Mapping[str, Mapping[str, str]]
    choices: Mapping[str, tuple[str, ...]]


def world_of_facts(facts: Sequence[Fact], rules: Rules, **settings: Unpack[Settings]) -> World:
    """The world of all facts there ever were, their corrections among them."""
    tables = {kind: pa.Table.from_batches([to_columns(kind, same)]) for kind, (_, same) in by_kind(enumerate(facts)).items()}
    return world_of_tables(tables, rules, **settings)


def world_of_tables(tables: Mapping[str, pa.Table], rules: Rules, **settings: Unpack[Settings]) -> World:
    """The same of facts as tables of `FACT_SCHEMAS` by kind, `correction` among them; a kind that is absent has none."""
    told = {kind: to_facts(kind, table) for kind, table in tables.items()}
    gone = gone_over_time(each for each in told.get("correction", ()) if isinstance(each, Correction))
    history = History.of(tables, rules, gone)
    existence = history.existence(versions_by_subject(tables))
    settings.setdefault("source_order", rules.source_order)
    return World(
        happenings=_happenings([each for each in told.get("event", ()) if isinstance(each, Event)], history),
        records=tuple(_held(each, gone) for kind in RECORD_KINDS for each in told.get(kind, ()) if isinstance(each, Version)),
        existence=_existence(existence),
        survivors={
            **{Subject("person", one): tied for one, tied in _ties(history.survivors("person")).items()},
            **{Subject("account", one): tied for one, tied in _ties(history.survivors("account")).items()},
        },
        homes={**_homes("person", existence.persons), **_homes("workspace", existence.workspaces)},
        families=_ties(history.families()),
        **settings,
    )


def _happenings(events: Sequence[Event], history: History) -> tuple[Happening, ...]:
    stretches: list[list[Stretch]] = [[] for _ in events]
    for found in history.belongings().to_pylist():
        stretches[found.pop("row")].append(Stretch(**found))
    return tuple(
        Happening(each.id, each.type, each.name, each.occurred_at, msgspec.json.decode(each.properties), tuple(theirs))
        for each, theirs in zip(events, stretches, strict=True)
    )


def _held(version: Version, gone: Gone) -> Held:
    stretches = tuple(Period(since, until) for since, until in life(version.known_at, gone.get(version.id, ())))
    fields = msgspec.json.decode(version.fields)
    return Held(
        version.id, version.kind, version.record_id, fields, version.patch, version.deleted, version.source, version.occurred_at, stretches
    )


def _existence(existence: Existence) -> dict[Subject, tuple[Period, ...]]:
    tables: dict[About, pa.Table] = {"person": existence.persons, "workspace": existence.workspaces, "account": existence.accounts}
    # Where a subject passes to another account it exists as before.
    return {
        Subject(kind, one): tuple(Period(*stretch) for stretch in united((row["since"], row["until"]) for row in rows))
        for kind, table in tables.items()
        for one, rows in _rows_by_id(table).items()
    }


def _homes(kind: About, table: pa.Table) -> dict[Subject, tuple[Tie, ...]]:
    return {
        Subject(kind, one): tuple(Tie(row["since"], row["until"], row["account"]) for row in rows if row["account"] is not None)
        for one, rows in _rows_by_id(table).items()
    }


def _rows_by_id(table: pa.Table) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        found.setdefault(row["id"], []).append(row)
    return found


def _ties(ties: Ties) -> dict[str, tuple[Tie, ...]]:
    return {one: tuple(_lasting(steps)) for one, steps in ties.items()}


def _lasting(steps: Sequence[tuple[int, str]]) -> Iterable[Tie]:
    ends = [*(since for since, _ in steps[1:]), FOREVER]
    return (Tie(since, until, to) for (since, to), until in zip(steps, ends, strict=True))
