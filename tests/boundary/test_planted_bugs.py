"""Bugs planted on purpose in what answers over all of history, and in the rule that combines: the slow pages must see each of them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from tandem.boundary.meaning.answers import answer, answer_of_account, starts_at
from tandem.boundary.meaning.case import is_employed, touches
from tandem.boundary.meaning.evidence import evidence, stance
from tandem.boundary.meaning.judged import judge
from tandem.boundary.meaning.watch import accepted_owner
from tandem.boundary.playbook.policy import HoldOut, Suppression, Table, Terms
from tandem.identity.rules import Exclusion
from tandem.language.expression.nodes import FieldRef
from tandem.values.instants import DAY
from tests.boundary.cases import HAND, NEED, NOWHERE, case_of
from tests.boundary.small_cases import ACCOUNTS, SELLERS, START, SmallCase, answers_of, seeded_cases
from tests.boundary.test_fold import EVERYBODY, instants_of
from tests.planting import Room

# Each after those that it imports.
FILES = (
    "combining", "fold.during", "fold.rules", "fold.belonging", "fold.records", "fold.stances", "fold.fields", "fold.evidence", "fold.blocks",
    "meaning.judged", "fold.crowd", "fold.course", "fold.answers",
)  # fmt: skip
ROOM = Room("tandem.boundary", FILES)

PLANTED = {
    "another's evidence speaks for a seller": ("combining", "[each for each in evidence if each.speaks_for(asked.seller)]", "list(evidence)"),
    "no evidence hides the blocks": ("combining", "(Refusal(\"no_evidence\", None, waits_until()), *map(_refusal, standing))", "(Refusal(\"no_evidence\", None, waits_until()),)"),
    "what need not wait waits": ("combining", "Refusal(\"no_evidence\", None, waits_until())", "Refusal(\"no_evidence\", None, None)"),
    "a channel that does not fit hides what stands against all": ("combining", "if block.channels is None and any(", "if block.channels is not None and any("),
    "a block that takes nothing is a reason": ("combining", "or [block for block, takes in taking if any(takes)]", "or list(standing)"),
    "what some of the evidence passes is a reason": ("combining", "[block for block, takes in taking if all(takes)] or ", ""),
    "no block alone takes all, and there is no reason": ("combining", " or [block for block, takes in taking if any(takes)]", ""),
    "an account may be touched by the channels of nobody alone": ("combining", "for permit in every for channel in permit.channels}", "for permit in every[:1] for channel in permit.channels}"),
    "an unknown channel fits nothing": ("combining", "theirs & {asked.channel} if asked.channel in channels else theirs", "theirs & {asked.channel} if asked.channel else theirs"),
    "an unknown purpose is the furthest": ("combining", "if each == asked.purpose), PURPOSES[0])", "if each == asked.purpose), PURPOSES[-1])"),
    "whom one may serve one may sell to": ("combining", "PURPOSES.index(wanted) <= PURPOSES.index(one.purpose)", "PURPOSES.index(wanted) <= 1 + PURPOSES.index(one.purpose)"),
    "a permit ends with its first evidence": ("combining", "else max(each for each in ends if each is not None)", "else min(each for each in ends if each is not None)"),
    "the nearest motion counts": ("combining", "motion=max(", "motion=min("),
    "a permit of several sellers is the first one's": ("combining", "if len(sellers) == 1 else None", "if sellers else None"),
    "an interval holds at its end": ("fold.during", "return self.values[bisect_right(self.at, t)]", "return self.values[__import__('bisect').bisect_left(self.at, t)]"),
    "what touches is not joined": ("fold.during", "found[-1] = found[-1][0], max(found[-1][1], until)", "found[-1] = since, until"),
    "a time on ends where the next begins": ("fold.rules", "ends[follows] = instants[follows + 1]", "ends[follows] = instants[follows + 1] + 1"),
    "what fired for one who is merged away stays there": ("fold.belonging", "if subject.id not in self._passings(subject.kind):\n            return [During(subject, since, FOREVER)]", "if True:\n            return [During(subject, since, FOREVER)]"),
    "what began before a merge is not the survivor's": ("fold.belonging", "since < each[1] <= until", "since > each[1]"),
    "who is merged away is called as before": ("fold.belonging", "            if since <= t:\n                found = under", "            pass"),
    "a person is always there": ("fold.belonging", "During((ids[person], there == 1), since, until)", "During((ids[person], True), since, until)"),
    "what is won is open": ("fold.records", "if self._stages.is_open(each.what.fields[\"stage\"])", "if True"),
    "a contract never ends": ("fold.records", "self._limited(each, \"starts\", \"ends\")", "self._limited(each, \"starts\", \"\")"),
    "a contract that has not begun holds": ("fold.records", "self._limited(each, \"starts\", \"ends\")", "self._limited(each, \"\", \"ends\")"),
    "an override without an end never ends": ("fold.records", "if self.date(each.what, \"until\") is not None]", "]"),
    "what nobody says was inbound": ("fold.records", "said(record, \"direction\").casefold() != \"inbound\"", "said(record, \"direction\").casefold() == \"outbound\""),
    "a deleted record speaks": ("fold.records", "np.flatnonzero(held.values[0] == 1)", "np.flatnonzero(held.values[0] >= 0)"),
    "whom no record knows is not employed": ("fold.records", "            return bool(seller)", "            return False"),
    "a record that says no text is none": ("fold.records", "raw[each] if each >= 0 else \"\"", "raw[each] if each >= 0 else None"),
    "a customer is a user": ("fold.stances", "        if is_customer:\n            return Standing(\"customer\", None)\n", ""),
    "news of an account is use of the product": ("fold.stances", "((person >= 0) | (workspace >= 0) | np.isin(part.row, of_visitors))", "(person >= -1)"),
    "a visitor uses nothing": ("fold.stances", " | np.isin(part.row, of_visitors)", ""),
    "the first use is the last": ("fold.stances", "return least(layout, picked.chosen,", "return __import__('tandem.timeline.folds.extremes', fromlist=['x']).greatest(layout, picked.chosen,"),
    "an account to which nothing belongs is never named": ("fold.fields", "return self._of_stranger(lambda t: is_target(self._empty, account, t))", "return Layer((), (False,))"),
    "a condition of which nothing is known holds": ("fold.fields", "[each == 1 for each in told.values]", "[each != 0 for each in told.values]"),
    "while it is on one knows when it will end": ("fold.evidence", "During(said, stay.since, stay.until), During(replace(said, until=end), stay.until, end)", "During(replace(said, until=end), stay.since, end)"),
    "what is over is worth nothing": ("fold.evidence", "During(said, stay.since, stay.until), During(replace(said, until=end), stay.until, end)", "During(said, stay.since, stay.until)"),
    "a plain sign speaks at once": ("fold.evidence", "clipped(_as_known(rule, piece.stay, ending), max(start, since), until)", "clipped(_as_known(rule, piece.stay, ending), since, until)"),
    "a plain sign that states its wait waits for the quarantine": ("fold.evidence", "rule.sign != \"plain\" or rule.not_before is not None or rule.is_procurement", "rule.sign != \"plain\" or rule.is_procurement"),
    "a raised hand is held out": ("fold.evidence", "passes_hold_out=rule.sign == \"raised_hand\" or rule.is_procurement", "passes_hold_out=rule.is_procurement"),
    "a target passes the quarantine": ("fold.evidence", "account, account, passes_quarantine=False)", "account, account)"),
    "of one who waits it is known that it will be over before": ("fold.evidence", "waits = start if start < worth else piece.stay.until", "waits = start if start < worth else piece.since"),
    "users are called from outside": ("fold.evidence", "if each.what.stance == \"prospect\"", "if each.what.stance != \"customer\""),
    "a quarantine does not move": ("fold.blocks", "if end is not None and since < end:", "if end is not None and since < end and since < 0:"),
    "a cap is passed once": ("fold.blocks", "            if len(counted) >= cap.touches:", "            if len(counted) > cap.touches:"),
    "a cap lifts with the first touch": ("fold.blocks", "end = counted[len(counted) - cap.touches] + cap.within", "end = counted[0] + cap.within"),
    "a judged touch counts against itself": ("fold.blocks", "last = bisect_left(touches, (judged.at, judged.id)", "last = bisect_right(touches, (judged.at, judged.id)"),
    "a judged touch is told of later": ("fold.blocks", "if each.since <= t < each.until and (cap.per", "if (cap.per"),
    "a cap of a person is the account's": ("fold.blocks", "(cap.per == \"account\" or (person is not None and each.what.person == person))", "True"),
    "one who owns excludes oneself": ("fold.blocks", "others = (rivals.owners | set(accepted)) - {seller}", "others = rivals.owners | set(accepted)"),
    "who has accepted excludes nobody": ("fold.blocks", "others = (rivals.owners | set(accepted)) - {seller}", "others = rivals.owners - {seller}"),
    "an accepted lead never ends": ("fold.blocks", "if rivals.owners - {seller} else max(accepted[one] for one in others)", "if True else 0"),
    "a suppression holds for ever": ("fold.blocks", "FOREVER if rule.until is None else rule.until", "FOREVER"),
    "a suppressed domain is the account's alone": ("fold.blocks", ", *self._domains, *self._domains_of_mails)", ", *self._domains)"),
    "a subdomain of an account is told of nobody": ("fold.blocks", "for read in (host_of, registrable)]", "for read in (registrable,)]"),
    "a subdomain of an e-mail is told of nobody": ("fold.blocks", "for read in (mail_host, mail_domain)]", "for read in (mail_domain,)]"),
    "a web address is told as its host": ("fold.blocks", "for read in (host_of, registrable)]", "for read in (str, registrable)]"),
    "anybody is asked about with any account": ("fold.course", "whose not in (None, self.account) and ", "False and "),
    "whoever is nobody's is another account's": ("fold.course", "whose not in (None, self.account) and ", "whose != self.account and "),
    "who is not there is elsewhere": ("fold.course", " and self._belonging.existence(\"person\", person).value(t)", ""),
    "a touch that was made is of another account's person": ("fold.course", "            elsewhere = ()\n", "            elsewhere = (ELSEWHERE,) if asked.person is not None and self._is_elsewhere(asked.person, t) else ()\n"),
    "of nobody everything is allowed": ("fold.blocks", "table.allows(UNKNOWN),))", "frozenset(self._boundary.channels),))"),
    "who goes comes": ("fold.crowd", "for _, enters, what in self._moves[self._place : place]:\n            self._move(what, enters)", "for _, enters, what in self._moves[self._place : place]:\n            self._move(what, not enters)"),
    "going back leaves who came": ("fold.crowd", "self._move(what, not enters)", "self._move(what, enters)"),
    "the permit of the last is told first": ("fold.course", "each.sort(key=lambda group: group[0][0])", "each.sort(key=lambda group: group[0][0], reverse=True)"),
    "what stands against one stands against all": ("fold.course", "if blocks not in self._answers:", "if not self._answers:"),
    "what was answered is answered again": ("fold.course", "if place != self._place:", "if not self._place:"),
    "inbound touches reach a cap": ("fold.course", " if each.what.is_outbound]", "]"),
    "a touch is of whom it is now": ("fold.answers", "return belonging.survivor(\"account\", account, touch.at), one", "return touch.account, one"),
    "who accepted before is no owner": ("fold.answers", "sellers += [each.seller for each in self.touches_of(account, since, t)]", "pass"),
    "a permit starts with its last turn": ("fold.answers", "            start = at\n", "            start = start or at\n"),
}  # fmt: skip


def plain(found: Any) -> Any:
    """An answer without its class, of which every copy of the room has its own."""
    permit = found.permit
    return found.stance, permit and tuple(vars(permit).values()), [tuple(vars(each).values()) for each in found.refusals]


@cache
def asked() -> list[tuple[SmallCase, int | None, list[tuple[str, tuple[Any, ...], Any]]]]:
    """Cases, where the tail of each begins, and questions with what is meant."""
    found = []
    of_signals = seeded_cases(20, seed=72, size=16, kinds=("event", "event", "event", "workspace"))
    for number, small in enumerate((*seeded_cases(90, seed=71), *of_signals, *[each() for each in TOLD for _ in range(3)])):
        case, split = small.case, START + 3 * DAY if number % 2 else None
        meant: list[tuple[str, tuple[Any, ...], Any]] = []
        for t in instants_of(small)[number % 3 :: 5]:
            for account in EVERYBODY:
                meant.append(("stance", (account, t), stance(case, account, t)))
                meant.append(("evidence", (account, t), evidence(case, account, t)))
                meant.append(("answer_of_account", (account, t), plain(answer_of_account(case, account, t))))
                meant.append(("accepted_owner", (account, t - 2 * DAY, t), accepted_owner(case, account, t - 2 * DAY, t)))
            meant += [("answer", (each, t), plain(answer(case, each, t))) for each in small.questions]
            meant += [("is_employed", (each, t), is_employed(case, each, t)) for each in SELLERS]
            meant.append(("touches", (t,), touches(case, t)))
        at = instants_of(small)[-1]
        meant += [("starts_at", (account, at), starts_at(case, account, at)) for account in ACCOUNTS]
        for each in touches(case, at):
            said = judge(case, each)
            meant.append(("judge", (each,), (said.verdict, said.account, [tuple(vars(one).values()) for one in said.refusals])))
        found.append((small, split, meant))
    return found


def by_mail_or_by_call() -> SmallCase:
    """
    2026-03-01 Signed Up by ann @acme
    2026-03-01 Signed Up by bob @acme
    2026-03-02 person ann consent=mail
    2026-03-02 person bob consent=phone
    2026-03-03 target T-1 @acme
    2026-03-04 opportunity O-1 @acme stage=Talk owner=bea
    """
    by = {"mail": frozenset(("email",)), "phone": frozenset(("call",))}
    consent = Table(FieldRef(("person", "consent"), None, NOWHERE), "person", by)
    targets, opportunities = Terms(channels=("email",)), Terms(channels=("call",))
    return SmallCase((), case_of(by_mail_or_by_call, quarantine=DAY, consent=consent, targets=targets, opportunities=opportunities))


def each_meets_another() -> SmallCase:
    """
    2026-02-01 Signed Up by ann @acme
    2026-02-01 person ann consent=given
    2026-03-01 SSO Viewed by ann @acme
    2026-03-02 Asked for Us by ann @acme
    """
    # Need is held out, the region takes the call of who asked, and nobody would meet her anyway.
    need, hand = replace(NEED, terms=Terms(channels=("email",))), replace(HAND, terms=Terms(channels=("call",)))
    region = Table(FieldRef(("account", "country"), None, NOWHERE), "account", {"DE": frozenset(("email", "meeting", "message"))})
    consent = Table(FieldRef(("person", "consent"), None, NOWHERE), "person", {"given": frozenset(("email", "call"))})
    told = {"region": region, "consent": consent, "hold_out": HoldOut(Fraction(1), "x")}
    return SmallCase((), case_of(each_meets_another, need, hand, **told))


def of_a_subdomain() -> SmallCase:
    """
    2026-02-01 Signed Up by ann @acme
    2026-02-01 Signed Up by bob @acme
    2026-03-01 target T-1 @acme
    2026-02-02 person ann email=ann@eu.rival.com
    2026-02-02 person bob email=bob@rival.com
    """
    return SmallCase((), case_of(of_a_subdomain, suppression=(Suppression("", Exclusion("domain", "*.rival.com", None, None, "")),)))


TOLD = (by_mail_or_by_call, each_meets_another, of_a_subdomain)


def is_wrong(room: dict[str, Any]) -> bool:
    return any(differs(room, *each) for each in asked())


def differs(room: dict[str, Any], small: SmallCase, split: int | None, meant: list[tuple[str, tuple[Any, ...], Any]]) -> bool:
    try:
        fast = answers_of(small.case, split, room)
        for name, question, said in meant:
            found = getattr(fast, name)(*question)
            if name in ("answer", "answer_of_account"):
                found = plain(found)
            elif name == "judge":
                found = found.verdict, found.account, [tuple(vars(one).values()) for one in found.refusals]
            if found != said:
                return True
    except (ArithmeticError, AssertionError, AttributeError, IndexError, LookupError, TypeError, ValueError):
        return True
    return False


def test_a_copy_without_a_bug_says_what_is_meant() -> None:
    assert sum(len(meant) for _, _, meant in asked()) > 30_000
    assert not is_wrong(ROOM.planted())


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_seen(bug: str) -> None:
    assert is_wrong(ROOM.planted(*PLANTED[bug]))
