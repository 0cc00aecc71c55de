"""Reading what a measure looks at: the selected events, with tests behind `where`, and the window."""

from __future__ import annotations

from abc import ABC, abstractmethod

from tandem.language.expression.cursor import short
from tandem.language.expression.literals import UNIT_WORDS, Fault, read_length, show_length
from tandem.language.expression.nodes import Any, Broken, Condition, EventName, Expression, Property, Selector, SetName
from tandem.language.expression.tokens import EXAMPLES, FUNCTIONS, KEYWORDS, WINDOW_WORDS, quoted
from tandem.language.expression.words import Words, named
from tandem.values.durations import Duration


class Selectors(Words, ABC):
    """The part of the reader for selectors and windows."""

    left = True  # Whether a value before a comparison is read; behind one, quotes inside `where` make a text, and no property.

    @abstractmethod
    def condition_until(self, *signs: str) -> Expression:
        """Everything until one of the signs, as one condition or value."""

    @abstractmethod
    def as_condition(self, node: Expression) -> Condition: ...

    def selected(self, name: str) -> tuple[Selector, Property | None]:
        """A selector with the property of it that a measure asks for."""
        selector = self.selector(name)
        if not self.at_sign(".") and not (self.token.kind == "number" and self.token.text[0] == "."):
            return selector, None
        property = self.behind_point()
        if isinstance(property, Broken):
            return property, None
        if self.at_word("where"):
            head = self.words(selector)
            where = self.at
            self.skip_to(",")
            help = f"did you mean `({head} {short(self.said(where, self.at))}).{'.'.join(map(named, property.path))}`?"
            self.problem("wrong_arguments", "`where` stands behind the property of an event", self.span_from(where), help)
            return Broken(selector.span), property
        return selector, property

    def selector(self, name: str = "count") -> Selector:
        """`any`, an event or a set, each with its `where`. name: of the function around it, for its messages."""
        at, token = self.at, self.token
        if self.at_sign("("):
            self.go_deeper()
            self.take()
            inner = self.selector(name)
            self.close(at, fits="in a selector")
            self.come_back()
            return inner
        head: Selector
        if token.kind == "text":
            text = self.quoted_text()
            head = EventName(text, None, self.span_from(at))
        elif self._name_begins():
            head = self._bare_selector(at)
        else:
            if token.kind in ("quantity", "number") or self.at_sign(","):
                self.problem(
                    "wrong_arguments",
                    f"`{name}` does not say which events",
                    self.span(token),
                    f"for instance `{EXAMPLES.get(name, 'count(any, 7d)')}`",
                )
            elif self.at_end():
                self.expected("`any`, an event or a set")
            else:
                first = self.at
                self.skip_to(",")
                self.problem("wrong_arguments", f"`{short(self.said(first, self.at))}` is no selection of events", self.span_from(first) if self.at > first else self.span(token),
                             'expected `any`, an event such as "Signed Up", or a set')  # fmt: skip
            if not self.at_sign(",", ")"):
                self.skip_to(",")
            return Broken(self.span(token))
        if self.at_word("or", "and") or self.at_sign("|", "&", "||", "&&", "+"):
            first = self.at
            self.skip_to(",")
            self.problem("wrong_arguments", f"`{short(self.said(first, self.at))}` has no place in a selector, which names one thing", self.span_from(first),
                         "declare the events as a set in `product.yaml`, and name the set")  # fmt: skip
            return Broken(self.span_from(at))
        if not self.at_word("where"):
            return head
        self.take_ours()
        where, span = self.predicate(), head.span
        match head:
            case Any():
                return Any(where, span)
            case EventName():
                return EventName(head.name, where, span)
            case SetName():
                return SetName(head.name, where, span)
        return head

    def _name_begins(self) -> bool:
        """Whether a set, or an event that lacks its quotes, begins here."""
        if self.token.kind == "word":
            return self.token.text not in KEYWORDS and not (self.ahead().text == "(" and self.token.text in FUNCTIONS)
        return (
            self.token.kind in ("odd", "quantity", "number") and self.ahead().kind in ("word", "odd") and self.ahead().text not in KEYWORDS
        )

    def _bare_selector(self, at: int) -> Selector:
        """A selector without quotes: `any`, a set, or an event that lacks its quotes."""
        word = self.take().text
        while self._selector_goes_on():
            if self.at_sign("("):
                self.take()
                self.skip_to()
            self.take()
        span = self.span_from(at)
        if self.at - at > 1:
            said = self.said(at, self.at)
            self.problem("needs_quotes", f"the event `{short(said)}` stands without quotes", span, f"did you mean `{short(quoted(said))}`?")
            return EventName(said, None, span)
        if word.casefold() == "any":
            if word != "any":
                self.problem("other_language", f"`{word}` is not written like that here", span, "did you mean `any`?")
            return Any(None, span)
        return SetName(word, None, span)

    def goes_on(self) -> bool:
        """Whether a record's name is only the first word of something longer, as in `Account Created`."""
        return (
            self.ahead().kind in ("word", "number", "odd")
            and self.ahead().text.casefold() not in ("where", "and", "or")
            and self.ahead().text[0] != "."
        )

    def _selector_goes_on(self) -> bool:
        if self.at_end() or self.at_sign(",", ")", ".") or self.at_word("where", "and", "or", *WINDOW_WORDS[:2]) or self.at_comparison():
            return False
        if self.token.kind == "number" and self.token.text[0] == ".":
            return False
        # A duration before the closing parenthesis is a window that lacks its comma.
        return not (
            self.token.kind in ("quantity", "number") and self.ahead().text in (")", "") and self.tokens[self.at - 1].end < self.token.start
        )

    def window(self, name: str) -> Duration | None:
        """The length behind the comma, if there is one."""
        if self.token.kind == "quantity" or (self.token.kind == "number" and self.token.text[0] != ".") or self.at_word("last", "past"):
            self.problem(
                "wrong_arguments",
                f"a comma is missing before `{short(self.token.text)}`",
                self.span(self.token),
                f"for instance `{EXAMPLES[name]}`",
            )
            self.skip_to(",")
            return None
        if not self.at_sign(","):
            return None
        self.take()
        if self.token.kind == "text" or (self.token.kind == "word" and not self.at_word(*WINDOW_WORDS) and self.token.text != "family"):
            first = self.at
            self.skip_to()
            self.problem("wrong_arguments", f"`{short(self.said(first, self.at))}` stands where the window should: a measure selects one thing", self.span_from(first),
                         "declare several events as a set in `product.yaml`, and name the set")  # fmt: skip
            return None
        if self.token.text == "family":
            self.problem(
                "wrong_arguments",
                "`family` is asked of records only",
                self.span(self.take()),
                "remove it, or count a record: `count(subscription, family)`",
            )
            return None
        length = self.length("a window")
        if length is not None and self.at_sign(","):
            first = self.at + 1
            self.skip_to()
            self.problem(
                "wrong_arguments",
                f"`{name}` takes a selector and a window, nothing more",
                self.span_from(min(first, self.at - 1)),
                f"for instance `{EXAMPLES[name]}`",
            )
        return length

    def length(self, what: str) -> Duration | None:
        """A duration above nothing; what stands instead of one is told and passed over."""
        at = self.at
        words = self.at_word(*WINDOW_WORDS)
        while self.at_word(*WINDOW_WORDS):
            self.take()
        if self.token.kind in ("quantity", "number"):
            text = self.take().text
            if text.isdigit() and self.at_word(*UNIT_WORDS):
                text += " " + self.take().text
            read = read_length(text.replace(" ", ""))
            if words or (isinstance(read, int) and " " in text):
                meant = show_length(read) if isinstance(read, int) else "7d"
                read = Fault("bad_duration", f"`{short(self.said(at, self.at))}` is not a duration", f"did you mean `{meant}`?")
            if isinstance(read, Fault):
                self.fault(read, self.span_from(at))
                return None
            if read == 0:
                self.problem("bad_duration", f"{what} of no length holds nothing", self.span_from(at), "for instance `7d`")
                return None
            return read
        if self.at_sign(")", ",") or self.at_end():
            if not (self.at_end() and self.swallowed):
                last = self.tokens[self.at - 1]
                self.problem(
                    "bad_duration", f"{what} is missing after `{short(last.text)}`", self.span(last), "a duration is written like `7d`"
                )
        else:
            self.skip_to(",")
            self.problem(
                "bad_duration",
                f"`{short(self.said(at, self.at))}` is not a duration",
                self.span_from(at),
                "a duration is written like `7d`",
            )
        return None

    def predicate(self) -> Condition:
        """The tests behind `where`, on properties of one event or fields of one record."""
        outer, self.inside_where = self.inside_where, True
        left, self.left = self.left, True
        node = self.as_condition(self.condition_until(",", ")"))
        self.inside_where, self.left = outer, left
        return node
