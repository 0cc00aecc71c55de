"""Signals: conditions on the measures of one subject, and the instants at which they turn on and off.

In: what a playbook declares (`playbook/`), and a timeline, or a world of facts with what they belong to over knowledge time (`told.py` makes
it of facts). Out: values, truths, edges, and what changed at each. Law: `meaning/` is DESIGN's Semantics 2, 4 and 5, slow and obvious;
the compiled folds equal it, for every log, condition and instant.
Read `world.py`, `told.py`, `meaning/`, `edges.py`; then the folds: `answers.py`, `columns.py`, `numbers.py`, `under.py`, `versions.py`, `records.py`,
`ranges.py`, `values.py`, `fold.py`, `because.py`; then `firing.py`, `passing.py`, `motion.py`, `playbook/` and `backtest/`.
"""
