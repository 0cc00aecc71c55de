"""Bugs planted on purpose: copies of a few files of a room in which one line is changed, so that the tests can show that they would see it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

Names = dict[str, Any]


class Room:
    """files: by their names inside the package, each after those that it imports. uncompiled: kernels become plain Python.

    prepared: what else a copy needs, once it stands.
    """

    def __init__(
        self,
        package: str,
        files: Sequence[str],
        *,
        uncompiled: bool = False,
        prepared: Callable[[str, ModuleType], None] = lambda name, module: None,
    ) -> None:
        folder = Path(str(import_module(package).__file__)).parent
        self._package, self._prepared = package, prepared
        self._paths = {name: folder / f"{name.replace('.', '/')}.py" for name in files}
        self._sources = {name: path.read_text() for name, path in self._paths.items()}
        if uncompiled:
            self._sources = {name: source.replace("@kernel\n", "") for name, source in self._sources.items()}

    def by_file(self, file: str = "", right: str = "", wrong: str = "") -> Mapping[str, Names]:
        """What stands in each file of a copy in which the only place of one file that says `right` says `wrong`."""
        copy = f"planted_{abs(hash((self._package, file, right, wrong)))}"
        found: dict[str, Names] = {}
        try:
            for name, source in self._sources.items():
                if name == file:
                    assert source.count(right) == 1, f"{file} says `{right}` {source.count(right)} times"
                    source = source.replace(right, wrong)
                for other in self._sources:
                    source = source.replace(f"from {self._package}.{other} ", f"from {copy}.{other} ")
                module = sys.modules[f"{copy}.{name}"] = ModuleType(f"{copy}.{name}")
                module.__file__ = str(self._paths[name])
                exec(compile(source, f"{copy}/{name}.py", "exec"), vars(module))
                self._prepared(name, module)
                found[name] = vars(module)
        finally:
            for name in self._sources:
                sys.modules.pop(f"{copy}.{name}", None)
        return found

    def planted(self, file: str = "", right: str = "", wrong: str = "") -> Names:
        """All of that together; of names that stand in several files, the last."""
        return {name: value for names in self.by_file(file, right, wrong).values() for name, value in names.items()}
