"""What sales and marketing write down: records of accounts, contacts, leads, opportunities, touches and contracts, as their exports have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from numpy.random import Generator

from tandem.demo import planted
from tandem.demo.billing import SEAT_PRICE, SubscriptionRow, subscription_rows
from tandem.demo.cast import Account
from tandem.demo.life import Life
from tandem.demo.sale import Contact
from tandem.demo.words import pick
from tandem.values.instants import DAY, HOUR, SECOND, Instant, from_datetime, show, to_datetime

SELLERS = ("bea.ortiz", "tom.lindgren", "sofia.marsh")
SALES_ZONE = ZoneInfo("America/New_York")
_SHOWN = "%m/%d/%Y %H:%M"
_STAFF = {"development": "raj.mehta", "success": "nora.quist"}
_FORECAST = {
    "Discovery": ("pipeline", 1.0),
    "Evaluation": ("best_case", 1.0),
    "Proposal": ("best_case", 0.9),
    "Negotiation": ("commit", 0.85),
    "Closed Won": ("closed", 0.85),
    "Closed Lost": ("omitted", 0.85),
}


@dataclass(frozen=True)
class AccountRow:
    """size: what sales took the company for when it made the record; nobody changes it. renewal_on: when what was signed ends.

    product_workspace: filled in by hand where the people's mail addresses name no company.
    """

    account_id: str
    name: str
    website: str
    industry: str
    country: str
    employees: str
    size: str
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
class LeadRow:
    """One row for each change of status. account_id: where sales has made a record by then."""

    lead_id: str
    changed_at: str
    email: str
    full_name: str
    account_id: str
    campaign: str
    status: str


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
    champion: str
    competitor: str
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
class ContractRow:
    """renews: the contract that this one follows."""

    contract_id: str
    account_id: str
    opportunity_id: str
    renews: str
    signed_at: str
    starts_on: str
    ends_on: str
    seats: str
    value: str
    currency: str
    owner: str


@dataclass(frozen=True)
class Sold:
    """All that was written down about one account. poaching: the ids of touches that had no reason."""

    accounts: tuple[AccountRow, ...] = ()
    contacts: tuple[ContactRow, ...] = ()
    leads: tuple[LeadRow, ...] = ()
    opportunities: tuple[OpportunityRow, ...] = ()
    touches: tuple[TouchRow, ...] = ()
    contracts: tuple[ContractRow, ...] = ()
    subscriptions: tuple[SubscriptionRow, ...] = ()
    poaching: tuple[str, ...] = ()


def sold_to(account: Account, life: Life, until: Instant, rng: Generator) -> Sold:
    """The rows of one account until an instant (out)."""
    seller = pick(rng, SELLERS)
    recorded = recorded_at(account, life)
    is_recorded = recorded is not None and recorded < until
    touches = tuple(_touches(account, life, seller, until, rng)) if is_recorded else ()
    return Sold(
        accounts=_record(account, life, recorded, seller, until) if recorded is not None and is_recorded else (),
        contacts=_contacts(account, life, until) if is_recorded else (),
        leads=tuple(_leads(account, life, until)),
        opportunities=tuple(_opportunities(account, life, seller, until)),
        touches=tuple(row for row, _ in touches),
        contracts=tuple(_contracts(account, life, until)),
        subscriptions=tuple(subscription_rows(account, life, recorded, until)),
        poaching=tuple(row.touch_id for row, contact in touches if contact.is_poaching),
    )


def recorded_at(account: Account, life: Life) -> Instant | None:
    """When sales made its record: as soon as the company is known, or when somebody first deals with it; None for never."""
    if account.listed:
        if account.origin == "outbound" or account.is_scripted:
            return account.begins
        return life.joinings[0].at if life.joinings else None
    return min((contact.at - HOUR for contact in life.contacts), default=None)


def _record(account: Account, life: Life, recorded: Instant, seller: str, until: Instant) -> tuple[AccountRow, ...]:
    merged = life.merged if life.merged is not None and life.merged < until else None
    current = [term for term in life.terms if term.starts < until <= term.ends]
    return (
        AccountRow(
            account_id=account.crm_id,
            name=account.name,
            website=f"https://www.{account.domain}",
            industry=account.industry,
            country="Germany" if account.country == "DE" else account.country,
            employees=str(account.employees),
            size=_size_of(account.employees),
            parent_id=account.parent or "",
            owner=seller,
            created_on=day_of(recorded),
            renewal_on=day_of(current[0].ends) if current else "",
            product_workspace=account.workspace if account.is_free_mail else "",
            merged_into=(account.merged_into or "") if merged is not None else "",
            merged_on=_local(merged) if merged is not None else "",
        ),
    )


def _size_of(employees: int) -> str:
    return "large" if employees >= planted.LARGE_EMPLOYEES else "medium" if employees >= 50 else "small"


def _contacts(account: Account, life: Life, until: Instant) -> tuple[ContactRow, ...]:
    """The first people of an account that the CRM knows. Of one more sales has only a card, and no id of the product."""
    known = [person for person, joining in zip(account.people, life.joinings, strict=False) if joining.at < until][:2]
    rows = [
        ContactRow(f"C-{account.number + 1}-{n}", one.id, one.email, one.name, one.title, account.crm_id) for n, one in enumerate(known, 1)
    ]
    if life.sale is not None and life.sale.opens < until:
        rows.append(ContactRow(f"C-{account.number + 1}-9", "", f"procurement@{account.domain}", "", "Procurement", account.crm_id))
    return tuple(rows)


def _leads(account: Account, life: Life, until: Instant) -> Iterator[LeadRow]:
    if life.lead is None:
        return
    person, campaign = account.people[0], campaign_at(life.lead)
    ends = (life.joinings[0].at + HOUR, "signed up") if life.joinings else (life.lead + 30 * DAY, "nurtured")
    for at, status in ((life.lead, "new"), ends):
        if at < until:
            known = account.crm_id if account.listed and status == "signed up" else ""
            yield LeadRow(f"L-{5001 + account.number}", show(at - at % SECOND), person.email, person.name, known, campaign, status)


def campaign_at(at: Instant) -> str:
    """There is one campaign a quarter."""
    day = to_datetime(at)
    return f"M-{day.year}-{(day.month + 2) // 3}"


def _opportunities(account: Account, life: Life, seller: str, until: Instant) -> Iterator[OpportunityRow]:
    sale = life.sale
    if sale is None:
        return
    amount = sale.seats * SEAT_PRICE["business"] * 12
    for stage, at in sale.stages:
        forecast, share = _FORECAST[stage]
        is_met = stage != "Discovery" and len(sale.stages) > 2  # What there is to know comes out in the evaluation.
        if at < until:
            yield OpportunityRow(
                opportunity_id=f"O-{2001 + account.number}",
                changed_at=show(at),
                account_id=account.crm_id,
                name=f"{account.name} business plan",
                stage=stage,
                forecast=forecast,
                amount=f"{amount * share:,.2f}",
                currency="USD",
                # Until it is closed, nobody knows better than that such things take two months.
                close_date=day_of(at if stage.startswith("Closed") else max(sale.opens + 60 * DAY, at + 10 * DAY)),
                owner=seller,
                champion=account.people[sale.champion].email if sale.champion is not None and is_met else "",
                competitor=sale.competitor if is_met else "",
                loss_reason=sale.loss_reason if stage == "Closed Lost" else "",
            )


def _touches(account: Account, life: Life, seller: str, until: Instant, rng: Generator) -> Iterator[tuple[TouchRow, Contact]]:
    """A touch is written down some hours after it happened, and then it counts as known."""
    for number, contact in enumerate(sorted(life.contacts, key=lambda one: one.at), 1):
        logged = contact.at + int(rng.integers(1, 30)) * HOUR // 2
        if logged < until:
            row = TouchRow(
                touch_id=f"T-{account.number + 1}-{number}",
                account_id=account.crm_id,
                product_user_id=account.people[0].id if life.joinings and life.joinings[0].at <= contact.at else "",
                seller=_STAFF.get(contact.by, seller),
                channel=contact.channel,
                direction=contact.direction,
                purpose=contact.purpose,
                outcome=contact.outcome,
                happened_at=_local(contact.at),
                logged_at=_local(logged),
            )
            yield row, contact


def _contracts(account: Account, life: Life, until: Instant) -> Iterator[ContractRow]:
    for number, term in enumerate(life.terms, 1):
        if term.starts < until:
            yield ContractRow(
                contract_id=f"K-{account.number + 1}-{number}",
                account_id=account.crm_id,
                opportunity_id=f"O-{2001 + account.number}",
                renews=f"K-{account.number + 1}-{number - 1}" if number > 1 else "",
                signed_at=show(term.starts),
                starts_on=day_of(term.starts),
                ends_on=day_of(term.ends),
                seats=str(term.seats),
                value=f"{term.seats * SEAT_PRICE['business'] * 6:,.2f}",
                currency="USD",
                # From here on customer success looks after them.
                owner=_STAFF["success"],
            )


def day_of(at: Instant) -> str:
    """The day in New York."""
    return to_datetime(at).astimezone(SALES_ZONE).date().isoformat()


def happened_at(touch: TouchRow) -> Instant:
    """When, as far as the sellers' screens tell."""
    return _shown_at(touch.happened_at)


def logged_at(touch: TouchRow) -> Instant:
    """When it was written down, and so known."""
    return _shown_at(touch.logged_at)


def _shown_at(text: str) -> Instant:
    return from_datetime(datetime.strptime(text, _SHOWN).replace(tzinfo=SALES_ZONE))


def _local(at: Instant) -> str:
    """As the sellers' screens show it: local, to the minute."""
    moment = to_datetime(at).astimezone(SALES_ZONE)
    return (moment - timedelta(seconds=moment.second)).strftime(_SHOWN)
