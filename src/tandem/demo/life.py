"""An account's life: when it does what, and what is done to it, drawn from the planted chances in continuous time.

What has not happened by the end of the history is drawn all the same, and left out where the exports are written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from itertools import count
from math import inf
from typing import Literal

from numpy.random import Generator

from tandem.demo import planted
from tandem.demo.cast import FREE_SEATS, Account, at_work
from tandem.demo.sale import Contact, Sale, Term, draw_sale, draw_terms
from tandem.values.instants import DAY, HOUR, MINUTE, SECOND, Instant

How = Literal["self", "invitation", "rollout"]


@dataclass(frozen=True)
class Joining:
    """Somebody comes. inviter: the position of who asked, at `asked`. until: when they stop working, the account's own end apart."""

    at: Instant
    how: How
    until: Instant | None = None
    inviter: int | None = None
    asked: Instant | None = None


@dataclass(frozen=True)
class Life:
    """Instants, or None for never.

    joinings: in the order of people; the first founds the workspace. converted: upgraded because a trial ended, else by card. unanswered: invitations of whom, and when. faded: a paying team stops
    working, and `cancelled`, leaves. sso: two looks at single sign-on, out of need; curious: one without. attended: a seller's touch
    followed soon. asks: a hand raised out of need; idle_hand: one without.
    """

    seen: Instant
    lead: Instant | None = None
    joinings: tuple[Joining, ...] = ()
    unanswered: tuple[tuple[int, Instant], ...] = ()
    activated: Instant | None = None
    trial_until: Instant | None = None
    seat_limit: Instant | None = None
    upgraded: Instant | None = None
    converted: bool = False
    faded: Instant | None = None
    cancelled: Instant | None = None
    curious: Instant | None = None
    sso: tuple[Instant, ...] = ()
    attended: bool = False
    questionnaire: Instant | None = None
    second_team: Instant | None = None
    asks: Instant | None = None
    idle_hand: Instant | None = None
    dark_mode: tuple[Instant, ...] = ()
    contacts: tuple[Contact, ...] = ()
    sale: Sale | None = None
    terms: tuple[Term, ...] = ()
    merged: Instant | None = None

    @property
    def works_until(self) -> Instant | None:
        """When the whole account stops working, if it does."""
        ends = [at for at in (self.faded, self.cancelled) if at is not None]
        ends += [self.terms[-1].ends] if self.terms and not self.terms[-1].is_renewed else []
        return min(ends, default=None)


def draw_life(account: Account, since: Instant, until: Instant, rng: Generator) -> Life:
    """What becomes of an account that meets Larch between two instants."""
    match account.origin:
        case "visitor":
            return Life(account.begins)
        case "outbound":
            return _draw_outbound(account, until, rng)
        case "campaign":
            life = Life(account.begins, lead=account.begins)
            if rng.random() >= planted.LEAD_SIGN_UP:
                return life
            return _draw_user(account, life, later(account, account.begins, rng.uniform(0.2, 20), rng), until, rng)
        case "organic":
            seen = _whole(max(since, account.begins - int(rng.uniform(0.5, 7) * DAY)))
            return _draw_user(account, Life(seen), max(at_work(account.begins, account, rng), seen + HOUR), until, rng)


def _draw_outbound(account: Account, until: Instant, rng: Generator) -> Life:
    """Sales writes, up to four times; a few talk, a few try the product by themselves."""
    first = later(account, account.begins, rng.uniform(1, 4), rng)
    large = account.employees >= planted.LARGE_EMPLOYEES
    sells = planted.OUTBOUND_SALE_LARGE if large else planted.OUTBOUND_SALE
    chance = rng.random()
    opens = later(account, first, rng.uniform(3, 38), rng) if chance < sells else None
    signs_up = later(account, first, rng.uniform(2, 50), rng) if sells <= chance < sells + planted.OUTBOUND_SIGN_UP else None
    ends = opens or signs_up or until
    sequence = [(0.0, "email"), (4.0, "call"), (9.0, "email"), (15.0, "email")]
    contacts = [
        Contact(at, channel, "out", "sell", "no answer", "development")
        for days, channel in sequence
        if (at := first if days == 0 else later(account, first, days, rng)) < ends
    ]
    if opens is not None:
        contacts[-1] = replace(contacts[-1], outcome="meeting booked")
    life = Life(account.begins, contacts=tuple(contacts))
    if signs_up is not None:
        return _draw_user(account, life, signs_up, until, rng)
    return life if opens is None else with_sale(account, life, opens, until, rng)


def _draw_user(account: Account, life: Life, signs_up: Instant, until: Instant, rng: Generator) -> Life:
    """An account whose first person signs up by themselves."""
    signs_up = _whole(signs_up)
    life = replace(life, joinings=(Joining(signs_up, "self"),), dark_mode=tuple(_at_rate(planted.DARK_MODE, signs_up, until, account, rng)))
    trial_until = signs_up + planted.TRIAL_DAYS * DAY if rng.random() < planted.TRIAL else None
    life = replace(life, trial_until=trial_until)
    # Drawn for every account, whether it comes to that or not, so that no answer depends on another's.
    cold = tuple(_at_rate(planted.COLD, signs_up, until, account, rng))
    idle_hand = next(iter(_at_rate(planted.IDLE_HAND, signs_up, until, account, rng)), None)
    if rng.random() >= planted.ACTIVATION:
        return _with_cold(_with_idle(account, life, None, idle_hand, rng), cold)
    activated = max(at_work(signs_up + int(rng.uniform(0, 4) * DAY), account, rng), signs_up + 15 * MINUTE)
    joinings, unanswered = _draw_team(account, signs_up, activated, until, rng)
    life = replace(life, activated=activated, joinings=joinings, unanswered=unanswered)
    curious = next(iter(_at_rate(planted.CURIOUS, activated, until, account, rng)), None)
    payment = _Payment(
        is_converting=trial_until is not None and rng.random() < planted.TRIAL_CONVERSION,
        patience=rng.exponential(),
        fades_after=rng.exponential(1 / planted.FADE),
        loyalty=rng.exponential(),
    )
    needing = _with_need(account, life, curious, idle_hand, until, rng)
    resolved = _with_payment(account, needing, cold, payment, rng)
    first_sso = needing.sso[0]
    gone = min(resolved.faded or inf, resolved.cancelled or inf)
    if gone < first_sso:
        # The team was gone before it could need more.
        idle = _with_idle(account, replace(life, curious=curious), None, idle_hand, rng)
        resolved = _with_payment(account, idle, cold, payment, rng)
    else:
        # Who needs more does not leave as long as the need lasts.
        resolved = replace(resolved, faded=None, cancelled=None)
    return resolved


@dataclass(frozen=True)
class _Payment:
    """What decides when a team pays and leaves: patience and loyalty are used up by hazards over time."""

    is_converting: bool
    patience: float
    fades_after: float
    loyalty: float


def _draw_team(
    account: Account, signs_up: Instant, activated: Instant, until: Instant, rng: Generator
) -> tuple[tuple[Joining, ...], tuple[tuple[int, Instant], ...]]:
    """Everybody who is in invites others, and some of these come."""
    team: list[Joining] = []
    unanswered: list[tuple[int, Instant]] = []
    coming: list[tuple[Instant, int, Joining]] = [(signs_up, 0, Joining(signs_up, "self"))]
    ties = count(1)
    while coming:
        _, _, one = heappop(coming)
        number = len(team)
        team.append(one)
        begins = activated if number == 0 else one.at
        for _ in range(rng.poisson(planted.INVITATIONS)):
            asked = max(at_work(begins + int(rng.uniform(0.02, 27) * DAY), account, rng), begins + 10 * MINUTE)
            comes = max(at_work(asked + int(rng.uniform(0.02, 5) * DAY), account, rng), asked + 20 * MINUTE)
            if rng.random() >= planted.ACCEPTANCE:
                unanswered.append((number, asked))
            elif comes < until:
                tires = comes + int(rng.exponential(150) * DAY)
                heappush(coming, (comes, next(ties), Joining(comes, "invitation", tires, number, asked)))
            elif asked < until:
                unanswered.append((number, asked))
    return tuple(team), tuple(unanswered)


def _with_need(account: Account, life: Life, curious: Instant | None, idle: Instant | None, until: Instant, rng: Generator) -> Life:
    """The need begins, its signs follow, and with luck a sale; without any luck nobody ever calls."""
    assert life.activated is not None, "need comes of use"
    need = life.activated + int(rng.exponential(1 / planted.NEED) * DAY)
    first = later(account, need, 0, rng)
    second = later(account, first, rng.uniform(1, 8), rng)
    life = replace(
        life,
        sso=(first, second),
        questionnaire=later(account, second, rng.uniform(0, 3), rng) if rng.random() < 0.5 else None,
        second_team=later(account, first, rng.uniform(1, 10), rng) if rng.random() < 0.4 else None,
        curious=curious if curious is not None and curious < first - 30 * DAY else None,
    )
    life = _with_idle(account, life, first, idle, rng)
    attended = rng.random() < planted.ATTENDED
    sells = rng.random() < (planted.SALE_ATTENDED if attended else planted.SALE_UNATTENDED)
    asks = opens = None
    if attended:
        touch = later(account, second, rng.uniform(0.3, 3.8), rng)
        outcome = "meeting booked" if sells else "no answer"
        contact = Contact(touch, "call" if rng.random() < 0.5 else "email", "out", "help", outcome, "seller")
        life = replace(life, attended=True, contacts=(*life.contacts, contact))
        if sells:
            opens = later(account, touch, rng.uniform(2, 35), rng)
            asks = max(opens - 26 * HOUR, touch + HOUR) if rng.random() < 0.4 else None
    elif sells:
        asks = later(account, second, rng.uniform(8, 45), rng)
        opens = later(account, asks, 1, rng)
    life = replace(life, asks=asks)
    return life if opens is None else with_sale(account, life, opens, until, rng)


def _with_idle(account: Account, life: Life, first_sso: Instant | None, idle: Instant | None, rng: Generator) -> Life:
    """A question that needs no sale: a seller answers, and that is all."""
    if idle is None or (first_sso is not None and idle >= first_sso - 60 * DAY):
        return life
    answers = (
        Contact(idle + 20 * MINUTE, "email", "in", "help", "asked about invoices", "seller"),
        Contact(later(account, idle, 1, rng), "email", "out", "help", "answered", "seller"),
    )
    return replace(life, idle_hand=idle, contacts=(*life.contacts, *answers))


def _with_payment(account: Account, life: Life, cold: tuple[Instant, ...], payment: _Payment, rng: Generator) -> Life:
    """When the team pays by card, and when it leaves again, given when sellers called in vain."""
    assert life.activated is not None, "nobody pays for what they do not use"
    signed = life.terms[0].starts if life.terms else inf
    calls = [at for at in cold if at < _first_sign(life)]
    trial_until = life.trial_until
    sixth = life.joinings[FREE_SEATS].at if len(life.joinings) > FREE_SEATS and life.joinings[FREE_SEATS].how == "invitation" else None
    # A trial has no limit; where there are too many when it ends, they meet it then.
    limit = sixth if sixth is None or trial_until is None or sixth > trial_until else later(account, trial_until, 0, rng)
    if payment.is_converting and trial_until is not None:
        upgraded: float = later(account, trial_until, 0, rng)
    else:
        paying = _upgrade(max(life.activated, trial_until or 0), limit or inf, calls, payment.patience)
        upgraded = later(account, int(paying), 0, rng)
    if upgraded >= signed:
        upgraded = inf
    if limit is not None and limit >= min(upgraded, signed):
        limit = None
    life = _with_cold(replace(life, seat_limit=limit), cold)
    if upgraded == inf:
        return life
    life = replace(life, converted=payment.is_converting)
    begun = int(upgraded)
    if life.sso and life.sso[0] <= begun:
        return replace(life, upgraded=begun)
    faded = at_work(begun + int(payment.fades_after * DAY), account, rng)
    faded = max(faded, begun + DAY)
    active = planted.CANCEL_ACTIVE * (faded - begun) / DAY
    if payment.loyalty < active:
        return replace(life, upgraded=begun, cancelled=_whole(max(begun + DAY, begun + int(payment.loyalty / planted.CANCEL_ACTIVE * DAY))))
    cancelled = faded + int((payment.loyalty - active) / planted.CANCEL_QUIET * DAY)
    return replace(life, upgraded=begun, faded=faded, cancelled=_whole(max(cancelled, faded + HOUR)))


def _upgrade(start: Instant, limit: float, cold: list[Instant], patience: float) -> float:
    """When the patience is used up by the hazard of upgrading, which the limit raises and calls in vain lower."""
    calls = [at for at in cold if at < limit]
    edges = [at for call in calls for at in (float(call), float(call + planted.COLD_DAYS * DAY)) if at > start]
    edges += [limit] if limit > start else []
    heapify(edges)
    at = float(start)
    while True:
        until = heappop(edges) if edges else inf
        hazard = planted.UPGRADE * (planted.LIMIT_RATIO if at >= limit else 1.0)
        if any(call <= at < call + planted.COLD_DAYS * DAY for call in calls):
            hazard *= planted.COLD_RATIO
        needed = patience / hazard * DAY
        if at + needed < until:
            return at + needed
        patience -= (until - at) / DAY * hazard
        at = until


def _with_cold(life: Life, cold: tuple[Instant, ...]) -> Life:
    """Sellers try their luck, as long as nothing tells them where luck would be."""
    sign = _first_sign(life)
    contacts = [
        Contact(at, "call" if at % 2 else "email", "out", "sell", "no answer", "seller", is_poaching=True) for at in cold if at < sign
    ]
    return replace(life, contacts=(*life.contacts, *contacts))


def _first_sign(life: Life) -> float:
    """The first instant at which a seller could know of a reason to call."""
    signs = (*life.sso[:1], life.curious, life.idle_hand, life.seat_limit)
    return min((at for at in signs if at is not None), default=inf)


def with_sale(account: Account, life: Life, opens: Instant, until: Instant, rng: Generator) -> Life:
    """An opportunity, what sellers do about it, and what follows when it is won."""
    people = sum(one.at < opens for one in life.joinings)
    return with_known_sale(account, life, draw_sale(account, opens, people, rng), until, rng)


def with_known_sale(account: Account, life: Life, sale: Sale, until: Instant, rng: Generator) -> Life:
    """Where it is won, what was signed until it is not renewed, who is given a seat of it, and the calls that serve the customer."""
    life = replace(life, sale=sale, contacts=(*life.contacts, *sale.contacts))
    if not sale.is_won:
        return life
    before = [one.at for one in life.joinings]
    terms, given, calls = draw_terms(account, sale.closes, sale.seats, before, until, rng)
    rollout = tuple(Joining(at, "rollout") for at in given)
    return replace(life, terms=terms, joinings=(*life.joinings, *rollout), contacts=(*life.contacts, *calls))


def later(account: Account, at: Instant, days: float, rng: Generator) -> Instant:
    """So many days later, in working hours, and not before; whole seconds."""
    return max(at_work(at + int(days * DAY), account, rng), _whole(at) + 10 * MINUTE)


def _at_rate(rate: float, since: Instant, until: Instant, account: Account, rng: Generator) -> list[Instant]:
    """Instants at a constant rate a day, in working hours, ascending."""
    found = []
    at = since + rng.exponential(1 / rate) * DAY
    while at < until:
        found.append(max(at_work(int(at), account, rng), _whole(since) + HOUR))
        at += rng.exponential(1 / rate) * DAY
    return sorted(found)


def _whole(at: Instant) -> Instant:
    """Clocks of this company tick in seconds."""
    return at - at % SECOND
