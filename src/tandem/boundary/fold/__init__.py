"""The boundary over all of history at once, of one playbook: what evidence speaks and which blocks stand, as intervals of time.

In: a fold over the timeline, the playbook's rules, and when its signals are on. Out: `Answers`, which is asked whatever the slow pages of
`boundary` may be asked, at any instant, and says the same. Law: every piece of evidence and every block holds in an interval; an answer is
what is active at an instant, combined by the rule that both pages share (`boundary/combining.py`).
Read `during.py`, `rules.py`, `belonging.py`, `records.py`; then `stances.py`, `evidence.py`, `blocks.py`, `capped.py`; then `answers.py`.
"""
