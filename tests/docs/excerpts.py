"""The parts of pages that are made, not written: what the demo prints, and the table of reasons.

    python -m tests.docs.excerpts        writes them into README.md and docs/import.md

An excerpt stands under a comment that names it, `<!-- demo: SECTION -->`, `<!-- run: COMMAND -->` (in the demo's folder) or
`<!-- reasons -->`, up to the end of its block or table.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tandem.facts.reasons import REASONS
from tests.docs.pages import README, ROOT, Terminal

IMPORT = ROOT / "docs" / "import.md"

# The sections of the demo's page, by how their headings begin.
SECTIONS = {
    "counts": "What came in",
    "motions": "How accounts are won",
    "signals": "What its signals were worth",
    "leads": "Today's leads",
    "boundary": "The boundary",
    "story": "The story of ",
}

# The lines of the story that tell it in short, each the first with these words.
TURNS = (
    "(page) Home", " is pia.weber", "Signed Up", "Invite Accepted", "Seat Limit Reached", "SSO Settings Viewed", "Contact Sales Clicked",
    " touch ", "stage=Discovery", '"Closed Won"', "contract K-1-1", " subscription ", "account A-1002 is A-1001", "contract K-1-2",
)  # fmt: skip

_MADE = re.compile(r"^<!-- (?P<name>demo: \w+|run: [^\n]+|reasons) -->\n(?P<text>```text\n.*?^```$|(?:\|.*\n)*)", re.MULTILINE | re.DOTALL)


def current() -> dict[str, str]:
    """By name, each excerpt as the pages have it now."""
    return {found["name"]: found["text"] for page in (README, IMPORT) for found in _MADE.finditer(page.read_text(encoding="utf-8"))}


def fresh(folder: Path) -> dict[str, str]:
    """By name, each excerpt as it should stand. folder: an empty one, where the demo is made."""
    terminal = Terminal(folder)
    demo = terminal.run("tandem demo demo-company").stdout
    return {name: _table_of_reasons() if name == "reasons" else _block(_lines(name, demo, terminal)) for name in current()}


def _lines(name: str, demo: str, terminal: Terminal) -> list[str]:
    kind, _, what = name.partition(": ")
    if kind == "run":
        return terminal.run(what).terminal.splitlines()
    lines = demo.splitlines()
    headings = [number - 1 for number, line in enumerate(lines) if number and line == "-" * len(lines[number - 1]) != ""]
    start = next(number for number in headings if lines[number].startswith(SECTIONS[what]))
    section = lines[start + 2 : next(number for number in headings if number > start) - 1]
    match what:
        case "counts":
            return section[section.index("") + 1 :]
        case "story":
            return [lines[start], *_shortened(section)]
        case "leads" | "boundary":
            return [lines[start], *section]
    return section


def _shortened(story: list[str]) -> Iterator[str]:
    """The turns of the story with their notes, and `...` for all between."""
    turns = list(TURNS)
    last_shown = True
    for line in story:
        turn = next((words for words in turns if words in line), None)
        is_note = last_shown and line.strip().startswith("(so ")
        shown = turn is not None or is_note
        if turn is not None:
            turns.remove(turn)
        if shown:
            yield line
        elif last_shown:
            yield "..."
        last_shown = shown
    assert not turns, f"the story no longer tells {turns}"


def _block(lines: list[str]) -> str:
    return "\n".join(["```text", *lines, "```"])


def _table_of_reasons() -> str:
    rows = [("reason", "what is wrong", "what to do"), ("---", "---", "---")]
    rows += [(f"`{reason.code}`", reason.what, reason.mend) for reason in REASONS.values()]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def write() -> None:
    with tempfile.TemporaryDirectory() as folder:
        now = fresh(Path(folder))
    for page in (README, IMPORT):
        text = page.read_text(encoding="utf-8")
        page.write_text(_MADE.sub(lambda found: f"<!-- {found['name']} -->\n{now[found['name']]}", text), encoding="utf-8")


if __name__ == "__main__":
    write()
