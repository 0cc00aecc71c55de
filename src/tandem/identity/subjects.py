"""What a name stands for: every id that facts use, and whose person and account it is as of now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tandem.identity.domains import registrable
from tandem.identity.links import ByIdentifier, Link
from tandem.identity.owners import OwnersAt


@dataclass(frozen=True)
class Subjects:
    """Printed ids and ids as sources have them, by what they are of. visitors: without `?`."""

    persons: frozenset[str]
    visitors: frozenset[str]
    workspaces: frozenset[str]
    accounts: frozenset[str]
    mails: frozenset[str]
    domains: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        """Every name that one can ask about."""
        visitors = frozenset(f"?{visitor}" for visitor in self.visitors)
        return self.persons | visitors | self.workspaces | self.accounts | self.mails | self.domains


def find_subjects(owners: OwnersAt, recorded: Mapping[str, Iterable[str]]) -> Subjects:
    """Everything that a fact names. recorded: the ids of records, by kind."""
    ends: dict[str, set[str]] = {kind: set() for kind in ("person", "visitor", "workspace", "account", "email", "domain")}
    for link in all_links(owners):
        ends[link.subject_kind].add(link.subject)
        if link.target is not None:
            ends[link.target_kind].add(link.target)
    for combination in owners.coded.combinations:
        for kind, one in zip(("person", "visitor", "workspace", "account"), combination):
            if one is not None:
                ends[kind].add(one)
    for kind, ids in recorded.items():
        ends[kind].update(ids)
    mails = frozenset(ends["email"])
    domains = frozenset(domain for mail in mails if (domain := owners.work_domains.of_mail(mail)) is not None)
    usable = {kind: frozenset(one for one in ids if one.strip().casefold() not in owners.blocked) for kind, ids in ends.items()}
    return Subjects(
        usable["person"], usable["visitor"], usable["workspace"], usable["account"], mails, domains | frozenset(ends["domain"])
    )  # fmt: skip


def all_links(owners: OwnersAt) -> Iterable[Link]:
    """Every link that counts, in force or not; those that were taken back are in `owners.links.undone`."""
    links = owners.links
    yield from links.alias
    yield from links.merge
    yield from links.join
    yield from owners.seen.values()
    stated: Iterable[ByIdentifier] = (
        links.anonymous, links.explicit, links.crm_of_workspace, links.crm_of_person, links.email, links.domain, links.parent
    )  # fmt: skip
    for by_identifier in stated:
        for one in by_identifier.values():
            yield from one


def names_of(owners: OwnersAt, subject: str) -> frozenset[str]:
    """A subject's ids: those merged into it, of a visitor or a personal account whose it is, of a web address its domain."""
    bare = {subject, subject.removeprefix("?").removeprefix("~")}
    domain = registrable(subject) if "." in subject and "@" not in subject else None
    if domain is not None:
        bare.add(domain)
    return frozenset(one for name in bare for merges in (owners.persons, owners.accounts) for one in merges.all_of(name))


def person_of(owners: OwnersAt, subjects: Subjects, subject: str) -> str | None:
    """The printed person of a user id, or of `?` and an anonymous id; None where it is neither."""
    if subject in subjects.persons:
        return owners.person(subject, None)
    if subject.startswith("?") and subject[1:] in subjects.visitors:
        return owners.person(None, subject[1:])
    return None
