"""The gallery of mistakes: wrong playbooks beside the exact words that Tandem says about them. `docs/problems.md` is made from it.

Each `.md` file here holds cases. A case is a heading, its files, and what is told:

    ## A title for the mistake

    ~~~yaml company.yaml
    name: Acme
    curency: «EUR»
    ~~~

    ~~~text
    playbook/company.yaml:2:1: ...
    ~~~

`«` and `»` mark the words that must be underlined, `‹` and `›` those of the other place; both are removed before reading, and `␀` becomes
a NUL byte. After the file's name may stand `repeat N` (the text N times), `encoding NAME`, or `folder` (a folder of that name). A case that
does not name `company.yaml` has a good one, unless it says `~~~none company.yaml`. `~~~init` runs `tandem init` on what is there. `~~~seen`
lists the events, one a line, that the project's data holds.

A case may be a bare condition instead: `~~~expression NAME about SUBJECT`, both absent where they do not matter. Several are signals of one
playbook, which may ask each other. What they may name is `NAMES`, below.

    python tests/problems/gallery.py        writes docs/problems.md
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from tandem.app.check import CheckRequest, check
from tandem.app.init import InitRequest, init
from tandem.facts.kinds import RECORD_KINDS
from tandem.language.codes import PROBLEMS
from tandem.language.expression.check import read
from tandem.language.expression.nodes import About
from tandem.language.expression.parse import parse
from tandem.language.expression.units import Names
from tandem.language.expression.used import find_cycles
from tandem.language.problem import Problem
from tandem.language.source import Source

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "problems.md"
MARKS = "«»‹›"

NAMES = Names(
    events=("Signed Up", "Invite Accepted", "Paid", "SSO Settings Viewed"),
    sets=("core",),
    records={kind.name: kind.fields for kind in RECORD_KINDS.values()},
    plans=("free", "team", "enterprise"),
    signals={"growing": "account", "activated": "person"},
    scores={"fit": "account"},
)

_CASE = re.compile(r"^## (?P<title>.+)\n(?P<body>(?:(?!^## ).*\n?)*)", re.MULTILINE)
_BLOCK = re.compile(r"^~~~(?P<kind>\w+)(?: (?P<path>\S+))?(?: (?P<option>[^\n]+))?\n(?P<text>.*?)^~~~$", re.MULTILINE | re.DOTALL)

_INTRODUCTION = """# Problems

<!-- Written by `python tests/problems/gallery.py` from `src/tandem/language/codes.py` and the cases in `tests/problems/`. -->

What `tandem check` and every other command can find wrong with a playbook. All problems are told at once, one for each mistake, as
`file:line:column: what is wrong [code]`, with the words underlined and a way to mend it; `--format json` gives the same as plain values.
"""


@dataclass(frozen=True)
class File:
    path: str
    option: str
    marked: str

    @property
    def text(self) -> str:
        return re.sub(f"[{MARKS}]", "", self.marked).replace("␀", "\0")

    def place(self, open_mark: str, close_mark: str) -> tuple[int, int] | None:
        """Offsets between two marks in the text without any marks."""
        found = re.search(f"{open_mark}([^{close_mark}]*){close_mark}", self.marked, re.DOTALL)
        if found is None:
            return None
        start = len(re.sub(f"[{MARKS}]", "", self.marked[: found.start()]))
        return start, start + len(re.sub(f"[{MARKS}]", "", found[1]))

    @property
    def about(self) -> About:
        """Of an expression, the kind of subject."""
        found = re.search("about (person|workspace|account)", self.option)
        return cast(About, found[1]) if found is not None else "account"

    def write(self, folder: Path) -> None:
        path = folder / self.path
        path.parent.mkdir(parents=True, exist_ok=True)
        word, _, value = self.option.partition(" ")
        if word == "folder":
            path.mkdir()
            return
        text = self.text * int(value) if word == "repeat" else self.text
        path.write_bytes(text.encode(value if word == "encoding" else "utf-8"))


@dataclass(frozen=True)
class Case:
    """A wrong playbook and what is told of it."""

    title: str
    files: tuple[File, ...]
    told: str
    init: bool = False
    expressions: bool = False
    seen: tuple[str, ...] | None = None
    where: str = field(default="", compare=False)

    def problems(self) -> tuple[Problem, ...]:
        """Reads the expressions, or writes the files into a new folder and reads it."""
        if self.expressions:
            return self._problems_of_expressions()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "acme"
            for file in self.files:
                file.write(folder / "playbook")
            if self.init:
                return init(InitRequest(folder)).problems
            return check(CheckRequest(folder / "playbook", self.seen)).problems

    def _problems_of_expressions(self) -> tuple[Problem, ...]:
        abouts: dict[str, About] = {file.path: file.about for file in self.files}
        names = replace(NAMES, signals={**NAMES.signals, **abouts})
        sources = {file.path: Source(file.path, file.text) for file in self.files}
        wrong = [problem for name, source in sources.items() for problem in read(source, names, abouts[name]).problems]
        return (*wrong, *find_cycles({name: parse(source).tree for name, source in sources.items()}))

    @property
    def code(self) -> str:
        found = re.search(r"\[(\w+)\]$", self.told.split("\n")[0])
        assert found is not None, f"{self.where}: the first line of what is told ends with a code in brackets"
        return found[1]


def read_cases() -> list[Case]:
    return [
        _case(found["title"], found["body"], f"{path.name}: {found['title']}")
        for path in sorted(HERE.glob("*.md"))
        for found in _CASE.finditer(path.read_text())
    ]


def _case(title: str, body: str, where: str) -> Case:
    blocks = list(_BLOCK.finditer(body))
    files = [File(block["path"], block["option"] or "", block["text"]) for block in blocks if block["kind"] == "yaml"]
    expressions = [
        File(block["path"] or "expression", block["option"] or "", block["text"]) for block in blocks if block["kind"] == "expression"
    ]
    without = {block["path"] for block in blocks if block["kind"] == "none"}
    if not expressions and "company.yaml" not in without | {file.path for file in files}:
        files.append(File("company.yaml", "", "name: Acme\n"))
    told = [block["text"].rstrip("\n") for block in blocks if block["kind"] == "text"]
    assert len(told) == 1, f"{where}: a case has one `~~~text`"
    init_runs = any(block["kind"] == "init" for block in blocks)
    seen = next((tuple(block["text"].splitlines()) for block in blocks if block["kind"] == "seen"), None)
    return Case(title, tuple(expressions or files), told[0], init_runs, bool(expressions), seen, where)


def render(cases: list[Case]) -> str:
    """The page of problems: each code with its paragraph and its cases, in the order of the table."""
    parts = [_INTRODUCTION]
    parts += ["\n".join(f"- [`{code.code}`](#{code.code}): {code.title}" for code in PROBLEMS.values()) + "\n"]
    for code in PROBLEMS.values():
        parts.append(f"## {code.code}\n\n**{code.title[0].upper()}{code.title[1:]}.** {code.explanation}\n")
        parts += [_shown(case) for case in cases if case.code == code.code]
    return "\n".join(parts)


def _shown(case: Case) -> str:
    if case.expressions:
        shown = [f"{_named(file)}```text\n{file.text}```\n" for file in case.files]
        return "\n".join([f"### {case.title}\n", *shown, f"```text\n{case.told}\n```\n"])
    files = [file for file in case.files if file.marked != "name: Acme\n" and file.option != "folder"]
    shown = [f"`{file.path}`{_said(file.option)}\n\n```yaml\n{file.text.replace(chr(0), '␀')}```\n" for file in files]
    if case.seen is not None:
        shown.append("with data that holds the events " + ", ".join(f"`{name}`" for name in case.seen) + "\n")
    return "\n".join([f"### {case.title}\n", *shown, f"```text\n{case.told}\n```\n"])


def _named(file: File) -> str:
    """What must be known of an expression before it is shown."""
    said = [f"signal `{file.path}`"] if file.path != "expression" else []
    return ", ".join([*said, *([file.option] if file.option else [])]) + "\n\n" if said or file.option else ""


def _said(option: str) -> str:
    word, _, value = option.partition(" ")
    return {"repeat": f", {value} times the text", "encoding": f", saved as {value}"}.get(word, "")


if __name__ == "__main__":
    PAGE.write_text(render(read_cases()), encoding="utf-8")
