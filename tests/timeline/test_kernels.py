"""Compiled code is kept in the user's cache folder, or where the user says, and never in a project or the package."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tandem.timeline

ASKED = (
    "from tandem.timeline.algebra import compared; print(compared._cache.cache_path if hasattr(compared._cache, 'cache_path') else None)"
)


def cache_path(tmp_path: Path, asked: str = ASKED, **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "HOME")}
    done = subprocess.run(
        [sys.executable, "-c", asked], env={**kept, **environment}, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="asks for the folders of Linux")
@pytest.mark.parametrize(
    ("variable", "under"), [("XDG_CACHE_HOME", "tandem/kernels"), ("HOME", ".cache/tandem/kernels"), ("NUMBA_CACHE_DIR", "")]
)
def test_kernels_are_kept_where_the_user_keeps_such_things(variable: str, under: str, tmp_path: Path) -> None:
    assert Path(cache_path(tmp_path, **{"HOME": str(tmp_path / "home"), variable: str(tmp_path / "mine")})).is_relative_to(
        tmp_path / "mine" / under
    )


@pytest.mark.skipif(sys.platform != "linux", reason="asks for the folders of Linux")
def test_kernels_are_kept_nowhere_rather_than_in_the_package(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert cache_path(tmp_path, HOME=str(tmp_path / "file")) == "None"


def test_numba_is_set_for_others_as_it_was(tmp_path: Path) -> None:
    assert cache_path(tmp_path, "import tandem.timeline.algebra, numba; print(repr(numba.config.CACHE_DIR))", HOME=str(tmp_path)) == "''"


def test_no_compiled_code_lies_in_the_package() -> None:
    assert list(Path(tandem.timeline.__file__).parent.rglob("*.nb[ic]")) == []


@pytest.mark.skipif(sys.platform != "linux", reason="asks for the folders of Linux")
def test_kernels_of_another_room_are_kept_by_what_that_room_says_too(tmp_path: Path) -> None:
    asked = "from tandem.behavior.view import counting; print(counting._cache.cache_path)"
    ours, theirs = (cache_path(tmp_path, each, HOME=str(tmp_path)) for each in (ASKED, asked))
    assert Path(ours).parent.parent == Path(theirs).parent.parent
    assert Path(ours).parent != Path(theirs).parent


def test_what_is_compiled_is_logged_at_its_first_use_alone(tmp_path: Path) -> None:
    asked = """
import logging, sys
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
from tandem.timeline.folds.stays import longest
import numpy as np
longest(np.zeros(3, np.int64), 0, 2)
"""
    told = [cache_path(tmp_path, asked, HOME=str(tmp_path)) for _ in range(2)]
    assert told == ["compiling longest of tandem.timeline.folds.stays", ""]
