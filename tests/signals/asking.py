"""Stories for signals: the world that a test tells, and what is asked of it, day by day or from edge to edge."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from tandem.signals.edges import edges
from tandem.signals.meaning.asking import holds, value
from tandem.signals.world import Subject, World
from tandem.values.instants import show
from tests.signals.conditions import read
from tests.signals.worlds import instant, world_of

ACME = Subject("account", "acme")


def told(story: Callable[[], None], **settings: Any) -> World:
    """The world of a test's docstring."""
    return world_of(inspect.getdoc(story), **settings)


def at(world: World, expression: str, day: str, subject: Subject = ACME) -> object:
    """The value on a day: of a whole number a plain int."""
    found = value(world, read(expression, "value"), subject, instant(day))
    return int(found) if isinstance(found, Fraction) and found.denominator == 1 else found


def over(world: World, expression: str, days: str, subject: Subject = ACME, month: str = "2026-03") -> list[object]:
    """The value at midnight of each day named: `over(world, "count(any)", "1 2 5")`."""
    return [at(world, expression, f"{month}-{int(day):02}", subject) for day in days.split()]


def truth(world: World, condition: str, day: str, subject: Subject = ACME) -> bool | None:
    return holds(world, read(condition), subject, instant(day))


def turns(world: World, condition: str, subject: Subject = ACME, until: str = "2027-01-01") -> list[tuple[str, str]]:
    return [(_short(edge.at), edge.edge) for edge in edges(world, read(condition), subject, instant(until))]


def known(world: World, condition: str, subject: Subject = ACME) -> list[tuple[str, str, str]]:
    found = edges(world, read(condition), subject, instant("2027-01-01"))
    return [(_short(edge.at), edge.edge, _short(edge.known_at)) for edge in found]


def _short(at: int) -> str:
    """`03-01`, `03-01T09:30` or `03-01T00:00:00.000001`."""
    return show(at)[5:].removesuffix("Z").removesuffix(":00").removesuffix("T00:00")
