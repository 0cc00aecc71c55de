"""`boundary.yaml` as shapes that read it, and as it was read: conditions still texts, names not yet looked up. See `declarations.py`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from tandem.boundary.playbook.policy import CHANNELS, MOTIONS, PURPOSES, QUARANTINE, VALID_FOR, BudgetPeriod, HumanMotion, Purpose, Sign
from tandem.language.problem import Problem
from tandem.language.record import Either, Field, ListOf, MapOf, Record
from tandem.language.shape import As, Choice, DateOrInstant, Flag, Length, Located, Moment, Placed, Text, Whole
from tandem.language.tree import Entries
from tandem.values.durations import Duration, read_duration, show_duration
from tandem.values.instants import MINUTE

Whom = Literal["account", "domain", "person", "email"]
Channels = tuple[Located[str], ...]


@dataclass(frozen=True)
class TermsSaid:
    """Where nothing is said, what the kind of evidence has by default."""

    motion: HumanMotion | None = None
    purpose: Purpose | None = None
    channels: Channels | None = None


@dataclass(frozen=True)
class QualifyingSaid:
    evidence: Located[Sign] | None
    terms: TermsSaid
    valid_for: Duration
    not_before: Located[Duration] | None
    procurement: Located[bool] | None
    sla: Located[Duration] | None
    budget: Located[tuple[int, BudgetPeriod]] | None
    best_by: Located[str] | None


@dataclass(frozen=True)
class CapSaid:
    touches: int
    within: Duration
    per: Literal["account", "person"]


@dataclass(frozen=True)
class SuppressionSaid:
    """Either a pattern of somebody, or a condition about a kind of subject."""

    reason: str
    who: Whom | None = None
    pattern: str = ""
    since: Located[Moment] | None = None
    until: Located[Moment] | None = None
    when: Located[str] | None = None
    about: Literal["account", "person"] = "account"


@dataclass(frozen=True)
class TableSaid:
    field: Located[str]
    allows: Mapping[str, Channels]


@dataclass(frozen=True)
class HoldOutSaid:
    share: Fraction
    salt: str


@dataclass(frozen=True)
class AudienceSaid:
    tiers: tuple[Located[str], ...]
    terms: TermsSaid


@dataclass(frozen=True)
class BoundaryFile:
    signals: Mapping[str, Located[QualifyingSaid]]
    first_use: Located[str] | None
    channels: tuple[str, ...]
    quarantine: Located[Duration] | None
    caps: tuple[Located[CapSaid], ...]
    exclusivity: Located[bool] | None
    suppression: tuple[Located[SuppressionSaid], ...]
    consent: Located[TableSaid] | None
    region: Located[TableSaid] | None
    hold_out: Located[HoldOutSaid] | None
    outbound: tuple[Located[AudienceSaid], ...]
    targets: Located[TermsSaid] | None
    opportunities: Located[TermsSaid] | None
    customers: Located[TermsSaid] | None
    overrides: Located[TermsSaid] | None
    account_owner: bool


def _budget(text: str) -> tuple[int, BudgetPeriod]:
    number, _, per = text.partition(" per ")
    return int(number), next(each for each in get_args(BudgetPeriod) if each == per)


def _share(text: str) -> Fraction:
    share = Fraction(Decimal(text.removesuffix("%"))) / 100
    if share > 1:
        raise ValueError(f"`{text}` is more than all accounts")
    return share


def _working_time(text: str) -> Duration:
    if re.fullmatch(r"[0-9]+[dw]", text):
        raise ValueError(f"`{text}` counts days, which have no length in business time; write hours")
    length = read_duration(text)
    if length < MINUTE:
        raise ValueError(f"in `{text}` nobody can do anything")
    return length


def _pattern(text: str) -> str:
    if not text.strip("* "):
        raise ValueError(f"`{text}` fits everybody")
    return text


def _qualifying(
    evidence: Located[Sign] | None,
    valid_for: Duration,
    not_before: Located[Duration] | None,
    procurement: Located[bool] | None,
    sla: Located[Duration] | None,
    budget: Located[tuple[int, BudgetPeriod]] | None,
    best_by: Located[str] | None,
    motion: HumanMotion | None,
    purpose: Purpose | None,
    channels: Channels | None,
) -> QualifyingSaid:
    return QualifyingSaid(evidence, TermsSaid(motion, purpose, channels), valid_for, not_before, procurement, sla, budget, best_by)


def _check_qualifying(said: QualifyingSaid, node: Entries) -> Iterable[Problem]:
    """What belongs together stands together, and only a plain sign waits."""
    watched = said.procurement is not None and said.procurement.value
    if watched and said.sla is None:
        assert said.procurement is not None
        help = "write how soon somebody must have accepted the account, in business time: `sla: 8h`"
        yield Problem("missing_key", "the key `sla` is missing", said.procurement.span, help)
    if said.sla is not None and not watched:
        message = "only a signal of procurement has an `sla`"
        yield Problem("contradiction", message, said.sla.span, "write `procurement: true` beside it, or remove it")
    plain = said.evidence is not None and said.evidence.value == "plain"
    if watched and plain:
        assert said.evidence is not None
        assert said.procurement is not None
        message = "procurement is enterprise need, not a plain sign"
        yield Problem("contradiction", message, said.evidence.span, "remove one of the two", said.procurement.span)
    if said.not_before is not None and (watched or (said.evidence is not None and not plain)):
        message = "only a plain sign waits; all other evidence counts at once"
        help = "remove `not_before`, or write `evidence: plain`"
        yield Problem("contradiction", message, said.not_before.span, help, None if said.evidence is None else said.evidence.span)
    if said.best_by is not None and said.budget is None:
        message = "there is no budget that the best could have first"
        yield Problem("contradiction", message, said.best_by.span, "write `budget: 100 per month` beside it, or remove it")


def _check_dates(said: SuppressionSaid, node: Entries) -> Iterable[Problem]:
    since, until = said.since, said.until
    if since is not None and until is not None and since.value.at(UTC) >= until.value.at(UTC):
        yield Problem(
            "contradiction", f"`until` is not later than `since`, {since.value.text}", until.span, "since is in, until is out", since.span
        )


def _pattern_record(who: Whom, doc: str) -> Record[SuppressionSaid]:
    def build(reason: str, since: Located[Moment] | None, until: Located[Moment] | None, **said: str) -> SuppressionSaid:
        return SuppressionSaid(reason, who, said[who], since, until)

    return Record(
        build,
        "somebody whom nobody may touch",
        {
            who: Field(As(Text("a pattern"), _pattern, "a pattern such as `*rival*`"), doc, required=True),
            "reason": _REASON,
            "since": Field(Placed(DateOrInstant()), "From when it holds, in. A bare date is midnight in the company's time zone."),
            "until": Field(Placed(DateOrInstant()), "Until when it holds, out. Without it, for ever."),
        },
        check=_check_dates,
    )


def _of_condition(when: Located[str], about: Literal["account", "person"], reason: str) -> SuppressionSaid:
    return SuppressionSaid(reason, when=when, about=about)


_CHANNEL = Text("a channel such as `email`", r"[a-z][a-z0-9_]*")
_CHANNELS = ListOf(Placed(_CHANNEL))
_REASON = Field(Text("a reason"), "Why; it is shown with every refusal.", required=True)
_TERMS = {
    "motion": Field(Choice(MOTIONS), "How far sales goes: `sales_assist` helps them to buy by themselves, `sales_led` sells."),
    "purpose": Field(
        Choice(PURPOSES), "What one may speak of, at most: to whom one may sell, one may serve, and whom one may serve, one may help."
    ),
    "channels": Field(ListOf(Placed(_CHANNEL), least=1), "By which channels; all that the boundary names if absent."),
}
TERMS = Record(TermsSaid, "how one may touch", _TERMS)
QUALIFYING = Record(
    _qualifying,
    "what a signal permits",
    {
        "evidence": Field(
            Placed(Choice(get_args(Sign))),
            "enterprise_need: it needs what only sales can give, and counts at once. raised_hand: they ask for us. plain: interest, which gives "
            "an owner at once and waits until the quarantine is over. none: it permits nothing, and is one more reason of a lead that there is. By default what the signal's kind says: `hand_raise` is a raised hand, "
            "procurement is need, all other kinds are plain.",
        ),
        "valid_for": Field(
            Length(), f"How long after the signal is off it still speaks; {show_duration(VALID_FOR)} if absent. A raised hand counts from its "
            "beginning.", default=VALID_FOR,
        ),
        "not_before": Field(
            Placed(Length()), "How long after a plain sign turned on it permits a touch, whatever the quarantine; the quarantine's end if absent."
        ),
        "procurement": Field(
            Placed(Flag()), "Whether somebody there wants to buy by the rules of a company: then it is watched that somebody of ours takes care."
        ),
        "sla": Field(
            Placed(As(Text("business time such as `8h`", r"[0-9]{1,6}[mhdw]"), _working_time, "business time such as `8h`")),
            "How soon, in business time, a seller must have accepted an account of procurement; after that it is neglected.",
        ),
        "budget": Field(
            Placed(As(Text("a budget such as `100 per month`", r"[1-9][0-9]{0,6} per (day|week|month)"), _budget, "a budget")),
            "How many leads of it there may be; the rest waits for the next period: `100 per month`.",
        ),
        "best_by": Field(Placed(Text("a score's name")), "The score by which those that wait go first, the highest first."),
        **_TERMS,
    },
    check=_check_qualifying,
)  # fmt: skip
CAP = Record(
    CapSaid,
    "a cap",
    {
        "touches": Field(Whole(1, 1000), "How many outbound touches there may be.", required=True),
        "within": Field(Length(least=MINUTE), "In how long a time.", required=True),
        "per": Field(Choice(("account", "person")), "Of each account, or of each person; account if absent.", default="account"),
    },
)
SUPPRESSION = Either(
    [
        _pattern_record("account", "The account's id. `*` stands for any text; case does not count."),
        _pattern_record("domain", "The account's domain, or that of the person's e-mail, as it is told or as it was registered. `*` stands for any text."),
        _pattern_record("person", "The person's id. `*` stands for any text; case does not count."),
        _pattern_record("email", "The person's e-mail. `*` stands for any text; case does not count."),
        Record(
            _of_condition,
            "somebody whom nobody may touch",
            {
                "when": Field(Placed(Text("a condition such as `account.rival = true`")), "The condition on whom nobody may touch.", required=True),
                "about": Field(Choice(("account", "person")), "Of whom it is asked; account if absent.", default="account"),
                "reason": _REASON,
            },
        ),
    ]
)  # fmt: skip
TABLE = Record(
    TableSaid,
    "a field, and what each of its values allows",
    {
        "field": Field(Placed(Text("a field such as `account.country`")), "The field that decides.", required=True),
        "allows": Field(
            MapOf(Text("a value of the field"), _CHANNELS, least=1),
            "By each value, the channels that it allows: `US: [email, call]`, `DE: [email]`. What is unknown, or is not named here, allows only "
            "what all values allow.",
            required=True,
        ),
    },
)
HOLD_OUT = Record(
    HoldOutSaid,
    "a share whom nobody touches",
    {
        "share": Field(
            As(Text("a share such as `5%`", r"[0-9]{1,3}(\.[0-9]{1,4})?%"), _share, "a share such as `5%`"),
            "How many of all accounts, by a chance that repeats: only then one sees what a touch adds.",
            required=True,
        ),
        "salt": Field(Text("a word such as `spring-2026`"), "Another word holds out others.", required=True),
    },
)
AUDIENCE = Record(
    lambda tiers, **terms: AudienceSaid(tiers, TermsSaid(**terms)),
    "prospects that may be called",
    {
        "tiers": Field(ListOf(Placed(Text("a tier's name")), least=1), "Accounts of these ICP tiers, until their first sign-up.", required=True),
        **_TERMS,
    },
)  # fmt: skip
BOUNDARY = Record(
    BoundaryFile,
    "the boundary",
    {
        "signals": Field(
            MapOf(Text("a signal's name"), Placed(QUALIFYING)), "The signals that permit a touch, by their names, and what each permits.", default={}
        ),
        "first_use": Field(
            Placed(Text("an event's name, a set, or a selector")),
            "By which events an account begins to use the product: from then on it is a user. All that somebody does if absent.",
        ),
        "channels": Field(
            ListOf(_CHANNEL, least=1, distinct=True),
            "The channels by which ours touch people; " + ", ".join(CHANNELS) + " if absent.",
            default=CHANNELS,
        ),
        "quarantine": Field(
            Placed(Length()), f"How long after its first use a user is left alone; {show_duration(QUARANTINE)} if absent."
        ),
        "caps": Field(ListOf(Placed(CAP)), "How often an account or a person may be touched.", default=()),
        "exclusivity": Field(
            Placed(Flag()), "Whether another seller's open opportunity or accepted lead stands against a touch; true if absent."
        ),
        "suppression": Field(ListOf(Placed(SUPPRESSION)), "Whom nobody may touch, whatever speaks for it.", default=()),
        "consent": Field(Placed(TABLE), "A field of people, such as `person.consent`, and the channels that each of its values allows."),
        "region": Field(Placed(TABLE), "A field of accounts, such as `account.country`, and the channels that each of its values allows."),
        "hold_out": Field(Placed(HOLD_OUT), "A share of accounts whom nobody touches unless they ask for it."),
        "outbound": Field(ListOf(Placed(AUDIENCE)), "Which prospects may be called although nothing has happened yet.", default=()),
        "targets": Field(Placed(TERMS), "How named accounts may be touched."),
        "opportunities": Field(Placed(TERMS), "How accounts with an open opportunity may be touched."),
        "customers": Field(Placed(TERMS), "How the owner whom a contract names may touch a customer."),
        "overrides": Field(Placed(TERMS), "How one may touch by a manager's override, where it does not say so itself."),
        "account_owner": Field(
            Flag(), "Whether the owner on the account's record counts as one who has accepted it; false if absent.", default=False
        ),
    },
)  # fmt: skip
