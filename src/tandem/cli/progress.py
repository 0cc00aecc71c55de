"""Progress of long work, on stderr, and only where a person watches: rows, rate and time left; and why a first command takes long."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tandem.app.importing import Progress

_COMPILED = "tandem.timeline.kernels"


class _Once(logging.Handler):
    """Says the first record alone, in words of its own."""

    def emit(self, record: logging.LogRecord) -> None:
        logging.getLogger(_COMPILED).removeHandler(self)
        print("compiling what this command counts with, once on this machine; it may take half a minute", file=sys.stderr, flush=True)


def tell_of_compiling() -> None:
    """From now on, where a person watches, it is said when something is compiled first."""
    if sys.stderr.isatty():
        logger = logging.getLogger(_COMPILED)
        logger.setLevel(logging.INFO)
        logger.addHandler(_Once())


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Progress | None]:
    """A function that takes an import's progress, or None where nobody looks."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[rows]:,} rows"),
        TextColumn("{task.fields[rate]:,.0f} rows/s"),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, tuple[int, int]] = {}

        def show(file: str, done: int, total: int, rows: int) -> None:
            if file not in tasks:
                tasks[file] = (bars.add_task(file, total=None, rows=0, rate=0.0), sum(before for _, before in tasks.values()))
            number, _ = tasks[file]
            task = next(each for each in bars.tasks if each.id == number)
            elapsed = task.elapsed or 0.0
            bars.update(task.id, completed=done, total=total or None, rows=rows, rate=rows / elapsed if elapsed else 0.0)

        yield show
