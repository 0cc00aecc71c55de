"""What an expression is checked against, and what is told of it, with the words in which messages name its nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal as OneOf

from tandem.language.expression.cursor import short
from tandem.language.expression.nodes import About, Expression, FieldRef, Literal
from tandem.language.expression.show import show
from tandem.language.expression.tokens import is_simple
from tandem.language.expression.units import Names
from tandem.language.problem import Problem
from tandem.language.source import Span


@dataclass(frozen=True)
class Scope:
    """problems: all that was told so far."""

    names: Names
    about: About
    problems: list[Problem] = field(default_factory=list)

    def tell(self, code: str, message: str, span: Span, help: str | None = None, severity: OneOf["error", "warning"] = "error") -> None:
        self.problems.append(Problem(code, message, span, help, severity=severity))


def said(node: Expression) -> str:
    return word(node) if isinstance(node, Literal) and is_simple(word(node)) else short(show(node))


def word(node: Expression) -> str:
    """The one word that stands there; nothing of anything else."""
    if isinstance(node, FieldRef):
        return node.path[0]
    return node.value if isinstance(node, Literal) and isinstance(node.value, str) else ""
