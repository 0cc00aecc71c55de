"""A place among the tokens of an expression: looking ahead, taking, noting problems, and finding the way after one."""

from __future__ import annotations

from tandem.language.expression.literals import Fault
from tandem.language.expression.nodes import Broken, Expression
from tandem.language.expression.tokens import COMPARISONS, FOREIGN_SIGNS, Token, tokenize
from tandem.language.problem import Problem
from tandem.language.source import Source, Span
from tandem.language.tree import Scalar

NESTING_MAX = 40
ARITHMETIC_MAX = 100

_CONNECTIVES = {"and": ("&&", "&"), "or": ("||", "|"), "not": ("!",)}
_SHOWN = 60


class TooNested(Exception):
    """The rest of the expression is not read; its problem is noted."""


class Cursor:
    """Reads one expression from left to right, once."""

    def __init__(self, text: Scalar | Source) -> None:
        self.text = text.text
        self._span_of = text.span_of if isinstance(text, Scalar) else text.span
        self._words: dict[tuple[int, int], tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self.tokens: list[Token] = []
        for token in tokenize(self.text):
            if token.kind == "comment":
                self.problem(
                    "bad_expression",
                    "a comment has no place inside an expression",
                    self.span(token),
                    "write it above the key, or remove it",
                )
            else:
                self.tokens.append(token)
        self.at = 0
        self.swallowed = False  # A text without its closing quote took the rest of a line with it.
        signs = [token.text for token in self.tokens if token.kind == "sign"]
        self.unclosed = signs.count("(") - signs.count(")")
        self.inside_where = False
        self.in_list = False
        self._depth = 0
        self._arithmetic = 0

    # Looking and taking.

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def ahead(self, count: int = 1) -> Token:
        return self.tokens[min(self.at + count, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.at += 1
        return token

    def at_sign(self, *signs: str) -> bool:
        return self.token.kind == "sign" and self.token.text in signs

    def at_end(self) -> bool:
        return self.token.kind == "end"

    def at_word(self, *words: str) -> bool:
        """Whether one of the grammar's words stands here, in whatever case."""
        return self.token.kind == "word" and self.token.text.casefold() in words

    def at_connective(self, word: str) -> bool:
        return self.at_word(word) or self.at_sign(*_CONNECTIVES[word])

    def at_comparison(self) -> bool:
        return self.token.kind == "sign" and (self.token.text in COMPARISONS or FOREIGN_SIGNS.get(self.token.text) in COMPARISONS)

    def at_arithmetic(self, *signs: str) -> bool:
        return self.token.kind == "sign" and FOREIGN_SIGNS.get(self.token.text, self.token.text) in signs

    def take_ours(self) -> str:
        """Takes a word or sign of the grammar; another language's is told, and taken as ours."""
        token = self.take()
        ours = FOREIGN_SIGNS.get(token.text, token.text.casefold())
        if ours != token.text:
            self.problem("other_language", f"`{token.text}` is not written like that here", self.span(token), f"did you mean `{ours}`?")
        return ours

    def starts_term(self) -> bool:
        """Whether a value or condition can begin here."""
        if self.token.kind in ("text", "number", "percent", "quantity", "date"):
            return True
        return self.at_sign("(", "!") or (self.token.kind == "word" and not self.at_word("and", "or", "in", "is", "where", "within"))

    # Places and problems.

    def span(self, first: Token, last: Token | None = None) -> Span:
        return self._place(first.start, (last or first).end)

    def _place(self, start: int, end: int) -> Span:
        span = self._span_of(start, end)
        self._words[span.start, span.end] = (start, end)
        return span

    def span_from(self, at: int) -> Span:
        """From the token of that number to the last one taken."""
        return self._place(self.tokens[at].start, max(self.tokens[at].start, self.tokens[self.at - 1].end if self.at else 0))

    def said(self, first: int, stop: int) -> str:
        """The words from one token until another, as they stand."""
        return " ".join(self.text[self.tokens[first].start : self.tokens[stop - 1].end].split())

    def words(self, node: Expression) -> str:
        """The words of a node that was read here, without what a scalar of a playbook adds to them: escapes, breaks, indentation."""
        start, end = self._words[node.span.start, node.span.end]
        return short(self.text[start:end])

    def problem(self, code: str, message: str, span: Span, help: str | None = None) -> None:
        # What was told of a word is told once: a second complaint about it would only repeat the first.
        if all(noted.span.start != span.start for noted in self.problems[-3:]):
            self.problems.append(Problem(code, message, span, help))

    def fault(self, fault: Fault, span: Span) -> None:
        self.problem(fault.code, fault.message, span, fault.help)

    def expected(self, what: str, help: str | None = None) -> None:
        """The problem of something missing here: after the last word where the text ends, else at the word that stands here instead."""
        if not self.at_end():
            word = short(self.token.text)
            self.problem("bad_expression", f"expected {what}, found `{word}`", self.span(self.token), help)
        elif not self.swallowed:
            last = self.tokens[self.at - 1] if self.at else self.token
            self.problem("bad_expression", f"expected {what} after `{short(last.text)}`", self.span(last), help)

    # The way after a problem.

    def skip_to(self, *signs: str) -> None:
        """Past everything until one of the signs outside further parentheses, or the parenthesis that ends this place."""
        depth = 0
        while not self.at_end():
            if depth == 0 and (self.at_sign(*signs) or self.at_sign(")")):
                return
            depth += self.at_sign("(") - self.at_sign(")")
            self.take()

    def skip_term(self) -> None:
        """Past a term that means nothing, until where the next may stand."""
        while not (
            self.at_end() or self.at_sign(",", ")") or self.at_connective("and") or self.at_connective("or") or self.at_comparison()
        ):
            if self.at_sign("("):
                self.take()
                self.skip_to()
            self.take()

    def broken(self, at: int, *parts: Expression) -> Broken:
        return Broken(self.span_from(at), parts)

    def close(self, opening: int, *, fits: str = "") -> None:
        """Takes the closing parenthesis of the one that was opened at that token, or tells what is wrong with it.

        fits: what the parenthesis holds, where something stands in it that does not belong there.
        """
        if self.at_sign(")"):
            self.take()
            return
        if self.at_end() or self.unclosed > 0:
            self.unclosed -= 1
            if self.swallowed:
                return
            name = self.tokens[opening - 1] if opening and self.tokens[opening - 1].kind == "word" else None
            first = self.tokens[opening] if name is None or name.end != self.tokens[opening].start else name
            what = self.text[first.start : self.tokens[opening].end]
            help = f"write `)` after `{short(self.tokens[self.at - 1].text)}`"
            self.problem("missing_parenthesis", f"`{what}` is never closed", self.span(first, self.tokens[opening]), help)
            return
        at = self.at
        self.skip_to()
        span, said = self.span_from(at), self.said(at, self.at)
        help = "a test on a property stands behind `where`; the measure is compared after its parenthesis"
        self.problem("wrong_arguments", f"`{short(said)}` has no place {fits or 'here'}", span, help if fits else None)
        if self.at_sign(")"):
            self.take()

    # Limits, so that no text exhausts the reader.

    def go_deeper(self) -> None:
        self._depth += 1
        if self._depth > NESTING_MAX:
            message = f"more than {NESTING_MAX} levels stand inside each other"
            self.problem("too_nested", message, self.span(self.token), "name a part of it as a signal of its own, and ask `signal(name)`")
            raise TooNested

    def come_back(self) -> None:
        self._depth -= 1

    def count_arithmetic(self) -> None:
        self._arithmetic += 1
        if self._arithmetic > ARITHMETIC_MAX:
            message = f"more than {ARITHMETIC_MAX} sums and products stand in one expression"
            self.problem("too_nested", message, self.span(self.token), "declare a score, and ask `score(name)`")
            raise TooNested


def short(text: str) -> str:
    """Words for a message, on one line."""
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
