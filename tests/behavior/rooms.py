"""A copy of the compiled part of funnels in which a line is changed and nothing is compiled."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import tandem.behavior

FILES = ("view", "funnel.turn", "funnel.walk", "funnel.any_order", "funnel.attempts")
SOURCES = {name: (Path(tandem.behavior.__file__).parent / f"{name.replace('.', '/')}.py").read_text() for name in FILES}


def uncompiled(file: str = "", right: str = "", wrong: str = "") -> Any:
    """Everything public of a copy in which the only place of one file that says `right` says `wrong`."""
    everything: dict[str, Any] = {}
    package = f"planted_{abs(hash((file, right, wrong)))}"
    try:
        for name in FILES:
            source = SOURCES[name]
            if name == file:
                assert source.count(right) == 1, f"{file} says `{right}` {source.count(right)} times"
                source = source.replace(right, wrong)
            source = source.replace("@kernel\n", "")
            for other in FILES:
                source = source.replace(f"tandem.behavior.{other} ", f"{package}.{other} ")
            module = sys.modules[f"{package}.{name}"] = ModuleType(f"{package}.{name}")
            exec(compile(source, f"{package}/{name}.py", "exec"), vars(module))
            everything.update(vars(module))
    finally:
        for name in FILES:
            sys.modules.pop(f"{package}.{name}", None)
    return SimpleNamespace(**everything)
