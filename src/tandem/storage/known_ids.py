"""Every id that was ever stored, exactly: 24 bytes an id, in sorted runs on disk that are mapped, never loaded.

An id is a 128-bit keyed digest, and with it stand 64 bits of what the fact said, so that an echo (same id, same content) is told from
a clash (same id, other content). A run is three columns: the digest's upper and lower half and the content, sorted by the digest. Runs
are written once. Small ones are merged into larger ones, each at least `GROWTH` times the next, so that there are few to ask.
Runs of one month stay apart from those of another, and whole months are forgotten: past 400 days, or past 200 million ids.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tandem.storage.files import sync_folder
from tandem.storage.manifest import Run
from tandem.values.instants import DAY, Instant, to_datetime

MAGIC = b"TANDEMID"
_HEAD_BYTES = 16
GROWTH = 4
SLICE_IDS = 1 << 20  # Ids that a merge holds in memory at once.
KEPT_DAYS = 400
KEPT_IDS = 200_000_000

Words = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Ids:
    """Digests and contents, shape (n,) each; sorted by (upper, lower) where they form a run."""

    upper: Words
    lower: Words
    content: Words

    def __len__(self) -> int:
        return len(self.upper)

    def take(self, where: npt.NDArray[np.intp] | slice) -> Ids:
        return Ids(self.upper[where], self.lower[where], self.content[where])

    def sorted(self) -> Ids:
        return self.take(order_of(self.upper, self.lower))


def order_of(upper: Words, lower: Words) -> npt.NDArray[np.intp]:
    """Positions by (upper, lower); equal ids keep their order."""
    order = np.argsort(upper, kind="stable")
    ordered = upper[order]
    # Two ids share their upper half next to never, and then only the slower sort will do.
    alike = ordered[1:] == ordered[:-1]
    if alike.any() and (lower[order][1:][alike] != lower[order][:-1][alike]).any():
        return np.lexsort((lower, upper))
    return order


NONE = Ids(*(np.empty(0, np.uint64) for _ in range(3)))


def read_ids(digests: bytes, contents: bytes) -> Ids:
    """Ids from their bytes: 16 a digest, 8 a content, one after another."""
    halves = np.frombuffer(digests, np.uint64).reshape(-1, 2)
    return Ids(np.ascontiguousarray(halves[:, 0]), np.ascontiguousarray(halves[:, 1]), np.frombuffer(contents, np.uint64))


def concatenate(parts: Sequence[Ids]) -> Ids:
    return Ids(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("upper", "lower", "content"))) if parts else NONE


def find(run: Ids, asked: Ids) -> tuple[npt.NDArray[np.bool_], Words]:
    """For each asked id: is it in the sorted run, and with which content (0 where it is not)."""
    found = np.zeros(len(asked), bool)
    content = np.zeros(len(asked), np.uint64)
    if not len(run):
        return found, content
    at = np.searchsorted(run.upper, asked.upper)
    open_ = np.flatnonzero(at < len(run))
    # Two ids may share their upper half; that is so rare that the loop nearly always ends after its first round.
    while len(open_):
        here = at[open_]
        same_upper = run.upper[here] == asked.upper[open_]
        open_, here = open_[same_upper], here[same_upper]
        hit = run.lower[here] == asked.lower[open_]
        found[open_[hit]] = True
        content[open_[hit]] = run.content[here[hit]]
        open_ = open_[~hit]
        at[open_] += 1
        open_ = open_[at[open_] < len(run)]
    return found, content


class KnownIds:
    """The runs that the manifest names, and the ids of batches that are not sealed yet.

    `find` and `add` are for the writer; `seal` writes the unsealed ids as a run and returns the runs that the next manifest names.
    """

    def __init__(self, folder: Path, runs: Sequence[Run]) -> None:
        self.folder = folder
        self.runs = tuple(runs)
        self._mapped = {run.name: _map(folder / run.name, run.ids) for run in runs}
        self._fresh: list[Ids] = []

    def find(self, asked: Ids) -> tuple[npt.NDArray[np.bool_], Words]:
        """For each asked id: was it stored, and with which content."""
        # Sorted questions walk a mapped run from its beginning to its end, and touch each page once.
        order = order_of(asked.upper, asked.lower)
        ordered = asked.take(order)
        found = np.zeros(len(asked), bool)
        content = np.zeros(len(asked), np.uint64)
        for run in [*(self._mapped[run.name] for run in self.runs), *self._fresh]:
            hit, said = find(run, ordered)
            found[order[hit]] = True
            content[order[hit]] = said[hit]
        return found, content

    def add(self, ids: Ids) -> None:
        """Remember ids of a batch that is durable in the journal. They must not be known yet."""
        if len(ids):
            self._fresh.append(ids.sorted())
            while len(self._fresh) > 1 and len(self._fresh[-2]) < GROWTH * len(self._fresh[-1]):
                self._fresh[-2:] = [concatenate(self._fresh[-2:]).sorted()]

    def seal(self, number: int, at: Instant) -> tuple[Run, ...]:
        """Write the unsealed ids as a run, merge what is small, forget what is old. number: of the last batch sealed with it.

        at: the instant of this seal. The old runs stay on disk, for the manifest still names them, until `sweep`.
        """
        runs = [run for run in self.runs if run.newest > at - KEPT_DAYS * DAY]
        fresh = concatenate(self._fresh).sorted()
        if len(fresh):
            runs.append(self._write([fresh], f"{number:012d}.run", at))
        while len(runs) > 1 and runs[-2].ids < GROWTH * runs[-1].ids and _month(runs[-2]) == _month(runs[-1]):
            pair = runs[-2:]
            name = f"{number:012d}-{len(runs)}.run"
            runs[-2:] = [self._write([self._mapped[run.name] for run in pair], name, pair[-1].newest)]
        while len(runs) > 1 and sum(run.ids for run in runs[1:]) >= KEPT_IDS:
            del runs[0]
        self.runs = tuple(runs)
        self._fresh = []
        return self.runs

    def sweep(self) -> None:
        """Remove run files that the manifest no longer names, those of a killed seal among them."""
        kept = {run.name for run in self.runs}
        for path in self.folder.glob("*.run"):
            if path.name not in kept:
                path.unlink()
        self._mapped = {name: ids for name, ids in self._mapped.items() if name in kept}

    def _write(self, parts: Sequence[Ids], name: str, newest: Instant) -> Run:
        total = sum(len(part) for part in parts)
        path = self.folder / name
        with open(path, "wb") as file:
            file.write(MAGIC + total.to_bytes(8, "little"))
            file.truncate(_HEAD_BYTES + 24 * total)
            done = 0
            for part in _slices(parts):
                merged = concatenate(part).sorted()
                for column, words in enumerate((merged.upper, merged.lower, merged.content)):
                    file.seek(_HEAD_BYTES + 8 * (column * total + done))
                    file.write(words.tobytes())
                done += len(merged)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.folder)
        self._mapped[name] = _map(path, total)
        return Run(name, total, newest)


def _slices(parts: Sequence[Ids]) -> list[list[Ids]]:
    """Cut sorted runs at common values of the upper half, so that merging them holds about `SLICE_IDS` ids at once."""
    pieces = max(1, sum(len(part) for part in parts) // SLICE_IDS)
    edges = np.array([2**64 * piece // pieces for piece in range(1, pieces)], np.uint64)
    cuts = [[0, *np.searchsorted(part.upper, edges).tolist(), len(part)] for part in parts]
    return [[part.take(slice(cut[i], cut[i + 1])) for part, cut in zip(parts, cuts, strict=True)] for i in range(pieces)]


def _map(path: Path, ids: int) -> Ids:
    if ids == 0:
        return NONE
    words = np.memmap(path, np.uint64, "r", _HEAD_BYTES, (3, ids))
    return Ids(words[0], words[1], words[2])


def _month(run: Run) -> tuple[int, int]:
    newest = to_datetime(run.newest)
    return newest.year, newest.month
