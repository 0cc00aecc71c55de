"""Merges: subjects that proved to be one. The survivor is the one named; a merge that would close a ring does nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from tandem.identity.links import ByIdentifier, Link, in_order_of_knowing


class Merges(Protocol):
    """Who is one with whom, as of the instant that is asked about."""

    def root(self, one: str) -> str:
        """The id that is left."""

    def all_of(self, one: str) -> tuple[str, ...]:
        """Every id that is the same subject, itself included, sorted."""


@dataclass(frozen=True)
class Merged:
    """Who was merged into whom, as of an instant.

    roots: every id that is gone, to the one that is left. members: by the id that is left. rings: merges that do nothing.
    """

    roots: dict[str, str]
    members: dict[str, tuple[str, ...]]
    rings: tuple[Link, ...]

    def root(self, one: str) -> str:
        """The id that is left."""
        return self.roots.get(one, one)

    def all_of(self, one: str) -> tuple[str, ...]:
        """Every id that is the same subject, itself included, sorted."""
        root = self.root(one)
        return self.members.get(root, (root,))


@dataclass(frozen=True)
class Shared:
    """An anonymous id that more persons claim than one browser has. at: the instant from which on it links nobody, for good."""

    visitor: str
    at: int
    because: tuple[Link, ...]


def merged(links: Iterable[Link]) -> Merged:
    """Applies merges in the order in which they were known. What is already so is no conflict."""
    growing = Growing()
    rings: dict[str, Link] = {}
    ordered = sorted(links, key=in_order_of_knowing)
    for link in ordered:
        if not growing.merge(link):
            rings[link.id] = link
    members: dict[str, list[str]] = defaultdict(list)
    roots: dict[str, str] = {}
    for one in sorted({end for link in ordered for end in (link.subject, link.target) if end is not None}):
        root = growing.root(one)
        members[root].append(one)
        if root != one:
            roots[one] = root
    return Merged(roots, {root: tuple(all_of) for root, all_of in members.items()}, tuple(rings.values()))


class Growing:
    """Merges so far. `leads` keeps each step as it was made, to tell a ring from what is already so; `near` shortens the way."""

    def __init__(self) -> None:
        self.leads: dict[str, str] = {}
        self.near: dict[str, str] = {}

    def root(self, one: str) -> str:
        way = []
        while (further := self.near.get(one)) is not None:
            way.append(one)
            one = further
        for passed in way:
            self.near[passed] = one
        return one

    def merge(self, link: Link) -> bool:
        """False where the survivor already leads to the one that is gone, or is the same: a ring."""
        gone, survivor = link.subject, link.target
        assert survivor is not None, link
        into, left = self.root(survivor), self.root(gone)
        if into == left:
            return not self.leads_to(survivor, gone)
        self.leads[left] = self.near[left] = into
        return True

    def leads_to(self, one: str | None, other: str) -> bool:
        while one is not None:
            if one == other:
                return True
            one = self.leads.get(one)
        return False


def shared(claims: ByIdentifier, aliases: Iterable[Link], fan_out: int) -> dict[str, Shared]:
    """Anonymous ids that more than `fan_out` persons have claimed, counted at each instant after the aliases known by then."""
    doubtful = {visitor: firsts for visitor, links in claims.items() if len(links) > fan_out and len(firsts := _firsts(links)) > fan_out}
    if not doubtful:
        return {}
    # Aliases only ever make persons fewer, so it is enough to count where a claim becomes known.
    moments = sorted({(link.known_at, visitor) for visitor, links in doubtful.items() for link in links})
    growing = Growing()
    waiting = iter(sorted(aliases, key=in_order_of_knowing))
    alias = next(waiting, None)
    found: dict[str, Shared] = {}
    for at, visitor in moments:
        if visitor in found:
            continue
        while alias is not None and alias.known_at <= at:
            growing.merge(alias)
            alias = next(waiting, None)
        known = [link for link in doubtful[visitor] if link.known_at <= at]
        if len({growing.root(str(link.target)) for link in known}) > fan_out:
            found[visitor] = Shared(visitor, at, tuple(known))
    return found


def _firsts(claims: Iterable[Link]) -> list[Link]:
    """The first known claim of each id, for the same browser identifies the same person on every page."""
    firsts: dict[str | None, Link] = {}
    for link in sorted(claims, key=in_order_of_knowing):
        firsts.setdefault(link.target, link)
    return list(firsts.values())
