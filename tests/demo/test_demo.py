"""The demo, made once as `make demo` makes it: how its rows end, and who turns out to be who."""

from __future__ import annotations

from collections import Counter

import pytest

from tandem.app.check import CheckRequest, check
from tandem.app.doctor import examine
from tandem.app.facts import Facts, list_facts
from tandem.app.failed import Failed, list_failed
from tandem.app.history.edges import ListRequest, list_edges
from tandem.app.identity import describe, list_conflicts
from tandem.app.importing import Import, Imported, import_files
from tandem.demo.making import Demo, DemoRequest, make_demo
from tandem.demo.oddities import BAD_CALLS, BAD_ROWS, ECHOES
from tandem.demo.story import CHOSEN, Story, tell
from tandem.demo.truth import truth_of
from tandem.demo.usage import HEARTBEAT
from tandem.facts.text import read_facts
from tandem.values.instants import show


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return make_demo(DemoRequest(tmp_path_factory.mktemp("demo") / "larch"))


@pytest.fixture(scope="module")
def imports(demo: Demo) -> dict[str, Imported]:
    return {each.source: each for each in demo.imports}


@pytest.fixture(scope="module")
def story(demo: Demo) -> Story:
    return tell(demo.project, demo.story_account)


# How rows end.


def test_every_source_adds_up(imports: dict[str, Imported]):
    crm = {"accounts", "contacts", "leads", "campaigns", "opportunities", "touches", "contracts", "sellers"}
    assert set(imports) == {"segment", "billing", *(f"crm_{name}" for name in crm)}
    for each in imports.values():
        counts = each.counts
        assert counts.received == counts.stored + counts.duplicate + counts.suppressed + counts.failed > 0
        assert counts.failed == sum(counts.reasons.values())


def test_each_row_that_was_planted_to_fail_fails_with_its_reason_and_no_other_row_does(imports: dict[str, Imported]):
    planted = {source: Counter(reason for reason, _ in rows) for source, rows in BAD_ROWS.items()}
    planted["crm_opportunities"]["repeated_header"] += 1
    planted["segment"] = Counter(reason for reason, _ in BAD_CALLS)
    assert {source: dict(each.counts.reasons) for source, each in imports.items() if each.counts.failed} == planted


def test_what_came_twice_is_stored_once(demo: Demo, imports: dict[str, Imported]):
    assert imports["segment"].counts.duplicate == ECHOES
    assert imports["billing"].counts.duplicate == 2
    heartbeats = sum(call.name == HEARTBEAT for call in demo.company.calls)
    assert imports["segment"].counts.stored == len(demo.company.calls) - heartbeats


def test_what_the_playbook_does_not_want_is_only_counted(demo: Demo, imports: dict[str, Imported]):
    heartbeats = sum(call.name == HEARTBEAT for call in demo.company.calls)
    without_id = sum(not row.product_user_id for row in demo.company.crm_contacts)
    assert heartbeats > 100
    assert without_id > 5
    assert imports["segment"].counts.suppressed == heartbeats
    assert imports["crm_contacts"].counts.suppressed == without_id


def test_failed_rows_can_be_seen_whole(demo: Demo):
    rows = list_failed(demo.project, Failed(source="segment", reason="not_json")).rows
    assert [row.raw.endswith(b'"timest') for row in rows] == [True]


def test_importing_the_same_files_again_stores_nothing(demo: Demo, imports: dict[str, Imported]):
    for source, file in (("billing", "billing.csv"), ("crm_touches", "crm_touches.csv")):
        again = import_files(demo.project, Import(source, (demo.request.folder / "exports" / file,))).counts
        before = imports[source].counts
        assert (again.stored, again.duplicate, again.failed) == (0, before.stored + before.duplicate, before.failed)


def test_the_playbook_has_no_problems_and_every_event_that_it_declares_comes(demo: Demo):
    report = check(CheckRequest(demo.request.folder / "playbook"))
    assert report.problems == ()
    assert report.tests >= len(report.signals) == 16
    came = {row["event"] for row in list_facts(demo.project, Facts(kind="event")).rows}
    assert set(demo.project.playbook.product.events) - came == set()


def test_the_doctor_finds_that_counts_add_up_and_values_cast(demo: Demo):
    report = examine(demo.project)
    assert report.adds_up
    assert (report.uncast, report.unmatched) == ((), ())


def test_every_signal_of_the_playbook_fires_in_the_history(demo: Demo):
    fired = {name: int(list_edges(demo.project, ListRequest(name)).edges.fires.sum()) for name in demo.project.playbook.signals}
    assert [name for name, times in fired.items() if times == 0] == []


def test_whoever_needs_single_sign_on_is_found_by_the_signal_for_it(demo: Demo):
    edges = list_edges(demo.project, ListRequest("wants_sso")).edges
    # Some fire as a domain first, and what a record takes over does not fire again within the cooldown; it enters all the same.
    entered = {subject for number, subject in enumerate(edges.subjects) if (edges.entered & (edges.subject == number)).any()}
    assert {need["account"] for need in truth_of(demo.company)["needs"]} <= entered


# Who is who.


def test_a_machine_of_a_training_room_says_nothing_about_anybody(demo: Demo):
    conflicts = [(each.kind, each.subject) for each in list_conflicts(demo.project).conflicts]
    assert conflicts == [("fan_out", "?b-training-room")]


def test_two_records_of_one_company_are_apart_until_they_are_merged(demo: Demo):
    twin = demo.company.accounts[1]
    merge = list_facts(demo.project, Facts(kind="merge")).rows
    assert [(row["gone"], row["survivor"]) for row in merge] == [("A-1002", "A-1001")]
    person, at = twin.people[0].id, merge[0]["known_at"]
    assert describe(demo.project, person, show(at - 1)).account == "A-1002"
    assert describe(demo.project, person, show(at)).account == "A-1001"


def test_own_staff_and_robots_are_stored_and_shown_as_left_out(demo: Demo):
    for person, reason in (("bea.ortiz", "own staff"), ("loadtest-2", "load test of the June release")):
        lines = list_facts(demo.project, Facts(kind="event", person=person)).lines
        assert len(lines) > 20
        assert {line.rpartition("  -- excluded: ")[2] for line in lines} == {reason}


def test_customers_are_never_left_out(demo: Demo):
    assert not any("-- excluded" in line for line in list_facts(demo.project, Facts(account="A-1001")).lines)


def test_a_founder_with_a_private_address_belongs_where_the_crm_says(demo: Demo):
    founder = demo.company.accounts[4].people[0]
    assert founder.email.endswith("@freemail.example")
    assert describe(demo.project, founder.id).account == "A-1005"


def test_a_subsidiary_is_of_its_parents_family(demo: Demo):
    family = describe(demo.project, "A-1004").family
    assert family is not None
    assert (family.root, family.members) == ("A-1003", ("A-1003", "A-1004"))


def test_visits_before_the_sign_up_are_those_of_the_person(demo: Demo):
    founder = demo.company.accounts[0].people[0]
    rows = list_facts(demo.project, Facts(kind="event", person=founder.id)).rows
    first = [row["event"] for row in rows[:3]]
    assert first[0] == "Home"
    assert "Signed Up" not in first


def test_a_snapshot_tells_of_nothing_before_it_was_taken(demo: Demo):
    rows = list_facts(demo.project, Facts(kind="account", account="A-1001", as_of="2026-06-30")).rows
    assert {(row["account"], row["country"] is None, row["employees"], row["owner"]) for row in rows} == {
        ("A-1001", False, None, None),
        ("A-1002", False, None, None),
    }


# The story.


def test_the_story_is_of_one_account_and_can_be_read_as_facts(demo: Demo, story: Story):
    assert story.account == "A-1001"
    told = [line for line in story.lines if not line.startswith("    (")]
    assert len(told) == CHOSEN
    assert len(read_facts("\n".join(told))) >= CHOSEN
    own = {person.id for number in (0, 1) for person in demo.company.accounts[number].people}
    doers = {fact.user_id for fact in read_facts("\n".join(told)) if getattr(fact, "user_id", None)}
    assert doers
    assert doers <= own


def test_the_story_tells_every_kind_of_thing_that_happened(demo: Demo, story: Story):
    text = "\n".join(story.lines)
    founder = demo.company.accounts[0].people[0]
    for said in (
        f"(page) Home by ?{founder.browser}", f"?{founder.browser} is {founder.id} email=", "Signed Up by", "Invite Sent by", "Invite Accepted by", "Seat Limit Reached by",
        "SSO Settings Viewed by", "Contact Sales Clicked by", "touch T-1-1", "opportunity O-2001", 'stage="Closed Won"', "subscription S-3001",
        "account A-1002 is A-1001", "(known ", "page views of ?b-", "events of A-1002 count for A-1001 from now on",
    ):  # fmt: skip
        assert said in text, said


def test_the_lines_of_the_story_stand_in_the_order_of_time(story: Story):
    instants = [line[:16] for line in story.lines if not line.startswith("    (")]
    assert instants == sorted(instants)


def test_no_fact_of_the_story_is_lost_in_its_gaps(demo: Demo, story: Story):
    passed_over = sum(
        int(word.split()[0].replace(",", "")) for line in story.lines if " more: " in line for word in [line.split(", ", 1)[1]]
    )
    assert passed_over + CHOSEN == story.facts == len(list_facts(demo.project, Facts(account="A-1001")).rows)


def test_an_opportunity_is_told_by_what_changed(story: Story):
    stages = [line for line in story.lines if " opportunity " in line]
    assert "owner=" in stages[0]
    assert not any("owner=" in line for line in stages[1:])
