"""What `docs/signals.md` works by hand is what the reference says, and the tests of its signals pass."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from tandem.app.check import CheckRequest, check
from tandem.app.playbook.playbook import Playbook, read_playbook
from tandem.language.expression.nodes import Condition
from tandem.signals.edges import edges
from tandem.signals.fold import Fold
from tandem.values.instants import read_instant
from tests.docs.pages import ROOT, read_blocks
from tests.docs.worked import BEYOND, CONDITIONS, Worked, mistakes, read_column, read_worked, world_of
from tests.signals.timelines import TimelineOf, folded_edges

PAGE = (ROOT / "docs" / "signals.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def playbook(tmp_path_factory: pytest.TempPathFactory) -> Playbook:
    """All that the page declares."""
    into = tmp_path_factory.mktemp("page")
    for block in read_blocks(PAGE):
        _, playbook, path = block.name.rpartition("playbook/")
        if playbook:
            file = into / path
            file.parent.mkdir(exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
    report = check(CheckRequest(into))
    assert report.problems == (), [problem.told() for problem in report.problems]
    return read_playbook(into)


WORKED = read_worked(PAGE)


@pytest.mark.parametrize("worked", WORKED, ids=lambda worked: f"line {worked.line}")
def test_a_table_says_what_its_measures_are_and_every_instant_at_which_they_change(worked: Worked, playbook: Playbook) -> None:
    assert list(mistakes(worked, playbook)) == [], f"docs/signals.md:{worked.line}"


def test_a_wrong_cell_and_a_missing_row_are_told(playbook: Playbook) -> None:
    first = WORKED[0]
    assert first.rows[1][:3] == ("2026-04-03T09:00", "2", "1")
    wrong = replace(first, rows=(first.rows[0], ("2026-04-03T09:00", "2", "2", "false"), *first.rows[2:]))
    assert 'people("Report Shared", 7d)` at 2026-04-03T09:00: the page says 2, it is 1' in next(mistakes(wrong, playbook))
    missing = replace(first, rows=(first.rows[0], *first.rows[2:]))
    assert list(mistakes(missing, playbook)) == ['`count("Report Shared", 7d)` becomes 2 at 2026-04-03T09:00, and no row says so']


@pytest.mark.parametrize("worked", WORKED, ids=lambda worked: f"line {worked.line}")
def test_the_folds_turn_the_page_s_conditions_where_the_reference_does(worked: Worked, playbook: Playbook) -> None:
    world = world_of(worked, playbook)
    timeline = TimelineOf(world)
    fold = Fold(timeline, world)
    until = read_instant(worked.rows[-1][0], world.zone) + BEYOND
    for _, text in worked.columns:
        condition = read_column(text, playbook, worked.subject.kind)
        if isinstance(condition, CONDITIONS):
            told = cast(Condition, condition)
            found = folded_edges(fold, timeline, told, worked.subject.kind, until)[worked.subject.id]
            meant = edges(world, told, worked.subject, until)
            assert found == [(edge.at, edge.edge, edge.known_at) for edge in meant], text
