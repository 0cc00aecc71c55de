"""What the ledger has of an account: its subscription's movements, from the first payment to the last, and the seats in use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tandem.demo.cast import FREE_SEATS, Account
from tandem.demo.life import Life
from tandem.values.instants import DAY, HOUR, MINUTE, SECOND, Instant, to_datetime

SEAT_PRICE = {"team": 12, "business": 29}  # USD a month.
_GERMAN = str.maketrans(",.", ".,")


@dataclass(frozen=True)
class SubscriptionRow:
    """One row for each change, with seconds of the epoch and amounts as a German ledger writes them. deployed: seats in use.

    renews_on: when what was signed ends; empty for what is paid by card.
    """

    subscription_id: str
    changed_at: str
    workspace: str
    crm_account: str
    plan: str
    status: str
    seats: str
    deployed: str
    amount: str
    currency: str
    interval: str
    started_at: str
    renews_on: str


@dataclass(frozen=True)
class _Movement:
    at: Instant
    plan: str
    seats: int
    is_active: bool = True
    renews: Instant | None = None


def subscription_rows(account: Account, life: Life, recorded: Instant | None, until: Instant) -> Iterator[SubscriptionRow]:
    """The subscription's changes until an instant (out). recorded: since when the ledger can name the CRM's account."""
    movements = sorted((*_team(life, until), *_business(life)), key=lambda each: each.at)
    before: tuple[str, ...] = ()
    for each in movements:
        deployed = sum(joining.at < each.at for joining in life.joinings)
        said = (each.plan, "active" if each.is_active else "cancelled", str(each.seats), str(deployed), str(each.renews))
        if each.at < until and said != before:
            yield SubscriptionRow(
                subscription_id=f"S-{3001 + account.number}",
                changed_at=str(each.at // SECOND),
                workspace=account.workspace,
                crm_account=account.crm_id if recorded is not None and recorded <= each.at else "",
                plan=each.plan,
                status=said[1],
                seats=said[2],
                deployed=said[3],
                amount=f"{each.seats * SEAT_PRICE[each.plan]:,.2f}".translate(_GERMAN),
                currency="USD",
                interval="month",
                started_at=str(movements[0].at // SECOND),
                renews_on=to_datetime(each.renews).strftime("%d.%m.%Y") if each.renews is not None else "",
            )
        before = said


def _team(life: Life, until: Instant) -> Iterator[_Movement]:
    """Paid by card, for as many as there are, counted anew each month."""
    if life.upgraded is None:
        return
    starts = life.upgraded + 5 * MINUTE
    signed = life.terms[0].starts if life.terms else until
    ends = min(life.cancelled or until, signed, until)
    for at in range(starts, ends, 30 * DAY):
        yield _Movement(at, "team", _seats(life, at))
    if life.cancelled is not None and life.cancelled < signed:
        last = starts + (life.cancelled - starts) // (30 * DAY) * 30 * DAY
        yield _Movement(life.cancelled + 5 * MINUTE, "team", _seats(life, last), is_active=False)


def _seats(life: Life, at: Instant) -> int:
    return max(FREE_SEATS, sum(joining.at < at for joining in life.joinings))


def _business(life: Life) -> Iterator[_Movement]:
    """Signed for a term; the seats in use are told each month, and on the term's last day."""
    for term in life.terms:
        yield _Movement(term.starts + 5 * MINUTE, "business", term.seats, renews=term.ends)
        for at in (*range(term.starts + 30 * DAY, term.ends - 20 * DAY, 30 * DAY), term.ends - HOUR):
            yield _Movement(at, "business", term.seats, renews=term.ends)
        if not term.is_renewed:
            yield _Movement(term.ends, "business", term.seats, is_active=False)
