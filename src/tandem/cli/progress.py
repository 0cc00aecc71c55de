"""Progress of long work: rows, rate and time left, on stderr, and only where a person watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tandem.app.importing import Progress


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
