"""Who of ours an account belongs to, what it is called, and who of its people was there last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from tandem.app.decisions.decided import Ruling
from tandem.language.expression.nodes import Any, FieldRef, Since
from tandem.language.source import Source
from tandem.signals.world import Subject
from tandem.values.instants import Instant

_NOWHERE = Source("", "").span(0, 0)
_LAST_SEEN = Since(Any(None, _NOWHERE), _NOWHERE)


def owner_of(ruling: Ruling, account: str, t: Instant) -> str | None:
    """Of those employed at t: the owner of an open opportunity, else of a contract in force, else of the account's record, else the seller
    who touched it last."""
    return next((one for one in _claims(ruling, account, t) if one and ruling.answers.is_employed(one, t)), None)


def _claims(ruling: Ruling, account: str, t: Instant) -> Iterator[str]:
    yield from ruling.answers.opportunity_owners(account, t)
    yield from (each.seller for each in ruling.answers.evidence(account, t) if each.kind == "owner" and each.seller is not None)
    yield field_of(ruling, account, "owner", t) or ""
    yield from (each.seller for each in reversed(ruling.answers.touches(t)) if each.account == account)


def field_of(ruling: Ruling, account: str, name: str, t: Instant) -> str | None:
    """A text on the account's record."""
    return _field(ruling, Subject("account", account), name, t)


def called(ruling: Ruling, people: Iterable[str], t: Instant) -> tuple[str, ...]:
    """What to call each of these people: their name, else their e-mail, else their id."""
    return tuple(
        next((said for name in ("name", "email") if (said := _field(ruling, Subject("person", one), name, t)) is not None), one)
        for one in people
    )


def _field(ruling: Ruling, subject: Subject, name: str, t: Instant) -> str | None:
    code = ruling.code(subject)
    found = None if code is None else ruling.fold.alone(subject.kind, code).answer(FieldRef((name,), None, _NOWHERE), t)
    return found if isinstance(found, str) and found else None


def by_activity(ruling: Ruling, people: Iterable[str], t: Instant) -> tuple[str, ...]:
    """The most recently active first; who has never done anything comes last."""

    def age(person: str) -> tuple[bool, Fraction, str]:
        code = ruling.code(Subject("person", person))
        idle = None if code is None else ruling.fold.alone("person", code).answer(_LAST_SEEN, t)
        return (False, idle, person) if isinstance(idle, Fraction) else (True, Fraction(0), person)

    return tuple(sorted(people, key=age))
