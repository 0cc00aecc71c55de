"""The page of a chart opens anywhere: it asks for nothing, runs nothing, and holds all numbers."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser

from tandem.charts.chart import tell
from tandem.charts.page import draw_page
from tests.charts.samples import CHARTS, FUNNEL, NOTHING, cell

PAGE = draw_page(CHARTS["funnel"])


def test_a_page_asks_for_nothing_and_runs_nothing():
    for chart in CHARTS.values():
        page = draw_page(chart)
        tags = re.findall(r"<([a-z]+)", page)
        assert not {"script", "link", "img", "iframe", "object"} & set(tags)
        assert not re.search(r'\s(src|href|xlink:href|on[a-z]+)="(?!#)', page)
        assert "default-src 'none'" in page


def test_all_style_is_one_block_that_the_policy_names():
    style = re.search(r"<style>(.*?)</style>", PAGE, re.DOTALL)
    assert style is not None
    digest = b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in PAGE
    assert not re.search(r'\sstyle="', PAGE)


def test_what_a_picture_refers_to_is_its_own():
    page = draw_page(CHARTS["retention"])
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert ids
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", page)) <= set(ids)


def test_the_table_has_every_number():
    rows = _cells(PAGE)
    assert rows[0][:6] == ["Stage", "Name", "Reached it", "Went on", "Still open", "Dropped"]
    assert rows[1] == ["1", "Signed Up", "40", "20", "4", "16", "50.0 %", "40.0 %", "60.0 %", "1h 30m"]
    assert len(rows) == 1 + len(FUNNEL)
    assert rows[3][1] == 'It\'s "quoted" \\ <script>'


def test_a_long_table_is_there_and_closed():
    from tandem.charts.page import ROWS_SHOWN
    from tandem.charts.retention import draw_retention

    rows = [cell(f"c{n:03}", 2, "0", 1) for n in range(ROWS_SHOWN + 1)]
    page = draw_page(draw_retention(rows, who="person", period="day", convention="on", as_of=0))
    assert "<details>\n<summary>The numbers: 101 rows</summary>" in page
    assert len(_cells(page)) == 1 + len(rows)
    assert "<details open>" in PAGE


def test_title_convention_notes_stand_as_text():
    chart = CHARTS["retention"]
    page = draw_page(chart)
    assert f"<h1>{chart.title}</h1>" in page
    assert chart.subtitle in page
    assert all(note in page for note in chart.notes)


def test_a_page_of_nothing_says_so():
    page = draw_page(NOTHING["retention"])
    assert "Nothing to draw: no workspace has begun." in page
    assert "<table>" not in page


def test_light_and_dark_narrow_and_wide_are_all_there():
    assert re.findall(r'<div class="(\w+ \w+)">', PAGE) == ["light narrow", "light wide", "dark narrow", "dark wide"]


def test_cells_are_told_as_people_read_them():
    assert [tell(value, "seconds") for value in (0, 59, 90, 7200, 86_400, 180_000)] == [
        "0m",
        "59s",
        "1m 30s",
        "2h",
        "1d",
        "2d 2h",
    ]
    assert [tell(value, "yes") for value in (True, False)] == ["yes", "no"]
    assert tell(1234567, "count") == "1,234,567"
    assert [tell(None, kind) for kind in ("name", "share", "seconds")] == ["unknown", "", ""]


class _Rows(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.inside = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data


def _cells(page: str) -> list[list[str]]:
    parser = _Rows()
    parser.feed(page)
    return parser.rows
