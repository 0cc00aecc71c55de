"""The forms as views of Vega-Lite: each draws columns of the one table, and says in an expression what it derives from them.

Read `layout.py`, `expressions.py`, then `parts.py`, `stages.py`, `breakdown.py`, `cohorts.py`, `periods.py`; `view.py` chooses.
"""
