"""One writer a project: an advisory lock that the kernel drops when its holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

import msgspec


class Holder(msgspec.Struct, frozen=True):
    """Who writes: process id and the command that it runs."""

    pid: int
    command: str


class Held(Exception):
    """Another process writes. `holder` is None if it has not yet said who it is."""

    def __init__(self, holder: Holder | None) -> None:
        self.holder = holder
        super().__init__(
            "another command writes to this project"
            if holder is None
            else f"`{holder.command}` (process {holder.pid}) writes to this project"
        )


class WriterLock:
    """Held from construction until `close`; raises Held at once where another process has it."""

    def __init__(self, path: Path, command: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = os.pread(self._file, 4096, 0)
            os.close(self._file)
            raise Held(_read_holder(said)) from None
        try:
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, msgspec.json.encode(Holder(os.getpid(), command)), 0)
        except OSError:
            os.close(self._file)
            raise

    def close(self) -> None:
        # The file stays: removing it would let two writers hold locks on two files of one name.
        os.ftruncate(self._file, 0)
        os.close(self._file)

    def __enter__(self) -> WriterLock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _read_holder(said: bytes) -> Holder | None:
    try:
        return msgspec.json.decode(said, type=Holder)
    except msgspec.DecodeError:
        return None
