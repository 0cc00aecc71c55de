"""The stages of a funnel: a bar each, and beside it the rate with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from tandem.charts.chart import Stages
from tandem.charts.forms.expressions import LENGTH, NUMBER, PERCENT, literal
from tandem.charts.forms.layout import DASH, Layout, View, above, said

_STAGE = 78


def draw_stages(form: Stages, layout: Layout) -> View:
    theme, gap = layout.theme, 28
    bars = round((layout.width - gap) * 0.58)
    rates = layout.width - gap - bars - 6  # A point at 100 % is as wide on both sides.
    height = form.stages * _STAGE
    of = [{"filter": f"datum.group === {literal(form.group)}"}] if form.apart else []
    down = {"field": "step", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0, "paddingOuter": 0}}
    across = {"type": "quantitative", "axis": None, "scale": {"domain": [0, max(form.most, 1)], "nice": False}}
    counts = "'went on ' + {} + ' · still open ' + {} + ' · dropped ' + {}".format(
        *(NUMBER.format(f"datum.{name}") for name in ("converted", "open", "dropped"))
    )
    left: View = {
        "width": bars,
        "height": height,
        "title": above(f"{form.many.capitalize()} that reached each stage", theme),
        "transform": [
            *of,
            {"calculate": "datum.converted + datum.open", "as": "through"},
            {"calculate": "datum.step + '  ' + datum.name", "as": "named"},
            {"calculate": NUMBER.format("datum.entered"), "as": "many"},
            {"calculate": f"datum.step == {form.stages} ? 'the last stage' : {counts}", "as": "told"},
        ],
        "encoding": {"y": down},
        "layer": [
            _bar(across, None, "entered", theme.looks["dropped"], 22, outline=theme.quiet),
            _bar(across, "converted", "through", theme.looks["open"], 22, outline=theme.looks["first"], dash=DASH),
            _bar(across, None, "converted", theme.looks["first"], 22, outline=theme.looks["first"]),
            said("named", theme.ink, x=0, dy=-22, bold=True, limit=bars - 84),
            said("many", theme.ink, x=bars, dy=-22, bold=True, align="right"),
            said("told", theme.quiet, x=0, dy=22, limit=bars),
        ],
    }
    for bar, column in zip(left["layer"], ("entered", "open", "converted"), strict=False):
        bar["transform"] = [{"filter": f"datum.{column} > 0"}]
    scale = {"type": "quantitative", "scale": {"domain": [0, 1], "nice": False}}
    axis = {
        "values": [0, 0.25, 0.5, 0.75, 1] if rates >= 280 else [0, 0.5, 1],
        "labelExpr": PERCENT.format("datum.value"),
        "title": None,
        "domain": False,
        "ticks": False,
        "grid": False,
    }
    known = [{"filter": "datum.rate != null"}]
    rate = f"{PERCENT.format('datum.rate')} + '  (' + {PERCENT.format('datum.low')} + ' to ' + {PERCENT.format('datum.high')} + ')'"
    right: View = {
        "width": rates,
        "height": height,
        "title": above("Share that goes on to the next", theme),
        "transform": [
            *of,
            {"filter": f"datum.step < {form.stages}"},
            {
                "calculate": f"datum.entered == 0 ? 'nobody has come so far' : datum.rate == null ? 'no window is over yet' : {rate}",
                "as": "told",
            },
            {"calculate": f"datum.entered == 0 ? '' : 'median time ' + ({LENGTH.format('datum.median_seconds')})", "as": "took"},
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
            said("told", theme.ink, x=0, dy=-22, bold=True, limit=rates),
            said("took", theme.quiet, x=0, dy=22, limit=rates),
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
