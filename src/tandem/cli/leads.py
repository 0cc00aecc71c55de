"""The command that a seller's day begins with: whom to contact now, why, how and until when; and what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Literal

import click

from tandem.cli.door import counted, dated, drafted, formatted, project_of, tandem
from tandem.cli.words import LASTS, REASONS, labelled, listed, local, named, say_whose, some_of, spread, told_refusal
from tandem.values.instants import Instant

if TYPE_CHECKING:
    from tandem.app.decisions.permits import PermitShown
    from tandem.app.leads import LeadRow, LeadsListed
    from tandem.cli.render import Format

COLUMNS = (
    "lead", "account", "subject", "about", "type", "signal", "fired_at", "since", "on", "permit", "refusal", "why", "people", "owner",
    "account_name", "called", "sign", "rank", "due",
)  # fmt: skip
SHOWN_LEADS, SHOWN_REASONS, SHOWN_PEOPLE, SHOWN_WAITING = 20, 3, 3, 5


@tandem.command()
@drafted
@click.option("--owner", metavar="SELLER", help="Only leads of this seller.")
@click.option("--open", "only_open", is_flag=True, help="Only leads, all of them.")
@click.option("--waiting", "only_waiting", is_flag=True, help="Only what waits, all of it.")
@dated
@formatted
@click.pass_context
def leads(
    context: click.Context, draft: bool, owner: str | None, only_open: bool, only_waiting: bool, as_of: str | None, format_: Format
) -> None:
    """List today's leads: whom to contact now, why now, how, and until when; then the firings that wait, and what for.

    A lead is an account's, with every signal of it that fired and that the boundary lets through. In json and csv a row is one of its
    reasons; a firing that waits is a row without a lead, with its refusals and the lines of the playbook that refuse.
    """
    from tandem.app.failures import WrongUsage
    from tandem.app.leads import LeadsRequest, list_leads
    from tandem.cli.render import print_report

    if only_open and only_waiting:
        raise WrongUsage("`--open` and `--waiting` exclude each other", "choose one; without either both are shown")
    only: Literal["open", "waiting"] | None = "open" if only_open else "waiting" if only_waiting else None
    report = list_leads(project_of(context), LeadsRequest(as_of, draft, owner, only))
    print_report(
        format_,
        json=report.as_json,
        csv=lambda: (COLUMNS, [each.as_json() for each in report.rows]),
        page=lambda: _print(report, owner, only),
        doubts=lambda: say_whose(report.said, bounded=report.bounded),
        as_of=report.as_of,
    )


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
        _print_lead(number, rows, report.zone, report.as_of)
    if len(leads) > most:
        click.echo(f"\nand {counted(len(leads) - most, 'lead')} more: --open shows all")
    if waiting:
        _print_waiting(waiting, report.zone, whole=only is not None)


def _print_lead(number: int, rows: Sequence[LeadRow], zone: str, as_of: Instant) -> None:
    first = rows[0]
    owner = "nobody's yet" if first.owner is None else f"{first.owner}'s"
    click.echo(spread(f"{number:2}  {named(first.account, first.account_name)}", f"{first.lead}, {owner}"))
    # Of a signal that fired for one subject again and again, the latest says it.
    by_signal: dict[tuple[str, str], list[LeadRow]] = {}
    for row in rows:
        by_signal.setdefault((row.signal, row.subject), []).append(row)
    for again in list(by_signal.values())[:SHOWN_REASONS]:
        _print_reason(again, zone, is_first=again[0] is first)
    if len(by_signal) > SHOWN_REASONS:
        click.echo(labelled("", f"and {counted(len(by_signal) - SHOWN_REASONS, 'reason')} more"))
    due = min((each.due for each in rows if each.due is not None), default=None)
    if due is not None:
        click.echo(
            labelled("due", f"{local(due, zone)}: nobody has taken care" + (", and the time for it is over" if due <= as_of else " yet"))
        )
    # The account's permit, where a reason about a person has none of its own.
    best = next((row for row in rows if row.permit is not None and row.about != "person"), next((row for row in rows if row.permit), first))
    if best.permit is None:
        click.echo(labelled("rest", "; ".join(told_refusal(each, zone) for each in first.refusal)))
        return
    permit = best.permit
    only = f", {permit.seller} alone" if permit.seller is not None else ""
    click.echo(labelled("with", some_of(best.called, SHOWN_PEOPLE) or "nobody whom we know by name"))
    click.echo(labelled("how", f"{permit.purpose} by {listed(permit.channels, 'or')} ({permit.motion}{only})"))
    _print_end(permit, zone)


def _print_reason(rows: Sequence[LeadRow], zone: str, *, is_first: bool) -> None:
    """One signal for one subject; rows: its firings, the one that says most first."""
    row = rows[0]
    whose = f" for {row.about} {row.subject}" if row.about != "account" else ""
    before = f", and {len(rows) - 1} times before" if len(rows) > 2 else ", and once before" if len(rows) == 2 else ""
    values = row.why.removeprefix(row.title).removeprefix(": ")
    click.echo(labelled("why" if is_first else "", row.title + ("" if row.on else " (off by now)")))
    click.echo(labelled("", f"fired {local(row.fired_at, zone)}{whose}{before}" + (f": {values}" if values else "")))


def _print_end(permit: PermitShown, zone: str) -> None:
    if permit.expires_at is not None:
        click.echo(labelled("until", local(permit.expires_at, zone)))
        return
    lasting = dict.fromkeys(f"{each.what} {LASTS.get(each.kind, 'is on')}" for each in permit.evidence if each.until is None)
    click.echo(labelled("while", listed(list(lasting), "or")))


def _print_waiting(rows: Sequence[LeadRow], zone: str, *, whole: bool) -> None:
    """By what keeps them first of all; those that may end soonest first. What permits nothing by itself is only counted, where not all is shown."""
    click.echo("\nWaiting")
    silent = [row for row in rows if row.sign == "none" and row.refusal[0].reason == "no_evidence"] if not whole else []
    rows = [row for row in rows if row not in silent]
    most = len(rows) if whole else SHOWN_WAITING
    by_reason: dict[tuple[str, str | None], list[LeadRow]] = {}
    for row in rows:
        first = row.refusal[0]
        by_reason.setdefault((first.reason, first.line), []).append(row)
    for (reason, line), theirs in sorted(by_reason.items(), key=lambda one: -len(one[1])):
        click.echo(f"{len(theirs):4}  {REASONS[reason]}" + (f" ({line})" if line else ""))
        for row in sorted(theirs, key=_soonest)[:most]:
            also = [f"{each.reason} ({each.line})" if each.line else each.reason for each in row.refusal[1:]]
            end = _end_of(row)
            left = f"{named(row.account, row.account_name)}  {row.signal}{'' if row.about == 'account' else f' of {row.subject}'}"
            rank = f"rank {row.rank}" if row.rank else ""
            until = "" if end is None else f"until {local(end, zone)}"
            click.echo(spread(f"      {left}", ", ".join(each for each in (rank, until) if each)))
            if also:
                click.echo(labelled("", f"and {', '.join(also)}", 8))
        if len(theirs) > most:
            click.echo(f"      and {len(theirs) - most} more: --waiting shows all")
    if silent:
        times = Counter(row.signal for row in silent)
        told = ", ".join(f"{number} {signal}" for signal, number in times.most_common())
        click.echo(f"{len(silent):4}  permit nothing by themselves, and nothing else speaks for a touch")
        click.echo(labelled("", told, 6))


def _end_of(row: LeadRow) -> Instant | None:
    """When it may be a lead; None where nobody knows."""
    ends = [each.until for each in row.refusal]
    return max((each for each in ends if each is not None), default=None) if None not in ends else None


def _soonest(row: LeadRow) -> tuple[bool, Instant, int]:
    end = _end_of(row)
    return end is None, end or 0, row.rank
