"""The command that a seller's day begins with: whom to contact now, why, how and until when; and what waits."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from tandem.cli.door import counted, dated, drafted, formatted, project_of, tandem
from tandem.cli.words import REASONS, labelled, listed, local, named, say_whose, spread, told_refusal, wrapped

if TYPE_CHECKING:
    from tandem.app.leads import LeadRow, LeadsListed
    from tandem.cli.render import Format

COLUMNS = (
    "lead", "account", "subject", "about", "type", "signal", "fired_at", "since", "on", "permit", "refusal", "why", "people", "owner",
    "account_name", "rank",
)  # fmt: skip
SHOWN_LEADS, SHOWN_REASONS, SHOWN_PEOPLE, SHOWN_WAITING = 20, 3, 3, 5


@tandem.command()
@drafted
@click.option("--owner", metavar="SELLER", help="Only leads of this seller.")
@click.option("--open", "only", flag_value="open", help="Only leads; nothing that waits.")
@click.option("--waiting", "only", flag_value="waiting", help="Only what waits, all of it.")
@dated
@formatted
@click.pass_context
def leads(context: click.Context, draft: bool, owner: str | None, only: Any, as_of: str | None, format_: Format) -> None:
    """List today's leads: whom to contact now, why now, how, and until when; then the firings that wait, and what for.

    A lead is an account's, with every signal of it that fired and that the boundary lets through. In json and csv a row is one of its
    reasons; a firing that waits is a row without a lead, with its refusals and the lines of the playbook that refuse.
    """
    from tandem.app.leads import LeadsRequest, list_leads
    from tandem.cli.render import print_as_of, print_csv, print_json

    report = list_leads(project_of(context), LeadsRequest(as_of, draft, owner, only))
    if format_ == "json":
        print_json(report.as_json())
        return
    if format_ == "csv":
        print_csv(COLUMNS, [each.as_json() for each in report.rows])
    else:
        _print(report, owner, only)
    say_whose(report.said, bounded=report.bounded)
    print_as_of(report.as_of)


def _print(report: LeadsListed, owner: str | None, only: str | None) -> None:
    open_, waiting = report.open, report.waiting
    leads = [list(rows) for _, rows in groupby(open_, key=lambda row: row.lead)]
    whose = "" if owner is None else f" of {owner}"
    heading = [f"{counted(len(leads), 'lead')}{whose}"] if only != "waiting" else []
    heading += (
        [f"{counted(len(waiting), 'firing')}{whose if only == 'waiting' else ''} {'waits' if len(waiting) == 1 else 'wait'}"]
        if only != "open"
        else []
    )
    click.echo(f"{report.company}, {local(report.as_of, report.zone)} {report.zone}: {', '.join(heading)}")
    most = SHOWN_LEADS if only is None else len(leads)
    for number, rows in enumerate(leads[:most], 1):
        click.echo()
        _print_lead(number, rows, report.zone)
    if len(leads) > most:
        click.echo(f"\nand {counted(len(leads) - most, 'lead')} more: --open shows all")
    if waiting:
        _print_waiting(waiting, report.zone, SHOWN_WAITING if only is None else len(waiting))


def _print_lead(number: int, rows: Sequence[LeadRow], zone: str) -> None:
    first = rows[0]
    owner = "nobody's yet" if first.owner is None else f"{first.owner}'s"
    click.echo(spread(f"{number:2}  {named(first.account, first.account_name)}", f"{first.lead}, {owner}"))
    for row in rows[:SHOWN_REASONS]:
        whose = f" for {row.about} {row.subject}" if row.about != "account" else ""
        click.echo(labelled("why" if row is first else "", row.why))
        click.echo(labelled("", f"fired {local(row.fired_at, zone)}{whose}" + ("" if row.on else ", and is off by now")))
    if len(rows) > SHOWN_REASONS:
        click.echo(labelled("", f"and {counted(len(rows) - SHOWN_REASONS, 'reason')} more"))
    # The account's permit, where a reason about a person has none of its own.
    best = next((row for row in rows if row.permit is not None and row.about != "person"), next((row for row in rows if row.permit), first))
    if best.permit is None:
        click.echo(labelled("rest", "; ".join(told_refusal(each, zone) for each in first.refusal)))
        return
    permit = best.permit
    only = f", {permit.seller} alone" if permit.seller is not None else ""
    click.echo(labelled("with", _people(best.people)))
    click.echo(labelled("how", f"{permit.purpose} by {listed(permit.channels, 'or')} ({permit.motion}{only})"))
    click.echo(labelled("until", "open: what speaks for it lasts" if permit.expires_at is None else local(permit.expires_at, zone)))


def _people(people: Sequence[str]) -> str:
    if not people:
        return "nobody whom we know by name"
    more = len(people) - SHOWN_PEOPLE
    return ", ".join(people[:SHOWN_PEOPLE]) + (f" and {more} more" if more > 0 else "")


def _print_waiting(rows: Sequence[LeadRow], zone: str, most: int) -> None:
    click.echo("\nWaiting")
    by_reason: dict[tuple[tuple[str, str | None], ...], list[LeadRow]] = {}
    for row in rows:
        by_reason.setdefault(tuple((each.reason, each.line) for each in row.refusal), []).append(row)
    for reasons, theirs in sorted(by_reason.items(), key=lambda one: -len(one[1])):
        words = [REASONS[reason] + (f" ({line})" if line else "") for reason, line in reasons]
        for place, text in enumerate(wrapped("; ".join(words), 94)):
            click.echo(f"{len(theirs):4}  {text}" if place == 0 else f"      {text}")
        for row in theirs[:most]:
            ends = [each.until for each in row.refusal if each.until is not None]
            until = f"until {local(max(ends), zone)}" if ends and len(ends) == len(row.refusal) else ""
            rank = f"rank {row.rank} " if row.rank else ""
            click.echo(
                spread(
                    f"      {named(row.account, row.account_name)}  {row.signal}{'' if row.about == 'account' else f' of {row.subject}'}",
                    f"{rank}{until}",
                )
            )
        if len(theirs) > most:
            click.echo(f"      and {len(theirs) - most} more: --waiting shows all")
