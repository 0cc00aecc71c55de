"""The room as its callers see it: as it stands, or a copy in which a line is changed and nothing is compiled."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

from tests.planting import Room

FILES = ("kernels", "layout", "stack", "steps", "algebra", "clock", "folds.stays", "folds.windows", "folds.extremes", "folds.sequence")


def _prepared(name: str, module: ModuleType) -> None:
    if name == "kernels":
        vars(module)["kernel"] = lambda function: function
    if name == "folds.stays":
        vars(module)["PIECE"] = 5  # So that small worlds have more than one.


ROOM = Room("tandem.timeline", FILES, prepared=_prepared)


def standing() -> Any:
    """Everything public, under one name."""
    from tandem.timeline import algebra, clock, kernels, layout, stack, steps
    from tandem.timeline.folds import extremes, sequence, windows

    return SimpleNamespace(
        **{
            name: value
            for each in (kernels, layout, stack, steps, algebra, clock, windows, extremes, sequence)
            for name, value in vars(each).items()
        }
    )


def uncompiled(file: str = "", right: str = "", wrong: str = "") -> Any:
    """A copy whose kernels are plain Python; in one file the only place that says `right` says `wrong`."""
    return SimpleNamespace(**ROOM.planted(file, right, wrong))
