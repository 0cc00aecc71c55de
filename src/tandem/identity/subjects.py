"""What a name stands for: every id that facts use, and whose person and account it is as of now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tandem.identity.domains import registrable
from tandem.identity.links import ByIdentifier, End, Link
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


def ends_of(owners: OwnersAt, subjects: Subjects, subject: str) -> frozenset[tuple[End, str]]:
    """What a name stands for, by kind: `?x` is a visitor, `~x` a personal account and its person, a web address its domain.

    A plain name is whatever bears it as it is; a visitor's id alone only where nothing else does. Merged ids are one subject.
    """
    ends: set[tuple[End, str]] = set()
    plain = subject.removeprefix("~")
    if subject.startswith("?"):
        ends.add(("visitor", subject[1:]))
    elif subject.startswith("~"):
        ends.update(("account", one) for one in owners.accounts.all_of(subject))
    if not subject.startswith("?") and plain in subjects.persons:
        ends.update(("person", one) for one in owners.persons.all_of(plain))
    if subject in subjects.workspaces:
        ends.add(("workspace", subject))
    if subject in subjects.accounts or subject in subjects.domains:
        ends.update(("account", one) for one in owners.accounts.all_of(subject))
    ends.update(("email", mail) for mail in subjects.mails if mail.casefold() == subject.casefold())
    if not ends and subject in subjects.visitors:
        ends.add(("visitor", subject))
    domain = (
        subject if subject in subjects.domains else registrable(subject) if not ends and "." in subject and "@" not in subject else None
    )
    if domain is not None:
        ends.update({("domain", domain), *(("account", one) for one in owners.accounts.all_of(domain))})
    return frozenset(ends)


def person_of(owners: OwnersAt, subjects: Subjects, subject: str) -> str | None:
    """The printed person of a user id, or of `?` and an anonymous id; None where it is neither."""
    if subject in subjects.persons:
        return owners.person(subject, None)
    if subject.startswith("?") and subject[1:] in subjects.visitors:
        return owners.person(None, subject[1:])
    return None
