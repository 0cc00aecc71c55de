"""The playbook: a folder of text files, read into one frozen value with all its problems at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tandem.app.company import COMPANY, Company
from tandem.app.product import PRODUCT, Product, ProductFile
from tandem.language.codes import FILE_BYTES_MAX
from tandem.language.fingerprint import fingerprint
from tandem.language.problem import Problem, sort_problems
from tandem.language.shape import Shape, read
from tandem.language.source import Source
from tandem.language.tree import Node, Tree, decode_file, read_yaml
from tandem.values.names import nearest

if TYPE_CHECKING:
    from tandem.connect.mapping.plan import SourceMapping

T = TypeVar("T")

COMPANY_FILE, PRODUCT_FILE, SOURCES_FOLDER = "company.yaml", "product.yaml", "sources"
RESERVED_SOURCES = ("segment", "notation")  # They are read without a mapping.

_SOURCE_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NOTES = (".md", ".txt")


@dataclass(frozen=True)
class Playbook:
    """What the folder says. Where `problems` holds an error, what could not be read has its default, and must not be acted upon.

    fingerprint: the version of all its rules; see `language/fingerprint.py`.
    """

    company: Company = field(default_factory=Company)
    product: Product = field(default_factory=Product)
    sources: Mapping[str, SourceMapping] = field(default_factory=dict)
    fingerprint: str = ""
    problems: tuple[Problem, ...] = ()


def read_playbook(folder: Path) -> Playbook:
    """Reads every file of the folder. Never raises for what the files hold; a folder that is not there lacks its `company.yaml`."""
    return _Folder(folder).playbook()


class _Folder:
    """One reading of the folder: the files that are there, their trees, and what is wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.roots: dict[str, Node | None] = {}

    def playbook(self) -> Playbook:
        paths = sorted(self.files())
        company = self.read_file(COMPANY, COMPANY_FILE) if COMPANY_FILE in paths else None
        product = self.read_file(PRODUCT, PRODUCT_FILE) if PRODUCT_FILE in paths else None
        if COMPANY_FILE not in paths:
            help = "write `name: Your company` into it; `tandem init` makes a whole playbook"
            self.problem("missing_file", f"there is no `{COMPANY_FILE}`", COMPANY_FILE, help)
        names = [name for path in paths if (name := _source_of(path)) is not None]
        known = company or Company()
        sources = {name: mapping for name in names if (mapping := self.read_mapping(name, known.time_zone)) is not None}
        if product is not None:
            self.check_order(product, names)
        return Playbook(
            company=known,
            product=Product() if product is None else product.product(known.time_zone),
            sources=sources,
            fingerprint=fingerprint(self.roots),
            problems=sort_problems(self.problems),
        )

    def files(self) -> Iterator[str]:
        """The paths, inside the folder, of all files that mean something; the others are told."""
        for entry in _listed(self.folder):
            if entry.name in (COMPANY_FILE, PRODUCT_FILE):
                yield entry.name
            elif entry.name == SOURCES_FOLDER and entry.is_dir():
                for file in _listed(entry):
                    if file.suffix == ".yaml":
                        yield f"{SOURCES_FOLDER}/{file.name}"
                    else:
                        self.unknown(f"{SOURCES_FOLDER}/{file.name}", (f"{SOURCES_FOLDER}/{file.stem}.yaml",))
            else:
                known = (COMPANY_FILE, PRODUCT_FILE, f"{SOURCES_FOLDER}/*.yaml")
                self.unknown(f"{entry.name}/" if entry.is_dir() else entry.name, known)

    def unknown(self, path: str, known: Sequence[str]) -> None:
        near = nearest(path, known)
        help = f"did you mean `{near}`?" if near is not None else "known are " + ", ".join(f"`{name}`" for name in known)
        self.problem("unknown_file", f"a playbook has no `{path}`", path.rstrip("/"), help)

    def tree(self, path: str) -> Tree | None:
        try:
            with (self.folder / path).open("rb") as file:
                content = file.read(FILE_BYTES_MAX + 1)  # One byte more tells that it is too large.
        except OSError as error:
            what = "it is a folder" if isinstance(error, IsADirectoryError) else (error.strerror or "unknown").lower()
            self.problem("unreadable_file", f"`{path}` cannot be read: {what}", path, "put a readable text file in its place")
            return None
        source, problems = decode_file(self.shown(path), content)
        tree = Tree(source, None, problems) if problems else read_yaml(source)
        self.problems += tree.problems
        self.roots[path] = tree.root
        return tree

    def read_file(self, shape: Shape[T], path: str) -> T | None:
        tree = self.tree(path)
        if tree is None:
            return None
        reading = read(shape, tree.root)
        self.problems += reading.problems
        return reading.value

    def read_mapping(self, name: str, zone: tzinfo) -> SourceMapping | None:
        path = f"{SOURCES_FOLDER}/{name}.yaml"
        if name in RESERVED_SOURCES:
            self.problem(
                "reserved_name", f"the name `{name}` is taken: `tandem import {name}` needs no mapping", path, "give the file another name"
            )
            return None
        if _SOURCE_NAME.fullmatch(name) is None:
            help = "use small letters, digits and `_`, starting with a letter"
            self.problem("reserved_name", f"`{name}` is no name for a source", path, help)
            return None
        tree = self.tree(path)
        if tree is None:
            return None
        # Most commands need no mapping, and importing its declaration costs more than reading a file.
        from tandem.connect.mapping.declare import read_source

        reading = read_source(tree.root, name, zone)
        self.problems += reading.problems
        return reading.value

    def check_order(self, product: ProductFile, names: list[str]) -> None:
        known = [*names, *RESERVED_SOURCES]
        for source in product.sources:
            if source.value not in known:
                near = nearest(source.value, known)
                help = f"did you mean `{near}`?" if near is not None else f"make `{SOURCES_FOLDER}/{source.value}.yaml`, or remove the name"
                self.problems.append(Problem("unknown_name", f"there is no source `{source.value}`", source.span, help))

    def problem(self, code: str, message: str, path: str, help: str) -> None:
        """A problem of a file as such, which has no words to underline."""
        source = Source(self.shown(path), "")
        self.problems.append(Problem(code, message, source.span(0, 0), help))

    def shown(self, path: str) -> str:
        return f"{self.folder.name}/{path}"


def _source_of(path: str) -> str | None:
    """The name of the source that a path declares."""
    return path.removeprefix(f"{SOURCES_FOLDER}/").removesuffix(".yaml") if "/" in path else None


def _listed(folder: Path) -> list[Path]:
    """What lies in a folder, in the order of names; hidden things and notes are passed over."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []
    return [entry for entry in entries if not entry.name.startswith(".") and entry.suffix.lower() not in _NOTES]
