"""The demo's folder and its page: made again, made by somebody else, changed by hand, stopped halfway."""

from __future__ import annotations

import shlex
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from tandem.app.failures import AnotherWriter, Failure, WrongUsage
from tandem.cli.main import tandem
from tandem.demo import making
from tandem.demo.making import MARKER, Demo, DemoRequest, _put, make_demo
from tandem.storage.lock import WriterLock


def small(folder: Path, seed: int = 1) -> Demo:
    return make_demo(DemoRequest(folder, accounts=2, months=1, seed=seed))


def page(folder: Path) -> str:
    result = CliRunner().invoke(tandem, ["demo", str(folder), "--accounts", "3", "--months", "2", "--seed", "5"])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_same_seed_prints_the_same_page(tmp_path: Path):
    first, second = page(tmp_path / "a"), page(tmp_path / "b")
    assert first.replace(str(tmp_path / "a"), "DIR") == second.replace(str(tmp_path / "b"), "DIR")
    for said in (
        "3 companies",
        "the 2 months until 2026-06-30 (seed 5)",
        "received",
        "bad_instant 2",
        "0 errors, 0 warnings",
        "in force from the log's beginning",
        "How accounts are won",
        "likes_dark",
        "Today's leads",
        "poached",
        "neglected",
        "The story of",
        "Try next",
        "doctor",
    ):
        assert said in first


def test_the_page_fits_a_screen_and_its_commands_work_as_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(tandem, ["demo", "larch", "--accounts", "25", "--months", "6", "--seed", "2"])
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert [line for line in lines if len(line) > 100] == []
    tries = [shlex.split(line, comments=True) for line in lines[lines.index("Try next") + 2 :]]
    assert [each[3] for each in tries] == ["leads", "explain", "explain", "explain", "curve", "plan", "identity", "doctor"]
    for each in tries:
        tried = CliRunner().invoke(tandem, each[1:])
        assert tried.exit_code == 0, (each, tried.output)
        # What the page applied is in force, from the log's beginning on.
        assert "no playbook was applied" not in tried.output


def test_a_demo_made_again_starts_afresh(tmp_path: Path):
    first = small(tmp_path / "larch")
    again = small(tmp_path / "larch")
    assert [each.counts for each in again.imports] == [each.counts for each in first.imports]
    other = small(tmp_path / "larch", seed=2)
    assert other.company.accounts[0].name != first.company.accounts[0].name
    assert other.project.log().known_until is not None


def test_a_folder_that_the_demo_did_not_make_is_left_alone(tmp_path: Path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "precious").write_text("years of work")
    with pytest.raises(Failure, match="was not made by `tandem demo`"):
        small(tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["data", "precious"]


def test_an_empty_folder_will_do(tmp_path: Path):
    assert small(tmp_path).imports


def test_a_playbook_that_somebody_changed_is_not_overwritten(tmp_path: Path):
    small(tmp_path)
    product = tmp_path / "playbook" / "product.yaml"
    product.write_text(product.read_text() + "# mine\n")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(Failure, match=r"changed since the demo wrote it: `.*product\.yaml`"):
        small(tmp_path, seed=2)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_files_that_somebody_added_stay(tmp_path: Path):
    small(tmp_path)
    (tmp_path / "exports" / "mine.csv").write_text("a,b\n")
    small(tmp_path)
    assert (tmp_path / "exports" / "mine.csv").read_text() == "a,b\n"


def test_a_demo_that_was_stopped_halfway_can_be_made_again(tmp_path: Path):
    small(tmp_path)
    (tmp_path / "playbook" / "product.yaml").unlink()
    (tmp_path / "exports" / "billing.csv").write_bytes(b"subscr")
    assert small(tmp_path).imports[-1].counts.failed == 0


def test_a_demo_of_an_older_release_is_replaced_even_if_that_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    small(tmp_path)
    old = tmp_path / "playbook" / "product.yaml"
    digest = sha256(old.read_bytes()).hexdigest()
    old.write_text("name: Larch, as it was in an older release\n")
    marker = tmp_path / MARKER
    marker.write_text(marker.read_text().replace(digest, sha256(old.read_bytes()).hexdigest()))
    with monkeypatch.context() as stopped:
        stopped.setattr(making, "write_schemas", _stop)
        stopped.setattr(making, "_put", lambda path, content: None if path.name == "product.yaml" else _put(path, content))
        with pytest.raises(KeyboardInterrupt):
            small(tmp_path)
    assert old.read_text().endswith("older release\n")
    small(tmp_path)
    assert "older release" not in old.read_text()


def _stop(folder: Path) -> None:
    raise KeyboardInterrupt


def test_a_demo_that_another_command_writes_to_is_left_alone(tmp_path: Path):
    small(tmp_path)
    with WriterLock(tmp_path / "data" / "writer.lock", "import segment"), pytest.raises(AnotherWriter, match="import segment"):
        small(tmp_path)
    assert (tmp_path / MARKER).is_file()


def test_one_company_in_one_month_has_a_story(tmp_path: Path):
    result = CliRunner().invoke(tandem, ["demo", str(tmp_path / "one"), "--accounts", "1", "--months", "1", "--seed", "9"])
    assert result.exit_code == 0, result.output
    assert "(A-1001): " in result.stdout


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"months": 100_000}, {"accounts": 0}])
def test_numbers_that_cannot_be_simulated_are_refused(tmp_path: Path, wrong: dict[str, int]):
    with pytest.raises(WrongUsage):
        make_demo(DemoRequest(tmp_path / "larch", **wrong))
    assert not (tmp_path / "larch").exists()
