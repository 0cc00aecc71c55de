"""Accounts on the ways that a playbook declares: a funnel for each motion, and the path over the four stages of a hybrid.

In: a hindsight, declared stages, firings, an instant. Out: attempts and courses as arrays, and what they say together. Law: `meaning.py` is
the rules in plain Python, and what is compiled equals it; no account counts in a funnel that it entered in another motion.
Read `happenings.py`, `meaning.py`, then `by_motion.py`, `path.py`.
"""
