"""`--chart FILE`: each command draws what it found, to the kind of file that is named, and says where it cannot."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tandem.app.active import ActiveRequest, find_active
from tandem.app.charting import (
    chart_of_active,
    chart_of_curve,
    chart_of_funnel,
    chart_of_lifecycle,
    chart_of_motions,
    chart_of_path,
    chart_of_retention,
)
from tandem.app.curve import CurveRequest, find_curve
from tandem.app.funnel import FunnelRequest, find_funnel
from tandem.app.lifecycle import LifecycleRequest, find_lifecycle
from tandem.app.motion_funnels import MotionFunnelsRequest, find_motion_funnels
from tandem.app.path import PathRequest, find_path
from tandem.app.project import Project
from tandem.app.retention import RetentionRequest, find_retention
from tandem.app.world import World
from tandem.values.instants import DAY, read_instant
from tests.app.projects import imported, project, tandem

STORY = """
2026-03-01 account acme plan=free
2026-03-01 account bolt plan=team
2026-03-02T09:00 Signed Up by ann @acme source=ads
2026-03-02T10:00 Opened by ann @acme
2026-03-03T10:00 Signed Up by bob @acme source=ads
2026-03-04T10:00 Opened by bob @acme
2026-03-10T10:00 Signed Up by cat @bolt source=friend
2026-03-10T11:00 Opened by cat @bolt
2026-03-11T11:00 Opened by ann @acme
2026-03-18T11:00 Signed Up by dan @bolt
"""
PRODUCT = """
plans: [free, team]
events: [Signed Up, Opened]
funnels:
  self_serve: {stages: [Signed Up, Opened], within: 7d}
path:
  adoption: Signed Up
  signal: {signal: two_opened}
  contract: Opened
  renewal: {subscription: renewed}
  within: {signal: 7d, contract: 7d, renewal: 60d}
"""
SIGNAL = """
signals:
  two_opened:
    title: Two people opened something in one week
    kind: usage
    about: account
    when: people("Opened", 7d) >= 2
"""
COMMANDS = {
    "funnel": ("funnel", "Signed Up", "Opened", "--within", "7d"),
    "funnel by": ("funnel", "Signed Up", "Opened", "--within", "7d", "--by", "start.source"),
    "funnel of a motion": ("funnel", "--motion", "all"),
    "path": ("path",),
    "path by": ("path", "--by", "plan"),
    "retention": ("retention", "--first", "Signed Up", "--return", "Opened"),
    "retention by": ("retention", "--first", "Signed Up", "--return", "Opened", "--about", "account", "--by", "plan"),
    "active": ("active", "Opened"),
    "active rolling": ("active", "Opened", "--convention", "rolling", "--period", "month"),
    "lifecycle": ("lifecycle", "Opened", "--about", "account"),
    "curve": ("curve", "two_opened"),
}
every_command = pytest.mark.parametrize("name", COMMANDS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("chart")
    found = project(path / "acme", product=PRODUCT)
    (found / "playbook" / "signals").mkdir()
    (found / "playbook" / "signals" / "usage.yaml").write_text(SIGNAL)
    (path / "story.txt").write_text(STORY)
    imported(found, "notation", path / "story.txt")
    return found


@every_command
def test_every_command_draws_what_it_found(name: str, folder: Path, tmp_path: Path) -> None:
    begins = {"svg": b"<svg ", "png": b"\x89PNG", "html": b"<!doctype html>"}
    plain = tandem(folder, *COMMANDS[name])
    for kind, begin in begins.items():
        told = tandem(folder, *COMMANDS[name], "--chart", tmp_path / f"chart.{kind}")
        assert (told.code, told.out, told.err) == (0, plain.out, plain.err)
        assert (tmp_path / f"chart.{kind}").read_bytes().startswith(begin)
    page = (tmp_path / "chart.html").read_text()
    assert "as of 2026-03-18 11:00 UTC" in page
    assert "Nothing to draw" not in page


def test_the_numbers_of_a_chart_are_those_of_the_report(folder: Path) -> None:
    asked = Project(folder, World())
    funnel = find_funnel(asked, FunnelRequest(("Signed Up", "Opened"), 7 * DAY, by="start.source"))
    assert chart_of_funnel(funnel).table.records == list(funnel.as_rows())
    assert [row["entered"] for row in funnel.as_rows()]
    retention = find_retention(asked, RetentionRequest("Signed Up", "Opened"))
    cells = [row for row in chart_of_retention(retention).table.records if row["cohort"] != "average"]
    assert [{key: cell[key] for key in row} for cell, row in zip(cells, retention.as_rows(), strict=True)] == retention.as_rows()
    average = [row for row in chart_of_retention(retention).table.records if row["cohort"] == "average"]
    assert [{key: row[key] for key in row if key not in ("cohort", "began")} for row in average] == retention.as_json()["average"]
    active = find_active(asked, ActiveRequest("Opened"))
    assert chart_of_active(active).table.records == active.as_json()["rows"]
    lifecycle = find_lifecycle(asked, LifecycleRequest("Opened"))
    assert chart_of_lifecycle(lifecycle).table.records == lifecycle.as_rows()
    curve = find_curve(asked, CurveRequest("two_opened"))
    assert chart_of_curve(curve).table.records == curve.as_rows()
    assert len(curve.as_rows()) == 2


def test_the_numbers_of_a_funnel_and_a_path_are_those_of_the_json(folder: Path) -> None:
    asked = Project(folder, World())
    for by in (None, "plan"):
        path, motions = find_path(asked, PathRequest(by=by)), find_motion_funnels(asked, MotionFunnelsRequest(by=by))
        told = [(path.as_json(), chart_of_path(path)), (motions.as_json()["motions"][0], chart_of_motions(motions))]
        for said, chart in told:
            steps = [step for group in said["groups"] for step in group["steps"]] if by else said["steps"]
            rows = chart.table.records
            assert [{key: row[key] for key in step if key in row} for row, step in zip(rows, steps, strict=True)] == [
                {key: value for key, value in step.items() if key in rows[0]} for step in steps
            ]
            assert {"entered", "converted", "open", "rate", "low", "high", "median_seconds"} <= set(rows[0])
            assert ("lost" in rows[0]) == (chart.name == "path")
    stages = find_path(asked, PathRequest()).as_json()["steps"]
    assert [(step["entered"], step["open"], step["lost"]) for step in stages] == [(2, 0, 1), (1, 0, 0), (1, 1, 0), (0, 0, 0)]


def test_an_unknown_answer_is_called_unknown_in_every_chart(folder: Path) -> None:
    asked = Project(folder, World())
    motions = chart_of_motions(find_motion_funnels(asked, MotionFunnelsRequest(by="account.region")))
    assert {row["group"] for row in motions.table.records} == {"self_serve, unknown"}
    path = chart_of_path(find_path(asked, PathRequest(by="account.region")))
    assert [each.title for each in path.panels] == ["unknown: 2 accounts"]


def test_a_chart_says_the_range_that_was_asked(folder: Path) -> None:
    since = read_instant("2026-03-05T00:00:00Z", None)
    asked = Project(folder, World())
    for chart in (
        chart_of_path(find_path(asked, PathRequest(since=since))),
        chart_of_motions(find_motion_funnels(asked, MotionFunnelsRequest(since=since))),
    ):
        assert "since 2026-03-05 00:00 UTC" in chart.said


def test_a_chart_says_how_many_got_through(folder: Path, tmp_path: Path) -> None:
    """Of ann, bob and cat, whose week is over, all opened something; dan's is not. The table says it in the same words."""
    told = tandem(folder, *COMMANDS["funnel"], "--chart", tmp_path / "f.svg")
    sentence = "100.0 % (43.9 % to 100.0 %) got through: 3 of the 3 whose window is over; of 1 it is not"
    assert sentence in told.out
    assert sentence in (tmp_path / "f.svg").read_text()


def test_times_are_told_as_in_the_table(folder: Path, tmp_path: Path) -> None:
    """Acme signed up on the 2nd at 9, and its second person opened something on the 4th at 10."""
    told = tandem(folder, *COMMANDS["path"], "--chart", tmp_path / "p.html")
    assert re.search(r"2d 1h +2d 1h", told.out)
    page = (tmp_path / "p.html").read_text()
    assert "median time 2d 1h" in page
    assert '<td class="number">2d 1h</td>' in page


def test_what_says_how_a_chart_is_drawn_needs_one(folder: Path) -> None:
    for option in (["--dark"], ["--width", "960"]):
        told = tandem(folder, "path", *option)
        assert (told.code, told.out) == (2, "")
        assert told.err.splitlines() == [
            f"error: `{option[0]}` says how a chart is drawn, and there is none [wrong_usage]",
            "help: name its file too: --chart FILE.svg, .png or .html",
        ]


def test_letters_that_a_png_has_no_font_for_are_told(folder: Path, tmp_path: Path) -> None:
    asked = ("funnel", "Signed Up", '"Opened" where page = "\ue123"', "--within", "7d", "--chart")
    first = {kind: tandem(folder, *asked, tmp_path / f"c.{kind}").err.splitlines()[0] for kind in ("svg", "html", "png")}
    warning = "warning: no font here has the letters \\ue123, so `c.png` has boxes in their place; .svg and .html show them"
    assert first["png"].replace("\ue123", "\\ue123") == warning
    assert "warning" not in first["svg"] + first["html"]


def test_dark_and_width_change_the_picture_alone(folder: Path, tmp_path: Path) -> None:
    for name, more in (("light", ()), ("dark", ("--dark",)), ("wide", ("--width", "1200"))):
        assert tandem(folder, *COMMANDS["active"], "--chart", tmp_path / f"{name}.svg", *more).code == 0
    light, dark, wide = ((tmp_path / f"{name}.svg").read_text() for name in ("light", "dark", "wide"))
    assert 'fill="#ffffff"' in light
    assert 'fill="#14181d"' in dark
    assert (_width(light), _width(dark), _width(wide)) == (960, 960, 1200)


def _width(svg: str) -> int:
    found = re.search(r'<svg [^>]*width="(\d+)"', svg)
    assert found is not None
    return int(found[1])


def test_a_file_that_names_no_kind_of_chart_is_refused_before_anything_is_asked(folder: Path, tmp_path: Path) -> None:
    for name in ("chart.gif", "chart", "chart.svg.txt"):
        told = tandem(folder, "active", "No Such Event", "--chart", tmp_path / name)
        assert told.code == 2
        assert told.err.splitlines() == [
            f"error: `{tmp_path / name}` does not say which kind of chart it is to be [wrong_usage]",
            "help: let its name end with .svg, .png or .html",
        ]
        assert not (tmp_path / name).exists()


def test_a_kind_may_be_written_in_capitals(folder: Path, tmp_path: Path) -> None:
    assert tandem(folder, *COMMANDS["active"], "--chart", tmp_path / "CHART.SVG").code == 0
    assert (tmp_path / "CHART.SVG").read_text().startswith("<svg ")


def test_a_folder_that_is_not_there_is_said_to_be_none(folder: Path, tmp_path: Path) -> None:
    told = tandem(folder, *COMMANDS["active"], "--chart", tmp_path / "nowhere" / "chart.svg")
    assert told.code == 1
    assert f"`{tmp_path / 'nowhere'}` is no folder" in told.err


def test_a_file_that_cannot_be_written_is_named_with_the_reason(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "chart.svg").mkdir()
    told = tandem(folder, *COMMANDS["active"], "--chart", tmp_path / "chart.svg")
    assert told.code == 1
    assert told.err.splitlines()[0] == f"error: `{tmp_path / 'chart.svg'}` cannot be written: Is a directory [unreadable_input]"


def test_nothing_of_the_renderer_is_loaded_where_nothing_is_drawn(folder: Path) -> None:
    code = "import sys; from tandem.cli.main import run; run(sys.argv[1:]); sys.exit('vl_convert' in sys.modules or 'tandem.charts' in sys.modules)"
    for arguments in (("--help",), ("-C", str(folder), "active", "Opened", "--format", "csv")):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
