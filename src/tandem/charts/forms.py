"""The forms as views of Vega-Lite. Each draws columns of the one table; what it derives from them it says in an expression."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tandem.charts.chart import Cell, Curves, Form, Lines, Stack, Stages, Triangle
from tandem.charts.palette import Theme, mixed, turns_at
from tandem.charts.retention import AVERAGE, LOOKS
from tandem.charts.wrap import width_of

View = dict[str, Any]
TEXT, SMALL = 13, 12
AXIS, RIGHT = 62, 20
DASH = [4, 3]
_STAGE, _ROW, _CELL_MOST = 78, 24, 64
_PERCENT = "format({0} * 100, '.0f') + ' %'"
_NUMBER = "format({0}, ',')"
_LENGTH = (
    "{0} == null ? 'not reached' : {0} < 60 ? format({0}, '.0f') + ' s' : {0} < 3600 ? format({0} / 60, '.0f') + ' min' "
    ": {0} < 172800 ? format({0} / 3600, '.1f') + ' h' : format({0} / 86400, '.1f') + ' d'"
)


@dataclass(frozen=True)
class Layout:
    """width: of what is drawn, without the margins. left: what of it stands before the plot: names of cohorts, or an axis."""

    theme: Theme
    width: int
    left: int

    @property
    def plot(self) -> int:
        """The last name under an axis needs half of its width more."""
        return self.width - self.left - RIGHT


def left_of(form: Form, width: int) -> int:
    """How much room the names on the left need."""
    match form:
        case Stages():
            return 0
        case Triangle(cohorts=cohorts, down=down):
            return min(width // 3, 80 + round(max(width_of(each, SMALL) for each in (*cohorts, down))))
        case Curves() | Lines() | Stack():
            return AXIS


def view_of(form: Form, layout: Layout) -> View:
    match form:
        case Stages():
            return _stages(form, layout)
        case Triangle():
            return _triangle(form, layout)
        case Curves():
            return _curves(form, layout)
        case Lines():
            return _lines(form, layout)
        case Stack():
            return _stack(form, layout)


# Stages.


def _stages(form: Stages, layout: Layout) -> View:
    theme, gap = layout.theme, 28
    bars = round((layout.width - gap) * 0.58)
    rates = layout.width - gap - bars - 6  # A point at 100 % is as wide on both sides.
    height = form.stages * _STAGE
    of = [{"filter": f"datum.group === {_literal(form.group)}"}] if form.apart else []
    down = {"field": "step", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0, "paddingOuter": 0}}
    across = {"type": "quantitative", "axis": None, "scale": {"domain": [0, max(form.most, 1)], "nice": False}}
    counts = "'went on ' + {} + ' · still open ' + {} + ' · dropped ' + {}".format(
        *(_NUMBER.format(f"datum.{name}") for name in ("converted", "open", "dropped"))
    )
    left: View = {
        "width": bars,
        "height": height,
        "title": _above(f"{form.many.capitalize()} that reached each stage", theme),
        "transform": [
            *of,
            {"calculate": "datum.converted + datum.open", "as": "through"},
            {"calculate": "datum.step + '  ' + datum.name", "as": "named"},
            {"calculate": _NUMBER.format("datum.entered"), "as": "many"},
            {"calculate": f"datum.step == {form.stages} ? 'the last stage' : {counts}", "as": "told"},
        ],
        "encoding": {"y": down},
        "layer": [
            _bar(across, None, "entered", theme.looks["dropped"], 22, outline=theme.quiet),
            _bar(across, "converted", "through", theme.looks["open"], 22, outline=theme.looks["first"], dash=DASH),
            _bar(across, None, "converted", theme.looks["first"], 22, outline=theme.looks["first"]),
            _said("named", theme.ink, x=0, dy=-22, bold=True, limit=bars - 84),
            _said("many", theme.ink, x=bars, dy=-22, bold=True, align="right"),
            _said("told", theme.quiet, x=0, dy=22, limit=bars),
        ],
    }
    for bar, column in zip(left["layer"], ("entered", "open", "converted"), strict=False):
        bar["transform"] = [{"filter": f"datum.{column} > 0"}]
    scale = {"type": "quantitative", "scale": {"domain": [0, 1], "nice": False}}
    axis = {
        "values": [0, 0.25, 0.5, 0.75, 1] if rates >= 280 else [0, 0.5, 1],
        "labelExpr": _PERCENT.format("datum.value"),
        "title": None,
        "domain": False,
        "ticks": False,
        "grid": False,
    }
    known = [{"filter": "datum.rate != null"}]
    rate = f"{_PERCENT.format('datum.rate')} + '  (' + {_PERCENT.format('datum.low')} + ' to ' + {_PERCENT.format('datum.high')} + ')'"
    right: View = {
        "width": rates,
        "height": height,
        "title": _above("Share that goes on to the next", theme),
        "transform": [
            *of,
            {"filter": f"datum.step < {form.stages}"},
            {
                "calculate": f"datum.entered == 0 ? 'nobody has come so far' : datum.rate == null ? 'no window is over yet' : {rate}",
                "as": "told",
            },
            {"calculate": f"datum.entered == 0 ? '' : 'median time ' + ({_LENGTH.format('datum.median_seconds')})", "as": "took"},
        ],
        "encoding": {"y": {**down, "scale": {**down["scale"], "domain": list(range(1, form.stages + 1))}}},  # type: ignore[dict-item]
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 1, "color": theme.line},
                "encoding": {"x": {"value": 0}, "x2": {"value": rates}},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 2, "color": theme.ink},
                "transform": known,
                "encoding": {"x": {"field": "low", **scale, "axis": axis}, "x2": {"field": "high"}},
            },
            *(
                {
                    "mark": {"type": "tick", "orient": "vertical", "size": 13, "thickness": 2, "color": theme.ink},
                    "transform": known,
                    "encoding": {"x": {"field": end, **scale, "axis": axis}},
                }
                for end in ("low", "high")
            ),
            {
                "mark": {"type": "point", "filled": True, "size": 60, "color": theme.looks["first"], "opacity": 1},
                "transform": known,
                "encoding": {"x": {"field": "rate", **scale, "axis": axis}},
            },
            _said("told", theme.ink, x=0, dy=-22, bold=True, limit=rates),
            _said("took", theme.quiet, x=0, dy=22, limit=rates),
        ],
    }
    return {"hconcat": [left, right], "spacing": gap, "bounds": "flush"}


def _bar(across: View, since: str | None, until: str, colour: str, height: int, *, outline: str, dash: Sequence[int] = ()) -> View:
    mark: View = {"type": "bar", "height": height, "color": colour, "stroke": outline, "strokeWidth": 1.5 if dash else 1}
    if dash:
        mark["strokeDash"] = list(dash)
    ends: View = {"x": {"field": until, "stack": None, **across}}
    if since is not None:
        ends = {"x": {"field": since, **across}, "x2": {"field": until}}
    return {"mark": mark, "encoding": ends}


# Triangle.


def cell_width(form: Triangle | Curves, layout: Layout) -> float:
    return min(_CELL_MOST, (layout.plot + RIGHT - 1) / max(len(form.buckets), 1))


def _triangle(form: Triangle, layout: Layout) -> View:
    theme, wide = layout.theme, cell_width(form, layout)
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
        "labelPadding": 4,
    }
    scale = {"domain": list(form.buckets), "paddingInner": min(0.12, 2 / wide), "paddingOuter": 0}
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
    number = _PERCENT.format("datum.rate") if wide >= 42 else "format(datum.rate * 100, '.0f')"
    there = f"datum.rate != null && indexof({_list(form.cohorts)}, datum.cohort) >= 0 && indexof({_list(form.buckets)}, datum.bucket) >= 0"
    on_dark = f"datum.rate / {form.most} >= {turns_at(theme)}"
    of_cohort = f"indexof({_list(form.cohorts)}, datum.cohort) >= 0"
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
            {
                "transform": [
                    {"filter": of_cohort},
                    {"aggregate": [{"op": "max", "field": "began", "as": "began"}], "groupby": ["cohort"]},
                ],
                "layer": [
                    _named(f"datum.cohort !== '{AVERAGE}'", "datum.cohort", theme, x=-layout.left, limit=layout.left - 72),
                    _named(f"datum.cohort === '{AVERAGE}'", "datum.cohort", theme, x=-layout.left, bold=True),
                    _named(f"datum.cohort !== '{AVERAGE}'", _NUMBER.format("datum.began"), theme, x=-10, align="right"),
                ],
            },
            _header(form.down, theme, x=-layout.left),
            _header(form.many, theme, x=-10, align="right"),
        ],
    }


def _named(which: str, words: str, theme: Theme, **where: Any) -> View:
    return {**_said("told", theme.ink, **where), "transform": [{"filter": which}, {"calculate": words, "as": "told"}]}


def _header(words: str, theme: Theme, *, x: float, align: str = "left") -> View:
    return {
        "data": {"values": [{}]},
        "mark": {"type": "text", "align": align, "baseline": "bottom", "color": theme.quiet, "fontSize": SMALL, "text": words},
        "encoding": {"x": {"value": x}, "y": {"value": -6}},
    }


# Lines.


def _curves(form: Curves, layout: Layout) -> View:
    theme, wide = layout.theme, cell_width(form, layout)
    x = {
        "field": "bucket",
        "type": "ordinal",
        "axis": {**_labels(form.buckets, round(wide * len(form.buckets))), "title": form.across, "titleAnchor": "start"},
        "scale": {"type": "point", "domain": list(form.buckets), "padding": 0.5},
    }
    y = {"field": "rate", "type": "quantitative", "axis": _share_axis(), "scale": {"domainMin": 0, "nice": True}}
    there = f"datum.rate != null && indexof({_list(form.buckets)}, datum.bucket) >= 0"
    cohorts = f"indexof({_list(form.cohorts)}, datum.cohort) >= 0"
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
            "transform": [{"filter": there}, {"filter": cohorts}],
            "mark": {"type": "line", "strokeWidth": thin, "strokeDash": DASH, "opacity": 0.6},
            "encoding": {"x": x, "y": y, "color": colour},
        },
        {
            "transform": [{"filter": there}, {"filter": cohorts}, {"filter": "datum.mature"}],
            "mark": {"type": "line", "strokeWidth": thin},
            "encoding": {"x": x, "y": y, "color": colour},
        },
        {
            "transform": [{"filter": there}, {"filter": cohorts}, {"filter": "!datum.mature"}],
            "mark": {"type": "point", "size": 26, "filled": True, "fill": theme.page, "strokeWidth": 1.2, "opacity": 1},
            "encoding": {"x": x, "y": y, "stroke": colour},
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


def _lines(form: Lines, layout: Layout) -> View:
    theme = layout.theme
    axis = _share_axis() if form.kind == "share" else _count_axis()
    x = {
        "field": form.along,
        "type": "ordinal",
        "axis": {**_labels(form.ticks, layout.plot), "title": form.across or None, "titleAnchor": "start"},
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
            wide *= 2  # What lies on it is seen with it.
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


# Stack.


def _stack(form: Stack, layout: Layout) -> View:
    theme = layout.theme
    x = {
        "field": form.along,
        "type": "ordinal",
        "axis": {**_labels(form.ticks, layout.plot), "title": None, "offset": 4},
        "scale": {"domain": list(form.ticks), "paddingInner": 0.18, "paddingOuter": 0.1},
    }
    axis = {**_count_axis(), "labelExpr": "format(abs(datum.value), ',')"}
    series = (*form.above, *form.below)
    names = [each.column for each in series]
    lost = _list([each.column for each in form.below])
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
        {"calculate": f"indexof({_list(names)}, datum.series)", "as": "turn"},
        {"filter": "datum.number > 0"},
    ]
    colour = {"field": "series", "type": "nominal", "legend": None, "scale": scale}
    return {
        "width": layout.plot,
        "height": 320,
        "layer": [
            {
                "transform": [*bars, *derived, {"filter": f"datum.{form.mature}"}],
                "mark": {"type": "bar", "stroke": theme.page, "strokeWidth": 1},
                "encoding": {**common, "fill": colour},
            },
            {
                "transform": [*bars, *derived, {"filter": f"!datum.{form.mature}"}],
                "mark": {"type": "bar", "fillOpacity": 0.3, "strokeDash": DASH, "strokeWidth": 1.5},
                "encoding": {**common, "fill": colour, "stroke": colour},
            },
            {
                "data": {"values": [{}]},
                "mark": {"type": "rule", "color": theme.ink, "strokeWidth": 1.5},
                "encoding": {"y": {"datum": 0, "type": "quantitative"}},
            },
        ],
    }


# What the forms share.


def _said(
    field: str,
    colour: str,
    *,
    x: float,
    dy: float = 0,
    align: str = "left",
    bold: bool = False,
    limit: float | None = None,
    size: float = SMALL,
) -> View:
    mark: View = {"type": "text", "align": align, "baseline": "middle", "dy": dy, "color": colour, "fontSize": TEXT if bold else size}
    if bold:
        mark["fontWeight"] = "bold"
    if limit is not None:
        mark["limit"] = limit
    return {"mark": mark, "encoding": {"x": {"value": x}, "text": {"field": field}}}


def _above(words: str, theme: Theme) -> View:
    return {
        "text": words,
        "anchor": "start",
        "frame": "bounds",
        "fontSize": SMALL,
        "fontWeight": "normal",
        "color": theme.quiet,
        "offset": 4,
    }


def _share_axis() -> View:
    return {
        "labelExpr": _PERCENT.format("datum.value"),
        "tickCount": 4,
        "title": None,
        "minExtent": AXIS - 8,
        "maxExtent": AXIS - 8,
        "ticks": False,
    }


def _count_axis() -> View:
    return {
        "labelExpr": _NUMBER.format("datum.value"),
        "tickCount": 5,
        "tickMinStep": 1,
        "title": None,
        "minExtent": AXIS - 8,
        "maxExtent": AXIS - 8,
        "ticks": False,
    }


def _labels(ticks: Sequence[str], width: float) -> View:
    """An axis of names, of which as many are written as have room; days are written short, and the first with its year."""
    days = all(len(each) == 10 and each[4] == each[7] == "-" for each in ticks)
    longest = max((width_of("30 Sep 2026" if days else each, SMALL) for each in ticks), default=1)
    step = max(1, -(-len(ticks) * (longest + 10) // max(width, 1)))
    shown = list(ticks[:: int(step)])
    axis: View = {"values": shown, "labelAngle": 0, "labelOverlap": False, "grid": False}
    if days:
        # Without a year the label would say nothing where it changes.
        yearly = [each for before, each in zip(["", *shown], shown, strict=False) if before[:4] != each[:4]]
        axis["labelExpr"] = f"utcFormat(toDate(datum.value), indexof({_list(yearly)}, datum.value) >= 0 ? '%-d %b %Y' : '%-d %b')"
    return axis


def _literal(value: Cell) -> str:
    """A value as an expression of Vega has it."""
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    """A text as an expression of Vega has it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r") + "'"


def _list(texts: Sequence[str]) -> str:
    return "[" + ", ".join(map(_text, texts)) + "]"
