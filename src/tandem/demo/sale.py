"""A sale and what follows it: stages, champion and competitor, contracts with their terms, seats that are given, calls that serve."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import Generator

from tandem.demo import planted
from tandem.demo.cast import Account, at_work
from tandem.demo.words import pick
from tandem.values.instants import DAY, HOUR, SECOND, Instant

COMPETITORS = ("Alder", "Birchway", "Cypress Ops")
STAGES = ("Discovery", "Evaluation", "Proposal", "Negotiation")
_CHANCES = (planted.DISCOVERY, planted.EVALUATION, planted.PROPOSAL)


@dataclass(frozen=True)
class Contact:
    """A human touch. by: whose work it is, `development`, `seller` or `success`. is_poaching: a user's, without any reason to call."""

    at: Instant
    channel: str
    direction: str
    purpose: str
    outcome: str
    by: str
    is_poaching: bool = False


@dataclass(frozen=True)
class Sale:
    """stages: each that was reached, with when; the last is `Closed Won` or `Closed Lost`. champion: the position of the person, if any."""

    stages: tuple[tuple[str, Instant], ...]
    champion: int | None
    competitor: str
    loss_reason: str
    seats: int
    contacts: tuple[Contact, ...]

    @property
    def opens(self) -> Instant:
        return self.stages[0][1]

    @property
    def closes(self) -> Instant:
        return self.stages[-1][1]

    @property
    def is_won(self) -> bool:
        return self.stages[-1][0] == "Closed Won"


@dataclass(frozen=True)
class Term:
    """A contract's. is_renewed: another term follows."""

    starts: Instant
    ends: Instant
    seats: int
    is_renewed: bool


def draw_sale(account: Account, opens: Instant, people: int, rng: Generator) -> Sale:
    """An opportunity from its first day to its last. people: how many there are who could be its champion."""
    has_champion = rng.random() < planted.CHAMPION
    champion = int(rng.integers(people)) if has_champion and people else 0 if has_champion else None
    competitor = pick(rng, COMPETITORS) if rng.random() < planted.COMPETITOR else ""
    chances = (*_CHANCES, planted.WON_WITH_CHAMPION if has_champion else planted.WON_WITHOUT)
    reached = 0
    while reached < len(chances) and rng.random() < chances[reached]:
        reached += 1
    return sale_of(account, opens, people, reached, champion, competitor, rng)


def sale_of(
    account: Account, opens: Instant, people: int, passed: int, champion: int | None, competitor: str, rng: Generator, pace: float = 1.0
) -> Sale:
    """The same with its fate known. passed: how many stages it came through, all four where it is won."""
    stages = [(STAGES[0], opens - opens % SECOND)]
    for name in (*STAGES[1 : passed + 1], "Closed Won" if passed == len(STAGES) else "Closed Lost"):
        at = at_work(stages[-1][1] + int(rng.uniform(5, 18) * pace * DAY), account, rng)
        stages.append((name, max(at, stages[-1][1] + HOUR)))
    reasons = ("price", "no decision", "timing", *(("competitor",) * 3 if competitor and passed > 0 else ()))
    loss_reason = pick(rng, reasons)
    is_won = passed == len(STAGES)
    loss_reason = "" if is_won else loss_reason
    return Sale(tuple(stages), champion, competitor, loss_reason, _seats(account, people), tuple(_contacts(stages)))


def _seats(account: Account, people: int) -> int:
    """How many seats a company of this size buys, on top of the people who are there."""
    return people + 12 + account.number % 9 + (14 if account.employees >= planted.LARGE_EMPLOYEES else 0)


def draw_terms(
    account: Account, starts: Instant, seats: int, joined: list[Instant], until: Instant, rng: Generator
) -> tuple[tuple[Term, ...], list[Instant], list[Contact]]:
    """Terms until one is not renewed or the history ends, when whom a seat is given comes, and what customer success does meanwhile."""
    terms: list[Term] = []
    given: list[Instant] = []
    calls: list[Contact] = []
    at = starts
    while True:
        ends = at + planted.TERM_DAYS * DAY
        share = rng.uniform(0.6, 0.95) if account.is_scripted or rng.random() < planted.ROLLOUT else rng.uniform(0.1, 0.4)
        in_use = sum(one < at for one in (*joined, *given))
        waits = sorted(rng.uniform(1, 90, max(0, int(share * seats) - in_use)).tolist())
        given += [max(at_work(at + int(wait * DAY), account, rng), at + HOUR) for wait in waits]
        calls += _service(account, at, ends, rng)
        is_deployed = sum(one < ends for one in (*joined, *given)) >= seats / 2
        is_renewed = account.is_scripted or rng.random() < (planted.RENEWAL_DEPLOYED if is_deployed else planted.RENEWAL_UNDEPLOYED)
        terms.append(Term(at, ends, seats, is_renewed))
        if not is_renewed or ends >= until:
            return tuple(terms), sorted(given), calls
        seats = round(seats * (rng.uniform(1.05, 1.3) if is_deployed else rng.uniform(0.6, 0.95)))
        at = ends


def _contacts(stages: list[tuple[str, Instant]]) -> list[Contact]:
    """What sellers do about an opportunity: one thing at each stage."""
    done = {
        "Discovery": ("call", "in", "called back"),
        "Evaluation": ("meeting", "out", "demo given"),
        "Proposal": ("email", "out", "offer sent"),
        "Negotiation": ("call", "out", "terms discussed"),
        "Closed Won": ("call", "out", "terms agreed"),
        "Closed Lost": ("call", "out", "stays as it is"),
    }
    found = []
    for name, at in stages:
        channel, direction, outcome = done[name]
        # The last talk comes before the stage that it brings about, every other after.
        when = at - HOUR // 2 if name.startswith("Closed") else at + HOUR
        found.append(Contact(when, channel, direction, "sell", outcome, "seller"))
    return found


def _service(account: Account, starts: Instant, ends: Instant, rng: Generator) -> list[Contact]:
    calls: list[Contact] = []
    at = starts + int(rng.uniform(3, 9) * DAY)
    while at < ends:
        outcome = "onboarding" if not calls else pick(rng, ("adoption reviewed", "questions answered", "no answer"))
        calls.append(Contact(at_work(at, account, rng), "call", "out", "serve", outcome, "success"))
        at += int(rng.uniform(35, 65) * DAY)
    return calls
