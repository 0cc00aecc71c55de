"""Larch, a simulated company that sells shared runbooks to operations teams, and all that its systems know by its last day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from numpy.random import Generator

from tandem.demo.cast import Account, Path, Person, draw_cast, draw_path
from tandem.demo.oddities import delay_some, load_test
from tandem.demo.selling import AccountRow, ContactRow, OpportunityRow, Sold, SubscriptionRow, TouchRow, sold_to
from tandem.demo.usage import Call, calls_of
from tandem.values.instants import HOUR, Instant, from_datetime

NAME = "Larch"
DOMAIN = "larch.example"

# The history ends here, and the morning after everything was exported. The playbook names the same instant.
UNTIL: Instant = from_datetime(datetime(2026, 7, 1, tzinfo=UTC))
EXPORTED_AT: Instant = UNTIL + 6 * HOUR

# A team's way from the first visit to a contract takes about so many months; a shorter history squeezes it.
_MONTHS_OF_A_STORY = 6


@dataclass(frozen=True)
class Company:
    """Everything that happened, by time. story: the account that did most of what can be told."""

    since: Instant
    accounts: tuple[Account, ...]
    calls: tuple[Call, ...]
    crm_accounts: tuple[AccountRow, ...]
    crm_contacts: tuple[ContactRow, ...]
    crm_opportunities: tuple[OpportunityRow, ...]
    crm_touches: tuple[TouchRow, ...]
    billing: tuple[SubscriptionRow, ...]
    story: Account


def simulate(accounts: int, months: int, rng: Generator) -> Company:
    """So many companies that meet Larch in the months before its last day. accounts, months: at least 1."""
    since = _months_before(months)
    for_cast, for_lives, for_staff, for_delays = rng.spawn(4)
    cast = draw_cast(accounts, since, UNTIL, for_cast)
    pace = min(1.0, months / _MONTHS_OF_A_STORY)
    calls: list[Call] = []
    sold: list[Sold] = []
    paths: list[Path] = []
    for account, own in zip(cast, for_lives.spawn(accounts), strict=True):
        path = draw_path(account, pace, own)
        calls += calls_of(account, path, UNTIL, own)
        sold.append(sold_to(account, path, UNTIL, own))
        paths.append(path)
    calls += _staff_calls(accounts, since, for_staff)
    calls += load_test(UNTIL)
    calls.sort(key=lambda call: (call.at, call.id))
    return Company(
        since=since,
        accounts=tuple(cast),
        calls=tuple(delay_some(calls, EXPORTED_AT, for_delays)),
        crm_accounts=tuple(row for each in sold for row in each.accounts),
        crm_contacts=tuple(row for each in sold for row in each.contacts),
        crm_opportunities=tuple(sorted((row for each in sold for row in each.opportunities), key=lambda row: row.changed_at)),
        crm_touches=tuple(row for each in sold for row in each.touches),
        billing=tuple(sorted((row for each in sold for row in each.subscriptions), key=lambda row: int(row.changed_at))),
        story=_most_to_tell(cast, paths),
    )


def _months_before(months: int) -> Instant:
    year, month = divmod(2026 * 12 + 6 - months, 12)
    return from_datetime(datetime(year, month + 1, 1, tzinfo=UTC))


def _staff_calls(number: int, since: Instant, rng: Generator) -> list[Call]:
    """Larch's own people use their product, too."""
    names = ("Bea Ortiz", "Tom Lindgren", "Sofia Marsh", "Raj Mehta")
    ids = [name.lower().replace(" ", ".") for name in names]
    people = tuple(
        Person(id, name, f"{id}@{DOMAIN}", "Larch", f"b-larch-{n}") for n, (id, name) in enumerate(zip(ids, names, strict=True), 1)
    )
    own = Account(number, NAME, DOMAIN, "US", -5, "Software", 40, "activates", people, since)
    return calls_of(own, draw_path(own, 0.2, rng), UNTIL, rng)


def _most_to_tell(cast: list[Account], paths: list[Path]) -> Account:
    """The account that did most kinds of things before the end; of several the first."""
    merged_into = {each.merged_into for each in cast} - {None}

    def kinds(account: Account, path: Path) -> int:
        milestones = (*path.joins[:2], path.seat_limit, path.upgraded, *path.looks_at_sso[:1], path.asks, path.closes)
        done = sum(at is not None and at < UNTIL for at in milestones)
        return done + 2 * (account.crm_id in merged_into) + (account.crm_id is not None)

    return max(zip(cast, paths, strict=True), key=lambda one: (kinds(*one), -one[0].number))[0]
