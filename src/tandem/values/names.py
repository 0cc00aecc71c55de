"""Nearest names, for every message that meets a word it does not know."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that `word` most likely meant, or None where nothing is near; case does not count.

    >>> nearest("acount", ["account", "person"]), nearest("xyz", ["account"])
    ('account', None)
    """
    by_fold: dict[str, str] = {}
    for name in sorted(known):
        by_fold.setdefault(name.casefold(), name)
    close = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` did you mean ...?` ready to follow a message, or nothing."""
    name = nearest(word, known)
    return f"; did you mean `{name}`?" if name is not None else ""
