"""Larch, a simulated company that sells shared runbooks to operations teams, and all that its systems know by its last day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

from numpy.random import Generator, default_rng

from tandem.demo.billing import SubscriptionRow
from tandem.demo.cast import Account, Person, draw_account, draw_names, draw_people
from tandem.demo.life import Joining, Life, draw_life
from tandem.demo.oddities import delay_some, load_test
from tandem.demo.script import play
from tandem.demo.selling import AccountRow, ContactRow, ContractRow, LeadRow, OpportunityRow, Sold, TouchRow, recorded_at, sold_to
from tandem.demo.staff import CampaignRow, SellerRow, campaign_rows, seller_rows
from tandem.demo.usage import Call, calls_of
from tandem.values.instants import DAY, HOUR, Instant, from_datetime

T = TypeVar("T")

NAME = "Larch"
DOMAIN = "larch.example"
ACCOUNTS, MONTHS = 200, 18

# The history ends here, and the morning after everything was exported. The playbook names the same instant.
UNTIL: Instant = from_datetime(datetime(2026, 7, 1, tzinfo=UTC))
EXPORTED_AT: Instant = UNTIL + 6 * HOUR

# The story of a scripted company takes about so many months; a shorter history squeezes it.
_MONTHS_OF_A_STORY = 6


@dataclass(frozen=True)
class Company:
    """Everything that happened until its last day. lives: what was drawn for each account, also what never came to pass.

    poaching: the ids of touches that had no reason. story: the account that did most of what can be told.
    """

    seed: int
    months: int
    since: Instant
    accounts: tuple[Account, ...]
    lives: tuple[Life, ...]
    calls: tuple[Call, ...]
    crm_accounts: tuple[AccountRow, ...]
    crm_contacts: tuple[ContactRow, ...]
    crm_leads: tuple[LeadRow, ...]
    crm_opportunities: tuple[OpportunityRow, ...]
    crm_touches: tuple[TouchRow, ...]
    crm_contracts: tuple[ContractRow, ...]
    crm_sellers: tuple[SellerRow, ...]
    crm_campaigns: tuple[CampaignRow, ...]
    billing: tuple[SubscriptionRow, ...]
    poaching: tuple[str, ...]
    story: Account

    def printed(self, account: Account) -> str:
        """The account's id as Tandem prints it on the last day: its record's, else its domain, else the founder's own."""
        recorded = recorded_at(account, self.lives[account.number])
        if recorded is not None and recorded < UNTIL:
            return account.crm_id
        return f"~{account.people[0].id}" if account.is_free_mail else account.domain


def simulate(seed: int, accounts: int = ACCOUNTS, months: int = MONTHS) -> Company:
    """So many companies that meet Larch in the months before its last day; the same seed makes the same. accounts, months: at least 1."""
    since = _months_before(months)
    chance = chances(seed)
    pace = min(1.0, months / _MONTHS_OF_A_STORY)
    cast: list[Account] = []
    lives: list[Life] = []
    calls: list[Call] = []
    sold: list[Sold] = []
    used: Counter[str] = Counter()
    names = draw_names(accounts, chance.cast)
    # Each has generators of its own, so that one more changes nothing about those before it.
    for number, (its_looks, its_life) in enumerate(zip(chance.cast.spawn(accounts), chance.lives.spawn(accounts), strict=True)):
        account = draw_account(number, names[number], cast, since, UNTIL, its_looks)
        life = play(account, UNTIL, pace, its_life) if account.is_scripted else draw_life(account, since, UNTIL, its_life)
        account = replace(account, people=draw_people(account, max(1, len(life.joinings)), used, its_looks))
        cast.append(account)
        lives.append(life)
        calls += calls_of(account, life, UNTIL, its_life)
        sold.append(sold_to(account, life, UNTIL, its_life))
    calls += _staff_calls(accounts, since, chance.staff)
    calls += load_test(UNTIL)
    calls.sort(key=lambda call: (call.at, call.id))
    return Company(
        seed=seed,
        months=months,
        since=since,
        accounts=tuple(cast),
        lives=tuple(lives),
        calls=tuple(delay_some(calls, EXPORTED_AT, chance.delays)),
        crm_accounts=tuple(row for each in sold for row in each.accounts),
        crm_contacts=tuple(row for each in sold for row in each.contacts),
        crm_leads=_by_time((row for each in sold for row in each.leads), lambda row: row.changed_at),
        crm_opportunities=_by_time((row for each in sold for row in each.opportunities), lambda row: row.changed_at),
        crm_touches=tuple(row for each in sold for row in each.touches),
        crm_contracts=_by_time((row for each in sold for row in each.contracts), lambda row: row.signed_at),
        crm_sellers=seller_rows(DOMAIN, since),
        crm_campaigns=campaign_rows(since, UNTIL),
        billing=_by_time((row for each in sold for row in each.subscriptions), lambda row: row.changed_at),
        poaching=tuple(id for each in sold for id in each.poaching),
        story=_most_to_tell(cast, lives),
    )


class Chances(NamedTuple):
    """A generator for each part of the company, so that none changes another. files: what is odd about the exports."""

    cast: Generator
    staff: Generator
    delays: Generator
    files: Generator
    lives: Generator


def chances(seed: int) -> Chances:
    return Chances(*default_rng(seed).spawn(len(Chances._fields)))


def _by_time(rows: Iterable[T], at: Callable[[T], str]) -> tuple[T, ...]:
    # Texts of equal length, so that they stand in the order of time.
    return tuple(sorted(rows, key=at))


def _months_before(months: int) -> Instant:
    year, month = divmod(2026 * 12 + 6 - months, 12)
    return from_datetime(datetime(year, month + 1, 1, tzinfo=UTC))


def _staff_calls(number: int, since: Instant, rng: Generator) -> list[Call]:
    """Larch's own people use their product, too, in its last months."""
    names = ("Bea Ortiz", "Tom Lindgren", "Sofia Marsh", "Raj Mehta")
    ids = [name.lower().replace(" ", ".") for name in names]
    people = tuple(
        Person(id, name, f"{id}@{DOMAIN}", "Larch", f"b-larch-{n}") for n, (id, name) in enumerate(zip(ids, names, strict=True), 1)
    )
    first = max(since, UNTIL - 180 * DAY) + 9 * HOUR
    own = Account(number, NAME, DOMAIN, "US", -5, "Software", 40, "organic", first, listed=False, people=people)
    comings = tuple(Joining(first + n * HOUR, "self" if n == 0 else "invitation", None, 0, first + n * HOUR) for n in range(len(people)))
    return calls_of(own, Life(first, joinings=comings, activated=first + DAY), UNTIL, rng)


def _most_to_tell(cast: list[Account], lives: list[Life]) -> Account:
    """The account that did most kinds of things before the end; of several the first."""
    merged_into = {each.merged_into for each in cast} - {None}

    def told(account: Account, life: Life) -> int:
        milestones = (*(one.at for one in life.joinings[:2]), life.seat_limit, life.upgraded, *life.sso[:1], life.asks)
        sales = (life.sale.opens, life.sale.closes) if life.sale is not None else ()
        done: int = sum(at is not None and at < UNTIL for at in (*milestones, *sales))
        return done + 4 * (account.crm_id in merged_into) + account.is_scripted

    return max(zip(cast, lives, strict=True), key=lambda one: (told(*one), -one[0].number))[0]
