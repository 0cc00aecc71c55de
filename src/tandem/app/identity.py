"""`tandem identity`: who a subject is and why; where facts contradict each other; and taking one link back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NoReturn

from tandem.app.delivering import Intake, deliver
from tandem.app.failures import Failure, UnknownName
from tandem.app.history.knowledge import Knowledge
from tandem.app.project import Project
from tandem.connect.block import Parsed
from tandem.connect.notation import Notation
from tandem.facts.fact import Correction
from tandem.identity.conflicts import Conflict
from tandem.identity.families import Family
from tandem.identity.identity import Identity
from tandem.identity.why import Standing
from tandem.values.instants import Instant

SOURCE = "tandem"


@dataclass(frozen=True)
class Subject:
    """What is known of a subject. person, account: its printed ids, None where it has none. links: dated, each with why."""

    subject: str
    person: str | None
    account: str | None
    family: Family | None
    links: tuple[Standing, ...]
    conflicts: tuple[Conflict, ...]
    as_of: Instant


@dataclass(frozen=True)
class Conflicts:
    conflicts: tuple[Conflict, ...]
    as_of: Instant


@dataclass(frozen=True)
class Undone:
    """link: what was taken back (or restored). correction: the id of the fact that says so."""

    link: str
    correction: str
    restored: bool
    as_of: Instant


def describe(project: Project, subject: str, as_of: str | None = None) -> Subject:
    """Links of a person, visitor, workspace, account, domain or e-mail. Raises UnknownName."""
    log = project.log()
    at = project.as_of(as_of, log)
    knowledge = Knowledge(log, project.playbook.product.rules, at)
    identity = knowledge.identity
    links = identity.links(subject)
    account = identity.account_of(subject)
    if not links and subject not in identity.subjects():
        named = set(knowledge.named_accounts())
        if subject not in named:
            raise UnknownName("subject", subject, identity.subjects() | named)
        account = subject
    return Subject(
        subject,
        identity.person_of(subject) or find_holder(identity, subject),
        account,
        identity.family(account) if account else None,
        tuple(links),
        tuple(conflict for conflict in identity.conflicts() if any(conflict.subject in ids for ids in identity.names_of(subject).values())),
        at,
    )


def find_holder(identity: Identity, mail: str) -> str | None:
    """The one person who has an e-mail address, None where nobody or several have it."""
    links = (each.link for each in identity.links(mail))
    holders = {
        identity.person_of(link.subject) for link in links if link.rule == "email" and (link.target or "").casefold() == mail.casefold()
    }
    return holders.pop() if len(holders) == 1 else None


def list_conflicts(project: Project, as_of: str | None = None) -> Conflicts:
    """Every contradiction, with what was made of it and how to mend it."""
    log = project.log()
    at = project.as_of(as_of, log)
    return Conflicts(tuple(Knowledge(log, project.playbook.product.rules, at).identity.conflicts()), at)


def undo(project: Project, link: str, *, restore: bool = False) -> Undone:
    """Take one link back from now on: a correction that names it. restore: take back the taking back."""
    log = project.log()
    now = project.world.now()
    knowledge = Knowledge(log, project.playbook.product.rules, max(now, log.known_until or now))
    known = knowledge.identity.link_ids()
    if link not in known:
        of_the_fact = {each for each in known if each.rpartition("/")[0] == link.rpartition("/")[0]}
        raise (
            UnknownName("link", link, of_the_fact)
            if of_the_fact
            else Failure(f"there is no link `{link}`", "`tandem identity SUBJECT` shows the links of a subject, with their ids")
        )
    is_gone = link in knowledge.gone
    if is_gone != restore:
        raise Failure(f"`{link}` is {'taken back already' if is_gone else 'in force'}", "" if is_gone else "there is nothing to restore")
    fact = Correction(
        id=f"{'restore' if restore else 'undo'}:{link}@{now}", target=link, undo=restore, occurred_at=now, known_at=now, source=SOURCE
    )
    with project.writer("identity undo") as writer:
        intake = Intake(SOURCE, Notation(), (), writer.key, now)
        prepared = deliver(Parsed(received=1, facts=[(0, fact)], lines=[1], kept=[b""]), "identity undo", intake)
        writer.commit(prepared.delivery, import_id=fact.id, at=now, refuse=partial(_never, link))
        writer.seal(now)
    return Undone(link, fact.id, restore, now)


def _never(link: str, rows: Sequence[int]) -> NoReturn:
    raise AssertionError(f"the correction of {link} clashes in rows {rows}")
