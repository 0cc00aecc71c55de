"""How a report is shown: one object, rows, or a page, each with the same things beside it."""

from __future__ import annotations

from typing import Any

import click
import pytest

from tandem.cli.render import Format, one_row, print_report


def shown(format_: Format, capsys: pytest.CaptureFixture[str], **how: Any) -> tuple[str, str]:
    print_report(
        format_,
        json=lambda: {"as_of": 0, "seats": 3},
        csv=lambda: one_row({"seats": 3}),
        page=lambda: click.echo("three seats"),
        **how,
    )
    told = capsys.readouterr()
    return told.out, told.err


def test_an_object_says_itself_as_of_when_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    told = shown("json", capsys, as_of=0, doubts=lambda: click.echo("a draft", err=True))
    assert told == ('{"as_of":"1970-01-01T00:00:00Z","seats":3}\n', "")


def test_beside_rows_and_pages_stands_what_to_doubt_and_last_as_of_when_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    beside = "a draft\nas of 1970-01-01T00:00:00Z\n"
    assert shown("csv", capsys, as_of=0, doubts=lambda: click.echo("a draft", err=True)) == ("seats\n3\n", beside)
    assert shown("table", capsys, as_of=0, doubts=lambda: click.echo("a draft", err=True)) == ("three seats\n", beside)


def test_what_holds_for_no_instant_names_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown("table", capsys) == ("three seats\n", "")
