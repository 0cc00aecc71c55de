"""Every letter of a scalar's value is found where it stands. The decoder's text must equal what the grammar itself reads."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from tandem.language.decode import decode
from tandem.language.source import Source
from tandem.language.tree import Entries, Scalar, read_yaml

WORDS = st.text(alphabet="ab é漢😀'\"\\:#-,.@", max_size=8)
PIECES = st.lists(
    st.one_of(WORDS, st.sampled_from(["\n", "\n\n", "  ", " ", "\t", "\n  ", "\n    more", "\n\t", "x"])),
    min_size=1,
    max_size=8,
).map("".join)
ESCAPES = st.sampled_from(
    [
        r"\n",
        r"\t",
        r"\x41",
        r"\u0041",
        r"\u00e9",
        r"\U0001F600",
        r"\\",
        r"\"",
        r"\ ",
        r"\/",
        r"\_",
        r"\N",
        r"\L",
        "\\\n",
        "\\\n   ",
        "\\\n\n  b",
        "\\\t",
    ]
)
BREAKS = st.sampled_from(["\n", "\r\n", "\r"])
FRAMES = st.sampled_from(
    ["a: {}\n", "a:\n  {}\nb: 1\n", "- {}\n", "a:\n- b:\n    c: {}\n  d: 2\n", "- - {}\n  - x\n", "a: [{}, x]\n", "{}\n"]
)


def scalars_of(text):
    """What the grammar reads: (value, style, start, end) of each scalar, or None where the text is no YAML."""
    try:
        return [
            (event.value, event.style, event.start_mark.index, event.end_mark.index)
            for event in YAML(typ="safe", pure=True).parse(text)
            if type(event).__name__ == "ScalarEvent" and event.tag is None and event.anchor is None
        ]
    except (YAMLError, ValueError):
        return None


def assert_decoded(text):
    """Reads the whole text with the tree, and compares each scalar's letters with the grammar's value."""
    grammar = scalars_of(text)
    tree = read_yaml(Source("x.yaml", text))
    if grammar is None or tree.root is None:
        return
    todo, seen = [tree.root], 0
    while todo:
        node = todo.pop()
        if isinstance(node, Scalar):
            seen += 1
            source = node.span.source.text
            letters = decode(source, node.span.start, node.span.end, node.style, node.indent)
            assert letters.text == node.text, (text, node.style)
            assert len(letters.starts) == len(letters.ends) == len(node.text)
            assert all(start < end for start, end in zip(letters.starts, letters.ends, strict=True))
            assert all(a <= b for a, b in zip(letters.ends, letters.starts[1:], strict=False)), "letters stand in order"
            assert letters.starts == sorted(letters.starts)
        elif isinstance(node, Entries):
            for entry in node.entries:
                todo += [entry.key, entry.value]
        else:
            todo += node.items
    assert seen > 0


def indented(content, width):
    return "\n".join(" " * width + line if line.strip(" ") else line for line in content.split("\n"))


@settings(max_examples=400, deadline=None)
@given(frame=FRAMES, content=PIECES, line_break=BREAKS)
def test_letters_of_plain_text_stand_where_they_are_written(frame, content, line_break):
    assert_decoded(frame.replace("{}", "x" + content.replace("\n", "\n      ")).replace("\n", line_break))


@settings(max_examples=400, deadline=None)
@given(frame=FRAMES, content=PIECES, line_break=BREAKS)
def test_letters_in_single_quotes_stand_where_they_are_written(frame, content, line_break):
    assert_decoded(frame.replace("{}", "'" + content.replace("'", "''") + "'").replace("\n", line_break))


@settings(max_examples=600, deadline=None)
@given(
    frame=FRAMES,
    parts=st.lists(st.one_of(PIECES.map(lambda text: text.replace("\\", "").replace('"', "")), ESCAPES), max_size=8),
    line_break=BREAKS,
)
def test_letters_in_double_quotes_stand_where_they_are_written(frame, parts, line_break):
    assert_decoded(frame.replace("{}", '"' + "".join(parts) + '"').replace("\n", line_break))


@settings(max_examples=1200, deadline=None)
@given(
    frame=st.sampled_from(
        [("a: ", 0, "b: 1\n"), ("- ", 0, "- x\n"), ("a:\n- b:\n    c: ", 4, "  d: 2\n"), ("- - ", 2, ""), ("", 0, ""), ("a: ", 0, "")]
    ),
    style=st.sampled_from("|>"),
    chomping=st.sampled_from(["", "+", "-"]),
    increment=st.sampled_from(["", "1", "2", "4"]),
    chomping_first=st.booleans(),
    lines=st.lists(
        st.one_of(st.sampled_from(["", " ", "   ", "  more", "\tx", "a", "b c", "# no comment", "é漢 😀", "- x"]), WORDS), max_size=6
    ),
    end=st.sampled_from(["", "\n", "\n\n", "\n \n\n", "\n       "]),
    line_break=BREAKS,
)
def test_letters_of_blocks_stand_where_they_are_written(frame, style, chomping, increment, chomping_first, lines, end, line_break):
    before, column, after = frame
    indicators = chomping + increment if chomping_first else increment + chomping
    width = column + int(increment or 2)
    body = "\n".join(" " * width + line if line else "" for line in lines)
    text = f"{before}{style}{indicators} # a comment\n{body}{end}"
    if after and end.endswith("\n"):
        text += after
    assert_decoded(text.replace("\n", line_break))


def words_of(text, words):
    """The source text of the place of `words` in the only value of the map."""
    root = read_yaml(Source("x.yaml", text)).root
    value = root.entries[0].value
    start = value.text.index(words)
    span = value.span_of(start, start + len(words))
    return span.text, span.line, span.column


def test_a_word_is_found_behind_escapes():
    assert words_of(r'when: "\"SSO\" \u003e= tow"', "tow") == ("tow", 1, 24)


def test_an_escape_is_underlined_whole():
    assert words_of(r'when: "a \u003e b"', ">") == (r"\u003e", 1, 10)


def test_a_word_is_found_in_a_folded_condition():
    assert words_of("when: >-\n  people(any, 7d) >= 10\n  and plan = fre\n", "fre") == ("fre", 3, 14)


def test_a_word_is_found_behind_a_doubled_quote():
    assert words_of("title: 'it''s tow'", "tow") == ("tow", 1, 15)


def test_a_word_is_found_in_a_literal_text_with_windows_line_ends():
    assert words_of("given: |\r\n    2026-03-01 Signed Up\r\n    by ann\r\n", "ann") == ("ann", 3, 8)


def test_between_two_letters_is_a_place_without_length():
    value = read_yaml(Source("x.yaml", "a: 'xy'")).root.entries[0].value
    assert (value.span_of(1, 1).start, value.span_of(2, 2).start) == (5, 6)


def test_a_doubled_quote_is_underlined_whole():
    assert words_of("title: 'it''s'", "'") == ("''", 1, 11)
