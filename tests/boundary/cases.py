"""Small cases for the boundary: a world told as text, signals in a line each, and what the boundary answers, in a line each."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from typing import Any

from tandem.boundary.meaning.answers import Answer, answer, answer_of_account, moments_of
from tandem.boundary.meaning.blocks import Question
from tandem.boundary.meaning.case import Accepted, Case, Closed
from tandem.boundary.playbook.policy import Boundary, Qualifying
from tandem.language.expression.nodes import About
from tandem.language.source import Source
from tandem.signals.playbook.declare import Kind, Score, Signal
from tandem.signals.world import World
from tandem.values.business_time import BusinessTime
from tandem.values.durations import Duration
from tandem.values.instants import DAY, Instant, show
from tests.signals.conditions import read
from tests.signals.worlds import instant, world_of

NOWHERE = Source("", "").span(0, 0)
NEED = Qualifying("need", "enterprise_need")
HAND = Qualifying("hand", "raised_hand")
PLAIN = Qualifying("looks", "plain")
PROCUREMENT = Qualifying("questionnaire", "enterprise_need", sla=8 * 3_600_000_000)

# Each is on for seven days after its event.
SIGNALS: Mapping[str, str] = {
    "need": 'count("SSO Viewed", 7d) >= 1',
    "hand": 'count("Asked for Us", 7d) >= 1',
    "looks": 'count("Pricing Viewed", 7d) >= 1',
    "questionnaire": 'count("Questionnaire Sent", 7d) >= 1',
}


def signal(name: str, when: str, about: About = "account", cooldown: Duration = 30 * DAY, kind: Kind = "intent") -> Signal:
    return Signal(name, name, kind, about, read(when), cooldown, NOWHERE)


def case_of(
    told: Callable[..., None] | str | World,
    *rules: Qualifying,
    until: str = "2026-05-01",
    about: Mapping[str, About] | None = None,
    cooldown: Duration = 30 * DAY,
    hours: BusinessTime | None = None,
    scores: Mapping[str, Score] | None = None,
    accepted: Sequence[Accepted] = (),
    closed: Sequence[Closed] = (),
    signals: Mapping[str, str] = SIGNALS,
    world: Mapping[str, Any] | None = None,
    zone: tzinfo = UTC,
    **boundary: Any,
) -> Case:
    """The case of a test's docstring. boundary: the fields of `Boundary`; world: those of `world_of`."""
    text = told if isinstance(told, str | World) else inspect.getdoc(told)
    ours = text if isinstance(text, World) else world_of(text, zone=zone, **(world or {}))
    declared = {name: signal(name, when, (about or {}).get(name, "account"), cooldown) for name, when in signals.items()}
    scores = scores or {}
    return Case(
        replace(ours, scores={name: score.declaration for name, score in scores.items()}),
        Boundary(signals={rule.signal: rule for rule in rules}, **boundary),
        declared,
        instant(until),
        scores=scores,
        hours=hours or BusinessTime(zone),
        accepted=tuple(accepted),
        closed=tuple(closed),
    )


def at(case: Case, day: str, account: str = "acme", **asked: Any) -> str:
    """The answer in a line: `permit sell by email call on need`, or `refused quarantine`. Without more, that of the account in general."""
    t = instant(day)
    found = answer(case, Question(account, **asked), t) if asked else answer_of_account(case, account, t)
    return told(found)


def told(found: Answer) -> str:
    if found.permit is None:
        return "refused " + " ".join(each.reason for each in found.refusals)
    kinds = " ".join(dict.fromkeys(each.kind for each in found.permit.evidence))
    channels = " ".join(found.permit.channels)
    return f"{found.permit.purpose} by {channels} on {kinds}" if len(found.permit.channels) < 4 else f"{found.permit.purpose} on {kinds}"


def steps(case: Case, ask: Callable[[Instant], str], account: str = "acme") -> list[str]:
    """What is answered from when on: `03-05T09:00 sell on need`, without what stays the same."""
    found: list[str] = []
    last = ""
    for t in moments_of(case, account):
        said = ask(t)
        if said != last:
            found.append(f"{short(t)} {said}")
        last = said
    return found


def answers(case: Case, account: str = "acme", **asked: Any) -> list[str]:
    """The steps of the boundary's answer about an account."""
    if asked:
        return steps(case, lambda t: told(answer(case, Question(account, **asked), t)), account)
    return steps(case, lambda t: told(answer_of_account(case, account, t)), account)


def short(t: Instant | None) -> str:
    """`03-01`, or `03-01T09:30`."""
    return "never" if t is None else show(t)[5:].removesuffix("Z").removesuffix(":00").removesuffix("T00:00")
