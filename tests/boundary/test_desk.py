"""Laws of the desk: the sweep says what the slow pages say, without foresight, in any order of the facts, and the same every time."""

from __future__ import annotations

from functools import cache

import pytest

from tandem.boundary.firings import firings
from tandem.boundary.leads import leads
from tandem.values.instants import DAY, HOUR
from tests.boundary.desks import START, UNTIL, Desk, desk, swept

SEEDS = [(seed, playbooks) for playbooks in (1, 2, 3) for seed in range(40)]
ENDS = (UNTIL, START + 6 * DAY + 12 * HOUR, START + 11 * DAY + HOUR)


@cache
def told(seed: int, playbooks: int) -> Desk:
    return desk(seed, playbooks)


@pytest.mark.parametrize(("seed", "playbooks"), SEEDS)
def test_the_sweep_says_of_leads_what_the_slow_pages_say(seed: int, playbooks: int) -> None:
    ours = told(seed, playbooks).playbooks
    for as_of in ENDS:
        found = swept(ours, as_of)
        assert list(found.firings) == [each for each in firings(ours) if each.at <= as_of]
        assert found.leads == leads(ours, as_of)
