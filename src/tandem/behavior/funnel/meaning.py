"""What a funnel means, in plain Python: one subject, one attempt after another. What is compiled must equal it.

- *Order.* Events stand by when they occurred. Those of one instant stand in the order of the stages: what is no stage comes first, an event
  that is several stands with its first; then by the numbers of all selectors that pick it, and last by id. So ids decide only between
  events that are the same to the funnel.
- *Attempt.* It begins with an event of the first stage, between `since` and `until`. An event of the next stage takes it there, if it
  occurred no later than the window after the beginning; one event takes an attempt one stage further. Any other event leaves it as it is,
  or ends it: one that an exclusion names between the stages where it stands; with `no_repeats` a stage that it has passed, after the first;
  in `strict` whatever is none of the stages that it has passed, and the first stage, unless there is `reentry`.
- *In any order* an attempt begins with an event of any stage. It has reached stage k when there is an event for each of the first k
  stages, no event for two of them. What an exclusion names ends it.
- *Best* is the attempt that gets furthest; of several the one that got there by the earliest event; of these the latest begun; and of
  those that began at one instant the first.
- *Every attempt* counts each beginning by itself, so that one event may serve several. Only in any order do they come one after the other:
  the next begins after the one before is complete, or over.
- *Constant.* The events of each value of the property are a funnel of their own; `first_start_only` begins with the first of them all.
- *Open* is an attempt that is not complete, that nothing has ended, and of which the window is not over as of the instant asked: one that
  begins at `t` is over from `t + within` on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tandem.behavior.funnel.funnel import Funnel
from tandem.behavior.meaning import Seen, events_of
from tandem.language.expression.nodes import Property
from tandem.language.source import Source
from tandem.signals.world import Subject, World, found_in
from tandem.values.instants import Instant

_NOWHERE = Source("", "").span(0, 0)


@dataclass(frozen=True)
class Attempt:
    """start: the id of the event with which it begins, and `begun` when. reached: when it reached each stage, as far as it got.

    since, until: the places of its first and its last event among the subject's. ended: whether something ended it within its window.
    """

    start: str
    begun: Instant
    reached: tuple[Instant, ...]
    since: int
    until: int
    ended: bool

    @property
    def level(self) -> int:
        return len(self.reached)


def attempts_of(world: World, subject: Subject, funnel: Funnel, as_of: Instant) -> list[Attempt]:
    """The attempts of a subject that count, in the order in which they began: of a funnel without `every_attempt` the best."""
    events = sorted(events_of(world, subject, funnel.selectors, as_of), key=lambda each: _turn(funnel, each))
    found: list[Attempt] = []
    for some in _of_one_value(funnel, events):
        found += _in_any_order(funnel, events, some) if funnel.order == "any_order" else _in_order(funnel, events, some)
    found = [each for each in found if each.level]
    if funnel.order == "first_start_only":
        found = sorted(found, key=lambda each: each.since)[:1]
    if funnel.every_attempt:
        return sorted(found, key=lambda each: each.since)
    return sorted(found, key=lambda each: (-each.level, each.until, -each.begun, each.since))[:1]


def is_open(attempt: Attempt, funnel: Funnel, as_of: Instant) -> bool:
    return attempt.level < len(funnel.stages) and not attempt.ended and as_of < attempt.begun + funnel.within


def _turn(funnel: Funnel, seen: Seen) -> tuple[Instant, int, int, str]:
    stages = _stages(funnel, seen)
    return seen.at, min(stages, default=0), sum(1 << number for number in seen.picked), seen.event.id


def _stages(funnel: Funnel, seen: Seen) -> set[int]:
    """From 1."""
    return {number + 1 for number in seen.picked if number < len(funnel.stages)}


def _of_one_value(funnel: Funnel, events: Sequence[Seen]) -> Iterator[list[int]]:
    """The places of the events that are looked at together."""
    if funnel.constant is None:
        yield list(range(len(events)))
        return
    values = [found_in(each.event.properties, Property(funnel.constant, _NOWHERE)) for each in events]
    kinds = {(type(value), repr(value)) for value in values if value is not None}
    for kind in sorted(kinds, key=str):
        yield [place for place, value in enumerate(values) if (type(value), repr(value)) == kind]


def _may_begin(funnel: Funnel, at: Instant) -> bool:
    return (funnel.since is None or funnel.since <= at) and (funnel.until is None or at < funnel.until)


def _in_order(funnel: Funnel, events: Sequence[Seen], places: Sequence[int]) -> Iterator[Attempt]:
    for number, place in enumerate(places):
        if 1 in _stages(funnel, events[place]) and _may_begin(funnel, events[place].at):
            yield _walk(funnel, events, places[number:])


def _walk(funnel: Funnel, events: Sequence[Seen], places: Sequence[int]) -> Attempt:
    start = events[places[0]]
    reached, until, ended = [start.at], places[0], False
    for place in places[1:]:
        each, level = events[place], len(reached)
        stages = _stages(funnel, each)
        if level == len(funnel.stages) or each.at > start.at + funnel.within:
            break
        if level + 1 in stages and not (funnel.apart and each.at == reached[-1]):
            reached.append(each.at)
            until = place
        elif level + 1 not in stages and _ends(funnel, each, level):
            ended = True
            break
    return Attempt(start.event.id, start.at, tuple(reached), places[0], until, ended)


def _ends(funnel: Funnel, seen: Seen, level: int) -> bool:
    stages, passed = _stages(funnel, seen), set(range(1, level + 1))
    excluded = any(
        len(funnel.stages) + number in seen.picked and each.after <= level < each.before for number, each in enumerate(funnel.unless)
    )
    repeated = funnel.no_repeats and bool(stages & passed - {1})
    between = funnel.order == "strict" and (not stages & passed or (1 in stages and not funnel.reentry))
    return excluded or repeated or between


def _in_any_order(funnel: Funnel, events: Sequence[Seen], places: Sequence[int]) -> Iterator[Attempt]:
    free = 0
    for number, place in enumerate(places):
        if number < free or not _stages(funnel, events[place]) or not _may_begin(funnel, events[place].at):
            continue
        inside, ended = _together(funnel, events, places[number:])
        attempt = _gather(funnel, events, inside, ended)
        yield attempt
        if funnel.every_attempt:
            complete = attempt.level == len(funnel.stages)
            free = places.index(attempt.until) + 1 if complete else number + len(inside)


def _together(funnel: Funnel, events: Sequence[Seen], places: Sequence[int]) -> tuple[Sequence[int], bool]:
    """The places of an attempt's events, and whether something that is excluded came after them, within the window."""
    for number, place in enumerate(places):
        seen = events[place]
        if seen.at > events[places[0]].at + funnel.within:
            return places[:number], False
        if number > 0 and any(each >= len(funnel.stages) for each in seen.picked):
            return places[:number], True
    return places, False


def _gather(funnel: Funnel, events: Sequence[Seen], places: Sequence[int], ended: bool) -> Attempt:
    start = events[places[0]]
    reached: list[Instant] = []
    until = places[0]
    for number, place in enumerate(places):
        had = [_stages(funnel, events[each]) for each in places[: number + 1]]
        while len(reached) < len(funnel.stages) and _have_their_own(had, len(reached) + 1):
            reached.append(events[place].at)
            until = place
    return Attempt(start.event.id, start.at, tuple(reached), places[0], until, ended)


def _have_their_own(events: Sequence[set[int]], stage: int) -> bool:
    """Whether there is an event of its own for each stage up to this one."""
    return stage == 0 or any(
        stage in each and _have_their_own([*events[:number], *events[number + 1 :]], stage - 1) for number, each in enumerate(events)
    )
