"""Rows become facts by a mapping, and a snapshot tells only what was true when it was taken."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tandem.connect.block import Block, Elements, Header, Lines, Parsed
from tandem.connect.mapping.declare import read_source
from tandem.connect.mapping.plan import SourceMapping
from tandem.connect.rows import parse
from tandem.facts.fact import Correction, Event, Merge, Version
from tandem.language.source import Source
from tandem.language.tree import read_yaml
from tandem.values.instants import EARLIEST, read_instant, show

NOW = read_instant("2026-03-10T12:00:00Z", None)


def mapping_of(text: str) -> SourceMapping:
    tree = read_yaml(Source("playbook/sources/crm.yaml", text))
    reading = read_source(tree.root, "crm")
    assert (*tree.problems, *reading.problems) == ()
    assert reading.value is not None
    return reading.value


def parse_text(text: str, rows: str) -> Parsed:
    """rows: delimited by commas, the first is the header."""
    header, _, body = rows.strip().partition("\n")
    block = Block("f.csv", 2, Lines(body.encode()), Header(tuple(header.split(",")), ",", header.encode()))
    return parse(block, mapping_of(text), received_at=NOW)


def facts_of(text: str, rows: str) -> list[Any]:
    parsed = parse_text(text, rows)
    assert parsed.failures == []
    return [fact for _, fact in parsed.facts]


def failure_of(text: str, rows: str) -> tuple[str, str, str | None]:
    parsed = parse_text(text, rows)
    assert parsed.facts == []
    (failure,) = parsed.failures
    return failure.reason, failure.detail, failure.column


def told(versions: list[Version]) -> list[tuple[str, str, bool, str]]:
    """(since, fields, patch, known) of each version."""
    return [(show(one.occurred_at)[:10], one.fields, one.patch, show(one.known_at)[:10]) for one in versions]


EVENT = """
time_zone: Europe/Berlin
events:
  - {name: Seen, id: id, person: who, occurred_at: at%s}
"""


def test_an_event_takes_all_other_columns_as_properties_and_a_number_where_one_is_written() -> None:
    (event,) = facts_of(EVENT % "", "id,who,at,seats,zip,price,ok,empty,word\n7,ann,2026-03-01T09:30,12,01234,4.50,TRUE,,a b")
    assert event == Event(
        id="crm:7", type="track", name="Seen", user_id="ann", occurred_at=read_instant("2026-03-01T08:30:00Z", None),
        known_at=read_instant("2026-03-01T08:30:00Z", None), assumed=True, source="crm",
        properties='{"ok":true,"price":4.5,"seats":12,"word":"a b","zip":"01234"}',
    )  # fmt: skip


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("[plan, seats]", {"plan": "Pro", "seats": 12}),
        ("{tier: plan, seats: {column: seats, type: text}}", {"tier": "Pro", "seats": "12"}),
        ("{tier: {column: plan, values: {Pro: professional}}, via: {constant: csv}}", {"tier": "professional", "via": "csv"}),
        ("{price: {column: price, type: money}}", {"price": 119999}),
        ("{price: {column: price, type: money, decimals: 3}}", {"price": 1199990}),
        ("{day: {column: day, type: date, format: '%d-%m-%y'}}", {"day": "2026-02-01"}),
        ("{since: {column: since, type: instant, format: epoch_s}}", {"since": "2026-03-01T09:30:00Z"}),
        ("{ok: {column: ok, type: flag}}", {"ok": True}),
        ("[]", {}),
    ],
)
def test_properties_may_be_chosen_named_and_cast(properties: str, expected: dict[str, Any]) -> None:
    rows = "id,who,at,plan,seats,price,day,since,ok\n7,ann,2026-03-01,Pro,12,1199.99,01-02-26,1772357400,yes"
    (event,) = facts_of(EVENT % f", properties: {properties}", rows)
    assert json.loads(event.properties) == expected


@pytest.mark.parametrize(
    ("properties", "cell", "detail"),
    [
        ("{n: {column: x, type: whole}}", "1.5", "`x` is `1.5`; expected a whole number"),
        ("{n: {column: x, type: number}}", "NaN", "`x` is `NaN`; expected a number"),
        ("{n: {column: x, type: number}}", "1,5", "`x` is `1,5`; expected a number"),
        ("{n: {column: x, type: number}}", "1_000", "`x` is `1_000`; expected a number"),
        ("{n: {column: x, type: money}}", "0.005", "`x` is `0.005`; expected an amount with at most 2 digits after the point"),
        ("{n: {column: x, type: money}}", "1e400", "`x` is `1e400`; expected an amount"),
        ("{n: {column: x, type: flag}}", "maybe", "`x` is `maybe`; expected true or false"),
        ("{n: {column: x, type: date}}", "1 March", "`x` is `1 March`; expected a date such as 2026-03-01"),
        ("{n: {column: x, type: date, format: '%d-%m-%y'}}", "2026-03-01", "`x` is `2026-03-01`; expected the format `%d-%m-%y`"),
    ],
)
def test_a_value_that_does_not_cast_fails_the_row_with_its_column(properties: str, cell: str, detail: str) -> None:
    rows = f'id,who,at,x\n7,ann,2026-03-01,"{cell}"'
    assert failure_of(EVENT % f", properties: {properties}", rows) == ("bad_value", detail, "x")


def test_a_cell_without_a_type_is_a_number_where_it_is_written_with_the_decimal_sign_of_the_file() -> None:
    cells = 'id,who,at,a,b,c\n7,ann,2026-03-01,"0,5",1.234,12'
    (event,) = facts_of("decimal_comma: true\n" + EVENT % "", cells)
    assert event.properties == '{"a":0.5,"b":"1.234","c":12}'
    (event,) = facts_of(EVENT % "", cells)
    assert event.properties == '{"a":"0,5","b":1.234,"c":12}'


def test_numbers_of_json_have_no_decimal_comma() -> None:
    text = "decimal_comma: true\n" + EVENT % ", properties: {a: {column: a, type: money}, b: {column: b, type: number}}"
    rows = [{"id": 7, "who": "ann", "at": "2026-03-01", "a": 1234.5, "b": 1.5}]
    block = Block("f", 1, Elements([(1, json.dumps(row).encode()) for row in rows]))
    ((_, event),) = parse(block, mapping_of(text), received_at=NOW).facts
    assert isinstance(event, Event)
    assert event.properties == '{"a":123450,"b":1.5}'


def test_numbers_with_a_decimal_comma() -> None:
    text = "decimal_comma: true\n" + EVENT % ", properties: {a: {column: a, type: money}, b: {column: b, type: number}}"
    (event,) = facts_of(text, 'id,who,at,a,b\n7,ann,2026-03-01,"1.234,50","0,5"')
    assert event.properties == '{"a":123450,"b":0.5}'


@pytest.mark.parametrize(
    ("at", "cell", "instant"),
    [
        ("at", "2026-07-01T10:00", "2026-07-01T08:00:00Z"),
        ("at", "2026-07-01T10:00Z", "2026-07-01T10:00:00Z"),
        ("at", "2026-07-01", "2026-06-30T22:00:00Z"),
        ("at", "2025-10-26T02:30", "2025-10-26T00:30:00Z"),  # Occurs twice: the first.
        ("at", "2025-03-30T02:30", "2025-03-30T01:30:00Z"),  # Does not exist: moves forward by the gap.
        ("{column: at, format: epoch_s}", "1772357400.25", "2026-03-01T09:30:00.250000Z"),
        ("{column: at, format: epoch_ms}", "1772357400250", "2026-03-01T09:30:00.250000Z"),
        ("{column: at, format: epoch_us}", "1772357400000001", "2026-03-01T09:30:00.000001Z"),
        ("{column: at, format: '%d-%m-%y'}", "01-07-26", "2026-06-30T22:00:00Z"),
        ("{column: at, format: '%Y%m%d %H:%M %z'}", "20260301 09:30 +0100", "2026-03-01T08:30:00Z"),
    ],
)
def test_an_instant_is_read_in_its_format_and_zone(at: str, cell: str, instant: str) -> None:
    text = f"time_zone: Europe/Berlin\nevents: [{{name: Seen, person: who, occurred_at: {at}}}]"
    block = Block("f", 2, Lines(f"ann,{cell}".encode()), Header(("who", "at"), ",", b"who,at"))
    parsed = parse(block, mapping_of(text), received_at=read_instant("2027-01-01T00:00:00Z", None))
    assert parsed.failures == []
    assert show(parsed.facts[0][1].occurred_at) == instant


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("27-12-17", '; `format: "%d-%m-%y"` would read it'),
        ("31.12.2025 08:00", '; `format: "%d.%m.%Y %H:%M"` would read it'),
        ("Mar 5 2026", ""),
        ("03/01/2026 10:00",
         '; `format: "%d/%m/%Y %H:%M"` would read 2026-01-03, `format: "%m/%d/%Y %H:%M"` would read 2026-03-01'),
        ("soon", ""),
    ],
)  # fmt: skip
def test_an_instant_that_is_not_iso_is_told_with_the_format_that_would_read_it(cell: str, told: str) -> None:
    text = "time_zone: UTC\nevents: [{name: Seen, person: who, occurred_at: at}]"
    assert failure_of(text, f"who,at\nann,{cell}") == ("bad_instant", f"`at` is `{cell}`; expected an ISO-8601 instant{told}", "at")
    text = "time_zone: UTC\nevents: [{name: Seen, person: who, occurred_at: at, properties: {day: {column: day, type: date}}}]"
    detail = failure_of(text, f"who,at,day\nann,2026-03-01,{cell}")[1]
    assert detail == f"`day` is `{cell}`; expected a date such as 2026-03-01{told}"


def test_an_instant_without_a_zone_fails_where_the_mapping_names_none() -> None:
    text = "events: [{name: Seen, person: who, occurred_at: at}]"
    detail = "`at` is `2026-03-01`, which has no time zone; name the `time_zone` in the mapping"
    assert failure_of(text, "who,at\nann,2026-03-01") == ("no_zone", detail, "at")


def test_a_row_without_an_id_gets_one_from_what_it_says() -> None:
    text = "time_zone: UTC\nevents: [{name: Seen, person: who, occurred_at: at}]"
    parsed = parse_text(text, "who,at,x\nann,2026-03-01,1\nann,2026-03-01,1\nann,2026-03-01,2")
    ids = [fact.id for _, fact in parsed.facts]
    assert ids[0] == ids[1] != ids[2]
    assert parsed.unnumbered == [0, 1, 2]


def test_several_columns_may_identify_a_row() -> None:
    text = "time_zone: UTC\nevents: [{name: Seen, id: [session, item], person: who, occurred_at: at}]"
    parsed = parse_text(text, "who,at,session,item\nann,2026-03-01,7,1\nann,2026-03-01,7,")
    assert [fact.id.startswith("crm:7/1") for _, fact in parsed.facts] == [True, False]
    assert parsed.unnumbered == [1]


def test_two_events_of_one_row_have_two_ids() -> None:
    text = """
time_zone: UTC
events:
  - {name: Opened, id: id, account: account, occurred_at: opened, properties: []}
  - {name: Closed, id: id, account: account, occurred_at: closed, properties: [], when: {closed: {empty: false}}}
"""
    facts = facts_of(text, "id,account,opened,closed\n1,acme,2026-03-01,2026-03-02\n2,acme,2026-03-01,")
    assert [(fact.id, fact.name, fact.account_id) for fact in facts] == [
        ("crm:1", "Opened", "acme"), ("crm:1#2", "Closed", "acme"), ("crm:2", "Opened", "acme"),
    ]  # fmt: skip


def test_usage_by_workspace_names_no_person_but_a_person_that_is_looked_for_must_be_there() -> None:
    by_workspace = "time_zone: UTC\nevents: [{name: Used, workspace: w, occurred_at: at}]"
    assert [fact.workspace_id for fact in facts_of(by_workspace, "w,at\nw1,2026-03-01")] == ["w1"]
    assert failure_of(by_workspace, "w,at\n,2026-03-01") == ("no_person", "the event names nobody", "w")
    by_person = "time_zone: UTC\nevents: [{name: Used, workspace: w, person: p, occurred_at: at}]"
    assert failure_of(by_person, "w,p,at\nw1,,2026-03-01") == ("no_person", "the event names nobody", "p")


def test_what_the_source_knew_later_is_known_later() -> None:
    (event,) = facts_of(EVENT % ", known_at: synced", "id,who,at,synced\n7,ann,2026-03-01,2026-03-02T00:00Z")
    assert (show(event.known_at), event.assumed) == ("2026-03-02T00:00:00Z", False)


ACCOUNTS = """
time_zone: UTC
exported_at: 2026-03-01
never_changes: [country, created]
records:
  - kind: account
    id: id
    fields: {name: name, country: country, created: created, employees: staff}
"""


def test_a_snapshot_is_known_from_the_export_and_what_never_changes_from_the_beginning() -> None:
    versions = facts_of(ACCOUNTS, "id,name,country,created,staff\n7,Acme,DE,2024-05-06,120")
    assert versions[0] == Version(
        id="crm:account:7@always/country,created", kind="account", record_id="7", fields='{"country":"DE","created":"2024-05-06"}', patch=True, always=True,
        occurred_at=EARLIEST, known_at=EARLIEST, source="crm",
    )  # fmt: skip
    assert told(versions[1:]) == [
        ("2026-03-01", '{"country":"DE","created":"2024-05-06","employees":120,"name":"Acme"}', False, "2026-03-01")
    ]
    assert (versions[1].id, versions[1].assumed) == ("crm:account:7@2026-03-01T00:00:00Z", False)


def test_what_never_changes_is_known_from_the_day_on_which_the_record_began() -> None:
    text = ACCOUNTS.replace("id: id", "id: id\n    at: created")
    versions = facts_of(text, "id,name,country,created,staff\n7,Acme,DE,2024-05-06,120\n8,Beta,,,5\n9,New,FR,2026-03-01,1")
    assert told(versions) == [
        ("2024-05-06", '{"country":"DE","created":"2024-05-06"}', True, "2024-05-06"),
        ("2026-03-01", '{"country":"DE","created":"2024-05-06","employees":120,"name":"Acme"}', False, "2026-03-01"),
        ("2026-03-01", '{"employees":5,"name":"Beta"}', False, "2026-03-01"),
        ("2026-03-01", '{"country":"FR","created":"2026-03-01","employees":1,"name":"New"}', False, "2026-03-01"),
    ]
    assert not any(version.always for version in versions)


def test_no_fact_of_a_snapshot_is_known_before_the_export_but_what_never_changes() -> None:
    versions = facts_of(ACCOUNTS.replace("id: id", "id: id\n    at: created"), "id,name,country,created,staff\n7,Acme,DE,2024-05-06,120")
    exported = read_instant("2026-03-01T00:00:00Z", None)
    early = {name for version in versions if version.known_at < exported for name in json.loads(version.fields)}
    assert early == {"country", "created"}


def test_the_instant_of_the_export_may_be_a_column_and_may_be_overridden() -> None:
    text = ACCOUNTS.replace("exported_at: 2026-03-01", "exported_at: {column: synced}").replace("never_changes: [country, created]\n", "")
    rows = "id,name,country,created,staff,synced\n7,Acme,DE,2024-05-06,120,2026-02-02"
    assert [show(version.occurred_at)[:10] for version in facts_of(text, rows)] == ["2026-02-02"]
    assert failure_of(text, rows.replace("2026-02-02", "")) == ("no_instant", "the account has no instant in `exported_at`", None)
    header, _, row = rows.partition("\n")
    block = Block("f", 2, Lines(row.encode()), Header(tuple(header.split(",")), ",", b""))
    parsed = parse(block, replace(mapping_of(text), exported_at=NOW), received_at=NOW)
    assert [fact.known_at for _, fact in parsed.facts] == [NOW]


OPPORTUNITIES = """
time_zone: UTC
records:
  - kind: opportunity
    id: id%s
    fields: {account: account, stage: stage, amount: value, close_date: closed}
    versions:
      - {at: engaged, fields: [account], set: {stage: Engaging}}
      - {at: closed, when: {stage: [Won, Lost]}}
"""


def test_one_row_may_make_several_versions() -> None:
    versions = facts_of(OPPORTUNITIES % "", "id,account,stage,value,engaged,closed\nO1,acme,Won,99.50,2026-01-05,2026-02-06")
    assert told(versions) == [
        ("2026-01-05", '{"account":"acme","stage":"Engaging"}', False, "2026-01-05"),
        ("2026-02-06", '{"account":"acme","amount":9950,"close_date":"2026-02-06","stage":"Won"}', False, "2026-02-06"),
    ]


def test_a_version_whose_instant_is_empty_is_left_out_and_a_row_without_any_fails() -> None:
    rows = "id,account,stage,value,engaged,closed\n"
    assert len(facts_of(OPPORTUNITIES % "", rows + "O1,acme,Engaging,,2026-01-05,")) == 1
    assert failure_of(OPPORTUNITIES % "", rows + "O1,acme,Prospecting,,,") == (
        "no_instant", "the opportunity has no instant in `engaged`, `closed`", "engaged",
    )  # fmt: skip


def test_a_row_without_any_instant_was_so_always_where_the_mapping_says_so() -> None:
    rows = "id,account,stage,value,engaged,closed\nO1,acme,Prospecting,,,\nO2,acme,Engaging,,2026-01-05,"
    versions = facts_of(OPPORTUNITIES % "\n    known: always", rows)
    assert [(version.always, version.fields) for version in versions] == [
        (True, '{"account":"acme","stage":"Prospecting"}'), (False, '{"account":"acme","stage":"Engaging"}'),
    ]  # fmt: skip


def test_of_two_versions_at_one_instant_the_later_is_true_after_it() -> None:
    versions = facts_of(OPPORTUNITIES % "", "id,account,stage,value,engaged,closed\nO1,acme,Won,5,2026-02-06,2026-02-06")
    assert [json.loads(version.fields)["stage"] for version in versions] == ["Won"]


BY_STEPS = """
time_zone: UTC
records:
  - kind: opportunity
    id: id
    fields: {account: account, owner: owner, stage: stage}
    versions:
      - {at: created, fields: [account, owner], set: {stage: Open}}
      - {at: closed, known_at: synced, patch: true, fields: [stage]}
"""


def test_of_two_versions_at_one_instant_a_patch_changes_only_what_it_names() -> None:
    header = "id,account,owner,stage,created,closed,synced\n"
    (both,) = facts_of(BY_STEPS, header + "O1,acme,bea,Won,2026-02-06,2026-02-06,")
    assert (json.loads(both.fields), both.patch) == ({"account": "acme", "owner": "bea", "stage": "Won"}, False)
    assert both.id == "crm:opportunity:O1@2026-02-06T00:00:00Z"
    first, then = facts_of(BY_STEPS, header + "O1,acme,bea,Won,2026-02-06,2026-02-07,")
    assert (json.loads(first.fields)["stage"], then.fields, then.patch) == ("Open", '{"stage":"Won"}', True)


def test_two_versions_that_are_one_are_known_once_both_are() -> None:
    row = "O1,acme,bea,Won,2026-02-06,2026-02-06,2026-02-09"
    (both,) = facts_of(BY_STEPS, "id,account,owner,stage,created,closed,synced\n" + row)
    assert (show(both.known_at)[:10], both.assumed) == ("2026-02-09", False)


def test_what_is_told_after_a_deletion_at_its_instant_is_all_there_is() -> None:
    text = """
time_zone: UTC
records:
  - kind: account
    id: id
    fields: {name: name, plan: plan}
    versions: [{at: left, deleted: true}, {at: back, patch: true, fields: [plan]}]
"""
    (version,) = facts_of(text, "id,name,plan,left,back\n7,Acme,free,2026-02-06,2026-02-06")
    assert (version.fields, version.patch, version.deleted) == ('{"plan":"free"}', False, False)


def test_patches_of_different_fields_at_one_instant_are_different_facts() -> None:
    text = """
time_zone: UTC
records:
  - {kind: opportunity, id: id, when: {what: stage}, fields: {stage: new}, versions: [{at: at, patch: true}]}
  - {kind: opportunity, id: id, when: {what: owner}, fields: {owner: new}, versions: [{at: at, patch: true}]}
"""
    rows = "id,at,what,new\nO1,2026-02-06,stage,Won\nO1,2026-02-06,owner,bea\nO1,2026-02-06,owner,carl"
    assert [version.id.removeprefix("crm:opportunity:O1@2026-02-06T00:00:00Z") for version in facts_of(text, rows)] == [
        "/stage", "/owner", "/owner",
    ]  # fmt: skip


def test_an_id_names_many_fields_by_a_short_hash() -> None:
    fields = ", ".join(f"a_field_of_our_own_{number}: n" for number in range(40))
    text = f"time_zone: UTC\nrecords: [{{kind: account, id: id, fields: {{{fields}}}, versions: [{{at: at, patch: true}}]}}]"
    (version,) = facts_of(text, "id,at,n\n7,2026-02-06,1")
    assert len(version.id) < 100


HISTORY = """
time_zone: UTC
exported_at: 2026-03-01
records:
  - kind: opportunity
    id: deal
    fields_from:
      name: property
      value: value
      map:
        dealstage: {field: stage, values: {"1": Won}}
        amount: amount
        closedate: {field: close_date, format: epoch_ms}%s
"""
ROWS = """
deal,property,value,at
O1,dealstage,1,2026-02-06T10:00
O1,amount,99.50,2026-02-06T10:00
O1,hs_score,7,2026-02-06T10:00
O1,amount,,2026-02-07T10:00
O1,closedate,1772357400000,2026-02-07T10:00
"""


def test_a_history_tells_one_field_a_row_by_its_name() -> None:
    parsed = parse_text(HISTORY % "\n    versions: [{at: at}]", ROWS)
    assert [(version.id.rpartition("@")[2], version.fields, version.patch) for _, version in parsed.facts if isinstance(version, Version)] == [
        ("2026-02-06T10:00:00Z/stage", '{"stage":"Won"}', True), ("2026-02-06T10:00:00Z/amount", '{"amount":9950}', True),
        ("2026-02-07T10:00:00Z/amount", '{"amount":null}', True), ("2026-02-07T10:00:00Z/close_date", '{"close_date":"2026-03-01"}', True),
    ]  # fmt: skip
    assert parsed.suppressed == [(2, "the mapping leaves out the field that the row tells")]


def test_a_value_of_a_history_has_the_type_of_its_field() -> None:
    rows = "deal,property,value,at\nO1,amount,much,2026-02-06"
    assert failure_of(HISTORY % "\n    versions: [{at: at}]", rows) == ("bad_value", "`value` is `much`; expected an amount", "value")


def test_a_list_of_names_and_values_may_be_a_snapshot() -> None:
    text = HISTORY % "" + "never_changes: [amount]\n"
    rows = "deal,property,value,at\nO1,dealstage,1,\nO1,amount,5,"
    assert [version.id.rpartition(":O1@")[2] for version in facts_of(text, rows)] == [
        "2026-03-01T00:00:00Z/stage", "always/amount", "2026-03-01T00:00:00Z/amount",
    ]  # fmt: skip


def test_a_row_of_a_history_without_an_instant_was_so_always_where_the_mapping_says_so() -> None:
    text = HISTORY % "\n    known: always\n    versions: [{at: at}]"
    rows = "deal,property,value,at\nO1,dealstage,1,\nO1,amount,5,"
    assert [(version.id.rpartition("@")[2], version.patch) for version in facts_of(text, rows)] == [
        ("always/stage", True),
        ("always/amount", True),
    ]


def test_a_row_of_a_history_may_tell_other_fields_too() -> None:
    text = (
        HISTORY % "\n    fields: {account: account}\n    versions: [{at: at, fields: [account], set: {type: New}}, {at: later, fields: []}]"
    )
    rows = "deal,property,value,at,later,account\nO1,amount,5,2026-02-06,2026-02-08,acme"
    assert [version.fields for version in facts_of(text, rows)] == ['{"account":"acme","amount":500,"type":"New"}', '{"amount":500}']


def test_a_patch_clears_what_is_empty_and_a_whole_version_leaves_it_out() -> None:
    text = "time_zone: UTC\nrecords: [{kind: account, id: id, fields: {name: name, plan: plan}, versions: [{at: at, patch: %s}]}]"
    rows = "id,name,plan,at\n7,Acme,,2026-03-01"
    assert told(facts_of(text % "true", rows)) == [("2026-03-01", '{"name":"Acme","plan":null}', True, "2026-03-01")]
    assert told(facts_of(text % "false", rows)) == [("2026-03-01", '{"name":"Acme"}', False, "2026-03-01")]


def test_a_deletion_is_a_version_without_fields() -> None:
    text = ACCOUNTS + "    deleted: {gone: 't'}\n"
    versions = facts_of(text, "id,name,country,created,staff,gone\n7,Acme,,,,t\n8,Beta,,,,f")
    assert [(version.record_id, version.deleted, version.fields) for version in versions] == [
        ("7", True, "{}"), ("8", False, '{"name":"Beta"}'),
    ]  # fmt: skip


def test_a_record_without_an_id_fails() -> None:
    assert failure_of(ACCOUNTS, "id,name,country,created,staff\n,Acme,,,") == ("no_id", "the account has no id", "id")


def test_declared_fields_have_their_types() -> None:
    assert failure_of(ACCOUNTS, "id,name,country,created,staff\n7,Acme,DE,2024-05-06,many") == (
        "bad_value", "`staff` is `many`; expected a whole number", "staff",
    )  # fmt: skip


def test_a_row_is_failed_as_a_whole() -> None:
    text = ACCOUNTS + "events: [{name: Seen, account: id, occurred_at: created}]\n"
    parsed = parse_text(text, "id,name,country,created,staff\n7,Acme,DE,2024-05-06,many\n8,Beta,DE,2024-05-06,1")
    assert {row for row, _ in parsed.facts} == {1}
    assert [(failure.row, failure.line, failure.reason) for failure in parsed.failures] == [(0, 2, "bad_value")]


def test_one_file_may_feed_several_kinds() -> None:
    text = """
time_zone: UTC
events: [{name: Signed Up, person: who, account: account, occurred_at: at, properties: []}]
records:
  - {kind: person, id: who, fields: {email: mail, account: account}, versions: [{at: at}]}
  - {kind: account, id: account, fields: {name: company}, versions: [{at: at, patch: true}], when: {account: {empty: false}}}
"""
    facts = facts_of(text, "who,mail,account,company,at\nann,ann@acme.com,acme,Acme,2026-03-01\nbob,bob@web.de,,,2026-03-01")
    assert [(type(fact).__name__, getattr(fact, "kind", "")) for fact in facts] == [
        ("Event", ""), ("Version", "person"), ("Version", "account"), ("Event", ""), ("Version", "person"),
    ]  # fmt: skip


def test_merges_and_corrections() -> None:
    text = """
time_zone: UTC
merges: [{kind: account, gone: old, survivor: new, at: at, when: {old: {empty: false}}}]
corrections: [{target: wrong, replacement: right, of: billing, at: at, when: {wrong: {empty: false}}}]
"""
    facts = facts_of(text, "old,new,wrong,right,at\nacme-eu,acme,,,2026-03-01\n,,b7,b8,2026-03-02")
    at = [read_instant(f"2026-03-0{day}T00:00:00Z", None) for day in (1, 2)]
    assert facts == [
        Merge(id="crm:merge:account:acme-eu@2026-03-01T00:00:00Z", kind="account", gone="acme-eu", survivor="acme", occurred_at=at[0],
              known_at=at[0], assumed=True, source="crm"),
        Correction(id="crm:correction:b7@2026-03-02T00:00:00Z", target="billing:b7", replacement="billing:b8", occurred_at=at[1],
                   known_at=at[1], assumed=True, source="crm"),
    ]  # fmt: skip
    assert failure_of(text, "old,new,wrong,right,at\nacme-eu,,,,2026-03-01") == ("no_previous", "the merge names only one of two", "new")


def test_rows_are_left_out_by_suppress_and_where_nothing_applies() -> None:
    text = (
        EVENT % ", when: {kind: [a, b]}"
        + """
suppress:
  - {column: who, matches: '@ourselves\\.com$', reason: our own staff}
  - {column: who, is: bot, reason: a robot}
"""
    )
    parsed = parse_text(text, "id,who,at,kind\n1,me@ourselves.com,2026-03-01,a\n2,bot,2026-03-01,a\n3,ann,2026-03-01,c\n4,ann,2026-03-01,b")
    assert parsed.suppressed == [(0, "our own staff"), (1, "a robot"), (2, "no part of the mapping applies to the row")]
    assert [row for row, _ in parsed.facts] == [3]


@pytest.mark.parametrize(
    ("when", "kept"),
    [("{x: a}", "a"), ("{x: [a, b]}", "ab"), ("{x: {not: a}}", "b1-"), ("{x: {not: [a, b]}}", "1-"), ("{x: {empty: true}}", "-"),
     ("{x: {empty: false}}", "ab1"), ("{x: {matches: '[ab]'}}", "ab"), ("{x: 1}", "1"), ("{x: {in: [a, 1], not: a}}", "1")],
)  # fmt: skip
def test_conditions_on_columns(when: str, kept: str) -> None:
    rows = "id,who,at,x\n" + "\n".join(f"{cell},ann,2026-03-01,{cell.strip('-')}" for cell in "ab1-")
    parsed = parse_text(EVENT % f", when: {when}", rows)
    assert "".join(fact.id.removeprefix("crm:") for _, fact in parsed.facts) == kept


def test_json_rows_keep_their_types_and_nested_columns_have_paths() -> None:
    text = "events: [{name: {column: event.kind}, id: id, person: user.id, occurred_at: {column: ts, format: epoch_ms}, properties: {a: deep.a, b: b}}]"
    rows = [
        {"event": {"kind": "Seen"}, "id": 7, "user": {"id": 3}, "ts": 1772357400000.0, "deep": {"a": [1, "2"]}, "b": "12"},
        {"id": 8},
        [1],
    ]
    block = Block("f", 1, Elements([(line, json.dumps(row).encode()) for line, row in enumerate(rows, 1)]))
    parsed = parse(block, mapping_of(text), received_at=NOW)
    ((_, event),) = parsed.facts
    assert isinstance(event, Event)
    assert (event.id, event.name, event.user_id, event.properties) == ("crm:7", "Seen", "3", '{"a":[1,"2"],"b":"12"}')
    assert [failure.reason for failure in parsed.failures] == ["no_event", "not_an_object"]
