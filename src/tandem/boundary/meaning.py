"""What the boundary answers: Semantics 8 in plain Python, one question at one instant at a time. Whatever is fast must equal it.

Where the design is silent, this page decides:

- *Stance.* A customer is one with a contract in force; else an account of which somebody has used the product is a user; else it is a
  prospect. What happens to an account alone (news of it) is no use. The quarantine begins with the first use, is a user's only, and
  moves with it when an earlier use is learnt of late.
- *Quarantine* is passed by enterprise need, a raised hand, procurement, an open opportunity, an override, and a plain sign that states
  its own `not_before`; a named target waits. Only a raised hand and procurement pass a hold-out.
- *A plain sign* of a prospect or a customer is evidence at once, for no quarantine holds them. One of procurement is never plain.
- *Evidence is the account's*, also where its signal is about a person or a workspace of it, and goes where that one goes.
- *What is unknown.* Of nobody in particular consent is unknown. A channel that the boundary does not name is unknown, and may be
  any; so is a purpose. A seller of whom nobody says who it was is the owner of nothing.
- *A block is a reason* where it takes a channel from any of the evidence that fits the channel and purpose that are asked for.
- *An account's permit* is that of whoever of its people may be touched, or of nobody in particular.
- *A permit starts* where it began to stand without a break, whatever its evidence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tandem.boundary.blocks import Block, Question, Reason, blocks
from tandem.boundary.case import Case
from tandem.boundary.evidence import TIER, Evidence, Stance, evidence, not_before, stance, valid_until
from tandem.boundary.policy import MOTIONS, PURPOSES, HumanMotion, Purpose
from tandem.language.expression.nodes import Condition, FieldRef
from tandem.language.source import Span
from tandem.signals.meaning import moments
from tandem.signals.world import FOREVER, Subject, members, read_date
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


def answer(case: Case, asked: Question, t: Instant) -> Answer:
    """Whether a touch is permitted at t, and why not."""
    speaking = [each for each in evidence(case, asked.account, t) if each.speaks_for(asked.seller)]
    standing = blocks(case, asked, t)
    whose = stance(case, asked.account, t)
    granted = [(each, left) for each in speaking if (left := _channels_left(case, each, standing, asked))]
    if granted:
        return Answer(whose, _permit(granted), ())
    if not speaking:
        return Answer(whose, None, (Refusal("no_evidence", None, not_before(case, asked.account, t)), *map(_refusal, standing)))
    fitting = [each for each in speaking if _fits(case, each, asked)]
    if not fitting:
        whole = [block for block in standing if block.channels is None and any(block.stands_against(each) for each in speaking)]
        return Answer(whose, None, (_unfit(case, speaking, asked), *map(_refusal, whole)))
    reasons = [block for block in standing if any(block.takes(_asked_channels(case, each, asked), each) for each in fitting)]
    return Answer(whose, None, tuple(map(_refusal, reasons)))


def answer_of_account(case: Case, account: str, t: Instant) -> Answer:
    """What may be done with an account in general: with whom of its people it may be done, else why not with nobody in particular."""
    nobody = answer(case, Question(account), t)
    people = [one.id for one in members(case.world, "person", account, t)]
    each = {one: answer(case, Question(account, one), t).permit for one in people}
    permits = [permit for permit in (nobody.permit, *each.values()) if permit is not None]
    if not permits:
        return nobody
    reached = {channel for permit in permits for channel in permit.channels}
    found = dict.fromkeys(one for permit in permits for one in permit.evidence)
    best = _permit([(one, tuple(channel for channel in one.channels if channel in reached)) for one in found])
    return Answer(nobody.stance, replace(best, people=tuple(one for one, permit in each.items() if permit is not None)), ())


def starts_at(case: Case, account: str, t: Instant) -> Instant | None:
    """Since when the account's permit has stood at t; None where it does not."""
    start = None
    for at in [t, *(each for each in reversed(moments_of(case, account)) if each < t)]:
        if answer_of_account(case, account, at).permit is None:
            break
        start = at
    return start


def _channels_left(case: Case, one: Evidence, standing: Iterable[Block], asked: Question) -> tuple[str, ...]:
    """The channels by which this evidence permits what is asked."""
    wanted = _asked_channels(case, one, asked) if _fits(case, one, asked) else frozenset()
    left = wanted.difference(*(block.takes(wanted, one) for block in standing))
    return tuple(each for each in one.channels if each in left)


def _fits(case: Case, one: Evidence, asked: Question) -> bool:
    """Whether the evidence permits the channel and the purpose, if nothing stands against it. What is unknown fits."""
    return bool(_asked_channels(case, one, asked)) and _goes_so_far(one, asked)


def _asked_channels(case: Case, one: Evidence, asked: Question) -> frozenset[str]:
    theirs = frozenset(one.channels)
    return theirs & {asked.channel} if asked.channel in case.boundary.channels else theirs


def _goes_so_far(one: Evidence, asked: Question) -> bool:
    wanted = next((each for each in PURPOSES if each == asked.purpose), PURPOSES[0])
    return PURPOSES.index(wanted) <= PURPOSES.index(one.purpose)


def _unfit(case: Case, speaking: list[Evidence], asked: Question) -> Refusal:
    """What none of the evidence permits: the channel, or by that channel the purpose."""
    of_channel = [each for each in speaking if _asked_channels(case, each, asked)]
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


# Instants.


def moments_of(case: Case, account: str) -> list[Instant]:
    """The instants, ascending, between which no answer about the account changes."""
    world, boundary = case.world, case.boundary
    found = {*_of_conditions(case, account), *_of_dates(case)}
    uses = [each.occurred_at for each in world.happenings]
    found |= {at + boundary.quarantine for at in uses}
    for rule, _ in case.qualifying:
        for stay in case.stays:
            if stay.signal == rule.signal:
                found |= {stay.since, stay.until, stay.since + (rule.not_before or 0), valid_until(rule, stay)}
    for cap in boundary.caps:
        found |= {each.occurred_at + cap.within for each in world.records if each.kind == "touch"}
    for each in boundary.suppression:
        if each.rule is not None:
            found |= {at for at in (each.rule.since, each.rule.until) if at is not None}
    found |= {at for each in case.accepted for at in (each.since, each.until)} | {each.at for each in case.closed}
    return sorted(at for at in found if at <= case.until and at < FOREVER)


def _of_conditions(case: Case, account: str) -> set[Instant]:
    """Whatever is told, learnt, or changes hands; and where a tier, or a condition that suppresses, may turn by time."""
    subject = Subject("account", account)
    asked: list[tuple[Condition | FieldRef, Subject]] = [(TIER, subject)]
    people = [one for one in case.world.existence if one.kind == "person"]
    for each in case.boundary.suppression:
        if each.when is not None:
            asked += [(each.when, one) for one in ([subject] if each.about == "account" else people)]
    return {at for node, one in asked for at in moments(case.world, node, one, case.until)}


def _of_dates(case: Case) -> set[Instant]:
    names = {"contract": ("starts", "ends"), "override": ("until",), "seller": ("started", "ended")}
    dates = [read_date(case.world, each.fields.get(name)) for each in case.world.records for name in names.get(each.kind, ())]
    return {at for at in dates if at is not None}
