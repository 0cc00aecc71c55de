"""What a question is asked of: whom, when, inside of what; and whose fields and records it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from tandem.language.expression.nodes import About, Expression, FieldRef, RecordMeasure
from tandem.language.expression.sense.fields import record_of
from tandem.language.expression.units import Names
from tandem.language.expression.used import nodes_of
from tandem.signals.world import Record, Subject, World, account_of, family, members, records_at
from tandem.values.instants import Instant


@dataclass(frozen=True)
class Asked:
    """What a question is asked of. Inside `where`, properties are those of the event, or of the record of that kind.

    rolled: the workspace that `any` or `all` is at, None where there is none.
    """

    world: World
    subject: Subject
    t: Instant
    properties: Mapping[str, object] = field(default_factory=dict)
    record: str = ""
    rolled: Mapping[FieldRef, Subject | None] = field(default_factory=dict)


def kind_and_name(asked: Asked, ref: FieldRef) -> tuple[About, str]:
    """Whose field it is, and which."""
    found = record_of(ref, Names(records=asked.world.fields), asked.subject.kind)
    kind, name = found or (asked.subject.kind, ref.path[-1])
    return cast(About, kind), name


def subjects_asked(asked: Asked, kind: About, ref: FieldRef) -> list[Subject]:
    """The subjects whose field is asked: itself, its account, or for `highest` all of an account's. Of others nothing is known."""
    world, subject, t = asked.world, asked.subject, asked.t
    if ref.roll_up == "highest":
        return members(world, kind, subject.id, t)
    if ref.roll_up is not None:
        if ref not in asked.rolled:
            raise ValueError(f"`{ref.roll_up}(...)` has a meaning only inside of a test")
        one = asked.rolled[ref]
        return [] if one is None else [one]
    if kind == subject.kind:
        return [subject]
    account = account_of(world, subject, t)
    return [Subject("account", account)] if kind == "account" and account is not None else []


def records_of(asked: Asked, measure: RecordMeasure) -> list[Record]:
    """The records in force that belong to the subject, or to an account of its family."""
    theirs = {asked.subject}
    account = account_of(asked.world, asked.subject, asked.t)
    if measure.family and account is not None:
        theirs = {Subject("account", one) for one in family(asked.world, account, asked.t)}
    return [each for each in records_at(asked.world, measure.record, asked.t) if any(each.is_of(one) for one in theirs)]


# What `any` and `all` ask of, one after the other.


def quantified(node: Expression) -> list[FieldRef]:
    """The fields that `any` or `all` rolls up; the same words mean the same workspace."""
    refs = (each for each in nodes_of(node) if isinstance(each, FieldRef) and each.roll_up in ("any", "all"))
    return list(dict.fromkeys(refs))


def rolled(asked: Asked, ref: FieldRef) -> list[Asked]:
    kind, _ = kind_and_name(asked, ref)
    ones: list[Subject | None] = [*members(asked.world, kind, asked.subject.id, asked.t)]
    return [replace(asked, rolled={**asked.rolled, ref: one}) for one in ones or [None]]


def all_rolled(asked: Asked, test: Expression) -> list[Asked]:
    """The question, once for every choice of workspaces that `any` and `all` make."""
    ones = [asked]
    for ref in quantified(test):
        ones = [each for one in ones for each in rolled(one, ref)]
    return ones
