"""Every threshold that `tandem curve` tries is one that a person would pick."""

from __future__ import annotations

from pathlib import Path

import pytest

from tandem.app.thresholds import likely_around, likely_up_to
from tandem.language.expression.nodes import SCALE
from tandem.values.instants import DAY, HOUR
from tests.app.projects import project, tandem

SIGNALS = """
signals:
  quiet:
    title: Nothing was opened for 90 days
    kind: usage
    about: account
    when: since("Opened") > 90d
  busy:
    title: Much was opened in a week
    kind: usage
    about: account
    when: count("Opened", 7d) >= 7
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("curve")
    found = project(path / "acme", product="events: [Opened]\n")
    (found / "playbook" / "signals").mkdir()
    (found / "playbook" / "signals" / "usage.yaml").write_text(SIGNALS)
    opened = [f"2025-01-02T{n // 60:02}:{n % 60:02} Opened by ann @acme" for n in range(110)]
    (path / "facts.txt").write_text("\n".join(["2025-01-01 account acme", *opened, "2025-12-31 account acme seats=3\n"]))
    assert tandem(found, "import", "notation", path / "facts.txt").code == 0
    return found


def thresholds(folder: Path, signal: str) -> list[str]:
    rows = tandem(folder, "curve", signal, "--format", "csv").csv
    assert [row["stands"] for row in rows].count("true") == 1
    return [row["threshold"] for row in rows]


def test_lengths_of_days_are_compared_with_lengths_of_days(folder: Path) -> None:
    assert thresholds(folder, "quiet") == ["30d", "45d", "60d", "75d", "90d", "120d", "150d", "180d", "270d"]


def test_many_that_are_counted_are_compared_with_round_numbers_and_with_the_one_that_stands(folder: Path) -> None:
    assert thresholds(folder, "busy") == [str(n) for n in (1, 2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100)]


def test_what_stands_is_always_among_them() -> None:
    for stands in (17 * DAY, 90 * DAY + HOUR, 20_000 * DAY):
        assert stands in likely_around(stands, "duration")
    for number in (0, 1, 7 * SCALE, 123_456, -50 * SCALE):
        found = likely_around(number, "number")
        assert (number in found, found == sorted(found)) == (True, True)
        assert all(abs(number) <= 4 * abs(each) and abs(each) <= 4 * abs(number) for each in found)


def test_of_a_whole_number_others_are_whole_and_of_a_share_they_are_round() -> None:
    assert likely_around(3 * SCALE, "number") == [n * SCALE for n in (1, 2, 3, 4, 5, 6, 8, 10)]
    assert [n * 100 // SCALE for n in likely_around(SCALE // 5, "share")] == [5, 6, 8, 10, 15, 20, 25, 30, 40, 50, 60, 80]


def test_few_that_are_counted_are_all_tried() -> None:
    assert likely_up_to(32) == list(range(1, 33))
    assert likely_up_to(33)[-3:] == [20, 25, 30]
