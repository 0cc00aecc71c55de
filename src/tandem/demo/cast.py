"""The cast: companies that meet Larch, how each came, and their people. The first six have parts to play; the rest is drawn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from numpy.random import Generator

from tandem.demo.planted import QUIET_MONTHS, SEASON
from tandem.demo.words import COUNTRIES, FIRST_NAMES, HEADS, INDUSTRIES, LAST_NAMES, TAILS, TITLES, pick
from tandem.values.instants import DAY, HOUR, SECOND, Instant, to_datetime

# How a company meets Larch: its people only look around, or sign up by themselves; or marketing wins a lead, or sales writes first.
Origin = Literal["visitor", "organic", "campaign", "outbound"]
_ORIGINS: tuple[tuple[Origin, float], ...] = (("visitor", 0.12), ("organic", 0.53), ("campaign", 0.20), ("outbound", 0.15))

FREE_MAIL = "freemail.example"
FREE_SEATS = 5
SCRIPTED = 6


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
    """A company that meets Larch. people[0] comes first.

    begins: the first visit, the lead, or the day on which sales takes it on. crm_id: its record's, where sales ever makes one.
    listed: whether sales has the record from the beginning. parent, merged_into: another company's crm_id. utc_offset: hours.
    training_browser: one machine at which everybody logs in once.
    """

    number: int
    name: str
    domain: str
    country: str
    utc_offset: int
    industry: str
    employees: int
    origin: Origin
    begins: Instant
    listed: bool
    people: tuple[Person, ...] = ()
    parent: str | None = None
    merged_into: str | None = None
    is_free_mail: bool = False
    training_browser: str | None = None

    @property
    def crm_id(self) -> str:
        return f"A-{1001 + self.number}"

    @property
    def workspace(self) -> str:
        return f"ws-{self.domain.split('.')[0]}"

    @property
    def second_workspace(self) -> str:
        return f"{self.workspace}-2"

    @property
    def is_scripted(self) -> bool:
        return self.number < SCRIPTED


def draw_account(number: int, name: str, before: list[Account], since: Instant, until: Instant, rng: Generator) -> Account:
    """A company without its people."""
    country, offset = pick(rng, COUNTRIES)
    origin = _ORIGINS[int(rng.choice(len(_ORIGINS), p=[share for _, share in _ORIGINS]))][0]
    industry, employees = pick(rng, INDUSTRIES), int(10 ** rng.uniform(1.2, 3.4))
    listed = rng.random() < 0.5
    parent = merged_into = training_browser = None
    is_free_mail = False
    if number < SCRIPTED:
        origin, begins, listed = "organic", since + int((0.02 + 0.03 * number) * (until - since)), True
    else:
        begins = _draw_beginning(since, until, rng)
        listed = origin == "outbound" or (listed and origin != "visitor")
    match number:
        case 1:  # A second record of the first company, under another domain; somebody notices and merges the two.
            name, industry, country, offset = f"{before[0].name} Labs", before[0].industry, before[0].country, before[0].utc_offset
            merged_into = before[0].crm_id
        case 3:  # A subsidiary.
            name, parent = f"{before[2].name} Iberia", before[2].crm_id
        case 4:  # A founder with a private address: only the CRM knows to which company she belongs.
            is_free_mail = True
        case 5:  # Eight people log in at the machine of a training room, so that it tells nobody apart.
            training_browser, listed = "b-training-room", False
    return Account(
        number=number,
        name=name,
        domain=name.lower().replace(" ", "-") + ".example",
        country=country,
        utc_offset=offset,
        industry=industry,
        employees=employees,
        origin=origin,
        begins=begins,
        listed=listed,
        parent=parent,
        merged_into=merged_into,
        is_free_mail=is_free_mail,
        training_browser=training_browser,
    )


def draw_names(count: int, rng: Generator) -> list[str]:
    """So many names of companies, no two equal; one more changes none before it."""
    order = rng.permutation(len(HEADS) * len(TAILS))
    names = []
    for number in range(count):
        head, tail = divmod(int(order[number % len(order)]), len(TAILS))
        again = number // len(order)
        names.append(HEADS[head] + TAILS[tail] + (f" {again + 1}" if again else ""))
    return names


def draw_people(account: Account, count: int, used: Counter[str], rng: Generator) -> tuple[Person, ...]:
    """So many people of a company. used: how often each name was given before, of any company."""
    domain = FREE_MAIL if account.is_free_mail else account.domain
    return tuple(_draw_person(domain, used, rng) for _ in range(count))


def at_work(at: Instant, account: Account, rng: Generator) -> Instant:
    """An instant in working hours of that UTC day, or of the Monday after a weekend; whole seconds."""
    midnight = at - at % DAY
    weekday = (midnight // DAY + 3) % 7  # 1970-01-01 was a Thursday.
    midnight += (7 - weekday) * DAY if weekday > 4 else 0
    seconds = int(rng.integers(8 * 3600, 18 * 3600))
    return midnight + seconds * SECOND - account.utc_offset * HOUR


def in_quiet_month(at: Instant) -> bool:
    return to_datetime(at).month in QUIET_MONTHS


def _draw_beginning(since: Instant, until: Instant, rng: Generator) -> Instant:
    """Any instant of the history; of the quiet months only so many as the season lets through."""
    while True:
        at = since + int(rng.uniform(0.0, 1.0) * (until - since))
        if not in_quiet_month(at) or rng.random() < SEASON:
            return at


def _draw_person(domain: str, used: Counter[str], rng: Generator) -> Person:
    first, last, title = pick(rng, FIRST_NAMES), pick(rng, LAST_NAMES), pick(rng, TITLES)
    own = f"{first}.{last}".lower()
    used[own] += 1
    id = own if used[own] == 1 else f"{own}{used[own]}"
    browser = "b-" + rng.bytes(3).hex()
    return Person(id, f"{first} {last}", f"{id}@{domain}", title, browser)
