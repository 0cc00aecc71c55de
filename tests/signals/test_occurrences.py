"""When outcomes occurred, in hindsight: by hand."""

from __future__ import annotations

from dataclasses import replace

from tandem.signals.backtest.backtest import WEEK
from tandem.signals.backtest.hindsight import Hindsight
from tandem.signals.backtest.moments import NOBODY
from tandem.signals.backtest.occurrences import employed
from tandem.signals.world import Period, Subject
from tests.signals.timelines import TimelineOf
from tests.signals.turning import instant_of, outcome, told, world

# Opportunities.

OPPORTUNITIES = """
    2026-03-01 opportunity O-1 @acme stage=Discovery
    2026-03-05 opportunity O-1 @acme stage="Closed Won"
    2026-03-05 opportunity O-2 @beta stage=Discovery
    2026-03-08 opportunity O-2 @beta stage="Closed Lost"
    2026-03-09 opportunity O-3 @acme stage=Negotiation
    2026-03-10 opportunity O-3 @acme stage="closed won" amount=5
    2026-03-11 opportunity O-3 @acme stage="closed won" amount=6
"""


def test_an_opportunity_is_created_won_or_lost_when_its_record_first_says_so() -> None:
    assert told(world(OPPORTUNITIES), outcome("created")) == [("acme", "2026-03-01"), ("acme", "2026-03-09"), ("beta", "2026-03-05")]
    assert told(world(OPPORTUNITIES), outcome("won")) == [("acme", "2026-03-05"), ("acme", "2026-03-10")]
    assert told(world(OPPORTUNITIES), outcome("lost")) == [("beta", "2026-03-08")]


def test_what_was_learnt_late_was_so_when_it_occurred_but_not_before_it_was_known() -> None:
    late = world('2026-03-01 (known 2026-04-01) opportunity O-1 @acme stage="Closed Won"')
    assert told(late, outcome("won"), "2026-03-31") == []
    assert told(late, outcome("won"), "2026-04-01") == [("acme", "2026-03-01")]


def test_what_was_corrected_by_then_never_was() -> None:
    wrong = world('2026-03-01 opportunity O-1 @acme stage="Closed Won" #slip\n2026-03-09 correct #slip')
    assert told(wrong, outcome("won"), "2026-03-08") == [("acme", "2026-03-01")]
    assert told(wrong, outcome("won"), "2026-03-09") == []


def test_an_outcome_is_the_account_s_that_the_account_has_become() -> None:
    merged = world(OPPORTUNITIES + "    2026-04-01 account beta is acme\n")
    assert told(merged, outcome("lost"), "2026-03-31") == [("beta", "2026-03-08")]
    assert told(merged, outcome("lost"), "2026-04-01") == [("acme", "2026-03-08")]


def test_an_opportunity_that_is_deleted_was_won_all_the_same() -> None:
    gone = world(OPPORTUNITIES + "    2026-04-01 opportunity O-1 deleted\n")
    assert told(gone, outcome("won"))[0] == ("acme", "2026-03-05")


def test_an_opportunity_comes_to_a_stage_whenever_it_is_in_it_again() -> None:
    back = world("""
        2026-03-01 opportunity O-1 @acme stage=Discovery
        2026-03-05 opportunity O-1 @acme stage=Evaluation
        2026-03-06 opportunity O-1 @acme stage=Evaluation amount=5
        2026-03-08 opportunity O-1 @acme stage=Discovery
        2026-03-09 opportunity O-1 @acme stage=evaluation
    """)
    assert told(back, outcome("stage", stage="Evaluation")) == [("acme", "2026-03-05"), ("acme", "2026-03-09")]
    assert told(back, outcome("stage", stage="Proposal")) == []


def test_a_contract_is_signed_and_a_seller_touches_once_whatever_is_told_of_it_later() -> None:
    signed = world("""
        2026-03-01 contract C-1 @acme value=5
        2026-03-02 contract C-1 @acme value=6
        2026-03-03 touch T-1 @acme channel=call
        2026-03-04 touch T-1 @acme channel=call seller=bea
        2026-03-05 touch T-1 @acme channel=call seller=bea outcome=answered
    """)
    assert told(signed, outcome("signed")) == [("acme", "2026-03-01")]
    assert told(signed, outcome("touched")) == [("acme", "2026-03-04")]


# Subscriptions.

SUBSCRIPTIONS = """
    2026-01-01 subscription S-1 @acme plan=team status=active amount=10000 interval=month renewal_date=2026-07-01
    2026-02-01 subscription S-1 @acme plan=team status=active amount=15000 interval=month renewal_date=2026-07-01
    2026-03-01 subscription S-1 @acme plan=team status=active amount=12000 interval=month renewal_date=2026-07-01
    2026-04-01 subscription S-2 @acme plan=business status=active amount=120000 interval=year
    2026-05-01 subscription S-2 @acme plan=business status=canceled amount=120000 interval=year
    2026-06-20 subscription S-1 @acme plan=team status=active amount=12000 interval=month renewal_date=2027-07-01
    2026-09-01 subscription S-1 @acme plan=team status=canceled
"""


def test_more_and_less_paid_each_month_are_movements_of_the_account() -> None:
    assert told(world(SUBSCRIPTIONS), outcome("expanded")) == [("acme", "2026-02-01"), ("acme", "2026-04-01")]
    # One of several subscriptions that ends is less, and no cancellation.
    assert told(world(SUBSCRIPTIONS), outcome("reduced")) == [("acme", "2026-03-01"), ("acme", "2026-05-01")]
    assert told(world(SUBSCRIPTIONS), outcome("cancelled")) == [("acme", "2026-09-01")]
    assert told(world(SUBSCRIPTIONS), outcome("active")) == [("acme", "2026-01-01")]


def test_a_renewal_is_where_its_date_moves_on() -> None:
    assert told(world(SUBSCRIPTIONS), outcome("renewed")) == [("acme", "2026-06-20")]


def test_a_plan_is_reached_by_it_or_by_a_higher_one() -> None:
    assert told(world(SUBSCRIPTIONS), outcome("plan", plan="team")) == [("acme", "2026-01-01")]
    assert told(world(SUBSCRIPTIONS), outcome("plan", plan="business")) == [("acme", "2026-04-01")]
    by_workspace = world("2026-01-01 workspace w1 account=acme plan=free\n2026-02-01 workspace w1 account=acme plan=business")
    assert told(by_workspace, outcome("plan", plan="team")) == [("acme", "2026-02-01")]
    assert told(by_workspace, outcome("plan", "workspace", plan="team")) == [("w1", "2026-02-01")]


def test_a_switch_of_subscriptions_at_one_instant_is_no_cancellation() -> None:
    switched = world("""
        2026-01-01 subscription S-1 @acme status=active amount=10000
        2026-02-01 subscription S-1 @acme status=canceled
        2026-02-01 subscription S-2 @acme status=active amount=10000
    """)
    assert told(switched, outcome("cancelled")) == []
    assert told(switched, outcome("expanded")) == []
    # A year for 120,000 is 10,000 a month.
    yearly = world("""
        2026-01-01 subscription S-1 @acme status=active amount=10000
        2026-02-01 subscription S-1 @acme status=active amount=120000 interval=year
    """)
    assert told(yearly, outcome("expanded")) == []


def test_a_first_payment_is_a_subscription_with_an_amount_or_a_paid_invoice() -> None:
    paid = world("""
        2026-01-01 subscription S-1 @acme status=active amount=0
        2026-02-01 subscription S-1 @acme status=active amount=10000
        2026-02-10 subscription S-1 @acme status=active amount=0
        2026-03-01 subscription S-1 @acme status=active amount=10000
        2026-02-05 invoice I-1 @beta amount=500 status=open
        2026-02-20 invoice I-1 @beta amount=500 status=paid
        2026-02-09 invoice I-2 @gamma amount=500 paid=2026-02-11
        2026-02-09 invoice I-3 @delta amount=0 status=paid
    """)
    assert told(paid, outcome("paid")) == [("acme", "2026-02-01"), ("beta", "2026-02-20"), ("gamma", "2026-02-11")]


# Events.


def test_an_event_counts_for_whom_it_belongs_to_by_now() -> None:
    shared = world("""
        2026-01-01 Report Shared by ann @acme/w1
        2026-01-02 Report Shared by bob @beta/w2
        2026-01-03 Signed Up by bob @beta/w2
        2026-02-01 account beta is acme
        2026-02-02 (known 2026-02-03) Report Shared by bob @beta/w2
    """)
    assert told(shared, outcome("event", event='"Report Shared"'), "2026-01-31") == [("acme", "2026-01-01"), ("beta", "2026-01-02")]
    assert told(shared, outcome("event", event='"Report Shared"'), "2026-02-02") == [("acme", "2026-01-01"), ("acme", "2026-01-02")]
    assert len(told(shared, outcome("event", event='"Report Shared"'))) == 3
    assert told(shared, outcome("event", "person", event='"Signed Up"')) == [("bob", "2026-01-03")]


# Who is who.


def test_a_domain_becomes_the_account_whose_record_names_it() -> None:
    named = world("""
        2026-01-01 Opened by ann @acme.com/w1
        2026-01-05 opportunity O-1 @A-1 stage="Closed Won"
        2026-02-01 account A-1 domain=www.acme.com
        2026-02-01 workspace w1 account=A-1
    """)
    # In this world the event belongs to the account that it names; so take the domain's existence away, as identity does.
    taken = replace(
        named, existence={**named.existence, Subject("account", "acme.com"): (Period(instant_of("2026-01-01"), instant_of("2026-02-01")),)}
    )
    timeline = TimelineOf(taken)
    codes = {one: code for code, one in enumerate(timeline.subjects("account").ids)}
    before, after = (
        Hindsight(timeline, taken, instant_of(day)).became("account")[codes["acme.com"]] for day in ("2026-01-31", "2026-02-01")
    )
    assert (before, after) == (codes["acme.com"], codes["A-1"])


def test_a_person_s_account_is_that_of_now_and_nobody_s_where_there_is_none() -> None:
    moved = world("2026-01-01 Opened by ann @acme/w1\n2026-02-01 Opened by ann @beta/w2\n2026-02-01 Opened by bob")
    timeline = TimelineOf(moved)
    accounts = timeline.subjects("account").ids
    found = [
        [None if code == NOBODY else accounts[code] for code in Hindsight(timeline, moved, instant_of(day)).account_of("person").tolist()]
        for day in ("2026-01-15", "2026-02-15")
    ]
    assert found == [["acme", None], ["beta", None]]


# Sellers.


def test_a_seller_is_employed_by_the_dates_of_the_record_else_while_there_is_one() -> None:
    sellers = world("""
        2026-03-01 seller bea started=2026-01-05 ended=2026-02-02
        2026-03-01 seller cid started=2026-01-05
        2026-01-19 seller dan
        2026-02-02 seller dan deleted
    """)
    found = employed(Hindsight(TimelineOf(sellers), sellers, instant_of("2026-06-01")))
    assert found is not None
    turns = [(int(since), int(value)) for since, value in zip(found.at.tolist(), found.value.tolist(), strict=True)]
    assert sorted(((at - instant_of("2026-01-05")) / WEEK, value) for at, value in turns) == [(0, 1), (0, 1), (2, 1), (4, 0), (4, 0)]
    assert employed(Hindsight(TimelineOf(world("")), world(""), instant_of("2026-06-01"))) is None
