"""What `boundary.yaml` says, as frozen values: what permits a human touch, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import blake2b
from typing import Literal as OneOf

from tandem.identity.rules import Exclusion
from tandem.language.expression.nodes import About, Condition, FieldRef, Selector
from tandem.language.source import Span
from tandem.values.durations import Duration
from tandem.values.instants import DAY

Sign = OneOf["enterprise_need", "raised_hand", "plain", "none"]
Purpose = OneOf["help", "serve", "sell"]
HumanMotion = OneOf["sales_assist", "sales_led"]
BudgetPeriod = OneOf["day", "week", "month"]

# Each purpose holds those before it: whom one may sell to, one may serve and help.
PURPOSES: tuple[Purpose, ...] = ("help", "serve", "sell")
MOTIONS: tuple[HumanMotion, ...] = ("sales_assist", "sales_led")
CHANNELS = ("email", "call", "meeting", "message")
VALID_FOR: Duration = 14 * DAY
QUARANTINE: Duration = 14 * DAY


@dataclass(frozen=True)
class Terms:
    """How one may touch, where there is evidence. channels: None are all that the boundary names."""

    motion: HumanMotion = "sales_led"
    purpose: Purpose = "sell"
    channels: tuple[str, ...] | None = None
    place: Span | None = None


@dataclass(frozen=True)
class Budget:
    """At most so many leads of a signal in each calendar period, best first by a score where one is named."""

    leads: int
    per: BudgetPeriod
    score: str | None = None
    place: Span | None = None


@dataclass(frozen=True)
class Qualifying:
    """A signal that permits a touch.

    sign: of what it is evidence. not_before: how long after it turned on a plain sign becomes evidence; None is the quarantine's end.
    sla: of a procurement signal, in business time.
    """

    signal: str
    sign: Sign
    terms: Terms = field(default_factory=Terms)
    valid_for: Duration = VALID_FOR
    not_before: Duration | None = None
    sla: Duration | None = None
    budget: Budget | None = None
    place: Span | None = None

    @property
    def is_procurement(self) -> bool:
        return self.sla is not None

    @property
    def keeping(self) -> Budget | None:
        """The budget that may keep a firing waiting: what procurement asks for never waits for one."""
        return self.budget if self.opens and not self.is_procurement else None

    @property
    def opens(self) -> bool:
        """Whether it may open a lead. What permits nothing is one more reason of a lead that there is."""
        return self.sign != "none"


@dataclass(frozen=True)
class Cap:
    """At most so many outbound human touches of one account, or of one person, in `within`."""

    touches: int
    within: Duration
    per: OneOf["account", "person"] = "account"
    place: Span | None = None


@dataclass(frozen=True)
class Suppression:
    """Whom nobody may touch: those that a pattern fits, or of whom a condition is true. Exactly one of `rule` and `when` is given."""

    reason: str
    rule: Exclusion | None = None
    when: Condition | None = None
    about: About = "account"
    place: Span | None = None


@dataclass(frozen=True)
class Table:
    """The channels that each value of one field allows."""

    of: FieldRef
    about: About
    rows: Mapping[str, frozenset[str]]
    place: Span | None = None

    def allows(self, value: object) -> frozenset[str]:
        """What is unknown, or is no value of the table, allows only what every row allows: the strictest that is declared."""
        if isinstance(value, str) and value in self.rows:
            return self.rows[value]
        return frozenset.intersection(*self.rows.values())


@dataclass(frozen=True)
class HoldOut:
    """A share of all accounts, by chance that repeats, whom nobody touches: what happens there is what would have happened anyway."""

    share: Fraction
    salt: str
    place: Span | None = None

    def holds(self, account: str) -> bool:
        """The account's hash, as a number from 0 to 1, lies below the share."""
        drawn = blake2b(f"{self.salt}\0{account}".encode(), digest_size=8).digest()
        return Fraction(int.from_bytes(drawn, "big"), 2**64) < self.share


@dataclass(frozen=True)
class Audience:
    """Prospects that may be called although nobody of theirs has used the product: those of these ICP tiers."""

    tiers: tuple[str, ...]
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True)
class Boundary:
    """first_use: the events by which an account begins to use the product; None are all that somebody did.

    channels: all that ours use; a touch by any other has no known channel. quarantine: from the first use. exclusivity: whether another
    seller's open opportunity or accepted lead stands against a touch. account_owner: whether the owner on the account's record counts as one
    who has accepted it.
    """

    signals: Mapping[str, Qualifying] = field(default_factory=dict)
    first_use: Selector | None = None
    channels: tuple[str, ...] = CHANNELS
    quarantine: Duration = QUARANTINE
    caps: tuple[Cap, ...] = ()
    exclusivity: bool = True
    suppression: tuple[Suppression, ...] = ()
    consent: Table | None = None
    region: Table | None = None
    hold_out: HoldOut | None = None
    outbound: tuple[Audience, ...] = ()
    targets: Terms = field(default_factory=Terms)
    opportunities: Terms = field(default_factory=Terms)
    customers: Terms = field(default_factory=Terms)
    overrides: Terms = field(default_factory=Terms)
    account_owner: bool = False
    quarantine_at: Span | None = None
    exclusivity_at: Span | None = None
