"""What people do over time, asked of all history at once: funnels, retention, active subjects, lifecycle.

In: a timeline, selectors, an instant as of which is asked. Out: counts with who is still open, intervals, times. Law: each question is a
fold with partials that add up, over any partition of the subjects, and equals its slow reference in plain Python (`meaning.py`).
Read `view.py`, `meaning.py`, then `funnel/` and `motions/`; and `periods.py`, `activity.py`, `activity_meaning.py`, `retention.py`, `triangle.py`, `fields.py`, `active.py`, `lifecycle.py`.
"""
