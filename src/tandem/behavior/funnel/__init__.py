"""Funnels: how far subjects get in a row of stages within a window, who dropped, who is still open, and how long it took.

In: a timeline, a `Funnel`, an instant. Out: attempts as arrays, and of them per stage entered, converted, dropped, open, a rate with its
interval, times with those in that are not over. Law: `meaning.py` is the rules in plain Python, and what is compiled equals it; partials
of any parts of the subjects add up to the whole.
Read `funnel.py`, `meaning.py`, `attempts.py`, then `walk.py`, `any_order.py`, `turn.py`; then `tally.py`, `split.py`.
"""
