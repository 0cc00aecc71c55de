"""What `docs/signals.md` works by hand is what the reference says, and the tests of its signals pass."""

from __future__ import annotations

import pytest

from tandem.app.check import CheckRequest, check
from tandem.app.playbook import Playbook, read_playbook
from tests.docs.pages import ROOT, read_blocks
from tests.docs.worked import Worked, mistakes, read_worked

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


@pytest.mark.parametrize("worked", read_worked(PAGE), ids=lambda worked: f"line {worked.line}")
def test_a_table_says_what_its_measures_are_and_every_instant_at_which_they_change(worked: Worked, playbook: Playbook) -> None:
    assert list(mistakes(worked, playbook)) == [], f"docs/signals.md:{worked.line}"
