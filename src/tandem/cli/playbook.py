"""The commands that bring a playbook into force, and say which one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tandem.cli.door import dated, formatted, project_of, tandem

if TYPE_CHECKING:
    from tandem.app.applying import Applied, PlaybooksListed
    from tandem.cli.render import Format

PLAYBOOK_COLUMNS = ("fingerprint", "state", "since", "until", "applied_at", "quiet")
BEGINNING = "the log's beginning"


@tandem.command()
@click.argument("version", required=False, metavar="[FINGERPRINT]")
@click.option("--from", "since", metavar="INSTANT", help="In force from then on; what was applied before holds until then.")
@click.option("--quiet", is_flag=True, help="Whom it turns on at once counts as seen, and fires for nobody.")
@formatted
@click.pass_context
def apply(context: click.Context, version: str | None, since: str | None, quiet: bool, format_: Format) -> None:
    """Put the folder's playbook in force; or, by the first digits of its FINGERPRINT, one that was applied before.

    In a project that was never served it holds from the log's beginning, in place of what was applied before; in one that is served,
    from now on. A playbook in which `check` finds an error or a test that fails is not applied.
    """
    from tandem.app.applying import ApplyRequest, apply_playbook
    from tandem.cli.render import one_row, print_report

    report = apply_playbook(project_of(context), ApplyRequest(version, since, quiet))
    told = report.as_json()
    print_report(
        format_,
        json=lambda: told,
        csv=lambda: one_row({name: value for name, value in told.items() if name not in ("dropped", "why")}),
        page=lambda: click.echo("\n".join(_applied(report, told))),
    )
    if not report.has_boundary:
        click.echo("it has no boundary.yaml: until there is one no signal permits a touch", err=True)


def _applied(report: Applied, told: dict[str, Any]) -> list[str]:
    name, since = told["fingerprint"][:12], told["since"] or BEGINNING
    match report.how:
        case "nothing":
            return [f"nothing changes: {name} is in force already, from {since}"]
        case "mended":
            return [f"no rule has changed: {name} is in force from {since}; its text in {told['text']} had been altered, and is put right"]
        case "text":
            return [f"no rule has changed: {name} stays in force, from {since}; its newest text is kept in {told['text']}"]
    lines = [f"{name} is in force from {since}"]
    if told["before"] is not None:
        until = "it is replaced from its beginning on" if report.is_over else f"it holds until {since}"
        lines.append(f"before it was {told['before'][:12]}: {until}; `tandem apply {told['before'][:12]}` brings it back")
    for one in told["dropped"]:
        lines.append(
            f"{one['fingerprint'][:12]}, from {one['since'] or BEGINNING}, is dropped: `tandem apply {one['fingerprint'][:12]}` brings it back"
        )
    lines.append(f"its text is kept in {told['text']}")
    return lines


@tandem.command()
@dated
@formatted
@click.pass_context
def playbooks(context: click.Context, as_of: str | None, format_: Format) -> None:
    """List the playbooks that were applied: since when each holds, and which is in force.

    A version that another replaced from its beginning on has decided nothing that still stands.
    """
    from tandem.app.applying import list_playbooks
    from tandem.cli.render import print_report, print_table
    from tandem.values.instants import show

    report = list_playbooks(project_of(context), as_of)
    rows = [
        {
            "fingerprint": each.apply.fingerprint,
            "state": each.state,
            "since": None if each.apply.since is None else show(each.apply.since),
            "until": None if each.until is None else show(each.until),
            "applied_at": show(each.apply.applied_at),
            "quiet": each.apply.quiet,
            "place": each.apply.place,
            "text": f"data/playbooks/{each.apply.text}",
        }
        for each in report.versions
    ]

    def page() -> None:
        shown = [
            row
            | {"fingerprint": str(row["fingerprint"])[:12], "since": row["since"] or BEGINNING, "quiet": "quiet" if row["quiet"] else ""}
            for row in rows
        ]
        print_table(PLAYBOOK_COLUMNS, shown)
        click.echo(_folder(report), err=True)

    print_report(
        format_,
        json=lambda: {"as_of": report.as_of, "in_force": report.in_force, "folder": report.folder, "playbooks": rows},
        csv=lambda: ((*PLAYBOOK_COLUMNS, "place", "text"), rows),
        page=page,
        as_of=report.as_of,
    )


def _folder(report: PlaybooksListed) -> str:
    if report.folder is None:
        return "the folder's playbook does not read: see tandem check"
    if report.in_force is None:
        return f"none was applied: the folder's, {report.folder[:12]}, is used as if always in force"
    if report.folder == report.in_force:
        return "the folder's playbook has the same rules"
    return f"the folder's playbook, {report.folder[:12]}, has other rules: see tandem plan"
