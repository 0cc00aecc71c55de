"""The demo's folder: exports and playbook are written, then imported as anybody's would be."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from tandem.app.failures import AnotherWriter, Failure, UnreadableInput, WrongUsage
from tandem.app.importing import Import, Imported, Progress, import_files
from tandem.app.project import Project
from tandem.app.schema import SCHEMA_FOLDER, write_schemas
from tandem.app.world import World
from tandem.demo.company import ACCOUNTS, MONTHS, Company, simulate
from tandem.demo.exports import Export, export
from tandem.demo.facts import IMPORTED_AT, PLAYBOOK
from tandem.demo.truth import write_truth
from tandem.storage.lock import Held, WriterLock

MARKER = ".tandem-demo.json"
TRUTH = "truth.json"

MONTHS_MAX = 240


@dataclass(frozen=True)
class DemoRequest:
    """folder: the project's; made where it is missing. accounts: how many companies. months: of history. seed: the same makes the same."""

    folder: Path
    accounts: int = ACCOUNTS
    months: int = MONTHS
    seed: int = 1


@dataclass(frozen=True)
class Demo:
    """project: ready to be asked, at the demo's own clock. imports: one report for each export, in order."""

    request: DemoRequest
    company: Company
    project: Project
    imports: tuple[Imported, ...]

    @property
    def story_account(self) -> str:
        """The printed id of the account whose story is worth telling."""
        return self.company.printed(self.company.story)


class _Marker(msgspec.Struct, frozen=True):
    """What the demo wrote: path in `playbook/` to the digest of its content."""

    made_by: str
    playbook: dict[str, str]


def make_demo(request: DemoRequest, progress: Callable[[], AbstractContextManager[Progress | None]] | None = None) -> Demo:
    """Simulate, write and import. A folder that the demo made before starts afresh.

    Raises WrongUsage for numbers that cannot be simulated, UnreadableInput where the folder cannot be written, AnotherWriter where a command
    is writing to it, and Failure where the folder is somebody else's, or a file of its playbook was changed by hand.
    """
    if request.seed < 0:
        raise WrongUsage(f"`{request.seed}` is no seed", "use 0 or any larger whole number")
    if not 1 <= request.months <= MONTHS_MAX or request.accounts < 1:
        raise WrongUsage(
            f"`{request.months}` months of `{request.accounts}` accounts cannot be simulated",
            f"use 1 to {MONTHS_MAX} months, and 1 account or more",
        )
    company = simulate(request.seed, request.accounts, request.months)
    exports = export(company)
    playbook = {path.relative_to(PLAYBOOK).as_posix(): path.read_bytes() for path in sorted(PLAYBOOK.rglob("*.yaml"))}
    try:
        _clear(request.folder, playbook)
        _write(request.folder, playbook, exports, write_truth(company))
    except OSError as error:
        raise UnreadableInput(f"`{error.filename or request.folder}`: {error.strerror}", "choose a folder that may be written") from None
    project = Project(request.folder, World(now=lambda: IMPORTED_AT))
    imports = []
    for each in exports:
        asked = Import(each.source, (request.folder / "exports" / each.file,))
        if progress is None:
            imports.append(import_files(project, asked))
        else:
            with progress() as shown:
                imports.append(import_files(project, asked, shown))
    return Demo(request, company, project, tuple(imports))


def _clear(folder: Path, playbook: dict[str, bytes]) -> None:
    """Make way for a new demo. Only `data/` is ever removed, and only where our marker says that we filled it."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    marker = _read_marker(folder)
    if marker is None:
        raise Failure(f"`{folder}` is there and was not made by `tandem demo`", "name another folder; nothing was changed")
    changed = [name for name in playbook if _is_changed(folder / "playbook" / name, marker.playbook.get(name), playbook[name])]
    if changed:
        named = ", ".join(f"`{folder / 'playbook' / name}`" for name in changed)
        raise Failure(f"changed since the demo wrote it: {named}", "name another folder, or move this one away; nothing was changed")
    data = folder / "data"
    if data.is_dir():
        try:
            with WriterLock(data / "writer.lock", "demo"):
                shutil.rmtree(data)
        except Held as held:
            raise AnotherWriter(str(held), "wait until it ends; nothing was changed") from None


def _read_marker(folder: Path) -> _Marker | None:
    try:
        return msgspec.json.decode((folder / MARKER).read_bytes(), type=_Marker)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _is_changed(path: Path, was: str | None, will_be: bytes) -> bool:
    """Whether a person has edited a file that would be overwritten."""
    return path.is_file() and _digest(path.read_bytes()) not in (was, _digest(will_be))


def _write(folder: Path, playbook: dict[str, bytes], exports: tuple[Export, ...], truth: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    marker = msgspec.json.format(
        msgspec.json.encode(_Marker("tandem demo", {name: _digest(content) for name, content in playbook.items()}))
    )
    # First of all a marker, so that a demo that was stopped halfway can be made again; one that is there vouches for the files
    # that are there, until all have been replaced.
    if not (folder / MARKER).exists():
        _put(folder / MARKER, marker)
    for name, content in playbook.items():
        _put(folder / "playbook" / name, content)
    write_schemas(folder / "playbook" / SCHEMA_FOLDER)
    for each in exports:
        _put(folder / "exports" / each.file, each.content)
    _put(folder / TRUTH, truth)
    _put(folder / MARKER, marker)


def _put(path: Path, content: bytes) -> None:
    """Written beside and moved into place: half a file would look like one that somebody changed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")  # Hidden, so that a playbook's reader passes it over.
    partial.write_bytes(content)
    partial.replace(path)


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
