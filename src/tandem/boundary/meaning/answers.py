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
- *Who is another account's* is no person of this one. One whom nobody knows, or not of which account, may be; and whom a touch that was
  made names, it names.
- *A block is a reason* where it takes a channel from all of the evidence that fits the channel and purpose that are asked for: what some
  of it passes is none. Where no block does so, those are reasons that take a channel from any of it.
- *An account's permit* is that of whoever of its people may be touched, or of nobody in particular.
- *A permit starts* where it began to stand without a break, whatever its evidence.
"""

from __future__ import annotations

from tandem.boundary.combining import Answer as Answer
from tandem.boundary.combining import Permit as Permit
from tandem.boundary.combining import Refusal as Refusal
from tandem.boundary.combining import combined, of_account
from tandem.boundary.meaning.blocks import Question, blocks
from tandem.boundary.meaning.case import Case
from tandem.boundary.meaning.evidence import TIER, evidence, not_before, stance, valid_until
from tandem.language.expression.nodes import Condition, FieldRef
from tandem.signals.meaning.asking import moments
from tandem.signals.world import FOREVER, Subject, members, read_date
from tandem.values.instants import Instant


def answer(case: Case, asked: Question, t: Instant) -> Answer:
    """Whether a touch is permitted at t, and why not."""
    return combined(
        asked,
        stance(case, asked.account, t),
        evidence(case, asked.account, t),
        blocks(case, asked, t),
        case.boundary.channels,
        lambda: not_before(case, asked.account, t),
    )


def answer_of_account(case: Case, account: str, t: Instant) -> Answer:
    """What may be done with an account in general: with whom of its people it may be done, else why not with nobody in particular."""
    nobody = answer(case, Question(account), t)
    people = [one.id for one in members(case.world, "person", account, t)]
    each = [(one, permit) for one in people if (permit := answer(case, Question(account, one), t).permit) is not None]
    return of_account(nobody, [permit for _, permit in each], tuple(one for one, _ in each))


def starts_at(case: Case, account: str, t: Instant) -> Instant | None:
    """Since when the account's permit has stood at t; None where it does not."""
    start = None
    for at in [t, *(each for each in reversed(moments_of(case, account)) if each < t)]:
        if answer_of_account(case, account, at).permit is None:
            break
        start = at
    return start


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
