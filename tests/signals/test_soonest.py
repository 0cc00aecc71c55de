"""How soon a condition can be true for a subject that has just begun, as far as that is sure."""

from __future__ import annotations

import pytest

from tandem.signals.playbook.soonest import soonest
from tandem.values.instants import DAY, HOUR
from tests.signals.conditions import read


@pytest.mark.parametrize(
    ("condition", "least"),
    [
        ("people(any, 30d) >= 10", 0),
        # The first of twenty days may be a minute long, the last one too, and in between an hour may be left out.
        ("days(any, 30d) >= 20", 18 * DAY - HOUR),
        ("days(any, 30d) > 19", 18 * DAY - HOUR),
        ("20 <= days(any, 30d)", 18 * DAY - HOUR),
        ("days(any, 30d) >= 2", 0),
        ("days(any, 30d) <= 20", 0),
        ('since("Opened") > 7d', 7 * DAY),
        ('since("Opened") < 7d', 0),
        ("held(people(any, 7d) >= 10, 3d)", 3 * DAY),
        ("held(held(employees > 5, 3d), 4d)", 7 * DAY),
        ("people(any, 7d) > previous(people(any, 7d))", 7 * DAY),
        ("people(any, 7d) / previous(people(any, 7d)) > 2", 7 * DAY),
        ("not people(any, 7d) > previous(people(any, 7d))", 7 * DAY),
        ("previous(people(any, 7d)) in (1, 2)", 7 * DAY),
        ("previous(people(any, 7d)) is unknown", 0),
        ("previous(people(any, 7d)) is not unknown", 7 * DAY),
        ("not previous(people(any, 7d)) is unknown", 7 * DAY),
        # Of two ways the shorter counts, of two demands the longer.
        ("held(employees > 5, 3d) or held(employees > 9, 2d)", 2 * DAY),
        ("held(employees > 5, 3d) and held(employees > 9, 2d)", 3 * DAY),
        ("not held(employees > 5, 3d)", 0),
        ("signal(slow)", 9 * DAY),
        ("not signal(slow)", 0),
        ("score(fit) >= 3", 0),
    ],
)
def test_the_bound_is_never_too_late(condition, least):
    assert soonest(read(condition), {"slow": read("held(employees > 5, 9d)")}) == least
