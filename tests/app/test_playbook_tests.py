"""`tandem check` runs a playbook's tests: facts through real identity, sets, tiers and scores, at the times of the company."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tandem.app.check import CheckRequest, check
from tests.app.test_playbook import folder

COMPANY = "name: Acme\ntime_zone: America/New_York\n"
PRODUCT = """
name: App
plans: [free, team]
sets:
  deep: ['"Opened" where kind = report', Shared]
exclude:
  - {domain: ours.example, reason: own staff}
"""
ICP = """
tiers:
  - {name: large, when: employees >= 100}
targets: [Acme.example]
"""


def signal(when, given, expect, about="account", more=""):
    lines = "\n".join(f"          {line.strip()}" for line in given.strip().splitlines())
    return f"""
signals:
  it:
    title: It
    kind: usage
    about: {about}
    when: {when}
    tests:
      - given: |
{lines}
        expect: {expect}
{more}"""


def checked(tmp_path, text, **files):
    report = check(CheckRequest(folder(tmp_path, **{"company": COMPANY, "product": PRODUCT, "icp": ICP, "signals__it": text} | files)))
    return report, ["\n".join((problem.message, *problem.lines)) for problem in report.problems]


@pytest.mark.parametrize(
    ("when", "given", "expect", "about"),
    [
        # Bare dates are midnight in New York, and windows are exact lengths: clocks go forward on the 8th.
        ("people(any, 7d) >= 2", "2026-03-05 Opened by ann @acme\n2026-03-06 Opened by bob @acme", "on from 2026-03-06 until 2026-03-12T01:00", "account"),
        ("count(deep) >= 2", "2026-03-05 Opened by ann @acme kind=report\n2026-03-06 Opened by ann @acme\n2026-03-07 Shared by ann @acme", "on from 2026-03-07", "account"),
        ("icp_tier = large and account.is_target = true", "2026-03-05 account A-1 domain=acme.example employees=99\n2026-03-06 account A-1 employees=100", "on from 2026-03-06", "account"),
        # A mail's domain says whose it is; our own people count nowhere.
        ("people(any, 7d) >= 1", "2026-03-05 (identify) by ann email=ann@acme.example\n2026-03-06 Opened by ann", "on from 2026-03-06 until 2026-03-13T01:00", "account"),
        ("people(any) >= 1", "2026-03-05 (identify) by ann email=ann@ours.example\n2026-03-06 Opened by ann @acme", "never on", "workspace"),
        ("until(account.renewal_date) <= 90d and until(account.renewal_date) > 0d", "2026-03-05 account acme renewal_date=2027-06-01", "on from 2027-03-02T23:00 until 2027-06-01", "account"),
        ('since("Opened") > 30d', "2026-03-09 Opened by ann @acme", "on from 2026-04-08T00:00:00.000001", "person"),
        ("count(any) >= 1", "2026-03-05 Opened by ann @acme\n2026-03-06 Opened by bob @globex", "{acme: on from 2026-03-05, globex: on from 2026-03-06}", "account"),
    ],
)  # fmt: skip
def test_a_test_holds_where_the_meaning_says_so(tmp_path, when, given, expect, about):
    report, told = checked(tmp_path, signal(when, given, expect, about))
    assert (told, report.tests) == ([], 1)


def test_a_failing_test_shows_both_step_functions_and_where_they_differ(tmp_path):
    given = "2026-03-09 Opened by ann @acme\n2026-03-10T10:00 Opened by bob @acme"
    more = """
  other: {title: Other, kind: usage, about: account, when: count(any) >= 2}
"""
    text = signal("people(any, 7d) >= 2 and signal(other) and score(fit) < 5", given, "on from 2026-03-10 until 2026-03-16", more=more)
    scores = "scores:\n  fit: {title: Fit, about: account, points: [{when: count(any) >= 1, points: 2.5}]}\n"
    report, told = checked(tmp_path, text, signals__scores=scores)
    assert told == [
        "the signal `it` is on at other times for `acme`\n"
        "expected: on from 2026-03-10 until 2026-03-16\n"
        "found:    on from 2026-03-10T10:00 until 2026-03-16\n"
        "they differ from 2026-03-10: expected on, found off (people(any, 7d) is 1; signal(other) is off; score(fit) is 2.5)"
    ]
    assert (report.errors, report.problems[0].span.text) == (1, "on from 2026-03-10 until 2026-03-16")
    assert report.as_json()["tests"] == 1


def test_every_named_subject_that_differs_is_told(tmp_path):
    given = "2026-03-05 Opened by ann @acme\n2026-03-06 Opened by bob @globex\n2026-03-06 Opened by cat @hooli"
    _, told = checked(tmp_path, signal("count(any) >= 1", given, "{acme: never on, globex: on from 2026-03-06, hooli: never on}"))
    assert [line.split("\n")[0] for line in told] == [
        "the signal `it` is on at other times for `acme`",
        "the signal `it` is on at other times for `hooli`",
    ]


def test_what_was_seen_is_told_in_words(tmp_path):
    given = "2026-03-09 Opened by ann @acme\n2026-03-09 account acme renewal_date=2026-04-01 employees=7"
    when = 'since("Opened") > 5d and until(account.renewal_date) < 90d and employees > 5 and country = US'
    _, told = checked(tmp_path, signal(when, given, "on from 2026-03-16T12:30"))
    assert told[0].split("(", 1)[1] == (
        'since("Opened") is about 1w; until(account.renewal_date) is about 15d; employees is 7; country is unknown)'
    )


def test_mistakes_of_tests_are_told_with_all_others_and_no_test_runs_then(tmp_path):
    text = signal("people(any, 7) >= 2", "2026-03-05 Opened by ann @acme\n2026-03-05 Opened\ncorrect", "on form 2026-03-05")
    report, _ = checked(tmp_path, text)
    assert [(problem.code, problem.span.line, problem.span.text) for problem in report.problems] == [
        ("bad_duration", 7, "7"),
        ("bad_fact", 11, "2026-03-05 Opened"),
        ("bad_fact", 12, "correct"),
        ("bad_expectation", 13, "form"),
    ]
    assert report.tests == 0


def test_a_test_of_nobody_is_told(tmp_path):
    _, told = checked(tmp_path, signal("count(any) >= 1", "2026-03-05 seller bea name=Bea", "never on"))
    assert told == ["the facts tell of no account"]


def test_without_tests_no_tables_are_loaded(tmp_path):
    bare = signal("count(any) >= 1", "x", "never on").split("    tests:")[0]
    playbook = folder(tmp_path, company=COMPANY, signals__it=bare)
    code = (
        "import sys; from pathlib import Path; from tandem.app.check import CheckRequest, check; "
        f"report = check(CheckRequest(Path({str(playbook)!r}))); "
        "print(report.errors, report.signals, [name for name in ('pyarrow', 'numpy', 'numba') if name in sys.modules])"
    )
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "0 ('it',) []"
