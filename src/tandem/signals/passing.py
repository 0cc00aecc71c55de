"""Whose firings become another's: merges of subjects, and domains that an account's record takes over, at the instants at which it was known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from tandem.identity.domains import registrable
from tandem.language.expression.nodes import About
from tandem.signals.firing import Passing
from tandem.signals.records import Records
from tandem.timeline.kernels import UNKNOWN
from tandem.timeline.timeline import Timeline
from tandem.values.instants import Instant


def passed_on(timeline: Timeline, records: Records, kind: About) -> list[Passing]:
    """Every subject of a kind whose firings become another's, by codes. records: of the same timeline."""
    ties = timeline.survivors(kind)
    found: list[Passing] = []
    if ties:
        codes = records.codes(kind)
        for one, steps in ties.items():
            found += [(at, codes[one], codes[under]) for at, under in steps if under != one and one in codes and under in codes]
    return [*found, *_taken_over(timeline, records)] if kind == "account" else found


def _taken_over(timeline: Timeline, records: Records) -> Iterator[Passing]:
    """Accounts that were a domain, and cease to exist when the only record that names the domain takes over."""
    subjects = timeline.subjects("account")
    whose = np.repeat(np.arange(subjects.existence.subjects), np.diff(subjects.existence.offsets))
    ended = np.flatnonzero(subjects.existence.value != 1)
    gone = [(int(subjects.existence.at[step]), int(whose[step])) for step in ended.tolist() if "." in subjects.ids[int(whose[step])]]
    naming = _naming(records) if gone else {}
    for at, domain in gone:
        named: set[int] = set()
        for since, account, names in naming.get(subjects.ids[domain], ()):
            if since <= at:
                (named.add if names else named.discard)(account)
        if len(named) == 1:
            yield at, domain, named.pop()


def _naming(records: Records) -> dict[str, list[tuple[Instant, int, bool]]]:
    """By domain, when which account's record begins to name it, and when it ceases to; in order."""
    said = records.said("account", "domain")
    texts = [registrable(value) if isinstance(value, str) else None for value in records.raw_values]
    turns: dict[str, list[tuple[Instant, int, bool]]] = defaultdict(list)
    for account in np.flatnonzero(np.diff(said.offsets)).tolist():
        before: str | None = None
        for step in range(int(said.offsets[account]), int(said.offsets[account + 1])):
            code, at = int(said.value[step]), int(said.at[step])
            now = None if code == UNKNOWN else texts[code]
            if before is not None:
                turns[before].append((at, account, False))
            if now is not None:
                turns[now].append((at, account, True))
            before = now
    return {domain: sorted(told) for domain, told in turns.items()}
