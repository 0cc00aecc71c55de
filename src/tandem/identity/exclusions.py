"""Exclusions: which rule leaves out what belongs to somebody, by the text that it is about."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tandem.identity.domains import mail_domain
from tandem.identity.owners import Belonging
from tandem.identity.rules import Exclusion


def matched_on(rule: Exclusion, value: Belonging) -> str | None:
    """The text that a rule about belonging is matched with."""
    match rule.who:
        case "person":
            return value.person
        case "workspace":
            return value.workspace
        case "account":
            return value.account
        case "email":
            return value.mail
        case _:
            return mail_domain(value.mail)


def matching(rule: Exclusion, texts: list[str | None]) -> NDArray[np.bool_]:
    """(n,) whether the rule's pattern matches, of each text."""
    hit = {text: matches(rule, text) for text in set(texts)}
    return np.array([hit[text] for text in texts], dtype=bool)


def matches(rule: Exclusion, text: str | None) -> bool:
    """Whether the rule's pattern matches a text; it never matches none."""
    return text is not None and _glob(rule.pattern).fullmatch(text.casefold()) is not None


@cache
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part.casefold()) for part in pattern.split("*")), re.DOTALL)
