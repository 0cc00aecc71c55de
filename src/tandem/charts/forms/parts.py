"""What is drawn of a stage wherever it stands: a bar of who went on, is open or is gone, and the rate with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from tandem.charts.chart import told_of
from tandem.charts.forms.expressions import PERCENT
from tandem.charts.forms.layout import DASH, View
from tandem.charts.palette import Theme

_RATE = f"{PERCENT.format('datum.rate')} + '  (' + {PERCENT.format('datum.low')} + ' to ' + {PERCENT.format('datum.high')} + ')'"
_TIME, _FIRST, _THIRD = (f"datum.{told_of(name)}" for name in ("median_seconds", "p25_seconds", "p75_seconds"))
THROUGH = {"calculate": "datum.converted + datum.open", "as": "through"}


def bars(most: int, theme: Theme, height: int, *, begin: float = 0, end: float) -> list[View]:
    """Of a row's `entered` the first part `converted`, the next `open`, and what is left is gone. The view derives `through`.

    begin, end: where nobody and `most` stand."""
    scale = {"domain": [0, max(most, 1)], "nice": False, "range": [begin, end]}
    across = {"type": "quantitative", "axis": None, "scale": scale}
    found = [
        _bar(across, None, "entered", theme.looks["dropped"], height, outline=theme.quiet),
        _bar(across, "converted", "through", theme.looks["open"], height, outline=theme.looks["first"], dash=DASH),
        _bar(across, None, "converted", theme.looks["first"], height, outline=theme.looks["first"]),
    ]
    for bar, column in zip(found, ("entered", "open", "converted"), strict=True):
        bar["transform"] = [{"filter": f"datum.{column} > 0"}]
    return found


def whiskers(theme: Theme, wide: float) -> list[View]:
    """The rate on a line from 0 to 100 %, with both ends of its interval."""
    scale = {"type": "quantitative", "scale": {"domain": [0, 1], "nice": False, "range": [0, wide]}}
    axis = {
        "values": [0, 0.25, 0.5, 0.75, 1] if wide >= 280 else [0, 0.5, 1] if wide >= 150 else [0, 1],
        "labelExpr": PERCENT.format("datum.value"),
        "title": None,
        "domain": False,
        "ticks": False,
        "grid": False,
    }
    known = [{"filter": "datum.rate != null"}]
    tick = {"type": "tick", "orient": "vertical", "size": 13, "thickness": 2, "color": theme.ink}
    return [
        {"mark": {"type": "rule", "strokeWidth": 1, "color": theme.line}, "encoding": {"x": {"value": 0}, "x2": {"value": wide}}},
        {
            "mark": {"type": "rule", "strokeWidth": 2, "color": theme.ink},
            "transform": known,
            "encoding": {"x": {"field": "low", **scale, "axis": axis}, "x2": {"field": "high"}},
        },
        *({"mark": tick, "transform": known, "encoding": {"x": {"field": end, **scale, "axis": axis}}} for end in ("low", "high")),
        {
            "mark": {"type": "point", "filled": True, "size": 60, "color": theme.looks["first"], "opacity": 1},
            "transform": known,
            "encoding": {"x": {"field": "rate", **scale, "axis": axis}},
        },
    ]


def rate_told(*, short: bool = False) -> str:
    """An expression. short: without the interval, which is drawn."""
    rate = PERCENT.format("datum.rate") if short else _RATE
    nobody, nothing = ("nobody", "not over") if short else ("nobody has come so far", "no window is over yet")
    return f"datum.entered == 0 ? '{nobody}' : datum.rate == null ? '{nothing}' : {rate}"


def time_told(*, quarters: bool = False) -> str:
    """An expression. quarters: with the times by which a quarter and three quarters had gone on, where these are reached."""
    quarter = f"(isValid({_FIRST}) ? ' · 25 % by ' + {_FIRST} : '') + (isValid({_THIRD}) ? ' · 75 % by ' + {_THIRD} : '')"
    time = f"'median time ' + (isValid({_TIME}) ? {_TIME} : 'not reached')"
    return f"datum.entered == 0 ? '' : {f'{time} + {quarter}' if quarters else time}"


def _bar(across: View, since: str | None, until: str, colour: str, height: int, *, outline: str, dash: Sequence[int] = ()) -> View:
    mark: View = {"type": "bar", "height": height, "color": colour, "stroke": outline, "strokeWidth": 1.5 if dash else 1}
    if dash:
        mark["strokeDash"] = list(dash)
    ends: View = {"x": {"field": until, "stack": None, **across}}
    if since is not None:
        ends = {"x": {"field": since, **across}, "x2": {"field": until}}
    return {"mark": mark, "encoding": ends}
