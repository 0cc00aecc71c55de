"""What an account's people do in the product, as calls of the Segment spec: look around, sign up, invite, work, meet limits, need more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from numpy.random import Generator

from tandem.demo.cast import Account, Person, at_work
from tandem.demo.life import Joining, Life
from tandem.demo.words import pick
from tandem.values.instants import DAY, HOUR, MINUTE, SECOND, Instant, to_datetime

# How likely somebody is to work in the product on a working day, before a contract and under one, and in the lull of the year's last days.
_ACTIVE, _ACTIVE_CUSTOMER = 0.28, 0.2
_LULL = 0.4
_WORK = ("Runbook Edited",) * 7 + ("Runbook Run",) * 6 + ("Comment Added",) * 4 + ("Runbook Created", "Report Shared")
# Who only tries writes something down, and does not run it.
_TRY = ("Runbook Edited",) * 2 + ("Runbook Created",)
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


def calls_of(account: Account, life: Life, until: Instant, rng: Generator) -> list[Call]:
    """The account's calls until an instant (out), by time, with ids."""
    calls = [call for call in _calls(account, life, until, rng) if call.at < until]
    calls.sort(key=lambda call: call.at)
    return [replace(call, id=f"m-{account.number + 1}-{position}") for position, call in enumerate(calls, 1)]


def _calls(account: Account, life: Life, until: Instant, rng: Generator) -> Iterator[Call]:
    if not life.joinings:
        if account.origin == "visitor":
            for person in account.people:
                yield from _look_around(person, life.seen, rng, visits=int(rng.integers(1, 4)))
        return
    founder, first = account.people[0], life.joinings[0]
    if first.how == "self":
        # Of a prospect or a lead the visit is the one that ends in the sign-up.
        seen = life.seen if account.origin == "organic" else first.at - HOUR
        yield from _look_around(founder, seen, rng, visits=2, until=first.at)
    for person, joining in zip(account.people, life.joinings, strict=False):
        yield from _come(account, life, person, joining, rng)
    for number, (inviter, at) in enumerate(life.unanswered, 1):
        to = f"colleague{number}@{account.people[inviter].email.partition('@')[2]}"
        yield _call(at, "track", "Invite Sent", account.people[inviter], account.workspace, to=to)
    yield from _work_of_all(account, life, until, rng)
    if account.training_browser is not None:
        yield from _train(account, max(joining.at for joining in life.joinings) + 3 * DAY, rng)
    yield from _plans(account, life)
    yield from _want_more(account, life)
    for at in life.dark_mode:
        yield _call(at, "track", "Dark Mode Enabled", founder, account.workspace)


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


def _come(account: Account, life: Life, person: Person, joining: Joining, rng: Generator) -> Iterator[Call]:
    """Somebody's sign-up: by themselves, by an invitation, or because their company gives them a seat."""
    at = joining.at
    is_founder = person is account.people[0]
    if joining.how == "self":
        has_trial = life.trial_until is not None
        traits = {"trial_end": to_datetime(life.trial_until).date().isoformat()} if life.trial_until is not None else {}
        plan = "trial" if has_trial else "free"
        yield from _sign_up(account, person, at, plan=plan, via="self", source=account.origin)
        yield _join(account, person, at + 50 * SECOND, plan, **traits)
    elif joining.how == "invitation":
        assert joining.inviter is not None, joining
        assert joining.asked is not None, joining
        inviter = account.people[joining.inviter]
        yield _call(joining.asked, "track", "Invite Sent", inviter, account.workspace, to=person.email)
        yield _look(person, at, "Invitation")
        plan = plan_at(life, at + MINUTE)
        yield from _sign_up(account, person, at + MINUTE, plan=plan, via="invitation")
        yield _join(account, person, at + MINUTE + 50 * SECOND, plan)
        yield _call(at + 2 * MINUTE, "track", "Invite Accepted", person, account.workspace, invited_by=inviter.id)
    else:
        yield from _sign_up(account, person, at, plan="business", via="seat")
        yield _join(account, person, at + 50 * SECOND, "business")
    if is_founder:
        yield _call(at + 4 * MINUTE, "track", "Workspace Created", person, account.workspace, template="incident")


def _sign_up(account: Account, person: Person, at: Instant, **said: str) -> Iterator[Call]:
    yield _look(person, at, "Sign Up")
    traits = {"name": person.name, "email": person.email, "title": person.title}
    yield Call(at + 40 * SECOND, at + 41 * SECOND, "identify", person=person.id, browser=person.browser, said=traits)
    yield replace(_call(at + 41 * SECOND, "track", "Signed Up", person, None, **said), browser=person.browser)


def plan_at(life: Life, at: Instant) -> str:
    """The plan of the account's workspace."""
    if any(term.starts <= at < term.ends for term in life.terms):
        return "business"
    if life.upgraded is not None and life.upgraded <= at and (life.cancelled is None or at < life.cancelled) and not life.terms:
        return "team"
    if life.upgraded is not None and life.terms and life.upgraded <= at < life.terms[0].starts:
        return "team"
    return "trial" if life.trial_until is not None and at < life.trial_until else "free"


def _plans(account: Account, life: Life) -> Iterator[Call]:
    """Whenever the plan changes, the product tells the workspace's new one."""
    founder = account.people[0]
    where = account.workspace
    if life.upgraded is not None:
        via = "trial" if life.converted else "card"
        yield _call(life.upgraded, "page", "Pricing", founder, where)
        yield _call(life.upgraded + 3 * MINUTE, "track", "Plan Upgraded", founder, where, plan="team", via=via)
    changes = [life.trial_until, life.upgraded, life.cancelled, *(at for term in life.terms for at in (term.starts, term.ends))]
    for at in sorted(each for each in changes if each is not None):
        now = plan_at(life, at)
        if at > life.joinings[0].at and now != plan_at(life, at - 1):
            yield _join(account, founder, at + 4 * MINUTE, now)


def _join(account: Account, person: Person, at: Instant, plan: str, **traits: str) -> Call:
    return Call(at, at + SECOND, "group", person=person.id, workspace=account.workspace, said={"name": account.name, "plan": plan} | traits)


def _work_of_all(account: Account, life: Life, until: Instant, rng: Generator) -> Iterator[Call]:
    starts = life.terms[0].starts if life.terms else until
    if life.activated is None and not life.terms:
        yield from _work(account, account.people[0], life.joinings[0].at, life.joinings[0].at + 12 * DAY, starts, rng, _TRY)
        return
    ends = min(until, life.works_until or until)
    if life.activated is not None:
        # What makes the team active is that its founder runs something, once and soon.
        yield _call(life.activated, "track", "Runbook Run", account.people[0], account.workspace, runbook="rb-1")
    for person, joining in zip(account.people, life.joinings, strict=False):
        since = max(joining.at, life.activated or 0)
        yield from _work(account, person, since, min(ends, joining.until or ends), starts, rng, _WORK)
    if life.second_team is not None:
        members = account.people[: sum(joining.at < life.second_team for joining in life.joinings)][-2:]
        yield _call(life.second_team, "track", "Workspace Created", members[0], account.second_workspace, template="change")
        for person in members:
            work = _work(account, person, life.second_team, min(ends, life.second_team + 90 * DAY), starts, rng, _WORK)
            yield from (replace(call, workspace=account.second_workspace) for call in work)


def _work(
    account: Account, person: Person, since: Instant, until: Instant, contract: Instant, rng: Generator, work: tuple[str, ...]
) -> Iterator[Call]:
    """Sessions on working days, from the day after `since` on. contract: from then on people work at a customer's pace."""
    first = since - since % DAY + DAY
    for number, chance in enumerate(rng.random(max(0, (until - first) // DAY + 1)).tolist()):
        day = first + number * DAY
        # Whoever is not active at the busiest time is not active at any.
        if chance >= _ACTIVE or (day // DAY + 3) % 7 > 4 or chance >= _activity(day, contract):
            continue
        at = at_work(day, account, rng)
        for _ in range(int(rng.integers(1, 5))):
            if at < until:
                name = pick(rng, work)
                yield _call(at, "track", name, person, account.workspace, runbook=f"rb-{int(rng.integers(1, 30))}")
            at += int(rng.integers(20, 900)) * SECOND
        if rng.random() < 0.1 and at < until:
            yield _call(at, "track", HEARTBEAT, person, account.workspace)


def _activity(day: Instant, contract: Instant) -> float:
    moment = to_datetime(day)
    in_lull = moment.month == 12 and moment.day > 20
    return (_ACTIVE_CUSTOMER if day >= contract else _ACTIVE) * (_LULL if in_lull else 1.0)


def _train(account: Account, at: Instant, rng: Generator) -> Iterator[Call]:
    """One morning, one machine, everybody."""
    at = at_work(at, account, rng)
    for person in account.people:
        yield Call(at, at + SECOND, "identify", person=person.id, browser=account.training_browser, said={"email": person.email})
        lesson = _call(at + MINUTE, "track", "Runbook Run", person, account.workspace, runbook="rb-lesson")
        yield replace(lesson, browser=account.training_browser)
        at += 20 * MINUTE


def _want_more(account: Account, life: Life) -> Iterator[Call]:
    """The signs that a team has become a company's, and those that only look like it."""
    founder = account.people[0]
    where = account.workspace
    if life.seat_limit is not None:
        yield _call(life.seat_limit + 5 * MINUTE, "track", "Seat Limit Reached", founder, where, plan="free", seats=5)
        yield _call(life.seat_limit + 7 * MINUTE, "page", "Pricing", founder, where)
    if life.curious is not None:
        yield _call(life.curious, "track", "SSO Settings Viewed", founder, where, plan=plan_at(life, life.curious))
    for at in life.sso:
        # The second of those who are there by then, else the founder.
        who = account.people[1 if len(life.joinings) > 1 and life.joinings[1].at < at else 0]
        yield _call(at, "track", "SSO Settings Viewed", who, where, plan=plan_at(life, at))
        yield _call(at + 6 * MINUTE, "page", "Security", who, where)
    if life.questionnaire is not None:
        yield _call(life.questionnaire, "track", "Security Questionnaire Requested", founder, where)
    for hand, about in ((life.asks, "single sign-on"), (life.idle_hand, "invoices")):
        if hand is not None:
            yield _call(hand - 4 * MINUTE, "page", "Pricing", founder, where)
            yield _call(hand, "track", "Contact Sales Clicked", founder, where, about=about)


def _look(person: Person, at: Instant, page: str) -> Call:
    return Call(at, at + SECOND, "page", page, browser=person.browser)


def _call(at: Instant, type: Literal["track", "page"], name: str, person: Person, workspace: str | None, **said: Any) -> Call:
    return Call(at, at + SECOND, type, name, person.id, workspace=workspace, said=said)
