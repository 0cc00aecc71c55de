"""The funnels of the motions side by side, and the command that asks how far accounts come on their path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import click

from tandem.cli.door import charted, counted, dated, draw, formatted, project_of, tandem
from tandem.cli.stages import COLUMNS, SHOWN, explain_not_reached, group_named, told_of

if TYPE_CHECKING:
    from tandem.app.charting import Picture
    from tandem.app.motion_funnels import Group, MotionFunnels, OfMotion
    from tandem.app.path import PathWalked
    from tandem.app.project import Project
    from tandem.behavior.funnel.tally import Stage
    from tandem.behavior.motions.path import PathTally
    from tandem.cli.render import Format
    from tandem.values.instants import Instant

MOTION_COLUMNS = ("motion", "step", *COLUMNS, "p25_seconds", "p75_seconds", "mature", "moved")
PATH_COLUMNS = ("step", "name", "entered", "converted", "lost", *COLUMNS[4:], "p25_seconds", "p75_seconds", "mature")
_PATH_SHOWN = ("", "stage", "reached", "went on", "lost", *SHOWN[5:])


# Motions.


def show_motions(
    project: Project,
    motion: str,
    since: Instant | None,
    until: Instant | None,
    by: str | None,
    as_of: str | None,
    format_: Format,
    chart: Picture | None,
) -> None:
    """motion: its name, or `all`."""
    from tandem.app.charting import chart_of_motions
    from tandem.app.motion_funnels import MotionFunnelsRequest, find_motion_funnels
    from tandem.cli.render import print_report

    chosen = None if motion == "all" else cast(Any, motion)
    report = find_motion_funnels(project, MotionFunnelsRequest(chosen, since, until, by, as_of))
    if chart is not None:
        draw(chart_of_motions(report), chart)
    print_report(
        format_,
        json=report.as_json,
        csv=lambda: (MOTION_COLUMNS if by is None else ("group", *MOTION_COLUMNS), report.as_rows()),
        page=lambda: _print_motions(report),
        as_of=report.as_of,
    )


def _print_motions(report: MotionFunnels) -> None:
    for number, each in enumerate(report.funnels):
        click.echo("\n" if number else "", nl=False)
        _print_motion(report, each)


def _print_motion(report: MotionFunnels, one: OfMotion) -> None:
    from tandem.app.funnel import tell_overall
    from tandem.cli.render import print_table
    from tandem.values.durations import show_duration

    best = "by the best attempt" if one.declared.order == "ordered" else "by the first attempt"
    within = show_duration(one.declared.within)
    click.echo(
        f"{one.declared.motion}, {one.declared.order}: each account once, {best}, by its motion at entry, within {within} of it, both ends in"
    )
    click.echo()
    groups: list[tuple[str | None, Group]] = [(group_named(answer), each) for answer, each in one.groups] or [(None, one.whole)]
    rows = [row for name, each in groups for row in _motion_rows(report, one, name, each)]
    shown = (*SHOWN, "moved")
    print_table(shown if report.by is None else (report.by, *shown), rows, right=("", *shown[2:]))
    click.echo()
    for name, each in groups:
        click.echo(f"{'' if name is None else f'{name}: '}{tell_overall(each.tally, 'account')}")
    if one.elsewhere:
        click.echo(
            f"{counted(one.elsewhere, 'account')} came to the first stage in another motion only, and {'is' if one.elsewhere == 1 else 'are'} not counted here"
        )
    explain_not_reached(rows)
    if any(row["moved"] for row in rows):
        click.echo("moved: were in another motion when they reached the stage", err=True)


def _motion_rows(report: MotionFunnels, one: OfMotion, group: str | None, found: Group) -> list[dict[str, Any]]:
    rows = []
    for number, (name, stage, moved) in enumerate(zip(one.names, found.tally.stages, found.moved, strict=True), 1):
        row = _row(number, name, stage, SHOWN) | {"moved": moved or ""}
        rows.append(row if report.by is None else {report.by: group if number == 1 else ""} | row)
    return rows


def _row(number: int, name: str, stage: Stage, shown: tuple[str, ...]) -> dict[str, Any]:
    """shown: eleven columns, of which those of the rate and the times are called as in every funnel."""
    is_last = stage.rate is None
    counts = (stage.entered, *((stage.converted, stage.dropped, stage.open) if not is_last else ("", "", "")))
    return (
        {"": number, "stage": name}
        | dict(zip(shown[2:6], counts, strict=True))
        | (dict.fromkeys(shown[6:], "") if is_last else told_of(stage))
    )


# The path.


@tandem.command()
@click.option("--by", metavar="FIELD", help="Apart by a field of the account as of its adoption: icp_tier, account.region.")
@click.option("--since", metavar="INSTANT", help="Only accounts that adopted at or after.")
@click.option("--until", metavar="INSTANT", help="Only accounts that adopted before.")
@charted
@dated
@formatted
@click.pass_context
def path(
    context: click.Context,
    /,
    by: str | None,
    since: str | None,
    until: str | None,
    as_of: str | None,
    format_: Format,
    chart: Picture | None,
) -> None:
    """Show how far accounts come from adoption by a team to signal, contract and renewal, how long each takes, and where they are lost.

    product.yaml says under `path` what each stage is, and how long after the one before it may come: who is later is lost, who still may is
    open. Each account goes once, from its first adoption.
    """
    from tandem.app.charting import chart_of_path
    from tandem.app.path import PathRequest, find_path
    from tandem.app.project import read_range
    from tandem.cli.render import print_report

    project = project_of(context)
    first, last = read_range(since, until, project.zone)
    report = find_path(project, PathRequest(first, last, by, as_of))
    if chart is not None:
        draw(chart_of_path(report), chart)
    print_report(
        format_,
        json=report.as_json,
        csv=lambda: (PATH_COLUMNS if by is None else ("group", *PATH_COLUMNS), report.as_rows()),
        page=lambda: _print_path(report),
        as_of=report.as_of,
    )


def _print_path(report: PathWalked) -> None:
    from tandem.cli.render import print_table
    from tandem.signals.playbook.funnels import PATH_STAGES
    from tandem.values.durations import show_duration

    click.echo("each account once, from its first adoption, each stage within its time after the one before, both ends in")
    click.echo()
    lengths = (None, *report.path.within)
    stages = zip(PATH_STAGES, report.path.stages, lengths, report.astray, strict=True)
    names = [
        {"stage": name, "is": stage.name, "within": "" if length is None else show_duration(length), "not on the path": astray or ""}
        for name, stage, length, astray in stages
    ]
    print_table(("stage", "is", "within", "not on the path"), names, right=("not on the path",))
    click.echo()
    groups: list[tuple[str | None, PathTally]] = [(group_named(answer), each) for answer, each in report.groups] or [(None, report.tally)]
    rows = []
    for name, each in groups:
        for number, (stage_name, stage) in enumerate(zip(PATH_STAGES, each.stages, strict=True), 1):
            row = _row(number, stage_name, stage, _PATH_SHOWN)
            rows.append(row if report.by is None else {report.by: name if number == 1 else ""} | row)
    print_table(_PATH_SHOWN if report.by is None else (report.by, *_PATH_SHOWN), rows, right=("", *_PATH_SHOWN[2:]))
    explain_not_reached(rows)
    if any(report.astray):
        click.echo("not on the path: accounts that came there in another order, too late, or without adoption", err=True)
