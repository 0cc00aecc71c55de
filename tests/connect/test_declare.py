"""`playbook/sources/NAME.yaml`: what it may say, and what is said about what it may not."""

from __future__ import annotations

import pickle

import jsonschema
import pytest

from tandem.connect.mapping.declare import SOURCE, read_source
from tandem.connect.mapping.plan import Condition, EventPlan, Moment, RecordPlan, SourceMapping, Suppression, Value, VersionPlan
from tandem.language.schema import schema
from tandem.language.source import Source
from tandem.language.tree import read_yaml
from tandem.values.instants import find_zone, read_instant

WHOLE = """
format: csv
encoding: latin1
delimiter: tab
time_zone: Europe/Berlin
exported_at: 2026-03-01
never_changes: [country]
events:
  - name: {column: page, values: {Home: Start}}
    id: [session, item]
    person: user
    occurred_at: {column: ts, format: epoch_ms}
    properties: {level: plan}
    when: {page: {not: Ping}}
records:
  - kind: account
    id: account
    fields:
      country: land
      currency: {constant: EUR}
    deleted: {gone: true}
  - kind: opportunity
    id: opp
    known: always
    fields: {stage: stage, amount: {column: value, decimals: 0}}
    versions:
      - {at: exported_at, known_at: synced, fields: [stage], set: {type: New}, when: {branch: east}}
suppress:
  - {column: user, matches: bot, reason: robots}
"""


def problems_of(text: str) -> list[tuple[str, str, str]]:
    """(code, message, the words underlined) of each problem."""
    tree = read_yaml(Source("playbook/sources/crm.yaml", text))
    assert tree.problems == ()
    reading = read_source(tree.root, "crm")
    return [(one.code, one.message, one.span.source.text[one.span.start : one.span.end]) for one in reading.problems]


def test_a_mapping_is_read_into_a_plan_that_can_be_sent_to_another_process() -> None:
    reading = read_source(read_yaml(Source("crm.yaml", WHOLE)).root, "crm", zone=find_zone("America/New_York") or pytest.fail("no zone"))
    expected = SourceMapping(
        source="crm", format="csv", encoding="iso8859-1", delimiter="\t", zone="Europe/Berlin",
        exported_at=read_instant("2026-03-01T05:00:00Z", None),
        never_changes=frozenset({"country"}),
        events=(
            EventPlan(
                name=Value("page", values={"Home": "Start"}), id=("session", "item"), person=Value("user"), occurred_at=Moment("ts", "epoch_ms"),
                properties={"level": Value("plan")}, when=(Condition("page", none_of=("Ping",)),),
            ),
        ),
        records=(
            RecordPlan("account", ("account",), {"country": Value("land", type="text"), "currency": Value(constant="EUR")},
                       deleted=(Condition("gone", one_of=("true",)),)),
            RecordPlan("opportunity", ("opp",), {"stage": Value("stage", type="text"), "amount": Value("value", type="money", decimals=0)},
                       versions=(VersionPlan(Moment(), Moment("synced"), ("stage",), {"type": "New"}, when=(Condition("branch", ("east",)),)),), always=True),
        ),
        suppress=(Suppression(Condition("user", matches="bot"), "robots"),),
    )  # fmt: skip
    assert reading.problems == ()
    assert reading.value == expected
    assert pickle.loads(pickle.dumps(reading.value)) == expected  # noqa: S301 - our own bytes.
    assert expected.columns == (
        "session",
        "item",
        "page",
        "user",
        "ts",
        "plan",
        "account",
        "land",
        "gone",
        "opp",
        "stage",
        "value",
        "synced",
        "branch",
    )


def test_the_schema_of_the_file_takes_what_the_reader_takes() -> None:
    tree = {
        "exported_at": "2026-03-01", "events": [{"name": "Seen", "person": "user", "occurred_at": {"column": "ts", "format": "epoch_s"}}],
        "records": [{"kind": "account", "id": ["a", "b"], "fields": {"name": "name", "plan": {"constant": "pro"}}}],
    }  # fmt: skip
    jsonschema.validate(tree, schema(SOURCE, "a source"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"events": [{"occurred_at": "ts"}]}, schema(SOURCE, "a source"))


ACCOUNT = "records:\n  - kind: account\n    id: id\n    fields: {name: name}\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("format: csv\n", ("missing_key", "the mapping makes no facts", "format: csv")),
        (ACCOUNT, ("missing_key", "the account is a snapshot, and nothing says when it was taken", "records")),
        (ACCOUNT + "exported_at: 2026-03-01\nnever_changes: [nam]\n",
         ("unknown_name", "no record here has a field `nam`; did you mean `name`?", "nam")),
        (ACCOUNT.replace("account", "acount"), ("unknown_choice", "unknown choice `acount`", "acount")),
        (ACCOUNT + "    versions: [{at: x, fields: [nane]}]\n",
         ("unknown_name", "the record has no field `nane`; did you mean `name`?", "nane")),
        (ACCOUNT + "    at: y\n    versions: [{at: x}]\n",
         ("contradiction", "`at` is for a snapshot, and this record has `versions`", "at")),
        (ACCOUNT.replace("name: name", "employees: {constant: many}") + "    known: always\n",
         ("bad_value", "`many` is no whole, which `employees` of the account is", "{constant: many}")),
        (ACCOUNT + "    versions: [{at: x}]\n    deleted: {gone: true}\n",
         ("contradiction", "`deleted` is for a snapshot, and this record has `versions`", "deleted")),
        (ACCOUNT + "    versions: [{at: x}]\n    patch: true\n",
         ("contradiction", "`patch` is for a snapshot, and this record has `versions`", "patch")),
        (ACCOUNT + "    versions: [{at: x, set: {employees: many}}]\n",
         ("bad_value", "`many` is no whole, which `employees` of the account is", "many")),
        (ACCOUNT.replace("name: name", "nmae: name") + "    versions: [{at: x}]\n",
         ("undeclared_field", "`nmae` is no declared field of account; did you mean `name`?", "nmae")),
        (ACCOUNT + "    versions: [{at: x, set: {emplyees: 5}}]\n",
         ("undeclared_field", "`emplyees` is no declared field of account; did you mean `employees`?", "emplyees")),
        (ACCOUNT + "    versions: [{at: x}]\n    fields_from: {name: n, value: v, map: {site: {field: domian}, size: employees}}\n",
         ("undeclared_field", "`domian` is no declared field of account; did you mean `domain`?", "domian")),
        (ACCOUNT + "    versions: [{at: x}]\n    fields_from: {name: n, value: v, map: {site: dommain}}\n",
         ("undeclared_field", "`dommain` is no declared field of account; did you mean `domain`?", "dommain")),
        (ACCOUNT + "    versions: [{at: x}]\n    fields_from: {name: n, value: v, map: {title: name}}\n",
         ("contradiction", "`name` stands under `fields` and in `fields_from`", "name")),
        (ACCOUNT + "    versions: [{at: x}]\n    fields_from: {name: n, value: v, map: {}}\n",
         ("empty_value", "the map has 0 keys; expected 1 or more", "{}")),
        (ACCOUNT.replace("{name: name}", "{}") + "    fields_from: {name: n, value: v, map: {title: name}}\nexported_at: 2026-03-01\n"
         "never_changes: [nane]\n", ("unknown_name", "no record here has a field `nane`; did you mean `name`?", "nane")),
        ("events: [{name: Seen, occurred_at: {column: at, format: epoch_sec}}]\n",
         ("bad_value", "`epoch_sec` is no format of an instant; did you mean `epoch_s`?", "epoch_sec")),
        ("events: [{name: Seen, occurred_at: at, properties: every}]\n",
         ("bad_value", "`every` is not `all`; name columns in a list, as in [every]", "every")),
        ("events: [{name: Seen, occurred_at: at, when: {x: {}}}]\n", ("missing_key", "the condition asks nothing", "{}")),
        ("events: [{name: Seen, occurred_at: at, when: {x: {matches: '['}}}]\n",
         ("bad_value", "`[` is no regular expression: unterminated character set", "'['")),
        ("events: [{name: Seen, occurred_at: at}]\nencoding: utf-9\n",
         ("bad_value", "`utf-9` is no encoding; did you mean `utf-8`?", "utf-9")),
        ("events: [{name: Seen, occurred_at: at}]\ndelimiter: ';;'\n", ("bad_value", "`;;` is no delimiter", "';;'")),
        ("events: [{name: Seen, occured_at: at}]\n", ("unknown_key", "unknown key `occured_at`", "occured_at")),
    ],
)  # fmt: skip
def test_a_mistake_is_one_problem_at_its_words(text: str, problem: tuple[str, str, str]) -> None:
    assert problems_of(text) == [problem]


@pytest.mark.parametrize("field", ["nmae", "Name", "nam", "namee", "employes", "emplyees", "domian", "renewalDate", "renewal date", "ownr"])
def test_a_name_that_is_one_slip_away_from_a_declared_field_is_a_warning_and_the_mapping_counts(field: str) -> None:
    tree = read_yaml(Source("crm.yaml", ACCOUNT.replace("name: name", f"'{field}': name") + "exported_at: 2026-03-01\n"))
    reading = read_source(tree.root, "crm")
    assert [(one.code, one.severity) for one in reading.problems] == [("undeclared_field", "warning")]
    assert reading.value is not None
    assert list(reading.value.records[0].fields) == [field]


@pytest.mark.parametrize(
    "field", ["name", "owner_id", "seats", "segment", "arr", "parent_name", "billing_country", "health", "tier", "stage"]
)
def test_a_field_of_ones_own_is_no_mistake(field: str) -> None:
    assert problems_of(ACCOUNT.replace("name: name", f"{field}: name") + "exported_at: 2026-03-01\n") == []
