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

import msgspec

from tandem.facts.corrections import OPEN
from tandem.identity.coded import Combination
from tandem.identity.links import ByIdentifier, Link, Links, usable
from tandem.identity.lives import Lives, essential, essential_merges
from tandem.identity.merges import shared
from tandem.identity.merges_over_time import MergesOverTime
from tandem.identity.owners import Belonging, Owners
from tandem.identity.rules import Rules
from tandem.identity.steps import ALWAYS, Steps

V = TypeVar("V")
K = TypeVar("K")


class OwnersOverTime(Owners):
    """Answers for all of knowledge time (`over`, `belonging_over`, ...). links, sighted: all there ever were, undone ones too."""

    persons: MergesOverTime
    accounts: MergesOverTime

    def __init__(self, links: Links, rules: Rules, sighted: ByIdentifier, lives: Lives) -> None:
        self._lives = lives
        self._until = OPEN
        self._found: dict[Callable[..., Any], dict[Any, _Answers]] = defaultdict(dict)
        self.persons = MergesOverTime(essential_merges(links.alias, lives), lives, self.now_known, _with_a_voice(links))
        self.accounts = MergesOverTime(essential_merges(links.merge, lives), lives, self.now_known, frozenset())
        links = essential(links, lives, rules.source_order, self.persons.component, self.accounts.component)
        self._doubtful = {link.id for stated in _all_of(links, sighted) for link in stated if lives.is_doubtful(link)}
        super().__init__(links, rules, ALWAYS, sighted)

    def over(self, ask: Callable[[], V], since: int) -> Steps[V]:
        """What `ask` says at every instant of knowledge from `since` on. Questions may be asked while another one is."""
        answers = _Answers(since, since)
        while answers.end != OPEN:
            self._ask_on(answers, ask)
        return answers.steps()

    def kept(self, find: Callable[[Any, K], V], one: K) -> V:
        found = self._found[find]
        answers = found.get(one)
        if answers is None or self.as_of < answers.begin:
            answers = found[one] = _Answers(self.as_of, self.as_of)
        # It is asked no further than for now: of who is merged away nobody asks any more.
        while answers.end <= self.as_of:
            self._ask_on(answers, partial(find, self, one))
        value: V = self._read(answers.starts, answers.values, answers.end)
        return value

    def kept_over(self, find: Callable[[Any, K], V], one: K, since: int) -> Steps[V]:
        """What `find(self, one)` finds at every instant of knowledge from `since` on, or from before it; the same object for all."""
        self.as_of = since
        self.kept(find, one)
        answers = self._found[find][one]
        while answers.end != OPEN:
            self._ask_on(answers, partial(find, self, one))
        return answers.steps()

    def now_known(self, steps: Steps[V]) -> V:
        """Reads steps over knowledge time."""
        return self._read(steps.starts, steps.values, OPEN)

    def _read(self, starts: Sequence[int], values: Sequence[V], end: int) -> V:
        index = bisect_right(starts, self.as_of)
        until = starts[index] if index < len(starts) else end
        if until < self._until:
            self._until = until
        return values[index - 1]

    def _ask_on(self, answers: _Answers, ask: Callable[[], Any]) -> None:
        outer = self.as_of, self._until
        self.as_of, self._until = answers.end, OPEN
        value = ask()
        if not answers.values or answers.values[-1] != value:
            answers.starts += (answers.end,)
            answers.values += (value,)
        answers.end = self._until
        self.as_of, self._until = outer

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
        if (person := usable(user, self.blocked)) is None or self.persons.may_change(person):
            persons = self.over(lambda: self.person(user, visitor), since)
            if len(persons.starts) > 1:
                return self.over(lambda: self.belonging(user, visitor, place, account), since)
            person = persons.values[0]
        return self.kept_over(_belonging_of, (person, usable(place, self.blocked), usable(account, self.blocked)), since)

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


class _Answers(msgspec.Struct, gc=False):
    """Answers so far: values[i] holds from starts[i] until starts[i + 1], the last until it is asked again at `end`.

    Tuples, and no work for the garbage collector: there may be a million of these, most with one value.
    """

    begin: int
    end: int
    starts: tuple[int, ...] = ()
    values: tuple[Any, ...] = ()
    whole: Steps[Any] | None = None

    def steps(self) -> Steps[Any]:
        """The same object whenever all is answered."""
        assert self.end == OPEN, self.end
        if self.whole is None:
            self.whole = Steps(self.starts, self.values)
        return self.whole


def _belonging_of(owners: OwnersOverTime, key: tuple[str | None, str | None, str | None]) -> Steps[Belonging]:
    return Owners.belonging_of(owners, *key)


def _with_a_voice(links: Links) -> frozenset[str]:
    """The ids of persons whose links are looked for wherever they are one with another."""
    joining = {link.subject for link in links.join if link.subject_kind == "person"}
    claiming = {str(link.target) for claims in links.anonymous.values() for link in claims}
    return frozenset(joining | claiming | links.email.keys() | links.crm_of_person.keys())


def _all_of(links: Links, sighted: ByIdentifier) -> Iterable[Iterable[Link]]:
    yield from (links.alias, links.join)
    stated = (
        links.anonymous, links.explicit, links.crm_of_workspace, links.crm_of_person, links.email, links.domain, links.parent, sighted
    )  # fmt: skip
    for by_identifier in stated:
        yield from by_identifier.values()
