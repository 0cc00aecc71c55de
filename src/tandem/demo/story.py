"""One account's story: its facts of all kinds on one time axis, in the notation, shortened to those that tell something new."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC

import msgspec

from tandem.app.facts import Facts, list_facts
from tandem.app.project import Project
from tandem.facts.canonical import write
from tandem.facts.fact import Event, Fact, Merge, Version
from tandem.facts.text import SOURCE, Reader
from tandem.facts.text import show as show_fact
from tandem.values.instants import DAY, HOUR, MINUTE, show

CHOSEN = 20

# Smaller than this, what lies between two lines is told with the next gap.
_GAP_FACTS_MIN = 8

# How much a fact tells when it is the first of its kind, and how much less each time that it comes again; small is much.
_TELLING: dict[str, tuple[float, float]] = {
    "merge": (0, 0),
    "opportunity": (1, 3),
    "close": (0.5, 1),
    "subscription": (1, 1),
    "contract": (1, 0.5),
    "touch": (1.5, 0.6),
    "account": (1.5, 0.3),
    "identify": (1, 2),
    "group": (2.5, 5),
    "visit Home": (1, 9),
    "visit Pricing": (4, 9),
    "page Pricing": (2.5, 2),
    "Signed Up": (1, 6),
    "Workspace Created": (1, 3),
    "Invite Sent": (1.2, 3),
    "Invite Accepted": (1.5, 1.5),
    "Runbook Run": (1.5, 40),
    "Seat Limit Reached": (0, 1),
    "SSO Settings Viewed": (0, 1.5),
    "Contact Sales Clicked": (0, 1),
    "Plan Upgraded": (0, 1),
}
# Instants are whole minutes here, and their seconds say nothing.
_SECONDS = re.compile(r"(T\d\d:\d\d):00Z")
_USAGE = (3.0, 40.0)

# What a version of a record is told by, where it changed.
_FIELDS = {
    "opportunity": ("stage", "amount", "owner", "loss_reason"),
    "subscription": ("plan", "quantity", "deployed", "amount"),
    "touch": ("direction", "seller"),
    "contract": ("starts", "ends", "seats", "value"),
    "account": ("name", "domain", "employees", "owner"),
}


@dataclass(frozen=True)
class Story:
    """lines: facts in the notation, and what lies between them. facts: how many there are. people: who acted, visitors left out."""

    account: str
    lines: tuple[str, ...]
    facts: int
    people: int


def tell(project: Project, account: str) -> Story:
    """The story of an account that the log has, as of the end of the log."""
    listed = list_facts(project, Facts(account=account))
    reader = Reader(UTC)
    facts = [reader.read(row["fact"].partition("  -- ")[0])[0] for row in listed.rows]
    chosen = set(_most_telling(facts))
    notes = _notes(project, facts)
    people = {fact.user_id for fact in facts if isinstance(fact, Event) and fact.user_id is not None}
    return Story(account, tuple(_lines(facts, chosen, notes)), len(facts), len(people))


def _most_telling(facts: Sequence[Fact]) -> list[int]:
    """The positions of the chosen facts: the first of each kind before the second, and milestones before daily work."""
    before: Counter[str] = Counter()
    weighed = []
    for position, fact in enumerate(facts):
        kind = _kind(fact)
        first, again = _TELLING.get(kind, _USAGE)
        weighed.append((first + again * before[kind], position))
        before[kind] += 1
    return [position for _, position in sorted(weighed)[:CHOSEN]]


def _kind(fact: Fact) -> str:
    match fact:
        case Event(type="track"):
            return fact.name
        case Event(type="page", user_id=None):
            return f"visit {fact.name}"
        case Event(type="page"):
            return f"page {fact.name}"
        case Event():
            return fact.type
        case Version(kind="opportunity", fields=fields) if str(msgspec.json.decode(fields).get("stage", "")).startswith("Closed"):
            return "close"
        case Version():
            return fact.kind
        case Merge():
            return "merge"
    return "correction"


def _notes(project: Project, facts: Sequence[Fact]) -> dict[int, str]:
    """What links of identity do, beside the first of each sort: learning reaches back, and a merge joins what was apart."""
    notes: dict[int, str] = {}
    visits = Counter(fact.anonymous_id for fact in facts if isinstance(fact, Event) and fact.user_id is None)
    for position, fact in enumerate(facts):
        if isinstance(fact, Event) and fact.type == "identify" and not notes:
            notes[position] = f"so the {visits[fact.anonymous_id]} page views of ?{fact.anonymous_id} are those of {fact.user_id}"
        if isinstance(fact, Merge) and fact.kind == "account":
            just_before = show(fact.known_at - 1)
            apart = list_facts(project, Facts(kind="event", account=fact.gone, limit=0, as_of=just_before)).total
            notes[position] = f"so the {apart:,} events of {fact.gone} count for {fact.survivor} from now on"
    return notes


def _lines(facts: Sequence[Fact], chosen: set[int], notes: dict[int, str]) -> Iterator[str]:
    last_at, passed_over = facts[0].occurred_at if facts else 0, Counter[str]()
    latest: dict[str, dict[str, object]] = {}
    for position, fact in enumerate(facts):
        told = _shortened(fact, latest)
        if position not in chosen:
            passed_over[_plain_kind(fact)] += 1
            continue
        days = fact.occurred_at // DAY - last_at // DAY
        if days > 1 or passed_over.total() >= _GAP_FACTS_MIN:
            yield _gap(days, passed_over)
            passed_over = Counter()
        yield _SECONDS.sub(r"\1", show_fact(told))
        if position in notes:
            yield f"    ({notes[position]})"
        last_at = fact.occurred_at
    if passed_over:
        yield _gap(facts[-1].occurred_at // DAY - last_at // DAY, passed_over)


def _plain_kind(fact: Fact) -> str:
    return (
        fact.name if isinstance(fact, Event) and fact.type == "track" else "page" if isinstance(fact, Event) and fact.name else _kind(fact)
    )


def _gap(days: int, passed_over: Counter[str]) -> str:
    length = "same day" if days < 1 else "1 day" if days == 1 else f"{days} days"
    most = ", ".join(f"{name} {number:,}" for name, number in sorted(passed_over.items(), key=lambda one: (-one[1], one[0]))[:3])
    number = passed_over.total()
    more = f", {number:,} {'fact' if number == 1 else 'facts'} more: {most}{' ...' if len(passed_over) > 3 else ''}" if number else ""
    return f"    ({length}{more})"


def _shortened(fact: Fact, latest: dict[str, dict[str, object]]) -> Fact:
    """The fact to the minute and without its label, known when it occurred unless that was an hour later; of a person, the mail and the
    name; of a record, what changed."""
    occurred = fact.occurred_at - fact.occurred_at % MINUTE
    known = occurred if fact.known_at - fact.occurred_at < HOUR else fact.known_at - fact.known_at % MINUTE
    short = msgspec.structs.replace(fact, id=f"{SOURCE}:", occurred_at=occurred, known_at=known)
    if isinstance(short, Event) and short.type == "identify":
        traits = msgspec.json.decode(short.properties)
        return msgspec.structs.replace(short, properties=write({name: traits[name] for name in ("email", "name") if name in traits}))
    if isinstance(short, Version):
        record = f"{short.kind} {short.record_id}"
        before, now = latest.get(record, {}), msgspec.json.decode(short.fields)
        latest[record] = before | now
        changed = {name: now[name] for name in _FIELDS.get(short.kind, now) if name in now and now[name] != before.get(name)}
        # Shown as a patch: what is not named has not changed.
        return msgspec.structs.replace(short, fields=write(changed), patch=True)
    return short
