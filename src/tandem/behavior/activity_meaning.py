"""What retention, active subjects and lifecycle mean, in plain Python, one subject and one bucket at a time. Whatever is fast must equal it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from tandem.behavior.activity import ActivityQuestion
from tandem.behavior.meaning import Seen, events_of
from tandem.behavior.retention import LENGTHS, RetentionQuestion, doubling
from tandem.language.expression.nodes import About, FieldRef
from tandem.signals.meaning.asking import value
from tandem.signals.world import Answer, Period, Subject, Tie, World, account_of, exists, survivor
from tandem.values.instants import Instant

ALWAYS: Instant = -(2**62)


class Told(NamedTuple):
    """Of one cohort and column: of those for whom it is over how many there are and were active, and of those for whom it has only begun."""

    over: int
    over_active: int
    open: int
    open_active: int


def subjects_of(world: World, about: About) -> list[Subject]:
    """Everybody who is told of. A visitor whom nobody identified is no person."""
    found = {one for one in world.existence if one.kind == about}
    for each in world.happenings:
        for stretch in each.stretches:
            whose = {"person": stretch.person, "workspace": stretch.workspace, "account": stretch.account}[about]
            found |= {Subject(about, whose)} if whose is not None else set()
    return sorted(one for one in found if not (about == "person" and one.id.startswith("?")))


def is_active(events: list[Seen], about: About, people: int, as_of: Instant) -> bool:
    """Whether these events of one subject make it active: any of a person; else those of enough different persons."""
    if about == "person":
        return bool(events)
    stretches = [each.event.stretch_at(as_of) for each in events]
    known = {one.person for one in stretches if one is not None and one.person is not None and not one.person.startswith("?")}
    return len(known) >= people


# Retention.


def retention(world: World, asked: RetentionQuestion, by: FieldRef | None = None) -> dict[tuple[date | Answer, str], Told]:
    """By cohort and column. by: what the cohorts are, where they are no periods: the field as each began, by what is known now."""
    counts: dict[tuple[date | Answer, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    then = as_known(world, asked.as_of)
    for one in subjects_of(world, asked.about):
        events = events_of(world, one, [asked.first, asked.returning], asked.as_of)
        for at in beginnings([each.at for each in events if 0 in each.picked], asked):
            kind, calendar = asked.period, asked.calendar
            cohort = calendar.first_day(kind, calendar.day_of(at)) if by is None else value(then, by, one, at)
            buckets = list(buckets_of(asked, at))
            active = [
                is_active(
                    [each for each in events if 1 in each.picked and max(since, at) <= each.at < until],
                    asked.about,
                    asked.people,
                    asked.as_of,
                )
                for since, until in buckets
            ]
            complete = sum(until <= asked.as_of for _, until in buckets)
            for name, high, is_so in columns(asked, active):
                told = counts[cohort, name]
                if high < complete:
                    told[0], told[1] = told[0] + 1, told[1] + is_so
                else:
                    told[2], told[3] = told[2] + 1, told[3] + is_so
    return {key: Told(*told) for key, told in counts.items()}


def beginnings(firsts: list[Instant], asked: RetentionQuestion) -> list[Instant]:
    """When one begins, of whom the first events are these, ascending."""
    inside = [at for at in firsts if (asked.since is None or at >= asked.since) and (asked.until is None or at < asked.until)]
    match asked.entry:
        case "first_ever":
            return [at for at in firsts[:1] if at in inside]
        case "first_in_range":
            return inside[:1]
        case "every":
            by_period: dict[date, Instant] = {}
            for at in inside:
                by_period.setdefault(asked.calendar.first_day(asked.period, asked.calendar.day_of(at)), at)
            return list(by_period.values())


def buckets_of(asked: RetentionQuestion, at: Instant) -> Iterator[tuple[Instant, Instant]]:
    """The buckets that have begun by the as-of, half-open, of one who began at an instant."""
    first, number = asked.calendar.first_day(asked.period, asked.calendar.day_of(at)), 0
    while True:
        if asked.rolling:
            since, until = (at + n * LENGTHS[asked.period] for n in (number, number + 1))
        else:
            since, until = (asked.calendar.begin(asked.calendar.later(asked.period, first, n)) for n in (number, number + 1))
        if since > asked.as_of:
            return
        yield since, until
        number += 1


def columns(asked: RetentionQuestion, active: list[bool]) -> Iterator[tuple[str, int, bool]]:
    """The columns that have begun: name, last bucket, and whether one counts there who was active in these buckets."""
    if asked.convention == "bracket":
        for low, high in asked.brackets or doubling(len(active)):
            if low < len(active):
                yield (str(low) if low == high else f"{low}-{high}"), high, any(active[low : high + 1])
        return
    for n in range(len(active)):
        is_so = {"on": active[n], "on_or_after": any(active[n:]), "streak": all(active[: n + 1])}[asked.convention]
        yield str(n), n, is_so


def as_known(world: World, as_of: Instant) -> World:
    """The world as one knows it at an instant: what is known by then was always so. Of events no more is said than whose persons are."""

    def tied(to: str | None) -> tuple[Tie, ...]:
        return () if to is None else (Tie(ALWAYS, to=to),)

    persons = {Subject("person", stretch.person) for each in world.happenings for stretch in each.stretches if stretch.person is not None}
    homes = {one: tied(account_of(world, one, as_of)) for one in {*world.homes, *persons}}
    settings = {name: getattr(world, name) for name in world.__dataclass_fields__}
    return World(
        **settings
        | {
            "happenings": (),
            "records": tuple(
                type(each)(**{**vars(each), "stretches": (Period(ALWAYS),)}) for each in world.records if each.is_in_force(as_of)
            ),
            "existence": {one: (Period(ALWAYS),) for one in world.existence if exists(world, one, as_of)},
            "survivors": {one: tied(survivor(world, one, as_of)) for one in world.survivors},
            "homes": homes,
            "families": {one: tuple(Tie(ALWAYS, to=tie.to) for tie in ties if tie.covers(as_of)) for one, ties in world.families.items()},
        }
    )


# Active subjects and their life.


def active(world: World, asked: ActivityQuestion, length: int = 1) -> dict[date, int]:
    """How many are active in each period and those before it, `length` of them together; by its first day, from the first event's on."""
    return {day: len(actives) for day, actives in _by_period(world, asked, length).items()}


def stickiness(asked: ActivityQuestion, daily: dict[date, int], wide: dict[date, int]) -> Fraction | None:
    """The mean, over the days of periods that are over and have anybody active, of the share of these who are active on the day."""
    calendar = asked.calendar
    shares = []
    for first, many in wide.items():
        following = calendar.later(asked.period, first, 1)
        if many and calendar.begin(following) <= asked.as_of:
            days = (first + timedelta(days=n) for n in range((following - first).days))
            shares += [Fraction(daily.get(day, 0), many) for day in days]
    return sum(shares, Fraction(0)) / len(shares) if shares else None


class Life(NamedTuple):
    """active = new + retained + resurrected. dormant: active before, and not now. newly_dormant: those of them who were active just before."""

    active: int
    new: int
    retained: int
    resurrected: int
    dormant: int
    newly_dormant: int


def lifecycle(world: World, asked: ActivityQuestion) -> dict[date, Life]:
    """By the first day of each period, from the first event's on."""
    found: dict[date, Life] = {}
    ever: set[Subject] = set()
    before: set[Subject] = set()
    for day, now in _by_period(world, asked, 1).items():
        found[day] = Life(
            active=len(now),
            new=len(now - ever),
            retained=len(now & before),
            resurrected=len((now & ever) - before),
            dormant=len(ever - now),
            newly_dormant=len(before - now),
        )
        ever, before = ever | now, now
    return found


def _by_period(world: World, asked: ActivityQuestion, length: int) -> dict[date, set[Subject]]:
    """Who is active in each period and the `length - 1` before it, taken together."""
    kind, calendar, as_of = asked.period, asked.calendar, asked.as_of
    theirs = {
        one: [each for each in events_of(world, one, [asked.selector], as_of) if each.picked] for one in subjects_of(world, asked.about)
    }
    instants = [each.at for events in theirs.values() for each in events]
    found: dict[date, set[Subject]] = {}
    if not instants:
        return found
    first, last = (calendar.first_day(kind, calendar.day_of(at)) for at in (min(instants), as_of))
    while first <= last:
        since, until = (calendar.begin(calendar.later(kind, first, many)) for many in (1 - length, 1))
        found[first] = {
            one
            for one, events in theirs.items()
            if is_active([each for each in events if since <= each.at < until], asked.about, asked.people, as_of)
        }
        first = calendar.later(kind, first, 1)
    return found
