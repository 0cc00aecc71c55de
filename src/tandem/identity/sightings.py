"""Sightings: the facts by which a person may be the first one known in a workspace.

Of millions of facts few can ever be the first. A fact that comes later in order and was known no earlier than another of a person
who is surely identified never is, whatever else becomes known, so it is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tandem.identity.coded import CodedEvents, Numbers, plain
from tandem.identity.links import ByIdentifier, Link, in_order, usable

_END = np.iinfo(np.int64).max
Flags = NDArray[np.bool_]


def sightings(events: pa.Table, coded: CodedEvents, blocked: Collection[str], claims: ByIdentifier, doubtful: Flags) -> ByIdentifier:
    """By workspace, in order: links to a user id (a `person`) or an anonymous id (a `visitor`, a sighting once it is identified).

    events: plain columns, as `coded` has them. claims: by anonymous id; one that nobody ever claims is nobody's sighting. doubtful: (n,) facts that at some time do not count, and so rule out no other.
    """
    place_of, places, who = _whereabouts(coded, frozenset(blocked), claims)
    rows = np.flatnonzero(place_of[coded.combination] >= 0)
    identified = np.array([not is_visitor for _, is_visitor in who], dtype=bool)
    known = np.asarray(events.column("known_at").combine_chunks(), dtype=np.int64)
    # All facts of one combination are of one person; then a user's fact, who is known at once, rules out what anybody does later.
    rows = rows[_may_be_first(coded.combination[rows], coded.occurred_at[rows], known[rows], ~doubtful[rows])]
    sure = ~doubtful[rows] & identified[coded.combination[rows]]
    rows = rows[_may_be_first(place_of[coded.combination[rows]], coded.occurred_at[rows], known[rows], sure)]
    found: dict[str, list[tuple[Link, bool]]] = defaultdict(list)
    facts = events.select(["message_id", "occurred_at", "known_at", "source"]).take(pa.array(rows)).to_pydict()
    for row, fact, occurred, since, source in zip(rows.tolist(), *facts.values(), strict=True):
        combination = int(coded.combination[row])
        one, is_visitor = who[combination]
        place = places[place_of[combination]]
        link = Link(f"{fact}/seen", "seen", "workspace", place, "visitor" if is_visitor else "person", one, occurred, since, source)
        found[place].append((link, not is_visitor and not doubtful[row]))
    return {place: _in_turn(links) for place, links in found.items()}


def rows_of(events: pa.Table, ids: Collection[str]) -> Flags:
    """(n,) which events have one of the ids, be it as a fact or as the link `seen`."""
    if not ids:
        return np.zeros(events.num_rows, dtype=bool)
    facts = sorted({one.removesuffix("/seen") for one in ids})
    column = plain(events.column("message_id"))
    found: Flags = np.asarray(pc.is_in(column, pa.array(facts, column.type)).combine_chunks(), dtype=bool)
    return found


def _whereabouts(coded: CodedEvents, blocked: frozenset[str], claims: ByIdentifier) -> tuple[Numbers, list[str], list[tuple[str, bool]]]:
    """For each combination: its workspace's number or -1; the workspaces; who, and whether that is a visitor."""
    place_of = np.full(len(coded.combinations), -1, dtype=np.int64)
    places: dict[str, int] = {}
    who: list[tuple[str, bool]] = []
    for number, (user, visitor, place, _) in enumerate(coded.combinations):
        is_visitor = usable(user, blocked) is None
        one = visitor if is_visitor else user
        who.append((str(one), is_visitor))
        if (not is_visitor or one in claims) and usable(place, blocked) is not None:
            place_of[number] = places.setdefault(str(place), len(places))
    return place_of, list(places), who


def _may_be_first(group: Numbers, occurred: Numbers, known: Numbers, sure: Flags) -> Flags:
    """Which rows the first sure row of their group, in the order of knowing, does not rule out."""
    groups = int(group.max(initial=-1)) + 1
    first, begun = np.full(groups, _END), np.full(groups, _END)
    np.minimum.at(first, group[sure], known[sure])
    firsts = np.flatnonzero(sure & (known == first[group]))
    np.minimum.at(begun, group[firsts], occurred[firsts])
    kept: Flags = (known < first[group]) | (occurred <= begun[group])
    return kept


def _in_turn(links: list[tuple[Link, bool]]) -> list[Link]:
    """In order, without those that a sure one before them rules out."""
    kept = []
    sure_from = _END
    for link, is_sure in sorted(links, key=lambda one: in_order(one[0])):
        if link.known_at < sure_from:
            kept.append(link)
            sure_from = link.known_at if is_sure else sure_from
    return kept
