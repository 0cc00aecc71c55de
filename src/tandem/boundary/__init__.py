"""The boundary: which motion may touch an account now, for what, and since when; and what was touched without leave, or left alone.

In: what `boundary.yaml` declares (`playbook/`), the facts with the signals of their playbook, and which playbook is in force when
(`in_force.py`). Out: permits, refusals, judged touches, accounts that are neglected, and leads with the decisions that made them. Law:
`meaning/` is DESIGN's Semantics 6 and 8, slow and obvious; nothing is permitted by what was learnt later; `fold/` and `desk/` say the same of
all of history at once, and share with it the one rule that makes an answer of what speaks and what stands against it (`combining.py`).
Read `playbook/`, `meaning/`, `combining.py`, `in_force.py`; then `fold/` and `desk/`.
"""
