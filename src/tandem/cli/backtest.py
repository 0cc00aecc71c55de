"""The command that judges a signal by what came after its firings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tandem.cli.door import counted, dated, formatted, project_of, tandem

if TYPE_CHECKING:
    from tandem.app.backtest import Backtested
    from tandem.cli.render import Format


@tandem.command()
@click.argument("signal")
@click.option("--outcome", required=True, metavar="NAME", help="What counts as success, by its name in product.yaml.")
@click.option("--within", required=True, metavar="LENGTH", help="How long after a firing it must come: 30d, 12w.")
@click.option("--since", metavar="INSTANT", help="Only firings and outcomes at or after.")
@click.option("--until", metavar="INSTANT", help="Only firings and outcomes before.")
@click.option("--aim", metavar="leads=N/PERIOD", help="Judge the threshold that gives so many leads a day, week, month, quarter or year.")
@click.option(
    "--test", type=click.IntRange(min=1), default=1, show_default=True, help="Which of its tests with a threshold the aim may vary."
)
@dated
@formatted
@click.pass_context
def backtest(
    context: click.Context,
    signal: str,
    outcome: str,
    within: str,
    since: str | None,
    until: str | None,
    aim: str | None,
    test: int,
    as_of: str | None,
    format_: Format,
) -> None:
    """Judge SIGNAL by what came after its firings, over all of history, as if it had always been in force.

    A firing is mature when the whole window after it is over and its source has told all of it. What is still open counts in no rate, also
    where it has converted early. The base rate is how often the outcome comes to anybody who is there on the same days.
    """
    from tandem.app.backtest import BacktestRequest, find_backtest
    from tandem.app.failures import WrongUsage
    from tandem.app.project import read_length, read_range
    from tandem.cli.render import one_row, print_report
    from tandem.signals.backtest.aim import read_aim

    project = project_of(context)
    first, last = read_range(since, until, project.zone)
    length = read_length(within)
    try:
        wanted = None if aim is None else read_aim(aim)
    except ValueError as error:
        raise WrongUsage(str(error), "write leads=100/month; other periods are day, week, quarter and year") from None
    report = find_backtest(project, BacktestRequest(signal, outcome, length, as_of, first, last, wanted, test))
    told = report.as_json()
    print_report(
        format_,
        json=lambda: told,
        csv=lambda: one_row(_flat(told)),
        page=lambda: _print(report, told),
        as_of=report.question.as_of,
    )


def _flat(told: dict[str, Any]) -> dict[str, Any]:
    """One row; what has parts is a column a part."""
    flat = {key: value for key, value in told.items() if key not in ("lead_time_days", "reached")}
    flat |= {f"lead_time_{part}_days": value for part, value in told["lead_time_days"].items()}
    return flat | {f"reached_{days}": share for days, share in told["reached"].items()}


def _print(report: Backtested, told: dict[str, Any]) -> None:
    click.echo(f"{report.signal.title}: {report.signal.name}, judged by {report.outcome.name} within {told['within']}")
    click.echo(f"  firings    {told['since']} until {told['until']}; outcomes complete until {told['complete_until']}")
    if report.aimed is not None:
        aimed = report.aimed
        click.echo(f"  aim        threshold {aimed.threshold} of {aimed.test} gives {aimed.rate:.1f} leads a {aimed.aim.period}")
    click.echo()
    already = f"{told['already']:,} already + " if report.outcome.first_ever else ""
    early = f" ({told['open_converted']:,} converted early)" if told["open_converted"] else ""
    click.echo(f"  fired      {told['fired']:,} = {already}{told['matured']:,} mature + {told['open']:,} open{early}")
    for name, text in _lines(report, told).items():
        click.echo(f"  {name:<10} {text if text is not None else 'unknown: ' + told['why'][_WHY.get(name, name)]}")
    _print_doubts(report, told)


_WHY = {"base rate": "base_rate", "lead time": "lead_time_days", "leads": "leads_per_week"}


def _lines(report: Backtested, told: dict[str, Any]) -> dict[str, str | None]:
    """The numbers by name; None where one is unknown."""
    precision = told["precision"] is not None and (
        f"{_share(told['precision'])} ({_share(told['precision_low'])} to {_share(told['precision_high'])}): "
        f"{told['converted']:,} of {told['matured']:,} mature converted"
    )
    recall = told["recall"] is not None and (
        f"{_share(told['recall'])}: {told['outcomes_preceded']:,} of {counted(told['outcomes'], 'outcome')} had a firing before"
    )
    lift = told["lift"] is not None and f"{told['lift']:.1f} times ({told['lift_low']:.1f} to {told['lift_high']:.1f})"
    takes = told["lead_time_days"]
    lead_time = takes["median"] is not None and f"{takes['median']:.1f} days (quartiles {takes['p25']:.1f} and {takes['p75']:.1f})"
    return {
        "precision": precision or None,
        "base rate": None if told["base_rate"] is None else f"{_share(told['base_rate'])} of all who were there on the same days",
        "lift": lift or None,
        "recall": recall or None,
        "lead time": lead_time or None,
        "reached": ", ".join(f"{'unknown' if share is None else _share(share)} by {days}" for days, share in told["reached"].items()),
        "leads": None if told["leads_per_week"] is None else _leads(told),
    }


def _leads(told: dict[str, Any]) -> str:
    per_seller, touches = told["leads_per_week_per_seller"], told["touches"]
    of_seller = "" if per_seller is None else f", {per_seller:.2f} a week and seller"
    return f"{told['leads_per_week']:.2f} a week{of_seller}" + ("" if touches is None else f"; {touches:,.0f} touches in all")


def _print_doubts(report: Backtested, told: dict[str, Any]) -> None:
    """What the reader must know before believing any of it."""
    if told["assumed_share"]:
        click.echo(f"{_share(told['assumed_share'])} of all facts state no known_at: they count as known when they occurred", err=True)
    for kind, fields in report.always_known.items():
        click.echo(f"known always, by its mapping, and perhaps of today: {kind} {', '.join(fields)}", err=True)


def _share(share: float) -> str:
    return f"{share * 100:.1f} %"
