"""The command that asks how far people get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tandem.cli.door import charted, dated, draw, formatted, project_of, tandem
from tandem.cli.stages import COLUMNS, SHOWN, explain_not_reached, group_named, told_of

if TYPE_CHECKING:
    from tandem.app.charting import Picture
    from tandem.app.funnel import Funnelled
    from tandem.behavior.funnel.tally import Tally
    from tandem.cli.render import Format

CSV_COLUMNS = ("step", *COLUMNS, "p25_seconds", "p75_seconds", "mature")


@tandem.command()
@click.argument("stages", nargs=-1, metavar="SEL SEL...")
@click.option(
    "--motion",
    type=click.Choice(["self_serve", "sales_assist", "sales_led", "all"]),
    help="The funnel that product.yaml declares of this motion, or of each.",
)
@click.option("--within", metavar="LENGTH", help="How long an attempt may take: 14d, 12w, 48h. Both ends count.")
@click.option("--about", type=click.Choice(["person", "workspace", "account"]), default="person", show_default=True, help="Whose events.")
@click.option(
    "--order",
    type=click.Choice(["ordered", "strict", "any_order", "first_start_only"]),
    default="ordered",
    show_default=True,
    help="Others may stand between; none may; all in one window; a later start does not begin again.",
)
@click.option("--attempts", "every_attempt", is_flag=True, help="Count every attempt, and not only the best one of each.")
@click.option("--unless", multiple=True, metavar="SEL", help="Ends an attempt that is not complete.")
@click.option(
    "--unless-between", type=(int, int, str), multiple=True, metavar="K L SEL", help="Ends one that has reached stage K and not yet L."
)
@click.option("--constant", metavar="PROPERTY", help="The same in all events of an attempt, for instance a project's id.")
@click.option("--by", metavar="FIELD", help="Apart by a field as of the start, by start.PROPERTY, or by day, week or month.")
@click.option("--since", metavar="INSTANT", help="Only attempts that begin at or after.")
@click.option("--until", metavar="INSTANT", help="Only attempts that begin before.")
@click.option("--apart", is_flag=True, help="Stages at one instant do not follow one another.")
@click.option("--no-repeats", is_flag=True, help="A stage after the first that comes again ends an attempt.")
@click.option("--reentry", is_flag=True, help="With strict: the first stage may come again.")
@charted
@dated
@formatted
@click.pass_context
def funnel(
    context: click.Context, /, stages: tuple[str, ...], motion: str | None, within: str | None, unless: tuple[str, ...], unless_between: tuple[tuple[int, int, str], ...],
    since: str | None, until: str | None, format_: Format, chart: Picture | None, **how: Any,
) -> None:  # fmt: skip
    """Show how far persons, workspaces or accounts get from one SEL to the next: who went on, who dropped, who may still go on.

    SEL is an event such as 'Signed Up', a named set, any, or one of these with a test: 'any where plan = free'. A rate is of those whose
    window is over. Times count those in that have not gone on: where fewer than half went on there is no median.

    With --motion there is no SEL: product.yaml says which stages, and who counts are accounts, each in the motion that it was in at its first
    stage. All motions stand side by side, and in no number together.
    """
    from tandem.app.charting import chart_of_funnel
    from tandem.app.failures import WrongUsage
    from tandem.app.funnel import FunnelRequest, find_funnel
    from tandem.app.project import read_length, read_range
    from tandem.cli.render import print_report
    from tandem.cli.ways import show_motions

    project = project_of(context)
    first, last = read_range(since, until, project.zone)
    if motion is not None:
        _refuse_what_is_declared(context)
        show_motions(project, motion, first, last, how["by"], how["as_of"], format_, chart)
        return
    if within is None:
        raise WrongUsage(
            "`--within` is missing: how long may an attempt take?", "write 14d, 12w or 48h; or ask for a declared funnel with --motion"
        )
    length = read_length(within)
    ends = (*((each, None) for each in unless), *((each, (after, before)) for after, before, each in unless_between))
    report = find_funnel(project, FunnelRequest(stages, length, unless=ends, since=first, until=last, **how))
    if chart is not None:
        draw(chart_of_funnel(report), chart)
    print_report(
        format_,
        json=report.as_json,
        csv=lambda: (CSV_COLUMNS if report.by is None else ("group", *CSV_COLUMNS), report.as_rows()),
        page=lambda: _print(report),
        as_of=report.as_of,
    )


# What product.yaml says of a declared funnel, or what means nothing about one.
_DECLARED = (
    "stages",
    "within",
    "about",
    "order",
    "every_attempt",
    "unless",
    "unless_between",
    "constant",
    "apart",
    "no_repeats",
    "reentry",
)


def _refuse_what_is_declared(context: click.Context) -> None:
    from tandem.app.failures import WrongUsage

    given = [
        name for name in _DECLARED if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE and context.params[name]
    ]
    if given:
        said = "SEL" if given[0] == "stages" else f"--{'attempts' if given[0] == 'every_attempt' else given[0].replace('_', '-')}"
        raise WrongUsage(
            f"`--motion` and `{said}` do not go together", "product.yaml says which stages a motion's funnel has, and within what time"
        )


def _print(report: Funnelled) -> None:
    from tandem.app.funnel import tell_overall
    from tandem.cli.render import print_table

    noun = "attempt" if report.funnel.every_attempt else report.funnel.about
    click.echo(_question(report))
    click.echo()
    groups: list[tuple[str | None, Tally]] = [(group_named(answer), each) for answer, each in report.groups] or [(None, report.tally)]
    rows = [row for name, each in groups for row in _rows(report, name, each)]
    print_table(SHOWN if report.by is None else (report.by, *SHOWN), rows, right=("", *SHOWN[2:]))
    click.echo()
    for name, each in groups:
        click.echo(f"{'' if name is None else f'{name}: '}{tell_overall(each, noun)}")
    explain_not_reached(rows)


def _question(report: Funnelled) -> str:
    from tandem.values.durations import show_duration

    asked = report.funnel
    whose = "every attempt" if asked.every_attempt else f"each {asked.about} once, by the best attempt"
    extra = [each for each in asked.convention.split(", ")[1:] if each != "every attempt"]
    return ", ".join([f"{asked.order}: {whose}", *extra, f"within {show_duration(asked.within)} of the start, both ends in"])


def _rows(report: Funnelled, group: str | None, tally: Tally) -> list[dict[str, Any]]:
    rows = []
    for number, (name, stage) in enumerate(zip(report.names, tally.stages, strict=True), 1):
        is_last = stage.rate is None
        row = {"": number, "stage": name, "entered": stage.entered} | {
            each: "" if is_last else getattr(stage, each) for each in ("converted", "dropped", "open")
        }
        row |= dict.fromkeys(SHOWN[6:], "") if is_last else told_of(stage)
        rows.append(row if report.by is None else {report.by: group if number == 1 else ""} | row)
    return rows
