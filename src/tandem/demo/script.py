"""The parts of the first six companies, which every seed plays: with them everything that can be told has somebody to tell it of.

They are left out of what is planted, for nothing of theirs is left to chance.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from tandem.demo.cast import FREE_SEATS, Account, at_work
from tandem.demo.life import Joining, Life, later, with_known_sale
from tandem.demo.sale import Contact, sale_of
from tandem.values.instants import DAY, HOUR, MINUTE, SECOND, Instant

# How many people come, by the account's number, before anything is signed.
_PEOPLE = (14, 4, 11, 9, 1, 8)


def play(account: Account, until: Instant, pace: float, rng: Generator) -> Life:
    """The account's part. pace: 1 at the speed of life, less to fit it into a short history."""
    day = DAY * pace
    # Nobody signs up before the first visit, which may have been late in the evening.
    first = max(at_work(account.begins + int(rng.uniform(1, 9) * day), account, rng), account.begins + HOUR)
    joinings = _join(account, first - first % SECOND, day, rng)
    activated = max(at_work(first + int(rng.uniform(0, 2) * day), account, rng), first + HOUR)
    life = Life(account.begins, joinings=joinings, activated=activated)
    if account.merged_into is not None:
        return replace(life, merged=at_work(account.begins + int(95 * day), account, rng))
    if len(joinings) <= FREE_SEATS or account.training_browser is not None:
        return life
    limit = joinings[FREE_SEATS].at
    life = replace(life, seat_limit=limit)
    if account.parent is not None:
        return replace(life, upgraded=max(at_work(limit + int(rng.uniform(2, 8) * day), account, rng), limit + HOUR))
    sso = tuple(max(at_work(limit + int(days * day), account, rng), limit + HOUR) for days in np.sort(rng.uniform(2, 12, 2)))
    asks = max(at_work(sso[-1] + int(rng.uniform(1, 5) * day), account, rng), sso[-1] + HOUR)
    answered = later(account, asks, 0.5, rng)
    contacts = (
        Contact(answered, "email", "in", "sell", "answered", "seller"),
        Contact(answered + HOUR, "call", "out", "sell", "meeting booked", "seller"),
    )
    life = replace(life, sso=sso, questionnaire=asks + 2 * HOUR, second_team=sso[-1] + 3 * HOUR, asks=asks, contacts=contacts)
    sale = sale_of(account, answered + 3 * HOUR, people=len(joinings), passed=4, champion=1, competitor="Alder", rng=rng, pace=pace)
    return with_known_sale(account, life, sale, until, rng)


def _join(account: Account, first: Instant, day: float, rng: Generator) -> tuple[Joining, ...]:
    """The founder, and everybody whom somebody who is in has asked."""
    joinings = [Joining(first, "self")]
    waits = rng.exponential(6.0 if _PEOPLE[account.number] > FREE_SEATS else 10.0, _PEOPLE[account.number] - 1)
    comings = sorted(max(at_work(first + int(wait * day), account, rng), first + HOUR) for wait in np.cumsum(waits))
    for number, at in enumerate(comings, 1):
        inviter = int(rng.integers(number))
        asked = max(joinings[inviter].at + 5 * MINUTE, at - int(rng.integers(2, 40)) * 30 * MINUTE)
        joinings.append(Joining(at, "invitation", None, inviter, min(asked, at)))
    return tuple(joinings)
