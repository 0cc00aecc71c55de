"""`tandem demo`: the page that a simulated company is introduced with."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from tandem.app.backtest import Backtested
from tandem.app.boundary import BoundaryReport, DueRow, TouchRow
from tandem.app.importing import Imported
from tandem.app.leads import LeadRow, LeadsListed
from tandem.app.motions import MotionsListed
from tandem.app.signals import SignalStanding
from tandem.cli.door import counted
from tandem.cli.progress import shown_progress
from tandem.cli.render import print_table
from tandem.cli.words import REASONS, labelled, listed, local, named, spread
from tandem.demo.company import NAME, UNTIL
from tandem.demo.making import TRUTH, Demo, DemoRequest, make_demo
from tandem.demo.story import Story
from tandem.demo.tour import Tour, take_tour
from tandem.demo.truth import truth_of
from tandem.values.durations import show_duration
from tandem.values.instants import show

SHOWN_LEADS, SHOWN_TOUCHES, SHOWN_DUE, SHOWN_PEOPLE = 5, 3, 3, 3
_BECAUSE_WIDTH = 31
_ENDS = ("received", "stored", "duplicate", "suppressed", "failed")
_MOTIONS = {"self_serve": "by themselves", "sales_assist": "helped by sales", "sales_led": "led by sales"}
_OUTCOMES = {
    "signed_up": "signed up", "first_payment": "first paid", "opportunity_opened": "opportunity", "won": "won", "renewed": "renewed",
    "cancelled": "cancelled",
}  # fmt: skip


def run_demo(folder: Path, *, accounts: int, months: int, seed: int) -> None:
    """Make the demo in a folder, check and apply its playbook, and print what a working day would ask of it."""
    demo = make_demo(DemoRequest(folder, accounts, months, seed), partial(shown_progress, quiet=False))
    tour = take_tour(demo)
    tandem = f"{_program()} -C {shlex.quote(str(folder))}"
    _print_made(demo)
    _print_counts(demo)
    _print_playbook(tour)
    _print_motions(tour.motions)
    _print_signals(tour)
    _print_leads(tour.leads, tandem)
    _print_boundary(tour.boundary, truth_of(demo.company)["poaching"], tandem)
    _print_story(demo, tour.story)
    _print_next(demo, tour, tandem)


def _heading(text: str) -> None:
    click.echo(f"\n{text}\n{'-' * len(text)}")


def _print_made(demo: Demo) -> None:
    company, request = demo.company, demo.request
    people = len({call.person for call in company.calls if call.type == "identify"})
    months = "1 month" if request.months == 1 else f"{request.months} months"
    click.echo(
        f"{NAME} is simulated: {request.accounts:,} companies met it in the {months} until {show(UNTIL - 1)[:10]} (seed {request.seed})."
    )
    click.echo(
        f"{people:,} people signed up, sales made {len(company.crm_touches):,} touches and opened"
        f" {len({row.opportunity_id for row in company.crm_opportunities}):,} opportunities,\n{len(company.crm_contracts):,} contracts were"
        f" signed, and {len({row.subscription_id for row in company.billing}):,} subscriptions began."
    )
    click.echo()
    rows = {
        str(request.folder / "exports"): "what its systems exported: the product, the CRM, billing",
        str(request.folder / "playbook"): "how it sells: signals, outcomes, the boundary; text, with comments",
        str(request.folder / "data"): "the log of facts that the exports became",
        str(request.folder / TRUTH): "what was planted, to compare with what is found",
    }
    for name, what in rows.items():
        click.echo(f"  {name:<{max(map(len, rows))}}  {what}")


def _print_counts(demo: Demo) -> None:
    _heading("What came in")
    click.echo("Every row ended in one of four ways: received = stored + duplicate + suppressed + failed.\n")
    rows = [_counted(report) for report in demo.imports]
    total = {end: sum(getattr(report.counts, end) for report in demo.imports) for end in _ENDS}
    print_table(("source", *_ENDS, "failed because"), [*rows, {"source": "all"} | total | {"failed because": ""}], right=_ENDS)


def _counted(report: Imported) -> dict[str, object]:
    """The counts of one source; of many reasons those that fit, the most frequent first."""
    counts = report.counts
    reasons = [f"{reason} {number}" for reason, number in sorted(counts.reasons.items(), key=lambda one: (-one[1], one[0]))]
    told = [", ".join([*reasons[:n], *([f"and {len(reasons) - n} more"] if n < len(reasons) else [])]) for n in range(len(reasons), 0, -1)]
    because = next((each for each in told if len(each) <= _BECAUSE_WIDTH), f"{len(reasons)} reasons" if reasons else "")
    return {"source": report.source} | {end: getattr(counts, end) for end in _ENDS} | {"failed because": because}


def _print_playbook(tour: Tour) -> None:
    checked = tour.checked
    _heading("The playbook")
    click.echo(
        f"checked  {counted(checked.errors, 'error')}, {counted(checked.warnings, 'warning')}; {counted(len(checked.signals), 'signal')},"
        f" and {counted(checked.tests, 'test')} of them that hold"
    )
    click.echo(f"applied  version {tour.applied.apply.fingerprint[:12]}, in force from the log's beginning")


def _print_motions(report: MotionsListed) -> None:
    _heading("How accounts are won, both ways side by side")
    columns = [name for name in _OUTCOMES if name in report.motions[0].outcomes]
    rows: list[dict[str, Any]] = [
        {"": _MOTIONS[each.motion], "motion": each.motion, "accounts": each.accounts}
        | {_OUTCOMES[name]: each.outcomes[name] for name in columns}
        for each in report.motions
    ]
    numbers = ("accounts", *(_OUTCOMES[name] for name in columns))
    rows.append({"": "all", "motion": ""} | {name: sum(row[name] for row in rows) for name in numbers})
    print_table(("", "motion", *numbers), rows, right=numbers)
    click.echo("Accounts stand where they are now, outcomes where the account was until then.")


def _print_signals(tour: Tour) -> None:
    _heading("What its signals were worth")
    rows = [_worth(standing, tested) for each in tour.judged.values() for standing, tested in each]
    columns = ("signal", "on", "fired", "a week", "precision", "base", "lift", "takes", "")
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in columns}

    def line(row: Mapping[str, str]) -> str:
        cells = [f"{row[name]:<{widths[name]}}" if name in ("signal", "") else f"{row[name]:>{widths[name]}}" for name in columns]
        return "  ".join(cells).rstrip()

    click.echo(line({name: name for name in columns}))
    for (outcome, within), judged in tour.judged.items():
        click.echo(f"{outcome} within {show_duration(within)}")
        for standing, tested in judged:
            click.echo(line(_worth(standing, tested)))
    click.echo("With 95 % intervals. lift: precision over base, which is what all came to at the same time. takes:")
    click.echo("the median. chance: the lift's interval holds 1, so it may say nothing. likes_dark is a decoy.")


def _worth(standing: SignalStanding, tested: Backtested) -> dict[str, str]:
    told = tested.as_json()
    lift = told["lift"] is not None and f"{told['lift']:.1f} ({told['lift_low']:.1f}-{_most(told['lift_high'])})"
    precision = told["precision"] is not None and (
        f"{told['precision'] * 100:.0f} % ({told['precision_low'] * 100:.0f}-{told['precision_high'] * 100:.0f})"
    )
    median = told["lead_time_days"]["median"]
    return {
        "signal": f"  {standing.signal.name}",
        "on": f"{standing.on:,}",
        "fired": f"{told['fired']:,}",
        "a week": "" if told["leads_per_week"] is None else f"{told['leads_per_week']:.1f}",
        "precision": precision or "unknown",
        "base": "" if told["base_rate"] is None else f"{told['base_rate'] * 100:.1f} %",
        "lift": lift or "unknown",
        "takes": "" if median is None else f"{median:.0f} d",
        "": "chance" if lift and told["lift_low"] <= 1 <= told["lift_high"] else "",
    }


def _most(high: float) -> str:
    return f"{high:.1f}" if high < 1000 else "more"


def _print_leads(report: LeadsListed, tandem: str) -> None:
    leads = [list(rows) for _, rows in groupby(report.open, key=lambda row: row.lead)]
    waiting = f"{counted(len(report.waiting), 'firing')} {'waits' if len(report.waiting) == 1 else 'wait'} for a permit"
    _heading(f"Today's leads, {local(report.as_of, report.zone)}: {counted(len(leads), 'lead')}, {waiting}")
    for number, rows in enumerate(leads[:SHOWN_LEADS], 1):
        _print_lead(number, rows, report)
    if len(leads) > SHOWN_LEADS:
        click.echo(f"... and {counted(len(leads) - SHOWN_LEADS, 'lead')} more: {tandem} leads")


def _print_lead(number: int, rows: Sequence[LeadRow], report: LeadsListed) -> None:
    first = rows[0]
    owner = "nobody's yet" if first.owner is None else f"{first.owner}'s"
    others = len({(row.signal, row.subject) for row in rows}) - 1
    click.echo(spread(f"{number}   {named(first.account, first.account_name)}", f"{first.lead}, {owner}"))
    _line(first.title + (f", and {counted(others, 'reason')} more" if others else ""))
    values = first.why.removeprefix(first.title).removeprefix(": ")
    _line(local(first.fired_at, report.zone) + (f": {values}" if values else ""))
    due = min((row.due for row in rows if row.due is not None), default=None)
    if due is not None:
        _line(f"somebody {'should have taken' if due <= report.as_of else 'must take'} care by {local(due, report.zone)}, and nobody has")
    if first.permit is None:
        _line("rests: " + "; ".join(REASONS[each.reason] for each in first.refusal))
        return
    more = len(first.people) - SHOWN_PEOPLE
    people = ", ".join(first.people[:SHOWN_PEOPLE]) + (f" and {more} more" if more > 0 else "")
    ends = first.permit.expires_at
    until = "" if ends is None else f", until {local(ends, report.zone)}"
    _line(f"{first.permit.purpose} by {listed(first.permit.channels, 'or')}{until}: {people or 'nobody whom we know by name'}")


def _line(text: str) -> None:
    click.echo(labelled("", text, 4))


def _print_boundary(report: BoundaryReport, planted: Sequence[Mapping[str, Any]], tandem: str) -> None:
    _heading("The boundary, over all of history")
    poached, neglected = report.of("poached"), report.neglected
    click.echo(_rate("poached", len(poached), report.touches, "outbound touches had nothing that spoke for them"))
    reasons = ", ".join(f"{reason} {number}" for reason, number in sorted(report.violations.items(), key=lambda one: -one[1]))
    broken = "had, and a rule stood against them" + (f": {reasons}" if reasons else "")
    click.echo(_rate("violated", len(report.of("violation")), report.touches, broken))
    click.echo(_rate("neglected", len(neglected), len(report.due), "accounts that asked for papers had nobody who took care in time"))
    if planted:
        excused = [each for each in planted if each["excused_by"]]
        found = {each["touch"] for each in planted} & {touch.touch for touch in poached}
        click.echo(
            f"Planted ({TRUTH}) were {len(planted):,} touches of users who showed no need: {len(found):,} found,"
            f" {len(excused):,} excused by a rule."
        )
    if poached:
        click.echo("\nPoached of late:")
        for touch in poached[: -SHOWN_TOUCHES - 1 : -1]:
            click.echo(_touch_line(touch, report.zone))
    if neglected:
        click.echo("\nNeglected of late:")
        for due in sorted(neglected, key=lambda row: row.deadline)[: -SHOWN_DUE - 1 : -1]:
            click.echo(_due_line(due, report))
    click.echo(f"... and everybody else: {tandem} boundary --all")


def _rate(name: str, count: int, of: int, what: str) -> str:
    return f"{name:<9}  {f'{count / of * 100:.1f} %' if of else 'none':>6}  {count:,} of {of:,} {what}"


def _touch_line(touch: TouchRow, zone: str) -> str:
    whom = "" if touch.account is None else named(touch.account, touch.account_name)
    how = " ".join(each for each in (touch.channel, f"to {touch.purpose}" if touch.purpose else None) if each)
    return spread(f"  {local(touch.at, zone)}  {whom}", f"{touch.touch}: {how} by {touch.seller}")


def _due_line(due: DueRow, report: BoundaryReport) -> str:
    now = ", still" if due in report.neglected_now else ""
    return spread(
        f"  {local(due.fired_at, report.zone)}  {named(due.account, due.account_name)}", f"due {local(due.deadline, report.zone)}{now}"
    )


def _print_story(demo: Demo, story: Story) -> None:
    account = demo.company.story
    _heading(f"The story of {account.name} ({story.account}): {story.facts:,} facts of {story.people} people on one time axis")
    click.echo("Times are UTC; (known ...) where a fact was learnt an hour or more later; amounts are in cents.\n")
    for line in story.lines:
        click.echo(line)


def _print_next(demo: Demo, tour: Tour, tandem: str) -> None:
    _heading("Try next")
    width = max(len(command) for command, _ in _tries(demo, tour))
    for command, what in _tries(demo, tour):
        click.echo(f"  {tandem} {command:<{width}}  # {what}")


def _tries(demo: Demo, tour: Tour) -> Iterator[tuple[str, str]]:
    founder = demo.company.story.people[0].id
    yield "leads", "today's work, with what waits and why"
    if tour.leads.open:
        yield f"explain {tour.leads.open[0].lead}", "what permits a lead"
    if tour.boundary.of("poached"):
        yield f"explain {tour.boundary.of('poached')[-1].touch}", "why a touch is poaching"
    yield f"explain wants_sso {demo.story_account}", "why a signal turned"
    yield "curve team_takeoff", "what other thresholds would do"
    yield "plan", "after you have changed a rule: what it would do"
    yield f"identity {founder}", "who this is, by which links"
    yield "doctor", "what is doubtful in the data"


def _program() -> str:
    """How this shell reaches `tandem`: by its name, else by the path that was called, such as .venv/bin/tandem."""
    called = sys.argv[0]
    return called if Path(called).name == "tandem" and shutil.which("tandem") is None else "tandem"
