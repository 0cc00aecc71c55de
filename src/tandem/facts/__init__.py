"""What happened: facts, the fields they carry, when they count as the same, and how they are written as text.

In: frozen facts (`fact.py`). Out: Arrow tables of one schema a kind (`tables.py`), corrections in force (`corrections.py`), text.
Law: a fact never changes; what is asked as of T sees only facts with `known_at <= T`.
Read `fact.py`, `kinds.py`, `reasons.py`, `canonical.py`, `tables.py`, `subjects.py`, `corrections.py`, `text.py`.
"""
