"""Who of ours an account belongs to, what it is called, and who of its people was there last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from tandem.app.decided import Decided
from tandem.language.expression.nodes import Any, FieldRef, Since
from tandem.language.source import Source
from tandem.values.instants import Instant

_NOWHERE = Source("", "").span(0, 0)
_LAST_SEEN = Since(Any(None, _NOWHERE), _NOWHERE)


def owner_of(decided: Decided, account: str, t: Instant) -> str | None:
    """Of those employed at t: the owner of an open opportunity, else of a contract in force, else of the account's record, else the seller
    who touched it last."""
    return next((one for one in _claims(decided, account, t) if one and decided.answers.is_employed(one, t)), None)


def _claims(decided: Decided, account: str, t: Instant) -> Iterator[str]:
    yield from decided.answers.opportunity_owners(account, t)
    yield from (each.seller for each in decided.answers.evidence(account, t) if each.kind == "owner" and each.seller is not None)
    yield field_of(decided, account, "owner", t) or ""
    yield from (each.seller for each in reversed(decided.answers.touches(t)) if each.account == account)


def field_of(decided: Decided, account: str, name: str, t: Instant) -> str | None:
    """A text on the account's record."""
    code = decided.fold.records.codes("account").get(account)
    found = None if code is None else decided.fold.alone("account", code).answer(FieldRef((name,), None, _NOWHERE), t)
    return found if isinstance(found, str) and found else None


def by_activity(decided: Decided, people: Iterable[str], t: Instant) -> tuple[str, ...]:
    """The most recently active first; who has never done anything comes last."""
    codes = decided.fold.records.codes("person")

    def age(person: str) -> tuple[bool, Fraction, str]:
        code = codes.get(person)
        idle = None if code is None else decided.fold.alone("person", code).answer(_LAST_SEEN, t)
        return (False, idle, person) if isinstance(idle, Fraction) else (True, Fraction(0), person)

    return tuple(sorted(people, key=age))
