"""The greatest anonymous memory of a process, sampled while a block runs."""

from __future__ import annotations

import threading
from pathlib import Path


class Watch:
    """megabytes: the most that was seen so far, of this process and, where asked, of its children.

    Memory that is mapped from files does not count: the system takes it back when it needs it.
    """

    def __init__(self, *, children: bool = False, every: float = 0.01) -> None:
        self._children, self._every = children, every
        self.megabytes = 0.0

    def __enter__(self) -> Watch:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._ended.wait(self._every):
            self._look()

    def _look(self) -> None:
        self.megabytes = max(self.megabytes, sum(map(_anonymous, self._processes())) / 1024)

    def _processes(self) -> list[str]:
        if not self._children:
            return ["self"]
        import psutil

        own = psutil.Process()
        return [str(each.pid) for each in (own, *own.children(recursive=True))]


def _anonymous(process: str) -> int:
    """Kilobytes; 0 of a process that has ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return int(status.split("RssAnon:")[1].split()[0]) if "RssAnon:" in status else 0
