"""The command that shows what a playbook would change before it comes into force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tandem.cli.door import counted, dated, formatted, project_of, tandem
from tandem.cli.words import REASONS, WIDTH, labelled, listed, local, told_why, wrapped

if TYPE_CHECKING:
    from tandem.app.backtest import Backtested
    from tandem.app.plan import AlreadyOn, FiringRow, Plan
    from tandem.app.playbook.as_if import Counted
    from tandem.boundary.meaning.blocks import Reason
    from tandem.boundary.meaning.judged import Judgement
    from tandem.cli.render import Format
    from tandem.language.difference import Difference
    from tandem.values.instants import Instant

T = TypeVar("T")

COLUMNS = (
    "change",
    "signal",
    "about",
    "subject",
    "account",
    "name",
    "fired_at",
    "lead",
    "opens",
    "why",
    "lead_before",
    "opens_before",
    "why_before",
)
SHOWN, NAMED = 10, 3
LABEL = 14


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
    from tandem.app.project import read_length, read_range
    from tandem.cli.render import print_report

    project = project_of(context)
    first, last = read_range(since, until, project.zone)
    within = [read_length(typed) for typed in lengths]
    if len(within) not in (0, 1, len(outcomes)):
        raise WrongUsage(
            f"{counted(len(outcomes), 'outcome')} and {counted(len(within), 'length')}",
            "give one `--within` for all, or one for each `--outcome`",
        )
    each = within if len(within) == len(outcomes) else [within[0] if within else WITHIN] * len(outcomes)
    asked = PlanRequest(tuple(zip(outcomes, each, strict=True)), within[0] if within else WITHIN, first, last, as_of)
    report = make_plan(project, asked)
    for problem in report.failing:
        click.echo(
            f"an apply refuses the folder's, for a test fails: {problem.message} ({problem.span.source.path}:{problem.span.line})", err=True
        )
    print_report(
        format_,
        json=report.as_json,
        csv=lambda: (COLUMNS, _rows(report)),
        page=lambda: _print(report, None if whole else SHOWN, every=bool(outcomes)),
        as_of=report.as_of,
    )


def _rows(report: Plan) -> list[dict[str, Any]]:
    empty = dict.fromkeys(COLUMNS)
    one = [("gained", report.gained), ("lost", report.lost)]
    two = [("let through", report.let_through), ("held back", report.held_back), ("sooner", report.sooner), ("later", report.later)]
    rows = [empty | {"change": name} | row.as_json() for name, rows in one for row in rows]
    return rows + [empty | {"change": name} | row.as_json(both=True) for name, rows in two for row in rows]


def _print(report: Plan, most: int | None, *, every: bool) -> None:
    """every: outcomes too to which nothing came."""
    zone = report.after.company.time_zone.key
    if report.is_empty:
        click.echo(f"Nothing would change: the folder has the rules that are in force, {report.after.fingerprint[:12]}.")
        return
    click.echo(_sentence(report))
    for change in report.changes:
        _print_change(change)
    sides = "before -> after, each as if always in force" if report.before is not None else "as if always in force"
    click.echo(f"\n{local(report.since, zone)} until {local(report.until, zone)} {zone}; {sides}")
    fired = {row.signal for row in (*report.gained, *report.lost)} | report.already_on.keys()
    for name, (before, after) in report.signals.items():
        if name in fired or None in (before, after):
            _print_signal(report, name, before, after, every=every)
    _print_fates(report, [name for name, sides in report.signals.items() if name not in fired and None not in sides])
    click.echo("\nAll signals" if report.signals else "\nAll signals: none fires otherwise, and no firing becomes another lead")
    _print_counts(*report.totals)
    _print_touches(*report.judgements)
    _print_firings("Gained", report.gained, zone, most)
    _print_firings("Lost", report.lost, zone, most)
    _print_firings("Let through", report.let_through, zone, most, both=True)
    _print_firings("Held back", report.held_back, zone, most, both=True)
    _print_firings("Sooner", report.sooner, zone, most, both=True)
    _print_firings("Later", report.later, zone, most, both=True)
    if report.after.boundary is None:
        click.echo("the folder has no boundary.yaml: until there is one no signal permits a touch", err=True)


def _sentence(report: Plan) -> str:
    """`1 rule changed: 4 firings lost and 1 gained; leads 4 -> 1, a week 0.19 -> 0.05.`"""
    lists = {"gained": report.gained, "lost": report.lost, "let through": report.let_through, "held back": report.held_back}
    lists |= {"a lead sooner": report.sooner, "a lead later": report.later}
    moved = [f"{counted(len(rows), 'firing')} {what}" for what, rows in lists.items() if rows]
    kinds = {what: sum(each.what == what for each in report.changes) for what in ("changed", "added", "removed")}
    rules = [f"{counted(n, 'rule')} {what}" for what, n in kinds.items() if n]
    before, after = report.totals
    what = listed(rules) if report.before is not None else f"Nothing was applied yet, all of {report.after.fingerprint[:12]} is new"
    leads = _pair(before, after, lambda one: f"{one.leads:,}")
    weekly = _pair(before, after, lambda one: _rate(one.leads_per_week))
    return f"{what}: {listed(moved) or 'no firing is another'}; leads {leads}, a week {weekly}."


def _print_change(change: Difference) -> None:
    place = change.after_at or change.before_at
    where = "" if place is None else f"  ({place.source.path}:{place.line})"
    click.echo(f"\n  {change.rule}{where}")
    for mark, text in (("-", change.before), ("+", change.after)):
        for line in wrapped(text, WIDTH - 4) if text is not None else ():
            click.echo(f"  {mark} {line}")


def _print_signal(report: Plan, name: str, before: Counted | None, after: Counted | None, *, every: bool) -> None:
    playbook = report.after if after is not None or report.before is None else report.before
    new = " (new)" if before is None and report.before is not None else " (removed)" if after is None else ""
    if name in report.renamed:
        new = f" (new, with the rule of {report.renamed[name]}, which is removed: renamed)"
    click.echo(f"\n{playbook.signals[name].title}: {name}{new}")
    _print_counts(before, after)
    _print_backtests(before, after, every=every)
    already = report.already_on.get(name)
    if already is not None:
        more = already.on - NAMED
        names = [called or account or subject for subject, account, called in already.subjects[:NAMED]]
        whose = f": {', '.join(dict.fromkeys(names))}" + (f" and {more:,} more" if more > 0 else "") if already.on else ""
        fires = _fires_at_apply(already) if report.served and already.on else ""
        _print_line("already on", f"{already.on:,} at {local(report.as_of, report.after.company.time_zone.key)}{whose}{fires}")


def _fires_at_apply(already: AlreadyOn) -> str:
    if already.turns_on == 0:
        return "; it was on for each before, and fires for nobody at the apply"
    each = "each" if already.turns_on == already.on else f"{already.turns_on:,} of them, for whom it is off until then,"
    return f"; {each} {'fires' if each == 'each' else 'fire'} at the apply, unless it is --quiet"


def _print_fates(report: Plan, names: Sequence[str]) -> None:
    """Of signals that fire as they did, what becomes of it."""
    if not names:
        return
    click.echo("\nThe same firings, and what becomes of them")
    moved = [*report.sooner, *report.later]
    width = max(map(len, names))
    for name in names:
        leads = _pair(*report.signals[name], lambda one: f"{one.leads:,}")
        reasons = _pair(*report.signals[name], lambda one: f"{one.reasons:,}")
        later = [row for row in moved if row.signal == name]
        told = f", {len(later):,} of them at another time" if later else ""
        click.echo(f"  {name:<{width}}  leads {leads}, reasons {reasons}{told}")


def _print_counts(before: Counted | None, after: Counted | None) -> None:
    _print_line("fired", _pair(before, after, lambda one: f"{one.fired:,}"))
    _print_line("leads", _pair(before, after, lambda one: f"{one.leads:,}"))
    _print_line("reasons", _pair(before, after, lambda one: f"{one.reasons:,}"))
    if any(one is not None and one.fired for one in (before, after)):
        _print_line("leads a week", _pair(before, after, lambda one: _rate(one.leads_per_week)))
        if any(one is not None and one.leads_per_week_per_seller is not None for one in (before, after)):
            _print_line("per seller", _pair(before, after, lambda one: _rate(one.leads_per_week_per_seller)))


def _rate(rate: float | None) -> str:
    return "unknown" if rate is None else f"{rate:.2f}"


def _print_backtests(before: Counted | None, after: Counted | None, *, every: bool) -> None:
    """A line for each outcome and side; of those that nobody asked for by name, only where something came of a firing."""
    sides = {"before": before, "after": after}
    outcomes = list(dict.fromkeys(name for one in sides.values() if one is not None for name in one.backtests))
    found = {
        name: {side: one.backtests[name] for side, one in sides.items() if one is not None and name in one.backtests} for name in outcomes
    }
    shown = [name for name in outcomes if every or any(one.numbers.converted for one in found[name].values())]
    rows = [
        (name if turn == 0 else "", side, *_worth(one)) for name in shown for turn, (side, one) in enumerate(found[name].items())
    ]  # fmt: skip
    if rows:
        lengths = {name: one.as_json()["within"] for name in shown for one in found[name].values()}
        rows = [(row[0] and f"{row[0]} {lengths[row[0]]}", *row[1:]) for row in rows]
        heads = ("judged by", "", "precision", "lift", "lead time")
        widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
        for row in (heads, *rows):
            click.echo("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if silent := [name for name in outcomes if name not in shown]:
        click.echo(f"  no mature firing came to {listed(silent, 'or')}")


def _worth(one: Backtested) -> tuple[str, str, str]:
    numbers = one.numbers
    share, interval, lift, of_lift = numbers.precision, numbers.precision.interval(), numbers.lift, numbers.lift_interval
    if share.value is None or interval is None:
        return (f"unknown: {numbers.why['precision']}", "", "")
    took = "" if numbers.lead_time_days is None else f"{numbers.lead_time_days[1]:.1f} days"
    precise = f"{float(share.value) * 100:.1f} % ({interval.low * 100:.1f} to {interval.high * 100:.1f}) of {numbers.matured:,}"
    return precise, "unknown" if lift is None or of_lift is None else f"{lift:.1f} ({of_lift.low:.1f} to {of_lift.high:.1f})", took


def _print_touches(before: Judgement | None, after: Judgement) -> None:
    _print_line("poached", _pair(before, after, _poached))
    reasons = dict.fromkeys(why for one in (before, after) if one is not None for why in one.violations)
    for turn, reason in enumerate(reasons):
        times = _pair(before, after, partial(_times, reason=reason))
        _print_line("violations" if turn == 0 else "", f"{times}  {REASONS[reason]} ({reason})")


def _times(one: Judgement, reason: Reason) -> str:
    return f"{one.violations.get(reason, 0):,}"


def _poached(one: Judgement) -> str:
    return f"{one.poached:,} of {counted(one.touches, 'outbound touch').replace('touchs', 'touches')}" + (
        "" if one.poached_rate is None else f" ({float(one.poached_rate) * 100:.1f} %)"
    )


def _pair(before: T | None, after: T | None, told: Callable[[T], str]) -> str:
    """`4 -> 1`; what is the same, or only one of the two has, is said once."""
    found = [told(one) for one in (before, after) if one is not None]
    return " -> ".join(dict.fromkeys(found))


def _print_line(label: str, text: str) -> None:
    click.echo(f"  {label:<{LABEL}}{text}")


def _print_firings(title: str, rows: Sequence[FiringRow], zone: str, most: int | None, *, both: bool = False) -> None:
    if not rows:
        return
    leads = (
        ""
        if both
        else f"; {counted(sum(row.opens for row in rows), 'lead')}, {counted(sum(row.lead is not None for row in rows), 'reason')}"
    )
    click.echo(f"\n{title}: {counted(len(rows), 'firing')}{leads}")
    shown = [(local(row.fired_at, zone), row.signal, _whom(row), _fates(row, zone, both=both)) for row in rows[:most]]
    widths = [max(len(row[column]) for row in shown) for column in range(3)]
    for row in shown:
        left = "  " + "  ".join(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True))
        fits = len(left) + len(row[3]) + 2 <= WIDTH
        click.echo(f"{left}  {row[3]}" if fits else f"{left.rstrip()}\n{labelled('', row[3], 20)}")
    if most is not None and len(rows) > most:
        click.echo(f"  and {len(rows) - most:,} more: --all shows them")


def _whom(row: FiringRow) -> str:
    account = f"{row.name} ({row.account})" if row.name else row.account
    return account or row.subject if row.about == "account" or account is None else f"{row.subject} of {account}"


def _fates(row: FiringRow, zone: str, *, both: bool) -> str:
    now = _fate(row.lead, row.why, row, zone, opens=row.opens)
    return f"{_fate(row.lead_before, row.why_before, row, zone, opens=row.opens_before)} -> {now}" if both else now


def _fate(lead: Instant | None, why: str | None, row: FiringRow, zone: str, *, opens: bool) -> str:
    """A firing opens a lead, or is one more reason of the one that is open."""
    if lead is None:
        return "no lead" if why is None else f"no lead: {told_why(why)}"
    what = "a lead" if opens else "a reason"
    return f"{what} at once" if lead == row.fired_at else f"{what} on {local(lead, zone)}"
