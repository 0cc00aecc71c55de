"""Calendar days by arithmetic are those that the calendar says, also where clocks change at a day's begin."""

from __future__ import annotations

from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from tandem.signals.columns import Calendar
from tandem.signals.world import World, day_of
from tandem.values.instants import DAY, HOUR, MINUTE, read_instant

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Cairo",
)


@pytest.mark.parametrize("zone", ZONES)
def test_days_are_those_of_the_calendar(zone: str) -> None:
    world = World(zone=ZoneInfo(zone))
    first = read_instant("2006-01-01", world.zone)
    chance = Random(zone)
    around = [first + day * DAY + minute * MINUTE for day in range(0, 365 * 8, 3) for minute in (-61, -1, 0, 1, 60)]
    instants = [*around, *(first + chance.randrange(8 * 365 * 24) * HOUR + chance.randrange(-2, 3) for _ in range(3_000))]
    expected = [day_of(world, at).toordinal() for at in instants]
    assert Calendar(world).days(np.array(instants)).tolist() == expected


def test_instants_that_lie_millennia_apart_are_told_too() -> None:
    world = World(zone=ZoneInfo("Europe/Berlin"))
    instants = [read_instant(day, world.zone) for day in ("1990-01-01", "2026-03-29", "9999-12-30")]
    assert Calendar(world).days(np.array(instants)).tolist() == [day_of(world, at).toordinal() for at in instants]
