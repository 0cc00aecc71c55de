"""The command that explains: why a signal turned, why a lead is one, what the boundary answers, and how a touch was judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tandem.cli.door import SHOWN_ROWS, counted, dated, formatted, project_of, tandem

if TYPE_CHECKING:
    from tandem.app.explain import Explained, Measured
    from tandem.cli.render import Format


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
    from tandem.app.measured import said

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
                "before": said(each.before, each.unit),
                "after": said(each.after, each.unit),
                "over_time": [{"at": turn, "value": said(value, each.unit)} for turn, value in each.turns],
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
    from tandem.app.measured import tell
    from tandem.values.instants import show

    before, after = (tell(each, measure.unit) for each in (measure.before, measure.after))
    change = f"{before} -> {after}" if show_change and before != after else str(after)
    click.echo(f"  {measure.expression} = {change}")
    for at, value in measure.turns:
        click.echo(f"    {show(at)}  {tell(value, measure.unit)}")


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
