"""The timeline as folds see it: facts laid out by subject, records as they were told, and who stood under whom. Who keeps it is not said.

Everything is complete over knowledge time: what holds at an instant follows only from what was known by then, so that to ask as of an
earlier instant is to leave out what comes later. Ids are printed ids; instants are UTC microseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy.typing as npt

from tandem.language.expression.nodes import About
from tandem.timeline.kernels import Ints, Longs
from tandem.timeline.layout import Layout
from tandem.timeline.stack import Stack
from tandem.timeline.steps import Steps
from tandem.values.instants import Instant

# A value of each row of a layout: one array for each of its parts, in their order.
Column = tuple[npt.NDArray[Any], ...]
# By an id, from when on it stands under which other; before the first under itself. Who is not named always stands under itself.
Ties = Mapping[str, tuple[tuple[Instant, str], ...]]


@dataclass(frozen=True)
class Subjects:
    """All subjects of one kind, by code.

    ids: printed, an anonymous visitor's begins with `?`. existence: 1 while the subject exists, else 0.
    account: the code of the account that a person or workspace is of, UNKNOWN where of none; of an account its own.
    layout: the holdings of tracks, pages and screens that are not excluded.
    name: (rows,) the event's name as a code. person: (rows,) who did it, as a code; -1 for a visitor. workspace: (rows,) -1 for none.
    """

    ids: Sequence[str]
    existence: Steps
    account: Steps
    layout: Layout | Stack
    name: Column
    person: Column
    workspace: Column


@dataclass(frozen=True)
class Property:
    """A property of every row of the coded log. code: (log rows,) into values; -1 where the event has none, or null.

    values: distinct JSON values as Python has them: texts, numbers (int, or float), flags, lists and objects.
    """

    code: Ints
    values: Sequence[Any]


@dataclass(frozen=True)
class Version:
    """A version of a record, with the stretches of knowledge time, half-open, in which it is known and not corrected.

    fields: of a patch, those that it changes. A deletion has none.
    """

    id: str
    record_id: str
    fields: Mapping[str, Any]
    patch: bool
    deleted: bool
    source: str
    occurred_at: Instant
    stretches: tuple[tuple[Instant, Instant], ...]


class Timeline(Protocol):
    """names: of events, by code. Rows of the coded log are events in the order of their places."""

    @property
    def names(self) -> Sequence[str]: ...

    def subjects(self, kind: About) -> Subjects: ...

    def name(self) -> Ints:
        """(log rows,) the name of each event as a code; -1 where the call is no track, page or screen."""
        ...

    def property(self, path: tuple[str, ...]) -> Property:
        """path: the property's names from outside in."""
        ...

    def places(self, rows: Sequence[int]) -> list[int]:
        """The places in the log of rows of the coded log."""
        ...

    def order(self) -> Longs:
        """(log rows,) the place of each event among all by its id: what decides between events of one instant."""
        ...

    def occurred(self) -> Longs:
        """(log rows,) the `occurred_at` of each event."""
        ...

    def known(self) -> Longs:
        """(log rows,) the `known_at` of each event."""
        ...

    def records(self, kind: str) -> Sequence[Version]:
        """Every version of every record of a kind that there ever was."""
        ...

    def survivors(self, kind: About) -> Ties:
        """What merged ids became. Keys are ids as the sources have them."""
        ...

    def families(self) -> Ties:
        """The root of the family of each account that ever stood under another."""
        ...
