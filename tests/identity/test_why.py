"""Every link says whether it is in force, and why, in a sentence for the person who has to mend it."""

from __future__ import annotations

from tandem.identity.identity import Identity
from tandem.identity.rules import Rules
from tests.identity.worlds import at


def told(world: Identity, subject: str) -> list[tuple[str, bool, str]]:
    return [(standing.link.id, standing.in_force, standing.why) for standing in world.links(subject)]


def test_an_address_whose_domain_no_record_names_says_so():
    """
    2026-03-01 person ann email=ann@acme.com #p
    """
    world = at(test_an_address_whose_domain_no_record_names_says_so.__doc__)
    assert told(world, "ann") == [("p/email", True, "`ann@acme.com` names `acme.com`, no account record names that domain")]
    assert told(world, "ann@acme.com") == told(world, "ann")


def test_an_address_says_which_account_it_leads_to_or_why_to_none():
    """
    2026-03-01 person ann email=ann@acme.com #a
    2026-03-01 person bob email=bob@gmail.com #b
    2026-03-01 person cat email=cat@beta.io #c
    2026-03-01 account A domain=acme.com
    2026-03-01 account B domain=beta.io #d
    2026-03-01 account C domain=beta.io #e
    """
    world = at(test_an_address_says_which_account_it_leads_to_or_why_to_none.__doc__)
    assert told(world, "ann") == [("a/email", True, "`ann@acme.com` names `acme.com`, the domain of account `A`")]
    assert told(world, "bob") == [("b/email", True, "`gmail.com` is a free or disposable mail domain, so `bob@gmail.com` names no account")]
    assert told(world, "cat")[0][2] == "`cat@beta.io` names `beta.io`, several account records name that domain: `B`, `C`"
    assert told(world, "beta.io")[1:] == [
        ("d/domain", True, "`beta.io` is also named by `C`, so it is an account of its own"),
        ("e/domain", True, "`beta.io` is also named by `B`, so it is an account of its own"),
    ]


def test_of_two_claims_to_a_browser_the_earliest_is_in_force():
    """
    2026-03-01 ?x is ann #one
    2026-03-02 ?x is bob #two
    """
    text = test_of_two_claims_to_a_browser_the_earliest_is_in_force.__doc__
    assert told(at(text), "?x") == [
        ("one/anonymous", True, "the earliest identify of `x`, for all its facts"),
        ("two/anonymous", False, "`one` identified `x` as `ann` before"),
    ]
    shared = "more than 1 persons claim `x`, so it links nobody from 2026-03-02T00:00:00Z on"
    assert told(at(text, Rules(fan_out=1)), "bob") == [("two/anonymous", False, shared)]


def test_a_workspace_tells_what_states_its_account_and_what_it_outranks():
    """
    2026-03-01 workspace w1 account=B #crm
    2026-03-02 ann joins @A/w1 #group
    """
    world = at(test_a_workspace_tells_what_states_its_account_and_what_it_outranks.__doc__)
    assert told(world, "w1") == [
        ("crm/crm", False, "the group call's own account comes first, `A` of `group` (notation, 2026-03-02T00:00:00Z)"),
        ("group/join", True, "the only workspace that `ann` had joined, so facts without workspace from then on belong to it"),
        ("group/explicit", True, "`notation` names the account `A`"),
        (
            "group/seen",
            False,
            "`ann` is the first person known in `w1`, but its account is stated by `A` of `group` (notation, 2026-03-02T00:00:00Z)",
        ),
    ]


def test_a_link_that_was_replaced_cleared_or_taken_back_says_by_what():
    """
    2026-03-01 person ann account=A #a
    2026-03-02 person ann account=B #b
    2026-03-03 person bob account=A #c
    2026-03-04 person bob account=null #d
    2026-03-05 person cat account=A #e
    2026-03-06 correct #e/crm
    """
    world = at(test_a_link_that_was_replaced_cleared_or_taken_back_says_by_what.__doc__)
    assert told(world, "ann") == [
        ("a/crm", False, "`B` of `b` (notation, 2026-03-02T00:00:00Z) holds from then on"),
        ("b/crm", True, "`notation` names the account `B`"),
    ]
    assert told(world, "bob") == [
        ("c/crm", False, "`notation` has since taken it back, and nothing else is said"),
        ("d/crm", False, "`notation` no longer names one"),
    ]
    assert told(world, "cat") == [("e/crm", False, "taken back by a correction")]


def test_merges_joins_and_parents_say_what_they_do():
    """
    2026-03-01 ann is bob #m
    2026-03-02 bob is ann #r
    2026-03-01 ann joins @/w1 #j
    2026-03-02 bob joins @/w2 #k
    2026-03-01 account A parent=B #p
    2026-03-02 account B parent=A #q
    2026-03-03 account C is A #s
    """
    world = at(test_merges_joins_and_parents_say_what_they_do.__doc__)
    why = {standing.link.id: standing.why for subject in ("ann", "A") for standing in world.links(subject)}
    assert why["m/alias"] == "`ann` is `bob` for all facts, since this was known at 2026-03-01T00:00:00Z"
    assert why["r/alias"] == "it would close a ring, for `ann` already leads to `bob`, so it does nothing"
    assert why["j/join"] == "`bob` had joined 2 workspaces by then, so a fact without workspace belongs to none"
    assert why["p/parent"] == "`B` is the parent of `A`, in the family of `B`"
    assert why["q/parent"] == "it closes a ring of parents, so it does nothing"
    assert why["s/merge"] == "`C` is `A` for all facts, since this was known at 2026-03-03T00:00:00Z"


def test_a_name_says_whose_it_is():
    """
    2026-03-01 ?x is ann email=ann@acme.com
    2026-03-01 bob is ann
    2026-03-01 ann joins @A/w1
    2026-03-01 Opened by ?y
    2026-03-02 account A is B
    2026-03-03 account C domain=beta.io
    """
    world = at(test_a_name_says_whose_it_is.__doc__)
    told = {name: (world.person_of(name), world.account_of(name)) for name in world.subjects()}
    assert told == {
        "ann": ("ann", "B"), "bob": ("ann", "B"), "?x": ("ann", "B"), "?y": ("?y", None), "w1": (None, "B"), "A": (None, "B"),
        "B": (None, "B"), "C": (None, "C"), "ann@acme.com": (None, "acme.com"), "acme.com": (None, "acme.com"), "beta.io": (None, "C"),
    }  # fmt: skip
    assert world.names_of("~bob") == {"person": {"ann", "bob"}, "account": {"~bob"}}
    assert world.account_of("nobody") is None


def test_every_link_has_an_id_also_when_it_was_taken_back():
    """
    2026-03-01 ?x is ann #i
    2026-03-01 ann joins @A/w1 #j
    2026-03-02 correct #i/anonymous
    """
    world = at(test_every_link_has_an_id_also_when_it_was_taken_back.__doc__)
    assert world.link_ids() == {"i/anonymous", "j/join", "j/explicit", "j/seen"}


def test_a_name_with_dots_is_no_web_address_where_somebody_bears_it():
    """
    2026-03-01 (identify) by ann.lee email=ann@acme.com
    2026-03-01 (identify) by jo.ann.lee email=jo@acme.com
    """
    world = at(test_a_name_with_dots_is_no_web_address_where_somebody_bears_it.__doc__)
    assert {one.link.subject for one in world.links("jo.ann.lee")} == {"jo.ann.lee"}
    assert world.names_of("jo.ann.lee") == {"person": {"jo.ann.lee"}}


def test_a_visitor_and_a_person_of_one_name_are_two():
    """
    2026-03-01 ?kim is lou email=lou@acme.com
    2026-03-01 (identify) by kim email=kim@other.com
    """
    world = at(test_a_visitor_and_a_person_of_one_name_are_two.__doc__)
    assert {one.link.rule for one in world.links("?kim")} == {"anonymous"}
    assert {one.link.rule for one in world.links("kim")} == {"email"}
    assert (world.person_of("?kim"), world.person_of("kim")) == ("lou", "kim")


def test_an_address_is_known_in_any_case():
    """
    2026-03-01 (identify) by ann email=ANN@acme.com
    """
    world = at(test_an_address_is_known_in_any_case.__doc__)
    assert [one.link.subject for one in world.links("ann@acme.com")] == ["ann"]
