"""When links count: the stretches of knowledge time in which their fact is known and nothing has taken them away.

Most facts say again what was said before. `essential` keeps of all links those that can ever change an answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tandem.facts.corrections import OPEN
from tandem.identity.coded import dense, encoded, instants_of, may_be_first
from tandem.identity.links import ByIdentifier, Link, Links, in_order, in_order_of_knowing

Stretch = tuple[int, int]
# By id of a fact or of a link: the stretches in which it is gone (`gone_over_time`).
Gone = Mapping[str, Sequence[Stretch]]


def life(known_at: int, *gone: Sequence[Stretch]) -> list[Stretch]:
    """From when it is known on, less the stretches in which it is gone; half-open, in order, apart from each other.

    >>> life(5, [(1, 2), (7, 9)], [(8, 12)]) == [(5, 7), (12, OPEN)]
    True
    """
    stretches = []
    since = known_at
    for start, end in sorted(stretch for each in gone for stretch in each):
        if start > since:
            stretches.append((since, start))
        since = max(since, end)
    return stretches if since == OPEN else [*stretches, (since, OPEN)]


def united(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same instants in stretches that are in order and apart from each other."""
    found: list[Stretch] = []
    for since, until in sorted(stretches):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


class Lives:
    """Tells of links when they count."""

    def __init__(self, gone: Gone) -> None:
        self._gone = gone

    def is_doubtful(self, link: Link) -> bool:
        """Whether it is ever taken away."""
        return bool(self._gone) and (link.id in self._gone or link.fact_id in self._gone)

    def of(self, link: Link) -> list[Stretch]:
        return life(link.known_at, self._gone.get(link.id, ()), self._gone.get(link.fact_id, ()))


def essential(
    links: Links, lives: Lives, source_order: Sequence[str], one_person: Callable[[str], str], one_account: Callable[[str], str]
) -> Links:
    """The links without those that change no answer at any instant.

    one_person, one_account: a name for all ids that ever may be one person, or one account.
    """

    def ranked(stated: ByIdentifier, same: Callable[[str], str] = str) -> ByIdentifier:
        return {one: kept for one, kept in _without_echoes(stated, lives, source_order, same).items() if kept}

    return Links(
        anonymous={visitor: _undominated(claims, lives, in_order, lambda link: link.target) for visitor, claims in links.anonymous.items()},
        alias=essential_merges(links.alias, lives),
        join=_first_two(links.join, lives),
        explicit=ranked(links.explicit),
        crm_of_workspace=ranked(links.crm_of_workspace),
        crm_of_person=ranked(links.crm_of_person, one_person),
        email=ranked(links.email, one_person),
        domain=ranked(links.domain),
        parent=_parents(links.parent, ranked, one_account),
    )


def essential_calls(calls: pa.Table, gone: Gone) -> pa.Table:
    """Calls without those that repeat another which comes before them in order, was known no later, and stays.

    Their links would be none of the essential ones; most browsers identify the same person at every visit. Reads plain columns.
    """
    key = np.zeros(calls.num_rows, dtype=np.int64)
    for name in ("type", "user_id", "anonymous_id", "workspace_id"):
        codes, distinct = encoded(calls.column(name))
        key, _ = dense(key * len(distinct) + codes)
    # What is gone is a fact or a link, whose id begins with its fact's.
    ids = calls.column("message_id")
    doubtful = pc.is_in(ids, pa.array({part for one in gone for part in (one, one.rpartition("/")[0])}, ids.type))
    sure = ~np.asarray(doubtful.combine_chunks(), dtype=bool)
    return calls.filter(pa.array(may_be_first(key, instants_of(calls, "occurred_at"), instants_of(calls, "known_at"), sure)))


def essential_merges(links: Sequence[Link], lives: Lives) -> list[Link]:
    """Merges without those that say again what stays so."""
    return _undominated(links, lives, in_order_of_knowing, _ends)


def _ends(link: Link) -> Hashable:
    return link.subject_kind, link.subject, link.target


def _undominated(
    links: Sequence[Link], lives: Lives, order: Callable[[Link], tuple[object, ...]], said: Callable[[Link], Hashable]
) -> list[Link]:
    """Links of which the first in order counts, without those that say what one before them says, which was known no later and stays."""
    if len(links) < 2:
        return list(links)
    kept = []
    known_from: dict[Hashable, int] = {}
    for link in sorted(links, key=order):
        what = said(link)
        if link.known_at < known_from.get(what, OPEN):
            kept.append(link)
            if not lives.is_doubtful(link):
                known_from[what] = link.known_at
    return kept


def _first_two(joins: Sequence[Link], lives: Lives) -> list[Link]:
    """Joins without those after which their subject has long been in two workspaces, and without repetitions.

    Only the first workspace that a person joined matters, and when another followed; an assistant may join thousands.
    """
    kept = []
    known_from: dict[tuple[str, str], dict[str | None, int]] = defaultdict(dict)
    for link in sorted(joins, key=in_order):
        # The instants from which on it surely is in a workspace before; at most two workspaces are remembered.
        before = known_from[link.subject_kind, link.subject]
        if link.known_at >= before.get(link.target, OPEN) or (len(before) == 2 and link.known_at >= max(before.values())):
            continue
        kept.append(link)
        if not lives.is_doubtful(link):
            before[link.target] = link.known_at
            if len(before) > 2:
                del before[max(before, key=before.__getitem__)]
    return kept


def _parents(stated: ByIdentifier, ranked: Callable[[ByIdentifier], ByIdentifier], one_account: Callable[[str], str]) -> ByIdentifier:
    """Links to parents. A ring is cut at the last of its links, so that there even one that says again what was said matters."""
    naming = {one: links for one, links in stated.items() if any(link.target is not None for link in links)}
    above = {one_account(one): set[str]() for one in naming}
    below: dict[str, set[str]] = defaultdict(set)
    for one, links in naming.items():
        for parent in {one_account(link.target) for link in links if link.target is not None}:
            above[one_account(one)].add(parent)
            below[parent].add(one_account(one))
    # From the top down: who is never reached may stand in a ring, or below one.
    tops = [parent for parent in below if parent not in above]
    while tops:
        top = tops.pop()
        for one in below[top]:
            above[one].discard(top)
            if not above[one]:
                tops.append(one)
    ringing = {one: links for one, links in naming.items() if above[one_account(one)]}
    return ranked({one: links for one, links in naming.items() if one not in ringing}) | ringing


def _without_echoes(stated: ByIdentifier, lives: Lives, source_order: Sequence[str], same: Callable[[str], str]) -> ByIdentifier:
    """Links that stand in order, without those by which a record and source say again what they said, while nobody said otherwise."""
    together: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for one, links in stated.items():
        name = same(one)
        for link in links:
            # Sources that the playbook names stand each in an order of its own.
            together[name, link.source if link.source in source_order else ""].append(link)
    found: ByIdentifier = defaultdict(list)
    for links in together.values():
        for link in links if len(links) == 1 else _news(links, lives):
            found[link.subject].append(link)
    return found


def _news(links: Iterable[Link], lives: Lives) -> Iterable[Link]:
    run: str | None = None
    known_from: dict[tuple[str, str], int] = {}
    for link in sorted(links, key=in_order):
        if link.target != run:
            run = link.target
            known_from.clear()
        who = (link.subject, link.source)
        if link.known_at >= known_from.get(who, OPEN):
            continue
        yield link
        if not lives.is_doubtful(link):
            known_from[who] = link.known_at
