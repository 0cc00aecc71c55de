"""What holds when: links of one identifier and rule in their order, as steps over the instants at which facts occur.

A link holds for facts that occur from it until the next, and the earliest also for facts before it: so learning reaches back and
change does not. Where DESIGN is silent: a link to nothing (a field cleared by null, a whole version without it, a deleted record)
ends what its own record and source said before and leaves what others say; where nothing was said yet it ends nothing, so that a
workspace created without an account and linked later was that account's all along. Sources that the playbook names stand each in
an order of its own, all others together in one; the first order that has a link for an instant decides.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from tandem.identity.links import Link, in_order

V = TypeVar("V")

# Before every instant: the start of the first step.
ALWAYS = -(2**63)
# By an id, from when on it stands under which other; before the first under itself. Who is not named always stands under itself.
Ties = Mapping[str, tuple[tuple[int, str], ...]]


class Steps(msgspec.Struct, Generic[V], frozen=True, gc=False):
    """values[i] holds from starts[i] (in) until starts[i + 1] (out); starts ascend and begin with ALWAYS, or with what is asked first."""

    starts: tuple[int, ...]
    values: tuple[V, ...]

    def at(self, instant: int) -> V:
        """The value that holds at an instant."""
        return self.values[bisect_right(self.starts, instant) - 1]


def constant(value: V) -> Steps[V]:
    """One value, always."""
    return Steps((ALWAYS,), (value,))


# What stands where nobody said anything.
NOTHING: Steps[Any] = constant(None)


def combined(parts: Sequence[Steps[Any]], choose: Callable[[int], V]) -> Steps[V]:
    """Steps that can only change where one of the parts does; `choose` gives the value at an instant. Equal neighbours are one."""
    changing = [part for part in parts if len(part.starts) > 1]
    if not changing:
        return constant(choose(ALWAYS))
    starts = sorted({start for part in changing for start in part.starts} | {ALWAYS})
    return joined(starts, [choose(start) for start in starts])


def joined(starts: Sequence[int], values: Sequence[V]) -> Steps[V]:
    """Steps in which equal neighbours are one."""
    if len(starts) == 1:
        return Steps(tuple(starts), tuple(values))
    news = [number for number, value in enumerate(values) if number == 0 or value != values[number - 1]]
    return Steps(tuple(starts[number] for number in news), tuple(values[number] for number in news))


def standing(links: Sequence[Link], source_order: Sequence[str]) -> Steps[Link | None]:
    """The link that holds for facts that occur at an instant, or None; `links` are those of one identifier and rule."""
    if not links:
        return NOTHING
    if len(links) == 1:
        return constant(links[0] if links[0].target is not None else None)
    by_rank: dict[int, list[Link]] = {}
    for link in links:
        rank = source_order.index(link.source) if link.source in source_order else len(source_order)
        by_rank.setdefault(rank, []).append(link)
    orders = [_one_order(by_rank[rank]) for rank in sorted(by_rank)]
    if len(orders) == 1:
        return orders[0]
    return combined(orders, lambda at: next((link for order in orders if (link := order.at(at)) is not None), None))


def _one_order(links: Iterable[Link]) -> Steps[Link | None]:
    ordered = sorted(links, key=in_order)
    starts = [ALWAYS]
    values = [earliest(ordered)]
    said: dict[tuple[str, str], Link] = {}  # What each record and source says so far.
    for link in ordered:
        if link.target is None and not said:
            continue
        said[link.subject, link.source] = link
        # A link that names something is the latest of all; a clear uncovers what others say.
        holds = link if link.target is not None else _latest(said.values())
        if starts[-1] == link.occurred_at:
            values[-1] = holds
        else:
            starts.append(link.occurred_at)
            values.append(holds)
    return Steps(tuple(starts), tuple(values))


def earliest(ordered: Iterable[Link]) -> Link | None:
    """The first link, in order, that names something: it also holds for facts before it."""
    return next((link for link in ordered if link.target is not None), None)


def _latest(said: Iterable[Link]) -> Link | None:
    return max((link for link in said if link.target is not None), key=in_order, default=None)
