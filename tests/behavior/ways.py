"""Small worlds with events, sales and contracts; funnels of motions and paths to ask of them; and both answers to each."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as File
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

import tandem.behavior
from tandem.behavior.meaning import events_of
from tandem.behavior.motions import by_motion, happenings
from tandem.behavior.motions import path as paths
from tandem.behavior.motions.meaning import Came, course_of, entered_by
from tandem.signals.backtest.hindsight import Hindsight
from tandem.signals.backtest.moments import Moments
from tandem.signals.motion import motion_at
from tandem.signals.playbook.funnels import MOTIONS, MotionFunnel, Path, Stage, Walking
from tandem.signals.playbook.outcomes import Stages
from tandem.signals.world import Subject, World, survivor
from tandem.values.instants import DAY, HOUR, Instant, read_instant
from tests.signals.timelines import TimelineOf
from tests.signals.turning import in_hindsight, meant, outcome
from tests.signals.worlds import world_of

ENDS = Stages()
EVENTS = ('"Opened"', '"Invited"', "any", '"Opened" where plan = free')
RECORDS = (outcome("created"), outcome("won"), outcome("stage", stage="Open"), outcome("signed"), outcome("touched"), outcome("renewed"))
# Each account, when it reached its stages.
Told = list[tuple[str, tuple[Instant, ...]]]
RIGHT = SimpleNamespace(
    **vars(happenings),
    **{name: each for module in (by_motion, paths) for name, each in vars(module).items() if name not in vars(happenings)},
)


def event(text: str) -> Stage:
    return Stage((outcome("event", event=text),))


def stage_of(chance: Random) -> Stage:
    def one() -> Any:
        return outcome("event", event=chance.choice(EVENTS)) if chance.random() < 0.5 else chance.choice(RECORDS)

    if chance.random() < 0.25:
        return Stage((), ("growing",))
    return Stage((one(), one())) if chance.random() < 0.2 else Stage((one(),))


@dataclass(frozen=True)
class Case:
    """fired: when a signal `growing` fired, for which accounts as they were called then."""

    world: World
    timeline: TimelineOf
    as_of: Instant
    fired: Sequence[tuple[str, Instant]]
    since: Instant | None
    until: Instant | None

    @property
    def hindsight(self) -> Hindsight:
        return Hindsight(self.timeline, self.world, self.as_of)

    @property
    def accounts(self) -> list[str]:
        return self.timeline.ids["account"]

    def moments(self) -> dict[str, Moments]:
        became, accounts = self.hindsight.account_of("account"), self.accounts
        return {"growing": Moments.of([became[accounts.index(one)] for one, _ in self.fired], [at for _, at in self.fired])}

    def came(self, stages: Sequence[Stage]) -> dict[str, list[Came]]:
        """What happened to each account, asked one account and one outcome after the other."""
        found: dict[str, list[Came]] = {one: [] for one in self.accounts}
        selectors = [(place, each.selector) for place, stage in enumerate(stages) for each in stage.outcomes if each.selector is not None]
        for one in self.accounts:
            for seen in events_of(self.world, Subject("account", one), [selector for _, selector in selectors], self.as_of):
                if seen.picked:
                    found[one].append(Came(seen.at, frozenset(selectors[number][0] for number in seen.picked)))
        for place, stage in enumerate(stages):
            for each in stage.outcomes:
                for one, at in meant(self.world, each, self.as_of) if each.selector is None else ():
                    found[one].append(Came(at, frozenset({place})))
            for one, at in self.fired if stage.signals else ():
                if at <= self.as_of:
                    found[survivor(self.world, Subject("account", one), self.as_of)].append(Came(at, frozenset({place})))
        return found


def cases(worlds: int, seed: int) -> Iterator[tuple[Case, Random]]:
    chance = Random(seed)
    for _ in range(worlds):
        world = chance_world(chance)
        accounts = TimelineOf(world).ids["account"]
        fired = [(chance.choice(accounts), _day(chance)) for _ in range(chance.choice((0, 3, 6)))] if accounts else []
        split = chance.choice((None, read_instant("2026-03-04", world.zone)))
        since, until = (chance.choice((None, None, None, read_instant(f"2026-03-0{day}", world.zone))) for day in (2, 4))
        yield Case(world, TimelineOf(world, split), _day(chance) + 3 * DAY, sorted(fired, key=lambda each: each[1]), since, until), chance


def _day(chance: Random) -> Instant:
    return read_instant("2026-03-01", world_of("").zone) + chance.randint(0, 12) * 12 * HOUR


def funnel_case(chance: Random) -> MotionFunnel:
    stages = tuple(stage_of(chance) for _ in range(chance.choice((2, 3, 3, 4))))
    within = chance.choice((DAY, 2 * DAY, 4 * DAY, 6 * DAY))
    order: Walking = "ordered" if chance.random() < 0.7 else "first_start_only"
    return MotionFunnel(chance.choice(MOTIONS), stages, within, order)


def path_case(chance: Random) -> Path:
    within = tuple(chance.choice((12 * HOUR, DAY, 2 * DAY, 4 * DAY)) for _ in range(3))
    return Path(tuple(stage_of(chance) for _ in range(4)), within)


def chance_world(chance: Random) -> World:
    """Of three accounts, over six days, at whole and half days so that much happens at one instant; some late, corrected, merged."""
    lines = []
    for number in range(chance.randint(10, 30)):
        day = chance.randint(1, 6)
        clock = chance.choice(("", "", "T12:00"))
        known = f" (known 2026-03-{day + chance.randint(1, 3):02})" if chance.random() < 0.15 else ""
        whose = f"@{chance.choice(['acme', 'acme', 'beta', 'gamma'])}"
        stage = chance.choice(["Open", "Open", "Closed Won", "Closed Lost"])
        said = chance.choice([
            *(f"{name} by {who} {whose} plan={chance.choice(['free', 'team'])}" for name, who in (("Opened", "ann"), ("Opened", "bob"), ("Invited", "ann"), ("Invited", "cat"))),
            f'opportunity O-{chance.randint(1, 2)} {whose} stage="{stage}" {chance.choice(["owner=bea", "owner=bea", "amount=5"])}',
            *(f"{name} by eve {whose} plan=free" for name in ("Opened", "Invited")),
            f"touch T-{chance.randint(1, 2)} {whose} {chance.choice(['seller=bea', 'seller=bea', 'channel=call'])}",
            f"contract C-{chance.randint(1, 2)} {whose} value=5",
            f"subscription S-{chance.randint(1, 2)} {whose} plan=team status=active renewal_date=2026-0{chance.randint(4, 6)}-01",
        ])  # fmt: skip
        lines.append(f"2026-03-{day:02}{clock}{known} {said} #l{number}")
        lines += [f"2026-03-{day + 2:02} correct #l{number}"] * (chance.random() < 0.06)
    lines += [f"2026-03-{chance.randint(2, 7):02} account {' is '.join(chance.sample(['acme', 'beta'], 2))}"] * (chance.random() < 0.3)
    return world_of("\n".join(lines), plans=("free", "team"))


# Both answers.


def meant_to_enter(case: Case, declared: MotionFunnel) -> Told:
    past = in_hindsight(case.world, case.as_of)
    found = []
    for one, came in case.came(declared.stages).items():
        reached = entered_by(came, declared, lambda at, one=one: motion_at(past, ENDS, one, at), case.since, case.until)  # type: ignore[misc]
        found += [(one, reached)] if reached else []
    return found


def entered(case: Case, declared: MotionFunnel, room: Any = RIGHT) -> Told:
    hindsight = case.hindsight
    steps = room.motions_then(hindsight, ENDS)
    found = room.find_entered(declared, ENDS, hindsight, case.moments(), steps, case.since, case.until).attempts
    return told_of(case, found.subject, found.level, found.first, found.reached)


def meant_course(case: Case, path: Path) -> Told:
    courses = [(one, course_of(came, path)) for one, came in case.came(path.stages).items()]
    since, until = case.since, case.until
    return [
        (one, reached) for one, reached in courses if reached and (since is None or since <= reached[0]) and (until is None or reached[0] < until)
    ]  # fmt: skip


def course(case: Case, path: Path, room: Any = RIGHT) -> Told:
    happened = room.find_happenings(path.stages, ENDS, case.hindsight, case.moments())
    found = room.find_courses(path, happened, case.since, case.until)
    firsts = np.arange(len(found.level)) * len(path.stages)
    return told_of(case, found.subject, found.level, firsts, found.reached.ravel())


def told_of(case: Case, subject: Any, level: Any, first: Any, reached: Any) -> Told:
    columns = (subject.tolist(), level.tolist(), first.tolist())
    return [(case.accounts[one], tuple(reached[start : start + stages].tolist())) for one, stages, start in zip(*columns, strict=True)]


# A copy of the room in which a line is changed and nothing is compiled.

FILES = ("happenings", "by_motion", "path")


def uncompiled(file: str = "", right: str = "", wrong: str = "") -> Any:
    everything: dict[str, Any] = {}
    package = f"planted_{abs(hash((file, right, wrong)))}"
    try:
        for name in FILES:
            source = (File(tandem.behavior.__file__).parent / "motions" / f"{name}.py").read_text()
            if name == file:
                assert source.count(right) == 1, f"{file} says `{right}` {source.count(right)} times"
                source = source.replace(right, wrong)
            source = source.replace("@kernel\n", "").replace("tandem.behavior.motions.", f"{package}.")
            module = sys.modules[f"{package}.{name}"] = ModuleType(f"{package}.{name}")
            exec(compile(source, f"{package}/{name}.py", "exec"), vars(module))
            everything.update(vars(module))
    finally:
        for name in FILES:
            sys.modules.pop(f"{package}.{name}", None)
    return SimpleNamespace(**everything)
