"""Semantics 6: a signal fires where it enters, but not again within its cooldown, whoever the subject has become."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.language.expression.nodes import About
from tandem.signals.backtest.aim import PERIODS, Aim, aimed, read_aim
from tandem.signals.firing import Passing, fired
from tandem.signals.fold import Fold
from tandem.signals.passing import passed_on
from tandem.values.instants import DAY, read_instant
from tests.signals.timelines import TimelineOf
from tests.signals.worlds import world_of

edges = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), max_size=12).map(
    lambda told: sorted(set(told), key=lambda each: each[1])
)
passings = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.integers(0, 3)).filter(lambda each: each[1] != each[2]), max_size=3)


def test_what_fired_for_a_subject_that_is_merged_away_fired_for_the_survivor() -> None:
    assert fired([(1, 0), (2, 5)], 10) == [True, True]
    assert fired([(1, 0), (2, 5)], 10, [(4, 1, 2)]) == [True, False]
    # The survivor's own later firing counts, not the older one that it inherits.
    assert fired([(1, 0), (2, 3), (2, 12)], 10, [(4, 1, 2)]) == [True, True, False]
    # A merge that is not yet so changes nothing.
    assert fired([(1, 0), (2, 5)], 10, [(6, 1, 2)]) == [True, True]


def test_firings_are_passed_on_from_hand_to_hand() -> None:
    assert fired([(1, 0), (3, 9), (3, 10)], 10, [(7, 2, 3), (4, 1, 2)]) == [True, False, True]


@given(edges, passings, st.sampled_from([0, 1, 4, 20]))
def test_no_firing_has_another_of_the_same_subject_less_than_the_cooldown_before(
    entered: list[tuple[int, int]], passed: list[Passing], cooldown: int
) -> None:
    found = fired(entered, cooldown, passed)
    fires: list[tuple[int, int]] = []
    for (subject, at), says in zip(entered, found, strict=True):
        before = [then for other, then in fires if whose(other, then, at, passed) == subject and at - then < cooldown]
        assert says == (not before)
        if says:
            fires.append((subject, at))


def whose(subject: int, since: int, at: int, passed: list[Passing]) -> int:
    """Whose a firing is at an instant. What passed at its own instant had passed before it fired."""
    for then, gone, survivor in sorted(passed):
        if since < then <= at and gone == subject:
            subject = survivor
    return subject


def passing_of(text: str, about: About = "account") -> list[tuple[str, str, str]]:
    world = world_of(text)
    timeline = TimelineOf(world)
    ids = timeline.subjects(about).ids
    found = passed_on(timeline, Fold(timeline, world).records, about)
    return [(f"day {(at - read_instant('2026-03-01', world.zone)) // DAY + 1}", ids[gone], ids[survivor]) for at, gone, survivor in found]


def test_merges_and_aliases_pass_on_when_they_are_known() -> None:
    merged = """
        2026-03-01 Opened by ann @acme
        2026-03-01 Opened by bob @beta
        2026-03-03 (known 2026-03-05) account beta is acme
        2026-03-04 bob is ann
    """
    assert passing_of(merged) == [("day 5", "beta", "acme")]
    assert passing_of(merged, "person") == [("day 4", "bob", "ann")]
    assert passing_of(merged, "workspace") == []


# Aims.


def test_an_aim_is_read_as_it_is_typed() -> None:
    assert read_aim("leads=100/month") == Aim(100, "month")
    assert read_aim("leads = 5 / week") == Aim(5, "week")
    for wrong in ("100/month", "leads=100", "leads=-1/month", "leads=100/moon", "leads=1.5/week"):
        with pytest.raises(ValueError, match="is not an aim"):
            read_aim(wrong)


def test_the_threshold_that_gives_the_aim_is_the_loosest_that_keeps_it() -> None:
    # Over ten weeks: 12, 7.1, 5, 5 and 1 a week.
    assert aimed(Aim(5, "week"), [120, 71, 50, 50, 10], 70 * DAY) == 2
    assert aimed(Aim(8, "week"), [120, 71, 50, 50, 10], 70 * DAY) == 1
    assert aimed(Aim(0, "week"), [120, 71], 70 * DAY) is None
    assert aimed(Aim(5, "week"), [], 70 * DAY) is None
    assert aimed(Aim(5, "week"), [1], 0) is None
    # A threshold that a value must stay below is loosest where it is greatest.
    assert aimed(Aim(5, "week"), [10, 50, 71], 70 * DAY) == 1


def test_a_year_has_twelve_months_and_four_quarters() -> None:
    assert 12 * PERIODS["month"] == 4 * PERIODS["quarter"] == PERIODS["year"]


def test_an_aim_is_kept_whatever_the_thresholds_give() -> None:
    chance = Random(3)
    for _ in range(200):
        aim, given_ = (
            Aim(chance.randint(0, 20), chance.choice(list(PERIODS))),
            [chance.randint(0, 300) for _ in range(chance.randint(0, 6))],
        )
        length = chance.randint(1, 900) * DAY
        found = aimed(aim, given_, length)
        keeping = [leads for leads in given_ if leads * PERIODS[aim.period] <= aim.leads * length]
        assert (None if found is None else given_[found]) == max(keeping, default=None)
