"""Bugs planted on purpose in what is only of histories: each must make some small world differ from the identity as of some instant."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from tandem.facts.corrections import OPEN
from tandem.identity import existence, history, lasting, latest, lives, merges_over_time, owners_over_time, persons_apart, sightings
from tandem.identity.links import Link
from tandem.identity.lives import Lives
from tandem.identity.merges_over_time import MergesOverTime
from tandem.identity.owners_over_time import OwnersOverTime
from tandem.identity.steps import ALWAYS
from tests.identity.histories import STORIES, Past, existing, expected, seeded_pasts, slowly_existing, told
from tests.identity.worlds import event_table

Plant = Callable[[pytest.MonkeyPatch], None]
Moments = list[tuple[int, Any, Any]]


@cache
def small_pasts() -> list[tuple[Past, Moments]]:
    """Worlds, and at each of their instants what events belong to and what exists."""
    found = []
    for past in (*STORIES, *seeded_pasts(100, seed=21)):
        # A world as of the last instant holds all of its edges; the instants just before tell no more to a planted bug.
        identities = [(at, past.identity(at)) for at in past.instants[1::2]]
        found.append((past, [(at, expected(past, identity, at), slowly_existing(past, at)) for at, identity in identities]))
    return found


def is_wrong_somewhere() -> bool:
    for past, moments in small_pasts():
        past = Past(past.world, past.corrections)  # Its history anew, with the bug.
        found, lasting = past.history.belongings(event_table(past.events)), past.history.existence(past.records())
        try:
            if any(told(past, found, at) != answers or existing(lasting, at) != there for at, answers, there in moments):
                return True
        except AssertionError:  # Two stretches at once.
            return True
    return False


def what_becomes_known_later_is_not_waited_for(m: pytest.MonkeyPatch) -> None:
    right = OwnersOverTime._counting

    def counting(self: OwnersOverTime, found: Any) -> Any:
        until = self._until
        counted = right(self, found)
        self._until = until
        return counted

    m.setattr(OwnersOverTime, "_counting", counting)


def what_was_found_is_taken_for_ever(m: pytest.MonkeyPatch) -> None:
    m.setattr(OwnersOverTime, "_read", lambda self, starts, values, end: values[bisect_right(starts, self.as_of) - 1])


def what_was_found_counts_before_it_was_known(m: pytest.MonkeyPatch) -> None:
    right = OwnersOverTime.kept

    def kept(self: OwnersOverTime, find: Any, one: Any) -> Any:
        if one in self._found[find]:
            self._found[find][one].begin = ALWAYS
        return right(self, find, one)

    m.setattr(OwnersOverTime, "kept", kept)


def a_domain_that_is_named_from_later_on_is_read_once(m: pytest.MonkeyPatch) -> None:
    m.setattr(OwnersOverTime, "now", lambda self, steps: steps.at(self.as_of))


def links_that_are_taken_back_still_hold(m: pytest.MonkeyPatch) -> None:
    m.setattr(Lives, "of", lambda self, link: [(link.known_at, OPEN)])


def links_that_are_taken_back_never_held(m: pytest.MonkeyPatch) -> None:
    right = Lives.of
    m.setattr(Lives, "of", lambda self, link: right(self, link) if not self.is_doubtful(link) else [])


def links_of_facts_that_are_taken_back_still_hold(m: pytest.MonkeyPatch) -> None:
    m.setattr(Lives, "of", lambda self, link: lives.life(link.known_at, self._gone.get(link.id, ())))
    m.setattr(Lives, "is_doubtful", lambda self, link: link.id in self._gone)


def what_may_be_taken_back_rules_out_others(m: pytest.MonkeyPatch) -> None:
    for name in ("_undominated", "_first_two", "_news"):
        right = getattr(lives, name)

        def ruled_out(found: Any, known: Any, *more: Any, right: Any = right) -> Any:
            return right(found, Lives({}), *more)

        m.setattr(lives, name, ruled_out)


def a_sighting_that_may_be_taken_back_rules_out_others(m: pytest.MonkeyPatch) -> None:
    right = history.sightings
    m.setattr(history, "sightings", lambda events, blocked, claims, doubtful: right(events, blocked, claims, doubtful[:0]))


def a_call_that_may_be_taken_back_rules_out_others(m: pytest.MonkeyPatch) -> None:
    right = history.essential_calls
    m.setattr(history, "essential_calls", lambda calls, gone: right(calls, {}))


def a_call_rules_out_what_was_known_before_it(m: pytest.MonkeyPatch) -> None:
    right = lives.may_be_first
    m.setattr(lives, "may_be_first", lambda group, occurred, known, sure: right(group, occurred, np.zeros(len(known), np.int64), sure))


def who_ever_has_a_fact_is_always_told_by_facts(m: pytest.MonkeyPatch) -> None:
    m.setattr(lasting.Lasting, "covers", lambda self, there, subjects: np.bincount(self.subject, minlength=subjects) > 0)


def only_the_last_time_that_somebody_was_there_counts(m: pytest.MonkeyPatch) -> None:
    right = lasting.Lasting.united
    m.setattr(lasting.Lasting, "united", lambda self: right(self).take(np.diff(right(self).subject, append=-1) != 0))


def a_sighting_of_a_visitor_rules_out_others(m: pytest.MonkeyPatch) -> None:
    right = sightings.may_be_first
    m.setattr(sightings, "may_be_first", lambda group, occurred, known, sure: right(group, occurred, known, np.ones(len(sure), dtype=bool)))


def what_was_said_before_is_an_echo_though_another_was_said_between(m: pytest.MonkeyPatch) -> None:
    def news(found: Any, known: Lives) -> Any:
        said: dict[Any, int] = {}
        for link in sorted(found, key=lives.in_order):
            if link.known_at < said.get((link.subject, link.source, link.target), OPEN):
                yield link
                said.setdefault((link.subject, link.source, link.target), OPEN if known.is_doubtful(link) else link.known_at)

    m.setattr(lives, "_news", news)


def what_was_known_later_makes_an_echo(m: pytest.MonkeyPatch) -> None:
    right = lives._undominated

    def by_order_alone(found: list[Link], known: Lives, order: Any, said: Any) -> Any:
        firsts: dict[Any, Link] = {}
        for link in sorted(right(found, known, order, said), key=order):
            firsts.setdefault(said(link), link)
        return list(firsts.values())

    m.setattr(lives, "_undominated", by_order_alone)


def a_merge_that_is_taken_back_keeps_what_came_after_it(m: pytest.MonkeyPatch) -> None:
    right = merges_over_time._edges
    m.setattr(merges_over_time, "_edges", lambda part, known: {at: (entering, []) for at, (entering, _) in right(part, known).items()})


def ids_merged_away_are_not_heard_any_more(m: pytest.MonkeyPatch) -> None:
    m.setattr(owners_over_time, "_with_a_voice", lambda found: frozenset())


def a_shared_browser_stays_shared_when_a_claim_is_taken_back(m: pytest.MonkeyPatch) -> None:
    right = OwnersOverTime._is_shared

    def for_ever(self: OwnersOverTime, visitor: str) -> bool:
        is_shared = right(self, visitor)
        self._until = OPEN if is_shared else self._until
        return is_shared

    m.setattr(OwnersOverTime, "_is_shared", for_ever)


def a_fact_that_is_gone_keeps_its_belonging(m: pytest.MonkeyPatch) -> None:
    m.setattr(history, "_clipped", lambda found, events, rows, gone: found)


def the_last_of_a_person_is_the_last_one_known(m: pytest.MonkeyPatch) -> None:
    m.setattr(latest, "_leading", lambda group, occurred, row, ids: np.arange(len(row)))


def the_last_of_a_person_goes_by_delivery_not_by_fact_id(m: pytest.MonkeyPatch) -> None:
    right = latest._leading
    m.setattr(latest, "_leading", lambda group, occurred, row, ids: right(group, occurred, row, lambda rows: ["" for _ in rows]))


def records_make_nothing_exist(m: pytest.MonkeyPatch) -> None:
    m.setattr(existence, "_of_records", lambda owners, kind, recorded, names: lasting.NOBODY)


def records_of_what_is_merged_away_stay_its_own(m: pytest.MonkeyPatch) -> None:
    m.setattr(MergesOverTime, "may_change", lambda self, one: False)


def persons_of_several_accounts_are_taken_for_persons_of_one(m: pytest.MonkeyPatch) -> None:
    m.setattr(latest, "_are_of_several", lambda whole, persons: np.zeros(persons + 1, dtype=bool))


def who_is_left_out_by_name_is_asked_about_with_others(m: pytest.MonkeyPatch) -> None:
    m.setattr(persons_apart, "matches", lambda rule, text: False)


BUGS: tuple[Plant, ...] = (
    what_becomes_known_later_is_not_waited_for, what_was_found_is_taken_for_ever, what_was_found_counts_before_it_was_known,
    a_domain_that_is_named_from_later_on_is_read_once, links_that_are_taken_back_still_hold, links_that_are_taken_back_never_held,
    links_of_facts_that_are_taken_back_still_hold, what_may_be_taken_back_rules_out_others,
    a_sighting_that_may_be_taken_back_rules_out_others, a_sighting_of_a_visitor_rules_out_others,
    what_was_said_before_is_an_echo_though_another_was_said_between, what_was_known_later_makes_an_echo,
    a_merge_that_is_taken_back_keeps_what_came_after_it, ids_merged_away_are_not_heard_any_more,
    a_shared_browser_stays_shared_when_a_claim_is_taken_back, a_fact_that_is_gone_keeps_its_belonging,
    the_last_of_a_person_is_the_last_one_known, the_last_of_a_person_goes_by_delivery_not_by_fact_id,
    persons_of_several_accounts_are_taken_for_persons_of_one, who_is_left_out_by_name_is_asked_about_with_others,
    records_make_nothing_exist, records_of_what_is_merged_away_stay_its_own, a_call_that_may_be_taken_back_rules_out_others,
    a_call_rules_out_what_was_known_before_it, who_ever_has_a_fact_is_always_told_by_facts,
    only_the_last_time_that_somebody_was_there_counts,
)  # fmt: skip


def test_without_a_bug_nothing_is_wrong() -> None:
    assert not is_wrong_somewhere()


@pytest.mark.parametrize("plant", BUGS, ids=lambda plant: plant.__name__)
def test_the_comparison_sees(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as planted:
        plant(planted)
        assert is_wrong_somewhere()
