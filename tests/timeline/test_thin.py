"""A layout of a few rows says of them what the whole layout says of them under a mask."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from tandem.timeline.folds.windows import count, distinct
from tandem.timeline.kernels import NEVER
from tandem.timeline.layout import lay_out
from tandem.timeline.stack import stacked
from tandem.timeline.steps import Steps
from tandem.timeline.thin import places_of, thinned

SUBJECTS = 3


def laid(rows: list[tuple[int, ...]]) -> tuple[Any, Any]:
    """A layout of (subject, enters, occurred, leaves, code) rows, and their codes by its rows."""
    table = np.array(rows, np.int64).reshape(-1, 5)
    kept = table[table[:, 3] > table[:, 1]]
    layout = lay_out(kept[:, 0], kept[:, 1], kept[:, 2], np.arange(len(kept)), kept[:, 3], SUBJECTS)
    return layout, kept[layout.row, 4].astype(np.int32)


def lines(steps: Steps) -> list[Any]:
    return [steps.offsets.tolist(), steps.at.tolist(), steps.value.tolist(), steps.initial]


def test_few_rows_by_themselves_say_what_a_mask_says() -> None:
    chance = Random(3)
    for _ in range(300):
        rows = []
        for _ in range(chance.randrange(14)):
            occurred = chance.randrange(10)
            enters = occurred + chance.choice((0, 0, 2))
            rows.append((chance.randrange(SUBJECTS), enters, occurred, chance.choice((NEVER, enters + 1, enters + 3)), chance.randrange(3)))
        early, late = ([row for row in rows if (row[1] < 5) == first] for first in (True, False))
        base, base_code = laid(early)
        tail, tail_code = laid(late)
        ended = [number for number in range(len(base)) if chance.random() < 0.2]
        layout = stacked(base, tail, ended, [6 + chance.randrange(3) for _ in ended])
        code = (base_code, tail_code)
        wanted = np.array([True, chance.random() < 0.5, False])
        mask = tuple(wanted[part] for part in code)
        thin = thinned(layout, places_of(code, wanted))
        window = chance.choice((None, 2, 5))
        assert lines(count(thin.layout, None, window)) == lines(count(layout, mask, window))
        assert lines(distinct(thin.layout, None, thin.taken(code), window)) == lines(distinct(layout, mask, code, window))
