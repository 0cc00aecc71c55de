"""What sales and billing write down about an account: its record, contacts, opportunity, touches and subscription, as their exports have it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from numpy.random import Generator

from tandem.demo.cast import Account, Path, at_work
from tandem.demo.words import pick
from tandem.values.instants import DAY, HOUR, MINUTE, SECOND, Instant, show, to_datetime

SELLERS = ("bea.ortiz", "tom.lindgren", "sofia.marsh")
SALES_ZONE = ZoneInfo("America/New_York")
_SEAT_PRICE = {"team": 12, "business": 29}  # USD a month.
_FIRST_TERM = 180 * DAY


@dataclass(frozen=True)
class AccountRow:
    """product_workspace: filled in by hand where the people's mail addresses name no company. renewal_on: when what was signed ends."""

    account_id: str
    name: str
    website: str
    industry: str
    country: str
    employees: str
    parent_id: str
    owner: str
    created_on: str
    renewal_on: str
    product_workspace: str
    merged_into: str
    merged_on: str


@dataclass(frozen=True)
class ContactRow:
    contact_id: str
    product_user_id: str
    email: str
    full_name: str
    title: str
    account_id: str


@dataclass(frozen=True)
class OpportunityRow:
    """One row for each change, as a CRM's stage history has it."""

    opportunity_id: str
    changed_at: str
    account_id: str
    name: str
    stage: str
    forecast: str
    amount: str
    currency: str
    close_date: str
    owner: str
    loss_reason: str


@dataclass(frozen=True)
class TouchRow:
    touch_id: str
    account_id: str
    product_user_id: str
    seller: str
    channel: str
    direction: str
    purpose: str
    outcome: str
    happened_at: str
    logged_at: str


@dataclass(frozen=True)
class SubscriptionRow:
    """One row for each change, with seconds of the epoch and amounts as a German ledger writes them."""

    subscription_id: str
    changed_at: str
    workspace: str
    crm_account: str
    plan: str
    status: str
    seats: str
    amount: str
    currency: str
    interval: str
    started_at: str


@dataclass(frozen=True)
class Sold:
    """All that was written down about one account."""

    accounts: tuple[AccountRow, ...] = ()
    contacts: tuple[ContactRow, ...] = ()
    opportunities: tuple[OpportunityRow, ...] = ()
    touches: tuple[TouchRow, ...] = ()
    subscriptions: tuple[SubscriptionRow, ...] = ()


def sold_to(account: Account, path: Path, until: Instant, rng: Generator) -> Sold:
    """The rows of one account until an instant (out)."""
    seller = pick(rng, SELLERS)
    return Sold(
        _record(account, path, seller, until),
        _contacts(account, path, until),
        _opportunity(account, path, seller, until, rng),
        _touches(account, path, seller, until, rng),
        _subscription(account, path, until),
    )


def _record(account: Account, path: Path, seller: str, until: Instant) -> tuple[AccountRow, ...]:
    if account.crm_id is None:
        return ()
    merged = path.merged is not None and path.merged < until
    is_customer = account.fate == "buys" and path.closes is not None and path.closes < until
    return (
        AccountRow(
            account_id=account.crm_id,
            name=account.name,
            website=f"https://www.{account.domain}",
            industry=account.industry,
            country="Germany" if account.country == "DE" else account.country,
            employees=str(account.employees),
            parent_id=account.parent or "",
            owner=seller,
            created_on=_day(account.begins),
            renewal_on=_day(path.closes + _FIRST_TERM) if is_customer and path.closes is not None else "",
            product_workspace=account.workspace if account.is_free_mail else "",
            merged_into=(account.merged_into or "") if merged else "",
            merged_on=_local(path.merged) if merged and path.merged is not None else "",
        ),
    )


def _contacts(account: Account, path: Path, until: Instant) -> tuple[ContactRow, ...]:
    """The first people of an account that the CRM knows. Of the last one sales has only a card, and no id of the product."""
    if account.crm_id is None:
        return ()
    known = [person for person, at in zip(account.people, path.joins, strict=False) if at < until][:2]
    rows = [
        ContactRow(f"C-{account.number + 1}-{n}", one.id, one.email, one.name, one.title, account.crm_id) for n, one in enumerate(known, 1)
    ]
    if account.fate in ("buys", "is_lost"):
        rows.append(ContactRow(f"C-{account.number + 1}-9", "", f"procurement@{account.domain}", "", "Procurement", account.crm_id))
    return tuple(rows)


def _opportunity(account: Account, path: Path, seller: str, until: Instant, rng: Generator) -> tuple[OpportunityRow, ...]:
    if path.asks is None or path.closes is None or account.crm_id is None:
        return ()
    seats = len(account.people) * int(rng.integers(3, 9))
    amount = seats * _SEAT_PRICE["business"] * 12
    won = account.fate == "buys"
    whole = path.closes - path.asks
    stages = (
        ("Discovery", "pipeline", path.asks + 26 * HOUR, 1.0),
        ("Evaluation", "best_case", path.asks + whole * 30 // 100, 1.0),
        ("Proposal", "best_case", path.asks + whole * 60 // 100, 0.9),
        ("Negotiation", "commit", path.asks + whole * 85 // 100, 0.85),
        ("Closed Won" if won else "Closed Lost", "closed" if won else "omitted", path.closes, 0.85),
    )
    rows = []
    for stage, forecast, at, share in stages:
        at -= at % SECOND
        if not won and stage == "Negotiation":
            continue
        rows.append(
            (
                at,
                OpportunityRow(
                    opportunity_id=f"O-{2001 + account.number}",
                    changed_at=show(at),
                    account_id=account.crm_id,
                    name=f"{account.name} business plan",
                    stage=stage,
                    forecast=forecast,
                    amount=f"{amount * share:,.2f}",
                    currency="USD",
                    close_date=_day(path.closes),
                    owner=seller,
                    loss_reason=pick(rng, ("price", "no decision", "competitor")) if stage == "Closed Lost" else "",
                ),
            )
        )
    return tuple(row for at, row in rows if at < until)


def _touches(account: Account, path: Path, seller: str, until: Instant, rng: Generator) -> tuple[TouchRow, ...]:
    """A touch is written down some hours after it happened, and then it counts as known."""
    if account.crm_id is None or not path.joins:
        return ()
    if path.asks is None:
        # Sales tries its luck with a record that it made by hand.
        plan = [(path.joins[0] + 10 * DAY, "email", "out", "sell", "no answer")] if account.fate == "grows" else []
    else:
        assert path.closes is not None, account
        whole = path.closes - path.asks
        plan = [
            (path.asks + 20 * HOUR, "email", "in", "sell", "answered"),
            (path.asks + 25 * HOUR, "call", "out", "sell", "meeting booked"),
            (path.asks + whole * 30 // 100, "meeting", "out", "sell", "demo given"),
            (path.asks + whole * 58 // 100, "email", "out", "sell", "offer sent"),
            (path.asks + whole * 90 // 100, "call", "out", "sell", "terms agreed" if account.fate == "buys" else "no decision"),
            (path.closes + 6 * DAY, "call", "out", "serve", "onboarding" if account.fate == "buys" else "stays on free"),
        ]
    rows = []
    for number, (about, channel, direction, purpose, outcome) in enumerate(plan, 1):
        at = at_work(about, account, rng)
        logged = at + int(rng.integers(1, 30)) * HOUR // 2
        if logged < until:
            rows.append(
                TouchRow(
                    touch_id=f"T-{account.number + 1}-{number}",
                    account_id=account.crm_id,
                    product_user_id=account.people[0].id,
                    seller=seller,
                    channel=channel,
                    direction=direction,
                    purpose=purpose,
                    outcome=outcome,
                    happened_at=_local(at),
                    logged_at=_local(logged),
                )
            )
    return tuple(rows)


def _subscription(account: Account, path: Path, until: Instant) -> tuple[SubscriptionRow, ...]:
    started = path.upgraded if account.fate == "grows" else path.closes if account.fate == "buys" else None
    if started is None:
        return ()
    plan = "team" if account.fate == "grows" else "business"
    rows = []
    # A month on, a few seats more.
    for at, more in ((started + 5 * MINUTE, 0), (started + 31 * DAY, 3)):
        seats = max(5, sum(joined < at for joined in path.joins)) * (1 if plan == "team" else 2) + more
        amount = f"{seats * _SEAT_PRICE[plan]:,.2f}".translate(str.maketrans(",.", ".,"))
        if at < until:
            rows.append(
                SubscriptionRow(
                    subscription_id=f"S-{3001 + account.number}",
                    changed_at=str(at // SECOND),
                    workspace=account.workspace,
                    crm_account=account.crm_id or "",
                    plan=plan,
                    status="active",
                    seats=str(seats),
                    amount=amount,
                    currency="USD",
                    interval="month",
                    started_at=str(started // SECOND),
                )
            )
    return tuple(rows)


def _day(at: Instant) -> str:
    return to_datetime(at).astimezone(SALES_ZONE).date().isoformat()


def _local(at: Instant) -> str:
    """As the sellers' screens show it: local, to the minute."""
    moment = to_datetime(at).astimezone(SALES_ZONE)
    return (moment - timedelta(seconds=moment.second)).strftime("%m/%d/%Y %H:%M")
