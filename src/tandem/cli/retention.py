"""The commands that ask who came back: retention, active subjects, lifecycle."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tandem.cli.door import SHOWN_ROWS, charted, counted, dated, draw, formatted, project_of, tandem

if TYPE_CHECKING:
    from tandem.app.active import ActiveFound
    from tandem.app.charting import Picture
    from tandem.app.lifecycle import LifecycleFound
    from tandem.app.retention import Retained
    from tandem.behavior.triangle import Cell
    from tandem.cli.render import Format

F = TypeVar("F", bound=Callable[..., Any])

RETENTION_COLUMNS = ("cohort", "size", "bucket", "active", "rate", "mature")
ACTIVE_COLUMNS = ("convention", "period", "active", "stickiness", "mature")
LIFECYCLE_COLUMNS = ("period", "active", "new", "retained", "resurrected", "dormant", "newly_dormant", "mature")

SHOWN_COHORTS = 24
NAME_WIDTH, SIZE_WIDTH, CELL_WIDTH = 24, 9, 8
OPEN = "not over yet: counted so far"


def asked_of(command: F) -> F:
    """The options that all of these commands have."""
    options = (
        click.option("--about", type=click.Choice(["person", "workspace", "account"]), default="person", show_default=True, help="Whom to count."),
        click.option("--period", type=click.Choice(["day", "week", "month"]), default="week", show_default=True, help="How long a bucket is."),
        click.option("--people", type=click.IntRange(min=1), metavar="K", help="A workspace or account is active where K persons are; 1 if absent."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def ranged(command: F) -> F:
    for name, help_ in (("--until", "Only before."), ("--since", "Only at or after; a bare date is midnight in the company's time zone.")):
        command = click.option(name, metavar="INSTANT", help=help_)(command)
    return command


@tandem.command()
@click.option("--first", required=True, metavar="SEL", help="What begins: an event such as 'Signed Up', a named set, or any.")
@click.option("--return", "returning", metavar="SEL", help="What counts as coming back; what begins, if absent.")
@click.option(
    "--convention",
    type=click.Choice(["on", "on_or_after", "bracket", "streak"]),
    default="on",
    show_default=True,
    help="Active in the bucket; in it or later; in a range of buckets; in it and all before.",
)
@click.option("--rolling", is_flag=True, help="Buckets of 24 hours, 7 or 30 days from each one's beginning, and not of the calendar.")
@click.option(
    "--entry",
    type=click.Choice(["first_ever", "first_in_range", "every"]),
    default="first_ever",
    show_default=True,
    help="One begins once; once since --since; or anew in each period.",
)
@click.option("--by", metavar="FIELD", help="Cohorts by what a field said as each began, for instance plan; else by period.")
@click.option("--brackets", metavar="0,1-3,...", help="The ranges of `bracket`; 0, 1, 2-3, 4-7 and so on if absent.")
@asked_of
@ranged
@charted
@dated
@formatted
@click.pass_context
def retention(
    context: click.Context, /, format_: Format, chart: Picture | None, as_of: str | None, since: str | None, until: str | None, returning: str | None, first: str, **how: Any
) -> None:  # fmt: skip
    """Show of those who began in each period how many were active in the same period, the next, and so on.

    A bucket that is not over for all of a cohort is marked: it is counted so far, and in no average. An average is of all mature cells of
    a bucket taken together, with its 95 % interval.
    """
    from tandem.app.charting import chart_of_retention
    from tandem.app.project import read_range
    from tandem.app.retention import RetentionRequest, find_retention
    from tandem.cli.render import print_report

    project = project_of(context)
    begin, end = read_range(since, until, project.zone)
    asked = RetentionRequest(first=first, returning=returning or first, since=begin, until=end, as_of=as_of, **how)
    report = find_retention(project, asked)
    if chart is not None:
        draw(chart_of_retention(report), chart)
    print_report(
        format_,
        json=report.as_json,
        csv=lambda: (RETENTION_COLUMNS, report.as_rows()),
        page=lambda: _print_triangle(report, project.world.columns()),
        as_of=report.asked.as_of,
    )


@tandem.command()
@click.argument("selector", metavar="[SEL]", default="any")
@click.option(
    "--convention",
    type=click.Choice(["calendar", "rolling"]),
    default="calendar",
    show_default=True,
    help="Periods of the calendar; or each day with the days before it.",
)
@click.option("--days", type=click.IntRange(min=1, max=400), help="How many days roll together; 1, 7 or 28 by --period if absent.")
@asked_of
@ranged
@charted
@dated
@formatted
@click.pass_context
def active(
    context: click.Context, /, format_: Format, chart: Picture | None, as_of: str | None, since: str | None, until: str | None, **how: Any
) -> None:
    """Count the different persons, workspaces or accounts that did SEL (any event, if absent), and how sticky they are.

    Stickiness is the mean, over days, of how many of the active of the period are active on the day. A visitor whom nobody identified is no
    person, and a person who is in several accounts is one.
    """
    from tandem.app.active import ActiveRequest, find_active
    from tandem.app.charting import chart_of_active
    from tandem.app.project import read_range
    from tandem.cli.render import print_report

    project = project_of(context)
    begin, end = read_range(since, until, project.zone)
    report = find_active(project, ActiveRequest(since=begin, until=end, as_of=as_of, **how))
    if chart is not None:
        draw(chart_of_active(report), chart)
    print_report(
        format_,
        json=report.as_json,
        csv=lambda: (ACTIVE_COLUMNS, report.as_rows()),
        page=lambda: _print_active(report),
        as_of=report.asked.as_of,
    )


@tandem.command()
@click.argument("selector", metavar="[SEL]", default="any")
@asked_of
@ranged
@charted
@dated
@formatted
@click.pass_context
def lifecycle(
    context: click.Context, /, format_: Format, chart: Picture | None, as_of: str | None, since: str | None, until: str | None, **how: Any
) -> None:
    """Tell of the active of each period who is new, who was there in the period before, and who came back after a pause.

    active = new + retained + resurrected. Dormant are those who were active ever before and are not now; newly dormant, those of them who
    were in the period before.
    """
    from tandem.app.charting import chart_of_lifecycle
    from tandem.app.lifecycle import LifecycleRequest, find_lifecycle
    from tandem.app.project import read_range
    from tandem.cli.render import print_report

    project = project_of(context)
    begin, end = read_range(since, until, project.zone)
    report = find_lifecycle(project, LifecycleRequest(since=begin, until=end, as_of=as_of, **how))
    if chart is not None:
        draw(chart_of_lifecycle(report), chart)
    print_report(
        format_,
        json=report.as_json,
        csv=lambda: (LIFECYCLE_COLUMNS, report.as_rows()),
        page=lambda: _print_lifecycle(report),
        as_of=report.asked.as_of,
    )


def _print_triangle(report: Retained, width: int) -> None:
    """width: of the page, in letters; at least one bucket is shown."""
    from tandem.app.retention import told
    from tandem.cli.render import print_table

    asked = report.as_json()
    cohorts, average = report.retention.cohorts, report.retention.average
    by = "" if asked["by"] is None else f", by {asked['by']}"
    people = _people(asked["about"], asked["people"])
    click.echo(f"retention of {asked['about']}s: {asked['convention']}, {report.buckets}, {asked['entry']}{by}{people}")
    click.echo(f"first {asked['first']}, return {asked['return']}; active, in % of the cohort\n")
    # Of fields, which have no order in time, the largest are shown; of periods the latest.
    largest = sorted(cohorts, key=lambda each: -each.size)[:SHOWN_COHORTS]
    shown = cohorts[-SHOWN_COHORTS:] if report.by is None else [each for each in cohorts if each in largest]
    names = ["unknown" if told(each.name) is None else str(told(each.name))[:NAME_WIDTH] for each in shown]
    buckets = list(dict.fromkeys(cell.bucket for cohort in cohorts for cell in cohort.cells))
    wide = max(len(name) for name in ["2026-03-01", *names])
    columns = buckets[: max((width - wide - SIZE_WIDTH) // CELL_WIDTH, 1)]
    rows = [_row(name, f"{each.size:,}", columns, each.cells, _active) for name, each in zip(names, shown, strict=True)]
    rows += [_row(name, "", columns, average, of) for name, of in (("average", _active), ("  from", _low), ("  to", _high)) if average]
    print_table(("cohort", "size", *map(_head, columns)), rows, right=("size", *map(_head, columns)))
    if len(cohorts) > len(shown) or len(buckets) > len(columns):
        click.echo(
            f"the {'latest' if report.by is None else 'largest'} {len(shown)} of {counted(len(cohorts), 'cohort')}, and the first "
            f"{len(columns)} of {counted(len(buckets), 'bucket')}; --format csv has all",
            err=True,
        )
    _print_notes(0, 0, ", and in no average" if any(not cell.mature for cohort in cohorts for cell in cohort.cells) else None)
    if not cohorts:
        click.echo("nobody began", err=True)


def _row(name: str, size: str, columns: list[str], cells: Iterable[Cell], of: Callable[[Cell], Any]) -> dict[str, str]:
    found = {cell.bucket: _marked(_number(of(cell)), cell.mature) for cell in cells}
    return {"cohort": name, "size": size} | {_head(bucket): found.get(bucket, "") for bucket in columns}


def _head(bucket: str) -> str:
    """It stands over the digits of its column, and not over the mark."""
    return f"{bucket} "


def _active(cell: Cell) -> Any:
    return cell.share.value


def _low(cell: Cell) -> Any:
    return None if cell.interval is None else cell.interval.low


def _high(cell: Cell) -> Any:
    return None if cell.interval is None else cell.interval.high


def _print_active(report: ActiveFound) -> None:
    from tandem.cli.render import print_table

    asked, rows = report.asked, report.as_rows()
    click.echo(f"active {asked.about}s: {report.convention}, {report.as_json()['selector']}{_people(asked.about, asked.people)}")
    shown = [
        {"period": row["period"], "active": _marked(f"{row['active']:,}", row["mature"]), "stickiness": _percent(row["stickiness"])}
        for row in rows[-SHOWN_ROWS:]
    ]
    print_table(("period", "active", "stickiness"), shown, right=("active", "stickiness"))
    sticky = report.active.stickiness
    if sticky is not None:
        days = counted(report.active.days, "day")
        click.echo(f"stickiness {_percent(float(sticky))}: {report.stickiness_convention}, of {days}")
    _print_notes(len(rows), SHOWN_ROWS, ", and in no mean" if any(not row["mature"] for row in rows) else None)


def _print_lifecycle(report: LifecycleFound) -> None:
    from tandem.cli.render import print_table

    asked, columns = report.asked, LIFECYCLE_COLUMNS[1:-1]
    told, rows = report.as_json(), report.as_rows()
    click.echo(f"lifecycle of {asked.about}s: {told['convention']}, {told['selector']}{_people(asked.about, asked.people)}")
    shown = [{"period": row["period"]} | {name: _marked(f"{row[name]:,}", row["mature"]) for name in columns} for row in rows[-SHOWN_ROWS:]]
    print_table(("period", *columns), shown, right=columns)
    _print_notes(len(rows), SHOWN_ROWS, "" if any(not row["mature"] for row in rows) else None)


def _print_notes(total: int, shown: int, some_open: str | None) -> None:
    """some_open: what follows for what is not over; None where all is."""
    if some_open is not None:
        click.echo(f"* {OPEN}{some_open}")
    if total > shown:
        click.echo(f"the latest {shown:,} of {total:,}; --format csv has all", err=True)


def _people(about: str, people: int) -> str:
    return "" if about == "person" or people == 1 else f", active where {people} persons are"


def _number(share: Any) -> str:
    """A share in % without its sign; `-` of nobody."""
    return "-" if share is None else f"{float(share) * 100:.1f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.1f} %"


def _marked(text: str, mature: bool) -> str:
    """With a mark where it is not over, and its room where it is."""
    return f"{text} " if mature else f"{text}*"
