"""Numbers over periods or thresholds: lines, and stacked bars."""

from __future__ import annotations

from tandem.charts.chart import Lines, Stack
from tandem.charts.forms.expressions import listed
from tandem.charts.forms.layout import DASH, Layout, View, count_axis, names_axis, share_axis

# Of a narrower bar nobody sees the colours.
_BAR_LEAST = 4


def draw_lines(form: Lines, layout: Layout) -> View:
    theme = layout.theme
    axis = share_axis() if form.kind == "share" else count_axis()
    x = {
        "field": form.along,
        "type": "ordinal",
        "axis": {**names_axis(form.ticks, layout.plot), "title": form.across or None, "titleAnchor": "start"},
        "scale": {"type": "point", "domain": list(form.ticks), "padding": 0.5},
    }
    mature = [] if form.mature is None else [{"filter": f"datum.{form.mature}"}]
    layers: list[View] = []
    if form.marked is not None:
        stands = {"type": "rule", "color": theme.looks["average"], "strokeWidth": 3}
        layers.append({"transform": [{"filter": f"datum.{form.marked}"}], "mark": stands, "encoding": {"x": x}})
    for each in form.series:
        colour = theme.looks[each.look]
        y = {"field": each.column, "type": "quantitative", "axis": axis, "scale": {"domainMin": 0, "nice": True}}
        there = [{"filter": f"datum.{each.column} != null"}]
        places = {"x": x, "y": y}
        few, wide = len(form.ticks) <= 60, 2.5 if len(form.ticks) <= 150 else 1.5
        if each is not form.series[-1]:
            wide *= 1.6  # What lies on it is seen with it.
        if form.mature is not None:
            layers.append(
                {
                    "transform": there,
                    "mark": {"type": "line", "color": colour, "strokeWidth": 1.5, "strokeDash": DASH, "strokeJoin": "round"},
                    "encoding": places,
                }
            )
        layers.append(
            {
                "transform": [*there, *mature],
                "mark": {
                    "type": "line",
                    "color": colour,
                    "strokeWidth": wide,
                    "strokeJoin": "round",
                    **({"point": {"filled": True, "size": 30, "color": colour}} if few else {}),
                },
                "encoding": places,
            }
        )
        if form.mature is not None:
            layers.append(
                {
                    "transform": [*there, {"filter": f"!datum.{form.mature}"}],
                    "mark": {
                        "type": "point",
                        "size": 46,
                        "filled": True,
                        "fill": theme.page,
                        "stroke": colour,
                        "strokeWidth": 1.8,
                        "opacity": 1,
                    },
                    "encoding": places,
                }
            )
    return {"width": layout.plot, "height": 220 if form.kind == "count" else 150, "layer": layers}


def draw_stack(form: Stack, layout: Layout) -> View:
    """Bars, or areas with a step at each period where bars would be hairs."""
    theme, wide = layout.theme, layout.plot / max(len(form.ticks), 1)
    hairs = wide < _BAR_LEAST
    x = {
        "field": form.along,
        "type": "ordinal",
        "axis": {**names_axis(form.ticks, layout.plot), "title": None, "offset": 4},
        "scale": {"domain": list(form.ticks), "paddingInner": 0 if hairs else 0.18, "paddingOuter": 0.1},
    }
    axis = {**count_axis(), "labelExpr": "format(abs(datum.value), ',')"}
    series = (*form.above, *form.below)
    names = [each.column for each in series]
    lost = listed([each.column for each in form.below])
    y = {"field": "many", "type": "quantitative", "axis": axis, "stack": "zero"}
    scale = {"domain": names, "range": [theme.looks[each.look] for each in series]}
    common = {
        "x": x,
        "y": y,
        "order": {"field": "turn", "type": "quantitative"},
    }
    bars = [{"fold": names, "as": ["series", "number"]}]
    derived = [
        {"calculate": f"indexof({lost}, datum.series) >= 0 ? -datum.number : datum.number", "as": "many"},
        {"calculate": f"indexof({listed(names)}, datum.series)", "as": "turn"},
    ]
    some = [] if hairs else [{"filter": "datum.number > 0"}]
    solid = {"type": "area", "interpolate": "step"} if hairs else {"type": "bar", "stroke": theme.page, "strokeWidth": 1}
    faint = {"type": "bar", "fillOpacity": 0.3, "strokeDash": DASH, "strokeWidth": 1.5} | ({"width": _BAR_LEAST} if hairs else {})
    colour = {"field": "series", "type": "nominal", "legend": None, "scale": scale}
    return {
        "width": layout.plot,
        "height": 320,
        "layer": [
            {
                "transform": [*bars, *derived, *some, {"filter": f"datum.{form.mature}"}],
                "mark": solid,
                "encoding": {**common, "fill": colour},
            },
            {
                "transform": [*bars, *derived, {"filter": f"!datum.{form.mature} && datum.many > 0"}],
                "mark": faint,
                "encoding": {**common, "fill": colour, "stroke": colour},
            },
            {
                "data": {"values": [{}]},
                "mark": {"type": "rule", "color": theme.ink, "strokeWidth": 1.5},
                "encoding": {"y": {"datum": 0, "type": "quantitative"}},
            },
        ],
    }
