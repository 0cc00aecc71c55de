"""Charts as pictures. The renderer is loaded when the first one is drawn; it brings the letters that it draws with, and asks no network."""

from __future__ import annotations

import re
from functools import cache
from html import escape, unescape
from unicodedata import category

import msgspec

from tandem.charts.chart import Chart
from tandem.charts.palette import FONT, ThemeName
from tandem.charts.vegalite import WIDTH, vega_lite

# Of Vega-Lite, of which the renderer has several.
_GRAMMAR = "6.4"
# A picture for paper and for screens with two pixels in place of one.
_SHARPNESS = 2.0
_PLACES = re.compile(r' (?:transform|d|x|y|x1|x2|y1|y2|width|height)="[^"]*"')
_LONG = re.compile(r"\d+\.\d{3,}")
_SIZE = re.compile(r'<svg [^>]*width="(\d+)" height="(\d+)" viewBox="[^"]*"')
# So many pixels more are rounded, or the half of a point, and no words.
_MARGIN = 4
_TEXTS = re.compile(r">([^<]+)</t(?:ext|span)>")
# Latin, Greek and Cyrillic come with the renderer.
_BROUGHT = 0x500
# No font has it: what looks the same is not drawn.
_NO_LETTER = "\ufdd0"
_NAMES = re.compile(r' id="([^"]+)"')


def draw_svg(chart: Chart, *, theme: ThemeName = "light", width: int = WIDTH, bare: bool = False) -> str:
    """bare: as a page has it, which has title and notes itself."""
    import vl_convert

    said = msgspec.json.encode(vega_lite(chart, theme=theme, width=width, bare=bare)).decode()
    drawn = vl_convert.vegalite_to_svg(said, vl_version=_GRAMMAR, allowed_base_urls=[])
    drawn = _fitted(drawn, width)
    label = escape(f"{chart.title}. {chart.subtitle}.", quote=True)
    return _settled(drawn).replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)


def draw_png(chart: Chart, *, theme: ThemeName = "light", width: int = WIDTH) -> bytes:
    import vl_convert

    return vl_convert.svg_to_png(draw_svg(chart, theme=theme, width=width), scale=_SHARPNESS)


def boxes_in(chart: Chart) -> str:
    """The letters of a chart for which neither the renderer nor this machine has a font: a PNG has boxes in their place.

    In a text with one of these, the renderer looks for no other font: then what only another font has is a box too.
    """
    found: dict[str, None] = {}
    for text in dict.fromkeys(map(unescape, _TEXTS.findall(draw_svg(chart)))):
        doubtful = [
            each for each in dict.fromkeys(text) if ord(each) >= _BROUGHT and (category(each)[0] in "LNSP" or category(each) == "Co")
        ]
        if any(_letters(each) == _letters(_NO_LETTER) for each in doubtful):
            found |= dict.fromkeys(each for each in doubtful if _letters(_NO_LETTER + each) == _letters(_NO_LETTER * 2))
    return "".join(found)


@cache
def _letters(letters: str) -> bytes:
    """How they look."""
    import vl_convert

    text = f'<text x="4" y="24" font-size="20" font-family="{FONT}">{escape(letters)}</text>'
    return vl_convert.svg_to_png(f'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="32">{text}</svg>')


def _fitted(svg: str, width: int) -> str:
    """Exactly as wide as asked: the renderer rounds up, and what reaches into the margin makes its picture wider."""
    size = _SIZE.match(svg)
    assert size is not None, "the renderer says how large its picture is"
    wide, high = int(size[1]), int(size[2])
    if wide - width > _MARGIN:
        return svg.replace(
            size[0],
            f'{size[0][: size.start(1)]}{width}" height="{round(high * width / wide)}" viewBox="0 0 {wide} {high}" preserveAspectRatio="none"',
            1,
        )
    fitted = f'{size[0][: size.start(1)]}{width}" height="{high}" viewBox="0 0 {width} {high}"'
    return svg.replace(size[0], fitted, 1).replace(f'<rect width="{wide}"', f'<rect width="{width}"', 1)


def _settled(svg: str) -> str:
    """The renderer numbers what is referred to on from picture to picture, and writes places finer than anybody sees."""
    for number, name in enumerate(dict.fromkeys(_NAMES.findall(svg))):
        svg = svg.replace(f' id="{name}"', f' id="part-{number}"').replace(f"url(#{name})", f"url(#part-{number})")
    return _PLACES.sub(lambda place: _LONG.sub(lambda long: f"{float(long[0]):.2f}", place[0]), svg)
