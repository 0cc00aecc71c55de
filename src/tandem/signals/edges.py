"""The edges of a condition: every instant at which it turns on or off for a subject, and when that could be known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal as OneOf

from tandem.language.expression.nodes import Condition, Expression, FieldRef, Measure, RecordMeasure, Selector, Sequence, Since, parts_of
from tandem.signals.meaning.asked import Asked, all_rolled, kind_and_name, records_of, subjects_asked
from tandem.signals.meaning.asking import is_on, moments, picks
from tandem.signals.meaning.moments import named_by
from tandem.signals.world import Declared, Period, Subject, World, account_of, exists, record_key, records_at
from tandem.values.instants import Instant


@dataclass(frozen=True)
class Edge:
    """known_at: the greatest among what changed at `at`, or `at` where time alone did."""

    at: Instant
    edge: OneOf["entered", "left"]
    known_at: Instant


def edges(world: World, condition: Condition, subject: Subject, until: Instant) -> list[Edge]:
    """Every edge of the condition's signal about the subject, at instants up to `until`, which is in, ascending."""
    found, was_on = [], False
    for at in moments(world, condition, subject, until):
        now_on = is_on(world, condition, subject, at)
        if now_on != was_on:
            found.append(Edge(at, "entered" if now_on else "left", _known_at(world, condition, subject, at)))
        was_on = now_on
    return found


def _known_at(world: World, condition: Condition, subject: Subject, at: Instant) -> Instant:
    """The greatest instant at which anything of what changed at `at` was learnt, or `at` where nothing did but the time.

    What changes is an event that the condition selects, or a version of a record that it reads, when it occurs, is learnt or taken back,
    or begins or ceases to be the subject's; and that the subject begins or ceases to exist. Only what occurs after it was learnt is not
    learnt at `at` itself. That an event is too old, or a date is reached, is time.
    """
    if exists(world, subject, at) != exists(world, subject, at - 1):
        return at
    return max(_learnt(world, condition, subject, at), default=at)


def _learnt(world: World, condition: Condition, subject: Subject, at: Instant) -> Iterator[Instant]:
    """When each of what changed at `at` was learnt."""
    now, before = Asked(world, subject, at), Asked(world, subject, at - 1)
    nodes = list(reached(world, condition))
    selectors = [one for node in nodes for one in selectors_of(node)]
    for happening in world.happenings:
        if any(picks(now, selector, happening) for selector in selectors):
            theirs = [each for each in happening.stretches if each.is_of(subject) and not each.excluded]
            yield from _changed(happening.occurred_at, theirs, _known(happening.stretches, at), at)
    read, was_read = _read(now, nodes), _read(before, nodes)
    for key in read | was_read:
        versions = [each for each in world.records if (each.kind, record_key(world, each, at)) == key]
        changed = [one for each in versions for one in _changed(each.occurred_at, each.stretches, _known(each.stretches, at), at)]
        yield from changed
        if versions and not changed and (key in read) != (key in was_read):
            yield at  # The record is as it was, and another's.
    if any(isinstance(node, FieldRef) and "icp_tier" in node.path for node in nodes):
        account = account_of(world, subject, at)
        for _, tier in world.tiers if account is not None else ():
            yield from _learnt(world, tier, Subject("account", str(account)), at)


def _changed(occurred_at: Instant, stretches: Iterable[Period], known_at: Instant, at: Instant) -> Iterator[Instant]:
    for stretch in stretches:
        if at == occurred_at and stretch.covers(at):
            yield known_at
        elif (at == stretch.since and occurred_at < at) or (at == stretch.until and occurred_at < at):
            yield at


def _known(stretches: Iterable[Period], otherwise: Instant) -> Instant:
    return min((each.since for each in stretches), default=otherwise)


def selectors_of(node: Expression) -> tuple[Selector, ...]:
    match node:
        case Measure() | Since():
            return (node.selector,)
        case Sequence():
            return node.selectors
    return ()


def _read(asked: Asked, nodes: Iterable[Expression]) -> set[tuple[str, str]]:
    """The records, by kind and id, that expressions read at an instant."""
    found: set[tuple[str, str]] = set()
    for node in nodes:
        if isinstance(node, RecordMeasure):
            found |= {(each.kind, each.id) for each in records_of(asked, node)}
        if isinstance(node, FieldRef):
            kind, name = kind_and_name(asked, node)
            for one in [each for rolled in all_rolled(asked, node) for each in subjects_asked(rolled, kind, node)]:
                found.add((one.kind, one.id))
                if name == "is_target":
                    found |= {(each.kind, each.id) for each in records_at(asked.world, "target", asked.t) if each.is_of(one)}
                if name == "plan":
                    found |= {(each.kind, each.id) for each in records_at(asked.world, "subscription", asked.t) if each.is_of(one)}
    return found


def reached(world: Declared, node: Expression) -> Iterator[Expression]:
    """A node, what is below it, and what it names."""
    yield node
    for part in (*parts_of(node), *named_by(world, node)):
        yield from reached(world, part)
