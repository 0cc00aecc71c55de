"""What is sealed: one small file, swapped by rename. A reader that has read it knows every file that it needs."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tandem.storage.files import replace
from tandem.storage.journal import Damaged

FORMAT = 2


class Run(msgspec.Struct, frozen=True):
    """A file of the id index: how many ids, and the instant (UTC microseconds) at which the newest of them was stored."""

    name: str
    ids: int
    newest: int


class Manifest(msgspec.Struct, frozen=True):
    """sealed: number of the last batch in the lake. place_end: the first place after it. versions: of each Delta table.

    known_until: greatest `known_at` sealed, None for an empty log. served: whether this project has ever been served.
    """

    sealed: int = 0
    place_end: int = 0
    known_until: int | None = None
    versions: dict[str, int] = {}
    runs: tuple[Run, ...] = ()
    served: bool = False


class Format(msgspec.Struct, frozen=True):
    """The number of the layout, and the project's key for digests of ids."""

    format: int
    key: str


class _Number(msgspec.Struct, frozen=True):
    format: int


class NewerFormat(Exception):
    """The data was written by a newer Tandem."""

    def __init__(self, found: int) -> None:
        self.found = found
        super().__init__(f"the data has format {found}, and this version reads up to {FORMAT}")


class OlderFormat(Exception):
    """The data was written by an older Tandem, and a reader may not alter it; the next writer migrates it."""


def read_manifest(data: Path) -> Manifest:
    """The manifest, or an empty one before the first seal."""
    try:
        return msgspec.json.decode((data / "manifest.json").read_bytes(), type=Manifest)
    except FileNotFoundError:
        return Manifest()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Damaged(f"manifest.json cannot be read: {error}") from None


def write_manifest(data: Path, manifest: Manifest) -> None:
    replace(data / "manifest.json", msgspec.json.encode(manifest))


def read_format(data: Path) -> Format | None:
    """The layout's number and key, None for a folder that holds no log yet. Raises NewerFormat."""
    try:
        content = (data / "format.json").read_bytes()
        # The number alone, first: what else a newer format says here, nobody can know.
        number = msgspec.json.decode(content, type=_Number).format
        if number > FORMAT:
            raise NewerFormat(number)
        return msgspec.json.decode(content, type=Format)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Damaged(f"format.json cannot be read: {error}") from None


def write_format(data: Path, found: Format) -> None:
    replace(data / "format.json", msgspec.json.encode(found))
