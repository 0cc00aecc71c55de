"""Shares: how many of how many, and how far that can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from statistics import NormalDist


@dataclass(frozen=True)
class Interval:
    """Both ends are in."""

    low: float
    high: float

    def covers(self, value: float) -> bool:
        return self.low <= value <= self.high

    def rounded(self, digits: int) -> tuple[float, float]:
        return round(self.low, digits), round(self.high, digits)


@dataclass(frozen=True)
class Share:
    """successes, trials: counts, 0 ≤ successes ≤ trials."""

    successes: int
    trials: int

    @property
    def value(self) -> Fraction | None:
        """Exact; None of no trials, for that is no share and not 0."""
        return Fraction(self.successes, self.trials) if self.trials else None

    def interval(self, level: float = 0.95) -> Interval | None:
        """Wilson's; None of no trials."""
        return wilson(self.successes, self.trials, level=level) if self.trials else None


def wilson(successes: int, trials: int, *, level: float = 0.95) -> Interval:
    """Interval for a share, sound near 0 and 1 and for small samples.

    successes, trials: counts, 0 ≤ successes ≤ trials. level: two-sided coverage in (0, 1).
    Returns shares in [0, 1]; trials = 0 gives (0, 1), for nothing is known.
    Raises ValueError if successes > trials.
    Source: Wilson 1927, J. Am. Stat. Assoc. 22, 209–212.

    >>> wilson(3, 10).rounded(3)
    (0.108, 0.603)
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes of {trials} trials")
    if trials == 0:
        return Interval(0.0, 1.0)
    z = quantile_of_normal(level)
    share = successes / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    reach = z / (1 + z * z / trials) * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    # Of none and of all the end is 0 and 1 exactly, which a float only nearly says.
    return Interval(0.0 if successes == 0 else middle - reach, 1.0 if successes == trials else middle + reach)


def quantile_of_normal(level: float) -> float:
    """How many standard deviations on both sides hold that part of a normal distribution: 1.96 for 0.95."""
    if not 0 < level < 1:
        raise ValueError(f"{level} is not between 0 and 1")
    return NormalDist().inv_cdf((1 + level) / 2)
