"""YAML 1.2 as frozen nodes with their places. The grammar is ruamel.yaml's event layer; the meaning of a plain word is here.

What a playbook does not use (anchors, aliases, tags, merge keys, several documents) is refused as problems, and reading goes on
where the rest of the file still means something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from tandem.language.codes import DEPTH_MAX, FILE_BYTES_MAX
from tandem.language.decode import Letters, decode
from tandem.language.problem import Problem
from tandem.language.source import Source, Span
from tandem.language.syntax import syntax_problem

if TYPE_CHECKING:
    from ruamel.yaml.events import Event

Style = Literal["plain", "single", "double", "literal", "folded"]
Value = None | bool | int | float | str

_STYLES: dict[str | None, Style] = {None: "plain", "": "plain", "'": "single", '"': "double", "|": "literal", ">": "folded"}

# The core schema of YAML 1.2: `yes`, `no`, `on`, `off` and dates are texts.
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DIGITS_MAX = 400  # A longer row of digits is a text; no number of a playbook is so long.

# Printable in YAML 1.2, less what an editor does not show: separators that look like line breaks, and a mark of byte order.
_ODD = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_ODD_IN_VALUE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Scalar:
    """A single value. text: decoded. style: how it was written; only a `plain` one can be other than text."""

    text: str
    style: Style
    span: Span = field(compare=False, repr=False)
    indent: int = field(default=-1, compare=False, repr=False)  # The column of the block collection around it.

    @cached_property
    def value(self) -> Value:
        """What the scalar means by the core schema of YAML 1.2: nothing, a flag, a number or a text."""
        return plain_value(self.text) if self.style == "plain" else self.text

    def span_of(self, start: int, end: int) -> Span:
        """Where characters `start` until `end` of `text` stand in the source; without length, the place between two characters.

        Raises IndexError outside `0 <= start <= end <= len(text)`.
        """
        if not 0 <= start <= end <= len(self.text):
            raise IndexError(f"characters {start} until {end} of {len(self.text)}")
        letters = self._letters
        if letters is None or not letters.starts:
            return self.span
        source = self.span.source
        if start == end:
            at = letters.starts[start] if start < len(letters.starts) else letters.ends[-1]
            return Span(source, at, at)
        return Span(source, letters.starts[start], letters.ends[end - 1])

    @cached_property
    def _letters(self) -> Letters | None:
        source = self.span.source.text
        letters = decode(source, self.span.start, self.span.end, self.style, self.indent)
        # Pointing at the whole is right, if coarse; pointing at the wrong word would not be.
        return letters if letters.text == self.text else None


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True)
class Entry:
    """A key and what it holds."""

    key: Scalar
    value: Node


@dataclass(frozen=True)
class Entries:
    """A map, in the order of the file; no key stands twice."""

    entries: tuple[Entry, ...]
    span: Span = field(compare=False, repr=False)

    def find(self, key: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.key.text == key), None)


Node = Scalar | Items | Entries


@dataclass(frozen=True)
class Tree:
    """What a file holds. root: None where the file says nothing or cannot be read; then `problems` says why."""

    source: Source
    root: Node | None
    problems: tuple[Problem, ...]


def plain_value(text: str) -> Value:
    """The meaning of a plain scalar by the core schema.

    >>> plain_value("no"), plain_value("7"), plain_value("0x10"), plain_value("2026-03-01"), plain_value("~")
    ('no', 7, 16, '2026-03-01', None)
    """
    if text in _NULL:
        return None
    if text in _FLAGS:
        return _FLAGS[text]
    if text[0] not in "+-.0123456789" or len(text) > _DIGITS_MAX:
        return text
    if _WHOLE.fullmatch(text):
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    return text


def decode_file(path: str, content: bytes) -> tuple[Source, tuple[Problem, ...]]:
    """The source of a file's bytes; a byte-order mark is passed over. With a problem, the text is as far as it could be read."""
    if len(content) > FILE_BYTES_MAX:
        source = Source(path, "")
        message = f"the file is larger than {FILE_BYTES_MAX // 1024} KiB"
        return source, (Problem("file_too_large", message, source.span(0, 0), "split it into several files; data belongs into an import"),)
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return Source(path, content.decode("utf-8")), ()
    except UnicodeDecodeError as error:
        source = Source(path, content.decode("utf-8", "replace"))
        at = len(content[: error.start].decode("utf-8"))
        message = f"the byte {content[error.start]:#04x} is not UTF-8 text"
        return source, (Problem("not_utf8", message, source.span(at, at + 1), "save the file as UTF-8"),)


def read_yaml(source: Source) -> Tree:
    """The nodes of a text, and all problems of its grammar. Never raises for what the text holds."""
    if len(source.text) > FILE_BYTES_MAX:
        return Tree(source, None, decode_file(source.path, source.text.encode("utf-8", "replace"))[1])
    odd = _ODD.search(source.text)
    if odd is not None:
        message = f"an invisible or forbidden character, U+{ord(odd.group()):04X}"
        return Tree(source, None, (Problem("odd_character", message, source.span(odd.start(), odd.end()), "delete it"),))
    return _Reading(source).tree()


@dataclass
class _Open:
    """A collection whose end has not come yet."""

    start: int
    indent: int
    block: bool
    is_map: bool
    nodes: list[Node] = field(default_factory=list)  # Of a map, keys and values in turn.


class _Stop(Exception):
    """The rest of the file cannot be read; its problem is noted."""


class _Reading:
    """Builds the nodes from the grammar's events, with a stack of its own: depth costs no recursion."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.open: list[_Open] = []
        self.root: Node | None = None
        self.lost = False  # Something could not be read, so what was built must not be believed.

    def tree(self) -> Tree:
        try:
            for event in self.events():
                self.take(event)
        except _Stop:
            self.lost = True
        if not self.lost and (self.root is None or self.root == Scalar("", "plain", self.root.span)):
            self.root = None
            self.problem("empty_file", "the file says nothing", 0, 0, "write its keys, or delete the file")
        return Tree(self.source, None if self.lost else self.root, tuple(self.problems))

    def events(self) -> Iterator[Event]:
        # The grammar is imported where it is needed: `tandem --help` reads no YAML.
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError

        yaml = YAML(typ="safe", pure=True)
        try:
            yield from yaml.parse(self.source.text)
        except (YAMLError, ValueError) as error:  # ValueError: an escape past the last character there is.
            problem = syntax_problem(self.source, error)
            # A refused star or sign often breaks the rest of its line as well: that is one mistake.
            if not self.problems or self.problems[-1].span.line != problem.span.line:
                self.problems.append(problem)
            raise _Stop from None

    def take(self, event: Any) -> None:
        kind, start, end = type(event).__name__, event.start_mark.index, event.end_mark.index
        if kind == "DocumentStartEvent":
            self.start_document(event, start, end)
        elif kind == "AliasEvent":
            self.refuse_alias(start, end)
        elif kind in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent"):
            start = self.refuse_properties(event, start, end)
            if kind == "ScalarEvent":
                self.put(self.scalar(event, start, end))
            else:
                self.start_collection(event, start, is_map=kind == "MappingStartEvent")
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self.put(self.close(self.open.pop(), end))

    def start_document(self, event: Any, start: int, end: int) -> None:
        if self.root is not None:
            start = self.source.text.rfind("...", 0, start) if end == start else start
            self.problem("second_document", "a second document starts here", start, start + 3, "remove this line, or make two files")
            raise _Stop
        if event.version is not None or event.tags:
            at = re.search(r"^%.*", self.source.text, re.MULTILINE)
            assert at is not None, "a directive stands on a line that begins with a percent sign"
            self.problem("directive", f"the directive `{at.group().split()[0]}` is refused", at.start(), at.end(), "remove the line")
            raise _Stop

    def refuse_alias(self, start: int, end: int) -> None:
        self.lost = True
        # Where the alias follows a merge key, that key is the mistake, and is told when its map closes.
        if not self.merging():
            word = self.source.text[start:end]
            help = f'if the star is a wildcard, write it in quotes: "{word}"'
            self.problem("alias", f"`{word}` starts with a star, which repeats another place", start, end, help)
        self.put(Scalar("", "plain", self.source.span(start, end)))

    def merging(self) -> bool:
        nodes = self.open[-1].nodes if self.open and self.open[-1].is_map else []
        return len(nodes) % 2 == 1 and isinstance(nodes[-1], Scalar) and nodes[-1].text == "<<" and nodes[-1].style == "plain"

    def refuse_properties(self, event: Any, start: int, end: int) -> int:
        """Anchors and tags are told; gives the offset where the value itself starts."""
        anchor, tag = event.anchor, getattr(event, "tag", None)
        if anchor is None and tag is None:
            return start
        found = re.compile(r"(?:[&!]\S*\s*)+").match(self.source.text, start)
        words = found.group().split() if found is not None else []
        at = start
        for word in words:
            at = self.source.text.index(word, at)
            if word.startswith("&"):
                help = "write the value out where it is needed; a text that starts with `&` needs quotes"
                self.problem("anchor", f"the anchor `{word}` is refused", at, at + len(word), help)
            else:
                help = "remove it; a text that starts with `!` needs quotes"
                self.problem("tag", f"the tag `{word}` is refused", at, at + len(word), help)
        return found.end() if found is not None else start

    def scalar(self, event: Any, start: int, end: int) -> Scalar:
        node = Scalar(event.value, _STYLES[event.style], self.source.span(min(start, end), end), self.indent())
        odd = _ODD_IN_VALUE.search(event.value)
        if odd is not None:
            self.lost = True
            place = node.span_of(odd.start(), odd.end())
            message = f"the escape `{place.text}` stands for no character that can be written"
            self.problem("bad_escape", message, place.start, place.end, "write the character itself")
        return node

    def start_collection(self, event: Any, start: int, *, is_map: bool) -> None:
        if len(self.open) == DEPTH_MAX:
            self.problem("too_deep", f"more than {DEPTH_MAX} levels stand inside each other", start, start + 1, "write it flatter")
            raise _Stop
        block = not event.flow_style
        column = self.source.place(start)[1] - 1
        self.open.append(_Open(start, column if block else self.indent(), block, is_map))

    def close(self, collection: _Open, end: int) -> Node:
        nodes = collection.nodes
        if collection.block and nodes:
            # The grammar ends a block where the next thing starts; for people it ends with its last word.
            end = nodes[-1].span.end
        span = self.source.span(collection.start, max(end, collection.start))
        if not collection.is_map:
            return Items(tuple(nodes), span)
        return Entries(tuple(self.entries(nodes)), span)

    def entries(self, nodes: list[Node]) -> Iterator[Entry]:
        first: dict[str, Scalar] = {}
        for key, value in zip(nodes[::2], nodes[1::2], strict=True):
            at = key.span
            if not isinstance(key, Scalar) or key.value is None or "\n" in key.text:
                self.lost = True
                self.problem("key_is_no_text", "the key is no text on one line", at.start, at.end, "write a name before the colon")
            elif key.text == "<<" and key.style == "plain":
                self.lost = True
                self.problem("merge_key", "the merge key `<<` is refused", at.start, at.end, "write the keys out")
            elif key.text in first:
                message = f"the key `{key.text}` stands twice"
                self.problems.append(Problem("repeated_key", message, at, "keep one of the two", first[key.text].span))
            else:
                first[key.text] = key
                yield Entry(key, value)

    def indent(self) -> int:
        return self.open[-1].indent if self.open else -1

    def put(self, node: Node) -> None:
        if self.open:
            self.open[-1].nodes.append(node)
        else:
            self.root = node

    def problem(self, code: str, message: str, start: int, end: int, help: str) -> None:
        self.problems.append(Problem(code, message, self.source.span(start, end), help))
