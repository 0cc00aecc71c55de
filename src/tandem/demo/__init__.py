"""A simulated company, whose exports come in through the same door as real data, and whose truth is known.

In: a seed, a number of companies, a number of months. Out: files of exports, a playbook and what was planted, imported, and a story.
Law: the same seed gives the same bytes; no clock is read, for the company's last day is a constant. What is planted can be found again.
Read `planted.py`, `words.py`, `cast.py`, `sale.py`, `life.py`, `script.py`; what they leave behind: `usage.py`, `billing.py`, `selling.py`,
`staff.py`; then `oddities.py`, `company.py`, `exports.py`, `facts.py`, `excuses.py`, `truth.py`, `making.py`, `story.py`.
"""
