"""The fast path says what the text says, for every event of thousands of small worlds."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from tests.identity.worlds import World, disagreement, worlds


@settings(max_examples=2_000, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_belonging_is_what_the_text_says(world: World) -> None:
    assert (found := disagreement(world)) is None, found
