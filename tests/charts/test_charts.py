"""What is drawn says what the report says, the same each time, and all that a reader must know."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
import vl_convert

from tandem.charts.chart import Chart
from tandem.charts.picture import draw_png, draw_svg
from tandem.charts.vegalite import SCHEMA, vega_lite
from tests.charts.samples import ACTIVE, BY_PLAN, CHARTS, CURVE, FUNNEL, LIFE, MOTIONS, NOTHING, RETENTION, Rows, cell

REPORTS = {
    "funnel": FUNNEL,
    "motions": MOTIONS,
    "retention": RETENTION,
    "by plan": BY_PLAN,
    "active": ACTIVE,
    "lifecycle": LIFE,
    "curve": CURVE,
}
every_chart = pytest.mark.parametrize("chart", [*CHARTS.values(), *NOTHING.values()], ids=[*CHARTS, *(f"no {name}" for name in NOTHING)])


@pytest.mark.parametrize("name", REPORTS)
def test_the_table_of_a_chart_is_the_reports_number_by_number(name: str):
    assert CHARTS[name].table.records == REPORTS[name]


def test_what_is_drawn_is_the_table_and_nothing_else():
    for name, chart in CHARTS.items():
        said = vega_lite(chart)
        assert said["datasets"] == {"table": chart.table.records}, name
        others = [view["data"] for view in _views(said["vconcat"]) if "data" in view]
        assert all(data == {"values": [{}]} for data in others), name


def _views(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [view for each in node for view in _views(each)]
    found = [node] if isinstance(node, dict) else []
    return found + [view for key in ("layer", "hconcat", "vconcat") if isinstance(node, dict) for view in _views(node.get(key, []))]


@every_chart
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [600, 1200])
def test_the_declaration_compiles_without_a_warning(chart: Chart, theme: Any, width: int, capfd: pytest.CaptureFixture[str]):
    said = vega_lite(chart, theme=theme, width=width)
    assert said["$schema"] == SCHEMA
    compiled = vl_convert.vegalite_to_vega(json.dumps(said), vl_version="6.4", show_warnings=True)
    assert compiled["marks"]
    assert "".join(capfd.readouterr()) == ""


def test_a_warning_would_be_heard(capfd: pytest.CaptureFixture[str]):
    said = vega_lite(CHARTS["active"])
    said["vconcat"][1]["layer"][0]["encoding"]["size"] = {"nonsense": 1}
    vl_convert.vegalite_to_vega(json.dumps(said), vl_version="6.4", show_warnings=True)
    assert "WARN" in "".join(capfd.readouterr()).upper()


@every_chart
@pytest.mark.parametrize("width", [600, 1200])
def test_a_picture_is_as_wide_as_asked(chart: Chart, width: int):
    drawn = re.match(r'<svg[^>]* width="(\d+)"', draw_svg(chart, width=width))
    assert drawn is not None
    assert width - 2 <= int(drawn[1]) <= width + 8


def test_the_same_chart_gives_the_same_bytes_in_every_zone_and_process():
    """Days are drawn as the report names them, wherever the machine stands."""
    here = [draw_svg(chart) for chart in CHARTS.values()]
    assert here == [draw_svg(chart) for chart in CHARTS.values()]
    code = "import sys; from tests.charts.samples import CHARTS; from tandem.charts.picture import draw_svg\n"
    code += "sys.stdout.write(chr(0).join(draw_svg(chart) for chart in CHARTS.values()))"
    for zone, seed in (("Pacific/Auckland", "1"), ("America/Los_Angeles", "2")):
        there = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
        assert there.stdout.split(chr(0)) == here


@every_chart
def test_title_convention_and_as_of_stand_on_every_chart(chart: Chart):
    words = _words(draw_svg(chart))
    assert chart.title in words
    assert all(each in words for each in chart.said)
    assert "as of 2026-02-04 09:00 UTC" in words
    if not chart.nothing:
        assert all(key.words in words for key in chart.keys)
        assert all(note in words for note in chart.notes)


def _words(svg: str) -> str:
    texts = re.findall(r"<text[^>]*>(.*?)</text>", svg)
    lines = " ".join(re.sub(r"</?tspan[^>]*>", " ", each) for each in texts)
    plain = lines.replace("&quot;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return re.sub(r"\s+", " ", plain)


def test_a_funnel_shows_every_count_rate_and_median():
    words = _words(draw_svg(CHARTS["funnel"], width=1200))
    assert "went on 20 · still open 4 · dropped 16" in words
    assert "50 % (40 % to 60 %)" in words
    assert "median time 1.5 h" in words
    assert "median time not reached" in words
    assert 'It\'s "quoted" \\ <script>' in words


def test_a_rate_of_no_finished_window_is_said_to_be_none():
    assert "no window is over yet" in _words(draw_svg(CHARTS["motions"]))


def test_a_stage_that_nobody_reached_has_no_bar_and_no_median():
    from tandem.charts.funnel import draw_funnel
    from tests.charts.samples import AS_OF, stage

    rows = [stage(1, "Signed Up", 2, 0, 0, 2, rate=0.1), stage(2, "Invited", 0, 0, 0, 0), stage(3, "Paid", 0, 0, 0, 0)]
    drawn = draw_svg(draw_funnel(rows, who="person", window="1d", convention="ordered", as_of=AS_OF))
    assert "nobody has come so far" in _words(drawn)
    assert _words(drawn).count("median time") == 1
    assert drawn.count('fill="#005a9c"') == 3  # The legend has a bar and a point, and the first stage its point.


def test_what_is_open_or_not_over_is_dashed_and_what_is_over_is_not():
    """Told apart without any colour."""
    for name in ("funnel", "retention", "by plan", "active", "lifecycle"):
        chart = CHARTS[name]
        drawn = re.findall(r"<path[^>]*stroke-dasharray[^>]*>|<line[^>]*stroke-dasharray[^>]*>", draw_svg(chart))
        legend = sum(1 for key in chart.keys if not key.mature)
        assert legend >= 1
        assert len(drawn) > legend, name
    ended: Rows = [row | {"mature": True} for row in RETENTION if row["mature"]]
    from tandem.charts.retention import draw_retention

    over = draw_retention(ended, who="workspace", period="week", convention="on", as_of=CHARTS["retention"].as_of)
    cells = re.findall(r'<path[^>]*stroke-dasharray="3,2"[^>]*>', draw_svg(over))
    assert len(cells) == sum(1 for key in over.keys if key.shape == "cell")


def test_in_a_period_that_is_not_over_nobody_is_drawn_as_lost():
    """Of the last week 1 is new and 3 are retained so far; the 18 who have not come yet may come."""
    grey = re.findall(r'<path[^>]*fill="#4a4a4a"[^>]*>', draw_svg(CHARTS["lifecycle"]))
    assert len(grey) == 1 + 3  # The legend, and the three weeks in which somebody was lost.


@pytest.mark.parametrize("name", NOTHING)
def test_a_chart_of_nothing_says_so(name: str):
    assert NOTHING[name].nothing in _words(draw_svg(NOTHING[name]))


def test_cells_that_are_too_narrow_have_no_number():
    from tandem.charts.retention import draw_retention

    rows = [cell("2026-01-05", 20, str(bucket), 19) for bucket in range(30)]
    chart = draw_retention(rows, who="person", period="week", convention="on", as_of=0)
    assert [_words(draw_svg(chart, width=width)).split().count("95") for width in (1200, 480)] == [30, 0]


def test_of_too_many_cohorts_the_latest_are_drawn_and_the_table_has_all():
    from tandem.charts.retention import COHORTS_MOST, draw_retention

    rows = [
        {"cohort": f"c{n}", "began": 2, "size": 2, "bucket": "0", "active": 1, "rate": 0.5, "mature": True} for n in range(COHORTS_MOST + 3)
    ]
    chart = draw_retention(rows, who="person", period="day", convention="on", as_of=0)
    assert len(chart.table.rows) == COHORTS_MOST + 3
    assert f"the latest {COHORTS_MOST} of {COHORTS_MOST + 3} cohorts" in " ".join(chart.notes)
    assert "c2 " not in _words(draw_svg(chart)) + " "


def test_a_png_is_a_png_with_two_pixels_for_each_that_was_asked():
    png = draw_png(CHARTS["active"], width=600)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert 1196 <= int.from_bytes(png[16:20], "big") <= 1216


def test_pictures_ask_no_network():
    for chart in CHARTS.values():
        said = json.dumps({key: value for key, value in vega_lite(chart).items() if key != "$schema"})
        assert "url" not in said
        assert "http" not in said
