"""What is planted in twenty companies, as the funnels of their motions tell it; each planted share is the rate of one stage of one of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isclose

import numpy as np
import pytest

from tandem.app.ways import Ways
from tandem.behavior.funnel.tally import Tally, combined, tally
from tandem.behavior.motions.by_motion import find_entered, motions_then
from tandem.demo.company import UNTIL
from tandem.demo.making import Demo, DemoRequest, make_demo
from tandem.demo.planted import TRUTHS
from tandem.demo.truth import truth_of
from tandem.signals.playbook.funnels import Motion, MotionFunnel, Stage, Walking
from tandem.signals.world import UNKNOWN
from tandem.stats.proportions import Share
from tandem.values.instants import DAY, Instant
from tests.behavior.ways import event
from tests.signals.conditions import read
from tests.signals.turning import outcome

SEEDS = range(1, 21)
ACCOUNTS = 50
# At 95 %, fewer than 17 of 20 happens to an honest interval once in sixty times.
COVERED_MIN = 17
VALUE: dict[str, float] = {each.name: each.value for each in TRUTHS}
# Whoever needs single sign-on is attended or not, and then sold to or not, by lot.
SOLD = VALUE["attended_share"] * VALUE["sale_share_attended"] + (1 - VALUE["attended_share"]) * VALUE["sale_share_unattended"]


@dataclass(frozen=True)
class Planted:
    """A planted share as the rate of a stage, from 1."""

    value: float
    funnel: str
    stage: int


def funnel(motion: Motion, days: int, *stages: Stage, order: Walking = "ordered") -> MotionFunnel:
    return MotionFunnel(motion, stages, days * DAY, order)


NEED, TOUCHED = Stage((), ("wants_sso",)), Stage((outcome("touched"),))
CREATED, WON = Stage((outcome("created"),)), Stage((outcome("won"),))
FUNNELS: dict[str, MotionFunnel] = {
    "came": funnel("self_serve", 7, event('"Signed Up" where via = self'), event('"Runbook Run"')),
    "tried": funnel(
        "self_serve", 18, event('"Signed Up" where via = self and plan = trial'), event('"Runbook Run"'), event('"Plan Upgraded" where via = trial')
    ),
    "attended": funnel("self_serve", 7, NEED, TOUCHED),
    "needed": funnel("self_serve", 60, NEED, CREATED),
    "written to": funnel("sales_assist", 60, TOUCHED, event('"Signed Up" where source = outbound'), order="first_start_only"),
    "sold": funnel(
        "sales_led", 90, CREATED, *(Stage((outcome("stage", stage=name),)) for name in ("Evaluation", "Proposal", "Negotiation")), WON
    ),
}  # fmt: skip
PLANTED = {
    "activation_rate": Planted(VALUE["activation_rate"], "came", 1),
    "trial_conversion": Planted(VALUE["trial_conversion"], "tried", 2),
    "attended_share": Planted(VALUE["attended_share"], "attended", 1),
    "sale_share of both": Planted(SOLD, "needed", 1),
    "outbound_sign_up_share": Planted(VALUE["outbound_sign_up_share"], "written to", 1),
    "stage_conversion_discovery": Planted(VALUE["stage_conversion_discovery"], "sold", 1),
    "stage_conversion_evaluation": Planted(VALUE["stage_conversion_evaluation"], "sold", 2),
    "stage_conversion_proposal": Planted(VALUE["stage_conversion_proposal"], "sold", 3),
}
# Of those who entered in so many days before an instant, at several: by funnel, of one in each motion.
LATELY = {"came": 14, "tried": 36, "written to": 90, "sold": 120}
ASKED = 10


@pytest.fixture(scope="module")
def companies(tmp_path_factory: pytest.TempPathFactory) -> list[Mapping[str, Tally]]:
    """Of each company, by funnel, what its whole history says; and under `lately NAME`, what its latest days did."""
    return list(_companies(tmp_path_factory))


def _companies(folders: pytest.TempPathFactory) -> Iterator[dict[str, Tally]]:
    for seed in SEEDS:
        folder = folders.mktemp("ways") / "larch"
        demo = make_demo(DemoRequest(folder, accounts=ACCOUNTS, seed=seed))
        found = asked(demo, UNTIL, dict.fromkeys(FUNNELS))
        for number in range(1, ASKED + 1):
            as_of = UNTIL - number * 30 * DAY
            since = {name: as_of - days * DAY for name, days in LATELY.items()}
            for name, each in asked(demo, as_of, since).items():
                found[f"lately {name}"] = each if number == 1 else found[f"lately {name}"] + each
        yield found
        shutil.rmtree(folder)


def asked(demo: Demo, as_of: Instant, since: Mapping[str, Instant | None]) -> dict[str, Tally]:
    project = demo.project
    ways = Ways(project, project.log(), as_of)
    ends = project.playbook.product.judged.stages
    steps = motions_then(ways.hindsight, ends)
    scripted = set(truth_of(demo.company)["scripted"])
    ids = ways.fold.timeline.subjects("account").ids
    found = {}
    for name, begins in since.items():
        declared = FUNNELS[name]
        entered = find_entered(declared, ends, ways.hindsight, ways.fired(declared.stages), steps, begins)
        attempts = entered.attempts
        kept = np.array([ids[one] not in scripted for one in attempts.subject.tolist()], np.bool_)
        if name == "written to":
            # Prospects: nobody of theirs had a workspace as we wrote.
            said = ways.told_apart(read("highest(workspace.plan)", "value"), attempts.subject, attempts.begun)
            kept &= np.array([said.answers[code] is UNKNOWN for code in said.code.tolist()], np.bool_)
        found[name] = tally(attempts.taken(np.flatnonzero(kept)), entered.funnel, as_of)
    return found


def rate(told: Tally, stage: int) -> Share:
    found = told.stages[stage - 1].rate
    assert found is not None, "the last stage has no rate"
    return found


@pytest.mark.parametrize("name", PLANTED)
def test_a_stage_of_a_motion_is_what_was_planted(name: str, companies: list[Mapping[str, Tally]]) -> None:
    planted = PLANTED[name]
    shares = [rate(each[planted.funnel], planted.stage) for each in companies]
    intervals = [each.interval() for each in shares]
    # Of nobody nothing is known, and so nothing is wrong; of most companies something is.
    covered = sum(each is None or each.covers(planted.value) for each in intervals)
    assert covered >= COVERED_MIN, f"{covered} of {len(SEEDS)} intervals hold {planted.value}: {shares}"
    assert sum(each is not None for each in intervals) >= COVERED_MIN, shares
    # One interval of all is asked of each of eight: it may be wider, so that chance alone seldom fails it.
    together = Share(sum(each.successes for each in shares), sum(each.trials for each in shares)).interval(0.999)
    assert together is not None
    assert together.covers(planted.value), (name, together, shares)


@pytest.mark.parametrize("name", [each for each in PLANTED if PLANTED[each].funnel in LATELY])
def test_what_is_not_over_would_count_as_lost(name: str, companies: list[Mapping[str, Tally]]) -> None:
    planted = PLANTED[name]
    lately = combined((each[f"lately {planted.funnel}"] for each in companies), len(FUNNELS[planted.funnel].stages))
    stage = lately.stages[planted.stage - 1]
    assert stage.rate is not None
    assert stage.rate.value is not None
    censored, naive = float(stage.rate.value), stage.converted / stage.entered
    assert not isclose(censored, naive), "nothing is open"
    assert abs(censored - planted.value) < abs(naive - planted.value), (name, censored, naive, planted.value)
