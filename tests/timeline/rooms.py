"""The room as its callers see it: as it stands, or a copy in which a line is changed and nothing is compiled."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import tandem.timeline

FILES = ("kernels", "layout", "stack", "steps", "stays", "windows", "extremes", "sequence", "clock")
SOURCES = {name: (Path(tandem.timeline.__file__).parent / f"{name}.py").read_text() for name in FILES}


def standing() -> Any:
    """Everything public, under one name."""
    from tandem.timeline import clock, extremes, kernels, layout, sequence, stack, steps, windows

    return SimpleNamespace(
        **{
            name: value
            for each in (kernels, layout, stack, steps, windows, extremes, sequence, clock)
            for name, value in vars(each).items()
        }
    )


def uncompiled(file: str = "", right: str = "", wrong: str = "") -> Any:
    """A copy whose kernels are plain Python; in one file the only place that says `right` says `wrong`."""
    everything: dict[str, Any] = {}
    package = f"planted_{abs(hash((file, right, wrong)))}"
    try:
        for name in FILES:
            source = SOURCES[name]
            if name == file:
                assert source.count(right) == 1, f"{file} says `{right}` {source.count(right)} times"
                source = source.replace(right, wrong)
            module = sys.modules[f"{package}.{name}"] = ModuleType(f"{package}.{name}")
            module.__file__ = str(Path(tandem.timeline.__file__).parent / f"{name}.py")
            exec(compile(source.replace("tandem.timeline.", f"{package}."), f"{package}/{name}.py", "exec"), vars(module))
            if name == "kernels":
                vars(module)["kernel"] = lambda function: function
            if name == "stays":
                vars(module)["PIECE"] = 5  # So that small worlds have more than one.
            everything.update(vars(module))
    finally:
        for name in FILES:
            sys.modules.pop(f"{package}.{name}", None)
    return SimpleNamespace(**everything)
