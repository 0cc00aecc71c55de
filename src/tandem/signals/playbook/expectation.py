"""When a test expects a signal to be on: `on from 2026-03-09 until 2026-03-15, from 2026-04-02`, or `never on`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from tandem.language.problem import Problem
from tandem.language.tree import Scalar
from tandem.values.instants import Instant, read_instant, to_datetime

if TYPE_CHECKING:
    from tandem.signals.edges import Edge

_WORD = re.compile(r"[^\s,]+|,")
_FORM = "write `on from 2026-03-09 until 2026-03-15`, or `never on`"


@dataclass(frozen=True)
class Steps:
    """When something is on: stretches, ascending and apart, each from an instant, in, until another, out; None where it lasts."""

    stretches: tuple[tuple[Instant, Instant | None], ...] = ()

    @staticmethod
    def of(edges: Iterable[Edge]) -> Steps:
        """What edges, ascending, make of a signal that is off at first."""
        at = [edge.at for edge in edges]
        return Steps(tuple(zip(at[::2], [*at[1::2], None] if len(at) % 2 else at[1::2], strict=True)))

    def is_on(self, t: Instant) -> bool:
        return any(since <= t and (until is None or t < until) for since, until in self.stretches)

    def instants(self) -> list[Instant]:
        """Where it turns on or off, ascending."""
        return [at for stretch in self.stretches for at in stretch if at is not None]

    def first_difference(self, other: Steps) -> Instant | None:
        """The first instant at which one is on and the other off; None if they are equal."""
        return next((at for at in sorted({*self.instants(), *other.instants()}) if self.is_on(at) != other.is_on(at)), None)

    def show(self, zone: tzinfo) -> str:
        """As it is written in a test."""
        return "on " + ", ".join(_show_stretch(*stretch, zone) for stretch in self.stretches) if self.stretches else "never on"


def show_at(at: Instant, zone: tzinfo) -> str:
    """The shortest text that is read as that instant in the zone."""
    local = to_datetime(at).astimezone(zone)
    wall = local.replace(tzinfo=None).isoformat().removesuffix("T00:00:00")
    wall = wall.removesuffix(":00") if wall.count(":") == 2 else wall
    # Of a time that clocks show twice, only the first needs no offset.
    return wall if read_instant(wall, zone) == at else local.isoformat()


def read_expectation(text: Scalar, zone: tzinfo) -> tuple[Steps, tuple[Problem, ...]]:
    """The steps that a text expects, and what is wrong with it; with a problem, the steps say nothing."""
    reader = _Reader(text, zone)
    steps = reader.steps()
    return (Steps(), (reader.problem,)) if reader.problem is not None else (steps, ())


def check_expectation(text: Scalar) -> Iterator[Problem]:
    """What is wrong with it in any time zone."""
    yield from read_expectation(text, UTC)[1]


def _show_stretch(since: Instant, until: Instant | None, zone: tzinfo) -> str:
    return f"from {show_at(since, zone)}" + ("" if until is None else f" until {show_at(until, zone)}")


class _Reader:
    """Reads word by word, up to the first mistake."""

    def __init__(self, text: Scalar, zone: tzinfo) -> None:
        self.text, self.zone = text, zone
        self.words = list(_WORD.finditer(text.text))
        self.at = 0
        self.problem: Problem | None = None

    def steps(self) -> Steps:
        if [word.group() for word in self.words] == ["never", "on"]:
            return Steps()
        stretches: list[tuple[Instant, Instant | None]] = []
        self.take("on")
        while self.problem is None and (not stretches or self.take(",")):
            if stretches and stretches[-1][1] is None:
                self.wrong(self.at - 1, "what lasts cannot begin again", "say `until` when the stretch before ends")
            self.take("from")
            stretches.append((self.instant(stretches[-1][1] if stretches else None), None))
            if self.said() == "until":
                self.take("until")
                stretches[-1] = (stretches[-1][0], self.instant(stretches[-1][0]))
            if self.said() == "":
                break
        return Steps(tuple(stretches))

    def said(self) -> str:
        return self.words[self.at].group() if self.at < len(self.words) else ""

    def take(self, word: str) -> bool:
        if self.said() != word:
            found = f"found `{self.said()}`" if self.said() else "nothing stands there"
            self.wrong(self.at, f"expected `{word}`, {found}", _FORM)
        self.at += 1
        return self.problem is None

    def instant(self, after: Instant | None) -> Instant:
        """The instant that stands here, which must be later than the one before."""
        word = self.said()
        try:
            at = read_instant(word, self.zone)
        except ValueError:
            message = f"`{word}` is no instant" if word else "an instant is missing"
            self.wrong(self.at, message, "write 2026-03-09, or 2026-03-09T09:30")
            return 0
        if after is not None and at <= after:
            self.wrong(self.at, f"`{word}` is not later than the instant before it", "since is in, until is out, and stretches ascend")
        self.at += 1
        return at

    def wrong(self, at: int, message: str, help: str) -> None:
        if self.problem is None:
            end = len(self.text.text)
            start, end = self.words[at].span() if at < len(self.words) else (end, end)
            self.problem = Problem("bad_expectation", message, self.text.span_of(start, end), help)
