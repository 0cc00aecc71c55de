"""The words and signs of an expression, and the words that mean something in it. No text is refused here: what fits nothing is `odd`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

TokenKind = Literal["word", "text", "number", "percent", "quantity", "date", "comment", "sign", "odd", "end"]

# What may be counted as versions of records; facts have the same kinds, which a test holds.
RECORDS = frozenset(
    ("account", "person", "workspace", "lead", "campaign", "opportunity", "contract", "subscription", "invoice", "touch", "spend",
     "seller", "target")
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

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
# Signs of other languages, and of word processors, with ours.
FOREIGN_SIGNS = {
    "==": "=", "===": "=", "!==": "!=", "<>": "!=", "≠": "!=", "=>": ">=", "≥": ">=", "=<": "<=", "≤": "<=", "&&": "and", "&": "and",
    "||": "or", "|": "or", "!": "not", "×": "*", "÷": "/", "−": "-", "–": "-", "—": "-",
}  # fmt: skip

_TEXT = r'"(?:[^"\\\n]|\\.)*"'
_PATTERNS: tuple[tuple[TokenKind, str], ...] = (
    ("text", rf"{_TEXT}|'[^'\n]*'|[“”„«][^“”«»\n]*[“”»]|[‘‚][^‘’\n]*’|`[^`\n]*`"),
    ("comment", r"(?:(?<=\s)|^)\#[^\n]*"),
    ("date", r"\d{4}-\d{1,2}-\d{1,2}(?:T[\d:.]*Z?)?(?!\w)|\d{4}([/.])\d{1,2}\1\d{1,2}(?!\w)|\d{1,2}([/.-])\d{1,2}\2(?:\d{4}|\d{2})(?!\w)"),
    ("quantity", r"\d{1,3}(?:['’]\d{3})+|\d+(?:\.\d+)?[^\W\d]\w*"),
    ("percent", r"\d+(?:\.\d+)?%"),
    ("number", r"\d+(?:\.\d+)?|\.\d+"),
    ("word", r"[^\W\d]\w*"),
    ("sign", r"===|!==|==|!=|<>|=>|=<|<=|>=|&&|\|\||[<>=!&|+\-*/(),.\[\]≠≥≤×÷−–—]"),
    ("text", r'["“„][^\n]*'),  # Never closed.
    ("odd", r"[^\w\s\"“„'()\[\],.]+|."),
)
_TOKEN = re.compile("|".join(f"(?P<_{number}>{pattern})" for number, (_, pattern) in enumerate(_PATTERNS)).replace(r"\1", "(?P=_y)")
                    .replace(r"\2", "(?P=_d)").replace("([/.])", "(?P<_y>[/.])").replace("([/.-])", "(?P<_d>[/.-])"))  # fmt: skip
