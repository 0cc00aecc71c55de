"""Identity over all of knowledge time is identity as of each instant, in as few stretches as can say it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tandem.facts.corrections import OPEN, gone, gone_over_time
from tandem.facts.fact import Correction, Fact
from tandem.facts.text import read_facts
from tandem.identity.history import History
from tandem.identity.rules import Exclusion, Rules
from tests.facts.test_corrections import LISTS
from tests.identity.histories import Past, disagreement, existing, pasts, seeded_pasts, slowly_existing
from tests.identity.worlds import event_table, instant, tables

SMALL = settings(max_examples=250, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@SMALL
@given(pasts())
def test_a_history_says_at_every_instant_what_the_identity_as_of_then_says(past: Past) -> None:
    assert (found := disagreement(past)) is None, found


def test_a_history_says_so_in_worlds_that_have_nothing_in_common() -> None:
    assert [found for past in seeded_pasts(500, seed=11) if (found := disagreement(past)) is not None] == []


def test_no_two_stretches_that_say_the_same_touch_each_other() -> None:
    for past in seeded_pasts(300, seed=12):
        rows = past.history.belongings(event_table(past.events)).to_pylist()
        assert rows == sorted(rows, key=lambda row: (row["row"], row["since"]))
        for one, other in zip(rows, rows[1:]):
            assert one["since"] < one["until"]
            if one["row"] == other["row"] and one["until"] == other["since"]:
                assert any(one[name] != other[name] for name in ("person", "workspace", "account", "excluded")), (one, other)


@SMALL
@given(pasts())
def test_what_exists_and_whose_it_is_are_what_a_slow_reading_says(past: Past) -> None:
    existence = past.history.existence(past.records())
    for at in past.instants:
        assert existing(existence, at) == slowly_existing(past, at)


def test_what_exists_is_what_a_slow_reading_says_in_worlds_that_have_nothing_in_common() -> None:
    for past in seeded_pasts(300, seed=13):
        existence = past.history.existence(past.records())
        for at in past.instants:
            assert existing(existence, at) == slowly_existing(past, at), (past, at)


@settings(max_examples=1_000, deadline=None)
@given(LISTS)
def test_a_fact_is_gone_over_time_whenever_it_is_gone(corrections: list[Correction]) -> None:
    stretches = gone_over_time(corrections)
    for at in range(-1, 6):
        assert {one for one, spans in stretches.items() if any(since <= at < until for since, until in spans)} == gone(corrections, at)
    for spans in stretches.values():
        assert all(since < until for since, until in spans)
        assert all(before[1] < after[0] for before, after in zip(spans, spans[1:]))
