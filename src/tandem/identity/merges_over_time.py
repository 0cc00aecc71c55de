"""Merges at every instant of knowledge: of each id, as steps, the one that is left, and of that one all that it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar

from tandem.facts.corrections import OPEN
from tandem.identity.links import Link, in_order_of_knowing
from tandem.identity.lives import Lives
from tandem.identity.merges import Growing
from tandem.identity.steps import ALWAYS, Steps, Ties

V = TypeVar("V")
Noted = list[tuple[int, V]]


class MergesOverTime:
    """`root` and `all_of` answer as of the instant that `read` reads steps at.

    voices: the ids that `all_of` tells beside the one that is left; what the others say is nothing.
    """

    def __init__(self, links: Sequence[Link], lives: Lives, read: Callable[[Steps[Any]], Any], voices: Collection[str]) -> None:
        self._read = read
        self._roots: dict[str, Steps[str]] = {}
        self._members: dict[str, Steps[tuple[str, ...]]] = {}
        self._part_of: dict[str, list[Link]] = {}
        ever = Growing()
        for link in links:
            ever.merge(link)
        parts: dict[str, list[Link]] = defaultdict(list)
        for link in links:
            parts[ever.root(link.subject)].append(link)
            self._part_of[link.subject] = self._part_of[str(link.target)] = parts[ever.root(link.subject)]
        # A name for all ids that are ever one.
        self.component = ever.root
        for part in parts.values():
            told = _Told(_edges(part, lives), voices)
            self._roots.update((one, _steps(noted)) for one, noted in told.roots.items())
            self._members.update((one, _steps(noted)) for one, noted in told.members.items())

    def root(self, one: str) -> str:
        steps = self._roots.get(one)
        return one if steps is None else str(self._read(steps))

    def all_of(self, one: str) -> tuple[str, ...]:
        root = self.root(one)
        steps = self._members.get(root)
        found: tuple[str, ...] = (root,) if steps is None else self._read(steps)
        return found

    def may_change(self, one: str) -> bool:
        """Whether it is ever merged."""
        return one in self._roots

    def ties(self) -> Ties:
        """What merged ids became. Nobody is merged before anything is known."""
        steps = {one: tuple(zip(roots.starts, roots.values, strict=True)) for one, roots in self._roots.items()}
        return {one: tied[1:] for one, tied in steps.items() if len(tied) > 1}

    def links_of(self, ids: Iterable[str]) -> list[Link]:
        """Every merge that may decide which of the ids are one."""
        parts = {id(part): part for one in ids if (part := self._part_of.get(one)) is not None}
        return [link for part in parts.values() for link in part]


class _Told:
    """What one connected part of all merges tells, edge by edge: `roots` and `members`, written down where they change."""

    def __init__(self, edges: dict[int, tuple[list[Link], list[Link]]], voices: Collection[str]) -> None:
        self._voices = voices
        self.roots: dict[str, Noted[str]] = {}
        self.members: dict[str, Noted[tuple[str, ...]]] = {}
        self._ids: dict[str, set[str]] = {}  # By the one that is left.
        self._heard: dict[str, set[str]] = {}
        growing = Growing()
        counting: set[Link] = set()
        for at in sorted(edges):
            entering, leaving = edges[at]
            counting.update(entering)
            counting.difference_update(leaving)
            if leaving or any(link.known_at != at for link in entering):
                # What was merged after something that is now gone, or back, may do something else: all of it once more.
                growing = Growing()
                for link in sorted(counting, key=in_order_of_knowing):
                    growing.merge(link)
                self._move(
                    at, {end for link in (*counting, *leaving) for end in (link.subject, str(link.target))} | self.roots.keys(), growing
                )
                continue
            for link in sorted(entering, key=in_order_of_knowing):
                left = growing.root(link.subject)
                growing.merge(link)
                if growing.root(left) != left:
                    self._move(at, list(self._ids.get(left, (left,))), growing)

    def _move(self, at: int, ids: Iterable[str], growing: Growing) -> None:
        touched = set()
        for one in ids:
            noted = self.roots.setdefault(one, [(ALWAYS, one)])
            before, root = noted[-1][1], growing.root(one)
            if root == before:
                continue
            for other in (before, root):
                self._ids.setdefault(other, {other})
                self._heard.setdefault(other, {other})
            self._ids[before].discard(one)
            self._ids[root].add(one)
            if one in self._voices:
                self._heard[before].discard(one)
                self._heard[root].add(one)
            touched |= {before, root}
            _note(noted, at, root)
        for root in touched:
            _note(self.members.setdefault(root, [(ALWAYS, (root,))]), at, tuple(sorted(self._heard[root] | {root})))


def _edges(part: Iterable[Link], lives: Lives) -> dict[int, tuple[list[Link], list[Link]]]:
    """By instant: the links that begin to count there, and those that cease to."""
    edges: dict[int, tuple[list[Link], list[Link]]] = defaultdict(lambda: ([], []))
    for link in part:
        for since, until in lives.of(link):
            edges[since][0].append(link)
            if until != OPEN:
                edges[until][1].append(link)
    return edges


def _note(noted: Noted[V], at: int, value: V) -> None:
    """Of what is noted at one instant the last counts; what is already so is not noted."""
    if noted[-1][0] == at and len(noted) > 1:
        noted.pop()
    if noted[-1][1] != value:
        noted.append((at, value))


def _steps(noted: Noted[V]) -> Steps[V]:
    return Steps(tuple(at for at, _ in noted), tuple(value for _, value in noted))
