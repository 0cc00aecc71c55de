"""The cast: companies that meet Larch, their people, and how far each will go. The first six have parts to play; the rest is drawn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator

from tandem.demo.words import COUNTRIES, FIRST_NAMES, HEADS, INDUSTRIES, LAST_NAMES, TAILS, TITLES, pick
from tandem.values.instants import DAY, HOUR, SECOND, Instant

Fate = Literal["looks", "tries", "activates", "grows", "buys", "is_lost"]

# How likely a drawn company is to go so far, and how many of its people then come.
_FATES: tuple[tuple[Fate, float, tuple[int, int]], ...] = (
    ("looks", 0.20, (1, 3)),
    ("tries", 0.25, (1, 2)),
    ("activates", 0.22, (2, 5)),
    ("grows", 0.15, (6, 12)),
    ("buys", 0.09, (9, 18)),
    ("is_lost", 0.09, (7, 12)),
)
_PEOPLE = {fate: people for fate, _, people in _FATES}

FREE_MAIL = "freemail.example"
FREE_SEATS = 5


@dataclass(frozen=True)
class Person:
    """browser: the anonymous id of the machine at which this person is first seen."""

    id: str
    name: str
    email: str
    title: str
    browser: str


@dataclass(frozen=True)
class Account:
    """A company that meets Larch. people[0] comes first and brings the others.

    crm_id: None where sales never made a record. parent, merged_into: another company's crm_id. utc_offset: hours.
    training_browser: one machine at which everybody logs in once.
    """

    number: int
    name: str
    domain: str
    country: str
    utc_offset: int
    industry: str
    employees: int
    fate: Fate
    people: tuple[Person, ...]
    begins: Instant
    crm_id: str | None = None
    parent: str | None = None
    merged_into: str | None = None
    is_free_mail: bool = False
    training_browser: str | None = None

    @property
    def workspace(self) -> str:
        return f"ws-{self.domain.split('.')[0]}"


@dataclass(frozen=True)
class Path:
    """When an account does what: an instant, or None for never. joins: one instant for each person; the first is the sign-up."""

    joins: tuple[Instant, ...]
    seat_limit: Instant | None = None
    upgraded: Instant | None = None
    looks_at_sso: tuple[Instant, ...] = ()
    asks: Instant | None = None
    closes: Instant | None = None
    merged: Instant | None = None


def draw_cast(count: int, since: Instant, until: Instant, rng: Generator) -> list[Account]:
    """So many companies. Each has a generator of its own, so that one more changes nothing about those before it."""
    order = rng.permutation(len(HEADS) * len(TAILS))
    used: Counter[str] = Counter()
    accounts: list[Account] = []
    for number, own in enumerate(rng.spawn(count)):
        head, tail = divmod(int(order[number % len(order)]), len(TAILS))
        again = number // len(order)
        name = HEADS[head] + TAILS[tail] + (f" {again + 1}" if again else "")
        accounts.append(_account(number, name, accounts, used, since, until, own))
    return accounts


def draw_path(account: Account, pace: float, rng: Generator) -> Path:
    """The account's way. pace: 1 at the speed of life, less to fit it into a short history."""
    day = DAY * pace
    # Nobody signs up before the first visit, which may have been late in the evening.
    first = max(at_work(account.begins + int(rng.uniform(1, 9) * day), account, rng), account.begins + HOUR)
    first -= first % SECOND
    waits = rng.exponential(6.0 if len(account.people) > FREE_SEATS else 10.0, len(account.people) - 1)
    joins = (first, *sorted(max(at_work(first + int(wait * day), account, rng), first + HOUR) for wait in np.cumsum(waits)))
    if account.fate == "looks":
        return Path(())
    if account.fate in ("tries", "activates"):
        merged = at_work(account.begins + int(95 * day), account, rng) if account.merged_into else None
        return Path(joins, merged=merged)
    limit = joins[FREE_SEATS] if len(joins) > FREE_SEATS else joins[-1]
    if account.fate == "grows":
        return Path(joins, limit, upgraded=at_work(limit + int(rng.uniform(1, 8) * day), account, rng))
    sso = tuple(at_work(limit + int(days * day), account, rng) for days in np.sort(rng.uniform(2, 16, 2)))
    asks = at_work(sso[-1] + int(rng.uniform(1, 5) * day), account, rng)
    closes = at_work(asks + int(rng.uniform(28, 60) * day), account, rng)
    return Path(joins, limit, looks_at_sso=sso, asks=asks, closes=closes)


def at_work(at: Instant, account: Account, rng: Generator) -> Instant:
    """An instant in working hours of that UTC day, or of the Monday after a weekend; whole seconds."""
    midnight = at - at % DAY
    weekday = (midnight // DAY + 3) % 7  # 1970-01-01 was a Thursday.
    midnight += (7 - weekday) * DAY if weekday > 4 else 0
    seconds = int(rng.integers(8 * 3600, 18 * 3600))
    return midnight + seconds * SECOND - account.utc_offset * HOUR


def _account(number: int, name: str, before: list[Account], used: Counter[str], since: Instant, until: Instant, rng: Generator) -> Account:
    country, offset = pick(rng, COUNTRIES)
    fate = _FATES[int(rng.choice(len(_FATES), p=[share for _, share, _ in _FATES]))][0]
    industry, employees = pick(rng, INDUSTRIES), int(10 ** rng.uniform(1.2, 3.4))
    begins = since + int(rng.uniform(0.0, 0.7) * (until - since))
    early = since + int(0.02 * (until - since))
    crm_id = f"A-{1001 + number}" if fate in ("buys", "is_lost") or rng.random() < (0.6 if fate == "grows" else 0.25) else None
    count: int | None = None
    parent = merged_into = training_browser = None
    is_free_mail = False
    match number:
        case 0:  # The one that does everything.
            fate, begins, crm_id, count = "buys", early, "A-1001", 14
        case 1:  # A second record of the first company, under another domain; somebody notices and merges the two.
            name, industry, country, offset = f"{before[0].name} Labs", before[0].industry, before[0].country, before[0].utc_offset
            fate, begins, crm_id, count = "activates", early, "A-1002", 4
            merged_into = before[0].crm_id
        case 2:
            fate, begins, crm_id = "buys", early, "A-1003"
        case 3:  # A subsidiary.
            name, fate, crm_id = f"{before[2].name} Iberia", "grows", "A-1004"
            parent = before[2].crm_id
        case 4:  # A founder with a private address: only the CRM knows to which company she belongs.
            fate, crm_id, count = "activates", "A-1005", 1
            is_free_mail = True
        case 5:  # Eight people log in at the machine of a training room, so that it tells nobody apart.
            fate, begins, count = "activates", early, 8
            training_browser = "b-training-room"
    if fate == "looks":
        crm_id = None
    domain = name.lower().replace(" ", "-") + ".example"
    low, high = _PEOPLE[fate]
    people = tuple(_person(FREE_MAIL if is_free_mail else domain, used, rng) for _ in range(count or int(rng.integers(low, high + 1))))
    return Account(
        number=number,
        name=name,
        domain=domain,
        country=country,
        utc_offset=offset,
        industry=industry,
        employees=employees,
        fate=fate,
        people=people,
        begins=begins,
        crm_id=crm_id,
        parent=parent,
        merged_into=merged_into,
        is_free_mail=is_free_mail,
        training_browser=training_browser,
    )


def _person(domain: str, used: Counter[str], rng: Generator) -> Person:
    first, last, title = pick(rng, FIRST_NAMES), pick(rng, LAST_NAMES), pick(rng, TITLES)
    own = f"{first}.{last}".lower()
    used[own] += 1
    id = own if used[own] == 1 else f"{own}{used[own]}"
    browser = "b-" + rng.bytes(3).hex()
    return Person(id, f"{first} {last}", f"{id}@{domain}", title, browser)
