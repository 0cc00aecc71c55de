"""A copy of the compiled part of funnels in which a line is changed and nothing is compiled."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.planting import Room

ROOM = Room("tandem.behavior", ("view", "funnel.turn", "funnel.walk", "funnel.any_order", "funnel.attempts"), uncompiled=True)


def uncompiled(file: str = "", right: str = "", wrong: str = "") -> Any:
    """Everything public of a copy in which the only place of one file that says `right` says `wrong`."""
    return SimpleNamespace(**ROOM.planted(file, right, wrong))
