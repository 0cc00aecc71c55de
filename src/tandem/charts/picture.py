"""Charts as pictures. The renderer is loaded when the first one is drawn; it brings the letters that it draws with, and asks no network."""

from __future__ import annotations

import re
from html import escape

import msgspec

from tandem.charts.chart import Chart
from tandem.charts.palette import ThemeName
from tandem.charts.vegalite import WIDTH, vega_lite

# Of Vega-Lite, of which the renderer has several.
_GRAMMAR = "6.4"
# A picture for paper and for screens with two pixels in place of one.
_SHARPNESS = 2.0
_PLACES = re.compile(r' (?:transform|d|x|y|x1|x2|y1|y2|width|height)="[^"]*"')
_LONG = re.compile(r"\d+\.\d{3,}")
_NAMES = re.compile(r' id="([^"]+)"')


def draw_svg(chart: Chart, *, theme: ThemeName = "light", width: int = WIDTH, bare: bool = False) -> str:
    """bare: as a page has it, which has title and notes itself."""
    import vl_convert

    said = msgspec.json.encode(vega_lite(chart, theme=theme, width=width, bare=bare)).decode()
    drawn = vl_convert.vegalite_to_svg(said, vl_version=_GRAMMAR, allowed_base_urls=[])
    label = escape(f"{chart.title}. {chart.subtitle}.", quote=True)
    return _settled(drawn).replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)


def draw_png(chart: Chart, *, theme: ThemeName = "light", width: int = WIDTH) -> bytes:
    import vl_convert

    return vl_convert.svg_to_png(draw_svg(chart, theme=theme, width=width), scale=_SHARPNESS)


def _settled(svg: str) -> str:
    """The renderer numbers what is referred to on from picture to picture, and writes places finer than anybody sees."""
    for number, name in enumerate(dict.fromkeys(_NAMES.findall(svg))):
        svg = svg.replace(f' id="{name}"', f' id="part-{number}"').replace(f"url(#{name})", f"url(#part-{number})")
    return _PLACES.sub(lambda place: _LONG.sub(lambda long: f"{float(long[0]):.2f}", place[0]), svg)
