"""The command that shows what a playbook would change before it comes into force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from tandem.cli.door import counted, dated, formatted, project_of, tandem
from tandem.cli.words import WIDTH, listed, local, wrapped

if TYPE_CHECKING:
    from tandem.app.as_if import Counted
    from tandem.app.backtest import Backtested
    from tandem.app.plan import FiringRow, Plan
    from tandem.boundary.judged import Judgement
    from tandem.cli.render import Format
    from tandem.language.difference import Difference
    from tandem.values.durations import Duration

COLUMNS = ("change", "signal", "about", "subject", "account", "name", "fired_at", "lead", "why", "lead_before", "why_before")
SHOWN, NAMED = 10, 3
LABEL = 12


@tandem.command()
@click.option(
    "--outcome", "outcomes", multiple=True, metavar="NAME", help="By which outcome signals are judged; may be given more than once."
)
@click.option(
    "--within",
    "lengths",
    multiple=True,
    metavar="LENGTH",
    help="How long after a firing it must come; one for all, or one for each. [default: 60d]",
)
@click.option("--since", metavar="INSTANT", help="Only firings and touches at or after.")
@click.option("--until", metavar="INSTANT", help="Only firings and touches before.")
@click.option("--all", "whole", is_flag=True, help=f"Whole lists; tables show {SHOWN} of each otherwise.")
@dated
@formatted
@click.pass_context
def plan(
    context: click.Context,
    outcomes: tuple[str, ...],
    lengths: tuple[str, ...],
    since: str | None,
    until: str | None,
    whole: bool,
    as_of: str | None,
    format_: Format,
) -> None:
    """Compare the folder's playbook with the one in force, over all of history, each as if it had always been in force.

    Firings that only one of the two has are gained or lost; of those that both have, some are leads under one alone. Without an outcome
    signals are judged by every one that fits them.
    """
    from tandem.app.failures import WrongUsage
    from tandem.app.plan import WITHIN, PlanRequest, make_plan
    from tandem.app.project import read_typed
    from tandem.cli.render import print_as_of, print_csv, print_json

    project = project_of(context)
    first, last = (None if typed is None else read_typed(typed, project.zone) for typed in (since, until))
    if first is not None and last is not None and first >= last:
        raise WrongUsage(f"nothing is since `{since}` and until `{until}`", "`--since` is in, `--until` is out")
    within = [_length(typed) for typed in lengths]
    if len(within) not in (0, 1, len(outcomes)):
        raise WrongUsage(
            f"{counted(len(outcomes), 'outcome')} and {counted(len(within), 'length')}",
            "give one `--within` for all, or one for each `--outcome`",
        )
    each = within if len(within) == len(outcomes) else [within[0] if within else WITHIN] * len(outcomes)
    asked = PlanRequest(tuple(zip(outcomes, each, strict=True)), within[0] if within else WITHIN, first, last, as_of)
    report = make_plan(project, asked)
    if format_ == "json":
        print_json(report.as_json())
        return
    if format_ == "csv":
        print_csv(COLUMNS, _rows(report))
    else:
        _print(report, None if whole else SHOWN)
    print_as_of(report.as_of)


def _length(typed: str) -> Duration:
    from tandem.app.failures import WrongUsage
    from tandem.values.durations import read_duration

    try:
        length = read_duration(typed)
    except ValueError as error:
        raise WrongUsage(str(error), "write 30d, 12w or 48h") from None
    if length == 0:
        raise WrongUsage(f"`{typed}` is no time at all", "write 30d, 12w or 48h")
    return length


def _rows(report: Plan) -> list[dict[str, Any]]:
    empty = dict.fromkeys(COLUMNS)
    one = [("gained", report.gained), ("lost", report.lost)]
    two = [("let through", report.let_through), ("held back", report.held_back)]
    rows = [empty | {"change": name} | row.as_json() for name, rows in one for row in rows]
    return rows + [empty | {"change": name} | row.as_json(both=True) for name, rows in two for row in rows]


def _print(report: Plan, most: int | None) -> None:
    zone = report.after.company.time_zone.key
    if report.is_empty:
        click.echo(f"Nothing would change: the folder has the rules that are in force, {report.after.fingerprint[:12]}.")
        return
    if report.before is None:
        click.echo(f"Nothing was applied yet: all of {report.after.fingerprint[:12]} is new.")
    else:
        _print_changes(report.changes)
    click.echo(
        f"\nFired {local(report.since, zone)} until {local(report.until, zone)} {zone}"
        + (
            ", before -> after, each as if it had always been in force"
            if report.before is not None
            else ", as if it had always been in force"
        )
    )
    for name, (before, after) in report.signals.items():
        _print_signal(report, name, before, after)
    if not report.signals:
        click.echo("\nNo signal would fire otherwise, and no lead would become another.")
    before_total, after_total = report.totals
    click.echo("\nAll signals")
    _print_counts(before_total, after_total)
    _print_touches(*report.judgements)
    for title, rows in (
        ("Gained", report.gained), ("Lost", report.lost), ("Let through", report.let_through), ("Held back", report.held_back),
    ):  # fmt: skip
        _print_firings(title, rows, zone, most)
    if report.after.boundary is None:
        click.echo("the folder has no boundary.yaml: nobody may be touched until there is one, and every touch is poached", err=True)


def _print_changes(changes: Sequence[Difference]) -> None:
    by = {what: [each for each in changes if each.what == what] for what in ("changed", "added", "removed")}
    told = [f"{counted(len(found), 'rule')} {what}" for what, found in by.items() if found]
    click.echo(f"{listed(told).capitalize()}.")
    for change in changes:
        place = change.after_at or change.before_at
        where = "" if place is None else f"{place.source.path}:{place.line}"
        click.echo(f"\n  {change.rule}  ({where})")
        for mark, text in (("-", change.before), ("+", change.after)):
            for line in wrapped(text, WIDTH - 4) if text is not None else ():
                click.echo(f"  {mark} {line}")


def _print_signal(report: Plan, name: str, before: Counted | None, after: Counted | None) -> None:
    signals = (report.after if after is not None else report.before or report.after).signals
    new = " (new)" if before is None and report.before is not None else " (removed)" if after is None else ""
    click.echo(f"\n{signals[name].title}: {name}{new}")
    _print_counts(before, after)
    outcomes = dict.fromkeys([*(before.backtests if before else ()), *(after.backtests if after else ())])
    for outcome in outcomes:
        _print_backtest(*(None if side is None else side.backtests.get(outcome) for side in (before, after)))
    already = report.already_on.get(name)
    if already is not None:
        more = already.on - NAMED
        names = [called or account or subject for subject, account, called in already.few[:NAMED]]
        whose = f": {', '.join(dict.fromkeys(names))}" + (f" and {more:,} more" if more > 0 else "") if already.on else ""
        click.echo(f"  {'already on':<{LABEL}}{already.on:,} now{whose}")


def _print_counts(before: Counted | None, after: Counted | None) -> None:
    _print_pair("fired", before, after, lambda one: f"{one.fired:,}")
    _print_pair("leads", before, after, _leads)


def _leads(one: Counted) -> str:
    weekly, per_seller = one.leads_per_week, one.leads_per_week_per_seller
    rates = [] if weekly is None else [f"{weekly:.2f} a week", *([] if per_seller is None else [f"{per_seller:.2f} a week and seller"])]
    return f"{one.leads:,}" + (f" ({', '.join(rates)})" if rates else "")


def _print_backtest(before: Backtested | None, after: Backtested | None) -> None:
    either = after or before
    assert either is not None, "an outcome was judged under one of the two"
    told = either.as_json()
    click.echo(f"  judged by {told['outcome']} within {told['within']}")
    _print_pair("precision", before, after, _precision, indent=4)
    _print_pair("lift", before, after, _lift, indent=4)
    _print_pair("lead time", before, after, _lead_time, indent=4)


def _precision(one: Backtested) -> str:
    share, interval = one.numbers.precision, one.numbers.precision.interval()
    if share.value is None or interval is None:
        return "unknown"
    return f"{float(share.value):.1%} ({interval.low:.1%} to {interval.high:.1%}) of {one.numbers.matured:,}".replace("%", " %")


def _lift(one: Backtested) -> str:
    lift, interval = one.numbers.lift, one.numbers.lift_interval
    return "unknown" if lift is None or interval is None else f"{lift:.1f} ({interval.low:.1f} to {interval.high:.1f})"


def _lead_time(one: Backtested) -> str:
    return "unknown" if one.numbers.lead_time_days is None else f"{one.numbers.lead_time_days[1]:.1f} days"


def _print_pair(label: str, before: Any, after: Any, told: Callable[[Any], str], indent: int = 2) -> None:
    """What is the same before and after is said once."""
    sides = [told(one) for one in (before, after) if one is not None]
    missing = [] if before is not None and after is not None else ["none"]
    both = sides + missing if before is not None else missing + sides
    text = both[0] if both[0] == both[1] else both[1] if before is None else " -> ".join(both)
    click.echo(f"{'':{indent}}{label:<{LABEL}}{text}")


def _print_touches(before: Judgement | None, after: Judgement) -> None:
    _print_pair("poached", before, after, _poached)
    if after.violations or (before is not None and before.violations):
        _print_pair("violations", before, after, lambda one: ", ".join(f"{reason} {n:,}" for reason, n in one.violations.items()) or "none")


def _poached(one: Judgement) -> str:
    return f"{one.poached:,} of {one.touches:,} touches" + ("" if one.poached_rate is None else f" ({float(one.poached_rate) * 100:.1f} %)")


def _print_firings(title: str, rows: Sequence[FiringRow], zone: str, most: int | None) -> None:
    if not rows:
        return
    leads = sum(each.lead is not None for each in rows)
    click.echo(f"\n{title}: {counted(len(rows), 'firing')}" + (f", {leads:,} of them leads" if title in ("Gained", "Lost") else ""))
    for row in rows[:most]:
        click.echo(f"  {local(row.fired_at, zone)}  {row.signal}  {_whom(row)}")
        for line in wrapped(_fate(title, row, zone), WIDTH - 20):
            click.echo(f"{'':20}{line}")
    if most is not None and len(rows) > most:
        click.echo(f"  and {len(rows) - most:,} more: --all shows them")


def _whom(row: FiringRow) -> str:
    account = f"{row.name} ({row.account})" if row.name else row.account
    return account or row.subject if row.about == "account" or account is None else f"{row.subject} of {account}"


def _fate(title: str, row: FiringRow, zone: str) -> str:
    now, then = _told_fate(row.lead, row.why, row, zone), _told_fate(row.lead_before, row.why_before, row, zone)
    return now if title in ("Gained", "Lost") else f"{then} -> {now}"


def _told_fate(lead: int | None, why: str | None, row: FiringRow, zone: str) -> str:
    if lead is None:
        return f"no lead: {why}"
    return "a lead at once" if lead == row.fired_at else f"a lead from {local(lead, zone)}"
