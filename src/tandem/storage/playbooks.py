"""Playbooks that were applied: the whole text of each, and one list that says since when each holds.

    data/playbooks/applied.list         the list; its first line is the CRC-32 of the rest, then one line of JSON an apply
    data/playbooks/FINGERPRINT/         the files of a version as they were, comments too
    data/playbooks/FINGERPRINT.2/       the same rules with other comments, as they were applied later

The list only grows: a new file with one line more takes its place by rename, so that a reader sees the old list or the new. A text is
durable before the list names it, and is never altered; the list keeps a digest of it, by which one that somebody altered is put right.
"""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Literal

import msgspec

from tandem.storage.files import replace, sync_folder
from tandem.storage.journal import Damaged
from tandem.values.instants import Instant

LIST = "applied.list"
_DRAFT = ".draft"
Files = Mapping[str, bytes]


class Apply(msgspec.Struct, frozen=True):
    """One line of the list.

    what: `apply` puts a version in force; `text` keeps newer comments of rules that stay in force as they are. number: grows by one.
    text: the folder that holds the version. since: from when on it holds; None is the log's beginning. place: the first that the log did
    not hold. decided_until: the greatest instant at which anything was decided by then; None in a project that was never served.
    """

    number: int
    what: Literal["apply", "text"]
    fingerprint: str
    text: str
    digest: str
    since: Instant | None
    applied_at: Instant
    place: int
    quiet: bool = False
    decided_until: Instant | None = None


class AppliedPlaybooks:
    """The folder of applied playbooks. Reading needs no lock; `keep` and `append` belong to the one writer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self) -> tuple[Apply, ...]:
        """The list, in the order of applies. Raises Damaged."""
        try:
            content = (self.folder / LIST).read_bytes()
        except FileNotFoundError:
            if self._texts():
                raise Damaged(f"playbooks/{LIST} is missing, and texts of applied playbooks are there") from None
            return ()
        said, _, rest = content.partition(b"\n")
        try:
            applies = tuple(msgspec.json.decode(line, type=Apply) for line in rest.splitlines())
            whole = int(said, 16) == zlib.crc32(rest)
        except (ValueError, msgspec.DecodeError):
            whole, applies = False, ()
        if not whole or [each.number for each in applies] != list(range(1, len(applies) + 1)):
            raise Damaged(f"playbooks/{LIST} does not match its checksum")
        return applies

    def text_of(self, apply: Apply) -> Path:
        """The folder with the text of an apply, which is what it was. Raises Damaged."""
        if not self.is_whole(apply):
            raise Damaged(f"playbooks/{apply.text} is not the text that was applied")
        return self.folder / apply.text

    def is_whole(self, apply: Apply) -> bool:
        """Whether its text is what it was."""
        return digest_of(read_files(self.folder / apply.text)) == apply.digest

    def put_right(self, apply: Apply, files: Files) -> None:
        """Give an altered text its files again. Killed in between, it is still altered, and may be put right again."""
        assert digest_of(files) == apply.digest, "these are not the files that were applied"
        draft = self.draft(files)
        shutil.rmtree(self.folder / apply.text, ignore_errors=True)
        os.rename(draft, self.folder / apply.text)
        sync_folder(self.folder)

    def draft(self, files: Files) -> Path:
        """A new folder with these files, durable, which no list names yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        folder = self.folder / _DRAFT
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for path, content in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            with open(file, "wb") as into:
                into.write(content)
                into.flush()
                os.fsync(into.fileno())
        for inside in [folder, *(each for each in folder.rglob("*") if each.is_dir())]:
            sync_folder(inside)
        return folder

    def keep(self, fingerprint: str, applies: Sequence[Apply]) -> str:
        """Give the draft its name, which is that of no text that the list names."""
        named = {each.text for each in applies}
        number, name = 1, fingerprint
        while name in named:
            number += 1
            name = f"{fingerprint}.{number}"
        if not applies:
            # A text without any list is damage, also where the first apply is killed on its way.
            self._write(())
        for left in self._texts():
            if left not in named:
                # A command that was killed has left it.
                shutil.rmtree(self.folder / left)
        os.rename(self.folder / _DRAFT, self.folder / name)
        sync_folder(self.folder)
        sync_folder(self.folder.parent)
        return name

    def append(self, applies: Sequence[Apply], apply: Apply) -> None:
        """Once this returns, the apply holds. Raises OSError where the disk is full or gone; then it does not."""
        assert apply.number == len(applies) + 1, f"apply {apply.number} after {len(applies)}"
        self._write((*applies, apply))

    def drop_draft(self) -> None:
        shutil.rmtree(self.folder / _DRAFT, ignore_errors=True)

    def _write(self, applies: Sequence[Apply]) -> None:
        rest = b"".join(msgspec.json.encode(each) + b"\n" for each in applies)
        replace(self.folder / LIST, b"%08x\n" % zlib.crc32(rest) + rest)

    def _texts(self) -> list[str]:
        try:
            return [each.name for each in self.folder.iterdir() if each.is_dir() and not each.name.startswith(".")]
        except FileNotFoundError:
            return []


def read_files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path in it; hidden ones are left out. A folder that is not there has none."""
    found = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in inside.parts):
            found[inside.as_posix()] = path.read_bytes()
    return found


def digest_of(files: Files) -> str:
    """The same for the same files, to the byte."""
    state = blake2b(digest_size=16)
    for path in sorted(files):
        for part in (path.encode(), files[path]):
            state.update(b"%d:" % len(part) + part)
    return state.hexdigest()
