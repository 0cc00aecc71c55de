"""What an account's people do in the product, as calls of the Segment spec: look around, sign up, invite, work, meet limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from numpy.random import Generator

from tandem.demo.cast import Account, Path, Person, at_work
from tandem.demo.words import pick
from tandem.values.instants import DAY, MINUTE, SECOND, Instant

# How likely somebody is to work in the product on a working day.
_ACTIVE = {"tries": 0.06, "activates": 0.35, "grows": 0.45, "buys": 0.5, "is_lost": 0.35}
_WORK = ("Runbook Edited",) * 7 + ("Runbook Run",) * 6 + ("Comment Added",) * 4 + ("Runbook Created", "Report Shared")
HEARTBEAT = "Editor Heartbeat"
_LOOKS_AT = ("Home", "Docs", "Pricing", "Customers", "Blog")


@dataclass(frozen=True)
class Call:
    """One call. received_at: when Larch's servers had it; the two times differ where a laptop was offline."""

    at: Instant
    received_at: Instant
    type: Literal["track", "page", "identify", "group"]
    name: str = ""
    person: str | None = None
    browser: str | None = None
    workspace: str | None = None
    said: dict[str, Any] = field(default_factory=dict)
    id: str = ""


def calls_of(account: Account, path: Path, until: Instant, rng: Generator) -> list[Call]:
    """The account's calls until an instant (out), by time, with ids."""
    calls = [call for call in _calls(account, path, until, rng) if call.at < until]
    calls.sort(key=lambda call: call.at)
    return [replace(call, id=f"m-{account.number + 1}-{position}") for position, call in enumerate(calls, 1)]


def _calls(account: Account, path: Path, until: Instant, rng: Generator) -> Iterator[Call]:
    if not path.joins:
        for person in account.people:
            yield from _look_around(person, account.begins, rng, visits=int(rng.integers(1, 4)))
        return
    founder = account.people[0]
    yield from _look_around(founder, account.begins, rng, visits=2, until=path.joins[0])
    yield from _sign_up(account, founder, path.joins[0], rng)
    yield _call(path.joins[0] + 4 * MINUTE, "track", "Workspace Created", founder, account.workspace, template="incident")
    for number, (person, at) in enumerate(zip(account.people[1:], path.joins[1:], strict=True), 1):
        inviter = account.people[int(rng.integers(number))]
        sent = max(path.joins[account.people.index(inviter)] + 5 * MINUTE, at - int(rng.integers(2, 40)) * 30 * MINUTE)
        yield _call(min(sent, at), "track", "Invite Sent", inviter, account.workspace, to=person.email)
        yield _look(person, at, "Invitation")
        yield from _sign_up(account, person, at + MINUTE, rng)
        yield _call(at + 2 * MINUTE, "track", "Invite Accepted", person, account.workspace, invited_by=inviter.id)
    for person, at in zip(account.people, path.joins, strict=True):
        yield from _work(account, person, at, until, rng)
    if account.training_browser is not None:
        yield from _train(account, max(path.joins) + 3 * DAY, rng)
    yield from _want_more(account, path)


def _look_around(person: Person, since: Instant, rng: Generator, *, visits: int, until: Instant | None = None) -> Iterator[Call]:
    """Visits of somebody whom nobody knows yet, the first at `since`."""
    at = since - since % MINUTE
    for _ in range(visits):
        for page in dict.fromkeys(("Home", *(pick(rng, _LOOKS_AT) for _ in range(int(rng.integers(1, 4)))))):
            if until is None or at < until:
                yield _look(person, at, page)
            at += int(rng.integers(10, 200)) * SECOND
        at += int(rng.uniform(0.4, 3) * DAY)
        at -= at % SECOND


def _sign_up(account: Account, person: Person, at: Instant, rng: Generator) -> Iterator[Call]:
    yield _look(person, at, "Sign Up")
    traits = {"name": person.name, "email": person.email, "title": person.title}
    yield Call(at + 40 * SECOND, at + 41 * SECOND, "identify", person=person.id, browser=person.browser, said=traits)
    yield replace(_call(at + 41 * SECOND, "track", "Signed Up", person, None, plan="free"), browser=person.browser)
    yield _join(account, person, at + 50 * SECOND, plan="free")


def _join(account: Account, person: Person, at: Instant, plan: str) -> Call:
    return Call(at, at + SECOND, "group", person=person.id, workspace=account.workspace, said={"name": account.name, "plan": plan})


def _work(account: Account, person: Person, since: Instant, until: Instant, rng: Generator) -> Iterator[Call]:
    """Sessions on working days, from the day after `since` on."""
    first = since - since % DAY
    for days in range(1, (until - first) // DAY):
        day = first + days * DAY
        if (day // DAY + 3) % 7 > 4 or rng.random() >= _ACTIVE[account.fate]:
            continue
        at = at_work(day, account, rng)
        for _ in range(int(rng.integers(1, 7))):
            name = pick(rng, _WORK)
            yield _call(at, "track", name, person, account.workspace, runbook=f"rb-{int(rng.integers(1, 30))}")
            at += int(rng.integers(20, 900)) * SECOND
        if rng.random() < 0.1:
            yield _call(at, "track", HEARTBEAT, person, account.workspace)


def _train(account: Account, at: Instant, rng: Generator) -> Iterator[Call]:
    """One morning, one machine, everybody."""
    at = at_work(at, account, rng)
    for person in account.people:
        yield Call(at, at + SECOND, "identify", person=person.id, browser=account.training_browser, said={"email": person.email})
        lesson = _call(at + MINUTE, "track", "Runbook Run", person, account.workspace, runbook="rb-lesson")
        yield replace(lesson, browser=account.training_browser)
        at += 20 * MINUTE


def _want_more(account: Account, path: Path) -> Iterator[Call]:
    """The signs that a team has become a company's."""
    founder, second = account.people[0], account.people[min(1, len(account.people) - 1)]
    where = account.workspace
    if path.seat_limit is not None:
        yield _call(path.seat_limit + 5 * MINUTE, "track", "Seat Limit Reached", founder, where, plan="free", seats=5)
        yield _call(path.seat_limit + 7 * MINUTE, "page", "Pricing", founder, where)
    if path.upgraded is not None:
        yield _call(path.upgraded, "page", "Pricing", founder, where)
        yield _call(path.upgraded + 3 * MINUTE, "track", "Plan Upgraded", founder, where, plan="team", by="card")
        yield _join(account, founder, path.upgraded + 4 * MINUTE, plan="team")
    for at in path.looks_at_sso:
        yield _call(at, "track", "SSO Settings Viewed", second, where, plan="free")
        yield _call(at + 6 * MINUTE, "page", "Security", second, where)
    if path.asks is not None:
        yield _call(path.asks - 4 * MINUTE, "page", "Pricing", founder, where)
        yield _call(path.asks, "track", "Contact Sales Clicked", founder, where, about="single sign-on")
    if path.closes is not None and account.fate == "buys":
        yield _join(account, founder, path.closes + 60 * MINUTE, plan="business")


def _look(person: Person, at: Instant, page: str) -> Call:
    return Call(at, at + SECOND, "page", page, browser=person.browser)


def _call(at: Instant, type: Literal["track", "page"], name: str, person: Person, workspace: str | None, **said: Any) -> Call:
    return Call(at, at + SECOND, type, name, person.id, workspace=workspace, said=said)
