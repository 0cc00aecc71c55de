"""Families at every instant of knowledge: of each account that ever stands under another, the root.

Where an account's parent changes, only its own root and those of the accounts below it can change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial

from tandem.identity.families import families
from tandem.identity.links import Link
from tandem.identity.owners_over_time import OwnersOverTime
from tandem.identity.steps import ALWAYS, Ties

# The parent, and the link that says so.
Parent = tuple[str, Link]


def families_over_time(owners: OwnersOverTime) -> Ties:
    """What `families` says as of every instant."""
    changes: dict[int, dict[str, Parent | None]] = defaultdict(dict)
    for record in owners.links.parent:
        steps = owners.over(partial(owners.parent, record), ALWAYS)
        for at, parent in zip(steps.starts, steps.values, strict=True):
            changes[at][record] = parent
    named: dict[str, Parent] = {}
    below: dict[str, set[str]] = defaultdict(set)
    ties: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for at in sorted(changes):
        touched = _under(changes[at], below)
        for record, parent in changes[at].items():
            if (before := named.pop(record, None)) is not None:
                below[before[0]].discard(record)
            if parent is not None:
                named[record] = parent
                below[parent[0]].add(record)
        touched |= _under(changes[at], below)
        standing = families(_upwards(touched, named))
        for one in touched:
            root = standing.of(one).root
            if root != (ties[one][-1][1] if ties[one] else one):
                ties[one].append((at, root))
    return {one: tuple(tied) for one, tied in ties.items() if tied}


def _under(ones: Iterable[str], below: Mapping[str, set[str]]) -> set[str]:
    """The accounts, and all whose parents lead to them, by whatever way: rings are not cut."""
    found: set[str] = set()
    waiting = list(ones)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += below.get(one, ())
    return found


def _upwards(ones: Iterable[str], named: Mapping[str, Parent]) -> dict[str, Parent]:
    """What the accounts, and all to which their parents lead, name as their parents."""
    found: dict[str, Parent] = {}
    for one in ones:
        while one not in found and (parent := named.get(one)) is not None:
            found[one] = parent
            one = parent[0]
    return found
