"""Which encoding a text of bytes is in: what is certain, then what is named, then UTF-8, then the likeliest of the old ones."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

SAMPLE_BYTES = 1024 * 1024
_LOOKED_AT = 65_536
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
          (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip


class Encoding(NamedTuple):
    """name: of a decoder. mark: how many bytes the byte-order mark takes that the decoder does not take itself. guessed: nothing said so."""

    name: str
    mark: int = 0
    guessed: bool = False


def find_encoding(sample: bytes, named: str | None, *, is_json: bool) -> Encoding:
    """How a text that begins with `sample` is written. A mark is certain; then what the mapping names; then UTF-8 where it fits; then a guess.

    JSON is UTF-8 by its standard, so there nothing is guessed: rows that are not UTF-8 fail as `bad_encoding`.
    """
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            # The decoders of UTF-16 and UTF-32 read the mark themselves, to learn the order of bytes.
            return Encoding(encoding, len(mark) if encoding == "utf-8" else 0)
    if named is not None:
        name = codecs.lookup(named).name
        return Encoding("utf-8" if name in ("utf-8", "utf-8-sig", "ascii") else name)
    lines = [line for line in _whole_lines(sample) if not line.isascii()]
    # Most lines with other letters than ASCII are UTF-8 hardly ever by chance: those that are not are then damaged rows.
    if is_json or 2 * sum(_is_utf8(line) for line in lines) > len(lines) or not lines:
        return Encoding("utf-8")
    guess = _guess_with_nul(sample) if b"\0" in sample else _guess(b"\n".join(lines)[:_LOOKED_AT])
    return Encoding(guess, guessed=guess != "utf-8")


def show_encoding(name: str) -> str:
    """The name by which people know an encoding, which a mapping may name too.

    >>> show_encoding("cp1252"), show_encoding("iso8859-2"), show_encoding("utf-16")
    ('windows-1252', 'iso-8859-2', 'utf-16')
    """
    return re.sub(r"^iso8859", "iso-8859", re.sub(r"^cp125(?=\d$)", "windows-125", name))


def _whole_lines(sample: bytes) -> list[bytes]:
    """The lines of a sample; without the last, which may be cut, where there was more to read."""
    lines = sample.split(b"\n")
    return lines[:-1] if len(sample) >= SAMPLE_BYTES and len(lines) > 1 else lines


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _guess_with_nul(sample: bytes) -> str:
    """UTF-16 without its mark, most likely."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample[:_LOOKED_AT]).best()
    return "utf-8" if best is None else codecs.lookup(best.encoding).name


def _guess(text: bytes) -> str:
    """Windows' western encoding, the likeliest in business files, unless its text would be odd; then the first guess that is clearly less so."""
    western = _oddness(text, "cp1252")
    if western <= _ODD_MAX:
        return "cp1252"
    from charset_normalizer import from_bytes

    names = [match.encoding for match in from_bytes(text)]
    best = min((*names, "cp1250"), key=lambda name: round(_oddness(text, name), 1))
    if _oddness(text, best) <= western / 2:
        return codecs.lookup(best).name
    return "cp1252" if western < 1 else "utf-8"


def _oddness(text: bytes, encoding: str) -> float:
    """Which share of the letters and signs beyond ASCII stands where none would write it: 0 for a text as people write, 1 where nothing decodes.

    Odd is a sign inside of a word (`Wroc³aw`), a capital after a small letter (`MŸller`), and three accented letters in a row
    (`Ìîñêâà`), which is what text in another alphabet looks like where it is taken for a western one.
    """
    try:
        # Where the sample ends, a character of several bytes may be cut.
        found = codecs.getincrementaldecoder(encoding)().decode(text)
    except (UnicodeDecodeError, LookupError):
        return 1
    beyond = len(_BEYOND.findall(found))
    odd = sum(len(run[0]) for run in _ODD.finditer(found))
    return odd / beyond if beyond else 1


_ODD_MAX = 0.1
_BEYOND = re.compile(r"[^\x00-\x7f]")
_LETTER = r"[^\W\d_]"
# Signs, less those that stand inside words and names somewhere: apostrophes, dashes, bullets, marks of trade, the point of Catalan.
_SIGNS = "[\u0080-\u009f¡-¨«¬¯-¶¸¹»-¿×÷\u02c6-\u02dd\u2015-\u2017\u201a-\u2021\u2023-\u2025\u2027-\u20ab\u20ad-\u2121\u2123-\u2bff]"
_ODD = re.compile(rf"(?<={_LETTER}){_SIGNS}+(?={_LETTER})|(?<=[a-zß-öø-ÿ])[À-ÖØ-ÞŠŽŸŒ]|[À-ÖØ-öø-ÿŠšŽžŸŒœ]{{3,}}")
