"""Reading single words: literals, texts in quotes, and the names of fields and properties."""

from __future__ import annotations

import re

from tandem.language.expression.cursor import Cursor, short
from tandem.language.expression.literals import UNIT_WORDS, Fault, read_date, read_length, read_number, read_quantity, show_length
from tandem.language.expression.nodes import Broken, FieldRef, Literal, Property
from tandem.language.expression.tokens import FLAGS, RECORDS, SUBJECTS, is_simple, quoted
from tandem.values.names import nearest


class Words(Cursor):
    """The part of the reader that knows what one word, or a path of words, is."""

    def number(self) -> Literal | Broken:
        """A number, share, duration or date; written in another way, it is told, and gives nothing."""
        at, token = self.at, self.take()
        if token.kind == "date":
            day = read_date(token.text)
            return self._literal("date", day, at)
        if token.kind == "quantity":
            length = read_length(token.text)
            return self._literal("duration", length if isinstance(length, int) else read_quantity(token.text), at)
        if token.kind == "number":
            apart = self._apart(token.text)
            if apart is not None:
                return self._literal("number", apart, at)
        return self._literal("share" if token.kind == "percent" else "number", read_number(token.text), at)

    def _apart(self, number: str) -> Fault | None:
        """A number whose parts stand apart: thousands, or a unit behind a space. Takes the parts."""
        digits, at = number, self.at
        while self.ahead(0).kind == "number" and re.fullmatch("[0-9]{3}", self.token.text) and "." not in digits:
            digits += self.take().text
        while (
            not self.in_list
            and self.at_sign(",")
            and self.token.start == self.tokens[self.at - 1].end
            and re.fullmatch(r"[0-9]{3}(\.[0-9]+)?", self.ahead().text)
        ):
            if self.ahead().start != self.token.end:
                break
            self.take()
            digits += self.take().text
        if self.at != at:
            return Fault("bad_number", f"`{self.said(at - 1, self.at)}` separates thousands", f"did you mean `{digits}`?")
        if self.token.kind == "odd" and self.token.text == "%":
            self.take()
            return Fault("bad_number", f"`{number} %` has a space before its percent sign", f"did you mean `{number}%`?")
        word = self.token.text.casefold()
        if self.token.kind == "word" and (word in UNIT_WORDS or word == "percent") and self.ahead().text != "(":
            self.take()
            fault = read_quantity(f"{number}{word}")
            message = f"`{self.said(at - 1, self.at)}` is not one word"
            if isinstance(fault, Fault):
                return Fault(fault.code, message, fault.help)
            return Fault("bad_duration", message, f"did you mean `{show_length(fault)}`?")
        return None

    def _literal(self, kind: str, value: object, at: int) -> Literal | Broken:
        if isinstance(value, Fault):
            self.fault(value, self.span_from(at))
            return self.broken(at)
        return Literal(kind, value, self.span_from(at))  # type: ignore[arg-type]

    def quoted_text(self) -> str:
        """The text in quotes that stands here."""
        token = self.take()
        if not token.closed:
            self.swallowed = True
            self.problem(
                "unclosed_quote", f"the quote before `{short(token.value)}` is never closed", self.span(token), 'end the text with `"`'
            )
        elif token.text[0] != '"':
            self.problem(
                "other_language",
                f"`{short(token.text)}` stands in quotes of another kind",
                self.span(token),
                f"did you mean `{short(quoted(token.value))}`?",
            )
        return token.value

    def flag(self) -> Literal:
        at, word = self.at, self.take().text
        ours = word.casefold()
        if word != ours:
            self.problem("other_language", f"`{word}` is not written like that here", self.span_from(at), f"did you mean `{ours}`?")
        return Literal("flag", FLAGS[ours], self.span_from(at))

    def field(self) -> FieldRef | Broken:
        at = self.at
        path = self.path((self.take().text,))
        if path is None:
            return self.broken(at)
        if len(path) > 2 or (len(path) == 2 and path[0] not in SUBJECTS):
            said = self.said(at, self.at)
            kind = path[0]
            if kind in RECORDS:
                help = f"a subject may have several; count them: `count({kind} where {named(path[1])} = ...) >= 1`"
            else:
                meant = nearest(kind, SUBJECTS)
                help = (
                    f"did you mean `{meant}.{named(path[1])}`?"
                    if meant
                    else f"fields are those of `account`, `workspace` and `person`; a text with a point stands in quotes: {quoted(said)}"
                )
            self.problem("unknown_field", f"`{short(said)}` is no field of a subject", self.span_from(at), help)
            return self.broken(at)
        return FieldRef(path, None, self.span_from(at))

    def property(self, at: int, name: str) -> Property | Broken:
        path = self.path((name,))
        return self.broken(at) if path is None else Property(path, self.span_from(at))

    def behind_point(self) -> Property | Broken:
        at = self.at
        path = self.path(())
        return self.broken(at) if path is None else Property(path, self.span_from(at + 1))

    def path(self, path: tuple[str, ...]) -> tuple[str, ...] | None:
        """The names behind the points that follow; None, with a problem, where one is missing."""
        while self.at_sign(".") or (self.token.kind == "number" and self.token.text[0] == "."):
            at, point = self.at, self.take()
            if point.kind == "number":
                if self.token.kind == "word" and self.token.start == point.end:
                    self.take()
                name = self.said(at, self.at)[1:]
                self.problem(
                    "needs_quotes", f"the name `{name}` begins with a digit", self.span_from(at), f"write it in quotes: `.{quoted(name)}`"
                )
                return None
            if self.token.kind == "quantity":
                name = self.take().text
                self.problem(
                    "needs_quotes", f"the name `{name}` begins with a digit", self.span_from(at), f"write it in quotes: `.{quoted(name)}`"
                )
                return None
            if self.token.kind == "text":
                path = (*path, self.quoted_text())
            elif self.token.kind == "word":
                path = (*path, self.take().text)
            else:
                self.expected("a name")
                return None
        return path


def named(name: str) -> str:
    """A name as it is written: in quotes where it is no simple word."""
    return name if is_simple(name) else quoted(name)
