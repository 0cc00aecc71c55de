"""The boundary over all of history at once: what evidence speaks and which blocks stand, as intervals of time; and the desk that follows.

In: a fold over the timeline, a playbook's rules, and when its signals are on; and which playbook is in force when. Out: `Answers`, which is
asked whatever the slow pages of `boundary` may be asked, at any instant, and says the same; and `decide`: every firing, and what became of
it. Law: every piece of evidence and every block holds in an interval; an answer is what is active at an instant, combined by the rule that
both pages share (`boundary/combining.py`). Leads are what decisions say, and these are those that the slow pages mean.
Read `during.py`, `rules.py`, `belonging.py`, `records.py`; then `stances.py`, `fields.py`, `evidence.py`, `blocks.py`, `crowd.py`,
`course.py`, `answers.py`; then `answering.py`, `firings.py`, `sweep.py`, `care.py`, `desk.py`.
"""
