"""The playbook: a folder of text files, read into one frozen value with all its problems at once."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cached_property
from pathlib import Path
from stat import S_ISFIFO
from typing import TYPE_CHECKING, TypeVar

from tandem.app.playbook.company import COMPANY, Company
from tandem.app.playbook.product import PRODUCT, Product, ProductFile, events_in, signals_not_declared
from tandem.boundary.playbook.declarations import DeclaredBoundary, Known, read_boundary
from tandem.boundary.playbook.policy import Boundary
from tandem.language.codes import FILE_BYTES_MAX
from tandem.language.expression.units import Names
from tandem.language.fingerprint import fingerprint
from tandem.language.problem import Problem, sort_problems
from tandem.language.shape import Shape, read
from tandem.language.source import Source, Span
from tandem.language.tree import Entries, Node, Tree, decode_file, read_yaml
from tandem.signals.playbook.declarations import Declarations, Trees, outcomes_in, read_declarations, rules_of, sets_in
from tandem.signals.playbook.declare import Icp, Score, Signal
from tandem.signals.playbook.funnels import stage_events_in
from tandem.signals.world import Declared
from tandem.values.names import nearest

if TYPE_CHECKING:
    from tandem.connect.mapping.plan import SourceMapping

T = TypeVar("T")

COMPANY_FILE, PRODUCT_FILE, ICP_FILE, BOUNDARY_FILE = "company.yaml", "product.yaml", "icp.yaml", "boundary.yaml"
SOURCES_FOLDER, SIGNALS_FOLDER = "sources", "signals"
FILES, FOLDERS = (COMPANY_FILE, PRODUCT_FILE, ICP_FILE, BOUNDARY_FILE), (SOURCES_FOLDER, SIGNALS_FOLDER)
RESERVED_SOURCES = ("segment", "notation")  # They are read without a mapping.

_SOURCE_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NOTES = (".md", ".txt")


@dataclass(frozen=True)
class Playbook:
    """What the folder says. Where `problems` holds an error, what could not be read has its default, and must not be acted upon.

    boundary: None where there is no `boundary.yaml`. names: all that its conditions may name. events_at, trial_at: where `product.yaml` declares each event, and how long a trial lasts.
    fingerprint: the version of all its rules; see `language/fingerprint.py`. roots, spelt: what it is taken of, to compare two versions.
    """

    company: Company = field(default_factory=Company)
    product: Product = field(default_factory=Product)
    sources: Mapping[str, SourceMapping] = field(default_factory=dict)
    icp: Icp = field(default_factory=Icp)
    signals: Mapping[str, Signal] = field(default_factory=dict)
    scores: Mapping[str, Score] = field(default_factory=dict)
    boundary: Boundary | None = None
    names: Names = field(default_factory=Names)
    events_at: Mapping[str, Span] = field(default_factory=dict)
    trial_at: Span | None = None
    fingerprint: str = ""
    roots: Mapping[str, Node | None] = field(default_factory=dict)
    spelt: Mapping[Span, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @cached_property
    def declared(self) -> Declared:
        """What its conditions read, and a world of facts needs."""
        assert self.names.records is not None, "fields are always declared"
        targets = [target.account for target in self.icp.targets]
        return Declared(
            zone=self.company.time_zone,
            plans=tuple(plan.name for plan in self.product.plans),
            sets=self.product.sets,
            source_order=self.product.rules.source_order,
            signals={name: signal.when for name, signal in self.signals.items()},
            scores={name: score.declaration for name, score in self.scores.items()},
            tiers=tuple((tier.name, tier.when) for tier in self.icp.tiers),
            # A domain may be written in any case, an id in its own only.
            targets=frozenset((*targets, *(target.casefold() for target in targets))),
            fields=self.names.records,
            choices=self.names.choices,
        )


def read_playbook(folder: Path, called: str | None = None) -> Playbook:
    """Reads every file of the folder. Never raises for what the files hold; a folder that is not there lacks its `company.yaml`.

    called: the folder's name in problems and places, where it is not its own.
    """
    return _Folder(folder, called or folder.name).playbook()


def read_texts(folder: Path) -> dict[str, bytes]:
    """The content of every file of the folder that means something, by its path in it. Raises OSError."""
    return {path: _content(folder / path) for path in _Folder(folder, folder.name).files()}


def _content(path: Path) -> bytes:
    # A pipe would be waited for, until somebody writes into it.
    if S_ISFIFO(path.stat().st_mode):
        raise OSError(errno.EINVAL, "it is a pipe")
    with path.open("rb") as file:
        return file.read(FILE_BYTES_MAX + 1)  # One byte more tells that it is too large.


class _Folder:
    """One reading of the folder: the files that are there, their trees, and what is wrong."""

    def __init__(self, folder: Path, called: str) -> None:
        self.folder, self.called = folder, called
        self.problems: list[Problem] = []
        self.roots: dict[str, Node | None] = {}

    def playbook(self) -> Playbook:
        paths = sorted(self.files())
        company = self.read_file(COMPANY, COMPANY_FILE) if COMPANY_FILE in paths else None
        product = self.read_file(PRODUCT, PRODUCT_FILE) if PRODUCT_FILE in paths else None
        if COMPANY_FILE not in paths:
            help = "write `name: Your company` into it; `tandem init` makes a whole playbook"
            self.problem("missing_file", f"there is no `{COMPANY_FILE}`", COMPANY_FILE, help)
        names = [_source_of(path) for path in paths if path.startswith(f"{SOURCES_FOLDER}/")]
        known = company or Company()
        sources = {name: mapping for name in names if (mapping := self.read_mapping(name, known.time_zone)) is not None}
        if product is not None:
            self.check_order(product, names)
        declared = self.read_declarations(paths)
        self.problems += declared.problems
        if product is not None:
            self.problems += signals_not_declared(product, declared.names.signals)
        bounded = self.read_boundary(declared, known.time_zone) if BOUNDARY_FILE in paths else None
        spelt = {**declared.spelt, **({} if bounded is None else bounded.spelt)}
        return Playbook(
            company=known,
            product=Product() if product is None else product.product(known.time_zone, declared.sets, declared.outcomes, declared.stages),
            sources=sources,
            icp=declared.icp,
            signals=declared.signals,
            scores=declared.scores,
            boundary=None if bounded is None else bounded.boundary,
            names=declared.names,
            events_at=events_in(self.roots.get(PRODUCT_FILE)),
            trial_at=None if product is None or product.trial is None else product.trial.span,
            fingerprint=fingerprint(self.roots, spelt),
            roots=self.roots,
            spelt=spelt,
            problems=sort_problems(self.problems),
        )

    def read_declarations(self, paths: Sequence[str]) -> Declarations:
        """Signals, scores, tiers and sets, by the names that all files declare, those with other mistakes included."""
        trees = {path: self.tree(path) for path in paths if path == ICP_FILE or path.startswith(f"{SIGNALS_FOLDER}/")}
        roots = {path: None if tree is None else tree.root for path, tree in trees.items()}
        icp = roots.pop(ICP_FILE, None)
        product = self.roots.get(PRODUCT_FILE)
        said = {} if product is None else PRODUCT.readable(product)
        # A file without its tree may declare anything; one that is not there declares nothing.
        lost = product is None and PRODUCT_FILE in paths

        def not_read(key: str) -> bool:
            return isinstance(product, Entries) and product.find(key) is not None and key not in said

        declared = read_declarations(
            Trees(
                signals=roots,
                icp=icp,
                has_icp=ICP_FILE in paths,
                sets=None if lost else {} if product is None else sets_in(product),
                outcomes=outcomes_in(product),
                stages=stage_events_in(product),
                events=tuple(said.get("events", ())) or None,
                plans=None if lost or not_read("plans") else tuple(plan.value.name for plan in said.get("plans", ())),
            )
        )
        # In which file a signal stands decides nothing.
        for path in roots:
            if roots[path] is not None:
                del self.roots[path]
        rules = rules_of([root for root in roots.values() if root is not None])
        if rules is not None:
            self.roots[f"{SIGNALS_FOLDER}/"] = rules
        return declared

    def read_boundary(self, declared: Declarations, zone: tzinfo) -> DeclaredBoundary:
        tree = self.tree(BOUNDARY_FILE)
        known = Known(declared.names, declared.signals, declared.scores, declared.icp)
        bounded = read_boundary(None if tree is None else tree.root, known, zone)
        self.problems += bounded.problems
        return bounded

    def files(self) -> Iterator[str]:
        """The paths, inside the folder, of all files that mean something; the others are told."""
        for entry in _listed(self.folder):
            if entry.name in FILES:
                yield entry.name
            elif entry.name in FOLDERS and entry.is_dir():
                for file in _listed(entry):
                    if file.suffix == ".yaml":
                        yield f"{entry.name}/{file.name}"
                    else:
                        self.unknown(f"{entry.name}/{file.name}", (f"{entry.name}/{file.stem}.yaml",))
            else:
                self.unknown(f"{entry.name}/" if entry.is_dir() else entry.name, (*FILES, *(f"{folder}/*.yaml" for folder in FOLDERS)))

    def unknown(self, path: str, known: Sequence[str]) -> None:
        near = nearest(path, known)
        help = f"did you mean `{near}`?" if near is not None else "known are " + ", ".join(f"`{name}`" for name in known)
        self.problem("unknown_file", f"a playbook has no `{path}`", path.rstrip("/"), help)

    def tree(self, path: str) -> Tree | None:
        try:
            content = _content(self.folder / path)
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
        named = [(source.value, source.span) for source in product.sources]
        root = self.roots[PRODUCT_FILE]
        until = root.find("complete_until") if isinstance(root, Entries) else None
        if until is not None and isinstance(until.value, Entries):
            named += [(entry.key.text, entry.key.span) for entry in until.value.entries]
        for source, place in named:
            if source not in known:
                near = nearest(source, known)
                help = f"did you mean `{near}`?" if near is not None else f"make `{SOURCES_FOLDER}/{source}.yaml`, or remove the name"
                self.problems.append(Problem("unknown_name", f"there is no source `{source}`", place, help))

    def problem(self, code: str, message: str, path: str, help: str) -> None:
        """A problem of a file as such, which has no words to underline."""
        source = Source(self.shown(path), "")
        self.problems.append(Problem(code, message, source.span(0, 0), help))

    def shown(self, path: str) -> str:
        return f"{self.called}/{path}"


def _source_of(path: str) -> str:
    """The name of the source that a path declares."""
    return path.removeprefix(f"{SOURCES_FOLDER}/").removesuffix(".yaml")


def _listed(folder: Path) -> list[Path]:
    """What lies in a folder, in the order of names; hidden things and notes are passed over."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []
    return [entry for entry in entries if not entry.name.startswith(".") and entry.suffix.lower() not in _NOTES]
