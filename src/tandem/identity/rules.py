"""What a company decides about belonging: how many may share a browser, which ids mean nobody, whom to leave out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Who = Literal["person", "account", "workspace", "domain", "email", "event"]

# What programs write where they know nobody. Compared without case and without the spaces around it.
DEFAULT_BLOCKED = frozenset(
    (
        "", "0", "-1", "00000000-0000-0000-0000-000000000000", "00000000000000000000000000000000",
        "[object object]", "{}", "[]", '""', "''", "-", "?", "~", "null", "(null)", "<null>", "nil", "none", "nan", "n/a",
        "undefined", "unknown", "not available", "not set", "not_set", "(not set)", "true", "false",
        "anonymous", "anonymous_user", "anon", "guest", "guest_user", "not_authenticated",
        "user_id", "userid", "anonymous_id", "anonymousid", "distinct_id", "distinctid", "id", "email",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Exclusion:
    """A dated rule that leaves events out, for instance our own staff or a load test.

    pattern: `*` stands for any text, everything else for itself; case does not count. since, until: instants, half-open, of
    `occurred_at`; None is without end. reason: the words that an excluded event is shown with.
    """

    who: Who
    pattern: str
    since: int | None
    until: int | None
    reason: str


@dataclass(frozen=True)
class Rules:
    """What the playbook says about belonging.

    fan_out: the most persons that may claim one anonymous id. blocked_ids: ids that mean nobody, in whatever case.
    free_domains: mail domains that name no account, on top of the list that is shipped. work_domains: those that name one
    although a list has them. source_order: the source named first wins over those after it, and over those not named.
    """

    fan_out: int = 5
    blocked_ids: frozenset[str] = DEFAULT_BLOCKED
    free_domains: frozenset[str] = frozenset()
    work_domains: frozenset[str] = frozenset()
    exclusions: tuple[Exclusion, ...] = ()
    source_order: tuple[str, ...] = ()
