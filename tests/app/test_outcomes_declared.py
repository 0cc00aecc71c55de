"""What `product.yaml` declares of outcomes: what counts as success, and by whose word."""

from __future__ import annotations

from pathlib import Path

from tandem.app.playbook.playbook import Playbook, read_playbook
from tandem.language.expression.show import show
from tandem.values.instants import read_instant


def playbook(folder: Path, product: str) -> Playbook:
    (folder / "company.yaml").write_text("name: Acme\ntime_zone: Europe/Berlin\n")
    (folder / "product.yaml").write_text(f"name: App\n{product}")
    found = read_playbook(folder)
    assert [problem.told() for problem in found.problems] == []
    return found


def test_an_outcome_is_one_thing_that_happens_to_an_account_unless_it_says_otherwise(tmp_path: Path) -> None:
    found = playbook(
        tmp_path,
        """
plans: [free, team]
outcomes:
  won: {opportunity: won}
  upgraded: {plan: team, about: workspace, first: ever}
  left: {subscription: cancelled, first: after, note: they do not come back}
  paid: {payment: first}
""",
    ).product.judged.outcomes
    assert {name: (each.turn, each.about, each.first_ever, each.plan) for name, each in found.items()} == {
        "won": ("won", "account", False, ""),
        "upgraded": ("plan", "workspace", True, "team"),
        "left": ("cancelled", "account", False, ""),
        "paid": ("paid", "account", True, ""),
    }


def test_an_outcome_may_be_an_event_a_set_or_a_selector(tmp_path: Path) -> None:
    found = playbook(
        tmp_path,
        """
sets: {core: [Report Shared, Runbook Run]}
outcomes:
  shared: {event: Report Shared}
  worked: {event: core}
  shared_outside: {event: '"Report Shared" where outside = true', about: person}
""",
    ).product.judged.outcomes
    selectors = {name: show(each.selector) for name, each in found.items() if each.selector is not None}
    assert selectors == {"shared": '"Report Shared"', "worked": "core", "shared_outside": '"Report Shared" where outside = true'}


def test_stages_are_known_by_their_usual_names_and_by_those_that_are_declared(tmp_path: Path) -> None:
    usual = playbook(tmp_path, "").product.judged.stages
    assert usual.is_won("Closed Won")
    assert usual.is_won("won")
    assert usual.is_lost("closedlost")
    assert usual.is_open("Discovery")
    assert not usual.is_won(None)
    own = playbook(tmp_path, "stages: {won: [Unterschrieben]}\n").product.judged.stages
    assert own.is_won("unterschrieben")
    assert not own.is_won("Closed Won")
    assert own.is_lost("Closed Lost")


def test_a_source_is_complete_until_a_day_that_begins_where_the_company_is(tmp_path: Path) -> None:
    found = playbook(tmp_path, "complete_until: {segment: 2026-03-01}\ntouches_per_lead: 6\n").product.judged
    assert found.complete_until == {"segment": read_instant("2026-02-28T23:00Z", None)}
    assert found.touches_per_lead == 6


def test_what_counts_as_success_is_part_of_the_rules(tmp_path: Path) -> None:
    one, other = (playbook(tmp_path, f"outcomes: {{won: {{opportunity: {turn}}}}}\n") for turn in ("won", "created"))
    assert one.fingerprint != other.fingerprint
