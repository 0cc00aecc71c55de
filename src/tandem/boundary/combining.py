"""What evidence and blocks together answer, as one pure rule: whoever finds them, and however, is answered by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from tandem.boundary.meaning.blocks import Block, Question, Reason
from tandem.boundary.meaning.evidence import Evidence, Stance
from tandem.boundary.playbook.policy import MOTIONS, PURPOSES, HumanMotion, Purpose
from tandem.language.source import Span
from tandem.values.instants import Instant


@dataclass(frozen=True)
class Permit:
    """motion, purpose: the furthest that any of the evidence goes. expires_at: None while some of it is on or open.

    seller: the only one of ours who may, or None. people: of an account's permit, those who may be touched.
    """

    motion: HumanMotion
    purpose: Purpose
    channels: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    expires_at: Instant | None
    starts_at: Instant | None = None
    seller: str | None = None
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """place: the line of the playbook that refuses. until: when it may end, as far as is known."""

    reason: Reason
    place: Span | None = None
    until: Instant | None = None


@dataclass(frozen=True)
class Answer:
    """permit: None where there is a refusal, and the other way round."""

    stance: Stance
    permit: Permit | None
    refusals: tuple[Refusal, ...]


def combined(
    asked: Question,
    stance: Stance,
    evidence: Iterable[Evidence],
    standing: Sequence[Block],
    channels: Sequence[str],
    waits_until: Callable[[], Instant | None],
) -> Answer:
    """standing: the blocks, in the order in which they are told. channels: all that the boundary names.

    waits_until: the earliest instant at which a plain sign that waits will be evidence; None where none waits.
    """
    speaking = [each for each in evidence if each.speaks_for(asked.seller)]
    granted = [(each, left) for each in speaking if (left := _channels_left(channels, each, standing, asked))]
    if granted:
        return Answer(stance, _permit(granted), ())
    if not speaking:
        return Answer(stance, None, (Refusal("no_evidence", None, waits_until()), *map(_refusal, standing)))
    fitting = [each for each in speaking if _fits(channels, each, asked)]
    if not fitting:
        whole = [block for block in standing if block.channels is None and any(block.stands_against(each) for each in speaking)]
        return Answer(stance, None, (_unfit(channels, speaking, asked), *map(_refusal, whole)))
    taking = [(block, [bool(block.takes(_asked_channels(channels, each, asked), each)) for each in fitting]) for block in standing]
    # What some of the evidence passes is no reason, unless no block alone is one.
    reasons = [block for block, takes in taking if all(takes)] or [block for block, takes in taking if any(takes)]
    return Answer(stance, None, tuple(map(_refusal, reasons)))


def of_account(nobody: Answer, permits: Iterable[Permit], people: tuple[str, ...]) -> Answer:
    """What may be done with an account in general: with whom of its people it may be done, else why not with nobody in particular.

    nobody: what is answered about nobody in particular. people: whom one may touch, in order; permits: theirs, in the order of the first who
    has each.
    """
    every = [permit for permit in (nobody.permit, *permits) if permit is not None]
    if not every:
        return nobody
    reached = {channel for permit in every for channel in permit.channels}
    found = dict.fromkeys(one for permit in every for one in permit.evidence)
    best = _permit([(one, tuple(channel for channel in one.channels if channel in reached)) for one in found])
    return Answer(nobody.stance, replace(best, people=people), ())


def _channels_left(channels: Sequence[str], one: Evidence, standing: Iterable[Block], asked: Question) -> tuple[str, ...]:
    """The channels by which this evidence permits what is asked."""
    wanted = _asked_channels(channels, one, asked) if _fits(channels, one, asked) else frozenset()
    left = wanted.difference(*(block.takes(wanted, one) for block in standing))
    return tuple(each for each in one.channels if each in left)


def _fits(channels: Sequence[str], one: Evidence, asked: Question) -> bool:
    """Whether the evidence permits the channel and the purpose, if nothing stands against it. What is unknown fits."""
    return bool(_asked_channels(channels, one, asked)) and _goes_so_far(one, asked)


def _asked_channels(channels: Sequence[str], one: Evidence, asked: Question) -> frozenset[str]:
    theirs = frozenset(one.channels)
    return theirs & {asked.channel} if asked.channel in channels else theirs


def _goes_so_far(one: Evidence, asked: Question) -> bool:
    wanted = next((each for each in PURPOSES if each == asked.purpose), PURPOSES[0])
    return PURPOSES.index(wanted) <= PURPOSES.index(one.purpose)


def _unfit(channels: Sequence[str], speaking: list[Evidence], asked: Question) -> Refusal:
    """What none of the evidence permits: the channel, or by that channel the purpose."""
    of_channel = [each for each in speaking if _asked_channels(channels, each, asked)]
    return Refusal("purpose", of_channel[0].place) if of_channel else Refusal("channel", speaking[0].place)


def _refusal(block: Block) -> Refusal:
    return Refusal(block.reason, block.place, block.until)


def _permit(granted: list[tuple[Evidence, tuple[str, ...]]]) -> Permit:
    ones = [one for one, _ in granted]
    ends = [one.until for one in ones]
    sellers = {one.seller for one in ones}
    return Permit(
        motion=max((one.motion for one in ones), key=MOTIONS.index),
        purpose=max((one.purpose for one in ones), key=PURPOSES.index),
        channels=tuple(dict.fromkeys(channel for _, left in granted for channel in left)),
        evidence=tuple(ones),
        expires_at=None if None in ends else max(each for each in ends if each is not None),
        seller=next(iter(sellers)) if len(sellers) == 1 else None,
    )
