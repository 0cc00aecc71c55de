"""Worlds that facts tell through identity: the stories of signals hold, and identity moves what they count."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Sequence

import pytest

from tandem.facts.fact import Fact
from tandem.facts.text import read_facts
from tandem.identity.rules import Exclusion, Rules
from tandem.signals.told import world_of_facts
from tandem.signals.world import Subject, World, account_of
from tests.signals import test_clock, test_edges, test_every_instant, test_fields, test_measures, test_windows, worlds
from tests.signals.asking import over, turns

ANN, OWN, BETA = Subject("person", "ann"), Subject("account", "~ann"), Subject("account", "beta")

# Here a workspace's account is that of its latest record; Semantics 3 lets change not reach back. The next test tells it anew.
SIMPLER = {"test_a_fact_that_moves_leaves_one_account_and_enters_the_other"}
STORIES = {
    name: story
    for module in (test_windows, test_measures, test_fields, test_clock, test_edges)
    for name, story in inspect.getmembers(module, inspect.isfunction)
    if name.startswith("test_")
}


def told(story: Callable[[], None], *exclusions: Exclusion) -> World:
    """The world of a test's docstring."""
    return world_of_facts(read_facts(inspect.getdoc(story) or ""), Rules(exclusions=exclusions))


def built(facts: Sequence[Fact], excluded: Collection[str] = ()) -> World:
    """In place of the simple identity of `worlds`."""
    return world_of_facts(facts, Rules(exclusions=tuple(Exclusion("person", one, None, None, "ours") for one in excluded)))


@pytest.mark.parametrize("name", sorted(STORIES.keys() - SIMPLER))
def test_the_stories_of_signals_hold_through_identity(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "built", built)
    STORIES[name]()


def test_nobody_sees_the_future_through_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in (worlds, test_every_instant):
        monkeypatch.setattr(each, "built", built)
    test_every_instant.test_what_is_known_later_never_changes_an_edge()


def test_a_fact_moves_when_it_becomes_known_whose_its_workspace_was_and_stays_when_the_workspace_is_sold() -> None:
    """
    2026-03-01 workspace w1 account=acme
    2026-03-02 Opened by ann @/w1
    2026-03-02 (known 2026-03-05) workspace w1 account=beta
    2026-03-06 workspace w1 account=gamma
    """
    world = told(test_a_fact_moves_when_it_becomes_known_whose_its_workspace_was_and_stays_when_the_workspace_is_sold)
    assert turns(world, "count(any, 7d) >= 1") == [("03-02", "entered"), ("03-05", "left")]
    # It enters by its belonging and leaves by its age.
    assert turns(world, "count(any, 7d) >= 1", BETA) == [("03-05", "entered"), ("03-09", "left")]
    assert turns(world, "count(any, 7d) >= 1", Subject("account", "gamma")) == []
    assert over(world, "count(workspace)", "5 6", BETA) == [1, 0]


def test_a_visitor_s_events_become_those_of_the_person_once_it_is_identified() -> None:
    """
    2026-03-01 Opened by ?x
    2026-03-02 Opened by ?x @acme
    2026-03-04 ?x is ann
    """
    world = told(test_a_visitor_s_events_become_those_of_the_person_once_it_is_identified)
    visitor = Subject("person", "?x")
    assert over(world, "count(any)", "1 2 4", visitor) == [1, 2, 0]
    assert over(world, "count(any)", "2 4", ANN) == [0, 2]
    # What the visitor did in no workspace had no account; now it is ann's own.
    assert over(world, "count(any)", "2 4", OWN) == [0, 1]
    assert over(world, "people(any)", "2 4") == [0, 1]
    assert turns(world, "count(any) < 9", visitor) == [("03-01", "entered"), ("03-04", "left")]


def test_a_work_mail_makes_the_account_until_a_record_claims_its_domain() -> None:
    """
    2026-03-01 (identify) by ann email=ann@acme.com
    2026-03-02 Opened by ann
    2026-03-03 Opened by ann @/w1
    2026-03-05 account C-7 domain=acme.com employees=70
    """
    world = told(test_a_work_mail_makes_the_account_until_a_record_claims_its_domain)
    domain, claimed = Subject("account", "acme.com"), Subject("account", "C-7")
    assert turns(world, "count(any, 7d) >= 2", domain) == [("03-03", "entered"), ("03-05", "left")]
    assert turns(world, "count(any, 7d) >= 2", claimed) == [("03-05", "entered"), ("03-09", "left")]
    assert turns(world, "count(any) < 9", domain) == [("03-01", "entered"), ("03-05", "left")]
    w1 = Subject("workspace", "w1")
    assert over(world, "account.employees", "5", w1) == over(world, "account.employees", "5", ANN) == [70]
    assert over(world, "workspaces(any)", "4 5", claimed) == [0, 1]


def test_a_free_mail_makes_no_company() -> None:
    """
    2026-03-01 (identify) by ann email=ann@gmail.com
    2026-03-02 Opened by ann @/w1
    2026-03-03 (identify) by ann email=ann@acme.com
    2026-03-04 Opened by ann
    """
    world = told(test_a_free_mail_makes_no_company)
    # The workspace's account follows what its first person's mail was when each event occurred.
    assert over(world, "count(any)", "2 4", OWN) == [1, 1]
    assert over(world, "count(any)", "2 4", Subject("account", "acme.com")) == [0, 1]
    assert Subject("account", "gmail.com") not in world.existence


def test_accounts_that_are_merged_hand_over_events_records_and_children() -> None:
    """
    2026-03-01 Opened by ann @acme-eu
    2026-03-01 account acme-berlin parent=acme-eu
    2026-03-01 subscription S-1 account=acme-eu amount=100
    2026-03-01 subscription S-2 account=acme-berlin amount=20
    2026-03-02 Opened by bob @acme
    2026-03-04 account acme-eu is acme #merge
    2026-03-06 correct #merge
    """
    world = told(test_accounts_that_are_merged_hand_over_events_records_and_children)
    eu, berlin = Subject("account", "acme-eu"), Subject("account", "acme-berlin")
    assert over(world, "count(any)", "2 4 6") == [1, 2, 1]
    assert over(world, "sum(subscription.amount)", "2 4 6") == [0, 100, 0]
    assert over(world, "sum(subscription.amount, family)", "2 4 6") == [0, 120, 0]
    assert over(world, "sum(subscription.amount, family)", "2 4 6", berlin) == [120, 120, 120]
    assert turns(world, "count(any) < 9", eu) == [("03-01", "entered"), ("03-04", "left"), ("03-06", "entered")]


def test_an_alias_makes_two_persons_one() -> None:
    """
    2026-03-01 Opened by ann @acme
    2026-03-01 person ann title=CTO
    2026-03-02 Opened by bob @acme
    2026-03-04 ann is bob
    """
    world = told(test_an_alias_makes_two_persons_one)
    bob = Subject("person", "bob")
    assert over(world, "people(any)", "2 4") == [2, 1]
    assert over(world, "count(any)", "2 4", bob) == [1, 2]
    assert over(world, "person.title", "4", bob) == ["CTO"]


def test_staff_are_left_out_by_their_domain_and_exist_all_the_same() -> None:
    """
    2026-03-01 (identify) by ann email=ann@ours.com
    2026-03-01 Opened by ann @acme
    2026-03-02 Opened by bob @acme
    2026-03-05 Opened by ann @acme
    """
    until = worlds.instant("2026-03-04")
    world = told(test_staff_are_left_out_by_their_domain_and_exist_all_the_same, Exclusion("domain", "ours.com", None, until, "own staff"))
    assert over(world, "count(any)", "1 2 5") == [0, 1, 2]
    assert over(world, "people(any)", "2 5") == [1, 2]
    # Semantics 5 asks only that a fact is known; ann's account is that of her latest fact, left out or not.
    assert turns(world, "count(any) = 0", ANN) == [("03-01", "entered"), ("03-05", "left")]
    assert account_of(world, ANN, worlds.instant("2026-03-03")) == "acme"


def test_a_corrected_link_gives_back_what_it_took() -> None:
    """
    2026-03-01 Opened by ?x @acme
    2026-03-02 ?x is ann #link
    2026-03-04 correct #link/anonymous
    """
    world = told(test_a_corrected_link_gives_back_what_it_took)
    assert over(world, "people(any)", "1 2 4") == [0, 1, 0]
    assert over(world, "count(any)", "2 4", Subject("person", "?x")) == [0, 1]


def test_the_order_of_sources_is_that_of_identity_unless_another_is_given() -> None:
    facts = read_facts("2026-03-01 account acme plan=free")
    rules = Rules(source_order=("crm", "app"))
    assert world_of_facts(facts, rules).source_order == ("crm", "app")
    assert world_of_facts(facts, rules, source_order=("app",), plans=("free",)).source_order == ("app",)
