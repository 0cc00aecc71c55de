"""The group of all commands, and the options and words that they share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from tandem import __version__

if TYPE_CHECKING:
    from tandem.app.charting import Picture
    from tandem.app.project import Project
    from tandem.charts.chart import Chart

F = TypeVar("F", bound=Callable[..., Any])

FOLDER = click.Path(path_type=Path, file_okay=False, readable=False)
SHOWN_ROWS = 50


def formatted(command: F) -> F:
    """The option `--format`."""
    kinds = click.Choice(["table", "json", "csv"])
    return click.option("--format", "format_", type=kinds, default="table", show_default=True, help="How the answer is printed.")(command)


def dated(command: F) -> F:
    """The option `--as-of`."""
    help_ = "What could be known at this instant; a bare date is midnight in the company's time zone."
    return click.option("--as-of", metavar="INSTANT", help=help_)(command)


def charted(command: F) -> F:
    """The option `--chart` and how it is drawn; the command is called with the `Picture`, or None, as `chart`."""

    @click.option(
        "--chart", "file", type=click.Path(path_type=Path), metavar="FILE", help="Draw it too, to FILE.svg, FILE.png or FILE.html."
    )
    @click.option("--dark", is_flag=True, help="The chart for a dark page; html has both.")
    @click.option(
        "--width",
        type=click.IntRange(480, 2400),
        default=960,
        show_default=True,
        help="How wide the chart is, in pixels; a png has two for each, html fits itself.",
    )
    @functools.wraps(command)
    def with_picture(*arguments: Any, file: Path | None, dark: bool, width: int, **how: Any) -> Any:
        if file is None:
            _refuse_what_draws_nothing(click.get_current_context())
            return command(*arguments, chart=None, **how)
        from tandem.app.charting import read_picture

        return command(*arguments, chart=read_picture(file, dark=dark, width=width), **how)

    return cast(F, with_picture)


def _refuse_what_draws_nothing(context: click.Context) -> None:
    from click.core import ParameterSource

    for name in ("dark", "width"):
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            from tandem.app.failures import WrongUsage

            raise WrongUsage(
                f"`--{name}` says how a chart is drawn, and there is none", "name its file too: --chart FILE.svg, .png or .html"
            )


def draw(chart: Chart, picture: Picture) -> None:
    """Write a chart to its file; what is amiss with it is said on stderr."""
    from tandem.app.charting import save_chart

    warning = save_chart(chart, picture)
    if warning:
        click.echo(f"warning: {warning}", err=True)


def drafted(command: F) -> F:
    """The option `--draft`."""
    help_ = "By the playbook in the folder, not by the one in force."
    return click.option("--draft", is_flag=True, help=help_)(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="tandem")
@click.option("-C", "folder", type=FOLDER, default=Path(), metavar="DIR", help="The project's folder; else the current one.")
@click.pass_context
def tandem(context: click.Context, folder: Path) -> None:
    """Product-led and sales-led growth as one system: one log of facts, one playbook.

    A project is a folder with `playbook/`, text files that you write, and `data/`, the log of facts.

    Exit codes: 0 fine, 1 problems in your files or data, 2 wrong usage, 3 a fault of Tandem.
    """
    context.obj = folder


def project_of(context: click.Context) -> Project:
    from tandem.app.project import Project
    from tandem.app.world import World

    return Project(context.find_root().obj, World(warn=_say))


def _say(text: str) -> None:
    click.echo(text, err=True)


def counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}" + ("" if n == 1 else "s")
