"""What is asked as of an instant of which nothing is known yet is answered, with one clear word about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.projects import project, tandem

PRODUCT = "events: [Signed Up, Paid]\n"
FACTS = "2026-03-02 account acme\n2026-03-02T09:00 Signed Up by ann @acme\n2026-03-03T09:00 Signed Up by bob @acme\n"
FUNNEL = ("funnel", "Signed Up", "Paid", "--within", "7d")
WARNING = "nothing is known after 2026-03-03T09:00:00Z: as of 2026-06-01T00:00:00Z is answered as if nothing had happened since"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("as_of")
    found = project(path / "acme", product=PRODUCT)
    (path / "facts.txt").write_text(FACTS)
    assert tandem(found, "import", "notation", path / "facts.txt").code == 0
    return found


@pytest.mark.parametrize(
    "command",
    [
        FUNNEL,
        ("retention", "--first", "Signed Up"),
        ("active",),
        ("lifecycle",),
        ("leads",),
        ("explain", "acme"),
        ("facts",),
        ("doctor",),
        ("identity", "ann"),
        ("plan",),
    ],
)
def test_an_instant_of_which_nothing_is_known_yet_is_told_once(folder: Path, command: tuple[str, ...]) -> None:
    for format_ in ("table", "csv", "json"):
        told = tandem(folder, *command, "--as-of", "2026-06-01", "--format", format_)
        assert (told.code, told.err.splitlines().count(WARNING)) == (0, 1), told.err
        if format_ != "json":
            assert told.err.splitlines()[-1] == "as of 2026-06-01T00:00:00Z"


def test_windows_that_seem_over_are_dropped_and_the_warning_says_why(folder: Path) -> None:
    assert [(step["dropped"], step["open"]) for step in tandem(folder, *FUNNEL, "--format", "json").json["steps"]] == [(0, 2), (0, 0)]
    told = tandem(folder, *FUNNEL, "--format", "json", "--as-of", "2026-06-01")
    assert [(step["dropped"], step["open"]) for step in told.json["steps"]] == [(2, 0), (0, 0)]
    assert told.err == WARNING + "\n"


@pytest.mark.parametrize("as_of", ["2026-03-03T09:00", "2026-03-02"])
def test_an_instant_of_which_something_is_known_needs_no_word(folder: Path, as_of: str) -> None:
    assert tandem(folder, *FUNNEL, "--format", "json", "--as-of", as_of).err == ""
    assert tandem(folder, *FUNNEL, "--format", "json").err == ""
