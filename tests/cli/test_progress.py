"""What a person who watches is told while a command works, and a pipe is not."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

import pytest

from tandem.cli.progress import tell_of_compiling

KERNELS = logging.getLogger("tandem.timeline.kernels")


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The logger is left as it was."""
    handlers, level = list(KERNELS.handlers), KERNELS.level
    yield
    KERNELS.handlers[:], KERNELS.level = handlers, level


@pytest.mark.parametrize("watches", [True, False])
def test_who_watches_is_told_once_why_a_first_command_takes_long(
    watches: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: watches)
    tell_of_compiling()
    for name in ("counting", "walked"):
        KERNELS.info("compiling %s", name)
    told = capsys.readouterr()
    assert (told.out, told.err.count("once on this machine"), len(told.err.splitlines())) == ("", int(watches), int(watches))
