"""Quantiles of what was counted in full; of times that are not over yet ask `survival.py`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def quartiles(values: npt.ArrayLike) -> tuple[float, float, float] | None:
    """The 25th, 50th and 75th percentile; None of nothing.

    Between two values it is as far as between their ranks (type 7, which spreadsheets and most packages have).
    Source: Hyndman & Fan 1996, Am. Stat. 50, 361–365.

    >>> quartiles([1, 2, 3, 4])
    (1.75, 2.5, 3.25)
    """
    given = np.asarray(values, np.float64)
    if len(given) == 0:
        return None
    low, middle, high = np.quantile(given, (0.25, 0.5, 0.75)).tolist()
    return low, middle, high
