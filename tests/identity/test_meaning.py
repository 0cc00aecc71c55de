"""The fast path says what the text says, for every event of thousands of small worlds."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from tests.identity.worlds import World, disagreement, seeded_worlds, worlds


@settings(max_examples=1_500, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_belonging_is_what_the_text_says(world: World) -> None:
    assert (found := disagreement(world)) is None, found


def test_belonging_is_what_the_text_says_in_worlds_that_have_nothing_in_common() -> None:
    assert [found for world in seeded_worlds(1_500, seed=1) if (found := disagreement(world)) is not None] == []
