"""Reading an expression: conditions, and the whole. Every mistake that can be told apart is told at once, each where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf

from tandem.language.expression.comparing import Tests
from tandem.language.expression.cursor import TooNested, short
from tandem.language.expression.nodes import (
    CONDITIONS,
    And,
    Broken,
    Comparison,
    Condition,
    Expression,
    FieldRef,
    Held,
    Literal,
    Not,
    Or,
    Selector,
    Sequence,
    SignalRef,
    Since,
    Until,
)
from tandem.language.problem import Problem, sort_problems
from tandem.language.source import Source
from tandem.language.tree import Scalar

Expects = OneOf["condition", "value", "selector"]


@dataclass(frozen=True)
class Parsed:
    """tree: what could be read; where something could not, it holds `Broken`. problems: in the order of the text."""

    tree: Expression
    problems: tuple[Problem, ...]

    @property
    def expression(self) -> Expression | None:
        """The expression, if there is no error in it."""
        return None if any(problem.severity == "error" for problem in self.problems) else self.tree


def parse(text: Scalar | Source, expects: Expects = "condition") -> Parsed:
    """The expression that a scalar of a playbook, or a plain text, holds, and all problems of its form. Never raises for the text.

    >>> parse(Source("rule", "count(any, 7) >= 2 and plan == free")).problems[1].help
    'did you mean `=`?'
    """
    reader = _Reader(text)
    try:
        tree = reader.whole(expects)
    except TooNested:
        tree = reader.broken(0)
    return Parsed(tree, sort_problems(reader.problems))


class _Reader(Tests):
    def whole(self, expects: Expects) -> Expression:
        if self.at_end():
            if not self.problems:
                example = {"condition": "people(any, 7d) >= 10", "value": "people(any, 7d)", "selector": '"Signed Up"'}[expects]
                self.problem(
                    "empty_value", f"the expression is empty; expected a {expects}", self.span(self.token), f"for instance `{example}`"
                )
            return self.broken(0)
        if expects == "selector":
            selector = self.selector()
            if not self.at_end():
                self.expected("the end")
            return selector
        while self.at_sign(")"):
            self._left_over()
        node = self.condition_until() if not self.at_end() else self.broken(0)
        return self.as_condition(node) if expects == "condition" else self.as_value(node)

    # From the loosest to the tightest.

    def condition_until(self, *signs: str) -> Expression:
        at = self.at
        parts = [self._or()]
        while not self.at_end() and not self.at_sign(*signs):
            if self.unclosed > 0 and signs and self.at_sign(","):
                break
            # What follows belongs to nothing; it is told once, and read for the mistakes in it.
            parts.append(self._left_over())
        return parts[0] if len(parts) == 1 else self.broken(at, *parts)

    def _left_over(self) -> Expression:
        token = self.token
        if self.at_sign(")"):
            self.problem(
                "missing_parenthesis", "nothing opens this `)`", self.span(self.take()), "remove it, or write `(` where it should begin"
            )
        elif self.at_sign(","):
            self.problem(
                "bad_expression",
                "a comma stands only between what is given to a function",
                self.span(self.take()),
                "conditions are combined by `and` and `or`",
            )
        elif self.at_foreign_test():
            return self.foreign_test(self.at, self.broken(self.at))
        elif self.starts_term():
            self.problem(
                "bad_expression", f"`and` or `or` is missing before `{short(token.text)}`", self.span(token), self._missing_help(token.text)
            )
        else:
            self.problem(
                "bad_expression", f"`{short(token.text)}` has no meaning here", self.span(self.take()), "expected `and`, `or` or the end"
            )
        if self.at_connective("and") or self.at_connective("or"):
            self.take_ours()
        elif self.at_comparison() or self.at_arithmetic("+", "-", "*", "/"):
            self.take()
        return self._or() if self.starts_term() else self.broken(self.at)

    def _missing_help(self, word: str) -> str | None:
        if word.casefold() in ("if", "when", "where", "then", "unless"):
            return f"a condition needs no `{word}`; a test on properties stands inside the parentheses of a measure"
        return None

    def _or(self) -> Expression:
        return self._joined("or")

    def _joined(self, word: OneOf["or", "and"]) -> Expression:
        at = self.at
        first = self._joined("and") if word == "or" else self._not()
        if not self.at_connective(word):
            return first
        parts = [self.as_condition(first)]
        while self.at_connective(word):
            self.take_ours()
            node = self._joined("and") if word == "or" else self._not()
            parts.append(self._as_part(node, parts[-1]) if word == "or" else self.as_condition(node))
        kind = Or if word == "or" else And
        flat = [part for each in parts for part in (each.parts if isinstance(each, kind) else (each,))]
        return kind(tuple(flat), self.span_from(at))

    def _as_part(self, node: Expression, before: Condition) -> Condition:
        """A part of an `or`; `plan = free or team` means a list."""
        last = before.parts[-1] if isinstance(before, And) else before
        if isinstance(last, Comparison) and last.sign == "=" and isinstance(node, FieldRef | Literal) and isinstance(last.right, Literal):
            words = f"{self.words(last.right)}, {self.words(node)}"
            help = f"did you mean `{self.words(last.left)} in ({short(words)})`?"
            self.problem("not_a_condition", f"`{self.words(node)}` is compared with nothing", node.span, help)
            return Broken(node.span)
        return self.as_condition(node)

    def as_condition(self, node: Expression) -> Condition:
        if isinstance(node, (*CONDITIONS, Broken)):
            return node
        said = self.words(node)
        match node:
            case Since() | Until():
                help = f"compare it, for instance `{said} <= 7d`"
            case FieldRef():
                help = f"compare it, for instance `{said} = free` or `{said} = true`"
            case Literal():
                help = "a condition asks something of a measure or a field, for instance `people(any, 7d) >= 10`"
            case _:
                help = f"compare it, for instance `{said} >= 1`"
        self.problem("not_a_condition", f"`{said}` is a value, and neither true nor false", node.span, help)
        return Broken(node.span, (node,))

    def _not(self) -> Expression:
        at, negated = self.at, False
        if not self.at_connective("not"):
            return self.test()
        while self.at_connective("not"):
            self.take_ours()
            negated = not negated
        inner = self.as_condition(self.test())
        if not negated or isinstance(inner, Broken):
            return inner
        return inner.part if isinstance(inner, Not) else Not(inner, self.span_from(at))

    # Functions that are conditions; their names are taken, and `(` stands here.

    def condition_function(self, name: str, at: int) -> Condition:
        if name == "signal":
            named = self.name_argument("signal")
            return self.broken(at) if named is None else SignalRef(named, self.span_from(at))
        return self._held(at) if name == "held" else self._sequence(at)

    def _held(self, at: int) -> Condition:
        opening = self.at
        self.take()
        if self.at_sign(")"):
            self.take()
            self.problem(
                "wrong_arguments", "`held()` does not say what", self.span_from(at), "for instance `held(people(any, 7d) >= 10, 3d)`"
            )
            return self.broken(at)
        condition = self.as_condition(self.condition_until(",", ")"))
        if self.at_sign(","):
            self.take()
        length = self.length("the length")
        self.close(opening, fits="in `held(...)`")
        return self.broken(at, condition) if length is None else Held(condition, length, self.span_from(at))

    def _sequence(self, at: int) -> Condition:
        opening = self.at
        self.take()
        selectors: list[Selector] = []
        length, example = None, 'for instance `sequence("First", "Second", within 7d)`'
        noted = len(self.problems)
        ended = False
        while not ended and not self.at_end() and not self.at_sign(")"):
            if self.at_word("within"):
                self.take_ours()
                length = self.length("the length")
                ended = True
            elif self.token.kind in ("quantity", "number"):
                self.problem("wrong_arguments", f"`within` is missing before `{short(self.token.text)}`", self.span(self.token), example)
                self.skip_to()
            else:
                selectors.append(self.selector("count"))
                if self.at_sign(","):
                    self.take()
                elif not self.at_sign(")"):
                    # `within` without its comma is clear enough to be told as such.
                    if self.at_word("within"):
                        self.problem("wrong_arguments", "a comma is missing before `within`", self.span(self.token), example)
                        continue
                    break
        self.close(opening, fits="in `sequence(...)`")
        if len(self.problems) == noted and (length is None or len(selectors) < 2):
            message = "`sequence` asks for two events at least" if len(selectors) < 2 else "`sequence` does not say within which time"
            self.problem("wrong_arguments", message, self.span_from(at), example)
        if length is None or len(self.problems) > noted:
            return self.broken(at, *selectors)
        return Sequence(tuple(selectors), length, self.span_from(at))
