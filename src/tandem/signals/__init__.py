"""Signals: conditions on the measures of one subject, and the instants at which they turn on and off.

In: a world of facts with what they belong to over knowledge time (`told.py` makes it of facts), and conditions. Out: values, truths and edges.
Law: `meaning.py` is DESIGN's Semantics 2, 4 and 5, slow and obvious; whatever is fast must equal it, at every instant.
Read `world.py`, `told.py`, `meaning.py`, `edges.py`; `playbook/` is how all of it is declared and tested.
"""
