"""Who owns an identifier, as steps over the instants at which facts occur, by the links known at one instant.

Where DESIGN is silent: the e-mail, the CRM's account and the workspaces of a person are those of all the ids that are that person;
of an account merged away, the domain still leads to the survivor; a domain is read with the links' own rule (learning reaches
back) at the instant asked; `seen` looks at every fact that names the workspace itself, excluded ones too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tandem.identity.coded import CodedEvents, Numbers, plain
from tandem.identity.domains import WorkDomains
from tandem.identity.families import Families, families
from tandem.identity.links import Link, Links, folded, in_order, usable
from tandem.identity.merges import Merged, Shared, merged, shared
from tandem.identity.rules import Rules
from tandem.identity.steps import ALWAYS, Steps, combined, constant, standing


class Belonging(NamedTuple):
    """Printed ids. mail: the e-mail that the person had."""

    person: str | None
    workspace: str | None
    account: str | None
    mail: str | None


@dataclass(frozen=True, eq=False)
class Owners:
    """Answers as of `as_of` from links that were known by then. events: the same facts, for what is seen in them."""

    links: Links
    rules: Rules
    as_of: int
    events: pa.Table
    undone: Collection[str]
    _mail_steps: dict[str, Steps[Link | None]] = field(default_factory=dict, repr=False)
    _workspace_steps: dict[str, Steps[str | None]] = field(default_factory=dict, repr=False)

    @cached_property
    def blocked(self) -> frozenset[str]:
        return folded(self.rules.blocked_ids)

    @cached_property
    def work_domains(self) -> WorkDomains:
        return WorkDomains.of(self.rules)

    @cached_property
    def persons(self) -> Merged:
        return merged(self.links.alias)

    @cached_property
    def accounts(self) -> Merged:
        return merged(self.links.merge)

    @cached_property
    def shared(self) -> dict[str, Shared]:
        return shared(self.links.anonymous, self.links.alias, self.rules.fan_out)

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
        if visitor in self.shared or visitor not in self.links.anonymous:
            return None
        return min(self.links.anonymous[visitor], key=in_order)

    @cached_property
    def joins(self) -> dict[str, list[Link]]:
        """Joins in order, by printed person; an anonymous visitor's are those of the person it is linked to."""
        found: dict[str, list[Link]] = defaultdict(list)
        for link in sorted(self.links.join, key=in_order):
            found[self.joiner(link)].append(link)
        return dict(found)

    def joiner(self, link: Link) -> str:
        """The printed person of a join."""
        ends = (link.subject, None) if link.subject_kind == "person" else (None, link.subject)
        return str(self.person(*ends))

    def joined(self, person: str) -> Steps[str | None]:
        """The workspace of facts that name none: the only one that the person had joined by then, else None."""
        if person not in self.joins:
            return constant(None)
        starts: list[int] = [ALWAYS]
        values: list[str | None] = [None]
        so_far: set[str] = set()
        for link in self.joins[person]:
            so_far.add(str(link.target))
            starts.append(link.occurred_at)
            values.append(str(link.target) if len(so_far) == 1 else None)
            if len(so_far) > 1:
                break
        steps = Steps(tuple(starts), tuple(values))
        return combined([steps], steps.at)

    def mail(self, person: str) -> Steps[Link | None]:
        """The link to the e-mail that a person had, over all ids of that person."""
        if (steps := self._mail_steps.get(person)) is None:
            stated = [link for one in self.persons.all_of(person) for link in self.links.email.get(one, ())]
            steps = self._mail_steps[person] = standing(stated, self.rules.source_order)
        return steps

    def crm(self, person: str) -> Steps[Link | None]:
        """The CRM's link from a person to an account, over all ids of that person."""
        stated = [link for one in self.persons.all_of(person) for link in self.links.crm_of_person.get(one, ())]
        return standing(stated, self.rules.source_order)

    @cached_property
    def domains_named(self) -> dict[str, dict[str, Link]]:
        """By domain: the accounts, after merges, whose record names it as of now, and the link that says so."""
        found: dict[str, dict[str, Link]] = defaultdict(dict)
        for record in sorted(self.links.domain):
            link = standing(self.links.domain[record], self.rules.source_order).at(self.as_of)
            if link is not None and link.target is not None:
                found[link.target].setdefault(self.accounts.root(record), link)
        return dict(found)

    def account_of_domain(self, domain: str) -> str:
        """The one account that names the domain; where none or several do, an account of its own."""
        named = self.domains_named.get(domain, {})
        return self.accounts.root(next(iter(named)) if len(named) == 1 else domain)

    def account_of_mail(self, person: str, mail: str | None) -> str:
        """The account that an e-mail names, else the person's own."""
        domain = self.work_domains.of_mail(mail)
        return self.accounts.root(f"~{person}") if domain is None else self.account_of_domain(domain)

    def account_of_person(self, person: str) -> Steps[str | None]:
        """The account of a person's facts that have no workspace."""
        if person.startswith("?"):
            return constant(None)
        crm, mail = self.crm(person), self.mail(person)

        def choose(at: int) -> str | None:
            if (link := crm.at(at)) is not None:
                return self.accounts.root(str(link.target))
            return self.account_of_mail(person, _target(mail.at(at)))

        return combined([crm, mail], choose)

    def account_of_workspace(self, workspace: str) -> Steps[str | None]:
        """Explicit, else the CRM's, else by the first person known in it: the work domain, then that person's own account."""
        if (steps := self._workspace_steps.get(workspace)) is None:
            steps = self._workspace_steps[workspace] = self._account_of_workspace(workspace)
        return steps

    def _account_of_workspace(self, workspace: str) -> Steps[str | None]:
        explicit = standing(self.links.explicit.get(workspace, ()), self.rules.source_order)
        crm = standing(self.links.crm_of_workspace.get(workspace, ()), self.rules.source_order)
        first = self.seen.get(workspace)
        mail: Steps[Link | None] = constant(None) if first is None else self.mail(str(first.target))

        def choose(at: int) -> str | None:
            if (link := explicit.at(at) or crm.at(at)) is not None:
                return self.accounts.root(str(link.target))
            return None if first is None else self.account_of_mail(str(first.target), _target(mail.at(at)))

        return combined([explicit, crm, mail], choose)

    def belonging(self, user: str | None, anonymous: str | None, place: str | None, account: str | None) -> Steps[Belonging]:
        """What facts with these identifiers belong to. The mail is told only where an exclusion asks for it."""
        person = self.person(user, anonymous)
        return self.belonging_of(person, usable(place, self.blocked), usable(account, self.blocked))

    def belonging_of(self, person: str | None, place: str | None, account: str | None) -> Steps[Belonging]:
        """The same for a printed person, and a workspace and an account that are not blocked."""
        places = constant(place) if place is not None or person is None else self.joined(person)
        stated: Steps[str | None] = constant(None if account is None else self.accounts.root(account))
        owned: Steps[str | None] = constant(None)
        if account is None and person is not None and None in places.values:
            owned = self.account_of_person(person)
        mail: Steps[Link | None] = constant(None)
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

    @cached_property
    def coded(self) -> CodedEvents:
        return CodedEvents.of(self.events)

    @cached_property
    def seen(self) -> Mapping[str, Link]:
        """By workspace, the link to the first identified person known in it: the earliest fact that names the workspace."""
        combinations = self.coded.combinations
        owner: list[str | None] = []
        places: dict[str, int] = {}
        place_of = np.full(len(combinations), -1, dtype=np.int64)
        for number, (user, anonymous, place, _) in enumerate(combinations):
            person = self.person(user, anonymous)
            owner.append(person)
            if person is not None and not person.startswith("?") and usable(place, self.blocked) is not None:
                place_of[number] = places.setdefault(str(place), len(places))
        rows = self._earliest_rows(place_of, len(places))
        first: dict[int, tuple[tuple[int, str], int]] = {}
        facts = self.events.select(["message_id", "occurred_at", "known_at", "source"]).take(pa.array(rows)).to_pylist()
        for row, fact in zip(rows.tolist(), facts, strict=True):
            number = int(place_of[self.coded.combination[row]])
            order = (fact["occurred_at"], fact["message_id"])
            if number not in first or order < first[number][0]:
                first[number] = (order, row)
        at_row = dict(zip(rows.tolist(), facts, strict=True))
        found = {}
        for place, number in places.items():
            if number in first:
                row = first[number][1]
                found[place] = _seen(at_row[row], place, str(owner[int(self.coded.combination[row])]))
        return found

    def _earliest_rows(self, place_of: Numbers, places: int) -> Numbers:
        """The rows that may be the first of their workspace: those at its earliest instant."""
        counts = place_of[self.coded.combination] >= 0
        taken_back = [link.removesuffix("/seen") for link in self.undone if link.endswith("/seen")]
        if taken_back:
            ids = plain(self.events.column("message_id"))
            counts &= ~np.asarray(pc.is_in(ids, pa.array(taken_back, ids.type)).combine_chunks(), dtype=bool)
        rows = np.flatnonzero(counts)
        place = place_of[self.coded.combination[rows]]
        earliest = np.full(places, np.iinfo(np.int64).max)
        np.minimum.at(earliest, place, self.coded.occurred_at[rows])
        first: Numbers = rows[self.coded.occurred_at[rows] == earliest[place]]
        return first

    @cached_property
    def families(self) -> Families:
        """As of now. Of accounts that were merged, the survivor's own record names the parent."""
        named = {}
        for record in sorted(self.links.parent):
            link = standing(self.links.parent[record], self.rules.source_order).at(self.as_of)
            if link is not None and self.accounts.root(record) == record:
                named[record] = (self.accounts.root(str(link.target)), link)
        return families(named)


def _target(link: Link | None) -> str | None:
    return None if link is None else link.target


def _seen(fact: Mapping[str, Any], place: str, person: str) -> Link:
    return Link(
        f"{fact['message_id']}/seen", "seen", "workspace", place, "person", person,
        fact["occurred_at"], fact["known_at"], fact["source"],
    )  # fmt: skip
