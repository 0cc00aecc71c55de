"""A permit, a refusal and evidence as reports have them: plain values, each with the line of the playbook that decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tandem.language.source import Span
from tandem.values.instants import Instant, show

if TYPE_CHECKING:
    from tandem.boundary.meaning.answers import Permit, Refusal
    from tandem.boundary.meaning.evidence import Evidence


@dataclass(frozen=True)
class EvidenceShown:
    """what: the signal's name, the record's id, the tier. until: None while it is on or open. seller: the only one for whom it speaks."""

    kind: str
    what: str
    about: str
    subject: str
    until: Instant | None
    seller: str | None
    line: str | None

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "what": self.what,
            "about": self.about,
            "subject": self.subject,
            "until": shown(self.until),
            "seller": self.seller,
            "line": self.line,
        }


@dataclass(frozen=True)
class PermitShown:
    """starts_at: since when it stands without a break. expires_at: None while some of its evidence is on or open. seller: the only one who may."""

    motion: str
    purpose: str
    channels: tuple[str, ...]
    evidence: tuple[EvidenceShown, ...]
    starts_at: Instant | None
    expires_at: Instant | None
    seller: str | None

    def as_json(self) -> dict[str, Any]:
        return {
            "motion": self.motion,
            "purpose": self.purpose,
            "channels": list(self.channels),
            "evidence": [each.as_json() for each in self.evidence],
            "starts_at": shown(self.starts_at),
            "expires_at": shown(self.expires_at),
            "seller": self.seller,
        }


@dataclass(frozen=True)
class RefusalShown:
    """line: of the playbook, `playbook/boundary.yaml:12`; None where no line says so. until: when it may end, None where nobody knows."""

    reason: str
    line: str | None
    until: Instant | None

    def as_json(self) -> dict[str, Any]:
        return {"reason": self.reason, "line": self.line, "until": shown(self.until)}


def show_permit(permit: Permit, starts_at: Instant | None) -> PermitShown:
    evidence = tuple(show_evidence(each) for each in permit.evidence)
    return PermitShown(permit.motion, permit.purpose, permit.channels, evidence, starts_at, permit.expires_at, permit.seller)


def show_evidence(one: Evidence) -> EvidenceShown:
    return EvidenceShown(one.kind, one.what, one.subject.kind, one.subject.id, one.until, one.seller, line_of(one.place))


def show_refusals(refusals: Iterable[Refusal]) -> tuple[RefusalShown, ...]:
    return tuple(RefusalShown(each.reason, line_of(each.place), each.until) for each in refusals)


def line_of(place: Span | None) -> str | None:
    """`playbook/boundary.yaml:12`."""
    return None if place is None else f"{place.source.path}:{place.line}"


def shown(at: Instant | None) -> str | None:
    return None if at is None else show(at)
