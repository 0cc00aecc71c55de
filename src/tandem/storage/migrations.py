"""Older layouts become the present one, step by step, each step repeatable after a crash; the number is written last."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pyarrow.compute as pc

from tandem.facts.tables import FACT_SCHEMAS
from tandem.storage.lake import Lake
from tandem.storage.manifest import FORMAT, Format, read_manifest, write_format, write_manifest


def migrate(data: Path, found: Format) -> None:
    """Bring the folder to the present format. Only for the holder of the writer's lock."""
    for number in range(found.format, FORMAT):
        STEPS[number](data)
        write_format(data, msgspec.structs.replace(found, format=number + 1))


def _keep_known_until(data: Path) -> None:
    # Format 1 did not keep the greatest `known_at`, by which a project that was never served answers.
    manifest = read_manifest(data)
    lake = Lake(data / "lake")
    greatest = [
        int(pc.max(lake.read(kind, version, ["known_at"], None)["known_at"]).value)
        for kind, version in manifest.versions.items()
        if kind in FACT_SCHEMAS
    ]
    write_manifest(data, msgspec.structs.replace(manifest, known_until=max(greatest, default=None)))


# From each older format, the step to the next one.
STEPS: dict[int, Callable[[Path], None]] = {1: _keep_known_until}
