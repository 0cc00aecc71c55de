"""Identity over all of knowledge time is identity as of each instant, in as few stretches as can say it."""

from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings

from tandem.facts.corrections import OPEN, gone, gone_over_time
from tandem.facts.fact import Correction
from tandem.facts.subjects import versions_by_subject
from tandem.facts.text import read_facts
from tandem.identity.existence import Existence
from tandem.identity.history import History
from tandem.identity.rules import Exclusion, Rules
from tandem.values.instants import show
from tests.facts.test_corrections import LISTS
from tests.identity.histories import STORIES, Past, disagreement, existing, pasts, seeded_pasts, slowly_existing
from tests.identity.worlds import RULES, event_table, tables

SMALL = settings(max_examples=50, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@SMALL
@given(pasts())
def test_a_history_says_at_every_instant_what_the_identity_as_of_then_says(past: Past) -> None:
    assert (found := disagreement(past)) is None, found


def test_a_history_says_so_in_worlds_that_have_nothing_in_common() -> None:
    assert [found for past in seeded_pasts(100, seed=11) if (found := disagreement(past)) is not None] == []


@pytest.mark.parametrize("past", STORIES)
def test_a_history_says_so_of_what_seldom_meets(past: Past) -> None:
    assert (found := disagreement(past)) is None, found


def test_no_two_stretches_that_say_the_same_touch_each_other() -> None:
    for past in seeded_pasts(300, seed=12):
        rows = past.history.belongings(event_table(past.events)).to_pylist()
        assert rows == sorted(rows, key=lambda row: (row["row"], row["since"]))
        for one, other in pairwise(rows):
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
    for past in seeded_pasts(50, seed=13):
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
        assert all(before[1] < after[0] for before, after in pairwise(spans))


def over(text: str | None, rules: Rules = RULES) -> History:
    """The history of a text, corrections included."""
    facts = read_facts(text or "")
    corrections = [fact for fact in facts if isinstance(fact, Correction)]
    return History.of(tables([fact for fact in facts if not isinstance(fact, Correction)]), rules, gone_over_time(corrections))


def recorded(text: str | None) -> Existence:
    """What exists by a text, its records too."""
    return over(text).existence(versions_by_subject(tables(read_facts(text or ""))))


def told(history: History, name: str, row: int = 0) -> list[tuple[str, str, str | None]]:
    """Day from, day until and what is said, of one event."""
    found = [one for one in history.belongings().to_pylist() if one["row"] == row]
    return [(day(one["since"]), day(one["until"]), one[name]) for one in found]


def day(at: int) -> str:
    return "" if at == OPEN else show(at).removesuffix("T00:00:00Z")


def test_a_visit_belongs_to_the_visitor_until_it_is_identified_and_then_to_the_person():
    """
    2026-03-01 Opened by ?x
    2026-03-05 ?x is ann
    """
    history = over(test_a_visit_belongs_to_the_visitor_until_it_is_identified_and_then_to_the_person.__doc__)
    assert told(history, "person") == [("2026-03-01", "2026-03-05", "?x"), ("2026-03-05", "", "ann")]
    assert told(history, "account") == [("2026-03-01", "2026-03-05", None), ("2026-03-05", "", "~ann")]


def test_accounts_that_are_merged_hand_over_their_facts_when_the_merge_is_known():
    """
    2026-03-01 Opened by ann @acme-eu
    2026-03-04 (known 2026-03-06) account acme-eu is acme
    2026-03-08 account acme is acme-group
    """
    history = over(test_accounts_that_are_merged_hand_over_their_facts_when_the_merge_is_known.__doc__)
    assert told(history, "account") == [
        ("2026-03-01", "2026-03-06", "acme-eu"), ("2026-03-06", "2026-03-08", "acme"), ("2026-03-08", "", "acme-group"),
    ]  # fmt: skip
    accounts = history.existence().accounts.to_pylist()
    assert [(one["id"], day(one["since"]), day(one["until"])) for one in accounts] == [
        ("acme", "2026-03-06", "2026-03-08"), ("acme-eu", "2026-03-01", "2026-03-06"), ("acme-group", "2026-03-08", ""),
    ]  # fmt: skip


def test_a_fact_that_is_corrected_has_no_stretch_until_the_correction_is_undone():
    """
    2026-03-01 Opened by ann #opened
    2026-03-03 correct #opened
    2026-03-05 undo #opened
    """
    history = over(test_a_fact_that_is_corrected_has_no_stretch_until_the_correction_is_undone.__doc__)
    assert told(history, "person") == [("2026-03-01", "2026-03-03", "ann"), ("2026-03-05", "", "ann")]
    persons = history.existence().persons.to_pylist()
    assert [(day(one["since"]), day(one["until"])) for one in persons] == [("2026-03-01", "2026-03-03"), ("2026-03-05", "")]


def test_a_person_has_the_account_of_the_latest_fact_and_a_late_fact_does_not_change_it():
    """
    2026-03-01 Opened by ann @acme
    2026-03-05 Opened by ann @beta
    2026-03-03 (known 2026-03-07) Opened by ann @acme
    """
    persons = (
        over(test_a_person_has_the_account_of_the_latest_fact_and_a_late_fact_does_not_change_it.__doc__).existence().persons.to_pylist()
    )
    assert [(day(one["since"]), day(one["until"]), one["account"]) for one in persons] == [
        ("2026-03-01", "2026-03-05", "acme"), ("2026-03-05", "", "beta"),
    ]  # fmt: skip


def test_a_record_makes_its_subject_exist_before_anything_happens():
    """
    2026-03-01 account acme
    2026-03-01 person bob
    2026-03-01 workspace w9
    2026-03-02 Opened by ann @acme
    2026-03-02 workspace w9 account=beta
    """
    existence = recorded(test_a_record_makes_its_subject_exist_before_anything_happens.__doc__)
    since = {one["id"]: day(one["since"]) for one in existence.accounts.to_pylist()}
    assert since == {"acme": "2026-03-01", "~bob": "2026-03-01", "beta": "2026-03-02"}
    assert {one["id"]: one["account"] for one in existence.persons.to_pylist()} == {"ann": "acme", "bob": "~bob"}
    of_w9 = [(day(one["since"]), one["account"]) for one in existence.workspaces.to_pylist() if one["id"] == "w9"]
    assert of_w9 == [("2026-03-01", None), ("2026-03-02", "beta")]


def test_a_record_that_names_an_account_makes_nobody_else_s_exist():
    """
    2026-03-01 touch T-1 person=ann account=acme
    2026-03-02 lead L-1 person=bob
    2026-03-03 lead L-2 person=cat workspace=w1
    2026-03-05 (group) by @acme/w1
    """
    existence = recorded(test_a_record_that_names_an_account_makes_nobody_else_s_exist.__doc__)
    # The touch is acme's, not that of ann's own account, in which nothing ever happened.
    stretches = [(one["id"], day(one["since"]), day(one["until"])) for one in existence.accounts.to_pylist()]
    assert stretches == [("acme", "2026-03-01", ""), ("~bob", "2026-03-02", ""), ("~cat", "2026-03-03", "2026-03-05")]
    assert {one["id"]: one["account"] for one in existence.persons.to_pylist()} == {"ann": "~ann", "bob": "~bob", "cat": "~cat"}


def test_an_excluded_event_keeps_its_belonging_and_has_one_stretch_where_only_the_reason_changes():
    """
    2026-03-01 Test Ping by ?x
    2026-03-01 Opened by ?x
    2026-03-05 ?x is ann
    """
    rules = Rules(exclusions=(Exclusion("event", "Test *", None, None, "a test"), Exclusion("person", "?x", None, None, "nobody")))
    history = over(test_an_excluded_event_keeps_its_belonging_and_has_one_stretch_where_only_the_reason_changes.__doc__, rules)
    excluded = {(one["row"], one["person"]): one["excluded"] for one in history.belongings().to_pylist() if one["row"] < 2}
    assert excluded == {(0, "?x"): True, (0, "ann"): True, (1, "?x"): True, (1, "ann"): False}


def test_codes_of_one_column_are_small_whole_numbers_that_any_kernel_can_read():
    """
    2026-03-01 Opened by ann @acme
    2026-03-02 Opened by ?x
    """
    table = over(test_codes_of_one_column_are_small_whole_numbers_that_any_kernel_can_read.__doc__).belongings()
    assert [str(table.schema.field(name).type) for name in ("row", "since", "until", "excluded")] == ["int64", "int64", "int64", "bool"]
    for name in ("person", "workspace", "account"):
        assert table.schema.field(name).type == pa.dictionary(pa.int32(), pa.string())


def test_of_no_events_there_is_no_stretch_and_nothing_exists() -> None:
    history = History.of({}, Rules())
    assert history.belongings().num_rows == 0
    existence = history.existence()
    assert [table.num_rows for table in (existence.persons, existence.workspaces, existence.accounts)] == [0, 0, 0]
