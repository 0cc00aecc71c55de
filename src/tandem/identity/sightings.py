"""Sightings: the facts by which a person may be the first one known in a workspace.

Of millions of facts few can ever be the first. A fact that comes later in order and was known no earlier than another of a person
who is surely identified never is, whatever else becomes known, so it is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from tandem.identity.coded import CodedEvents, Numbers, may_be_first
from tandem.identity.events import Events
from tandem.identity.links import ByIdentifier, Link, are_usable, in_order

_END = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Who:
    """users, visitors: (combinations,) codes, -1 where there is none that is usable."""

    coded: CodedEvents
    users: Numbers
    visitors: Numbers

    def of(self, combination: int) -> tuple[str, bool]:
        """Who, and whether that is a visitor."""
        user, visitor = int(self.users[combination]), int(self.visitors[combination])
        return (self.coded.texts[1][visitor], True) if user < 0 else (self.coded.texts[0][user], False)


def sightings(events: Events, blocked: Collection[str], claims: ByIdentifier, doubtful: Numbers) -> ByIdentifier:
    """By workspace, in order: links to a user id (a `person`) or an anonymous id (a `visitor`, a sighting once it is identified).

    claims: by anonymous id; one that nobody ever claims is nobody's sighting. doubtful: rows that at some time do not count, and so
    rule out no other.
    """
    coded = events.coded
    place_of, places, who = _whereabouts(coded, frozenset(blocked), claims)
    # All facts of one combination are of one person; then a user's fact, who is known at once, rules out what anybody does later.
    rows = _may_be_first_of_combination(events, place_of, doubtful)
    combination, sure = np.asarray(coded.combination[rows], dtype=np.int64), ~np.isin(rows, doubtful)
    occurred, known = coded.occurred_at[rows], events.known_at[rows]
    kept = may_be_first(place_of[combination], occurred, known, sure & (who.users[combination] >= 0))
    rows, combination, sure, occurred, known = rows[kept], combination[kept], sure[kept], occurred[kept], known[kept]
    ids, sources = events.texts.ids_and_sources(rows)
    facts = (ids, occurred.tolist(), known.tolist(), sources)
    found: dict[str, list[tuple[Link, bool]]] = defaultdict(list)
    for number, is_sure, fact, at, since, source in zip(combination.tolist(), sure.tolist(), *facts, strict=True):
        one, is_visitor = who.of(number)
        place = places[place_of[number]]
        link = Link(f"{fact}/seen", "seen", "workspace", place, "visitor" if is_visitor else "person", one, at, since, source)
        found[place].append((link, not is_visitor and is_sure))
    return {place: _in_turn(links) for place, links in found.items()}


def _whereabouts(coded: CodedEvents, blocked: frozenset[str], claims: ByIdentifier) -> tuple[Numbers, Sequence[str], Who]:
    """For each combination: its workspace's number or -1; the workspaces; who, and whether that is a visitor."""
    users, visitors, places, _ = coded.codes_where(lambda texts: are_usable(texts, blocked))
    claimed = np.append(np.fromiter(map(claims.__contains__, coded.texts[1]), bool, len(coded.texts[1])), False)
    is_visitor = users < 0
    place_of = np.where(~is_visitor | claimed[visitors], places, -1).astype(np.int64)
    return place_of, coded.texts[2], Who(coded, users, visitors)


def _may_be_first_of_combination(events: Events, place_of: Numbers, doubtful: Numbers) -> Numbers:
    """The rows that name a workspace and are not ruled out by another of their combination; `may_be_first`, slice by slice."""
    coded, groups = events.coded, len(place_of)
    first, begun = np.full(groups, _END), np.full(groups, _END)
    for part in events.sure_slices(doubtful):
        np.minimum.at(first, coded.combination[part], events.known_at[part])
    for part in events.sure_slices(doubtful):
        group, occurred = coded.combination[part], coded.occurred_at[part]
        firsts = events.known_at[part] == first[group]
        np.minimum.at(begun, group[firsts], occurred[firsts])
    found = []
    for part in events.slices():
        group = coded.combination[part]
        kept = (events.known_at[part] < first[group]) | (coded.occurred_at[part] <= begun[group])
        found.append(part.start + np.flatnonzero(kept & (place_of[group] >= 0)))
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _in_turn(links: list[tuple[Link, bool]]) -> list[Link]:
    """In order, without those that a sure one before them rules out."""
    kept = []
    sure_from = _END
    for link, is_sure in sorted(links, key=lambda one: in_order(one[0])):
        if link.known_at < sure_from:
            kept.append(link)
            sure_from = link.known_at if is_sure else sure_from
    return kept
