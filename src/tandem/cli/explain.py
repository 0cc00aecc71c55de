"""The command that explains: why a signal turned, why a lead is one, what the boundary answers, and how a touch was judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tandem.cli.door import SHOWN_ROWS, counted, dated, drafted, formatted, project_of, tandem
from tandem.cli.named import print_named
from tandem.cli.words import ENDINGS, exactly, say_whose, told_refusal

if TYPE_CHECKING:
    from tandem.app.explain.edge import Explained, Measured
    from tandem.cli.render import Format


FACT_COLUMNS = ("how", "id", "kind", "occurred_at", "known_at", "line")


@tandem.command()
@click.argument("name")
@click.argument("subject", required=False)
@click.option(
    "--at", metavar="INSTANT", help="Of a signal, the edge at this instant or the last one before it; of an account, when; else now."
)
@click.option("--person", help="Of an account: may this person of it be touched?")
@click.option("--channel", help="Of an account: by this channel?")
@click.option("--seller", help="Of an account: by this one of ours?")
@click.option("--purpose", help="Of an account: for this? help, serve or sell.")
@drafted
@dated
@formatted
@click.pass_context
def explain(
    context: click.Context,
    name: str,
    subject: str | None,
    at: str | None,
    person: str | None,
    channel: str | None,
    seller: str | None,
    purpose: str | None,
    draft: bool,
    as_of: str | None,
    format_: Format,
) -> None:
    """Explain a decision by the facts, the values and the lines of the playbook behind it.

    \b
    tandem explain SIGNAL SUBJECT   why it turned on or off, whether it fired, and what became of that
    tandem explain L-0123456789     a lead: its reasons, what permitted it, and how it ended
    tandem explain ACCOUNT          may it be touched now, and why or why not; with options, by whom and how
    tandem explain TOUCH            how a touch that was made is judged
    """
    from tandem.app.explain.account import Whom
    from tandem.app.explain.explaining import NameRequest
    from tandem.app.failures import WrongUsage

    whom = Whom(person, channel, seller, purpose)
    if subject is None:
        print_named(context, NameRequest(name, whom, at, as_of, draft), format_)
        return
    if not whom.is_general:
        raise WrongUsage(
            "--person, --channel, --seller and --purpose ask about an account", f"leave them out, or write tandem explain {subject}"
        )
    _explain_edge(context, name, subject, at, as_of, draft, format_)


def _explain_edge(
    context: click.Context, signal: str, subject: str, at: str | None, as_of: str | None, draft: bool, format_: Format
) -> None:
    from tandem.app.explain.edge import ExplainRequest
    from tandem.app.explain.edge import explain as find_why
    from tandem.cli.render import print_report

    report = find_why(project_of(context), ExplainRequest(signal, subject, at, as_of, draft))
    facts = [{name: getattr(each, name) for name in FACT_COLUMNS} for each in report.facts]
    print_report(
        format_,
        json=lambda: _explained(report, facts),
        csv=lambda: (FACT_COLUMNS, facts),
        page=lambda: _print_explained(report),
        doubts=lambda: say_whose(report.said, bounded=True),
        as_of=report.as_of,
    )


def _explained(report: Explained, facts: list[dict[str, Any]]) -> dict[str, Any]:
    from tandem.app.decisions.measured import said
    from tandem.values.instants import show

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
        "line": report.received,
        "quiet_since": None if report.quiet_since is None else show(report.quiet_since),
        "firing": None if report.firing is None else report.firing.as_json(),
        "playbook": report.said,
    }


def _print_explained(report: Explained) -> None:
    signal, zone = report.signal, report.zone.key
    if report.at is None:
        there = "" if report.exists else f"; this {signal.about} does not exist then"
        click.echo(f"{signal.name} has not turned on for {report.subject} until {exactly(report.until, zone)} {zone}{there}")
    else:
        turned = "turned on" if report.edge == "entered" else "turned off"
        known = f", known {exactly(report.known_at, zone)}" if report.known_at not in (None, report.at) else ""
        click.echo(f"{signal.name} {turned} for {report.subject} at {exactly(report.at, zone)} {zone}{known}")
        if report.edge == "entered":
            _print_firing(report)
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
        _print_measured(measure, zone, show_change=report.at is not None)
    if report.at is not None:
        _print_facts(report)


def _print_firing(report: Explained) -> None:
    """Whether it fires, and what became of that."""
    from tandem.values.durations import tell_duration

    fate, zone = report.firing, report.zone.key
    if fate is None:
        if report.quiet_since is not None:
            cooldown = tell_duration(report.signal.cooldown)
            click.echo(f"  it does not fire: it fired at {exactly(report.quiet_since, zone)}, less than its cooldown of {cooldown} before")
        elif report.received is None:
            click.echo(
                "  it fires, and nobody receives it: boundary.yaml does not say what it permits" if report.fires else "  it does not fire"
            )
        else:
            click.echo("  it does not fire: no playbook in force then let it")
        return
    when = "" if fate.at == report.at else f" at {exactly(fate.at, zone)}, when the playbook came into force"
    click.echo(f"  it fires{when}; what that permits says {report.received}")
    refusal = "; ".join(told_refusal(each, zone) for each in fate.refusal)
    match fate.became:
        case "lead":
            since = "" if fate.since == fate.at else f" since {exactly(fate.since or fate.at, zone)}, and waited before: {refusal}"
            end = f"; it ended {exactly(fate.until, zone)}: {ENDINGS[fate.ended or '']}" if fate.until is not None else ""
            click.echo(f"  it is a reason of the lead {fate.lead}{since}{end}")
        case "waits":
            rank = f", rank {fate.rank} in its queue" if fate.rank else ""
            click.echo(f"  it waits{rank}: {refusal or 'it belongs to no account'}")
        case "ended":
            assert fate.until is not None, fate
            click.echo(
                f"  it was no lead: it waited until the signal turned off, {exactly(fate.until, zone)}: {refusal or 'it had no account'}"
            )


def _print_measured(measure: Measured, zone: str, *, show_change: bool) -> None:
    from tandem.app.decisions.measured import tell

    before, after = (tell(each, measure.unit) for each in (measure.before, measure.after))
    change = f"{before} -> {after}" if show_change and before != after else str(after)
    click.echo(f"  {measure.expression} = {change}")
    for at, value in measure.turns:
        click.echo(f"    {exactly(at, zone)}  {tell(value, measure.unit)}")


def _print_facts(report: Explained) -> None:
    from tandem.facts.text import on_clock

    nouns = {"entered": "what came to count", "left": "what ceased to count", "aged": "what grew too old for a window"}
    for how, noun in nouns.items():
        lines = [each.line for each in report.facts if each.how == how]
        if lines:
            click.echo(f"\n{noun}")
            for line in lines[:SHOWN_ROWS]:
                click.echo(f"  {on_clock(line, report.zone)}")
            if len(lines) > SHOWN_ROWS:
                click.echo(f"  and {counted(len(lines) - SHOWN_ROWS, 'fact')} more: --format json has all")
    if report.by_time:
        click.echo("\nnothing was learnt at that instant: time alone changed it")
