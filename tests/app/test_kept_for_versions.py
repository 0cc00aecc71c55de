"""What is kept of several playbooks side by side: edges by what a signal means, timelines by the rules of identity."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tandem.app.history import edges as app_edges
from tandem.app.history.edges import MEANINGS_MOST, kept_edges, meaning_of
from tandem.app.history.timeline import OTHERS_MOST, KeptTimeline
from tandem.app.playbook.playbook import Playbook, read_playbook
from tandem.app.project import Project
from tandem.app.world import World
from tandem.storage.derived import Derived
from tests.app.projects import project, tandem

PRODUCT = """\
plans: [free, team]
sets: {{core: [Opened]}}
identity: {{fan_out: {fan_out}}}
"""
SIGNALS = """\
signals:
  active: {{title: Active, kind: usage, about: account, when: 'count(core, 7d) >= {threshold}'}}
  again: {{title: Again, kind: usage, about: account, when: signal(active) and plan = free}}
  closed: {{title: Closed, kind: usage, about: account, when: 'count("Closed", 7d) >= 1'}}
"""
FACTS = """\
2026-03-01 Opened by ann @acme
2026-03-02 Opened by ann @acme
2026-03-20 Closed by bob @beta
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = project(tmp_path / "acme", product=PRODUCT.format(fan_out=5))
    (found / "playbook" / "signals").mkdir()
    (found / "playbook" / "signals" / "all.yaml").write_text(SIGNALS.format(threshold=1))
    facts = tmp_path / "facts.txt"
    facts.write_text(FACTS)
    assert tandem(found, "import", "notation", facts).code == 0
    return found


def version(folder: Path, *, threshold: int = 1, fan_out: int = 5, core: str = "[Opened]", more: str = "") -> Playbook:
    """The project's playbook with other rules, which stands somewhere else."""
    other = folder.parent / f"other-{threshold}-{fan_out}"
    shutil.copytree(folder / "playbook", other, dirs_exist_ok=True)
    (other / "signals" / "all.yaml").write_text(SIGNALS.format(threshold=threshold) + more)
    (other / "product.yaml").write_text("name: App\n" + PRODUCT.format(fan_out=fan_out).replace("[Opened]", core))
    found = read_playbook(other)
    assert found.problems == ()
    return found


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The signals whose edges were found, and not only opened, as it happens."""
    names: list[str] = []
    real = app_edges._found

    def noted(project: Any, log: Any, playbook: Any, missing: Any, *others: Any) -> Any:
        names.extend(sorted(signal.name for signal in missing.values()))
        return real(project, log, playbook, missing, *others)

    monkeypatch.setattr(app_edges, "_found", noted)
    return names


def edges(folder: Path, playbook: Playbook) -> dict[str, list[int]]:
    opened = Project(folder, World())
    kept = kept_edges(opened, opened.log(), playbook.signals.values(), playbook)
    return {name: each.at.tolist() for name, each in kept.items()}


def test_edges_of_two_versions_stand_side_by_side_and_what_means_the_same_is_shared(folder: Path, found: list[str]) -> None:
    one, two = version(folder), version(folder, threshold=2)
    first = edges(folder, one)
    assert (len(first["active"]), found) == (2, ["active", "again", "closed"])
    # What names a signal that changed has changed; what does not, has not.
    second = edges(folder, two)
    assert second["active"] != first["active"]
    assert second["closed"] == first["closed"]
    assert found[3:] == ["active", "again"]
    assert (edges(folder, one), edges(folder, two), len(found)) == (first, second, 5)


def test_a_meaning_is_all_that_decides_edges_and_nothing_else(folder: Path) -> None:
    one = version(folder)
    same = version(folder, more="  other: {title: Other, kind: usage, about: account, when: signal(closed)}\n# A comment.\n")
    meant = {name: meaning_of(one, each) for name, each in one.signals.items()}
    assert {name: meaning_of(same, same.signals[name]) for name in meant} == meant
    of_sets = version(folder, core="[Opened, Closed]")
    changed = {name for name in meant if meaning_of(of_sets, of_sets.signals[name]) != meant[name]}
    assert changed == {"active", "again"}
    of_identity = version(folder, fan_out=4)
    assert all(meaning_of(of_identity, of_identity.signals[name]) != meant[name] for name in meant)


def test_only_the_last_few_meanings_are_kept(folder: Path, found: list[str]) -> None:
    for threshold in range(1, MEANINGS_MOST + 3):
        edges(folder, version(folder, threshold=threshold))
    manifest = Derived(folder / "data" / "edges").manifest()
    assert manifest is not None
    names = [part.partition("/")[0] for part in manifest.parts]
    assert {name: names.count(name) for name in names} == {"active": MEANINGS_MOST, "again": MEANINGS_MOST, "closed": 1}
    del found[:]
    edges(folder, version(folder, threshold=MEANINGS_MOST + 2))
    assert found == []
    edges(folder, version(folder, threshold=1))
    assert found == ["active", "again"]


def test_a_timeline_of_other_rules_throws_none_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    make = KeptTimeline._make

    def noted(self: KeptTimeline, *state: Any, **how: Any) -> None:
        made.append(self._derived.folder.parent.name)
        make(self, *state, **how)

    monkeypatch.setattr(KeptTimeline, "_make", noted)
    ours, theirs = version(folder), version(folder, fan_out=4)
    for _ in range(3):
        assert edges(folder, ours) == edges(folder, theirs)
        shutil.rmtree(folder / "data" / "edges")
    # One beside the log, which follows the folder, and one of the other rules.
    assert made == ["data", "timelines"]
    for fan_out in range(6, 6 + OTHERS_MOST):
        edges(folder, version(folder, fan_out=fan_out))
    assert len(list((folder / "data" / "timelines").iterdir())) == OTHERS_MOST
