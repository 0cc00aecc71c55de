"""The facts of a test, in the notation, with the places of mistakes in the playbook's file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, tzinfo

from tandem.facts.fact import Fact
from tandem.facts.text import NotReadable, Reader
from tandem.language.problem import Problem
from tandem.language.tree import Scalar

_SAID = re.compile(r"`([^`]+)`")


def read_given(text: Scalar, zone: tzinfo) -> tuple[list[Fact], tuple[Problem, ...]]:
    """The facts that a text tells, and every line that tells none."""
    reader, facts, problems = Reader(zone), list[Fact](), list[Problem]()
    for start, line in _lines(text.text):
        try:
            facts += reader.read(line)
        except NotReadable as wrong:
            problems.append(_problem(text, start, line, str(wrong)))
    return facts, tuple(problems)


def check_given(text: Scalar) -> Iterator[Problem]:
    """What is wrong with it in any time zone."""
    yield from read_given(text, UTC)[1]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Every line that says something, with where it begins."""
    at = 0
    for line in text.split("\n"):
        said = line.strip()
        if said and not said.startswith("--"):
            yield at + line.index(said), said
        at += len(line) + 1


def _problem(text: Scalar, start: int, line: str, message: str) -> Problem:
    # The words that the message names are underlined, if it names any that stand in the line.
    said = next((found[1] for found in _SAID.finditer(message) if found[1] in line), line)
    at = start + line.index(said)
    help = "a text of several lines begins with `given: |`" if text.style != "literal" and len(line) > 80 else None
    return Problem("bad_fact", message, text.span_of(at, at + len(said)), help)
