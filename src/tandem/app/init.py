"""`tandem init`: a folder to start from, with a playbook that fits how the company sells."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tandem.app.failures import UnknownName, UnreadableInput
from tandem.app.schema import SCHEMA_FOLDER, write_schemas
from tandem.language.problem import Problem
from tandem.language.source import Source

PATTERNS: dict[str, str] = {
    "assist": "people sign up by themselves, and sales helps the accounts that show they need it",
    "adoption": "sales closes first, and use of the product decides renewal and growth",
    "freemium": "most people never pay; the product itself converts, and sales takes only the largest accounts",
    "sales-led": "sales opens and closes; the product is used in trials and after the sale",
}
DEFAULT_PATTERN = "assist"

_README = """# {name}

A Tandem project: `playbook/` says how the business works and belongs into git; `data/` holds the log of facts and does not.

    tandem check                         # what is wrong with the playbook, all at once
    tandem import segment events.jsonl   # calls of the Segment spec, one JSON object a line
    tandem import NAME FILE...           # any other export, by playbook/sources/NAME.yaml
    tandem facts --kind event            # what is stored
    tandem failed                        # what could not be stored, and why
    tandem signals                       # who shows a sign now
    tandem backtest SIGNAL --outcome NAME --within 60d   # what a sign was worth so far
    tandem apply                         # put the playbook in force
    tandem leads                         # whom to talk to today, and why

Begin with `playbook/company.yaml`, then `playbook/product.yaml`. Each line says in a comment what it does.
"""


@dataclass(frozen=True)
class InitRequest:
    """folder: the project's, made where it is missing. pattern: a key of PATTERNS."""

    folder: Path
    pattern: str = DEFAULT_PATTERN


@dataclass(frozen=True)
class InitReport:
    """files: those written, inside the folder, in order; none where there are problems."""

    folder: Path
    pattern: str
    files: tuple[str, ...]
    problems: tuple[Problem, ...]


def init(request: InitRequest) -> InitReport:
    """Writes the project's first files. A playbook that is there stays as it is, and is the report's problem.

    Raises UnknownName for a pattern that does not exist, UnreadableInput where the folder cannot be written.
    """
    if request.pattern not in PATTERNS:
        raise UnknownName("pattern", request.pattern, PATTERNS)
    playbook = request.folder / "playbook"
    try:
        if playbook.exists() and (not playbook.is_dir() or any(playbook.iterdir())):
            return InitReport(request.folder, request.pattern, (), (_exists(request.folder),))
        return InitReport(request.folder, request.pattern, tuple(_write(request)), ())
    except OSError as error:
        raise UnreadableInput(f"`{error.filename or request.folder}`: {error.strerror}", "choose a folder that may be written") from None


def _write(request: InitRequest) -> list[str]:
    folder, patterns = request.folder, Path(__file__).parent / "patterns"
    before = set(folder.rglob("*")) if folder.is_dir() else set()
    for pattern in ("every", request.pattern.replace("-", "_")):
        shutil.copytree(patterns / pattern, folder / "playbook", dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    write_schemas(folder / "playbook" / SCHEMA_FOLDER)
    (folder / "data").mkdir(exist_ok=True)
    # The log is large, and holds what people did: it never enters git.
    (folder / "data" / ".gitignore").write_text("*\n!.gitignore\n", encoding="utf-8")
    if not (folder / "README.md").exists():
        (folder / "README.md").write_text(_README.format(name=folder.resolve().name), encoding="utf-8")
    return sorted(path.relative_to(folder).as_posix() for path in set(folder.rglob("*")) - before if path.is_file())


def _exists(folder: Path) -> Problem:
    place = Source(f"{folder.name or '.'}/playbook", "").span(0, 0)
    return Problem("playbook_exists", "there is a playbook already", place, "choose another folder; nothing was changed")
