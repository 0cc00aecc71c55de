"""The motions side by side: whom sales helps and leads now, and what came to those who were in each until then."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from tandem.app.failures import UnknownName
from tandem.app.importing import Import, import_files
from tandem.app.motions import MotionsRequest, list_motions
from tandem.app.project import Project
from tandem.app.world import World
from tandem.values.instants import read_instant

FACTS = """
2026-01-05 Signed Up by ann @acme
2026-01-05 Signed Up by bob @beta
2026-01-06 Signed Up by cat @gamma
2026-01-20 Signed Up by dan @gamma
2026-02-01 touch T-1 @beta seller=tom
2026-02-03 touch T-2 @gamma seller=tom
2026-02-10 subscription S-1 @acme status=active amount=1000 plan=team
2026-02-15 opportunity O-1 @beta stage=Discovery owner=tom
2026-03-01 opportunity O-1 @beta stage="Closed Won" owner=tom
2026-03-01 subscription S-2 @beta status=active amount=9000 plan=team
"""
PRODUCT = """
name: Acme
plans: [free, team]
outcomes:
  signed_up: {event: Signed Up, first: ever}
  signed_up_again: {event: Signed Up}
  opened: {opportunity: created}
  won: {opportunity: won}
  first_payment: {payment: first}
  person_came: {event: Signed Up, about: person}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "playbook").mkdir()
    (tmp_path / "playbook" / "company.yaml").write_text("name: Acme\n", encoding="utf-8")
    (tmp_path / "playbook" / "product.yaml").write_text(PRODUCT, encoding="utf-8")
    (tmp_path / "facts.txt").write_text(FACTS, encoding="utf-8")
    made = Project(tmp_path, World(now=lambda: read_instant("2026-03-10", UTC)))
    import_files(made, Import("notation", (tmp_path / "facts.txt",)))
    return made


def told(project: Project, as_of: str, *outcomes: str) -> list[tuple[object, ...]]:
    return [
        (each.motion, each.accounts, *each.outcomes.values())
        for each in list_motions(project, MotionsRequest(outcomes or None, as_of)).motions
    ]


def test_an_outcome_counts_for_the_motion_that_the_account_was_in_until_then(project: Project):
    # Beta was helped until its opportunity was opened, and led by it when it was won; acme paid by itself.
    assert told(project, "2026-03-10", "opened", "won", "first_payment") == [
        ("self_serve", 1, 0, 0, 1),
        ("sales_assist", 1, 1, 0, 0),
        ("sales_led", 1, 0, 1, 1),
    ]


def test_only_the_first_of_an_account_counts_where_it_is_declared_so(project: Project):
    assert told(project, "2026-03-10", "signed_up", "signed_up_again")[0] == ("self_serve", 1, 3, 4)


def test_what_was_not_yet_is_not_counted(project: Project):
    assert told(project, "2026-02-05", "opened", "first_payment") == [
        ("self_serve", 1, 0, 0),
        ("sales_assist", 2, 0, 0),
        ("sales_led", 0, 0, 0),
    ]


def test_help_is_over_after_ninety_days(project: Project):
    assert told(project, "2026-05-10", "won") == [("self_serve", 2, 0), ("sales_assist", 0, 0), ("sales_led", 1, 1)]


def test_all_outcomes_of_accounts_are_told_unless_some_are_asked_for(project: Project):
    listed = list_motions(project, MotionsRequest())
    assert list(listed.motions[0].outcomes) == ["signed_up", "signed_up_again", "opened", "won", "first_payment"]
    assert listed.as_json()["motions"][0]["motion"] == "self_serve"
    with pytest.raises(UnknownName, match="unknown outcome `person_came`"):
        list_motions(project, MotionsRequest(("person_came",)))
