"""One measurement, in a process of its own: what another left in memory, or in a cache of its own, plays no part."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

from measuring.watch import Watch

Answer = TypeVar("Answer")

SLOW_SECONDS = 10.0


def in_process(script: str, *arguments: object, **options: object) -> dict[str, Any] | None:
    """What the script prints in its last line, as JSON, when asked to `--measure` that. None where it was over its limit (`limited`)."""
    told = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, script, *told, "--measure", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == -signal.SIGALRM:
        return None
    if done.returncode:
        sys.exit(f"{' '.join(map(str, arguments))} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def limited(work: Callable[[], Answer], limit: float) -> Answer:
    """Does it, or ends the process: a library that never comes back to Python can't be asked to stop."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limit)
    answer = work()
    signal.setitimer(signal.ITIMER_REAL, 0)
    return answer


def best(work: Callable[[], Answer], repeats: int, limit: float) -> tuple[Answer, dict[str, float]]:
    """The answer, with the least seconds and CPU seconds of so many times, the first of which (it warms up) is left out.

    repeats: none for what can be done only once. What takes longer than `SLOW_SECONDS` is done once too, for warmth is a small part of it
    then. megabytes: the most anonymous memory meanwhile.
    """
    seconds, cpu = [], []
    with Watch() as watch:
        while len(seconds) <= repeats:
            begun, spent = time.perf_counter(), _cpu()
            answer = limited(work, limit)
            seconds.append(time.perf_counter() - begun)
            cpu.append(_cpu() - spent)
            if seconds[0] > SLOW_SECONDS:
                break
    warm = slice(1, None) if len(seconds) > 1 else slice(None)
    return answer, {"seconds": min(seconds[warm]), "cpu": min(cpu[warm]), "megabytes": watch.megabytes}


def _cpu() -> float:
    """User and system seconds of this process and of the children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)
