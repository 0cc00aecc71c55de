"""Conflicts: where facts contradict each other about who is who, what was made of them, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tandem.identity.links import Link
from tandem.identity.owners import OwnersAt
from tandem.values.instants import show

Kind = Literal["ring", "domain", "fan_out", "parent_ring"]


@dataclass(frozen=True)
class Conflict:
    """subject: a printed id or a domain. because: the ids of the links that contradict each other, in order."""

    kind: Kind
    subject: str
    because: tuple[str, ...]
    what: str
    mend: str


def find_conflicts(owners: OwnersAt) -> list[Conflict]:
    """Every conflict as of the owners' instant, by kind and subject."""
    found = [*_rings(owners), *_domains(owners), *_shared(owners), *_parent_rings(owners)]
    return sorted(found, key=lambda conflict: (conflict.kind, conflict.subject, conflict.because))


def _rings(owners: OwnersAt) -> list[Conflict]:
    return [_ring(link) for merges in (owners.persons, owners.accounts) for link in merges.rings]


def _ring(link: Link) -> Conflict:
    if link.subject == link.target:
        what = f"{link.subject_kind} `{link.subject}` is merged into itself, so the merge does nothing"
    else:
        what = f"merging `{link.subject}` into `{link.target}` does nothing, for `{link.target}` was merged into `{link.subject}`"
    return Conflict("ring", link.subject, (link.id,), what, "undo this link, or the merge before it")


def _domains(owners: OwnersAt) -> list[Conflict]:
    return [
        Conflict(
            "domain",
            domain,
            tuple(sorted(link.id for link in named.values())),
            f"accounts {_listed(named)} all name the domain `{domain}`, so it is an account of its own",
            "merge the accounts, or correct the domain of all but one",
        )
        for domain, named in owners.domains_named.items()
        if len(named) > 1 and domain not in owners.work_domains.free
    ]


def _shared(owners: OwnersAt) -> list[Conflict]:
    return [
        Conflict(
            "fan_out",
            f"?{visitor}",
            tuple(link.id for link in over.because),
            f"more than {owners.rules.fan_out} persons claim the anonymous id `{visitor}`, so it links nobody from {show(over.at)} on",
            "undo the wrong links, reset the anonymous id on logout, or raise `fan_out`",
        )
        for visitor, over in owners.shared.items()
    ]


def _parent_rings(owners: OwnersAt) -> list[Conflict]:
    return [
        Conflict(
            "parent_ring",
            ring[-1].subject,
            tuple(link.id for link in ring),
            f"accounts {_listed(link.subject for link in ring)} are each other's parents, so `{ring[-1].subject}` counts as the top",
            "correct the parent of one of them",
        )
        for ring in owners.families.rings
    ]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
