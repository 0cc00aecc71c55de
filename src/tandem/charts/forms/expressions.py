"""Texts, values and formats as expressions of Vega have them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tandem.charts.chart import Cell

PERCENT = "format({0} * 100, '.0f') + ' %'"
NUMBER = "format({0}, ',')"
LENGTH = (
    "{0} == null ? 'not reached' : {0} < 60 ? format({0}, '.0f') + ' s' : {0} < 3600 ? format({0} / 60, '.0f') + ' min' "
    ": {0} < 172800 ? format({0} / 3600, '.1f') + ' h' : format({0} / 86400, '.1f') + ' d'"
)


def literal(value: Cell) -> str:
    """A value as an expression of Vega has it."""
    return text(value) if isinstance(value, str) else json.dumps(value)


def text(text: str) -> str:
    """A text as an expression of Vega has it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r") + "'"


def listed(texts: Sequence[str]) -> str:
    return "[" + ", ".join(map(text, texts)) + "]"
