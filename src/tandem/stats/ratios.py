"""Ratios of two shares: how many times as often something happens here as there."""

from __future__ import annotations

from math import exp, inf, log, sqrt

from tandem.stats.proportions import Interval, quantile_of_normal


def katz(successes: float, trials: float, base_successes: float, base_trials: float, *, level: float = 0.95) -> Interval:
    """Interval for the ratio of two independent shares, on the scale of logarithms.

    All four are counts, or such as a weighted mean is worth; 0 ≤ successes ≤ trials, and of the base likewise. level: in (0, 1).
    Where one of the shares is 0 or 1, half a success and half a failure are added to both, without which the logarithm or its spread
    would be nothing; of no successes the interval begins at 0. Without trials on either side it is (0, inf), for nothing is known.
    Raises ValueError if there are more successes than trials.
    Source: Katz, Baptista, Azen & Pike 1978, Biometrics 34, 469–474; the halves are Walter's, 1975, Biometrika 62, 371–374.

    >>> katz(30, 100, 10, 100).rounded(2)
    (1.55, 5.8)
    """
    for some, of in ((successes, trials), (base_successes, base_trials)):
        if not 0 <= some <= of:
            raise ValueError(f"{some} successes of {of} trials")
    if trials == 0 or base_trials == 0:
        return Interval(0.0, inf)
    none = successes == 0
    if successes in (0, trials) or base_successes in (0, base_trials):
        successes, trials = successes + 0.5, trials + 1
        base_successes, base_trials = base_successes + 0.5, base_trials + 1
    ratio = (successes / trials) / (base_successes / base_trials)
    spread = sqrt(1 / successes - 1 / trials + 1 / base_successes - 1 / base_trials)
    z = quantile_of_normal(level)
    return Interval(0.0 if none else exp(log(ratio) - z * spread), exp(log(ratio) + z * spread))
