"""The boundary's answers over all of history at once: what evidence speaks and which blocks stand, as intervals of time.

In: a fold over the timeline, a playbook's rules, and when its signals are on. Out: `Answers`, which is asked whatever `meaning/` may be asked,
at any instant, and says the same. Law: every piece of evidence and every block holds in an interval; an answer is what is active at an
instant, combined by the rule that both share (`combining.py`).
Read `during.py`, `rules.py`, `belonging.py`, `records.py`; then `stances.py`, `fields.py`, `evidence.py`, `blocks.py`, `crowd.py`,
`course.py`, `answers.py`.
"""
