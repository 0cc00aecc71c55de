"""A project's folder: `playbook/`, written by people, and `data/`, written by Tandem."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from deltalake.exceptions import TableNotFoundError
from pyarrow import ArrowInvalid

from tandem.app.failures import (
    AnotherWriter,
    DamagedData,
    DiskFull,
    Failure,
    NewerData,
    NoProject,
    PlaybookProblems,
    UnreadableInput,
    WrongUsage,
)
from tandem.app.world import World
from tandem.storage.journal import Damaged
from tandem.storage.lock import Held
from tandem.storage.log import Log, Writer
from tandem.storage.manifest import NewerFormat, OlderFormat
from tandem.values.durations import Duration, read_duration
from tandem.values.instants import Instant, read_instant, show

if TYPE_CHECKING:
    from tandem.app.playbook.playbook import Playbook

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True)
class Project:
    """folder: what `tandem -C` names. Raises NoProject where it holds no `playbook/`."""

    folder: Path
    world: World

    def __post_init__(self) -> None:
        if not (self.folder / "playbook").is_dir():
            raise NoProject(f"`{self.folder}` holds no `playbook/`, so it is no project", f"`tandem init {self.folder}` makes one")

    @cached_property
    def playbook(self) -> Playbook:
        """The folder's playbook. Raises PlaybookProblems where it does not read: a command never works on half a playbook."""
        # What was kept may answer without it, and to load its shapes takes as long as all the rest.
        from tandem.app.playbook.playbook import read_playbook

        playbook = read_playbook(self.folder / "playbook")
        errors = [problem for problem in playbook.problems if problem.severity == "error"]
        if errors:
            raise PlaybookProblems(errors)
        return playbook

    @property
    def zone(self) -> ZoneInfo:
        return self.playbook.company.time_zone

    def log(self) -> Log:
        """The log as it stands. Data of an older version is migrated first, which takes the writer's lock."""
        with storage_faults():
            try:
                return Log(self.folder / "data")
            except OlderFormat:
                with Writer(self.folder / "data", "migrate"):
                    pass
                return Log(self.folder / "data")

    @contextmanager
    def writer(self, command: str) -> Iterator[Writer]:
        """The writer of this project, for as long as the block lasts."""
        with storage_faults(), Writer(self.folder / "data", command) as writer:
            yield writer

    def as_of(self, typed: str | None, log: Log, zone: ZoneInfo | None = None) -> Instant:
        """The instant at which a question is asked: the one typed; else the last one of which anything is known.

        A bare date is midnight in `zone`, by default that of the folder's playbook. Warns of an instant of which nothing is known yet.
        """
        last = self._known_until(log)
        if typed is None:
            return last
        at = read_typed(typed, self.zone if zone is None else zone)
        if at > last:
            self.world.warn(f"nothing is known after {show(last)}: as of {show(at)} is answered as if nothing had happened since")
        return at

    def _known_until(self, log: Log) -> Instant:
        """The clock where the project has ever been served; else the greatest `known_at` in the log."""
        return self.world.now() if log.served or log.known_until is None else log.known_until


def read_typed(text: str, zone: ZoneInfo) -> Instant:
    """An instant that a person typed. Raises WrongUsage."""
    try:
        return read_instant(text, zone)
    except ValueError:
        raise WrongUsage(f"`{text}` is not an instant", "write 2026-03-01, 2026-03-01T09:30 or 2026-03-01T09:30:00Z") from None


def read_range(since: str | None, until: str | None, zone: ZoneInfo) -> tuple[Instant | None, Instant | None]:
    """Since and until, of which either may be absent, as a person typed them. Raises WrongUsage, also where nothing lies between them."""
    first, last = (None if typed is None else read_typed(typed, zone) for typed in (since, until))
    if first is not None and last is not None and first >= last:
        raise WrongUsage(f"nothing is since `{since}` and until `{until}`", "`--since` is in, `--until` is out")
    return first, last


def read_length(text: str) -> Duration:
    """A length of time, longer than none, that a person typed. Raises WrongUsage."""
    try:
        length = read_duration(text)
    except ValueError as error:
        raise WrongUsage(str(error), "write 30d, 12w or 48h") from None
    if length == 0:
        raise WrongUsage(f"`{text}` is no time at all", "write 30d, 12w or 48h")
    return length


@contextmanager
def storage_faults() -> Iterator[None]:
    """What the disk or another command forbids, as a failure that says what to do."""
    try:
        yield
    except Failure:
        raise
    except Held as held:
        raise AnotherWriter(str(held), "wait until it ends; one command writes at a time") from None
    except NewerFormat as newer:
        raise NewerData(str(newer), "install the newer Tandem; nothing was changed") from None
    except Damaged as damaged:
        raise DamagedData(f"`data/` was altered on disk: {damaged}", "restore `data/` from a backup; nothing was changed") from None
    except ArrowInvalid as error:
        what = str(error).splitlines()[0][:200]
        raise DamagedData(f"a file of `data/lake` cannot be read: {what}", "restore `data/` from a backup; nothing was changed") from None
    except TableNotFoundError:
        raise UnreadableInput(
            "a table of `data/lake` cannot be read", "check that it is there, and the rights of everything in `data/`"
        ) from None
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise DiskFull(
                "the disk is full; what was stored before is safe",
                "make room and run the same command again; what is stored already counts as duplicate",
            ) from None
        if error.filename is not None and isinstance(error, PermissionError | FileNotFoundError | NotADirectoryError | IsADirectoryError):
            raise UnreadableInput(f"`{error.filename}`: {error.strerror}", "check that it is there and may be read and written") from None
        if error.errno is None and "denied" in str(error).lower():
            # What reads the lake below us names no file.
            raise UnreadableInput("a file of `data/` may not be read or written", "check the rights of everything in `data/`") from None
        raise
