"""Corrections: the last one known wins, undoing restores, and a replacement counts only while its correction is in force."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.facts.corrections import gone, gone_over_time
from tandem.facts.fact import Correction
from tandem.facts.text import read_facts
from tandem.values.instants import read_instant


def correction(id: str, target: str, known: int, *, replacement: str | None = None, undo: bool = False, occurred: int = 0) -> Correction:
    return Correction(id=id, target=target, replacement=replacement, undo=undo, occurred_at=occurred, known_at=known, source="test")


STORY = """
    2026-03-01 Invite Accepted by ann plan=free #invite
    2026-03-03 correct #invite plan=team
    2026-03-05 undo #invite
    2026-03-07 correct #invite plan=business
    2026-03-09 correct #invite
"""


@pytest.mark.parametrize(
    ("day", "plans"),
    [
        (1, ["free"]),
        (2, ["free"]),
        (3, ["team"]),
        (4, ["team"]),
        (5, ["free"]),
        (6, ["free"]),
        (7, ["business"]),
        (8, ["business"]),
        (9, []),
    ],
)
def test_a_fact_is_corrected_restored_corrected_again_and_taken_away(day: int, plans: list[str]) -> None:
    facts = read_facts(STORY)
    as_of = read_instant(f"2026-03-0{day}T00:00Z", None)
    taken = gone([fact for fact in facts if isinstance(fact, Correction)], as_of)
    counting = [fact for fact in facts if not isinstance(fact, Correction) and fact.known_at <= as_of and fact.id not in taken]
    assert [fact.properties for fact in counting] == [f'{{"plan":"{plan}"}}' for plan in plans]  # type: ignore[union-attr]


def test_of_two_corrections_known_together_the_one_that_occurred_later_wins_then_the_greater_id() -> None:
    early = correction("c9", "a", 5, replacement="b", occurred=1)
    late = correction("c1", "a", 5, replacement="c", occurred=2)
    assert gone([early, late], 5) == gone([late, early], 5) == {"a", "b"}
    assert gone([early, correction("c8", "a", 5, undo=True, occurred=1)], 5) == {"a"}
    assert gone([early, correction("d", "a", 5, undo=True, occurred=1)], 5) == {"b"}


def test_a_replacement_that_was_a_fact_before_counts_until_its_correction_is_known() -> None:
    """Else what is learnt on day 5 would change the answers of day 4."""
    facts = [correction("c", "a", 5, replacement="b")]
    assert gone(facts, 4) == frozenset()
    assert gone(facts, 5) == {"a"}


def test_a_replacement_may_be_corrected_itself() -> None:
    facts = [correction("c1", "a", 1, replacement="b"), correction("c2", "b", 2, replacement="c")]
    assert gone(facts, 1) == {"a"}
    assert gone(facts, 2) == {"a", "b"}


def slowly(corrections: list[Correction], as_of: int) -> frozenset[str]:
    """Each target is asked alone: what did the last known correction say of it?"""
    known = [each for each in corrections if each.known_at <= as_of]

    def last(target: str) -> Correction | None:
        about = [each for each in known if each.target == target]
        return max(about, key=lambda each: (each.known_at, each.occurred_at, each.id), default=None)

    names = {each.target for each in known} | {each.replacement for each in known if each.replacement}
    missing = set()
    for name in names:
        taken = last(name)
        brought_by = [each for each in known if each.replacement == name]
        in_force = [each for each in brought_by if last(each.target) is each and not each.undo]
        if (taken is not None and not taken.undo) or (brought_by and not in_force):
            missing.add(name)
    return frozenset(missing)


SMALL = st.builds(
    correction, st.sampled_from([f"c{n}" for n in range(20)]), st.sampled_from("abc"), st.integers(0, 3),
    replacement=st.none() | st.sampled_from("abcd"), undo=st.booleans(), occurred=st.integers(0, 1),
)  # fmt: skip
LISTS = st.lists(SMALL, max_size=7, unique_by=lambda each: each.id)


@settings(max_examples=800, deadline=None)
@given(LISTS, st.integers(-1, 4))
def test_the_slow_reading_says_the_same(corrections: list[Correction], as_of: int) -> None:
    assert gone(corrections, as_of) == slowly(corrections, as_of)


@settings(max_examples=500, deadline=None)
@given(LISTS, LISTS, st.integers(0, 3))
def test_corrections_that_are_known_later_change_nothing(before: list[Correction], after: list[Correction], as_of: int) -> None:
    assert gone(before, as_of) == gone([*before, *(each for each in after if each.known_at > as_of)], as_of)


@settings(max_examples=800, deadline=None)
@given(LISTS)
def test_told_over_time_it_is_the_same_at_every_instant(corrections: list[Correction]) -> None:
    stretches = gone_over_time(corrections)
    for as_of in range(-1, 5):
        assert gone(corrections, as_of) == {
            name for name, spans in stretches.items() if any(since <= as_of < until for since, until in spans)
        }
