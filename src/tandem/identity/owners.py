"""Who owns an identifier, as steps over the instants at which facts occur, by the links known at one instant.

The rules are said once, here, by `Owners`; `OwnersAt` knows what was known at one instant, `owners_over_time.py` at all of them.
Where DESIGN is silent: the e-mail, the CRM's account and the workspaces of a person are those of all the ids that are that person;
of an account merged away, the domain still leads to the survivor; a domain is read with the links' own rule (learning reaches
back) at the instant asked; `seen` looks at every fact that names the workspace itself, excluded ones too.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

import msgspec
import pyarrow as pa

from tandem.identity.coded import CodedEvents, instants_of
from tandem.identity.domains import WorkDomains
from tandem.identity.events import Events, TextsOfTable, rows_that_may_go
from tandem.identity.families import Families, families
from tandem.identity.links import ByIdentifier, Link, Links, by_subject, folded, in_order, usable
from tandem.identity.merges import Merged, Merges, Shared, merged, shared
from tandem.identity.rules import Rules
from tandem.identity.sightings import sightings
from tandem.identity.steps import ALWAYS, NOTHING, Steps, combined, constant, standing

V = TypeVar("V")
K = TypeVar("K")


class Belonging(msgspec.Struct, frozen=True, gc=False):
    """Printed ids. mail: the e-mail that the person had."""

    person: str | None
    workspace: str | None
    account: str | None
    mail: str | None


class Owners(ABC):
    """The rules of Semantics 3. What was known is left open: `said`, `is_shared`, `now`, `kept` and both kinds of merges.

    as_of: the instant that is asked about. sighted: by workspace, the facts by which a person may be the first one known in it.
    """

    persons: Merges
    accounts: Merges

    def __init__(self, links: Links, rules: Rules, as_of: int, sighted: ByIdentifier) -> None:
        self.links, self.rules, self.as_of, self.sighted = links, rules, as_of, sighted

    @abstractmethod
    def said(self, stated: ByIdentifier, one: str) -> Sequence[Link]:
        """The links of one identifier that count as of now."""

    @abstractmethod
    def is_shared(self, visitor: str) -> bool:
        """Whether more persons claim an anonymous id than may."""

    @abstractmethod
    def now(self, steps: Steps[V]) -> V:
        """The value that holds for facts that occur as of now."""

    @abstractmethod
    def kept(self, find: Callable[[Any, K], V], one: K) -> V:
        """What `find(self, one)` finds; looked for once."""

    @cached_property
    def blocked(self) -> frozenset[str]:
        return folded(self.rules.blocked_ids)

    @cached_property
    def work_domains(self) -> WorkDomains:
        return WorkDomains.of(self.rules)

    def person(self, user_id: str | None, anonymous_id: str | None) -> str | None:
        """The person after aliases, else the anonymous visitor as `?` and its id, else None."""
        if (user := usable(user_id, self.blocked)) is not None:
            return self.persons.root(user)
        visitor = usable(anonymous_id, self.blocked)
        if visitor is None:
            return None
        claim = self.claim_in_force(visitor)
        return f"?{visitor}" if claim is None else self.persons.root(str(claim.target))

    def claim_in_force(self, visitor: str) -> Link | None:
        """The earliest identify counts, for all facts, unless more persons share the id than may."""
        if visitor not in self.links.anonymous or self.is_shared(visitor):
            return None
        return min(self.said(self.links.anonymous, visitor), key=in_order, default=None)

    def joins(self, person: str) -> list[Link]:
        """The joins of a printed person in order; an anonymous visitor's are those of the person it is linked to."""
        by_person, by_visitor, claimants = self._joining
        if person.startswith("?"):
            # Whoever asks is that visitor, linked to nobody as of now.
            return sorted(self.said(by_visitor, person[1:]), key=in_order)
        ids = self.persons.all_of(person)
        found = [link for one in ids for link in self.said(by_person, one)]
        visitors = {visitor for one in ids for visitor in claimants.get(one, ())}
        found += [link for visitor in visitors if self.person(None, visitor) == person for link in self.said(by_visitor, visitor)]
        return sorted(found, key=in_order)

    @cached_property
    def _joining(self) -> tuple[ByIdentifier, ByIdentifier, dict[str, set[str]]]:
        """Joins by user id, joins by anonymous id, and by user id the anonymous ids with joins that it ever claimed."""
        by_person = by_subject(link for link in self.links.join if link.subject_kind == "person")
        by_visitor = by_subject(link for link in self.links.join if link.subject_kind == "visitor")
        claimants: dict[str, set[str]] = defaultdict(set)
        for visitor in by_visitor:
            for link in self.links.anonymous.get(visitor, ()):
                claimants[str(link.target)].add(visitor)
        return by_person, by_visitor, claimants

    def joiner(self, link: Link) -> str:
        """The printed person of a join."""
        ends = (link.subject, None) if link.subject_kind == "person" else (None, link.subject)
        return str(self.person(*ends))

    def joined(self, person: str) -> Steps[str | None]:
        """The workspace of facts that name none: the only one that the person had joined by then, else None."""
        joins = self.joins(person)
        if not joins:
            return NOTHING
        starts: list[int] = [ALWAYS]
        values: list[str | None] = [None]
        so_far: set[str] = set()
        for link in joins:
            so_far.add(str(link.target))
            starts.append(link.occurred_at)
            values.append(str(link.target) if len(so_far) == 1 else None)
            if len(so_far) > 1:
                break
        # Joins of one instant are one step, which says what holds after all of them.
        steps = Steps(tuple(starts), tuple(values))
        return combined([steps], steps.at)

    def mail(self, person: str) -> Steps[Link | None]:
        """The link to the e-mail that a person had, over all ids of that person."""
        return self.kept(Owners._mail, person)

    def _mail(self, person: str) -> Steps[Link | None]:
        return self._standing_of_person(self.links.email, person)

    def crm(self, person: str) -> Steps[Link | None]:
        """The CRM's link from a person to an account, over all ids of that person."""
        return self._standing_of_person(self.links.crm_of_person, person)

    def _standing_of_person(self, stated: ByIdentifier, person: str) -> Steps[Link | None]:
        if not stated:
            return NOTHING
        return standing([link for one in self.persons.all_of(person) for link in self.said(stated, one)], self.rules.source_order)

    def naming(self, domain: str) -> dict[str, Link]:
        """The accounts, after merges, whose record names the domain as of now, and the link that says so."""
        found: dict[str, Link] = {}
        for account, link in self._naming(domain):
            found.setdefault(account, link)
        return found

    def _naming(self, domain: str) -> Iterator[tuple[str, Link]]:
        for record in self._ever_naming.get(domain, ()):
            link = self.now(standing(self.said(self.links.domain, record), self.rules.source_order))
            if link is not None and link.target == domain:
                yield self.accounts.root(record), link

    @cached_property
    def _ever_naming(self) -> dict[str, list[str]]:
        """By domain, the records that ever name it; those that were known first come first, for two of them settle the matter."""
        found: dict[str, list[str]] = defaultdict(list)
        known_from = {record: min(link.known_at for link in links) for record, links in self.links.domain.items()}
        for record in sorted(known_from, key=lambda one: (known_from[one], one)):
            for domain in {link.target for link in self.links.domain[record]} - {None}:
                found[str(domain)].append(record)
        return found

    def parent(self, record: str) -> tuple[str, Link] | None:
        """The account, after merges, that a record names as its parent as of now, and the link that says so.

        Of accounts that were merged, the survivor's own record names the parent.
        """
        if self.accounts.root(record) != record:
            return None
        link = self.now(standing(self.said(self.links.parent, record), self.rules.source_order))
        return None if link is None else (self.accounts.root(str(link.target)), link)

    def account_of_domain(self, domain: str) -> str:
        """The one account that names the domain; where none or several do, an account of its own."""
        return self.kept(Owners._account_of_domain, domain)

    def _account_of_domain(self, domain: str) -> str:
        named: set[str] = set()
        for account, _ in self._naming(domain):
            named.add(account)
            if len(named) > 1:
                break
        return self.accounts.root(domain if len(named) != 1 else named.pop())

    def account_of_mail(self, person: str, mail: str | None) -> str:
        """The account that an e-mail names, else the person's own."""
        domain = self.work_domains.of_mail(mail)
        return self.accounts.root(f"~{person}") if domain is None else self.account_of_domain(domain)

    def account_of_person(self, person: str) -> Steps[str | None]:
        """The account of a person's facts that have no workspace."""
        return NOTHING if person.startswith("?") else self.kept(Owners._account_of_person, person)

    def _account_of_person(self, person: str) -> Steps[str | None]:
        crm, mail = self.crm(person), self.mail(person)

        def choose(at: int) -> str | None:
            if (link := crm.at(at)) is not None:
                return self.accounts.root(str(link.target))
            return self.account_of_mail(person, _target(mail.at(at)))

        return combined([crm, mail], choose)

    def account_of_workspace(self, workspace: str) -> Steps[str | None]:
        """Explicit, else the CRM's, else by the first person known in it: the work domain, then that person's own account."""
        return self.kept(Owners._account_of_workspace, workspace)

    def _account_of_workspace(self, workspace: str) -> Steps[str | None]:
        order = self.rules.source_order
        explicit = standing(self.said(self.links.explicit, workspace), order)
        crm = standing(self.said(self.links.crm_of_workspace, workspace), order)
        first = self.first_seen(workspace)
        mail: Steps[Link | None] = NOTHING if first is None else self.mail(str(first.target))

        def choose(at: int) -> str | None:
            if (link := explicit.at(at) or crm.at(at)) is not None:
                return self.accounts.root(str(link.target))
            return None if first is None else self.account_of_mail(str(first.target), _target(mail.at(at)))

        return combined([explicit, crm, mail], choose)

    def first_seen(self, workspace: str) -> Link | None:
        """The link to the first identified person known in a workspace: that of the earliest fact that names it."""
        for link in self.said(self.sighted, workspace):
            ends = (link.target, None) if link.target_kind == "person" else (None, link.target)
            person = self.person(*ends)
            if link.target_kind == "person" or not str(person).startswith("?"):
                return msgspec.structs.replace(link, target_kind="person", target=person)
        return None

    def belonging(self, user: str | None, anonymous: str | None, place: str | None, account: str | None) -> Steps[Belonging]:
        """What facts with these identifiers belong to. The mail is told only where an exclusion asks for it."""
        person = self.person(user, anonymous)
        return self.belonging_of(person, usable(place, self.blocked), usable(account, self.blocked))

    def belonging_of(self, person: str | None, place: str | None, account: str | None) -> Steps[Belonging]:
        """The same for a printed person, and a workspace and an account that are not blocked."""
        places = constant(place) if place is not None or person is None else self.kept(Owners.joined, person)
        stated: Steps[str | None] = NOTHING if account is None else constant(self.accounts.root(account))
        owned: Steps[str | None] = NOTHING
        if account is None and person is not None and None in places.values:
            owned = self.account_of_person(person)
        mail: Steps[Link | None] = NOTHING
        if person is not None and self._excludes_by_mail:
            mail = self.mail(person)
        within = {one: self.account_of_workspace(one) for one in places.values if one is not None and account is None}

        def choose(at: int) -> Belonging:
            at_place = places.at(at)
            answer = stated if account is not None else owned if at_place is None else within[at_place]
            return Belonging(person, at_place, answer.at(at), _target(mail.at(at)))

        return combined([places, owned, mail, *within.values()], choose)

    @cached_property
    def _excludes_by_mail(self) -> bool:
        return any(rule.who in ("email", "domain") for rule in self.rules.exclusions)


class OwnersAt(Owners):
    """Answers as of `as_of` from links that were known by then. events: the same facts, for what is seen in them."""

    persons: Merged
    accounts: Merged

    def __init__(self, links: Links, rules: Rules, as_of: int, events: pa.Table, undone: Collection[str]) -> None:
        self.events, self.coded = events, CodedEvents.of(events)
        self.undone = undone
        self.persons, self.accounts = merged(links.alias), merged(links.merge)
        self._found: dict[tuple[Any, Any], Any] = {}
        super().__init__(links, rules, as_of, _sighted(self, links, folded(rules.blocked_ids)))

    def said(self, stated: ByIdentifier, one: str) -> Sequence[Link]:
        return stated.get(one, ())

    def is_shared(self, visitor: str) -> bool:
        return visitor in self.shared

    def now(self, steps: Steps[V]) -> V:
        return steps.at(self.as_of)

    def kept(self, find: Callable[[Any, K], V], one: K) -> V:
        key = (find, one)
        if key not in self._found:
            self._found[key] = find(self, one)
        found: V = self._found[key]
        return found

    @cached_property
    def shared(self) -> dict[str, Shared]:
        return shared(self.links.anonymous, self.links.alias, self.rules.fan_out)

    @cached_property
    def seen(self) -> Mapping[str, Link]:
        """By workspace, the link to the first identified person known in it."""
        found = {place: self.first_seen(place) for place in self.sighted}
        return {place: link for place, link in found.items() if link is not None}

    @cached_property
    def domains_named(self) -> dict[str, dict[str, Link]]:
        """By domain: the accounts, after merges, whose record names it as of now, and the link that says so."""
        found = {domain: self.naming(domain) for domain in self._ever_naming}
        return {domain: named for domain, named in found.items() if named}

    @cached_property
    def families(self) -> Families:
        """As of now."""
        named = {record: self.parent(record) for record in sorted(self.links.parent)}
        return families({record: parent for record, parent in named.items() if parent is not None})


def _target(link: Link | None) -> str | None:
    return None if link is None else link.target


def _sighted(owners: OwnersAt, links: Links, blocked: frozenset[str]) -> ByIdentifier:
    """What was seen, but for links that were taken back."""
    events = Events(owners.coded, instants_of(owners.events, "known_at"), TextsOfTable(owners.events))
    taken_back = rows_that_may_go(events, [one for one in owners.undone if one.endswith("/seen")])
    seen = sightings(events, blocked, links.anonymous, taken_back)
    return {place: [link for link in stated if link.id not in owners.undone] for place, stated in seen.items()}
