"""The commands of signals: how they stand, every edge, why an edge is there, and every threshold."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from tandem.cli.door import SHOWN_ROWS, charted, counted, dated, formatted, project_of, tandem

if TYPE_CHECKING:
    from tandem.app.charting import Picture
    from tandem.app.explain import Explained, Measured
    from tandem.cli.render import Format

EDGE_COLUMNS = ("signal", "about", "subject", "at", "edge", "known_at")


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
    from tandem.cli.render import print_as_of, print_csv, print_json, print_table

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
    if format_ == "json":
        print_json({"as_of": report.as_of, "fingerprint": report.fingerprint, "signals": rows})
        return
    if format_ == "csv":
        print_csv(columns, rows)
    else:
        print_table((*columns, "title"), rows)
        if not rows:
            click.echo("no signals yet: declare them in playbook/signals/*.yaml", err=True)
    print_as_of(report.as_of)


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

    known_at is when the latest of what changed there was learnt. Edges in a cooldown are listed too; `fires` tells them apart in json.
    """
    from tandem.app.edges import ListRequest, list_edges
    from tandem.app.failures import WrongUsage
    from tandem.app.project import read_typed
    from tandem.cli.render import print_as_of, print_csv, print_json, print_table

    project = project_of(context)
    first, last = (None if typed is None else read_typed(typed, project.zone) for typed in (since, until))
    if first is not None and last is not None and first >= last:
        raise WrongUsage(f"nothing is since `{since}` and until `{until}`", "`--since` is in, `--until` is out")
    report = list_edges(project, ListRequest(signal, subject, first, last, as_of))
    most = SHOWN_ROWS if limit is None and format_ == "table" else limit or None
    rows = report.as_rows(most)
    total = len(report.rows)
    if format_ == "json":
        print_json({"as_of": report.as_of, "fingerprint": report.fingerprint, "signal": signal, "total": total, "edges": rows})
        return
    if format_ == "csv":
        print_csv(EDGE_COLUMNS, rows)
    else:
        print_table(("at", "edge", "subject", "known_at", "fires"), [row | {"fires": "fires" if row["fires"] else ""} for row in rows])
        if total > SHOWN_ROWS == most:
            click.echo(f"the latest {SHOWN_ROWS:,} of {total:,}; --limit 0 shows all", err=True)
        if not total:
            click.echo("no edges", err=True)
    print_as_of(report.as_of)


@tandem.command()
@click.argument("signal")
@click.option("--test", type=click.IntRange(min=1), default=1, show_default=True, help="Which of its tests with a threshold to vary.")
@charted
@dated
@formatted
@click.pass_context
def curve(context: click.Context, signal: str, test: int, chart: Picture | None, as_of: str | None, format_: Format) -> None:
    """Show what SIGNAL would have done over all of history at every threshold; `*` marks the one that it has."""
    from tandem.app.charting import chart_of_curve, save_chart
    from tandem.app.curve import CurveRequest, find_curve
    from tandem.cli.render import print_as_of, print_csv, print_json, print_table

    report = find_curve(project_of(context), CurveRequest(signal, test, as_of))
    columns = ("threshold", "entered", "left", "fires", "subjects", "in")
    rows = report.as_rows()
    if chart is not None:
        save_chart(chart_of_curve(report), chart)
    if format_ == "json":
        about = {"signal": signal, "test": report.test, "tests": list(report.tests), "fingerprint": report.fingerprint}
        print_json({"as_of": report.as_of, **about, "curve": rows})
        return
    if format_ == "csv":
        print_csv((*columns, "stands"), rows)
    else:
        click.echo(report.test)
        shown = [row | {"": "*" if row["stands"] else ""} for row in rows]
        print_table(("", *columns), shown, right=("threshold",))
        if len(report.tests) > 1:
            others = "; ".join(f"--test {number} {each}" for number, each in enumerate(report.tests, 1) if number != test)
            click.echo(f"it has other thresholds: {others}", err=True)
    print_as_of(report.as_of)


@tandem.command()
@click.argument("signal")
@click.argument("subject")
@click.option("--at", metavar="INSTANT", help="The edge at this instant, or the last one before it; else the latest.")
@dated
@formatted
@click.pass_context
def explain(context: click.Context, signal: str, subject: str, at: str | None, as_of: str | None, format_: Format) -> None:
    """Explain why SIGNAL turned on or off for SUBJECT: the rule, its tests and values before and after, and the facts that came and went."""
    from tandem.app.explain import ExplainRequest
    from tandem.app.explain import explain as find_why
    from tandem.cli.render import print_as_of, print_csv, print_json

    report = find_why(project_of(context), ExplainRequest(signal, subject, at, as_of))
    facts = [{name: getattr(each, name) for name in ("how", "id", "kind", "occurred_at", "known_at", "line")} for each in report.facts]
    if format_ == "json":
        print_json(_explained(report, facts))
        return
    if format_ == "csv":
        print_csv(("how", "id", "kind", "occurred_at", "known_at", "line"), facts)
    else:
        _print_explained(report)
    print_as_of(report.as_of)


def _explained(report: Explained, facts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "as_of": report.as_of,
        "signal": report.signal.name,
        "about": report.signal.about,
        "subject": report.subject,
        "at": report.at,
        "edge": report.edge,
        "known_at": report.known_at,
        "fires": report.fires,
        "by_time": report.by_time,
        "exists": report.exists,
        "rule": {"file": report.file, "line": report.line, "condition": report.condition, "fingerprint": report.fingerprint},
        "tests": [{"test": each.test, "before": each.before, "after": each.after} for each in report.tests],
        "measures": [
            {
                "expression": each.expression,
                "before": _said(each.before, each.unit),
                "after": _said(each.after, each.unit),
                "over_time": [{"at": turn, "value": _said(value, each.unit)} for turn, value in each.turns],
            }
            for each in report.measures
        ],
        "facts": facts,
    }


def _print_explained(report: Explained) -> None:
    from tandem.values.instants import show

    signal = report.signal
    if report.at is None:
        there = "" if report.exists else f"; this {signal.about} does not exist then"
        click.echo(f"{signal.name} has not turned on for {report.subject} until {show(report.until)}{there}")
    else:
        turned = "turned on" if report.edge == "entered" else "turned off"
        known = f", known {show(report.known_at)}" if report.known_at not in (None, report.at) else ""
        click.echo(f"{signal.name} {turned} for {report.subject} at {show(report.at)}{known}")
        if report.edge == "entered":
            click.echo("  it fires" if report.fires else "  it does not fire: it fired less than its cooldown before")
    click.echo(f"  {signal.title}")
    click.echo(f"\nthe rule, {report.file}:{report.line} at fingerprint {report.fingerprint[:12]}")
    click.echo(f"  {report.condition}")
    click.echo("\nits tests" + ("" if report.at is None else ", just before and then"))
    for test in report.tests:
        before, after = (("unknown", "false", "true")[0 if each is None else 1 + each] for each in (test.before, test.after))
        change = after if report.at is None or before == after else f"{before} -> {after}"
        click.echo(f"  {change:<16} {test.test}")
    if report.measures:
        click.echo("\nits values over time")
    for measure in report.measures:
        _print_measured(measure, show_change=report.at is not None)
    if report.at is not None:
        _print_facts(report)


def _print_measured(measure: Measured, *, show_change: bool) -> None:
    from tandem.values.instants import show

    before, after = (_told(each, measure.unit) for each in (measure.before, measure.after))
    change = f"{before} -> {after}" if show_change and before != after else str(after)
    click.echo(f"  {measure.expression} = {change}")
    for at, value in measure.turns:
        click.echo(f"    {show(at)}  {_told(value, measure.unit)}")


def _print_facts(report: Explained) -> None:
    nouns = {"entered": "what came to count", "left": "what ceased to count", "aged": "what grew too old for a window"}
    for how, noun in nouns.items():
        lines = [each.line for each in report.facts if each.how == how]
        if lines:
            click.echo(f"\n{noun}")
            for line in lines[:SHOWN_ROWS]:
                click.echo(f"  {line}")
            if len(lines) > SHOWN_ROWS:
                click.echo(f"  and {counted(len(lines) - SHOWN_ROWS, 'fact')} more: --format json has all")
    if report.by_time:
        click.echo("\nnothing was learnt at that instant: time alone changed it")


def _told(answer: Any, unit: str) -> str:
    """An answer as people read it."""
    said = _said(answer, unit)
    return "unknown" if said is None else str(said).lower() if isinstance(said, bool) else str(said)


def _said(answer: Any, unit: str) -> Any:
    """An answer as JSON has it: a whole number plain, another as a decimal, a length and a day as text; null where it is unknown."""
    from tandem.signals.world import Unknown
    from tandem.values.durations import tell_duration
    from tandem.values.instants import DAY

    if isinstance(answer, Unknown):
        return None
    if isinstance(answer, Fraction):
        if unit == "duration":
            return tell_duration(int(answer))
        if unit == "date":
            return date.fromordinal(int(answer) // DAY).isoformat()
        return int(answer) if answer.denominator == 1 else float(answer)
    return answer
