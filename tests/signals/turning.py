"""Outcomes: as a test declares them, as they are found in a timeline, and as records mean them that are asked one instant after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from types import SimpleNamespace
from typing import Any

from tandem.language.expression.nodes import About
from tandem.signals.backtest.hindsight import Hindsight
from tandem.signals.backtest.occurrences import occurrences
from tandem.signals.playbook.outcomes import Outcome, Stages, Turn
from tandem.signals.world import FOREVER, Period, Subject, Tie, World, account_of, records_at, survivor
from tandem.values.instants import DAY, Instant, read_instant, show
from tests.signals.conditions import ABOUTS, read
from tests.signals.timelines import NOWHERE, TimelineOf
from tests.signals.worlds import START, seeded_worlds, world_of

PLANS = ("free", "team", "business")


def outcome(turn: Turn, about: About = "account", *, event: str = "", plan: str = "", stage: str = "") -> Outcome:
    return Outcome("y", about, turn, False, NOWHERE, read(event, "selector") if event else None, plan, stage)


def told(world: World, asked: Outcome, as_of: str = "2027-01-01") -> list[tuple[str, str]]:
    timeline = TimelineOf(world)
    found = occurrences(asked, Stages(), Hindsight(timeline, world, read_instant(as_of, world.zone)))
    ids = timeline.subjects(asked.about).ids
    return [(ids[one], show(at).removesuffix("T00:00:00Z")) for one, at in zip(found.subject.tolist(), found.at.tolist(), strict=True)]


def world(text: str) -> World:
    return world_of(text, plans=PLANS)


def instant_of(text: str) -> Instant:
    return read_instant(text, None if text.endswith("Z") else world("").zone)


TURNS: tuple[Turn, ...] = (
    "created",
    "stage",
    "won",
    "lost",
    "signed",
    "touched",
    "active",
    "paid",
    "reduced",
    "cancelled",
    "renewed",
    "expanded",
    "plan",
)


def a(turn: Turn, about: About = "account") -> Outcome:
    """An outcome of that turn, as small worlds have it."""
    return outcome(turn, about, plan="team" if turn == "plan" else "", stage="Open" if turn == "stage" else "")


def meant(told: World, asked: Outcome, as_of: Instant) -> list[tuple[str, Instant]]:
    """What turns between one instant and the next, in a world in which everything was known from the beginning."""
    past = in_hindsight(told, as_of)
    instants = sorted({at for at in _instants(past) if at <= as_of})
    owners = _last_owners(past, asked, instants)
    found: list[tuple[str, Instant]] = []
    before: dict[Any, Any] = {}
    for at in instants:
        now = _standing(past, asked, at, owners)
        for key in now.keys() | before.keys():
            was, is_ = before.get(key, _NOTHING), now.get(key, _NOTHING)
            if _turned(asked.turn, was, is_):
                owner = owners.get(key) if isinstance(key, tuple) else key
                found += [(owner, at)] if owner is not None else []
        before = now
    if asked.turn == "paid":
        found = [(one, min(at for other, at in found if other == one)) for one in {one for one, _ in found}]
    return sorted(found)


_NOTHING: tuple[int, int] = (0, 0)


def _turned(turn: Turn, was: Any, now: Any) -> bool:
    match turn:
        case "cancelled":
            return bool(was[0] and not now[0])
        case "reduced" | "expanded":
            return bool(was[0] and now[0] and (now[1] < was[1] if turn == "reduced" else now[1] > was[1]))
        case "renewed":
            return bool(was[0] and now[0] and was[1] and now[1] and now[1] > was[1])
    return bool(now[0] and not was[0])


def _standing(past: World, asked: Outcome, at: Instant, owners: dict[Any, str | None]) -> dict[Any, tuple[Any, Any]]:
    """What counts, by record where each turns by itself, else by subject."""
    match asked.turn:
        case "created" | "stage" | "won" | "lost":
            names = {"created": None, "stage": asked.stage, "won": "Closed Won", "lost": "Closed Lost"}[asked.turn]
            records = records_at(past, "opportunity", at)
            return {("opportunity", each.id): (1, 0) for each in records if names is None or each.fields.get("stage") == names}
        case "signed":
            return {("contract", each.id): (1, 0) for each in records_at(past, "contract", at)}
        case "touched":
            return {("touch", each.id): (1, 0) for each in records_at(past, "touch", at) if each.fields.get("seller")}
        case "renewed":
            records = [each for each in records_at(past, "subscription", at) if _is_active(each.fields, at)]
            return {("subscription", each.id): (1, _date(each.fields.get("renewal_date"))) for each in records}
        case "plan":
            reached = PLANS[PLANS.index(asked.plan) :]
            accounts = [one for one in TimelineOf(past).ids["account"] if _plan(past, "account", one, at) in reached]
            accounts += [
                owner for one in TimelineOf(past).ids["workspace"]
                if _plan(past, "workspace", one, at) in reached and (owner := account_of(past, Subject("workspace", one), at)) is not None
            ]  # fmt: skip
            return dict.fromkeys(accounts, (1, 0))
    summed: dict[str, tuple[int, float]] = {}
    for each in records_at(past, "subscription", at):
        amount, owner = each.fields.get("amount"), owners.get(("subscription", each.id))
        if owner is None or not _is_active(each.fields, at) or (amount is not None and amount <= 0):  # type: ignore[operator]
            continue
        number, mrr = summed.get(owner, _NOTHING)
        paid = amount * (1 if each.fields.get("interval") == "year" else 12) if isinstance(amount, int) else 0
        summed[owner] = (number + 1, mrr + paid)
    if asked.turn == "paid":
        paying = {one: (1, 0) for one, (_, mrr) in summed.items() if mrr > 0}
        invoices = [
            ("invoice", each.id) for each in records_at(past, "invoice", at)
            if each.fields.get("amount", 0) > 0 and each.fields.get("status") == "paid"  # type: ignore[operator]
        ]  # fmt: skip
        return {**paying, **dict.fromkeys(invoices, (1, 0))}
    return summed  # type: ignore[return-value]


def _plan(past: World, kind: Any, one: str, at: Instant) -> object:
    theirs = [
        each.fields.get("plan") for each in records_at(past, "subscription", at)
        if each.is_of(Subject(kind, one)) and _is_active(each.fields, at) and each.fields.get("plan") in PLANS
    ]  # fmt: skip
    if theirs:
        return max(theirs, key=PLANS.index)  # type: ignore[arg-type]
    return next((each.fields.get("plan") for each in records_at(past, kind, at) if each.id == one), None)


def _is_active(fields: Any, at: Instant) -> bool:
    ended = _date(fields.get("ended"))
    return fields.get("status") in (None, "active") and not (ended and ended <= at)


def _date(said: object) -> Instant:
    return read_instant(said, world("").zone) if isinstance(said, str) else 0


def _last_owners(past: World, asked: Outcome, instants: list[Instant]) -> dict[Any, str | None]:
    """Whose each record is, as was said last."""
    owners: dict[Any, str | None] = {}
    for at in instants:
        for kind in ("opportunity", "contract", "touch", "subscription", "invoice"):
            for each in records_at(past, kind, at):
                named = each.account if asked.about == "account" else each.workspace
                owners[kind, each.id] = named if named is not None else owners.get((kind, each.id))
    return owners


def in_hindsight(told: World, as_of: Instant) -> World:
    """Everything that is known as of the instant, from the beginning on."""
    always = (Period(-(2**62)),)
    known = [each for each in told.records if each.is_in_force(as_of)]
    ids = {*told.existence, *told.survivors} | {Subject(one.kind, str(tie.to)) for one, ties in told.survivors.items() for tie in ties}
    return replace(
        told,
        records=tuple(replace(each, stretches=always) for each in known),
        survivors={one: (Tie(-(2**62), FOREVER, survivor(told, one, as_of)),) for one in ids},
        homes={one: (Tie(-(2**62), FOREVER, account_of(told, one, as_of)),) for one in ids if one.kind == "workspace"},
    )


def _instants(past: World) -> Iterator[Instant]:
    for each in past.records:
        yield each.occurred_at
        yield from (at for name in ("ended", "paid") if (at := _date(each.fields.get(name))))


def chance_world(seed: int) -> World:
    """Opportunities, subscriptions, invoices and workspaces over six days, of which some are late, corrected, deleted, merged.

    Every other world is about two subscriptions most of all.
    """
    chance = Random(seed)
    lines, labels = [], []
    for number in range(chance.randint(8, 24)):
        day = chance.randint(1, 6)
        known = f" (known 2026-03-{day + chance.randint(1, 3):02})" if chance.random() < 0.2 else ""
        account = chance.choice(["acme", "beta", "gamma"])
        record = chance.choice([
            f"opportunity O-{chance.randint(1, 3)} account={account} stage={chance.choice(['Open', 'Closed Won', 'Closed Lost'])!r}",
            f"subscription S-{chance.randint(1, 3)} {chance.choice([f'account={account}', 'workspace=w1', f'account={account} workspace=w2'])} "
            f"plan={chance.choice(PLANS)} status={chance.choice(['active', 'active', 'over'])} "
            + chance.choice(["", f"amount={chance.choice([0, 100, 200, 1200])} interval={chance.choice(['month', 'year'])} "])
            + chance.choice(["", f"renewal_date=2026-0{chance.randint(4, 6)}-01 ", f"ended=2026-03-{chance.randint(3, 6):02} "]),
            f"invoice I-{chance.randint(1, 2)} account={account} amount={chance.choice([0, 500])} status={chance.choice(['open', 'paid'])}",
            f"workspace w{chance.randint(1, 2)} account={account} plan={chance.choice(PLANS)}",
            *[f"subscription S-{chance.randint(1, 2)} account=acme status={chance.choice(['active', 'active', 'active', 'over'])} plan=team "
              f"amount={chance.choice([100, 200, 1200])} renewal_date=2026-0{chance.randint(4, 6)}-01"] * (8 * (seed % 2)),
            f"contract C-{chance.randint(1, 2)} account={account} value=5",
            f"touch T-{chance.randint(1, 2)} account={account} " + chance.choice(["seller=bea", "channel=call"]),
            f"{chance.choice(['opportunity O', 'contract C', 'touch T'])}-{chance.randint(1, 3)} deleted",
            f"subscription S-{chance.randint(1, 3)} deleted",
        ]).replace("'", '"')  # fmt: skip
        lines.append(f"2026-03-{day:02}{known} {record.strip()} #l{number}")
        labels.append((f"#l{number}", day))
    for label, day in chance.sample(labels, 1):
        lines += [f"2026-03-{day + 3:02} correct {label}"] * chance.choice([0, 1])
    lines += [f"2026-03-{chance.randint(2, 6):02} account {' is '.join(chance.sample(['acme', 'beta'], 2))}"] * chance.choice([0, 1, 1])
    return world("\n".join(lines))


RIGHT = SimpleNamespace(occurrences=occurrences, Hindsight=Hindsight)


def disagreement(seed: int, where: Any = RIGHT) -> str | None:
    told = chance_world(seed)
    timeline = TimelineOf(told)
    as_of = instant_of("2026-03-04") + seed % 6 * DAY
    for about in ("account", "workspace"):
        for turn in TURNS:
            if about == "workspace" and turn == "plan":
                continue
            asked = a(turn, about)  # type: ignore[arg-type]
            found = where.occurrences(asked, Stages(), where.Hindsight(timeline, told, as_of))
            ids = timeline.subjects(asked.about).ids
            says = sorted((ids[one], at) for one, at in zip(found.subject.tolist(), found.at.tolist(), strict=True))
            should = meant(told, asked, as_of)
            if says != should:
                return f"{seed}: {turn} of {about}: found {says}, meant is {should}"
    return None


def events_disagree(seed: int, where: Any = None) -> str | None:
    """Where events in a timeline, of which what was learnt late stands in a tail, are not those that belong to each as of an instant."""
    where = where or RIGHT
    for number, small in enumerate(seeded_worlds(12, seed)):
        timeline = TimelineOf(small.world, START + number % 5 * DAY if number % 3 else None)
        for about in ABOUTS:
            for as_of in (START + 2 * DAY, START + 4 * DAY, small.until):
                name = ("Opened", "any")[number % 2]
                asked = outcome("event", about, event="any" if name == "any" else f'"{name}"')
                found = where.occurrences(asked, Stages(), where.Hindsight(timeline, small.world, as_of))
                ids = timeline.subjects(about).ids
                says = sorted((ids[one], at) for one, at in zip(found.subject.tolist(), found.at.tolist(), strict=True))
                standing = [(each, each.stretch_at(as_of)) for each in small.world.happenings if each.type in ("track", "page", "screen")]
                should = sorted(
                    (whose, each.occurred_at) for each, stretch in standing
                    if stretch is not None and not stretch.excluded and (whose := getattr(stretch, about)) and name in ("any", each.event)
                )  # fmt: skip
                if says != should:
                    return f"{seed}, {number}: of {about} as of {as_of}: found {says}, meant is {should}"
    return None
