"""The commands of signals: how they stand, every edge, and every threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tandem.cli.door import SHOWN_ROWS, charted, dated, draw, formatted, project_of, tandem

if TYPE_CHECKING:
    from tandem.app.charting import Picture
    from tandem.cli.render import Format

EDGE_COLUMNS = ("signal", "about", "subject", "at", "edge", "known_at", "fires")


@tandem.command()
@dated
@formatted
@click.pass_context
def signals(context: click.Context, as_of: str | None, format_: Format) -> None:
    """List the signals: for how many each is on, how often it fired of late, and whether it is still fed.

    A signal fires where it enters, unless it fired for the same subject less than its cooldown before. It is stale when nothing that it
    reads has ever come, or when that has been silent far longer than ever before.
    """
    from tandem.app.signals import list_signals
    from tandem.cli.render import print_report, print_table

    report = list_signals(project_of(context), as_of)
    rows = [
        {
            "signal": each.signal.name,
            "about": each.signal.about,
            "kind": each.signal.kind,
            "in": each.on,
            "fired_30d": each.fired_30d,
            "stale": each.stale,
            "title": each.signal.title,
        }
        for each in report.signals
    ]
    columns = ("signal", "about", "kind", "in", "fired_30d", "stale")

    def page() -> None:
        print_table((*columns, "title"), rows)
        if not rows:
            click.echo("no signals yet: declare them in playbook/signals/*.yaml", err=True)

    print_report(
        format_,
        json=lambda: {"as_of": report.as_of, "fingerprint": report.fingerprint, "signals": rows},
        csv=lambda: (columns, rows),
        page=page,
        as_of=report.as_of,
    )


@tandem.command()
@click.argument("signal")
@click.option("--subject", help="Only of this person, workspace or account.")
@click.option("--since", metavar="INSTANT", help="Only edges at or after.")
@click.option("--until", metavar="INSTANT", help="Only edges before.")
@click.option("--limit", type=click.IntRange(min=0), help=f"At most so many, the latest; 0 is all. Tables show {SHOWN_ROWS} otherwise.")
@dated
@formatted
@click.pass_context
def edges(
    context: click.Context,
    signal: str,
    subject: str | None,
    since: str | None,
    until: str | None,
    limit: int | None,
    as_of: str | None,
    format_: Format,
) -> None:
    """List every instant at which SIGNAL turned on (entered) or off (left), for everybody, as if it had always been in force.

    known_at is when the latest of what changed there was learnt. Edges in a cooldown are listed too; `fires` tells them apart.
    """
    from tandem.app.history.edges import ListRequest, list_edges
    from tandem.app.project import read_range
    from tandem.cli.render import print_report, print_table

    project = project_of(context)
    first, last = read_range(since, until, project.zone)
    report = list_edges(project, ListRequest(signal, subject, first, last, as_of))
    most = SHOWN_ROWS if limit is None and format_ == "table" else limit or None
    rows = report.as_rows(most)
    total = len(report.rows)

    def page() -> None:
        print_table(("at", "edge", "subject", "known_at", "fires"), [row | {"fires": "fires" if row["fires"] else ""} for row in rows])
        if total > SHOWN_ROWS == most:
            click.echo(f"the latest {SHOWN_ROWS:,} of {total:,}; --limit 0 shows all", err=True)
        if not total:
            click.echo("no edges", err=True)

    print_report(
        format_,
        json=lambda: {"as_of": report.as_of, "fingerprint": report.fingerprint, "signal": signal, "total": total, "edges": rows},
        csv=lambda: (EDGE_COLUMNS, rows),
        page=page,
        as_of=report.as_of,
    )


@tandem.command()
@click.argument("signal")
@click.option("--test", type=click.IntRange(min=1), default=1, show_default=True, help="Which of its tests with a threshold to vary.")
@charted
@dated
@formatted
@click.pass_context
def curve(context: click.Context, signal: str, test: int, chart: Picture | None, as_of: str | None, format_: Format) -> None:
    """Show what SIGNAL would have done over all of history at other thresholds; `*` marks the one that it has."""
    from tandem.app.charting import chart_of_curve
    from tandem.app.curve import CurveRequest, find_curve
    from tandem.cli.render import print_report, print_table

    report = find_curve(project_of(context), CurveRequest(signal, test, as_of))
    columns = ("threshold", "entered", "left", "fires", "subjects", "in")
    rows = report.as_rows()
    if chart is not None:
        draw(chart_of_curve(report), chart)
    about = {"signal": signal, "test": report.test, "tests": list(report.tests), "fingerprint": report.fingerprint}

    def page() -> None:
        click.echo(report.test)
        shown = [row | {"": "*" if row["stands"] else ""} for row in rows]
        print_table(("", *columns), shown, right=("threshold",))
        if len(report.tests) > 1:
            others = "; ".join(f"--test {number} {each}" for number, each in enumerate(report.tests, 1) if number != test)
            click.echo(f"it has other thresholds: {others}", err=True)

    print_report(
        format_,
        json=lambda: {"as_of": report.as_of, **about, "curve": rows},
        csv=lambda: ((*columns, "stands"), rows),
        page=page,
        as_of=report.as_of,
    )
