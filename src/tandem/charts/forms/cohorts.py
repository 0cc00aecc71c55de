"""Cohorts over buckets: a triangle of shades, and curves with their average."""

from __future__ import annotations

from typing import Any

from tandem.charts.chart import Curves, Triangle
from tandem.charts.forms.expressions import NUMBER, PERCENT, listed
from tandem.charts.forms.layout import RIGHT, SMALL, Layout, View, names_axis, said, share_axis
from tandem.charts.palette import Theme, mixed, turns_at
from tandem.charts.retention import AVERAGE, LOOKS
from tandem.charts.wrap import width_of

_ROW, _CELL_MOST = 24, 64
# Of a narrower cell the shade tells enough; the table has its number.
_NUMBER_LEAST = 15


def _cell_width(form: Triangle | Curves, layout: Layout) -> float:
    return min(_CELL_MOST, (layout.plot + RIGHT - 1) / max(len(form.buckets), 1))


def draw_triangle(form: Triangle, layout: Layout) -> View:
    theme, wide = layout.theme, _cell_width(form, layout)
    width, height = round(wide * len(form.buckets)), _ROW * len(form.cohorts)
    y = {
        "field": "cohort",
        "type": "ordinal",
        "axis": None,
        "scale": {"domain": list(form.cohorts), "paddingInner": 0.12, "paddingOuter": 0},
    }
    axis = {
        "orient": "top",
        "title": form.across,
        "titleAnchor": "start",
        "domain": False,
        "ticks": False,
        "labelAngle": 0,
        "labelOverlap": False,
        "labelPadding": 4,
    }
    # With no padding at all the first name may stand outside by less than anybody sees, and would not be written.
    scale = {"domain": list(form.buckets), "paddingInner": min(0.12, 2 / wide), "paddingOuter": 0.01}
    widest = max((width_of(each, SMALL) for each in form.buckets), default=0) + 6
    axis["values"] = list(form.buckets[:: 1 + int(widest // wide)])
    x = {"field": "bucket", "type": "ordinal", "axis": axis, "scale": scale}
    colour = {
        "field": "rate",
        "type": "quantitative",
        "legend": None,
        "scale": {"domain": [0, form.most], "range": list(theme.shades), "clamp": True, "interpolate": "rgb", "nice": False, "zero": True},
    }
    size = 12 if wide >= 28 else 11 if wide >= 22 else 8.5
    number = PERCENT.format("datum.rate") if wide >= 42 else "format(datum.rate * 100, '.0f')"
    there = (
        f"datum.rate != null && indexof({listed(form.cohorts)}, datum.cohort) >= 0 && indexof({listed(form.buckets)}, datum.bucket) >= 0"
    )
    on_dark = f"datum.rate / {form.most} >= {turns_at(theme)}"
    of_cohort = f"indexof({listed(form.cohorts)}, datum.cohort) >= 0"
    numbers: list[View] = [
        {
            "transform": [{"filter": there}, {"filter": "datum.mature"}, {"calculate": number, "as": "told"}],
            "mark": {"type": "text", "fontSize": size},
            "encoding": {
                "x": x,
                "y": y,
                "text": {"field": "told"},
                "color": {"condition": {"test": on_dark, "value": theme.on_shades[1]}, "value": theme.on_shades[0]},
            },
        },
        {
            "transform": [{"filter": there}, {"filter": "!datum.mature"}, {"calculate": number, "as": "told"}],
            "mark": {"type": "text", "fontSize": size, "fontStyle": "italic", "color": theme.ink},
            "encoding": {"x": x, "y": y, "text": {"field": "told"}},
        },
    ]
    return {
        "width": width,
        "height": height,
        "encoding": {"y": y},
        "layer": [
            {
                "transform": [{"filter": there}, {"filter": "datum.mature"}],
                "mark": {"type": "rect"},
                "encoding": {"x": x, "y": y, "color": colour},
            },
            {
                "transform": [{"filter": there}, {"filter": "!datum.mature"}],
                "mark": {
                    "type": "rect",
                    "fillOpacity": 0.3,
                    "stroke": theme.quiet,
                    "strokeDash": [3, 2],
                    "strokeWidth": 1,
                    "strokeOpacity": 1,
                },
                "encoding": {"x": x, "y": y, "fill": colour},
            },
            *(numbers if wide >= _NUMBER_LEAST else []),
            {
                "transform": [
                    {"filter": of_cohort},
                    {"aggregate": [{"op": "max", "field": "began", "as": "began"}], "groupby": ["cohort"]},
                ],
                "layer": [
                    _named(f"datum.cohort !== '{AVERAGE}'", "datum.cohort", theme, x=-layout.left, limit=layout.left - 72),
                    _named(f"datum.cohort === '{AVERAGE}'", "datum.cohort", theme, x=-layout.left, bold=True),
                    _named(f"datum.cohort !== '{AVERAGE}'", NUMBER.format("datum.began"), theme, x=-10, align="right"),
                ],
            },
            _header(form.down, theme, x=-layout.left, limit=layout.left - 18 - width_of(form.many, SMALL)),
            _header(form.many, theme, x=-10, align="right"),
        ],
    }


def _named(which: str, words: str, theme: Theme, **where: Any) -> View:
    return {**said("told", theme.ink, **where), "transform": [{"filter": which}, {"calculate": words, "as": "told"}]}


def _header(words: str, theme: Theme, *, x: float, align: str = "left", limit: float = 0) -> View:
    """limit: how much room the words have; 0 for as much as they need."""
    return {
        "data": {"values": [{}]},
        "mark": {
            "type": "text",
            "align": align,
            "baseline": "bottom",
            "color": theme.quiet,
            "fontSize": SMALL,
            "text": words,
            "limit": limit,
        },
        "encoding": {"x": {"value": x}, "y": {"value": -6}},
    }


def draw_curves(form: Curves, layout: Layout) -> View:
    theme, wide = layout.theme, _cell_width(form, layout)
    x = {
        "field": "bucket",
        "type": "ordinal",
        "axis": {**names_axis(form.buckets, round(wide * len(form.buckets))), "title": form.across, "titleAnchor": "start"},
        "scale": {"type": "point", "domain": list(form.buckets), "padding": 0.5},
    }
    y = {"field": "rate", "type": "quantitative", "axis": share_axis(), "scale": {"domainMin": 0, "nice": True}}
    there = f"datum.rate != null && indexof({listed(form.buckets)}, datum.bucket) >= 0"
    cohorts = f"indexof({listed(form.cohorts)}, datum.cohort) >= 0"
    colour = {
        "field": "cohort",
        "type": "ordinal",
        "legend": None,
        "scale": {"domain": list(form.cohorts), "range": _line_colours(form, theme)},
    }
    average = theme.looks["average"]
    thin = 1.2 if form.ordered else 2
    mine = [{"filter": there}, {"filter": f"datum.cohort === '{AVERAGE}'"}]
    layers: list[View] = [
        {
            "transform": [*mine, {"filter": "isValid(datum.low)"}],
            "mark": {"type": "area", "color": average, "opacity": 0.18},
            "encoding": {"x": x, "y": {**y, "field": "low", "stack": None}, "y2": {"field": "high"}},
        },
        {
            "transform": [{"filter": there}, {"filter": cohorts}, {"filter": "datum.mature"}],
            "mark": {"type": "line", "strokeWidth": thin},
            "encoding": {"x": x, "y": y, "color": colour},
        },
        {"transform": mine, "mark": {"type": "line", "strokeWidth": 5, "color": theme.page}, "encoding": {"x": x, "y": y}},
        {
            "transform": mine,
            "mark": {"type": "line", "strokeWidth": 3, "color": average, "point": {"filled": True, "size": 44, "color": average}},
            "encoding": {"x": x, "y": y},
        },
    ]
    return {"width": round(wide * len(form.buckets)), "height": 220, "layer": layers}


def _line_colours(form: Curves, theme: Theme) -> list[str]:
    """Of cohorts in the order of time the later the stronger; of a few others each its own."""
    if not form.ordered:
        return [theme.looks[each] for each in LOOKS]
    faint, last = mixed(theme.page, theme.looks["first"], 0.35), max(len(form.cohorts) - 1, 1)
    return [mixed(faint, theme.looks["first"], number / last) for number in range(len(form.cohorts))]
