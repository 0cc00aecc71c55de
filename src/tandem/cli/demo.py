"""`tandem demo`: the page that a simulated company is introduced with."""

from __future__ import annotations

import shlex
import shutil
import sys
import textwrap
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click

from tandem.app.importing import Imported
from tandem.cli.progress import shown_progress
from tandem.cli.render import print_table
from tandem.demo.company import NAME, UNTIL
from tandem.demo.making import TRUTH, Demo, DemoRequest, make_demo
from tandem.demo.story import Story, tell
from tandem.values.instants import show

_REASONS_WIDTH = 60
_ENDS = ("received", "stored", "duplicate", "suppressed", "failed")


def run_demo(folder: Path, *, accounts: int, months: int, seed: int) -> None:
    """Make the demo in a folder and print what it is, how its rows ended, one account's story, and what to try next."""
    demo = make_demo(DemoRequest(folder, accounts, months, seed), partial(shown_progress, quiet=False))
    story = tell(demo.project, demo.story_account)
    _print_made(demo)
    _print_counts(demo)
    _print_story(demo, story)
    _print_next(demo)


def _print_made(demo: Demo) -> None:
    company, request = demo.company, demo.request
    people = len({call.person for call in company.calls if call.type == "identify"})
    months = "1 month" if request.months == 1 else f"{request.months} months"
    click.echo(
        f"{NAME} is simulated: {request.accounts:,} companies met it in the {months} until {show(UNTIL - 1)[:10]} (seed {request.seed})."
    )
    click.echo(
        f"{people:,} people signed up, sales made {len(company.crm_touches):,} touches and opened"
        f" {len({row.opportunity_id for row in company.crm_opportunities}):,} opportunities, {len(company.crm_contracts):,} contracts were"
        f" signed, and {len({row.subscription_id for row in company.billing}):,} subscriptions began."
    )
    click.echo()
    rows = [
        {"": f"  {request.folder / 'exports'}", " ": "what its systems exported: the product, the CRM, billing"},
        {"": f"  {request.folder / 'playbook'}", " ": "how these files are read, and whom not to count; text, with comments"},
        {"": f"  {request.folder / 'data'}", " ": "the log of facts that they became"},
        {"": f"  {request.folder / TRUTH}", " ": "what was planted, and how it may be found again in the exports"},
    ]
    for row in rows:
        click.echo(f"{row['']:<{max(len(each['']) for each in rows)}}  {row[' ']}")


def _print_counts(demo: Demo) -> None:
    click.echo("\nEvery row ended in one of four ways: received = stored + duplicate + suppressed + failed.")
    click.echo("Duplicate came twice, suppressed is what the playbook does not want, and failed is kept whole until it is mended.\n")
    rows = [row for report in demo.imports for row in _counted(report)]
    total = {end: sum(getattr(report.counts, end) for report in demo.imports) for end in _ENDS}
    print_table(("source", *_ENDS, "failed because"), [*rows, {"source": "all"} | total | {"failed because": ""}], right=_ENDS)


def _counted(report: Imported) -> Iterator[dict[str, object]]:
    """The counts of one source; reasons that fill more than a line go on below."""
    counts = report.counts
    because = ", ".join(f"{reason} {number}" for reason, number in sorted(counts.reasons.items()))
    first, *more = textwrap.wrap(because, _REASONS_WIDTH) or [""]
    yield {"source": report.source} | {end: getattr(counts, end) for end in _ENDS} | {"failed because": first}
    for line in more:
        yield {"source": "", **dict.fromkeys(_ENDS, ""), "failed because": line}


def _print_story(demo: Demo, story: Story) -> None:
    account = demo.company.story
    click.echo(f"\nThe story of {account.name} ({story.account}): {story.facts:,} facts of {story.people} people on one time axis.")
    click.echo("Times are UTC; (known ...) where a fact was learnt an hour or more after it happened; amounts are in cents.\n")
    for line in story.lines:
        click.echo(line)


def _print_next(demo: Demo) -> None:
    tandem = f"{_program()} -C {shlex.quote(str(demo.request.folder))}"
    founder = demo.company.story.people[0].id
    tries = (
        (f"identity {founder}", "who this is, by which links, and why"),
        ("signals", "for how many each signal is on, and how often it fired"),
        (f"explain wants_sso {demo.story_account}", "why it turned: the rule, the values, the facts"),
        ("backtest wants_sso --outcome opportunity_opened --within 60d", "what it was worth"),
        ("failed", "rows that could not be stored, whole, with what to mend"),
        ("doctor", "what is doubtful: assumed times, conflicts, odd values"),
    )
    click.echo("\nTry next:\n")
    width = max(len(command) for command, _ in tries)
    for command, what in tries:
        click.echo(f"  {tandem} {command:<{width}}  # {what}")


def _program() -> str:
    """How this shell reaches `tandem`: by its name, else by the path that was called, such as .venv/bin/tandem."""
    called = sys.argv[0]
    return called if Path(called).name == "tandem" and shutil.which("tandem") is None else "tandem"
