"""Texts, values and formats as expressions of Vega have them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tandem.charts.chart import Cell

PERCENT = "format({0} * 100, '.0f') + ' %'"
NUMBER = "format({0}, ',')"


def literal(value: Cell) -> str:
    """A value as an expression of Vega has it."""
    return text(value) if isinstance(value, str) else json.dumps(value)


def text(text: str) -> str:
    """A text as an expression of Vega has it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r") + "'"


def listed(texts: Sequence[str]) -> str:
    return "[" + ", ".join(map(text, texts)) + "]"
