"""What the boundary means: DESIGN's Semantics 6 and 8 in plain Python, one question at one instant at a time.

In: a `Case`, that is a world of facts and a playbook's rules, or several with when each is in force. Out: answers, judged touches, firings,
leads, who is neglected. Law: only correct and clear, not fast; whatever is fast must equal it.
Read `case.py`, `evidence.py`, `blocks.py`, `answers.py`; then `firings.py`, `judged.py`, `watch.py`, `leads.py`.
"""
