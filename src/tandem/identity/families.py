"""Families: accounts that stand under one parent, and what cuts a ring of parents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from tandem.identity.links import Link, in_order


@dataclass(frozen=True)
class Family:
    """root: the account that has no parent. members: sorted, the root included."""

    root: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Families:
    """parents: without rings. rings: the links of each; the last in order does nothing."""

    parents: dict[str, str]
    members: dict[str, tuple[str, ...]]
    rings: tuple[tuple[Link, ...], ...]

    def of(self, account: str) -> Family:
        root = _root(self.parents, account)
        return Family(root, self.members.get(root, (root,)))


def families(named: Mapping[str, tuple[str, Link]]) -> Families:
    """Families from the parent that each account names, and the link that says so. A ring is cut at its last link in order."""
    parents = {child: parent for child, (parent, _) in named.items()}
    rings = []
    for ring in _rings(parents):
        last = max(ring, key=lambda child: in_order(named[child][1]))
        del parents[last]
        rings.append(tuple(sorted((named[child][1] for child in ring), key=in_order)))
    members: dict[str, set[str]] = defaultdict(set)
    for child in parents:
        root = _root(parents, child)
        members[root] |= {root, child}
    return Families(parents, {root: tuple(sorted(all_of)) for root, all_of in members.items()}, tuple(rings))


def _rings(parents: Mapping[str, str]) -> list[list[str]]:
    """Every ring of parents, once. Nobody has two parents, so no account is in two rings."""
    rings = []
    settled: set[str] = set()
    for start in sorted(parents):
        way: dict[str, int] = {}
        one = start
        while one in parents and one not in settled and one not in way:
            way[one] = len(way)
            one = parents[one]
        if one in way:
            rings.append(list(way)[way[one] :])
        settled.update(way)
    return rings


def _root(parents: Mapping[str, str], account: str) -> str:
    while account in parents:
        account = parents[account]
    return account
