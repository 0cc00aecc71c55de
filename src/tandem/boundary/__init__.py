"""The boundary: which motion may touch an account now, for what, and since when; and what was touched without leave, or left alone.

In: what `boundary.yaml` declares (`policy.py`, `declare.py`), a world of facts with the signals of its playbook, and which playbook is in
force when. Out: permits, refusals, judged touches, accounts that are neglected, and leads with the decisions that made them. Law:
`meaning.py`, `firings.py`, `judged.py`, `watch.py` and `leads.py` are DESIGN's Semantics 6 and 8, slow and obvious; nothing is permitted by
what was learnt later; `fold/` says the same of all of history at once.
Read `policy.py`, `declare.py`, `declarations.py`; then `case.py`, `evidence.py`, `blocks.py`, `combining.py`, `meaning.py`; then `in_force.py`,
`firings.py`, `judged.py`, `watch.py`, `leads.py`, `decisions.py`; then `fold/`.
"""
