"""What a person types to say which events, or which field: read with the names of the playbook, and wrong usage where it cannot be read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from tandem.app.failures import UnknownName, WrongUsage
from tandem.app.history.edges import open_fold
from tandem.app.playbook.playbook import Playbook
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

# An event's name without its quotes, and the test behind it, if there is one.
_NAME = r"\w[\w .:/-]*"
_BARE = re.compile(rf"(?P<name>{_NAME})(?P<test>)")
_WITH_TEST = re.compile(rf"(?P<name>{_NAME}?)(?P<test>\s+where\s.*)", re.IGNORECASE | re.DOTALL)


def read_selector(playbook: Playbook, typed: str, about: About, option: str) -> Selector:
    """A selector. Shells take quotes away: a text that is none by itself is read as if the name of an event in it stood in quotes."""
    readings = [read(Source(option, text), playbook.names, about, "selector") for text in (typed, *_quoted(typed, playbook.names.events))]
    sound = next((each for each in readings if each.expression is not None), None)
    return cast(Selector, _sound(sound or readings[1 % len(readings)], typed, option))


def _quoted(typed: str, events: Collection[str] | None) -> Iterator[str]:
    """The text with quotes around what may be the name of an event, the likeliest first. events: the declared ones; None where any may come."""
    found = [each for pattern in (_WITH_TEST, _BARE) if (each := pattern.fullmatch(typed)) is not None]
    # Of `A where b` that is an event's whole name it is the name.
    for each in reversed(found) if typed in (events or ()) else found:
        # A word by itself that is no event is more likely a set that is misspelt.
        if " " in each["name"] or events is None or each["name"] in events:
            yield f'"{each["name"]}"{each["test"]}'


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
