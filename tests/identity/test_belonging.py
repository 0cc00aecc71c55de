"""Each sentence of Semantics 3, in a world that a person can check."""

from __future__ import annotations

import msgspec
import pyarrow as pa
import pytest

from tandem.facts.fact import Event
from tandem.facts.text import read_facts
from tandem.identity.identity import Identity
from tandem.identity.rules import Exclusion, Rules
from tests.identity.worlds import answers, at, event_table, instant, of, tables


def test_a_person_is_the_user_id_after_aliases():
    """
    2026-03-01 Opened by ann
    2026-03-02 ann is bob
    2026-03-03 bob is cat
    """
    world = at(test_a_person_is_the_user_id_after_aliases.__doc__)
    assert world.person("ann") == world.person("bob") == world.person("cat") == "cat"
    assert world.person("dan") == "dan"


def test_an_alias_holds_for_all_facts_but_only_once_it_is_known():
    """
    2026-03-01 Opened by ann
    2026-03-02 (known 2026-03-05) ann is bob
    """
    text = test_an_alias_holds_for_all_facts_but_only_once_it_is_known.__doc__
    assert at(text, as_of="2026-03-04").person("ann") == "ann"
    assert of(at(text, as_of="2026-03-05"), "2026-03-01 Opened by ann")[0] == "bob"


def test_a_merge_that_would_close_a_ring_does_nothing_and_is_a_conflict():
    """
    2026-03-01 ann is bob
    2026-03-02 bob is ann #back
    2026-03-03 ann is bob
    """
    world = at(test_a_merge_that_would_close_a_ring_does_nothing_and_is_a_conflict.__doc__)
    assert world.person("ann") == "bob"
    (conflict,) = world.conflicts()
    assert (conflict.kind, conflict.because) == ("ring", ("back/alias",))
    assert conflict.what == "merging `bob` into `ann` does nothing, for `ann` was merged into `bob`"


def test_a_person_merged_into_itself_is_a_conflict():
    """
    2026-03-01 ann is ann
    """
    (conflict,) = at(test_a_person_merged_into_itself_is_a_conflict.__doc__).conflicts()
    assert conflict.what == "person `ann` is merged into itself, so the merge does nothing"


def test_a_visitor_is_the_person_that_it_was_first_identified_as():
    """
    2026-03-03 ?x is bob
    2026-03-02 (known 2026-03-04) ?x is ann
    """
    text = test_a_visitor_is_the_person_that_it_was_first_identified_as.__doc__
    assert at(text, as_of="2026-03-02").person(None, "x") == "?x"
    assert at(text, as_of="2026-03-03").person(None, "x") == "bob"
    assert at(text, as_of="2026-03-04").person(None, "x") == "ann"
    assert of(at(text), "2026-03-09 Opened by ?x")[0] == "ann"


def test_a_browser_that_too_many_share_links_nobody_from_that_instant_on_and_earlier_answers_stay():
    """
    2026-03-01 ?x is ann
    2026-03-02 ?x is bob
    2026-03-03 ?x is cat
    """
    text = test_a_browser_that_too_many_share_links_nobody_from_that_instant_on_and_earlier_answers_stay.__doc__
    two = Rules(fan_out=2)
    assert at(text, two, as_of="2026-03-02").person(None, "x") == "ann"
    assert at(text, two, as_of="2026-03-03").person(None, "x") == "?x"
    (conflict,) = at(text, two).conflicts()
    assert (conflict.kind, conflict.subject, len(conflict.because)) == ("fan_out", "?x", 3)
    assert at(text, Rules(fan_out=3)).person(None, "x") == "ann"


def test_ids_that_are_one_person_by_then_are_one_claim():
    """
    2026-03-01 ?x is ann
    2026-03-01 ?x is bob
    2026-03-02 ann is bob
    2026-03-03 ?x is cat
    """
    text = test_ids_that_are_one_person_by_then_are_one_claim.__doc__
    assert at(text, Rules(fan_out=2)).person(None, "x") == "bob"


def test_a_shared_browser_stays_unlinked_even_when_its_persons_prove_to_be_one():
    """
    2026-03-01 ?x is ann
    2026-03-02 ?x is bob
    2026-03-03 ann is bob
    """
    text = test_a_shared_browser_stays_unlinked_even_when_its_persons_prove_to_be_one.__doc__
    assert at(text, Rules(fan_out=1)).person(None, "x") == "?x"


def test_an_event_of_a_blocked_user_id_is_as_if_without():
    """
    2026-03-01 ?x is ann
    2026-03-01 ?null is bob
    2026-03-01 undefined is bob
    """
    world = at(test_an_event_of_a_blocked_user_id_is_as_if_without.__doc__)
    assert world.person("[object Object]", "x") == "ann"
    assert world.person(" NULL ", "null") is None
    assert world.person("undefined", "y") == "?y"


def test_an_event_without_workspace_is_in_the_one_that_its_person_had_joined_by_then():
    """
    2026-03-02 ann joins @/w1
    2026-03-05 ann joins @/w2
    """
    world = at(test_an_event_without_workspace_is_in_the_one_that_its_person_had_joined_by_then.__doc__)
    places = [of(world, f"2026-03-0{day} Opened by ann")[1] for day in (1, 2, 4, 5, 6)]
    assert places == [None, "w1", "w1", None, None]
    assert of(world, "2026-03-06 Opened by ann @/w9")[1] == "w9"


def test_what_a_visitor_and_an_alias_joined_counts_for_their_person():
    """
    2026-03-01 ?x joins @/w1
    2026-03-02 ?x is ann
    2026-03-03 bob joins @/w1
    2026-03-04 bob is ann
    """
    world = at(test_what_a_visitor_and_an_alias_joined_counts_for_their_person.__doc__)
    assert of(world, "2026-03-01 Opened by bob") == ("ann", "w1", "~ann")


def test_an_explicit_account_comes_first_then_the_crms_then_the_mail_of_the_first_person():
    """
    2026-03-01 ?x is ann email=ann@mail.acme.com
    2026-03-01 Opened by ann @/w1
    2026-03-01 Opened by ann @/w2
    2026-03-01 Opened by ann @/w3
    2026-03-01 workspace w1 account=from-crm
    2026-03-01 workspace w2 account=from-crm
    2026-03-02 ann joins @explicit/w1
    """
    world = at(test_an_explicit_account_comes_first_then_the_crms_then_the_mail_of_the_first_person.__doc__)
    accounts = [of(world, f"2026-03-01 Opened by zoe @/{place}")[2] for place in ("w1", "w2", "w3", "w4")]
    assert accounts == ["explicit", "from-crm", "acme.com", None]


def test_the_workspace_of_a_person_with_a_free_address_is_of_the_persons_own_account():
    """
    2026-03-01 Opened by ann @/w1
    2026-03-02 Opened by bob @/w1
    2026-03-02 person ann email=ann@gmail.com
    2026-03-02 person bob email=bob@acme.com
    """
    text = test_the_workspace_of_a_person_with_a_free_address_is_of_the_persons_own_account.__doc__
    assert of(at(text), "2026-03-02 Opened by bob @/w1")[2] == "~ann"
    assert of(at(text, Rules(work_domains=frozenset({"gmail.com"}))), "2026-03-02 Opened by bob @/w1")[2] == "gmail.com"
    assert of(at(text, Rules(free_domains=frozenset({"acme.com"}))), "2026-03-02 Opened by bob")[2] == "~bob"


def test_learning_reaches_back_and_change_does_not():
    """
    2026-03-03 person ann email=ann@acme.com
    2026-03-06 person ann email=ann@beta.io
    """
    world = at(test_learning_reaches_back_and_change_does_not.__doc__)
    accounts = [of(world, f"2026-03-0{day} Opened by ann")[2] for day in (1, 3, 5, 6, 8)]
    assert accounts == ["acme.com", "acme.com", "acme.com", "beta.io", "beta.io"]


def test_a_null_ends_a_link_and_a_workspace_created_without_account_has_its_first_one_from_the_beginning():
    """
    2026-03-01 workspace w1 name=One whole
    2026-03-03 workspace w1 account=A
    2026-03-05 workspace w1 account=null
    2026-03-07 workspace w1 account=B
    2026-03-08 workspace w1 deleted
    """
    world = at(test_a_null_ends_a_link_and_a_workspace_created_without_account_has_its_first_one_from_the_beginning.__doc__)
    accounts = [of(world, f"2026-03-0{day} Opened by ?x @/w1")[2] for day in (1, 3, 5, 7, 8)]
    assert accounts == ["A", "A", None, "B", None]


def test_an_event_without_workspace_goes_by_the_crms_link_of_its_person():
    """
    2026-03-01 person ann email=ann@acme.com account=A
    """
    world = at(test_an_event_without_workspace_goes_by_the_crms_link_of_its_person.__doc__)
    assert of(world, "2026-03-01 Opened by ann") == ("ann", None, "A")


def test_an_anonymous_visitor_without_workspace_has_no_account():
    """
    2026-03-01 Opened by ?x
    """
    world = at(test_an_anonymous_visitor_without_workspace_has_no_account.__doc__)
    assert of(world, "2026-03-01 Opened by ?x") == ("?x", None, None)


def test_an_account_that_the_event_itself_names_comes_before_all():
    """
    2026-03-01 ann joins @A/w1
    2026-03-02 account B is C
    """
    world = at(test_an_account_that_the_event_itself_names_comes_before_all.__doc__)
    assert of(world, "2026-03-01 Opened by ann @B/w1") == ("ann", "w1", "C")
    assert of(world, "2026-03-01 Funding Raised by @B") == (None, None, "C")


def test_a_domain_belongs_to_the_one_record_that_names_it_now():
    """
    2026-03-01 person ann email=ann@acme.com
    2026-03-02 account A domain=https://www.acme.com
    2026-03-04 account B domain=acme.com
    2026-03-06 account A is B
    """
    text = test_a_domain_belongs_to_the_one_record_that_names_it_now.__doc__
    told = {day: of(at(text, as_of=f"2026-03-0{day}"), "2026-03-01 Opened by ann")[2] for day in (1, 2, 4, 6)}
    assert told == {1: "acme.com", 2: "A", 4: "acme.com", 6: "B"}
    (conflict,) = at(text, as_of="2026-03-04").conflicts()
    assert (conflict.kind, conflict.what) == ("domain", "accounts `A`, `B` all name the domain `acme.com`, so it is an account of its own")


def test_a_merge_also_takes_domain_accounts_and_personal_accounts():
    """
    2026-03-01 person ann email=ann@acme.com
    2026-03-02 account acme.com is A
    2026-03-02 account ~bob is A
    """
    world = at(test_a_merge_also_takes_domain_accounts_and_personal_accounts.__doc__)
    assert of(world, "2026-03-01 Opened by ann")[2] == of(world, "2026-03-01 Opened by bob")[2] == "A"


def test_a_persons_account_is_that_of_the_latest_fact():
    """
    2026-03-01 Opened by ann @A/w1
    2026-03-03 Opened by ann @B/w2
    2026-03-02 (known 2026-03-04) Opened by ann @C/w3
    2026-03-01 person bob email=bob@acme.com
    """
    text = test_a_persons_account_is_that_of_the_latest_fact.__doc__
    assert at(text, as_of="2026-03-02").account_of_person("ann") == "A"
    assert at(text).account_of_person("ann") == "B"
    assert at(text).account_of_person("bob") == "acme.com"
    assert at(text).account_of_person("?x") is None


def test_families_stand_under_the_parent_that_has_none_and_a_ring_is_cut_where_it_was_closed():
    """
    2026-03-01 account A parent=B
    2026-03-01 account B parent=C
    2026-03-02 account D parent=E
    2026-03-03 account E parent=D
    """
    text = test_families_stand_under_the_parent_that_has_none_and_a_ring_is_cut_where_it_was_closed.__doc__
    world = at(text)
    assert (world.family("A").root, world.family("C").members) == ("C", ("A", "B", "C"))
    assert world.family("D").root == world.family("E").root == "E"
    (conflict,) = world.conflicts()
    assert (conflict.kind, conflict.subject) == ("parent_ring", "E")
    assert world.family("nobody").members == ("nobody",)


def test_the_source_named_first_wins_and_without_order_the_latest():
    """
    2026-03-01 person ann account=A
    2026-03-02 person ann account=B
    """
    told = read_facts(test_the_source_named_first_wins_and_without_order_the_latest.__doc__ or "")
    facts = [msgspec.structs.replace(fact, source=source) for fact, source in zip(told, ("crm", "app"), strict=True)]
    event = "2026-03-05 Opened by ann"
    assert of(Identity.of(tables(facts), Rules(), instant("2026-03-09")), event)[2] == "B"
    assert of(Identity.of(tables(facts), Rules(source_order=("crm",)), instant("2026-03-09")), event)[2] == "A"


@pytest.mark.parametrize(
    ("exclusion", "out"),
    [
        (Exclusion("person", "ANN", None, None, "staff"), [True, True, False]),
        (Exclusion("email", "*@acme.com", None, None, "staff"), [True, True, False]),
        (Exclusion("domain", "acme.com", instant("2026-03-02"), None, "staff"), [False, True, False]),
        (Exclusion("domain", "acme.com", None, instant("2026-03-02"), "staff"), [True, False, False]),
        (Exclusion("account", "~b*", None, None, "staff"), [False, False, True]),
        (Exclusion("event", "Test*", None, None, "staff"), [False, True, False]),
        (Exclusion("workspace", "*", None, None, "staff"), [False, False, False]),
    ],
)
def test_exclusions_are_dated_and_say_why(exclusion: Exclusion, out: list[bool]) -> None:
    text = """
    2026-03-01 Opened by ann
    2026-03-02 Test Ping by ann
    2026-03-02 Opened by bob
    2026-03-01 person ann email=ann@acme.com
    """
    events = [fact for fact in read_facts(text) if isinstance(fact, Event)]
    told = [answer[3] for answer in answers(at(text, Rules(exclusions=(exclusion,))), events)]
    assert told == ["staff" if one else None for one in out]


def test_of_two_exclusions_the_first_gives_the_reason():
    rules = Rules(exclusions=(Exclusion("event", "*", None, None, "one"), Exclusion("person", "*", None, None, "two")))
    events = [fact for fact in read_facts("2026-03-01 Opened by ann") if isinstance(fact, Event)]
    assert answers(at("2026-03-01 Opened by ann", rules), events)[0][3] == "one"


def test_a_link_that_is_undone_is_as_if_never_stated_and_undoing_that_restores_it():
    """
    2026-03-01 ?x is ann #claim
    2026-03-02 ?x is bob
    2026-03-03 correct #claim/anonymous
    2026-03-05 undo #claim/anonymous
    """
    text = test_a_link_that_is_undone_is_as_if_never_stated_and_undoing_that_restores_it.__doc__
    assert [at(text, as_of=f"2026-03-0{day}").person(None, "x") for day in (2, 3, 5)] == ["ann", "bob", "ann"]


def test_no_events_no_rows_and_no_facts_no_answers():
    nothing = Identity.of({}, Rules(), 0)
    assert nothing.belonging(event_table([])).num_rows == 0
    assert of(nothing, "2026-03-01 Opened by ann @/w1") == ("ann", "w1", None)
    assert nothing.conflicts() == nothing.links("ann") == nothing.unmatched_accounts() == []


def test_an_account_that_no_record_has_is_told_with_the_nearest():
    """
    2026-03-01 account A-1 name="GTX Pro"
    2026-03-01 account A-2 name=Acme
    2026-03-01 workspace w1 account=A-1
    2026-03-01 Opened by ann @GTXPro
    2026-03-01 person ann account=Nowhere
    """
    world = at(test_an_account_that_no_record_has_is_told_with_the_nearest.__doc__)
    told = [(one.account, one.named, one.nearest) for one in world.unmatched_accounts(["GTXPro", "A-2"])]
    assert told == [("GTXPro", 2, "GTX Pro"), ("Nowhere", 1, None)]


def test_columns_may_come_in_any_form_that_a_reader_of_the_lake_gives():
    """
    2026-03-01 ?x is ann email=ann@acme.com
    2026-03-02 ann joins @A/w1
    2026-03-03 Opened by ?x
    """
    facts = read_facts(test_columns_may_come_in_any_form_that_a_reader_of_the_lake_gives.__doc__ or "")
    events = [fact for fact in facts if isinstance(fact, Event)]
    plain = tables(facts)
    for form in (pa.dictionary(pa.int32(), pa.string()), pa.string_view(), pa.large_string()):
        other = {
            kind: pa.table({n: c.cast(form) if c.type == pa.string() else c for n, c in zip(t.column_names, t.columns, strict=True)})
            for kind, t in plain.items()
        }
        world = Identity.of(other, Rules(), instant("2026-03-09"))
        assert world.belonging(pa.concat_tables([other["event"]] * 2)).to_pylist() == 2 * [
            {"person": person, "workspace": place, "account": account, "excluded": None}
            for person, place, account, _ in answers(Identity.of(plain, Rules(), instant("2026-03-09")), events)
        ]
