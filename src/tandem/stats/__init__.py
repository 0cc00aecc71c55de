"""What counts and lengths of time let one conclude, knowing no business: shares, their ratios, and times of which some are not over yet.

In: counts and arrays of durations. Out: frozen values, floats; whole numbers stay whole until the last division.
Law: open is not failed: a time that is not over counts for as long as it was watched. No denominator, no number: None, never 0.
Read `proportions.py`, `ratios.py`, `survival.py`, `quantiles.py`.
"""
