"""A fault of YAML's grammar, told so that a person who does not know the grammar can mend it."""

from __future__ import annotations

import re
from typing import Any

from tandem.language.problem import Problem
from tandem.language.source import Source

_QUOTES = "\"'"


def syntax_problem(source: Source, error: Exception) -> Problem:
    """One problem for what ruamel.yaml raised (a YAMLError, or a ValueError for an escape past the last character)."""
    text = source.text
    context = str(getattr(error, "context", None) or "")
    what = str(getattr(error, "problem", None) or "")
    at = _offset(getattr(error, "problem_mark", None), len(text))
    opened = _offset(getattr(error, "context_mark", None), at)

    def problem(code: str, message: str, start: int, end: int, help: str) -> Problem:
        return Problem(code, message, source.span(start, min(max(end, start), len(text))), help)

    if isinstance(error, ValueError):
        bad = next((found for found in re.finditer(r"\\U([0-9A-Fa-f]{8})", text) if int(found[1], 16) > 0x10FFFF), None)
        start, end = (bad.start(), bad.end()) if bad else (0, 0)
        return problem("bad_escape", f"the escape `{text[start:end]}` stands for no character", start, end, "write the character itself")
    if what.startswith(("found unknown escape", "expected escape sequence")):
        slash = text.rindex("\\", 0, at)
        after = at if what.startswith("expected") else at + 1
        return problem(
            "bad_escape", f"`{text[slash:after]}` is no escape", slash, after, "write two backslashes for a real one, or use single quotes"
        )  # fmt: skip
    if context == "while scanning a quoted scalar":
        return problem(
            "unclosed_quote", "the quote that opens here is never closed", opened, opened + 1, f"close it with `{text[opened]}`"
        )  # fmt: skip
    if "'\\t'" in what:
        return problem("tab", "a tab stands where YAML wants spaces", at, _end_of(r"\t+", text, at), "use spaces, two for each level")
    if "cannot start any token" in what:
        word = text[at : _end_of(r"\S+", text, at)]
        return problem(
            "reserved_sign", f"a text may not start with `{text[at]}`", at, at + len(word), f"put it in quotes: {_quoted(_rest(text, at))}"
        )  # fmt: skip
    if context.startswith(("while scanning an anchor", "while scanning an alias", "while scanning a tag", "while parsing a tag")) or (
        what.startswith("found undefined tag handle")
    ):  # fmt: skip
        return problem(
            "reserved_sign", f"a text may not start with `{text[opened]}`", opened, _end_of(r"\S+", text, opened),
            f"put it in quotes: {_quoted(_rest(text, opened))}",
        )  # fmt: skip
    if what == "mapping values are not allowed here":
        return _colon_problem(source, at)
    if what == "could not find expected ':'":
        return problem("missing_colon", "this line has no colon after its key", opened, _line_end(text, opened), "write `key: value`")
    if "sequence entries are not allowed here" in what:
        return problem("bad_indentation", "a list cannot start on the line of its key", at, at + 1, "put the dash on a line of its own")
    if "more indented follow up line" in what:
        return problem(
            "bad_indentation", "the blank lines at the start of a text reach further than its first line", at, at + 1, "remove their spaces"
        )
    if context in ("while parsing a flow sequence", "while parsing a flow mapping", "while parsing a flow node"):
        return _bracket_problem(source, opened, at)
    if context in ("while parsing a block mapping", "while parsing a block collection"):
        return _block_problem(source, at, what)
    if what.startswith("expected '<document start>'"):
        message = "this line does not start in the column of the lines above it"
        return problem("bad_indentation", message, at, _line_end(text, at), "start both in the same column")
    if context == "while scanning a block scalar":
        end = _line_end(text, opened)
        help = "after `|` or `>` the text starts on the next line; or put it in quotes"
        return problem("not_yaml", f"`{text[opened:end].strip()}` cannot stand here", opened, end, help)
    end = max(at + 1, _end_of(r"\S+", text, at))
    return problem("not_yaml", "the text does not fit together here", at, end, "check this line and the one above it")


def _colon_problem(source: Source, at: int) -> Problem:
    """A colon that may not be there: inside a text, after a wrong indentation, or below a line that lacks its own."""
    text = source.text
    number, column = source.place(at)
    line = source.line(number)
    before = re.match(r"\s*(?:- +)*[^\s:][^:]*:\s+(?=\S)", line[: column - 1])
    if before is not None:
        start = at - (column - 1) + before.end()
        return Problem(
            "colon_in_text", "a text that holds a colon and a space must stand in quotes", source.span(start, _line_end(text, at)),
            f"write {_quoted(_rest(text, start))}",
        )  # fmt: skip
    above = next((line for line in range(number - 1, 0, -1) if _has_words(source.line(line))), number)
    indentation, indentation_above = _indentation(line), _indentation(source.line(above))
    start = at - (column - 1) + indentation
    if above != number and indentation == indentation_above and ": " not in source.line(above):
        start_above = text.rfind(source.line(above), 0, start) + indentation_above
        return Problem(
            "missing_colon", "this line has no colon after its key", source.span(start_above, _line_end(text, start_above)), "write `key: value`"
        )  # fmt: skip
    return Problem(
        "bad_indentation", "this line starts further right than the lines above it allow", source.span(start, at),
        "start it in the column of its neighbours",
    )  # fmt: skip


def _bracket_problem(source: Source, opened: int, at: int) -> Problem:
    text = source.text
    bracket = max(text.rfind("[", 0, opened + 1), text.rfind("{", 0, opened + 1), 0)
    sign = text[bracket]
    if at >= len(text.rstrip()):
        return Problem("unclosed_bracket", f"the `{sign}` that opens here is never closed", source.span(bracket, bracket + 1),
                       f"close it with `{']' if sign == '[' else '}'}`")  # fmt: skip
    end = max(at + 1, _end_of(r"[^\s,\]}]+", text, at))
    return Problem("unclosed_bracket", f"a comma or the closing `{']' if sign == '[' else '}'}` is missing before this",
                   source.span(at, end), "separate the parts by commas; put texts with signs in quotes", source.span(bracket, bracket + 1))  # fmt: skip


def _block_problem(source: Source, at: int, what: str) -> Problem:
    text = source.text
    number, column = source.place(at)
    line = source.line(number)
    before = line[: column - 1].rstrip()
    if before.endswith(tuple(_QUOTES)):
        return Problem("text_after_quote", "text stands after the closing quote", source.span(at, _line_end(text, at)),
                       "put quotes around all of it; write a quote inside the text twice")  # fmt: skip
    if before.strip() or what.endswith(("']'", "'}'", "','")):
        return Problem("not_yaml", "this does not fit to what stands before it", source.span(at, max(at + 1, _line_end(text, at))),
                       "check brackets, quotes and commas of this line")  # fmt: skip
    what_it_is = "a list" if text[at] == "-" else "a key" if ":" in line else "a text"
    return Problem("bad_indentation", f"{what_it_is} cannot start in this column", source.span(at, _line_end(text, at)),
                   "start it in the column of its neighbours, or two spaces further right than its key")  # fmt: skip


def _offset(mark: Any, default: int) -> int:
    return int(mark.index) if mark is not None else default


def _end_of(pattern: str, text: str, at: int) -> int:
    found = re.compile(pattern).match(text, at)
    return found.end() if found is not None else at


def _line_end(text: str, at: int) -> int:
    """Where the words of the line end: without the break, a comment and the blanks before it."""
    end = _end_of(r"[^\r\n]*", text, at)
    words = re.sub(r"\s+#.*$", "", text[at:end]).rstrip()
    return at + len(words)


def _rest(text: str, at: int) -> str:
    return text[at : _line_end(text, at)]


def _quoted(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"' if "'" in words else f"'{words}'" if '"' in words else f'"{words}"'


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _has_words(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
