"""What comes from outside, and who listens there: the clock, the cores, the terminal, whoever asked. Tests pass their own."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from tandem.values.instants import Instant


def _now() -> Instant:
    return time.time_ns() // 1_000


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


COLUMNS = 100  # Where nobody says how wide it is, so that what goes into a pipe is the same everywhere.


def _columns() -> int:
    """What COLUMNS says; else the terminal's width, where there is one."""
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said) > 0:
        return int(said)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or COLUMNS
    except (OSError, ValueError, AttributeError):
        return COLUMNS


def _to_nobody(text: str) -> None:
    pass


@dataclass(frozen=True)
class World:
    """now: the instant it is, UTC microseconds. cores: how many processes may work at once. columns: how wide a table may be, in letters.
    warn: tells whoever asked what to doubt."""

    now: Callable[[], Instant] = _now
    cores: Callable[[], int] = _cores
    columns: Callable[[], int] = _columns
    warn: Callable[[str], None] = _to_nobody
