"""How accounts are won over time: by hand, and all of history at once against one instant after another."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

import tandem.signals.motion as motion
from tandem.signals.fold import Fold
from tandem.signals.motion import motion_at, motions
from tandem.signals.playbook.funnels import MOTIONS, Motion
from tandem.signals.playbook.outcomes import Stages
from tandem.signals.world import FOREVER, World
from tandem.timeline.folds.extremes import greatest
from tandem.timeline.kernels import UNKNOWN
from tandem.timeline.steps import Steps, values_at
from tandem.values.instants import Instant, show
from tests.signals.timelines import TimelineOf
from tests.signals.worlds import world_of


def steps(text: str, account: str = "acme") -> list[tuple[str, Motion]]:
    """The motion of an account from each day on on which it changes."""
    world = world_of(text)
    timeline = TimelineOf(world)
    found = motions(Fold(timeline, world), Stages())
    code = timeline.ids["account"].index(account)
    turns = slice(int(found.offsets[code]), int(found.offsets[code + 1]))
    return [
        (show(at).removesuffix("T00:00:00Z"), MOTIONS[value])
        for at, value in zip(found.at[turns].tolist(), found.value[turns].tolist(), strict=True)
    ]


def test_sales_assists_for_ninety_days_after_a_sellers_touch():
    assert steps("2026-03-01 touch T-1 @acme seller=bea") == [("2026-03-01", "sales_assist"), ("2026-05-30", "self_serve")]


def test_a_touch_that_was_written_down_late_counts_from_then_and_leaves_by_its_own_day():
    assert steps("2026-03-01 (known 2026-03-05) touch T-1 @acme seller=bea") == [
        ("2026-03-05", "sales_assist"),
        ("2026-05-30", "self_serve"),
    ]


def test_what_is_told_of_a_touch_afterwards_makes_it_no_later():
    told = "2026-03-01 touch T-1 @acme seller=bea\n2026-03-20 touch T-1 @acme seller=bea outcome=answered"
    assert steps(told)[-1] == ("2026-05-30", "self_serve")


def test_a_touch_by_nobody_is_no_sellers():
    assert steps("2026-03-01 touch T-1 @acme channel=email") == []


def test_sales_leads_while_an_opportunity_of_a_seller_is_open_and_once_it_is_won():
    lost = """
    2026-03-01 opportunity O-1 @acme stage=Discovery owner=bea
    2026-03-20 opportunity O-1 @acme stage="Closed Lost" owner=bea
    """
    assert steps(lost) == [("2026-03-01", "sales_led"), ("2026-03-20", "self_serve")]
    assert steps(lost.replace("Lost", "Won")) == [("2026-03-01", "sales_led")]


def test_an_opportunity_without_a_seller_leads_nothing():
    assert steps("2026-03-01 opportunity O-1 @acme stage=Discovery") == []


def test_a_lost_opportunity_leaves_the_account_to_the_touches_that_were_made_for_it():
    assert steps("""
    2026-03-01 opportunity O-1 @acme stage=Discovery owner=bea
    2026-03-15 touch T-1 @acme seller=bea
    2026-03-20 opportunity O-1 @acme stage="Closed Lost" owner=bea
    """) == [("2026-03-01", "sales_led"), ("2026-03-20", "sales_assist"), ("2026-06-13", "self_serve")]


def test_an_account_that_is_merged_away_takes_its_opportunity_along():
    told = "2026-03-01 opportunity O-1 @beta stage=Discovery owner=bea\n2026-03-10 account beta is acme"
    assert steps(told) == [("2026-03-10", "sales_led")]
    assert steps(told, "beta") == [("2026-03-01", "sales_led"), ("2026-03-10", "self_serve")]


# All of history at once says what one instant after another says.

SEEDS = range(150)


def folded(world: World, instants: list[Instant]) -> list[Motion]:
    """The motion of every account at every instant, by the steps of all of history."""
    found = motions(Fold(TimelineOf(world), world), Stages())
    return [MOTIONS[value] for at in instants for value in values_at(found, at).tolist()]


def meant(world: World, instants: list[Instant]) -> list[Motion]:
    return [motion_at(world, Stages(), account, at) for at in instants for account in TimelineOf(world).ids["account"]]


def instants_of(world: World) -> list[Instant]:
    """Every instant at which a motion may change, and those just before."""
    turns = {at for each in world.records for one in each.stretches for at in (each.occurred_at, one.since, one.until) if at != FOREVER}
    turns |= {tie.since for ties in world.survivors.values() for tie in ties if tie.since > 0}
    turns |= {at + motion.ASSISTS for at in turns}
    return sorted(turns | {at - 1 for at in turns})


def chance_world(seed: int) -> World:
    """Touches and opportunities of three accounts over four months, of which some are late, corrected, deleted, merged."""
    chance = Random(seed)
    lines = []
    for number in range(chance.randint(3, 12)):
        month, day = chance.randint(1, 4), chance.randint(1, 20)
        known = f" (known 2026-{month:02}-{day + chance.randint(1, 5):02})" if chance.random() < 0.3 else ""
        whose = f"@{chance.choice(['acme', 'beta', 'gamma'])}"
        stage, seller = chance.choice(["Open", "Closed Won", "Closed Lost"]), chance.choice(["seller=bea", 'seller=""', "channel=email"])
        record = chance.choice([
            f"touch T-{chance.randint(1, 3)} {whose} {seller}",
            f"touch T-{chance.randint(1, 3)} {whose} seller=bea",
            f'opportunity O-{chance.randint(1, 2)} {whose} stage="{stage}" {chance.choice(["owner=bea", "owner=bea", "amount=5"])}',
            f"touch T-{chance.randint(1, 3)} deleted",
            f"opportunity O-{chance.randint(1, 2)} deleted",
        ])  # fmt: skip
        lines.append(f"2026-{month:02}-{day:02}{known} {record.strip()} #l{number}")
        lines += [f"2026-{month:02}-{day + 6:02} correct #l{number}"] * (chance.random() < 0.1)
    lines += [f"2026-{chance.randint(1, 5):02}-11 account {' is '.join(chance.sample(['acme', 'beta'], 2))}"] * (chance.random() < 0.4)
    return world_of("\n".join(lines))


@pytest.fixture(scope="module")
def told() -> list[tuple[World, list[Instant], list[Motion]]]:
    found = [(world, instants_of(world)) for world in map(chance_world, SEEDS)]
    return [(world, instants, meant(world, instants)) for world, instants in found]


def test_all_of_history_at_once_says_the_same(told: list[tuple[World, list[Instant], list[Motion]]]):
    assert {each for _, _, motions_of in told for each in motions_of} == set(MOTIONS)
    assert [seed for seed, (world, instants, said) in enumerate(told) if folded(world, instants) != said] == []


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("ASSISTS", motion.ASSISTS - 1),
        ("is_named", lambda seller: True),
        # A touch is as late as the latest that is told of it.
        ("greatest", lambda layout, chosen, value, window: _negated(greatest(layout, chosen, -value, window))),
    ],
)
def test_planted_bugs_are_found(
    told: list[tuple[World, list[Instant], list[Motion]]], monkeypatch: pytest.MonkeyPatch, name: str, wrong: object
):
    monkeypatch.setattr(motion, name, wrong)
    assert any(folded(world, instants) != said for world, instants, said in told)


def _negated(steps: Steps) -> Steps:
    return Steps(steps.offsets, steps.at, np.where(steps.value == UNKNOWN, UNKNOWN, -steps.value), UNKNOWN)
