"""The view of a form, and how much room it needs on the left."""

from __future__ import annotations

from tandem.charts.chart import Breakdown, Curves, Form, Lines, Lists, Stack, Stages, Triangle
from tandem.charts.forms.breakdown import draw_breakdown, draw_lists
from tandem.charts.forms.cohorts import draw_curves, draw_triangle
from tandem.charts.forms.layout import AXIS, SMALL, Layout, View
from tandem.charts.forms.periods import draw_lines, draw_stack
from tandem.charts.forms.stages import draw_stages
from tandem.charts.wrap import width_of


def left_of(form: Form, width: int) -> int:
    """How much room the names on the left need."""
    match form:
        case Stages() | Breakdown() | Lists():
            return 0
        case Triangle(cohorts=cohorts, down=down):
            return min(width // 3, 80 + round(max(width_of(each, SMALL) for each in (*cohorts, down))))
        case Curves() | Lines() | Stack():
            return AXIS


def view_of(form: Form, layout: Layout) -> View:
    match form:
        case Stages():
            return draw_stages(form, layout)
        case Breakdown():
            return draw_breakdown(form, layout)
        case Lists(lines=lines):
            return draw_lists(lines, layout)
        case Triangle():
            return draw_triangle(form, layout)
        case Curves():
            return draw_curves(form, layout)
        case Lines():
            return draw_lines(form, layout)
        case Stack():
            return draw_stack(form, layout)
