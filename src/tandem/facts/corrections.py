"""Which facts and links corrections have taken away, as of an instant.

A correction names a fact (or a link: a fact's id, `/` and the link's rule). From its `known_at` the target is gone and its
replacement, if any, counts by its own times. Of several corrections of one target the last one known wins; an undo restores.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import groupby

from tandem.facts.fact import Correction
from tandem.values.instants import Instant

# The end of a stretch that has none.
OPEN: Instant = 2**63 - 1


def gone(corrections: Iterable[Correction], as_of: Instant) -> frozenset[str]:
    """Ids of facts and links that do not count as of T: corrected targets, and replacements of corrections no longer in force.

    Order among what was learnt together is (`occurred_at`, id), as everywhere.

    >>> old = Correction(id="c1", target="a", replacement="b", occurred_at=5, known_at=5, source="s")
    >>> new = Correction(id="c2", target="a", undo=True, occurred_at=6, known_at=6, source="s")
    >>> sorted(gone([old, new], 5)), sorted(gone([old, new], 6))
    (['a'], ['b'])
    """
    in_force: dict[str, Correction] = {}
    replacements: set[str] = set()
    # What is known later is left out altogether: a fact that will become a replacement is until then a fact like any other.
    known = (each for each in corrections if each.known_at <= as_of)
    for each in sorted(known, key=lambda c: (c.known_at, c.occurred_at, c.id)):
        in_force[each.target] = each
        if each.replacement is not None:
            replacements.add(each.replacement)
    standing = {each.replacement for each in in_force.values() if each.replacement is not None and not each.undo}
    return frozenset({target for target, each in in_force.items() if not each.undo} | (replacements - standing))


def gone_over_time(corrections: Iterable[Correction]) -> dict[str, list[tuple[Instant, Instant]]]:
    """By id of a fact or link: the stretches of knowledge time, half-open and in order, in which it is gone; the last may end at `OPEN`.

    `x in gone(corrections, t)` says the same as `t` being in one of the stretches of `x`, at every `t`.

    >>> old = Correction(id="c1", target="a", replacement="b", occurred_at=5, known_at=5, source="s")
    >>> new = Correction(id="c2", target="a", undo=True, occurred_at=6, known_at=6, source="s")
    >>> gone_over_time([old, new]) == {"a": [(5, 6)], "b": [(6, OPEN)]}
    True
    """
    in_force: dict[str, Correction] = {}
    replacements: set[str] = set()
    standing: Counter[str] = Counter()  # How many corrections in force have it as their replacement.
    since: dict[str, Instant] = {}
    stretches: dict[str, list[tuple[Instant, Instant]]] = defaultdict(list)
    ordered = sorted(corrections, key=lambda c: (c.known_at, c.occurred_at, c.id))
    for at, together in groupby(ordered, key=lambda c: c.known_at):
        touched: set[str] = set()
        for each in together:
            before = in_force.get(each.target)
            in_force[each.target] = each
            for one, change in ((before, -1), (each, 1)):
                if one is not None and one.replacement is not None:
                    standing[one.replacement] += 0 if one.undo else change
                    touched.add(one.replacement)
            touched.add(each.target)
            if each.replacement is not None:
                replacements.add(each.replacement)
        for fact in touched:
            taken = fact in in_force and not in_force[fact].undo
            if taken or (fact in replacements and not standing[fact]):
                since.setdefault(fact, at)
            elif fact in since:
                stretches[fact].append((since.pop(fact), at))
    for fact, at in since.items():
        stretches[fact].append((at, OPEN))
    return dict(stretches)
