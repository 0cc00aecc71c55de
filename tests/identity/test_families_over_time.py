"""Who is merged into whom, and the root of each family, over knowledge time: as the identity as of each instant says."""

from __future__ import annotations

import inspect
from bisect import bisect_right
from collections.abc import Callable
from itertools import pairwise

import pytest

from tandem.facts.corrections import OPEN
from tandem.identity import families_over_time, lives
from tandem.identity.lives import Lives
from tandem.identity.steps import Ties
from tests.identity.histories import Past, past_told, seeded_kin, seeded_pasts
from tests.identity.test_history import day
from tests.identity.worlds import ACCOUNTS, USERS

# Also those that are accounts by their domain, or of one person.
EVERY_ACCOUNT = (*ACCOUNTS, "acme.com", "~ann", "nobody")


def at(ties: Ties, one: str, instant: int) -> str:
    """Under whom an id stands at an instant."""
    tied = ties.get(one, ())
    place = bisect_right([since for since, _ in tied], instant)
    return tied[place - 1][1] if place else one


def disagreement(past: Past) -> str | None:
    """The first id and instant of which ties say something else than the identity as of then."""
    history = past.history
    persons, accounts, families = history.survivors("person"), history.survivors("account"), history.families()
    for instant in past.instants:
        owners = past.identity(instant).owners
        for one in (*USERS, *EVERY_ACCOUNT):
            says = at(persons, one, instant), at(accounts, one, instant), at(families, one, instant)
            should = owners.persons.root(one), owners.accounts.root(one), owners.families.of(one).root
            if says != should:
                return f"{one} as of {instant}\n  ties: {says}\n  identity: {should}"
    return None


def test_ties_say_at_every_instant_what_the_identity_as_of_then_says() -> None:
    pasts = [*seeded_kin(300, seed=31), *seeded_pasts(60, seed=32)]
    assert [found for past in pasts if (found := disagreement(past)) is not None] == []


def test_ties_are_of_those_who_ever_stand_under_another_and_each_is_news() -> None:
    tied = 0
    for past in seeded_kin(200, seed=33):
        history = past.history
        for ties in (history.survivors("account"), history.survivors("person"), history.families()):
            for one, steps in ties.items():
                tied += len(steps)
                assert all(before[0] < after[0] for before, after in pairwise(steps))
                assert all(before != after for before, after in pairwise([one, *(each for _, each in steps)]))
    assert tied > 500


def told(story: Callable[[], None]) -> Past:
    return past_told(inspect.getdoc(story) or "")


def days(ties: Ties) -> dict[str, list[tuple[str, str]]]:
    return {one: [(day(since), root) for since, root in steps] for one, steps in sorted(ties.items())}


def test_an_account_stands_under_the_top_of_its_family_from_when_that_is_known() -> None:
    """
    2026-03-01 (known 2026-03-02) account acme-berlin parent=acme-eu
    2026-03-04 account acme-eu parent=acme
    2026-03-06 account acme-eu parent=null
    """
    history = told(test_an_account_stands_under_the_top_of_its_family_from_when_that_is_known).history
    assert days(history.families()) == {
        "acme-berlin": [("2026-03-02", "acme-eu"), ("2026-03-04", "acme"), ("2026-03-06", "acme-eu")],
        "acme-eu": [("2026-03-04", "acme"), ("2026-03-06", "acme-eu")],
    }


def test_a_ring_is_cut_at_its_last_link_and_saying_a_parent_again_makes_it_the_last() -> None:
    """
    2026-03-01 account acme parent=beta
    2026-03-02 account beta parent=acme
    2026-03-03 account acme parent=beta
    """
    history = told(test_a_ring_is_cut_at_its_last_link_and_saying_a_parent_again_makes_it_the_last).history
    assert days(history.families()) == {
        "acme": [("2026-03-01", "beta"), ("2026-03-03", "acme")],
        "beta": [("2026-03-03", "acme")],
    }


def test_a_merged_account_hands_its_children_over_and_a_correction_takes_a_parent_away() -> None:
    """
    2026-03-01 account acme-berlin parent=acme-eu #berlin
    2026-03-03 account acme-eu is acme
    2026-03-05 correct #berlin/parent
    """
    history = told(test_a_merged_account_hands_its_children_over_and_a_correction_takes_a_parent_away).history
    assert days(history.survivors("account")) == {"acme-eu": [("2026-03-03", "acme")]}
    assert days(history.families()) == {"acme-berlin": [("2026-03-01", "acme-eu"), ("2026-03-03", "acme"), ("2026-03-05", "acme-berlin")]}


def test_aliases_tie_persons_and_no_visitor() -> None:
    """
    2026-03-01 Opened by ?x
    2026-03-02 ?x is ann
    2026-03-03 ann is bob #alias
    2026-03-05 correct #alias
    """
    history = told(test_aliases_tie_persons_and_no_visitor).history
    assert days(history.survivors("person")) == {"ann": [("2026-03-03", "bob"), ("2026-03-05", "ann")]}
    assert history.survivors("account") == {} == history.families()


Plant = Callable[[pytest.MonkeyPatch], None]


def only_who_changes_parents_gets_another_root(m: pytest.MonkeyPatch) -> None:
    m.setattr(families_over_time, "_under", lambda ones, below: set(ones))


def a_ring_is_cut_by_the_links_of_those_below_it_alone(m: pytest.MonkeyPatch) -> None:
    m.setattr(families_over_time, "_upwards", lambda ones, named: {one: named[one] for one in ones if one in named})


def saying_a_parent_again_is_never_news(m: pytest.MonkeyPatch) -> None:
    m.setattr(lives, "_parents", lambda stated, ranked, one_account: ranked(stated))


def a_parent_is_known_when_it_occurs(m: pytest.MonkeyPatch) -> None:
    m.setattr(Lives, "of", lambda self, link: [(link.occurred_at, OPEN)])


def what_corrections_take_away_stays(m: pytest.MonkeyPatch) -> None:
    m.setattr(Lives, "is_doubtful", lambda self, link: False)


PLANTS: list[Plant] = [
    only_who_changes_parents_gets_another_root, a_ring_is_cut_by_the_links_of_those_below_it_alone, saying_a_parent_again_is_never_news,
    a_parent_is_known_when_it_occurs, what_corrections_take_away_stays,
]  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_bug_is_caught(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert any(disagreement(past) is not None for past in seeded_kin(300, seed=34))
