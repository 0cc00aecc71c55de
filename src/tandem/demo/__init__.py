"""A simulated company, whose exports come in through the same door as real data.

In: a number of companies, a number of months, a seeded generator. Out: files of exports and a playbook, imported, and a story.
Law: the same seed gives the same bytes; no clock is read, for the company's last day is a constant.
Read `words.py`, `cast.py`, `usage.py`, `selling.py`, `oddities.py`, `company.py`, `exports.py`, `making.py`, `story.py`.
"""
