"""The command that measures the boundary: how many were touched without evidence, how many were left alone, and who they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from tandem.cli.door import dated, drafted, formatted, project_of, tandem
from tandem.cli.words import REASONS, aligned, local, named, say_whose

if TYPE_CHECKING:
    from tandem.app.boundary import BoundaryReport, DueRow, TouchRow
    from tandem.cli.render import Format

COLUMNS = ("list", "touch", "at", "account", "person", "seller", "channel", "purpose", "reasons", "signal", "fired_at", "deadline", "owner")
SHOWN = 10


@tandem.command()
@click.option("--since", metavar="INSTANT", help="Only touches and deadlines at or after.")
@click.option("--until", metavar="INSTANT", help="Only touches and deadlines before.")
@click.option("--all", "whole", is_flag=True, help=f"Whole lists; tables show {SHOWN} of each otherwise.")
@drafted
@dated
@formatted
@click.pass_context
def boundary(
    context: click.Context, since: str | None, until: str | None, whole: bool, draft: bool, as_of: str | None, format_: Format
) -> None:
    """Measure the boundary by its two error rates, with everybody behind them.

    Poached: touched by one of ours without any evidence at that instant. Neglected: asked for procurement, and nobody took care in time.
    A touch with evidence that a rule forbade is a violation. Each is judged by what was known when it happened.
    """
    from tandem.app.boundary import BoundaryRequest, find_boundary
    from tandem.cli.render import print_report

    report = find_boundary(project_of(context), BoundaryRequest(since, until, as_of, draft))
    empty = dict.fromkeys(COLUMNS)
    print_report(
        format_,
        json=report.as_json,
        csv=lambda: (COLUMNS, [empty | {"list": name} | row for name, rows in report.as_json()["lists"].items() for row in rows]),
        page=lambda: _print(report, None if whole else SHOWN),
        doubts=lambda: say_whose(report.said, bounded=report.bounded),
        as_of=report.as_of,
    )


def _print(report: BoundaryReport, most: int | None) -> None:
    zone, touches, due = report.zone, report.touches, len(report.due)
    click.echo(f"{report.company}, {local(report.since, zone)} until {local(report.until, zone)} {zone}\n")
    click.echo(f"Poached    {_rate(len(report.of('poached')), touches, 'outbound touch', 'had no evidence')}")
    click.echo(f"Neglected  {_rate(len(report.neglected), due, 'procurement deadline', 'passed without an owner')}")
    others = {
        "violation": "had evidence, and a rule stood against them",
        "override": "had no evidence but a manager's override",
        "unmatched": "match no account, and count in no rate",
    }
    for verdict, what in others.items():
        if rows := report.of(verdict):
            click.echo(f"           {len(rows):,} outbound touch{'' if len(rows) == 1 else 'es'} {what}")
    if report.violations:
        click.echo("\nViolations by reason")
        for reason, times in sorted(report.violations.items(), key=lambda one: -one[1]):
            click.echo(f"  {times:4}  {REASONS[reason]} ({reason})")
    if touches:
        _print_sellers(report)
    _print_touches("Poached", report.of("poached"), zone, most)
    _print_touches("Violations", report.of("violation"), zone, most)
    _print_touches("By override", report.of("override"), zone, most)
    _print_touches("Unmatched", report.of("unmatched"), zone, most)
    _print_due("Neglected: nobody took care by the deadline", report.neglected, zone, most)
    _print_due(f"Neglected now, {local(report.as_of, zone)}", report.neglected_now, zone, most)


def _rate(count: int, of: int, noun: str, what: str) -> str:
    nouns = noun if of == 1 else f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    return f"{count / of * 100:.1f} %: {count:,} of {of:,} {nouns} {what}" if of else f"unknown: there is no {noun}"


def _print_sellers(report: BoundaryReport) -> None:
    click.echo(f"\n{'By seller':<28}  touches  poached       violations  overrides")
    for row in report.sellers():
        share = f"{row['poached_rate'] * 100:.0f} %"
        name = row["seller"] or "nobody says who"
        click.echo(f"  {name:<26}  {row['touches']:7,}  {row['poached']:7,} {share:>5}  {row['violation']:10,}  {row['override']:9,}")


def _print_touches(title: str, rows: Sequence[TouchRow], zone: str, most: int | None) -> None:
    if not rows:
        return
    click.echo(f"\n{title}, the latest first")
    shown = list(reversed(rows))[:most]
    whom = [_whom(row) for row in shown]
    first, second = max(len(row.touch) for row in shown), max(len(each) for each in whom)
    for row, theirs in zip(shown, whom, strict=True):
        how = " ".join(each for each in (row.channel, f"to {row.purpose}" if row.purpose else None) if each)
        by = f"{how or 'a touch'} by {row.seller or 'nobody says whom'}"
        click.echo(aligned(f"  {local(row.at, zone)}  {row.touch:<{first}}  {theirs:<{second}}", by))
        lines = [f"{each.reason}" + (f" ({each.line})" if each.line else "") for each in row.reasons if each.reason != "no_evidence"]
        if lines:
            click.echo(f"{'':20}{', '.join(lines)}")
    _print_more(len(rows), most)


def _whom(row: TouchRow) -> str:
    whom = "no account" if row.account is None else named(row.account, row.account_name)
    return f"{whom}, {row.person}" if row.person else whom


def _print_due(title: str, rows: Sequence[DueRow], zone: str, most: int | None) -> None:
    if not rows:
        return
    click.echo(f"\n{title}, the latest first")
    shown = list(reversed(rows))[:most]
    whose = [f"{named(row.account, row.account_name)}  {row.signal}" for row in shown]
    for row, theirs in zip(shown, whose, strict=True):
        times = f"fired {local(row.fired_at, zone)}, due {local(row.deadline, zone)}"
        click.echo(aligned(f"  {theirs:<{max(map(len, whose))}}", times))
    _print_more(len(rows), most)


def _print_more(count: int, most: int | None) -> None:
    if most is not None and count > most:
        click.echo(f"  and {count - most:,} more: --all shows them")
