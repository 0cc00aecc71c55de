"""Who owns an identifier at every instant of knowledge: the rules of `Owners`, asked again wherever what they read changes.

While a question is asked as of an instant, everything that it reads says until when it stays as it is; the least of these is when
the question must be asked again. So an answer over time costs as many questions as it has changes, be there ever so many facts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

from tandem.facts.corrections import OPEN
from tandem.identity.coded import Combination
from tandem.identity.links import ByIdentifier, Link, Links, usable
from tandem.identity.lives import Lives, essential, essential_merges
from tandem.identity.merges import shared
from tandem.identity.merges_over_time import MergesOverTime
from tandem.identity.owners import Belonging, Owners
from tandem.identity.rules import Rules
from tandem.identity.steps import ALWAYS, Steps, joined

V = TypeVar("V")
K = TypeVar("K")


class OwnersOverTime(Owners):
    """Answers for all of knowledge time (`over`, `belonging_over`, ...). links, sighted: all there ever were, undone ones too."""

    persons: MergesOverTime
    accounts: MergesOverTime

    def __init__(self, links: Links, rules: Rules, sighted: ByIdentifier, lives: Lives) -> None:
        self._lives = lives
        self._until = OPEN
        self._found: dict[Callable[..., Any], dict[Any, Steps[Any]]] = defaultdict(dict)
        self.persons = MergesOverTime(essential_merges(links.alias, lives), lives, self.now_known, _with_a_voice(links))
        self.accounts = MergesOverTime(essential_merges(links.merge, lives), lives, self.now_known, frozenset())
        links = essential(links, lives, rules.source_order, self.persons.component)
        self._doubtful = {link.id for stated in _all_of(links, sighted) for link in stated if lives.is_doubtful(link)}
        super().__init__(links, rules, ALWAYS, sighted)

    def over(self, ask: Callable[[], V], since: int) -> Steps[V]:
        """What `ask` says at every instant of knowledge from `since` on. Questions may be asked while another one is."""
        return joined(*self._asked(ask, since))

    def _asked(self, ask: Callable[[], V], since: int) -> tuple[list[int], list[V]]:
        outer = self.as_of, self._until
        starts, values = [], []
        at = since
        while at != OPEN:
            self.as_of, self._until = at, OPEN
            starts.append(at)
            values.append(ask())
            at = self._until
        self.as_of, self._until = outer
        return starts, values

    def now_known(self, steps: Steps[V]) -> V:
        """Reads steps over knowledge time."""
        starts = steps.starts
        if len(starts) == 1:
            return steps.values[0]
        index = bisect_right(starts, self.as_of)
        if index < len(starts) and starts[index] < self._until:
            self._until = starts[index]
        return steps.values[index - 1]

    def found(self, find: Callable[[Any, K], V], one: K) -> Steps[V]:
        """What `find(self, one)` finds at every instant of knowledge from now on; looked for once, unless one asks of earlier."""
        known = self._found[find]
        steps = known.get(one)
        if steps is None or self.as_of < steps.starts[0]:
            steps = known[one] = self.over(partial(find, self, one), self.as_of)
        return steps

    def kept(self, find: Callable[[Any, K], V], one: K) -> V:
        return self.now_known(self.found(find, one))

    def now(self, steps: Steps[V]) -> V:
        # Here both times are one: what holds for facts of now changes where the next step starts.
        return self.now_known(steps)

    def said(self, stated: ByIdentifier, one: str) -> Sequence[Link]:
        return self._counting(stated.get(one, ()))

    def is_shared(self, visitor: str) -> bool:
        claims = self.links.anonymous[visitor]
        if len({link.target for link in claims}) <= self.rules.fan_out:
            return False
        return self.kept(OwnersOverTime._is_shared, visitor)

    def _is_shared(self, visitor: str) -> bool:
        claims = self.links.anonymous[visitor]
        aliases = self.persons.links_of({str(link.target) for link in claims})
        counting, merging = self._counting(claims), self._counting(aliases)
        is_shared = visitor in shared({visitor: list(counting)}, merging, self.rules.fan_out)
        if is_shared:
            # Once shared, always shared, unless something is taken away or comes back.
            doubtful = [link for link in (*claims, *aliases) if link.id in self._doubtful]
            self._until = OPEN
            self._counting(doubtful)
        return is_shared

    def belonging_over(self, identifiers: Combination, since: int) -> Steps[Steps[Belonging]]:
        """What facts with these identifiers belong to: over knowledge time from `since` on, in it over the instants at which they occur.

        Identifiers that always are the same person, workspace and account have one answer, the same object.
        """
        user, visitor, place, account = identifiers
        self.as_of = since
        if (person := usable(user, self.blocked)) is None or self.persons.may_change(person):
            persons = self.over(lambda: self.person(user, visitor), since)
            if len(persons.starts) > 1:
                # Equal neighbours are left apart: to compare them costs more than to carry them.
                starts, values = self._asked(lambda: self.belonging(user, visitor, place, account), since)
                return Steps(tuple(starts), tuple(values))
            person = persons.values[0]
        return self.found(_belonging_of, (person, usable(place, self.blocked), usable(account, self.blocked)))

    def belonging_of(self, person: str | None, place: str | None, account: str | None) -> Steps[Belonging]:
        return self.kept(_belonging_of, (person, place, account))

    def _counting(self, links: Sequence[Link]) -> Sequence[Link]:
        """Those of the links that count as of now."""
        now, until = self.as_of, self._until
        counting = []
        for link in links:
            if link.id in self._doubtful:
                for since, end in self._lives.of(link):
                    if since <= now < end:
                        counting.append(link)
                    until = min(until, *(edge for edge in (since, end) if edge > now), OPEN)
            elif link.known_at <= now:
                counting.append(link)
            elif link.known_at < until:
                until = link.known_at
        self._until = until
        return counting


def _belonging_of(owners: OwnersOverTime, key: tuple[str | None, str | None, str | None]) -> Steps[Belonging]:
    return Owners.belonging_of(owners, *key)


def _with_a_voice(links: Links) -> frozenset[str]:
    """The ids of persons whose links are looked for wherever they are one with another."""
    joining = {link.subject for link in links.join if link.subject_kind == "person"}
    claiming = {str(link.target) for claims in links.anonymous.values() for link in claims}
    return frozenset(joining | claiming | links.email.keys() | links.crm_of_person.keys())


def _all_of(links: Links, sighted: ByIdentifier) -> Iterable[Iterable[Link]]:
    yield from (links.alias, links.join)
    for by_identifier in (links.anonymous, links.explicit, links.crm_of_workspace, links.crm_of_person, links.email, links.domain, sighted):
        yield from by_identifier.values()
