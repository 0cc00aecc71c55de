"""Many groups: of one stage a row each, so that they are compared down the page; of all stages a line each."""

from __future__ import annotations

from collections.abc import Sequence

from tandem.charts.chart import Breakdown, name_of
from tandem.charts.forms.expressions import NUMBER, listed, literal
from tandem.charts.forms.layout import SMALL, Layout, View, above, said, words
from tandem.charts.forms.parts import THROUGH, bars, rate_told, time_told, whiskers
from tandem.charts.wrap import width_of, wrapped

_ROW, _BAR, _GAP = 22, 13, 24
# The rate with its interval in words, and the median time beside it, need so much room.
_INTERVAL_LEAST, _TIME_LEAST = 140, 290


def draw_breakdown(form: Breakdown, layout: Layout) -> View:
    theme, names = layout.theme, [name_of(each) for each in form.groups]
    many = round(width_of(f"{form.most:,}", SMALL)) + 8
    name = min(layout.width // 4, round(max(width_of(each, SMALL) for each in names)) + 12)
    room = layout.width - name - many - _GAP
    wide, rates = (round(room * part) for part in ((0.36, 0.22) if room >= 700 else (0.4, 0.3)))
    words = room - wide - rates - 16
    groups = "[" + ", ".join(map(literal, form.groups)) + "]"
    of = [
        {"filter": f"datum.step == {form.step}"},
        {"calculate": f"indexof({groups}, datum.group)", "as": "row"},
        {"filter": "datum.row >= 0"},
    ]
    scale = {"domain": list(range(len(names))), "paddingInner": 0, "paddingOuter": 0}
    down = {"y": {"field": "row", "type": "ordinal", "axis": None, "scale": scale}}
    told = rate_told(short=words < _INTERVAL_LEAST)
    left: View = {
        "width": name + wide + many,
        "height": _ROW * len(names),
        "title": above(f"{form.many.capitalize()} that reached it", theme),
        "transform": [
            *of,
            THROUGH,
            {"calculate": f"{listed(names)}[datum.row]", "as": "named"},
            {"calculate": NUMBER.format("datum.entered"), "as": "many"},
        ],
        "encoding": down,
        "layer": [
            *bars(form.most, theme, _BAR, begin=name, end=name + wide),
            said("named", theme.ink, x=0, limit=name - 8),
            said("many", theme.ink, x=name + wide + many, align="right"),
        ],
    }
    right: View = {
        "width": rates + 16 + words,
        "height": _ROW * len(names),
        "title": above("Share that goes on to the next", theme),
        "transform": [
            *of,
            {
                "calculate": f"({told})" + (f" + (datum.entered == 0 ? '' : ' · ' + ({time_told()}))" if words >= _TIME_LEAST else ""),
                "as": "told",
            },
        ],
        "encoding": down,
        "layer": [*whiskers(theme, rates), said("told", theme.ink, x=rates + 16, limit=words)],
    }
    return {"hconcat": [left, right], "spacing": _GAP, "bounds": "flush"}


def draw_lists(lines: Sequence[str], layout: Layout) -> View:
    """In as many columns as have room, each read down."""
    longest = max(width_of(line, SMALL) for line in lines) + _GAP
    columns = max(1, min(len(lines), int((layout.width + _GAP) // longest)))
    down = -(-len(lines) // columns)
    parts = [[part for line in lines[at : at + down] for part in wrapped(line, layout.width, SMALL)] for at in range(0, len(lines), down)]
    views = [words(part, layout, layout.theme.ink, SMALL) for part in parts]
    for number, view in enumerate(views):
        view["encoding"]["x"] = {"value": number * longest - layout.left}
    return {key: views[0][key] for key in ("width", "height")} | {
        "layer": [{key: view[key] for key in ("data", "mark", "encoding")} for view in views]
    }
