"""Backtests: what a signal's firings were worth, by an outcome that came after them or did not.

In: firings, the occurrences of an outcome, who exists when, all as arrays. Out: counts, shares and times, each with why it is unknown.
Law: DESIGN's Semantics 7, sentence by sentence. Decisions know what was known at their instant; scoring knows all that is known as of T.
Read `backtest.py`, `moments.py`, `base_rate.py`; `hindsight.py` and `occurrences.py` find outcomes in a timeline; `aim.py` chooses a threshold.
"""
