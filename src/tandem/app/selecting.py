"""What a person types to say which events, or which field: read with the names of the playbook, and wrong usage where it cannot be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from tandem.app.edges import open_fold
from tandem.app.failures import UnknownName, WrongUsage
from tandem.app.playbook import Playbook
from tandem.app.project import Project
from tandem.language.expression.check import Reading, read
from tandem.language.expression.nodes import About, EventName, FieldRef, Selector
from tandem.language.source import Source
from tandem.storage.log import Log
from tandem.values.instants import Instant

if TYPE_CHECKING:
    from tandem.behavior.view import View
    from tandem.signals.fold import Fold
    from tandem.timeline.timeline import Column

_BARE = re.compile(r"[\w][\w .:/-]*")


def read_selector(playbook: Playbook, typed: str, about: About, option: str) -> Selector:
    """A selector. Shells take quotes away: a text that is none by itself, and has no quotes, is the name of an event."""
    reading = read(Source(option, typed), playbook.names, about, "selector")
    if reading.expression is None and _BARE.fullmatch(typed):
        named = read(Source(option, f'"{typed}"'), playbook.names, about, "selector")
        # A word by itself may be a set that is misspelt.
        reading = named if named.expression is not None or " " in typed else reading
    return cast(Selector, _sound(reading, typed, option))


def read_field(playbook: Playbook, typed: str, about: About, option: str) -> FieldRef:
    """A field of a record that is one value."""
    found = _sound(read(Source(option, typed), playbook.names, about, "value"), typed, option)
    if not isinstance(found, FieldRef) or found.roll_up in ("any", "all"):
        raise WrongUsage(f"`{option} {typed}` is no field that has one value", "write plan, account.employees or highest(plan)")
    return found


def _sound(reading: Reading, typed: str, option: str) -> object:
    if reading.expression is None:
        problem = next(each for each in reading.problems if each.severity == "error")
        raise WrongUsage(f"`{option} {typed}`: {problem.message}", problem.help or "")
    return reading.expression


@dataclass(frozen=True, eq=False)
class Seen:
    """The events of all subjects of a kind, as of an instant. person: of rows, who did it."""

    fold: Fold
    view: View
    person: Column


def see(project: Project, log: Log, about: About, selectors: Sequence[Selector], as_of: Instant) -> Seen:
    """Raises UnknownName for an event that nobody has declared and that has never come."""
    from tandem.behavior.view import find_view

    fold = open_fold(project, log)
    refuse_what_never_came(project, fold, selectors)
    return Seen(fold, find_view(fold.timeline, fold.columns, about, selectors, as_of), fold.timeline.subjects(about).person)


def refuse_what_never_came(project: Project, fold: Fold, selectors: Sequence[Selector]) -> None:
    """Where the playbook declares no events, only the log can tell that a name is misspelt. Raises UnknownName."""
    known = fold.timeline.names
    for each in selectors:
        if project.playbook.names.events is None and isinstance(each, EventName) and known and each.name not in known:
            raise UnknownName("event", each.name, known)
