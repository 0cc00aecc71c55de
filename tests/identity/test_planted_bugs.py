"""Bugs planted on purpose: each is a mistake that somebody will make, and the comparison with the text must see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import msgspec
import pytest

from tandem.identity import coded, domains, identity, links, merges, owners, sightings, steps
from tandem.identity.owners import Owners
from tandem.identity.steps import Steps
from tests.identity.worlds import World, answers, seeded_worlds, tables

Plant = Callable[[pytest.MonkeyPatch], None]

mended_standing = steps.standing


@cache
def small_worlds() -> list[tuple[World, list[Any]]]:
    """Worlds with what the reference says of each event in them."""
    found = []
    for world in seeded_worlds(800, seed=2):
        meaning = world.meaning()
        found.append((world, [meaning.belonging(event) for event in world.asked]))
    return found


def wrong_worlds() -> int:
    """How many worlds the room tells otherwise than the reference, up to three."""
    wrong = 0
    for world, expected in small_worlds():
        wrong += answers(world.identity(), world.asked) != expected
        if wrong == 3:
            break
    return wrong


def last_identify_instead_of_the_earliest(m: pytest.MonkeyPatch) -> None:
    def claim(self: Owners, visitor: str) -> Any:
        claims = self.links.anonymous.get(visitor)
        return None if visitor in self.shared or claims is None else max(claims, key=links.in_order)

    m.setattr(Owners, "claim_in_force", claim)


def change_reaches_back(m: pytest.MonkeyPatch) -> None:
    m.setattr(owners, "standing", lambda stated, order: steps.constant(mended_standing(stated, order).values[-1]))


def learning_does_not_reach_back(m: pytest.MonkeyPatch) -> None:
    m.setattr(steps, "earliest", lambda ordered: None)


def a_link_holds_only_after_its_instant(m: pytest.MonkeyPatch) -> None:
    def later_by_one(stated: Any, order: Any) -> Any:
        right = mended_standing(stated, order)
        return Steps((right.starts[0], *(start + 1 for start in right.starts[1:])), right.values)

    m.setattr(owners, "standing", later_by_one)


def a_row_at_a_steps_start_gets_the_step_before(m: pytest.MonkeyPatch) -> None:
    right = coded.StepTable.step_of
    m.setattr(coded.StepTable, "step_of", lambda self, key, at: right(self, key, at - 1))


def ties_go_by_delivery_not_by_fact_id(m: pytest.MonkeyPatch) -> None:
    for module in (steps, owners):
        m.setattr(module, "in_order", lambda link: link.occurred_at)


def aliases_do_not_reach_joins(m: pytest.MonkeyPatch) -> None:
    def own(self: Owners, person: str) -> Any:
        by_person, by_visitor, _ = self._joining
        stated = self.said(by_visitor, person[1:]) if person.startswith("?") else self.said(by_person, person)
        return sorted(stated, key=links.in_order)

    m.setattr(Owners, "joins", own)


def joins_reach_back(m: pytest.MonkeyPatch) -> None:
    right = Owners.joined

    def from_always(self: Owners, person: str) -> Any:
        found = right(self, person)
        return Steps(found.starts, (found.values[1], *found.values[1:])) if len(found.values) > 1 else found

    m.setattr(Owners, "joined", from_always)


def of_several_workspaces_the_first_counts(m: pytest.MonkeyPatch) -> None:
    def joined(self: Owners, person: str) -> Any:
        stated = self.joins(person)
        return Steps((steps.ALWAYS, stated[0].occurred_at), (None, stated[0].target)) if stated else steps.constant(None)

    m.setattr(Owners, "joined", joined)


def rings_are_followed(m: pytest.MonkeyPatch) -> None:
    def follow(self: merges.Growing, link: Any) -> bool:
        into, left = str(link.target), self.root(link.subject)
        self.leads.pop(into, None)
        self.near.pop(into, None)
        if into != left:
            self.leads[left] = self.near[left] = into
        return True

    m.setattr(merges.Growing, "merge", follow)


def merges_go_the_other_way(m: pytest.MonkeyPatch) -> None:
    right = merges.Growing.merge

    def swapped(self: merges.Growing, link: Any) -> bool:
        ends = (link.id, link.rule, link.subject_kind, link.target, link.target_kind, link.subject)
        return right(self, links.Link(*ends, link.occurred_at, link.known_at, link.source))

    m.setattr(merges.Growing, "merge", swapped)


def merges_are_applied_as_they_occurred_not_as_they_were_known(m: pytest.MonkeyPatch) -> None:
    m.setattr(merges, "in_order_of_knowing", links.in_order)


def the_events_own_account_skips_merges(m: pytest.MonkeyPatch) -> None:
    right = Owners.belonging_of

    def own(self: Owners, person: Any, place: Any, account: Any) -> Any:
        found = right(self, person, place, account)
        return (
            found
            if account is None
            else Steps(found.starts, tuple(msgspec.structs.replace(value, account=account) for value in found.values))
        )

    m.setattr(Owners, "belonging_of", own)


def free_mail_names_a_company(m: pytest.MonkeyPatch) -> None:
    m.setattr(domains.WorkDomains, "of_mail", lambda self, mail: domains.mail_domain(mail))


def subdomains_are_companies_of_their_own(m: pytest.MonkeyPatch) -> None:
    m.setattr(domains, "registrable", lambda text: text)


def a_domain_that_two_records_name_goes_to_one_of_them(m: pytest.MonkeyPatch) -> None:
    m.setattr(Owners, "account_of_domain", lambda self, domain: self.accounts.root(next(iter(self.domains_named.get(domain, {})), domain)))


def the_mail_is_that_of_today(m: pytest.MonkeyPatch) -> None:
    right = Owners.mail
    m.setattr(Owners, "mail", lambda self, person: steps.constant(right(self, person).at(self.as_of)))


def the_mail_is_only_that_of_the_surviving_id(m: pytest.MonkeyPatch) -> None:
    m.setattr(Owners, "mail", lambda self, person: mended_standing(self.links.email.get(person, ()), self.rules.source_order))


def fan_out_is_ignored(m: pytest.MonkeyPatch) -> None:
    m.setattr(owners, "shared", lambda claims, aliases, fan_out: {})


def fan_out_counts_ids_instead_of_persons(m: pytest.MonkeyPatch) -> None:
    right = merges.shared
    m.setattr(owners, "shared", lambda claims, aliases, fan_out: right(claims, [], fan_out))


def fan_out_counts_by_todays_aliases(m: pytest.MonkeyPatch) -> None:
    def by_today(claims: Any, aliases: Any, fan_out: int) -> Any:
        now = merges.merged(aliases)
        return {one: None for one, stated in claims.items() if len({now.root(link.target) for link in stated}) > fan_out}

    m.setattr(owners, "shared", by_today)


def the_crm_comes_before_the_group_call(m: pytest.MonkeyPatch) -> None:
    right = links.read_links

    def swapped(*arguments: Any) -> Any:
        found = right(*arguments)
        return replace(found, explicit=found.crm_of_workspace, crm_of_workspace=found.explicit)

    m.setattr(identity, "read_links", swapped)


def source_order_is_ignored(m: pytest.MonkeyPatch) -> None:
    m.setattr(owners, "standing", lambda stated, order: mended_standing(stated, ()))


def a_clear_is_ignored(m: pytest.MonkeyPatch) -> None:
    m.setattr(owners, "standing", lambda stated, order: mended_standing([link for link in stated if link.target is not None], order))


def a_clear_ends_what_other_sources_say(m: pytest.MonkeyPatch) -> None:
    m.setattr(steps, "_latest", lambda said: None)


def blocked_ids_link(m: pytest.MonkeyPatch) -> None:
    m.setattr(Owners, "blocked", frozenset())


def links_that_were_undone_still_hold(m: pytest.MonkeyPatch) -> None:
    m.setattr(links._Reading, "kept", lambda self, found: found)


def the_last_person_seen_owns_the_workspace(m: pytest.MonkeyPatch) -> None:
    m.setattr(sightings, "may_be_first", lambda group, occurred, known, sure: known == known)
    m.setattr(sightings, "_in_turn", lambda found: sorted((link for link, _ in found), key=links.in_order, reverse=True))


def an_exclusion_lasts_through_its_last_instant(m: pytest.MonkeyPatch) -> None:
    right = identity.Identity._excluded
    m.setattr(identity.Identity, "_excluded", lambda self, events, at, values, step: right(self, events, at - 1, values, step))


def what_is_known_later_counts_already(m: pytest.MonkeyPatch) -> None:
    m.setattr(identity, "known", lambda table, as_of: table)


BUGS: tuple[Plant, ...] = (
    last_identify_instead_of_the_earliest, change_reaches_back, learning_does_not_reach_back, a_link_holds_only_after_its_instant,
    a_row_at_a_steps_start_gets_the_step_before, ties_go_by_delivery_not_by_fact_id, aliases_do_not_reach_joins, joins_reach_back,
    of_several_workspaces_the_first_counts, rings_are_followed, merges_go_the_other_way,
    merges_are_applied_as_they_occurred_not_as_they_were_known, the_events_own_account_skips_merges, free_mail_names_a_company,
    subdomains_are_companies_of_their_own, a_domain_that_two_records_name_goes_to_one_of_them, the_mail_is_that_of_today,
    the_mail_is_only_that_of_the_surviving_id, fan_out_is_ignored, fan_out_counts_ids_instead_of_persons,
    fan_out_counts_by_todays_aliases, the_crm_comes_before_the_group_call, source_order_is_ignored, a_clear_is_ignored,
    a_clear_ends_what_other_sources_say, blocked_ids_link, links_that_were_undone_still_hold, the_last_person_seen_owns_the_workspace,
    an_exclusion_lasts_through_its_last_instant, what_is_known_later_counts_already,
)  # fmt: skip


def test_without_a_bug_nothing_is_wrong() -> None:
    assert wrong_worlds() == 0


@pytest.mark.parametrize("plant", BUGS, ids=lambda plant: plant.__name__)
def test_the_comparison_sees(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    domains.registrable.cache_clear()
    with monkeypatch.context() as planted:
        plant(planted)
        assert wrong_worlds() > 0
    domains.registrable.cache_clear()


def test_the_law_of_order_sees_that_ties_go_by_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as planted:
        ties_go_by_delivery_not_by_fact_id(planted)
        assert any(
            answers(world.identity(), world.asked)
            != answers(identity.Identity.of(tables(world.facts[::-1]), world.rules, world.as_of, world.undone), world.asked)
            for world, _ in small_worlds()
        )
