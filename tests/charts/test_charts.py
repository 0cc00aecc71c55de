"""What is drawn says what the report says, the same each time, and all that a reader must know."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import vl_convert

from tandem.charts.activity import draw_lifecycle
from tandem.charts.chart import Chart, tell, told_of
from tandem.charts.funnel import draw_funnel
from tandem.charts.picture import boxes_in, draw_png, draw_svg
from tandem.charts.retention import COHORTS_MOST, draw_retention
from tandem.charts.vegalite import SCHEMA, vega_lite
from tests.charts.samples import (
    ACTIVE,
    AS_OF,
    BY_MONTH,
    BY_PLAN,
    CHARTS,
    CURVE,
    FUNNEL,
    LIFE,
    MOTIONS,
    NOTHING,
    PATH,
    RETENTION,
    Rows,
    cell,
    stage,
)

REPORTS = {
    "funnel": FUNNEL,
    "motions": MOTIONS,
    "by month": BY_MONTH,
    "path": PATH,
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
        records, told = said["datasets"]["table"], {told_of(each.name): each for each in chart.table.columns if each.kind == "seconds"}
        assert [{key: row[key] for key in row if key not in told} for row in records] == chart.table.records, name
        assert all(row[key] == (tell(row[each.name], "seconds") or None) for row in records for key, each in told.items()), name
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
@pytest.mark.parametrize("width", [480, 560, 960, 1440])
@pytest.mark.parametrize("bare", [False, True])
def test_a_picture_is_as_wide_as_asked(chart: Chart, width: int, bare: bool):
    svg = draw_svg(chart, width=width, bare=bare)
    drawn = re.match(r'<svg[^>]* width="(\d+)" height="(\d+)" viewBox="0 0 (\d+) (\d+)"><rect width="(\d+)"', svg)
    assert drawn is not None
    assert int(drawn[1]) == width
    assert drawn[3] == drawn[5]
    # What is wider is drawn smaller, and by so little that nobody sees it.
    assert width <= int(drawn[3]) <= width * 1.02


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
    assert "median time 1h 30m" in words
    assert "median time not reached" in words
    assert 'It\'s "quoted" \\ <script>' in words


def test_a_rate_of_no_finished_window_is_said_to_be_none():
    assert "no window is over yet" in _words(draw_svg(CHARTS["motions"]))


def test_a_stage_that_nobody_reached_has_no_bar_and_no_median():
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
    rows = [cell("2026-01-05", 20, str(bucket), 19) for bucket in range(30)]
    chart = draw_retention(rows, who="person", period="week", convention="on", as_of=0)
    assert [_words(draw_svg(chart, width=width)).split().count("95") for width in (1200, 480)] == [30, 0]


def test_of_too_many_cohorts_the_latest_are_drawn_and_the_table_has_all():
    rows = [
        {"cohort": f"c{n}", "began": 2, "size": 2, "bucket": "0", "active": 1, "rate": 0.5, "mature": True} for n in range(COHORTS_MOST + 3)
    ]
    chart = draw_retention(rows, who="person", period="day", convention="on", as_of=0)
    assert len(chart.table.rows) == COHORTS_MOST + 3
    assert f"the latest {COHORTS_MOST} of {COHORTS_MOST + 3} cohorts" in " ".join(chart.notes)
    assert "c2 " not in _words(draw_svg(chart)) + " "


@pytest.mark.parametrize("width", [480, 601, 960])
def test_a_png_is_a_png_with_two_pixels_for_each_that_was_asked(width: int):
    for chart in CHARTS.values():
        png = draw_png(chart, width=width)
        assert png[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(png[16:20], "big") == 2 * width


def test_a_path_shows_what_each_stage_is_and_who_is_lost_or_open_there():
    words = _words(draw_svg(CHARTS["path"]))
    assert (
        "1 adoption: Invite Accepted 9 went on 5 · still open 1 · lost 3" in words.replace("  ", " ")
        or "went on 5 · still open 1 · lost 3" in words
    )
    assert "3 contract: contract signed or opportunity won" in words
    assert "median time 1d 18h · 25 % by 1h · 75 % by 7d" in words
    assert "no window is over yet" in words
    assert "signal within 20d, contract within 30d, renewal within 60d" in words
    assert "without adoption: 3 at signal, 1 at contract." in words
    assert "dropped" not in words


def test_many_groups_are_compared_stage_by_stage_on_one_scale():
    """Twelve months in a column each stage, and not one funnel below the other."""
    svg = draw_svg(CHARTS["by month"], width=480)
    words = _words(svg)
    assert all(words.count(row["group"]) == 2 for row in BY_MONTH)  # How many got through, and the one stage from which one goes on.
    assert "2025-03-01: 40.0 %, 4 of 10; 2 not over" in words
    tall = re.match(r'<svg[^>]* height="(\d+)"', svg)
    assert tall is not None
    assert int(tall[1]) < 900
    assert "scale of its own" not in words


def test_of_too_many_groups_the_latest_periods_are_drawn_and_the_table_has_all():
    rows = [row | {"group": f"g{n}"} for n in range(30) for row in BY_MONTH[:2]]
    chart = draw_funnel(rows, who="person", window="30d", convention="ordered", as_of=AS_OF, by="month")
    assert len(chart.table.rows) == 60
    assert "Drawn: the latest 24 of 30 groups; the table has all." in chart.notes
    words = _words(draw_svg(chart))
    assert "g6 " in words
    assert "g5 " not in words


def test_a_long_count_is_told_in_fewer_words_where_there_is_no_room():
    rows = [stage(1, "Signed Up", 30_123, 20_123, 5_000, 5_000), stage(2, "Paid", 20_123, 20_123, 0, 0)]
    chart = draw_funnel(rows, who="person", window="30d", convention="ordered", as_of=AS_OF)
    assert "20,123 on · 5,000 open · 5,000 dropped" in _words(draw_svg(chart, width=480))
    assert "went on 20,123 · still open 5,000 · dropped 5,000" in _words(draw_svg(chart, width=960))


@pytest.mark.parametrize(("buckets", "width"), [(19, 960), (13, 1440), (17, 1440), (23, 960)])
def test_every_column_of_a_triangle_has_its_name_the_first_too(buckets: int, width: int):
    """At these widths the first stood outside by less than anybody sees, and was not written."""
    rows = [cell("free", 20, str(bucket), 5) for bucket in range(buckets)]
    chart = draw_retention(rows, who="person", period="month", convention="on", as_of=0, by="plan")
    axis = re.search(r'role-axis-label"[^>]*>(.*?)</g>', draw_svg(chart, width=width))
    assert axis is not None
    assert re.findall(r">(\d+)<", axis[1]) == [str(bucket) for bucket in range(buckets)]


def test_the_legend_of_a_triangle_says_what_its_shades_reach():
    """Half of twenty came back once: that is strongest, and no tenth is."""
    quiet = [cell(f"c{n}", 20, str(bucket), 20 if bucket == 0 else 2) for n in range(30) for bucket in range(3)]

    def shades(*more: dict[str, Any]) -> str:
        chart = draw_retention([*quiet, *more], who="person", period="week", convention="on", as_of=0)
        return next(key.words for key in chart.keys if key.shape == "shades")

    assert shades() == "share that was active: from 0 % to 10 % or more"
    assert shades(cell("d", 20, "1", 10)) == "share that was active: from 0 % to 50 % or more"
    assert shades(cell("d", 20, "1", 20)) == "share that was active: from 0 % to 100 %"
    # One of two is no half of anything.
    assert shades(cell("d", 2, "1", 1)) == "share that was active: from 0 % to 10 % or more"


def test_a_lifecycle_of_many_periods_is_drawn_as_areas():
    """540 bars on 800 pixels would be hairs."""
    days = [str(np.datetime64("2025-01-01") + n) for n in range(540)]
    rows = [LIFE[1] | {"period": day, "mature": day != days[-1]} for day in days]
    chart = draw_lifecycle(rows, who="person", period="day", convention="calendar_day", as_of=0)
    assert "mark-area" in draw_svg(chart)
    assert "mark-area" not in draw_svg(CHARTS["lifecycle"])
    few = draw_lifecycle(rows[-60:], who="person", period="day", convention="calendar_day", as_of=0)
    assert "mark-area" not in draw_svg(few)


def test_letters_that_no_font_has_are_named_and_no_others():
    """The last is of the range in which everybody may have letters of his own, and nobody else has a font."""
    rows = [stage(1, "Café Ж Ω → ≥ \ue123", 2, 1, 0, 1), stage(2, "Paid", 1, 1, 0, 0)]
    assert boxes_in(draw_funnel(rows, who="person", window="1d", convention="ordered", as_of=AS_OF)) == "\ue123"
    assert [boxes_in(chart) for chart in CHARTS.values()] == [""] * len(CHARTS)
    # The name of a segment has two of its own.
    rows = [stage(1, "Signed Up", 2, 1, 0, 1, group="\ue123 \ue124"), stage(2, "Paid", 1, 1, 0, 0, group="\ue123 \ue124")]
    chart = draw_funnel(rows, who="person", window="1d", convention="ordered", as_of=AS_OF, by="segment")
    assert boxes_in(chart) == "\ue123\ue124"


def test_pictures_ask_no_network():
    for chart in CHARTS.values():
        said = json.dumps({key: value for key, value in vega_lite(chart).items() if key != "$schema"})
        assert "url" not in said
        assert "http" not in said
