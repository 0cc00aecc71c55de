"""The words and signs of an expression, and the words that mean something in it. No text is refused here: what fits nothing is `odd`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

TokenKind = Literal["word", "text", "number", "percent", "quantity", "date", "comment", "sign", "odd", "end"]

# What may be counted as versions of records; facts have the same kinds, which a test holds.
RECORDS = frozenset(
    ("account", "person", "workspace", "lead", "campaign", "opportunity", "contract", "subscription", "invoice", "touch", "spend",
     "seller", "target", "override")
)  # fmt: skip
SUBJECTS = ("person", "workspace", "account")

EVENT_MEASURES = ("count", "people", "days", "workspaces")
PROPERTY_MEASURES = ("sum", "min", "max", "first", "last", "distinct")
RECORD_MEASURES = ("count", "sum", "distinct")
ROLL_UPS = ("any", "all", "highest")
CONDITION_FUNCTIONS = ("held", "sequence", "signal")
FUNCTIONS = (*EVENT_MEASURES, *PROPERTY_MEASURES, "since", "until", "previous", "score", *ROLL_UPS, *CONDITION_FUNCTIONS)

# Words of the grammar itself: as a text, each stands in quotes.
KEYWORDS = frozenset(("and", "or", "not", "in", "is", "where", "within"))
FLAGS = {"true": True, "false": False}
NOTHING = frozenset(("unknown", "null", "nil"))
# What no set may be called: where a selector stands, these are something else.
TAKEN_BY_GRAMMAR = frozenset((*RECORDS, *FUNCTIONS, *KEYWORDS, *FLAGS, *NOTHING))

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
EXAMPLES = {
    **{name: f"{name}(any, 7d)" for name in EVENT_MEASURES},
    **{name: f'{name}("Event".property, 7d)' for name in PROPERTY_MEASURES},
    "since": 'since("Event")', "until": "until(account.renewal_date)", "previous": "previous(people(any, 7d))", "score": "score(name)",
    "any": "any(workspace.plan)", "all": "all(workspace.plan)", "highest": "highest(workspace.plan)", "signal": "signal(name)",
    "held": "held(people(any, 7d) >= 10, 3d)", "sequence": 'sequence("First", "Second", within 7d)',
}  # fmt: skip
# What people write before a length of time, where it needs nothing.
WINDOW_WORDS = ("last", "past", "in", "within", "over", "during", "for", "the", "per", "every", "each")

# Signs of other languages, and of word processors, with ours.
FOREIGN_SIGNS = {
    "==": "=", "===": "=", "!==": "!=", "<>": "!=", "≠": "!=", "=>": ">=", "≥": ">=", "=<": "<=", "≤": "<=", "&&": "and", "&": "and",
    "||": "or", "|": "or", "!": "not", "×": "*", "÷": "/", "−": "-", "–": "-", "—": "-",
}  # fmt: skip

_PATTERNS: tuple[tuple[TokenKind, str], ...] = (
    ("text", r""""(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[“”„][^“”\n]*[“”]|[‘‚][^‘’\n]*’|`[^`\n]*`"""),
    ("text", r'["“„][^\n]*'),  # Never closed.
    ("comment", r"(?:(?<=\s)|^)\#[^\n]*"),
    ("date", r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:T[0-9:.]*Z?)?(?!\w)"),
    ("date", r"[0-9]{4}(?P<y>[/.])[0-9]{1,2}(?P=y)[0-9]{1,2}(?!\w)"),
    ("date", r"[0-9]{1,2}(?P<d>[/.-])[0-9]{1,2}(?P=d)(?:[0-9]{4}|[0-9]{2})(?!\w)"),
    ("quantity", r"[0-9]{1,3}(?:['’][0-9]{3})+|[0-9]+(?:\.[0-9]+)?[^\W\d]\w*"),
    ("percent", r"[0-9]+(?:\.[0-9]+)?%"),
    ("number", r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+"),
    ("word", r"[^\W\d]\w*"),
    ("sign", r"===|!==|==|!=|<>|=>|=<|<=|>=|&&|\|\||[<>=!&|+\-*/(),.\[\]≠≥≤×÷−–—]"),
    ("odd", r"[^\w\s\"“„'‘`()\[\],.<>=+\-*/#]+|."),
)
_TOKEN = re.compile("|".join(f"(?P<_{number}>{pattern})" for number, (_, pattern) in enumerate(_PATTERNS)))
_SIMPLE = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Token:
    """text: as it stands. start, end: offsets in the expression, end out."""

    kind: TokenKind
    text: str
    start: int
    end: int

    @property
    def closed(self) -> bool:
        """Whether the quotes of a text end."""
        return re.fullmatch(_PATTERNS[0][1], self.text) is not None

    @property
    def value(self) -> str:
        """What a text says, without quotes and escapes."""
        body = self.text[1:-1] if self.closed else self.text[1:]
        return re.sub(r'\\(["\\])', r"\1", body) if self.text[0] == '"' else body


def tokenize(text: str) -> list[Token]:
    """The tokens of an expression; the last is an `end` without length, behind the last word."""
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        found = _TOKEN.match(text, at)
        assert found is not None, f"every sign is a token: {text[at]!r}"
        kinds = (kind for number, (kind, _) in enumerate(_PATTERNS) if found[f"_{number}"] is not None)
        tokens.append(Token(next(kinds), found.group(), found.start(), found.end()))
        at = found.end()
    end = tokens[-1].end if tokens else 0
    return [*tokens, Token("end", "", end, end)]


def is_simple(word: str) -> bool:
    """Whether a name or text can stand without quotes where a word is read."""
    return _SIMPLE.fullmatch(word) is not None and word not in KEYWORDS and word.casefold() not in FLAGS and word.casefold() not in NOTHING


def quoted(text: str) -> str:
    """A text in our quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
