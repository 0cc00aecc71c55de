"""Two values weighed and compared in one walk say what counting with fractions says at every instant."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np

from tandem.timeline.algebra import SIGNS, Weighed, compare_weighed
from tandem.timeline.kernels import UNKNOWN
from tandem.timeline.steps import Steps, aligned, compressed

COMPARED = {
    "=": lambda a: a == 0, "!=": lambda a: a != 0, "<": lambda a: a < 0, "<=": lambda a: a <= 0, ">": lambda a: a > 0, ">=": lambda a: a >= 0,
}  # fmt: skip


def meant(ahead: Weighed, divisor: Weighed, one: int, other: int, sign: str) -> int:
    if UNKNOWN in (one, other):
        return UNKNOWN
    top, bottom = (Fraction(each.first * one + each.second * other + each.whole) for each in (ahead, divisor))
    return UNKNOWN if bottom == 0 else int(COMPARED[sign](top / bottom))


def some_steps(chance: Random) -> Steps:
    lines = [sorted(chance.sample(range(12), chance.randrange(6))) for _ in range(3)]
    offsets = np.cumsum([0, *(len(line) for line in lines)]).astype(np.int64)
    values = [chance.choice((UNKNOWN, -2, -1, 0, 1, 2, 3)) for line in lines for _ in line]
    return Steps(
        offsets, np.array([at for line in lines for at in line], np.int64), np.array(values, np.int64), chance.choice((0, UNKNOWN))
    )


def test_a_walk_along_two_values_says_what_fractions_say() -> None:
    chance = Random(7)
    seen = set()
    for _ in range(400):
        one, other = some_steps(chance), some_steps(chance)
        ahead, divisor = (Weighed(*(chance.randrange(-3, 4) for _ in range(3))) for _ in range(2))
        sign = chance.choice(SIGNS)
        axis = aligned([one, other])
        rows = np.concatenate([axis.values, axis.initial[:, None]], axis=1)
        told = np.array([meant(ahead, divisor, int(a), int(b), sign) for a, b in rows.T], np.int64)
        expected = compressed(axis.offsets, axis.at, told[:-1], int(told[-1]))
        found = compare_weighed(one, other, ahead, divisor, sign)
        assert found.initial == expected.initial
        assert (found.offsets.tolist(), found.at.tolist(), found.value.tolist()) == (
            expected.offsets.tolist(), expected.at.tolist(), expected.value.tolist(),
        )  # fmt: skip
        seen |= set(found.value.tolist())
    assert seen == {0, 1, UNKNOWN}
