"""The committed mappings read public data that nobody of this project wrote, and the counts add up."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tandem.connect.block import Limits
from tandem.connect.mapping.declare import read_source
from tandem.connect.mapping.plan import SourceMapping
from tandem.connect.rows import blocks, parse
from tandem.facts.fact import Event, Version
from tandem.facts.kinds import RECORD_KINDS
from tandem.language.source import Source
from tandem.language.tree import read_yaml
from tandem.values.instants import read_instant
from tests.connect.shared import folder

EXAMPLES = Path(__file__).parents[2] / "examples"
NOW = read_instant("2026-11-22T00:00:00Z", None)


@dataclass
class Told:
    """What all rows of some files became."""

    received: int = 0
    stored: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    facts: list[Any] = field(default_factory=list)

    def known_before(self, instant: str) -> set[str]:
        """The fields of records that are known before an instant."""
        at = read_instant(instant, None)
        return {name for fact in self.facts if isinstance(fact, Version) and fact.known_at < at for name in json.loads(fact.fields)}


def mapping_of(path: Path) -> SourceMapping:
    tree = read_yaml(Source(path.name, path.read_text()))
    reading = read_source(tree.root, path.stem)
    assert (*tree.problems, *reading.problems) == ()
    assert reading.value is not None
    return reading.value


def tell(example: str, source: str, pattern: str, data: str | None = None) -> Told:
    mapping = mapping_of(EXAMPLES / example / "playbook" / "sources" / f"{source}.yaml")
    told = Told()
    files = sorted(folder(data or example).glob(pattern))
    assert files
    for file in files:
        for block in blocks(file, mapping, limits=Limits(block_bytes=100_000)):
            parsed = parse(block, mapping, received_at=NOW)
            stored = {row for row, _ in parsed.facts}
            assert parsed.received == len(stored) + len(parsed.suppressed) + len(parsed.failures)
            told.received += parsed.received
            told.stored += len(stored)
            told.reasons.update(failure.reason for failure in parsed.failures)
            told.facts += [fact for _, fact in parsed.facts]
    return told


def test_every_example_is_a_mapping_without_problems() -> None:
    paths = sorted(EXAMPLES.glob("*/playbook/sources/*.yaml"))
    assert {path.parts[-4] for path in paths} >= {"sparkify", "ravenstack", "maven_crm", "hubspot"}
    for path in paths:
        assert mapping_of(path).source == path.stem


@pytest.mark.shared
def test_sparkify_keeps_every_event_of_a_person_and_fails_visitors_whom_nobody_knows() -> None:
    told = tell("sparkify", "sparkify", "*.json")
    assert (told.received, told.stored, told.reasons) == (8_056, 7_770, {"no_person": 286})
    assert len({event.user_id for event in told.facts}) == 97
    assert len({event.id for event in told.facts}) == 7_770


@pytest.mark.shared
def test_sparkify_keeps_all_where_the_session_is_the_anonymous_visitor() -> None:
    told = tell("sparkify", "sparkify_sessions", "*.json")
    assert (told.received, told.stored, told.reasons) == (8_056, 8_056, {})
    assert sum(event.user_id is None for event in told.facts) == 286


@pytest.mark.shared
def test_ravenstack_usage_belongs_to_a_subscription_and_21_ids_stand_twice() -> None:
    told = tell("ravenstack", "ravenstack_feature_usage", "*feature_usage.csv")
    assert (told.received, told.stored, told.reasons) == (25_000, 25_000, {})
    assert len({event.id for event in told.facts}) == 24_979
    assert all(event.workspace_id and not event.user_id and not event.account_id for event in told.facts)
    first = told.facts[0]
    assert first.properties == '{"count":9,"duration_seconds":5004,"errors":0,"feature":"feature_20","is_beta":false}'


@pytest.mark.shared
def test_ravenstack_flags_are_known_only_from_the_export() -> None:
    accounts = tell("ravenstack", "ravenstack_accounts", "*accounts.csv")
    assert (accounts.received, accounts.stored) == (500, 500)
    assert accounts.known_before("2025-01-01T00:00:00Z") == {"name", "country", "created", "referral_source"}
    subscriptions = tell("ravenstack", "ravenstack_subscriptions", "*subscriptions.csv")
    assert (subscriptions.received, subscriptions.stored) == (5_000, 5_000)
    assert subscriptions.known_before("2025-01-01T00:00:00Z") == {"account", "created", "workspace", "started", "ended", "status"}


@pytest.mark.shared
def test_ravenstack_subscriptions_say_whose_usage_is() -> None:
    subscriptions = tell("ravenstack", "ravenstack_subscriptions", "*subscriptions.csv")
    owners = {fact.record_id: json.loads(fact.fields)["account"] for fact in subscriptions.facts if fact.kind == "workspace"}
    usage = tell("ravenstack", "ravenstack_feature_usage", "*feature_usage.csv")
    assert {event.workspace_id for event in usage.facts} <= set(owners)
    ended = {fact.record_id for fact in subscriptions.facts if fact.kind == "subscription" and '"status":"ended"' in fact.fields}
    assert len(ended) == 486


@pytest.mark.shared
def test_ravenstack_tickets_are_opened_and_closed_and_churn_is_an_event_of_the_account() -> None:
    tickets = tell("ravenstack", "ravenstack_support_tickets", "*support_tickets.csv")
    assert (tickets.received, tickets.stored) == (2_000, 2_000)
    assert Counter(event.name for event in tickets.facts) == {"Ticket Opened": 2_000, "Ticket Closed": 2_000}
    churn = tell("ravenstack", "ravenstack_churn_events", "*churn_events.csv")
    assert (churn.received, churn.stored) == (600, 600)
    assert json.loads(churn.facts[0].properties)["refund_usd_cents"] == 403


@pytest.mark.shared
def test_maven_opportunities_have_versions_and_prospects_have_no_instant() -> None:
    told = tell("maven_crm", "maven_pipeline", "sales_pipeline.csv")
    assert (told.received, told.stored, told.reasons) == (8_800, 8_300, {"no_instant": 500})
    assert Counter(json.loads(version.fields)["stage"] for version in told.facts) == {"Engaging": 8_300, "Won": 4_238, "Lost": 2_473}
    products = {json.loads(version.fields)["product"] for version in told.facts}
    assert products == {"GTX Basic", "GTX Pro", "GTX Plus Basic", "GTX Plus Pro", "GTK 500", "MG Advanced", "MG Special"}
    assert not any("amount" in json.loads(version.fields) for version in told.facts if '"Lost"' in version.fields)
    won = sum(json.loads(version.fields)["amount"] for version in told.facts if '"Won"' in version.fields)
    assert won == 1_000_553_400  # 10,005,534 dollars, as adding the column up gives.


@pytest.mark.shared
def test_maven_prospects_were_so_always_where_the_mapping_says_so() -> None:
    told = tell("maven_crm", "maven_pipeline_always", "sales_pipeline.csv")
    assert (told.received, told.stored, told.reasons) == (8_800, 8_800, {})
    assert sum(version.always for version in told.facts) == 500


@pytest.mark.shared
def test_maven_accounts_and_sellers_are_snapshots() -> None:
    accounts = tell("maven_crm", "maven_accounts", "accounts.csv")
    assert (accounts.received, accounts.stored) == (85, 85)
    assert accounts.known_before("2018-01-01T00:00:00Z") == {"name", "year_established"}
    assert "technolgy" not in " ".join(version.fields for version in accounts.facts)
    sellers = tell("maven_crm", "maven_sales_teams", "sales_teams.csv")
    assert (sellers.received, sellers.stored) == (35, 35)


@pytest.mark.shared
def test_hubspot_tells_each_change_of_a_deal_in_a_row_of_its_own() -> None:
    told = tell("hubspot", "hubspot_deal_history", "hubspot/deal_property_history_data.csv", "warehouse_exports")
    assert (told.received, told.stored, told.reasons) == (100, 84, {})
    assert Counter(next(iter(json.loads(version.fields))) for version in told.facts) == {"stage": 60, "owner": 24}
    assert all(version.patch for version in told.facts)


@pytest.mark.shared
def test_hubspot_tells_two_changes_of_a_contact_at_one_instant() -> None:
    told = tell("hubspot", "hubspot_contact_history", "hubspot/contact_property_history_data.csv", "warehouse_exports")
    assert (told.received, told.stored, told.reasons) == (100, 49, {})
    together = [version for version in told.facts if version.record_id == "12012851"]
    assert [(version.id.rpartition("/")[2], version.occurred_at) for version in together] == [
        (name, read_instant("2019-07-03T12:22:18.054Z", None)) for name in ("meeting_booked", "meeting_source")
    ]
    assert len({version.id for version in told.facts}) == 49


@pytest.mark.shared
def test_what_a_mapping_names_after_a_declared_field_is_of_its_type() -> None:
    told = tell("maven_crm", "maven_pipeline", "sales_pipeline.csv")
    declared = RECORD_KINDS["opportunity"].fields
    for version in told.facts:
        for name, value in json.loads(version.fields).items():
            assert isinstance(value, int if declared[name] == "money" else str), (name, value)
    assert not any(isinstance(fact, Event) for fact in told.facts)
