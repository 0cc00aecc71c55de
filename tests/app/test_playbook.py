"""A folder becomes a playbook; a new project begins with one that has no problems."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date

import pytest
from jsonschema import Draft7Validator

from tandem.app.check import CheckRequest, check
from tandem.app.failures import UnknownName, UnreadableInput
from tandem.app.init import PATTERNS, InitRequest, init
from tandem.app.playbook.playbook import read_playbook
from tandem.app.playbook.product import Plan, Suppression
from tandem.app.schema import playbook_schemas, write_schemas
from tandem.identity.rules import DEFAULT_BLOCKED, Exclusion, Rules
from tandem.language.source import Source
from tandem.language.tree import Entries, Items, read_yaml
from tandem.values.instants import read_instant

COMPANY = """
name: Acme
time_zone: America/New_York
currency: EUR
fiscal_year_start: february
week_start: sunday
working_hours:
  monday: 09:00-12:30, 13:30-18:00
  saturday: 10:00-24:00
holidays:
  2026-12-25: Christmas Day
"""
PRODUCT = """
name: App
plans: [free, {name: pro, limits: {seats: 10, share: 0.5}}]
events: {Signed Up: somebody came, Invite Sent: somebody asked a colleague in}
sources: [segment, notation]
identity:
  fan_out: 3
  blocked_ids: [" Nobody ", "7"]
  free_domains: [Mail.Example]
  work_domains: [gmx.example]
exclude:
  - {domain: acme.com, reason: own staff}
  - {event: "Load *", since: 2026-03-01, until: "2026-03-02T00:00Z", reason: a load test}
suppress:
  - {event: "Heartbeat*", reason: noise}
"""


def folder(tmp_path, **files):
    """A playbook of these files; `sources__crm` is `sources/crm.yaml`."""
    for name, text in files.items():
        path = tmp_path / "playbook" / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return tmp_path / "playbook"


def plain(node):
    match node:
        case Items():
            return [plain(item) for item in node.items]
        case Entries():
            return {entry.key.text: plain(entry.value) for entry in node.entries}
    return node.value


def test_the_company_says_when_days_begin_and_when_people_work(tmp_path):
    company = read_playbook(folder(tmp_path, company=COMPANY)).company
    assert (company.name, company.time_zone.key, company.currency) == ("Acme", "America/New_York", "EUR")
    assert (company.fiscal_year_start, company.week_start) == (2, 6)
    assert company.working_hours == {0: ((540, 750), (810, 1080)), 5: ((600, 1440),)}
    assert company.holidays == {date(2026, 12, 25): "Christmas Day"}


def test_a_name_is_all_that_a_playbook_needs(tmp_path):
    playbook = read_playbook(folder(tmp_path, company="name: Acme\n"))
    assert (playbook.problems, playbook.company.time_zone.key, playbook.company.currency) == ((), "UTC", "USD")
    assert (playbook.product.rules, playbook.sources) == (Rules(), {})


def test_the_product_says_who_is_who_and_whom_to_leave_out(tmp_path):
    playbook = read_playbook(folder(tmp_path, company=COMPANY, product=PRODUCT))
    product = playbook.product
    assert playbook.problems == ()
    assert product.plans == (Plan("free"), Plan("pro", {"seats": 10.0, "share": 0.5}))
    assert product.events == {"Signed Up": "somebody came", "Invite Sent": "somebody asked a colleague in"}
    assert product.suppress == (Suppression("event", "Heartbeat*", "noise"),)
    assert product.rules == Rules(
        fan_out=3,
        blocked_ids=DEFAULT_BLOCKED | {"nobody", "7"},
        free_domains=frozenset({"mail.example"}),
        work_domains=frozenset({"gmx.example"}),
        exclusions=(
            Exclusion("domain", "acme.com", None, None, "own staff"),
            # A bare date is midnight in New York; an instant with an offset is what it says.
            Exclusion("event", "Load *", read_instant("2026-03-01T05:00Z", None), read_instant("2026-03-02T00:00Z", None), "a load test"),
        ),
        source_order=("segment", "notation"),
    )


def test_events_may_be_a_list_of_names(tmp_path):
    assert read_playbook(folder(tmp_path, company=COMPANY, product="name: App\nevents: [A, B]\n")).product.events == {"A": "", "B": ""}


def test_all_problems_of_all_files_are_told_at_once_in_order(tmp_path):
    report = check(CheckRequest(folder(tmp_path, company="curency: EUR\ntime_zone: Berlin\n", product="plans: pro\n", prodcut="")))
    assert [(str(problem.span), problem.code) for problem in report.problems] == [
        ("playbook/company.yaml:1:1", "unknown_key"),
        ("playbook/company.yaml:1:1", "missing_key"),
        ("playbook/company.yaml:2:12", "bad_value"),
        ("playbook/prodcut.yaml:1:1", "unknown_file"),
        ("playbook/product.yaml:1:1", "missing_key"),
        ("playbook/product.yaml:1:8", "wrong_type"),
    ]
    assert (report.errors, report.warnings) == (6, 0)
    assert json.loads(json.dumps(report.as_json()))["problems"][2]["line"] == 2


def test_a_broken_file_does_not_hide_what_is_wrong_with_another(tmp_path):
    report = check(CheckRequest(folder(tmp_path, company="name: [", product="nmae: App\n")))
    assert [problem.code for problem in report.problems] == ["unclosed_bracket", "unknown_key"]


def test_notes_and_hidden_files_may_lie_in_the_playbook(tmp_path):
    playbook = folder(tmp_path, company=COMPANY)
    for name in ("README.md", "todo.txt", ".DS_Store", ".schema", "sources/.keep", "sources/notes.md"):
        (playbook / name).parent.mkdir(exist_ok=True)
        (playbook / name).write_text("x")
    assert read_playbook(playbook).problems == ()


def test_a_folder_that_is_not_there_lacks_its_company(tmp_path):
    assert [problem.code for problem in read_playbook(tmp_path / "playbook").problems] == ["missing_file"]


def test_a_file_that_may_not_be_read_is_a_problem(tmp_path):
    playbook = folder(tmp_path, company=COMPANY)
    (playbook / "product.yaml").symlink_to(playbook / "nowhere.yaml")
    assert [problem.code for problem in read_playbook(playbook).problems] == ["unreadable_file"]


def test_the_fingerprint_is_the_same_for_the_same_meaning(tmp_path):
    one = folder(tmp_path / "one", company="name: Acme\ncurrency: EUR\n", product="name: App\n")
    other = folder(tmp_path / "other", company=b"\xef\xbb\xbf# ours\r\ncurrency:   'EUR'\r\nname: \"Acme\"\r\n", product="{name: App}")
    changed = folder(tmp_path / "changed", company="name: Acme\ncurrency: USD\n", product="name: App\n")
    without = folder(tmp_path / "without", company="name: Acme\ncurrency: EUR\n")
    assert check(CheckRequest(one)).fingerprint == check(CheckRequest(other)).fingerprint
    assert len({check(CheckRequest(each)).fingerprint for each in (one, changed, without)}) == 3


@pytest.mark.parametrize("pattern", sorted(PATTERNS))
def test_a_new_project_of_every_pattern_has_no_problems(tmp_path, pattern):
    report = init(InitRequest(tmp_path / "acme", pattern))
    assert report.problems == ()
    checked = check(CheckRequest(tmp_path / "acme" / "playbook"))
    assert [problem.told() for problem in checked.problems] == []
    assert checked.sources
    assert checked.tests >= len(checked.signals) > 3
    assert {"README.md", "data/.gitignore", "playbook/company.yaml", "playbook/product.yaml"} < set(report.files)
    playbook = read_playbook(tmp_path / "acme" / "playbook")
    assert playbook.product.plans
    assert playbook.product.events
    assert playbook.product.rules.exclusions
    # Somebody receives every signal, one of them is watched, and something permits a touch.
    assert playbook.boundary is not None
    assert playbook.boundary.signals.keys() == playbook.signals.keys()
    assert playbook.boundary.first_use is not None
    assert any(rule.is_procurement for rule in playbook.boundary.signals.values())
    assert {"plain", "none"} < {rule.sign for rule in playbook.boundary.signals.values()}


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata", "Australia/Sydney"])
@pytest.mark.parametrize("pattern", sorted(PATTERNS))
def test_whoever_names_the_own_time_zone_finds_the_tests_of_a_pattern_still_true(tmp_path, pattern, zone):
    init(InitRequest(tmp_path, pattern))
    company = tmp_path / "playbook" / "company.yaml"
    company.write_text(re.sub(r"(?m)^time_zone: .*$", f"time_zone: {zone}", company.read_text()))
    assert read_playbook(tmp_path / "playbook").company.time_zone.key == zone
    assert [problem.told() for problem in check(CheckRequest(tmp_path / "playbook")).problems] == []


def test_the_patterns_differ_in_what_they_start_with(tmp_path):
    playbooks = []
    for pattern in PATTERNS:
        init(InitRequest(tmp_path / pattern, pattern))
        playbooks.append(read_playbook(tmp_path / pattern / "playbook"))
    assert len({tuple(plan.name for plan in playbook.product.plans) for playbook in playbooks}) == len(PATTERNS)
    assert len({tuple(playbook.product.events) for playbook in playbooks}) == len(PATTERNS)
    assert len({playbook.product.rules.exclusions for playbook in playbooks}) == len(PATTERNS)
    assert len({tuple(playbook.signals) for playbook in playbooks}) == len(PATTERNS)


def test_a_new_project_never_overwrites_a_playbook(tmp_path):
    mine = folder(tmp_path, company="name: Mine\n")
    report = init(InitRequest(tmp_path))
    assert [problem.code for problem in report.problems] == ["playbook_exists"]
    assert (report.files, (mine / "company.yaml").read_text()) == ((), "name: Mine\n")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["company.yaml", "playbook"]


def test_a_new_project_leaves_other_files_alone(tmp_path):
    (tmp_path / "README.md").write_text("mine")
    report = init(InitRequest(tmp_path))
    assert "README.md" not in report.files
    assert (tmp_path / "README.md").read_text() == "mine"


def test_an_unknown_pattern_offers_the_nearest(tmp_path):
    with pytest.raises(UnknownName, match="unknown pattern `asist`") as failure:
        init(InitRequest(tmp_path / "acme", "asist"))
    assert failure.value.mend == "did you mean `assist`?"
    assert not (tmp_path / "acme").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnreadableInput, match="file"):
        init(InitRequest(tmp_path / "file" / "acme"))


def test_every_file_has_a_schema_that_accepts_what_check_accepts(tmp_path):
    schemas = playbook_schemas()
    for schema in schemas.values():
        Draft7Validator.check_schema(schema)
    for pattern in PATTERNS:
        init(InitRequest(tmp_path / pattern, pattern))
        for path in (tmp_path / pattern / "playbook").rglob("*.yaml"):
            name = path.name if path.parent.name == "playbook" else f"{path.parent.name}/*.yaml"
            assert list(Draft7Validator(schemas[name]).iter_errors(plain(read_yaml(Source(path.name, path.read_text())).root))) == []


@pytest.mark.parametrize(
    "text", ["{}", "name: 7", "name: App\nplan: []", "name: App\nexclude: [{person: ann}]", "name: App\nidentity: {fan_out: 0}"]
)
def test_what_is_simply_wrong_is_wrong_for_editors_too(tmp_path, text):
    assert read_playbook(folder(tmp_path, company=COMPANY, product=text)).problems
    assert not Draft7Validator(playbook_schemas()["product.yaml"]).is_valid(plain(read_yaml(Source("product.yaml", text)).root))


def test_the_schemas_are_written_where_the_patterns_look_for_them(tmp_path):
    written = write_schemas(tmp_path / ".schema")
    assert sorted(path.name for path in written) == [
        "boundary.json",
        "company.json",
        "icp.json",
        "product.json",
        "signals.json",
        "sources.json",
    ]
    init(InitRequest(tmp_path / "acme"))
    for path in (tmp_path / "acme" / "playbook").rglob("*.yaml"):
        named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text())
        assert named is not None, path
        assert (path.parent / named[1]).is_file(), path


def test_the_grammar_is_loaded_only_when_something_is_read():
    seen = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, tandem.app.playbook.playbook, tandem.app.init; print([name for name in sys.modules if name.startswith('ruamel')])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.strip() == "[]"
