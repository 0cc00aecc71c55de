"""How the stages of funnels and of the path stand in a table: their columns, and what their cells say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tandem.behavior.funnel.tally import Stage

COLUMNS = ("name", "entered", "converted", "dropped", "open", "rate", "low", "high", "median_seconds")
SHOWN = ("", "stage", "entered", "converted", "dropped", "open", "rate", "95 %", "25 % by", "50 % by", "75 % by")

NOT_REACHED = "-"


def told_of(stage: Stage) -> dict[str, str]:
    """The cells of a stage's rate and times, by their columns."""
    assert stage.rate is not None, "every stage but the last has a rate"
    share, interval = stage.rate.value, stage.rate.interval()
    return {
        "rate": "unknown" if share is None else _percent(float(share)),
        "95 %": "" if interval is None else f"{_percent(interval.low)} to {_percent(interval.high)}",
        **{name: _length(length) if stage.entered else "" for name, length in zip(SHOWN[8:], stage.quartiles, strict=True)},
    }


def explain_not_reached(rows: list[dict[str, Any]]) -> None:
    if any(NOT_REACHED in row.values() for row in rows):
        click.echo(
            f"{NOT_REACHED}: fewer than that share had gone on by the end of what could be watched: their window, or the as-of", err=True
        )


def group_named(answer: object) -> str:
    from tandem.app.retention import told

    name = told(answer)  # type: ignore[arg-type]
    return "unknown" if name is None else str(name).lower() if isinstance(name, bool) else str(name)


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def _length(length: int | None) -> str:
    from tandem.values.durations import tell_rounded

    return NOT_REACHED if length is None else tell_rounded(length)
