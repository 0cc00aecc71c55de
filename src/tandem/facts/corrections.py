"""Which facts and links corrections have taken away, as of an instant.

A correction names a fact (or a link: a fact's id, `/` and the link's rule). From its `known_at` the target is gone and its
replacement, if any, counts by its own times. Of several corrections of one target the last one known wins; an undo restores.
"""

from __future__ import annotations

from collections.abc import Iterable

from tandem.facts.fact import Correction
from tandem.values.instants import Instant


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
