"""Kernels: compiled once, kept in the user's cache folder, and run on threads over ranges of subjects.

Kernels take arrays and never learn what they mean. Window, selection and threshold are arguments, so that nothing is compiled anew.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from numba import config, njit
from numba.core import event

Longs = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

NEVER = int(np.iinfo(np.int64).max)
UNKNOWN = int(np.iinfo(np.int64).min)

THREADS = 2
FEW_ROWS = 100_000  # Below this a second thread costs more than it gains.

Part = TypeVar("Part")


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiles a function at its first call, and keeps the code in the folder that the user chose for Numba, else in the user's cache.

    Numba's own choice would be the package's folder. Its setting is put back at once, for it belongs to the whole process.
    """
    settings: Any = config
    chosen = settings.CACHE_DIR
    folder = chosen or _cache_folder(Path(function.__code__.co_filename).parent)
    settings.CACHE_DIR = folder or ""
    try:
        compiled: Callable[..., Any] = njit(cache=folder is not None, nogil=True)(function)
    finally:
        settings.CACHE_DIR = chosen
    return compiled


@cache
def _cache_folder(beside: Path) -> str | None:
    """A folder in the user's cache, by what this room's files say and those of the caller's room; None where nothing can be written there.

    Numba recompiles a kernel whose own file changed, but not one that calls a kernel of another file that changed. beside: a kernel's folder.
    """
    house = Path(__file__).parent.parent
    rooms = {Path(__file__).parent, *(one for one in (beside, *beside.parents) if one.parent == house)}
    said = b"".join(path.read_bytes() for room in sorted(rooms) for path in sorted(room.rglob("*.py")))
    try:
        folder = _user_cache() / "tandem" / "kernels" / hashlib.blake2b(said, digest_size=8).hexdigest()
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # A home that is nowhere is a RuntimeError.
        return None
    return str(folder) if os.access(folder, os.W_OK) else None


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


class _Compiling(event.Listener):
    """Logs each kernel that is compiled: what is waited for at the first use on a machine, and never again."""

    def on_start(self, event: Any) -> None:
        function = event.data["dispatcher"].py_func
        if function.__module__.startswith("tandem."):
            logging.getLogger(__name__).info("compiling %s of %s", function.__name__, function.__module__)

    def on_end(self, event: Any) -> None:
        pass


event.register("numba:compile", _Compiling())  # type: ignore[no-untyped-call]


def on_ranges(offsets: Longs, work: Callable[[int, int], Part], threads: int = THREADS) -> list[Part]:
    """Work over ranges of subjects with about equally many rows, in their order; each range on a thread of its own."""
    subjects, rows = len(offsets) - 1, int(offsets[-1])
    parts = threads if rows >= FEW_ROWS else 1
    cuts = np.searchsorted(offsets, np.linspace(0, rows, parts + 1)[1:-1]).tolist()
    cuts = [0, *cuts, subjects]
    ranges = [(since, until) for since, until in pairwise(cuts) if since < until]
    return on_threads([partial(work, *each) for each in ranges or [(0, subjects)]])


def on_threads(works: Sequence[Callable[[], Part]]) -> list[Part]:
    """The results of all, in their order."""
    if len(works) == 1:
        return [works[0]()]
    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(lambda work: work(), works))


def still(array: npt.ArrayLike, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """The array as kernels read it: of one type, contiguous and read-only, so that a mapped file needs no code of its own."""
    view = np.ascontiguousarray(array, dtype).view()
    view.flags.writeable = False
    return view
