"""A chart as Vega-Lite JSON: what pictures, pages and notebooks draw."""

from __future__ import annotations

from typing import Any

from tandem.charts.chart import BETWEEN, Chart, Key
from tandem.charts.forms.layout import DASH, SMALL, TEXT, Layout, View, words
from tandem.charts.forms.view import left_of, view_of
from tandem.charts.palette import FONT, THEMES, Theme, ThemeName
from tandem.charts.wrap import BOLD, joined, width_of, wrapped

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
WIDTH = 960
_MARGIN, _SWATCH, _LINE, _GAP = 20, 26, 19, 22
_TITLE = 20
# What is dashed around is a little larger than it says.
_INSET = 2.0


def vega_lite(chart: Chart, *, theme: ThemeName = "light", width: int = WIDTH, bare: bool = False) -> dict[str, Any]:
    """width: of the picture, in pixels. bare: without title, notes and margin, which the page around it has."""
    margin = 2 if bare else _MARGIN
    colours, inner = THEMES[theme], width - 2 * margin
    left = max((left_of(panel.form, inner) for panel in chart.panels), default=0)
    layout = Layout(colours, inner, left)
    if chart.nothing:
        views = [words([chart.nothing], layout, colours.ink, TEXT)]
    else:
        views = [_legend(chart.keys, layout)]
        for panel in chart.panels:
            view = view_of(panel.form, layout)
            if panel.title:
                view["title"] = _title_of(panel.title, layout)
            views.append(view)
        if chart.notes and not bare:
            views.append(words([line for note in chart.notes for line in wrapped(note, inner, SMALL)], layout, colours.quiet, SMALL))
    said = {} if bare else {"title": _heading(chart, colours, inner)}
    return {
        "$schema": SCHEMA,
        "description": f"{chart.title}. {chart.subtitle}.",
        "background": colours.page,
        "padding": margin,
        **said,
        "datasets": {"table": chart.table.drawn},
        "data": {"name": "table"},
        "vconcat": views,
        "spacing": 22,
        "config": _config(colours),
    }


def _heading(chart: Chart, theme: Theme, width: int) -> View:
    return {
        "text": wrapped(chart.title, width, _TITLE * BOLD),
        "subtitle": joined(chart.subtitle.split(BETWEEN), BETWEEN, width, TEXT),
        "anchor": "start",
        "frame": "bounds",
        "fontSize": _TITLE,
        "subtitleFontSize": TEXT,
        "color": theme.ink,
        "subtitleColor": theme.quiet,
        "subtitlePadding": 6,
        "offset": 14,
    }


def _title_of(words: str, layout: Layout) -> View:
    return {
        "text": wrapped(words, layout.width, TEXT * BOLD),
        "anchor": "start",
        "frame": "group",
        "dx": -layout.left,
        "fontSize": TEXT,
        "color": layout.theme.ink,
        "offset": 10,
    }


def _legend(keys: tuple[Key, ...], layout: Layout) -> View:
    """The keys beside one another, in as many lines as they need."""
    layers: list[View] = []
    x, y = _INSET, 0
    for key in keys:
        wide = _SWATCH + 8 + width_of(key.words, SMALL)
        if x > _INSET and x + wide > layout.width:
            x, y = _INSET, y + _LINE
        layers += _swatch(key, x - layout.left, y + _LINE / 2, layout.theme)
        layers.append(_at(x - layout.left + _SWATCH + 8, y + _LINE / 2, _label(key, layout)))
        x += wide + _GAP
    return {"width": layout.width - layout.left, "height": y + _LINE, "data": {"values": [{}]}, "layer": layers}


def _label(key: Key, layout: Layout) -> View:
    room = layout.width - _SWATCH - 8
    return {
        "type": "text",
        "align": "left",
        "baseline": "middle",
        "fontSize": SMALL,
        "color": layout.theme.ink,
        "text": key.words,
        "limit": room,
    }


def _swatch(key: Key, x: float, y: float, theme: Theme) -> list[View]:
    colour, middle = theme.looks[key.look], x + _SWATCH / 2
    across = {"x2": {"value": x + _SWATCH}}
    match key.shape:
        case "bar" if key.look == "open":
            return [_box(x, y, {"color": colour, "stroke": theme.looks["first"], "strokeDash": DASH, "strokeWidth": 1.5})]
        case "bar" if not key.mature:
            return [_box(x, y, {"color": theme.quiet, "fillOpacity": 0.3, "stroke": theme.quiet, "strokeDash": DASH, "strokeWidth": 1.5})]
        case "bar" if key.look == "dropped":
            return [_box(x, y, {"color": colour, "stroke": theme.quiet, "strokeWidth": 1})]
        case "bar":
            return [_box(x, y, {"color": colour})]
        case "cell":
            return [
                _box(x, y, {"color": theme.shades[1], "fillOpacity": 0.3, "stroke": theme.quiet, "strokeDash": [3, 2], "strokeWidth": 1})
            ]
        case "shades" | "ramp":
            stops = [{"offset": 0, "color": theme.shades[0]}, {"offset": 1, "color": theme.shades[1]}]
            height = 12 if key.shape == "shades" else 3
            return [_box(x, y, {"color": {"gradient": "linear", "x1": 0, "x2": 1, "y1": 0, "y2": 0, "stops": stops}}, height)]
        case "whisker":
            ends = [{"type": "tick", "orient": "vertical", "size": 13, "thickness": 2, "color": theme.ink}] * 2
            rule = {"type": "rule", "strokeWidth": 2, "color": theme.ink}
            dot = {"type": "point", "filled": True, "size": 60, "color": colour, "opacity": 1}
            return [_at(x, y, rule, across), *(_at(at, y, end) for at, end in zip((x, x + _SWATCH), ends)), _at(middle, y, dot)]
        case "line" if not key.mature:
            rule = {"type": "rule", "strokeWidth": 1.5, "color": theme.quiet, "strokeDash": DASH}
            dot = {"type": "point", "filled": True, "size": 36, "fill": theme.page, "stroke": theme.quiet, "strokeWidth": 1.5, "opacity": 1}
            return [_at(x, y, rule, across), _at(x + _SWATCH, y, dot)]
        case "line":
            return [_at(x, y, {"type": "rule", "strokeWidth": 3, "color": colour}, across)]


def _box(x: float, y: float, look: View, height: int = 12) -> View:
    return _at(x, y - height / 2, {"type": "rect", **look}, {"x2": {"value": x + _SWATCH}, "y2": {"value": y + height / 2}})


def _at(x: float, y: float, mark: View, more: View | None = None) -> View:
    return {"mark": mark, "encoding": {"x": {"value": x}, "y": {"value": y}, **(more or {})}}


def _config(theme: Theme) -> View:
    return {
        "aria": False,
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": theme.quiet,
            "titleColor": theme.quiet,
            "titleFontWeight": "normal",
            "labelFontSize": SMALL,
            "titleFontSize": SMALL,
            "gridColor": theme.line,
            "domainColor": theme.line,
            "tickColor": theme.line,
        },
        "title": {"color": theme.ink, "subtitleColor": theme.quiet},
    }
