"""Reading one test: a value compared, looked up in a list, or asked whether it is known."""

from __future__ import annotations

from abc import ABC
from typing import cast

from tandem.language.expression.cursor import short
from tandem.language.expression.nodes import (
    Broken,
    Comparison,
    ComparisonSign,
    Condition,
    Expression,
    IsUnknown,
    Literal,
    Measure,
    Membership,
    Value,
)
from tandem.language.expression.tokens import FLAGS, KEYWORDS, NOTHING, RECORDS, quoted
from tandem.language.expression.values import Values

_OPERATOR_WORDS = {
    "between": "write two comparisons: `x >= 1 and x <= 3`",
    **dict.fromkeys(("contains", "like", "ilike", "matches", "startswith", "starts_with", "endswith", "ends_with", "includes", "has"),
                    'texts are compared as a whole: `plan = free`, `plan in (free, team)`'),
    **dict.fromkeys(("equals", "equal", "eq", "being"), "did you mean `=`?"),
    **dict.fromkeys(("above", "exceeds", "greater", "more", "gt", "after"), "did you mean `>`?"),
    **dict.fromkeys(("below", "less", "fewer", "under", "lt", "before"), "did you mean `<`?"),
    **dict.fromkeys(("gte", "ge"), "did you mean `>=`?"),
    **dict.fromkeys(("lte", "le"), "did you mean `<=`?"),
}  # fmt: skip
_WINDOW_WORDS = ("in", "within", "over", "last", "during", "per", "past")


class Tests(Values, ABC):
    """The part of the reader between values and the words that join conditions."""

    def test(self) -> Expression:
        at = self.at
        left = self.sum()
        self._pass_window(left)
        if self.at_comparison():
            return self._comparison(at, self.as_value(left))
        if self.at_word("in") or (self.at_word("not") and self.ahead().text.casefold() == "in"):
            return self._membership(at, self.as_value(left))
        if self.at_word("is"):
            return self._is(at, self.as_value(left))
        if self.at_foreign_test():
            return self.foreign_test(at, left)
        if self.token.kind == "odd":
            odd = self.take()
            self.problem(
                "bad_expression",
                f"`{short(odd.text)}` is no comparison",
                self.span(odd),
                "comparisons are `=`, `!=`, `<`, `<=`, `>` and `>=`",
            )
            self.skip_term()
            return self.broken(at, left)
        return left

    def _pass_window(self, measured: Expression, behind: str = "") -> None:
        """Tells of a window that stands behind the measure instead of inside it, and passes it over."""
        if not (self.at_word(*_WINDOW_WORDS, "for") and self._length_follows()):
            return
        at = self.at
        word = self.token.text.casefold()
        while self.ahead(0).kind != "quantity":
            self.take()
        length = self.take().text
        if word == "for":
            help = f"a condition that holds on is `held(condition, {length})`"
        elif isinstance(measured, Measure) and measured.window is None:
            help = f"did you mean `{self.words(measured).removesuffix(')')}, {length}){behind}`?"
        else:
            help = f"write it inside the measure: `people(any, {length})`"
        self.problem("misplaced_window", f"the window `{self.said(at, self.at)}` stands outside of its measure", self.span_from(at), help)

    def _length_follows(self) -> bool:
        words = (*_WINDOW_WORDS, "the", "for")
        return next((token.kind == "quantity" for token in self.tokens[self.at :] if token.text.casefold() not in words), False)

    def _comparison(self, at: int, left: Value) -> Condition:
        sign_at = self.at
        sign = cast(ComparisonSign, self.take_ours())
        right = self._right(left, sign)
        comparison: Condition = (
            Comparison(left, sign, right, self.span_from(at)) if right is not None else self._asks_unknown(at, left, sign)
        )
        self._pass_window(left, f" {sign} {self.words(right)}" if right is not None else "")
        if self.at_comparison():
            first, chain = self.said(at, sign_at), self.at
            middle = self.said(sign_at + 1, chain)
            second = self.token.text
            further: list[Expression] = []
            while self.at_comparison():
                self.take()
                last = self.at
                further.append(self.sum())
            help = f"did you mean `{short(first)} {sign} {short(middle)} and {short(middle)} {second} {short(self.said(last, self.at)) if self.at > last else '...'}`?"
            self.problem("chained_comparison", f"a second comparison, `{second}`, follows in the same test", self.span_from(chain), help)
            return self.broken(at, comparison, *further)
        return comparison

    def _asks_unknown(self, at: int, left: Value, sign: str) -> Condition:
        word = self.take().text
        asked = "is unknown" if sign == "=" else "is not unknown"
        self.problem("other_language", f"`{sign} {word}` compares with nothing", self.span_from(self.at - 2), f"did you mean `{asked}`?")
        return IsUnknown(left, sign != "=", self.span_from(at))

    def _right(self, left: Value, sign: ComparisonSign) -> Value | None:
        """The right side; after `=` and `!=` a single word is a text. None where `unknown` stands there."""
        was, self.left = self.left, False
        equal = sign in ("=", "!=")
        if equal and self.token.kind == "word" and self.token.text.casefold() in NOTHING and self.ahead().text not in (".", "("):
            self.left = was
            return None
        if equal and not isinstance(left, Literal) and self._free_word_ahead():
            value: Value = self._free_word()
        else:
            value = self.as_value(self.sum())
        self.left = was
        return value

    def _free_word_ahead(self) -> bool:
        token, after = self.token, self.ahead()
        if token.kind == "quantity":
            return after.kind == "word" and after.text.casefold() not in (*KEYWORDS, *_WINDOW_WORDS) and after.text not in _OPERATOR_WORDS
        if token.kind != "word" or token.text in KEYWORDS or token.text.casefold() in FLAGS or after.text == "(":
            return False
        if after.text == ".":
            return self.inside_where or token.text not in RECORDS
        spaced = after.kind == "sign" and after.text in ("+", "-", "*", "/") and after.start > token.end and self.ahead(2).start > after.end
        return not spaced

    def _free_word(self) -> Literal | Broken:
        """A text of one word; of several, it should have stood in quotes."""
        at = self.at
        word = self.take().text
        while self._word_goes_on():
            self.take()
        said = self.said(at, self.at)
        if self.at - at > 1:
            self.problem(
                "needs_quotes",
                f"the text `{short(said)}` stands without quotes",
                self.span_from(at),
                f"did you mean `{short(quoted(said))}`?",
            )
        return Literal("text", said if self.at - at > 1 else word, self.span_from(at))

    def _word_goes_on(self) -> bool:
        if self.token.kind in ("word", "number", "quantity"):
            return not self.at_word("and", "or", "in", "is", "not", "where", "within", "for", *_WINDOW_WORDS) and self.ahead().text != "("
        if self.token.kind == "odd":
            return True
        # A hyphen or slash inside a word, and the ampersand of a name.
        joined = self.at_sign("-", "/", ".", "+") and self.token.start == self.tokens[self.at - 1].end
        return joined or (
            self.at_sign("&") and self.ahead().kind == "word" and self.ahead(2).text not in ("(", ".", "=", "<", ">", ">=", "<=", "!=")
        )

    def _membership(self, at: int, value: Value) -> Condition:
        negated = self.at_word("not")
        if negated:
            self.take_ours()
        self.take_ours()
        if not self.at_sign("(", "["):
            return self._bare_list(at, value)
        opening = self.at
        square = self.take().text == "["
        choices: list[Literal] = []
        broken = False
        was = self.in_list
        self.in_list = True
        while not self.at_end() and not self.at_sign(")", "]"):
            choice = self._choice()
            broken = broken or isinstance(choice, Broken)
            if isinstance(choice, Literal):
                choices.append(choice)
            if self.at_sign(","):
                self.take()
                if self.at_sign(")", "]"):
                    self.problem(
                        "bad_expression", "nothing stands behind the last comma", self.span(self.tokens[self.at - 1]), "remove the comma"
                    )
            elif not self.at_sign(")", "]"):
                break
        self.in_list = was
        if square and self.at_sign("]"):
            self.take()
            meant = f"({self.said(opening + 1, self.at - 1)})" if self.at - opening > 2 else "(...)"
            self.problem("other_language", "a list stands in parentheses here", self.span_from(opening), f"did you mean `{short(meant)}`?")
        else:
            self.close(opening, fits="in this list")
        if not choices and not broken:
            self.problem("bad_expression", "the list is empty", self.span_from(opening), "for instance `plan in (free, team)`")
        return (
            Membership(value, negated, tuple(choices), self.span_from(at)) if choices and not broken else self.broken(at, value, *choices)
        )

    def _choice(self) -> Literal | Broken:
        """One literal of a list."""
        at, token = self.at, self.token
        if token.kind == "text":
            return Literal("text", self.quoted_text(), self.span_from(at))
        if token.kind == "word" and token.text.casefold() in FLAGS:
            return self.flag()
        if token.kind == "word" and token.text in NOTHING:
            self.problem("other_language", f"`{token.text}` is not a value", self.span(self.take()), "ask for it with `or ... is unknown`")
            return self.broken(at)
        if token.kind == "word" and token.text not in KEYWORDS:
            return self._listed_word()
        negative = self.at_arithmetic("-")
        if negative and self.ahead().kind in ("number", "percent", "quantity"):
            return cast(Literal | Broken, self.primary())
        if token.kind in ("number", "percent", "quantity", "date"):
            return self.number()
        self.expected("a value of the list")
        self.skip_to(",", "]")
        return self.broken(at)

    def _listed_word(self) -> Literal | Broken:
        at = self.at
        while not (
            self.at_end()
            or self.at_sign(",", ")", "]")
            or (self.at > at and (self.at_connective("and") or self.at_connective("or") or self.at_comparison()))
        ):
            if self.at_sign("("):
                self.take()
                self.skip_to()
            self.take()
        said = self.said(at, self.at)
        if self.at_connective("or") and not self.at_sign("|", "||"):
            self.problem(
                "bad_expression", "the values of a list are separated by commas", self.span(self.take()), "write a comma instead of `or`"
            )
            if not self.at_sign(",", ")", "]") and not self.at_end():
                self._choice()
            return self.broken(at)
        if self.at - at > 1:
            self.problem(
                "needs_quotes",
                f"the text `{short(said)}` stands without quotes",
                self.span_from(at),
                f"did you mean `{short(quoted(said))}`?",
            )
        return Literal("text", said, self.span_from(at))

    def _bare_list(self, at: int, value: Value) -> Condition:
        """A list without its parentheses."""
        first = self.at
        while not (self.at_end() or self.at_sign(")") or self.at_connective("and") or self.at_connective("or")):
            self.take()
            if not self.at_sign(",") and self.tokens[self.at - 1].text != "," and self.token.kind not in ("word", "odd"):
                break
        if self.at == first:
            self.expected("a list in parentheses", "for instance `plan in (free, team)`")
        else:
            said = self.said(first, self.at)
            self.problem(
                "missing_parenthesis",
                f"the list `{short(said)}` stands without parentheses",
                self.span_from(first),
                f"did you mean `({short(said)})`?",
            )
        return self.broken(at)

    def _is(self, at: int, value: Value) -> Condition:
        start = self.at
        self.take_ours()
        negated = self.at_word("not")
        if negated:
            self.take_ours()
        if self.at_word("unknown"):
            self.take_ours()
            return IsUnknown(value, negated, self.span_from(at))
        if self.at_word("null", "nil", "none", "empty", "missing", "blank", "undefined", "set", "known", "present"):
            known = self.at_word("set", "known", "present")
            self.take()
            meant = "is not unknown" if known != negated else "is unknown"
            self.problem(
                "other_language",
                f"`{self.said(start, self.at)}` is not written like that here",
                self.span_from(start),
                f"did you mean `{meant}`?",
            )
            return IsUnknown(value, known != negated, self.span_from(at))
        if self.at_end() or not self.starts_term():
            self.expected("`unknown`", "`is` asks only whether a value is known: `plan is unknown`, `plan is not unknown`")
            self.skip_term()
            return self.broken(at, value)
        sign: ComparisonSign = "!=" if negated else "="
        said = self.said(start, self.at)
        self.problem("other_language", f"`{said}` asks only whether a value is unknown", self.span_from(start), f"did you mean `{sign}`?")
        right = self._right(value, sign)
        return self.broken(at, value) if right is None else Comparison(value, sign, right, self.span_from(at))

    def at_foreign_test(self) -> bool:
        """Whether a comparison in words stands here."""
        return self.token.kind == "word" and self.token.text.casefold() in _OPERATOR_WORDS and self.ahead().text != "("

    def foreign_test(self, at: int, left: Expression) -> Condition:
        word = self.take()
        self.problem("other_language", f"`{short(word.text)}` is no comparison", self.span(word), _OPERATOR_WORDS[word.text.casefold()])
        if word.text.casefold() == "between":
            self.skip_term()
            if self.at_connective("and") and self.ahead().kind in ("number", "percent", "quantity", "date"):
                self.take()
        self.skip_term()
        return self.broken(at, left)
