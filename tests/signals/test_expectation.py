"""What a test expects is read as it is shown, and two step functions differ from the first instant at which one is on and the other off."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.language.source import Source
from tandem.language.tree import Entries, Scalar, read_yaml
from tandem.signals.edges import Edge
from tandem.signals.playbook.expectation import Steps, read_expectation, show_at
from tandem.values.instants import HOUR, MINUTE, SECOND, read_instant

NEW_YORK = ZoneInfo("America/New_York")


def scalar(text):
    root = read_yaml(Source("x.yaml", f"expect: {text}\n")).root
    assert isinstance(root, Entries)
    node = root.entries[0].value
    assert isinstance(node, Scalar)
    return node


def steps(text):
    found, problems = read_expectation(scalar(text), NEW_YORK)
    assert problems == ()
    return found


def at(text):
    return read_instant(text, NEW_YORK)


def test_stretches_begin_with_their_first_instant_and_end_before_their_second():
    found = steps("on from 2026-03-09 until 2026-03-15T09:30, from 2026-04-02")
    assert found == Steps(((at("2026-03-09"), at("2026-03-15T09:30")), (at("2026-04-02"), None)))
    assert [found.is_on(at(t)) for t in ("2026-03-08T23:59", "2026-03-09", "2026-03-15T09:30", "2026-04-02", "2036-01-01")] == [
        False,
        True,
        False,
        True,
        True,
    ]
    assert steps("never on") == Steps()


def test_edges_become_stretches():
    edges = [Edge(1, "entered", 1), Edge(5, "left", 5), Edge(9, "entered", 9)]
    assert (Steps.of(edges), Steps.of(edges[:2]), Steps.of([])) == (Steps(((1, 5), (9, None))), Steps(((1, 5),)), Steps())


def test_the_first_difference_is_where_one_is_on_and_the_other_off():
    assert Steps(((1, 5),)).first_difference(Steps(((1, 6),))) == 5
    assert Steps(((1, 5),)).first_difference(Steps(((0, 5),))) == 0
    assert Steps().first_difference(Steps(((3, None),))) == 3
    assert Steps(((1, 5), (5, 7))).first_difference(Steps(((1, 7),))) is None


@given(
    st.lists(st.integers(0, 4 * 10**6), max_size=5, unique=True).map(sorted), st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu"])
)
def test_what_is_shown_is_read_as_the_same(minutes, zone):
    instants = [at("2026-10-20") + each * MINUTE for each in minutes]
    pairs = tuple(zip(instants[::2], [*instants[1::2], None][: len(instants[::2])], strict=True))
    shown = Steps(pairs).show(ZoneInfo(zone))
    assert read_expectation(scalar(shown), ZoneInfo(zone)) == (Steps(pairs), ())


def test_an_instant_is_shown_as_short_as_it_can_be_read():
    assert show_at(at("2026-03-09"), NEW_YORK) == "2026-03-09"
    assert show_at(at("2026-03-09T09:30"), NEW_YORK) == "2026-03-09T09:30"
    assert show_at(at("2026-03-09T09:30") + SECOND, NEW_YORK) == "2026-03-09T09:30:01"
    # Clocks show half past one twice in this night.
    assert show_at(at("2026-11-01T01:30") + HOUR, NEW_YORK) == "2026-11-01T01:30:00-05:00"


@pytest.mark.parametrize(
    ("text", "words", "message"),
    [
        ("always on", "always", "expected `on`, found `always`"),
        ("on", "", "expected `from`, nothing stands there"),
        ("never", "never", "expected `on`, found `never`"),
        ("on from", "", "an instant is missing"),
        ("on from soon", "soon", "`soon` is no instant"),
        ("on from 2026-03-01 to 2026-03-02", "to", "expected `,`, found `to`"),
        ("on from 2026-03-01, from 2026-03-02", ",", "what lasts cannot begin again"),
        ("on from 2026-03-02 until 2026-03-02", "2026-03-02", "`2026-03-02` is not later than the instant before it"),
        ("on from 2026-03-01 until 2026-03-05, from 2026-03-04", "2026-03-04", "`2026-03-04` is not later than the instant before it"),
        ("on from 2026-03-01 until 2026-03-05,", "", "expected `from`, nothing stands there"),
    ],
)
def test_a_mistake_is_told_at_its_word(text, words, message):
    (problem,) = read_expectation(scalar(text), NEW_YORK)[1]
    assert (problem.message, problem.span.text, problem.code) == (message, words, "bad_expectation")
