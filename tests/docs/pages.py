"""Pages of the documentation, and what stands on them that can be tried: files, commands and what the commands print.

    ```sh                                 commands, one a line; `# exit 1` behind one says that it ends so
    tandem import crm contacts.csv
    ```

    ```text                               right below a block of one command: what a terminal shows, or only its stdout
    3 = 3 stored + ...
    ```

    ```csv contacts.csv                   a file, written before the commands that follow it
    Email,Joined
    ```

In what a command prints, a line `...` stands for any lines, and `...` inside a line for any words of it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tandem.cli.main import run

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"
PAGES = (README, *sorted((ROOT / "docs").glob("*.md")))

_FENCE = re.compile(r"^```(?P<kind>\w*)(?: (?P<name>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"(?P<said>.*?)(?:\s+#\s*(?:exit (?P<exit>\d)\b)?.*)?")
_SHELL = re.compile(r"[|<>&;*$`]")


@dataclass(frozen=True)
class Block:
    """A fenced block. name: of the file that it shows, or empty. line: of its first line in the page, from 1."""

    kind: str
    name: str
    text: str
    line: int
    end: int


@dataclass(frozen=True)
class Command:
    said: str
    exit_code: int
    line: int


@dataclass(frozen=True)
class Ran:
    """What a command did. terminal: what a person sees, stdout and then stderr."""

    exit_code: int
    stdout: str
    terminal: str


def read_blocks(page: str) -> list[Block]:
    return [
        Block(found["kind"], found["name"] or "", found["text"], page.count("\n", 0, found.start()) + 2, found.end())
        for found in _FENCE.finditer(page)
    ]


def read_commands(block: Block) -> list[Command]:
    """The commands of a block `sh`; a line that is only a comment is none."""
    commands = []
    for number, line in enumerate(block.text.splitlines(), block.line):
        found = _COMMAND.fullmatch(line)
        if found is not None and found["said"]:
            commands.append(Command(found["said"], int(found["exit"] or 0), number))
    return commands


def output_of(blocks: list[Block], position: int, page: str) -> str | None:
    """What the page says that the block of one command prints: a `text` without a name, with nothing but blank lines between."""
    block, after = blocks[position], blocks[position + 1 : position + 2]
    if not after or after[0].kind != "text" or after[0].name or len(read_commands(block)) != 1:
        return None
    between = page[block.end : page.index("```text", block.end)]
    return None if between.strip() else after[0].text


def matches(shown: str, printed: str) -> bool:
    """Whether a page's excerpt is what was printed, up to what it leaves out by `...`."""
    lines = [r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line).replace(r"\.\.\.", ".*?") + r"\n" for line in shown.splitlines()]
    return re.fullmatch("".join(lines), "".join(f"{line.rstrip()}\n" for line in printed.splitlines())) is not None


class Terminal:
    """Runs commands one after the other in a folder of its own, as a person would type them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, said: str) -> Ran:
        if said.startswith("cd "):
            self.folder = self.folder / said.removeprefix("cd ").strip()
            return Ran(0, "", "")
        if said.startswith("tandem ") and not _SHELL.search(said):
            return self._run_here(shlex.split(said)[1:])
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", said],
            cwd=self.folder,
            env=os.environ | {"PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stdout + done.stderr)

    def _run_here(self, arguments: list[str]) -> Ran:
        """In this process: to start another for each command takes longer than all that the pages do."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(arguments)
        return Ran(code, out.getvalue(), out.getvalue() + err.getvalue())
