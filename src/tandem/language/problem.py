"""A problem: what is wrong with a text, where, what was expected, and how to mend it. It is a value, never raised."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tandem.language.codes import PROBLEMS
from tandem.language.source import Span

Severity = Literal["error", "warning"]

_SHOWN_MAX = 160  # Characters of a source line that are shown; of a longer one, the part around the words.


@dataclass(frozen=True)
class Problem:
    """One mistake in one place.

    code: a key of `codes.PROBLEMS`. message: lower case, no final stop, the user's words in backticks. help: how to mend it.
    other: the second place, where two places disagree. lines: what is shown below the words, where a sentence is not enough.
    """

    code: str
    message: str
    span: Span
    help: str | None = None
    other: Span | None = None
    severity: Severity = "error"
    lines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert self.code in PROBLEMS, f"the code {self.code!r} is not in the table of problems"

    def told(self) -> str:
        """The problem as a person reads it: place, message and code, the words underlined, help. Several lines, no final break."""
        warning = "warning: " if self.severity == "warning" else ""
        lines = [f"{self.span}: {warning}{self.message} [{self.code}]", *_excerpt(self.span, "^")]
        if self.other is not None:
            lines += [f"the other place: {self.other}", *_excerpt(self.other, "-")]
        lines += [f"  {line}" for line in self.lines]
        if self.help is not None:
            lines.append(f"help: {self.help}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        """The problem as plain values; lines and columns are counted from 1, the end is out."""
        return {
            **_place(self.span),
            "code": self.code,
            "message": self.message,
            "help": self.help,
            "severity": self.severity,
            "other": None if self.other is None else _place(self.other),
            "lines": list(self.lines),
        }


def sort_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """By file, then by place; what stands at the same place keeps its order."""
    return tuple(sorted(problems, key=lambda problem: (problem.span.source.path, problem.span.start, problem.span.end)))


def _place(span: Span) -> dict[str, object]:
    return {
        "file": span.source.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _excerpt(span: Span, mark: str) -> list[str]:
    """The line with its words underlined; of a span over several lines, only the first; nothing of an empty file."""
    if not span.source.text:
        return []
    number, column = span.source.place(span.start)
    line = span.source.line(number)
    start = column - 1
    end = span.end_column - 1 if span.end_line == number else len(line.rstrip())
    shift = max(0, start - _SHOWN_MAX // 2) if len(line) > _SHOWN_MAX else 0
    shown = line[shift : shift + _SHOWN_MAX]
    start, end = start - shift, min(end - shift, len(shown))
    before, words = _printable(shown[:start]), _printable(shown[start:end])
    margin = f"  {number} | "
    return [
        f"{margin}{_printable(shown)}".rstrip(),
        " " * (len(margin) - 2) + "| " + _blank(before) + mark * max(1, _width(words)),
    ]


def _printable(text: str) -> str:
    # A control character in a file must not reach the terminal of the one who reads about it.
    return "".join("\ufffd" if unicodedata.category(letter) in ("Cc", "Cs", "Cf") and letter != "\t" else letter for letter in text)


def _blank(text: str) -> str:
    return "".join("\t" if letter == "\t" else " " * _width(letter) for letter in text)


def _width(text: str) -> int:
    """Columns on a terminal: wide letters take two, combining ones none."""
    return sum(0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
