"""The commands of facts and who is who: options and arguments in, a call of `app`, a report out.

Imports stand inside, so that `--help` is quick.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tandem.cli.door import FOLDER, SHOWN_ROWS, counted, dated, formatted, project_of, tandem

if TYPE_CHECKING:
    from tandem.app.check import CheckReport
    from tandem.app.failed import FailedRows
    from tandem.app.identity import Subject
    from tandem.cli.render import Format

FILES = click.Path(path_type=Path, readable=False)


@tandem.command()
@click.argument("folder", type=FOLDER, metavar="DIR")
@click.option("--pattern", default="assist", show_default=True, help="assist, adoption, freemium or sales-led.")
@click.pass_context
def init(context: click.Context, folder: Path, pattern: str) -> None:
    """Begin a project in DIR, with a playbook to grow from."""
    from tandem.app.init import InitRequest
    from tandem.app.init import init as begin

    report = begin(InitRequest(folder, pattern))
    for problem in report.problems:
        click.echo(problem.told(), err=True)
    for path in report.files:
        click.echo(folder / path)
    if report.problems:
        context.exit(1)
    click.echo(f"next: tandem -C {folder} check", err=True)


@tandem.command()
@formatted
@click.pass_context
def check(context: click.Context, format_: Format) -> None:
    """Read the playbook and tell every problem, all at once."""
    from tandem.app.check import check_project
    from tandem.cli.render import print_report

    report = check_project(project_of(context))
    columns = ("file", "line", "column", "severity", "code", "message", "help")
    print_report(
        format_,
        json=report.as_json,
        csv=lambda: (columns, [each.as_json() for each in report.problems]),
        page=lambda: _print_checked(report),
    )
    context.exit(1 if report.errors else 0)


def _print_checked(report: CheckReport) -> None:
    for problem in report.problems:
        click.echo(problem.told() + "\n")
    summary = f"{counted(report.errors, 'error')}, {counted(report.warnings, 'warning')}"
    click.echo(
        f"{summary}; {counted(len(report.sources), 'source')}, {counted(len(report.signals), 'signal')}, {counted(report.tests, 'test')} run; fingerprint {report.fingerprint[:12]}"
    )
    if report.errors and not report.tests and report.signals:
        click.echo("tests of signals run once these problems are mended", err=True)


@tandem.command()
@click.option("--out", type=FOLDER, help="Where to write; else the playbook's own folder `.schema`.")
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table", help="json prints them all as one object.")
@click.pass_context
def schema(context: click.Context, out: Path | None, format_: Format) -> None:
    """Write a JSON Schema of each file of the playbook, for editors."""
    from tandem.app.schema import SCHEMA_FOLDER, playbook_schemas, write_schemas
    from tandem.cli.render import print_json

    if format_ == "json":
        print_json(playbook_schemas())
        return
    for path in write_schemas(out if out is not None else project_of(context).folder / "playbook" / SCHEMA_FOLDER):
        click.echo(path)


@tandem.command(name="import")
@click.argument("source", metavar="NAME")
@click.argument("files", type=FILES, nargs=-1, required=True, metavar="FILE...")
@click.option("--exported-at", metavar="INSTANT", help="When a snapshot was taken, instead of what its mapping says.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@formatted
@click.pass_context
def import_(context: click.Context, source: str, files: tuple[Path, ...], exported_at: str | None, quiet: bool, format_: Format) -> None:
    """Store what is new in FILEs of source NAME.

    NAME is `segment` for calls of the Segment spec, `notation` for facts as text, else a mapping in playbook/sources/NAME.yaml. Files
    may be compressed. Every row ends as stored, duplicate, suppressed or failed; failed rows are kept: see `tandem failed`.
    """
    from tandem.app.importing import Import, import_files
    from tandem.app.project import read_typed
    from tandem.cli.progress import shown_progress
    from tandem.cli.render import print_report, print_table

    project = project_of(context)
    exported = read_typed(exported_at, project.zone) if exported_at is not None else None
    with shown_progress(quiet=quiet) as progress:
        report = import_files(project, Import(source, files, exported), progress)
    counts = {name: getattr(report.counts, name) for name in ("received", "stored", "duplicate", "suppressed", "failed")}
    by_file = [
        {"file": name} | {end: getattr(each, end) for end in counts} | {"reasons": _reasons(each.reasons)}
        for name, each in report.by_file.items()
    ]
    columns = ("file", *counts, "reasons")
    extra = {
        "assumed": report.assumed,
        "repeated_keys": report.repeated_keys,
        "guessed": report.guessed,
        "source": source,
        "as_of": report.as_of,
    }

    def page() -> None:
        total = {"file": "all files"} | counts | {"reasons": _reasons(report.counts.reasons)}
        print_table(columns, [*by_file, total] if len(by_file) > 1 else by_file)
        click.echo(f"{counts['received']:,} = " + " + ".join(f"{counts[end]:,} {end}" for end in list(counts)[1:]))
        if report.counts.failed:
            where = "" if project.folder == Path() else f" -C {project.folder}"
            click.echo(f"see them: tandem{where} failed --source {source}", err=True)
        for name, encoding in report.guessed.items():
            click.echo(f"{name} is read as {encoding}; if that is wrong, name the `encoding` in the mapping", err=True)
        for name, each in report.by_file.items():
            if not each.received:
                click.echo(f"{name} has no rows", err=True)

    print_report(
        format_,
        json=lambda: counts | {"reasons": report.counts.reasons} | extra,
        csv=lambda: (columns, by_file),
        page=page,
        as_of=report.as_of,
    )
    context.exit(1 if report.counts.failed else 0)


@tandem.command()
@click.option("--kind", help="event, account, opportunity, ...; without it, all on one time axis.")
@click.option("--person", help="Only what this person did, or is; an e-mail address will do.")
@click.option("--workspace", help="Only what happened in this workspace, or is said of it.")
@click.option("--account", help="Only what belongs to this account; its domain will do.")
@click.option("--event", help="Only events of this name.")
@click.option("--source", help="Only what this source told.")
@click.option("--since", metavar="INSTANT", help="Only what occurred at or after.")
@click.option("--until", metavar="INSTANT", help="Only what occurred before.")
@click.option("--limit", type=click.IntRange(min=0), help=f"At most so many, the latest; 0 is all. Tables show {SHOWN_ROWS} otherwise.")
@dated
@formatted
@click.pass_context
def facts(
    context: click.Context,
    kind: str | None,
    person: str | None,
    workspace: str | None,
    account: str | None,
    event: str | None,
    source: str | None,
    since: str | None,
    until: str | None,
    limit: int | None,
    as_of: str | None,
    format_: Format,
) -> None:
    """Show facts as lines of text; as csv and json, each event with its person, workspace and account."""
    from tandem.app.facts import Facts, list_facts
    from tandem.app.failures import WrongUsage
    from tandem.app.project import read_range
    from tandem.cli.render import print_report

    project = project_of(context)
    first, last = read_range(since, until, project.zone)
    if event is not None and kind not in (None, "event"):
        raise WrongUsage(f"`--event` names events, and `--kind` asks for `{kind}`", "leave out one of the two")
    most = SHOWN_ROWS if limit is None and format_ == "table" else limit or None
    report = list_facts(project, Facts(kind, person, workspace, account, event, source, first, last, most, as_of))

    def page() -> None:
        for line in report.lines:
            click.echo(line)
        if report.total > SHOWN_ROWS == most:
            click.echo(f"the latest {SHOWN_ROWS:,} of {report.total:,}; --limit 0 shows all", err=True)

    print_report(
        format_,
        json=lambda: {"as_of": report.as_of, "kind": report.kind, "total": report.total, "facts": report.rows},
        csv=lambda: (report.columns, report.rows),
        page=page,
        as_of=report.as_of,
    )


@tandem.command()
@click.option("--source", help="Only rows of this source.")
@click.option("--reason", help="Only rows with this reason.")
@click.option("--limit", type=click.IntRange(min=0), help="At most so many rows, the latest; 0 is all.")
@click.option("--replay", is_flag=True, help="Try them again, with the playbook as it is now.")
@click.option("--forget", is_flag=True, help="End them without storing them.")
@formatted
@click.pass_context
def failed(
    context: click.Context, source: str | None, reason: str | None, limit: int | None, replay: bool, forget: bool, format_: Format
) -> None:
    """List rows that were not stored, whole, with the reason; replay them after a fix."""
    from tandem.app import failed as failures
    from tandem.app.failures import WrongUsage
    from tandem.cli.render import one_row, print_report, print_table

    project = project_of(context)
    if replay and forget:
        raise WrongUsage("`--replay` and `--forget` exclude each other", "choose one")
    if (replay or forget) and limit is not None:
        raise WrongUsage("`--limit` is for lists", "choose rows by `--source` and `--reason`")
    if replay or forget:
        tried = (failures.replay if replay else failures.forget)(project, failures.Failed(source, reason))
        ends = {name: getattr(tried.counts, name) for name in ("received", "stored", "duplicate", "suppressed", "failed")}
        said = ends | {"reasons": tried.counts.reasons} if replay else {"forgotten": tried.counts.suppressed}
        shown = one_row(said | {"reasons": _reasons(tried.counts.reasons)} if replay else said)
        print_report(
            format_, json=lambda: said | {"as_of": tried.as_of}, csv=lambda: shown, page=lambda: print_table(*shown), as_of=tried.as_of
        )
        context.exit(1 if replay and tried.counts.failed else 0)
    most = SHOWN_ROWS if limit is None and format_ == "table" else limit or None
    report = failures.list_failed(project, failures.Failed(source, reason, most))
    columns = ("source", "file", "line", "column", "reason", "detail", "mend", "raw")
    rows = [{name: getattr(row, name) for name in columns} for row in report.rows]
    by_reason = [{"source": of, "reason": code, "rows": n} for (of, code), n in report.by_reason.items()]
    print_report(
        format_,
        json=lambda: {"as_of": report.as_of, "total": report.total, "by_reason": by_reason, "failed": rows},
        csv=lambda: (columns, rows),
        page=lambda: _print_failed(report),
        as_of=report.as_of,
    )


def _print_failed(report: FailedRows) -> None:
    from tandem.facts.reasons import REASONS

    for row in report.rows:
        place = f"{row.file}:{row.line}" + (f" column `{row.column}`" if row.column else "")
        click.echo(f"{place}: {row.detail} [{row.reason}]\n    {_excerpt(row.raw)}")
    for (of, code), n in report.by_reason.items():
        click.echo(f"{n:,} of {of}: {code}; {REASONS[code].mend}")
    if not report.total:
        click.echo("no failed rows")
    elif len(report.rows) < report.total:
        click.echo(f"the latest {len(report.rows):,} of {report.total:,}; --limit 0 shows all", err=True)


class _Subjects(click.Group):
    """A group whose unknown commands are subjects: `identity ann` shows ann."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        named = args and args[0] in self.commands
        return super().resolve_command(ctx, args if named else ["show", *args])


@tandem.group(cls=_Subjects, options_metavar="", subcommand_metavar="SUBJECT | conflicts | undo LINK")
def identity() -> None:
    """Show who a SUBJECT is, by which links and why; list conflicts; take a link back.

    A subject is a person, `?` and an anonymous id, a workspace, an account, a domain or an e-mail address.
    """


@identity.command(name="show", hidden=True)
@click.argument("subject")
@dated
@formatted
@click.pass_context
def identity_show(context: click.Context, subject: str, as_of: str | None, format_: Format) -> None:
    """Show who a subject is, by which links and why."""
    from tandem.app.identity import describe
    from tandem.cli.render import print_report

    report = describe(project_of(context), subject, as_of)
    columns = ("link", "rule", "subject", "target", "occurred_at", "known_at", "source", "in_force", "why")
    links = [
        {
            "link": each.link.id,
            "rule": each.link.rule,
            "subject": each.link.subject,
            "target": each.link.target,
            "occurred_at": each.link.occurred_at,
            "known_at": each.link.known_at,
            "source": each.link.source,
            "in_force": each.in_force,
            "why": each.why,
        }
        for each in report.links
    ]
    family = None if report.family is None else {"root": report.family.root, "members": list(report.family.members)}
    conflicts = [_conflict(each) for each in report.conflicts]
    about = {"subject": report.subject, "person": report.person, "account": report.account, "family": family}
    print_report(
        format_,
        json=lambda: {"as_of": report.as_of, **about, "links": links, "conflicts": conflicts},
        csv=lambda: (columns, links),
        page=lambda: _print_identity(report),
        as_of=report.as_of,
    )


def _print_identity(report: Subject) -> None:
    from tandem.values.instants import show as show_instant

    names = (("person", report.person), ("account", report.account))
    click.echo(f"{report.subject}: " + ", ".join(f"{noun} {name or 'none'}" for noun, name in names))
    if report.family is not None and len(report.family.members) > 1:
        click.echo(f"family of {report.family.root}: {', '.join(report.family.members)}")
    # A later snapshot that says the same again decides from then on, and tells a reader nothing new.
    again = [each for each in report.links if each.why.startswith("said again by")]
    for each in report.links:
        if each in again:
            continue
        link = each.link
        mark = " " if each.in_force else "✗"
        click.echo(
            f"{mark} {show_instant(link.occurred_at)}  {link.rule:9}  {link.subject} -> {link.target or 'nothing'}  [{link.id}] {link.source}"
        )
        click.echo(f"      {each.why}")
    if again:
        click.echo(f"{counted(len(again), 'link')} that a later one says again: --format json has all")
    for conflict in report.conflicts:
        click.echo(f"conflict: {conflict.what}\n      {conflict.mend}")


@identity.command()
@dated
@formatted
@click.pass_context
def conflicts(context: click.Context, as_of: str | None, format_: Format) -> None:
    """List where facts contradict each other, and what was made of it."""
    from tandem.app.identity import list_conflicts
    from tandem.cli.render import print_report

    report = list_conflicts(project_of(context), as_of)
    rows = [_conflict(each) for each in report.conflicts]

    def page() -> None:
        for each in report.conflicts:
            click.echo(f"{each.subject}: {each.what} [{each.kind}]\n    help: {each.mend}\n    links: {', '.join(each.because)}")
        if not rows:
            click.echo("no conflicts")

    print_report(
        format_,
        json=lambda: {"as_of": report.as_of, "conflicts": rows},
        csv=lambda: (("kind", "subject", "what", "mend", "because"), rows),
        page=page,
        as_of=report.as_of,
    )


@identity.command()
@click.argument("link")
@click.option("--restore", is_flag=True, help="Take back the taking back.")
@formatted
@click.pass_context
def undo(context: click.Context, link: str, restore: bool, format_: Format) -> None:
    """Take one LINK back from now on; its id stands in `tandem identity SUBJECT`. Earlier answers stay."""
    from tandem.app.identity import undo as take_back
    from tandem.cli.render import one_row, print_report

    report = take_back(project_of(context), link, restore=restore)
    row = {"link": report.link, "correction": report.correction, "restored": report.restored}
    print_report(
        format_,
        json=lambda: row | {"as_of": report.as_of},
        csv=lambda: one_row(row),
        page=lambda: click.echo(f"{report.link} {'holds again' if report.restored else 'is taken back'}"),
        as_of=report.as_of,
    )


@tandem.command()
@dated
@formatted
@click.pass_context
def doctor(context: click.Context, as_of: str | None, format_: Format) -> None:
    """Say what is doubtful in the data: assumed times, conflicts, values that did not cast, stale sources."""
    from tandem.app.doctor import examine
    from tandem.cli.doctor import print_doctor

    print_doctor(examine(project_of(context), as_of), format_)


@tandem.command()
@click.argument("folder", type=FOLDER, metavar="DIR")
@click.option("--accounts", type=click.IntRange(min=1), default=200, show_default=True, help="How many companies.")
@click.option("--months", type=click.IntRange(min=1), default=18, show_default=True, help="How much history.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same company.")
def demo(folder: Path, accounts: int, months: int, seed: int) -> None:
    """Make a simulated company in DIR, apply its playbook, and show what a working day asks: motions, signals, leads, the boundary."""
    from tandem.cli.demo import run_demo

    run_demo(folder, accounts=accounts, months=months, seed=seed)


def _reasons(reasons: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {code}" for code, n in reasons.items())


def _conflict(conflict: Any) -> dict[str, Any]:
    return {name: getattr(conflict, name) for name in ("kind", "subject", "what", "mend")} | {"because": list(conflict.because)}


def _excerpt(raw: bytes, most: int = 160) -> str:
    text = raw.decode("utf-8", "backslashreplace").rstrip("\r\n")
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters)"
