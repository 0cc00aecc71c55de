"""What README and docs show is true: every command runs, every output is what is printed, every link leads somewhere."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import click
import pytest

from tandem.app.schema import playbook_schemas
from tandem.cli.main import tandem
from tandem.facts.kinds import RECORD_KINDS
from tandem.identity.links import Rule
from tests.docs.excerpts import current, fresh
from tests.docs.pages import PAGES, README, ROOT, Command, Terminal, matches, output_of, read_blocks, read_commands

TEXTS = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
LINKED = (*PAGES, *(ROOT / name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "DECISIONS.md", "CHANGELOG.md")))

# What the tour of the README expects to find: people of acme.com, who signed up by themselves, and a CRM that does not know their company yet.
TOUR = {
    "events.jsonl": """\
{"type": "page", "messageId": "m-1", "anonymousId": "b-1", "name": "Pricing", "timestamp": "2026-02-02T09:00:00Z"}
{"type": "identify", "messageId": "m-2", "anonymousId": "b-1", "userId": "ann", "traits": {"email": "ann@acme.com"}, "timestamp": "2026-02-02T09:05:00Z"}
{"type": "track", "messageId": "m-3", "event": "Signed Up", "userId": "ann", "properties": {"plan": "free"}, "timestamp": "2026-02-02T09:06:00Z"}
""",
    "accounts.csv": """\
Account ID,Account Name,Email Domain,Owner ID,Industry,Employees,Billing Country,Created Date
A-1,Globex,globex.com,bea,Energy,90,US,2025-12-01
""",
}


def test_an_excerpt_may_leave_out_but_not_change():
    printed = "file  stored\na.csv  1\nas of 2026-03-01\n"
    assert matches("file  stored\n...\n", printed)
    assert matches("...\nas of ...\n", printed)
    assert not matches("file  stored\nas of 2026-03-01\n", printed)
    assert not matches("...\na.csv  2\n...\n", printed)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_a_page_does_what_the_page_shows(page: Path, tmp_path: Path):
    text = TEXTS[page.name]
    blocks = read_blocks(text)
    terminal = Terminal(tmp_path)
    for name, content in TOUR.items() if page == README else ():
        (tmp_path / name).write_text(content, encoding="utf-8")
    for position, block in enumerate(blocks):
        if block.name:
            path = terminal.folder / block.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.kind == "sh":
            shown = output_of(blocks, position, text)
            for command in read_commands(block):
                _try(page, terminal, command, shown)


def _try(page: Path, terminal: Terminal, command: Command, shown: str | None) -> None:
    where = f"{page.name}:{command.line}: {command.said}"
    if command.said.startswith("make "):
        # The target exists; to run it would run this test again.
        assert subprocess.run(["make", "-n", *command.said.split()[1:]], cwd=ROOT, capture_output=True, check=False).returncode == 0, where
        return
    ran = terminal.run(command.said)
    assert ran.exit_code == command.exit_code, f"{where}\nended with {ran.exit_code}, and the page says {command.exit_code}\n{ran.terminal}"
    assert shown is None or matches(shown, ran.stdout) or matches(shown, ran.terminal), (
        f"{where}\nprinted\n{ran.terminal}\nand the page shows\n{shown}"
    )


def test_excerpts_are_those_of_a_run_now(tmp_path: Path):
    shown, now = current(), fresh(tmp_path)
    assert shown.keys() == now.keys()
    stale = [name for name in now if shown[name] != now[name]]
    assert not stale, "the pages are older than the product; `python -m tests.docs.excerpts` writes them anew"


@pytest.mark.parametrize("page", LINKED, ids=lambda page: page.name)
def test_links_lead_to_pages_and_headings_that_exist(page: Path):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", _without_code(text)):
        path, _, heading = target.partition("#")
        if re.match(r"https?:", target):
            continue
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name} links to `{target}`"
        assert not heading or heading in _headings(file), f"{page.name} links to `{target}`, which has no such heading"


def _headings(page: Path) -> set[str]:
    """The headings of a page as they stand in addresses: small letters, words joined by `-`."""
    titles = re.findall(r"^#+ (.+)$", _without_code(page.read_text(encoding="utf-8"), inline=False), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.casefold()).replace(" ", "-") for title in titles}


def _without_code(text: str, *, inline: bool = True) -> str:
    text = re.sub(r"^(```|~~~).*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", text) if inline else text


def test_every_command_and_option_is_shown_somewhere():
    shown = [set(words) for text in TEXTS.values() for words in _tandem_lines(text)]
    missing = [
        asked.told for asked in _asked() if not any(asked.all_of <= line and (not asked.one_of or asked.one_of & line) for line in shown)
    ]
    assert not missing, f"no page shows {', '.join(missing)}"


def test_every_name_of_a_mapping_of_a_kind_and_of_a_rule_stands_on_its_page():
    keys = set(_keys(playbook_schemas()["sources/*.yaml"]))
    for page, names in (("import.md", keys | set(RECORD_KINDS)), ("identity.md", set(get_args(Rule)))):
        missing = [name for name in sorted(names) if not re.search(rf"\b{name}(?:`|:)", TEXTS[page])]
        assert not missing, f"{page} does not tell of {', '.join(missing)}"


def _keys(schema: object) -> Iterator[str]:
    """The keys that a JSON Schema allows, at any depth."""
    if isinstance(schema, dict):
        named = schema.get("properties", {})
        yield from named
        for child in (*named.values(), *(child for word, child in schema.items() if word != "properties")):
            yield from _keys(child)
    elif isinstance(schema, list):
        for child in schema:
            yield from _keys(child)


def _tandem_lines(text: str) -> list[list[str]]:
    """The words of every `tandem ...` that a page shows, in a block or inside a sentence."""
    lines = [command.said for block in read_blocks(text) if block.kind == "sh" for command in read_commands(block)]
    lines += re.findall(r"`(tandem [^`\n]*)`", text)
    return [line.split() for line in lines if "tandem" in line]


@dataclass(frozen=True)
class Asked:
    """What some page must show: a line with all of these words, and with one of the others, if there are any."""

    told: str
    all_of: set[str]
    one_of: set[str]


def _asked() -> Iterator[Asked]:
    """Each command, and each option of it; for an option that many commands have, any of them will do."""
    options = [
        (path, each)
        for path, command in _commands(tandem, ())
        for each in command.params
        if isinstance(each, click.Option) and not each.hidden
    ]
    yield from (Asked(f"`tandem {' '.join(path)}`", set(path), set()) for path, _ in _commands(tandem, ()))
    for path, option in options:
        shared = sum(other.name == option.name for _, other in options) > 2
        yield Asked(f"`{max(option.opts, key=len)}` of `tandem {' '.join(path)}`", set() if shared else set(path), set(option.opts))


def _commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not command.hidden:
        yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from _commands(child, (*path, name))
