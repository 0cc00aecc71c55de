"""Semantics 4, a sentence at a time: what records say, whose fields are asked, and what is counted of records."""

from __future__ import annotations

from tandem.signals.world import UNKNOWN, Subject
from tests.signals.asking import at, known, over, told, truth, turns
from tests.signals.worlds import world_of


def test_a_field_is_that_of_the_latest_version_known_and_a_patch_keeps_what_it_does_not_name() -> None:
    """
    2026-03-01 account acme plan=free employees=10 industry=steel
    2026-03-05 account acme employees=null
    2026-03-03 (known 2026-03-06) account acme plan=team
    2026-03-08 account acme plan=pro whole
    2026-03-09 account acme deleted
    """
    world = told(test_a_field_is_that_of_the_latest_version_known_and_a_patch_keeps_what_it_does_not_name)
    assert over(world, "plan", "1 5 6 8 9") == ["free", "free", "team", "pro", UNKNOWN]
    assert over(world, "employees", "1 5") == [10, UNKNOWN]
    # A whole version names all there is.
    assert over(world, "industry", "6 8") == ["steel", UNKNOWN]


def test_of_versions_that_occur_together_the_last_by_id_holds() -> None:
    """
    2026-03-01 account acme plan=free #b
    2026-03-01 account acme plan=team #a
    """
    world = told(test_of_versions_that_occur_together_the_last_by_id_holds)
    assert over(world, "plan", "1") == ["free"]


def test_between_sources_the_declared_order_decides_and_else_the_latest() -> None:
    from dataclasses import replace

    world = world_of("""
        2026-03-01 account acme plan=free #crm
        2026-03-02 account acme plan=team #app
        2026-03-03 account acme plan=pro #csv
        2026-03-05 account acme plan=null #crm-2
    """)
    world = replace(world, records=tuple(replace(each, source=each.id.removesuffix("-2")) for each in world.records))
    assert over(world, "plan", "1 2 3 5") == ["free", "team", "pro", "pro"]
    # A source that no longer says anything leaves it to the others.
    assert over(replace(world, source_order=("crm",)), "plan", "1 2 3 5") == ["free", "free", "free", "pro"]
    assert over(replace(world, source_order=("app", "crm")), "plan", "1 2 3 5") == ["free", "team", "team", "team"]


def test_plan_is_the_highest_among_active_subscriptions_else_the_field() -> None:
    """
    2026-03-01 account acme plan=free
    2026-03-02 subscription S1 @acme plan=team status=active ended=2026-03-08
    2026-03-03 subscription S2 @acme plan=enterprise status=active started=2026-03-05
    2026-03-06 subscription S2 status=canceled
    2026-03-02 subscription S3 @acme plan=zebra status=active
    """
    world = told(test_plan_is_the_highest_among_active_subscriptions_else_the_field, plans=("free", "team", "enterprise"))
    # A plan that nobody declared is below those that are.
    assert over(world, "plan", "1 2 4 5 6 8") == ["free", "team", "team", "enterprise", "team", "zebra"]
    assert turns(world, "plan = enterprise") == [("03-05", "entered"), ("03-06", "left")]


def test_a_field_without_its_record_is_the_subject_s_own_else_the_account_s() -> None:
    """
    2026-03-01 account acme plan=team employees=70
    2026-03-01 workspace w1 account=acme plan=free
    2026-03-01 Opened by ann @acme/w1
    2026-03-04 Opened by ann @beta
    """
    world = told(test_a_field_without_its_record_is_the_subject_s_own_else_the_account_s)
    w1, ann = Subject("workspace", "w1"), Subject("person", "ann")
    assert [at(world, name, "2026-03-01", w1) for name in ("plan", "account.plan", "employees")] == ["free", "team", 70]
    # Ann's account is that of her latest event.
    assert over(world, "plan", "1 3 4", ann) == ["team", "team", UNKNOWN]


def test_an_account_sees_its_workspaces_fields_by_any_all_and_highest() -> None:
    """
    2026-03-01 workspace w1 account=acme plan=free
    2026-03-02 workspace w2 account=acme plan=team
    2026-03-03 workspace w3 account=acme
    2026-03-04 workspace w1 plan=team
    2026-03-05 workspace w3 account=beta
    """
    world = told(test_an_account_sees_its_workspaces_fields_by_any_all_and_highest, plans=("free", "team"))
    days = [f"2026-03-0{day}" for day in range(1, 6)]
    assert [truth(world, "any(plan) = team", day) for day in days] == [False, True, True, True, True]
    # The third workspace has no plan that is known, so that one cannot say of all.
    assert [truth(world, "all(plan) = team", day) for day in days] == [False, False, False, None, True]
    assert over(world, "highest(plan)", "1 2") == ["free", "team"]
    nobody = Subject("account", "zeta")
    assert [truth(world, f"{roll_up}(plan) = team", days[0], nobody) for roll_up in ("any", "all", "highest")] == [None] * 3
    assert truth(world, "all(plan) is unknown", days[0], nobody) is True


def test_a_record_measure_reads_the_versions_in_force_that_belong_to_the_subject() -> None:
    """
    2026-03-01 workspace w1 account=acme
    2026-03-01 subscription S1 @acme product=core status=active amount=100
    2026-03-02 subscription S2 @/w1 product=core status=active amount=250
    2026-03-03 subscription S2 status=over
    2026-03-04 subscription S1 deleted
    2026-03-05 workspace w1 account=beta
    """
    world = told(test_a_record_measure_reads_the_versions_in_force_that_belong_to_the_subject)
    assert over(world, "count(subscription)", "1 2 3 4 5") == [1, 2, 2, 1, 0]
    assert over(world, "count(subscription where status = active)", "1 2 3 4") == [1, 2, 1, 0]
    assert over(world, "sum(subscription.amount where amount > 200)", "1 2 4") == [0, 250, 250]
    assert over(world, "distinct(subscription.product)", "1 2 4 5") == [1, 1, 1, 0]
    assert over(world, "count(subscription)", "1 2 3", Subject("workspace", "w1")) == [0, 1, 1]
    assert over(world, "count(workspace)", "1 4 5") == [1, 1, 0]
    assert over(world, "count(subscription)", "4 5", Subject("account", "beta")) == [0, 1]


def test_family_reads_the_records_of_all_accounts_under_one_parent() -> None:
    """
    2026-03-01 subscription S1 @acme
    2026-03-01 subscription S2 @acme-eu
    2026-03-01 subscription S3 @acme-us
    2026-03-03 account acme-eu parent=acme
    2026-03-04 account acme-us parent=acme
    """
    world = told(test_family_reads_the_records_of_all_accounts_under_one_parent)
    assert over(world, "count(subscription, family)", "1 3 4") == [1, 2, 3]
    assert over(world, "count(subscription, family)", "1 3 4", Subject("account", "acme-us")) == [1, 1, 3]
    assert over(world, "count(subscription)", "4") == [1]


def test_the_tier_of_an_account_is_the_first_that_is_true() -> None:
    """
    2026-03-01 account acme employees=100
    2026-03-03 Opened by ann @acme/w1
    2026-03-03 workspace w1 account=acme
    2026-03-05 account acme employees=10
    """
    tiers = [("large", "employees >= 50"), ("live", "count(any, 4d) >= 1")]
    world = told(test_the_tier_of_an_account_is_the_first_that_is_true, tiers=tiers)
    assert over(world, "account.icp_tier", "1 4 5 7") == ["large", "large", "live", UNKNOWN]
    w1 = Subject("workspace", "w1")
    assert turns(world, "account.icp_tier = live", w1) == [("03-05", "entered"), ("03-07", "left")]


def test_a_target_is_named_by_the_playbook_by_id_or_domain_or_by_a_record() -> None:
    """
    2026-03-01 account A-1 domain=Acme.example
    2026-03-01 account A-2 domain=globex.example
    2026-03-01 account A-3 domain=hooli.example
    2026-03-01 account A-4 domain=other.example
    2026-03-03 account A-5 domain=https://www.Globex.example/about
    2026-03-03 target T-1 @A-3 tier=A
    2026-03-04 account A-2 domain=globex.test
    2026-03-05 target T-1 deleted
    """
    world = told(test_a_target_is_named_by_the_playbook_by_id_or_domain_or_by_a_record, targets=["A-1", "globex.example"])
    days = {each: over(world, "account.is_target", "1 3 4 5", Subject("account", each)) for each in ("A-1", "A-2", "A-3", "A-4", "A-5")}
    assert days == {
        "A-1": [True, True, True, True],
        "A-2": [True, True, False, False],
        "A-3": [False, True, True, False],
        # Whom nobody names is no target; that is known, not unknown.
        "A-4": [False, False, False, False],
        # The CRM keeps web addresses where it should keep domains.
        "A-5": [False, True, True, True],
    }
    assert known(world, "is_target = true", Subject("account", "A-3")) == [("03-03", "entered", "03-03"), ("03-05", "left", "03-05")]


def test_a_person_asks_for_the_target_of_the_account() -> None:
    """
    2026-03-01 target T-1 @acme
    2026-03-02 Opened by ann @acme
    2026-03-03 account acme-eu is acme
    2026-03-03 Opened by bob @acme-eu
    """
    world = told(test_a_person_asks_for_the_target_of_the_account, targets=["acme-eu"])
    assert at(world, "account.is_target", "2026-03-02", Subject("person", "ann")) is True
    assert at(world, "account.is_target", "2026-03-03", Subject("person", "bob")) is True
