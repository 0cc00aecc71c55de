"""Signals, scores, sets, tiers and targets: what a playbook declares of them, in all its files together."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tandem.app.check import CheckRequest, check, check_project
from tandem.app.playbook.playbook import read_playbook
from tandem.app.project import Project
from tandem.app.world import World
from tandem.language.expression.show import show
from tandem.signals.playbook.declare import Target
from tandem.values.instants import DAY
from tests.app.projects import project, tandem
from tests.app.test_playbook import COMPANY, folder

PRODUCT = """
name: App
plans: [free, team, enterprise]
events: [Signed Up, Report Shared, Runbook Created, SSO Settings Viewed]
trial: 2w
sets:
  core: [Runbook Created, '"Report Shared" where plan = team']
  start: Signed Up
"""
ICP = """
tiers:
  - name: A
    when: employees >= 200 and country in (US, DE)
  - {name: B, when: employees >= 20}
targets:
  - globex.com
  - {account: A-17, owner: bea, segment: enterprise}
"""
SIGNALS = """
signals:
  takeoff:
    title: Ten people active in one week
    kind: usage
    about: workspace
    when: >
      people(any, 7d) >= 10
      and count(core, 30d) >= 3
    tests:
      - given: |
          2026-03-01 Signed Up by ann @acme
        expect: never on
      - given: 2026-03-01 Signed Up by ann @acme
        expect: {acme: never on, globex: never on}
  wanted:
    title: A target account signed up
    kind: account
    about: account
    when: account.is_target = true and icp_tier = A and count(start) >= 1
    cooldown: 7d
    note: asked for by sales
"""
SCORES = """
scores:
  fit:
    title: How well it fits
    about: account
    points:
      - {when: employees >= 200, points: 20}
      - {title: Too small, when: employees < 20, points: -0.5}
signals:
  good:
    {title: Fits, kind: account, about: account, when: score(fit) >= 10 and signal(wanted)}
"""


def acme(tmp_path, **files):
    texts = {"company": COMPANY, "product": PRODUCT, "icp": ICP, "signals__usage": SIGNALS, "signals__fit": SCORES}
    return folder(tmp_path, **{name: text for name, text in (texts | files).items() if text is not None})


def told(playbook):
    return [(str(problem.span), problem.code) for problem in playbook.problems]


def test_a_signal_has_a_condition_and_the_place_where_it_stands(tmp_path):
    playbook = read_playbook(acme(tmp_path))
    assert [problem.told() for problem in playbook.problems] == []
    assert sorted(playbook.signals) == ["good", "takeoff", "wanted"]
    takeoff, wanted = playbook.signals["takeoff"], playbook.signals["wanted"]
    assert show(takeoff.when) == "people(any, 7d) >= 10 and count(core, 30d) >= 3"
    assert (takeoff.title, takeoff.kind, takeoff.about) == ("Ten people active in one week", "usage", "workspace")
    assert (takeoff.cooldown, wanted.cooldown) == (30 * DAY, 7 * DAY)
    assert (takeoff.place.source.path, takeoff.place.line) == ("playbook/signals/usage.yaml", 7)
    assert [list(test.expect) for test in takeoff.tests] == [[None], ["acme", "globex"]]
    assert takeoff.tests[0].given.value == "2026-03-01 Signed Up by ann @acme\n"


def test_a_score_is_the_sum_of_exact_points(tmp_path):
    score = read_playbook(acme(tmp_path)).scores["fit"]
    assert [(show(line.when), line.points, line.title) for line in score.points] == [
        ("employees >= 200", 20, ""),
        ("employees < 20", Fraction(-1, 2), "Too small"),
    ]
    assert score.declaration.points == tuple((line.when, line.points) for line in score.points)


def test_a_set_names_events_and_a_trial_has_a_length(tmp_path):
    product = read_playbook(acme(tmp_path)).product
    assert {name: [show(each) for each in picked] for name, picked in product.sets.items()} == {
        "core": ['"Runbook Created"', '"Report Shared" where plan = team'],
        "start": ['"Signed Up"'],
    }
    assert product.trial == 14 * DAY


def test_tiers_are_the_choices_of_a_field_and_targets_are_named_by_id_or_domain(tmp_path):
    playbook = read_playbook(acme(tmp_path))
    assert [(tier.name, show(tier.when)) for tier in playbook.icp.tiers] == [
        ("A", "employees >= 200 and country in (US, DE)"),
        ("B", "employees >= 20"),
    ]
    assert playbook.icp.targets == (Target("globex.com"), Target("A-17", owner="bea", segment="enterprise"))
    # Choices ascend, and the best tier stands first in the file.
    assert playbook.names.choices == {"account.icp_tier": ("B", "A")}
    assert playbook.names.records["account"]["is_target"] == "flag"


def test_without_an_icp_there_is_no_tier(tmp_path):
    playbook = read_playbook(acme(tmp_path, icp=None))
    assert told(playbook) == [("playbook/signals/usage.yaml:20:40", "unknown_field")]


def test_all_problems_are_told_at_once_where_they_stand_in_folded_and_literal_texts(tmp_path):
    wrong = """
    signals:
      one:
        title: One
        kind: usage
        about: account
        when: >
          people(any, 7) >= 10
          and plan = tema

          and count("Signed Upp", 7d) == 1
      two:
        kind: usge
        about: account
        when: |
          signal(one) and
            signal(won)
      three:
        title: Three
        kind: usage
        about: acount
        when: people(any, 7d >= 1
    """
    playbook = read_playbook(acme(tmp_path, signals__usage=wrong, signals__fit=None))
    assert told(playbook) == [
        ("playbook/signals/usage.yaml:8:23", "bad_duration"),
        ("playbook/signals/usage.yaml:9:22", "unknown_choice"),
        ("playbook/signals/usage.yaml:11:21", "unknown_name"),
        ("playbook/signals/usage.yaml:11:39", "other_language"),
        ("playbook/signals/usage.yaml:13:9", "missing_key"),
        ("playbook/signals/usage.yaml:13:15", "unknown_choice"),
        ("playbook/signals/usage.yaml:17:13", "unknown_name"),
        ("playbook/signals/usage.yaml:21:16", "unknown_choice"),
    ]
    assert check(CheckRequest(tmp_path / "playbook")).errors == 8


def test_a_mistake_in_one_file_makes_no_mistakes_of_what_others_ask(tmp_path):
    # The product has a mistake of its own, and still says which sets, events and plans there are.
    wrong = PRODUCT.replace("name: App", "nam: App")
    assert told(read_playbook(acme(tmp_path / "product", product=wrong))) == [("playbook/product.yaml:2:1", "unknown_key")]
    for name, file in (("broken product", "product"), ("broken signals", "signals__usage"), ("broken icp", "icp")):
        playbook = read_playbook(acme(tmp_path / name, **{file: "a: ["}))
        assert [problem.code for problem in playbook.problems] == ["unclosed_bracket"], name
    # Whether plans have an order, only the product could say.
    highest = SCORES.replace("employees < 20", "highest(plan) = free")
    for wrong, code in (("a: [", "unclosed_bracket"), (PRODUCT.replace("[free,", "[{nam: free},"), "unknown_key")):
        playbook = read_playbook(acme(tmp_path / code, product=wrong, signals__fit=highest))
        assert [problem.code for problem in playbook.problems] == [code]
    # A signal without its title is still one that others may ask.
    wrong = SIGNALS.replace("    title: A target account signed up\n", "")
    assert told(read_playbook(acme(tmp_path / "title", signals__usage=wrong))) == [("playbook/signals/usage.yaml:17:5", "missing_key")]


def test_signals_scores_and_tiers_may_not_ask_each_other_in_a_circle(tmp_path):
    circular = ICP.replace("employees >= 20}", "score(fit) >= 5}")
    scores = SCORES.replace("employees < 20", "account.icp_tier = B")
    (problem,) = read_playbook(acme(tmp_path, icp=circular, signals__fit=scores)).problems
    assert (problem.code, problem.message) == (
        "signal_cycle",
        "declarations ask each other in a circle: the score `fit`, which asks `account.icp_tier`, which asks the score `fit`",
    )


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("signals__usage", "people(any, 7d) >= 10\n", "people( any,1w ) >= 10\n"),
        ("signals__usage", "about: workspace\n", "about: workspace\n    note: ours\n"),
        ("signals__usage", "Ten people active in one week", "A team takes off"),
        ("signals__usage", "expect: never on\n", "expect: on from 2026-03-01\n"),
        ("signals__fit", "Too small", "Tiny"),
        ("icp", "country in (US, DE)", 'country in ("US", "DE")'),
        ("product", '"Report Shared" where plan = team', '"Report Shared" where plan = "team"'),
        ("product", "start: Signed Up", "start: '\"Signed Up\"'"),
    ],
)
def test_the_fingerprint_does_not_see_what_decides_nothing(tmp_path, file, old, new):
    texts = {"product": PRODUCT, "icp": ICP, "signals__usage": SIGNALS, "signals__fit": SCORES}
    assert old in texts[file]
    before = read_playbook(acme(tmp_path / "before"))
    after = read_playbook(acme(tmp_path / "after", **{file: texts[file].replace(old, new)}))
    assert (told(before), told(after)) == ([], [])
    assert before.fingerprint == after.fingerprint


def test_in_which_file_a_signal_stands_decides_nothing(tmp_path):
    one = read_playbook(acme(tmp_path / "one"))
    moved = SCORES + SIGNALS.replace("signals:\n", "")
    other = read_playbook(acme(tmp_path / "other", signals__usage=None, signals__fit=None, signals__all=moved))
    assert (told(other), other.fingerprint) == ([], one.fingerprint)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("signals__usage", "people(any, 7d) >= 10\n", "people(any, 7d) >= 11\n"),
        ("signals__usage", "cooldown: 7d", "cooldown: 8d"),
        ("signals__usage", "kind: usage", "kind: intent"),
        ("signals__usage", "takeoff:", "take_off:"),
        ("signals__fit", "points: 20", "points: 21"),
        ("icp", "globex.com", "globex.org"),
        ("icp", "employees >= 20}", "employees >= 21}"),
        ("product", "plan = team", "plan = free"),
        ("product", "trial: 2w", "trial: 3w"),
    ],
)
def test_the_fingerprint_sees_every_rule(tmp_path, file, old, new):
    texts = {"product": PRODUCT, "icp": ICP, "signals__usage": SIGNALS, "signals__fit": SCORES}
    assert old in texts[file]
    before = read_playbook(acme(tmp_path / "before"))
    after = read_playbook(acme(tmp_path / "after", **{file: texts[file].replace(old, new)}))
    assert (told(before), told(after)) == ([], [])
    assert before.fingerprint != after.fingerprint


def test_a_trial_is_long_enough_if_one_signal_can_fire_in_it(tmp_path):
    habit = """
signals:
  habit: {title: Habit, kind: usage, about: workspace, when: "days(any, 30d) >= 20"}
  fits: {title: Fits, kind: account, about: account, when: employees >= 10}
"""
    quick = habit + '  start: {title: Start, kind: intent, about: workspace, when: "count(any, 7d) >= 1"}\n'
    assert [each.code for each in check(CheckRequest(acme(tmp_path / "a", signals__usage=habit, signals__fit=None))).problems] == [
        "trial_too_short"
    ]
    assert check(CheckRequest(acme(tmp_path / "b", signals__usage=quick, signals__fit=None))).problems == ()


def test_check_warns_of_a_declared_event_that_the_data_has_not(tmp_path):
    folder = project(tmp_path / "acme", product="events: [Signed Up, Report Shared]\n")
    assert check_project(Project(folder, World())).problems == ()
    (tmp_path / "facts.txt").write_text("2026-03-01 Signed Up by ann @acme\n")
    assert tandem(folder, "import", "notation", tmp_path / "facts.txt").code == 0
    (problem,) = check_project(Project(folder, World())).problems
    assert (problem.code, problem.severity, problem.span.text) == ("event_never_seen", "warning", "Report Shared")
    told = tandem(folder, "check")
    assert (told.code, "0 errors, 1 warning; 0 sources, 0 signals" in told.out) == (0, True)
