"""`boundary.yaml`: what it permits by default, by what names, and that one mistake hides no other."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tandem.app.check import CheckRequest, check
from tandem.app.playbook.playbook import read_playbook
from tandem.boundary.playbook.policy import Boundary, Terms
from tandem.language.expression.show import show
from tandem.values.instants import DAY, HOUR, read_instant
from tests.app.test_playbook import COMPANY, folder

SIGNALS = """
signals:
  wants_sso: {title: SSO, kind: intent, about: account, when: 'count("SSO Settings Viewed", 14d) >= 2'}
  raised_hand: {title: Hand, kind: hand_raise, about: person, when: 'count("Demo Requested", 7d) >= 1'}
  funded: {title: Funded, kind: account, about: account, when: 'count("Funding Raised", 30d) >= 1'}
  papers: {title: Papers, kind: intent, about: account, when: 'count("Questionnaire Requested", 30d) >= 1'}
scores:
  fit: {title: Fit, about: account, points: [{when: employees >= 200, points: 20}]}
"""
ICP = "tiers: [{name: A, when: employees >= 200}, {name: B, when: employees >= 20}]"
BOUNDARY = """
channels: [email, call, visit]
first_use: '"Signed Up" where plan = team'
quarantine: 10d
signals:
  wants_sso: {motion: sales_led, purpose: serve, channels: [email, call], budget: 100 per month, best_by: fit}
  raised_hand: {valid_for: 3d}
  funded: {not_before: 2d}
  papers: {procurement: true, sla: 90m}
outbound: [{tiers: [A, B], purpose: help}]
targets: {channels: [visit]}
caps: [{touches: 2, within: 7d}]
suppression:
  - {domain: rival.example, reason: a rival, until: 2026-04-01}
  - {when: person.left = true, about: person, reason: gone}
consent: {field: consent, allows: {given: [email, call], withdrawn: []}}
region: {field: account.country, allows: {US: [email, call], DE: [email]}}
hold_out: {share: 2.5%, salt: spring}
account_owner: true
"""


def playbook_of(tmp_path, boundary: str | None = BOUNDARY, **files: str):
    texts = {"company": COMPANY, "icp": ICP, "signals__all": SIGNALS} | ({} if boundary is None else {"boundary": boundary})
    return folder(tmp_path, **(texts | files))


def boundary_of(tmp_path, text: str = BOUNDARY) -> Boundary:
    playbook = read_playbook(playbook_of(tmp_path, text))
    assert [each.told() for each in playbook.problems] == []
    assert playbook.boundary is not None
    return playbook.boundary


def codes(tmp_path, text: str) -> list[str]:
    return [f"{each.code} {each.span.line}:{each.span.column}" for each in check(CheckRequest(playbook_of(tmp_path, text))).problems]


def test_a_signal_is_by_its_kind_what_it_is_evidence_of(tmp_path):
    signals = boundary_of(tmp_path).signals
    assert {name: rule.sign for name, rule in signals.items()} == {
        "wants_sso": "plain",
        "raised_hand": "raised_hand",
        "funded": "plain",
        "papers": "enterprise_need",
    }
    assert [rule.valid_for for rule in signals.values()] == [14 * DAY, 3 * DAY, 14 * DAY, 14 * DAY]
    assert (signals["funded"].not_before, signals["wants_sso"].not_before) == (2 * DAY, None)
    assert (signals["papers"].sla, signals["papers"].is_procurement) == (HOUR + HOUR // 2, True)


def test_terms_that_are_not_told_are_those_of_the_kind_of_evidence(tmp_path):
    boundary = boundary_of(tmp_path)

    def terms(one: Terms) -> tuple[object, ...]:
        return one.motion, one.purpose, one.channels

    assert terms(boundary.signals["wants_sso"].terms) == ("sales_led", "serve", ("email", "call"))
    assert terms(boundary.signals["papers"].terms) == ("sales_assist", "sell", None)
    assert terms(boundary.targets) == ("sales_led", "sell", ("visit",))
    assert [(each.tiers, terms(each.terms)) for each in boundary.outbound] == [(("A", "B"), ("sales_led", "help", None))]


def test_a_budget_has_a_number_a_period_and_a_score(tmp_path):
    budget = boundary_of(tmp_path).signals["wants_sso"].budget
    assert budget is not None
    assert (budget.leads, budget.per, budget.score) == (100, "month", "fit")


def test_conditions_fields_and_selectors_are_read_by_the_names_of_the_playbook(tmp_path):
    boundary = boundary_of(tmp_path)
    assert boundary.first_use is not None
    assert show(boundary.first_use) == '"Signed Up" where plan = team'
    assert boundary.consent is not None
    assert (show(boundary.consent.of), boundary.consent.about) == ("consent", "person")
    assert boundary.consent.allows("given") == {"email", "call"}
    assert boundary.consent.allows("perhaps") == frozenset()
    assert boundary.region is not None
    assert boundary.region.allows(None) == {"email"}
    pattern, condition = boundary.suppression
    assert pattern.rule is not None
    # The company's midnight, not that of UTC.
    assert (pattern.rule.who, pattern.rule.pattern, pattern.rule.until) == (
        "domain",
        "rival.example",
        read_instant("2026-04-01T04:00Z", None),
    )
    assert condition.when is not None
    assert (show(condition.when), condition.about) == ("person.left = true", "person")
    assert boundary.hold_out is not None
    assert boundary.hold_out.share == Fraction(1, 40)


def test_every_rule_knows_its_line(tmp_path):
    boundary = boundary_of(tmp_path)
    places = [boundary.signals["papers"].place, boundary.quarantine_at, boundary.caps[0].place, boundary.suppression[0].place]
    assert [place and place.line for place in places] == [9, 4, 12, 14]


def test_a_playbook_without_a_boundary_has_none_and_is_not_warned(tmp_path):
    path = playbook_of(tmp_path, None)
    assert read_playbook(path).boundary is None
    assert check(CheckRequest(path)).problems == ()


def test_one_mistake_hides_no_other(tmp_path):
    text = """
first_use: '"Signed Up" wher'
signals:
  wants_sos: {evidence: enterprise_need}
  papers: {procurement: yes, sla: 8h}
  raised_hand: {channels: [phone], budget: 5 per day, best_by: fitness}
suppression:
  - {when: employees > many, reason: too many}
  - {domian: x.example, reason: a typing error}
outbound: [{tiers: [C]}]
"""
    assert codes(tmp_path, text) == [
        "bad_expression 2:25",
        "unknown_name 4:3",
        "wrong_type 5:25",
        "unknown_name 6:28",
        "unknown_name 6:64",
        "unknown_field 8:24",
        "unknown_key 9:6",
        "unknown_name 10:21",
    ]


def test_the_spelling_of_a_boundary_is_no_other_version_and_its_meaning_is(tmp_path):
    def version(name: str, text: str) -> str:
        return read_playbook(playbook_of(tmp_path / name, text)).fingerprint

    first = version("a", "suppression: [{when: employees>=5 and country=US, reason: x}]")
    assert version("b", 'suppression:\n  - {reason: "x", when: (employees >= 5) and country = "US"}') == first
    assert version("c", "suppression: [{when: employees>=6 and country=US, reason: x}]") != first
    assert version("d", "") != first


def test_a_signal_that_others_ask_for_is_received(tmp_path):
    signals = SIGNALS.replace("when: 'count(\"Funding Raised\", 30d) >= 1'", "when: signal(wants_sso)")
    text = "signals: {funded: {}, raised_hand: {}, papers: {procurement: true, sla: 8h}}"
    assert check(CheckRequest(playbook_of(tmp_path, text, signals__all=signals))).problems == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("signals: {papers: {sla: 8h}}", "contradiction 1:25"),
        ("signals: {papers: {procurement: true, sla: 8h, evidence: plain}}", "contradiction 1:58"),
        ("signals: {papers: {procurement: true, sla: 8h, not_before: 1d}}", "contradiction 1:60"),
        ("signals: {raised_hand: {not_before: 1d}}", "contradiction 1:37"),
        ("signals: {papers: {procurement: true, sla: 8h, best_by: fit}}", "contradiction 1:57"),
        ("signals: {papers: {procurement: true, sla: 0m}}", "bad_value 1:44"),
        ("signals: {papers: {budget: 0 per month}}", "bad_value 1:28"),
        ("region: {field: country, allows: {}}", "empty_value 1:34"),
        ("caps: [{touches: 0, within: 7d}]", "out_of_range 1:18"),
        ("suppression: [{account: acme, person: ann, reason: x}]", "contradiction 1:31"),
        ("suppression: [{account: acme, reason: x, since: 2026-04-01, until: 2026-03-01}]", "contradiction 1:68"),
        ("channels: [email, email]", "repeated_name 1:19"),
    ],
)
def test_what_does_not_go_together_is_told_at_its_place(tmp_path, text, code):
    assert codes(tmp_path, text) == [code]
