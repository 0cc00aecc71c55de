"""Measures that a page works by hand: facts, and below them tables of values that the reference must give too.

    ```facts
    2026-04-01 Report Shared by ann @acme
    ```

    | account acme | `count("Report Shared", 7d)` | in words |
    |---|---|---|
    | 2026-04-01 | 1 | ann's |
    | 2026-04-08 | 0 | a week later |

A table is of the facts above it, about the subject that its first heading names; headings without code are words for the reader. The rows are
all instants at which one of the values changes from the first row on, but for values that move with the clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast, get_args

from tandem.app.playbook.playbook import Playbook
from tandem.facts.text import read_facts
from tandem.language.expression.check import check, read
from tandem.language.expression.literals import show_length
from tandem.language.expression.nodes import (
    About,
    Comparison,
    Expression,
    Held,
    IsUnknown,
    Membership,
    Not,
    Or,
    Sequence,
    SignalRef,
    Since,
    Until,
)
from tandem.language.expression.nodes import And as Both
from tandem.language.expression.used import nodes_of
from tandem.language.source import Source
from tandem.signals.meaning.asking import holds, moments, value
from tandem.signals.playbook.expectation import show_at
from tandem.signals.told import Settings, world_of_facts
from tandem.signals.world import UNKNOWN, Answer, Subject, World
from tandem.values.instants import DAY, Instant, read_instant
from tests.docs.pages import Block, read_blocks

CONDITIONS = (Both, Or, Not, Comparison, Membership, IsUnknown, Held, Sequence, SignalRef)
_TABLE = re.compile(
    r"^\| (?P<kind>person|workspace|account) (?P<id>\S+) \|(?P<heads>.*)\|\n\|[-|: ]+\|\n(?P<rows>(?:\|.*\n)+)", re.MULTILINE
)
# No worked window is longer than this.
BEYOND = 500 * DAY


@dataclass(frozen=True)
class Worked:
    """One table. columns: place and text of each expression. rows: what each says at which instant, as it is written. line: in the page."""

    facts: str
    subject: Subject
    columns: tuple[tuple[int, str], ...]
    rows: tuple[tuple[str, ...], ...]
    line: int


def read_worked(page: str) -> list[Worked]:
    """Every table of a page, with the last facts above it."""
    told = [block for block in read_blocks(page) if block.kind == "facts"]
    return [_worked(page, found, told) for found in _TABLE.finditer(page)]


def _worked(page: str, found: re.Match[str], told: list[Block]) -> Worked:
    above = [block.text for block in told if block.end < found.start()]
    assert above, f"a table about {found['id']} has no facts above it"
    assert found["kind"] in get_args(About)
    heads = [head.strip() for head in found["heads"].split(" | ")]
    columns = tuple((place, head.strip("`")) for place, head in enumerate(heads, 1) if head.startswith("`"))
    rows = tuple(tuple(cell.strip() for cell in line.strip("|").split("|")) for line in found["rows"].splitlines())
    return Worked(above[-1], Subject(cast(About, found["kind"]), found["id"]), columns, rows, page.count("\n", 0, found.start()) + 1)


def mistakes(worked: Worked, playbook: Playbook) -> Iterator[str]:
    """Every cell that is not what the reference says, and every instant that is missing."""
    declared = playbook.declared
    world = world_of(worked, playbook)
    instants = [read_instant(row[0], declared.zone) for row in worked.rows]
    for place, text in worked.columns:
        expression = read_column(text, playbook, worked.subject.kind)
        for at, row in zip(instants, worked.rows, strict=True):
            found = _shown(world, expression, worked.subject, at, playbook)
            if found != row[place]:
                yield f"`{text}` at {row[0]}: the page says {row[place]}, it is {found}"
        if any(isinstance(node, Since | Until) for node in nodes_of(expression)) and not isinstance(expression, CONDITIONS):
            continue
        for at in moments(world, expression, worked.subject, max(instants) + BEYOND):
            before = [number for number, instant in enumerate(instants) if instant <= at]
            if before and (found := _shown(world, expression, worked.subject, at, playbook)) != worked.rows[before[-1]][place]:
                yield f"`{text}` becomes {found} at {show_at(at, declared.zone)}, and no row says so"
                break


def world_of(worked: Worked, playbook: Playbook) -> World:
    declared = playbook.declared
    return world_of_facts(read_facts(worked.facts, declared.zone), playbook.product.rules, **cast(Settings, vars(declared)))


def read_column(text: str, playbook: Playbook, about: About) -> Expression:
    """A value where it can be one, else a condition."""
    readings = [read(Source("page", text), playbook.names, about, expects) for expects in ("value", "condition")]
    found = next((each.expression for each in readings if each.expression is not None), None)
    assert found is not None, [problem.told() for problem in readings[-1].problems]
    return found


def _shown(world: World, expression: Expression, subject: Subject, at: Instant, playbook: Playbook) -> str:
    """The answer as a page writes it: lengths as windows are written, what is no whole number as a quotient."""
    if isinstance(expression, CONDITIONS):
        return {None: "unknown", True: "true", False: "false"}[holds(world, expression, subject, at)]
    answer: Answer = value(world, expression, subject, at)
    if answer is UNKNOWN:
        return "unknown"
    if isinstance(answer, bool):
        return str(answer).lower()
    if isinstance(answer, Fraction):
        found: Any = check(expression, playbook.names, subject.kind).type_of(cast(Any, expression))
        return show_length(int(answer)) if found.unit == "duration" else str(answer)
    return str(answer)
