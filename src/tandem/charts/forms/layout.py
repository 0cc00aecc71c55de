"""Where the views of a chart stand, and the pieces that they share: texts, headings, axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tandem.charts.forms.expressions import NUMBER, PERCENT, listed
from tandem.charts.palette import Theme
from tandem.charts.wrap import width_of

View = dict[str, Any]
TEXT, SMALL = 13, 12
# An axis of numbers, and what the last name under a plot needs beside it.
AXIS, RIGHT = 62, 20
DASH = [4, 3]


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


def said(
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


def above(words: str, theme: Theme) -> View:
    return {
        "text": words,
        "anchor": "start",
        "frame": "group",
        "fontSize": SMALL,
        "fontWeight": "normal",
        "color": theme.quiet,
        "offset": 4,
    }


def words(lines: list[str], layout: Layout, colour: str, size: int) -> View:
    return {
        "width": layout.width - layout.left,
        "height": len(lines) * (size + 5),
        "data": {"values": [{}]},
        "mark": {
            "type": "text",
            "align": "left",
            "baseline": "top",
            "color": colour,
            "fontSize": size,
            "lineHeight": size + 5,
            "text": lines,
        },
        "encoding": {"x": {"value": -layout.left}, "y": {"value": 0}},
    }


def share_axis() -> View:
    return {
        "labelExpr": PERCENT.format("datum.value"),
        "tickCount": 4,
        "title": None,
        "minExtent": AXIS - 8,
        "maxExtent": AXIS - 8,
        "ticks": False,
    }


def count_axis() -> View:
    return {
        "labelExpr": NUMBER.format("datum.value"),
        "tickCount": 5,
        "tickMinStep": 1,
        "title": None,
        "minExtent": AXIS - 8,
        "maxExtent": AXIS - 8,
        "ticks": False,
    }


def names_axis(ticks: Sequence[str], width: float) -> View:
    """An axis of names, of which as many are written as have room; days are written short, and the first with its year."""
    days = all(len(each) == 10 and each[4] == each[7] == "-" for each in ticks)
    longest = max((width_of("30 Sep 2026" if days else each, SMALL) for each in ticks), default=1)
    step = max(1, -(-len(ticks) * (longest + 10) // max(width, 1)))
    shown = list(ticks[:: int(step)])
    axis: View = {"values": shown, "labelAngle": 0, "labelOverlap": False, "grid": False}
    if days:
        # Without a year the label would say nothing where it changes.
        yearly = [each for before, each in zip(["", *shown], shown, strict=False) if before[:4] != each[:4]]
        axis["labelExpr"] = f"utcFormat(toDate(datum.value), indexof({listed(yearly)}, datum.value) >= 0 ? '%-d %b %Y' : '%-d %b')"
    return axis
