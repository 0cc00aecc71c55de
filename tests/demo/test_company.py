"""The simulated company: the same seed makes the same bytes, and what was planted is there."""

from __future__ import annotations

from collections import Counter

from tandem.demo.company import EXPORTED_AT, UNTIL, Company, simulate
from tandem.demo.exports import Export, export
from tandem.values.instants import HOUR


def exports(seed: int, accounts: int = 7, months: int = 2) -> tuple[Export, ...]:
    return export(simulate(seed, accounts, months))


def company(accounts: int, months: int = 2, seed: int = 4) -> Company:
    return simulate(seed, accounts, months)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_gives_others():
    once, again, other = exports(3), exports(3), exports(4)
    assert [each.file for each in once] == [each.file for each in again]
    assert [each.content for each in once] == [each.content for each in again]
    changed = {one.source for one, two in zip(once, other, strict=True) if one.content != two.content}
    assert {"segment", "crm_accounts", "crm_contacts", "crm_opportunities", "crm_touches", "billing"} <= changed


def test_a_compressed_export_does_not_say_when_it_was_made():
    # Bytes 4 to 8 of a gzip header are the time of writing.
    assert exports(3)[0].content[4:8] == bytes(4)


def test_one_more_company_changes_nothing_about_those_before_it():
    seven, eight = company(7), company(8)
    assert eight.accounts[:7] == seven.accounts
    own = {call.id: call.said for call in seven.calls if call.id.startswith("m-1-")}
    assert own
    assert {call.id: call.said for call in eight.calls if call.id.startswith("m-1-")} == own


def test_nothing_happens_outside_of_the_history_and_all_is_known_when_it_is_exported():
    made = company(12)
    assert {True} == {made.since <= call.at < UNTIL and call.at <= call.received_at <= EXPORTED_AT for call in made.calls}


def test_ids_of_calls_people_and_records_are_never_used_twice():
    made = company(40, months=3)
    for ids in (
        [call.id for call in made.calls],
        [person.id for account in made.accounts for person in account.people],
        [row.account_id for row in made.crm_accounts],
        [row.touch_id for row in made.crm_touches],
        [account.domain for account in made.accounts],
    ):
        assert [id for id, number in Counter(ids).items() if number > 1] == []


def test_some_calls_arrive_hours_after_they_happened():
    made = company(12)
    late = sum(call.received_at - call.at > HOUR for call in made.calls)
    assert 0.005 < late / len(made.calls) < 0.04


def test_nobody_invites_before_they_have_come_themselves():
    made = company(30, months=4)
    signed_up = {call.person: call.at for call in made.calls if call.type == "identify" and call.browser != "b-training-room"}
    invited = [call for call in made.calls if call.name == "Invite Sent"]
    assert invited
    assert [call.id for call in invited if call.at < signed_up[call.person]] == []


def test_every_mail_address_is_one_that_nobody_can_have():
    people = [person for account in company(60).accounts for person in account.people]
    assert {person.email.rpartition(".")[2] for person in people} == {"example"}
