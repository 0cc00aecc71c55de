"""The stages of a funnel or a path: a bar each, and beside it the rate with its interval."""

from __future__ import annotations

from tandem.charts.chart import Stages
from tandem.charts.forms.expressions import NUMBER, literal
from tandem.charts.forms.layout import SMALL, TEXT, Layout, View, above, said
from tandem.charts.forms.parts import THROUGH, bars, rate_told, time_told, whiskers
from tandem.charts.wrap import BOLD, width_of

_STAGE, _GAP, _BAR = 78, 28, 22
# Both quarters beside the median need so much room.
_QUARTERS_LEAST = 330


def draw_stages(form: Stages, layout: Layout) -> View:
    theme = layout.theme
    wide = round((layout.width - _GAP) * 0.58)
    rates = layout.width - _GAP - wide - 6  # A point at 100 % is as wide on both sides.
    height = form.stages * _STAGE
    of = [{"filter": f"datum.group === {literal(form.group)}"}] if form.apart else []
    down = {"field": "step", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0, "paddingOuter": 0}}
    named = "datum.step + '  ' + datum.name" + (f" + ': ' + datum.{form.meant}" if form.meant else "")
    left: View = {
        "width": wide,
        "height": height,
        "title": above(f"{form.many.capitalize()} that reached each stage", theme),
        "transform": [
            *of,
            THROUGH,
            {"calculate": named, "as": "named"},
            {"calculate": NUMBER.format("datum.entered"), "as": "many"},
            {"calculate": f"datum.step == {form.stages} ? 'the last stage' : {_counts(form, wide)}", "as": "told"},
        ],
        "encoding": {"y": down},
        "layer": [
            *bars(form.most, theme, _BAR, end=wide),
            said("named", theme.ink, x=0, dy=-22, bold=True, limit=wide - width_of(f"{form.most:,}", TEXT * BOLD) - 12),
            said("many", theme.ink, x=wide, dy=-22, bold=True, align="right"),
            said("told", theme.quiet, x=0, dy=22, limit=wide),
        ],
    }
    right: View = {
        "width": rates,
        "height": height,
        "title": above("Share that goes on to the next", theme),
        "transform": [
            *of,
            {"filter": f"datum.step < {form.stages}"},
            {"calculate": rate_told(), "as": "told"},
            {"calculate": time_told(quarters=rates >= _QUARTERS_LEAST), "as": "took"},
        ],
        "encoding": {"y": {**down, "scale": {**down["scale"], "domain": list(range(1, form.stages + 1))}}},  # type: ignore[dict-item]
        "layer": [
            *whiskers(theme, rates),
            said("told", theme.ink, x=0, dy=-22, bold=True, limit=rates),
            said("took", theme.quiet, x=0, dy=22, limit=rates),
        ],
    }
    return {"hconcat": [left, right], "spacing": _GAP, "bounds": "flush"}


def _counts(form: Stages, room: int) -> str:
    """Who went on, is open and is gone, in fewer words where there is no room for more."""
    most = f"{form.most:,}"
    numbers = [NUMBER.format(f"datum.{name}") for name in ("converted", "open", form.gone)]
    if width_of(f"went on {most} · still open {most} · {form.gone} {most}", SMALL) <= room:
        words = ("'went on ' + {}", "' · still open ' + {}", f"' · {form.gone} ' + {{}}")
    else:
        words = ("{} + ' on'", "' · ' + {} + ' open'", f"' · ' + {{}} + ' {form.gone}'")
    return " + ".join(word.format(number) for word, number in zip(words, numbers, strict=True))
