"""All blocks of an account and of a person as intervals; and, as they are asked for, those of a seller."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from tandem.boundary.fold.during import During, Layer, layered, united
from tandem.boundary.fold.fields import Fields
from tandem.boundary.fold.records import Told
from tandem.boundary.fold.rules import Rules
from tandem.boundary.fold.stances import Standing
from tandem.boundary.meaning.blocks import Block, Reason
from tandem.boundary.meaning.case import Touch, said
from tandem.boundary.playbook.policy import Cap, Suppression, Table
from tandem.identity.domains import host_of, mail_domain, mail_host, registrable
from tandem.identity.exclusions import matches
from tandem.language.expression.nodes import About
from tandem.signals.world import FOREVER, UNKNOWN
from tandem.timeline.steps import ALWAYS
from tandem.values.instants import Instant


@dataclass(frozen=True, eq=False)
class Ranked:
    """rank: its place among all blocks, in which at most one stands at an instant."""

    rank: int
    block: Block


Blocks = tuple[Ranked, ...]


@dataclass(frozen=True, slots=True)
class Rivals:
    """Who works on an account: the owners of its open opportunities, and until when each seller has accepted it."""

    owners: frozenset[str] = frozenset()
    accepted: tuple[tuple[str, Instant], ...] = ()


# Ranks; those of exclusivity and of what follows come after as many caps as there are.
_PERSON, _QUARANTINE, _CAPS = range(3)

# Whoever is another account's.
ELSEWHERE = Ranked(_PERSON, Block("person"))


class _Texts:
    """The texts over time that a pattern about an account or a person is matched with; None where there is none."""

    def __init__(self, told: Told, account: str | None, person: str | None) -> None:
        self._told, self.account, self.person = told, account, person

    def of(self, who: str) -> Sequence[Layer[str | None]]:
        match who:
            case "account":
                return (Layer((), (self.account,)),)
            case "person":
                return (Layer((), (self.person,)),)
            case "email":
                return (self._mails,)
            case "domain":
                return (Layer((), (self.account,)), *self._domains, *self._domains_of_mails)
        return ()

    @cached_property
    def _mails(self) -> Layer[str | None]:
        return self._told.text("person", self.person, "email")

    @cached_property
    def _domains_of_mails(self) -> Sequence[Layer[str | None]]:
        return [Layer(self._mails.at, [read(mail) for mail in self._mails.values]) for read in (mail_host, mail_domain)]

    @cached_property
    def _domains(self) -> Sequence[Layer[str | None]]:
        told = self._told.text("account", self.account, "domain")
        return [Layer(told.at, [None if text is None else read(text) for text in told.values]) for read in (host_of, registrable)]


class Standings:
    def __init__(self, rules: Rules, told: Told, fields: Fields) -> None:
        self._rules, self._boundary, self._told, self._fields = rules, rules.boundary, told, fields
        self._people: dict[str | None, Layer[Blocks]] = {}
        self._refusing: dict[tuple[int, frozenset[str]], Ranked] = {}
        caps = len(self._boundary.caps)
        self._exclusivity, self._suppression = _CAPS + caps, _CAPS + caps + 1
        self._consent = self._suppression + len(self._boundary.suppression)

    def of_account(self, account: str, stances: Layer[Standing]) -> Layer[Blocks]:
        """What stands against a touch of anybody of the account, by anybody; all but caps."""
        return self._in_order(
            [
                *self._quarantine(stances),
                *self._suppressed(account, None),
                *self._by_tables("account", account),
                *self._hold_out(account),
            ]
        )

    def of_person(self, person: str | None) -> Layer[Blocks]:
        """What stands against a touch of one person, whosever that one is; None is nobody in particular."""
        if person not in self._people:
            found = [*self._suppressed(None, person), *self._by_tables("person", person)]
            self._people[person] = self._in_order(found)
        return self._people[person]

    def _in_order(self, found: list[During[Ranked]]) -> Layer[Blocks]:
        return layered(sorted(found, key=lambda each: each.what.rank))

    # Of the account.

    def _quarantine(self, stances: Layer[Standing]) -> Iterator[During[Ranked]]:
        for (_, end), since, until in stances.during():
            if end is not None and since < end:
                yield During(Ranked(_QUARANTINE, Block("quarantine", end, self._boundary.quarantine_at)), since, min(until, end))

    def _hold_out(self, account: str) -> Iterator[During[Ranked]]:
        held = self._boundary.hold_out
        if held is not None and held.holds(account):
            yield During(Ranked(self._consent + 2, Block("hold_out", None, held.place)), ALWAYS, FOREVER)

    # Of the account, and of a person: at one instant each stands but once, whichever of them it is for.

    def _suppressed(self, account: str | None, person: str | None) -> Iterator[During[Ranked]]:
        texts = _Texts(self._told, account, person)
        for each, ranked in zip(self._boundary.suppression, self._suppressing, strict=True):
            for since, until in united(self._of_suppression(each, texts)):
                yield During(ranked, since, until)

    @cached_property
    def _suppressing(self) -> list[Ranked]:
        return [
            Ranked(rank, Block("suppression", each.rule.until if each.rule is not None else None, each.place))
            for rank, each in enumerate(self._boundary.suppression, self._suppression)
        ]

    def _of_suppression(self, one: Suppression, texts: _Texts) -> Iterator[tuple[Instant, Instant]]:
        if one.when is not None:
            named = texts.account if one.about == "account" else texts.person
            if named is not None:
                yield from _where(self._fields.holds(one.when, one.about, named))
            return
        rule = one.rule
        assert rule is not None, "a suppression has a pattern or a condition"
        begins, ends = ALWAYS if rule.since is None else rule.since, FOREVER if rule.until is None else rule.until
        for told in texts.of(rule.who):
            fitting = _where(Layer(told.at, [matches(rule, text) for text in told.values]))
            yield from ((max(since, begins), min(until, ends)) for since, until in fitting)

    def _by_tables(self, about: About, one: str | None) -> Iterator[During[Ranked]]:
        tables: tuple[tuple[Reason, Table | None], ...] = (("consent", self._boundary.consent), ("region", self._boundary.region))
        for rank, (reason, table) in enumerate(tables, self._consent):
            if table is None or table.about != about:
                continue
            refused = (
                Layer((), (frozenset(self._boundary.channels) - table.allows(UNKNOWN),))
                if one is None
                else self._fields.refused(table, one)
            )
            for channels, since, until in refused.during():
                if channels:
                    key = rank, channels
                    if key not in self._refusing:
                        self._refusing[key] = Ranked(rank, Block(reason, None, table.place, channels))
                    yield During(self._refusing[key], since, until)

    # Caps.

    def capped(self, touches: Sequence[During[Touch]], per: str) -> list[During[Ranked]]:
        """The caps of that kind that outbound touches reach. touches: of the account, or of one person of it, by instant and id."""
        return [one for rank, cap in enumerate(self._boundary.caps, _CAPS) if cap.per == per for one in self._reached(rank, cap, touches)]

    def _reached(self, rank: int, cap: Cap, touches: Sequence[During[Touch]]) -> Iterator[During[Ranked]]:
        young = [During(each.what.at, each.since, min(each.until, each.what.at + cap.within)) for each in touches]
        for counted, since, until in layered(young).during():
            if len(counted) >= cap.touches:
                # It lifts when so many of them are too old that fewer than the cap are left.
                end = counted[len(counted) - cap.touches] + cap.within
                yield During(Ranked(rank, Block("cap", end, cap.place)), since, until)

    def counted(self, touches: Sequence[During[Touch]], person: str | None, judged: Touch, t: Instant) -> list[Ranked]:
        """The caps that touches before the judged one reach at t. touches: outbound ones of the account, by instant and id."""
        found = []
        for rank, cap in enumerate(self._boundary.caps, _CAPS):
            first = bisect_right(touches, t - cap.within, key=lambda each: each.what.at)
            last = bisect_left(touches, (judged.at, judged.id), key=lambda each: (each.what.at, each.what.id))
            ours = [
                each.what.at
                for each in touches[first:last]
                if each.since <= t < each.until and (cap.per == "account" or (person is not None and each.what.person == person))
            ]
            if len(ours) >= cap.touches:
                found.append(Ranked(rank, Block("cap", ours[len(ours) - cap.touches] + cap.within, cap.place)))
        return found

    # Of a seller.

    def rivals(self, account: str) -> Layer[Rivals]:
        held: list[During[tuple[str, Instant | None]]] = [
            During((each.seller, each.until), each.since, each.until) for each in self._rules.accepted if each.account == account
        ]
        for record, since, until in self._told.open_opportunities.get(account, ()):
            held.append(During((said(record, "owner"), None), since, until))
        told = layered(held)
        return Layer(told.at, [_rivals(each) for each in told.values])

    def excluded(self, rivals: Rivals, seller: str | None) -> Ranked | None:
        """The block of a seller where others work; None where nobody else does, or nobody is asked for."""
        if seller is None or not self._boundary.exclusivity:
            return None
        accepted = dict(rivals.accepted)
        others = (rivals.owners | set(accepted)) - {seller}
        if not others:
            return None
        until = None if rivals.owners - {seller} else max(accepted[one] for one in others)
        return Ranked(self._exclusivity, Block("exclusivity", None if until == FOREVER else until, self._boundary.exclusivity_at))


def in_order(*found: Iterable[Ranked]) -> list[Block]:
    """The blocks of several lists, each once, in their order."""
    by_rank = {each.rank: each.block for ranked in found for each in ranked}
    return [by_rank[rank] for rank in sorted(by_rank)]


def _rivals(held: Iterable[tuple[str, Instant | None]]) -> Rivals:
    each = list(held)
    owners = frozenset(seller for seller, until in each if until is None and seller)
    return Rivals(owners, tuple((seller, until) for seller, until in each if until is not None))


def _where(layer: Layer[bool]) -> Iterator[tuple[Instant, Instant]]:
    return ((since, until) for holds, since, until in layer.during() if holds)
