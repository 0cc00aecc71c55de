"""What comes from outside, and who listens there: the clock, the cores, whoever asked. Tests pass their own."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from tandem.values.instants import Instant


def _now() -> Instant:
    return time.time_ns() // 1_000


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _to_nobody(text: str) -> None:
    pass


@dataclass(frozen=True)
class World:
    """now: the instant it is, UTC microseconds. cores: how many processes may work at once. warn: tells whoever asked what to doubt."""

    now: Callable[[], Instant] = _now
    cores: Callable[[], int] = _cores
    warn: Callable[[str], None] = _to_nobody
