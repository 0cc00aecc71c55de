"""What is computed from the log and can be computed again: named arrays in files that are mapped, never loaded, and one manifest of them.

A *part* is a set of arrays that belong together. Files are written into a folder of their own, made durable, and then named by the manifest,
which is swapped by rename; what is not named does not count. A reader maps all that its manifest names, and keeps it though the files
be removed. Whoever builds holds a lock on the new folder, which the kernel drops when the process ends, however it ends: folders that
no manifest names and nobody holds are removed by the next builder.

    manifest.json     state and parts; its first line is the CRC-32 of the rest
    publish.lock      held while the manifest is swapped
    TOKEN/PART/NAME   an array; TOKEN/lock is held by who builds

Files are derived, so every doubt about them ends in `None`: build again.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import msgspec
import numpy as np
import numpy.typing as npt

from tandem.storage.files import replace, sync_folder

Array = npt.NDArray[Any]
Part = Mapping[str, Array]
_CHUNK = 1 << 24


class Column(msgspec.Struct, frozen=True):
    """path: inside the folder. changed: the file's time of change in nanoseconds; where it is another, the CRC-32 decides."""

    path: str
    dtype: str
    length: int
    changed: int
    crc: int

    @property
    def bytes(self) -> int:
        return self.length * np.dtype(self.dtype).itemsize


Columns = dict[str, Column]


class Manifest(msgspec.Struct, frozen=True):
    """state: what the parts were made of, in the words of who made them."""

    state: dict[str, Any]
    parts: dict[str, Columns]


class Derived:
    """A folder of parts. Nothing here is ever missed: it may be empty, damaged or removed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self) -> tuple[Manifest, dict[str, Part]] | None:
        """The manifest, and its parts mapped; None where there is nothing whole."""
        while True:
            manifest = self.manifest()
            if manifest is None:
                return None
            try:
                return manifest, {name: self._mapped(part) for name, part in manifest.parts.items()}
            except (OSError, ValueError):
                # Another builder may have swapped the manifest and removed what it no longer names.
                if self.manifest() == manifest:
                    return None

    def manifest(self) -> Manifest | None:
        try:
            said, _, content = (self.folder / "manifest.json").read_bytes().partition(b"\n")
            return msgspec.json.decode(content, type=Manifest) if int(said) == zlib.crc32(content) else None
        except (OSError, ValueError, msgspec.DecodeError):
            return None

    def _mapped(self, part: Mapping[str, Column]) -> Part:
        return {name: _map(self.folder, column) for name, column in part.items()}


class Builder:
    """Makes parts in a folder of its own; in a temporary one where the folder of parts cannot be written, and then nothing is published."""

    def __init__(self, derived: Derived) -> None:
        self._derived = derived
        self.parts: dict[str, Columns] = {}
        try:
            derived.folder.mkdir(parents=True, exist_ok=True)
            self.folder = Path(tempfile.mkdtemp(prefix="", dir=derived.folder))
            self.is_temporary = False
        except OSError:
            self.folder = Path(tempfile.mkdtemp(prefix="tandem-timeline-"))
            self.is_temporary = True
        self._lock = _locked(self.folder / "lock")

    def room(self, part: str, name: str, length: int, dtype: npt.DTypeLike) -> Array:
        """A new array of a part, to be written into; zeros until then."""
        path = self._path(part, name)
        path.parent.mkdir(exist_ok=True)
        kind = np.dtype(dtype)
        with open(path, "wb") as file:
            file.truncate(length * kind.itemsize)
        return np.memmap(path, kind, "r+", shape=(length,)).view(np.ndarray) if length else np.zeros(0, kind)

    def keep(self, part: str, arrays: Mapping[str, Array]) -> Part:
        """The part is whole: these arrays of it, those of its rooms among them. Returns them as readers see them."""
        kept: dict[str, Column] = {}
        for name, array in arrays.items():
            path = self._path(part, name)
            if not path.exists():
                path.parent.mkdir(exist_ok=True)
                np.ascontiguousarray(array).tofile(path)
            kept[name] = self._column(path, array.dtype, len(array))
        self.parts[part] = kept
        root = self._derived.folder if not self.is_temporary else self.folder.parent
        return {name: _map(root, column) for name, column in kept.items()}

    def drop(self, part: str) -> None:
        """Remove the rooms of a part that nobody keeps."""
        shutil.rmtree(self.folder / _safe(part), ignore_errors=True)

    def publish(
        self, state: Mapping[str, Any], replaces: Manifest | None, carried: Mapping[str, Columns], dropped: Collection[str] = ()
    ) -> Manifest | None:
        """Name the parts kept and those carried on, which an earlier manifest named; where the state stays, all that it names besides, but
        for those that are dropped. Parts stand in the order in which they were first named.

        None where another manifest stands there by now: it is as good as this one, whose files stay mapped here as long as they are used.
        """
        if self.is_temporary:
            return None
        sync_folder(self.folder)
        lock = _locked(self._derived.folder / "publish.lock")
        try:
            standing = self._derived.manifest()
            if (standing.state if standing else None) != (replaces.state if replaces else None):
                return None
            same = standing.parts if standing and standing.state == state else {}
            same = {name: part for name, part in same.items() if name not in dropped}
            manifest = Manifest(dict(state), {**same, **carried, **self.parts})
            content = msgspec.json.encode(manifest)
            replace(self._derived.folder / "manifest.json", b"%d\n" % zlib.crc32(content) + content)
            self._sweep(manifest.parts)
            return manifest
        finally:
            os.close(lock)

    def close(self) -> None:
        if self.is_temporary:
            shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)

    def __enter__(self) -> Builder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.close()

    def _path(self, part: str, name: str) -> Path:
        return self.folder / _safe(part) / _safe(name)

    def _column(self, path: Path, dtype: np.dtype[Any], length: int) -> Column:
        with open(path, "rb") as file:
            if not self.is_temporary:
                os.fsync(file.fileno())
            crc = _crc(file.read, length * dtype.itemsize)
        return Column(str(path.relative_to(self.folder.parent)), dtype.str, length, path.stat().st_mtime_ns, crc)

    def _sweep(self, parts: Mapping[str, Mapping[str, Column]]) -> None:
        """Remove the folders and parts that no manifest names and nobody builds."""
        named = {self._derived.folder / Path(column.path).parent for part in parts.values() for column in part.values()}
        for folder in self._derived.folder.iterdir():
            if not folder.is_dir() or folder == self.folder:
                continue
            with contextlib.suppress(OSError), _unheld(folder / "lock"):
                for part in folder.iterdir():
                    if part.is_dir() and part not in named:
                        shutil.rmtree(part, ignore_errors=True)
                if not any(each.parent == folder for each in named):
                    shutil.rmtree(folder, ignore_errors=True)


def _map(folder: Path, column: Column) -> Array:
    """Raises OSError where the file is missing, ValueError where it is not what it was."""
    path, dtype = folder / column.path, np.dtype(column.dtype)
    with open(path, "rb") as file:
        said = os.fstat(file.fileno())
        if said.st_size < column.bytes:
            raise ValueError(f"{path} is cut")
        if said.st_mtime_ns != column.changed and _crc(file.read, column.bytes) != column.crc:
            raise ValueError(f"{path} was altered")
        if column.length == 0:
            return np.zeros(0, dtype)
        return np.memmap(file, dtype, "r", shape=(column.length,)).view(np.ndarray)


def _crc(read: Callable[[int], bytes], size: int) -> int:
    found = 0
    while size > 0 and (chunk := read(min(size, _CHUNK))):
        found = zlib.crc32(chunk, found)
        size -= len(chunk)
    return found


def _safe(name: str) -> str:
    """A name as one of a file, whatever it holds."""
    said = quote(name, safe="")
    return said if len(said) < 120 and said.strip(".") else blake2b(name.encode(), digest_size=16).hexdigest()


def _locked(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


@contextlib.contextmanager
def _unheld(path: Path) -> Iterator[None]:
    """Raises OSError where somebody holds the lock."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
