"""The files of a timeline: what is missing, damaged, half-written or of another log is built again, and readers are undisturbed."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from tandem.app.history.timeline import KeptTimeline
from tandem.app.history.timeline_parts import code_log
from tandem.facts.fact import Fact
from tandem.facts.text import read_facts
from tandem.identity.rules import Exclusion, Rules
from tandem.storage import derived as derived_file
from tandem.storage.derived import Builder, Derived
from tandem.storage.log import Log
from tests.app import logs
from tests.app.logs import delivered, holdings, opened

RULES = Rules()


def facts(text: str | None) -> list[Fact]:
    return read_facts(text or "")


MARCH = """
2026-03-01 Opened by ann @acme plan=free seats=3
2026-03-02 Opened by bob @acme plan=team "a b/c~d"={"x":[1,null]}
2026-03-03 Closed by ?x
"""
APRIL = """
2026-04-01 Opened by cat @beta plan=team
2026-04-02 ?x is ann
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    delivered(tmp_path / "data", facts(MARCH))
    return tmp_path / "data"


def told(timeline: KeptTimeline) -> list[Any]:
    return sorted(holdings(timeline, "account") + holdings(timeline, "person"))


def builds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list that grows by one whenever the log is coded."""
    found: list[int] = []

    def counted(*arguments: Any) -> Any:
        found.append(1)
        return code_log(*arguments)

    monkeypatch.setattr("tandem.app.history.timeline.code_log", counted)
    return found


def test_what_stands_is_only_opened(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = told(opened(data, RULES))
    built = builds(monkeypatch)
    assert told(opened(data, RULES)) == first
    assert built == []


def columns(data: Path) -> list[Path]:
    return [
        path for path in sorted((data / "timeline").rglob("*")) if path.is_file() and path.stat().st_size and path.parent.name != "timeline"
    ]


def test_any_file_that_is_missing_cut_or_altered_is_built_again(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = told(opened(data, RULES))
    built = builds(monkeypatch)
    for number in range(len(columns(data))):
        for harm in (Path.unlink, lambda path: os.truncate(path, path.stat().st_size - 1), flip):
            path = columns(data)[number]
            harm(path)
            del built[:]
            assert told(opened(data, RULES)) == first, (path, harm)
            assert built, (path, harm)
        if number % 7 == 6:
            shutil.rmtree(data / "timeline")
            assert told(opened(data, RULES)) == first


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_a_folder_that_was_copied_is_taken_as_it_is(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = told(opened(data, RULES))
    shutil.copytree(data, tmp_path / "copy", copy_function=shutil.copyfile)
    built = builds(monkeypatch)
    assert told(opened(tmp_path / "copy", RULES)) == first
    assert built == []


@pytest.mark.parametrize("harm", [lambda path: path.unlink(), lambda path: path.write_bytes(b""), lambda path: path.write_bytes(b"1\n{}")])
def test_without_a_manifest_nothing_stands(data: Path, harm: Callable[[Path], None]) -> None:
    first = told(opened(data, RULES))
    harm(data / "timeline" / "manifest.json")
    assert told(opened(data, RULES)) == first
    assert len([path for path in (data / "timeline").iterdir() if path.is_dir()]) <= 5


def test_other_rules_of_identity_build_it_again(data: Path) -> None:
    assert {one.person for one in holdings(opened(data, RULES), "account")} == {"ann", "bob"}
    other = Rules(exclusions=(Exclusion("person", "bob", None, None, "own staff"),))
    assert {one.person for one in holdings(opened(data, other), "account")} == {"ann"}


def test_a_reader_keeps_what_it_opened_while_others_refresh_and_rebuild(data: Path) -> None:
    reader = opened(data, RULES)
    first = told(reader)
    delivered(data, facts(APRIL))
    fresh = opened(data, RULES)
    assert len(told(fresh)) > len(first)
    (data / "timeline" / "manifest.json").unlink()
    opened(data, RULES)
    assert told(reader) == first
    assert [reader.property(("plan",)).values, reader.known().tolist()] == [["free", "team"], fresh.known().tolist()[:3]]


def test_what_no_manifest_names_is_removed_and_what_is_being_built_is_not(data: Path) -> None:
    opened(data, RULES)
    with Builder(Derived(data / "timeline")) as other:
        other.keep("log", {"place": np.arange(3)})
        orphan = data / "timeline" / "orphan"
        (orphan / "log").mkdir(parents=True)
        delivered(data, facts(APRIL))
        opened(data, RULES)
        assert other.folder.exists()
        assert not orphan.exists()
    delivered(data, facts("2026-05-01 Opened by dan @beta"))
    opened(data, RULES)
    assert not other.folder.exists()


def test_two_that_build_at_once_both_answer_and_what_stands_is_whole(data: Path) -> None:
    told_first = told(opened(data, RULES))
    shutil.rmtree(data / "timeline")
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        answers = pool.map(_told_of, [data, data, data, data])
    assert answers == [told_first] * 4
    assert told(opened(data, RULES)) == told_first


def _told_of(data: Path) -> list[Any]:
    return told(opened(data, RULES))


@pytest.mark.parametrize("at", range(0, 12, 2))
def test_killed_at_any_step_of_a_refresh_what_stands_is_whole(data: Path, at: int) -> None:
    before = told(opened(data, RULES))
    delivered(data, facts(APRIL))
    process = multiprocessing.get_context("spawn").Process(target=_killed_at, args=(data, at))
    process.start()
    process.join()
    found = Derived(data / "timeline").read()
    assert found is not None
    after = told(opened(data, RULES))
    assert len(after) > len(before)
    shutil.rmtree(data / "timeline")
    assert told(opened(data, RULES)) == after


def _killed_at(data: Path, step: int) -> None:
    """Refreshes, and dies as the step of its writing begins."""
    taken = 0

    def dying(right: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **named: Any) -> Any:
            nonlocal taken
            taken += 1
            if taken > step:
                os.kill(os.getpid(), signal.SIGKILL)
            return right(*arguments, **named)

        return wrapped

    for name in ("room", "keep", "publish"):
        setattr(Builder, name, dying(getattr(Builder, name)))
    derived_file.replace = dying(derived_file.replace)
    told(opened(data, RULES))


def test_a_project_that_may_not_be_written_is_answered_from_a_temporary_folder(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = told(opened(data, RULES))
    shutil.rmtree(data / "timeline")
    (data / "timeline").write_text("no folder")
    monkeypatch.setattr("tempfile.tempdir", str(data.parent / "temporary"))
    (data.parent / "temporary").mkdir()
    assert told(opened(data, RULES)) == first
    assert list((data.parent / "temporary").iterdir()) == []


def test_properties_are_read_as_json_says_them_whatever_their_names(data: Path) -> None:
    timeline = opened(data, RULES)
    assert said(timeline, "plan") == ["free", "team", None]
    assert said(timeline, "seats") == [3, None, None]
    assert said(timeline, "a b/c~d", "x") == [None, [1, None], None]
    assert said(timeline, "a b/c~d", "x", "0") == [None, None, None]
    assert said(timeline, "nothing") == [None, None, None]
    delivered(data, facts(APRIL), sealed=False)
    fresh = opened(data, RULES)
    assert said(fresh, "plan") == ["free", "team", None, "team", None]
    assert said(timeline, "plan") == ["free", "team", None]


def said(timeline: KeptTimeline, *path: str) -> list[Any]:
    found = timeline.property(path)
    values = [*found.values, None]
    return [values[code] for code in found.code]


def test_events_of_one_instant_are_in_the_order_of_their_ids(data: Path) -> None:
    ids = Log(data).table("event", columns=["message_id", "place"])["message_id"].to_pylist()
    assert opened(data, RULES).order(np.arange(len(ids))).tolist() == [sorted(ids).index(one) for one in ids]
    delivered(data, facts(APRIL), sealed=False)
    ids = Log(data).table("event", columns=["message_id", "place"])["message_id"].to_pylist()
    assert opened(data, RULES).order(np.arange(len(ids))).tolist() == [sorted(ids).index(one) for one in ids]


def test_only_of_some_events_their_order_may_be_asked(data: Path) -> None:
    ids = Log(data).table("event", columns=["message_id", "place"])["message_id"].to_pylist()
    last, first = len(ids) - 1, 0
    assert opened(data, RULES).order(np.array([last, first])).tolist() == [int(ids[last] > ids[first]), int(ids[first] > ids[last])]


def test_versions_of_records_hold_while_they_are_known_and_not_corrected(tmp_path: Path) -> None:
    """
    2026-03-01 account acme plan=free #first
    2026-03-02 (known 2026-03-03) account acme plan=team
    2026-03-05 correct #first
    """
    delivered(tmp_path, facts(test_versions_of_records_hold_while_they_are_known_and_not_corrected.__doc__))
    versions = opened(tmp_path, RULES).records("account")
    days = [[(since // logs.DAY - 20_513, until) for since, until in one.stretches] for one in versions]
    assert [one.fields for one in versions] == [{"plan": "free"}, {"plan": "team"}]
    assert [span[0][0] for span in days] == [0, 2]
    assert days[0][0][1] // logs.DAY == 20_517
    assert opened(tmp_path, RULES).records("touch") == []


def test_an_empty_log_has_an_empty_timeline(tmp_path: Path) -> None:
    timeline = opened(tmp_path / "data", RULES)
    assert [len(timeline.subjects(kind).ids) for kind in ("person", "workspace", "account")] == [0, 0, 0]
    assert (list(timeline.names), len(timeline.known()), timeline.property(("plan",)).values) == ([], 0, [])
    assert msgspec.json.encode(dict(timeline.families())) == b"{}"
