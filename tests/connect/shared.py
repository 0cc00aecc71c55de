"""Where the real data lies that nobody of this project wrote; tests that need it are skipped, with a reason, where it is missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("TANDEM_SHARED", Path(__file__).parents[2] / ".." / "shared")) / "data"


def folder(name: str) -> Path:
    """A folder of the real data; skips the test that asks where it is not there."""
    found = DATA / name
    if not found.is_dir():
        pytest.skip(f"the real data `{name}` is not there; TANDEM_SHARED names its folder")
    return found
